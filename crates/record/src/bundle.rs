//! A bundle: one compressed file with a run's plan, the papers it was judged by, where its records
//! were made, and the content of every record, from which anyone can judge again.
//!
//! Inside gzip it is lines of JSON: a header; then one line a trial, in the plan's order, with the
//! content of its training and of each instrument's reading (identities are left out, since the plan
//! gives them); then a line with the hash of all lines before.

use std::io::{Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};

use crate::line::Content;
use crate::plan::Plan;
use crate::provenance::Provenance;
use crate::{RecordError, SCHEMA, Store, Survey, hash_of_bytes, write_atomically};

/// Where records come from: the store of a run, or a bundle.
pub trait Records {
    /// Shows the content of every record of a plan: the trial's number, what it is the result of (0
    /// for training, else the instrument's number from 1), and the content. Damaged or missing
    /// records are an error.
    fn each(
        &self,
        plan: &Plan,
        visit: &mut dyn FnMut(usize, usize, Content),
    ) -> Result<(), RecordError>;

    /// Where and when the records were made, segment by segment; `None` where nobody knows.
    fn provenance(&self) -> Result<Vec<Option<Provenance>>, RecordError>;
}

impl Records for Store {
    fn each(
        &self,
        plan: &Plan,
        visit: &mut dyn FnMut(usize, usize, Content),
    ) -> Result<(), RecordError> {
        let (survey, damaged) =
            Survey::of(plan, self, |trial, by, record| visit(trial, by, record.content))?;
        crate::export::refuse_damage(&damaged)?;
        match survey.missing(plan) {
            None => Ok(()),
            Some(missing) => Err(RecordError::Incomplete {
                folder: self.folder().display().to_string(),
                count: missing.count,
                of: plan.trial_count(),
                first: missing.first,
            }),
        }
    }

    fn provenance(&self) -> Result<Vec<Option<Provenance>>, RecordError> {
        Store::provenance(self)
    }
}

/// A file as it was when the bundle was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enclosed {
    /// Its path in the project.
    pub file: String,
    /// Its content.
    pub text: String,
}

/// What stands before the records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    schema: u32,
    plan: Plan,
    study: Enclosed,
    papers: Vec<Enclosed>,
    provenance: Vec<Option<Provenance>>,
}

/// A bundle that was read and is whole.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// The plan.
    pub plan: Plan,
    /// The study's own file.
    pub study: Enclosed,
    /// Claims, forecasts and ledger.
    pub papers: Vec<Enclosed>,
    /// The hash of everything in it.
    pub hash: String,
    file: String,
    provenance: Vec<Option<Provenance>>,
    /// `[trial][0 for training, else the instrument's number]`.
    trials: Vec<Vec<Content>>,
}

impl Bundle {
    /// How the names of such files end.
    pub const ENDING: &'static str = ".bundle.gz";

    /// Writes the records of a plan, all of them, with the papers they were judged by, and returns the
    /// hash of everything in the file.
    pub fn write(
        path: &Path,
        plan: &Plan,
        records: &dyn Records,
        study: Enclosed,
        papers: Vec<Enclosed>,
    ) -> Result<String, RecordError> {
        let mut trials: Vec<Vec<Option<Content>>> = vec![Vec::new(); plan.trial_count() as usize];
        records.each(plan, &mut |trial, by, content| {
            let all = &mut trials[trial];
            all.resize(all.len().max(by + 1), None);
            all[by] = Some(content);
        })?;
        let header = Header {
            schema: SCHEMA,
            plan: plan.clone(),
            study,
            papers,
            provenance: records.provenance()?,
        };
        let mut text = serde_json::to_string(&header).expect("plain data") + "\n";
        for trial in trials {
            let contents: Vec<Content> = trial.into_iter().flatten().collect();
            text += &(serde_json::to_string(&contents).expect("plain data") + "\n");
        }
        let hash = hash_of_bytes("mesascope bundle", text.as_bytes());
        text += &format!("{{\"hash\":\"{hash}\"}}\n");
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        let packed = packed.write_all(text.as_bytes()).and_then(|()| packed.finish());
        let packed = packed.map_err(RecordError::file(path, "compress"))?;
        write_atomically(path, &packed)?;
        Ok(hash)
    }

    /// Reads a bundle. One that was changed, cut short, or lacks a record is an error.
    pub fn read(path: &Path) -> Result<Bundle, RecordError> {
        let file = path.display().to_string();
        let packed = std::fs::read(path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => {
                RecordError::Missing { path: file.clone(), stage: "bundle".to_string() }
            }
            _ => RecordError::File { path: file.clone(), tried: "read", source },
        })?;
        let wrong = |why: String| RecordError::Malformed { path: file.clone(), why };
        let mut text = String::new();
        GzDecoder::new(&packed[..])
            .read_to_string(&mut text)
            .map_err(|error| wrong(format!("it cannot be unpacked: {error}")))?;
        let end = text.trim_end().rfind('\n').ok_or_else(|| wrong("it is empty".to_string()))?;
        let (lines, last) = text.split_at(end + 1);
        let hash = hash_of_bytes("mesascope bundle", lines.as_bytes());
        if last != format!("{{\"hash\":\"{hash}\"}}\n") {
            let why = "it was changed after it was written, or cut short: its hash does not match";
            return Err(wrong(why.to_string()));
        }
        let mut lines = lines.lines();
        let first = lines.next().ok_or_else(|| wrong("it has no header".to_string()))?;
        let header: Header = match serde_json::from_str(first) {
            Ok(header) => header,
            Err(error) => return Err(wrong(unread(first, &error))),
        };
        let trials = lines
            .enumerate()
            .map(|(at, line)| {
                serde_json::from_str(line).map_err(|e| wrong(format!("line {}: {e}", at + 2)))
            })
            .collect::<Result<Vec<Vec<Content>>, _>>()?;
        let Header { plan, study, papers, provenance, .. } = header;
        if trials.len() as u64 != plan.trial_count() {
            let (found, wanted) = (trials.len(), plan.trial_count());
            return Err(wrong(format!("it holds {found} trials and its plan has {wanted}")));
        }
        let whole = |trial: &Vec<Content>| match trial.first() {
            Some(Content::Failed { .. }) => trial.len() == 1,
            Some(Content::Measured(_)) => trial.len() == plan.instruments.len() + 1,
            None => false,
        };
        if let Some(at) = trials.iter().position(|trial| !whole(trial)) {
            return Err(wrong(format!("line {}: a record of the trial is missing", at + 2)));
        }
        Ok(Bundle { plan, study, papers, hash, file, provenance, trials })
    }

    /// The content of one trial's records: its training's, then each instrument's.
    pub fn trial(&self, number: usize) -> &[Content] {
        &self.trials[number]
    }

    /// The file it was read from.
    pub fn file(&self) -> &str {
        &self.file
    }
}

/// Why a header cannot be read: a newer layout says so.
fn unread(line: &str, error: &serde_json::Error) -> String {
    let value: Option<serde_json::Value> = serde_json::from_str(line).ok();
    match value.and_then(|value| value["schema"].as_u64()) {
        Some(schema) if schema > u64::from(SCHEMA) => {
            format!("it has schema {schema}; this mesascope reads up to {SCHEMA}")
        }
        _ => format!("its header cannot be read: {error}"),
    }
}

impl Records for Bundle {
    fn each(
        &self,
        plan: &Plan,
        visit: &mut dyn FnMut(usize, usize, Content),
    ) -> Result<(), RecordError> {
        assert_eq!(plan.hash(), self.plan.hash(), "a bundle holds the records of its own plan");
        for (trial, contents) in self.trials.iter().enumerate() {
            for (by, content) in contents.iter().enumerate() {
                visit(trial, by, content.clone());
            }
        }
        Ok(())
    }

    fn provenance(&self) -> Result<Vec<Option<Provenance>>, RecordError> {
        Ok(self.provenance.clone())
    }
}
