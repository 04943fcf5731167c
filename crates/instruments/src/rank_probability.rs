//! Rank probability.
//!
//! # Measures
//! Whether the probabilities of functions, in order of rank, fall as Zipf's law says.
//!
//! # Definition
//! With c_r the draws of the r-th most frequent function of a block of N draws and N_O = 2^(2^n)
//! the number of functions of n inputs, the ratio of rank r is (c_r / N) r ln N_O: the law
//! P(r) = 1 / (r ln N_O), which has no free parameter, makes it 1. `zipf-least` and `zipf-most` are
//! the smallest and largest ratio over the ranks `from` to `to`. `constant-probability` is how many
//! draws are one of the two constant functions.
//!
//! # Input
//! The functions of a block of draws.
//!
//! # Unit and range
//! Ratios above 0; draws.
//!
//! # Uncertainty
//! c_r is a count: one of 4 is known to within a factor of about 2, and so is its ratio. Undetermined
//! for one agent, where draws are beyond the cap of the histogram, and for ratios where the function
//! of rank `to` was drawn once or never.
//!
//! # Fooled by
//! - Few draws: ranks are by observed count, so that at the tail those that chance favoured come
//!   first and the ratio is too high (`with_few_draws_the_tail_reads_too_high`).
//! - The head: the two constants are far above the law and the ranks after them below it, which
//!   ranks from 100 on do not show (`the_head_is_left_out`).
//!
//! # Reference
//! Valle-Perez, Camargo and Louis 2019, "Deep learning generalizes because the parameter-function
//! map is biased towards simple functions", figure 1a.

use mesascope_record::{Kind, Measurement, Quantity, Status, Value};
use mesascope_tasks::{Function, Layout, Sample, Seen};
use mesascope_worlds::Audited;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Measures;

/// Moves when the same draws come to read otherwise.
pub const NUMERICS: u32 = 1;

/// Settings of the instrument.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RankProbability {
    /// The first rank looked at, 1 or more. Default: 100.
    #[serde(default = "first")]
    pub from: Rank,
    /// The last rank looked at, not before the first. Default: 3000.
    #[serde(default = "last")]
    pub to: Rank,
}

/// A rank, 1 to 10,000,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "i64", into = "i64")]
pub struct Rank(#[schemars(range(min = 1, max = 10_000_000))] i64);

impl TryFrom<i64> for Rank {
    type Error = String;
    fn try_from(rank: i64) -> Result<Rank, String> {
        match rank {
            1..=10_000_000 => Ok(Rank(rank)),
            _ => Err(format!("a rank is a whole number from 1 to 10,000,000, not {rank}")),
        }
    }
}

impl From<Rank> for i64 {
    fn from(rank: Rank) -> i64 {
        rank.0
    }
}

fn first() -> Rank {
    Rank(100)
}

fn last() -> Rank {
    Rank(3_000)
}

impl Measures for RankProbability {
    fn measure(&self, seen: Seen, _world: &Audited) -> Vec<Measurement> {
        let undetermined = |because: &str| Value::Undetermined { because: because.to_string() };
        let [least, most, constant] = match seen {
            Seen::One(_) => {
                let because = "one agent is one draw; ranks need a block of them";
                [undetermined(because), undetermined(because), undetermined(because)]
            }
            Seen::Sample(sample) => {
                let [least, most] = match self.ratios(sample) {
                    Ok((least, most)) => [Value::number(least), Value::number(most)],
                    Err(because) => [undetermined(&because), undetermined(&because)],
                };
                [least, most, constant(sample)]
            }
        };
        vec![
            Measurement { quantity: "zipf-least".to_string(), value: least },
            Measurement { quantity: "zipf-most".to_string(), value: most },
            Measurement { quantity: "constant-probability".to_string(), value: constant },
        ]
    }

    fn quantities(&self) -> Vec<Quantity> {
        let ratio = |name: &str, which: &str| Quantity {
            name: name.to_string(),
            kind: Kind::Number,
            unit: "ratio to Zipf's law".to_string(),
            about: format!("The {which} ratio of a rank's probability to the law's."),
        };
        vec![
            ratio("zipf-least", "smallest"),
            ratio("zipf-most", "largest"),
            Quantity {
                name: "constant-probability".to_string(),
                kind: Kind::Rate,
                unit: "share of draws".to_string(),
                about: "Draws that are one of the two constant functions.".to_string(),
            },
        ]
    }

    fn status(&self) -> Status {
        Status::Preliminary
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        vec![("instruments/rank-probability", NUMERICS)]
    }

    fn check(&self, layout: &Layout) -> Result<(), String> {
        layout.bits()?;
        match self.from <= self.to {
            true => Ok(()),
            false => Err(format!(
                "ranks run from {} to {}: the first is not after the last",
                self.from.0, self.to.0
            )),
        }
    }
}

impl RankProbability {
    /// The smallest and largest ratio over the ranks.
    fn ratios(&self, sample: &Sample) -> Result<(f64, f64), String> {
        if sample.unlisted > 0 {
            return Err(format!(
                "{} draws are of functions beyond the cap of the histogram, whose ranks nobody \
                 knows; a larger most_functions lists them",
                sample.unlisted
            ));
        }
        let mut counts: Vec<u64> = sample.counts.iter().map(|(_, count)| *count).collect();
        counts.sort_unstable_by(|one, other| other.cmp(one));
        let (from, to) = (self.from.0 as usize, self.to.0 as usize);
        let drawn = counts.get(to - 1).copied().unwrap_or(0);
        if drawn < 2 {
            return Err(format!(
                "the function of rank {to} was drawn {drawn} times of {}; an order of functions \
                 that were drawn once is chance",
                sample.draws
            ));
        }
        let ln_functions = (1u64 << sample.inputs) as f64 * std::f64::consts::LN_2;
        let ratio = |rank: usize| {
            counts[rank - 1] as f64 / sample.draws as f64 * rank as f64 * ln_functions
        };
        let ends = (f64::INFINITY, f64::NEG_INFINITY);
        Ok((from..=to)
            .map(ratio)
            .fold(ends, |(least, most), ratio| (least.min(ratio), most.max(ratio))))
    }
}

fn constant(sample: &Sample) -> Value {
    let ends = [Function(0), Function::always(sample.inputs)];
    let counts: Option<Vec<u64>> = ends.iter().map(|end| sample.count(*end)).collect();
    match counts {
        Some(counts) => Value::Share { hits: counts.iter().sum(), of: sample.draws },
        None => Value::Undetermined {
            because: "a constant is beyond the cap of the histogram".to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesascope_stats::Key;

    const LN_FUNCTIONS: f64 = 128.0 * std::f64::consts::LN_2;

    /// Seven inputs; function r is drawn `count(r)` times of `draws`, and the rest is one function.
    fn planted(draws: u64, functions: u64, count: impl Fn(u64) -> u64) -> Sample {
        let mut counts: Vec<(Function, u64)> =
            (1..=functions).map(|rank| (Function(u128::from(rank)), count(rank))).collect();
        let listed: u64 = counts.iter().map(|(_, count)| count).sum();
        counts.insert(0, (Function(0), draws - listed));
        let sample =
            Sample { inputs: 7, draws, fits: draws, counts, unlisted: 0, unlisted_fits: 0 };
        sample.check().unwrap();
        sample
    }

    fn zipf(draws: u64, rank: u64) -> f64 {
        draws as f64 / (rank as f64 * LN_FUNCTIONS)
    }

    fn ratios(sample: &Sample) -> (f64, f64) {
        RankProbability { from: first(), to: last() }.ratios(sample).unwrap()
    }

    #[test]
    fn draws_that_follow_the_law_read_1_and_a_steeper_law_does_not() {
        let draws = 1_000_000_000;
        // The function that takes the rest stands first, so that function r has rank r + 1.
        let law = planted(draws, 4_000, |rank| zipf(draws, rank + 1).round() as u64);
        let (least, most) = ratios(&law);
        assert!((least - 1.0).abs() < 1e-3 && (most - 1.0).abs() < 1e-3, "{least} to {most}");
        let steeper =
            planted(draws, 4_000, |rank| (30.0 * zipf(draws, rank) / rank as f64).round() as u64);
        let (least, most) = ratios(&steeper);
        assert!(least < 0.02 && most < 0.5, "a planted 1/r^2 reads {least} to {most}");
    }

    #[test]
    fn the_head_is_left_out() {
        let draws = 1_000_000_000;
        let count = |rank: u64| (if rank < 50 { 3.0 } else { 1.0 }) * zipf(draws, rank + 1);
        let (least, most) = ratios(&planted(draws, 4_000, |rank| count(rank).round() as u64));
        assert!((least - 1.0).abs() < 1e-3 && (most - 1.0).abs() < 1e-3, "{least} to {most}");
    }

    #[test]
    fn with_few_draws_the_tail_reads_too_high() {
        // Functions that all follow the law, drawn at random: 100,000 draws over 20,000 functions.
        let mut draws = Key::from_seed(1).draws();
        let cumulative: Vec<f64> = (1..=20_000u64)
            .scan(0.0, |sum, rank| {
                *sum += 1.0 / rank as f64;
                Some(*sum)
            })
            .collect();
        let total = cumulative.last().copied().unwrap();
        let mut counts = vec![0u64; 20_000];
        for _ in 0..100_000 {
            let at = draws.uniform() * total;
            counts[cumulative.partition_point(|sum| *sum <= at).min(19_999)] += 1;
        }
        let counts: Vec<(Function, u64)> = counts
            .into_iter()
            .enumerate()
            .map(|(rank, count)| (Function(rank as u128), count))
            .collect();
        let sample = Sample {
            inputs: 7,
            draws: 100_000,
            fits: 100_000,
            counts,
            unlisted: 0,
            unlisted_fits: 0,
        };
        let (_, most) = ratios(&sample);
        // Its own law is 1 / (r total), and total is not ln N_O.
        let own = LN_FUNCTIONS / total;
        assert!(most > 1.15 * own, "the largest ratio is {most}, the law's {own}");
    }

    #[test]
    fn what_few_draws_cannot_order_is_undetermined() {
        let ranks = RankProbability { from: first(), to: last() };
        let singles = planted(10_000, 4_000, |_| 1);
        assert!(ranks.ratios(&singles).unwrap_err().contains("drawn 1 times"));
        assert!(ranks.ratios(&planted(10, 3, |_| 3)).unwrap_err().contains("drawn 0 times"));
        let capped = Sample { unlisted: 1, draws: 10_001, ..singles };
        assert!(ranks.ratios(&capped).unwrap_err().contains("beyond the cap"));
        assert!(
            RankProbability { from: last(), to: first() }.check(&Layout::of_bits(7, 0)).is_err()
        );
    }

    #[test]
    fn both_constants_count_as_constant() {
        let counts = vec![(Function(0), 3), (Function(1), 4), (Function(0b1111), 2)];
        let sample = Sample { inputs: 2, draws: 9, fits: 9, counts, unlisted: 0, unlisted_fits: 0 };
        assert_eq!(constant(&sample), Value::Share { hits: 5, of: 9 });
        let capped = Sample { counts: vec![(Function(0), 3)], unlisted: 6, ..sample };
        assert!(matches!(constant(&capped), Value::Undetermined { .. }));
    }
}
