//! Whether the agents of a cell differ in a share by more than chance: a lottery of the seed.

use mesascope_record::Dispersed;
use mesascope_stats::dispersion;
use serde::{Deserialize, Serialize};

use crate::table::Table;

/// The level of intervals.
const LEVEL: f64 = 0.95;

/// One cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DispersedRow {
    /// The analysis's name.
    pub name: String,
    /// The quantity.
    pub quantity: String,
    /// The cell.
    pub cell: String,
    /// What was found, or why nothing can be said.
    pub found: Result<Spread, String>,
}

/// How a share is spread over agents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spread {
    /// Agents with a share.
    pub agents: u64,
    /// The mean rate.
    pub mean: f64,
    /// The correlation of two cases of one agent: 0 where agents are all alike, 1 where each is all
    /// hits or none. Cases of one agent that differ among themselves (levels, of which some are harder
    /// for everybody) lower it, so that it errs to the side of no lottery.
    pub correlation: f64,
    /// Its 95% interval.
    pub interval: (f64, f64),
    /// The probability of so much spread by chance alone.
    pub p: f64,
}

pub(crate) fn look(table: &Table, asked: &Dispersed) -> Vec<DispersedRow> {
    let row = |cell: &String| DispersedRow {
        name: asked.name.clone(),
        quantity: asked.quantity.clone(),
        cell: cell.clone(),
        found: spread(table, cell, &asked.quantity),
    };
    asked.cells.iter().map(row).collect()
}

fn spread(table: &Table, cell: &str, quantity: &str) -> Result<Spread, String> {
    let column = table.column(cell, quantity).ok_or("nothing was measured")?;
    let counts: Vec<(u64, u64)> = column.counts.iter().map(|(_, counts)| *counts).collect();
    if counts.is_empty() {
        let because = column.because.clone();
        return Err(because.unwrap_or_else(|| "its values are no shares".to_string()));
    }
    let found = dispersion(&counts, LEVEL).map_err(|error| error.to_string())?;
    Ok(Spread {
        agents: found.units,
        mean: found.mean,
        correlation: found.correlation,
        interval: (found.interval.low, found.interval.high),
        p: found.p,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Column;

    fn looked(counts: &[(u64, u64)]) -> DispersedRow {
        let counts = counts.iter().enumerate().map(|(seed, &counts)| (seed as u64, counts));
        let column = Column { counts: counts.collect(), ..Column::default() };
        let table = Table::of("base", "corner-first", column);
        let asked = Dispersed {
            name: "lottery".to_string(),
            quantity: "corner-first".to_string(),
            cells: vec!["base".to_string()],
        };
        look(&table, &asked).remove(0)
    }

    #[test]
    fn agents_that_are_all_or_none_are_a_lottery_and_equal_ones_are_not() {
        let lottery = looked(&[(20, 20), (0, 20), (20, 20), (0, 20)]).found.unwrap();
        assert!(lottery.interval.0 > 0.3 && lottery.p < 1e-3, "{lottery:?}");
        let alike = looked(&[(10, 20), (9, 20), (11, 20), (10, 20)]).found.unwrap();
        assert!(alike.interval.0 == 0.0 && alike.p > 0.5, "{alike:?}");
    }

    #[test]
    fn what_cannot_be_said_says_why() {
        assert!(looked(&[]).found.unwrap_err().contains("no shares"));
        assert!(looked(&[(1, 1), (0, 1)]).found.is_err());
    }
}
