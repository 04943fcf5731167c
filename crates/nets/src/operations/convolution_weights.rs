//! The slopes of the loss by the weights of a convolution.

use mesascope_lanes::{Lanes, WIDTH};

use super::convolution::Window;
use crate::Real;
use crate::place::{Buffers, Place, Raw, Reach};

/// Moves when the order of additions moves.
pub const NUMERICS: u32 = 1;

/// Positions of the result whose products one chain adds.
const BLOCK: usize = 256;

/// slope[r, g, down, across] = sum over y, x and rows of
/// slopes[r, y, x] given[g, y + down - before, x + across - before].
///
/// Every sixteenth row goes to the same lane. For each sixteen rows a chain of fused multiply-adds
/// runs through the positions (y, x) in order, leaving out what lies outside the image, and is cut
/// after each 256 positions; chains are added to the lane in order of rows and positions, and the
/// lanes at last as lanes are.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ConvolutionWeights {
    pub window: Window,
    /// Rows, padded to whole lanes.
    pub wide: usize,
    /// The images given, `[given channel, y, x, row]`.
    pub from: Place,
    /// Where in the scratch the slopes by the results stand, `[result channel, y, x, row]`, 0 for
    /// rows beyond the last.
    pub slopes: usize,
    /// Where in the scratch there is room for lanes, `[weight, lane]`.
    pub lanes: usize,
    /// Where in the scratch the result goes, in the order of the weights.
    pub out: usize,
}

impl ConvolutionWeights {
    pub fn reach(&self) -> Reach {
        assert_eq!(self.wide % WIDTH, 0, "rows are padded to whole lanes");
        let Window { given, results, height, width, .. } = self.window;
        let (result_height, result_width) = self.window.result();
        Reach::default()
            .to(self.from, given * height * width * self.wide)
            .to(Place::Scratch(self.slopes), results * result_height * result_width * self.wide)
            .to(Place::Scratch(self.lanes), self.window.weights() * WIDTH)
            .to(Place::Scratch(self.out), self.window.weights())
    }

    pub fn reference<T: Real>(&self, buffers: &mut Buffers<T>) {
        let Window { given, height, width, size, before, .. } = self.window;
        let (result_height, result_width) = self.window.result();
        for weight in 0..self.window.weights() {
            let (tap, channels) = (weight % (size * size), weight / (size * size));
            let (down, across) = (tap / size, tap % size);
            let (result, from) = (channels / given, channels % given);
            let mut lanes = [T::ZERO; WIDTH];
            for row in 0..self.wide {
                for block in (0..result_height * result_width).step_by(BLOCK) {
                    let end = (result_height * result_width).min(block + BLOCK);
                    let mut chain = T::ZERO;
                    for position in block..end {
                        let (y, x) = (position / result_width, position % result_width);
                        let (line, column) = (y + down, x + across);
                        if line < before || column < before {
                            continue;
                        }
                        let (line, column) = (line - before, column - before);
                        if line >= height || column >= width {
                            continue;
                        }
                        let slope = (result * result_height * result_width + position) * self.wide;
                        let there = ((from * height + line) * width + column) * self.wide;
                        let slope = buffers.scratch[self.slopes + slope + row];
                        chain = slope.fma(buffers.at(self.from.plus(there + row)), chain);
                    }
                    lanes[row % WIDTH] += chain;
                }
            }
            for (at, lane) in lanes.into_iter().enumerate() {
                buffers.scratch[self.lanes + weight * WIDTH + at] = lane;
            }
            for half in [8, 4, 2, 1] {
                for lane in 0..half {
                    lanes[lane] += lanes[lane + half];
                }
            }
            buffers.scratch[self.out + weight] = lanes[0];
        }
    }

    /// # Safety
    /// The buffers must be as long as `reach` says.
    #[inline(always)]
    #[allow(unsafe_code, reason = "pointers that `reach` covers")]
    pub unsafe fn kernel<L: Lanes>(&self, raw: Raw) {
        let weights = self.window.weights();
        // SAFETY: `reach` covers every number of every weight's lanes and its slope.
        unsafe {
            for weight in 0..weights {
                L::splat(0.0).store_to(raw.scratch.add(self.lanes + weight * WIDTH));
            }
            for vector in (0..self.wide).step_by(WIDTH) {
                // Sums, numbers read and one more must fit in the registers.
                if L::REGISTERS >= 32 {
                    self.channels::<L, 8, 2>(raw, vector);
                } else {
                    self.channels::<L, 2, 2>(raw, vector);
                }
            }
            for weight in 0..weights {
                let lanes = L::load_from(raw.scratch.add(self.lanes + weight * WIDTH));
                *raw.scratch.add(self.out + weight) = lanes.sum();
            }
        }
    }

    /// The part of sixteen rows, in tiles of so many result and given channels, and the rest one at
    /// a time.
    ///
    /// # Safety
    /// As `kernel`.
    #[inline(always)]
    #[allow(unsafe_code, reason = "as `kernel`")]
    unsafe fn channels<L: Lanes, const RESULTS: usize, const GIVEN: usize>(
        &self,
        raw: Raw,
        vector: usize,
    ) {
        let Window { given, results, size, .. } = self.window;
        let mut result = 0;
        while result < results {
            let tall = results - result >= RESULTS;
            let mut from = 0;
            while from < given {
                let broad = given - from >= GIVEN;
                for tap in 0..size * size {
                    let at = [result, from, tap];
                    // SAFETY: the tile lies inside the weights.
                    unsafe {
                        match (tall, broad) {
                            (true, true) => self.tile::<L, RESULTS, GIVEN>(raw, vector, at),
                            (true, false) => self.tile::<L, RESULTS, 1>(raw, vector, at),
                            (false, true) => self.tile::<L, 1, GIVEN>(raw, vector, at),
                            (false, false) => self.tile::<L, 1, 1>(raw, vector, at),
                        }
                    }
                }
                from += if broad { GIVEN } else { 1 };
            }
            result += if tall { RESULTS } else { 1 };
        }
    }

    /// One tap of a tile of channels, for sixteen rows.
    ///
    /// # Safety
    /// The tile must lie inside the weights, and the buffers must be as long as `reach` says.
    #[inline(always)]
    #[allow(unsafe_code, reason = "as `kernel`")]
    unsafe fn tile<L: Lanes, const RESULTS: usize, const GIVEN: usize>(
        &self,
        raw: Raw,
        vector: usize,
        [result, from, tap]: [usize; 3],
    ) {
        let Window { given, height, width, size, before, .. } = self.window;
        let (result_height, result_width) = self.window.result();
        let (down, across) = (tap / size, tap % size);
        let (result_image, given_image) =
            (result_height * result_width * self.wide, height * width * self.wide);
        // The positions of the result for which the tap lies inside the image.
        let inside = |tap: usize, results: usize, given: usize| {
            before.saturating_sub(tap)..results.min((given + before).saturating_sub(tap))
        };
        let (lines, columns) =
            (inside(down, result_height, height), inside(across, result_width, width));
        // SAFETY: `reach` covers every position of every image, and the lanes of every weight.
        unsafe {
            let slopes = raw.scratch.add(self.slopes + result * result_image + vector);
            let read = raw.at(self.from).add(from * given_image + vector);
            let mut sums = [[L::splat(0.0); GIVEN]; RESULTS];
            let lanes = |at: usize, other: usize| {
                let weight = ((result + at) * given + from + other) * size * size + tap;
                raw.scratch.add(self.lanes + weight * WIDTH)
            };
            for (at, sums) in sums.iter_mut().enumerate() {
                for (other, sum) in sums.iter_mut().enumerate() {
                    *sum = L::load_from(lanes(at, other));
                }
            }
            for block in (0..result_height * result_width).step_by(BLOCK) {
                let end = (result_height * result_width).min(block + BLOCK);
                let mut chains = [[L::splat(0.0); GIVEN]; RESULTS];
                for y in lines.clone() {
                    // The columns of this line that lie in the block.
                    let start = (y * result_width).max(block) - y * result_width;
                    let stop = (y * result_width + result_width).min(end);
                    let stop = stop.saturating_sub(y * result_width);
                    for x in columns.start.max(start)..columns.end.min(stop) {
                        let there = (y + down - before) * width + x + across - before;
                        let there = read.add(there * self.wide);
                        let values: [L; GIVEN] =
                            std::array::from_fn(|at| L::load_from(there.add(at * given_image)));
                        let slope = slopes.add((y * result_width + x) * self.wide);
                        for (at, chains) in chains.iter_mut().enumerate() {
                            let slope = L::load_from(slope.add(at * result_image));
                            for (chain, value) in chains.iter_mut().zip(values) {
                                *chain = slope.fma(value, *chain);
                            }
                        }
                    }
                }
                for (sum, chain) in
                    sums.as_flattened_mut().iter_mut().zip(chains.as_flattened().iter())
                {
                    *sum = *sum + *chain;
                }
            }
            for (at, sums) in sums.into_iter().enumerate() {
                for (other, sum) in sums.into_iter().enumerate() {
                    sum.store_to(lanes(at, other));
                }
            }
        }
    }
}
