//! What copies of a world have shown, kept as rows of bits that networks read.

use mesascope_nets::BitRows;
use mesascope_tasks::{Environment, Space};

use crate::head::NOTHING;

/// Moves when what is shared is chosen otherwise, which decides the order of sums.
pub const NUMERICS: u32 = 1;

/// A shared part longer than this would change the order in which a row is added up.
const LONGEST_SHARED: usize = 256;

/// Rows of cells and cues, `[cell then cue]`.
#[derive(Debug)]
pub(crate) struct Seen {
    rows: BitRows,
    /// How many cells rows share with those of the same copy before.
    shared: usize,
    space: Space,
    whole: Vec<u8>,
}

impl Seen {
    /// Nothing yet of such a space.
    pub fn new(space: Space) -> Seen {
        // The first channel, which in most worlds shows walls and stays through an episode. A world
        // whose first channel changes is read as well, but with less to share.
        let first = space.height * space.width;
        let shared = if first <= LONGEST_SHARED { first } else { 0 };
        let rows = BitRows::new(space.inputs());
        let mut seen = Seen { rows, shared, space, whole: Vec::new() };
        seen.clear();
        seen
    }

    /// Forgets all rows but one that has no ones, [`NOTHING`].
    pub fn clear(&mut self) {
        self.rows.clear();
        debug_assert_eq!(self.rows.len(), NOTHING as usize);
        self.rows.push(&[]);
    }

    /// The rows.
    pub fn rows(&self) -> &BitRows {
        &self.rows
    }

    /// Keeps what a copy shows now, and gives the row's number. `like` is a row of the same copy
    /// before.
    pub fn push(&mut self, environment: &dyn Environment, copy: usize, like: Option<usize>) -> u32 {
        let (cells, cues) = (self.space.cells(), self.space.cues);
        let shown = &environment.observations()[copy * cells..][..cells];
        let row = self.rows.len() as u32;
        if cues == 0 {
            self.rows.push_bytes(shown, self.shared, like);
        } else {
            self.whole.clear();
            self.whole.extend_from_slice(shown);
            self.whole.extend_from_slice(&environment.cues()[copy * cues..][..cues]);
            self.rows.push_bytes(&self.whole, self.shared, like);
        }
        row
    }

    /// What a row shows: its ones, of which the first may be shared.
    pub fn ones(&self, row: u32) -> [&[u16]; 2] {
        let (base, own) = self.rows.row(row as usize);
        [self.rows.ones_of(base), own]
    }

    /// Keeps rows of one copy, of these ones each, and gives their numbers. Rows one behind the other
    /// share what they can, as those that [`Seen::push`] is given.
    pub fn push_ones<'a>(&mut self, rows: impl Iterator<Item = [&'a [u16]; 2]>) -> Vec<u32> {
        let mut base = None;
        let mut numbers = Vec::new();
        for [shared, own] in rows {
            let here = match base {
                _ if self.shared == 0 => 0,
                Some(base) if self.rows.ones_of(base) == shared => base,
                _ => self.rows.base(shared),
            };
            base = Some(here);
            numbers.push(self.rows.len() as u32);
            self.rows.push_on(here, own);
        }
        numbers
    }
}
