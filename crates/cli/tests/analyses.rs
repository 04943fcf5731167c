//! What a study asks of several cells together: agreement outcome by outcome, and shares of variance.

mod common;

use common::Bench;
use serde_json::Value;

const STUDY: &str = r#"
schema = 1
name = "both"
question = "Do trained networks come to the functions that random ones fit?"
claims = [900]
seeds = { quick = 1, standard = 1 }
[world.boolean]
inputs = 3
target = "x0&x1"
coding = { each = ["zero-one", "plus-minus"] }
shown = { cue = { input = 2, at = 1 } }
[learner.prior]
network = { mlp = { hidden = [8] } }
draws = 1000000
[instruments.completions]
[instruments.completion-class]
[controls.positive.nothing-is-trained]
says = "A draw takes no step."
cells = { arm = "base" }
quantity = "steps"
expect = { every = { high = 0.0 } }
[arms.trained.set]
learner = { ensemble = { members = 2000, of = { supervised = { network = { mlp = { hidden = [8] } }, optimiser = { adam = { learning_rate = 0.02 } } } } } }
[comparisons.trained-against-random]
quantity = "completion"
first = { arm = "base" }
second = { arm = "trained" }
match = ["coding"]
"#;

const CLAIM: &str = r#"
schema = 1
id = 900
name = "as-random"
statement = "Training finds functions as random networks do."
quote = "as random networks do"
source = "a test"
tier = "core"
[scope]
architecture = ["multi-layer perceptron"]
objective = ["supervised learning"]
data = ["boolean functions"]
compute = ["any"]
scaffold = ["none"]
[[rules]]
study = "both"
name = "ranks"
proposition = "Ranks agree."
quantity = "rank"
comparison = "trained-against-random"
cells = { arm = "trained" }
band = [-0.9, 1.0]
supports = "inside"
holds = "in-every-cell"
level = 0.9
minimum_seeds = 5
correction = "bonferroni"
most_unfitted = 0.05
[rules.scope]
architecture = ["multi-layer perceptron 8 relu"]
objective = ["supervised learning to the first fit"]
data = ["boolean functions of 3 inputs, shown by a cue"]
compute = ["under 100 parameters"]
scaffold = ["none"]
"#;

fn bench(study: &str) -> Bench {
    let bench = Bench::new();
    bench.write("studies/both.toml", study);
    bench.write("claims/900.toml", CLAIM);
    bench
}

fn ran(bench: &Bench) -> Value {
    serde_json::from_str(&bench.demand(0, &["run", "both", "--json"])).unwrap()
}

#[test]
fn cells_are_compared_function_by_function_and_a_rule_may_rest_on_it() {
    let bench = bench(STUDY);
    let verdict = ran(&bench);
    let compared = verdict["findings"]["comparisons"].as_array().unwrap();
    assert_eq!(compared.len(), 2, "one pair a coding");
    for pair in compared {
        let found = &pair["found"]["Ok"];
        // A member or two may not fit in its steps, and is then no draw with the shown labels.
        let fits = found["draws"][1].as_u64().unwrap();
        assert!((1980..=2000).contains(&fits), "{pair}");
        let outcomes = found["outcomes"].as_u64().unwrap();
        // Four rows are free: sixteen completions.
        assert!((5..=16).contains(&outcomes), "{pair}");
        let rank = found["rank"][0].as_f64().unwrap();
        assert!(rank > 0.3, "trained and random networks share a bias here: {pair}");
        assert!(found["divergence_bits"][0].as_f64().unwrap() > 0.0, "{pair}");
    }
    let rule = &verdict["findings"]["verdicts"][0];
    assert_eq!(rule["conclusion"], "supported", "{rule}");
    assert!(rule["by"].as_str().unwrap().contains("outcomes ranked"), "{rule}");
    // One pair's interval lies wholly outside a lower band, and that is enough to refute.
    bench.write("claims/900.toml", &CLAIM.replace("band = [-0.9, 1.0]", "band = [0.2, 0.3]"));
    let verdict: Value =
        serde_json::from_str(&bench.demand(0, &["judge", "both", "--json"])).unwrap();
    assert_eq!(verdict["findings"]["verdicts"][0]["conclusion"], "refuted");
    // A pair with too few outcomes decides nothing.
    bench.write("claims/900.toml", &CLAIM.replace("minimum_seeds = 5", "minimum_seeds = 17"));
    let verdict: Value =
        serde_json::from_str(&bench.demand(0, &["judge", "both", "--json"])).unwrap();
    let rule = &verdict["findings"]["verdicts"][0];
    assert_eq!(rule["conclusion"], "inconclusive", "{rule}");
    let text = bench.demand(0, &["report", "both"]);
    assert!(text.contains("Outcome by outcome: trained-against-random"), "{text}");
    let page = bench.path().join("mesascope-out/both/quick/report.html");
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("trained-against-random") && page.contains("rank correlation"));
}

#[test]
fn shares_of_variance_are_told_of_a_full_grid() {
    let grid = STUDY
        .replace("[learner.prior]", "[learner.supervised]")
        .replace("draws = 1000000", "optimiser = { each = [{ adam = {} }, { sgd = {} }] }")
        .replace("seeds = { quick = 1", "seeds = { quick = 60")
        .replace("claims = [900]", "claims = []")
        .replace("A draw takes no step.", "Networks fit.")
        .replace(
            "quantity = \"steps\"\nexpect = { every = { high = 0.0 } }",
            "quantity = \"fitted\"\nexpect = { nearly-all = { missing = 0.1 } }",
        )
        .replace("\n[instruments.completions]", "\n[instruments.held-out-accuracy]");
    let cut = grid.find("[arms.trained.set]").unwrap();
    let grid = format!(
        "{}[explained.accuracy]\nquantity = \"held-out-accuracy\"\ncells = {{ arm = \"base\" }}\n\
         factors = [\"coding\", \"optimiser\"]\n",
        &grid[..cut]
    );
    let bench = bench(&grid);
    let verdict = ran(&bench);
    let shares = &verdict["findings"]["explained"][0]["found"]["Ok"];
    let factors = shares["factors"].as_object().unwrap();
    assert_eq!(factors.len(), 2, "{shares}");
    let share = |value: &Value| value.as_f64().unwrap();
    let all: f64 = factors.values().map(|one| share(&one[0])).sum::<f64>()
        + share(&shares["together"])
        + share(&shares["seeds"]);
    assert!((all - 1.0).abs() < 1e-9, "the shares make one whole: {shares}");
    let text = bench.demand(0, &["report", "both"]);
    assert!(text.contains("Share of variance explained: accuracy"), "{text}");
    let page = bench.path().join("mesascope-out/both/quick/report.html");
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("Share of variance explained: accuracy"), "the page has it too");
}

#[test]
fn what_cannot_be_compared_is_named_with_its_line() {
    for (from, to, says) in [
        ("match = [\"coding\"]", "match = []", "several cells of `first` are like"),
        ("match = [\"coding\"]", "match = [\"codeing\"]", "factor \"codeing\""),
        ("second = { arm = \"trained\" }", "second = { arm = \"base\" }", "compared with itself"),
        (
            "quantity = \"completion\"\nfirst",
            "quantity = \"completion-slope\"\nfirst",
            "counts or classes",
        ),
        ("first = { arm = \"base\" }", "first = { arm = \"bse\" }", "did you mean"),
    ] {
        assert!(STUDY.contains(from), "{from}");
        let bench = bench(&STUDY.replacen(from, to, 1));
        let output = bench.run(&["run", "both"]);
        let words = String::from_utf8_lossy(&output.stderr).to_string();
        assert_eq!(output.status.code(), Some(2), "{words}");
        assert!(words.contains(says) && words.contains("studies/both.toml:"), "{words}");
    }
    let bench = bench(STUDY);
    bench.write("claims/900.toml", &CLAIM.replace("trained-against-random", "other"));
    let words = String::from_utf8_lossy(&bench.run(&["run", "both"]).stderr).to_string();
    assert!(words.contains("makes no comparison \"other\""), "{words}");
    bench.write("claims/900.toml", &CLAIM.replace("quantity = \"rank\"", "quantity = \"rnk\""));
    let words = String::from_utf8_lossy(&bench.run(&["run", "both"]).stderr).to_string();
    assert!(words.contains("`rank` or `slope`"), "{words}");
}
