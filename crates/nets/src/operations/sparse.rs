//! The first layer on inputs that are 0 or 1: only inputs that are 1 cost anything.
//!
//! Terms of 0 change no bit of a sum (see [`super::product::Start::Bias`]), so that leaving them
//! out gives the bits of the dense product, blocks of 256 terms and all.

use mesascope_lanes::{Lanes, WIDTH};

use super::product::{BLOCK, Finish};
use crate::Real;
use crate::place::{Buffers, Place, Raw, Reach, padded};

/// Moves when a sum moves.
pub const NUMERICS: u32 = 1;

/// Which inputs are 1. Among the words: at `starts` where each row's numbers begin, `[row + 1]`,
/// counted from `starts`; then row after row the numbers of the inputs that are 1, increasing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ones {
    pub starts: usize,
    pub rows: usize,
    pub inputs: usize,
}

/// out[row, output] = finish(bias[output] + sum over inputs that are 1 of weights[input, output]).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SparseForward {
    pub ones: Ones,
    /// `[input, output]`, outputs padded to whole lanes.
    pub weights: Place,
    /// `[output]`, or nothing for sums from 0. Read in whole lanes.
    pub bias: Option<Place>,
    pub outputs: usize,
    /// Where in the scratch the result goes, outputs padded.
    pub out: usize,
    /// `Keep` or `Relu`.
    pub finish: Finish,
}

/// out[input, output] = sum over rows in which the input is 1 of slopes[row, output].
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SparseGradient {
    pub ones: Ones,
    /// `[row, output]`, outputs padded to whole lanes.
    pub slopes: Place,
    pub outputs: usize,
    /// Where in the scratch the result goes, outputs padded.
    pub out: usize,
    /// Where in the scratch a block of rows is added up, as large; used beyond 256 rows.
    pub block: usize,
}

impl Ones {
    /// Lists the ones of `inputs`, `[row, input]`, or says where a number is neither 0 nor 1.
    pub fn list(inputs: &[f32], width: usize, words: &mut Vec<u32>) -> Result<(), (usize, usize)> {
        words.clear();
        let rows = inputs.len() / width;
        words.resize(rows + 1, 0);
        words[0] = rows as u32 + 1;
        for (row, values) in inputs.chunks_exact(width).enumerate() {
            for (input, &value) in values.iter().enumerate() {
                match value {
                    0.0 => {}
                    1.0 => words.push(input as u32),
                    _ => return Err((row, input)),
                }
            }
            words[row + 1] = words.len() as u32;
        }
        Ok(())
    }

    /// Panics unless the words are such a list: then every address that they lead to is inside.
    pub fn check(&self, words: &[u32]) {
        let words = &words[self.starts..];
        let starts = &words[..self.rows + 1];
        assert_eq!(starts[0] as usize, self.rows + 1, "the list begins behind the starts");
        assert!(starts.is_sorted(), "rows stand one behind the other");
        let ones = &words[starts[0] as usize..starts[self.rows] as usize];
        let inside = |&input: &u32| (input as usize) < self.inputs;
        assert!(ones.iter().all(inside), "an input is below {}", self.inputs);
    }

    fn of_row<'w>(&self, words: &'w [u32], row: usize) -> &'w [u32] {
        let words = &words[self.starts..];
        &words[words[row] as usize..words[row + 1] as usize]
    }

    /// # Safety
    /// The words must have passed `check`.
    #[inline(always)]
    #[allow(unsafe_code, reason = "a list that `check` has seen")]
    unsafe fn of_raw_row<'w>(&self, raw: Raw, row: usize) -> &'w [u32] {
        // SAFETY: as promised.
        unsafe {
            let words = raw.words.add(self.starts);
            let [from, to] = [*words.add(row), *words.add(row + 1)].map(|at| at as usize);
            std::slice::from_raw_parts(words.add(from), to - from)
        }
    }
}

impl SparseForward {
    pub fn reach(&self) -> Reach {
        let wide = padded(self.outputs);
        let mut reach = Reach::default()
            .to(self.weights, self.ones.inputs * wide)
            .to(Place::Scratch(self.out), self.ones.rows * wide);
        reach.words = self.ones.starts + self.ones.rows + 1;
        match self.bias {
            Some(place) => reach.to(place, wide),
            None => reach,
        }
    }

    pub fn reference<T: Real>(&self, buffers: &mut Buffers<T>) {
        let wide = padded(self.outputs);
        for row in 0..self.ones.rows {
            let ones = self.ones.of_row(buffers.words, row);
            for output in 0..wide {
                let mut sum = T::ZERO;
                for block in (0..self.ones.inputs).step_by(BLOCK) {
                    let mut chain = match self.bias {
                        Some(place) if block == 0 => buffers.at(place.plus(output)) + T::ZERO,
                        _ => T::ZERO,
                    };
                    for &input in ones {
                        let input = input as usize;
                        if (block..block + BLOCK).contains(&input) {
                            chain += buffers.at(self.weights.plus(input * wide + output));
                        }
                    }
                    sum = if block == 0 { chain } else { sum + chain };
                }
                buffers.scratch[self.out + row * wide + output] = match self.finish {
                    Finish::Relu if T::ZERO > sum => T::ZERO,
                    _ => sum,
                };
            }
        }
    }

    /// # Safety
    /// The buffers must be as long as `reach` says, and the words must have passed `check`.
    #[inline(always)]
    #[allow(unsafe_code, reason = "pointers that `reach` and `check` cover")]
    pub unsafe fn kernel<L: Lanes>(&self, raw: Raw) {
        let vectors = self.outputs.div_ceil(WIDTH);
        for row in 0..self.ones.rows {
            // SAFETY: as promised.
            unsafe {
                let ones = self.ones.of_raw_row(raw, row);
                let mut at = 0;
                while at < vectors {
                    at += match vectors - at {
                        1 => self.sums::<L, 1>(raw, row, at, ones),
                        2 | 3 => self.sums::<L, 2>(raw, row, at, ones),
                        _ => self.sums::<L, 4>(raw, row, at, ones),
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
    unsafe fn sums<L: Lanes, const VECTORS: usize>(
        &self,
        raw: Raw,
        row: usize,
        vector: usize,
        ones: &[u32],
    ) -> usize {
        let wide = padded(self.outputs);
        let column = vector * WIDTH;
        let zero = L::splat(0.0);
        // SAFETY: as promised.
        unsafe {
            let weights = raw.at(self.weights).add(column);
            let mut chain = [zero; VECTORS];
            if let Some(place) = self.bias {
                let bias = raw.at(place).add(column);
                chain = std::array::from_fn(|at| L::load_from(bias.add(at * WIDTH)) + zero);
            }
            let mut sums = [zero; VECTORS];
            let (mut end, mut first) = (BLOCK, true);
            for &input in ones {
                let input = input as usize;
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
            let out = raw.scratch.add(self.out + row * wide + column);
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

impl SparseGradient {
    pub fn reach(&self) -> Reach {
        let wide = padded(self.outputs);
        let out = self.ones.inputs * wide;
        let mut reach = Reach::default()
            .to(self.slopes, self.ones.rows * wide)
            .to(Place::Scratch(self.out), out)
            .to(Place::Scratch(self.block), if self.ones.rows > BLOCK { out } else { 0 });
        reach.words = self.ones.starts + self.ones.rows + 1;
        reach
    }

    pub fn reference<T: Real>(&self, buffers: &mut Buffers<T>) {
        let wide = padded(self.outputs);
        for input in 0..self.ones.inputs {
            for output in 0..wide {
                let mut sum = T::ZERO;
                for block in (0..self.ones.rows).step_by(BLOCK) {
                    let mut chain = T::ZERO;
                    for row in block..self.ones.rows.min(block + BLOCK) {
                        let ones = self.ones.of_row(buffers.words, row);
                        if ones.binary_search(&(input as u32)).is_ok() {
                            chain += buffers.at(self.slopes.plus(row * wide + output));
                        }
                    }
                    sum += chain;
                }
                buffers.scratch[self.out + input * wide + output] = sum;
            }
        }
    }

    /// # Safety
    /// The buffers must be as long as `reach` says, and the words must have passed `check`.
    #[inline(always)]
    #[allow(unsafe_code, reason = "pointers that `reach` and `check` cover")]
    pub unsafe fn kernel<L: Lanes>(&self, raw: Raw) {
        let wide = padded(self.outputs);
        let length = self.ones.inputs * wide;
        // SAFETY: as promised.
        unsafe {
            let out = raw.scratch.add(self.out);
            std::slice::from_raw_parts_mut(out, length).fill(0.0);
            for block in (0..self.ones.rows).step_by(BLOCK) {
                let to = if block == 0 { out } else { raw.scratch.add(self.block) };
                if block > 0 {
                    std::slice::from_raw_parts_mut(to, length).fill(0.0);
                }
                for row in block..self.ones.rows.min(block + BLOCK) {
                    let slopes = raw.at(self.slopes).add(row * wide);
                    for &input in self.ones.of_raw_row(raw, row) {
                        add::<L>(slopes, to.add(input as usize * wide), wide);
                    }
                }
                if block > 0 {
                    add::<L>(to, out, length);
                }
            }
        }
    }
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
