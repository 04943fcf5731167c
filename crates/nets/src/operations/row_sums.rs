//! Sums over rows, as a bias's gradient is one.

use mesascope_lanes::{Lanes, WIDTH};

use crate::Real;
use crate::place::{Buffers, Place, Raw, Reach, lane_sum};

/// Moves when the order of additions moves.
pub const NUMERICS: u32 = 1;

/// out[unit] = sum over columns of from[unit, column], added up as lanes are.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RowSums {
    pub from: Place,
    /// Numbers from one unit to the next: whole lanes, of which those beyond the rows are 0.
    pub width: usize,
    pub units: usize,
    /// Where in the scratch the sums go.
    pub out: usize,
}

impl RowSums {
    pub fn reach(&self) -> Reach {
        assert_eq!(self.width % WIDTH, 0, "rows are padded to whole lanes");
        Reach::default()
            .to(self.from, self.units * self.width)
            .to(Place::Scratch(self.out), self.units)
    }

    pub fn reference<T: Real>(&self, buffers: &mut Buffers<T>) {
        for unit in 0..self.units {
            let row = self.from.plus(unit * self.width);
            let sum = lane_sum((0..self.width).map(|column| buffers.at(row.plus(column))));
            buffers.scratch[self.out + unit] = sum;
        }
    }

    /// # Safety
    /// The buffers must be as long as `reach` says.
    #[inline(always)]
    #[allow(unsafe_code, reason = "pointers that `reach` covers")]
    pub unsafe fn kernel<L: Lanes>(&self, raw: Raw) {
        // SAFETY: `reach` covers every unit's row and every sum.
        unsafe {
            for unit in 0..self.units {
                let row = raw.at(self.from).add(unit * self.width);
                let mut sums = L::splat(0.0);
                for column in (0..self.width).step_by(WIDTH) {
                    sums = sums + L::load_from(row.add(column));
                }
                *raw.scratch.add(self.out + unit) = sums.sum();
            }
        }
    }
}
