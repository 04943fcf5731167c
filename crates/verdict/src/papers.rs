//! What people wrote beforehand about a study: claims with their rules, forecasts, the ledger.

use mesascope_record::{Namespace, Plan};

use crate::claim::{Claim, Rule};
use crate::forecast::Forecast;
use crate::ledger::Ledger;
use crate::mistake::{Mistake, nearest};
use crate::rule::check_scope;

/// A file as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Its path, as mistakes name it.
    pub file: String,
    /// Its content.
    pub text: String,
}

/// Everything written about a study beforehand, read and checked against its plan.
#[derive(Clone, Debug)]
pub struct Papers {
    /// The claims that the study bears on.
    pub claims: Vec<Claim>,
    /// The positions' forecasts.
    pub forecasts: Vec<Forecast>,
    /// What was registered.
    pub ledger: Ledger,
}

impl Papers {
    /// Reads the papers of a study. `claims` may hold more claims than the study names.
    pub fn read(
        plan: &Plan,
        claims: &[Paper],
        forecasts: &[Paper],
        ledger: Option<&Paper>,
    ) -> Result<Papers, Mistake> {
        let study = &plan.based_on;
        let mut all: Vec<(Claim, &Paper)> = Vec::new();
        for paper in claims {
            let claim = Claim::read(paper)?;
            if let Some((_, other)) = all.iter().find(|(other, _)| other.id == claim.id) {
                let what = format!("claim {} stands in {} already", claim.id, other.file);
                return Err(Mistake::new(paper, None, what));
            }
            all.push((claim, paper));
        }
        let mut bound = Vec::new();
        for id in &plan.claims {
            let Some((claim, paper)) = all.iter().find(|(claim, _)| claim.id == *id) else {
                let known: Vec<String> =
                    all.iter().map(|(claim, _)| claim.id.to_string()).collect();
                let what =
                    format!("the study names claim {id}; claims written: {}", known.join(", "));
                return Err(Mistake { file: format!("study {}", plan.study), at: None, what });
            };
            let rules: Vec<&Rule> =
                claim.rules.iter().filter(|rule| rule.study == *study).collect();
            if rules.is_empty() {
                let what = format!(
                    "claim {id} has no rule for study {study:?}; without a rule stated beforehand the study is refused"
                );
                return Err(Mistake::new(paper, None, what));
            }
            for rule in rules {
                check_quantity(plan, paper, &rule.quantity)?;
                // A quick plan leaves headline arms out, and with them a part of the evidence.
                if plan.preset == Namespace::Standard {
                    check_scope(rule, &plan.scope).map_err(|what| Mistake::new(paper, None, what))?;
                }
            }
            bound.push(claim.clone());
        }
        let mut read: Vec<Forecast> = Vec::new();
        for paper in forecasts {
            let forecast = Forecast::read(paper)?;
            if forecast.study != *study {
                let what = format!("the forecast is of study {:?}, not {study:?}", forecast.study);
                return Err(Mistake::new(paper, None, what));
            }
            if read.iter().any(|other| other.position == forecast.position) {
                let what = format!("two forecasts are of position {:?}", forecast.position);
                return Err(Mistake::new(paper, None, what));
            }
            for expectation in forecast.readings.values().flat_map(|reading| &reading.expect) {
                check_quantity(plan, paper, &expectation.quantity)?;
                let kind = &plan.quantity(&expectation.quantity).expect("just checked").kind;
                expectation.is.fits(kind).map_err(|what| Mistake::new(paper, None, what))?;
            }
            forecast.check_cells(plan).map_err(|what| Mistake::new(paper, None, what))?;
            read.push(forecast);
        }
        let ledger = match ledger {
            Some(paper) => Ledger::read(paper)?,
            None => Ledger::default(),
        };
        Ok(Papers { claims: bound, forecasts: read, ledger })
    }
}

fn check_quantity(plan: &Plan, paper: &Paper, quantity: &str) -> Result<(), Mistake> {
    if plan.quantity(quantity).is_some() {
        return Ok(());
    }
    let measured = plan.instruments.iter().flat_map(|instrument| &instrument.quantities);
    let names: Vec<&str> = plan.training.iter().chain(measured).map(|q| q.name.as_str()).collect();
    let near = match nearest(quantity, names.iter().copied()) {
        Some(near) => format!("did you mean {near:?}?"),
        None => format!("measured: {}", names.join(", ")),
    };
    let at = paper.text.find(&format!("{quantity:?}")).map(|start| start..start);
    let what =
        format!("quantity {quantity:?} is one that no instrument of the study measures; {near}");
    Err(Mistake::new(paper, at, what))
}
