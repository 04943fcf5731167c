//! Records gathered by cell and quantity: what every judgement reads.

use std::collections::{BTreeMap, BTreeSet};

use mesascope_record::{Content, Kind, Plan, Records, Value};
use mesascope_stats::{Estimate, Outcome};

use crate::VerdictError;
use crate::verdict::Summary;

/// The values of a plan's quantities, by cell.
#[derive(Debug, Default)]
pub(crate) struct Table {
    columns: BTreeMap<(String, String), Column>,
    /// Failed trials by cell.
    pub(crate) failed: BTreeMap<String, u64>,
    /// Quantities of which dispersion is asked.
    dispersed: BTreeSet<String>,
    /// The first failure in the order of the plan.
    pub(crate) first_failure: Option<(usize, String)>,
}

/// One quantity of one cell, seed by seed as the records come.
#[derive(Debug, Default)]
pub(crate) struct Column {
    /// Values as numbers, each with the place of its seed.
    pub(crate) numbers: Vec<(u64, f64)>,
    /// Hits over all shares.
    pub(crate) hits: u64,
    /// Cases over all shares.
    pub(crate) of: u64,
    /// The smallest step that a share can make, where the values are shares.
    pub(crate) finest: Option<f64>,
    /// Agents by class, or draws by class or outcome.
    pub(crate) classes: BTreeMap<String, u64>,
    /// Draws that have no class or outcome.
    pub(crate) unclassed: u64,
    /// Agents (or blocks of draws) of which nothing can be said.
    pub(crate) undetermined: u64,
    /// The reason given for one of them.
    pub(crate) because: Option<String>,
    /// Hits and cases of every agent, each with the place of its seed, where its dispersion is asked
    /// for: kept for no other, because runs are large.
    pub(crate) counts: Vec<(u64, (u64, u64))>,
}

impl Table {
    /// Reads the records of a plan. Missing or damaged ones are errors: a verdict on a part of
    /// what was planned would let the rest be chosen.
    pub(crate) fn read(plan: &Plan, records: &dyn Records) -> Result<Table, VerdictError> {
        let trials: Vec<(&str, u64)> =
            plan.trials().map(|trial| (trial.cell.name.as_str(), trial.seed.index)).collect();
        let dispersed = plan.dispersed.iter().map(|one| one.quantity.clone()).collect();
        let mut table = Table { dispersed, ..Table::default() };
        records.each(plan, &mut |at, _, content| {
            let (cell, seed) = trials[at];
            table.add(at, cell, seed, content);
        })?;
        for column in table.columns.values_mut() {
            // Sums run in the order of the seeds, whatever the order of the segments.
            column.numbers.sort_by_key(|(seed, _)| *seed);
            column.counts.sort_by_key(|(seed, _)| *seed);
        }
        Ok(table)
    }

    /// A table of one column, for tests.
    #[cfg(test)]
    pub(crate) fn of(cell: &str, quantity: &str, column: Column) -> Table {
        let columns = BTreeMap::from([((cell.to_string(), quantity.to_string()), column)]);
        Table { columns, ..Table::default() }
    }

    fn add(&mut self, at: usize, cell: &str, seed: u64, content: Content) {
        let measurements = match content {
            Content::Measured(measurements) => measurements,
            Content::Failed { because } => {
                *self.failed.entry(cell.to_string()).or_default() += 1;
                if self.first_failure.as_ref().is_none_or(|(first, _)| at < *first) {
                    self.first_failure =
                        Some((at, format!("cell {cell:?}, seed {seed}: {because}")));
                }
                return;
            }
        };
        for measurement in measurements {
            let keeps_counts = self.dispersed.contains(&measurement.quantity);
            let key = (cell.to_string(), measurement.quantity);
            let column = self.columns.entry(key).or_default();
            if let Some(number) = measurement.value.as_number() {
                column.numbers.push((seed, number));
            }
            match measurement.value {
                Value::Share { hits, of } => {
                    column.hits += hits;
                    column.of += of;
                    if keeps_counts {
                        column.counts.push((seed, (hits, of)));
                    }
                    column.finest = Some(1.0 / of as f64);
                }
                Value::Number(_) => {}
                Value::Class(class) => *column.classes.entry(class).or_default() += 1,
                Value::Counts { of, counts } => {
                    column.unclassed += of.saturating_sub(counts.values().sum());
                    for (outcome, count) in counts {
                        *column.classes.entry(outcome).or_default() += count;
                    }
                }
                Value::Undetermined { because } => {
                    column.undetermined += 1;
                    column.because.get_or_insert(because);
                }
            }
        }
    }

    /// One quantity of one cell, where anything was measured.
    pub(crate) fn column(&self, cell: &str, quantity: &str) -> Option<&Column> {
        self.columns.get(&(cell.to_string(), quantity.to_string()))
    }

    /// What the agents of a cell show of a quantity.
    pub(crate) fn summary(&self, plan: &Plan, cell: &str, quantity: &str) -> Summary {
        let undetermined = |because: &str| Summary::Undetermined { because: because.to_string() };
        let Some(kind) = plan.quantity(quantity).map(|quantity| &quantity.kind) else {
            return undetermined("no instrument of the study measures it");
        };
        let Some(column) = self.column(cell, quantity) else {
            return undetermined("no agent of the cell was measured");
        };
        let failed = self.failed.get(cell).copied().unwrap_or(0);
        let missing = column.undetermined + failed;
        let classed = column.classes.values().sum::<u64>() + column.unclassed;
        let all = column.numbers.len() as u64 + classed + missing;
        if missing == all {
            return undetermined(column.because.as_deref().unwrap_or("nothing was measured"));
        }
        // A mean over the agents that happen to have a value would be a mean over a choice.
        if missing > 0 && !matches!(kind, Kind::Classes { .. }) {
            let why = column.because.as_deref().unwrap_or("training failed");
            return undetermined(&format!("{missing} of {all} agents have no value: {why}"));
        }
        let numbers: Vec<f64> = column.numbers.iter().map(|(_, number)| *number).collect();
        match kind {
            Kind::Mean { low, high } => match Outcome::of_mean(&numbers) {
                Outcome::Estimated(estimate) => Summary::Mean { estimate, range: (*low, *high) },
                Outcome::Undetermined { because } => match alike(&numbers, column.finest) {
                    Some(estimate) => Summary::Mean { estimate, range: (*low, *high) },
                    None => Summary::Undetermined { because },
                },
            },
            Kind::Number => match Outcome::of_mean(&numbers) {
                Outcome::Estimated(estimate) => Summary::Numbers { estimate },
                Outcome::Undetermined { because } => Summary::Undetermined { because },
            },
            Kind::Rate => Summary::Rate { hits: column.hits, of: column.of },
            Kind::Classes { classes } => Summary::Classes {
                counts: classes
                    .iter()
                    .map(|class| (class.clone(), column.classes.get(class).copied().unwrap_or(0)))
                    .collect(),
                undetermined: missing + column.unclassed,
            },
            Kind::Counts { .. } => Summary::Counts { of: classed, counts: column.classes.clone() },
        }
    }

    /// Agents of a cell that failed or did not meet their stopping rule.
    pub(crate) fn unfitted(&self, cell: &str) -> u64 {
        let fitted = self.column(cell, "fitted");
        let unfitted = fitted.map_or(0, |column| column.of - column.hits);
        unfitted + self.failed.get(cell).copied().unwrap_or(0)
    }
}

/// The estimate where every agent reads the same share, of which no error can be plugged in: the
/// error is that of a sample in which one agent differs by one case. Leaving such a cell out would
/// leave out the clearest outcomes.
fn alike(numbers: &[f64], finest: Option<f64>) -> Option<Estimate> {
    let (first, step) = (*numbers.first()?, finest?);
    let units = numbers.len() as u64;
    let same = units >= 2 && numbers.iter().all(|number| *number == first);
    same.then(|| Estimate { mean: first, standard_error: step / units as f64, units })
}
