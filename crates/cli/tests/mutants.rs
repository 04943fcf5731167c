//! Mutations of training, each of which must make a named control of `counting` fail.
//!
//! The table in docs/mutants.md is what this test writes; set MESASCOPE_WRITE_FIXTURES=1 to write
//! it anew after a change that is meant to move its numbers.

mod common;

use std::fmt::Write;

use common::Bench;
use serde_json::Value;

struct Mutant {
    name: &'static str,
    edits: &'static [&'static str],
    must_fail: &'static str,
}

/// Steps are cut where a mutant never fits, so that it does not run to the full budget; the intact
/// study needs under 2,000 steps, so that the cut is no mutation of its own.
const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "learning rate 0",
        edits: &[
            "learner.supervised.optimiser={ sgd = { learning_rate = 0.0 } }",
            "learner.supervised.max_steps=50",
        ],
        must_fail: "networks-fit",
    },
    Mutant {
        name: "learning rate 0",
        edits: &[
            "learner.supervised.optimiser={ sgd = { learning_rate = 0.0 } }",
            "learner.supervised.max_steps=50",
        ],
        must_fail: "a-copied-input-is-learnt",
    },
    Mutant {
        name: "shuffled labels",
        edits: &["learner.supervised.sabotage=shuffled-labels"],
        must_fail: "a-copied-input-is-learnt",
    },
    Mutant {
        name: "shuffled labels",
        edits: &["learner.supervised.sabotage=shuffled-labels"],
        must_fail: "a-linear-network-ignores-a-cue-it-never-saw-on",
    },
    Mutant {
        name: "flipped gradient",
        edits: &[
            "learner.supervised.sabotage=flipped-gradient",
            "learner.supervised.max_steps=100",
        ],
        must_fail: "networks-fit",
    },
    Mutant {
        name: "dropped bias",
        edits: &[
            "learner.supervised.network={ mlp = { hidden = [40, 40], biases = \"none\" } }",
            "learner.supervised.max_steps=2000",
        ],
        must_fail: "networks-fit",
    },
];

/// Seeds of a quick cell here: enough for every control to hold on the intact study.
const SEEDS: &str = "seeds.quick=60";

fn controls(edits: &[&str]) -> Vec<Value> {
    let bench = Bench::new();
    let mut words = vec!["controls", "counting", "--json", "--set", SEEDS];
    for edit in edits {
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
    let intact = controls(&[]);
    for control in &intact {
        assert_eq!(control["holds"], true, "intact: {control}");
    }
    let mut table = String::from(
        "# Mutants\n\nEach row is a mutation of the study `counting`, the control that it must make \
         fail, and what\nthat control found with and without it (60 seeds a cell, quick preset). \
         `crates/cli/tests/mutants.rs`\nruns every row and writes this file; `./check` fails where a \
         mutant survives or a number moves.\n\n\
         | mutation | edit | must fail | intact | mutated |\n|---|---|---|---|---|\n",
    );
    for mutant in MUTANTS {
        let mutated = controls(mutant.edits);
        let (before, after) = (one(&intact, mutant.must_fail), one(&mutated, mutant.must_fail));
        assert_eq!(after["holds"], false, "{} survives {}: {after}", mutant.name, mutant.must_fail);
        let edits: Vec<String> = mutant.edits.iter().map(|edit| format!("`{edit}`")).collect();
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} | {} |",
            mutant.name,
            edits.join(", "),
            mutant.must_fail,
            before["found"].as_str().unwrap(),
            after["found"].as_str().unwrap()
        );
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/mutants.md");
    if std::env::var_os("MESASCOPE_WRITE_FIXTURES").is_some() {
        std::fs::write(path, &table).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(kept, table, "docs/mutants.md is not what the mutants read now");
}
