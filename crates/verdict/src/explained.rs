//! How much of the variance of a quantity over cells and seeds each factor of a grid explains.

use std::collections::BTreeMap;

use mesascope_record::{Explained, Plan};
use mesascope_stats::{Draws, Key};
use serde::{Deserialize, Serialize};

use crate::table::Table;
use crate::verdict::Summary;

/// Samples of the parametric bootstrap that gives the intervals.
const SAMPLES: usize = 400;

/// The shares of variance of one quantity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExplainedRow {
    /// Its name.
    pub name: String,
    /// The quantity.
    pub quantity: String,
    /// Cells in the grid.
    pub cells: u64,
    /// What was found, or why nothing can be said.
    pub found: Result<Shares, String>,
}

/// Shares of the variance of single agents, over all cells alike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shares {
    /// By factor: its main effect's share with a 95% interval. Noise is taken out, so that a factor
    /// without effect reads 0 on average and may read a little less.
    pub factors: BTreeMap<String, (f64, (f64, f64))>,
    /// What the factors do together beyond each alone (and factors not named).
    pub together: f64,
    /// What differs between the seeds of a cell.
    pub seeds: f64,
}

/// One cell: its mean as a vector (one entry for a number, one a class otherwise), the variance of
/// one agent about it, and that of the mean.
struct Cell {
    levels: Vec<usize>,
    mean: Vec<f64>,
    within: f64,
    error: f64,
    redraw: Redraw,
}

enum Redraw {
    Normal { sd: f64 },
    Classes { agents: u64 },
}

pub(crate) fn explain(plan: &Plan, table: &Table, asked: &Explained) -> ExplainedRow {
    ExplainedRow {
        name: asked.name.clone(),
        quantity: asked.quantity.clone(),
        cells: asked.cells.len() as u64,
        found: cells(plan, table, asked).map(|cells| shares(&cells, &asked.factors)),
    }
}

fn cells(plan: &Plan, table: &Table, asked: &Explained) -> Result<Vec<Cell>, String> {
    let mut values: Vec<Vec<&String>> = vec![Vec::new(); asked.factors.len()];
    let mut all = Vec::new();
    for name in &asked.cells {
        let cell = plan.cell(name).ok_or_else(|| format!("cell {name:?} was not run"))?;
        let mut levels = Vec::new();
        for (factor, known) in asked.factors.iter().zip(&mut values) {
            let value = &cell.factors[factor];
            let level = known.iter().position(|one| *one == value).unwrap_or_else(|| {
                known.push(value);
                known.len() - 1
            });
            levels.push(level);
        }
        let shares = |counts: Vec<u64>| {
            let agents: u64 = counts.iter().sum();
            let mean: Vec<f64> = counts.iter().map(|n| *n as f64 / agents as f64).collect();
            let within: f64 = mean.iter().map(|p| p * (1.0 - p)).sum();
            (mean, within, within / agents as f64, Redraw::Classes { agents })
        };
        let (mean, within, error, redraw) = match table.summary(plan, name, &asked.quantity) {
            Summary::Mean { estimate, .. } => {
                let error = estimate.standard_error * estimate.standard_error;
                let redraw = Redraw::Normal { sd: estimate.standard_error };
                (vec![estimate.mean], error * estimate.units as f64, error, redraw)
            }
            Summary::Rate { hits, of } => shares(vec![hits, of - hits]),
            Summary::Classes { counts, undetermined: 0 } => shares(counts.into_values().collect()),
            Summary::Classes { undetermined, .. } => {
                return Err(format!("cell {name:?}: {undetermined} agents have no class"));
            }
            Summary::Undetermined { because } => return Err(format!("cell {name:?}: {because}")),
            Summary::Numbers { .. } | Summary::Counts { .. } => {
                return Err("variance is explained of a mean, a rate or classes".to_string());
            }
        };
        all.push(Cell { levels, mean, within, error, redraw });
    }
    Ok(all)
}

/// The shares of all factors with their bootstrap intervals.
fn shares(cells: &[Cell], factors: &[String]) -> Shares {
    let means: Vec<Vec<f64>> = cells.iter().map(|cell| cell.mean.clone()).collect();
    let (point, together, seeds) = decompose(cells, &means, factors.len());
    // A fixed key: verdicts repeat. A redrawn mean has noise twice, which is taken out once more.
    let mut draws = Key::from_seed(0x7661_7269).draws();
    let mut samples: Vec<Vec<f64>> = vec![Vec::new(); factors.len()];
    for _ in 0..SAMPLES {
        let redrawn: Vec<Vec<f64>> = cells.iter().map(|cell| cell.redrawn(&mut draws)).collect();
        let (sample, _, _) = decompose(cells, &redrawn, factors.len());
        for ((all, share), original) in samples.iter_mut().zip(sample).zip(&point) {
            all.push(share - original);
        }
    }
    let interval = |mut differences: Vec<f64>| {
        let centre = differences.iter().sum::<f64>() / differences.len() as f64;
        differences.sort_by(f64::total_cmp);
        let at = |share: f64| differences[(share * (SAMPLES - 1) as f64).round() as usize] - centre;
        (at(0.025), at(0.975))
    };
    let factors = factors.iter().zip(point).zip(samples).map(|((factor, share), differences)| {
        let (low, high) = interval(differences);
        (factor.clone(), (share, (share + low, share + high)))
    });
    Shares { factors: factors.collect(), together, seeds }
}

impl Cell {
    fn redrawn(&self, draws: &mut Draws) -> Vec<f64> {
        match self.redraw {
            Redraw::Normal { sd } => vec![self.mean[0] + sd * draws.normal()],
            Redraw::Classes { agents } => {
                let mut counts = vec![0u64; self.mean.len()];
                for _ in 0..agents {
                    let mut left = draws.uniform();
                    let class = self.mean.iter().position(|share| {
                        left -= share;
                        left < 0.0
                    });
                    counts[class.unwrap_or(self.mean.len() - 1)] += 1;
                }
                counts.into_iter().map(|count| count as f64 / agents as f64).collect()
            }
        }
    }
}

fn squared_distance(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// Shares of the main effects, of their interactions, and of the seeds. Every expected contribution
/// of sampling noise is taken out of an effect and of the variance between cells.
fn decompose(cells: &[Cell], means: &[Vec<f64>], factors: usize) -> (Vec<f64>, f64, f64) {
    let count = cells.len() as f64;
    let mean_of = |chosen: &[usize]| -> Vec<f64> {
        let mut sum = vec![0.0; means[0].len()];
        for &cell in chosen {
            sum.iter_mut().zip(&means[cell]).for_each(|(sum, value)| *sum += value);
        }
        sum.iter().map(|sum| sum / chosen.len() as f64).collect()
    };
    let everyone: Vec<usize> = (0..cells.len()).collect();
    let grand = mean_of(&everyone);
    let error: f64 = cells.iter().map(|cell| cell.error).sum::<f64>() / count;
    let between = means.iter().map(|mean| squared_distance(mean, &grand)).sum::<f64>() / count
        - error * (1.0 - 1.0 / count);
    let within = cells.iter().map(|cell| cell.within).sum::<f64>() / count;
    let total = (between + within).max(f64::MIN_POSITIVE);
    let effect = |factor: usize| {
        let levels = 1 + cells.iter().map(|cell| cell.levels[factor]).max().unwrap_or(0);
        let spread = |level: usize| {
            let here: Vec<usize> =
                everyone.iter().copied().filter(|&c| cells[c].levels[factor] == level).collect();
            squared_distance(&mean_of(&here), &grand)
        };
        let raw = (0..levels).map(spread).sum::<f64>() / levels as f64;
        // The mean of a level averages count / levels cells, and their noise.
        let noise = error * levels as f64 / count * (1.0 - 1.0 / levels as f64);
        (raw - noise) / total
    };
    let effects: Vec<f64> = (0..factors).map(effect).collect();
    let together = between / total - effects.iter().sum::<f64>();
    (effects, together, within / total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(levels: [usize; 2], mean: f64, within: f64, agents: f64) -> Cell {
        let error = within / agents;
        let redraw = Redraw::Normal { sd: error.sqrt() };
        Cell { levels: levels.to_vec(), mean: vec![mean], within, error, redraw }
    }

    fn factors() -> Vec<String> {
        vec!["a".to_string(), "b".to_string()]
    }

    #[test]
    fn known_effects_are_read_back() {
        // a moves the mean by 2, b by 1, nothing together; variance of one agent 0.75.
        let cells: Vec<Cell> = [[0, 0], [0, 1], [1, 0], [1, 1]]
            .map(|[a, b]| cell([a, b], 2.0 * a as f64 + b as f64, 0.75, 1e12))
            .into();
        let shares = shares(&cells, &factors());
        // Variances: a 1, b 1/4, seeds 3/4; in all 2.
        let close = |found: f64, wanted: f64| assert!((found - wanted).abs() < 1e-9, "{found}");
        close(shares.factors["a"].0, 0.5);
        close(shares.factors["b"].0, 0.125);
        close(shares.seeds, 0.375);
        close(shares.together, 0.0);
    }

    #[test]
    fn an_effect_of_two_factors_together_is_of_neither() {
        let cells: Vec<Cell> = [[0, 0], [0, 1], [1, 0], [1, 1]]
            .map(|[a, b]| cell([a, b], if a == b { 1.0 } else { 0.0 }, 0.25, 1e12))
            .into();
        let shares = shares(&cells, &factors());
        assert!(shares.factors.values().all(|(share, _)| share.abs() < 1e-9), "{shares:?}");
        assert!((shares.together - 0.5).abs() < 1e-9, "{shares:?}");
    }

    #[test]
    fn noise_alone_explains_nothing_on_average_and_the_interval_says_so() {
        let mut draws = Key::from_seed(1).draws();
        let (mut sum, mut covered) = (0.0, 0);
        for _ in 0..60 {
            let cells: Vec<Cell> = [[0, 0], [0, 1], [1, 0], [1, 1]]
                .map(|levels| cell(levels, 0.1 * draws.normal(), 1.0, 100.0))
                .into();
            let (share, (low, high)) = shares(&cells, &factors()).factors["a"];
            sum += share;
            covered += u32::from(low <= 0.0 && 0.0 <= high);
        }
        // One effect's share has an sd of about 0.0035 under noise alone; of 60, 0.0005.
        assert!((sum / 60.0).abs() < 0.002, "{}", sum / 60.0);
        assert!(covered >= 45, "{covered} of 60 intervals hold 0");
    }
}
