//! What is printed, and how: plain off a terminal and under `NO_COLOR`.

use std::io::{IsTerminal, Write};

use mesascope_verdict::Style;

/// How this process talks.
#[derive(Debug)]
pub struct Talk {
    pub json: bool,
    pub style: Style,
    /// Whether progress can be redrawn in place.
    pub live: bool,
}

impl Talk {
    pub fn new(json: bool) -> Talk {
        let colours = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let style = match std::io::stdout().is_terminal() && colours && !dumb {
            true => Style::Coloured,
            false => Style::Plain,
        };
        Talk { json, style, live: std::io::stderr().is_terminal() && !dumb }
    }

    /// Prints text for a person; nothing under `--json`.
    pub fn say(&self, text: &str) {
        if !self.json {
            print_whole(within_width(text).as_bytes());
            print_whole(b"\n");
        }
    }

    /// Prints a value for a program; nothing without `--json`.
    pub fn give(&self, value: &impl serde::Serialize) {
        if self.json {
            print_whole((serde_json::to_string(value).expect("plain data") + "\n").as_bytes());
        }
    }
}

/// Writes to standard output. A reader that has gone away (`| head`) is no reason to stop working;
/// a full disk is.
pub fn print_whole(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
        Err(error) => {
            eprintln!("error: standard output: cannot write: {error}");
            std::process::exit(2);
        }
    }
}

/// The widest line.
const WIDTH: usize = 80;

/// Text with its long lines broken at spaces, and what is broken off indented below its line.
pub fn within_width(text: &str) -> String {
    let mut out = String::new();
    for line in text.split('\n') {
        if !out.is_empty() {
            out.push('\n');
        }
        if line.chars().count() <= WIDTH {
            out.push_str(line);
            continue;
        }
        let indent = line.chars().take_while(|letter| *letter == ' ').count();
        let mut column = indent;
        out.push_str(&line[..indent]);
        for word in line[indent..].split_inclusive(' ') {
            let length = word.trim_end().chars().count();
            if column + length > WIDTH && column > indent + 4 {
                out.truncate(out.trim_end_matches(' ').len());
                out.push_str(&format!("\n{:1$}", "", indent + 4));
                column = indent + 4;
            }
            out.push_str(word);
            column += word.chars().count();
        }
        out.truncate(out.trim_end_matches(' ').len());
    }
    out
}

/// 12345 as 12,345.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Seconds as a person says them.
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 90.0 => format!("{} s", s.ceil().max(1.0)),
        s if s < 5400.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

/// Bytes as a person says them.
pub fn size(bytes: u64) -> String {
    match bytes as f64 {
        b if b < 1e6 => format!("{:.0} kB", (b / 1e3).ceil()),
        b if b < 1e9 => format!("{:.0} MB", b / 1e6),
        b => format!("{:.1} GB", b / 1e9),
    }
}
