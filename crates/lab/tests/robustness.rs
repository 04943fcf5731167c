//! Robustness: no text makes the study reader panic, and nothing mistyped is passed over.

use mesascope_lab::{Study, edit};
use mesascope_record::{Mistake, Namespace, Plan};
use proptest::prelude::*;

const COUNTING: &str = include_str!("../../../studies/counting.toml");

const WORDS: &[&str] = &[
    "each",
    "set",
    "seeds",
    "\"x0\"",
    "-1",
    "0",
    "1e999",
    "nan",
    "inf",
    "{}",
    "[]",
    "[[",
    "]]",
    "=",
    ".",
    ",",
    "\"",
    "\"\"\"",
    "{ each = [] }",
    "{ each = [1, 2] }",
    "99999999999999999999",
    "true",
    "1979-05-27",
    "[world]",
    "[learner.table]",
    "\n",
    "\u{fffd}",
    "\u{0}",
    "#",
    "control",
    "each = 3",
];

fn few(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn parse(text: &str) -> Result<Study, Mistake> {
    Study::parse("study.toml", text, &[])
}

fn plans(study: &Study) -> [Plan; 2] {
    [Namespace::Quick, Namespace::Standard].map(|preset| study.plan(preset))
}

/// Reads a text; where it is a study, its plans are whole and the same when it is read again, and
/// where it is none, the mistake's place lies in the text.
fn demand_sense(text: &str) -> Result<(), TestCaseError> {
    match parse(text) {
        Ok(study) => {
            let plans = plans(&study);
            for plan in &plans {
                for control in &plan.controls {
                    prop_assert!(!control.cells.is_empty());
                    prop_assert!(control.cells.iter().all(|cell| plan.cell(cell).is_some()));
                }
                prop_assert!(plan.quantity("fitted").is_some());
            }
            prop_assert_eq!(&self::plans(&parse(text).unwrap()), &plans);
        }
        Err(mistake) => {
            prop_assert!(!mistake.what.is_empty());
            if let Some((line, column)) = mistake.at {
                let lines = text.split('\n').count();
                prop_assert!((1..=lines).contains(&line), "line {} of {}", line, lines);
                prop_assert!(column >= 1);
            }
        }
    }
    Ok(())
}

/// The places of all keys of the study, bare and quoted, and whether each stands in a `[header]`.
fn keys() -> Vec<(std::ops::Range<usize>, bool)> {
    let of_word = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    let mut keys = Vec::new();
    let mut start = 0;
    for line in COUNTING.split_inclusive('\n') {
        let code = line.split('#').next().unwrap_or_default();
        let header = code.starts_with('[');
        let mut at = 0;
        while let Some(first) = code[at..].chars().next() {
            let (word, end) = match first {
                '"' => {
                    let length = code[at + 1..].find('"').unwrap_or(code.len() - at - 1);
                    (at + 1..at + 1 + length, at + length + 2)
                }
                letter if of_word(letter) => {
                    let length =
                        code[at..].find(|letter| !of_word(letter)).unwrap_or(code.len() - at);
                    (at..at + length, at + length)
                }
                letter => (at..at, at + letter.len_utf8()),
            };
            let rest = code.get(end..).unwrap_or_default().trim_start();
            if !word.is_empty() && (header || rest.starts_with('=')) {
                keys.push((start + word.start..start + word.end, header));
            }
            at = end.min(code.len());
        }
        start += line.len();
    }
    keys
}

#[test]
fn a_key_renamed_by_one_character_anywhere_is_an_error() {
    let known = plans(&parse(COUNTING).unwrap());
    let keys = keys();
    assert!(keys.len() > 100, "only {} keys were found", keys.len());
    let mut renamed = 0;
    for (key, header) in keys {
        let word = &COUNTING[key.clone()];
        for at in 0..=word.len() {
            let mut text = COUNTING.to_string();
            text.insert(key.start + at, 'q');
            let Ok(study) = parse(&text) else { continue };
            // An arm, control or question may be called anything, and then is called so.
            assert!(header, "{word:?} with a q at {at} is passed over");
            assert_ne!(plans(&study), known, "{word:?} with a q at {at} changes nothing");
            renamed += 1;
        }
    }
    assert!(renamed > 0, "no control or question could be renamed");
}

#[test]
fn an_edit_that_is_accepted_shows_in_the_plan() {
    let study = |edits: &[&str]| {
        let edits: Vec<String> = edits.iter().map(|edit| edit.to_string()).collect();
        let text = edit("study.toml", COUNTING, &edits).unwrap();
        Study::parse("study.toml", &text, &edits).unwrap()
    };
    let known = plans(&study(&[]));
    for edits in [
        &["seeds.quick=3"][..],
        &["world.boolean.shown=8"],
        &["learner.supervised.stop={ loss = 0.1 }"],
    ] {
        let [quick, standard] = plans(&study(edits));
        assert_eq!(quick.edits, edits);
        assert_ne!(quick.cells, known[0].cells, "{edits:?}");
        if !edits[0].starts_with("seeds") {
            assert_ne!(standard.study_hash, known[1].study_hash, "{edits:?}");
        }
    }
}

proptest! {
    #![proptest_config(few(100))]

    #[test]
    fn arbitrary_text_is_no_study_and_never_a_panic(text in any::<String>()) {
        demand_sense(&text)?;
        prop_assert!(parse(&text).is_err());
    }

    #[test]
    fn a_study_with_characters_taken_out_and_put_in_is_read_or_refused(
        changes in proptest::collection::vec(
            (any::<prop::sample::Index>(), 0usize..6, "[ -~\n\u{e9}]{0,3}"), 1..4),
    ) {
        let mut letters: Vec<char> = COUNTING.chars().collect();
        for (at, removed, put) in changes {
            let at = at.index(letters.len());
            let end = (at + removed).min(letters.len());
            letters.splice(at..end, put.chars());
        }
        demand_sense(&letters.into_iter().collect::<String>())?;
    }

    #[test]
    fn a_study_with_words_replaced_is_read_or_refused(
        changes in proptest::collection::vec(
            (any::<prop::sample::Index>(), prop::sample::select(WORDS)), 1..4),
    ) {
        let mut words: Vec<&str> = COUNTING.split_inclusive([' ', '\n', ',']).collect();
        for (at, word) in changes {
            let at = at.index(words.len());
            words[at] = word;
        }
        demand_sense(&words.concat())?;
    }

    #[test]
    fn a_study_with_lines_moved_or_lost_is_read_or_refused(
        one in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
        lost in any::<prop::sample::Index>(),
    ) {
        let mut lines: Vec<&str> = COUNTING.split_inclusive('\n').collect();
        let (one, other) = (one.index(lines.len()), other.index(lines.len()));
        lines.swap(one, other);
        lines.remove(lost.index(lines.len()));
        demand_sense(&lines.concat())?;
    }

    #[test]
    fn arbitrary_edits_are_made_or_refused_and_never_a_panic(
        path in "[a-z.\"=\\[ ]{0,30}",
        value in any::<String>(),
    ) {
        for edits in [vec![format!("{path}={value}")], vec![format!("world.boolean.target={value}")], vec![value]] {
            if let Ok(text) = edit("study.toml", COUNTING, &edits) {
                demand_sense(&text)?;
            }
        }
    }
}
