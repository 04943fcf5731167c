//! Lines of text within 80 columns, plain or coloured.

use std::fmt::Write;

/// How the text is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// ASCII only: for files, pipes and `NO_COLOR`.
    Plain,
    /// With colour and a round mark.
    Coloured,
}

/// The widest line.
const WIDTH: usize = 80;
/// Where the text of a labelled paragraph begins.
const INDENT: usize = 11;
impl Style {
    pub(super) fn paint(self, code: &str, text: &str) -> String {
        match self {
            Style::Plain => text.to_string(),
            Style::Coloured => format!("\x1b[{code}m{text}\x1b[0m"),
        }
    }

    pub(super) fn ok(self) -> String {
        self.paint("32", "ok  ")
    }

    pub(super) fn failed(self) -> String {
        self.paint("1;31", "FAIL")
    }

    pub(super) fn mark(self) -> char {
        match self {
            Style::Plain => 'o',
            Style::Coloured => '\u{25cf}',
        }
    }
}

pub(super) fn short(text: &str, most: usize) -> String {
    match text.chars().count() > most {
        true => text.chars().take(most - 2).chain("..".chars()).collect(),
        false => text.to_string(),
    }
}

/// A label and text beside it, wrapped.
pub(super) fn paragraph(out: &mut String, label: &str, text: &str) {
    let mut wrapped = String::new();
    wrap(&mut wrapped, INDENT, text);
    let body = wrapped.get(INDENT..).unwrap_or("\n");
    let _ = write!(out, "{label:<INDENT$}{body}");
}

/// Text wrapped to the width behind an indent. A word longer than the line stands alone.
pub(super) fn wrap(out: &mut String, indent: usize, text: &str) {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && indent + line.chars().count() + 1 + word.chars().count() > WIDTH {
            let _ = writeln!(out, "{:indent$}{line}", "");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    let _ = writeln!(out, "{:indent$}{line}", "");
}
