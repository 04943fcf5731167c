//! Function probability.
//!
//! # Measures
//! How often each of some declared functions comes, among random draws or among trained agents.
//!
//! # Definition
//! A set of functions is declared under a name, by expressions. `function-probability` is, for each
//! set, the draws whose function (the class of every row) is in it, and under `other` the draws of
//! all other functions. `fit-probability` is how many draws have the shown labels.
//!
//! # Input
//! The functions of a block of draws, or the one agent's label of every row; the audited world's
//! bits, targets and shown rows, with all rows there and in lexicographic order.
//!
//! # Unit and range
//! Draws by name, of all draws; an agent is a draw of one.
//!
//! # Uncertainty
//! Draws are independent: the exact interval of Clopper and Pearson. Undetermined where a declared
//! function is beyond the cap of a block's histogram.
//!
//! # Fooled by
//! - A cap: a function that is first drawn when the histogram is full is not counted, and a count of
//!   0 would be false (`a_function_beyond_the_cap_is_unknown_and_not_0`).
//! - An expression that is another one's function: sets that overlap are refused
//!   (`sets_that_share_a_function_are_refused`).
//!
//! # Reference
//! Valle-Perez, Camargo and Louis 2019, "Deep learning generalizes because the parameter-function
//! map is biased towards simple functions"; Mingard et al. 2021 (JMLR 22, 79), who compare it
//! between random draws and trained networks.

use std::borrow::Cow;
use std::collections::BTreeMap;

use mesascope_record::{Kind, Measurement, Outcomes, Quantity, Status, Value};
use mesascope_tasks::{Function, Layout, Sample, Seen};
use mesascope_worlds::Audited;
use mesascope_worlds::expression::Expression;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Measures;

/// Moves when the same draws come to read otherwise.
pub const NUMERICS: u32 = 1;

/// What is in no declared set.
const OTHER: &str = "other";

/// Settings of the instrument.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FunctionProbability {
    /// Sets of functions by name, each a list of expressions: `{ constant = ["0", "1"] }`. No two
    /// sets share a function, and none is named `other`. No default.
    pub functions: BTreeMap<String, Vec<Expression>>,
}

impl Measures for FunctionProbability {
    fn measure(&self, seen: Seen, world: &Audited) -> Vec<Measurement> {
        let [functions, fit] = match counted(seen, world) {
            Ok(sample) => {
                let functions = match self.count(&sample) {
                    Ok(counts) => Value::Counts { of: sample.draws, counts },
                    Err(because) => Value::Undetermined { because },
                };
                [functions, Value::Share { hits: sample.fits, of: sample.draws }]
            }
            Err(because) => {
                let undetermined = Value::Undetermined { because };
                [undetermined.clone(), undetermined]
            }
        };
        vec![
            Measurement { quantity: "function-probability".to_string(), value: functions },
            Measurement { quantity: "fit-probability".to_string(), value: fit },
        ]
    }

    fn quantities(&self) -> Vec<Quantity> {
        let names = self.functions.keys().cloned().chain([OTHER.to_string()]).collect();
        vec![
            Quantity {
                name: "function-probability".to_string(),
                kind: Kind::Counts { outcomes: Outcomes::Named(names) },
                unit: "share of draws".to_string(),
                about: "Draws of each declared set of functions, and of all others.".to_string(),
            },
            Quantity {
                name: "fit-probability".to_string(),
                kind: Kind::Rate,
                unit: "share of draws".to_string(),
                about: "Draws that have the labels of the shown rows.".to_string(),
            },
        ]
    }

    fn status(&self) -> Status {
        Status::Preliminary
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        vec![
            ("instruments/function-probability", NUMERICS),
            ("worlds/expression", mesascope_worlds::expression::NUMERICS),
        ]
    }

    fn check(&self, layout: &Layout) -> Result<(), String> {
        let inputs = layout.bits()?;
        if self.functions.contains_key(OTHER) {
            return Err(format!("a set is named {OTHER:?}, which is what is in no set"));
        }
        let mut seen: BTreeMap<Function, &str> = BTreeMap::new();
        for (name, set) in &self.functions {
            if set.is_empty() {
                return Err(format!("set {name:?} has no function: list one at least"));
            }
            for expression in set {
                let function = function(expression, inputs)?;
                if let Some(first) = seen.insert(function, name) {
                    let text = expression.text();
                    return Err(format!("{text:?} of set {name:?} is a function of {first:?} too"));
                }
            }
        }
        Ok(())
    }
}

impl FunctionProbability {
    fn count(&self, sample: &Sample) -> Result<BTreeMap<String, u64>, String> {
        let mut counts = BTreeMap::new();
        for (name, set) in &self.functions {
            let mut count = 0;
            for expression in set {
                count += sample.count(function(expression, sample.inputs)?).ok_or_else(|| {
                    format!(
                        "{:?} is beyond the cap of the histogram: declare its truth table in the \
                         learner, or raise most_functions",
                        expression.text()
                    )
                })?;
            }
            counts.insert(name.clone(), count);
        }
        counts.insert(OTHER.to_string(), sample.draws - counts.values().sum::<u64>());
        Ok(counts)
    }
}

/// The function of an expression, which must be one of so many inputs.
fn function(expression: &Expression, inputs: usize) -> Result<Function, String> {
    if inputs > Function::MOST_INPUTS {
        return Err(format!(
            "functions are compared by truth tables of at most {} inputs, and the world has {inputs}",
            Function::MOST_INPUTS
        ));
    }
    expression.fits(inputs)?;
    let label = |row: usize| {
        let bits: Vec<u8> = (0..inputs).rev().map(|place| (row >> place & 1) as u8).collect();
        expression.label(&bits).ok_or_else(|| "random-per-seed is not one function".to_string())
    };
    let labels = (0..1usize << inputs).map(label).collect::<Result<Vec<u8>, _>>()?;
    Ok(Function::from_labels(&labels))
}

/// What is seen as a block of draws: an agent is a block of one.
fn counted<'a>(seen: Seen<'a>, world: &Audited) -> Result<Cow<'a, Sample>, String> {
    let agent = match seen {
        Seen::Sample(sample) => return Ok(Cow::Borrowed(sample)),
        Seen::One(agent) => agent,
    };
    if world.width > Function::MOST_INPUTS {
        return Err(format!(
            "a function has at most {} inputs here, and the world has {}",
            Function::MOST_INPUTS,
            world.width
        ));
    }
    let labels = agent.labels(&world.inputs, world.width);
    assert_eq!(labels.len(), world.rows(), "labels must be [row]");
    let fits = (0..labels.len()).all(|row| !world.shown[row] || labels[row] == world.targets[row]);
    Ok(Cow::Owned(Sample {
        inputs: world.width,
        draws: 1,
        fits: u64::from(fits),
        counts: vec![(Function::from_labels(&labels), 1)],
        unlisted: 0,
        unlisted_fits: 0,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesascope_stats::Key;
    use mesascope_tasks::Labeller;
    use mesascope_worlds::{Boolean, Rows};

    fn instrument(functions: serde_json::Value) -> FunctionProbability {
        serde_json::from_value(serde_json::json!({ "functions": functions })).unwrap()
    }

    fn world() -> Audited {
        let settings = serde_json::json!({"inputs": 2, "target": "x0&x1", "shown": 4});
        let world: Boolean = serde_json::from_value(settings).unwrap();
        world.draw(Key::from_seed(1)).1
    }

    fn sample() -> Sample {
        let counts = vec![(Function(0b0000), 5), (Function(0b1000), 3), (Function(0b1111), 1)];
        Sample { inputs: 2, draws: 12, fits: 3, counts, unlisted: 3, unlisted_fits: 0 }
    }

    fn read(instrument: &FunctionProbability, seen: Seen) -> [Value; 2] {
        let read = instrument.measure(seen, &world());
        read.into_iter().map(|one| one.value).collect::<Vec<_>>().try_into().unwrap()
    }

    #[test]
    fn declared_sets_and_all_others_add_up_to_the_draws() {
        let instrument = instrument(serde_json::json!({"constant": ["0", "1"], "and": ["x0&x1"]}));
        let [functions, fit] = read(&instrument, Seen::Sample(&sample()));
        let Value::Counts { of, counts } = functions else { panic!("{functions:?}") };
        assert_eq!((of, counts["constant"], counts["and"], counts["other"]), (12, 6, 3, 3));
        assert_eq!(fit, Value::Share { hits: 3, of: 12 });
    }

    #[test]
    fn a_function_beyond_the_cap_is_unknown_and_not_0() {
        let instrument = instrument(serde_json::json!({"or": ["x0|x1"]}));
        let [functions, _] = read(&instrument, Seen::Sample(&sample()));
        let Value::Undetermined { because } = functions else { panic!("{functions:?}") };
        assert!(because.contains("x0|x1") && because.contains("most_functions"), "{because}");
        let counts = vec![(Function(0b0000), 12)];
        let whole = Sample { unlisted: 0, counts, ..sample() };
        let [functions, _] = read(&instrument, Seen::Sample(&whole));
        let Value::Counts { counts, .. } = functions else { panic!("{functions:?}") };
        assert_eq!(counts["or"], 0, "nothing is beyond the cap, so that it came never");
    }

    #[test]
    fn an_agent_is_one_draw() {
        struct And;
        impl Labeller for And {
            fn labels(&self, inputs: &[f32], width: usize) -> Vec<u8> {
                inputs.chunks(width).map(|row| u8::from(row[0] + row[1] > 1.5)).collect()
            }
        }
        let instrument = instrument(serde_json::json!({"and": ["x0&x1"]}));
        let [functions, fit] = read(&instrument, Seen::One(&And));
        let counts = BTreeMap::from([("and".to_string(), 1), ("other".to_string(), 0)]);
        assert_eq!(functions, Value::Counts { of: 1, counts });
        assert_eq!(fit, Value::Share { hits: 1, of: 1 });
    }

    #[test]
    fn sets_that_share_a_function_are_refused() {
        let twice = instrument(serde_json::json!({"a": ["x0"], "b": ["table(0011)"]}));
        assert!(twice.check(&Layout::of_bits(2, 0)).unwrap_err().contains("table(0011)"));
        assert!(
            twice.check(&Layout::of_bits(1, 0)).is_err(),
            "a table of four rows has two inputs"
        );
        for wrong in [
            serde_json::json!({"other": ["x0"]}),
            serde_json::json!({"a": []}),
            serde_json::json!({"a": ["random-per-seed"]}),
        ] {
            assert!(instrument(wrong.clone()).check(&Layout::of_bits(2, 0)).is_err(), "{wrong}");
        }
        assert!(
            instrument(serde_json::json!({"a": ["x0"]}))
                .check(&Layout::of_bits(8, 0))
                .unwrap_err()
                .contains("7")
        );
    }
}
