//! Mutations of studies, each of which must make a named control of its study fail.
//!
//! The table in docs/mutants.md is what this test writes; set MESASCOPE_WRITE_FIXTURES=1 to write
//! it anew after a change that is meant to move its numbers.

mod common;

use std::fmt::Write;

use common::Bench;
use serde_json::Value;

struct Mutant {
    study: &'static str,
    name: &'static str,
    edits: &'static [&'static str],
    must_fail: &'static str,
}

/// Steps are cut where a mutant never fits, so that it does not run to the full budget; the intact
/// study needs under 2,000 steps, so that the cut is no mutation of its own.
const MUTANTS: &[Mutant] = &[
    Mutant {
        study: "counting",
        name: "learning rate 0",
        edits: &[
            "learner.supervised.optimiser={ sgd = { learning_rate = 0.0 } }",
            "learner.supervised.max_steps=50",
        ],
        must_fail: "networks-fit",
    },
    Mutant {
        study: "counting",
        name: "learning rate 0",
        edits: &[
            "learner.supervised.optimiser={ sgd = { learning_rate = 0.0 } }",
            "learner.supervised.max_steps=50",
        ],
        must_fail: "a-copied-input-is-learnt",
    },
    Mutant {
        study: "counting",
        name: "shuffled labels",
        edits: &["learner.supervised.sabotage=shuffled-labels"],
        must_fail: "a-copied-input-is-learnt",
    },
    Mutant {
        study: "counting",
        name: "shuffled labels",
        edits: &["learner.supervised.sabotage=shuffled-labels"],
        must_fail: "a-linear-network-ignores-a-cue-it-never-saw-on",
    },
    Mutant {
        study: "counting",
        name: "flipped gradient",
        edits: &[
            "learner.supervised.sabotage=flipped-gradient",
            "learner.supervised.max_steps=100",
        ],
        must_fail: "networks-fit",
    },
    Mutant {
        study: "counting",
        name: "dropped bias",
        edits: &[
            "learner.supervised.network={ mlp = { hidden = [40, 40], biases = \"none\" } }",
            "learner.supervised.max_steps=2000",
        ],
        must_fail: "networks-fit",
    },
    Mutant {
        study: "five-ways",
        name: "functions are weighed by complexity",
        edits: &["learner={ completions = { by = \"lempel-ziv\" } }"],
        must_fail: "half-of-all-rows-agree",
    },
    Mutant {
        study: "five-ways",
        name: "functions are weighed by sensitivity",
        edits: &["learner={ completions = { by = \"sensitivity\" } }"],
        must_fail: "one-function-of-65536-ignores-the-cue",
    },
    Mutant {
        study: "prior-or-sgd",
        name: "flipped gradient",
        edits: &[
            "arms.small.set.learner.ensemble.of.supervised.sabotage=flipped-gradient",
            "arms.small.set.learner.ensemble.of.supervised.max_steps=100",
        ],
        must_fail: "networks-fit",
    },
];

/// Studies with what makes them quick here: enough is left for every control to hold where nothing is
/// mutated.
const STUDIES: &[(&str, &[&str])] = &[
    ("counting", &["seeds.quick=60"]),
    ("five-ways", &[]),
    (
        "prior-or-sgd",
        &["arms.small.set.learner.ensemble.members=500", "learner.prior.draws=100000"],
    ),
];

fn controls(study: &str, edits: &[&str]) -> Vec<Value> {
    let bench = Bench::new();
    let mut words = vec!["controls", study, "--json"];
    let (_, light) = STUDIES.iter().find(|(name, _)| *name == study).expect("it is listed");
    for edit in light.iter().chain(edits) {
        words.extend(["--set", edit]);
    }
    let output = bench.run(&words);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{edits:?}: {error}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{edits:?}: {error}"))
}

fn one<'c>(controls: &'c [Value], name: &str) -> &'c Value {
    let found = controls.iter().find(|control| control["name"] == name);
    found.unwrap_or_else(|| panic!("there is no control {name}"))
}

#[test]
fn every_mutation_makes_its_control_fail_and_the_intact_study_passes() {
    let mut table = String::from(
        "# Mutants\n\nEach row is a mutation of a study, the control that it must make fail, and what that \
         control found\nwith and without it (quick preset; `counting` at 60 seeds a cell, `prior-or-sgd` with \
         blocks of 500\nnetworks and 100,000 draws). `crates/cli/tests/mutants.rs` runs every row and writes this \
         file;\n`./check` fails where a mutant survives or a number moves. Mutants of `coin-line` and of the \
         calibration\nstudies are in `coin_line.rs` and `calibration.rs` there.\n\n\
         | study | mutation | edit | must fail | intact | mutated |\n|---|---|---|---|---|---|\n",
    );
    for (study, _) in STUDIES {
        let intact = controls(study, &[]);
        for control in &intact {
            assert_eq!(control["holds"], true, "{study}, intact: {control}");
        }
        for mutant in MUTANTS.iter().filter(|mutant| mutant.study == *study) {
            let mutated = controls(study, mutant.edits);
            let (before, after) = (one(&intact, mutant.must_fail), one(&mutated, mutant.must_fail));
            let (name, control) = (mutant.name, mutant.must_fail);
            assert_eq!(after["holds"], false, "{study}: {name} survives {control}: {after}");
            let edits: Vec<String> = mutant.edits.iter().map(|edit| format!("`{edit}`")).collect();
            let _ = writeln!(
                table,
                "| {study} | {name} | {} | {control} | {} | {} |",
                edits.join(", "),
                before["found"].as_str().unwrap(),
                after["found"].as_str().unwrap()
            );
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/mutants.md");
    if std::env::var_os("MESASCOPE_WRITE_FIXTURES").is_some() {
        std::fs::write(path, &table).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(kept, table, "docs/mutants.md is not what the mutants read now");
}
