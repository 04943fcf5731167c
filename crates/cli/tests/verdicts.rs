//! What moves a verdict, and what must not be able to.

mod common;

use common::Bench;
use serde_json::Value;

const STUDY: &str = r#"
schema = 1
name = "coin"
question = "What does a table say of rows it was not shown?"
claims = [900]
seeds = { quick = 60, standard = 60 }
[world.boolean]
inputs = 4
target = "x0"
shown = 13
[learner.supervised]
network = { mlp = { hidden = [16] } }
optimiser = { adam = { learning_rate = 0.01 } }
[instruments.held-out-accuracy]
[controls.positive.table]
says = "The count holds."
set = { "learner" = { table = {} } }
quantity = "held-out-accuracy"
expect = { binomial = { p = 0.5, alpha = 0.0001 } }
[questions.accuracy]
quantity = "held-out-accuracy"
cells = { arm = "base" }
"#;

const CLAIM: &str = r#"
schema = 1
id = 900
name = "networks-generalise"
statement = "Networks generalise."
quote = "networks generalise"
source = "a test"
tier = "core"
[scope]
architecture = ["multi-layer perceptron"]
objective = ["supervised learning"]
data = ["boolean functions"]
compute = ["any"]
scaffold = ["none"]
[[rules]]
study = "coin"
name = "above-chance"
proposition = "A copied input is found."
quantity = "held-out-accuracy"
cells = { arm = "base" }
band = [0.4, 0.6]
supports = "outside"
holds = "in-every-cell"
level = 0.95
minimum_seeds = 30
correction = "bonferroni"
most_unfitted = 0.05
[rules.scope]
architecture = ["multi-layer perceptron 16 relu"]
objective = ["supervised learning to the first fit"]
data = ["boolean functions of 4 inputs, 13 of 16 rows shown"]
compute = ["under 100 parameters"]
scaffold = ["none"]
"#;

fn forecast(position: &str, mean: f64, more: &str) -> String {
    let reading = |name: &str, sd: f64| {
        format!(
            "[readings.{name}]\nsays = \"{mean}\"\nexpect = [{{ quantity = \"held-out-accuracy\", \
             is = {{ normal = {{ mean = {mean}, sd = {sd} }} }} }}]\n"
        )
    };
    format!(
        "schema = 1\nposition = \"{position}\"\nstudy = \"coin\"\nclaim = 900\n\
         derivation = \"A number.\"\n{more}\n{}{}",
        reading("literal", 0.02),
        reading("generous", 0.05)
    )
}

fn bench() -> Bench {
    let bench = Bench::new();
    bench.write("studies/coin.toml", STUDY);
    bench.write("claims/900.toml", CLAIM);
    bench.write("forecasts/coin/learns.toml", &forecast("learns", 0.85, ""));
    bench.write("forecasts/coin/chance.toml", &forecast("chance", 0.5, ""));
    bench
}

fn verdict(bench: &Bench, words: &[&str]) -> Value {
    serde_json::from_str(&bench.demand(0, &[words, &["--json"]].concat())).unwrap()
}

fn positions(verdict: &Value) -> &Vec<Value> {
    verdict["findings"]["questions"][0]["positions"].as_array().unwrap()
}

fn standing<'v>(verdict: &'v Value, position: &str) -> &'v Value {
    &positions(verdict).iter().find(|one| one["position"] == position).unwrap()["standing"]
}

#[test]
fn swapping_two_forecasts_changes_the_winner() {
    let bench = bench();
    let before = verdict(&bench, &["run", "coin"]);
    assert_eq!(positions(&before)[0]["position"], "learns");
    assert!(positions(&before)[0]["bits"].as_f64().unwrap() > 1.0, "{before}");
    bench.write("forecasts/coin/learns.toml", &forecast("learns", 0.5, ""));
    bench.write("forecasts/coin/chance.toml", &forecast("chance", 0.85, ""));
    let after = verdict(&bench, &["judge", "coin"]);
    assert_eq!(positions(&after)[0]["position"], "chance");
    assert_eq!(positions(&before)[0]["bits"], positions(&after)[0]["bits"]);
}

#[test]
fn a_failed_control_shows_no_headline_and_exits_1() {
    let bench = bench();
    bench.write("studies/coin.toml", &STUDY.replace("p = 0.5", "p = 0.9"));
    let text = bench.demand(1, &["run", "coin"]);
    assert!(text.contains("INCONCLUSIVE: control failed") && text.contains("FAIL"), "{text}");
    for shown in ["Bits against", "SUPPORTED", "REFUTED", "0.95"] {
        assert!(!text.contains(shown), "{shown:?} is shown beside a failed control:\n{text}");
    }
    let file = bench.path().join("mesascope-out/coin/quick/verdict.json");
    let verdict: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert!(verdict["findings"].is_null());
    bench.demand(1, &["controls", "coin"]);
    bench.demand(1, &["judge", "coin"]);
    bench.demand(1, &["report", "coin"]);
}

#[test]
fn what_is_registered_before_the_first_standard_record_counts_and_nothing_else() {
    let bench = bench();
    bench.demand(0, &["register", "coin"]);
    let run = verdict(&bench, &["run", "coin", "--preset", "standard"]);
    assert_eq!(run["standing"]["registered"]["entry"], 0);
    assert_eq!(standing(&run, "learns")["registered"]["revised"], false);
    assert_eq!(run["findings"]["verdicts"][0]["conclusion"], "supported");
    assert_eq!(run["findings"]["verdicts"][0]["standing"]["registered"]["entry"], 0);

    let judge = ["judge", "coin", "--preset", "standard"];
    bench.write("forecasts/coin/learns.toml", &forecast("learns", 0.9, ""));
    let because = |verdict: &Value, position: &str| {
        standing(verdict, position)["exploratory"]["because"]
            .as_str()
            .unwrap_or("registered")
            .to_string()
    };
    let edited = verdict(&bench, &judge);
    assert_eq!(because(&edited, "learns"), "edited since it was registered");
    assert_eq!(because(&edited, "chance"), "registered", "the other one stands");

    bench.demand(0, &["register", "coin"]);
    let again = verdict(&bench, &judge);
    assert_eq!(
        because(&again, "learns"),
        "edited since it was registered",
        "registering late mends nothing"
    );

    bench.write("forecasts/coin/late.toml", &forecast("late", 0.95, ""));
    bench.demand(0, &["register", "coin"]);
    let late = verdict(&bench, &judge);
    assert_eq!(because(&late, "late"), "registered after the first confirmatory record");

    for (what, other) in
        [("[0.4, 0.6]", "[0.3, 0.7]"), ("quote = \"networks", "quote = \"all networks")]
    {
        bench.write("claims/900.toml", &CLAIM.replace(what, other));
        let moved = verdict(&bench, &judge);
        let rule = &moved["findings"]["verdicts"][0]["standing"];
        assert_eq!(rule["exploratory"]["because"], "edited since it was registered", "{what}");
    }
}

#[test]
fn a_rewritten_ledger_and_changed_provenance_register_nothing() {
    let bench = bench();
    bench.demand(0, &["register", "coin"]);
    bench.demand(0, &["run", "coin", "--preset", "standard"]);
    let judge = ["judge", "coin", "--preset", "standard"];
    let ledger = bench.path().join("forecasts/coin/ledger.jsonl");
    let honest = std::fs::read_to_string(&ledger).unwrap();
    std::fs::remove_file(&ledger).unwrap();
    bench.write("forecasts/coin/learns.toml", &forecast("learns", 0.9, ""));
    bench.demand(0, &["register", "coin"]);
    let rewritten = verdict(&bench, &judge);
    let because = rewritten["standing"]["exploratory"]["because"].as_str().unwrap();
    assert!(because.contains("rewritten"), "{because}");
    std::fs::write(&ledger, honest).unwrap();
    let beside = &bench.files("mesascope-out/coin/standard/records", ".provenance.json")[0];
    let text = std::fs::read_to_string(beside).unwrap();
    std::fs::write(beside, text.replace("\"ledger\":\"", "\"ledger\":\"0")).unwrap();
    let error = String::from_utf8(bench.run(&judge).stderr).unwrap();
    assert!(error.contains("provenance are not the ones"), "{error}");
}

#[test]
fn a_forecast_that_is_taken_away_after_it_was_registered_is_named() {
    let bench = bench();
    bench.demand(0, &["register", "coin"]);
    bench.demand(0, &["run", "coin", "--preset", "standard"]);
    std::fs::remove_file(bench.path().join("forecasts/coin/chance.toml")).unwrap();
    let text = bench.demand(0, &["judge", "coin", "--preset", "standard"]);
    assert!(text.contains("Withdrawn") && text.contains("forecast chance"), "{text}");
}

#[test]
fn a_number_changed_in_the_plan_or_the_verdict_is_refused_by_the_next_stage() {
    let bench = bench();
    bench.demand(0, &["run", "coin"]);
    let folder = bench.path().join("mesascope-out/coin/quick");
    for (file, stage, number, other) in [
        ("plan.json", "judge", "0.0001", "0.1"),
        ("verdict.json", "report", "\"units\": 60", "\"units\": 90"),
    ] {
        let honest = std::fs::read_to_string(folder.join(file)).unwrap();
        assert!(honest.contains(number), "{file} has no {number}");
        std::fs::write(folder.join(file), honest.replacen(number, other, 1)).unwrap();
        let output = bench.run(&[stage, "coin"]);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{stage} accepts a changed {file}");
        assert!(error.contains(file) && error.contains("changed after it was written"), "{error}");
        std::fs::write(folder.join(file), honest).unwrap();
    }
}

#[test]
fn edited_and_copied_studies_draw_no_confirmatory_seed_and_register_nothing() {
    let bench = bench();
    // Before it is registered, a look at the standard preset shows no confirmatory draw either.
    bench.demand(0, &["run", "coin", "--preset", "standard", "--out", "peek"]);
    let peeked = bench.demand(0, &["export", "coin", "--preset", "standard", "--out", "peek"]);
    bench.demand(0, &["register", "coin"]);
    bench.demand(0, &["run", "coin", "--preset", "standard"]);
    let honest = bench.demand(0, &["export", "coin", "--preset", "standard"]);
    let agents = |table: &str| -> std::collections::BTreeSet<String> {
        let row = |line: &str| serde_json::from_str::<Value>(line).unwrap()["agent"].to_string();
        table.lines().map(row).collect()
    };
    bench.demand(0, &["copy", "coin", "mine.toml"]);
    bench.demand(0, &["run", "mine.toml", "--preset", "standard"]);
    let copied = bench.demand(0, &["export", "mine", "--preset", "standard"]);
    let edit = ["--preset", "standard", "--set", "seeds.standard=61"];
    bench.demand(0, &[&["run", "coin"][..], &edit].concat());
    let edited = bench.demand(0, &[&["export", "coin"][..], &edit].concat());
    for (what, table) in [("a copy", copied), ("an edit", edited), ("a peek", peeked)] {
        assert!(agents(&table).len() >= 120, "{what}");
        assert!(agents(&honest).is_disjoint(&agents(&table)), "{what} shows confirmatory draws");
    }
    assert_eq!(bench.demand(0, &["export", "coin", "--preset", "standard"]), honest);
    bench.demand(2, &["register", "mine.toml"]);
    bench.demand(2, &["run", "coin", "--set", "arms.x.headline=false"]);
}

#[test]
fn a_quick_run_an_edit_and_a_copy_are_exploratory_however_well_registered() {
    let bench = bench();
    bench.demand(0, &["register", "coin"]);
    let because = |verdict: &Value| {
        verdict["standing"]["exploratory"]["because"].as_str().unwrap().to_string()
    };
    let quick = verdict(&bench, &["run", "coin"]);
    assert!(because(&quick).contains("quick preset"));
    let edit = ["run", "coin", "--preset", "standard", "--set", "world.boolean.shown=9"];
    let edited = verdict(&bench, &edit);
    assert!(because(&edited).contains("edited on the command line: world.boolean.shown=9"));
    bench.demand(0, &["copy", "coin", "mine.toml"]);
    let copied = verdict(&bench, &["run", "mine.toml", "--preset", "standard", "--out", "c"]);
    assert!(because(&copied).contains("a copy of the study coin"), "{}", because(&copied));
}

#[test]
fn a_forecast_whose_author_had_seen_the_quantity_is_exploratory() {
    let bench = bench();
    let known = "[[known_before]]\nwhat = \"a pilot\"\nquantity = \"held-out-accuracy\"";
    bench.write("forecasts/coin/learns.toml", &forecast("learns", 0.85, known));
    bench.demand(0, &["register", "coin"]);
    let run = verdict(&bench, &["run", "coin", "--preset", "standard"]);
    assert_eq!(standing(&run, "learns")["exploratory"]["because"], "its author had seen a pilot");
    assert_eq!(standing(&run, "chance")["registered"]["entry"], 0);
}

#[test]
fn a_conclusion_wider_than_its_evidence_is_an_error() {
    let bench = bench();
    let wider = CLAIM.replace("boolean functions of 4 inputs, 13 of 16 rows shown", "text");
    assert_ne!(wider, CLAIM);
    bench.write("claims/900.toml", &wider);
    let output = bench.run(&["run", "coin"]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        error.contains("concludes about data \"text\"") && error.contains("boolean functions"),
        "{error}"
    );
}

#[test]
fn a_rule_says_nothing_of_cells_outside_the_scope_it_was_written_for() {
    let bench = bench();
    let run = verdict(&bench, &["run", "coin", "--set", "world.boolean.inputs=5"]);
    assert_eq!(run["findings"]["verdicts"][0]["conclusion"], "not-run");
}

#[test]
fn a_study_that_bears_on_claims_without_controls_is_refused() {
    let bench = bench();
    let (before, _) = STUDY.split_once("[controls").unwrap();
    let (_, after) = STUDY.split_once("[questions").unwrap();
    bench.write("studies/coin.toml", &format!("{before}[questions{after}"));
    bench.demand(2, &["run", "coin"]);
}

#[test]
fn controls_that_could_not_fail_are_refused_or_do_not_hold() {
    let binomial = "binomial = { p = 0.5, alpha = 0.0001 }";
    for (expect, code) in [
        ("mean = { is = 0.5, alpha = 1e-300 }", 2),
        ("above = { than = 0.0, level = 0.95 }", 2),
        ("above = { than = 0.1, level = 1e-9 }", 2),
        ("nearly-all = { missing = 0.99 }", 1),
    ] {
        let bench = bench();
        let quantity = if code == 1 { "fitted" } else { "held-out-accuracy" };
        let study = STUDY.replace(binomial, expect);
        let study = study.replacen(
            "quantity = \"held-out-accuracy\"",
            &format!("quantity = \"{quantity}\""),
            1,
        );
        bench.write("studies/coin.toml", &study);
        bench.demand(code, &["run", "coin"]);
    }
}

#[test]
fn a_rule_needs_its_seeds_and_strict_makes_an_inconclusive_verdict_fail() {
    let bench = bench();
    bench.write("claims/900.toml", &CLAIM.replace("minimum_seeds = 30", "minimum_seeds = 61"));
    let run = verdict(&bench, &["run", "coin"]);
    assert_eq!(run["findings"]["verdicts"][0]["conclusion"], "inconclusive");
    bench.demand(1, &["run", "coin", "--strict"]);
}
