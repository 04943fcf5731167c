//! What is printed: within 80 columns, without escape codes off a terminal, and JSON where asked.

use crate::common::Bench;
use crate::papers;
use mesascope_instruments::Instrument;
use mesascope_learners::Learner;
use mesascope_planted::Planted;
use mesascope_worlds::World;

const VERBS: &[&str] = &[
    "run",
    "plan",
    "train",
    "measure",
    "judge",
    "report",
    "export",
    "bundle",
    "verify",
    "controls",
    "register",
    "list",
    "claims",
    "describe",
    "play",
    "tell-apart",
    "replay",
    "copy",
];

/// Every command that prints text for a person, in an order in which each finds its input.
fn commands() -> Vec<Vec<&'static str>> {
    let mut commands = vec![
        vec!["run", "s.toml", "--out", "out"],
        vec!["run", "s.toml", "--out", "out", "--preset", "standard"],
        vec!["run", "s.toml", "--out", "slices", "--slice", "1/2"],
        vec!["plan", "s.toml", "--out", "out"],
        vec!["train", "s.toml", "--out", "out"],
        vec!["measure", "s.toml", "--out", "out"],
        vec!["judge", "tiny", "--out", "out"],
        vec!["report", "tiny", "--out", "out"],
        vec!["controls", "s.toml", "--out", "out"],
        vec!["export", "tiny", "--out", "out", "--to", "table.csv", "--format", "csv"],
        vec!["bundle", "s.toml", "--out", "out", "--to", "tiny.bundle.gz"],
        vec!["verify", "tiny.bundle.gz", "--sample", "3", "--seed", "1"],
        vec!["register", "s.toml"],
        vec!["register", "s.toml"],
        vec!["run", "mouse.toml", "--out", "out"],
        vec!["replay", "mouse.toml", "--out", "out"],
        vec!["play", "corner"],
        vec!["tell-apart", "corner", "cheese", "corner", "--set", "side=5", "--levels", "5"],
        vec!["list"],
        vec!["claims"],
        vec!["claims", "7"],
        vec!["copy", "counting", "mine.toml"],
        vec!["describe", "counting"],
        vec!["describe", "s.toml"],
    ];
    for name in [World::NAMES, Learner::NAMES, Planted::NAMES, Instrument::NAMES].concat() {
        commands.push(vec!["describe", name]);
    }
    for what in ["worlds", "learners", "planted", "instruments", "studies", "claims"] {
        commands.push(vec!["list", what]);
    }
    commands
}

fn demand_plain(words: &[&str], text: &str) {
    assert!(!text.is_empty(), "{words:?} prints nothing");
    assert!(!text.contains('\x1b'), "{words:?} prints escape codes off a terminal");
    for line in text.lines() {
        assert!(
            line.chars().count() <= 80,
            "{words:?} prints {} columns:\n{line}",
            line.chars().count()
        );
        assert_eq!(line, line.trim_end(), "{words:?} prints spaces at the end of a line");
    }
}

#[test]
fn every_command_prints_within_80_columns_and_no_escape_codes_off_a_terminal() {
    let bench = papers::bench();
    for words in commands() {
        demand_plain(&words, &bench.demand(0, &words));
    }
    let report = std::fs::read_to_string(bench.path().join("out/tiny/quick/report.txt")).unwrap();
    demand_plain(&["report.txt"], &report);
}

#[test]
fn every_help_is_within_80_columns() {
    let bench = Bench::new();
    for flag in ["-h", "--help"] {
        demand_plain(&[flag], &bench.demand(0, &[flag]));
        for verb in VERBS {
            demand_plain(&[verb, flag], &bench.demand(0, &[verb, flag]));
        }
    }
}

#[test]
fn every_verb_prints_json_and_nothing_else_when_asked_to() {
    let bench = papers::bench();
    let mut asked: Vec<&str> = Vec::new();
    for words in commands() {
        let text = bench.demand(0, &[&words[..], &["--json"]].concat());
        let value: Result<serde_json::Value, _> = serde_json::from_str(&text);
        assert!(value.is_ok(), "{words:?}: {value:?}\n{text}");
        asked.push(words[0]);
    }
    // The table is JSON lines: one value a line.
    let table = bench.demand(0, &["export", "tiny", "--out", "out", "--json"]);
    assert!(table.lines().count() > 10);
    for line in table.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
    let missing: Vec<_> = VERBS.iter().filter(|verb| !asked.contains(verb)).collect();
    assert!(missing.is_empty(), "not asked: {missing:?}");
    let words = ["export", "tiny", "--out", "out", "--json", "--format", "csv"];
    assert!(bench.demand(2, &words).is_empty(), "a CSV table is not JSON");
}

#[test]
fn the_estimate_is_told_before_the_work_and_covers_time_memory_and_disk() {
    let bench = papers::bench();
    let text = bench.demand(0, &["run", "s.toml", "--out", "out", "--threads", "1"]);
    let at = |words: &str| text.find(words).unwrap_or_else(|| panic!("no {words:?} in\n{text}"));
    // Two targets, by networks and by tables, twelve seeds each.
    assert!(at("Estimate") < at("48 agents on 1 cores") && at("Estimate") < at("Controls"));
    assert!(at(" memory, ") < at(" in out/tiny/quick"));
    let again = bench.demand(0, &["run", "s.toml", "--out", "out"]);
    assert!(
        !again.contains("Estimate"),
        "nothing is left to do, and an estimate is told:\n{again}"
    );
    bench.demand(0, &["run", "s.toml", "--out", "half", "--slice", "1/2"]);
    let rest = bench.demand(0, &["run", "s.toml", "--out", "half"]);
    assert!(rest.contains("24 agents on") && rest.contains("24 done before"), "{rest}");
}

#[test]
fn the_verbs_that_are_tested_are_all_that_there_are() {
    let help = Bench::new().demand(0, &["--help"]);
    let listed: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter(|line| !line.starts_with("    "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|verb| *verb != "help")
        .collect();
    assert_eq!(listed, VERBS);
}
