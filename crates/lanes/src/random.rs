//! Random words, uniforms and normals, sixteen at a time, from ChaCha with 8 rounds.

use crate::functions::{cos_sin_turn, ln};
use crate::number::{Lanes, WIDTH};
use crate::path::{Kernel, Path, run};

/// Moves when the same key comes to give other numbers.
pub const NUMERICS: u32 = 1;

/// Words that sixteen blocks of ChaCha give together.
const AT_ONCE: usize = 16 * WIDTH;

/// The words of one key: block b, word w of the stream stands at 256 (b / 16) + 16 w + b mod 16,
/// so that sixteen blocks are made side by side. Word by word it is the ChaCha8 stream of
/// Bernstein 2008 with a 64-bit counter from 0 and the stream number given.
#[derive(Clone, Debug)]
pub struct Words {
    key: [u32; 8],
    stream: u64,
    counter: u64,
}

impl Words {
    /// The words of a key of 32 bytes and a stream number.
    pub fn new(key: [u8; 32], stream: u64) -> Words {
        let word =
            |place: usize| u32::from_le_bytes(std::array::from_fn(|byte| key[4 * place + byte]));
        Words { key: std::array::from_fn(word), stream, counter: 0 }
    }

    /// The next sixteen blocks.
    #[inline(always)]
    fn blocks<L: Lanes>(&mut self) -> [L::Words; 16] {
        let counters: [u64; WIDTH] = std::array::from_fn(|lane| self.counter + lane as u64);
        self.counter += WIDTH as u64;
        let low = L::load_words(&counters.map(|counter| counter as u32));
        let high = L::load_words(&counters.map(|counter| (counter >> 32) as u32));
        let [k0, k1, k2, k3, k4, k5, k6, k7] = self.key.map(L::splat_word);
        // "expand 32-byte k"
        let [c0, c1, c2, c3] =
            [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574].map(L::splat_word);
        let streams = [self.stream as u32, (self.stream >> 32) as u32].map(L::splat_word);
        let start =
            [c0, c1, c2, c3, k0, k1, k2, k3, k4, k5, k6, k7, low, high, streams[0], streams[1]];
        let mut state = start;
        for _ in 0..4 {
            quarter::<L>(&mut state, 0, 4, 8, 12);
            quarter::<L>(&mut state, 1, 5, 9, 13);
            quarter::<L>(&mut state, 2, 6, 10, 14);
            quarter::<L>(&mut state, 3, 7, 11, 15);
            quarter::<L>(&mut state, 0, 5, 10, 15);
            quarter::<L>(&mut state, 1, 6, 11, 12);
            quarter::<L>(&mut state, 2, 7, 8, 13);
            quarter::<L>(&mut state, 3, 4, 9, 14);
        }
        // A closure would not be compiled for the instructions of the path.
        for (word, first) in state.iter_mut().zip(start) {
            *word = L::plus(*word, first);
        }
        state
    }

    /// Fills `out` with the next words. What is left of the last sixteen blocks is not used later.
    pub fn fill(&mut self, path: Path, out: &mut [u32]) {
        run(path, FillWords { words: self, out });
    }

    /// As [`normals`], with a standard deviation for each number: `scales[i]` for `out[i]`, which is
    /// multiplied last. Panics unless there are as many of them, in whole pairs of lanes.
    #[inline(always)]
    pub fn normals_each<L: Lanes>(&mut self, scales: &[f32], out: &mut [f32]) {
        self.pairs_each::<L>(
            scales,
            out,
            #[inline(always)]
            |radius_word, angle_word, scales| {
                let (radius, cosine, sine) = polar::<L>(radius_word, angle_word);
                [radius * cosine * scales[0], radius * sine * scales[1]]
            },
        );
    }

    /// As [`uniforms`], with a bound for each number: `bounds[i]` for `out[i]`. Panics unless there
    /// are as many of them, in whole pairs of lanes.
    #[inline(always)]
    pub fn uniforms_each<L: Lanes>(&mut self, bounds: &[f32], out: &mut [f32]) {
        self.pairs_each::<L>(
            bounds,
            out,
            #[inline(always)]
            |first, second, bounds| [uniform(first, bounds[0]), uniform(second, bounds[1])],
        );
    }

    /// Fills `out` with what two words and two scales give, pair by pair of lanes.
    #[inline(always)]
    fn pairs_each<L: Lanes>(
        &mut self,
        scales: &[f32],
        out: &mut [f32],
        pair: impl Fn(L::Words, L::Words, [L; 2]) -> [L; 2],
    ) {
        assert_eq!(scales.len(), out.len(), "a scale for each number");
        assert_eq!(out.len() % (2 * WIDTH), 0, "numbers come in pairs of lanes");
        for (scales, out) in scales.chunks(AT_ONCE).zip(out.chunks_mut(AT_ONCE)) {
            let blocks = self.blocks::<L>();
            let scales = scales.as_chunks::<WIDTH>().0.chunks_exact(2);
            let out = out.as_chunks_mut::<WIDTH>().0.chunks_exact_mut(2);
            for ((scales, out), words) in scales.zip(out).zip(blocks.chunks_exact(2)) {
                let scales = [L::load(&scales[0]), L::load(&scales[1])];
                let [first, second] = pair(words[0], words[1], scales);
                first.store(&mut out[0]);
                second.store(&mut out[1]);
            }
        }
    }
}

/// The quarter round of ChaCha.
#[inline(always)]
fn quarter<L: Lanes>(state: &mut [L::Words; 16], a: usize, b: usize, c: usize, d: usize) {
    state[a] = L::plus(state[a], state[b]);
    state[d] = L::rotate_left::<16, 16>(L::xor(state[d], state[a]));
    state[c] = L::plus(state[c], state[d]);
    state[b] = L::rotate_left::<12, 20>(L::xor(state[b], state[c]));
    state[a] = L::plus(state[a], state[b]);
    state[d] = L::rotate_left::<8, 24>(L::xor(state[d], state[a]));
    state[c] = L::plus(state[c], state[d]);
    state[b] = L::rotate_left::<7, 25>(L::xor(state[b], state[c]));
}

struct FillWords<'a> {
    words: &'a mut Words,
    out: &'a mut [u32],
}

impl Kernel for FillWords<'_> {
    type Output = ();
    #[inline(always)]
    fn run<L: Lanes>(self) {
        let mut together = [0; WIDTH];
        for out in self.out.chunks_mut(AT_ONCE) {
            let blocks = self.words.blocks::<L>();
            for (words, out) in blocks.into_iter().zip(out.chunks_mut(WIDTH)) {
                L::store_words(words, &mut together);
                out.copy_from_slice(&together[..out.len()]);
            }
        }
    }
}

/// Fills `out` with normals of mean 0 and standard deviation `scale` (Box and Muller 1958). Their
/// magnitude before scaling is at most 6.7: radii come from 31 bits.
///
/// Of each sixteen blocks, words 2j and 2j + 1 give normals 2j and 2j + 1, sixteen lanes each.
#[inline(always)]
pub fn normals<L: Lanes>(words: &mut Words, scale: f32, out: &mut [f32]) {
    let scale = L::splat(scale);
    for out in out.chunks_mut(AT_ONCE) {
        let blocks = words.blocks::<L>();
        for (pair, out) in out.chunks_mut(2 * WIDTH).enumerate() {
            let (radius, cosine, sine) = polar::<L>(blocks[2 * pair], blocks[2 * pair + 1]);
            let radius = radius * scale;
            store(radius * cosine, radius * sine, out);
        }
    }
}

/// Radius, cosine and sine of a point of the plane whose coordinates are standard normals.
#[inline(always)]
fn polar<L: Lanes>(radius_word: L::Words, angle_word: L::Words) -> (L, L, L) {
    // In (0, 1], so that the logarithm is finite.
    let share = L::whole(L::shift_right::<1>(radius_word)) + L::splat(0.5);
    let share = share * L::splat(1.0 / 2_147_483_648.0);
    let (cosine, sine) = cos_sin_turn::<L>(angle_word);
    ((ln(share) * L::splat(-2.0)).sqrt(), cosine, sine)
}

/// Fills `out` with uniforms in [-bound, bound), in steps of bound / 2^22.
#[inline(always)]
pub fn uniforms<L: Lanes>(words: &mut Words, bound: f32, out: &mut [f32]) {
    let bound = L::splat(bound);
    for out in out.chunks_mut(AT_ONCE) {
        let blocks = words.blocks::<L>();
        for (pair, out) in out.chunks_mut(2 * WIDTH).enumerate() {
            let (first, second) = (blocks[2 * pair], blocks[2 * pair + 1]);
            store(uniform(first, bound), uniform(second, bound), out);
        }
    }
}

/// A uniform from 23 bits of a word: those below the leading 1 of a number in [1, 2), which 1.5
/// shifts to [-1/2, 1/2).
#[inline(always)]
fn uniform<L: Lanes>(word: L::Words, bound: L) -> L {
    let one = L::splat_word(1f32.to_bits());
    let share = L::from_words(L::or(L::shift_right::<9>(word), one)) - L::splat(1.5);
    share * (bound + bound)
}

/// Writes two values one after the other, as far as `out` goes.
#[inline(always)]
fn store<L: Lanes>(first: L, second: L, out: &mut [f32]) {
    let at = out.len().min(WIDTH);
    let (low, high) = out.split_at_mut(at);
    match <&mut [f32; WIDTH]>::try_from(&mut *low) {
        Ok(whole) => first.store(whole),
        Err(_) => first.store_first(low),
    }
    match <&mut [f32; WIDTH]>::try_from(&mut *high) {
        Ok(whole) => second.store(whole),
        Err(_) => second.store_first(high),
    }
}
