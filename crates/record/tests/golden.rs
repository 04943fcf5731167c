//! Value stability: files of schema 1 stay readable, and identities never move.

mod common;

use common::{agents, made, plan, provenance, records, spec};
use mesascope_record::{
    Content, Measurement, Plan, Record, SCHEMA, Seed, Slice, Store, Value, hash_of_bytes,
};

const SEGMENT: &str = include_str!("golden/schema-1.jsonl");
const PLAN: &str = include_str!("golden/schema-1-plan.json");
/// Of values that came to schema 1 later: what was written before them stays as it is.
const COUNTS: &str = include_str!("golden/schema-1-counts.jsonl");

/// Writes the golden files anew: `GOLDEN=write cargo test -p mesascope-record --test golden`. Only
/// for a new schema; the files of an old one never change.
fn written(name: &str, text: &str) {
    if std::env::var_os("GOLDEN").is_some_and(|word| word == "write") {
        let path = format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::write(path, text).unwrap();
    }
}

#[test]
fn a_segment_of_schema_1_is_read_and_written_back_with_the_same_bytes() {
    let mut text: String = records().iter().map(|record| record.to_line() + "\n").collect();
    written("schema-1.jsonl", &text);
    assert_eq!(text, SEGMENT, "what is written has changed: raise SCHEMA and add a golden file");
    let read: Vec<Record> = SEGMENT.lines().map(|line| Record::from_line(line).unwrap()).collect();
    assert_eq!(read, records(), "schema 1 reads as something else");
    text = read.iter().map(|record| record.to_line() + "\n").collect();
    assert_eq!(text, SEGMENT);
}

#[test]
fn a_plan_of_schema_1_is_read_and_written_back_with_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    plan().write(folder.path()).unwrap();
    let text = std::fs::read_to_string(folder.path().join(Plan::FILE)).unwrap();
    written("schema-1-plan.json", &text);
    assert_eq!(text, PLAN, "what is written has changed: raise SCHEMA and add a golden file");
    std::fs::write(folder.path().join(Plan::FILE), PLAN).unwrap();
    let read = Plan::read(folder.path()).unwrap();
    assert_eq!(read, plan());
    assert_eq!(read.hash(), "f3cf6f142c7a209dd149ff32f717573a");
}

#[test]
fn counts_are_written_and_read_back_with_the_same_bytes() {
    let counts = [("constant".to_string(), 0), ("other".to_string(), u64::MAX - 1)].into();
    let value = Value::Counts { of: u64::MAX, counts };
    let measurement = Measurement { quantity: "function-probability".to_string(), value };
    let content = Content::Measured(vec![measurement]);
    let record = Record::of_instrument(made(0).agent(), spec(), content);
    let text = record.to_line() + "\n";
    written("schema-1-counts.jsonl", &text);
    assert_eq!(text, COUNTS, "what is written has changed: raise SCHEMA and add a golden file");
    assert_eq!(Record::from_line(COUNTS.trim_end()), Ok(record));
}

#[test]
fn identities_are_what_they_were() {
    let ids = [0, 1, 2].map(|index| made(index).agent().0);
    assert_eq!(
        ids,
        [
            "4dbfd37c288eeca6ab2b482ba57e0003",
            "467d2f49fddccb02505525ee67f4c95e",
            "baef8a3560c1a2910b985095797339c1"
        ]
    );
    let standard = Seed { namespace: mesascope_record::Namespace::Standard, index: 0 };
    let of_standard = mesascope_record::Made { seed: standard, ..made(0) };
    assert_eq!(of_standard.agent().0, "e325e01cb1fb300c5b796cbcca0dff5c");
    let ids: Vec<String> = records().into_iter().map(|record| record.id.0).collect();
    assert_eq!(
        ids,
        [
            "510ed6f3d46043103643f8dac411e111",
            "9eff421d86e287393be1ebd39a2c08fe",
            "9e844a3ab64d59930c9d455034c79046",
            "b99dc0edf05f5ff1735fd9d082bb0141"
        ]
    );
    let key = made(0).key_bytes().map(|byte| format!("{byte:02x}")).concat();
    assert_eq!(key, "30b0d8aa35cc10c25b66160702a097d78327dc26d7566bb0f0b57887eb48d8be");
    assert_eq!(hash_of_bytes("mesascope line", b""), "aa6a62dd6ac3ae747335074d33e1b262");
}

#[test]
fn segments_are_named_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::at(folder.path());
    store.prepare().unwrap();
    let lock = store.lock(Slice::WHOLE).unwrap();
    store.write_records(&lock, &records(), &provenance()).unwrap();
    store.write_agents(&lock, &agents()).unwrap();
    let only = |kind: &str, ending: &str| {
        let entries = std::fs::read_dir(folder.path().join(kind)).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name.ends_with(ending) && !name.contains("provenance"));
        assert_eq!(names.len(), 1, "{names:?}");
        names.remove(0)
    };
    assert_eq!(only("records", ".jsonl"), "records-4c0fcbbfb17debe97d078b68c78881bf.jsonl");
    assert_eq!(
        only("agents", ".safetensors"),
        "agents-07db7183293a0156a52c71b2bd4c9d80.safetensors"
    );
}

#[test]
fn a_record_or_plan_of_a_newer_schema_is_refused_by_its_number() {
    let newer = Record { schema: SCHEMA + 1, ..records().remove(0) };
    let why = Record::from_line(&newer.to_line()).unwrap_err().to_string();
    assert!(why.contains(&format!("schema {}", SCHEMA + 1)) && why.contains("newer"), "{why}");
    assert!(Record::from_line(&newer.to_line().replacen("fitted", "fittex", 1)).is_err());
    let folder = tempfile::tempdir().unwrap();
    Plan { schema: SCHEMA + 1, ..plan() }.write(folder.path()).unwrap();
    let why = Plan::read(folder.path()).unwrap_err().to_string();
    assert!(why.contains("plan.json") && why.contains(&format!("schema {}", SCHEMA + 1)), "{why}");
}

#[test]
fn every_kind_of_value_stands_in_the_golden_segment() {
    for word in [
        "\"share\"",
        "\"number\"",
        "\"class\"",
        "\"undetermined\"",
        "\"failed\"",
        "\"training\"",
        "\"instrument\"",
        "\"measured\"",
    ] {
        assert!(SEGMENT.contains(word), "{word} is missing");
    }
}
