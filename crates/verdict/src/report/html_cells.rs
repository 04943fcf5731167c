//! Every cell of the grid, in tables.

use std::collections::BTreeSet;

use maud::{Markup, html};
use mesascope_stats::{Sides, clopper_pearson};

use super::figures::measured;
use crate::verdict::{CellRow, Findings, Summary};

/// Outcomes of a cell that are listed; `export` lists all.
const OUTCOMES: usize = 8;

pub(crate) fn cells(findings: &Findings) -> Markup {
    let mut quantities: Vec<&str> = Vec::new();
    for row in &findings.cells {
        if !quantities.contains(&row.quantity.as_str()) {
            quantities.push(&row.quantity);
        }
    }
    // What the study asks about stands open and first.
    let asked: BTreeSet<&str> = findings
        .questions
        .iter()
        .map(|question| question.quantity.as_str())
        .chain(findings.figures.iter().map(|figure| figure.quantity.as_str()))
        .collect();
    quantities.sort_by_key(|quantity| !asked.contains(quantity));
    html! {
        section aria-labelledby="cells" {
            h2 #cells { "Every cell" }
            p.soft { "All that was declared was run, and all that was run is here. Intervals are 95%, \
                each by itself." }
            @for quantity in quantities {
                @let rows: Vec<&CellRow> =
                    findings.cells.iter().filter(|row| row.quantity == quantity).collect();
                (table(quantity, &rows, asked.contains(quantity)))
            }
        }
    }
}

fn table(quantity: &str, rows: &[&CellRow], asked: bool) -> Markup {
    html! {
        details open[asked && rows.len() <= 60] {
            summary { h3 { (quantity) } span.soft { " " (rows.len()) " cells" } }
            div.scroll tabindex="0" role="region" aria-label={ "Every cell: " (quantity) } {
                table {
                    thead {
                        tr {
                            th scope="col" { "Cell" } th scope="col" { "Of" }
                            th.number scope="col" { "Value" }
                            th.number scope="col" { "95% interval" }
                            th.number scope="col" { "From" }
                        }
                    }
                    tbody { @for row in rows { (lines(row)) } }
                }
            }
        }
    }
}

/// The lines of a cell: one, or one a class or outcome.
fn lines(row: &CellRow) -> Markup {
    let head =
        html! { th scope="row" { (row.cell) @if row.control { " " span.tag { "control" } } } };
    match &row.summary {
        Summary::Mean { estimate, .. } | Summary::Numbers { estimate } => {
            let interval = estimate.interval(0.95);
            html! {
                tr {
                    (head) td { "mean" } td.number { (measured(estimate.mean)) }
                    td.number { (measured(interval.low)) " to " (measured(interval.high)) }
                    td.number { (estimate.units) " agents" }
                }
            }
        }
        Summary::Rate { hits, of } => share(&head, "rate", *hits, *of, "agents"),
        Summary::Classes { counts, undetermined } => {
            let of: u64 = counts.values().sum();
            html! {
                @for (class, hits) in counts { (share(&head, class, *hits, of, "agents")) }
                @if *undetermined > 0 {
                    tr { (head) td { "undetermined" } td.number { "\u{2013}" }
                        td.number { "\u{2013}" } td.number { (undetermined) " agents" } }
                }
            }
        }
        Summary::Counts { of, counts } => {
            let mut sorted: Vec<(&String, &u64)> = counts.iter().collect();
            sorted.sort_by(|one, other| other.1.cmp(one.1).then_with(|| one.0.cmp(other.0)));
            html! {
                @for (outcome, hits) in sorted.iter().take(OUTCOMES) {
                    (share(&head, outcome, **hits, *of, "draws"))
                }
                @if sorted.len() > OUTCOMES {
                    tr { (head) td colspan="4" { "and " (sorted.len() - OUTCOMES)
                        " more outcomes, which the export lists" } }
                }
            }
        }
        Summary::Undetermined { because } => html! {
            tr { (head) td colspan="4" { "undetermined: " (because) } }
        },
    }
}

fn share(head: &Markup, of_what: &str, hits: u64, of: u64, units: &str) -> Markup {
    let interval = clopper_pearson(hits, of, 0.95, Sides::Two);
    html! {
        tr {
            (head) td { (of_what) }
            td.number { @if of > 0 { (measured(hits as f64 / of as f64)) } @else { "\u{2013}" } }
            td.number {
                @match interval {
                    Ok(interval) => { (measured(interval.low)) " to " (measured(interval.high)) }
                    Err(error) => { (error) }
                }
            }
            td.number { (hits) " of " (of) " " (units) }
        }
    }
}
