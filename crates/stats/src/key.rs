//! Random keys: randomness is a value that is given away, and giving it away consumes it.
//!
//! The generator is ChaCha with 8 rounds, which is counter-based: the same key always yields the
//! same numbers, on every machine, whatever thread asks.

use mesascope_lanes::{Kernel, Lanes, Path, Words, normals, run, uniforms};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Moves when the numbers that a key yields move.
pub const NUMERICS: u32 = 2;

/// The right to draw one stream of random numbers, once. Neither `Copy` nor `Clone`.
#[derive(Debug)]
pub struct Key([u8; 32]);

impl Key {
    /// A key from 32 bytes, such as a hash of what is to be drawn.
    pub fn new(bytes: [u8; 32]) -> Key {
        Key(bytes)
    }

    /// A key for tests, from one number.
    pub fn from_seed(seed: u64) -> Key {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Key(bytes)
    }

    /// `N` independent keys in place of this one: `let [levels, actions] = key.split();`
    pub fn split<const N: usize>(self) -> [Key; N] {
        // Stream 1 makes keys, stream 0 makes draws, so that no key equals a draw of its parent.
        let mut generator = ChaCha8Rng::from_seed(self.0);
        generator.set_stream(1);
        std::array::from_fn(|_| {
            let mut bytes = [0; 32];
            generator.fill_bytes(&mut bytes);
            Key(bytes)
        })
    }

    /// `count` independent streams of draws. Each is the same however many there are.
    pub fn streams(self, count: usize) -> Vec<Draws> {
        // Streams 0 and 1 are those of `draws` and `split`.
        let stream = |number: usize| {
            let mut generator = ChaCha8Rng::from_seed(self.0);
            generator.set_stream(2 + number as u64);
            Draws { generator, spare_normal: None }
        };
        (0..count).map(stream).collect()
    }

    /// The draws of this key, in order.
    pub fn draws(self) -> Draws {
        Draws { generator: ChaCha8Rng::from_seed(self.0), spare_normal: None }
    }
}

/// A stream of random numbers made from a [`Key`].
#[derive(Debug)]
pub struct Draws {
    generator: ChaCha8Rng,
    spare_normal: Option<f64>,
}

impl Draws {
    /// How far the stream has been drawn, to go on from there with [`Draws::go_to`]. Panics between
    /// the two halves of a pair of normals.
    pub fn place(&self) -> u128 {
        assert!(self.spare_normal.is_none(), "a place is between draws, not inside a pair of them");
        self.generator.get_word_pos()
    }

    /// Goes to a place of the stream that [`Draws::place`] has named.
    pub fn go_to(&mut self, place: u128) {
        self.spare_normal = None;
        self.generator.set_word_pos(place);
    }

    /// A uniform 64-bit number.
    pub fn bits(&mut self) -> u64 {
        self.generator.next_u64()
    }

    /// Uniform in [0, 1), a multiple of 2^-53.
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// A fair coin.
    pub fn coin(&mut self) -> bool {
        self.bits() >> 63 == 1
    }

    /// Uniform over `0..bound`, without bias. Panics if `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "no number is below 0");
        // Lemire 2019, "Fast random integer generation in an interval", algorithm 5.
        let threshold = bound.wrapping_neg() % bound;
        loop {
            let wide = u128::from(self.bits()) * u128::from(bound);
            if wide as u64 >= threshold {
                return (wide >> 64) as u64;
            }
        }
    }

    /// `count` distinct numbers of `0..of`, every subset equally likely, in increasing order.
    /// Panics if `count` exceeds `of`.
    pub fn choose(&mut self, count: usize, of: usize) -> Vec<usize> {
        assert!(count <= of, "cannot choose {count} of {of}");
        let mut pool: Vec<usize> = (0..of).collect();
        for place in 0..count {
            let other = place + self.below((of - place) as u64) as usize;
            pool.swap(place, other);
        }
        pool.truncate(count);
        pool.sort_unstable();
        pool
    }

    /// A random order of `items`, every order equally likely (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for place in (1..items.len()).rev() {
            items.swap(place, self.below(place as u64 + 1) as usize);
        }
    }

    /// Normal with mean 0 and standard deviation 1 (Box and Muller 1958, both halves used).
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare_normal.take() {
            return spare;
        }
        // 1 - u lies in (0, 1], so that the logarithm is finite.
        let radius = (-2.0 * libm::log(1.0 - self.uniform())).sqrt();
        let angle = std::f64::consts::TAU * self.uniform();
        self.spare_normal = Some(radius * libm::sin(angle));
        radius * libm::cos(angle)
    }

    /// Fills `out` with normals of standard deviation `scale`, whatever their number at the price
    /// of 32 bytes of this stream, which seed a stream of their own.
    ///
    /// They are drawn in `f32`: a radius has 31 bits, so that no normal exceeds 6.7 standard
    /// deviations (of 10^10 true ones 0.2 would), and an angle 30 bits in each quarter turn.
    pub fn fill_normal(&mut self, scale: f64, out: &mut [f32]) {
        self.fill_from(Law::Normal, scale as f32, out);
    }

    /// Fills `out` with uniforms in [-bound, bound), in steps of bound / 2^22, at the price of 32
    /// bytes of this stream, as [`Draws::fill_normal`].
    pub fn fill_uniform(&mut self, bound: f64, out: &mut [f32]) {
        self.fill_from(Law::Uniform, bound as f32, out);
    }

    fn fill_from(&mut self, law: Law, scale: f32, out: &mut [f32]) {
        let mut seed = [0; 32];
        self.fill(&mut seed);
        run(Path::best(), Fill { law, words: Words::new(seed, 0), scale, out });
    }

    /// Fills `out` with uniform bytes.
    pub fn fill(&mut self, out: &mut [u8]) {
        self.generator.fill_bytes(out);
    }
}

/// The distribution of numbers that fill a slice.
enum Law {
    Normal,
    Uniform,
}

/// Fills a slice from words, sixteen numbers at a time.
struct Fill<'a> {
    law: Law,
    words: Words,
    scale: f32,
    out: &'a mut [f32],
}

impl Kernel for Fill<'_> {
    type Output = ();
    #[inline(always)]
    fn run<L: Lanes>(mut self) {
        match self.law {
            Law::Normal => normals::<L>(&mut self.words, self.scale, self.out),
            Law::Uniform => uniforms::<L>(&mut self.words, self.scale, self.out),
        }
    }
}
