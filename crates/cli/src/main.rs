//! The command line: verbs and paths, no hyper-parameters.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "talking is what this crate is for")]

mod args;
mod copy;
mod describe;
mod failure;
mod library;
mod listing;
mod output;
mod play;
mod progress;
mod register;
mod replay;
mod stages;
mod tell_apart;
mod verify;
mod world;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Command, Line};
use crate::failure::Failure;

fn main() -> ExitCode {
    let line = Line::parse();
    let json = line.json;
    match run(line) {
        Ok(code) => code,
        Err(failure) => failure.tell(json),
    }
}

fn run(line: Line) -> Result<ExitCode, Failure> {
    let talk = output::Talk::new(line.json);
    match line.command {
        Command::Run(args) => stages::run(&args, &talk),
        Command::Plan(args) => stages::plan(&args, &talk),
        Command::Train(args) => stages::train(&args, &talk),
        Command::Measure(args) => stages::measure(&args, &talk),
        Command::Judge(args) => stages::judge(&args, &talk),
        Command::Report(args) => stages::report(&args, &talk),
        Command::Export(args) => stages::export(&args, &talk),
        Command::Bundle(args) => verify::bundle(&args, &talk),
        Command::Verify(args) => verify::verify(&args, &talk),
        Command::Controls(args) => stages::controls(&args, &talk),
        Command::Register { study } => register::register(&study, &talk),
        Command::List { what } => listing::list(what, &talk),
        Command::Claims { id } => listing::claims(id, &talk),
        Command::Describe { name } => describe::describe(&name, &talk),
        Command::Play(args) => play::play(&args, &talk),
        Command::TellApart(args) => tell_apart::tell_apart(&args, &talk),
        Command::Replay(args) => replay::replay(&args, &talk),
        Command::Copy { study, file } => copy::copy(&study, &file, &talk),
    }
}
