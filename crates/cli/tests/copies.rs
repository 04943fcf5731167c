//! A copied study is the same study with every default written out.

mod common;

use common::Bench;
use serde_json::Value;

fn cells(bench: &Bench, study: &str) -> Vec<Value> {
    let text = bench.demand(0, &["plan", study, "--preset", "standard", "--json"]);
    let plan: Value = serde_json::from_str(&text).unwrap();
    let of = |cell: &Value| serde_json::json!([cell["world"], cell["learner"], cell["seeds"]]);
    plan["cells"].as_array().unwrap().iter().map(of).collect()
}

#[test]
fn a_copy_runs_the_cells_of_its_original_and_writes_out_every_default() {
    let bench = Bench::new();
    bench.demand(0, &["copy", "counting", "mine.toml"]);
    let copied = cells(&bench, "mine.toml");
    assert!(copied.len() > 40, "only {} cells", copied.len());
    assert_eq!(copied, cells(&bench, "counting"));
    let text = std::fs::read_to_string(bench.path().join("mine.toml")).unwrap();
    for default in [
        "activation = \"relu\"",
        "initialisation = \"fan-in\"",
        "beta2 = 0.999",
        "weight_decay = 0.0",
    ] {
        assert!(text.contains(default), "{default} is left out:\n{text}");
    }
    assert!(text.contains("# Updates after which training ends"), "settings have no comments");
}

#[test]
fn a_copy_never_writes_over_a_file() {
    let bench = Bench::new();
    bench.write("mine.toml", "precious");
    bench.demand(2, &["copy", "counting", "mine.toml"]);
    assert_eq!(std::fs::read_to_string(bench.path().join("mine.toml")).unwrap(), "precious");
}
