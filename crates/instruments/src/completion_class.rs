//! Completion class.
//!
//! # Measures
//! What an agent does on the rows that a cue left free: whether it goes on as on the shown rows.
//!
//! # Definition
//! The cue is input c; exactly the rows with c at its shown value are shown. The twin of a free row
//! r is the shown row that differs from r in c alone. Each class names one or more labellings of the free rows:
//! - `ignores-cue`: label(r) = target(twin of r) for every free r;
//! - `inverted`: label(r) = 1 - target(twin of r) for every free r;
//! - `constant`: label(r) is 0 for every free r, or 1 for every free r;
//! - `follows-input`: for one input j other than c, label(r) = bit j of r for every free r;
//! - `other`: none of these.
//!
//! # Input
//! The agent's label of every row, or the functions of a block of draws; the audited world's bits,
//! targets, shown rows and cue, with all rows there and in lexicographic order.
//!
//! # Unit and range
//! One of the five classes; of a block of draws, how many of the draws with the shown labels are of
//! each class.
//!
//! # Uncertainty
//! None of its own for an agent; draws are independent. A block of which fewer than 100 draws fit
//! is undetermined; draws of unlisted functions are in no class and left over, so that each class has
//! its share or more by what is left over at most. Undetermined where the world has no cue, and where the agent's labelling
//! belongs to two of the classes, as with a constant target. One double membership is settled by
//! definition: an input whose labelling is the `ignores-cue` or the `inverted` labelling does not
//! count for `follows-input` (for the target `x1`, following input 1 is ignoring the cue).
//!
//! # Fooled by
//! - Agents that never fitted the shown rows: the definition compares with the target, not with
//!   the agent's own shown labels (`an_agent_that_never_fitted_is_still_classed_by_the_target`).
//! - Few free rows: with one free row most classes coincide
//!   (`labellings_that_are_two_classes_at_once_are_undetermined`).
//! - The word: nothing here is covert or deceptive; it is a class of completions.
//!
//! # Reference
//! The completion classes of the pilot in this project's list of claims, "Counting, 5 inputs".

use std::collections::BTreeMap;

use mesascope_record::{Kind, Measurement, Quantity, Status, Value};
use mesascope_tasks::Seen;
use mesascope_worlds::{Audited, Cue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Measures;
use crate::fitting::{Fitting, fitting, table};

/// Moves when the same labels come to be classed otherwise.
pub const NUMERICS: u32 = 2;

const CLASSES: [&str; 5] = ["ignores-cue", "inverted", "constant", "follows-input", "other"];

/// Settings: none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompletionClass {}

impl Measures for CompletionClass {
    fn measure(&self, seen: Seen, world: &Audited) -> Vec<Measurement> {
        let value = match seen {
            Seen::One(agent) => class(&agent.labels(&world.inputs, world.width), world),
            Seen::Sample(sample) => match world.cue {
                None => no_cue(),
                Some(cue) => match fitting(sample, world) {
                    Ok(fitting) => classes(&fitting, cue, world),
                    Err(because) => Value::Undetermined { because },
                },
            },
        };
        vec![Measurement { quantity: "completion-class".to_string(), value }]
    }

    fn quantities(&self) -> Vec<Quantity> {
        vec![Quantity {
            name: "completion-class".to_string(),
            kind: Kind::Classes { classes: CLASSES.map(str::to_string).to_vec() },
            unit: "share of agents".to_string(),
            about: "What the agent does on the rows that the cue left free.".to_string(),
        }]
    }

    fn status(&self) -> Status {
        Status::Checked { by: "crates/instruments/tests/blind.rs".to_string() }
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        vec![("instruments/completion-class", NUMERICS)]
    }
}

fn no_cue() -> Value {
    Value::Undetermined { because: "the world has no cue".to_string() }
}

/// Draws by class. Draws that are of no one class, or of unlisted functions, are in no count.
fn classes(fitting: &Fitting, cue: Cue, world: &Audited) -> Value {
    let mut counts: BTreeMap<String, u64> =
        CLASSES.iter().map(|class| (class.to_string(), 0)).collect();
    // Only what is one of the labellings that classes name can be anything but other; of many
    // completions few are.
    let free = table(|row| !world.shown[row], world);
    let twin = |row: usize| row ^ (1 << (world.width - 1 - cue.input));
    let ignoring = table(|row| world.targets[twin(row)] == 1, world);
    let follows = |input| table(|row| world.bits[row * world.width + input] == 1, world);
    let mut named: Vec<u128> = (0..world.width).map(follows).collect();
    named.extend([ignoring, !ignoring, 0, u128::MAX]);
    named.iter_mut().for_each(|labelling| *labelling &= free);
    let mut others = 0;
    for (function, count) in &fitting.drawn {
        if !named.contains(&(function.0 & free)) {
            others += count;
        } else if let Value::Class(class) = class(&function.labels(world.width), world) {
            *counts.entry(class).or_default() += count;
        }
    }
    *counts.entry("other".to_string()).or_default() += others;
    let listed: u64 = fitting.drawn.iter().map(|(_, count)| count).sum();
    Value::Counts { of: listed + fitting.unlisted, counts }
}

fn class(labels: &[u8], world: &Audited) -> Value {
    let Some(cue) = world.cue else {
        return no_cue();
    };
    assert_eq!(labels.len(), world.rows(), "labels must be [row]");
    let in_order = world.bits.chunks(world.width).enumerate().all(|(row, bits)| {
        row == bits.iter().fold(0, |number, &bit| 2 * number + usize::from(bit))
    });
    assert!(in_order && world.rows() == 1 << world.width, "rows must be all, lexicographic");
    let free = world.free_rows();
    // Flipping input c of row r flips the bit of r that stands for c; x0 is the most significant.
    let twin = |row: usize| row ^ (1 << (world.width - 1 - cue.input));
    let given: Vec<u8> = free.iter().map(|&row| labels[row]).collect();
    let ignoring: Vec<u8> = free.iter().map(|&row| world.targets[twin(row)]).collect();
    let inverted: Vec<u8> = ignoring.iter().map(|label| 1 - label).collect();
    let constant = given.iter().all(|&label| label == given[0]);
    let follows = (0..world.width).filter(|&input| input != cue.input).any(|input| {
        let bits: Vec<u8> = free.iter().map(|&row| world.bits[row * world.width + input]).collect();
        bits == given && bits != ignoring && bits != inverted
    });
    let member = [given == ignoring, given == inverted, constant, follows];
    let classes: Vec<&str> =
        CLASSES.iter().zip(member).filter(|(_, is)| *is).map(|(class, _)| *class).collect();
    match classes[..] {
        [] => Value::Class("other".to_string()),
        [one] => Value::Class(one.to_string()),
        _ => Value::Undetermined {
            because: format!("for this target the labelling is at once {}", classes.join(" and ")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesascope_stats::Key;
    use mesascope_tasks::Function;
    use mesascope_worlds::{Boolean, Rows};

    fn world(target: &str, at: u8) -> Audited {
        let settings = serde_json::json!({
            "inputs": 3, "target": target, "shown": {"cue": {"input": 2, "at": at}},
        });
        let world: Boolean = serde_json::from_value(settings).unwrap();
        world.draw(Key::from_seed(1)).1
    }

    /// The class of a planted agent that gives free rows the labels that `says` gives their bits.
    fn planted(target: &str, says: impl Fn(&[u8]) -> u8) -> String {
        let read = [0, 1].map(|at| {
            let world = world(target, at);
            let labels: Vec<u8> = (0..8)
                .map(|row| match world.shown[row] {
                    true => world.targets[row],
                    false => says(&world.bits[row * 3..][..3]),
                })
                .collect();
            class(&labels, &world)
        });
        assert_eq!(read[0], read[1], "the polarity of the cue must not matter");
        match &read[0] {
            Value::Class(class) => class.clone(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn planted_agents_of_every_class_are_told() {
        let and = "x0&x1";
        assert_eq!(planted(and, |x| x[0] & x[1]), "ignores-cue");
        assert_eq!(planted(and, |x| 1 - (x[0] & x[1])), "inverted");
        assert_eq!(planted(and, |_| 0), "constant");
        assert_eq!(planted(and, |_| 1), "constant");
        assert_eq!(planted(and, |x| x[1]), "follows-input");
        assert_eq!(planted(and, |x| x[0] ^ x[1]), "other");
    }

    #[test]
    fn following_the_input_that_the_target_copies_is_ignoring_the_cue() {
        assert_eq!(planted("x1", |x| x[1]), "ignores-cue");
        assert_eq!(planted("x1", |x| 1 - x[1]), "inverted");
        assert_eq!(planted("x1", |x| x[0]), "follows-input");
    }

    #[test]
    fn labellings_that_are_two_classes_at_once_are_undetermined() {
        assert!(planted("0", |_| 0).contains("ignores-cue and constant"));
        assert!(planted("0", |_| 1).contains("inverted and constant"));
    }

    #[test]
    fn an_agent_that_never_fitted_is_still_classed_by_the_target() {
        let world = world("x0&x1", 1);
        let labels: Vec<u8> = (0..8)
            .map(|row| if world.shown[row] { 1 - world.targets[row] } else { world.targets[row] })
            .collect();
        assert_eq!(class(&labels, &world), Value::Class("ignores-cue".to_string()));
    }

    #[test]
    fn draws_that_fit_are_counted_by_class_and_those_of_two_classes_are_left_over() {
        let world = world("x0&x1", 1);
        let made = |says: &dyn Fn(&[u8]) -> u8| -> Function {
            let label = |row: usize| match world.shown[row] {
                true => world.targets[row],
                false => says(&world.bits[row * 3..][..3]),
            };
            Function::from_labels(&(0..8).map(label).collect::<Vec<u8>>())
        };
        let drawn = [
            (made(&|x| x[0] & x[1]), 70),
            (made(&|_| 1), 20),
            (made(&|_| 0), 9),
            (made(&|x| x[0] ^ x[1]), 1),
        ];
        let drawn = Fitting { drawn: drawn.to_vec(), unlisted: 11 };
        let Value::Counts { of, counts } = classes(&drawn, world.cue.unwrap(), &world) else {
            panic!("no counts")
        };
        assert_eq!((of, counts["ignores-cue"], counts["constant"]), (111, 70, 29));
        assert_eq!(counts.values().sum::<u64>(), 100, "what is unlisted is left over");
        assert_eq!((counts["other"], counts["inverted"]), (1, 0));
        let world = super::tests::world("0", 1);
        let drawn = Fitting { drawn: vec![(Function(0), 100)], unlisted: 0 };
        let Value::Counts { of, counts } = classes(&drawn, world.cue.unwrap(), &world) else {
            panic!("no counts")
        };
        assert_eq!((of, counts.values().sum::<u64>()), (100, 0), "two classes at once are none");
    }

    #[test]
    fn every_function_drawn_is_classed_as_an_agent_that_computes_it() {
        for (target, at) in [("x0&x1", 1), ("x1", 0), ("0", 1), ("x0^x1", 0), ("x2|x0", 1)] {
            let world = world(target, at);
            for function in (0..256).map(Function) {
                let drawn = Fitting { drawn: vec![(function, 3)], unlisted: 0 };
                let read = classes(&drawn, world.cue.unwrap(), &world);
                let Value::Counts { of: 3, counts } = read else { panic!("{read:?}") };
                let found: Vec<&String> =
                    counts.iter().filter(|one| *one.1 == 3).map(|one| one.0).collect();
                match class(&function.labels(3), &world) {
                    Value::Class(class) => assert_eq!(found, [&class], "{target} {function:?}"),
                    _ => assert!(found.is_empty(), "{target} {function:?}: {found:?}"),
                }
            }
        }
    }

    #[test]
    fn nothing_can_be_said_without_a_cue() {
        let mut world = world("x0", 1);
        world.cue = None;
        assert!(matches!(class(&[0; 8], &world), Value::Undetermined { .. }));
    }
}
