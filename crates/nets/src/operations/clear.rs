//! Sets numbers to 0, for sums that several operations add to.

use mesascope_lanes::{Lanes, WIDTH};

use crate::Real;
use crate::place::{Buffers, Place, Raw, Reach};

/// Writes 0 to `length` numbers of the scratch, whole lanes, from `at` on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Clear {
    pub at: usize,
    pub length: usize,
}

impl Clear {
    pub fn reach(&self) -> Reach {
        assert_eq!(self.length % WIDTH, 0, "whole lanes are cleared");
        Reach::default().to(Place::Scratch(self.at), self.length)
    }

    pub fn reference<T: Real>(&self, buffers: &mut Buffers<T>) {
        buffers.scratch[self.at..self.at + self.length].fill(T::ZERO);
    }

    /// # Safety
    /// The buffers must be as long as `reach` says.
    #[inline(always)]
    #[allow(unsafe_code, reason = "pointers that `reach` covers")]
    pub unsafe fn kernel<L: Lanes>(&self, raw: Raw) {
        for place in (self.at..self.at + self.length).step_by(WIDTH) {
            // SAFETY: `reach` covers the length, which is whole lanes.
            unsafe { L::splat(0.0).store_to(raw.scratch.add(place)) }
        }
    }
}
