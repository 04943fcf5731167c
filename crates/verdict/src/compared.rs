//! Which cell of a study each cell of a rule is compared with, and the interval of the difference.

use mesascope_record::{Cell, Plan};
use mesascope_stats::Estimate;

use crate::claim::Rule;
use crate::verdict::Summary;

/// Factors that name where a cell stands in the study, and nothing that was varied.
const PLACES: [&str; 2] = ["arm", "learner"];

/// The cells of a rule, each with the one that it is compared with where the rule names any: the one
/// cell that `against` admits and that agrees with it in every factor that both have, but for their
/// arms, learners and what either filter names.
pub(crate) fn pairs<'p>(
    plan: &'p Plan,
    rule: &Rule,
) -> Result<Vec<(&'p Cell, Option<&'p Cell>)>, String> {
    let own = || plan.cells.iter().filter(|cell| cell.control.is_none());
    let cells = own().filter(|cell| rule.cells.admits(cell));
    let Some(against) = &rule.against else { return Ok(cells.map(|cell| (cell, None)).collect()) };
    let named = |factor: &str| {
        PLACES.contains(&factor)
            || rule.cells.0.contains_key(factor)
            || against.0.contains_key(factor)
    };
    cells
        .map(|cell| {
            let agrees = |other: &&Cell| {
                other.name != cell.name
                    && against.admits(other)
                    && cell.factors.iter().filter(|(factor, _)| !named(factor)).all(
                        |(factor, value)| {
                            other.factors.get(factor).is_none_or(|there| there == value)
                        },
                    )
            };
            match own().filter(agrees).collect::<Vec<_>>()[..] {
                [other] => Ok((cell, Some(other))),
                [] => Err(format!(
                    "rule {:?}: no cell of `against` agrees with cell {:?} in what is varied",
                    rule.name, cell.name
                )),
                [first, second, ..] => Err(format!(
                    "rule {:?}: cell {:?} could be compared with {:?} and with {:?}; name a \
                     further factor in `against`",
                    rule.name, cell.name, first.name, second.name
                )),
            }
        })
        .collect()
}

/// The difference of two cells' means: independent, since no two cells share a seed's draws. Its
/// interval has the degrees of freedom of the smaller cell, the fewest that Welch's can have.
pub(crate) fn difference(here: &Summary, there: &Summary) -> Result<Summary, String> {
    let estimate = |summary: &Summary| match summary {
        Summary::Mean { estimate, .. } | Summary::Numbers { estimate } => Ok(estimate.clone()),
        Summary::Undetermined { because } => Err(because.clone()),
        _ => Err("only means have a difference, and this quantity is counted".to_string()),
    };
    let (here, there) = (estimate(here)?, estimate(there)?);
    let squares = here.standard_error.powi(2) + there.standard_error.powi(2);
    let estimate = Estimate {
        mean: here.mean - there.mean,
        standard_error: squares.sqrt(),
        units: here.units.min(there.units),
    };
    Ok(Summary::Numbers { estimate })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn mean(mean: f64, standard_error: f64, units: u64) -> Summary {
        let estimate = Estimate { mean, standard_error, units };
        Summary::Mean { estimate, range: (0.0, 1.0) }
    }

    #[test]
    fn a_difference_adds_the_squares_of_both_errors_and_keeps_the_fewer_units() {
        let found = difference(&mean(0.8, 0.03, 50), &mean(0.7, 0.04, 20)).unwrap();
        let Summary::Numbers { estimate } = found else { panic!("{found:?}") };
        assert!((estimate.mean - 0.1).abs() < 1e-12, "{estimate:?}");
        assert!((estimate.standard_error - 0.05).abs() < 1e-12, "{estimate:?}");
        assert_eq!(estimate.units, 20);
    }

    #[test]
    fn what_has_no_mean_has_no_difference() {
        let rate = Summary::Rate { hits: 3, of: 4 };
        assert!(difference(&mean(0.8, 0.03, 50), &rate).unwrap_err().contains("only means"));
        let undetermined = Summary::Undetermined { because: "a reason".to_string() };
        assert_eq!(difference(&undetermined, &mean(0.8, 0.03, 50)).unwrap_err(), "a reason");
    }

    fn plan(cells: &[(&str, &[(&str, &str)])]) -> Plan {
        let cells: Vec<serde_json::Value> = cells
            .iter()
            .map(|(name, factors)| {
                let factors: BTreeMap<&str, &str> = factors.iter().copied().collect();
                serde_json::json!({"name": name, "factors": factors, "headline": false,
                    "control": null, "seeds": 2, "scope": {"architecture": [], "objective": [],
                    "data": [], "compute": [], "scaffold": []}, "world": {}, "learner": {},
                    "numerics": {}})
            })
            .collect();
        serde_json::from_value(serde_json::json!({"schema": 1, "study": "s", "based_on": "s",
            "question": "?", "study_hash": "", "preset": "quick", "seeds": "quick", "edits": [],
            "claims": [], "scope": {"architecture": [], "objective": [], "data": [],
            "compute": [], "scaffold": []}, "agents": "stored", "instruments": [],
            "training": [], "cells": cells, "controls": [], "questions": []}))
        .unwrap()
    }

    fn rule(against: &str) -> Rule {
        toml::from_str(&format!(
            "study = 's'\nname = 'r'\nproposition = 'p'\nquantity = 'q'\ncells = {{ arm = 'guess' }}\n\
             {against}\nband = [-0.03, 0.03]\nsupports = 'inside'\nholds = 'in-every-cell'\n\
             level = 0.95\nminimum_seeds = 2\ncorrection = 'bonferroni'\nmost_unfitted = 0.0\n\
             [scope]\narchitecture = []\nobjective = []\ndata = []\ncompute = []\nscaffold = []"
        ))
        .unwrap()
    }

    #[test]
    fn each_cell_is_compared_with_the_one_that_agrees_in_what_is_varied() {
        let factors = |arm, hidden| [("arm", arm), ("hidden", hidden)];
        let (g2, g4) = (factors("guess", "2"), factors("guess", "4"));
        let (d2, d4, e4) = (factors("sgd", "2"), factors("sgd", "4"), factors("es", "4"));
        let all = plan(&[("g2", &g2), ("g4", &g4), ("d2", &d2), ("d4", &d4), ("e4", &e4)]);
        let names = |against: &str| {
            let rule = rule(against);
            let pairs = pairs(&all, &rule)?;
            let name = |(cell, other): (&Cell, Option<&Cell>)| {
                (cell.name.clone(), other.map(|other| other.name.clone()))
            };
            Ok::<_, String>(pairs.into_iter().map(name).collect::<Vec<_>>())
        };
        let both = |a: &str, b: &str| (a.to_string(), Some(b.to_string()));
        assert_eq!(
            names("against = { arm = 'sgd' }").unwrap(),
            [both("g2", "d2"), both("g4", "d4")]
        );
        assert_eq!(names("").unwrap(), [("g2".to_string(), None), ("g4".to_string(), None)]);
        assert!(names("against = { arm = 'es' }").unwrap_err().contains("agrees with cell \"g2\""));
        let both = names("against = { arm = ['sgd', 'es'] }").unwrap_err();
        assert!(both.contains("\"g4\" could be compared with \"d4\" and with \"e4\""), "{both}");
    }
}
