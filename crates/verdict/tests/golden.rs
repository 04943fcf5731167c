//! Value stability: a ledger line of schema 1 stays readable, and its hashes never move.

use mesascope_verdict::{Ledger, Paper};

const LEDGER: &str = include_str!("golden/ledger-schema-1.jsonl");

#[test]
fn a_ledger_of_schema_1_is_read_and_written_back_with_the_same_bytes() {
    let paper = Paper { file: "ledger".to_string(), text: LEDGER.to_string() };
    let ledger = Ledger::read(&paper).unwrap();
    assert_eq!(ledger.to_text(), LEDGER);
    assert_eq!(ledger.entries.len(), 2);
    assert_eq!(ledger.head(), Some("957825057bdb4adb0208afa09b2ce63f"));
}
