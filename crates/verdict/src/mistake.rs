//! Mistakes in claims, forecasts and ledgers: what, where, and what would be right.

use std::ops::Range;

use serde::de::DeserializeOwned;

use crate::papers::Paper;

/// A mistake in a file that a person wrote or changed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{file}{place}: {what}", place = place(.at))]
pub struct Mistake {
    /// The file.
    pub file: String,
    /// Line and column, from 1, where they are known.
    pub at: Option<(usize, usize)>,
    /// What is wrong and what would be right.
    pub what: String,
}

fn place(at: &Option<(usize, usize)>) -> String {
    at.map_or(String::new(), |(line, column)| format!(":{line}:{column}"))
}

impl Mistake {
    pub(crate) fn new(
        paper: &Paper,
        span: Option<Range<usize>>,
        what: impl Into<String>,
    ) -> Mistake {
        let at = span.map(|span| {
            let before = &paper.text.as_bytes()[..span.start.min(paper.text.len())];
            let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
            let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
            (line, String::from_utf8_lossy(&before[start..]).chars().count() + 1)
        });
        Mistake { file: paper.file.clone(), at, what: what.into() }
    }
}

/// Reads a TOML file; unknown keys are mistakes with the nearest valid name.
pub(crate) fn read<T: DeserializeOwned>(paper: &Paper) -> Result<T, Mistake> {
    toml::from_str(&paper.text).map_err(|error| {
        let message = error.message().trim_end();
        let names: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
        let near = match names[..] {
            [found, ref valid @ ..] if message.starts_with("unknown") => {
                nearest(found, valid.iter().copied())
                    .map_or(String::new(), |near| format!("; did you mean {near:?}?"))
            }
            _ => String::new(),
        };
        Mistake::new(paper, error.span(), format!("{message}{near}"))
    })
}

pub(crate) fn nearest<'a>(found: &str, valid: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    valid
        .map(|name| (strsim::jaro_winkler(found, name), name))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, name)| name)
}
