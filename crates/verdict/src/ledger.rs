//! The ledger of a study: an append-only chain of what was registered, each entry naming the hash
//! of the one before. A local chain proves order, not date: publish its newest hash elsewhere.

use std::collections::BTreeMap;

use mesascope_record::hash_of;
use serde::{Deserialize, Serialize};

use crate::papers::{Paper, Papers};
use mesascope_record::Mistake;

/// The entries, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger {
    /// The entries.
    pub entries: Vec<Entry>,
}

/// One registration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The version of this layout.
    pub schema: u32,
    /// From 0.
    pub index: u64,
    /// The hash of the entry before; none for the first.
    pub previous: Option<String>,
    /// The study.
    pub study: String,
    /// The hash of the study as it was.
    pub study_hash: String,
    /// The hash of every rule, by claim and name.
    pub rules: BTreeMap<String, String>,
    /// The hash of every forecast, by position.
    pub forecasts: BTreeMap<String, String>,
    /// The hash of all of the above.
    pub hash: String,
}

impl Entry {
    fn true_hash(&self) -> String {
        hash_of("mesascope ledger", &Entry { hash: String::new(), ..self.clone() })
    }
}

impl Ledger {
    /// Reads a ledger and checks its chain.
    pub fn read(paper: &Paper) -> Result<Ledger, Mistake> {
        let mut entries: Vec<Entry> = Vec::new();
        for (number, line) in paper.text.lines().enumerate() {
            let wrong = |what: String| Mistake {
                file: paper.file.clone(),
                at: Some((number + 1, 1)),
                what,
            };
            let entry: Entry = serde_json::from_str(line)
                .map_err(|error| wrong(format!("not an entry of a ledger: {error}")))?;
            if entry.schema != 1 {
                return Err(wrong(format!(
                    "schema {} is not known; this mesascope reads 1",
                    entry.schema
                )));
            }
            if entry.index != number as u64
                || entry.previous != entries.last().map(|before| before.hash.clone())
            {
                return Err(wrong(
                    "the chain is broken: this entry does not follow the one before".to_string(),
                ));
            }
            if entry.hash != entry.true_hash() {
                return Err(wrong("the entry was changed: its hash does not match".to_string()));
            }
            entries.push(entry);
        }
        Ok(Ledger { entries })
    }

    /// The newest entry's hash.
    pub fn head(&self) -> Option<&str> {
        self.entries.last().map(|entry| entry.hash.as_str())
    }

    /// The place of the entry with this hash.
    pub fn place(&self, hash: &str) -> Option<usize> {
        self.entries.iter().position(|entry| entry.hash == hash)
    }

    /// Appends what the papers and the study say now. `None` where the newest entry says the same.
    pub fn register(&mut self, study: &str, study_hash: &str, papers: &Papers) -> Option<&Entry> {
        let rules = papers.claims.iter().flat_map(|claim| {
            claim
                .rules
                .iter()
                .filter(|rule| rule.study == study)
                .map(|rule| (rule.key(claim.id), rule.hash(claim)))
        });
        let forecasts = papers.forecasts.iter().map(|one| (one.position.clone(), one.hash()));
        let mut entry = Entry {
            schema: 1,
            index: self.entries.len() as u64,
            previous: self.head().map(str::to_string),
            study: study.to_string(),
            study_hash: study_hash.to_string(),
            rules: rules.collect(),
            forecasts: forecasts.collect(),
            hash: String::new(),
        };
        entry.hash = entry.true_hash();
        let same = self.entries.last().is_some_and(|newest| {
            (&newest.study_hash, &newest.rules, &newest.forecasts)
                == (&entry.study_hash, &entry.rules, &entry.forecasts)
        });
        if same {
            return None;
        }
        self.entries.push(entry);
        self.entries.last()
    }

    /// The ledger as lines.
    pub fn to_text(&self) -> String {
        self.entries.iter().map(|e| serde_json::to_string(e).expect("plain data") + "\n").collect()
    }
}
