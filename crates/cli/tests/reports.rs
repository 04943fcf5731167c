//! What `run` and `report` leave for people to open, and how figures are declared.

mod common;

use common::Bench;
use serde_json::Value;

const STUDY: &str = r#"
schema = 1
name = "coin"
question = "What does a table say of rows it was <b>not</b> shown?"
seeds = { quick = 40, standard = 40 }
[world.boolean]
inputs = 4
target = { each = ["x0", "parity"] }
shown = { each = [8, 13] }
[learner.table]
[instruments.held-out-accuracy]
[instruments.ones]
[controls.positive.half]
says = "The count holds."
cells = { target = "x0" }
quantity = "held-out-accuracy"
expect = { binomial = { p = 0.5, alpha = 0.0001 } }
[questions.accuracy]
quantity = "held-out-accuracy"
cells = { arm = "base" }
"#;

const BLOCKS: &str = r#"
schema = 1
name = "coin"
question = "Which functions does a random perceptron compute?"
agents = "retrained"
seeds = { quick = 2, standard = 2 }
[world.boolean]
inputs = 3
target = "parity"
coding = { each = ["zero-one", "plus-minus"] }
shown = 0
[learner.prior]
network = { mlp = { hidden = [], biases = "none", initialisation = { gaussian = { weight_sd = 1.0, bias_sd = 0.0 } } } }
draws = 1000
[instruments.ones]
[figures.bars.shares]
title = "Bars"
quantity = "ones"
outcomes = ["0", "8"]
groups = "coding"
axis = "log"
[figures.pairs.scatter]
title = "Pairs"
quantity = "ones"
x = { coding = "zero-one" }
y = { coding = "plus-minus" }
"#;

const FIGURES: &str = r#"
[figures.rows.dots]
title = "Zebras first"
quantity = "held-out-accuracy"
[figures.a-heat.heat]
title = "Heat"
quantity = "held-out-accuracy"
across = "shown"
down = "target"
[figures.a-line.lines]
title = "Lines"
quantity = "held-out-accuracy"
over = "shown"
lines = "target"
curves = [{ label = "one half", points = [[8, 0.5], [13, 0.5]] }]
[figures.bars.shares]
title = "Bars"
quantity = "ones"
panels = "target"
groups = "shown"
[figures.pairs.scatter]
title = "Pairs"
quantity = "ones"
x = { target = "x0", shown = "8" }
y = { target = "parity", shown = "8" }
hits = 1
"#;

fn bench(figures: &str) -> Bench {
    let bench = Bench::new();
    bench.write("studies/coin.toml", &format!("{STUDY}{figures}"));
    bench
}

fn page(bench: &Bench) -> String {
    std::fs::read_to_string(bench.path().join("mesascope-out/coin/quick/report.html")).unwrap()
}

fn names(bench: &Bench, ending: &str) -> Vec<String> {
    let files = bench.files("mesascope-out/coin/quick/figures", ending);
    files.iter().map(|file| file.file_name().unwrap().to_string_lossy().to_string()).collect()
}

#[test]
fn a_run_leaves_a_page_and_a_file_a_figure_in_the_order_of_the_study() {
    let bench = bench(FIGURES);
    bench.demand(0, &["run", "coin"]);
    assert_eq!(names(&bench, "csv"), ["a-heat.csv", "a-line.csv", "rows.csv"]);
    assert_eq!(names(&bench, "svg").len(), 3);
    let page = page(&bench);
    let place = |title: &str| page.find(title).unwrap_or_else(|| panic!("{title} is missing"));
    assert!(place("Zebras first") < place("Heat</h3>"), "the study's first figure is not first");
    assert!(place("Zebras first") < place("id=\"verdicts\""), "it is not on the first screen");
    assert!(page.contains("was &lt;b&gt;not&lt;/b&gt; shown?"));
    // A single agent is one draw and no block of them: that is said, and nothing is drawn.
    assert_eq!(page.matches("Not drawn: ").count(), 2);
}

#[test]
fn counts_of_draws_are_drawn_as_bars_and_one_against_the_other() {
    let bench = Bench::new();
    bench.write("studies/coin.toml", BLOCKS);
    bench.demand(0, &["run", "coin"]);
    assert_eq!(names(&bench, "csv"), ["bars.csv", "pairs.csv"]);
    let folder = bench.path().join("mesascope-out/coin/quick/figures");
    let bars = std::fs::read_to_string(folder.join("bars.csv")).unwrap();
    assert_eq!(bars.lines().count(), 1 + 2 * 2, "two outcomes of two cells: {bars}");
    // Eight ones of eight rows need a positive answer to the row of zeros, which has none.
    let never = bars.lines().find(|line| line.starts_with("zero-one,8,,0,")).unwrap();
    assert!(never.ends_with(",0,2000"), "{never}");
    let page = page(&bench);
    assert!(page.contains("How far they agree cannot be said: "), "one outcome is in both");
}

#[test]
fn a_study_without_figures_draws_its_first_question() {
    let bench = bench("");
    bench.demand(0, &["run", "coin"]);
    assert_eq!(names(&bench, "svg"), ["held-out-accuracy.svg"]);
    let verdict: Value =
        serde_json::from_str(&bench.demand(0, &["report", "coin", "--json"])).unwrap();
    let figure = &verdict["findings"]["figures"][0]["drawn"]["dots"];
    assert_eq!(figure["rows"].as_array().unwrap().len(), 4, "{figure}");
    let seeds = figure["rows"][0]["seeds"].as_array().unwrap();
    let counted: u64 = seeds.iter().map(|bin| bin["seeds"].as_u64().unwrap()).sum();
    assert_eq!(counted, 40, "every seed is in the histogram");
}

#[test]
fn a_control_that_fails_takes_the_figures_of_an_earlier_report_away() {
    let bench = bench(FIGURES);
    bench.demand(0, &["run", "coin"]);
    bench.write("studies/coin.toml", &format!("{STUDY}{FIGURES}").replace("p = 0.5", "p = 0.9"));
    bench.demand(1, &["run", "coin"]);
    assert!(names(&bench, "svg").is_empty() && names(&bench, "csv").is_empty());
    let page = page(&bench);
    assert!(page.contains("Inconclusive: a control failed") && !page.contains("<svg"));
}

#[test]
fn figures_are_in_no_identity() {
    let bench = bench("");
    let plan = |bench: &Bench| -> Value {
        let out = bench.demand(0, &["plan", "coin", "--preset", "standard", "--json"]);
        serde_json::from_str(&out).unwrap()
    };
    let before = plan(&bench);
    let registered = bench.demand(0, &["register", "coin"]);
    bench.demand(0, &["run", "coin", "--preset", "standard"]);
    let exported = bench.demand(0, &["export", "coin", "--preset", "standard"]);
    bench.write("studies/coin.toml", &format!("{STUDY}{FIGURES}"));
    let after = plan(&bench);
    assert_ne!(before["figures"], after["figures"]);
    assert_eq!(before["study_hash"], after["study_hash"]);
    assert_ne!(registered, bench.demand(0, &["register", "coin"]), "registering twice says so");
    let ledger = std::fs::read_to_string(bench.path().join("forecasts/coin/ledger.jsonl")).unwrap();
    assert_eq!(ledger.lines().count(), 1, "a figure was taken for another study");
    bench.demand(0, &["run", "coin", "--preset", "standard"]);
    assert_eq!(exported, bench.demand(0, &["export", "coin", "--preset", "standard"]));
    let verdict: Value = serde_json::from_str(
        &bench.demand(0, &["judge", "coin", "--preset", "standard", "--json"]),
    )
    .unwrap();
    assert!(verdict["standing"]["registered"].is_object(), "{}", verdict["standing"]);
}

#[test]
fn a_slip_in_a_figure_is_told_with_its_place() {
    for (from, to, line, what) in [
        ("across = \"shown\"", "across = \"shwn\"", 28, "did you mean \"shown\"?"),
        ("over = \"shown\"", "over = \"target\"", 33, "has no place on the axis"),
        ("lines = \"target\"", "lines = \"world\"", 33, "would be drawn in one place"),
        ("title = \"Bars\"", "title = \" \"", 37, "title is empty"),
        (
            "quantity = \"ones\"\npanels",
            "quantity = \"fitted\"\npanels",
            38,
            "only a quantity of classes",
        ),
        ("panels = \"target\"", "panel = \"target\"", 39, "did you mean \"panels\"?"),
        (
            "x = { target = \"x0\", shown = \"8\" }",
            "x = { target = \"x0\" }",
            44,
            "name more factors",
        ),
        ("y = { target = \"parity\"", "y = { target = \"x0\"", 45, "compared with itself"),
        ("[figures.rows.dots]", "[figures.rows.dost]", 22, "did you mean \"dots\"?"),
        (
            "title = \"Zebras first\"",
            "class = \"other\"\ntitle = \"Z\"",
            23,
            "only a quantity of classes",
        ),
        ("points = [[8, 0.5], [13, 0.5]]", "points = [[8, 0.5]]", 35, "two points or more"),
    ] {
        let text = format!("{STUDY}{FIGURES}");
        assert!(text.contains(from), "{from}");
        let bench = Bench::new();
        bench.write("studies/coin.toml", &text.replace(from, to));
        let output = bench.run(&["run", "coin"]);
        let error = String::from_utf8_lossy(&output.stderr).to_string();
        assert_eq!(output.status.code(), Some(2), "{to}: {error}");
        let place = format!("coin.toml:{line}:");
        assert!(error.contains(&place) && error.contains(what), "{to}: {error}");
    }
}
