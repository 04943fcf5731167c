//! Controls that compare with a stated distribution or a stated band.

use mesascope_record::{Against, Control, Kind};
use mesascope_stats::{Outcome, Sides, clopper_pearson};

use crate::controls::{Tested, columns, hits_of, numbers, too_small};
use crate::table::Table;

pub(crate) fn against_words(against: &Against) -> String {
    match against {
        Against::Uniform { from, to } => format!("uniform over {from} to {to} in every cell"),
        Against::Shares(shares) => {
            let words: Vec<String> =
                shares.iter().map(|(name, share)| format!("{name} {share}")).collect();
            format!("{} in every cell", words.join(", "))
        }
    }
}

/// Draws that an outcome must be expected to have: the chi-square distribution is good from 5 on
/// (Cochran 1954).
const FEWEST_EXPECTED: f64 = 5.0;

pub(crate) fn chi_square(
    table: &Table,
    control: &Control,
    against: &Against,
    alpha: f64,
) -> Tested {
    let columns = columns(table, &control.cells, &control.quantity)?;
    let shares = against.shares();
    let test = |observed: &[u64], expected: &[f64]| {
        mesascope_stats::chi_square(observed, expected, 0).map_err(|error| error.to_string())
    };
    let cells = columns.len() as f64;
    let (mut least, mut draws, mut impossible) = (f64::INFINITY, 0, None);
    for column in columns {
        let all: u64 = column.classes.values().sum();
        let expected: Vec<f64> = shares.values().map(|share| share * all as f64).collect();
        let rarest = expected.iter().copied().fold(f64::INFINITY, f64::min);
        if rarest < FEWEST_EXPECTED {
            return Err(format!(
                "of {all} draws an outcome expects {rarest:.1}, and the test needs 5"
            ));
        }
        // No outcome is farther from what is expected than all draws in the rarest.
        let first = expected.iter().position(|count| *count == rarest);
        let worst: Vec<u64> =
            (0..expected.len()).map(|at| if Some(at) == first { all } else { 0 }).collect();
        if test(&worst, &expected)? * cells >= alpha {
            return Err(too_small(alpha));
        }
        let outside =
            column.classes.iter().find(|(name, n)| **n > 0 && !shares.contains_key(*name));
        if let Some((name, count)) = outside {
            impossible = Some(format!("{count} of {all} draws are {name:?}, which cannot be"));
            continue;
        }
        let observed: Vec<u64> =
            shares.keys().map(|name| column.classes.get(name).copied().unwrap_or(0)).collect();
        least = least.min(test(&observed, &expected)?);
        draws += all;
    }
    if let Some(words) = impossible {
        return Ok((false, words));
    }
    let words = format!("{draws} draws, {} outcomes, least p = {least:.2e}", shares.len());
    Ok((least * cells >= alpha, words))
}

pub(crate) fn within(
    kind: Kind,
    table: &Table,
    control: &Control,
    class: Option<&str>,
    band: (f64, f64),
    level: f64,
) -> Tested {
    let pooled = matches!(kind, Kind::Rate | Kind::Classes { .. } | Kind::Counts { .. });
    let mut worst: Option<(f64, String)> = None;
    for column in columns(table, &control.cells, &control.quantity)? {
        let (value, interval, count) = if pooled {
            let (hits, of) = hits_of(column, class);
            let interval = clopper_pearson(hits, of, level, Sides::Two);
            (hits as f64 / of as f64, interval.map_err(|error| error.to_string())?, of)
        } else {
            match Outcome::of_mean(&numbers(column)) {
                Outcome::Undetermined { because } => return Err(because),
                Outcome::Estimated(one) => (one.mean, one.interval(level), one.units),
            }
        };
        if interval.high - interval.low > band.1 - band.0 {
            return Err(format!(
                "the interval of {count} is wider than the band: {:.5} to {:.5}",
                interval.low, interval.high
            ));
        }
        let room = (interval.low - band.0).min(band.1 - interval.high);
        if worst.as_ref().is_none_or(|(least, _)| room < *least) {
            let (low, high) = (interval.low, interval.high);
            worst = Some((room, format!("{value:.5} ({low:.5} to {high:.5}) of {count}")));
        }
    }
    let (room, words) = worst.ok_or("it reads no cell")?;
    Ok((room >= 0.0, words))
}

pub(crate) fn every(
    table: &Table,
    control: &Control,
    low: Option<f64>,
    high: Option<f64>,
) -> Tested {
    let columns = columns(table, &control.cells, &control.quantity)?;
    let all: Vec<f64> = columns.into_iter().flat_map(numbers).collect();
    if all.is_empty() {
        return Err("no trial has a number".to_string());
    }
    let least = all.iter().copied().fold(f64::INFINITY, f64::min);
    let most = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let holds = low.is_none_or(|low| low <= least) && high.is_none_or(|high| most <= high);
    let words = match least == most {
        true => format!("{least} in {} trials", all.len()),
        false => format!("{least:.4} to {most:.4} in {} trials", all.len()),
    };
    Ok((holds, words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Column;
    use std::collections::BTreeMap;

    use mesascope_record::{ControlKind, Expect};

    /// A table with one cell `c`, of which a quantity `q` reads so.
    fn table(column: Column) -> Table {
        Table::of("c", "q", column)
    }

    fn control() -> Control {
        Control {
            name: "it".to_string(),
            kind: ControlKind::Positive,
            says: "It holds.".to_string(),
            cells: vec!["c".to_string()],
            quantity: "q".to_string(),
            expect: Expect::Every { low: None, high: None },
        }
    }

    fn counted(counts: &[(&str, u64)]) -> Table {
        let classes = counts.iter().map(|(name, count)| (name.to_string(), *count)).collect();
        table(Column { classes, ..Column::default() })
    }

    fn numbered(numbers: &[f64]) -> Table {
        table(Column { numbers: (0..).zip(numbers.iter().copied()).collect(), ..Column::default() })
    }

    fn uniform(counts: &[(&str, u64)]) -> Tested {
        let against = Against::Uniform { from: 0, to: 3 };
        chi_square(&counted(counts), &control(), &against, 0.001)
    }

    #[test]
    fn counts_as_stated_hold_and_loaded_ones_do_not() {
        assert!(uniform(&[("0", 250), ("1", 260), ("2", 240), ("3", 250)]).unwrap().0);
        let (holds, found) = uniform(&[("0", 340), ("1", 220), ("2", 220), ("3", 220)]).unwrap();
        assert!(!holds && found.contains("1000 draws"), "a loaded die passes: {found}");
        let shares = [("a".to_string(), 0.75), ("b".to_string(), 0.25)];
        let against = Against::Shares(BTreeMap::from(shares));
        let test = |a, b| chi_square(&counted(&[("a", a), ("b", b)]), &control(), &against, 0.001);
        assert!(test(760, 240).unwrap().0 && !test(500, 500).unwrap().0);
    }

    #[test]
    fn an_outcome_that_never_comes_is_missed_and_one_that_cannot_be_fails() {
        assert!(!uniform(&[("0", 334), ("1", 333), ("2", 333)]).unwrap().0, "3 never came");
        let (holds, found) =
            uniform(&[("0", 250), ("1", 250), ("2", 250), ("3", 249), ("4", 1)]).unwrap();
        assert!(!holds && found.contains("which cannot be"), "{found}");
        assert!(uniform(&[("0", 250), ("1", 250), ("2", 250), ("3", 250), ("4", 0)]).unwrap().0);
    }

    #[test]
    fn too_few_draws_and_draws_without_outcome_cannot_be_tested() {
        assert!(
            uniform(&[("0", 5), ("1", 5), ("2", 5), ("3", 4)]).unwrap_err().contains("needs 5")
        );
        let classes = BTreeMap::from([("0".to_string(), 500), ("1".to_string(), 500)]);
        let unclassed = table(Column { classes, unclassed: 1, ..Column::default() });
        let against = Against::Uniform { from: 0, to: 1 };
        let because = chi_square(&unclassed, &control(), &against, 0.001).unwrap_err();
        assert!(
            because.contains("1 draws") && because.contains("no class or outcome"),
            "{because}"
        );
    }

    #[test]
    fn a_mean_whose_interval_leaves_the_band_does_not_hold() {
        let plan = |band, numbers: &[f64]| {
            within(Kind::Number, &numbered(numbers), &control(), None, band, 0.99)
        };
        let numbers: Vec<f64> = (0..100).map(|at| f64::from(at % 2)).collect();
        assert!(plan((0.3, 0.7), &numbers).unwrap().0);
        assert!(!plan((0.4, 0.8), &numbers).unwrap().0, "the interval ends below 0.4");
        assert!(!plan((0.6, 1.2), &numbers).unwrap().0, "the mean is below the band");
        assert!(plan((0.45, 0.55), &numbers).unwrap_err().contains("wider than the band"));
        assert!(plan((0.0, 2.0), &[1.0]).is_err(), "one trial has no interval");
    }

    #[test]
    fn a_probability_is_pooled_over_trials_and_judged_by_its_interval() {
        let test = |hits, band| {
            let table = counted(&[("yes", hits), ("no", 10_000 - hits)]);
            let outcomes = mesascope_record::Outcomes::WholeNumbers;
            within(Kind::Counts { outcomes }, &table, &control(), Some("yes"), band, 0.99)
        };
        assert!(test(2_000, (0.18, 0.22)).unwrap().0);
        assert!(!test(2_150, (0.18, 0.22)).unwrap().0, "0.215 is inside and its interval is not");
        assert!(test(2_000, (0.195, 0.205)).unwrap_err().contains("wider"));
    }

    #[test]
    fn a_single_trial_outside_fails_every() {
        let test = |numbers: &[f64], low, high| every(&numbered(numbers), &control(), low, high);
        assert!(test(&[7.0, 7.0], Some(7.0 - 1e-9), Some(7.0 + 1e-9)).unwrap().0);
        assert!(!test(&[7.0, 7.1], Some(7.0 - 1e-9), Some(7.0 + 1e-9)).unwrap().0);
        assert!(!test(&[1.0, 2.0], Some(1.5), None).unwrap().0);
        assert!(!test(&[1.0, 2.0], None, Some(1.5)).unwrap().0);
        assert!(test(&[], Some(0.0), None).is_err(), "nothing was read");
    }
}
