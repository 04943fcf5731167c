//! Rows to columns: products read their right factor along lanes.

use mesascope_lanes::{Lanes, WIDTH};

use crate::Real;
use crate::place::{Buffers, Place, Raw, Reach, padded};

/// out[column, row] = from[row, column]. `from` is read in whole lanes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Transpose {
    pub from: Place,
    /// Numbers from one row to the next.
    pub from_row: usize,
    pub rows: usize,
    pub columns: usize,
    /// Where in the scratch the result goes, `[column, row]`.
    pub out: usize,
    pub edge: Edge,
}

/// How the result ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edge {
    /// At whole lanes, with 0 for rows beyond the last; in columns beyond the last stands what
    /// stands behind a row of `from`.
    Padded,
    /// At the last row and column.
    Exact,
}

impl Transpose {
    /// Columns and rows that are written.
    fn written(&self) -> (usize, usize) {
        match self.edge {
            Edge::Padded => (padded(self.columns), padded(self.rows)),
            Edge::Exact => (self.columns, self.rows),
        }
    }
}

impl Transpose {
    pub fn reach(&self) -> Reach {
        let (wide, tall) = self.written();
        Reach::default()
            .to_rows(self.from, self.rows, self.from_row, padded(self.columns))
            .to(Place::Scratch(self.out), wide * tall)
    }

    pub fn reference<T: Real>(&self, buffers: &mut Buffers<T>) {
        let (wide, tall) = self.written();
        for column in 0..wide {
            for row in 0..tall {
                buffers.scratch[self.out + column * tall + row] = match row < self.rows {
                    true => buffers.at(self.from.plus(row * self.from_row + column)),
                    false => T::ZERO,
                };
            }
        }
    }

    /// # Safety
    /// The buffers must be as long as `reach` says.
    #[inline(always)]
    #[allow(unsafe_code, reason = "pointers that `reach` covers")]
    pub unsafe fn kernel<L: Lanes>(&self, raw: Raw) {
        let (wide, tall) = self.written();
        // SAFETY: `reach` covers whole lanes of every row, and what is written.
        unsafe {
            for row in (0..self.rows).step_by(WIDTH) {
                for column in (0..self.columns).step_by(WIDTH) {
                    let from = raw.at(self.from).add(row * self.from_row + column);
                    let mut square = [L::splat(0.0); WIDTH];
                    let there = (self.rows - row).min(WIDTH);
                    for (at, value) in square.iter_mut().take(there).enumerate() {
                        *value = L::load_from(from.add(at * self.from_row));
                    }
                    L::transpose(&mut square);
                    let out = raw.scratch.add(self.out + column * tall + row);
                    let count = (tall - row).min(WIDTH);
                    for (at, value) in square.into_iter().enumerate().take(wide - column) {
                        value.store_part(out.add(at * tall), count);
                    }
                }
            }
        }
    }
}
