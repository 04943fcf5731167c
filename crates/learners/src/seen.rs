//! What copies of a world have shown, kept as rows of bits that networks read.

use mesascope_nets::BitRows;
use mesascope_tasks::{Environment, Space};

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
        Seen { rows: BitRows::new(space.inputs()), shared, space, whole: Vec::new() }
    }

    /// Forgets all rows.
    pub fn clear(&mut self) {
        self.rows.clear();
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
}
