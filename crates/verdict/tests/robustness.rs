//! Robustness: no text makes the readers of claims, forecasts and ledgers panic, and no ledger
//! that was changed is believed.

use mesascope_record::Mistake;
use mesascope_verdict::{Claim, Forecast, Ledger, Paper, Papers};
use proptest::prelude::*;

const CLAIM: &str = include_str!("../../../claims/031.toml");
const FORECAST: &str = include_str!("../../../forecasts/counting/memorisation.toml");

fn few(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn paper(text: &str) -> Paper {
    Paper { file: "paper".to_string(), text: text.to_string() }
}

/// A ledger of three entries.
fn ledger() -> Ledger {
    let claim = Claim::read(&paper(CLAIM)).unwrap();
    let forecast = Forecast::read(&paper(FORECAST)).unwrap();
    let papers =
        Papers { claims: vec![claim], forecasts: vec![forecast], ledger: Ledger::default() };
    let mut ledger = Ledger::default();
    for version in ["first", "second", "third"] {
        ledger.register("counting", version, &papers).expect("the study has changed");
    }
    assert!(ledger.register("counting", "third", &papers).is_none(), "nothing has changed");
    ledger
}

/// What is read says the same when it is read again, and a mistake lies in the text.
fn demand_sense<T>(text: &str, read: fn(&Paper) -> Result<T, Mistake>) -> Result<(), TestCaseError>
where
    T: PartialEq + std::fmt::Debug,
{
    match read(&paper(text)) {
        Ok(value) => prop_assert_eq!(Ok(value), read(&paper(text))),
        Err(mistake) => {
            prop_assert!(mistake.file == "paper" && !mistake.what.is_empty());
            if let Some((line, _)) = mistake.at {
                prop_assert!((1..=text.split('\n').count()).contains(&line), "line {}", line);
            }
        }
    }
    Ok(())
}

fn with_changes(text: &str, changes: &[(prop::sample::Index, usize, String)]) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for (at, removed, put) in changes {
        let at = at.index(letters.len());
        let end = (at + removed).min(letters.len());
        letters.splice(at..end, put.chars());
    }
    letters.into_iter().collect()
}

#[test]
fn a_ledger_is_read_back_as_it_was_written() {
    let ledger = ledger();
    assert_eq!(ledger.entries.len(), 3);
    assert_eq!(Ledger::read(&paper(&ledger.to_text())), Ok(ledger));
    assert_eq!(Ledger::read(&paper("")), Ok(Ledger::default()));
}

#[test]
fn a_ledger_with_any_one_bit_changed_is_refused_or_says_the_same() {
    let ledger = ledger();
    let text = ledger.to_text();
    for at in 0..text.len() {
        for bit in 0..8 {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            if let Ok(read) = Ledger::read(&paper(&changed)) {
                assert_eq!(read, ledger, "byte {at}, bit {bit} is overlooked");
            }
        }
    }
}

#[test]
fn a_ledger_whose_entries_are_dropped_swapped_or_repeated_is_refused_at_its_line() {
    let text = ledger().to_text();
    let [one, two, three] = text.lines().collect::<Vec<_>>()[..] else { panic!("three entries") };
    for (lines, at) in [
        (vec![two, three], 1),
        (vec![one, three], 2),
        (vec![two, one, three], 1),
        (vec![one, one, two], 2),
        (vec![one, "", two], 2),
        (vec![one, two, &three[..three.len() - 1]], 3),
    ] {
        let mistake = Ledger::read(&paper(&lines.join("\n"))).unwrap_err();
        assert_eq!(mistake.at, Some((at, 1)), "{mistake}");
    }
}

/// Names of a study's, in filters.
const FACTORS: [&str; 8] =
    ["target", "arm", "length", "stop", "coding", "hidden", "shown", "initialisation"];

#[test]
fn a_key_of_a_claim_or_forecast_renamed_by_one_character_is_an_error() {
    fn renamed<T>(text: &str, read: fn(&Paper) -> Result<T, Mistake>) -> usize {
        let mut tried = 0;
        for (at, _) in text.match_indices('=') {
            let before = text[..at].trim_end();
            let word = before.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_').next();
            let Some(word) = word.filter(|word| !word.is_empty()) else { continue };
            let line = before.rsplit('\n').next().unwrap_or_default();
            // Factors and classes are the study's names, checked where the study is known; what
            // stands in a sentence is no key.
            let is_name = line.contains("cells =") && word != "cells" && !line.contains("is = {")
                || line.contains("dirichlet = {")
                    && !["dirichlet", "is", "cells", "quantity"].contains(&word)
                || FACTORS.contains(&word);
            if is_name || line.matches('"').count() % 2 == 1 {
                continue;
            }
            let mut changed = text.to_string();
            changed.insert(before.len(), 'q');
            assert!(read(&paper(&changed)).is_err(), "{word}q in {line:?} is passed over");
            tried += 1;
        }
        tried
    }
    let tried = [renamed(CLAIM, Claim::read), renamed(FORECAST, Forecast::read)];
    assert!(tried.iter().all(|&tried| tried > 20), "only {tried:?} keys were renamed");
}

proptest! {
    #![proptest_config(few(128))]

    #[test]
    fn arbitrary_text_is_read_or_refused_and_never_a_panic(text in any::<String>()) {
        demand_sense(&text, Claim::read)?;
        demand_sense(&text, Forecast::read)?;
        demand_sense(&text, Ledger::read)?;
    }

    #[test]
    fn changed_papers_are_read_or_refused_and_never_a_panic(
        changes in proptest::collection::vec(
            (any::<prop::sample::Index>(), 0usize..6, "[ -~\n\u{e9}]{0,3}"), 1..4),
    ) {
        demand_sense(&with_changes(CLAIM, &changes), Claim::read)?;
        demand_sense(&with_changes(FORECAST, &changes), Forecast::read)?;
    }

    #[test]
    fn numbers_out_of_range_are_refused(
        mean in prop::sample::select(vec!["nan", "inf", "-inf"]),
        sd in prop::sample::select(vec!["-0.1", "nan", "inf", "-1e300"]),
    ) {
        let known = "mean = 0.431, sd = 0.03";
        prop_assert!(FORECAST.contains(known));
        for changed in [format!("mean = {mean}, sd = 0.03"), format!("mean = 0.431, sd = {sd}")] {
            prop_assert!(Forecast::read(&paper(&FORECAST.replacen(known, &changed, 1))).is_err());
        }
    }

    #[test]
    fn a_changed_ledger_is_refused_or_says_the_same(
        changes in proptest::collection::vec(
            (any::<prop::sample::Index>(), 0usize..6, "[ -~\n\u{e9}]{0,3}"), 1..4),
    ) {
        let whole = ledger();
        let changed = with_changes(&whole.to_text(), &changes);
        if let Ok(read) = Ledger::read(&paper(&changed)) {
            // Whole entries lost from the end leave a shorter true chain: the published hash tells.
            prop_assert!(whole.entries.starts_with(&read.entries), "{}", changed);
        }
    }
}
