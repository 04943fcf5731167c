//! Controls: what must hold before anything else is shown.

use mesascope_record::{Control, Expect, Plan};
use mesascope_stats::{
    Outcome, Sides, binomial_two_sided, clopper_pearson, ks_two_sample, mean_equals,
};

use crate::bands::{against_words, chi_square, every, within};
use crate::table::{Column, Table};
use crate::verdict::ControlResult;

/// The level of the one-sided bound by which a cell misses `nearly-all`.
const NEARLY_ALL_LEVEL: f64 = 0.999;

/// Agents that must all read the same before a cell counts as above a value without an error: 30
/// exclude at 95% that a tenth of them would read otherwise (29 would do; claim 16).
const ALIKE_ENOUGH: usize = 30;

/// Tests one control. A control that cannot be tested, or could not have failed, does not hold.
pub(crate) fn test(plan: &Plan, table: &Table, control: &Control) -> ControlResult {
    let (outcome, must) = match &control.expect {
        Expect::Binomial { class, p, alpha } => {
            let what = class.as_ref().map_or(String::new(), |class| format!("{class} "));
            (
                binomial(table, control, class.as_deref(), *p, *alpha),
                format!("{what}Binomial(n, {p})"),
            )
        }
        Expect::Mean { is, alpha } => {
            (mean(table, control, *is, *alpha), format!("mean {is:.3} in every cell"))
        }
        Expect::Above { than, level } => {
            (above(table, control, *than, *level), format!("every cell above {than}"))
        }
        Expect::NearlyAll { class, missing } => {
            let what = class.as_ref().map_or(String::new(), |class| format!("{class}: "));
            let must = format!("{what}at most {:.1}% of a cell's agents miss", missing * 100.0);
            (nearly_all(plan, table, control, class.as_deref(), *missing), must)
        }
        Expect::SameAs { cells, alpha } => {
            (same(table, control, cells, *alpha), "the same distribution".to_string())
        }
        Expect::ChiSquare { against, alpha } => {
            (chi_square(table, control, against, *alpha), against_words(against))
        }
        Expect::Within { class, low, high, level } => {
            let what = class.as_ref().map_or(String::new(), |class| format!("{class} "));
            let must = format!("{what}in {low} to {high}, with its {}% interval", level * 100.0);
            let kind = plan.quantity(&control.quantity).map(|quantity| quantity.kind.clone());
            let outcome = match kind {
                None => Err("no instrument of the study measures it".to_string()),
                Some(kind) => within(kind, table, control, class.as_deref(), (*low, *high), *level),
            };
            (outcome, must)
        }
        Expect::Every { low, high } => {
            let must = match (low, high) {
                (Some(low), Some(high)) => format!("every one in {low} to {high}"),
                (Some(low), None) => format!("every one at least {low}"),
                (None, Some(high)) => format!("every one at most {high}"),
                (None, None) => "anything".to_string(),
            };
            (every(table, control, *low, *high), must)
        }
    };
    let (holds, found) = match outcome {
        Ok((holds, found)) => (holds, found),
        Err(because) => (false, format!("cannot be tested: {because}")),
    };
    ControlResult { name: control.name.clone(), kind: control.kind, holds, found, must }
}

pub(crate) type Tested = Result<(bool, String), String>;

/// The columns of all cells. An agent that failed or has no value is an error: leaving it out would
/// choose among seeds.
pub(crate) fn columns<'t>(
    table: &'t Table,
    cells: &[String],
    quantity: &str,
) -> Result<Vec<&'t Column>, String> {
    let of = |cell: &String| {
        if let Some(failed) = table.failed.get(cell) {
            return Err(format!("{failed} trials of cell {cell:?} failed"));
        }
        let column = table.column(cell, quantity);
        let column =
            column.ok_or_else(|| format!("cell {cell:?} has no agent that was measured"))?;
        match (&column.because, column.undetermined) {
            (_, 0) if column.unclassed > 0 => {
                Err(format!("{} draws of cell {cell:?} have no class or outcome", column.unclassed))
            }
            (_, 0) => Ok(column),
            (because, n) => {
                let because = because.as_deref().unwrap_or("no reason was given");
                Err(format!("{n} agents of cell {cell:?} have no value: {because}"))
            }
        }
    };
    let columns = cells.iter().map(of).collect::<Result<Vec<_>, _>>()?;
    if columns.is_empty() { Err("it reads no cell".to_string()) } else { Ok(columns) }
}

pub(crate) fn numbers(column: &Column) -> Vec<f64> {
    column.numbers.iter().map(|(_, number)| *number).collect()
}

/// Hits and cases, of a class where there is one.
pub(crate) fn hits_of(column: &Column, class: Option<&str>) -> (u64, u64) {
    match class {
        None => (column.hits, column.of),
        Some(class) => {
            (column.classes.get(class).copied().unwrap_or(0), column.classes.values().sum())
        }
    }
}

pub(crate) fn too_small(alpha: f64) -> String {
    format!("no outcome of so small a sample could reach p < {alpha:e}, so it could not fail")
}

fn binomial(table: &Table, control: &Control, class: Option<&str>, p: f64, alpha: f64) -> Tested {
    let columns = columns(table, &control.cells, &control.quantity)?;
    let counts = columns.into_iter().map(|column| hits_of(column, class));
    let (hits, of) = counts.fold((0, 0), |(hits, of), (h, o)| (hits + h, of + o));
    let two_sided = |hits| binomial_two_sided(hits, of, p).map_err(|error| error.to_string());
    if two_sided(0)?.min(two_sided(of)?) >= alpha {
        return Err(too_small(alpha));
    }
    let probability = two_sided(hits)?;
    let share = hits as f64 / of as f64;
    let error = (p * (1.0 - p) / of as f64).sqrt();
    Ok((probability >= alpha, format!("{share:.4} ± {error:.4} of {of}, p = {probability:.2}")))
}

fn mean(table: &Table, control: &Control, is: f64, alpha: f64) -> Tested {
    let columns = columns(table, &control.cells, &control.quantity)?;
    let cells = columns.len() as f64;
    let mut farthest: Option<(f64, String)> = None;
    for column in columns {
        let numbers = numbers(column);
        let probability = mean_equals(&numbers, is).map_err(|error| error.to_string())?;
        let words = match Outcome::of_mean(&numbers) {
            Outcome::Undetermined { because } => return Err(because),
            Outcome::Estimated(one) => {
                format!("{:.3} ± {:.3}, p = {probability:.2}", one.mean, one.standard_error)
            }
        };
        if farthest.as_ref().is_none_or(|(least, _)| probability < *least) {
            farthest = Some((probability, words));
        }
    }
    let (least, words) = farthest.ok_or("it reads no cell")?;
    Ok((least * cells >= alpha, format!("farthest of {cells} cells {words}")))
}

fn above(table: &Table, control: &Control, than: f64, level: f64) -> Tested {
    let mut lowest: Option<(f64, f64)> = None;
    for column in columns(table, &control.cells, &control.quantity)? {
        let numbers = numbers(column);
        let bounds = match Outcome::of_mean(&numbers) {
            // All alike: no error to give, and no doubt on which side they are.
            Outcome::Undetermined { .. } if numbers.len() >= ALIKE_ENOUGH => {
                (numbers[0], numbers[0])
            }
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

fn nearly_all(
    plan: &Plan,
    table: &Table,
    control: &Control,
    class: Option<&str>,
    missing: f64,
) -> Tested {
    let mut worst: Option<(f64, f64, &str)> = None;
    for name in &control.cells {
        let cell = plan.cell(name).ok_or_else(|| format!("the plan has no cell {name:?}"))?;
        // A failed trial has no column, and misses. A block of draws counts as its draws.
        let column = table.column(name, &control.quantity);
        let (hits, known) = column.map_or((0, 0), |column| hits_of(column, class));
        let draws = known + column.map_or(0, |column| column.unclassed);
        let units = draws.max(cell.seeds);
        let misses = units - hits;
        let all = clopper_pearson(units, units, NEARLY_ALL_LEVEL, Sides::Lower);
        if all.map_err(|error| error.to_string())?.low <= missing {
            return Err(format!("{units} agents could all miss and hold"));
        }
        let least = clopper_pearson(misses, units, NEARLY_ALL_LEVEL, Sides::Lower)
            .map_err(|error| error.to_string())?
            .low;
        let share = misses as f64 / units as f64;
        if worst.is_none_or(|(worst, most, _)| (least, share) > (worst, most)) {
            worst = Some((least, share, name));
        }
    }
    let (least, share, cell) = worst.ok_or("it reads no cell")?;
    Ok((least <= missing, format!("{:.1}% miss in the worst cell, {cell:?}", share * 100.0)))
}

fn same(table: &Table, control: &Control, others: &[String], alpha: f64) -> Tested {
    let gathered = |cells: &[String]| -> Result<Vec<f64>, String> {
        Ok(columns(table, cells, &control.quantity)?.into_iter().flat_map(numbers).collect())
    };
    let (here, there) = (gathered(&control.cells)?, gathered(others)?);
    let test = |a: &[f64], b: &[f64]| ks_two_sample(a, b).map_err(|error| error.to_string());
    if test(&vec![0.0; here.len()], &vec![1.0; there.len()])? >= alpha {
        return Err(too_small(alpha));
    }
    let probability = test(&here, &there)?;
    let words = format!("{} against {} agents, p = {probability:.2}", here.len(), there.len());
    Ok((probability >= alpha, words))
}
