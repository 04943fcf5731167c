//! Mistakes in targets drawn by complexity and in learners that weigh programs and completions.

use crate::{bench_with, changed, demand_no_faults, faults};

/// A small valid study; the mistakes are changes of it.
const STUDY: &str = r#"schema = 1
name = "weighed"
question = "Is every mistake told?"
seeds = { quick = 2, standard = 2 }

[world.boolean]
inputs = 3
target = { gates = 1, ignoring_cue = true }
shown = { cue = { input = 2, at = 1 } }

[learner.programs]
instructions = "gates"
cost = "length-plus-time"
step_price = 0.5
most_bits = 30

[instruments.held-out-accuracy]
[instruments.completion-class]

[controls.positive.some-are-right]
says = "Some weight is."
cells = { arm = "base" }
quantity = "held-out-accuracy"
expect = { every = { low = 0.01 } }
"#;

type Mistake = (&'static str, &'static str, &'static str, usize, &'static [&'static str]);

const LEARNER: &str = "[learner.programs]\ninstructions = \"gates\"\ncost = \"length-plus-time\"\n\
                       step_price = 0.5\nmost_bits = 30";
const TARGET: &str = "{ gates = 1, ignoring_cue = true }";
const SHOWN: &str = "inputs = 3\ntarget = { gates = 1, ignoring_cue = true }\nshown = \
                     { cue = { input = 2, at = 1 } }";

const BOTH: &str = "inputs = 3\ntarget = { gates = 1, ignoring_cue = true }\nshown = { cue = \
                    { input = 2, at = 1 } }\n\n[learner.programs]\ninstructions = \"gates\"\ncost = \
                    \"length-plus-time\"\nstep_price = 0.5\nmost_bits = 30";

// One mistake a line.
#[rustfmt::skip]
const MISTAKES: &[Mistake] = &[
    // Strata.
    ("an empty stratum", TARGET, "{ gates = 2, ignoring_cue = true }", 8, &["2 inputs", "2 gates", "sizes are 0 to 1"]),
    ("an empty rest", TARGET, "{ at_least_gates = 5 }", 8, &["5 gates or more", "0 to 4"]),
    ("gates beyond all", TARGET, "{ gates = 8 }", 8, &["0 to 7", "not 8"]),
    ("gates below none", TARGET, "{ gates = -1 }", 8, &["0 to 7", "not -1"]),
    ("two strata", TARGET, "{ gates = 1, at_least_gates = 1 }", 8, &["either `gates` or `at_least_gates`"]),
    ("no stratum", TARGET, "{ ignoring_cue = true }", 8, &["either `gates` or `at_least_gates`"]),
    ("a stratum misspelt", TARGET, "{ gats = 1 }", 8, &["gats", "gates"]),
    ("a target that is a number", TARGET, "3", 8, &["{ gates = 3 }"]),
    ("no cue to ignore", "{ cue = { input = 2, at = 1 } }", "4", 8, &["ignoring_cue needs a cue"]),
    ("circuits beyond what is known", SHOWN, "inputs = 7\ntarget = { gates = 1 }\nshown = 120", 8, &["1 to 5 inputs", "7"]),
    ("sizes of five that are not told apart", SHOWN, "inputs = 5\ntarget = { gates = 6 }\nshown = 20", 8, &["at_least_gates = 6"]),
    // Programs.
    ("instructions that are none", "\"gates\"", "\"gate\"", 12, &["gate", "branches"]),
    ("no instructions", "instructions = \"gates\"\n", "", 11, &["`instructions`"]),
    ("a cost that is none", "\"length-plus-time\"", "\"time\"", 13, &["time", "length-plus-time"]),
    ("a negative price", "step_price = 0.5", "step_price = -0.5", 14, &["0 to 1,000", "-0.5"]),
    ("a price that is no number", "step_price = 0.5", "step_price = nan", 14, &["0 to 1,000"]),
    ("programs beyond memory", "most_bits = 30", "most_bits = 53", 15, &["4 to 52", "280 MB"]),
    ("programs of nothing", "most_bits = 30", "most_bits = 3", 15, &["4 to 52", "not 3"]),
    ("programs of too many inputs", SHOWN, "inputs = 6\ntarget = \"x0\"\nshown = 60", 11, &["at most 5 inputs", "has 6"]),
    ("too many completions", SHOWN, "inputs = 5\ntarget = \"x0\"\nshown = 11", 11, &["2^21", "at most 20", "at least 12"]),
    // Completions.
    ("a measure that is none", LEARNER, "[learner.completions]\nby = \"circuit\"", 12, &["circuit", "smallest-circuit"]),
    ("completions without a price", LEARNER, "[learner.completions]\nby = \"sensitivity\"\nprice = 0.0", 13, &["above 0", "by = \"equal\""]),
    ("completions by circuits of too many inputs", BOTH, "inputs = 6\ntarget = \"x0\"\nshown = 60\n\n[learner.completions]\nby = \"smallest-circuit\"", 11, &["at most 5 inputs"]),
    ("too many completions of many inputs", BOTH, "inputs = 7\ntarget = \"x0\"\nshown = 64\n\n[learner.completions]\nby = \"equal\"", 11, &["2^64", "hours", "at least 108"]),
];

#[test]
fn the_study_of_weights_that_mistakes_are_made_in_is_itself_valid() {
    bench_with(STUDY.as_bytes()).demand(0, &["run", "s.toml", "--out", "out"]);
}

#[test]
fn every_mistake_in_a_study_of_weights_is_one_error_with_its_line_and_what_would_be_right() {
    let told = MISTAKES.iter().map(|(name, passage, by, line, says)| {
        let bench = bench_with(changed(STUDY, passage, by).as_bytes());
        let place = format!("error: s.toml:{line}:");
        let says: Vec<&str> = [&[place.as_str()], *says].concat();
        (name.to_string(), faults(&bench, &["run", "s.toml", "--out", "out"], &says))
    });
    demand_no_faults(told.collect());
}

#[test]
fn programs_of_gates_at_five_inputs_say_what_they_leave_out() {
    let text = changed(
        STUDY,
        SHOWN,
        "inputs = 5\ntarget = \"x0&x1\"\nshown = { cue = { input = 4, at = 1 } }",
    );
    let bench = bench_with(text.as_bytes());
    // A held-out accuracy would need the labels of completions that are not listed.
    let report = bench.demand(1, &["run", "s.toml", "--out", "out"]);
    assert!(report.contains("cannot be tested"), "{report}");
    let table = bench.demand(0, &["export", "s.toml", "--out", "out"]);
    assert!(table.contains("most_bits"), "{table}");
    let rows: Vec<serde_json::Value> =
        table.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let classes: Vec<_> = rows.iter().filter(|row| row["quantity"] == "completion-class").collect();
    let of = classes[0]["of"].as_u64().unwrap();
    let classed: u64 = classes[..5].iter().map(|row| row["hits"].as_u64().unwrap()).sum();
    assert!(classed < of && classed as f64 > 0.99 * of as f64, "{classed} of {of}");
}
