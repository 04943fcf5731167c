//! Mistakes in claims, forecasts and ledgers.

use std::sync::OnceLock;

use crate::common::Bench;
use crate::{STUDY, bench_with, changed, demand_no_faults, faults};

const CLAIM_WITHOUT_SCOPE: &str = r#"schema = 1
id = 7
name = "small"
statement = "Small networks are not coins."
quote = "Not coins."
source = "this test"
tier = "core"
[scope]
architecture = ["multi-layer perceptron"]
objective = ["supervised learning"]
data = ["boolean functions"]
compute = ["any"]
scaffold = ["none"]

[[rules]]
study = "tiny"
name = "half"
proposition = "Held-out accuracy differs from one half."
quantity = "held-out-accuracy"
cells = { arm = "base" }
band = [0.45, 0.55]
supports = "outside"
holds = "in-every-cell"
level = 0.95
minimum_seeds = 2
correction = "bonferroni"
most_unfitted = 0.5
[rules.scope]
"#;

pub const FORECAST: &str = r#"schema = 1
position = "chance"
study = "tiny"
claim = 7
derivation = "Nothing carries over."
[[known_before]]
what = "a pilot"
quantity = "fitted"
cells = { target = "parity" }
[readings.literal]
says = "Half."
expect = [{ quantity = "held-out-accuracy", is = { normal = { mean = 0.5, sd = 0.1 } } }]
[readings.generous]
says = "About half."
expect = [
  { quantity = "held-out-accuracy", cells = { arm = "wide" }, is = { normal = { mean = 0.5, sd = 0.2 } } },
]
"#;

/// The claim, whose rule concludes about just what the study is evidence about.
fn claim() -> &'static str {
    static CLAIM: OnceLock<String> = OnceLock::new();
    CLAIM.get_or_init(|| {
        let bench = bench_with(STUDY.as_bytes());
        let plan = bench.demand(0, &["plan", "s.toml", "--json"]);
        let plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
        let scope = plan["cells"][0]["scope"].as_object().unwrap();
        let mut claim = CLAIM_WITHOUT_SCOPE.to_string();
        for (field, words) in scope {
            claim += &format!("{field} = {words}\n");
        }
        claim
    })
}

/// The study with its claim and a forecast beside it.
/// A study of agents that act.
const MOUSE: &str = r#"
schema = 1
name = "mouse"
question = "Does a table learn to go to the cheese?"
seeds = { quick = 2, standard = 2 }
[world.corner]
side = 4
maze = "open"
horizon = 5
[learner.q-learning]
steps = 10
[instruments.returns]
goals = ["cheese"]
situations = ["train"]
levels = 2
"#;

pub fn bench() -> Bench {
    let bench = bench_with(changed(STUDY, "claims = []", "claims = [7]").as_bytes());
    bench.write("claims/007.toml", claim());
    bench.write("forecasts/tiny/chance.toml", FORECAST);
    bench.write("mouse.toml", MOUSE);
    bench
}

const RUN: &[&str] = &["run", "s.toml", "--out", "out"];

type Case = (&'static str, &'static str, &'static str, &'static [&'static str]);

#[test]
fn the_papers_that_mistakes_are_made_in_are_themselves_valid() {
    bench().demand(0, RUN);
}

#[test]
fn every_mistake_in_a_claim_is_one_error_that_names_its_file() {
    #[rustfmt::skip]
    let cases: &[Case] = &[
        (
            "no rule for the study",
            "study = \"tiny\"",
            "study = \"tinny\"",
            &["no rule for study \"tiny\"", "\"tinny\""],
        ),
        ("an unknown key", "proposition", "propositon", &[":18:1", "\"proposition\"?"]),
        ("an unknown side", "\"outside\"", "\"outsid\"", &[":22:", "\"outside\"?"]),
        ("an empty band", "[0.45, 0.55]", "[0.55, 0.45]", &["band [0.55, 0.45] is empty"]),
        ("a level in per cent", "level = 0.95", "level = 95", &["between 0.5 and 1"]),
        ("an unknown factor", "cells = { arm", "cells = { amr", &["amr", "\"arm\"?"]),
        (
            "an unknown value",
            "cells = { arm = \"base\" }",
            "cells = { arm = \"bsae\" }",
            &["\"base\"?"],
        ),
        (
            "an unknown quantity",
            "quantity = \"held-out-accuracy\"",
            "quantity = \"held-out-acuracy\"",
            &[":19:", "\"held-out-accuracy\"?"],
        ),
        ("a class of no classes", "band =", "class = \"other\"\nband =", &["no classes"]),
        (
            "more than was shown",
            "under 100 par",
            "any par",
            &["any parameters", "under 100 parameters"],
        ),
        ("one seed", "minimum_seeds = 2", "minimum_seeds = 1", &["2 or more"]),
        ("another schema", "schema = 1", "schema = 9", &["schema 9", "reads 1"]),
        (
            "a long quote",
            "Not coins.",
            "w w w w w w w w w w w w w w w w w w w w w w w w w w",
            &["25 words"],
        ),
    ];
    let told = cases.iter().map(|(name, passage, by, says)| {
        let bench = bench();
        bench.write("claims/007.toml", &changed(claim(), passage, by));
        let says = [&["claims/007.toml"], *says].concat();
        (name.to_string(), faults(&bench, RUN, &says))
    });
    demand_no_faults(told.collect());
}

#[test]
fn every_mistake_in_a_forecast_is_one_error_that_names_its_file() {
    #[rustfmt::skip]
    let cases: &[Case] = &[
        ("one reading", "[readings.generous]", "[readings.other]", &["[readings.generous]"]),
        (
            "of another kind",
            "normal = { mean = 0.5, sd = 0.2 }",
            "beta = { a = 1.0, b = 1.0 }",
            &["a mean is expected as normal or uniform"],
        ),
        (
            "of a rate as a mean",
            "\"held-out-accuracy\", cells",
            "\"fitted\", cells",
            &["a rate is expected as beta, point or uniform"],
        ),
        (
            "of a mean outside the range",
            "mean = 0.5, sd = 0.2",
            "mean = 1.5, sd = 0.2",
            &["1.5", "range 0 to 1"],
        ),
        ("of a negative spread", "sd = 0.2", "sd = -0.2", &["0 or more"]),
        (
            "of an unknown quantity",
            "\"held-out-accuracy\", cells",
            "\"held-out-acuracy\", cells",
            &[":16:", "\"held-out-accuracy\"?"],
        ),
        ("of an unknown factor", "cells = { arm", "cells = { amr", &["amr", "\"arm\"?"]),
        ("of an unknown value", "\"wide\"", "\"wdie\"", &["wdie", "\"wide\"?"]),
        (
            "of cells twice",
            "cells = { arm = \"wide\" }, is = { normal = { mean = 0.5, sd = 0.2 } } },",
            "cells = { arm = \"wide\" }, is = \"uniform\" }, { quantity = \"held-out-accuracy\", is = \"uniform\" },",
            &["twice"],
        ),
        (
            "an unknown distribution",
            "is = { normal = { mean = 0.5, sd = 0.2 } }",
            "is = { nromal = { mean = 0.5, sd = 0.2 } }",
            &["nromal", "\"normal\"?"],
        ),
        ("an unknown parameter", "sd = 0.2", "ds = 0.2", &[":16:", "ds", "\"sd\"?"]),
        ("an unknown key", "derivation", "derivaton", &[":5:1", "\"derivation\"?"]),
        ("of another study", "study = \"tiny\"", "study = \"tinny\"", &["tinny", "not \"tiny\""]),
        (
            "from a claim that nobody wrote",
            "claim = 7",
            "claim = 8",
            &["claim 8 is not written", "7"],
        ),
        ("having seen an unknown quantity", "\"fitted\"", "\"fited\"", &["fited", "\"fitted\"?"]),
        ("having seen an unknown cell", "\"parity\"", "\"partiy\"", &["partiy", "\"parity\"?"]),
    ];
    let told = cases.iter().map(|(name, passage, by, says)| {
        let bench = bench();
        bench.write("forecasts/tiny/chance.toml", &changed(FORECAST, passage, by));
        let says = [&["forecasts/tiny/chance.toml"], *says].concat();
        (name.to_string(), faults(&bench, RUN, &says))
    });
    demand_no_faults(told.collect());
}

#[test]
fn two_papers_of_one_claim_or_position_are_refused_and_both_are_named() {
    let bench = bench();
    bench.write("claims/008.toml", claim());
    let told = faults(&bench, RUN, &["claims/008.toml", "claims/007.toml"]);
    assert!(told.is_empty(), "{told:?}");
    std::fs::remove_file(bench.path().join("claims/008.toml")).unwrap();
    bench.write("forecasts/tiny/again.toml", FORECAST);
    let told = faults(&bench, RUN, &["forecasts/tiny/chance.toml", "\"chance\""]);
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn a_paper_that_is_not_text_is_refused_and_not_passed_over() {
    let bench = bench();
    std::fs::write(bench.path().join("forecasts/tiny/second.toml"), b"schema = 1\n\xff").unwrap();
    let told = faults(&bench, RUN, &["forecasts/tiny/second.toml:2", "not UTF-8"]);
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn every_change_of_a_ledger_is_refused_with_its_line() {
    let bench = bench();
    bench.demand(0, &["register", "s.toml"]);
    bench.write(
        "s.toml",
        &changed(&changed(STUDY, "claims = []", "claims = [7]"), "told?", "named?"),
    );
    bench.demand(0, &["register", "s.toml"]);
    let ledger = std::fs::read_to_string(bench.path().join("forecasts/tiny/ledger.jsonl")).unwrap();
    let lines: Vec<&str> = ledger.lines().collect();
    assert_eq!(lines.len(), 2, "{ledger}");
    bench.demand(0, &["plan", "s.toml", "--out", "valid"]);
    let cases = [
        ("a changed hash", ledger.replacen(&lines[0][200..201], "_", 1), ":1:1"),
        ("a dropped first line", format!("{}\n", lines[1]), ":1:1: the chain is broken"),
        ("a line twice", format!("{}\n{}\n", lines[0], lines[0]), ":2:1: the chain is broken"),
        ("a line cut short", format!("{}\n{}\n", lines[0], &lines[1][..50]), ":2:1: not an entry"),
        ("prose", format!("{ledger}hello\n"), ":3:1: not an entry"),
        ("an edit", ledger.replace("\"tiny\"", "\"tidy\""), ":1:1: the entry was changed"),
    ];
    let told = cases.into_iter().map(|(name, text, place)| {
        bench.write("forecasts/tiny/ledger.jsonl", &text);
        let place = format!("forecasts/tiny/ledger.jsonl{place}");
        (name.to_string(), faults(&bench, RUN, &[&place]))
    });
    demand_no_faults(told.collect());
}
