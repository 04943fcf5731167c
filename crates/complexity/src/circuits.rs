//! The fewest two-input gates that compute a function: its combinational complexity.
//!
//! All 16 gates may be used, so that negation is free; inputs, constants, and their negations cost
//! nothing; a gate's output may be used many times (Knuth, The Art of Computer Programming 4A,
//! section 7.1.2, "Optimum chains", where it is C(f)).
//!
//! A circuit for f serves for the negation of f by negating its last gate, and any gate may be
//! replaced by its negation where those that read it negate that input. So only *normal* functions
//! (0 on row 0) are looked at, and of gates only and, and-not (both ways), or, xor.
//!
//! The sets of functions that a circuit of r gates computes on its way are enumerated, each once:
//! candidates stand in the order in which they first became computable, a set takes some and
//! passes over the others for good (as Redelmeier 1981 lists animals of cells). Whatever one more
//! gate computes has at most r + 1 gates. Permuting and negating inputs does not change a size, so
//! that the first gate is `x0 & x1` or `x0 ^ x1`, and all images of what is found are found. A
//! function that is not found at one gate less than its formula has, has as many as its formula.

use std::sync::OnceLock;

use crate::found::Found;
use crate::{every_row, formulas, input_table, smallest_formula};

/// Moves when a size comes to be another.
pub const NUMERICS: u32 = 1;

/// The most inputs of a function whose circuits are known.
pub const MOST_INPUTS: usize = 5;

/// The most gates at which circuits of 5 inputs are told apart; with fewer inputs all are.
pub const MOST_GATES_OF_FIVE: u8 = 5;

/// The size of a function's smallest circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gates {
    /// So many gates, and no fewer.
    Exactly(u8),
    /// So many gates or more: larger than is looked for.
    AtLeast(u8),
}

/// The size of the smallest circuit of a function of at most [`MOST_INPUTS`] inputs. Exact up to 4
/// inputs; of 5 inputs exact up to [`MOST_GATES_OF_FIVE`] gates.
///
/// The first call for a number of inputs looks for the circuits of all functions (of 4 and of 5
/// inputs under a second each, 1 and 20 MB), and the process keeps them. Panics where there are more inputs, or rows that the inputs do not make.
pub fn smallest_circuit(table: u128, inputs: usize) -> Gates {
    let known = circuits(inputs);
    assert!(table <= every_row(inputs), "a table of {inputs} inputs has no such rows");
    let table = table as u32;
    let normal = if table & 1 == 1 { !table & known.every } else { table };
    if normal == 0 {
        return Gates::Exactly(0);
    }
    match known.sizes.value(normal) {
        Some(size) => Gates::Exactly(size),
        None => Gates::AtLeast(known.levels.len() as u8),
    }
}

/// The most gates that functions of so many inputs are known to need: of 5 inputs those that are told
/// apart. All sizes from 0 on occur. None beyond [`MOST_INPUTS`], and of no input.
pub fn largest_size(inputs: usize) -> Option<u8> {
    const LARGEST: [u8; MOST_INPUTS] = [0, 1, 4, 7, MOST_GATES_OF_FIVE];
    inputs.checked_sub(1).and_then(|at| LARGEST.get(at)).copied()
}

/// How many functions of so many inputs have a smallest circuit of exactly so many gates; 0 where
/// none is known to.
pub fn count_of_size(inputs: usize, gates: u8) -> u64 {
    circuits(inputs).levels.get(usize::from(gates)).map_or(0, |level| 2 * level.len() as u64)
}

/// Function number `at` of those with a smallest circuit of exactly so many gates: the normal ones
/// in increasing order of their tables, each followed by its negation. Panics where there are not
/// so many ([`count_of_size`]).
pub fn function_of_size(inputs: usize, gates: u8, at: u64) -> u128 {
    let known = circuits(inputs);
    let normal = known.levels[usize::from(gates)][(at / 2) as usize];
    u128::from(if at % 2 == 1 { !normal & known.every } else { normal })
}

/// What is known of the functions of so many inputs.
#[derive(Debug)]
struct Circuits {
    every: u32,
    /// The size of every normal function but the constant, by its table.
    sizes: Found,
    /// The normal functions of each size, in increasing order.
    levels: Vec<Vec<u32>>,
}

fn circuits(inputs: usize) -> &'static Circuits {
    static KNOWN: [OnceLock<Circuits>; MOST_INPUTS] = [const { OnceLock::new() }; MOST_INPUTS];
    assert!(
        (1..=MOST_INPUTS).contains(&inputs),
        "circuits are known of 1 to {MOST_INPUTS} inputs, not of {inputs}"
    );
    KNOWN[inputs - 1].get_or_init(|| {
        let most = if inputs == 5 { MOST_GATES_OF_FIVE } else { u8::MAX };
        let (levels, sizes) = levels(inputs, most);
        Circuits { every: every_row(inputs) as u32, sizes, levels }
    })
}

/// What one of the five normal gates makes of two normal functions.
pub(crate) fn normal_gates(a: u32, b: u32) -> [u32; 5] {
    [a & b, a & !b, !a & b, a | b, a ^ b]
}

/// The normal functions of each size up to `most`, or until every function is found, and their sizes.
fn levels(inputs: usize, most: u8) -> (Vec<Vec<u32>>, Found) {
    let literals: Vec<u32> = (0..inputs).map(|input| input_table(inputs, input) as u32).collect();
    let all = 1u64 << ((1 << inputs) - 1);
    let mut zero = vec![0];
    zero.extend(&literals);
    zero.sort_unstable();
    let mut search = Search {
        symmetries: symmetries(inputs),
        every: every_row(inputs) as u32,
        found: Found::below(1 << (1 << inputs)),
        // The constant is normal and no number of the set, so that it is counted from the start.
        left: all - 1,
        fresh: vec![],
        gates: 1,
        chain: literals.clone(),
        candidates: vec![],
    };
    for &literal in &literals {
        search.found.add(literal, 0);
        search.left -= 1;
    }
    let mut levels = vec![zero];
    while search.left > 0 && levels.len() <= usize::from(most) {
        match levels.len() {
            1 => search.first_gates(),
            gates if search.are_formulas_of(inputs, gates) => search.find_the_rest(),
            gates => {
                for first in [literals[0] & literals[1], literals[0] ^ literals[1]] {
                    search.sets_with(first, gates - 1);
                }
            }
        }
        let mut level = std::mem::take(&mut search.fresh);
        level.sort_unstable();
        levels.push(level);
        search.gates += 1;
    }
    (levels, search.found)
}

struct Search {
    symmetries: Vec<Vec<u8>>,
    every: u32,
    found: Found,
    /// Normal functions not found yet.
    left: u64,
    /// Those found with the number of gates at hand, and not with fewer.
    fresh: Vec<u32>,
    /// That number.
    gates: u8,
    /// The inputs and the gates taken so far.
    chain: Vec<u32>,
    /// What became computable, in order; those before the one at hand are taken or passed over.
    candidates: Vec<u32>,
}

impl Search {
    /// What one gate computes of the inputs alone.
    fn first_gates(&mut self) {
        for at in 1..self.chain.len() {
            for other in 0..at {
                for made in normal_gates(self.chain[at], self.chain[other]) {
                    self.find(made);
                }
            }
        }
    }

    /// All sets of `gates` functions that a circuit computes on its way and that have this one.
    fn sets_with(&mut self, first: u32, gates: usize) {
        let inputs = self.chain.len();
        self.candidates = vec![first];
        for at in 1..inputs {
            for other in 0..at {
                let made = normal_gates(self.chain[at], self.chain[other]);
                made.into_iter().for_each(|made| self.consider(made));
            }
        }
        self.take(0, gates, true);
        self.candidates.clear();
    }

    /// Takes each candidate from `start` on in turn (the first alone, if it must be had), and so on
    /// until `gates` have been taken.
    fn take(&mut self, start: usize, gates: usize, only: bool) {
        let mut at = start;
        while at < self.candidates.len() && self.left > 0 {
            let taken = self.candidates[at];
            let (before, chained) = (self.candidates.len(), self.chain.len());
            if gates == 1 {
                for with in 0..chained {
                    for made in normal_gates(taken, self.chain[with]) {
                        self.find(made);
                    }
                }
            } else {
                for with in 0..chained {
                    for made in normal_gates(taken, self.chain[with]) {
                        self.consider(made);
                    }
                }
                self.chain.push(taken);
                self.take(at + 1, gates - 1, false);
                self.chain.pop();
                self.candidates.truncate(before);
            }
            if only {
                return;
            }
            at += 1;
        }
    }

    fn consider(&mut self, made: u32) {
        if made != 0 && !self.chain.contains(&made) && !self.candidates.contains(&made) {
            self.candidates.push(made);
        }
    }

    /// Whether all functions that are left, none of which has fewer gates, have formulas of so many.
    fn are_formulas_of(&self, inputs: usize, gates: usize) -> bool {
        let left = |normal: &u32| !self.found.holds(*normal);
        inputs <= formulas::MOST_INPUTS
            && (2..=self.every)
                .step_by(2)
                .filter(left)
                .all(|normal| usize::from(smallest_formula(u128::from(normal), inputs)) <= gates)
    }

    fn find_the_rest(&mut self) {
        for normal in (2..=self.every).step_by(2) {
            self.find(normal);
        }
    }

    /// Notes a function and all that it becomes when inputs are permuted and negated.
    fn find(&mut self, made: u32) {
        if made == 0 || self.found.holds(made) {
            return;
        }
        for at in 0..self.symmetries.len() {
            let moved = &self.symmetries[at];
            let image = moved
                .iter()
                .enumerate()
                .fold(0, |image, (row, from)| image | (made >> from & 1) << row);
            let normal = if image & 1 == 1 { !image & self.every } else { image };
            if self.found.add(normal, self.gates) {
                self.left -= 1;
                self.fresh.push(normal);
            }
        }
    }
}

/// Every permutation and negation of the inputs, as the row that each row comes from.
pub(crate) fn symmetries(inputs: usize) -> Vec<Vec<u8>> {
    let mut orders: Vec<Vec<usize>> = vec![vec![]];
    for place in 0..inputs {
        let longer = |order: &Vec<usize>| {
            let order = order.clone();
            (0..=place).map(move |at| {
                let mut order = order.clone();
                order.insert(at, place);
                order
            })
        };
        orders = orders.iter().flat_map(longer).collect();
    }
    let rows = 1usize << inputs;
    let moved = |order: &[usize], row: usize| {
        order.iter().enumerate().fold(0, |from, (to, place)| from | (row >> place & 1) << to)
    };
    let of = |order: &Vec<usize>| {
        let order = order.clone();
        (0..rows)
            .map(move |negated| (0..rows).map(|row| (moved(&order, row) ^ negated) as u8).collect())
    };
    orders.iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(inputs: usize) -> Vec<u64> {
        (0..=largest_size(inputs).unwrap()).map(|gates| count_of_size(inputs, gates)).collect()
    }

    #[test]
    fn functions_of_four_inputs_have_the_sizes_that_knuth_counts() {
        // TAOCP 4A, 7.1.2, table 1.
        assert_eq!(counts(4), [10, 60, 456, 2474, 10624, 24184, 25008, 2720]);
    }

    #[test]
    fn functions_of_five_inputs_have_the_sizes_that_knuth_counts() {
        // TAOCP 4A, 7.1.2, the table of five variables, up to 5 gates.
        assert_eq!(counts(5), [12, 100, 1140, 11570, 109_826, 995_240]);
    }

    #[test]
    fn of_one_and_two_inputs_sizes_are_known_by_hand() {
        assert_eq!((counts(1), counts(2)), (vec![4], vec![6, 10]));
        assert_eq!(smallest_circuit(0b0110, 2), Gates::Exactly(1));
        assert_eq!(smallest_circuit(0b0101, 2), Gates::Exactly(0), "negation is free");
    }

    #[test]
    fn known_circuits_are_as_small_as_they_are_known_to_be() {
        let x = |inputs: usize| move |input| input_table(inputs, input);
        let parity = |inputs: usize| (0..inputs).map(x(inputs)).fold(0, |sum, one| sum ^ one);
        for inputs in 1..=5 {
            assert_eq!(smallest_circuit(parity(inputs), inputs), Gates::Exactly(inputs as u8 - 1));
        }
        let [a, b, c] = [0, 1, 2].map(x(3));
        assert_eq!(smallest_circuit(a & b | a & c | b & c, 3), Gates::Exactly(4));
        let at_five = (0..32u32).filter(|row| row.count_ones() == 2);
        let two_of_five = at_five.fold(0u128, |table, row| table | 1 << row);
        assert_eq!(smallest_circuit(two_of_five, 5), Gates::AtLeast(6));
    }

    #[test]
    fn the_functions_of_a_size_are_told_apart_and_have_that_size() {
        for (inputs, gates) in [(2, 1), (3, 4), (4, 7), (5, 3)] {
            let count = count_of_size(inputs, gates);
            let mut all: Vec<u128> =
                (0..count).map(|at| function_of_size(inputs, gates, at)).collect();
            assert!(all.iter().all(|f| smallest_circuit(*f, inputs) == Gates::Exactly(gates)));
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len() as u64, count);
        }
        for inputs in 1..=4 {
            assert_eq!(counts(inputs).iter().sum::<u64>(), 1 << (1 << inputs));
            assert_eq!(count_of_size(inputs, largest_size(inputs).unwrap() + 1), 0);
        }
        assert_eq!((largest_size(0), largest_size(6)), (None, None));
    }

    #[test]
    fn a_function_of_fewer_inputs_is_as_large_among_more() {
        for table in 0..256u128 {
            // The fourth input is the last, so that each row of three becomes two.
            let wide = (0..16).fold(0, |wide, row| wide | (table >> (row / 2) & 1) << row);
            assert_eq!(smallest_circuit(table, 3), smallest_circuit(wide, 4), "{table:b}");
        }
    }
}
