//! Studies of calibration: they run by their names in a folder, move no claim, and a gate that fails
//! ends the run with exit code 1.

mod common;

use common::Bench;
use serde_json::Value;

const STUDIES: [&str; 5] = [
    "calibration/layered-machines",
    "calibration/lempel-ziv",
    "calibration/perceptron",
    "calibration/programs",
    "calibration/random-networks",
];

#[test]
fn every_study_of_calibration_is_listed_described_and_copied() {
    let bench = Bench::new();
    let listed = bench.demand(0, &["list", "studies"]);
    for (number, study) in STUDIES.into_iter().enumerate() {
        assert!(listed.contains(study), "{study} is not listed:\n{listed}");
        assert!(bench.demand(0, &["describe", study]).contains("control"), "{study}");
        let copy = format!("copy-{number}.toml");
        bench.demand(0, &["copy", study, &copy]);
        bench.demand(0, &["plan", &copy]);
    }
}

#[test]
fn a_study_in_a_folder_is_found_beside_the_user_and_must_be_named_as_it_is_found() {
    let bench = Bench::new();
    let text = include_str!("../../../studies/calibration/perceptron.toml");
    let renamed = text.replace("calibration/perceptron", "mine/deeper/perceptron");
    bench.write("studies/mine/deeper/perceptron.toml", &renamed);
    assert!(bench.demand(0, &["list", "studies"]).contains("mine/deeper/perceptron"));
    bench.demand(0, &["plan", "mine/deeper/perceptron"]);
    assert!(bench.path().join("mesascope-out/mine/deeper/perceptron/quick/plan.json").exists());
    bench.write("studies/mine/other.toml", &renamed);
    bench.demand(2, &["plan", "mine/other"]);
    for wrong in ["mine/../perceptron", "mine//perceptron", "/perceptron", "mine/", "Mine/p"] {
        bench.write("wrong.toml", &text.replace("calibration/perceptron", wrong));
        bench.demand(2, &["plan", "wrong.toml"]);
    }
}

#[test]
fn gates_that_hold_exit_with_0_and_the_report_says_that_no_claim_moves() {
    let bench = Bench::new();
    for study in &STUDIES[..4] {
        let report = bench.demand(0, &["run", study]);
        assert!(report.contains("moves no claim"), "{report}");
        assert!(!report.contains("FAIL"), "{report}");
    }
}

/// A deviation from a study that must make a named gate fail, and no other.
const MUTANTS: [(&str, &[&str], &str); 8] = [
    (
        "calibration/perceptron",
        &[
            "learner.prior.network.mlp.initialisation={ uniform = { bound = 1.0 } }",
            "learner.prior.network.mlp.biases=trained",
        ],
        "the-number-of-ones-is-uniform-for-3-inputs",
    ),
    (
        "calibration/perceptron",
        &["world.boolean.coding=plus-minus"],
        "the-number-of-ones-is-uniform-for-5-inputs",
    ),
    (
        "calibration/perceptron",
        &["learner.prior.network.mlp.hidden=[4]"],
        "the-number-of-ones-is-uniform-for-7-inputs",
    ),
    (
        "calibration/layered-machines",
        &[
            "learner.layered-machines.depth={ each = [1, 6, 21] }",
            "controls.positive.three-nodes-five-layers.cells.depth='6'",
            "controls.positive.three-nodes-no-layer.cells.depth='1'",
            "controls.positive.three-nodes-twenty-layers.cells.depth='21'",
        ],
        "three-nodes-five-layers",
    ),
    (
        "calibration/layered-machines",
        &["learner.layered-machines.nodes=2"],
        "three-nodes-twenty-layers",
    ),
    (
        "calibration/lempel-ziv",
        &["controls.positive.majority.expect={ every = { low = 70.0000001 } }"],
        "majority",
    ),
    (
        "calibration/programs",
        &["learner.completions.by=sensitivity"],
        "one-completion-of-256-is-right",
    ),
    (
        "calibration/programs",
        &[
            "controls.positive.one-input-and-a-cue-by-gates.set.learner={ programs = { instructions = \"gates\", cost = \"length-plus-time\" } }",
        ],
        "one-input-and-a-cue-by-gates",
    ),
];

#[test]
fn a_gate_that_fails_exits_with_1_and_shows_no_result() {
    for (study, edits, gate) in MUTANTS {
        let bench = Bench::new();
        let mut words = vec!["run", study, "--json"];
        edits.iter().for_each(|edit| words.extend(["--set", edit]));
        let verdict: Value = serde_json::from_str(&bench.demand(1, &words)).unwrap();
        let controls = verdict["controls"].as_array().unwrap();
        let found = controls.iter().find(|control| control["name"] == gate).unwrap();
        assert_eq!(found["holds"], false, "{study} with {edits:?}: {found}");
        assert!(verdict["findings"].is_null(), "{study} with {edits:?} shows results");
    }
}

#[test]
fn every_outcome_of_counts_is_exported_with_its_exact_interval() {
    let bench = Bench::new();
    bench.demand(0, &["run", "calibration/layered-machines"]);
    let table = bench.demand(0, &["export", "calibration/layered-machines"]);
    let rows: Vec<Value> = table.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let counts: Vec<&Value> =
        rows.iter().filter(|row| row["quantity"] == "function-probability").collect();
    assert_eq!(counts.len(), 5 * 2, "five cells of two outcomes");
    for row in counts {
        let (low, number, high) = (&row["low"], &row["number"], &row["high"]);
        let [low, number, high] = [low, number, high].map(|value| value.as_f64().unwrap());
        assert!(low < number && number < high && high - low < 0.03, "{row}");
        assert_eq!((row["of"].as_u64(), row["class"].is_string()), (Some(10_000), true), "{row}");
    }
    let others = rows.iter().filter(|row| row["quantity"] == "steps");
    assert!(others.into_iter().all(|row| row["low"].is_null()), "a number has no such interval");
}

/// Draws that are seen through a few shown rows.
const SHOWN: &str = r#"schema = 1
name = "shown"
question = "What do draws that fit do elsewhere?"
seeds = { quick = 2, standard = 2 }
[world.boolean]
inputs = 3
target = "x0"
shown = { cue = { input = 2, at = 1 } }
[learner.layered-machines]
nodes = 3
depth = 0
draws = 20000
[instruments.held-out-accuracy]
[instruments.completion-class]
[instruments.function-probability]
functions = { copied = ["x0"] }
[controls.positive.a-sixteenth-fits]
says = "Four rows of eight are shown, and every function is equally likely."
cells = { arm = "base" }
quantity = "fit-probability"
expect = { binomial = { p = 0.0625, alpha = 1e-6 } }
[controls.positive.one-completion-of-sixteen-ignores-the-cue]
says = "Given the shown rows every completion is equally likely."
cells = { arm = "base" }
quantity = "completion-class"
expect = { binomial = { class = "ignores-cue", p = 0.0625, alpha = 1e-6 } }
[controls.positive.one-completion-of-sixteen-is-right]
says = "One completion is the target."
cells = { arm = "base" }
quantity = "held-out-perfect"
expect = { binomial = { p = 0.0625, alpha = 1e-6 } }
"#;

#[test]
fn of_uniform_functions_the_draws_that_fit_complete_the_rest_as_coins_do() {
    let bench = Bench::new();
    bench.write("s.toml", SHOWN);
    let report = bench.demand(0, &["run", "s.toml"]);
    assert!(report.contains("3 of 3 hold"), "{report}");
    // Of 100 draws about 6 fit: a bound is all that can be said.
    bench.demand(1, &["run", "s.toml", "--set", "learner.layered-machines.draws=100"]);
    let few = ["export", "s.toml", "--set", "learner.layered-machines.draws=100"];
    let table = bench.demand(0, &few);
    assert!(table.contains("with a probability of at most"), "{table}");
    // Stored blocks are measured again as they were.
    let before = bench.demand(0, &["export", "s.toml"]);
    std::fs::remove_dir_all(bench.path().join("mesascope-out/shown/quick/records")).unwrap();
    bench.demand(0, &["run", "s.toml"]);
    assert_eq!(bench.demand(0, &["export", "s.toml"]), before);
}
