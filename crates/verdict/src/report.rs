//! The verdict as text, from `verdict.json` alone, within 80 columns.

use std::fmt::Write;

use mesascope_record::{ControlKind, Scope};
use mesascope_stats::{Sides, clopper_pearson};

use crate::claim::Claim;
use crate::verdict::{
    CellRow, Conclusion, Findings, QuestionScore, RuleVerdict, Standing, Summary, Verdict,
};

/// How the text is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// ASCII only: for files, pipes and `NO_COLOR`.
    Plain,
    /// With colour and a round mark.
    Coloured,
}

/// The widest line.
const WIDTH: usize = 80;
/// Where the text of a labelled paragraph begins.
const INDENT: usize = 11;
/// Columns of a drawn interval.
const COLUMNS: usize = 29;

impl Style {
    fn paint(self, code: &str, text: &str) -> String {
        match self {
            Style::Plain => text.to_string(),
            Style::Coloured => format!("\x1b[{code}m{text}\x1b[0m"),
        }
    }

    fn ok(self) -> String {
        self.paint("32", "ok  ")
    }

    fn failed(self) -> String {
        self.paint("1;31", "FAIL")
    }

    fn mark(self) -> char {
        match self {
            Style::Plain => 'o',
            Style::Coloured => '\u{25cf}',
        }
    }
}

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

fn short(text: &str, most: usize) -> String {
    match text.chars().count() > most {
        true => text.chars().take(most - 2).chain("..".chars()).collect(),
        false => text.to_string(),
    }
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

fn scores(out: &mut String, question: &QuestionScore, style: Style) {
    let title = format!("Bits against knowing nothing: {}", question.name);
    let _ = writeln!(out, "{}", style.paint("1", &title));
    let words = format!(
        "{} in {} cells; one who knew would win {:+.1}",
        question.quantity,
        question.cells.len(),
        zeroed(question.oracle)
    );
    wrap(out, 2, &words);
    if let Some(why) = &question.calibration {
        wrap(out, 2, &format!("calibration, moves no claim: {why}"));
    }
    let _ = writeln!(
        out,
        "  {:<25}{:>9}{:>9}{:>10}{:>9}{:>10}",
        "", "mixture", "behind", "generous", "literal", "permuted"
    );
    let cells = question.cells.len();
    for position in &question.positions {
        let reading = |name: &str| {
            let floored = position.floored_cells.get(name).is_some_and(|floored| *floored > 0);
            let mark = if floored { "*" } else { "" };
            let bits = position.readings.get(name);
            bits.map_or("-".to_string(), |bits| format!("{mark}{:+.1}", zeroed(*bits)))
        };
        let permuted = position.permuted.map(|bits| format!("{:+.1}", zeroed(bits)));
        let _ = writeln!(
            out,
            "  {:<25}{:>+9.1}{:>9.1}{:>10}{:>9}{:>10}",
            short(&position.position, 25),
            zeroed(position.bits),
            zeroed(position.behind_best),
            reading("generous"),
            reading("literal"),
            permuted.unwrap_or("same".to_string())
        );
        if position.forecast_cells < cells {
            let said = position.forecast_cells;
            wrap(
                out,
                4,
                &format!("says something of {said} of {cells} cells, 0 bits for the rest"),
            );
        }
    }
    if question.positions.iter().any(|one| one.floored_cells.values().any(|count| *count > 0)) {
        wrap(out, 2, "* lost all that one cell can cost (6.6 bits) in at least one cell");
    }
    for (cell, because) in &question.unscored {
        wrap(out, 2, &format!("not scored: {cell}: {because}"));
    }
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for position in &question.positions {
        if let Standing::Exploratory { because } = &position.standing {
            match reasons.iter_mut().find(|(reason, _)| reason == because) {
                Some((_, positions)) => positions.push(&position.position),
                None => reasons.push((because, vec![&position.position])),
            }
        }
    }
    for (because, positions) in reasons {
        let who = match positions.len() == question.positions.len() {
            true => "all".to_string(),
            false => positions.join(", "),
        };
        wrap(out, 2, &format!("exploratory: {who}: {because}"));
    }
}

/// No "-0.0".
fn zeroed(bits: f64) -> f64 {
    if bits.abs() < 0.05 { 0.0 } else { bits }
}

fn totals(out: &mut String, findings: &Findings) {
    let headlines = findings.questions.iter().filter(|question| question.calibration.is_none());
    if headlines.count() < 2 {
        return;
    }
    out.push('\n');
    match &findings.totals {
        None => paragraph(
            out,
            "Total",
            "not added: two questions look at the same agents, and nothing is counted twice",
        ),
        Some(totals) => {
            let mut sorted: Vec<(&String, &f64)> = totals.iter().collect();
            sorted.sort_by(|one, other| other.1.total_cmp(one.1));
            let words: Vec<String> = sorted
                .iter()
                .map(|(name, bits)| format!("{name} {:+.1}", zeroed(**bits)))
                .collect();
            paragraph(out, "Total", &format!("{} (calibrations left out)", words.join(", ")));
        }
    }
}

fn rule_verdict(out: &mut String, verdict: &RuleVerdict, style: Style) {
    let conclusion = match verdict.conclusion {
        Conclusion::Supported => style.paint("1;32", "SUPPORTED"),
        Conclusion::Refuted => style.paint("1;31", "REFUTED"),
        Conclusion::Inconclusive => style.paint("1;33", "INCONCLUSIVE"),
        Conclusion::NotRun => style.paint("1", "NOT RUN"),
    };
    let heading = match (&verdict.calibration, verdict.conclusion) {
        (_, Conclusion::NotRun) | (None, _) => conclusion,
        (Some(_), Conclusion::Supported) => "CALIBRATION: as known before".to_string(),
        (Some(_), _) => style.paint("1;31", "CALIBRATION: not as known before"),
    };
    let _ = writeln!(out, "{heading}  (claim {}, rule {})", verdict.claim, verdict.rule);
    if verdict.calibration.is_none() && verdict.conclusion != Conclusion::NotRun {
        wrap(out, 2, &format!("\"{}\"", verdict.quote));
    }
    paragraph(out, "Tested", &verdict.proposition);
    paragraph(out, "Rule", &verdict.by);
    paragraph(out, "Found", &verdict.found);
    if let Some(effect) = verdict.detectable {
        let words =
            format!("a departure of {effect:.3} from the band would have been seen (power 0.8)");
        paragraph(out, "Bound", &words);
    }
    if let Some(why) = &verdict.calibration {
        paragraph(out, "Moves", &format!("no claim: calibration. {why}"));
    }
    if verdict.conclusion != Conclusion::NotRun {
        paragraph(out, "Scope", &scope_words(&verdict.scope));
    }
    if let Standing::Exploratory { .. } = &verdict.standing {
        paragraph(out, "Status", &standing_words(&verdict.standing));
    }
}

fn scope_words(scope: &Scope) -> String {
    let fields: Vec<String> = scope
        .fields()
        .into_iter()
        .map(|(name, words)| {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            format!("{name}: {}", words.join(", "))
        })
        .collect();
    format!("{}. Nothing about anything else.", fields.join("; "))
}

fn standing_words(standing: &Standing) -> String {
    match standing {
        Standing::Registered { entry, hash, revised } => {
            let revised = if *revised { "; an earlier entry said otherwise" } else { "" };
            format!(
                "registered as entry {entry} of the ledger, {hash}, before these records{revised}. \
                 The ledger proves order, not date: compare the hash with the one published."
            )
        }
        Standing::Exploratory { because } => format!("exploratory: {because}"),
    }
}

/// A label and text beside it, wrapped.
fn paragraph(out: &mut String, label: &str, text: &str) {
    let mut wrapped = String::new();
    wrap(&mut wrapped, INDENT, text);
    let body = wrapped.get(INDENT..).unwrap_or("\n");
    let _ = write!(out, "{label:<INDENT$}{body}");
}

/// Text wrapped to the width behind an indent. A word longer than the line stands alone.
fn wrap(out: &mut String, indent: usize, text: &str) {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && indent + line.chars().count() + 1 + word.chars().count() > WIDTH {
            let _ = writeln!(out, "{:indent$}{line}", "");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    let _ = writeln!(out, "{:indent$}{line}", "");
}

/// All claims, or one in full, with what bears on them.
pub fn claims_list(claims: &[Claim], one: Option<u32>) -> String {
    let mut out = String::new();
    for claim in claims.iter().filter(|claim| one.is_none_or(|id| id == claim.id)) {
        let mut studies: Vec<&str> = claim.rules.iter().map(|rule| rule.study.as_str()).collect();
        studies.dedup();
        let tested = match studies.is_empty() {
            true => "untested: no study bears on it".to_string(),
            false => format!("tested by {}", studies.join(", ")),
        };
        let _ = writeln!(out, "{:>3}  {}", claim.id, claim.name);
        wrap(&mut out, 5, &format!("\"{}\" ({})", claim.quote, claim.source));
        wrap(&mut out, 5, &tested);
        if one.is_some() {
            wrap(&mut out, 5, &claim.statement);
            for rule in &claim.rules {
                let _ = writeln!(out, "     rule {} (study {})", rule.name, rule.study);
                wrap(&mut out, 7, &rule.proposition);
                if let Some(why) = &rule.calibration {
                    wrap(&mut out, 7, &format!("calibration, moves no claim: {why}"));
                }
            }
        }
    }
    out
}
