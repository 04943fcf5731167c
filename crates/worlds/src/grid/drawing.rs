//! Levels as drawings: read from text, with every mistake at its line and column.

use super::{Cells, Size};

/// What a character of a drawing means, and how it looks in a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sign {
    /// The character.
    pub sign: char,
    /// What it stands for.
    pub name: &'static str,
    /// Its colour in a picture, as CSS writes it.
    pub colour: &'static str,
}

impl Sign {
    /// A character, what it stands for, and its colour as CSS writes it.
    pub const fn new(sign: char, name: &'static str, colour: &'static str) -> Sign {
        Sign { sign, name, colour }
    }
}

/// What is wrong with a drawing, and where; lines and columns count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {why}")]
pub struct Misdrawn {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
    /// What was found and what would be right.
    pub why: String,
}

/// A rectangle of known characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    size: Size,
    signs: Vec<char>,
    /// Line and column of each cell in the text.
    places: Vec<(usize, usize)>,
}

impl Drawing {
    /// Reads a drawing of these signs. Empty lines before and after it are no part of it, nor are
    /// blanks, where a blank is no sign.
    pub fn read(text: &str, known: &[Sign]) -> Result<Drawing, Misdrawn> {
        let wrong = |line: usize, column: usize, why: String| Misdrawn { line, column, why };
        let filled = |line: &&str| !line.trim().is_empty();
        let lines: Vec<&str> = text.lines().collect();
        let Some(first) = lines.iter().position(filled) else {
            return Err(wrong(1, 1, "the drawing is empty; a level has at least one row".into()));
        };
        let last = lines.iter().rposition(filled).unwrap_or(first);
        let lines = &lines[first..=last];
        // Where a blank is no sign, cells may stand apart, as jaxgmg writes them, or be indented.
        let blanks = known.iter().any(|sign| sign.sign == ' ');
        let cell = |&(_, sign): &(usize, char)| blanks || !sign.is_whitespace();
        let rows: Vec<Vec<(usize, char)>> =
            lines.iter().map(|line| line.chars().enumerate().filter(cell).collect()).collect();
        let width = rows[0].len();
        if rows.len() * width > Cells::MOST {
            let why = format!(
                "the level has {} x {width} cells; at most {} are possible, such as 15 x 15",
                rows.len(),
                Cells::MOST
            );
            return Err(wrong(first + 1, 1, why));
        }
        for (at, row) in rows.iter().enumerate() {
            let line = first + at + 1;
            for &(column, sign) in row {
                if !known.iter().any(|one| one.sign == sign) {
                    let names: Vec<String> =
                        known.iter().map(|one| format!("{:?} {}", one.sign, one.name)).collect();
                    let why = format!("{sign:?} is no sign of this world: {}", names.join(", "));
                    return Err(wrong(line, column + 1, why));
                }
            }
            if row.len() != width {
                let why = format!(
                    "the row has {} cells and the first has {width}; a level is a rectangle",
                    row.len()
                );
                let end = row.last().map_or(0, |&(column, _)| column + 1);
                let column = row.get(width).map_or(end, |&(column, _)| column);
                return Err(wrong(line, column + 1, why));
            }
        }
        let size = Size { height: rows.len() as u8, width: width as u8 };
        let places = rows
            .iter()
            .enumerate()
            .flat_map(|(at, row)| row.iter().map(move |&(column, _)| (first + at + 1, column + 1)));
        let places = places.collect();
        let signs = rows.concat().into_iter().map(|(_, sign)| sign).collect();
        Ok(Drawing { size, signs, places })
    }

    /// Rows and columns.
    pub fn size(&self) -> Size {
        self.size
    }

    /// The sign in a cell.
    pub fn at(&self, cell: u8) -> char {
        self.signs[usize::from(cell)]
    }

    /// All cells with any of these signs, in order.
    pub fn all(&self, signs: &[char]) -> Vec<u8> {
        let there = |cell: &u8| signs.contains(&self.at(*cell));
        (0..self.signs.len()).map(|cell| cell as u8).filter(there).collect()
    }

    /// The only cell with any of these signs.
    pub fn one(&self, signs: &[char], what: &str) -> Result<u8, Misdrawn> {
        match self.all(signs)[..] {
            [cell] => Ok(cell),
            [] => {
                let signs: Vec<String> = signs.iter().map(|sign| format!("{sign:?}")).collect();
                Err(self.wrong(0, format!("there is no {what} ({})", signs.join(" or "))))
            }
            [_, second, ..] => {
                Err(self.wrong(second, format!("here is a second {what}; a level has one")))
            }
        }
    }

    /// Refuses another size than that of the world's settings.
    pub fn must_be(&self, size: Size) -> Result<(), Misdrawn> {
        match self.size == size {
            true => Ok(()),
            false => {
                let (here, there) = (self.size, size);
                let why = format!(
                    "the level has {} x {} cells, and the world is set to {} x {}",
                    here.height, here.width, there.height, there.width
                );
                Err(self.wrong(0, why))
            }
        }
    }

    /// A mistake at a cell.
    pub fn wrong(&self, cell: u8, why: String) -> Misdrawn {
        let (line, column) = self.places[usize::from(cell)];
        Misdrawn { line, column, why }
    }

    /// The text of a grid whose cells show these signs.
    pub fn text(size: Size, mut sign: impl FnMut(u8) -> char) -> String {
        let mut text = String::with_capacity(size.cells() + usize::from(size.height));
        for row in 0..size.height {
            (0..size.width).for_each(|column| text.push(sign(size.cell(row, column))));
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNS: [Sign; 3] = [
        Sign::new('#', "wall", "black"),
        Sign::new('.', "floor", "white"),
        Sign::new('@', "agent", "blue"),
    ];

    #[test]
    fn a_mistake_in_a_drawing_is_named_with_its_place() {
        let read = |text: &str| Drawing::read(text, &SIGNS);
        let error = |text: &str| read(text).unwrap_err();
        assert_eq!((error("").line, error("").column), (1, 1));
        let odd = error("###\n#@\n###");
        assert_eq!((odd.line, odd.column), (2, 3));
        assert!(odd.why.contains("rectangle"), "{odd}");
        let unknown = error("  ###\n  #x#\n  ###");
        assert_eq!((unknown.line, unknown.column), (2, 4));
        assert!(unknown.why.contains("'x'") && unknown.why.contains("'@' agent"), "{unknown}");
        assert_eq!(read("# @\n. .").unwrap().size(), Size { height: 2, width: 2 });
        let two = read("@.@").unwrap().one(&['@'], "agent").unwrap_err();
        assert_eq!((two.line, two.column), (1, 3));
        assert!(read("...").unwrap().one(&['@'], "agent").is_err());
        assert!(error(&"#".repeat(256)).why.contains("15 x 15"));
    }
}
