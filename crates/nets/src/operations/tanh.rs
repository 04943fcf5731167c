//! The hyperbolic tangent of every number, in place.

use mesascope_lanes::{Lanes, WIDTH, tanh};

use crate::Real;
use crate::place::{Buffers, Place, Raw, Reach};

/// Moves when a value moves.
pub const NUMERICS: u32 = 1;

/// Replaces `length` numbers of the scratch, whole lanes, by their hyperbolic tangents.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tanh {
    pub at: usize,
    pub length: usize,
}

impl Tanh {
    pub fn reach(&self) -> Reach {
        assert_eq!(self.length % WIDTH, 0, "rows are padded to whole lanes");
        Reach::default().to(Place::Scratch(self.at), self.length)
    }

    pub fn reference<T: Real>(&self, buffers: &mut Buffers<T>) {
        for value in &mut buffers.scratch[self.at..self.at + self.length] {
            *value = value.tanh();
        }
    }

    /// # Safety
    /// The buffers must be as long as `reach` says.
    #[inline(always)]
    #[allow(unsafe_code, reason = "pointers that `reach` covers")]
    pub unsafe fn kernel<L: Lanes>(&self, raw: Raw) {
        // SAFETY: `reach` covers the length, which is whole lanes.
        unsafe {
            for place in (self.at..self.at + self.length).step_by(WIDTH) {
                let value = raw.scratch.add(place);
                tanh(L::load_from(value)).store_to(value);
            }
        }
    }
}
