//! The posterior over completions of the shown rows when programs are weighed by what they cost, as
//! Solomonoff's induction does: 2^-cost of the cheapest program of each function, nothing trained
//! and nothing drawn.
//!
//! A trial is exact up to 4 inputs, and for branches at 5 inputs too. For gates at 5 inputs, programs are
//! known up to `most_bits`; all other completions together have at most the weight that stands as
//! unlisted, which is never left out of what an instrument divides by.

use mesascope_complexity::{branches, gates};
use mesascope_stats::Key;
use mesascope_tasks::{Labelled, Layout};
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
pub struct Programs {
    /// What programs are made of. No default.
    pub instructions: Instructions,
    /// What a program costs. Default: length.
    #[serde(default)]
    pub cost: Cost,
    /// A price of running, in bits a step, times the steps that a program runs on a row on average;
    /// it comes on top of `cost`, 0 to 1,000. Default: 0.
    #[serde(default)]
    pub step_price: StepPrice,
    /// For gates at 5 inputs: programs of up to so many bits are found, 4 to 52. 42 bits take 0.3 s
    /// and 20 MB once a process, 49 bits 3 s and 190 MB, 52 bits 5 s and 280 MB. The most that all
    /// completions beyond can weigh together is unlisted. Default: 42.
    #[serde(default)]
    pub most_bits: MostBits,
}

/// What programs are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Instructions {
    /// Formulas of and, or, xor and not, all of which run on every row. In Polish notation: an
    /// instruction is a 1 and two bits, an input or constant a 0 and three bits.
    Gates,
    /// `if x then P else Q`, of which one side runs. In Polish notation: a branch is a 1 and three
    /// bits for the input, an input or constant a 0 and three bits.
    Branches,
}

/// What a program costs, in bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cost {
    /// Its length.
    #[default]
    Length,
    /// Its length and log2 of the steps that it runs on a row on average (Levin 1973: Kt). A step is
    /// an instruction, input or constant that is run.
    LengthPlusTime,
}

/// A price in bits a step, 0 to 1,000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "f64", into = "f64")]
pub struct StepPrice(#[schemars(range(min = 0.0, max = 1000.0))] f64);

impl TryFrom<f64> for StepPrice {
    type Error = String;
    fn try_from(price: f64) -> Result<StepPrice, String> {
        match (0.0..=1000.0).contains(&price) {
            true => Ok(StepPrice(price)),
            false => Err(format!("step_price is 0 to 1,000 bits a step, not {price}")),
        }
    }
}

impl From<StepPrice> for f64 {
    fn from(price: StepPrice) -> f64 {
        price.0
    }
}

/// Bits of the longest programs that are found, 4 to 52.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "i64", into = "i64")]
pub struct MostBits(#[schemars(range(min = 4, max = 52))] i64);

impl Default for MostBits {
    fn default() -> MostBits {
        MostBits(42)
    }
}

impl TryFrom<i64> for MostBits {
    type Error = String;
    fn try_from(bits: i64) -> Result<MostBits, String> {
        match (4..=i64::from(gates::MOST_BITS_OF_FIVE)).contains(&bits) {
            true => Ok(MostBits(bits)),
            false => Err(format!(
                "most_bits is a whole number from 4 to 52, not {bits}: the shortest program has 4, \
                 and every 3 bits more take twice the time and memory (280 MB at 52)"
            )),
        }
    }
}

impl From<MostBits> for i64 {
    fn from(bits: MostBits) -> i64 {
        bits.0
    }
}

impl Programs {
    /// What a program of so many bits costs that runs so many steps on a row on average.
    fn price(&self, bits: u32, steps: f64) -> f64 {
        let time = match self.cost {
            Cost::Length => 0.0,
            Cost::LengthPlusTime => libm::log2(steps),
        };
        f64::from(bits) + time + self.step_price.0 * steps
    }

    /// What each completion costs.
    fn costs(&self, task: &Labelled) -> Vec<(u128, Bits)> {
        let inputs = task.width;
        let all = weights::completions(task).into_iter();
        match self.instructions {
            Instructions::Gates => {
                let programs = gates::gate_programs(inputs, self.most_bits.0 as u32);
                // A longer program runs as many steps or more, so that what bounds its length bounds
                // its cost; at 67 bits and more steps are not told, and those of 66 bits are as few.
                let last = (0..gates::TOLD_BY_LENGTH).rev().find_map(gates::steps_of_length);
                let price = |bits: u32| {
                    let steps = (0..=bits).rev().find_map(gates::steps_of_length).or(last);
                    self.price(bits, f64::from(steps.unwrap_or(1)))
                };
                let prices: Vec<f64> = (0..=u32::from(u8::MAX)).map(price).collect();
                let cost = |table| match programs.length(table) {
                    gates::Length::Exactly(bits) => Bits::Exactly(prices[bits as usize]),
                    gates::Length::AtLeast(bits) => Bits::AtLeast(prices[bits as usize]),
                };
                all.map(|table| (table, cost(table))).collect()
            }
            Instructions::Branches => {
                let rows = 1u32 << inputs;
                // At most as many branches run on a row as there are inputs.
                let times: Vec<f64> = (0..=rows * inputs as u32)
                    .map(|run| self.price(0, f64::from(run + rows) / f64::from(rows)))
                    .collect();
                let cost = |table| {
                    let mut least = f64::INFINITY;
                    branches::cheapest_branches(table, inputs, |spent| {
                        least = least.min(f64::from(spent.length()) + times[spent.run as usize]);
                    });
                    Bits::Exactly(least)
                };
                all.map(|table| (table, cost(table))).collect()
            }
        }
    }
}

impl Learns for Programs {
    fn train(&self, task: &Labelled, _key: Key) -> Result<Trained, Diverged> {
        let sample = weights::posterior(task.width, &self.costs(task), Weigh::All);
        let agent = Agent::Sample(sample);
        Ok(Trained { agent, steps: 0, path_length: None, loss: None, fitted: true })
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        let made_of = match self.instructions {
            Instructions::Gates => ("complexity/gates", gates::NUMERICS),
            Instructions::Branches => ("complexity/branches", branches::NUMERICS),
        };
        vec![made_of, ("learners/programs", NUMERICS), ("learners/weights", weights::NUMERICS)]
    }

    fn scope(&self, _inputs: usize) -> LearnerScope {
        let made_of = match self.instructions {
            Instructions::Gates => "gates",
            Instructions::Branches => "branches",
        };
        let cost = match self.cost {
            Cost::Length => "length",
            Cost::LengthPlusTime => "length plus log2 of time",
        };
        let price = match self.step_price.0 {
            0.0 => String::new(),
            price => format!(" and {price} bits a step"),
        };
        LearnerScope {
            architecture: format!("programs of {made_of}"),
            objective: format!(
                "exact posterior of cheapest programs by {cost}{price}, no training"
            ),
            parameters: 0,
        }
    }

    fn check(&self, layout: &Layout) -> Result<(), Unfit> {
        weights::listable(layout, gates::MOST_INPUTS)
    }
}
