//! What people wrote beforehand about a study: claims with their rules, forecasts, the ledger.

use std::collections::BTreeSet;
use std::ops::Range;

use mesascope_record::{Filter, Kind, Namespace, Plan};

use crate::claim::{Claim, Rule};
use crate::compared::pairs;
use crate::forecast::Forecast;
use crate::ledger::Ledger;
use crate::recorded::{self, Earlier, Frozen};
use crate::rule::{check_scope, evidence};
use mesascope_record::{Mistake, Source, nearest};
use serde::de::DeserializeOwned;

/// A file as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// Its path, as mistakes name it.
    pub file: String,
    /// Its content.
    pub text: String,
}

impl Paper {
    fn source(&self) -> Source<'_> {
        Source { file: &self.file, text: &self.text }
    }

    /// A mistake at a range of bytes, where that is known.
    pub(crate) fn mistake(&self, span: Option<Range<usize>>, what: impl Into<String>) -> Mistake {
        self.source().mistake(span, what)
    }

    /// Reads TOML; unknown keys are mistakes with the nearest valid name.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Mistake> {
        toml::from_str(&self.text)
            .map_err(|error| self.source().unread(error.span(), error.message()))
    }
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
    /// Reads the papers of a study. `claims` may hold more claims than the study names. `frozen` are
    /// the numbers that `register` found for forecasts that refer to earlier records; where it has
    /// none, the records are read.
    pub fn read(
        plan: &Plan,
        claims: &[Paper],
        forecasts: &[Paper],
        ledger: Option<&Paper>,
        frozen: Option<&Paper>,
        earlier: &Earlier,
    ) -> Result<Papers, Mistake> {
        let study = &plan.based_on;
        let mut all: Vec<(Claim, &Paper)> = Vec::new();
        for paper in claims {
            let claim = Claim::read(paper)?;
            if let Some((_, other)) = all.iter().find(|(other, _)| other.id == claim.id) {
                let what = format!("claim {} stands in {} already", claim.id, other.file);
                return Err(paper.mistake(None, what));
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
                let studies = claim.rules.iter().map(|rule| rule.study.as_str());
                let near = nearest(study, studies)
                    .map_or(String::new(), |near| format!("; it has one for {near:?}"));
                let what = format!(
                    "claim {id} has no rule for study {study:?}{near}; without a rule stated \
                     beforehand ([[rules]] with study = {study:?}) the study is refused"
                );
                return Err(paper.mistake(None, what));
            }
            for rule in rules {
                match &rule.comparison {
                    Some(comparison) => check_comparison(plan, paper, rule, comparison)?,
                    None => check_quantity(plan, paper, &rule.quantity)?,
                }
                check_class(plan, paper, rule)?;
                check_filter(plan, paper, &rule.cells)?;
                if let Some(against) = &rule.against {
                    check_filter(plan, paper, against)?;
                }
                // A quick plan leaves headline arms out, and with them a part of the evidence.
                if plan.seeds == Namespace::Standard {
                    let wrong = |what| paper.mistake(None, what);
                    let pairs = pairs(plan, rule).map_err(wrong)?;
                    check_scope(rule, &evidence(&pairs)).map_err(wrong)?;
                }
            }
            bound.push(claim.clone());
        }
        let mut read: Vec<(Forecast, &Paper)> = Vec::new();
        for paper in forecasts {
            let forecast = Forecast::read(paper)?;
            if forecast.study != *study {
                let what = format!("the forecast is of study {:?}, not {study:?}", forecast.study);
                return Err(paper.mistake(None, what));
            }
            if read.iter().any(|(other, _)| other.position == forecast.position) {
                let what = format!("two forecasts are of position {:?}", forecast.position);
                return Err(paper.mistake(None, what));
            }
            if let Some(claim) = forecast.claim
                && !all.iter().any(|(written, _)| written.id == claim)
            {
                let known: Vec<String> = all.iter().map(|(one, _)| one.id.to_string()).collect();
                let what = format!("claim {claim} is not written; written: {}", known.join(", "));
                return Err(paper.mistake(None, what));
            }
            for known in &forecast.known_before {
                if let Some(quantity) = &known.quantity {
                    check_quantity(plan, paper, quantity)?;
                }
                check_filter(plan, paper, &known.cells)?;
            }
            for expectation in forecast.readings.values().flat_map(|reading| &reading.expect) {
                check_quantity(plan, paper, &expectation.quantity)?;
                let kind = &plan.quantity(&expectation.quantity).expect("just checked").kind;
                expectation.is.fits(kind).map_err(|what| paper.mistake(None, what))?;
                check_filter(plan, paper, &expectation.cells)?;
            }
            forecast.check_cells(plan).map_err(|what| paper.mistake(None, what))?;
            read.push((forecast, paper));
        }
        let frozen = frozen.map(Frozen::read).transpose()?;
        recorded::resolve(plan, &mut read, frozen.as_ref(), earlier)?;
        let read = read.into_iter().map(|(forecast, _)| forecast).collect();
        let ledger = match ledger {
            Some(paper) => Ledger::read(paper)?,
            None => Ledger::default(),
        };
        Ok(Papers { claims: bound, forecasts: read, ledger })
    }
}

/// Refuses a filter with a factor or value that no cell of the study has: it would silently say
/// nothing. A quick plan lacks the headline arms' values, so only a standard one is asked.
fn check_filter(plan: &Plan, paper: &Paper, filter: &Filter) -> Result<(), Mistake> {
    if plan.seeds != Namespace::Standard {
        return Ok(());
    }
    let own = || plan.cells.iter().filter(|cell| cell.control.is_none());
    let wrong = |found: &str, what: String, valid: BTreeSet<&str>| {
        let near = match nearest(found, valid.iter().copied()) {
            Some(near) => format!("did you mean {near:?}?"),
            None => format!("valid: {}", valid.into_iter().collect::<Vec<_>>().join(", ")),
        };
        Err(paper.mistake(None, format!("{what}; {near}")))
    };
    for (factor, allowed) in &filter.0 {
        let values: BTreeSet<&str> =
            own().filter_map(|cell| cell.factors.get(factor)).map(String::as_str).collect();
        if values.is_empty() {
            let factors = own().flat_map(|cell| cell.factors.keys()).map(String::as_str).collect();
            return wrong(factor, format!("no cell has a factor {factor:?}"), factors);
        }
        for wanted in allowed.values() {
            if !values.contains(wanted.as_str()) {
                return wrong(wanted, format!("no cell has {factor} {wanted:?}"), values);
            }
        }
    }
    Ok(())
}

/// Refuses a rule on a comparison that the study does not make, or on nothing that one reads.
fn check_comparison(
    plan: &Plan,
    paper: &Paper,
    rule: &Rule,
    comparison: &str,
) -> Result<(), Mistake> {
    let wrong = |what: String| Err(paper.mistake(None, format!("rule {:?}: {what}", rule.name)));
    if !["rank", "slope"].contains(&rule.quantity.as_str()) || rule.class.is_some() {
        return wrong("of a comparison `rank` or `slope` is judged, and no class".to_string());
    }
    let known: Vec<&str> = plan.comparisons.iter().map(|one| one.name.as_str()).collect();
    // A quick plan leaves headline arms out, and with them comparisons.
    match known.contains(&comparison) || plan.seeds != Namespace::Standard {
        true => Ok(()),
        false => wrong(format!(
            "the study makes no comparison {comparison:?}; comparisons: {}",
            known.join(", ")
        )),
    }
}

/// Refuses a rule whose class is not one of its quantity's.
fn check_class(plan: &Plan, paper: &Paper, rule: &Rule) -> Result<(), Mistake> {
    let kind = plan.quantity(&rule.quantity).map(|quantity| &quantity.kind);
    let what = match (kind, &rule.class) {
        (Some(Kind::Classes { classes }), Some(class)) if !classes.contains(class) => {
            let near = match nearest(class, classes.iter().map(String::as_str)) {
                Some(near) => format!("did you mean {near:?}?"),
                None => format!("classes: {}", classes.join(", ")),
            };
            format!("{} has no class {class:?}; {near}", rule.quantity)
        }
        (Some(Kind::Classes { classes }), None) => {
            format!("{} needs a class: {}", rule.quantity, classes.join(", "))
        }
        (Some(Kind::Counts { outcomes }), Some(class)) => match outcomes.admits(class) {
            Ok(()) => return Ok(()),
            Err(what) => what,
        },
        (Some(Kind::Counts { .. }), None) => {
            format!("{} needs a class: the outcome that is judged", rule.quantity)
        }
        (Some(kind), Some(class)) if !matches!(kind, Kind::Classes { .. }) => {
            format!("{} has no classes, so none is {class:?}", rule.quantity)
        }
        _ => return Ok(()),
    };
    Err(paper.mistake(None, format!("rule {:?}: {what}", rule.name)))
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
    Err(paper.mistake(at, what))
}
