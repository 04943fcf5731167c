//! Controls as they are planned: what must hold before anything else of a study is shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A control: what must hold, of which cells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// Its name, read after "must hold that".
    pub name: String,
    /// Positive controls show that an effect would be seen, negative ones that none is made up.
    pub kind: ControlKind,
    /// One sentence.
    pub says: String,
    /// The names of the cells that it reads.
    pub cells: Vec<String>,
    /// The quantity it reads.
    pub quantity: String,
    /// What must hold.
    pub expect: Expect,
}

/// The two sorts of control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ControlKind {
    /// A known effect must be seen.
    Positive,
    /// No effect may be seen where there is none.
    Negative,
}

/// What a control demands. A p-value below `alpha` fails.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Expect {
    /// All hits of all trials together are Binomial(n, p), by the exact two-sided test.
    Binomial {
        /// The class whose agents (or the outcome whose draws) are the hits, for a quantity of
        /// classes or counts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        class: Option<String>,
        /// The probability of a hit.
        p: f64,
        /// The chance that a true control fails.
        alpha: f64,
    },
    /// The mean over trials of each cell is this, by t-tests with Bonferroni's correction.
    Mean {
        /// The value.
        is: f64,
        /// The chance that a true control fails.
        alpha: f64,
    },
    /// The two-sided interval of each cell's mean lies above this.
    Above {
        /// The value.
        than: f64,
        /// The interval's level.
        level: f64,
    },
    /// In every cell, no more than this share of the trials (or of the draws in them) misses: a cell
    /// fails where the one-sided 99.9% bound on its share lies above.
    NearlyAll {
        /// The class that must be had, for a quantity of classes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        class: Option<String>,
        /// The largest share that may miss.
        missing: f64,
    },
    /// The trials are distributed as in other cells, by the two-sample Kolmogorov-Smirnov test.
    SameAs {
        /// The other cells.
        cells: Vec<String>,
        /// The chance that a true control fails.
        alpha: f64,
    },
    /// The outcomes of each cell, its trials' counts added up, come from a stated distribution, by
    /// Pearson's chi-square test with Bonferroni's correction. An outcome that the distribution
    /// gives no chance fails it.
    ChiSquare {
        /// The distribution.
        against: Against,
        /// The chance that a true control fails.
        alpha: f64,
    },
    /// The two-sided interval of each cell lies in a band: of the probability, by all its trials
    /// together, for a quantity that holds or not, of classes or of counts; of the mean for numbers.
    Within {
        /// The class or outcome, for a quantity of classes or counts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        class: Option<String>,
        /// The lower end of the band.
        low: f64,
        /// The upper end of the band.
        high: f64,
        /// The interval's level.
        level: f64,
    },
    /// Every single trial reads a number from `low` to `high`, ends included.
    Every {
        /// The smallest number allowed, if any is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        low: Option<f64>,
        /// The largest number allowed, if any is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        high: Option<f64>,
    },
}

/// A distribution over outcomes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Against {
    /// The whole numbers of a range are equally likely.
    Uniform {
        /// The first.
        from: u64,
        /// The last.
        to: u64,
    },
    /// Each outcome has a share, and together they make 1.
    Shares(BTreeMap<String, f64>),
}

/// A range with more whole numbers than this is surely a slip.
const MOST_OUTCOMES: u64 = 100_000;

impl Against {
    /// The probability of every outcome that has one.
    pub fn shares(&self) -> BTreeMap<String, f64> {
        match self {
            Against::Uniform { from, to } => {
                let share = 1.0 / (to - from + 1) as f64;
                (*from..=*to).map(|number| (number.to_string(), share)).collect()
            }
            Against::Shares(shares) => shares.clone(),
        }
    }

    /// The first thing wrong with it, and what would be right.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Against::Uniform { from, to } if from >= to => {
                Err(format!("uniform runs from a number to a larger one, not from {from} to {to}"))
            }
            Against::Uniform { from, to } if to - from >= MOST_OUTCOMES => {
                Err(format!("uniform has at most {MOST_OUTCOMES} outcomes, not {from} to {to}"))
            }
            Against::Uniform { .. } => Ok(()),
            Against::Shares(shares) if shares.len() < 2 => {
                Err("shares name two outcomes at least".to_string())
            }
            Against::Shares(shares) => {
                if let Some((name, share)) =
                    shares.iter().find(|(_, share)| share.is_nan() || **share <= 0.0)
                {
                    return Err(format!("the share of {name:?} is above 0, not {share}"));
                }
                let sum: f64 = shares.values().sum();
                match (sum - 1.0).abs() <= 1e-6 {
                    true => Ok(()),
                    false => Err(format!("shares make 1 together, not {sum}")),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distribution_that_is_none_is_refused_and_one_that_is_makes_one() {
        let shares = |shares: &[(&str, f64)]| {
            Against::Shares(shares.iter().map(|(name, p)| (name.to_string(), *p)).collect())
        };
        for right in [Against::Uniform { from: 0, to: 31 }, shares(&[("a", 0.25), ("b", 0.75)])] {
            assert_eq!(right.check(), Ok(()));
            assert!((right.shares().values().sum::<f64>() - 1.0).abs() < 1e-12, "{right:?}");
        }
        for wrong in [
            Against::Uniform { from: 3, to: 3 },
            Against::Uniform { from: 4, to: 3 },
            Against::Uniform { from: 0, to: u64::MAX },
            shares(&[("a", 1.0)]),
            shares(&[("a", 0.5), ("b", 0.6)]),
            shares(&[("a", 1.0), ("b", 0.0)]),
            shares(&[("a", f64::NAN), ("b", 0.5)]),
        ] {
            assert!(wrong.check().is_err(), "{wrong:?}");
        }
    }
}
