//! On whatever instructions it runs, a study exports the same bytes.

mod common;

use common::Bench;
use mesascope_lanes::Path;

/// Every kind of agent that computes with floats, few of each: portable lanes are slow on purpose.
const STUDY: &str = r#"
schema = 1
name = "tiny"
question = "Is it the same on every path?"
seeds = { quick = 3, standard = 2 }
[world.boolean]
inputs = 5
target = "x0&x1"
shown = 16
[learner.supervised]
network = { mlp = { hidden = [12, 9], activation = { each = ["relu", "tanh"] } } }
optimiser = { each = [{ adam = {} }, { adamw = {} }, { sgd = { momentum = 0.9 } }] }
max_steps = 500
stop = { loss = 0.001 }
[instruments.held-out-accuracy]
[arms.batches]
set = { "learner.supervised.batch" = { rows = 5 } }
[arms.random]
set = { "learner" = { prior = { network = { mlp = { hidden = [12, 9] } }, draws = 2000 } } }
"#;

fn exported(bench: &Bench, path: &str) -> String {
    let demand = |words: &[&str]| {
        let output = bench.command(words).env("MESASCOPE_PATH", path).output().unwrap();
        let (out, err) = (output.stdout, String::from_utf8_lossy(&output.stderr).to_string());
        assert_eq!(output.status.code(), Some(0), "{words:?} on {path}: {err}");
        String::from_utf8(out).unwrap()
    };
    demand(&["run", "tiny.toml", "--out", path]);
    demand(&["export", "tiny", "--out", path])
}

#[test]
fn a_study_exports_the_same_bytes_on_every_path() {
    let bench = Bench::new();
    bench.write("tiny.toml", STUDY);
    let paths = Path::all();
    let scalar = exported(&bench, "scalar");
    assert!(scalar.lines().count() > 100, "the export lacks rows: {scalar}");
    for path in paths {
        assert!(exported(&bench, path.name()) == scalar, "{} and scalar differ", path.name());
    }
}

#[test]
fn a_path_that_does_not_exist_is_named_with_those_that_do() {
    let bench = Bench::new();
    bench.write("tiny.toml", STUDY);
    let mut run = bench.command(&["run", "tiny.toml", "--out", "x"]);
    let output = run.env("MESASCOPE_PATH", "avx1024").output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).to_string();
    assert_ne!(output.status.code(), Some(0));
    assert!(error.contains("no path \"avx1024\"") && error.contains("scalar"), "{error}");
}
