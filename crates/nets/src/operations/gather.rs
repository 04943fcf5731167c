//! The first layer on rows of bits that are kept as lists: each row names where its ones stand, and
//! a base that it shares with other rows, whose sum was made before.
//!
//! Of each row three words are read: where its ones begin, where they end, and the number of its
//! base. A row's sum goes on from its base's as if the base's ones stood before its own. Terms of 0
//! change no bit, so that rows without a base have the bits of the dense product, and so have those
//! with one, if no input of a base stands behind one of a row's own or behind the first 256.

use mesascope_lanes::{Lanes, WIDTH};

use super::product::{BLOCK, Finish};
use crate::Real;
use crate::place::{Buffers, Place, Raw, Reach, padded};

/// Moves when a sum moves.
pub const NUMERICS: u32 = 1;

/// Words of one row.
pub(crate) const WORDS: usize = 3;

/// Rows by the words that describe them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rows {
    /// Where the words of the first row stand.
    pub words: usize,
    pub count: usize,
    /// Every one is below it.
    pub inputs: usize,
    /// Every base is below it.
    pub bases: usize,
}

/// Where sums begin, and where they go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Sums {
    /// A base's own sum begins at the bias, `[output]`, or at 0, and goes to the base's place.
    OfBases(Option<Place>),
    /// A row's begins at its base's sum, `[base, output]` in the scratch, and goes to the row's
    /// place.
    OfRows { bases: usize },
}

/// out[row, output] = finish(start + sum over the row's ones of weights[input, output]), outputs
/// padded to whole lanes everywhere.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GatherForward {
    pub rows: Rows,
    /// `[input, output]`.
    pub weights: Place,
    pub outputs: usize,
    pub sums: Sums,
    /// Where in the scratch the results go, `[row, output]` or `[base, output]`.
    pub out: usize,
    /// `Keep` or `Relu`.
    pub finish: Finish,
}

/// out[input, output] += sum over rows that list the input of slopes[row, output]: up to 256 rows
/// are added to one chain, and the chains to `out` in order. Outputs are padded to whole lanes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GatherGradient {
    pub rows: Rows,
    pub slopes: Place,
    pub by: By,
    pub outputs: usize,
    /// Where in the scratch the sums stand.
    pub out: usize,
    /// Where in the scratch a chain is added up, as large.
    pub chain: usize,
    pub start: First,
}

/// How slopes are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// `[row, output]`.
    Row,
    /// `[base, output]`: a row's are those at its base's place.
    Base,
}

/// Whether sums begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum First {
    /// At 0.
    Begin,
    /// At what stands there, to which whole chains are added.
    GoOn,
    /// At what stands there, which is the beginning of the first chain.
    InChain,
}

/// out[base, output] += sum over the rows of the base of slopes[row, output], of at most 256 rows.
/// Outputs are padded to whole lanes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SumByBase {
    pub rows: Rows,
    /// `[row, output]`.
    pub slopes: Place,
    pub outputs: usize,
    /// Where in the scratch the sums stand.
    pub out: usize,
    /// Room for as many, which holds 0 before and after.
    pub chain: usize,
}

impl Rows {
    fn reach(&self) -> Reach {
        Reach { words: self.words + WORDS * self.count, ..Reach::default() }
    }

    /// The ones of a row, and its base.
    fn row<'a, T>(&self, buffers: &Buffers<'a, T>, row: usize) -> (&'a [u16], usize) {
        let at = self.words + WORDS * row;
        let [from, to, base] = [0, 1, 2].map(|word| buffers.words[at + word] as usize);
        assert!(base < self.bases, "a base is below {}", self.bases);
        (&buffers.ones[from..to], base)
    }

    /// # Safety
    /// The words of the row, and the ones they lead to, must be there.
    #[inline(always)]
    #[allow(unsafe_code, reason = "words that their writer has made")]
    unsafe fn raw_row<'a>(&self, raw: Raw, row: usize) -> (&'a [u16], usize) {
        // SAFETY: as promised.
        unsafe {
            let words = raw.words.add(self.words + WORDS * row);
            let [from, to, base] = [0, 1, 2].map(|word| *words.add(word) as usize);
            (std::slice::from_raw_parts(raw.ones.add(from), to - from), base)
        }
    }
}

impl GatherForward {
    pub fn reach(&self) -> Reach {
        let wide = padded(self.outputs);
        let reach = self.rows.reach().to(self.weights, self.rows.inputs * wide);
        match self.sums {
            Sums::OfBases(bias) => {
                let reach = reach.to(Place::Scratch(self.out), self.rows.bases * wide);
                bias.map_or(reach, |bias| reach.to(bias, self.outputs))
            }
            Sums::OfRows { bases } => reach
                .to(Place::Scratch(bases), self.rows.bases * wide)
                .to(Place::Scratch(self.out), self.rows.count * wide),
        }
    }

    pub fn reference<T: Real>(&self, buffers: &mut Buffers<T>) {
        let wide = padded(self.outputs);
        for row in 0..self.rows.count {
            let (ones, base) = self.rows.row(buffers, row);
            for output in 0..wide {
                let (mut chain, place) = match self.sums {
                    Sums::OfBases(Some(bias)) if output < self.outputs => {
                        (buffers.at(bias.plus(output)) + T::ZERO, base)
                    }
                    Sums::OfBases(_) => (T::ZERO, base),
                    Sums::OfRows { bases } => (buffers.scratch[bases + base * wide + output], row),
                };
                let mut sum = None;
                let mut end = BLOCK;
                for &input in ones {
                    let input = usize::from(input);
                    while input >= end {
                        sum = Some(sum.map_or(chain, |sum: T| sum + chain));
                        (chain, end) = (T::ZERO, end + BLOCK);
                    }
                    chain += buffers.at(self.weights.plus(input * wide + output));
                }
                let sum = sum.map_or(chain, |sum| sum + chain);
                buffers.scratch[self.out + place * wide + output] = match self.finish {
                    Finish::Relu if T::ZERO > sum => T::ZERO,
                    _ => sum,
                };
            }
        }
    }

    /// # Safety
    /// The buffers must be as long as `reach` says, and words and ones must describe such rows.
    #[inline(always)]
    #[allow(unsafe_code, reason = "pointers that `reach` and the rows cover")]
    pub unsafe fn kernel<L: Lanes>(&self, raw: Raw) {
        let vectors = self.outputs.div_ceil(WIDTH);
        for row in 0..self.rows.count {
            // SAFETY: as promised.
            unsafe {
                let (ones, base) = self.rows.raw_row(raw, row);
                let mut at = 0;
                while at < vectors {
                    at += match vectors - at {
                        1 => self.sum::<L, 1>(raw, (row, base), at, ones),
                        2 | 3 => self.sum::<L, 2>(raw, (row, base), at, ones),
                        _ => self.sum::<L, 4>(raw, (row, base), at, ones),
                    };
                }
            }
        }
    }

    /// `VECTORS` vectors of outputs of one row. Gives how many.
    ///
    /// # Safety
    /// As `kernel`.
    #[inline(always)]
    #[allow(unsafe_code, reason = "as `kernel`")]
    unsafe fn sum<L: Lanes, const VECTORS: usize>(
        &self,
        raw: Raw,
        (row, base): (usize, usize),
        vector: usize,
        ones: &[u16],
    ) -> usize {
        let wide = padded(self.outputs);
        let column = vector * WIDTH;
        let zero = L::splat(0.0);
        // SAFETY: as promised.
        unsafe {
            let weights = raw.at(self.weights).add(column);
            let (mut chain, place) = match self.sums {
                Sums::OfBases(None) => ([zero; VECTORS], base),
                Sums::OfBases(Some(bias)) => {
                    let bias = raw.at(bias).add(column);
                    let chain = std::array::from_fn(|at| {
                        let there = (self.outputs - column - at * WIDTH).min(WIDTH);
                        L::load_part(bias.add(at * WIDTH), there) + zero
                    });
                    (chain, base)
                }
                Sums::OfRows { bases } => {
                    let sums = raw.scratch.add(bases + base * wide + column);
                    (std::array::from_fn(|at| L::load_from(sums.add(at * WIDTH))), row)
                }
            };
            let mut sums = [zero; VECTORS];
            let (mut end, mut first) = (BLOCK, true);
            for &input in ones {
                let input = usize::from(input);
                while input >= end {
                    sums = close(sums, chain, first);
                    (chain, first, end) = ([zero; VECTORS], false, end + BLOCK);
                }
                let weights = weights.add(input * wide);
                for (at, sum) in chain.iter_mut().enumerate() {
                    *sum = *sum + L::load_from(weights.add(at * WIDTH));
                }
            }
            sums = close(sums, chain, first);
            let out = raw.scratch.add(self.out + place * wide + column);
            for (at, sum) in sums.into_iter().enumerate() {
                let sum = if self.finish == Finish::Relu { zero.larger(sum) } else { sum };
                sum.store_to(out.add(at * WIDTH));
            }
        }
        VECTORS
    }
}

/// Adds a block's chain to the sums of the blocks before it.
#[inline(always)]
fn close<L: Lanes, const VECTORS: usize>(
    sums: [L; VECTORS],
    chain: [L; VECTORS],
    first: bool,
) -> [L; VECTORS] {
    if first { chain } else { std::array::from_fn(|at| sums[at] + chain[at]) }
}

impl GatherGradient {
    pub fn reach(&self) -> Reach {
        let wide = padded(self.outputs);
        let slopes = match self.by {
            By::Row => self.rows.count,
            By::Base => self.rows.bases,
        };
        self.rows
            .reach()
            .to(self.slopes, slopes * wide)
            .to(Place::Scratch(self.out), self.rows.inputs * wide)
            .to(Place::Scratch(self.chain), self.rows.inputs * wide)
    }

    pub fn reference<T: Real>(&self, buffers: &mut Buffers<T>) {
        let wide = padded(self.outputs);
        let length = self.rows.inputs * wide;
        let mut sums = match self.start {
            First::Begin => vec![T::ZERO; length],
            First::GoOn | First::InChain => buffers.scratch[self.out..self.out + length].to_vec(),
        };
        for block in (0..self.rows.count).step_by(BLOCK) {
            let goes_on = block == 0 && self.start == First::InChain;
            let mut chains = if goes_on { sums.clone() } else { vec![T::ZERO; length] };
            for row in block..self.rows.count.min(block + BLOCK) {
                let (ones, base) = self.rows.row(buffers, row);
                let place = if self.by == By::Row { row } else { base };
                for &input in ones {
                    for output in 0..wide {
                        chains[usize::from(input) * wide + output] +=
                            buffers.at(self.slopes.plus(place * wide + output));
                    }
                }
            }
            match goes_on {
                true => sums = chains,
                false => sums.iter_mut().zip(chains).for_each(|(sum, chain)| *sum += chain),
            }
        }
        buffers.scratch[self.out..self.out + length].copy_from_slice(&sums);
    }

    /// # Safety
    /// As for the forward kernel.
    #[inline(always)]
    #[allow(unsafe_code, reason = "pointers that `reach` and the rows cover")]
    pub unsafe fn kernel<L: Lanes>(&self, raw: Raw) {
        let wide = padded(self.outputs);
        let length = self.rows.inputs * wide;
        // SAFETY: as promised.
        unsafe {
            let out = raw.scratch.add(self.out);
            if self.start == First::Begin {
                std::slice::from_raw_parts_mut(out, length).fill(0.0);
            }
            for block in (0..self.rows.count).step_by(BLOCK) {
                // The first chain begins at what stands there, be it 0.
                let begins = block == 0 && self.start != First::GoOn;
                let chain = if begins { out } else { raw.scratch.add(self.chain) };
                if !begins {
                    std::slice::from_raw_parts_mut(chain, length).fill(0.0);
                }
                for row in block..self.rows.count.min(block + BLOCK) {
                    let (ones, base) = self.rows.raw_row(raw, row);
                    let place = if self.by == By::Row { row } else { base };
                    let slopes = raw.at(self.slopes).add(place * wide);
                    let mut at = 0;
                    while at < wide {
                        at += match (wide - at) / WIDTH {
                            1 => scatter::<L, 1>(slopes, chain, at, wide, ones),
                            2 | 3 => scatter::<L, 2>(slopes, chain, at, wide, ones),
                            _ => scatter::<L, 4>(slopes, chain, at, wide, ones),
                        };
                    }
                }
                if !begins {
                    add::<L>(chain, out, length);
                }
            }
        }
    }
}

/// Adds `VECTORS` vectors of a row's slopes, from `at` on, to those of each of its ones. Gives how
/// many numbers.
///
/// # Safety
/// All must be valid for so many.
#[inline(always)]
#[allow(unsafe_code, reason = "as its callers")]
unsafe fn scatter<L: Lanes, const VECTORS: usize>(
    slopes: *const f32,
    chain: *mut f32,
    at: usize,
    wide: usize,
    ones: &[u16],
) -> usize {
    // SAFETY: as promised.
    unsafe {
        let slopes: [L; VECTORS] =
            std::array::from_fn(|vector| L::load_from(slopes.add(at + vector * WIDTH)));
        for &input in ones {
            let chain = chain.add(usize::from(input) * wide + at);
            for (vector, slope) in slopes.into_iter().enumerate() {
                let chain = chain.add(vector * WIDTH);
                (L::load_from(chain) + slope).store_to(chain);
            }
        }
    }
    VECTORS * WIDTH
}

/// Adds `length` numbers, whole lanes, to others.
///
/// # Safety
/// Both must be valid for so many.
#[inline(always)]
#[allow(unsafe_code, reason = "as its callers")]
unsafe fn add<L: Lanes>(from: *const f32, to: *mut f32, length: usize) {
    // SAFETY: as promised.
    unsafe {
        for at in (0..length).step_by(WIDTH) {
            (L::load_from(to.add(at)) + L::load_from(from.add(at))).store_to(to.add(at));
        }
    }
}

impl SumByBase {
    pub fn reach(&self) -> Reach {
        assert!(self.rows.count <= BLOCK, "one chain adds at most {BLOCK} rows");
        let wide = padded(self.outputs);
        self.rows
            .reach()
            .to(self.slopes, self.rows.count * wide)
            .to(Place::Scratch(self.out), self.rows.bases * wide)
            .to(Place::Scratch(self.chain), self.rows.bases * wide)
    }

    pub fn reference<T: Real>(&self, buffers: &mut Buffers<T>) {
        let wide = padded(self.outputs);
        for at in 0..self.rows.bases * wide {
            let mut chain = T::ZERO;
            for row in 0..self.rows.count {
                if self.rows.row(buffers, row).1 == at / wide {
                    chain += buffers.at(self.slopes.plus(row * wide + at % wide));
                }
            }
            buffers.scratch[self.out + at] += chain;
        }
    }

    /// # Safety
    /// As for the forward kernel.
    #[inline(always)]
    #[allow(unsafe_code, reason = "pointers that `reach` and the rows cover")]
    pub unsafe fn kernel<L: Lanes>(&self, raw: Raw) {
        let wide = padded(self.outputs);
        // SAFETY: as promised.
        unsafe {
            for row in 0..self.rows.count {
                let (_, base) = self.rows.raw_row(raw, row);
                let slopes = raw.at(self.slopes).add(row * wide);
                add::<L>(slopes, raw.scratch.add(self.chain + base * wide), wide);
            }
            for row in 0..self.rows.count {
                // The second row of a base finds a chain of 0, which changes no bit: no sum of
                // numbers that begins at 0 is -0.
                let (_, base) = self.rows.raw_row(raw, row);
                let chain = raw.scratch.add(self.chain + base * wide);
                add::<L>(chain, raw.scratch.add(self.out + base * wide), wide);
                std::slice::from_raw_parts_mut(chain, wide).fill(0.0);
            }
        }
    }
}
