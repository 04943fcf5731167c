//! A set of cells of a small grid, and where a move leads.

use serde::{Deserialize, Serialize};

/// A set of cells, numbered row by row. Grids have at most [`Cells::MOST`] of them.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Cells([u64; 4]);

impl Cells {
    /// The most cells of a grid, so that a cell is a byte and their number too: 15 x 15 fit.
    pub const MOST: usize = 255;

    /// Puts a cell in or takes it out.
    pub fn set(&mut self, cell: u8, there: bool) {
        let bit = 1 << (cell % 64);
        let word = &mut self.0[usize::from(cell / 64)];
        *word = if there { *word | bit } else { *word & !bit };
    }

    /// Whether a cell is in it.
    #[inline]
    pub fn has(&self, cell: u8) -> bool {
        self.0[usize::from(cell / 64)] >> (cell % 64) & 1 == 1
    }

    /// How many cells are in it.
    pub fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Its cells, in order.
    pub fn iter(&self) -> impl Iterator<Item = u8> + '_ {
        self.0.iter().enumerate().flat_map(|(at, &word)| {
            let mut left = word;
            std::iter::from_fn(move || {
                let bit = left.trailing_zeros();
                left &= left.checked_sub(1)?;
                Some((64 * at) as u8 + bit as u8)
            })
        })
    }
}

impl FromIterator<u8> for Cells {
    fn from_iter<I: IntoIterator<Item = u8>>(cells: I) -> Cells {
        let mut set = Cells::default();
        cells.into_iter().for_each(|cell| set.set(cell, true));
        set
    }
}

/// Rows and columns of a grid; cells are numbered row by row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Size {
    /// Rows.
    pub height: u8,
    /// Columns.
    pub width: u8,
}

/// A direction on the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "directions name themselves")]
pub enum Way {
    Up,
    Left,
    Down,
    Right,
}

impl Size {
    /// How many cells there are.
    pub fn cells(&self) -> usize {
        usize::from(self.height) * usize::from(self.width)
    }

    /// The cell at a row and column.
    #[inline]
    pub fn cell(&self, row: u8, column: u8) -> u8 {
        (usize::from(row) * usize::from(self.width) + usize::from(column)) as u8
    }

    /// Row and column of a cell.
    #[inline]
    pub fn place(&self, cell: u8) -> (u8, u8) {
        (cell / self.width, cell % self.width)
    }

    /// The cell next to another, or none beyond the edge.
    #[inline]
    pub fn next(&self, cell: u8, way: Way) -> Option<u8> {
        let (row, column) = self.place(cell);
        match way {
            Way::Up => (row > 0).then(|| cell - self.width),
            Way::Left => (column > 0).then(|| cell - 1),
            Way::Down => (row + 1 < self.height).then(|| cell + self.width),
            Way::Right => (column + 1 < self.width).then(|| cell + 1),
        }
    }

    /// Where somebody in a cell is after trying to go a way: a wall and the edge leave them there.
    #[inline]
    pub fn walk(&self, cell: u8, way: Way, walls: &Cells) -> u8 {
        self.next(cell, way).filter(|&next| !walls.has(next)).unwrap_or(cell)
    }

    /// The steps from a cell to every other, `[cell]`, around walls; none where there is no way.
    pub fn distances(&self, from: u8, walls: &Cells) -> Vec<Option<u32>> {
        let mut steps = vec![None; self.cells()];
        steps[usize::from(from)] = Some(0);
        let mut queue = std::collections::VecDeque::from([from]);
        while let Some(cell) = queue.pop_front() {
            let here = steps[usize::from(cell)].expect("it was reached");
            for way in [Way::Up, Way::Left, Way::Down, Way::Right] {
                let next = self.walk(cell, way, walls);
                if steps[usize::from(next)].is_none() {
                    steps[usize::from(next)] = Some(here + 1);
                    queue.push_back(next);
                }
            }
        }
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_cells_lists_what_was_put_in() {
        let cells: Cells = [0, 63, 64, 200, 255].into_iter().collect();
        assert_eq!(cells.iter().collect::<Vec<_>>(), [0, 63, 64, 200, 255]);
        assert_eq!(cells.count(), 5);
        let mut fewer = cells;
        fewer.set(64, false);
        assert!(cells.has(64) && !fewer.has(64) && fewer.has(63));
    }

    #[test]
    fn a_wall_and_the_edge_leave_a_walker_there() {
        let size = Size { height: 2, width: 3 };
        let walls = [size.cell(0, 1)].into_iter().collect();
        assert_eq!(size.walk(0, Way::Right, &walls), 0, "a wall");
        assert_eq!(size.walk(0, Way::Up, &walls), 0, "the edge");
        assert_eq!(size.walk(0, Way::Down, &walls), 3);
        assert_eq!(size.walk(3, Way::Left, &walls), 3, "the left edge does not wrap round");
        assert_eq!(size.distances(0, &walls)[2], Some(4));
    }
}
