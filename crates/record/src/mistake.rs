//! Mistakes in files that people write: what, where, and what would be right.

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
pub struct Source<'a> {
    /// What mistakes call the file.
    pub file: &'a str,
    /// Its content.
    pub text: &'a str,
}

impl Source<'_> {
    /// A mistake at a range of bytes, where that is known.
    pub fn mistake(&self, span: Option<Range<usize>>, what: impl Into<String>) -> Mistake {
        let at = span.map(|span| self.place(span.start));
        Mistake { file: self.file.to_string(), at, what: what.into() }
    }

    /// Line and column, from 1, of a byte.
    pub fn place(&self, byte: usize) -> (usize, usize) {
        let before = &self.text.as_bytes()[..byte.min(self.text.len())];
        let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
        let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        (line, String::from_utf8_lossy(&before[start..]).chars().count() + 1)
    }

    /// What a reader of TOML or JSON complains of, in plain words, with the nearest valid name where
    /// it lists the valid ones.
    pub fn unread(&self, span: Option<Range<usize>>, message: &str) -> Mistake {
        self.mistake(span, with_nearest(message))
    }
}

/// The reader's message in plain words, with the nearest valid name where it lists the valid ones.
fn with_nearest(message: &str) -> String {
    let message = message.trim_end();
    if let Some(rest) = message.strip_prefix("unexpected keys in table: ")
        && let Some((found, valid)) = rest.split_once(", available keys: ")
    {
        // All unknown keys of the table are listed; the place is that of the first.
        let found = found.split(", ").next().unwrap_or(found);
        return unknown("key", found, &valid.split(", ").collect::<Vec<_>>());
    }
    let names: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match names[..] {
        [found, ref valid @ ..] if message.starts_with("unknown field") => {
            unknown("key", found, valid)
        }
        [found, ref valid @ ..] if message.starts_with("unknown variant") => {
            unknown("name", found, valid)
        }
        _ => in_plain_words(message),
    }
}

fn unknown(what: &str, found: &str, valid: &[&str]) -> String {
    let list = valid.join(", ");
    match nearest(found, valid.iter().copied()) {
        Some(near) => format!("unknown {what} {found:?}; did you mean {near:?}? (valid: {list})"),
        None if valid.is_empty() => format!("unknown {what} {found:?}; none is allowed here"),
        None => format!("unknown {what} {found:?}; valid: {list}"),
    }
}

/// Types as a study's author names them, where the reader names those of the program.
fn in_plain_words(message: &str) -> String {
    let types = [
        ("expected a sequence", "expected a list"),
        ("expected a map", "expected a table"),
        ("expected i64", "expected a whole number"),
        ("expected u64", "expected a whole number"),
        ("expected u32", "expected a whole number"),
        ("expected u8", "expected a whole number"),
        ("expected f64", "expected a number"),
        ("expected a boolean", "expected true or false"),
    ];
    let plain =
        types.iter().find_map(|(its, ours)| Some(message.strip_suffix(its)?.to_string() + ours));
    plain.unwrap_or_else(|| message.to_string())
}

/// The valid name that a mistyped one most likely meant.
pub fn nearest<'a>(found: &str, valid: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // Two letters swapped in a short word share too little for the measure below.
    let likeness = |name: &str| match strsim::osa_distance(found, name) {
        0 | 1 => 1.0,
        _ => strsim::jaro_winkler(found, name),
    };
    valid
        .map(|name| (likeness(name), name))
        // 0.75 lets one or two slips of a short word through and few unrelated words.
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, name)| name)
}

/// "did you mean ...?", or the list of valid names.
pub fn suggestion<'a>(found: &str, valid: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(found, valid.clone()) {
        Some(near) => format!("did you mean {near:?}?"),
        None => format!("valid: {}", valid.collect::<Vec<_>>().join(", ")),
    }
}
