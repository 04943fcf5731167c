//! Lempel-Ziv complexity.
//!
//! # Measures
//! How much an agent's function repeats itself, read as a string of its labels.
//!
//! # Definition
//! The string is label(r) for every row r in lexicographic order of the inputs, n labels in all. It
//! is cut into words from the left: each is the shortest piece that does not begin at an earlier
//! label too (the earlier copy may run into the word itself), and the last may be cut short by the
//! end. With N the number of words of the string and R that of the string read backwards,
//! `lempel-ziv` is log2(n) (N + R) / 2, but log2(n) for the two constant functions.
//!
//! # Input
//! The agent's label of every row; the audited world's bits, with all rows there and in
//! lexicographic order.
//!
//! # Unit and range
//! Bits, as a rough length of description. With 7 inputs: 7 for a constant, 17.5 or more for any
//! other function, 148.8 on average and 108.5 to 175 in a million uniformly random ones.
//!
//! # Uncertainty
//! None: the function is looked at whole. Undetermined for a block of draws, which is many
//! functions, and where rows are missing or out of order.
//!
//! # Fooled by
//! - The order of the inputs, which sets the order of the rows: one multiplexer reads 56 or 140
//!   (`the_order_of_the_inputs_can_more_than_double_it`).
//! - Regularity other than repetition: a function of one short formula reads as random
//!   (`a_short_formula_can_read_as_random`), and parity reads above majority.
//! - Constants, which read as less than their words by a rule of their own: the gap from 7 to the
//!   next value 17.5 is a convention (`the_next_simplest_after_a_constant_is_a_single_end_row`).
//! - Few rows: the 256 functions of 3 inputs have 7 values
//!   (`every_function_of_few_inputs_reads_as_in_the_second_implementation`, in this crate's tests).
//!
//! # Reference
//! Lempel and Ziv 1976, "On the complexity of finite sequences"; the scan of Kaspar and Schuster
//! 1987, "Easily calculable measure for the complexity of spatiotemporal patterns"; made symmetric
//! and scaled by Dingle, Camargo and Louis 2018, "Input-output maps are strongly biased towards
//! simple outputs", whose code is `KC_LZ.py` of guillefix/simpbias-tools; applied to functions of
//! networks by Valle-Perez, Camargo and Louis 2019.

use mesascope_record::{Kind, Measurement, Quantity, Status, Value};
use mesascope_tasks::Seen;
use mesascope_worlds::Audited;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Measures;

/// Moves when the same labels come to read otherwise.
pub const NUMERICS: u32 = 1;

/// Settings: none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LempelZiv {}

impl Measures for LempelZiv {
    fn measure(&self, seen: Seen, world: &Audited) -> Vec<Measurement> {
        let value = match labels(seen, world) {
            Ok(labels) => Value::number(complexity(&labels)),
            Err(because) => Value::Undetermined { because },
        };
        vec![Measurement { quantity: "lempel-ziv".to_string(), value }]
    }

    fn quantities(&self) -> Vec<Quantity> {
        vec![Quantity {
            name: "lempel-ziv".to_string(),
            kind: Kind::Number,
            unit: "bits".to_string(),
            about: "Lempel-Ziv complexity of the agent's labels of all rows in order.".to_string(),
        }]
    }

    fn status(&self) -> Status {
        Status::Preliminary
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        vec![("instruments/lempel-ziv", NUMERICS)]
    }
}

/// The labels of all rows in lexicographic order, `[row]`, or why there are none.
fn labels(seen: Seen, world: &Audited) -> Result<Vec<u8>, String> {
    let agent = match seen {
        Seen::One(agent) => agent,
        Seen::Sample(_) => {
            return Err("a block of draws is many functions; the complexity is of one".to_string());
        }
    };
    let number = |bits: &[u8]| bits.iter().fold(0, |number, &bit| 2 * number + usize::from(bit));
    let in_order = world.width > 0
        && world.bits.chunks(world.width).enumerate().all(|(row, bits)| number(bits) == row);
    if !in_order || 1_usize.checked_shl(world.width as u32) != Some(world.rows()) {
        return Err("the world's rows are not all there in lexicographic order".to_string());
    }
    let labels = agent.labels(&world.inputs, world.width);
    if labels.len() != world.rows() {
        return Err(format!("the agent gave {} labels of {} rows", labels.len(), world.rows()));
    }
    Ok(labels)
}

/// The complexity in bits of a string of labels, `[row]`, of any length; 0 for no labels. The plain
/// reference of [`complexity_of_function`], in time quadratic in the length for most strings.
pub fn complexity(labels: &[u8]) -> f64 {
    let Some(first) = labels.first() else { return 0.0 };
    let log2_rows = libm::log2(labels.len() as f64);
    if labels.iter().all(|label| label == first) {
        return log2_rows;
    }
    let reversed: Vec<u8> = labels.iter().rev().copied().collect();
    0.5 * log2_rows * (words(labels) + words(&reversed)) as f64
}

/// Into how many words a string is cut.
fn words(labels: &[u8]) -> usize {
    let (mut words, mut start) = (0, 0);
    while start < labels.len() {
        let rest = &labels[start..];
        let copied =
            |from: usize| rest.iter().zip(&labels[from..]).take_while(|(a, b)| a == b).count();
        let longest_copy = (0..start).map(copied).max().unwrap_or(0);
        start += longest_copy + 1;
        words += 1;
    }
    words
}

/// [`complexity`] of a function of at most 128 rows, by its truth table: bit `r` of `bits` is the
/// label of row `r`, and bits from `rows` on count for nothing. As the complexity is the same read
/// backwards, bit 0 may as well be the last row. Takes about a microsecond. Panics where `rows`
/// exceeds 128.
pub fn complexity_of_function(bits: u128, rows: u32) -> f64 {
    assert!(rows <= 128, "{rows} rows; a truth table has 128 at most");
    if rows == 0 {
        return 0.0;
    }
    let every = u128::MAX >> (128 - rows);
    let bits = bits & every;
    let log2_rows = libm::log2(f64::from(rows));
    if bits == 0 || bits == every {
        return log2_rows;
    }
    let reversed = bits.reverse_bits() >> (128 - rows);
    0.5 * log2_rows * f64::from(words_of_both([bits, reversed], rows))
}

/// Into how many words two strings of `rows` labels are cut together. Both are in one loop because
/// neither waits for the other.
fn words_of_both(strings: [u128; 2], rows: u32) -> u32 {
    let mut words = 0;
    // The labels from the row at hand on.
    let mut left = strings;
    // The earlier rows at which a copy of the word so far can go on: all of them when it is empty.
    let mut goes_on = [0_u128; 2];
    // Those at which it does.
    let mut copied = [0_u128; 2];
    let mut rows_so_far = 0_u128;
    for _ in 0..rows {
        rows_so_far = rows_so_far << 1 | 1;
        for one in 0..2 {
            let equal = if left[one] & 1 == 1 { strings[one] } else { !strings[one] };
            left[one] >>= 1;
            copied[one] = goes_on[one] & equal;
            let word_ends = copied[one] == 0;
            words += u32::from(word_ends);
            goes_on[one] = if word_ends { rows_so_far } else { copied[one] << 1 };
        }
    }
    words + copied.map(|copied| u32::from(copied != 0)).iter().sum::<u32>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesascope_tasks::{Function, Labeller, Sample};

    /// The labels of 128 rows.
    fn string(label: impl Fn(usize) -> bool) -> Vec<u8> {
        (0..128).map(|row| u8::from(label(row))).collect()
    }

    /// What a circuit reads when its input i is the world's input `order[i]`.
    fn wired(circuit: fn([usize; 7]) -> bool, order: [usize; 7]) -> f64 {
        complexity(&string(|row| circuit(order.map(|input| row >> (6 - input) & 1))))
    }

    #[test]
    fn the_order_of_the_inputs_can_more_than_double_it() {
        let in_order = [0, 1, 2, 3, 4, 5, 6];
        let multiplexer = |x: [usize; 7]| x[2 + 2 * x[0] + x[1]] == 1;
        assert_eq!(wired(multiplexer, [0, 1, 2, 4, 5, 6, 3]), 56.0);
        assert_eq!(wired(multiplexer, [5, 6, 0, 1, 4, 2, 3]), 140.0);
        let at_least_43 = |x: [usize; 7]| x.iter().fold(0, |number, bit| 2 * number + bit) >= 43;
        assert_eq!(wired(at_least_43, in_order), 21.0);
        assert_eq!(wired(at_least_43, [4, 2, 5, 1, 6, 0, 3]), 73.5);
        // Functions that no order of the inputs changes read the same, as they should.
        let majority = |x: [usize; 7]| x.iter().sum::<usize>() >= 4;
        assert_eq!(wired(majority, in_order), wired(majority, [5, 6, 0, 1, 4, 2, 3]));
    }

    #[test]
    fn a_short_formula_can_read_as_random() {
        // Whether the row's number is a square modulo 127: Legendre's symbol, r^63 mod 127 = 1.
        let square = |row: usize| (0..63).fold(1, |power, _| power * row % 127) == 1;
        let read = complexity(&string(square));
        assert!(read >= 140.0, "{read}");
        let parity = complexity(&string(|row| row.count_ones() % 2 == 1));
        let majority = complexity(&string(|row| row.count_ones() >= 4));
        assert_eq!((parity, majority), (91.0, 70.0));
    }

    #[test]
    fn the_next_simplest_after_a_constant_is_a_single_end_row() {
        let read = |row: u32| complexity_of_function(1 << row, 128);
        assert_eq!([read(0), read(127), read(63), read(64)], [17.5, 17.5, 21.0, 21.0]);
        let others = (1..63).chain(65..127);
        assert!(others.map(read).all(|bits| bits == 24.5));
    }

    struct Says(Vec<u8>);

    impl Labeller for Says {
        fn labels(&self, _inputs: &[f32], _width: usize) -> Vec<u8> {
            self.0.clone()
        }
    }

    /// A world of two inputs.
    fn world() -> Audited {
        let bits = vec![0, 0, 0, 1, 1, 0, 1, 1];
        Audited {
            inputs: bits.iter().map(|&bit| f32::from(bit)).collect(),
            width: 2,
            bits,
            targets: vec![0, 0, 0, 1],
            shown: vec![true; 4],
            cue: None,
            probe: None,
        }
    }

    fn read(seen: Seen, world: &Audited) -> Value {
        let measured = LempelZiv {}.measure(seen, world);
        assert_eq!(measured.len(), 1);
        assert_eq!(measured[0].quantity, LempelZiv {}.quantities()[0].name);
        measured[0].value.clone()
    }

    #[test]
    fn an_agent_reads_as_the_string_of_its_labels() {
        for (labels, bits) in [([0, 0, 0, 0], 2.0), ([0, 0, 0, 1], 5.0), ([0, 1, 1, 0], 6.0)] {
            let says = Says(labels.to_vec());
            assert_eq!(read(Seen::One(&says), &world()), Value::Number(bits), "{labels:?}");
        }
    }

    #[test]
    fn nothing_can_be_said_of_many_functions_or_of_part_of_one() {
        let because = |seen: Seen, world: &Audited| match read(seen, world) {
            Value::Undetermined { because } => because,
            other => panic!("{other:?}"),
        };
        let counts = vec![(Function(0b0110), 3)];
        let sample = Sample { inputs: 2, draws: 3, fits: 3, counts, unlisted: 0, unlisted_fits: 0 };
        assert!(because(Seen::Sample(&sample), &world()).contains("many functions"));
        let says = Says(vec![0, 0, 0, 1]);
        let mut turned = world();
        turned.bits.reverse();
        assert!(because(Seen::One(&says), &turned).contains("lexicographic"));
        let mut short = world();
        short.bits.truncate(6);
        short.targets.truncate(3);
        assert!(because(Seen::One(&says), &short).contains("lexicographic"));
        assert!(because(Seen::One(&Says(vec![0; 3])), &world()).contains("3 labels of 4 rows"));
    }
}
