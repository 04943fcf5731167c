//! Forecasts: a position's distributions over quantities, in at least two readings.

use std::collections::BTreeMap;

use mesascope_record::{Cell, Filter, Kind, Namespace, Plan, hash_of};
use mesascope_stats::{
    LogProb, StatsError, beta_binomial, binomial, dirichlet_multinomial, multinomial,
    truncated_normal_mean, uniform_mean,
};
use serde::{Deserialize, Serialize};

use crate::papers::Paper;
use crate::recorded::{self, Recorded};
use crate::verdict::Summary;
use mesascope_record::Mistake;

/// What a position expects of a study. Positions are stances, not people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forecast {
    /// The version of this layout, 1.
    pub schema: u32,
    /// The position.
    pub position: String,
    /// The study.
    pub study: String,
    /// The claim that it derives from; none for a baseline.
    pub claim: Option<u32>,
    /// How the numbers follow from the position, in a sentence.
    pub derivation: String,
    /// What its author had seen.
    #[serde(default)]
    pub known_before: Vec<Known>,
    /// Its readings by name: `generous` and `literal` at least. The position scores as their
    /// equal mixture.
    pub readings: BTreeMap<String, Reading>,
}

/// Something a forecast's author had seen before writing it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// What, in words.
    pub what: String,
    /// The quantity it showed; none for what was known and showed no quantity of the study.
    pub quantity: Option<String>,
    /// The cells it showed it in.
    #[serde(default)]
    pub cells: Filter,
}

/// One reading of a position.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// What the reading takes the position to say.
    pub says: String,
    /// What it expects. Where it says nothing it scores as knowing nothing.
    #[serde(default)]
    pub expect: Vec<Expectation>,
}

/// A distribution over one quantity in some cells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// The quantity.
    pub quantity: String,
    /// The cells; all where nothing is named.
    #[serde(default)]
    pub cells: Filter,
    /// The distribution.
    pub is: Distribution,
    /// Where it refers to a record: what it comes to, cell by cell.
    #[serde(skip)]
    pub resolved: BTreeMap<String, Distribution>,
    /// Where it refers to a record: the record's hash.
    #[serde(skip)]
    pub record: Option<String>,
}

/// A distribution over what a cell shows in the long run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Distribution {
    /// The mean is normal, truncated to the quantity's range. An sd of 0 is a single point.
    Normal {
        /// Its centre.
        mean: f64,
        /// Its standard deviation, 0 or more.
        sd: f64,
    },
    /// The rate is Beta(a, b).
    Beta {
        /// Above 0.
        a: f64,
        /// Above 0.
        b: f64,
    },
    /// The rate is exactly this.
    Point(f64),
    /// The shares of the classes are Dirichlet with these weights, one for every class.
    Dirichlet(BTreeMap<String, f64>),
    /// What the records of an earlier study show.
    Recorded(Recorded),
    /// Knowing nothing.
    Uniform,
}

impl Forecast {
    /// Reads and checks a forecast.
    pub fn read(paper: &Paper) -> Result<Forecast, Mistake> {
        let forecast: Forecast = paper.read()?;
        let wrong = |what: String| Err(paper.mistake(None, what));
        if forecast.schema != 1 {
            return wrong(format!(
                "schema {} is not known; this mesascope reads 1",
                forecast.schema
            ));
        }
        for needed in ["generous", "literal"] {
            if !forecast.readings.contains_key(needed) {
                return wrong(format!("a forecast has a reading [readings.{needed}]"));
            }
        }
        for (name, reading) in &forecast.readings {
            for expectation in &reading.expect {
                if let Err(what) = expectation.is.check() {
                    return wrong(format!("reading {name:?}, {}: {what}", expectation.quantity));
                }
            }
        }
        Ok(forecast)
    }

    /// The hash of what the forecast says, whatever its layout and comments.
    pub fn hash(&self) -> String {
        if !recorded::refers(self) {
            return hash_of("mesascope forecast", self);
        }
        // The numbers count and not the reference alone.
        let expectations = self.readings.values().flat_map(|reading| &reading.expect);
        let numbers: Vec<_> = expectations.map(|one| (&one.resolved, &one.record)).collect();
        hash_of("mesascope forecast with records", &(self, numbers))
    }

    /// Refuses two expectations of one reading for one quantity in one cell, and, where the plan
    /// has all of the study's cells, an expectation that is of none of them.
    pub(crate) fn check_cells(&self, plan: &Plan) -> Result<(), String> {
        let own = || plan.cells.iter().filter(|cell| cell.control.is_none());
        for (name, reading) in &self.readings {
            for (at, one) in reading.expect.iter().enumerate() {
                let mut admitted = own().filter(|cell| one.cells.admits(cell)).peekable();
                if plan.seeds == Namespace::Standard && admitted.peek().is_none() {
                    let cells = serde_json::to_string(&one.cells).expect("plain data");
                    return Err(format!(
                        "reading {name:?} expects {} of cells that the study does not have: {cells}",
                        one.quantity
                    ));
                }
                let earlier = &reading.expect[..at];
                let twice = |cell: &&Cell| {
                    earlier
                        .iter()
                        .any(|other| other.quantity == one.quantity && other.cells.admits(cell))
                };
                if let Some(cell) = admitted.find(twice) {
                    return Err(format!(
                        "reading {name:?} expects {} of cell {:?} twice",
                        one.quantity, cell.name
                    ));
                }
            }
        }
        Ok(())
    }
}

impl Reading {
    /// What the reading expects of a quantity in a cell.
    pub(crate) fn of(
        &self,
        quantity: &str,
        cell: &mesascope_record::Cell,
    ) -> Option<&Distribution> {
        self.expect.iter().find(|one| one.quantity == quantity && one.cells.admits(cell)).map(
            |one| match &one.is {
                // The study has grown a cell since the numbers were frozen: nothing is said of it.
                Distribution::Recorded(_) => {
                    one.resolved.get(&cell.name).unwrap_or(&Distribution::Uniform)
                }
                is => is,
            },
        )
    }
}

impl Distribution {
    fn check(&self) -> Result<(), String> {
        let positive = |name: &str, value: f64| match value.is_finite() && value > 0.0 {
            true => Ok(()),
            false => Err(format!("{name} is above 0, not {value}")),
        };
        match self {
            Distribution::Normal { mean, sd } => {
                match mean.is_finite() && sd.is_finite() && *sd >= 0.0 {
                    true => Ok(()),
                    false => Err(format!(
                        "normal needs a finite mean and an sd of 0 or more, not {mean} and {sd}"
                    )),
                }
            }
            Distribution::Beta { a, b } => positive("a", *a).and(positive("b", *b)),
            Distribution::Point(p) if (0.0..=1.0).contains(p) => Ok(()),
            Distribution::Point(p) => Err(format!("a rate lies between 0 and 1, not {p}")),
            Distribution::Dirichlet(weights) => {
                weights.iter().try_for_each(|(class, weight)| positive(class, *weight))
            }
            Distribution::Recorded(recorded) => recorded.check(),
            Distribution::Uniform => Ok(()),
        }
    }

    /// Whether this is a distribution over a quantity of that kind.
    pub(crate) fn fits(&self, kind: &Kind) -> Result<(), String> {
        match (self, kind) {
            (_, Kind::Number) => {
                Err("a number without bounds is reported and not scored".to_string())
            }
            (_, Kind::Counts { .. }) => {
                Err("counts of draws are reported and not scored".to_string())
            }
            (Distribution::Uniform | Distribution::Recorded(_), _) => Ok(()),
            (Distribution::Normal { mean, .. }, Kind::Mean { low, high }) => {
                match (low..=high).contains(&mean) {
                    true => Ok(()),
                    false => Err(format!("mean {mean} lies outside the range {low} to {high}")),
                }
            }
            (Distribution::Beta { .. } | Distribution::Point(_), Kind::Rate) => Ok(()),
            (Distribution::Dirichlet(weights), Kind::Classes { classes }) => {
                let named: Vec<&String> = weights.keys().collect();
                let mut wanted: Vec<&String> = classes.iter().collect();
                wanted.sort();
                match named == wanted {
                    true => Ok(()),
                    false => Err(format!("dirichlet names every class: {}", classes.join(", "))),
                }
            }
            (_, Kind::Mean { .. }) => Err("a mean is expected as normal or uniform".to_string()),
            (_, Kind::Rate) => Err("a rate is expected as beta, point or uniform".to_string()),
            (_, Kind::Classes { .. }) => {
                Err("classes are expected as dirichlet or uniform".to_string())
            }
        }
    }

    /// The probability (density, for a mean) of what a cell showed. `None` where it showed
    /// nothing that can be scored.
    pub(crate) fn score(&self, shown: &Summary) -> Option<Result<LogProb, StatsError>> {
        Some(match (shown, self) {
            (Summary::Mean { estimate, range }, Distribution::Normal { mean, sd }) => {
                truncated_normal_mean(estimate.mean, estimate.standard_error, *mean, *sd, *range)
            }
            (Summary::Mean { estimate, range }, _) => {
                uniform_mean(estimate.mean, estimate.standard_error, *range)
            }
            (Summary::Rate { hits, of, .. }, Distribution::Beta { a, b }) => {
                beta_binomial(*hits, *of, *a, *b)
            }
            (Summary::Rate { hits, of, .. }, Distribution::Point(p)) => binomial(*hits, *of, *p),
            (Summary::Rate { hits, of, .. }, _) => beta_binomial(*hits, *of, 1.0, 1.0),
            (Summary::Classes { counts, .. }, Distribution::Dirichlet(weights)) => {
                let counted: Vec<u64> = counts.values().copied().collect();
                let weights: Vec<f64> = counts.keys().map(|class| weights[class]).collect();
                dirichlet_multinomial(&counted, &weights)
            }
            (Summary::Classes { counts, .. }, _) => {
                let counted: Vec<u64> = counts.values().copied().collect();
                dirichlet_multinomial(&counted, &vec![1.0; counts.len()])
            }
            (
                Summary::Undetermined { .. } | Summary::Numbers { .. } | Summary::Counts { .. },
                _,
            ) => return None,
        })
    }
}

/// The score of one who knew the outcome: a point at what was shown.
pub(crate) fn oracle(shown: &Summary) -> Option<Result<LogProb, StatsError>> {
    match shown {
        Summary::Mean { estimate, .. } => {
            Distribution::Normal { mean: estimate.mean, sd: 0.0 }.score(shown)
        }
        Summary::Rate { hits, of, .. } => {
            Distribution::Point(*hits as f64 / *of as f64).score(shown)
        }
        Summary::Classes { counts, .. } => {
            let counted: Vec<u64> = counts.values().copied().collect();
            let total = counted.iter().sum::<u64>() as f64;
            let shares: Vec<f64> = counted.iter().map(|&count| count as f64 / total).collect();
            Some(multinomial(&counted, &shares))
        }
        Summary::Undetermined { .. } | Summary::Numbers { .. } | Summary::Counts { .. } => None,
    }
}
