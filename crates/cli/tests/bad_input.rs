//! Every mistake is one error that says what, where, and what would be right; nothing is lost.

mod common;

#[path = "bad_input/coin_line.rs"]
mod coin_line;
#[path = "bad_input/command_line.rs"]
mod command_line;
#[path = "bad_input/complexity.rs"]
mod complexity;
#[path = "bad_input/draws.rs"]
mod draws;
#[path = "bad_input/found.rs"]
mod found;
#[path = "bad_input/output.rs"]
mod output;
#[path = "bad_input/papers.rs"]
mod papers;
#[path = "bad_input/stages.rs"]
mod stages;
#[path = "bad_input/store.rs"]
mod store;
#[path = "bad_input/studies.rs"]
mod studies;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use common::Bench;

/// A small valid study; the mistakes are changes of it.
pub const STUDY: &str = r#"schema = 1
name = "tiny"
question = "Is every mistake told?"
claims = []
seeds = { quick = 12, standard = 13 }

[world.boolean]
inputs = 4
target = { each = ["x0&x1", "parity"] }
shown = 8

[learner.supervised]
network = { mlp = { hidden = [8] } }
optimiser = { adam = { learning_rate = 0.01 } }
max_steps = 200

[instruments.held-out-accuracy]

[arms.wide]
headline = true
[arms.wide.set]
"learner.supervised.network.mlp.hidden" = [12]

[controls.positive.the-count]
says = "A table is right on half."
set = { "learner" = { table = {} } }
quantity = "held-out-accuracy"
expect = { binomial = { p = 0.5, alpha = 1e-9 } }

[controls.negative.steps-are-steps]
says = "Nets fit as tables do."
cells = { arm = "base", target = "parity" }
quantity = "fitted"
expect = { same-as = { control = "the-count", alpha = 1e-6 } }

[questions.all]
quantity = "held-out-accuracy"
cells = { arm = "base" }
"#;

/// The study with one passage replaced; the passage must be there.
pub fn changed(study: &str, passage: &str, by: &str) -> String {
    assert!(study.contains(passage), "{passage:?} is not in the study");
    study.replacen(passage, by, 1)
}

/// A bench with the study in `s.toml`.
pub fn bench_with(study: &[u8]) -> Bench {
    let bench = Bench::new();
    std::fs::write(bench.path().join("s.toml"), study).unwrap();
    bench
}

/// What is wrong with how a refusal is told: nothing where it exits with 2, prints nothing on
/// standard output and one error with all of `says` on standard error, and writes nothing.
pub fn faults(bench: &Bench, words: &[&str], says: &[&str]) -> Vec<String> {
    let before = tree(bench.path());
    let output = bench.run(words);
    let told = String::from_utf8_lossy(&output.stderr);
    let mut faults = Vec::new();
    if output.status.code() != Some(2) {
        faults.push(format!("exit code {:?}", output.status.code()));
    }
    if !output.stdout.is_empty() {
        faults.push(format!("printed {:?}", String::from_utf8_lossy(&output.stdout)));
    }
    let errors = told.lines().filter(|line| line.starts_with("error: ")).count();
    if errors != 1 || !told.starts_with("error: ") {
        faults.push(format!("{errors} errors"));
    }
    for passage in says {
        if !told.contains(passage) {
            faults.push(format!("does not say {passage:?}"));
        }
    }
    let written: Vec<_> = tree(bench.path()).difference(&before).cloned().collect();
    if !written.is_empty() {
        faults.push(format!("wrote {written:?}"));
    }
    if !faults.is_empty() {
        faults.push(format!("it said: {told}"));
    }
    faults
}

/// Every file and folder below.
pub fn tree(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(tree(&path));
        }
        found.insert(path);
    }
    found
}

/// Fails with every fault of a table of refusals, each under its name.
pub fn demand_no_faults(faults: Vec<(String, Vec<String>)>) {
    let told: Vec<String> = faults
        .into_iter()
        .filter(|(_, faults)| !faults.is_empty())
        .map(|(name, faults)| format!("{name}:\n  {}", faults.join("\n  ")))
        .collect();
    assert!(told.is_empty(), "{} mistakes are told badly:\n{}", told.len(), told.join("\n"));
}
