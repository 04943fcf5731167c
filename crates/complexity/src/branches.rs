//! The cheapest programs of branches: `if x then P else Q`, of which one side runs, with leaves that
//! are inputs and constants: decision trees.
//!
//! The code, in Polish notation: a branch is `1` and three bits that say which of x0 to x5 it reads,
//! before its two sides; a leaf is `0` and three bits that say which of x0 to x5, 0, 1. It is a prefix
//! code. A program of b branches has b + 1 leaves: its length is 8 b + 4 bits. On a row it runs the
//! branches on the way to a leaf, a step each, and the leaf, a step.
//!
//! What a cheapest program does on one side of a branch never reads the branch's input again, so
//! that the sides are cheapest programs of the function at each value of that input. Length and
//! steps may trade: what is kept of a function is its front, every pair that no other pair beats
//! in both.

use std::sync::OnceLock;

use crate::gates::cofactors;
use crate::{every_row, input_table};

/// Moves when a front comes to be another.
pub const NUMERICS: u32 = 1;

/// The most inputs.
pub const MOST_INPUTS: usize = 5;

/// What a program spends: its branches, and the branches that it runs over all rows together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spent {
    /// Branches in the program.
    pub branches: u32,
    /// Branches run, added up over all rows.
    pub run: u32,
}

impl Spent {
    /// The program's length in bits.
    pub fn length(&self) -> u32 {
        8 * self.branches + 4
    }
}

/// Calls `each` with programs of a function among which is every one that no other beats in both
/// length and steps. Exact up to [`MOST_INPUTS`] inputs; the fronts of functions of up to 4 inputs are
/// found once a process (about 0.1 s and 2 MB) and kept. Panics beyond, and where the table has rows
/// that the inputs do not make.
pub fn cheapest_branches(table: u128, inputs: usize, mut each: impl FnMut(Spent)) {
    assert!((1..=MOST_INPUTS).contains(&inputs), "programs are known of 1 to 5 inputs");
    assert!(table <= every_row(inputs), "a table of {inputs} inputs has no such rows");
    if inputs < MOST_INPUTS {
        return fronts(inputs).of(table).iter().for_each(|spent| each(*spent));
    }
    if is_leaf(table, inputs) {
        return each(Spent { branches: 0, run: 0 });
    }
    let sides = fronts(inputs - 1);
    for input in 0..inputs {
        let [low, high] = cofactors(table, inputs, input).map(|side| sides.of(side));
        for one in low {
            for other in high {
                each(joined(*one, *other, inputs));
            }
        }
    }
}

/// A branch over two sides.
fn joined(one: Spent, other: Spent, inputs: usize) -> Spent {
    Spent { branches: one.branches + other.branches + 1, run: one.run + other.run + (1 << inputs) }
}

fn is_leaf(table: u128, inputs: usize) -> bool {
    table == 0
        || table == every_row(inputs)
        || (0..inputs).any(|input| input_table(inputs, input) == table)
}

/// The fronts of all functions of some inputs, one after the other.
#[derive(Debug)]
struct Fronts {
    starts: Vec<u32>,
    spent: Vec<Spent>,
}

impl Fronts {
    fn of(&self, table: u128) -> &[Spent] {
        let at = table as usize;
        &self.spent[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

fn fronts(inputs: usize) -> &'static Fronts {
    static KNOWN: [OnceLock<Fronts>; MOST_INPUTS] = [const { OnceLock::new() }; MOST_INPUTS];
    KNOWN[inputs].get_or_init(|| {
        let mut found = Fronts { starts: vec![0], spent: vec![] };
        for table in 0..=every_row(inputs) {
            let mut all = vec![];
            if is_leaf(table, inputs) {
                all.push(Spent { branches: 0, run: 0 });
            } else {
                let sides = fronts(inputs - 1);
                for input in 0..inputs {
                    let [low, high] = cofactors(table, inputs, input).map(|side| sides.of(side));
                    for one in low {
                        all.extend(high.iter().map(|other| joined(*one, *other, inputs)));
                    }
                }
            }
            all.sort_unstable();
            let mut fewest = u32::MAX;
            for spent in all {
                if spent.run < fewest {
                    fewest = spent.run;
                    found.spent.push(spent);
                }
            }
            found.starts.push(found.spent.len() as u32);
        }
        found
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn front(table: u128, inputs: usize) -> Vec<(u32, u32)> {
        let mut all = vec![];
        cheapest_branches(table, inputs, |spent| all.push((spent.length(), spent.run)));
        all
    }

    #[test]
    fn known_programs_have_their_length_and_steps() {
        let x = |input| input_table(2, input);
        assert_eq!(front(0b1111, 2), [(4, 0)]);
        assert_eq!(front(x(0), 2), [(4, 0)]);
        assert_eq!(front(0b1111 & !x(0), 2), [(12, 4)], "if x then 0 else 1");
        assert_eq!(front(x(0) & x(1), 2), [(12, 4)], "if x0 then x1 else 0");
        // If x0 then (if x1 then 0 else 1) else x1: the second branch runs on half of the rows.
        assert_eq!(front(x(0) ^ x(1), 2), [(20, 6)]);
    }

    #[test]
    fn length_and_steps_trade_for_few_functions_of_four_inputs() {
        let trading = (0..65_536).filter(|table| front(*table, 4).len() > 1).count();
        assert_eq!(trading, 8);
    }

    #[test]
    fn of_five_inputs_a_function_of_four_costs_the_same_and_runs_on_twice_the_rows() {
        for table in (0..65_536u128).step_by(977) {
            let wide = (0..32).fold(0, |wide, row| wide | (table >> (row / 2) & 1) << row);
            let least = |of: &[(u32, u32)]| of.iter().copied().min().unwrap();
            let (narrow, wide) = (front(table, 4), front(wide, 5));
            let (bits, run) = least(&narrow);
            assert_eq!(least(&wide), (bits, 2 * run), "{table:b}");
            let fewest = |of: &[(u32, u32)]| of.iter().map(|(_, run)| *run).min().unwrap();
            assert_eq!(2 * fewest(&narrow), fewest(&wide));
        }
    }
}
