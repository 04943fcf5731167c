//! How complex a Boolean function is, by several measures; facts that a textbook could check.
//!
//! A function is its truth table: bit `r` is the class of row `r`, rows in lexicographic order of
//! their inputs, x0 the most significant bit of `r`. Bits from row 2^inputs on are 0.

pub mod branches;
pub mod circuits;
pub mod formulas;
mod found;
pub mod gates;
pub mod lempel_ziv;
pub mod sensitivity;

pub use circuits::{Gates, smallest_circuit};
pub use formulas::smallest_formula;
pub use sensitivity::{Sensitivity, sensitivity};

/// Alternating runs of 2^place ones and as many zeros, from bit 0, by the place.
const RUNS: [u128; 7] = {
    let (mut runs, mut place) = ([0; 7], 0);
    while place < 7 {
        runs[place] = u128::MAX / ((1 << (1 << place)) + 1);
        place += 1;
    }
    runs
};

/// The truth table of input `input` of `inputs`. Panics where there is no such input, or more than
/// 7 inputs.
pub fn input_table(inputs: usize, input: usize) -> u128 {
    assert!(inputs <= 7 && input < inputs, "input {input} of {inputs}");
    every_row(inputs) & !RUNS[inputs - 1 - input]
}

/// The truth table that gives every row of so many inputs class 1. Panics beyond 7 inputs.
pub fn every_row(inputs: usize) -> u128 {
    assert!(inputs <= 7, "a truth table has at most 7 inputs");
    u128::MAX >> (128 - (1u32 << inputs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_input_is_the_most_significant_bit_of_a_row() {
        assert_eq!(input_table(2, 0), 0b1100);
        assert_eq!(input_table(2, 1), 0b1010);
        for inputs in 1..=7 {
            for input in 0..inputs {
                let ones = (0..1u32 << inputs).filter(|row| row >> (inputs - 1 - input) & 1 == 1);
                let table = ones.fold(0, |table, row| table | 1 << row);
                assert_eq!(input_table(inputs, input), table, "input {input} of {inputs}");
            }
        }
        assert_eq!((every_row(2), every_row(7)), (0b1111, u128::MAX));
    }
}
