//! How complex a Boolean function is, by several measures; facts that a textbook could check.
//!
//! A function is its truth table: bit `r` is the class of row `r`, rows in lexicographic order of
//! their inputs, x0 the most significant bit of `r`. Bits from row 2^inputs on are 0.

pub mod circuits;
pub mod formulas;
mod found;
pub mod lempel_ziv;
pub mod sensitivity;

pub use circuits::{Gates, smallest_circuit};
pub use formulas::smallest_formula;
pub use sensitivity::{Sensitivity, sensitivity};

/// The truth table of input `input` of `inputs`. Panics where there is no such input, or more than
/// 7 inputs.
pub fn input_table(inputs: usize, input: usize) -> u128 {
    assert!(inputs <= 7 && input < inputs, "input {input} of {inputs}");
    let place = inputs - 1 - input;
    (0..1usize << inputs).filter(|row| row >> place & 1 == 1).fold(0, |table, row| table | 1 << row)
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
        assert_eq!((every_row(2), every_row(7)), (0b1111, u128::MAX));
    }
}
