//! Forecasts scored in bits against knowing nothing.

use std::collections::{BTreeMap, BTreeSet};

use mesascope_record::{Namespace, Plan, Question};
use mesascope_stats::{Key, LogBayesFactor, LogProb};

use crate::forecast::{Distribution, Forecast, Reading, oracle};
use crate::standing::Registered;
use crate::table::Table;
use crate::verdict::{PositionScore, QuestionScore, Standing, Summary};

/// The share of the uniform reference mixed into every forecast, so that no score is an accident
/// of a thin tail (the design of this project, section 7).
const MIXED_IN: f64 = 0.01;

/// Random reassignments of forecasts to cells, for the permuted baseline.
const PERMUTATIONS: usize = 200;

/// Scores all forecasts on one question.
pub(crate) fn score(
    plan: &Plan,
    table: &Table,
    forecasts: &[Forecast],
    registered: &Registered,
    question: &Question,
) -> QuestionScore {
    let mut shown: Vec<(&str, Summary)> = Vec::new();
    let mut unscored = BTreeMap::new();
    for cell in &question.cells {
        let summary = table.summary(plan, cell, &question.quantity);
        match oracle(&summary) {
            Some(Ok(_)) => shown.push((cell, summary)),
            Some(Err(error)) => {
                unscored.insert(cell.clone(), error.to_string());
            }
            None => {
                let because = match summary {
                    Summary::Undetermined { because } => because,
                    _ => "the quantity has no bounds".to_string(),
                };
                unscored.insert(cell.clone(), because);
            }
        }
    }
    let reference = |summary: &Summary| of(&Distribution::Uniform, summary);
    let oracle_bits = shown.iter().map(|(_, summary)| {
        let known = oracle(summary).and_then(Result::ok).unwrap_or_else(|| reference(summary));
        LogBayesFactor::between(known, reference(summary)).bits()
    });
    let mut positions: Vec<PositionScore> = forecasts
        .iter()
        .map(|forecast| position(plan, question, &shown, forecast, registered))
        .collect();
    positions.sort_by(|one, other| {
        other.bits.total_cmp(&one.bits).then_with(|| one.position.cmp(&other.position))
    });
    let best = positions.first().map_or(0.0, |position| position.bits);
    for position in &mut positions {
        position.behind_best = best - position.bits;
    }
    QuestionScore {
        name: question.name.clone(),
        quantity: question.quantity.clone(),
        oracle: oracle_bits.sum(),
        cells: shown.iter().map(|(cell, _)| cell.to_string()).collect(),
        unscored,
        calibration: question.calibration.clone(),
        positions,
    }
}

fn position(
    plan: &Plan,
    question: &Question,
    shown: &[(&str, Summary)],
    forecast: &Forecast,
    registered: &Registered,
) -> PositionScore {
    let bits = |readings: &[&Reading], order: &[usize]| -> f64 {
        let of_cell = |(at, (_, summary)): (usize, &(&str, Summary))| {
            // The forecast made for the cell that the order names, scored on what this cell shows.
            let cell = plan.cell(shown[order[at]].0).expect("questions name cells of the plan");
            let parts: Vec<(f64, LogProb)> = readings
                .iter()
                .map(|reading| {
                    let expected = reading.of(&question.quantity, cell);
                    let expected = expected.unwrap_or(&Distribution::Uniform);
                    (1.0 / readings.len() as f64, of(expected, summary))
                })
                .collect();
            let nothing = of(&Distribution::Uniform, summary);
            let mixed =
                LogProb::mix(&[(1.0 - MIXED_IN, LogProb::mix(&parts)), (MIXED_IN, nothing)]);
            LogBayesFactor::between(mixed, nothing).bits()
        };
        shown.iter().enumerate().map(of_cell).sum()
    };
    let as_is: Vec<usize> = (0..shown.len()).collect();
    let all: Vec<&Reading> = forecast.readings.values().collect();
    // A fixed key: the baseline is part of the verdict, and verdicts repeat.
    let mut draws = Key::from_seed(0x7065_726d).draws();
    let mut order = as_is.clone();
    let permuted: f64 = (0..PERMUTATIONS)
        .map(|_| {
            draws.shuffle(&mut order);
            bits(&all, &order)
        })
        .sum();
    let says = |cell: &str| {
        let cell = plan.cell(cell).expect("questions name cells of the plan");
        all.iter().any(|reading| reading.of(&question.quantity, cell).is_some())
    };
    PositionScore {
        position: forecast.position.clone(),
        bits: bits(&all, &as_is),
        readings: forecast
            .readings
            .iter()
            .map(|(name, reading)| (name.clone(), bits(&[reading], &as_is)))
            .collect(),
        permuted: permuted / PERMUTATIONS as f64,
        forecast_cells: shown.iter().filter(|(cell, _)| says(cell)).count(),
        behind_best: 0.0,
        standing: standing(plan, question, forecast, registered),
    }
}

fn of(distribution: &Distribution, summary: &Summary) -> LogProb {
    // Questions keep only cells whose summary can be scored, and forecasts are checked against the
    // kind of their quantity; what is left is a distribution that gives the outcome no chance.
    distribution.score(summary).and_then(Result::ok).unwrap_or(LogProb::IMPOSSIBLE)
}

fn standing(
    plan: &Plan,
    question: &Question,
    forecast: &Forecast,
    registered: &Registered,
) -> Standing {
    let seen = forecast.known_before.iter().find(|known| {
        known.quantity == question.quantity
            && question
                .cells
                .iter()
                .filter_map(|cell| plan.cell(cell))
                .any(|cell| known.cells.admits(cell))
    });
    let registered = registered.of_forecast(forecast);
    match (seen, registered) {
        (_, exploratory @ Standing::Exploratory { .. }) => exploratory,
        (Some(known), _) => {
            Standing::Exploratory { because: format!("its author had seen {}", known.what) }
        }
        (None, _) if plan.preset == Namespace::Quick => {
            Standing::Exploratory { because: "quick preset".to_string() }
        }
        (None, registered) => registered,
    }
}

/// Bits over all questions, where no two of them share a cell: the same agents must not be counted
/// twice.
pub(crate) fn totals(questions: &[QuestionScore]) -> Option<BTreeMap<String, f64>> {
    let mut cells: BTreeSet<&String> = BTreeSet::new();
    let mut totals: BTreeMap<String, f64> = BTreeMap::new();
    for question in questions {
        if question.cells.iter().any(|cell| !cells.insert(cell)) {
            return None;
        }
        for position in &question.positions {
            *totals.entry(position.position.clone()).or_default() += position.bits;
        }
    }
    Some(totals)
}
