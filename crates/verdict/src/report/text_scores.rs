//! Scores and rules as text.

use std::fmt::Write;

use super::lines::{Style, paragraph, short, wrap};
use super::words::{scope_words, standing_words, zeroed};
use crate::verdict::{Conclusion, Findings, QuestionScore, RuleVerdict, Standing};

pub(super) fn scores(out: &mut String, question: &QuestionScore, style: Style) {
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

pub(super) fn totals(out: &mut String, findings: &Findings) {
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

pub(super) fn rule_verdict(out: &mut String, verdict: &RuleVerdict, style: Style) {
    let conclusion = match verdict.conclusion {
        Conclusion::Supported => style.paint("1;32", "SUPPORTED"),
        Conclusion::Refuted => style.paint("1;31", "REFUTED"),
        Conclusion::Inconclusive => style.paint("1;33", "INCONCLUSIVE"),
        Conclusion::NotRun => style.paint("1", "NOT RUN"),
    };
    let heading = match (&verdict.calibration, verdict.conclusion) {
        (_, Conclusion::NotRun) | (None, _) => conclusion,
        (Some(_), Conclusion::Supported) => "CALIBRATION: it holds".to_string(),
        (Some(_), Conclusion::Refuted) => "CALIBRATION: it does not hold".to_string(),
        (Some(_), Conclusion::Inconclusive) => "CALIBRATION: undecided".to_string(),
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
