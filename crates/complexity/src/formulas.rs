//! The fewest two-input gates of a formula: a circuit whose every gate is read once, a tree.
//!
//! Gates, inputs and constants are as in [`crate::circuits`]; it is L(f) in Knuth, The Art of
//! Computer Programming 4A, section 7.1.2 ("length"). The smallest formulas of f have a top gate
//! over smallest formulas of two functions, so that sizes are found in increasing order.

use std::sync::OnceLock;

use crate::circuits::normal_gates;
use crate::{every_row, input_table};

/// Moves when a size comes to be another.
pub const NUMERICS: u32 = 1;

/// The most inputs of a function whose formulas are known.
pub const MOST_INPUTS: usize = 4;

/// A normal function that is not found yet.
const UNKNOWN: u8 = u8::MAX;

/// The gates of a smallest formula of a function of at most [`MOST_INPUTS`] inputs. The first call
/// for a number of inputs finds all sizes, and the process keeps them. Panics where there are more
/// inputs, or rows that the inputs do not make.
pub fn smallest_formula(table: u128, inputs: usize) -> u8 {
    static KNOWN: [OnceLock<Vec<u8>>; MOST_INPUTS] = [const { OnceLock::new() }; MOST_INPUTS];
    assert!(
        (1..=MOST_INPUTS).contains(&inputs),
        "formulas are known of 1 to {MOST_INPUTS} inputs, not of {inputs}"
    );
    let every = every_row(inputs);
    assert!(table <= every, "a table of {inputs} inputs has no such rows");
    let normal = if table & 1 == 1 { !table & every } else { table };
    KNOWN[inputs - 1].get_or_init(|| sizes(inputs))[normal as usize]
}

/// The size of every normal function, by its table; [`UNKNOWN`] at the others.
fn sizes(inputs: usize) -> Vec<u8> {
    let mut sizes = vec![UNKNOWN; 1 << (1 << inputs)];
    sizes[0] = 0;
    let literals: Vec<u32> = (0..inputs).map(|input| input_table(inputs, input) as u32).collect();
    literals.iter().for_each(|literal| sizes[*literal as usize] = 0);
    let mut left = sizes.len() / 2 - 1 - inputs;
    let mut levels = vec![literals];
    while left > 0 {
        let (size, mut level) = (levels.len(), vec![]);
        for small in 0..=(size - 1) / 2 {
            let large = size - 1 - small;
            for &a in &levels[small] {
                for &b in &levels[large] {
                    for made in normal_gates(a, b) {
                        if sizes[made as usize] == UNKNOWN {
                            sizes[made as usize] = size as u8;
                            level.push(made);
                        }
                    }
                }
            }
        }
        left -= level.len();
        levels.push(level);
    }
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Gates, circuits, smallest_circuit};

    fn counts(inputs: usize) -> Vec<u64> {
        let mut counts = vec![];
        for table in 0..=every_row(inputs) {
            let size = usize::from(smallest_formula(table, inputs));
            counts.resize(counts.len().max(size + 1), 0);
            counts[size] += 1;
        }
        counts
    }

    #[test]
    fn of_few_inputs_sizes_are_known_by_hand() {
        assert_eq!((counts(1), counts(2)), (vec![4], vec![6, 10]));
        assert_eq!(smallest_formula(0b0110_1001, 3), 2, "parity and its negation");
    }

    #[test]
    fn a_circuit_is_never_larger_than_a_formula_and_up_to_five_gates_as_large() {
        for table in 0..=every_row(4) {
            let Gates::Exactly(circuit) = smallest_circuit(table, 4) else { unreachable!() };
            let formula = smallest_formula(table, 4);
            assert!(circuit <= formula, "{table:b}: {circuit} and {formula}");
            assert!(circuit > 5 || circuit == formula, "{table:b}: {circuit} and {formula}");
        }
    }

    #[test]
    fn functions_of_four_inputs_have_the_lengths_that_knuth_counts_and_not_the_sizes_of_circuits() {
        // TAOCP 4A, 7.1.2, table 1, whose column of circuits ends in 25008 and 2720.
        assert_eq!(counts(4), [10, 60, 456, 2474, 10624, 24184, 24640, 3088]);
        let circuits: Vec<u64> = (0..8).map(|gates| circuits::count_of_size(4, gates)).collect();
        assert_ne!(counts(4), circuits, "sharing a gate made no difference");
    }
}
