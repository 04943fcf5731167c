//! Held-out accuracy.
//!
//! # Measures
//! How well an agent's labels on the rows it was not shown agree with the target.
//!
//! # Definition
//! With F the rows that were not shown, `held-out-accuracy` is the share of rows r of F with
//! agent(r) = target(r). `held-out-perfect` is whether that share is 1. Of a block of draws, both
//! are over the draws that have the shown labels: the mean of their shares, and how many are
//! perfect.
//!
//! # Input
//! The agent's label of every row, or the functions of a block of draws; the audited world's
//! targets and which rows were shown.
//!
//! # Unit and range
//! A share in [0, 1], as hits of |F| rows (of a block: of |F| rows times draws that fit); a yes or
//! no (of a block: how many of the draws that fit).
//!
//! # Uncertainty
//! None of its own for an agent: every row of F is looked at. Agents are the independent units, not
//! rows: the rows of one agent hang together. Undetermined where every row was shown, and for a
//! block of which fewer than 100 draws fit, or of which some that fit are of unlisted functions.
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
use mesascope_tasks::{Layout, Seen};
use mesascope_worlds::Audited;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Measures;
use crate::fitting::{Fitting, fitting, table};

/// Moves when the same labels come to read otherwise.
pub const NUMERICS: u32 = 1;

/// Settings: none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HeldOutAccuracy {}

impl Measures for HeldOutAccuracy {
    fn measure(&self, seen: Seen, world: &Audited) -> Vec<Measurement> {
        let free = world.free_rows();
        let [accuracy, perfect] = match read(seen, world, &free) {
            Ok(Held { hits, of, perfect, agents }) => {
                [Value::Share { hits, of }, Value::Share { hits: perfect, of: agents }]
            }
            Err(because) => {
                let undetermined = Value::Undetermined { because };
                [undetermined.clone(), undetermined]
            }
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

    fn check(&self, _layout: &Layout) -> Result<(), String> {
        Ok(())
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        vec![("instruments/held-out-accuracy", NUMERICS)]
    }
}

/// What is right on the rows held out, over one agent or over all draws that fit.
struct Held {
    /// Rows that are right.
    hits: u64,
    /// Rows.
    of: u64,
    /// Agents that are right on all of them.
    perfect: u64,
    /// Agents.
    agents: u64,
}

fn read(seen: Seen, world: &Audited, free: &[usize]) -> Result<Held, String> {
    if free.is_empty() {
        return Err("every row was shown, so that none is held out".to_string());
    }
    let mut held = Held { hits: 0, of: 0, perfect: 0, agents: 0 };
    let mut add = |hits: usize, count: u64| {
        held.hits += count * hits as u64;
        held.of += count * free.len() as u64;
        held.perfect += count * u64::from(hits == free.len());
        held.agents += count;
    };
    match seen {
        Seen::One(agent) => {
            let labels = agent.labels(&world.inputs, world.width);
            assert_eq!(labels.len(), world.rows(), "labels must be [row]");
            add(free.iter().filter(|&&row| labels[row] == world.targets[row]).count(), 1);
        }
        Seen::Sample(sample) => {
            let Fitting { drawn, unlisted } = fitting(sample, world)?;
            if unlisted > 0 {
                return Err(format!(
                    "{unlisted} of the {} draws with the shown labels are of functions beyond the \
                     cap of the histogram; a larger most_functions (or most_bits, of programs) lists \
                     them",
                    sample.fits
                ));
            }
            let rows = table(|row| !world.shown[row], world);
            let targets = table(|row| world.targets[row] == 1, world);
            for (function, count) in drawn {
                add(((!(function.0 ^ targets)) & rows).count_ones() as usize, count);
            }
        }
    }
    Ok(held)
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
            probe: None,
        }
    }

    fn read(labels: [u8; 4], shown: [bool; 4]) -> Vec<Value> {
        let measured = HeldOutAccuracy {}.measure(Seen::One(&Says(labels.to_vec())), &world(shown));
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

    /// Draws of the functions with these labels, so many of each; the world shows row 0 as class 0.
    fn drawn(counts: &[([u8; 4], u64)]) -> Vec<Value> {
        let mut counts: Vec<(Function, u64)> =
            counts.iter().map(|(labels, count)| (Function::from_labels(labels), *count)).collect();
        counts.sort();
        let sum = |fit: &dyn Fn(Function) -> bool| -> u64 {
            counts.iter().filter(|(one, _)| fit(*one)).map(|(_, count)| count).sum()
        };
        let (draws, fits) = (sum(&|_| true), sum(&|function| function.label(0) == 0));
        let sample = Sample { inputs: 2, draws, fits, counts, unlisted: 0, unlisted_fits: 0 };
        let world = world([true, false, false, false]);
        let measured = HeldOutAccuracy {}.measure(Seen::Sample(&sample), &world);
        measured.into_iter().map(|measurement| measurement.value).collect()
    }

    #[test]
    fn of_a_block_only_draws_with_the_shown_labels_count() {
        let read = drawn(&[([0, 0, 0, 1], 60), ([0, 1, 1, 0], 40), ([1, 0, 0, 1], 1_000)]);
        assert_eq!(read[0], Value::Share { hits: 180, of: 300 });
        assert_eq!(read[1], Value::Share { hits: 60, of: 100 });
    }

    #[test]
    fn a_block_of_which_too_few_draws_fit_gives_a_bound_and_no_value() {
        for value in drawn(&[([0, 0, 0, 1], 99), ([1, 0, 0, 1], 9_901)]) {
            let Value::Undetermined { because } = value else { panic!("{value:?}") };
            // The p at which Binomial(10000, p) has 99 or fewer with probability 0.05: 0.0116892, by
            // summing its terms.
            assert!(because.contains("99 of 10000") && because.contains("1.17e-2"), "{because}");
        }
    }
}
