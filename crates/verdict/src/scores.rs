//! Forecasts scored in bits against knowing nothing.

use std::collections::{BTreeMap, BTreeSet};

use mesascope_record::{Plan, Question};
use mesascope_stats::{Key, LogBayesFactor, LogProb};

use crate::forecast::{Distribution, Forecast, Known, Reading, oracle};
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
        if let Summary::Classes { undetermined: missing @ 1.., .. } = summary {
            unscored.insert(cell.clone(), format!("{missing} agents have no class"));
            continue;
        }
        match oracle(&summary) {
            Some(Ok(_)) => shown.push((cell, summary)),
            Some(Err(error)) => {
                unscored.insert(cell.clone(), error.to_string());
            }
            None => {
                let because = match summary {
                    Summary::Undetermined { because } => because,
                    Summary::Counts { .. } => "counts of draws are not scored".to_string(),
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
    // Of each reading, cell by cell: bits against knowing nothing, 1% of which is mixed in. A
    // reading is one hypothesis about all cells, so cells multiply within it.
    let of_reading = |reading: &Reading, order: &[usize]| -> Vec<f64> {
        let of_cell = |(at, (_, summary)): (usize, &(&str, Summary))| {
            // The forecast made for the cell that the order names, scored on what this cell shows.
            let cell = plan.cell(shown[order[at]].0).expect("questions name cells of the plan");
            let expected = reading.of(&question.quantity, cell).unwrap_or(&Distribution::Uniform);
            let nothing = of(&Distribution::Uniform, summary);
            let mixed =
                LogProb::mix(&[(1.0 - MIXED_IN, of(expected, summary)), (MIXED_IN, nothing)]);
            LogBayesFactor::between(mixed, nothing).bits()
        };
        shown.iter().enumerate().map(of_cell).collect()
    };
    let mixture = |order: &[usize]| -> f64 {
        let weight = 1.0 / forecast.readings.len() as f64;
        let parts: Vec<(f64, LogProb)> = forecast
            .readings
            .values()
            .map(|reading| {
                let bits: f64 = of_reading(reading, order).iter().sum();
                (weight, LogProb(bits * std::f64::consts::LN_2))
            })
            .collect();
        LogProb::mix(&parts).bits()
    };
    let as_is: Vec<usize> = (0..shown.len()).collect();
    let all: Vec<&Reading> = forecast.readings.values().collect();
    let each: BTreeMap<String, Vec<f64>> = forecast
        .readings
        .iter()
        .map(|(name, reading)| (name.clone(), of_reading(reading, &as_is)))
        .collect();
    // A fixed key: the baseline is part of the verdict, and verdicts repeat.
    let mut draws = Key::from_seed(0x7065_726d).draws();
    let mut order = as_is.clone();
    let permuted: Vec<f64> = (0..PERMUTATIONS)
        .map(|_| {
            draws.shuffle(&mut order);
            mixture(&order)
        })
        .collect();
    let bits = mixture(&as_is);
    // One distribution for all cells: there is nothing to permute.
    let varies = permuted.iter().any(|other| (other - bits).abs() > 1e-9);
    let says = |cell: &str| {
        let cell = plan.cell(cell).expect("questions name cells of the plan");
        all.iter().any(|reading| reading.of(&question.quantity, cell).is_some())
    };
    PositionScore {
        position: forecast.position.clone(),
        bits,
        floored_cells: each
            .iter()
            .map(|(name, cells)| {
                let floor = MIXED_IN.log2() + 0.01;
                (name.clone(), cells.iter().filter(|bits| **bits < floor).count())
            })
            .collect(),
        readings: each.iter().map(|(name, cells)| (name.clone(), cells.iter().sum())).collect(),
        permuted: varies.then(|| permuted.iter().sum::<f64>() / PERMUTATIONS as f64),
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
    let shows = |known: &&Known| {
        let cells = question.cells.iter().filter_map(|cell| plan.cell(cell));
        known.quantity.as_ref() == Some(&question.quantity)
            && cells.into_iter().any(|cell| known.cells.admits(cell))
    };
    match (registered.of_forecast(forecast), forecast.known_before.iter().find(shows)) {
        (exploratory @ Standing::Exploratory { .. }, _) => exploratory,
        (Standing::Registered { .. }, Some(known)) => {
            Standing::Exploratory { because: format!("its author had seen {}", known.what) }
        }
        (standing, None) => match registered.of_run(plan) {
            Standing::Registered { .. } => standing,
            exploratory => exploratory,
        },
    }
}

/// Bits over all questions that are no calibration, where no two of them share a cell: the same
/// agents must not be counted twice.
pub(crate) fn totals(questions: &[QuestionScore]) -> Option<BTreeMap<String, f64>> {
    let mut cells: BTreeSet<&String> = BTreeSet::new();
    let mut totals: BTreeMap<String, f64> = BTreeMap::new();
    for question in questions.iter().filter(|question| question.calibration.is_none()) {
        if question.cells.iter().any(|cell| !cells.insert(cell)) {
            return None;
        }
        for position in &question.positions {
            *totals.entry(position.position.clone()).or_default() += position.bits;
        }
    }
    Some(totals)
}
