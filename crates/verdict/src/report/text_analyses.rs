//! Comparisons of cells, explained variances and dispersions, as text.

use std::fmt::Write;

use super::lines::{Style, wrap};
use crate::comparisons::{Agreed, Compared};
use crate::dispersed::{DispersedRow, Spread};
use crate::explained::{ExplainedRow, Shares};

/// Pairs of cells, each in a paragraph.
pub(super) fn comparisons(out: &mut String, compared: &[Compared], style: Style) {
    let mut heading = "";
    for one in compared {
        if one.name != heading {
            let title = format!("Outcome by outcome: {} ({})", one.name, one.quantity);
            let _ = writeln!(out, "\n{}", style.paint("1", &title));
            heading = &one.name;
        }
        wrap(out, 2, &format!("{} against {}", one.cells.1, one.cells.0));
        wrap(out, 6, &words(&one.found));
    }
}

/// What a pair shows, in words.
pub(super) fn words(found: &Result<Agreed, String>) -> String {
    let agreed = match found {
        Ok(agreed) => agreed,
        Err(because) => return format!("undetermined: {because}"),
    };
    let Agreed { draws, hits, outcomes, decades, rank, slope, divergence_bits, total_variation } =
        agreed;
    let interval = rank.1.map_or(String::new(), |(low, high)| format!(" ({low:.3} to {high:.3})"));
    format!(
        "{outcomes} outcomes with {hits} hits in both, over {decades:.1} powers of ten; rank \
         correlation {:.3}{interval}; slope of log on log {:.3} ({:.3} to {:.3}); divergence at least \
         {:.3} and {:.3} bits, total variation at least {total_variation:.3}; {} and {} draws",
        rank.0,
        slope.0,
        slope.1.0,
        slope.1.1,
        divergence_bits.0,
        divergence_bits.1,
        draws.1,
        draws.0
    )
}

/// Shares of variance, a line a factor.
pub(super) fn explained(out: &mut String, rows: &[ExplainedRow], style: Style) {
    for row in rows {
        let title = format!(
            "Share of variance explained: {} ({}, {} cells)",
            row.name, row.quantity, row.cells
        );
        let _ = writeln!(out, "\n{}", style.paint("1", &title));
        match &row.found {
            Err(because) => wrap(out, 2, &format!("undetermined: {because}")),
            Ok(shares) => {
                for (name, words) in lines(shares) {
                    let _ = writeln!(out, "  {name:<31} {words}");
                }
            }
        }
    }
}

/// Dispersions, a paragraph a cell.
pub(super) fn dispersed(out: &mut String, rows: &[DispersedRow], style: Style) {
    let mut heading = "";
    for row in rows {
        if row.name != heading {
            let title =
                format!("Do agents differ by more than chance? {} ({})", row.name, row.quantity);
            let _ = writeln!(out, "\n{}", style.paint("1", &title));
            heading = &row.name;
        }
        wrap(out, 2, &row.cell);
        wrap(out, 6, &spread_words(&row.found));
    }
}

/// What a cell's agents show, in words.
pub(super) fn spread_words(found: &Result<Spread, String>) -> String {
    match found {
        Err(because) => format!("undetermined: {because}"),
        Ok(Spread { agents, mean, correlation, interval, p }) => format!(
            "mean {mean:.3}; correlation of two cases of one agent {correlation:.3} \
             ({:.3} to {:.3}), 0 where agents differ by chance alone, p = {p:.2e}; {agents} agents",
            interval.0, interval.1
        ),
    }
}

/// Each source of variance with its share.
pub(super) fn lines(shares: &Shares) -> Vec<(String, String)> {
    let mut factors: Vec<_> = shares.factors.iter().collect();
    factors.sort_by(|one, other| other.1.0.total_cmp(&one.1.0));
    let mut lines: Vec<(String, String)> = factors
        .into_iter()
        .map(|(name, (share, (low, high)))| {
            (name.clone(), format!("{share:.3} ({low:.3} to {high:.3})"))
        })
        .collect();
    lines.push(("factors together".to_string(), format!("{:.3}", shares.together)));
    lines.push(("seeds of one cell".to_string(), format!("{:.3}", shares.seeds)));
    lines
}
