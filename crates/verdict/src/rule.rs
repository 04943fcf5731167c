//! Claims judged by the rules that were stated beforehand.

use std::collections::BTreeSet;

use mesascope_record::{Cell, Plan, Scope};
use mesascope_stats::{
    Interval, Sides, clopper_pearson, normal_quantile, smallest_detectable_effect,
};

use crate::claim::{Claim, Correction, Holds, Rule, Supports};
use crate::compared::{difference, pairs};
use crate::comparisons;
use crate::standing::Registered;
use crate::table::Table;
use crate::verdict::{Conclusion, RuleVerdict, Standing, Summary};

/// The power at which the smallest detectable effect is stated.
const POWER: f64 = 0.8;

/// Refuses a rule whose conclusion is about more than the study's evidence.
pub(crate) fn check_scope(rule: &Rule, evidence: &Scope) -> Result<(), String> {
    for ((field, concluded), (_, shown)) in rule.scope.fields().iter().zip(evidence.fields()) {
        if let Some(wider) = concluded.iter().find(|word| !shown.contains(*word)) {
            let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
            return Err(format!(
                "rule {:?} concludes about {field} {wider:?}; the study's evidence is about {}",
                rule.name,
                shown.join(", ")
            ));
        }
        if concluded.is_empty() {
            return Err(format!("rule {:?} names no {field} in its scope", rule.name));
        }
    }
    Ok(())
}

enum Side {
    Outside,
    Inside,
    Neither,
}

/// The verdict on a claim by one of its rules.
pub(crate) fn judge(
    plan: &Plan,
    table: &Table,
    registered: &Registered,
    claim: &Claim,
    rule: &Rule,
) -> RuleVerdict {
    let pairs = pairs(plan, rule);
    let cells: &[_] = pairs.as_deref().unwrap_or_default();
    let evidence = evidence(cells);
    let outside = evidence
        .fields()
        .iter()
        .zip(rule.scope.fields())
        .any(|((_, shown), (_, written))| !shown.is_subset(written));
    let (conclusion, found, detectable) = match (&pairs, outside) {
        (Err(why), _) => (Conclusion::Inconclusive, why.clone(), None),
        (_, true) => {
            let why = "the cells that ran are outside the scope that the rule was written for";
            (Conclusion::NotRun, why.to_string(), None)
        }
        (_, false) => conclude(plan, table, rule, cells),
    };
    let scope = within(&rule.scope, &evidence);
    RuleVerdict {
        claim: claim.id,
        quote: claim.quote.clone(),
        rule: rule.name.clone(),
        proposition: rule.proposition.clone(),
        by: in_words(rule, cells.len()),
        conclusion,
        found,
        detectable,
        calibration: rule.calibration.clone(),
        scope,
        standing: match registered.of_rule(claim, rule) {
            Standing::Registered { .. } => registered.of_run(plan),
            exploratory => exploratory,
        },
    }
}

/// What cells, and those that they are compared with, are evidence about.
pub(crate) fn evidence(pairs: &[(&Cell, Option<&Cell>)]) -> Scope {
    let all = pairs.iter().flat_map(|(cell, other)| std::iter::once(*cell).chain(*other));
    Scope::union(all.map(|cell| &cell.scope))
}

/// The part of a conclusion's scope that this preset's cells are evidence about.
fn within(concluded: &Scope, evidence: &Scope) -> Scope {
    let both = |one: &BTreeSet<String>, other: &BTreeSet<String>| one & other;
    Scope {
        architecture: both(&concluded.architecture, &evidence.architecture),
        objective: both(&concluded.objective, &evidence.objective),
        data: both(&concluded.data, &evidence.data),
        compute: both(&concluded.compute, &evidence.compute),
        scaffold: both(&concluded.scaffold, &evidence.scaffold),
    }
}

fn in_words(rule: &Rule, cells: usize) -> String {
    let side = match rule.supports {
        Supports::Outside => "outside",
        Supports::Inside => "inside",
    };
    let holds = match rule.holds {
        Holds::InEveryCell => "in every cell",
        Holds::InSomeCell => "in some cell",
    };
    let correction = match rule.correction {
        Correction::Bonferroni if cells > 0 => format!(" (Bonferroni over {cells} cells)"),
        Correction::Bonferroni => " (Bonferroni)".to_string(),
        Correction::None => String::new(),
    };
    let (units, quantity) = match &rule.comparison {
        Some(comparison) => ("outcomes ranked", format!("{} of {comparison}", rule.quantity)),
        None => ("seeds", rule.quantity.clone()),
    };
    let of = rule.class.as_ref().map_or(String::new(), |class| format!(" of class {class}"));
    let to = if rule.against.is_some() { " to " } else { "-" };
    let less = rule.against.as_ref().map_or(String::new(), |against| {
        let values = against.0.values().flat_map(|allowed| allowed.values());
        format!(" less that of {}", values.cloned().collect::<Vec<_>>().join(", "))
    });
    format!(
        "{:.0}% interval{correction} of {}{of}{less} {side} {}{to}{} {holds}, at least {} {units} a cell, at \
         most {:.0}% unfitted",
        rule.level * 100.0,
        quantity,
        rule.band.0,
        rule.band.1,
        rule.minimum_seeds,
        rule.most_unfitted * 100.0
    )
}

fn conclude(
    plan: &Plan,
    table: &Table,
    rule: &Rule,
    cells: &[(&Cell, Option<&Cell>)],
) -> (Conclusion, String, Option<f64>) {
    let inconclusive = |why: String| (Conclusion::Inconclusive, why, None);
    if cells.is_empty() {
        let preset = plan.preset;
        let why = format!(
            "its cells are not in the {preset} preset; headline arms run in the standard one"
        );
        return (Conclusion::NotRun, why, None);
    }
    if rule.correction == Correction::None && cells.len() > 1 {
        return inconclusive(format!(
            "{} cells need a correction and the rule has none",
            cells.len()
        ));
    }
    let level = 1.0 - (1.0 - rule.level) / cells.len() as f64;
    let (mut inside, mut outside) = (0, 0);
    let mut extremes: Option<(f64, f64)> = None;
    let mut widest: f64 = 0.0;
    for (cell, other) in cells {
        for cell in std::iter::once(cell).chain(other) {
            let name = &cell.name;
            if rule.comparison.is_none() && cell.seeds < rule.minimum_seeds {
                return inconclusive(format!(
                    "cell {name:?} has {} seeds and the rule asks for {}",
                    cell.seeds, rule.minimum_seeds
                ));
            }
            let unfitted = table.unfitted(name) as f64 / cell.seeds as f64;
            if unfitted > rule.most_unfitted {
                let share = unfitted * 100.0;
                return inconclusive(format!("{share:.0}% of cell {name:?} is unfitted"));
            }
        }
        let name = &cell.name;
        let summary = |cell: &Cell| table.summary(plan, &cell.name, &rule.quantity);
        let found = match (&rule.comparison, other) {
            (Some(comparison), _) => compared(plan, table, rule, comparison, name, level),
            (None, None) => interval(&summary(cell), rule.class.as_deref(), level),
            (None, Some(other)) => difference(&summary(cell), &summary(other))
                .and_then(|found| interval(&found, rule.class.as_deref(), level)),
        };
        let (interval, error) = match found {
            Ok(found) => found,
            Err(why) => return inconclusive(format!("cell {name:?}: {why}")),
        };
        widest = widest.max(error);
        let (low, high) = extremes.unwrap_or((interval.low, interval.high));
        extremes = Some((low.min(interval.low), high.max(interval.high)));
        match side(&interval, &rule.band) {
            Side::Inside => inside += 1,
            Side::Outside => outside += 1,
            Side::Neither => {}
        }
    }
    let (with, against) = match rule.supports {
        Supports::Outside => (outside, inside),
        Supports::Inside => (inside, outside),
    };
    let conclusion = match rule.holds {
        Holds::InEveryCell if with == cells.len() => Conclusion::Supported,
        Holds::InEveryCell if against > 0 => Conclusion::Refuted,
        Holds::InSomeCell if with > 0 => Conclusion::Supported,
        Holds::InSomeCell if against == cells.len() => Conclusion::Refuted,
        _ => Conclusion::Inconclusive,
    };
    let (low, high) = extremes.expect("there is a cell");
    let found = format!(
        "{outside} of {} cells outside the band, {inside} inside; intervals span {low:.3} to {high:.3}",
        cells.len()
    );
    (conclusion, found, Some(smallest_detectable_effect(widest, level, POWER)))
}

/// The interval of how far a cell agrees with the one it is compared with.
fn compared(
    plan: &Plan,
    table: &Table,
    rule: &Rule,
    comparison: &str,
    cell: &str,
    level: f64,
) -> Result<(Interval, f64), String> {
    let asked = plan.comparisons.iter().find(|one| one.name == comparison);
    let asked = asked.ok_or_else(|| format!("comparison {comparison:?} was not run"))?;
    let pair = asked.pairs.iter().find(|(_, second)| second == cell);
    let (first, _) = pair.ok_or_else(|| format!("{comparison:?} has no pair with it second"))?;
    let found = comparisons::found(plan, table, asked, [first, cell], level)?;
    if found.outcomes < rule.minimum_seeds {
        return Err(format!(
            "{} outcomes can be ranked and the rule asks for {}",
            found.outcomes, rule.minimum_seeds
        ));
    }
    let ends = match rule.quantity.as_str() {
        "rank" => found.rank.1.unwrap_or((found.rank.0, found.rank.0)),
        _ => found.slope.1,
    };
    // A standard error for the smallest detectable effect, as of a normal interval of this level.
    let wide = normal_quantile(0.5 + 0.5 * level).map_err(|error| error.to_string())?;
    Ok((Interval { low: ends.0, high: ends.1, level }, (ends.1 - ends.0) / (2.0 * wide)))
}

fn side(interval: &Interval, band: &(f64, f64)) -> Side {
    if interval.inside(band) {
        Side::Inside
    } else if interval.outside(band) {
        Side::Outside
    } else {
        Side::Neither
    }
}

/// The two-sided interval of what a cell shows, and its standard error.
fn interval(summary: &Summary, class: Option<&str>, level: f64) -> Result<(Interval, f64), String> {
    let of_rate = |hits: u64, of: u64| {
        let interval = clopper_pearson(hits, of, level, Sides::Two).map_err(|e| e.to_string())?;
        // At 0 or all hits the plug-in error is 0; half a hit more keeps it from claiming so.
        let share = (hits as f64 + 0.5) / (of as f64 + 1.0);
        Ok((interval, (share * (1.0 - share) / of as f64).sqrt()))
    };
    match (summary, class) {
        (Summary::Mean { estimate, .. } | Summary::Numbers { estimate }, None) => {
            Ok((estimate.interval(level), estimate.standard_error))
        }
        (Summary::Rate { hits, of }, None) => of_rate(*hits, *of),
        (Summary::Classes { counts, undetermined }, Some(class)) => {
            if *undetermined > 0 {
                return Err(format!("{undetermined} agents have no class"));
            }
            let hits = counts.get(class).ok_or_else(|| format!("there is no class {class:?}"))?;
            of_rate(*hits, counts.values().sum())
        }
        (Summary::Counts { of, counts }, Some(outcome)) => {
            of_rate(counts.get(outcome).copied().unwrap_or(0), *of)
        }
        (Summary::Counts { .. }, None) => Err("the rule names no outcome as its class".to_string()),
        (Summary::Classes { .. }, None) => Err("the rule names no class".to_string()),
        (Summary::Undetermined { because }, _) => Err(because.clone()),
        (_, Some(class)) => Err(format!("the quantity has no classes, so none is {class:?}")),
    }
}
