//! How often outcomes came in two cells, and how far the two agree.

use std::collections::BTreeMap;

use mesascope_record::Scatter;
use mesascope_stats::{PairedCounts, StatsError};

use crate::drawn::{Agreement, Drawn, Pair, Paired};
use crate::figures::Reader;
use crate::verdict::Summary;

/// Places that are drawn: more would be a blot, and the file would have no bound.
const PLACES: usize = 600;

pub(crate) fn scatter(reader: &Reader, figure: &Scatter) -> Drawn {
    let (across, up) = (reader.cells(&figure.x), reader.cells(&figure.y));
    let (Some(across), Some(up)) = (across.first(), up.first()) else { return reader.not_run() };
    let counts = |cell: &str| match reader.table.summary(reader.plan, cell, &figure.quantity) {
        Summary::Counts { of, counts } => Ok((of, counts)),
        Summary::Classes { counts, undetermined: 0 } => Ok((counts.values().sum(), counts)),
        Summary::Undetermined { because } => Err(format!("cell {cell:?}: {because}")),
        _ => Err(format!("cell {cell:?}: some agents have no class")),
    };
    match (counts(&across.name), counts(&up.name)) {
        (Ok((n, x)), Ok((m, y))) => {
            let cells = [across.name.clone(), up.name.clone()];
            Drawn::Scatter(paired(cells, [n, m], [&x, &y], figure.hits))
        }
        (Err(because), _) | (_, Err(because)) => Drawn::Nothing { because },
    }
}

fn paired(
    cells: [String; 2],
    draws: [u64; 2],
    [x, y]: [&BTreeMap<String, u64>; 2],
    hits: u64,
) -> Paired {
    let mut places: BTreeMap<[u64; 2], (u64, &String)> = BTreeMap::new();
    let of = |counts: &BTreeMap<String, u64>, outcome| counts.get(outcome).copied().unwrap_or(0);
    for outcome in x.keys().chain(y.keys().filter(|outcome| !x.contains_key(*outcome))) {
        let place = [of(x, outcome), of(y, outcome)];
        if place != [0, 0] {
            places.entry(place).or_insert((0, outcome)).0 += 1;
        }
    }
    let mut places: Vec<Pair> = places
        .into_iter()
        .map(|(hits, (outcomes, first))| Pair { hits, outcomes, first: first.clone() })
        .collect();
    places.sort_by_key(|place| std::cmp::Reverse(place.hits[0].saturating_add(place.hits[1])));
    let outcomes = places.iter().map(|place| place.outcomes).sum();
    let left_out = places.iter().skip(PLACES).map(|place| place.outcomes).sum();
    places.truncate(PLACES);
    let agreement = agreement([x, y], hits).map_err(|error| error.to_string());
    Paired { cells, draws, hits, places, left_out, outcomes, agreement }
}

fn agreement([x, y]: [&BTreeMap<String, u64>; 2], hits: u64) -> Result<Agreement, StatsError> {
    let pairs = PairedCounts::new(
        x.iter().map(|(outcome, count)| (outcome, *count)),
        y.iter().map(|(outcome, count)| (outcome, *count)),
    );
    let (rank, line) = (pairs.rank_correlation(hits)?, pairs.log_log(hits)?);
    Ok(Agreement { outcomes: pairs.keys_with(hits) as u64, rank: rank.rho, slope: line.slope })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_that_came_equally_often_share_a_place_and_all_are_counted() {
        let x: BTreeMap<String, u64> = (1..=2_000).map(|n| (n.to_string(), n)).collect();
        let y: BTreeMap<String, u64> = (1..=2_000).map(|n| (n.to_string(), 2 * n)).collect();
        let cells = || ["x".to_string(), "y".to_string()];
        let all = paired(cells(), [2_001_000, 4_002_000], [&x, &y], 10);
        assert_eq!((all.places.len(), all.outcomes, all.left_out), (PLACES, 2_000, 1_400));
        assert_eq!(all.places[0].hits, [2_000, 4_000], "those with most hits are drawn");
        let agreement = all.agreement.unwrap();
        assert_eq!((agreement.outcomes, agreement.rank), (1_991, 1.0));
        assert!((agreement.slope - 1.0).abs() < 1e-9, "{agreement:?}");

        let ones: BTreeMap<String, u64> = (0..50).map(|n| (n.to_string(), 1)).collect();
        let apart = paired(cells(), [50, 2_001_000], [&ones, &x], 10);
        assert!(apart.agreement.is_err(), "no outcome has 10 hits in both");
        assert_eq!(apart.places.iter().map(|place| place.outcomes).sum::<u64>(), 600);
    }
}
