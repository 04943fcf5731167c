//! One copy's observation, to be painted.

use super::Size;

/// The cells of one copy, `[channel, row, column]`, each 0 or 1.
#[derive(Debug)]
pub struct Canvas<'a> {
    cells: &'a mut [u8],
    per_channel: usize,
}

impl<'a> Canvas<'a> {
    /// Somebody's cells, `[channel, row, column]`.
    #[inline]
    pub fn new(cells: &'a mut [u8], size: Size) -> Canvas<'a> {
        Canvas { cells, per_channel: size.cells() }
    }

    /// Paints a cell of a channel, or wipes it.
    #[inline]
    pub fn set(&mut self, channel: usize, cell: u8, there: bool) {
        self.cells[channel * self.per_channel + usize::from(cell)] = u8::from(there);
    }

    /// Moves what is in a cell of a channel to another.
    #[inline]
    pub fn shift(&mut self, channel: usize, from: u8, to: u8) {
        self.set(channel, from, false);
        self.set(channel, to, true);
    }

    /// Wipes everything.
    pub fn clear(&mut self) {
        self.cells.fill(0);
    }
}
