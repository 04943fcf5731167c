//! Where the numbers of a pass stand: flat buffers, and places in them.

use mesascope_lanes::WIDTH;

use crate::Real;

/// The next multiple of the lanes, so that a row ends at whole lanes.
pub(crate) const fn padded(count: usize) -> usize {
    count.next_multiple_of(WIDTH)
}

/// A place in one of the buffers of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Among the parameters of the network.
    Parameters(usize),
    /// Among the inputs and labels.
    Data(usize),
    /// Among the numbers that the pass itself makes.
    Scratch(usize),
}

impl Place {
    /// The place this many numbers further on.
    pub fn plus(self, offset: usize) -> Place {
        match self {
            Place::Parameters(at) => Place::Parameters(at + offset),
            Place::Data(at) => Place::Data(at + offset),
            Place::Scratch(at) => Place::Scratch(at + offset),
        }
    }
}

/// The buffers of a pass, for the plain reference.
pub(crate) struct Buffers<'a, T> {
    pub parameters: &'a [T],
    pub data: &'a [T],
    /// Whole numbers among the data: which inputs are 1, row by row.
    pub words: &'a [u32],
    /// Inputs that are 1, of many rows one behind the other, where the words say which are whose.
    pub ones: &'a [u16],
    pub scratch: &'a mut [T],
}

impl<T: Real> Buffers<'_, T> {
    /// The number at a place.
    pub fn at(&self, place: Place) -> T {
        match place {
            Place::Parameters(at) => self.parameters[at],
            Place::Data(at) => self.data[at],
            Place::Scratch(at) => self.scratch[at],
        }
    }
}

/// The buffers of a pass, for the kernels. Their lengths have been compared with what the
/// operations reach, so that no inner loop has to.
#[derive(Clone, Copy)]
pub(crate) struct Raw {
    pub parameters: *const f32,
    pub data: *const f32,
    pub words: *const u32,
    pub ones: *const u16,
    pub scratch: *mut f32,
}

#[allow(unsafe_code, reason = "pointers into buffers whose lengths `Program::run` has checked")]
impl Raw {
    /// The number at a place and those behind it.
    ///
    /// # Safety
    /// The place must lie in its buffer.
    #[inline(always)]
    pub unsafe fn at(&self, place: Place) -> *const f32 {
        // SAFETY: the caller promises that the place lies in its buffer.
        unsafe {
            match place {
                Place::Parameters(at) => self.parameters.add(at),
                Place::Data(at) => self.data.add(at),
                Place::Scratch(at) => self.scratch.add(at),
            }
        }
    }
}

/// How far an operation reaches into each buffer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reach {
    pub parameters: usize,
    pub data: usize,
    pub words: usize,
    pub scratch: usize,
}

impl Reach {
    /// Also as far as `length` numbers from a place on.
    pub fn to(mut self, place: Place, length: usize) -> Reach {
        let (reach, end) = match place {
            Place::Parameters(at) => (&mut self.parameters, at + length),
            Place::Data(at) => (&mut self.data, at + length),
            Place::Scratch(at) => (&mut self.scratch, at + length),
        };
        *reach = end.max(*reach);
        self
    }

    /// Also as far as `count` rows of `length` numbers, which begin `step` apart.
    pub fn to_rows(self, place: Place, count: usize, step: usize, length: usize) -> Reach {
        match count {
            0 => self,
            _ => self.to(place, (count - 1) * step + length),
        }
    }

    /// As far as either.
    pub fn and(self, other: Reach) -> Reach {
        Reach {
            parameters: self.parameters.max(other.parameters),
            data: self.data.max(other.data),
            words: self.words.max(other.words),
            scratch: self.scratch.max(other.scratch),
        }
    }
}

/// The sum of numbers in the order in which lanes add up: every sixteenth number to the same lane,
/// from 0 on, then lane i with lane i + 8, i + 4, i + 2 and i + 1.
pub(crate) fn lane_sum<T: Real>(values: impl Iterator<Item = T>) -> T {
    let mut lanes = [T::ZERO; WIDTH];
    for (place, value) in values.enumerate() {
        lanes[place % WIDTH] += value;
    }
    for half in [8, 4, 2, 1] {
        for lane in 0..half {
            lanes[lane] += lanes[lane + half];
        }
    }
    lanes[0]
}
