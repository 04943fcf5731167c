//! The report as one page that asks nothing of any network: the first screen, and the frame of what
//! follows it.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use mesascope_record::{ControlKind, Replays};

use super::answer::{answer, what_would_change, word};
use super::figures::{Layout, PALETTE, Place, STYLE, Sheet, agreement, svg};
use super::words::{command, scope_sentence, scope_words};
use super::{html_analyses, html_cells, html_rules, html_scores, replays};
use crate::drawn::{Drawn, FigureData};
use crate::verdict::{Conclusion, Findings, Standing, Verdict};

const PAGE: &str = include_str!("page.css");
/// Nothing may be fetched: styles stand in the page, and so do all drawings.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
/// Rows of a figure's numbers that the page shows; its file has them all.
const NUMBERS: usize = 200;

/// The page.
pub(crate) fn page(verdict: &Verdict, played: Option<&Replays>) -> String {
    let body = match &verdict.findings {
        Some(findings) => whole(verdict, findings, played),
        None => control_failed(verdict),
    };
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="generator" content="mesascope";
                title { (verdict.question) " \u{b7} " (verdict.study) }
                style { (PreEscaped(PALETTE)) (PreEscaped(STYLE)) (PreEscaped(PAGE)) }
            }
            body {
                a.skip href="#main" { "Skip to the findings" }
                main #main { (body) (made(verdict)) }
            }
        }
    };
    markup.into_string()
}

fn eyebrow(verdict: &Verdict) -> Markup {
    html! {
        p.eyebrow { span.study { (verdict.study) } " \u{b7} " (verdict.preset) " preset" }
    }
}

/// What is shown where a control failed: the controls and why, and no result.
fn control_failed(verdict: &Verdict) -> Markup {
    html! {
        header {
            (eyebrow(verdict))
            h1 { "Inconclusive: a control failed" }
            p.answer {
                "The question was: \u{201c}" (verdict.question) "\u{201d} A control that fails means \
                 that the instruments or the training are not what they should be, so no result is \
                 shown."
            }
            p.scope { (scope_sentence(&verdict.scope)) }
            (status(verdict))
        }
        (html_rules::controls(verdict))
    }
}

fn whole(verdict: &Verdict, findings: &Findings, played: Option<&Replays>) -> Markup {
    // A preset may leave out what the first figure shows: then the first that can be drawn leads.
    let nothing = |figure: &&FigureData| matches!(figure.drawn, Drawn::Nothing { .. });
    let (drawn, blank): (Vec<_>, Vec<_>) = findings.figures.iter().partition(|one| !nothing(one));
    let mut figures = drawn.into_iter().chain(blank);
    html! {
        header {
            (eyebrow(verdict))
            h1 { (verdict.question) }
            p.answer { (answer(verdict, findings)) }
            p.scope { (scope_sentence(&verdict.scope)) }
            div.state { (lights(verdict)) (status(verdict)) }
        }
        @if let Some(first) = figures.next() { (figure(first)) }
        @if let Some(played) = played { (replays::replays(played)) }
        (verdicts(verdict, findings))
        section aria-labelledby="change" {
            h2 #change { "What would change this" }
            ul.plain { @for sentence in what_would_change(verdict, findings) { li { (coded(&sentence)) } } }
        }
        (data(verdict, findings))
        @if findings.figures.len() > 1 {
            section aria-labelledby="more-figures" {
                h2 #more-figures { "More figures" }
                @for one in figures { (figure(one)) }
            }
        }
        (html_cells::cells(findings))
        (html_scores::scores(findings))
        (html_analyses::analyses(findings))
        (html_rules::controls(verdict))
        (html_rules::rules(verdict, findings))
        (html_rules::instruments(findings))
    }
}

/// One light a control: a sign and a word, never a colour alone.
fn lights(verdict: &Verdict) -> Markup {
    let held = verdict.controls.iter().filter(|control| control.holds).count();
    let all = verdict.controls.len();
    html! {
        div.lights {
            @if all == 0 {
                p { strong { "No controls. " } "Nothing shows that an effect would be seen." }
            } @else {
                p { a href="#controls" { (held) " of " (all) " controls hold" } }
                ul {
                    @for control in &verdict.controls {
                        li.good[control.holds].bad[!control.holds] title=(control.name) {
                            span aria-hidden="true" {
                                (if control.holds { "\u{2713}" } else { "\u{2715}" })
                            }
                            span.hidden {
                                (if control.holds { "holds: " } else { "fails: " }) (control.name)
                                (match control.kind {
                                    ControlKind::Positive => " (positive)",
                                    ControlKind::Negative => " (negative)",
                                })
                            }
                        }
                    }
                }
            }
        }
    }
}

fn status(verdict: &Verdict) -> Markup {
    let (badge, why) = match &verdict.standing {
        Standing::Registered { revised, .. } => {
            let why = "The study, its rules and its forecasts were laid down before these records.";
            let revised = if *revised { " An earlier version said otherwise." } else { "" };
            ("Registered", format!("{why}{revised}"))
        }
        Standing::Exploratory { because } => ("Exploratory", format!("Why: {because}.")),
    };
    let class = if badge == "Registered" { "badge good" } else { "badge open" };
    html! {
        div.status {
            p { span class=(class) { (badge) } " " (why) }
            @if verdict.moves_no_claim { p { "It calibrates what measures, and moves no claim." } }
            @if !verdict.withdrawn.is_empty() {
                p { strong { "Withdrawn: " } (verdict.withdrawn.join(", "))
                    ". Registered before these records, and now gone." }
            }
            @if let Some(first) = &verdict.first_failure {
                p { strong { (verdict.failed) " trials failed. " } "The first: " (first) }
            }
        }
    }
}

/// A figure at two widths, of which the page shows the one that fits, with its numbers.
fn figure(figure: &FigureData) -> Markup {
    let heading = format!("heading-{}", figure.name);
    let sheet = Sheet::of(figure);
    html! {
        figure aria-labelledby=(heading) {
            h3 id=(heading) { (figure.title) }
            @match &figure.drawn {
                Drawn::Nothing { because } => p.soft { "Not drawn: " (because) "." },
                drawn => {
                    @for (class, layout) in [("wide", Layout::Wide), ("narrow", Layout::Narrow)] {
                        @if let Some(svg) = svg(figure, layout, Place::Page) {
                            div class=(class) { (PreEscaped(svg)) }
                        }
                    }
                    figcaption {
                        @if let Some(caption) = &figure.caption { (caption) " " }
                        @if let Drawn::Scatter(paired) = drawn {
                            (agreement(paired)) " "
                            @if paired.left_out > 0 {
                                (paired.left_out) " of " (paired.outcomes)
                                " outcomes, those with fewest hits, are not drawn. "
                            }
                        }
                        span.soft {
                            "Quantity: " (figure.quantity)
                            @if let Some(class) = &figure.class { ", share of " (class) }
                            "."
                        }
                    }
                    details {
                        summary { "The numbers" }
                        p {
                            a href=(data_uri(&sheet)) download={ (figure.name) ".csv" } {
                                "Download as CSV"
                            }
                            " \u{b7} files: " code { "figures/" (figure.name) ".svg" } ", "
                            code { "figures/" (figure.name) ".csv" }
                        }
                        (numbers(figure, &sheet))
                    }
                }
            }
        }
    }
}

fn numbers(figure: &FigureData, sheet: &Sheet) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label={ "Numbers of " (figure.title) } {
            table {
                thead { tr { @for word in &sheet.head { th scope="col" { (word) } } } }
                tbody {
                    @for row in sheet.rows.iter().take(NUMBERS) {
                        tr {
                            @for (at, word) in row.iter().enumerate() {
                                @if at == 0 { th scope="row" { (word) } } @else { td { (word) } }
                            }
                        }
                    }
                }
            }
        }
        @if sheet.rows.len() > NUMBERS {
            p.soft { (sheet.rows.len() - NUMBERS) " more rows are in the file." }
        }
    }
}

/// A table as an address that holds it.
fn data_uri(sheet: &Sheet) -> String {
    let mut out = String::from("data:text/csv;charset=utf-8,");
    for byte in sheet.csv().bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

/// A sentence with commands between backquotes.
fn coded(sentence: &str) -> Markup {
    html! {
        @for (at, part) in sentence.split('`').enumerate() {
            @if at % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

fn verdicts(verdict: &Verdict, findings: &Findings) -> Markup {
    html! {
        section aria-labelledby="verdicts" {
            h2 #verdicts { "Verdicts" }
            @if findings.verdicts.is_empty() {
                p { "No rule of a claim applies: "
                    @if verdict.moves_no_claim { "the study calibrates." }
                    @else { "none was stated." } }
            }
            ul.verdicts {
                @for one in &findings.verdicts {
                    @let class = match (one.conclusion, &one.calibration) {
                        (Conclusion::Supported, _) => "badge good",
                        (Conclusion::Refuted, _) => "badge bad",
                        (Conclusion::Inconclusive, None) => "badge open",
                        (Conclusion::Inconclusive, Some(_)) => "badge bad",
                        (Conclusion::NotRun, _) => "badge",
                    };
                    li {
                        p {
                            span class=(class) { (word(one)) } " "
                            (one.proposition) " " span.soft { (one.found) "." }
                        }
                        p.small {
                            "Claim " (one.claim) ", \u{201c}" (one.quote) "\u{201d}; rule " (one.rule)
                            @if let Some(why) = &one.calibration {
                                ". Calibration, moves no claim: " (why)
                            }
                        }
                    }
                }
            }
        }
    }
}

fn data(verdict: &Verdict, findings: &Findings) -> Markup {
    let preset = verdict.preset.to_string();
    html! {
        section aria-labelledby="data" {
            h2 #data { "Data" }
            ul.plain {
                @for figure in &findings.figures {
                    @if !matches!(figure.drawn, Drawn::Nothing { .. }) {
                        li {
                            a href=(data_uri(&Sheet::of(figure))) download={ (figure.name) ".csv" } {
                                (figure.name) ".csv"
                            }
                            ": the numbers of the figure \u{201c}" (figure.title) "\u{201d}"
                        }
                    }
                }
                li { a href="verdict.json" { "verdict.json" } ": everything on this page" }
                li {
                    a href="records/" { "records/" } ": one line a measurement; as one table: "
                    code { "mesascope export " (verdict.study) " --preset " (preset)
                        " --format csv --to records.csv" }
                }
            }
        }
    }
}

fn made(verdict: &Verdict) -> Markup {
    html! {
        footer aria-labelledby="made" {
            h2 #made { "How this was made" }
            pre tabindex="0" { code { (command(verdict)) } }
            p { "Exact scope: " (scope_words(&verdict.scope)) }
            p { (verdict.trials) " trials, the controls\u{2019} among them." }
            dl {
                dt { "Study as registered" } dd { code { (verdict.study_hash) } }
                dt { "Plan" } dd { code { (verdict.plan) } }
                dt { "Ledger" }
                dd { code { (verdict.ledger.as_deref().unwrap_or("nothing was registered")) } }
                @if let Standing::Registered { entry, hash, .. } = &verdict.standing {
                    dt { "Registered as" }
                    dd { "entry " (entry) ", " code { (hash) }
                        ". The ledger proves order, not date: compare the hash with the one \
                         published." }
                }
                dt { "mesascope" } dd { (env!("CARGO_PKG_VERSION")) }
            }
        }
    }
}
