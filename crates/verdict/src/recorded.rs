//! Forecasts that are made of what the records of an earlier study show: resolved into numbers from
//! that study's bundle, and frozen by `register`.

use std::collections::BTreeMap;

use mesascope_record::{Bundle, Cell, Filter, Kind, Mistake, Plan, hash_of};
use serde::{Deserialize, Serialize};

use crate::controls;
use crate::forecast::{Distribution, Forecast};
use crate::papers::Paper;
use crate::table::Table;
use crate::verdict::Summary;

/// A distribution over a quantity of a cell, taken from the cell of an earlier study that is like it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// The study, whose bundle stands in `results/`.
    pub study: String,
    /// The quantity; that of the expectation where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<String>,
    /// Which of its cells.
    #[serde(default)]
    pub cells: Filter,
    /// The factors that a cell of it must share with the cell of which something is expected, such
    /// that exactly one does.
    #[serde(default, rename = "match")]
    pub matching: Vec<String>,
    /// A standard deviation that is added (as variances add) to the Monte Carlo error of a mean: how
    /// far the position trusts itself. Default: 0.
    #[serde(default)]
    pub extra_sd: f64,
    /// The most draws that a share's weights are worth; more are scaled down to it. To the weights so
    /// found Jeffreys' 1/2 is added. Default: 1000.
    #[serde(default = "most_draws")]
    pub at_most: f64,
}

fn most_draws() -> f64 {
    1000.0
}

/// Numbers in place of references, as `register` found them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frozen {
    /// The version of this layout, 1.
    pub schema: u32,
    /// The study.
    pub study: String,
    /// The hash of the bundle of every study referred to.
    pub records: BTreeMap<String, String>,
    /// By position.
    pub forecasts: BTreeMap<String, FrozenForecast>,
}

/// One forecast's numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrozenForecast {
    /// The hash of the forecast as it is written.
    pub written: String,
    /// By reading: for each of its expectations, what it came to in each cell; nothing for one
    /// that refers to no record.
    pub readings: BTreeMap<String, Vec<BTreeMap<String, Distribution>>>,
}

/// Where bundles of earlier studies come from: by the study's name.
pub type Earlier<'e> = dyn Fn(&str) -> Result<Bundle, String> + 'e;

impl Recorded {
    pub(crate) fn check(&self) -> Result<(), String> {
        if !(self.extra_sd.is_finite() && self.extra_sd >= 0.0) {
            return Err(format!("extra_sd is 0 or more, not {}", self.extra_sd));
        }
        match self.at_most.is_finite() && self.at_most > 0.0 {
            true => Ok(()),
            false => Err(format!("at_most is above 0, not {}", self.at_most)),
        }
    }

    /// The one cell of the earlier plan that is like this one.
    fn source<'p>(&self, plan: &'p Plan, cell: &Cell) -> Result<&'p Cell, String> {
        let alike = |other: &&Cell| {
            let same = |factor: &String| other.factors.get(factor) == cell.factors.get(factor);
            other.control.is_none() && self.cells.admits(other) && self.matching.iter().all(same)
        };
        if let Some(unknown) = self.matching.iter().find(|one| !cell.factors.contains_key(*one)) {
            return Err(format!("cell {:?} has no factor {unknown:?} to match by", cell.name));
        }
        let found: Vec<&Cell> = plan.cells.iter().filter(alike).collect();
        match found[..] {
            [one] => Ok(one),
            [] => Err(format!("study {:?} has no cell like {:?}", self.study, cell.name)),
            [first, second, ..] => Err(format!(
                "study {:?} has several cells like {:?}, such as {:?} and {:?}; name more factors in \
                 match or cells",
                self.study, cell.name, first.name, second.name
            )),
        }
    }

    /// What the summary of that cell says of a quantity of such a kind. What is undetermined there
    /// (such as a posterior that too few draws fit) is knowing nothing here.
    fn distribution(&self, summary: &Summary, kind: &Kind) -> Result<Distribution, String> {
        let scaled = |count: f64, of: f64| count * (self.at_most / of).min(1.0) + 0.5;
        let dirichlet = |counts: &BTreeMap<String, u64>, classes: &[String]| {
            let count = |class: &String| counts.get(class).copied().unwrap_or(0) as f64;
            let of: f64 = classes.iter().map(count).sum();
            let weight = |class: &String| (class.clone(), scaled(count(class), of.max(1.0)));
            Distribution::Dirichlet(classes.iter().map(weight).collect())
        };
        Ok(match (summary, kind) {
            (Summary::Undetermined { .. }, _) => Distribution::Uniform,
            (Summary::Mean { estimate, .. }, Kind::Mean { .. }) => Distribution::Normal {
                mean: estimate.mean,
                sd: (estimate.standard_error * estimate.standard_error
                    + self.extra_sd * self.extra_sd)
                    .sqrt(),
            },
            (Summary::Rate { hits, of }, Kind::Rate) => Distribution::Beta {
                a: scaled(*hits as f64, *of as f64),
                b: scaled((of - hits) as f64, *of as f64),
            },
            (
                Summary::Classes { counts, .. } | Summary::Counts { counts, .. },
                Kind::Classes { classes },
            ) => dirichlet(counts, classes),
            _ => {
                return Err(format!(
                    "study {:?} shows another kind of quantity than is expected",
                    self.study
                ));
            }
        })
    }
}

/// Whether any of a forecast's expectations refers to a record.
pub(crate) fn refers(forecast: &Forecast) -> bool {
    let all = forecast.readings.values().flat_map(|reading| &reading.expect);
    all.into_iter().any(|one| matches!(one.is, Distribution::Recorded(_)))
}

/// The hash of a forecast as it is written, references and all.
fn written(forecast: &Forecast) -> String {
    hash_of("mesascope forecast as written", &forecast.readings)
}

/// Numbers for every reference of the forecasts: those frozen, where they are of the forecast as it
/// stands, else from the bundles. A bundle that is not what was frozen is a mistake.
pub(crate) fn resolve(
    plan: &Plan,
    forecasts: &mut [(Forecast, &Paper)],
    frozen: Option<&Frozen>,
    earlier: &Earlier,
) -> Result<(), Mistake> {
    let mut read: BTreeMap<String, Source> = BTreeMap::new();
    for (forecast, paper) in forecasts.iter_mut().filter(|(forecast, _)| refers(forecast)) {
        let before = frozen
            .and_then(|frozen| Some((frozen, frozen.forecasts.get(&forecast.position)?)))
            .filter(|(_, before)| before.written == written(forecast));
        for (name, reading) in &mut forecast.readings {
            for (at, expectation) in reading.expect.iter_mut().enumerate() {
                let Distribution::Recorded(recorded) = &expectation.is else { continue };
                let wrong = |what: String| {
                    paper.mistake(
                        None,
                        format!("reading {name:?}, {}: {what}", expectation.quantity),
                    )
                };
                if let Some((frozen, before)) = before {
                    expectation.resolved = before.readings[name][at].clone();
                    if let (Some(was), Ok(bundle)) =
                        (frozen.records.get(&recorded.study), earlier(&recorded.study))
                        && *was != bundle.hash
                    {
                        return Err(wrong(format!(
                            "{} is not the record that was registered ({was}): it has changed",
                            bundle.file()
                        )));
                    }
                    expectation.record = frozen.records.get(&recorded.study).cloned();
                    continue;
                }
                if !read.contains_key(&recorded.study) {
                    let source = Source::of(earlier, &recorded.study).map_err(wrong)?;
                    read.insert(recorded.study.clone(), source);
                }
                let source = &read[&recorded.study];
                let quantity = recorded.quantity.as_ref().unwrap_or(&expectation.quantity);
                let kind = &plan.quantity(&expectation.quantity).expect("checked before").kind;
                let own = plan.cells.iter().filter(|cell| cell.control.is_none());
                for cell in own.filter(|cell| expectation.cells.admits(cell)) {
                    let like = recorded.source(&source.bundle.plan, cell).map_err(wrong)?;
                    let summary = source.table.summary(&source.bundle.plan, &like.name, quantity);
                    let is = recorded.distribution(&summary, kind).map_err(wrong)?;
                    expectation.resolved.insert(cell.name.clone(), is);
                }
                expectation.record = Some(source.bundle.hash.clone());
            }
        }
    }
    Ok(())
}

/// A bundle with its records gathered.
struct Source {
    bundle: Bundle,
    table: Table,
}

impl Source {
    /// Refuses a study whose controls fail: its numbers may not be used.
    fn of(earlier: &Earlier, study: &str) -> Result<Source, String> {
        let bundle = earlier(study)?;
        let table = Table::read(&bundle.plan, &bundle).map_err(|error| error.to_string())?;
        let mut controls = bundle.plan.controls.iter();
        match controls.find(|one| !controls::test(&bundle.plan, &table, one).holds) {
            None => Ok(Source { bundle, table }),
            Some(failed) => Err(format!(
                "control {:?} of study {study:?} fails, so that its records say nothing",
                failed.name
            )),
        }
    }
}

impl Frozen {
    /// Reads the file that `register` wrote.
    pub(crate) fn read(paper: &Paper) -> Result<Frozen, Mistake> {
        let frozen: Frozen = serde_json::from_str(&paper.text).map_err(|error| {
            paper.mistake(None, format!("it is no file of `register`: {error}"))
        })?;
        match frozen.schema {
            1 => Ok(frozen),
            other => {
                let what = format!("schema {other} is not known; this mesascope reads 1");
                Err(paper.mistake(None, what))
            }
        }
    }

    /// The numbers of these forecasts; `None` where none refers to a record.
    pub fn of(study: &str, forecasts: &[Forecast]) -> Option<Frozen> {
        let mut frozen = Frozen { schema: 1, study: study.to_string(), ..Frozen::default() };
        for forecast in forecasts.iter().filter(|forecast| refers(forecast)) {
            let mut readings = BTreeMap::new();
            for (name, reading) in &forecast.readings {
                for expectation in &reading.expect {
                    if let (Distribution::Recorded(recorded), Some(hash)) =
                        (&expectation.is, &expectation.record)
                    {
                        frozen.records.insert(recorded.study.clone(), hash.clone());
                    }
                }
                let resolved = reading.expect.iter().map(|one| one.resolved.clone()).collect();
                readings.insert(name.clone(), resolved);
            }
            let one = FrozenForecast { written: written(forecast), readings };
            frozen.forecasts.insert(forecast.position.clone(), one);
        }
        (!frozen.forecasts.is_empty()).then_some(frozen)
    }
}
