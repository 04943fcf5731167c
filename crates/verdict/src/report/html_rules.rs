//! Controls, rules and instruments in full.

use maud::{Markup, html};
use mesascope_record::ControlKind;

use super::answer::word;
use super::figures::number;
use super::words::{scope_words, standing_words};
use crate::verdict::{Findings, Verdict};

pub(crate) fn controls(verdict: &Verdict) -> Markup {
    html! {
        section aria-labelledby="controls" {
            h2 #controls { "Controls" }
            @if verdict.controls.is_empty() {
                p { "None: nothing shows that an effect would be seen, or none made up." }
            } @else {
                p.soft { "Positive controls show that an effect would be seen, negative ones that \
                    none is made up." }
                div.scroll tabindex="0" role="region" aria-label="Controls" {
                    table {
                        thead {
                            tr {
                                th scope="col" { "Control" } th scope="col" { "Sort" }
                                th scope="col" { "Outcome" } th scope="col" { "Found" }
                                th scope="col" { "Must be" }
                            }
                        }
                        tbody {
                            @for control in &verdict.controls {
                                tr {
                                    th scope="row" { (control.name) }
                                    td { (match control.kind {
                                        ControlKind::Positive => "positive",
                                        ControlKind::Negative => "negative",
                                    }) }
                                    td {
                                        @if control.holds {
                                            span.badge.good { "\u{2713} holds" }
                                        } @else {
                                            span.badge.bad { "\u{2715} fails" }
                                        }
                                    }
                                    td { (control.found) } td { (control.must) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

pub(crate) fn rules(verdict: &Verdict, findings: &Findings) -> Markup {
    html! {
        @if !findings.verdicts.is_empty() {
            section aria-labelledby="rules" {
                h2 #rules { "Rules, as stated beforehand" }
                @for one in &findings.verdicts {
                    details {
                        summary { h3 { (word(one)) ": " (one.rule) } }
                        dl {
                            dt { "Claim " (one.claim) } dd { "\u{201c}" (one.quote) "\u{201d}" }
                            dt { "Tested" } dd { (one.proposition) }
                            dt { "Rule" } dd { (one.by) }
                            dt { "Found" } dd { (one.found) }
                            @if let Some(effect) = one.detectable {
                                dt { "Bound" }
                                dd { "A departure of " (number(effect)) " from the band would have \
                                    been seen with power 0.8." }
                            }
                            @if let Some(why) = &one.calibration {
                                dt { "Moves" } dd { "No claim: calibration. " (why) }
                            }
                            dt { "Scope" } dd { (scope_words(&one.scope)) }
                            dt { "Status" } dd { (standing_words(&one.standing)) }
                        }
                    }
                }
            }
        }
        p.soft { (verdict.unfitted) " of " (verdict.agents)
            " agents of the study\u{2019}s own cells did not meet the stopping rule." }
    }
}

pub(crate) fn instruments(findings: &Findings) -> Markup {
    html! {
        @if !findings.preliminary.is_empty() {
            section aria-labelledby="instruments" {
                h2 #instruments { "Preliminary instruments" }
                p { "No blind second implementation has checked these yet: "
                    (findings.preliminary.join(", ")) "." }
            }
        }
    }
}
