//! Sensitivity: how often a function's class changes when one input does.
//!
//! An input is sensitive at a row where negating it changes the class. Summed over inputs and
//! averaged over rows it is the average sensitivity, or total influence (O'Donnell 2014, Analysis
//! of Boolean Functions, section 2.3); the most at any row is the sensitivity of Cook, Dwork and
//! Reischuk 1986.

use crate::{every_row, input_table};

/// Moves when a function comes to read otherwise.
pub const NUMERICS: u32 = 1;

/// How sensitive a function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sensitivity {
    /// Pairs of a row and an input that is sensitive there.
    pub pairs: u32,
    /// Rows.
    pub rows: u32,
    /// The most sensitive inputs of any row.
    pub most: u32,
}

impl Sensitivity {
    /// Sensitive inputs of a row on average, 0 to the number of inputs.
    pub fn average(&self) -> f64 {
        f64::from(self.pairs) / f64::from(self.rows)
    }
}

/// The sensitivity of a function of at most 7 inputs. Panics beyond.
pub fn sensitivity(table: u128, inputs: usize) -> Sensitivity {
    let changes: Vec<u128> = (0..inputs).map(|input| changes(table, inputs, input)).collect();
    let at = |row: usize| changes.iter().map(|change| (change >> row & 1) as u32).sum();
    Sensitivity {
        pairs: changes.iter().map(|change| change.count_ones()).sum(),
        rows: 1 << inputs,
        most: (0..1 << inputs).map(at).max().unwrap_or(0),
    }
}

/// The pairs of a row and an input that is sensitive there, of a function of at most 7 inputs.
pub fn sensitive_pairs(table: u128, inputs: usize) -> u32 {
    (0..inputs).map(|input| changes(table, inputs, input).count_ones()).sum()
}

/// The rows at which negating an input changes the class.
fn changes(table: u128, inputs: usize, input: usize) -> u128 {
    let (ones, distance) = (input_table(inputs, input), 1 << (inputs - 1 - input));
    let zeros = every_row(inputs) & !ones;
    let swapped = (table & ones) >> distance | (table & zeros) << distance;
    table ^ swapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_functions_are_as_sensitive_as_they_are() {
        let of = |table, inputs| {
            let Sensitivity { pairs, most, .. } = sensitivity(table, inputs);
            assert_eq!(pairs, sensitive_pairs(table, inputs));
            (pairs, most)
        };
        assert_eq!(of(0, 3), (0, 0));
        // Parity changes with every input at each of 8 rows.
        assert_eq!(of(0b1001_0110, 3), (24, 3));
        // The and of 3: at the row of ones all three, at its three neighbours one.
        assert_eq!(of(0b1000_0000, 3), (6, 3));
        // The majority of 3: two inputs at each of the six rows that are not alike.
        assert_eq!(of(0b1110_1000, 3), (12, 2));
        assert_eq!(sensitivity(0b1110_1000, 3).average(), 1.5);
        assert_eq!(of(input_table(7, 4), 7), (128, 1));
    }

    #[test]
    fn the_order_of_the_inputs_does_not_matter() {
        for table in 0..256u128 {
            // Rows with x0 and x2 exchanged.
            let turned = (0..8).fold(0, |turned, row: u32| {
                let from = (row & 1) << 2 | row & 2 | row >> 2;
                turned | (table >> from & 1) << row
            });
            assert_eq!(sensitivity(table, 3), sensitivity(turned, 3));
        }
    }
}
