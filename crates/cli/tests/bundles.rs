//! A run in one file: what verifies, what does not, and forecasts that refer to one.

mod common;

use std::io::{Read, Write};
use std::path::Path;

use common::Bench;
use mesascope_record::hash_of_bytes;
use serde_json::Value;

const STUDY: &str = r#"
schema = 1
name = "coin"
question = "What does a table say of rows it was not shown?"
claims = []
seeds = { quick = 30, standard = 40 }
[world.boolean]
inputs = 3
target = { each = ["x0", "x0&x1"] }
shown = 5
[learner.table]
[instruments.held-out-accuracy]
[controls.positive.count]
says = "The count holds."
cells = { arm = "base" }
quantity = "held-out-accuracy"
expect = { binomial = { p = 0.5, alpha = 0.0001 } }
[questions.accuracy]
quantity = "held-out-accuracy"
cells = { arm = "base" }
"#;

const BUNDLE: &str = "results/coin.bundle.gz";

/// A registered and finished run of the study, in a bundle; and the hash that was published.
fn finished() -> (Bench, String) {
    let bench = Bench::new();
    bench.write("studies/coin.toml", STUDY);
    let entry: Value =
        serde_json::from_str(&bench.demand(0, &["register", "coin", "--json"])).unwrap();
    bench.demand(0, &["run", "coin", "--preset", "standard"]);
    bench.write("results/.keep", "");
    bench.demand(0, &["bundle", "coin", "--preset", "standard", "--to", BUNDLE]);
    (bench, entry["hash"].as_str().unwrap().to_string())
}

#[test]
fn a_forecast_that_speaks_for_a_claim_of_another_study_takes_it_along() {
    let bench = Bench::new();
    bench.write("studies/coin.toml", STUDY);
    let claim = include_str!("../../../claims/032.toml");
    bench.write("claims/032.toml", &claim[..claim.find("[[rules]]").unwrap()]);
    let forecast = "schema = 1\nposition = \"overfitting\"\nstudy = \"coin\"\nclaim = 32\n\
        derivation = \"none\"\nknown_before = []\n[readings.literal]\nsays = \"a half\"\n\
        expect = [{ quantity = \"held-out-accuracy\", cells = { arm = \"base\" }, \
        is = { normal = { mean = 0.5, sd = 0.1 } } }]\n[readings.generous]\nsays = \"uniform\"\n";
    bench.write("forecasts/coin/overfitting.toml", forecast);
    let entry: Value =
        serde_json::from_str(&bench.demand(0, &["register", "coin", "--json"])).unwrap();
    bench.demand(0, &["run", "coin", "--preset", "standard"]);
    bench.write("results/.keep", "");
    bench.demand(0, &["bundle", "coin", "--preset", "standard", "--to", BUNDLE]);
    let hash = entry["hash"].as_str().unwrap();
    bench.demand(0, &["verify", BUNDLE, "--hash", hash, "--sample", "2", "--seed", "1"]);
}

fn unpacked(path: &Path) -> String {
    let mut text = String::new();
    let packed = std::fs::File::open(path).unwrap();
    flate2::read::GzDecoder::new(packed).read_to_string(&mut text).unwrap();
    text
}

/// Lines with a hash that is right for them, as a forger would write it.
fn pack(path: &Path, lines: &str) {
    let hash = hash_of_bytes("mesascope bundle", lines.as_bytes());
    let packed = std::fs::File::create(path).unwrap();
    let mut packed = flate2::write::GzEncoder::new(packed, flate2::Compression::fast());
    writeln!(packed, "{lines}{{\"hash\":\"{hash}\"}}").unwrap();
    packed.finish().unwrap();
}

#[test]
fn an_honest_bundle_verifies_under_the_published_hash_and_under_no_other() {
    let (bench, hash) = finished();
    let out = bench.demand(0, &["verify", BUNDLE, "--hash", &hash, "--json"]);
    let out: Value = serde_json::from_str(&out).unwrap();
    let checks = out["checks"].as_array().unwrap();
    assert!(checks.len() >= 4 && checks.iter().all(|check| check["holds"] == true), "{checks:?}");
    let words: Vec<&str> = checks.iter().map(|check| check["what"].as_str().unwrap()).collect();
    assert!(words.iter().any(|what| what.contains("20 of 80 trials run again")), "{words:?}");
    // What is judged from the bundle is what was judged from the run's own folder.
    let run: Value = serde_json::from_str(
        &bench.demand(0, &["judge", "coin", "--preset", "standard", "--json"]),
    )
    .unwrap();
    assert_eq!(out["verdict"], run);
    let other = format!("{}0", &hash[..hash.len() - 1]);
    let text = bench.demand(1, &["verify", BUNDLE, "--hash", &other]);
    assert!(text.contains("FAIL no entry of the ledger has hash"), "{text}");
}

#[test]
fn a_bundle_needs_nothing_but_itself() {
    let (bench, hash) = finished();
    let elsewhere = Bench::new();
    std::fs::copy(bench.path().join(BUNDLE), elsewhere.path().join("b.bundle.gz")).unwrap();
    elsewhere.demand(0, &["verify", "b.bundle.gz", "--hash", &hash]);
}

#[test]
fn a_changed_bundle_is_refused_and_a_forged_one_is_found_by_running_it_again() {
    let (bench, _) = finished();
    let path = bench.path().join(BUNDLE);
    let text = unpacked(&path);
    let end = text.trim_end().rfind('\n').unwrap() + 1;
    let lines = &text[..end];
    let honest = std::fs::read(&path).unwrap();

    let changed = lines.replacen("\"hits\":2", "\"hits\":3", 1);
    assert_ne!(changed, lines);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(format!("{changed}{}", &text[end..]).as_bytes()).unwrap();
    std::fs::write(&path, packed.finish().unwrap()).unwrap();
    let refused = bench.run(&["verify", BUNDLE]);
    assert_eq!(refused.status.code(), Some(2));
    let words = String::from_utf8_lossy(&refused.stderr).to_string();
    assert!(words.contains(BUNDLE) && words.contains("its hash does not match"), "{words}");

    pack(&path, &changed);
    let text = bench.demand(1, &["verify", BUNDLE, "--sample", "80"]);
    assert!(text.contains("comes out otherwise than its record says"), "{text}");

    let short: String = lines.lines().take(40).map(|line| format!("{line}\n")).collect();
    pack(&path, &short);
    let words = bench.run(&["verify", BUNDLE]).stderr;
    let words = String::from_utf8_lossy(&words).to_string();
    assert!(words.contains("it holds 39 trials and its plan has 80"), "{words}");

    std::fs::write(&path, &honest[..honest.len() / 2]).unwrap();
    let words = bench.run(&["verify", BUNDLE]).stderr;
    let words = String::from_utf8_lossy(&words).to_string();
    assert!(words.contains("cannot be unpacked"), "{words}");
}

/// A study that comes after, with a forecast made of what the first shows.
fn later(bench: &Bench) {
    let study = STUDY
        .replace("name = \"coin\"", "name = \"later\"")
        .replace(
            "[learner.table]",
            "[learner.supervised]\nnetwork = { mlp = { hidden = [8] } }\noptimiser = { adam = {} }",
        )
        .replace(
            "cells = { arm = \"base\" }\nquantity = \"held-out-accuracy\"\nexpect",
            "set = { learner = { table = {} } }\nquantity = \"held-out-accuracy\"\nexpect",
        );
    bench.write("studies/later.toml", &study);
    let recorded = |sd: &str| {
        format!(
            "expect = [{{ quantity = \"held-out-accuracy\", is = {{ recorded = {{ study = \"coin\", \
             match = [\"target\"], extra_sd = {sd} }} }} }}]"
        )
    };
    let forecast = format!(
        "schema = 1\nposition = \"as-the-table\"\nstudy = \"later\"\nderivation = \"As it was.\"\n\
         [readings.literal]\nsays = \"the same\"\n{}\n[readings.generous]\nsays = \"about the same\"\n{}\n",
        recorded("0.0"),
        recorded("0.05")
    );
    bench.write("forecasts/later/as-the-table.toml", &forecast);
}

fn complaint(bench: &Bench, words: &[&str]) -> String {
    let output = bench.run(words);
    assert_eq!(output.status.code(), Some(2), "{words:?}");
    String::from_utf8_lossy(&output.stderr).to_string()
}

#[test]
fn a_forecast_refers_to_an_earlier_record_and_register_freezes_its_numbers() {
    let (bench, _) = finished();
    later(&bench);
    let path = bench.path().join(BUNDLE);
    let honest = std::fs::read(&path).unwrap();

    std::fs::remove_file(&path).unwrap();
    let words = complaint(&bench, &["run", "later"]);
    assert!(words.contains(BUNDLE) && words.contains("mesascope bundle coin"), "{words}");
    std::fs::write(&path, &honest).unwrap();

    bench.demand(0, &["register", "later"]);
    let frozen = std::fs::read_to_string(bench.path().join("forecasts/later/frozen.json")).unwrap();
    let frozen: Value = serde_json::from_str(&frozen).unwrap();
    let literal = &frozen["forecasts"]["as-the-table"]["readings"]["literal"][0];
    let cells = literal.as_object().unwrap();
    assert_eq!(cells.len(), 2, "{cells:?}");
    for is in cells.values() {
        // 40 agents of 3 rows each: Binomial(120, 1/2), four standard errors.
        let mean = is["normal"]["mean"].as_f64().unwrap();
        assert!((mean - 0.5).abs() < 4.0 * 0.5 / 120f64.sqrt(), "{is}");
    }

    // Once frozen, the numbers do without the record; a record that is there must be the same.
    std::fs::remove_file(&path).unwrap();
    let run: Value =
        serde_json::from_str(&bench.demand(0, &["run", "later", "--preset", "standard", "--json"]))
            .unwrap();
    let position = &run["findings"]["questions"][0]["positions"][0];
    assert!(position["standing"]["registered"].is_object(), "{position}");
    assert_ne!(position["readings"]["literal"], position["readings"]["generous"]);
    bench.demand(0, &["run", "coin"]);
    bench.demand(0, &["bundle", "coin", "--to", BUNDLE]);
    let words = complaint(&bench, &["judge", "later", "--preset", "standard"]);
    assert!(words.contains("it has changed") && words.contains(BUNDLE), "{words}");
    // Whoever writes other numbers into the frozen file has edited the forecast.
    std::fs::write(&path, &honest).unwrap();
    let file = bench.path().join("forecasts/later/frozen.json");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replacen("\"mean\": 0.", "\"mean\": 0.9", 1)).unwrap();
    let out = bench.demand(0, &["judge", "later", "--preset", "standard", "--json"]);
    let out: Value = serde_json::from_str(&out).unwrap();
    let standing = &out["findings"]["questions"][0]["positions"][0]["standing"];
    assert!(standing.to_string().contains("edited since it was registered"), "{standing}");
}

#[test]
fn a_reference_that_fits_no_cell_or_several_is_named() {
    let (bench, _) = finished();
    later(&bench);
    let file = "forecasts/later/as-the-table.toml";
    let text = std::fs::read_to_string(bench.path().join(file)).unwrap();
    for (from, to, says) in [
        ("match = [\"target\"]", "match = []", "several cells like"),
        ("match = [\"target\"]", "match = [\"shape\"]", "no factor \"shape\""),
        (
            "match = [\"target\"]",
            "match = [\"target\"], cells = { arm = \"other\" }",
            "no cell like",
        ),
        ("study = \"coin\"", "study = \"con\"", "results/con.bundle.gz"),
        ("extra_sd = 0.0 ", "extra_sd = -1.0 ", "extra_sd is 0 or more"),
    ] {
        assert!(text.contains(from), "{from}");
        bench.write(file, &text.replace(from, to));
        let words = complaint(&bench, &["run", "later"]);
        assert!(words.contains(says) && words.contains(file), "{words}");
    }
}
