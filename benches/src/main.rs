//! `peer WORK [--repetitions N] [--seconds S] [--wait]`: our side of a comparison, a line of JSON a
//! repetition. With `--wait` it says when it is ready, and a repetition begins when a line comes in
//! on standard input, so that two programs can take turns on one core.

#![allow(clippy::print_stdout, reason = "the lines of JSON are what this program is for")]
#![allow(clippy::print_stderr, reason = "a wrong call is answered on standard error")]

use std::io::Write;
use std::process::ExitCode;

use mesascope_benches::works::{WORKS, named};
use serde_json::json;

struct Options {
    work: String,
    repetitions: usize,
    seconds: f64,
    pace: Pace,
}

enum Pace {
    AtOnce,
    AtEachLine,
}

fn options() -> Result<Options, String> {
    let mut words = std::env::args().skip(1);
    let names: Vec<&str> = WORKS.iter().map(|(name, _)| *name).collect();
    let work = words.next().ok_or(format!("name a work: {}", names.join(", ")))?;
    let mut options = Options { work, repetitions: 5, seconds: 1.0, pace: Pace::AtOnce };
    while let Some(word) = words.next() {
        let mut number = || words.next().and_then(|n| n.parse::<f64>().ok());
        match word.as_str() {
            "--repetitions" => {
                options.repetitions = number().ok_or("--repetitions needs a number")? as usize;
            }
            "--seconds" => options.seconds = number().ok_or("--seconds needs a number")?,
            "--wait" => options.pace = Pace::AtEachLine,
            other => return Err(format!("{other}: not --repetitions, --seconds or --wait")),
        }
    }
    Ok(options)
}

fn run() -> Result<(), String> {
    let Options { work: name, repetitions, seconds, pace } = options()?;
    let mut work = named(&name)?;
    // Caches, pages and the clock frequency are warm before anything counts.
    work.repeat(0.2);
    if matches!(pace, Pace::AtEachLine) {
        tell(&json!({ "ready": true }))?;
    }
    for _ in 0..repetitions {
        if matches!(pace, Pace::AtEachLine) {
            let mut line = String::new();
            if std::io::stdin().read_line(&mut line).map_err(|e| e.to_string())? == 0 {
                break;
            }
        }
        let done = work.repeat(seconds);
        let mut line = json!({
            "work": name,
            "peer": "mesascope",
            "version": env!("CARGO_PKG_VERSION"),
            "unit": work.unit,
            "units": done.units,
            "cpu_seconds": done.cpu_seconds,
            "nominal_flops": work.nominal_flops,
            "executed_flops": work.executed_flops,
        });
        for (figure, value) in done.figures {
            line[figure] = value.into();
        }
        tell(&line)?;
    }
    Ok(())
}

fn tell(line: &serde_json::Value) -> Result<(), String> {
    println!("{line}");
    std::io::stdout().flush().map_err(|error| error.to_string())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("peer: {message}");
            ExitCode::FAILURE
        }
    }
}
