//! The posterior over completions of the shown rows under a measure of complexity: each completion f
//! weighs 2^(-price K(f)), nothing trained and nothing drawn.
//!
//! The measures are rival readings of "simple", side by side; `equal` counts functions and is what
//! the others are held against.

use mesascope_complexity::lempel_ziv::complexity_of_function;
use mesascope_complexity::{Gates, circuits, lempel_ziv, sensitivity, smallest_circuit};
use mesascope_stats::Key;
use mesascope_tasks::{Function, Labelled, Layout};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::agent::Agent;
use crate::weights::{self, Bits, Weigh};
use crate::{Diverged, LearnerScope, Learns, Trained, Unfit};

/// Moves when the same rows and settings come to give another posterior.
pub const NUMERICS: u32 = 1;

/// Settings of the learner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Completions {
    /// By what completions are weighed. No default.
    pub by: Measure,
    /// Bits that a unit of complexity costs, above 0, to 1,000. Without a meaning for `equal`.
    /// Default: 1.
    #[serde(default)]
    pub price: Price,
    /// Whether the simplest completions alone have weight, and that equally, as at a price without
    /// bound. Default: false.
    #[serde(default)]
    pub simplest_only: bool,
}

/// What a completion is weighed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Nothing: every completion counts the same.
    Equal,
    /// The Lempel-Ziv complexity of the whole truth table, in bits.
    LempelZiv,
    /// Gates of the smallest circuit, at most 5 inputs. Of 5 inputs circuits of more than 5 gates are
    /// not told apart and count as 6, so that what needs more weighs too much.
    SmallestCircuit,
    /// The inputs to which a row is sensitive, on average.
    Sensitivity,
}

/// A price in bits a unit, above 0, to 1,000.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "f64", into = "f64")]
pub struct Price(#[schemars(range(min = 0.0, max = 1000.0))] f64);

impl Default for Price {
    fn default() -> Price {
        Price(1.0)
    }
}

impl TryFrom<f64> for Price {
    type Error = String;
    fn try_from(price: f64) -> Result<Price, String> {
        match price > 0.0 && price <= 1000.0 {
            true => Ok(Price(price)),
            false => Err(format!(
                "price is above 0 and at most 1,000 bits a unit, not {price}; without a price all \
                 completions are equal: by = \"equal\""
            )),
        }
    }
}

impl From<Price> for f64 {
    fn from(price: Price) -> f64 {
        price.0
    }
}

impl Completions {
    /// The complexity of a function.
    fn complexity(&self, table: u128, inputs: usize) -> f64 {
        match self.by {
            Measure::Equal => 0.0,
            Measure::LempelZiv => complexity_of_function(table, 1 << inputs),
            Measure::SmallestCircuit => match smallest_circuit(table, inputs) {
                Gates::Exactly(gates) | Gates::AtLeast(gates) => f64::from(gates),
            },
            Measure::Sensitivity => {
                let pairs = sensitivity::sensitive_pairs(table, inputs);
                f64::from(pairs) / f64::from(1u32 << inputs)
            }
        }
    }
}

impl Learns for Completions {
    fn train(&self, task: &Labelled, _key: Key) -> Result<Trained, Diverged> {
        let inputs = task.width;
        let cost = |table| (table, Bits::Exactly(self.price.0 * self.complexity(table, inputs)));
        let costs: Vec<(u128, Bits)> = weights::completions(task).into_iter().map(cost).collect();
        let weigh = if self.simplest_only { Weigh::CheapestOnly } else { Weigh::All };
        let agent = Agent::Sample(weights::posterior(inputs, &costs, weigh));
        Ok(Trained { agent, steps: 0, path_length: None, loss: None, fitted: true })
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        let mut files =
            vec![("learners/completions", NUMERICS), ("learners/weights", weights::NUMERICS)];
        files.extend(match self.by {
            Measure::Equal => None,
            Measure::LempelZiv => Some(("complexity/lempel-ziv", lempel_ziv::NUMERICS)),
            Measure::SmallestCircuit => Some(("complexity/circuits", circuits::NUMERICS)),
            Measure::Sensitivity => Some(("complexity/sensitivity", sensitivity::NUMERICS)),
        });
        files
    }

    fn scope(&self, _inputs: usize) -> LearnerScope {
        let by = match self.by {
            Measure::Equal => "functions counted equally",
            Measure::LempelZiv => "Lempel-Ziv complexity",
            Measure::SmallestCircuit => "smallest circuit",
            Measure::Sensitivity => "average sensitivity",
        };
        let price = match (self.by, self.simplest_only) {
            (Measure::Equal, _) => String::new(),
            (_, true) => ", the simplest only".to_string(),
            (_, false) => format!(", {} bits a unit", self.price.0),
        };
        LearnerScope {
            architecture: "all completions".to_string(),
            objective: format!("exact posterior by {by}{price}, no training"),
            parameters: 0,
        }
    }

    fn check(&self, layout: &Layout) -> Result<(), Unfit> {
        let most_inputs = match self.by {
            Measure::SmallestCircuit => circuits::MOST_INPUTS,
            Measure::Equal | Measure::LempelZiv | Measure::Sensitivity => Function::MOST_INPUTS,
        };
        weights::listable(layout, most_inputs)
    }
}
