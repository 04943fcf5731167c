//! The one matrix product under every layer.
//!
//! Each number of the result is one chain of fused multiply-adds through its terms in order, cut
//! into blocks of at most 256 terms whose sums are added in order. Its bits depend neither on what
//! stands beside it nor on the width of registers.

use mesascope_lanes::{Kernel, Lanes, WIDTH};

use crate::Real;
use crate::place::{Buffers, Place, Raw, Reach};

/// Moves when the order of additions moves.
pub const NUMERICS: u32 = 2;

/// Terms that one chain adds: short chains keep rounding errors small.
pub(crate) const BLOCK: usize = 256;

/// How a tile walks through its left factor: along rows that stand side by side, or along terms.
const BY_ROWS: bool = true;
const BY_TERMS: bool = false;

/// out[row, column] = finish(start[row] + sum over terms of left[row, term] right[term, column]).
///
/// `right` is read in whole lanes: what stands behind its last column may be anything finite.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Product {
    pub left: Place,
    /// Numbers from one row of `left` to the next, and from one term to the next. One of them is 1.
    pub left_row: usize,
    pub left_term: usize,
    pub right: Place,
    /// Numbers from one term of `right` to the next; columns stand side by side.
    pub right_term: usize,
    /// Where in the scratch the result goes, and numbers from one of its rows to the next.
    pub out: usize,
    pub out_row: usize,
    pub rows: usize,
    pub terms: usize,
    pub columns: usize,
    pub start: Start,
    pub finish: Finish,
}

/// The first term of every sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// 0.
    Zero,
    /// One number a row, to which 0 is added so that no sum starts at -0: then terms of 0 change
    /// no bit and sparse rows may leave them out.
    Bias(Place),
    /// As above, but one number a column.
    BiasOfColumns(Place),
    /// What the result already holds.
    Out,
    /// 0, but the whole sum is then added to what the result already holds: the next 256 terms of
    /// a sum whose terms come in several products.
    Added,
}

/// What happens to every sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finish {
    /// Nothing.
    Keep,
    /// The larger of it and 0; NaN stays.
    Relu,
    /// It is multiplied by the slope of a relu that gave what stands here, laid out as the result.
    ThroughRelu(Place),
    /// As above, for the hyperbolic tangent.
    ThroughTanh(Place),
}

impl Product {
    pub fn reach(&self) -> Reach {
        let Product { rows, terms, columns, .. } = *self;
        assert!(self.left_row == 1 || self.left_term == 1, "rows or terms stand side by side");
        let left = (rows - 1) * self.left_row + (terms - 1) * self.left_term + 1;
        let wide = columns.next_multiple_of(WIDTH);
        let reach = Reach::default()
            .to(self.left, left)
            .to_rows(self.right, terms, self.right_term, wide)
            .to_rows(Place::Scratch(self.out), rows, self.out_row, columns);
        let reach = match self.start {
            Start::Bias(place) => reach.to(place, rows),
            Start::BiasOfColumns(place) => reach.to(place, columns),
            Start::Zero | Start::Out | Start::Added => reach,
        };
        match self.finish {
            Finish::ThroughRelu(place) | Finish::ThroughTanh(place) => {
                reach.to_rows(place, rows, self.out_row, columns)
            }
            Finish::Keep | Finish::Relu => reach,
        }
    }

    pub fn reference<T: Real>(&self, buffers: &mut Buffers<T>) {
        for row in 0..self.rows {
            for column in 0..self.columns {
                let out = self.out + row * self.out_row + column;
                let mut sum = match self.start {
                    Start::Zero => T::ZERO,
                    Start::Bias(place) => buffers.at(place.plus(row)) + T::ZERO,
                    Start::BiasOfColumns(place) => buffers.at(place.plus(column)) + T::ZERO,
                    Start::Out | Start::Added => buffers.scratch[out],
                };
                for block in (0..self.terms).step_by(BLOCK) {
                    let first = block == 0 && self.start != Start::Added;
                    let mut chain = if first { sum } else { T::ZERO };
                    for term in block..self.terms.min(block + BLOCK) {
                        let left = row * self.left_row + term * self.left_term;
                        let left = buffers.at(self.left.plus(left));
                        let right = buffers.at(self.right.plus(term * self.right_term + column));
                        chain = left.fma(right, chain);
                    }
                    sum = if first { chain } else { sum + chain };
                }
                let there = row * self.out_row + column;
                buffers.scratch[out] = match self.finish {
                    Finish::Keep => sum,
                    Finish::Relu if T::ZERO > sum => T::ZERO,
                    Finish::Relu => sum,
                    Finish::ThroughRelu(given) => {
                        if buffers.at(given.plus(there)) > T::ZERO {
                            sum
                        } else {
                            T::ZERO
                        }
                    }
                    Finish::ThroughTanh(given) => {
                        let given = buffers.at(given.plus(there));
                        sum * (-given).fma(given, T::ONE)
                    }
                };
            }
        }
    }

    /// # Safety
    /// The buffers must be as long as `reach` says.
    #[inline(always)]
    #[allow(unsafe_code, reason = "pointers that `reach` covers")]
    pub unsafe fn kernel<L: Lanes>(&self, raw: Raw) {
        let vectors = self.columns.div_ceil(WIDTH);
        let mut at = 0;
        while at < vectors {
            at += match self.left_row {
                1 => self.strips::<L, BY_ROWS>(raw, at, vectors - at),
                _ => self.strips::<L, BY_TERMS>(raw, at, vectors - at),
            };
        }
    }

    /// All rows of as many vectors of columns as fit in the registers. Gives how many.
    ///
    /// Sums, a row of the right factor and a number of the left must fit in the registers. At least
    /// eight sums hide the latency of an addition; by terms, every row has a pointer, of which the
    /// general registers hold no more than eight.
    #[inline(always)]
    fn strips<L: Lanes, const BY: bool>(&self, raw: Raw, at: usize, vectors: usize) -> usize {
        let product = self;
        match vectors {
            _ if L::REGISTERS < 8 => L::call(Strip::<1, 1, 1, 1, BY> { product, raw, at }),
            _ if L::REGISTERS < 32 => L::call(Strip::<6, 3, 1, 1, BY> { product, raw, at }),
            1 => L::call(Strip::<8, 4, 1, 1, BY> { product, raw, at }),
            2 => L::call(Strip::<8, 4, 1, 2, BY> { product, raw, at }),
            3 => L::call(Strip::<8, 4, 1, 3, BY> { product, raw, at }),
            _ => L::call(Strip::<6, 4, 1, 4, BY> { product, raw, at }),
        }
    }

    /// One tile of sums, held in registers.
    #[inline(always)]
    #[allow(unsafe_code, reason = "as `kernel`")]
    unsafe fn tile<L: Lanes, const ROWS: usize, const VECTORS: usize, const BY: bool>(
        &self,
        raw: Raw,
        row: usize,
        vector: usize,
    ) {
        // SAFETY: the caller promises that the tile lies inside the result, and that the buffers
        // reach as far as `reach` says, which covers every address below.
        unsafe {
            let column = vector * WIDTH;
            let left = raw.at(self.left).add(row * self.left_row);
            let right = raw.at(self.right).add(column);
            let from_out = row * self.out_row + column;
            let out = raw.scratch.add(self.out + from_out);
            // Lanes of each vector that lie inside the result.
            let there: [usize; VECTORS] =
                std::array::from_fn(|at| (self.columns - column - at * WIDTH).min(WIDTH));
            for block in (0..self.terms).step_by(BLOCK) {
                let end = self.terms.min(block + BLOCK);
                let mut sums = [[L::splat(0.0); VECTORS]; ROWS];
                if block == 0 {
                    match self.start {
                        Start::Zero | Start::Added => {}
                        Start::BiasOfColumns(place) => {
                            let bias = raw.at(place).add(column);
                            let bias: [L; VECTORS] = std::array::from_fn(|at| {
                                L::load_part(bias.add(at * WIDTH), there[at]) + L::splat(0.0)
                            });
                            sums = [bias; ROWS];
                        }
                        Start::Bias(place) => {
                            let bias = raw.at(place).add(row);
                            for (at, sums) in sums.iter_mut().enumerate() {
                                *sums = [L::splat(*bias.add(at) + 0.0); VECTORS];
                            }
                        }
                        Start::Out => sums = self.load::<L, ROWS, VECTORS>(out, there),
                    }
                }
                let left = left.add(block * self.left_term);
                let right = right.add(block * self.right_term);
                if BY == BY_ROWS {
                    self.by_rows(left, right, end - block, &mut sums);
                } else {
                    self.by_terms(left, right, end - block, &mut sums);
                }
                if block > 0 || self.start == Start::Added {
                    let before = self.load::<L, ROWS, VECTORS>(out, there);
                    for (sums, before) in sums.iter_mut().zip(before) {
                        for (sum, before) in sums.iter_mut().zip(before) {
                            *sum = before + *sum;
                        }
                    }
                }
                for (at, sums) in sums.into_iter().enumerate() {
                    let out = out.add(at * self.out_row);
                    for (at, (sum, there)) in sums.into_iter().zip(there).enumerate() {
                        sum.store_part(out.add(at * WIDTH), there);
                    }
                }
            }
            for at in 0..ROWS {
                for (vector, there) in there.into_iter().enumerate() {
                    self.finish::<L>(raw, from_out + at * self.out_row + vector * WIDTH, there);
                }
            }
        }
    }

    /// Finishes `there` sums, which stand this far from the corner of the result.
    ///
    /// # Safety
    /// They must lie inside the result.
    #[inline(always)]
    #[allow(unsafe_code, reason = "as `kernel`")]
    unsafe fn finish<L: Lanes>(&self, raw: Raw, from_out: usize, there: usize) {
        let zero = L::splat(0.0);
        // SAFETY: as promised.
        unsafe {
            let out = raw.scratch.add(self.out + from_out);
            let sum = || L::load_part(out, there);
            match self.finish {
                Finish::Keep => {}
                Finish::Relu => zero.larger(sum()).store_part(out, there),
                Finish::ThroughRelu(given) => {
                    let given = L::load_part(raw.at(given).add(from_out), there);
                    L::choose(given.over(zero), sum(), zero).store_part(out, there);
                }
                Finish::ThroughTanh(given) => {
                    let given = L::load_part(raw.at(given).add(from_out), there);
                    (sum() * (-given).fma(given, L::splat(1.0))).store_part(out, there);
                }
            }
        }
    }

    /// Adds terms to a tile where the rows of `left` stand side by side: one pointer, at fixed
    /// distances from which the rows are.
    ///
    /// # Safety
    /// The terms must be valid for reading.
    #[inline(always)]
    #[allow(unsafe_code, reason = "as `kernel`")]
    unsafe fn by_rows<L: Lanes, const ROWS: usize, const VECTORS: usize>(
        &self,
        mut left: *const f32,
        mut right: *const f32,
        terms: usize,
        sums: &mut [[L; VECTORS]; ROWS],
    ) {
        // SAFETY: as promised; pointers move by wrapping, because the last step leads outside.
        unsafe {
            for _ in 0..terms {
                let columns: [L; VECTORS] =
                    std::array::from_fn(|at| L::load_from(right.add(at * WIDTH)));
                for (at, sums) in sums.iter_mut().enumerate() {
                    let left = L::splat(*left.add(at));
                    for (sum, column) in sums.iter_mut().zip(columns) {
                        *sum = left.fma(column, *sum);
                    }
                }
                left = left.wrapping_add(self.left_term);
                right = right.wrapping_add(self.right_term);
            }
        }
    }

    /// As `by_rows` where the terms of `left` stand side by side: a pointer for each row, which
    /// moves once in four terms.
    ///
    /// # Safety
    /// The terms must be valid for reading.
    #[inline(always)]
    #[allow(unsafe_code, reason = "as `kernel`")]
    unsafe fn by_terms<L: Lanes, const ROWS: usize, const VECTORS: usize>(
        &self,
        left: *const f32,
        mut right: *const f32,
        terms: usize,
        sums: &mut [[L; VECTORS]; ROWS],
    ) {
        const TOGETHER: usize = 4;
        let mut rows: [*const f32; ROWS] =
            std::array::from_fn(|at| left.wrapping_add(at * self.left_row));
        // SAFETY: as above.
        unsafe {
            for _ in 0..terms / TOGETHER {
                for term in 0..TOGETHER {
                    let columns: [L; VECTORS] =
                        std::array::from_fn(|at| L::load_from(right.add(at * WIDTH)));
                    for (row, sums) in rows.iter().zip(sums.iter_mut()) {
                        let left = L::splat(*row.add(term));
                        for (sum, column) in sums.iter_mut().zip(columns) {
                            *sum = left.fma(column, *sum);
                        }
                    }
                    right = right.wrapping_add(self.right_term);
                }
                rows = rows.map(|row| row.wrapping_add(TOGETHER));
            }
            for term in 0..terms % TOGETHER {
                let columns: [L; VECTORS] =
                    std::array::from_fn(|at| L::load_from(right.add(at * WIDTH)));
                for (row, sums) in rows.iter().zip(sums.iter_mut()) {
                    let left = L::splat(*row.add(term));
                    for (sum, column) in sums.iter_mut().zip(columns) {
                        *sum = left.fma(column, *sum);
                    }
                }
                right = right.wrapping_add(self.right_term);
            }
        }
    }

    /// A tile of numbers that are laid out as the result.
    ///
    /// # Safety
    /// The tile at `from` must be valid for reading.
    #[inline(always)]
    #[allow(unsafe_code, reason = "as `kernel`")]
    unsafe fn load<L: Lanes, const ROWS: usize, const VECTORS: usize>(
        &self,
        from: *const f32,
        there: [usize; VECTORS],
    ) -> [[L; VECTORS]; ROWS] {
        let mut tile = [[L::splat(0.0); VECTORS]; ROWS];
        for (at, row) in tile.iter_mut().enumerate() {
            for (vector, (value, there)) in row.iter_mut().zip(there).enumerate() {
                // SAFETY: as promised.
                *value =
                    unsafe { L::load_part(from.add(at * self.out_row + vector * WIDTH), there) };
            }
        }
        tile
    }
}

/// All rows of `VECTORS` vectors of columns, in tiles of `TALL` rows and then `MIDDLE` and `LOW`.
/// A kernel of its own, so that it is compiled apart: one function of all tiles takes minutes.
struct Strip<
    'a,
    const TALL: usize,
    const MIDDLE: usize,
    const LOW: usize,
    const VECTORS: usize,
    const BY: bool,
> {
    product: &'a Product,
    raw: Raw,
    at: usize,
}

impl<const TALL: usize, const MIDDLE: usize, const LOW: usize, const VECTORS: usize, const BY: bool>
    Kernel for Strip<'_, TALL, MIDDLE, LOW, VECTORS, BY>
{
    /// How many vectors.
    type Output = usize;

    #[inline(always)]
    #[allow(unsafe_code, reason = "as `Product::kernel`, which makes it")]
    fn run<L: Lanes>(self) -> usize {
        let Strip { product, raw, at } = self;
        let mut row = 0;
        // SAFETY: the rows and the vectors lie inside the result.
        unsafe {
            // Two tiles of middle height rather than a tall one and rows that are left over.
            let even = if 2 * MIDDLE > TALL { 2 * MIDDLE } else { 0 };
            while row + TALL <= product.rows && product.rows - row != even {
                product.tile::<L, TALL, VECTORS, BY>(raw, row, at);
                row += TALL;
            }
            while row + MIDDLE <= product.rows {
                product.tile::<L, MIDDLE, VECTORS, BY>(raw, row, at);
                row += MIDDLE;
            }
            while row < product.rows {
                product.tile::<L, LOW, VECTORS, BY>(raw, row, at);
                row += LOW;
            }
        }
        VECTORS
    }
}
