//! How far two cells agree on how often outcomes come.

use std::collections::BTreeMap;

use mesascope_record::{Comparison, Plan};
use mesascope_stats::{Interval, PairedCounts, StatsError};
use serde::{Deserialize, Serialize};

use crate::table::Table;
use crate::verdict::Summary;

/// The level of the intervals that are shown.
const LEVEL: f64 = 0.95;

/// The Dirichlet smoothing of divergences: Jeffreys' prior.
const ALPHA: f64 = 0.5;

/// What neither cell lists, or only one does.
const REST: &str = "rest";

/// One pair of cells, compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compared {
    /// The comparison.
    pub name: String,
    /// The quantity.
    pub quantity: String,
    /// The first and second cell.
    pub cells: (String, String),
    /// What was found, or why nothing can be said.
    pub found: Result<Agreed, String>,
}

/// How far two cells agree.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreed {
    /// Draws of each.
    pub draws: (u64, u64),
    /// Hits that an outcome must have in both to be ranked.
    pub hits: u64,
    /// Outcomes that have them.
    pub outcomes: u64,
    /// The powers of ten between the least and the most probable of them, in the second cell.
    pub decades: f64,
    /// Spearman's rank correlation with its 95% interval, outcomes taken as independent; no interval
    /// where it is exactly 1 or -1.
    pub rank: (f64, Option<(f64, f64)>),
    /// The slope of log10 share in the second cell on that in the first, with its 95% interval.
    pub slope: (f64, (f64, f64)),
    /// Kullback-Leibler divergence of the first from the second and back, in bits, with Dirichlet(1/2)
    /// smoothing, outcomes that are not listed in both lumped together: a lower bound.
    pub divergence_bits: (f64, f64),
    /// Half the sum of absolute differences of shares, lumped likewise.
    pub total_variation: f64,
}

/// All pairs of a comparison.
pub(crate) fn compare(plan: &Plan, table: &Table, comparison: &Comparison) -> Vec<Compared> {
    let pair = |(first, second): &(String, String)| Compared {
        name: comparison.name.clone(),
        quantity: comparison.quantity.clone(),
        cells: (first.clone(), second.clone()),
        found: found(plan, table, comparison, [first, second], LEVEL),
    };
    comparison.pairs.iter().map(pair).collect()
}

/// What one pair shows, with intervals of a level.
pub(crate) fn found(
    plan: &Plan,
    table: &Table,
    comparison: &Comparison,
    cells: [&str; 2],
    level: f64,
) -> Result<Agreed, String> {
    let counts = |cell: &str| match table.summary(plan, cell, &comparison.quantity) {
        Summary::Counts { of, counts } => Ok((of, counts)),
        Summary::Classes { counts, undetermined: 0 } => Ok((counts.values().sum(), counts)),
        Summary::Undetermined { because } => Err(format!("cell {cell:?}: {because}")),
        _ => Err(format!("cell {cell:?}: some agents have no class")),
    };
    let (first, second) = (counts(cells[0])?, counts(cells[1])?);
    agreed(first, second, comparison.hits, level).map_err(|error| error.to_string())
}

type Counted = (u64, BTreeMap<String, u64>);

fn agreed(first: Counted, second: Counted, hits: u64, level: f64) -> Result<Agreed, StatsError> {
    let ((n, x), (m, y)) = (first, second);
    let both = |counts: &BTreeMap<String, u64>, of: u64, other: &BTreeMap<String, u64>| {
        let mut lumped: BTreeMap<String, u64> = counts.clone();
        lumped.retain(|outcome, _| other.contains_key(outcome));
        let rest = of - lumped.values().sum::<u64>();
        lumped.insert(REST.to_string(), rest);
        lumped
    };
    let lumped = PairedCounts::new(both(&x, n, &y), both(&y, m, &x));
    // The lump is no outcome: ranks and slopes are of those that both list.
    let often = |counts: &BTreeMap<String, u64>| -> Vec<(String, u64)> {
        counts.iter().map(|(outcome, count)| (outcome.clone(), *count)).collect()
    };
    let pairs = PairedCounts::new(often(&x), often(&y));
    let (rank, line) = (pairs.rank_correlation(hits)?, pairs.log_log(hits)?);
    let divergence = lumped.divergence(ALPHA)?;
    let ranked = y.iter().filter(|(outcome, count)| {
        **count >= hits && x.get(*outcome).is_some_and(|other| *other >= hits)
    });
    let (least, most) = ranked
        .fold((u64::MAX, 0), |(least, most), (_, &count)| (least.min(count), most.max(count)));
    let ends = |interval: Interval| (interval.low, interval.high);
    Ok(Agreed {
        draws: (n, m),
        hits,
        outcomes: pairs.keys_with(hits) as u64,
        decades: (most as f64 / least as f64).log10(),
        rank: (rank.rho, rank.interval(level).ok().map(ends)),
        slope: (line.slope, ends(line.slope_interval(level)?)),
        divergence_bits: (divergence.first_from_second_bits, divergence.second_from_first_bits),
        total_variation: lumped.total_variation()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(counts: &[(&str, u64)], unlisted: u64) -> Counted {
        let counts: BTreeMap<String, u64> =
            counts.iter().map(|(name, count)| (name.to_string(), *count)).collect();
        (counts.values().sum::<u64>() + unlisted, counts)
    }

    #[test]
    fn the_same_shares_agree_wholly_and_span_what_they_span() {
        let x = counted(&[("a", 10), ("b", 100), ("c", 1_000), ("d", 10_000)], 0);
        let y = counted(&[("a", 20), ("b", 200), ("c", 2_000), ("d", 20_000)], 0);
        let agreed = agreed(x, y, 10, 0.95).unwrap();
        assert_eq!((agreed.outcomes, agreed.rank), (4, (1.0, None)));
        assert!((agreed.slope.0 - 1.0).abs() < 1e-12 && (agreed.decades - 3.0).abs() < 1e-12);
        assert!(agreed.total_variation < 1e-12, "{agreed:?}");
        // Smoothing alone: the smaller sample is smoothed more.
        assert!(agreed.divergence_bits.0 < 1e-4 && agreed.divergence_bits.1 < 1e-4, "{agreed:?}");
    }

    #[test]
    fn reversed_shares_disagree_and_what_is_rare_or_in_one_list_only_is_not_ranked() {
        let x = counted(&[("a", 10), ("b", 100), ("c", 1_000), ("d", 10_000), ("e", 3)], 50);
        let y = counted(&[("a", 10_000), ("b", 1_000), ("c", 100), ("d", 10), ("f", 900)], 0);
        let agreed = agreed(x, y, 10, 0.95).unwrap();
        assert_eq!((agreed.outcomes, agreed.rank.0), (4, -1.0));
        assert!((agreed.slope.0 + 1.0).abs() < 1e-12, "{agreed:?}");
        let shares = |of: f64, counts: [f64; 5]| counts.map(|count| count / of);
        let (p, q) = (
            shares(11_163.0, [10.0, 100.0, 1_000.0, 10_000.0, 53.0]),
            shares(12_010.0, [10_000.0, 1_000.0, 100.0, 10.0, 900.0]),
        );
        let variation: f64 = p.iter().zip(q).map(|(p, q)| (p - q).abs()).sum::<f64>() / 2.0;
        assert!((agreed.total_variation - variation).abs() < 1e-12, "{agreed:?} {variation}");
    }
}
