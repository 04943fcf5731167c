//! Robustness: whatever happens to the bytes of a store, nothing false is believed.

mod common;

use std::path::{Path, PathBuf};

use common::{agents, plan, provenance, records, segment_hash};
use mesascope_record::{Plan, Record, Slice, Store};
use proptest::prelude::*;

fn few(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// A store with one segment of records and one of agents.
fn filled(folder: &Path) -> (Store, PathBuf, PathBuf) {
    let store = Store::at(folder);
    store.prepare().unwrap();
    let lock = store.lock(Slice::WHOLE).unwrap();
    store.write_records(&lock, &records(), &provenance()).unwrap();
    store.write_agents(&lock, &agents()).unwrap();
    drop(lock);
    let only = |kind: &str, ending: &str| {
        std::fs::read_dir(folder.join(kind))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .find(|path| path.extension().is_some_and(|extension| extension == ending))
            .unwrap()
    };
    (store, only("records", "jsonl"), only("agents", "safetensors"))
}

/// What the store shows, and how many damaged segments it names.
fn shown(store: &Store) -> (usize, usize, Vec<PathBuf>) {
    let (mut of_records, mut of_agents) = (0, 0);
    let mut damaged = store.records(|_| of_records += 1).unwrap();
    damaged.extend(store.agents(|_| of_agents += 1).unwrap());
    (of_records, of_agents, damaged.into_iter().map(|one| one.path).collect())
}

#[test]
fn a_store_shows_what_was_written_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let (store, ..) = filled(folder.path());
    let (mut read, mut loaded) = (Vec::new(), Vec::new());
    assert!(store.records(|record| read.push(record)).unwrap().is_empty());
    assert!(store.agents(|agent| loaded.push(agent)).unwrap().is_empty());
    assert_eq!((read, loaded), (records(), agents()));
    assert_eq!(store.provenance().unwrap(), [Some(provenance())]);
}

#[test]
fn a_record_with_any_one_bit_changed_is_refused() {
    for record in records() {
        let line = record.to_line();
        for at in 0..line.len() {
            for bit in 0..8 {
                let mut bytes = line.clone().into_bytes();
                bytes[at] ^= 1 << bit;
                let Ok(changed) = String::from_utf8(bytes) else { continue };
                let read = Record::from_line(&changed);
                assert!(read.is_err(), "byte {at}, bit {bit} of {line}\nis read as {read:?}");
            }
        }
    }
}

#[test]
fn a_record_cut_short_or_continued_is_refused() {
    for line in records().iter().map(Record::to_line) {
        for at in (0..line.len()).filter(|&at| line.is_char_boundary(at)) {
            assert!(Record::from_line(&line[..at]).is_err(), "cut at {at}: {line}");
            assert!(Record::from_line(&line[at..]).is_err() || at == 0, "from {at}: {line}");
        }
        for more in [" ", "\n", "}", &line] {
            assert!(Record::from_line(&format!("{line}{more}")).is_err(), "{more:?} is overlooked");
        }
    }
}

#[test]
fn a_record_whose_checksum_is_right_and_whose_identity_is_not_is_refused() {
    let [training, _, reading, _] = &records()[..] else { panic!("four records") };
    let other = mesascope_record::AgentId("0".repeat(32));
    let forged = [
        Record { agent: other.clone(), ..training.clone() },
        Record { agent: other, ..reading.clone() },
        Record { id: reading.id.clone(), ..training.clone() },
        Record { id: training.id.clone(), ..reading.clone() },
        Record { by: reading.by.clone(), ..training.clone() },
    ];
    for record in forged {
        let why = Record::from_line(&record.to_line()).unwrap_err().to_string();
        assert!(why.contains("is not the hash of"), "{why}");
    }
}

#[test]
fn a_lock_is_held_by_one_and_given_back_when_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let (store, ..) = filled(folder.path());
    let [one, two] = ["1/2", "2/2"].map(|text| Slice::parse(text).unwrap());
    let held = store.lock(one).unwrap();
    let why = store.lock(one).unwrap_err().to_string();
    assert!(why.contains("slice 1/2"), "{why}");
    drop((store.lock(two).unwrap(), held));
    store.lock(one).unwrap();
}

proptest! {
    #![proptest_config(few(64))]

    #[test]
    fn a_segment_with_changed_bytes_is_named_and_nothing_of_it_is_shown(
        of_agents in any::<bool>(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), 1u8..), 1..4),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (store, of_records, agents_segment) = filled(folder.path());
        let segment = if of_agents { agents_segment } else { of_records };
        let whole = std::fs::read(&segment).unwrap();
        let mut bytes = whole.clone();
        for (at, change) in changes {
            let at = at.index(bytes.len());
            bytes[at] ^= change;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        prop_assume!(bytes != whole);
        std::fs::write(&segment, &bytes).unwrap();
        let (found, loaded, damaged) = shown(&store);
        prop_assert_eq!(&damaged, std::slice::from_ref(&segment));
        let expected = if of_agents { (records().len(), 0) } else { (0, agents().len()) };
        prop_assert_eq!((found, loaded), expected);
        let found = store.records(|_| ()).unwrap();
        let agents_found = store.agents(|_| ()).unwrap();
        store.set_aside(&[found, agents_found].concat()).unwrap();
        prop_assert!(shown(&store).2.is_empty(), "damage that was set aside is still there");
        let aside = folder.path().join("damaged").join(segment.file_name().unwrap());
        prop_assert_eq!(std::fs::read(aside).unwrap(), bytes);
    }

    #[test]
    fn nonsense_under_a_true_name_is_named_and_never_a_panic(
        bytes in proptest::collection::vec(any::<u8>(), 1..200),
        header in 0u64..64,
        lines in any::<String>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path());
        store.prepare().unwrap();
        let headed = [&header.to_le_bytes()[..], &bytes].concat();
        for content in [bytes, headed] {
            let name = format!("agents-{}.safetensors", segment_hash(&content, &[]));
            std::fs::write(folder.path().join("agents").join(name), content).unwrap();
        }
        let lines = format!("{lines}x");
        let name = format!("records-{}.jsonl", segment_hash(lines.as_bytes(), &[]));
        std::fs::write(folder.path().join("records").join(name), lines).unwrap();
        let (found, loaded, damaged) = shown(&store);
        prop_assert_eq!((found, loaded, damaged.len()), (0, 0, 3));
    }

    #[test]
    fn arbitrary_text_is_no_record_and_no_slice_out_of_range(text in any::<String>()) {
        prop_assert!(Record::from_line(&text).is_err());
        if let Ok(slice) = Slice::parse(&text) {
            prop_assert!(slice.which >= 1 && slice.which <= slice.of);
        }
    }

    #[test]
    fn slices_share_the_trials_out_with_none_left_and_none_twice(of in 1u64..20, trials in 0u64..200) {
        for trial in 0..trials {
            let takers = (1..=of).filter(|&which| Slice { which, of }.has(trial)).count();
            prop_assert_eq!(takers, 1);
        }
    }

    #[test]
    fn a_plan_with_a_byte_changed_is_refused_or_says_the_same(
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        plan().write(folder.path()).unwrap();
        let path = folder.path().join(Plan::FILE);
        let mut bytes = std::fs::read(&path).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        std::fs::write(&path, &bytes).unwrap();
        match Plan::read(folder.path()) {
            Ok(read) => prop_assert_eq!(read, plan()),
            Err(error) => prop_assert!(error.to_string().contains("plan.json"), "{}", error),
        }
    }
}

#[test]
fn a_segment_whose_provenance_is_gone_or_changed_is_damaged() {
    for change in [None, Some("{}"), Some("")] {
        let folder = tempfile::tempdir().unwrap();
        let (store, segment, _) = filled(folder.path());
        let beside = segment.with_extension("provenance.json");
        match change {
            None => std::fs::remove_file(&beside).unwrap(),
            Some(text) => std::fs::write(&beside, text).unwrap(),
        }
        let (found, _, damaged) = shown(&store);
        assert_eq!((found, damaged), (0, vec![segment]), "{change:?}");
    }
}
