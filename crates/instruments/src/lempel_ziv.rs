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
//!   (`the_order_of_the_inputs_can_more_than_double_it`, in the crate `complexity`, which computes it).
//! - Regularity other than repetition: a function of one short formula reads as random
//!   (`a_short_formula_can_read_as_random`), and parity reads above majority.
//! - Constants, which read as less than their words by a rule of their own: the gap from 7 to the
//!   next value 17.5 is a convention (`the_next_simplest_after_a_constant_is_a_single_end_row`).
//! - Few rows: the 256 functions of 3 inputs have 7 values
//!   (`every_function_of_few_inputs_reads_as_in_the_second_implementation`, in the same crate's tests).
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

pub use mesascope_complexity::lempel_ziv::{complexity, complexity_of_function};

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

#[cfg(test)]
mod tests {
    use super::*;
    use mesascope_tasks::{Function, Labeller, Sample};

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
