//! Words that every report shares.

use mesascope_record::Scope;

use crate::verdict::{Standing, Verdict};

pub(crate) fn scope_words(scope: &Scope) -> String {
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

/// The scope as a sentence of a few words, for the first screen.
pub(crate) fn scope_sentence(scope: &Scope) -> String {
    let words = |set: &std::collections::BTreeSet<String>| {
        let words: Vec<&str> = set.iter().map(String::as_str).collect();
        match words.len() {
            0 => "nothing".to_string(),
            1..=3 => words.join("; "),
            all => format!("{} and {} more", words[..2].join("; "), all - 2),
        }
    };
    let scaffold = match scope.scaffold.iter().all(|word| word == "none") {
        true => String::new(),
        false => format!("; scaffold: {}", words(&scope.scaffold)),
    };
    format!(
        "This is about {} ({}), {}, on {}{scaffold}. It says nothing about anything else.",
        words(&scope.architecture),
        words(&scope.compute),
        words(&scope.objective),
        words(&scope.data)
    )
}

pub(crate) fn standing_words(standing: &Standing) -> String {
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

/// The command that made a run, as it would be typed.
pub(crate) fn command(verdict: &Verdict) -> String {
    let mut words = vec!["mesascope run".to_string(), for_shell(&verdict.study)];
    words.push(format!("--preset {}", verdict.preset));
    words.extend(verdict.edits.iter().map(|edit| format!("--set {}", for_shell(edit))));
    words.join(" ")
}

/// A word as a shell reads it: in single quotes unless it is plain.
fn for_shell(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./=,:+".contains(letter);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_string(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

/// No "-0.0".
pub(crate) fn zeroed(bits: f64) -> f64 {
    if bits.abs() < 0.05 { 0.0 } else { bits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_is_quoted_so_that_a_shell_hands_it_on_whole() {
        assert_eq!(for_shell("seeds.quick=20"), "seeds.quick=20");
        assert_eq!(for_shell("a b;rm"), "'a b;rm'");
        assert_eq!(for_shell("it's"), r"'it'\''s'");
    }
}
