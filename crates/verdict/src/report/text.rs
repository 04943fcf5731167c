//! The verdict as text, from `verdict.json` alone, within 80 columns.

use std::fmt::Write;

use mesascope_record::ControlKind;
use mesascope_stats::{Sides, clopper_pearson};

use super::lines::{Style, paragraph, short, wrap};
use super::text_analyses;
use super::text_scores::{rule_verdict, scores, totals};
use super::words::{scope_words, standing_words};
use crate::verdict::{CellRow, Findings, Summary, Verdict};

/// Columns of a drawn interval.
const COLUMNS: usize = 29;

/// The whole report.
pub fn report(verdict: &Verdict, style: Style) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{} ({} preset)", style.paint("1", &verdict.study), verdict.preset);
    paragraph(&mut out, "Question", &verdict.question);
    out.push('\n');
    out.push_str(&controls_text(verdict, style));
    match &verdict.findings {
        None => {
            let _ = writeln!(out, "\n{}", style.paint("1;31", "INCONCLUSIVE: control failed"));
            paragraph(
                &mut out,
                "",
                "A control that fails means that the instruments or the training are not what \
                 they should be; no result is shown.",
            );
        }
        Some(findings) => {
            out.push('\n');
            tables(&mut out, findings, style);
            unfitted(&mut out, verdict);
            for question in &findings.questions {
                out.push('\n');
                scores(&mut out, question, style);
            }
            totals(&mut out, findings);
            text_analyses::comparisons(&mut out, &findings.comparisons, style);
            text_analyses::explained(&mut out, &findings.explained, style);
            text_analyses::dispersed(&mut out, &findings.dispersed, style);
            for one in &findings.verdicts {
                out.push('\n');
                rule_verdict(&mut out, one, style);
            }
            if !findings.preliminary.is_empty() {
                let words = format!(
                    "{}: no blind second implementation has checked them yet",
                    findings.preliminary.join(", ")
                );
                out.push('\n');
                paragraph(&mut out, "Prelim.", &words);
            }
        }
    }
    out.push('\n');
    if verdict.moves_no_claim {
        let words = "none: the study calibrates what measures, and moves no claim";
        paragraph(&mut out, "Claims", words);
    }
    paragraph(&mut out, "Scope", &scope_words(&verdict.scope));
    paragraph(&mut out, "Status", &standing_words(&verdict.standing));
    if !verdict.withdrawn.is_empty() {
        let gone = verdict.withdrawn.join(", ");
        paragraph(
            &mut out,
            "Withdrawn",
            &format!("registered before these records, now gone: {gone}"),
        );
    }
    out
}

/// The controls alone.
pub fn controls_text(verdict: &Verdict, style: Style) -> String {
    let held = verdict.controls.iter().filter(|control| control.holds).count();
    let mut out = String::new();
    let count = verdict.controls.len();
    let summary = match count {
        0 => "none: nothing shows that an effect would be seen, or none made up".to_string(),
        _ => format!("{held} of {count} hold"),
    };
    paragraph(&mut out, "Controls", &summary);
    for control in &verdict.controls {
        let light = if control.holds { style.ok() } else { style.failed() };
        let sort = match control.kind {
            ControlKind::Positive => "+",
            ControlKind::Negative => "-",
        };
        let _ = writeln!(out, "  {light} {sort} {}", control.name);
        wrap(&mut out, 9, &format!("{}; must be {}", control.found, control.must));
    }
    out
}

fn tables(out: &mut String, findings: &Findings, style: Style) {
    let mut quantities: Vec<&str> = Vec::new();
    for row in &findings.cells {
        if !quantities.contains(&row.quantity.as_str()) {
            quantities.push(&row.quantity);
        }
    }
    for quantity in quantities {
        let rows: Vec<&CellRow> = findings
            .cells
            .iter()
            .filter(|row| row.quantity == quantity && !row.control && is_result(&row.summary))
            .collect();
        match rows.first().map(|row| &row.summary) {
            Some(Summary::Mean { range, .. }) => {
                let (low, high) = (range.0.to_string(), range.1.to_string());
                let middle = ((range.0 + range.1) / 2.0).to_string();
                let half = (COLUMNS - 1) / 2;
                let title = format!("{:<48}", format!("{quantity} (mean ± se)"));
                let _ = writeln!(
                    out,
                    "{}{low:<half$}{middle:<half$}{high:>2}",
                    style.paint("1", &title)
                );
                for row in rows {
                    mean_row(out, row, style);
                }
                out.push('\n');
            }
            Some(Summary::Classes { .. }) => {
                let _ = writeln!(out, "{}", style.paint("1", &format!("{quantity} (agents)")));
                for row in rows {
                    classes_row(out, row);
                }
                out.push('\n');
            }
            Some(Summary::Counts { .. }) => {
                let title = format!("{quantity} (share of draws, exact 95% interval)");
                let _ = writeln!(out, "{}", style.paint("1", &title));
                for row in rows {
                    outcome_rows(out, row);
                }
                out.push('\n');
            }
            Some(Summary::Rate { .. }) if quantity != "fitted" => {
                let _ = writeln!(out, "{}", style.paint("1", &format!("{quantity} (agents)")));
                for row in rows {
                    if let Summary::Rate { hits, of } = &row.summary {
                        let _ = writeln!(out, "  {:<42} {hits:>7} of {of}", short(&row.cell, 42));
                    }
                }
                out.push('\n');
            }
            _ => {}
        }
    }
}

fn is_result(summary: &Summary) -> bool {
    !matches!(summary, Summary::Undetermined { .. })
}

fn mean_row(out: &mut String, row: &CellRow, style: Style) {
    let Summary::Mean { estimate, range } = &row.summary else { return };
    let interval = estimate.interval(0.95);
    let place = |value: f64| {
        let share = ((value - range.0) / (range.1 - range.0)).clamp(0.0, 1.0);
        (share * (COLUMNS - 1) as f64).round() as usize
    };
    let mut line: Vec<char> = vec![' '; COLUMNS];
    line[(COLUMNS - 1) / 2] = ':';
    line[place(interval.low)..=place(interval.high)].fill('-');
    line[place(estimate.mean)] = style.mark();
    let line: String = line.into_iter().collect();
    let _ = writeln!(
        out,
        "  {:<31} {:.3} ± {:.3} |{line}|",
        short(&row.cell, 31),
        estimate.mean,
        estimate.standard_error
    );
}

fn classes_row(out: &mut String, row: &CellRow) {
    let Summary::Classes { counts, undetermined } = &row.summary else { return };
    let mut parts: Vec<String> = counts
        .iter()
        .filter(|(_, count)| **count > 0)
        .map(|(class, count)| format!("{class} {count}"))
        .collect();
    if *undetermined > 0 {
        parts.push(format!("undetermined {undetermined}"));
    }
    let _ = writeln!(out, "  {}", row.cell);
    wrap(out, 6, &parts.join(", "));
}

/// Outcomes of a cell that are drawn; the others are counted, and `export` lists them.
const OUTCOMES_SHOWN: usize = 6;

fn outcome_rows(out: &mut String, row: &CellRow) {
    let Summary::Counts { of, counts } = &row.summary else { return };
    let mut sorted: Vec<(&String, &u64)> = counts.iter().collect();
    sorted.sort_by(|one, other| other.1.cmp(one.1).then_with(|| one.0.cmp(other.0)));
    let _ = writeln!(out, "  {}: {of} draws", row.cell);
    for (name, hits) in sorted.iter().take(OUTCOMES_SHOWN) {
        let interval = match clopper_pearson(**hits, *of, 0.95, Sides::Two) {
            Ok(interval) => format!("{:.3e} to {:.3e}", interval.low, interval.high),
            Err(error) => error.to_string(),
        };
        let share = **hits as f64 / *of as f64;
        let _ = writeln!(out, "    {:<32} {share:>10.3e}  {interval}", short(name, 32));
    }
    if sorted.len() > OUTCOMES_SHOWN {
        let more = sorted.len() - OUTCOMES_SHOWN;
        wrap(out, 4, &format!("and {more} more outcomes, which `mesascope export` lists"));
    }
}

fn unfitted(out: &mut String, verdict: &Verdict) {
    let words =
        format!("{} of {} agents did not meet the stopping rule", verdict.unfitted, verdict.agents);
    paragraph(out, "Unfitted", &words);
    if let Some(first) = &verdict.first_failure {
        paragraph(out, "Failed", &format!("{} trials; first: {first}", verdict.failed));
    }
}
