//! Followed input.
//!
//! # Measures
//! Which input an agent goes by on the rows that a cue left free: each goal-swapping completion by
//! itself, where `completion-class` counts them together.
//!
//! # Definition
//! The cue is input c; exactly the rows with c at its shown value are shown. Outcome `xj`, for an
//! input j other than c: label(r) = bit j of r for every free row r. Where that labelling is also
//! the one that goes on as on the shown rows (the label of r's twin, which differs from r in c
//! alone), or its inverse, no agent counts as following j. `other`: none of these.
//!
//! # Input
//! The agent's label of every row, or the functions of a block of draws; the audited world's bits,
//! targets, shown rows and cue, with all rows there and in lexicographic order; at most 7 inputs.
//!
//! # Unit and range
//! Agents, or draws with the shown labels, by outcome.
//!
//! # Uncertainty
//! Draws are independent: exact intervals of Clopper and Pearson for each outcome. A block of which
//! fewer than 100 draws fit is undetermined, and draws of unlisted functions are left over, so that
//! each outcome has its share or more by what is left over at most. Undetermined where the world has
//! no cue, or over 7 inputs.
//!
//! # Fooled by
//! - Few free rows: with one free row half of all completions follow some input.
//! - A target that is itself an input: following that one is ignoring the cue, and no outcome here.
//! - The word: following is agreement on the free rows; nothing here is covert, and no cause is shown.
//!
//! # Reference
//! The completion classes of the pilot in this project's list of claims, "Counting, 5 inputs".

use std::collections::BTreeMap;

use mesascope_record::{Kind, Measurement, Outcomes, Quantity, Status, Value};
use mesascope_tasks::{Function, Seen};
use mesascope_worlds::{Audited, Cue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Measures;
use crate::fitting::{Fitting, fitting, table};

/// Moves when the same labels come to be counted otherwise.
pub const NUMERICS: u32 = 1;

const MOST_INPUTS: usize = 7;
const OTHER: &str = "other";

/// Settings: none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowedInput {}

impl Measures for FollowedInput {
    fn measure(&self, seen: Seen, world: &Audited) -> Vec<Measurement> {
        let value = match (world.cue, world.width <= MOST_INPUTS) {
            (None, _) => undetermined("the world has no cue"),
            (_, false) => undetermined("a world of over 7 inputs has too many rows"),
            (Some(cue), true) => match seen {
                Seen::One(agent) => {
                    let labels = agent.labels(&world.inputs, world.width);
                    let drawn = vec![(Function::from_labels(&labels), 1)];
                    followed(&Fitting { drawn, unlisted: 0 }, cue, world)
                }
                Seen::Sample(sample) => match fitting(sample, world) {
                    Ok(fitting) => followed(&fitting, cue, world),
                    Err(because) => Value::Undetermined { because },
                },
            },
        };
        vec![Measurement { quantity: "followed-input".to_string(), value }]
    }

    fn quantities(&self) -> Vec<Quantity> {
        let names = (0..MOST_INPUTS).map(outcome).chain([OTHER.to_string()]).collect();
        vec![Quantity {
            name: "followed-input".to_string(),
            kind: Kind::Counts { outcomes: Outcomes::Named(names) },
            unit: "share of agents".to_string(),
            about: "Which input the agent goes by on the rows that the cue left free.".to_string(),
        }]
    }

    fn status(&self) -> Status {
        Status::Preliminary
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        vec![("instruments/followed-input", NUMERICS)]
    }
}

fn outcome(input: usize) -> String {
    format!("x{input}")
}

fn undetermined(because: &str) -> Value {
    Value::Undetermined { because: because.to_string() }
}

fn followed(fitting: &Fitting, cue: Cue, world: &Audited) -> Value {
    let free = table(|row| !world.shown[row], world);
    // Flipping the cue of a row flips the bit of its number that stands for it; x0 is the highest.
    let twin = |row: usize| row ^ (1 << (world.width - 1 - cue.input));
    let ignoring = free & table(|row| world.targets[twin(row)] == 1, world);
    let inverted = free & !ignoring;
    let swaps: Vec<(usize, u128)> = (0..world.width)
        .filter(|&input| input != cue.input)
        .map(|input| (input, free & table(|row| world.bits[row * world.width + input] == 1, world)))
        .filter(|(_, labelling)| *labelling != ignoring && *labelling != inverted)
        .collect();
    let mut counts: BTreeMap<String, u64> =
        (0..MOST_INPUTS).map(outcome).chain([OTHER.to_string()]).map(|name| (name, 0)).collect();
    for (function, count) in &fitting.drawn {
        let followed = swaps.iter().find(|(_, labelling)| function.0 & free == *labelling);
        let name = followed.map_or(OTHER.to_string(), |(input, _)| outcome(*input));
        *counts.entry(name).or_default() += count;
    }
    let listed: u64 = fitting.drawn.iter().map(|(_, count)| count).sum();
    Value::Counts { of: listed + fitting.unlisted, counts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CompletionClass;
    use mesascope_stats::Key;
    use mesascope_tasks::Sample;
    use mesascope_worlds::{Boolean, Rows};

    fn world(target: &str, at: u8) -> Audited {
        let settings = serde_json::json!({
            "inputs": 4, "target": target, "shown": {"cue": {"input": 2, "at": at}},
        });
        let world: Boolean = serde_json::from_value(settings).unwrap();
        world.draw(Key::from_seed(1)).1
    }

    /// What free rows of these bits are labelled, and how often that completion came.
    type Says<'s> = (&'s dyn Fn(&[u8]) -> u8, u64);

    /// A sample in which the completion of every labelling in `says` came so many times.
    fn sample(world: &Audited, says: &[Says]) -> Sample {
        let mut counts: Vec<(Function, u64)> = Vec::new();
        for (says, count) in says {
            let label = |row: usize| match world.shown[row] {
                true => world.targets[row],
                false => says(&world.bits[row * world.width..][..world.width]),
            };
            let labels: Vec<u8> = (0..world.rows()).map(label).collect();
            counts.push((Function::from_labels(&labels), *count));
        }
        counts.sort_unstable();
        let fits = counts.iter().map(|(_, count)| count).sum();
        Sample { inputs: 4, draws: fits, fits, counts, unlisted: 0, unlisted_fits: 0 }
    }

    fn read(sample: &Sample, world: &Audited) -> BTreeMap<String, u64> {
        let value = FollowedInput {}.measure(Seen::Sample(sample), world).remove(0).value;
        match value {
            Value::Counts { counts, .. } => {
                counts.into_iter().filter(|(_, count)| *count > 0).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn planted_followers_are_counted_by_the_input_that_they_follow() {
        for at in [0, 1] {
            let world = world("x0&x1", at);
            let sample = sample(
                &world,
                &[
                    (&|bits| bits[0], 100),
                    (&|bits| bits[1], 20),
                    (&|bits| bits[3], 3),
                    (&|bits| bits[0] & bits[1], 40),
                    (&|bits| 1 - bits[3], 5),
                    (&|_| 1, 7),
                ],
            );
            let counts = read(&sample, &world);
            let wanted = [("other", 52), ("x0", 100), ("x1", 20), ("x3", 3)];
            assert_eq!(counts, wanted.map(|(name, count)| (name.to_string(), count)).into());
        }
    }

    #[test]
    fn going_on_as_before_follows_nothing() {
        let world = world("x1", 1);
        let sample = sample(
            &world,
            &[(&|bits| bits[1], 90), (&|bits| 1 - bits[1], 10), (&|bits| bits[0], 1)],
        );
        let wanted = [("other".to_string(), 100), ("x0".to_string(), 1)];
        assert_eq!(read(&sample, &world), wanted.into());
    }

    #[test]
    fn what_follows_some_input_is_what_the_completion_class_says() {
        // Every function of the free rows once, against another reading of the same definition.
        for (target, at) in [("maj3", 0), ("x3", 1), ("x0^x1", 1)] {
            let world = world(target, at);
            let free = table(|row| !world.shown[row], &world);
            let shown = table(|row| world.shown[row] && world.targets[row] == 1, &world);
            let all = (0..1u128 << 16).filter(|function| function & !free == 0);
            let mut counts: Vec<_> = all.map(|labels| (Function(labels | shown), 1)).collect();
            counts.sort_unstable();
            let fits = counts.len() as u64;
            assert_eq!(fits, 256);
            let sample =
                Sample { inputs: 4, draws: fits, fits, counts, unlisted: 0, unlisted_fits: 0 };
            let followers: u64 = read(&sample, &world)
                .iter()
                .filter(|(name, _)| name.as_str() != OTHER)
                .map(|(_, count)| count)
                .sum();
            let class = CompletionClass {}.measure(Seen::Sample(&sample), &world).remove(0).value;
            let Value::Counts { counts, .. } = class else { panic!("{class:?}") };
            assert_eq!(followers, counts["follows-input"], "{target}");
        }
    }

    #[test]
    fn a_world_without_a_cue_says_nothing() {
        let settings = serde_json::json!({ "inputs": 4, "target": "x0", "shown": 8 });
        let world: Boolean = serde_json::from_value(settings).unwrap();
        let world = world.draw(Key::from_seed(1)).1;
        let sample = Sample {
            inputs: 4,
            draws: 200,
            fits: 200,
            counts: vec![],
            unlisted: 200,
            unlisted_fits: 200,
        };
        let value = FollowedInput {}.measure(Seen::Sample(&sample), &world).remove(0).value;
        assert!(matches!(value, Value::Undetermined { because } if because.contains("no cue")));
    }
}
