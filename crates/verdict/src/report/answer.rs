//! The answer in a sentence, and what would change it: both follow from the verdicts by rule, so
//! that nobody can type them in.

use std::collections::BTreeSet;

use mesascope_record::Namespace;

use super::figures::number;
use crate::verdict::{Conclusion, Findings, RuleVerdict, Standing, Verdict};

/// The answer in a sentence.
pub(crate) fn answer(verdict: &Verdict, findings: &Findings) -> String {
    let (known, headline): (Vec<&RuleVerdict>, Vec<&RuleVerdict>) =
        findings.verdicts.iter().partition(|one| one.calibration.is_some());
    let ran = |list: &[&RuleVerdict]| -> Vec<RuleVerdict> {
        let ran = list.iter().filter(|one| one.conclusion != Conclusion::NotRun);
        ran.map(|one| (*one).clone()).collect()
    };
    let (known, concluded) = (ran(&known), ran(&headline));
    match &concluded[..] {
        [] => nothing_concluded(verdict, !headline.is_empty(), &known),
        [one] => {
            let bound = one.detectable.map_or(String::new(), |effect| {
                format!("; a departure of {} from the band would have been seen", number(effect))
            });
            let conclusion = word(one);
            format!("{conclusion}: {} ({}{bound}).", without_stop(&one.proposition), one.found)
        }
        all => {
            let count = |which| all.iter().filter(|one| one.conclusion == which).count();
            let claims: BTreeSet<u32> = all.iter().map(|one| one.claim).collect();
            match claims.len() {
                1 => format!(
                    "Of {} rules stated beforehand, {} came out for the claim, {} against it, and \
                     {} cannot tell.",
                    all.len(),
                    count(Conclusion::Supported),
                    count(Conclusion::Refuted),
                    count(Conclusion::Inconclusive)
                ),
                _ => {
                    let each = claims.into_iter().map(|claim| by_claim(claim, all));
                    let each: Vec<String> = each.collect();
                    format!("By {} rules stated beforehand, {}.", all.len(), each.join("; "))
                }
            }
        }
    }
}

/// What the rules of one claim say together.
fn by_claim(claim: u32, all: &[RuleVerdict]) -> String {
    let count =
        |which| all.iter().filter(|one| one.claim == claim && one.conclusion == which).count();
    let told = [
        (count(Conclusion::Supported), "for it"),
        (count(Conclusion::Refuted), "against it"),
        (count(Conclusion::Inconclusive), "undecided"),
    ];
    let told = told.iter().filter(|(rules, _)| *rules > 0);
    let told: Vec<String> = told.map(|(rules, way)| format!("{rules} {way}")).collect();
    format!("claim {claim}: {}", told.join(", "))
}

fn nothing_concluded(verdict: &Verdict, has_headline: bool, known: &[RuleVerdict]) -> String {
    let as_known = known.iter().filter(|one| one.conclusion == Conclusion::Supported).count();
    let known_words = match known.len() {
        0 => String::new(),
        1 if as_known == 1 => "; the rule that calibrates holds".to_string(),
        1 => "; the rule that calibrates does not hold, or cannot tell".to_string(),
        all => format!("; of {all} rules that calibrate, {as_known} hold"),
    };
    if has_headline {
        let preset = verdict.preset;
        return format!(
            "No headline arm was run in the {preset} preset, so nothing is concluded{known_words}."
        );
    }
    if !known.is_empty() {
        let all = known.len();
        return format!(
            "This study calibrates: of {all} rules whose answers were known, {as_known} hold."
        );
    }
    match verdict.controls.len() {
        0 => "No rule was stated for this study, so nothing is concluded.".to_string(),
        all if verdict.moves_no_claim => {
            let which = if all == 1 {
                "The only control holds".to_string()
            } else {
                format!("All {all} controls hold")
            };
            format!(
                "{which}: what was known beforehand came out as known. No claim is tested here."
            )
        }
        all => {
            let controls = if all == 1 { "control holds" } else { "controls hold" };
            let all = if all == 1 { "The only".to_string() } else { format!("All {all}") };
            format!("{all} {controls}; no rule of a claim was tested, so nothing is concluded.")
        }
    }
}

/// A conclusion in a word; a calibration never supports or refutes.
pub(crate) fn word(verdict: &RuleVerdict) -> &'static str {
    match (verdict.conclusion, &verdict.calibration) {
        (Conclusion::NotRun, _) => "Not run",
        (Conclusion::Supported, None) => "Supported",
        (Conclusion::Refuted, None) => "Refuted",
        (Conclusion::Inconclusive, None) => "Undecided",
        (Conclusion::Supported, Some(_)) => "Holds (calibration)",
        (Conclusion::Refuted, Some(_)) => "Does not hold (calibration)",
        (Conclusion::Inconclusive, Some(_)) => "Undecided (calibration)",
    }
}

/// What would change the answer, one sentence each.
pub(crate) fn what_would_change(verdict: &Verdict, findings: &Findings) -> Vec<String> {
    let mut out = Vec::new();
    let study = &verdict.study;
    let headline = findings.verdicts.iter().filter(|one| one.calibration.is_none());
    for one in headline {
        let rule = format!("Claim {}, rule {}", one.claim, one.rule);
        out.push(match (one.conclusion, one.detectable) {
            (Conclusion::NotRun, _) => format!(
                "{rule}, has not been tested here: {}. A run of the standard preset tests it.",
                one.found
            ),
            (Conclusion::Inconclusive, Some(effect)) => format!(
                "{rule}, is undecided: more seeds narrow the intervals, and with these a \
                 departure smaller than {} would have been missed.",
                number(effect)
            ),
            (Conclusion::Inconclusive, None) => {
                format!("{rule}, is undecided: {}.", without_stop(&one.found))
            }
            (Conclusion::Supported | Conclusion::Refuted, _) => format!(
                "{rule}, would come out otherwise if intervals fell on the other side of \
                 the band. The rule: {}.",
                one.by
            ),
        });
    }
    if let Standing::Exploratory { .. } = &verdict.standing {
        out.push(match verdict.preset {
            Namespace::Standard => format!(
                "This run counts as exploratory. A registered one (`mesascope register {study}`, \
                 then the standard preset) could confirm or contradict it."
            ),
            _ => format!(
                "This is a quick look with few seeds of its own. `mesascope register {study}` and \
                 `mesascope run {study} --preset standard` could confirm or contradict it."
            ),
        });
    }
    if !findings.preliminary.is_empty() {
        out.push(format!(
            "No second implementation, written blind from the definition, has checked the \
             preliminary instruments ({}); one that reads otherwise would put the numbers in doubt.",
            findings.preliminary.join(", ")
        ));
    }
    if verdict.unfitted > 0 {
        out.push(format!(
            "{} of {} agents did not meet the stopping rule; they are counted as they are.",
            verdict.unfitted, verdict.agents
        ));
    }
    out.push(
        "Anything outside the scope above: other architectures, data or training are not what was \
         looked at."
            .to_string(),
    );
    out
}

fn without_stop(sentence: &str) -> &str {
    sentence.trim_end().trim_end_matches('.')
}
