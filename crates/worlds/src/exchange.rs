//! Levels as text that jaxgmg reads and writes: cells apart by one blank, a row a line.

use crate::grid::{Drawing, Grid, Misdrawn};

/// A world whose levels jaxgmg knows too, under the same characters.
pub trait Exchange: Grid {
    /// The level that jaxgmg's text shows. All that jaxgmg's parser takes is taken: the border is
    /// whole and the size is the world's, and whether anything can be reached is not asked.
    fn import(&self, text: &str) -> Result<Self::Level, Misdrawn>;

    /// The level as jaxgmg's parser reads it. What its text does not hold is lost (the inventory's
    /// columns of keys and chests).
    fn export(&self, level: &Self::Level) -> String {
        apart(&self.draw(level, self.start(level)))
    }
}

/// A drawing with a blank between any two cells of a row.
pub fn apart(drawing: &str) -> String {
    let mut text = String::with_capacity(2 * drawing.len());
    for row in drawing.lines() {
        let cells: Vec<String> = row.chars().map(String::from).collect();
        text.push_str(&cells.join(" "));
        text.push('\n');
    }
    text
}

/// Refuses a drawing of another size, or with a gap in its border.
pub(crate) fn framed(grid: &impl Grid, drawing: &Drawing, wall: char) -> Result<(), Misdrawn> {
    let size = grid.size();
    drawing.must_be(size)?;
    let gap = |cell: &u8| crate::mazes::at_edge(size, *cell) && drawing.at(*cell) != wall;
    match (0..size.cells() as u8).find(gap) {
        Some(cell) => {
            Err(drawing.wrong(cell, format!("the border is of walls, {wall:?}, all round")))
        }
        None => Ok(()),
    }
}
