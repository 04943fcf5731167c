//! Held-out accuracy.
//!
//! # Measures
//! How well an agent's labels on the rows it was not shown agree with the target.
//!
//! # Definition
//! With F the rows that were not shown, `held-out-accuracy` is the share of rows r of F with
//! agent(r) = target(r). `held-out-perfect` is whether that share is 1.
//!
//! # Input
//! The agent's label of every row; the audited world's targets and which rows were shown.
//!
//! # Unit and range
//! A share in [0, 1], as hits of |F| rows; a yes or no.
//!
//! # Uncertainty
//! None of its own: every row of F is looked at. Agents are the independent units, not rows: the
//! rows of one agent hang together. Undetermined where every row was shown.
//!
//! # Fooled by
//! - A target that is constant on F: an agent that always says so reads 1 and has learnt nothing
//!   (`a_constant_agent_reads_the_share_of_its_label`).
//! - Labels drawn independently of everything: chance is exactly 1/2 there, and only there
//!   (the control `redrawn-labels-are-chance` of the study `counting`).
//!
//! # Reference
//! Standard; as used for claim 31 by Belrose and Pope 2024, and Mingard et al. 2021 (JMLR 22, 79),
//! who call it test accuracy on the rows left out of a Boolean function.

use mesascope_record::{Kind, Measurement, Quantity, Status, Value};
use mesascope_tasks::Labeller;
use mesascope_worlds::Audited;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Measures;

/// Moves when the same labels come to read otherwise.
pub const NUMERICS: u32 = 1;

/// Settings: none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HeldOutAccuracy {}

impl Measures for HeldOutAccuracy {
    fn measure(&self, agent: &dyn Labeller, world: &Audited) -> Vec<Measurement> {
        let labels = agent.labels(&world.inputs, world.width);
        assert_eq!(labels.len(), world.rows(), "labels must be [row]");
        let free = world.free_rows();
        let hits = free.iter().filter(|&&row| labels[row] == world.targets[row]).count() as u64;
        let of = free.len() as u64;
        let [accuracy, perfect] = if of == 0 {
            let because = "every row was shown, so that none is held out".to_string();
            [Value::Undetermined { because: because.clone() }, Value::Undetermined { because }]
        } else {
            [Value::Share { hits, of }, Value::Share { hits: u64::from(hits == of), of: 1 }]
        };
        vec![
            Measurement { quantity: "held-out-accuracy".to_string(), value: accuracy },
            Measurement { quantity: "held-out-perfect".to_string(), value: perfect },
        ]
    }

    fn quantities(&self) -> Vec<Quantity> {
        vec![
            Quantity {
                name: "held-out-accuracy".to_string(),
                kind: Kind::Mean { low: 0.0, high: 1.0 },
                unit: "share of the rows not shown".to_string(),
                about: "Rows not shown on which the agent agrees with the target.".to_string(),
            },
            Quantity {
                name: "held-out-perfect".to_string(),
                kind: Kind::Rate,
                unit: "share of agents".to_string(),
                about: "Agents that agree with the target on every row not shown.".to_string(),
            },
        ]
    }

    fn status(&self) -> Status {
        Status::Checked { by: "crates/instruments/tests/blind.rs".to_string() }
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        vec![("instruments/held-out-accuracy", NUMERICS)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Says(Vec<u8>);

    impl Labeller for Says {
        fn labels(&self, _inputs: &[f32], _width: usize) -> Vec<u8> {
            self.0.clone()
        }
    }

    fn world(shown: [bool; 4]) -> Audited {
        let bits = vec![0, 0, 0, 1, 1, 0, 1, 1];
        let inputs = bits.iter().map(|&bit| f32::from(bit)).collect();
        Audited {
            inputs,
            width: 2,
            bits,
            targets: vec![0, 0, 0, 1],
            shown: shown.to_vec(),
            cue: None,
        }
    }

    fn read(labels: [u8; 4], shown: [bool; 4]) -> Vec<Value> {
        let measured = HeldOutAccuracy {}.measure(&Says(labels.to_vec()), &world(shown));
        measured.into_iter().map(|measurement| measurement.value).collect()
    }

    #[test]
    fn only_rows_that_were_not_shown_count() {
        let shown = [true, false, false, false];
        let [right, wrong] = [Value::Share { hits: 3, of: 3 }, Value::Share { hits: 0, of: 3 }];
        assert_eq!(read([1, 0, 0, 1], shown), [right, Value::Share { hits: 1, of: 1 }]);
        assert_eq!(read([0, 1, 1, 0], shown), [wrong, Value::Share { hits: 0, of: 1 }]);
    }

    #[test]
    fn a_constant_agent_reads_the_share_of_its_label() {
        let read = read([0, 0, 0, 0], [false, false, true, false]);
        assert_eq!(read[0], Value::Share { hits: 2, of: 3 });
    }

    #[test]
    fn nothing_can_be_said_where_every_row_was_shown() {
        for value in read([0, 0, 0, 1], [true; 4]) {
            assert!(matches!(value, Value::Undetermined { .. }), "{value:?}");
        }
    }
}
