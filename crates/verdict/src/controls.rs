//! Controls: what must hold before anything else is shown.

use mesascope_record::{Control, Expect, Plan};
use mesascope_stats::{Outcome, binomial_two_sided, ks_two_sample, mean_equals};

use crate::table::Table;
use crate::verdict::ControlResult;

/// Tests one control. A control that cannot be tested does not hold.
pub(crate) fn test(plan: &Plan, table: &Table, control: &Control) -> ControlResult {
    let (outcome, must) = match &control.expect {
        Expect::Binomial { p, alpha } => {
            (binomial(table, control, *p, *alpha), format!("Binomial(n, {p})"))
        }
        Expect::Mean { is, alpha } => (mean(table, control, *is, *alpha), format!("mean {is:.3}")),
        Expect::Above { than, level } => {
            (above(table, control, *than, *level), format!("every cell above {than}"))
        }
        Expect::NearlyAll { missing } => (
            nearly_all(plan, table, control, *missing),
            format!("at most {:.1}% of a cell's agents miss", missing * 100.0),
        ),
        Expect::SameAs { cells, alpha } => {
            (same(table, control, cells, *alpha), "the same distribution".to_string())
        }
    };
    let (holds, found) = match outcome {
        Ok((holds, found)) => (holds, found),
        Err(because) => (false, format!("cannot be tested: {because}")),
    };
    ControlResult { name: control.name.clone(), kind: control.kind, holds, found, must }
}

type Tested = Result<(bool, String), String>;

/// The numbers of all cells, cell by cell, seed by seed.
fn numbers(table: &Table, cells: &[String], quantity: &str) -> Result<Vec<f64>, String> {
    let mut all = Vec::new();
    for cell in cells {
        let column = table.column(cell, quantity);
        let column =
            column.ok_or_else(|| format!("cell {cell:?} has no agent that was measured"))?;
        all.extend(column.numbers.iter().map(|(_, number)| *number));
    }
    Ok(all)
}

/// A failed trial's seed has no value, and leaving it out would choose among seeds.
fn refuse_failures(table: &Table, cells: &[String]) -> Result<(), String> {
    match cells.iter().find(|cell| table.failed.contains_key(*cell)) {
        Some(cell) => Err(format!("{} trials of cell {cell:?} failed", table.failed[cell])),
        None => Ok(()),
    }
}

fn binomial(table: &Table, control: &Control, p: f64, alpha: f64) -> Tested {
    refuse_failures(table, &control.cells)?;
    let columns = control.cells.iter().filter_map(|cell| table.column(cell, &control.quantity));
    let (hits, of) =
        columns.fold((0, 0), |(hits, of), column| (hits + column.hits, of + column.of));
    let probability = binomial_two_sided(hits, of, p).map_err(|error| error.to_string())?;
    let share = hits as f64 / of as f64;
    let error = (p * (1.0 - p) / of as f64).sqrt();
    Ok((probability >= alpha, format!("{share:.4} ± {error:.4} of {of}, p = {probability:.2}")))
}

fn mean(table: &Table, control: &Control, is: f64, alpha: f64) -> Tested {
    refuse_failures(table, &control.cells)?;
    let numbers = numbers(table, &control.cells, &control.quantity)?;
    let probability = mean_equals(&numbers, is).map_err(|error| error.to_string())?;
    match Outcome::of_mean(&numbers) {
        Outcome::Undetermined { because } => Err(because),
        Outcome::Estimated(estimate) => Ok((
            probability >= alpha,
            format!("{:.3} ± {:.3}, p = {probability:.2}", estimate.mean, estimate.standard_error),
        )),
    }
}

fn above(table: &Table, control: &Control, than: f64, level: f64) -> Tested {
    refuse_failures(table, &control.cells)?;
    let mut lowest: Option<(f64, f64)> = None;
    for cell in &control.cells {
        let numbers = numbers(table, std::slice::from_ref(cell), &control.quantity)?;
        let bounds = match Outcome::of_mean(&numbers) {
            // All alike: no error to give, and no doubt on which side they are.
            Outcome::Undetermined { .. } if numbers.len() >= 2 => (numbers[0], numbers[0]),
            Outcome::Undetermined { because } => return Err(because),
            Outcome::Estimated(estimate) => (estimate.interval(level).low, estimate.mean),
        };
        if lowest.is_none_or(|(low, _)| bounds.0 < low) {
            lowest = Some(bounds);
        }
    }
    let (low, mean) = lowest.ok_or("it reads no cell")?;
    Ok((low > than, format!("lowest cell {mean:.3}, its interval from {low:.3}")))
}

fn nearly_all(plan: &Plan, table: &Table, control: &Control, missing: f64) -> Tested {
    let mut worst: Option<(f64, &str)> = None;
    for name in &control.cells {
        let cell = plan.cell(name).ok_or_else(|| format!("the plan has no cell {name:?}"))?;
        let hits = table.column(name, &control.quantity).map_or(0, |column| column.hits);
        let share = 1.0 - hits as f64 / cell.seeds as f64;
        if worst.is_none_or(|(worst, _)| share > worst) {
            worst = Some((share, name));
        }
    }
    let (share, cell) = worst.ok_or("it reads no cell")?;
    Ok((share <= missing, format!("{:.1}% miss in the worst cell, {cell:?}", share * 100.0)))
}

fn same(table: &Table, control: &Control, others: &[String], alpha: f64) -> Tested {
    refuse_failures(table, &control.cells)?;
    refuse_failures(table, others)?;
    let here = numbers(table, &control.cells, &control.quantity)?;
    let there = numbers(table, others, &control.quantity)?;
    let probability = ks_two_sample(&here, &there).map_err(|error| error.to_string())?;
    Ok((
        probability >= alpha,
        format!("{} against {} agents, p = {probability:.2}", here.len(), there.len()),
    ))
}
