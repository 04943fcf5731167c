//! Sums over rows that stand one behind the other, as a bias's gradient is one: the same order of
//! additions, and thereby the same bits, as [`super::row_sums`] on rows that stand side by side.

use mesascope_lanes::{Lanes, WIDTH};

use crate::Real;
use crate::place::{Buffers, Place, Raw, Reach, padded};

/// Moves when the order of additions moves.
pub const NUMERICS: u32 = 1;

/// out[lane, unit] += sum over every sixteenth row of from[row, unit].
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ColumnLanes {
    pub from: Place,
    /// Numbers from one row to the next.
    pub width: usize,
    pub rows: usize,
    pub units: usize,
    /// Where in the scratch the sums stand, units padded to whole lanes.
    pub out: usize,
}

/// out[unit] = from[lane, unit] added up over lanes, as lanes are.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ColumnSums {
    /// Where in the scratch the lanes stand, units padded to whole lanes.
    pub from: usize,
    pub units: usize,
    /// Where in the scratch the sums go.
    pub out: usize,
}

impl ColumnLanes {
    pub fn reach(&self) -> Reach {
        Reach::default()
            .to_rows(self.from, self.rows, self.width, self.units)
            .to(Place::Scratch(self.out), WIDTH * padded(self.units))
    }

    pub fn reference<T: Real>(&self, buffers: &mut Buffers<T>) {
        for row in 0..self.rows {
            for unit in 0..self.units {
                let value = buffers.at(self.from.plus(row * self.width + unit));
                buffers.scratch[self.out + row % WIDTH * padded(self.units) + unit] += value;
            }
        }
    }

    /// # Safety
    /// The buffers must be as long as `reach` says.
    #[inline(always)]
    #[allow(unsafe_code, reason = "pointers that `reach` covers")]
    pub unsafe fn kernel<L: Lanes>(&self, raw: Raw) {
        let wide = padded(self.units);
        // SAFETY: `reach` covers every row and every sum.
        unsafe {
            for unit in (0..self.units).step_by(WIDTH) {
                let there = (self.units - unit).min(WIDTH);
                let from = raw.at(self.from).add(unit);
                let out = raw.scratch.add(self.out + unit);
                let mut lanes: [L; WIDTH] =
                    std::array::from_fn(|lane| L::load_part(out.add(lane * wide), there));
                for row in (0..self.rows).step_by(WIDTH) {
                    let rows = (self.rows - row).min(WIDTH);
                    for (at, lane) in lanes.iter_mut().enumerate().take(rows) {
                        let value = L::load_part(from.add((row + at) * self.width), there);
                        *lane = *lane + value;
                    }
                }
                for (lane, sums) in lanes.into_iter().enumerate() {
                    sums.store_part(out.add(lane * wide), there);
                }
            }
        }
    }
}

impl ColumnSums {
    pub fn reach(&self) -> Reach {
        Reach::default()
            .to(Place::Scratch(self.from), WIDTH * padded(self.units))
            .to(Place::Scratch(self.out), self.units)
    }

    pub fn reference<T: Real>(&self, buffers: &mut Buffers<T>) {
        for unit in 0..self.units {
            let lane = |lane: usize| buffers.scratch[self.from + lane * padded(self.units) + unit];
            let sum = crate::place::lane_sum((0..WIDTH).map(lane));
            buffers.scratch[self.out + unit] = sum;
        }
    }

    /// # Safety
    /// The buffers must be as long as `reach` says.
    #[inline(always)]
    #[allow(unsafe_code, reason = "pointers that `reach` covers")]
    pub unsafe fn kernel<L: Lanes>(&self, raw: Raw) {
        let wide = padded(self.units);
        // SAFETY: `reach` covers every lane and every sum.
        unsafe {
            for unit in (0..self.units).step_by(WIDTH) {
                let from = raw.scratch.add(self.from + unit);
                let mut lanes: [L; WIDTH] =
                    std::array::from_fn(|lane| L::load_from(from.add(lane * wide)) + L::splat(0.0));
                for half in [8, 4, 2, 1] {
                    for lane in 0..half {
                        lanes[lane] = lanes[lane] + lanes[lane + half];
                    }
                }
                let out = raw.scratch.add(self.out + unit);
                lanes[0].store_part(out, (self.units - unit).min(WIDTH));
            }
        }
    }
}
