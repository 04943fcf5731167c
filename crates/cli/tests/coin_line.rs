//! The study of the coin line: its controls hold in the quick preset, and a fault in one fails it.

mod common;

use common::Bench;
use serde_json::Value;

const STUDY: &str = include_str!("../../../studies/coin-line.toml");

/// The study with few seeds, with more passages replaced, each of which must be there.
fn small(replaced: &[(&str, &str)]) -> String {
    const SMALLER: [(&str, &str); 2] = [
        ("{ quick = 20, standard = 60 }", "{ quick = 2, standard = 2 }"),
        ("seeds = { quick = 10, standard = 60 }", "seeds = { quick = 1, standard = 1 }"),
    ];
    SMALLER.iter().chain(replaced).fold(STUDY.to_string(), |text, (passage, by)| {
        assert!(text.contains(passage), "{passage:?} is not in the study");
        text.replace(passage, by)
    })
}

fn verdict(text: &str, code: i32) -> Value {
    let bench = Bench::new();
    bench.write("coin.toml", text);
    serde_json::from_str(&bench.demand(code, &["run", "coin.toml", "--json"])).unwrap()
}

fn failing(verdict: &Value) -> Vec<&str> {
    let controls = verdict["controls"].as_array().unwrap().iter();
    let failing = controls.filter(|control| control["holds"] == false);
    failing.map(|control| control["name"].as_str().unwrap()).collect()
}

#[test]
fn the_propositions_about_linear_policies_hold_as_controls() {
    let verdict = verdict(&small(&[]), 0);
    assert_eq!(verdict["controls"].as_array().unwrap().len(), 9);
    assert!(failing(&verdict).is_empty());
}

#[test]
fn a_table_that_shares_features_is_told_from_one_that_does_not() {
    let mutant = small(&[("\"tabular\"", "\"one-hot\"")]);
    assert_eq!(failing(&verdict(&mutant, 1)), ["a-table-never-moves-at-the-probe"]);
}

#[test]
fn a_linear_policy_whose_training_is_cut_short_is_told_from_one_that_was_trained() {
    // The probe turns after 98 steps at epsilon 0.1 (docs/coin-line.md, at steps of 0.05).
    let mutant = small(&[("max_steps\"            = 200000", "max_steps\"            = 20")]);
    let verdict = verdict(&mutant, 1);
    assert!(failing(&verdict).contains(&"a-linear-policy-goes-to-the-coin-with-any-epsilon"));
}

#[test]
fn arms_without_epsilon_run_in_the_standard_preset_alone() {
    let bench = Bench::new();
    bench.write("coin.toml", STUDY);
    let plan = |preset| {
        let words = ["plan", "coin.toml", "--preset", preset, "--json"];
        let plan: Value = serde_json::from_str(&bench.demand(0, &words)).unwrap();
        plan["cells"].as_array().unwrap().clone()
    };
    // Controls at epsilon 0 are linear, or networks that no step moves.
    let without =
        |cell: &Value| cell["control"].is_null() && cell["world"]["coin-line"]["epsilon"] == 0.0;
    assert!(!plan("quick").iter().any(without), "a quick run must spoil nothing");
    // Five widths at every stop under three optimisers, a small start, and three widths by steps.
    const ALONE: usize = 5 * 18 + 12 + 3 * 5;
    let headline = plan("standard");
    assert_eq!(headline.iter().filter(|cell| without(cell)).count(), ALONE);
}
