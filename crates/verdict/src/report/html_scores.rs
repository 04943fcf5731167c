//! Forecasts' scores, with both readings and the baselines.

use maud::{Markup, html};

use super::words::zeroed;
use crate::verdict::{Findings, PositionScore, QuestionScore, Standing};

pub(crate) fn scores(findings: &Findings) -> Markup {
    html! {
        section aria-labelledby="forecasts" {
            h2 #forecasts { "Rival forecasts" }
            @if findings.questions.is_empty() {
                p { "No question of this study was put to forecasters." }
            } @else {
                p.soft { "Bits won against knowing nothing: one bit is a factor of two in the \
                    probability given to what was seen. A position is scored as the equal mixture \
                    of its readings." }
                @for question in &findings.questions { (one(question)) }
                (totals(findings))
            }
        }
    }
}

fn one(question: &QuestionScore) -> Markup {
    let bits = |bits: f64| format!("{:+.1}", zeroed(bits));
    html! {
        h3 { (question.name) }
        p {
            (question.quantity) " in " (question.cells.len()) " cells."
            @if let Some(why) = &question.calibration {
                " " span.tag { "calibration" } " It moves no claim: " (why) "."
            }
        }
        div.scroll tabindex="0" role="region" aria-label={ "Scores: " (question.name) } {
            table {
                thead {
                    tr {
                        th scope="col" { "Position" }
                        th.number scope="col" { "Mixture" }
                        th.number scope="col" { "Behind the best" }
                        th.number scope="col" { "Generous" }
                        th.number scope="col" { "Literal" }
                        th.number scope="col" { "Cells permuted" }
                        th scope="col" { "Standing" }
                    }
                }
                tbody {
                    @for position in &question.positions {
                        tr {
                            th scope="row" {
                                (position.position)
                                @if position.forecast_cells < question.cells.len() {
                                    " " span.soft { "(speaks of " (position.forecast_cells) " of "
                                        (question.cells.len()) " cells)" }
                                }
                            }
                            td.number { (bits(position.bits)) }
                            td.number { (format!("{:.1}", zeroed(position.behind_best))) }
                            td.number { (reading(position, "generous")) }
                            td.number { (reading(position, "literal")) }
                            td.number {
                                @match position.permuted {
                                    Some(permuted) => (bits(permuted)),
                                    None => "same",
                                }
                            }
                            td { (standing(&position.standing)) }
                        }
                    }
                    tr.baseline {
                        th scope="row" { "one who knew (oracle)" }
                        td.number { (bits(question.oracle)) }
                        td colspan="5" {}
                    }
                    tr.baseline {
                        th scope="row" { "knowing nothing" }
                        td.number { "0.0" }
                        td colspan="5" {}
                    }
                }
            }
        }
        @if floored(question) {
            p.small { "* lost all that one cell can cost (6.6 bits) in at least one cell." }
        }
        @for (cell, because) in &question.unscored {
            p.small { "Not scored: " (cell) ": " (because) "." }
        }
    }
}

fn floored(question: &QuestionScore) -> bool {
    question.positions.iter().any(|one| one.floored_cells.values().any(|count| *count > 0))
}

fn reading(position: &PositionScore, name: &str) -> String {
    let mark = match position.floored_cells.get(name).is_some_and(|floored| *floored > 0) {
        true => "*",
        false => "",
    };
    let bits = position.readings.get(name);
    bits.map_or("\u{2013}".to_string(), |bits| format!("{:+.1}{mark}", zeroed(*bits)))
}

fn standing(standing: &Standing) -> Markup {
    html! {
        @match standing {
            Standing::Registered { revised: false, .. } => "registered",
            Standing::Registered { revised: true, .. } => "registered, revised once or more",
            Standing::Exploratory { because } => { "exploratory: " (because) }
        }
    }
}

fn totals(findings: &Findings) -> Markup {
    let headlines = findings.questions.iter().filter(|question| question.calibration.is_none());
    let several = headlines.count() >= 2;
    html! {
        @if several {
            @match &findings.totals {
                None => p { "Bits are not added up: two questions look at the same agents, and \
                    nothing is counted twice." },
                Some(totals) => {
                    h3 { "Over all questions that are no calibration" }
                    @let mut sorted: Vec<(&String, &f64)> = totals.iter().collect();
                    @let () = sorted.sort_by(|one, other| other.1.total_cmp(one.1));
                    ul.plain {
                        @for (name, bits) in sorted {
                            li { (name) ": " (format!("{:+.1}", zeroed(*bits))) " bits" }
                        }
                    }
                }
            }
        }
    }
}
