//! Mistakes on the command line.

use crate::{STUDY, bench_with, demand_no_faults, faults};

#[test]
fn every_mistake_on_the_command_line_is_one_error_that_names_it() {
    let run = |more: &[&'static str]| [&["run", "s.toml", "--out", "out"], more].concat();
    let cases: Vec<(Vec<&str>, &[&str])> = vec![
        (run(&["--set", "seeds"]), &["s.toml", "path=value", "\"seeds\""]),
        (run(&["--set", "learner.supervise.max_steps=1"]), &["supervise", "\"supervised\"?"]),
        (run(&["--set", "worldd.boolean.shown=2"]), &["worldd", "\"world\"?"]),
        (run(&["--set", "learner.supervised.max_step=1"]), &["after --set", "\"max_steps\"?"]),
        (run(&["--set", "world.boolean.shown=99"]), &["s.toml (after --set):10:", "only 16"]),
        (run(&["--set", "=1"]), &["s.toml (after --set):", "unknown key"]),
        (run(&["--slice", "4/3"]), &["--slice", "4/3", "K from 1 to N"]),
        (run(&["--slice", "0/3"]), &["--slice", "0/3", "K from 1 to N"]),
        (run(&["--slice", "x"]), &["--slice", "\"x\"", "such as 2/3"]),
        (run(&["--slice", "1/99999999999999999999"]), &["--slice", "such as 2/3"]),
        (run(&["--threads", "0"]), &["--threads", "1..=1024"]),
        (run(&["--threads", "two"]), &["--threads", "two"]),
        (run(&["--preset", "quik"]), &["--preset", "'quick'"]),
        (run(&["--learning-rate", "1"]), &["--learning-rate"]),
        (vec!["rnu", "s.toml"], &["rnu"]),
        (vec!["run", "t.toml", "--out", "out"], &["t.toml", "cannot read"]),
        (vec!["run", "./", "--out", "out"], &["./", "cannot read"]),
        (vec!["run", "cuonting", "--out", "out"], &["cuonting", "\"counting\"?"]),
        (vec!["run", "\u{e9}\u{e9}", "--out", "out"], &["no study is named", "counting"]),
        (vec!["describe", "bolean"], &["bolean", "boolean"]),
        (vec!["claims", "999"], &["claim 999", "31"]),
        (vec!["copy", "counting", "s.toml"], &["s.toml exists"]),
        (vec!["copy", "counting", "Mine.toml"], &["Mine.toml", "lower-case"]),
        (vec!["train", "s.toml", "--out", "out"], &["out/tiny/quick/plan.json", "mesascope plan"]),
        (vec!["export", "s.toml", "--out", "out"], &["out/tiny/quick/plan.json", "mesascope plan"]),
    ];
    let told = cases.into_iter().map(|(words, says)| {
        (words.join(" "), faults(&bench_with(STUDY.as_bytes()), &words, says))
    });
    demand_no_faults(told.collect());
}

#[test]
fn under_json_an_error_is_json_on_standard_error_alone() {
    let bench = bench_with(b"schema = 2");
    let output = bench.run(&["run", "s.toml", "--json"]);
    assert!(output.stdout.is_empty());
    let told: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
    assert!(told["error"].as_str().unwrap().starts_with("s.toml:1:"), "{told}");
}
