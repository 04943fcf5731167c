//! Each stage names the file that it misses, and the stage that makes it.

use std::path::PathBuf;

use mesascope_record::{Content, Namespace, Provenance, Record, Slice, Store, Value};

use crate::common::Bench;
use crate::{STUDY, bench_with, faults};

pub const FOLDER: &str = "out/tiny/quick";

/// A bench on which the study has run.
pub fn run_before() -> Bench {
    let bench = bench_with(STUDY.as_bytes());
    bench.demand(0, &["run", "s.toml", "--out", "out"]);
    bench
}

pub fn store(bench: &Bench) -> Store {
    Store::at(&bench.path().join(FOLDER))
}

pub fn segments(bench: &Bench, kind: &str) -> Vec<PathBuf> {
    let ending = if kind == "agents" { ".safetensors" } else { ".jsonl" };
    let found = bench.files(&format!("{FOLDER}/{kind}"), ending);
    assert!(!found.is_empty(), "there is no segment of {kind}");
    found
}

pub fn export(bench: &Bench) -> String {
    bench.demand(0, &["export", "tiny", "--out", "out"])
}

/// Writes records as a segment of their own, as a run would.
pub fn write(bench: &Bench, records: &[Record]) {
    let store = store(bench);
    let provenance = Provenance::of_this_process(1, "1/1".to_string(), String::new(), None);
    store.write_records(&store.lock(Slice::WHOLE).unwrap(), records, &provenance).unwrap();
}

/// Every record of the run, and the first of them with another measurement.
pub fn with_one_number_changed(bench: &Bench) -> (Vec<Record>, Record) {
    let mut records = Vec::new();
    store(bench).records(|record| records.push(record)).unwrap();
    let of_accuracy = |record: &mut Record| match &mut record.content {
        Content::Measured(list) => list.iter_mut().any(|one| match &mut one.value {
            Value::Share { hits, .. } if one.quantity == "held-out-accuracy" => {
                *hits ^= 1;
                true
            }
            _ => false,
        }),
        Content::Failed { .. } => false,
    };
    let mut changed = records.clone();
    let at = changed.iter_mut().position(of_accuracy).expect("accuracy was measured");
    (records, changed.swap_remove(at))
}

#[test]
fn a_stage_that_misses_its_input_says_which_file_and_which_stage_makes_it() {
    let remove = |bench: &Bench, kind: &str| match kind {
        "agents" | "records" => {
            segments(bench, kind).into_iter().for_each(|path| std::fs::remove_file(path).unwrap());
        }
        file => std::fs::remove_file(bench.path().join(FOLDER).join(file)).unwrap(),
    };
    let cases = [
        ("plan.json", "train", "`mesascope plan` makes it"),
        ("plan.json", "measure", "`mesascope plan` makes it"),
        ("plan.json", "judge", "`mesascope plan` makes it"),
        ("plan.json", "export", "`mesascope plan` makes it"),
        ("agents", "measure", "`mesascope train` makes them"),
        ("records", "measure", "`mesascope train` makes them"),
        ("records", "judge", "`mesascope run` resumes"),
        ("records", "export", "`mesascope run` resumes"),
        ("verdict.json", "report", "`mesascope judge` makes it"),
    ];
    for (missing, stage, remedy) in cases {
        let bench = run_before();
        remove(&bench, missing);
        let place = match (missing, stage) {
            // The judge names the run's folder and the first trial that lacks its record.
            ("records", "judge") => FOLDER.to_string(),
            _ => format!("{FOLDER}/{missing}"),
        };
        let told = faults(&bench, &[stage, "tiny", "--out", "out"], &[&place, remedy]);
        assert!(told.is_empty(), "{stage} without {missing}: {told:?}");
    }
}

#[test]
fn a_stage_whose_input_is_garbled_or_edited_names_the_file() {
    let cases = [("plan.json", "train"), ("plan.json", "judge"), ("verdict.json", "report")];
    for (file, stage) in cases {
        let bench = run_before();
        let place = format!("{FOLDER}/{file}");
        let whole = std::fs::read_to_string(bench.path().join(&place)).unwrap();
        let edited = whole.replacen("12", "13", 1);
        let retold = whole.replacen("Is every", "Was every", 1);
        assert!(whole != edited && whole != retold, "{file} lacks what was to be edited");
        for text in ["", "{", "[]", "{\"schema\": 1}", &edited, &retold] {
            bench.write(&place, text);
            let told = faults(&bench, &[stage, "tiny", "--out", "out"], &[&place]);
            assert!(told.is_empty(), "{stage} with {file} as {text:?}: {told:?}");
        }
    }
}

#[test]
fn a_number_changed_in_a_record_makes_the_judge_refuse_with_file_and_line() {
    let bench = run_before();
    let verdict = std::fs::read(bench.path().join(FOLDER).join("verdict.json")).unwrap();
    let segment = segments(&bench, "records").remove(0);
    let text = std::fs::read_to_string(&segment).unwrap();
    let line = text.lines().position(|line| line.contains("\"hits\":1")).unwrap();
    let forged = text.replacen("\"hits\":1", "\"hits\":0", 1);
    std::fs::write(&segment, forged).unwrap();
    let name = segment.file_name().unwrap().to_str().unwrap();
    let place = format!("line {}: its checksum", line + 1);
    for stage in ["judge", "export"] {
        let told = faults(&bench, &[stage, "tiny", "--out", "out"], &[name, &place]);
        assert!(told.is_empty(), "{stage}: {told:?}");
    }
    let after = std::fs::read(bench.path().join(FOLDER).join("verdict.json")).unwrap();
    assert_eq!(after, verdict, "a refused judgement must leave the verdict alone");
}

#[test]
fn a_consistent_forgery_of_one_number_shows_in_the_verdict() {
    let bench = run_before();
    let verdict = || std::fs::read(bench.path().join(FOLDER).join("verdict.json")).unwrap();
    bench.demand(0, &["judge", "tiny", "--out", "out"]);
    let before = verdict();
    let (mut records, forged) = with_one_number_changed(&bench);
    bench.demand(0, &["judge", "tiny", "--out", "out"]);
    assert_eq!(verdict(), before, "the same records must give the same verdict");
    for record in &mut records {
        if record.id == forged.id {
            *record = forged.clone();
        }
    }
    segments(&bench, "records").into_iter().for_each(|path| std::fs::remove_file(path).unwrap());
    write(&bench, &records);
    bench.demand(0, &["judge", "tiny", "--out", "out"]);
    assert_ne!(verdict(), before, "the verdict must rest on the records");
}

#[test]
fn the_presets_share_no_seed() {
    let bench = run_before();
    bench.demand(0, &["run", "s.toml", "--out", "out", "--preset", "standard"]);
    let namespace = |folder: &str| {
        let plan = mesascope_record::Plan::read(&bench.path().join(folder)).unwrap();
        let agents: Vec<_> = plan.trials().map(|trial| trial.made().agent()).collect();
        (plan.preset, agents)
    };
    let (quick, standard) = (namespace(FOLDER), namespace("out/tiny/standard"));
    assert_eq!((quick.0, standard.0), (Namespace::Quick, Namespace::Standard));
    assert!(quick.1.iter().all(|agent| !standard.1.contains(agent)), "an agent is in both");
}
