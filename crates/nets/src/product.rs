//! The one matrix product under every layer, and its reference.
//!
//! Each entry of the result is one chain of additions, from its start value through the terms in
//! order, so its bits depend neither on how many rows stand beside it nor on the vector width.

use crate::Real;

/// Moves when the order of additions moves.
pub const NUMERICS: u32 = 1;

/// Rows and columns of the tile that is summed in registers: 4 x 8 32-bit sums fill half of the 16
/// registers of SSE2, and leave room for the factors.
const TILE_ROWS: usize = 4;
const TILE_COLUMNS: usize = 8;

/// A matrix in a slice.
#[derive(Clone, Copy)]
pub(crate) struct Matrix<'a, T> {
    values: &'a [T],
    rows: usize,
    columns: usize,
    order: Order,
}

/// Which entries of a matrix stand side by side.
#[derive(Clone, Copy)]
enum Order {
    RowByRow,
    ColumnByColumn,
}

impl<'a, T: Real> Matrix<'a, T> {
    /// `values` is `[row, column]`.
    pub fn new(values: &'a [T], rows: usize, columns: usize) -> Matrix<'a, T> {
        assert_eq!(values.len(), rows * columns, "values is [row, column]");
        Matrix { values, rows, columns, order: Order::RowByRow }
    }

    /// The same values with rows and columns exchanged.
    pub fn transposed(self) -> Matrix<'a, T> {
        let order = match self.order {
            Order::RowByRow => Order::ColumnByColumn,
            Order::ColumnByColumn => Order::RowByRow,
        };
        Matrix { values: self.values, rows: self.columns, columns: self.rows, order }
    }

    /// Appends columns `from..from + N` of every row in turn, with 0 in place of columns beyond
    /// the last.
    fn pack<const N: usize>(&self, from: usize, packed: &mut Vec<[T; N]>) {
        let width = N.min(self.columns - from);
        let place = packed.len();
        packed.resize(place + self.rows, [T::ZERO; N]);
        let packed = &mut packed[place..];
        match self.order {
            Order::RowByRow => {
                let rows = self.values.chunks_exact(self.columns);
                for (strip, row) in packed.iter_mut().zip(rows) {
                    strip[..width].copy_from_slice(&row[from..from + width]);
                }
            }
            Order::ColumnByColumn => {
                let columns = self.values.chunks_exact(self.rows).skip(from).take(width);
                for (offset, column) in columns.enumerate() {
                    for (strip, &value) in packed.iter_mut().zip(column) {
                        strip[offset] = value;
                    }
                }
            }
        }
    }
}

/// Room to lay out the factors of a product in the order in which they are read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Panels<T> {
    left: Vec<[T; TILE_ROWS]>,
    right: Vec<[T; TILE_COLUMNS]>,
}

/// Writes start + left . right to `out`, `[row, column]`. `start`, `[column]` or empty for 0, is
/// the first term of every sum.
pub(crate) fn product<T: Real>(
    left: Matrix<T>,
    right: Matrix<T>,
    start: &[T],
    panels: &mut Panels<T>,
    out: &mut [T],
) {
    assert_eq!(left.columns, right.rows, "left is [row, term], right is [term, column]");
    assert_eq!(out.len(), left.rows * right.columns, "out is [row, column]");
    assert!(start.is_empty() || start.len() == right.columns, "start is [column] or empty");
    let (terms, columns) = (left.columns, right.columns);
    panels.left.clear();
    for row in (0..left.rows).step_by(TILE_ROWS) {
        left.transposed().pack(row, &mut panels.left);
    }
    for column in (0..columns).step_by(TILE_COLUMNS) {
        let width = TILE_COLUMNS.min(columns - column);
        panels.right.clear();
        right.pack(column, &mut panels.right);
        let mut first = [T::ZERO; TILE_COLUMNS];
        if !start.is_empty() {
            first[..width].copy_from_slice(&start[column..column + width]);
        }
        let tiles_out = out.chunks_mut(TILE_ROWS * columns);
        for (left, out) in panels.left.chunks_exact(terms).zip(tiles_out) {
            let sums = tile(left, &panels.right, first);
            for (sums, out) in sums.iter().zip(out.chunks_exact_mut(columns)) {
                out[column..column + width].copy_from_slice(&sums[..width]);
            }
        }
    }
}

/// The sums of one tile. Terms are added in order, one by one.
#[inline]
fn tile<T: Real>(
    left: &[[T; TILE_ROWS]],
    right: &[[T; TILE_COLUMNS]],
    first: [T; TILE_COLUMNS],
) -> [[T; TILE_COLUMNS]; TILE_ROWS] {
    let mut sums = [first; TILE_ROWS];
    for (left, right) in left.iter().zip(right) {
        for (sums, &left) in sums.iter_mut().zip(left) {
            for (sum, &right) in sums.iter_mut().zip(right) {
                *sum += left * right;
            }
        }
    }
    sums
}
