//! A flat buffer that begins at a cache line, so that no load of whole lanes crosses one.

use std::ops::{Deref, DerefMut};

/// Bytes of a cache line on the machines this runs on; lanes of `f32` are as many.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
struct Line<T>([T; LINE]);

const LINE: usize = 16;

/// Numbers, `length` of them, all 0 at first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Aligned<T> {
    lines: Vec<Line<T>>,
    length: usize,
}

impl<T: Copy + Default> Aligned<T> {
    pub fn zeros(length: usize) -> Aligned<T> {
        let mut buffer = Aligned { lines: Vec::new(), length: 0 };
        buffer.resize(length);
        buffer
    }

    /// Makes room for so many numbers; what was there stays, what is new is 0.
    pub fn resize(&mut self, length: usize) {
        self.lines.resize(length.div_ceil(LINE), Line([T::default(); LINE]));
        self.length = length;
    }
}

#[allow(unsafe_code, reason = "lines of numbers seen as numbers")]
impl<T> Deref for Aligned<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        const { assert!(size_of::<Line<T>>() == LINE * size_of::<T>(), "a line has no gaps") };
        // SAFETY: lines stand one behind the other without gaps, and there are enough of them.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.length) }
    }
}

#[allow(unsafe_code, reason = "lines of numbers seen as numbers")]
impl<T> DerefMut for Aligned<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as above, and the borrow is unique.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.length) }
    }
}
