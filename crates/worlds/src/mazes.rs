//! Mazes: how the walls of a level are drawn. After jaxgmg's `maze_generation`.

use mesascope_stats::Draws;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Impossible;
use crate::grid::{Cells, Size};

/// Moves when the same settings come to other walls.
pub const NUMERICS: u32 = 1;

/// The largest probability of a wall: above it levels without room would be drawn again too often.
const MOST_WALLS: f64 = 0.9;

/// How walls are drawn. The border is always of walls, one cell thick, and the rest is the inside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Maze {
    /// Every inside cell is a wall on its own; nothing says that two open cells are connected.
    Blocks {
        /// The probability of a wall, 0 to 0.9. Default: 0.25.
        #[serde(default = "a_quarter")]
        walls: f64,
    },
    /// Exactly one way between any two open cells: a spanning tree of the cells with odd row and
    /// column, by Kruskal's rule on edges in random order. Rows and columns of the grid are odd.
    Tree,
    /// No walls inside.
    Open,
}

impl Default for Maze {
    fn default() -> Maze {
        Maze::Blocks { walls: a_quarter() }
    }
}

fn a_quarter() -> f64 {
    0.25
}

/// Whether a cell belongs to the border.
pub fn at_edge(size: Size, cell: u8) -> bool {
    let (row, column) = size.place(cell);
    row == 0 || column == 0 || row + 1 == size.height || column + 1 == size.width
}

impl Maze {
    /// What is wrong with it on grids of this size.
    pub fn check(&self, size: Size) -> Result<(), Impossible> {
        match self {
            Maze::Blocks { walls } if !(0.0..=MOST_WALLS).contains(walls) => Err(Impossible {
                field: vec!["maze", "blocks", "walls"],
                why: format!("walls is a number from 0 to {MOST_WALLS}, not {walls}"),
            }),
            Maze::Tree if size.height.is_multiple_of(2) || size.width.is_multiple_of(2) => {
                Err(Impossible {
                    field: vec!["maze"],
                    why: format!(
                        "a tree stands on odd numbers of rows and columns, not {} x {}",
                        size.height, size.width
                    ),
                })
            }
            _ => Ok(()),
        }
    }

    /// The walls of one level.
    pub fn draw(&self, size: Size, draws: &mut Draws) -> Cells {
        let mut walls = Cells::default();
        for cell in 0..size.cells() as u8 {
            let wall = at_edge(size, cell)
                || match self {
                    Maze::Blocks { walls } => draws.uniform() < *walls,
                    Maze::Tree => true,
                    Maze::Open => false,
                };
            walls.set(cell, wall);
        }
        if *self == Maze::Tree {
            carve(size, &mut walls, draws);
        }
        walls
    }
}

/// Opens the cells with odd row and column and a spanning tree between them.
fn carve(size: Size, walls: &mut Cells, draws: &mut Draws) {
    let (rows, columns) = (usize::from(size.height / 2), usize::from(size.width / 2));
    let mut edges = Vec::with_capacity(2 * rows * columns);
    for row in 0..rows {
        for column in 0..columns {
            let node = row * columns + column;
            walls.set(size.cell(2 * row as u8 + 1, 2 * column as u8 + 1), false);
            if column + 1 < columns {
                edges.push((node, node + 1));
            }
            if row + 1 < rows {
                edges.push((node, node + columns));
            }
        }
    }
    draws.shuffle(&mut edges);
    let mut tree_of: Vec<usize> = (0..rows * columns).collect();
    for (one, other) in edges {
        let (left, right) = (tree_of[one], tree_of[other]);
        if left == right {
            continue;
        }
        tree_of.iter_mut().filter(|tree| **tree == right).for_each(|tree| *tree = left);
        // The cell between two nodes lies at the mean of their places.
        let row = one / columns + other / columns + 1;
        let column = one % columns + other % columns + 1;
        walls.set(size.cell(row as u8, column as u8), false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesascope_stats::Key;

    #[test]
    fn a_tree_connects_all_its_cells_in_one_way() {
        let size = Size { height: 9, width: 13 };
        let mut draws = Key::from_seed(1).draws();
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..20 {
            let walls = Maze::Tree.draw(size, &mut draws);
            let open = size.cells() - walls.count();
            // 4 x 6 nodes and one cell for each of the 23 edges of a tree on them.
            assert_eq!(open, 24 + 23);
            let steps = size.distances(size.cell(1, 1), &walls);
            assert_eq!(steps.iter().flatten().count(), open, "every open cell can be reached");
            seen.insert(walls);
        }
        assert_eq!(seen.len(), 20, "trees differ");
    }

    #[test]
    fn blocks_are_walls_as_often_as_they_are_told() {
        let size = Size { height: 15, width: 15 };
        let mut draws = Key::from_seed(2).draws();
        let border = 4 * 14;
        assert_eq!(Maze::Open.draw(size, &mut draws).count(), border);
        let count = |_| Maze::default().draw(size, &mut draws).count() - border;
        let share = (0..400).map(count).sum::<usize>() as f64 / (400.0 * 169.0);
        // 67,600 cells: a standard error of 0.0017.
        assert!((share - 0.25).abs() < 0.007, "{share}");
    }

    #[test]
    fn impossible_mazes_are_named() {
        let size = Size { height: 12, width: 13 };
        assert!(Maze::Tree.check(size).unwrap_err().why.contains("12 x 13"));
        assert!(Maze::Blocks { walls: 1.0 }.check(size).unwrap_err().why.contains("0.9"));
        assert!(Maze::Blocks { walls: f64::NAN }.check(size).is_err());
    }
}
