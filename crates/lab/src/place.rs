//! Mistakes in a study file: what, where, and what would be right.

use std::ops::Range;

/// A mistake in a file that a person wrote.
#[derive(Clone, Debug, PartialEq)]
pub struct Mistake {
    /// The file, as the person named it.
    pub file: String,
    /// Line and column, from 1, where they are known.
    pub at: Option<(usize, usize)>,
    /// What is wrong and what would be right.
    pub what: String,
}

impl std::error::Error for Mistake {}

impl std::fmt::Display for Mistake {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self.at {
            Some((line, column)) => write!(out, "{}:{line}:{column}: {}", self.file, self.what),
            None => write!(out, "{}: {}", self.file, self.what),
        }
    }
}

/// A file's name and text, to turn byte ranges into places.
#[derive(Clone, Debug)]
pub(crate) struct Source<'a> {
    pub(crate) file: &'a str,
    pub(crate) text: &'a str,
}

impl Source<'_> {
    pub(crate) fn mistake(&self, span: Option<Range<usize>>, what: impl Into<String>) -> Mistake {
        let at = span.map(|span| {
            let before = &self.text.as_bytes()[..span.start.min(self.text.len())];
            let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
            let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
            let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
            (line, column)
        });
        Mistake { file: self.file.to_string(), at, what: what.into() }
    }

    /// An error of the TOML reader, with the nearest valid name where it lists the valid ones.
    pub(crate) fn from_toml(&self, error: &toml::de::Error) -> Mistake {
        self.mistake(error.span(), with_nearest(error.message()))
    }
}

/// Adds "did you mean" to serde's "unknown field `x`, expected one of `a`, `b`".
pub(crate) fn with_nearest(message: &str) -> String {
    let message = message.trim_end();
    let names: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match names[..] {
        [found, ref valid @ ..]
            if message.starts_with("unknown field") || message.starts_with("unknown variant") =>
        {
            let what = if message.starts_with("unknown field") { "key" } else { "name" };
            let list = valid.join(", ");
            match nearest(found, valid.iter().copied()) {
                Some(near) => {
                    format!("unknown {what} {found:?}; did you mean {near:?}? (valid: {list})")
                }
                None if valid.is_empty() => {
                    format!("unknown {what} {found:?}; none is allowed here")
                }
                None => format!("unknown {what} {found:?}; valid: {list}"),
            }
        }
        _ => message.to_string(),
    }
}

/// The valid name that a mistyped one most likely meant.
pub(crate) fn nearest<'a>(found: &str, valid: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    valid
        .map(|name| (strsim::jaro_winkler(found, name), name))
        // 0.75 lets one or two slips of a short word through and few unrelated words.
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, name)| name)
}

/// " ; did you mean ...?" or the list of valid names.
pub(crate) fn suggestion<'a>(found: &str, valid: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(found, valid.clone()) {
        Some(near) => format!("did you mean {near:?}?"),
        None => format!("valid: {}", valid.collect::<Vec<_>>().join(", ")),
    }
}
