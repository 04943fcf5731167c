//! A convolution over small images, forward and back to its input, with sixteen rows (examples)
//! side by side in lanes.
//!
//! Images are `[channel, y, x, row]`, rows padded to whole lanes, so that every product takes one
//! weight to sixteen rows and nothing has to be rearranged. As in PyTorch's `nn.Conv2d`, the kernel
//! is not mirrored, and its weights are `[result channel, given channel, down, across]`.

use mesascope_lanes::{Lanes, WIDTH};

use crate::Real;
use crate::place::{Buffers, Place, Raw, Reach};

/// Moves when the order of additions moves.
pub const NUMERICS: u32 = 1;

/// Terms that one chain adds at most: short chains keep rounding errors small.
const BLOCK: usize = 256;

/// The sizes of a convolution with stride 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// Channels of the images given and of those that result.
    pub given: usize,
    pub results: usize,
    /// Lines and columns of the images given.
    pub height: usize,
    pub width: usize,
    /// Lines and columns of the kernel.
    pub size: usize,
    /// Lines of 0 thought above the image given, and columns left of it.
    pub before: usize,
    /// As `before`, below and right.
    pub after: usize,
}

impl Window {
    /// Lines and columns of the images that result.
    pub fn result(&self) -> (usize, usize) {
        let positions = |given: usize| given + self.before + self.after + 1 - self.size;
        (positions(self.height), positions(self.width))
    }

    /// Weights, without biases.
    pub fn weights(&self) -> usize {
        self.results * self.given * self.size * self.size
    }

    /// Where weights of the next result channel, and of the next given one, begin.
    pub fn strides(&self) -> (usize, usize) {
        let taps = self.size * self.size;
        (self.given * taps, taps)
    }
}

/// Which way a product goes through the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// result[r, y, x] = relu(bias[r] + sum over g, down, across of
    /// weight[r, g, down, across] given[g, y + down - before, x + across - before]).
    Forward {
        /// The biases, `[result channel]`.
        biases: Place,
    },
    /// given[g, y, x] = sum over r, down, across of
    /// weight[r, g, down, across] result[r, y - down + before, x - across + before],
    /// multiplied by the slope of the relu that gave what stands at `relu`.
    Back {
        /// What the relu gave, laid out as the result.
        relu: Place,
    },
}

/// One pass through a convolution. A sum runs through channels, lines and columns of the kernel in
/// this order, leaves out what lies outside the image, and is one chain of fused multiply-adds, cut
/// into blocks of as many whole channels as have at most 256 terms (at least one), whose sums are
/// added in order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Convolve {
    pub window: Window,
    pub way: Way,
    /// Rows, padded to whole lanes.
    pub wide: usize,
    pub weights: Place,
    pub from: Place,
    /// Where in the scratch the result goes.
    pub out: usize,
}

/// A pass with its direction worked in.
#[derive(Clone, Copy)]
struct Walk {
    /// Channels read, lines and columns of their images.
    read: usize,
    read_height: usize,
    read_width: usize,
    /// As above, of what is written.
    written: usize,
    height: usize,
    width: usize,
    /// Numbers from the weights of one channel to the next, of those read and written.
    read_stride: usize,
    written_stride: usize,
    /// Channels of one block.
    together: usize,
}

impl Convolve {
    fn walk(&self) -> Walk {
        let Window { given, results, height, width, size, .. } = self.window;
        let (result_height, result_width) = self.window.result();
        let (result_stride, given_stride) = self.window.strides();
        let together = (BLOCK / (size * size)).max(1);
        match self.way {
            Way::Forward { .. } => Walk {
                read: given,
                read_height: height,
                read_width: width,
                written: results,
                height: result_height,
                width: result_width,
                read_stride: given_stride,
                written_stride: result_stride,
                together,
            },
            Way::Back { .. } => Walk {
                read: results,
                read_height: result_height,
                read_width: result_width,
                written: given,
                height,
                width,
                read_stride: result_stride,
                written_stride: given_stride,
                together,
            },
        }
    }

    /// The line (or column) that is read at this tap for this line of the result, unless it lies
    /// outside the image.
    #[inline(always)]
    fn line(&self, at: usize, tap: usize, lines: usize) -> Option<usize> {
        let before = self.window.before;
        let line = match self.way {
            Way::Forward { .. } => (at + tap).wrapping_sub(before),
            Way::Back { .. } => (at + before).wrapping_sub(tap),
        };
        (line < lines).then_some(line)
    }

    pub fn reach(&self) -> Reach {
        assert_eq!(self.wide % WIDTH, 0, "rows are padded to whole lanes");
        let walk = self.walk();
        let written = walk.written * walk.height * walk.width * self.wide;
        let reach = Reach::default()
            .to(self.weights, self.window.weights())
            .to(self.from, walk.read * walk.read_height * walk.read_width * self.wide)
            .to(Place::Scratch(self.out), written);
        match self.way {
            Way::Forward { biases } => reach.to(biases, walk.written),
            Way::Back { relu } => reach.to(relu, written),
        }
    }

    pub fn reference<T: Real>(&self, buffers: &mut Buffers<T>) {
        let (walk, size) = (self.walk(), self.window.size);
        for place in 0..walk.written * walk.height * walk.width * self.wide {
            let (image, row) = (place / self.wide, place % self.wide);
            let (image, x) = (image / walk.width, image % walk.width);
            let (channel, y) = (image / walk.height, image % walk.height);
            let mut sum = T::ZERO;
            for block in (0..walk.read).step_by(walk.together) {
                let mut chain = match self.way {
                    Way::Forward { biases } if block == 0 => buffers.at(biases.plus(channel)),
                    _ => T::ZERO,
                };
                for read in block..walk.read.min(block + walk.together) {
                    for tap in 0..size * size {
                        let Some(line) = self.line(y, tap / size, walk.read_height) else {
                            continue;
                        };
                        let Some(column) = self.line(x, tap % size, walk.read_width) else {
                            continue;
                        };
                        let weight = channel * walk.written_stride + read * walk.read_stride + tap;
                        let from = (read * walk.read_height + line) * walk.read_width + column;
                        let weight = buffers.at(self.weights.plus(weight));
                        let from = buffers.at(self.from.plus(from * self.wide + row));
                        chain = weight.fma(from, chain);
                    }
                }
                sum = if block == 0 { chain } else { sum + chain };
            }
            buffers.scratch[self.out + place] = match self.way {
                Way::Forward { .. } if T::ZERO > sum => T::ZERO,
                Way::Forward { .. } => sum,
                Way::Back { relu } if buffers.at(relu.plus(place)) > T::ZERO => sum,
                Way::Back { .. } => T::ZERO,
            };
        }
    }

    /// # Safety
    /// The buffers must be as long as `reach` says.
    #[inline(always)]
    #[allow(unsafe_code, reason = "pointers that `reach` covers")]
    pub unsafe fn kernel<L: Lanes>(&self, raw: Raw) {
        // SAFETY: the caller promises that the buffers are long enough.
        unsafe {
            // Sums, numbers read and a weight must fit in the registers.
            if L::REGISTERS >= 32 {
                self.channels::<L, 8, 2>(raw);
            } else {
                self.channels::<L, 4, 1>(raw);
            }
        }
    }

    /// All of the result, in tiles of so many channels and vectors of rows, and the rest one at a
    /// time.
    ///
    /// # Safety
    /// As `kernel`.
    #[inline(always)]
    #[allow(unsafe_code, reason = "as `kernel`")]
    unsafe fn channels<L: Lanes, const CHANNELS: usize, const VECTORS: usize>(&self, raw: Raw) {
        let walk = self.walk();
        let vectors = self.wide / WIDTH;
        let mut channel = 0;
        while channel < walk.written {
            let whole = walk.written - channel >= CHANNELS;
            for y in 0..walk.height {
                for x in 0..walk.width {
                    let mut vector = 0;
                    while vector < vectors {
                        let wide = vectors - vector >= VECTORS;
                        let at = [channel, y, x, vector];
                        // SAFETY: the tile lies inside the result.
                        unsafe {
                            match (whole, wide) {
                                (true, true) => self.tile::<L, CHANNELS, VECTORS>(raw, walk, at),
                                (true, false) => self.tile::<L, CHANNELS, 1>(raw, walk, at),
                                (false, true) => self.tile::<L, 1, VECTORS>(raw, walk, at),
                                (false, false) => self.tile::<L, 1, 1>(raw, walk, at),
                            }
                        }
                        vector += if wide { VECTORS } else { 1 };
                    }
                }
            }
            channel += if whole { CHANNELS } else { 1 };
        }
    }

    /// One tile of sums, held in registers.
    ///
    /// # Safety
    /// The tile must lie inside the result, and the buffers must be as long as `reach` says.
    #[inline(always)]
    #[allow(unsafe_code, reason = "as `kernel`")]
    unsafe fn tile<L: Lanes, const CHANNELS: usize, const VECTORS: usize>(
        &self,
        raw: Raw,
        walk: Walk,
        [channel, y, x, vector]: [usize; 4],
    ) {
        let size = self.window.size;
        let image = walk.height * walk.width * self.wide;
        let offset = channel * image + (y * walk.width + x) * self.wide + vector * WIDTH;
        // SAFETY: `reach` covers every image, weight and bias; `line` keeps inside the image.
        unsafe {
            let weights = raw.at(self.weights).add(channel * walk.written_stride);
            let from = raw.at(self.from).add(vector * WIDTH);
            let mut sums = [[L::splat(0.0); VECTORS]; CHANNELS];
            for block in (0..walk.read).step_by(walk.together) {
                let mut chains = [[L::splat(0.0); VECTORS]; CHANNELS];
                if let Way::Forward { biases } = self.way
                    && block == 0
                {
                    let bias = raw.at(biases).add(channel);
                    for (at, chains) in chains.iter_mut().enumerate() {
                        *chains = [L::splat(*bias.add(at)); VECTORS];
                    }
                }
                for read in block..walk.read.min(block + walk.together) {
                    for down in 0..size {
                        let Some(line) = self.line(y, down, walk.read_height) else { continue };
                        for across in 0..size {
                            let Some(column) = self.line(x, across, walk.read_width) else {
                                continue;
                            };
                            let there = (read * walk.read_height + line) * walk.read_width + column;
                            let there = from.add(there * self.wide);
                            let values: [L; VECTORS] =
                                std::array::from_fn(|at| L::load_from(there.add(at * WIDTH)));
                            let weight =
                                weights.add(read * walk.read_stride + down * size + across);
                            for (at, chains) in chains.iter_mut().enumerate() {
                                let weight = L::splat(*weight.add(at * walk.written_stride));
                                for (chain, value) in chains.iter_mut().zip(values) {
                                    *chain = weight.fma(value, *chain);
                                }
                            }
                        }
                    }
                }
                for (sum, chain) in
                    sums.as_flattened_mut().iter_mut().zip(chains.as_flattened().iter())
                {
                    *sum = if block == 0 { *chain } else { *sum + *chain };
                }
            }
            let zero = L::splat(0.0);
            for (at, sums) in sums.into_iter().enumerate() {
                for (vector, sum) in sums.into_iter().enumerate() {
                    let place = offset + at * image + vector * WIDTH;
                    let sum = match self.way {
                        Way::Forward { .. } => zero.larger(sum),
                        Way::Back { relu } => {
                            let relu = L::load_from(raw.at(relu).add(place));
                            L::choose(relu.over(zero), sum, zero)
                        }
                    };
                    sum.store_to(raw.scratch.add(self.out + place));
                }
            }
        }
    }
}
