//! Who may know what is a crate boundary, and this keeps it.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// What each crate may depend on, of ours (the table of the design, section 2; crates that do not
/// exist yet, `python`, are not listed). `lanes` is arithmetic that knows nothing at
/// all; `benches` measures and nobody depends on it.
const ALLOWED: &[(&str, &[&str])] = &[
    ("complexity", &[]),
    ("lanes", &[]),
    ("stats", &["lanes"]),
    ("nets", &["lanes", "stats"]),
    ("tasks", &["stats"]),
    ("worlds", &["complexity", "stats", "tasks"]),
    ("learners", &["complexity", "stats", "nets", "tasks"]),
    ("instruments", &["complexity", "stats", "nets", "tasks", "worlds", "record"]),
    ("record", &["stats"]),
    ("planted", &["stats", "tasks", "worlds", "learners"]),
    ("lab", &["stats", "nets", "tasks", "worlds", "learners", "instruments", "planted", "record"]),
    ("verdict", &["stats", "record"]),
    (
        "cli",
        &[
            "stats",
            "nets",
            "tasks",
            "worlds",
            "learners",
            "instruments",
            "planted",
            "record",
            "lab",
            "verdict",
        ],
    ),
    ("benches", &["lanes", "stats", "nets", "tasks", "learners", "worlds"]),
];

fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline", "--locked"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let short = |name: &str| match name {
        "mesascope" => "cli".to_string(),
        other => other.trim_start_matches("mesascope-").to_string(),
    };
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .map(|package| {
            let needs = package["dependencies"].as_array().unwrap().iter();
            // What a test needs is not what the crate knows.
            let ours = needs
                .filter(|need| need["kind"].is_null())
                .filter_map(|need| need["name"].as_str())
                .filter(|name| name.starts_with("mesascope"))
                .map(short);
            (short(package["name"].as_str().unwrap()), ours.collect())
        })
        .collect()
}

#[test]
fn no_crate_knows_more_than_the_design_allows() {
    let found = dependencies();
    let listed: BTreeSet<&str> = ALLOWED.iter().map(|(name, _)| *name).collect();
    let names: BTreeSet<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(names, listed, "the workspace's crates and the table's differ");
    for (name, allowed) in ALLOWED {
        for needed in &found[*name] {
            assert!(
                allowed.contains(&needed.as_str()),
                "{name} depends on {needed}, which the design forbids"
            );
        }
    }
}

#[test]
fn every_crate_says_in_a_sentence_what_it_is() {
    for (name, _) in ALLOWED {
        let main = if *name == "cli" { "main" } else { "lib" };
        let folder = if *name == "benches" { "../benches" } else { name };
        let path = format!("{}/../{folder}/src/{main}.rs", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap();
        let head: String = text.lines().take_while(|line| line.starts_with("//!")).collect();
        assert!(head.len() > 30 && head.contains('.'), "{path} has no sentence at its head");
    }
}

#[test]
fn no_source_file_is_longer_than_six_hundred_lines() {
    let output = Command::new("git")
        .args(["ls-files", "*.rs", "*.py"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .output()
        .unwrap();
    let files = String::from_utf8(output.stdout).unwrap();
    assert!(files.lines().count() > 40, "git lists too few files: {files}");
    for file in files.lines() {
        let path = format!("{}/../../{file}", env!("CARGO_MANIFEST_DIR"));
        let lines = std::fs::read_to_string(path).map_or(0, |text| text.lines().count());
        assert!(lines <= 600, "{file} has {lines} lines: split it along what it does");
    }
}
