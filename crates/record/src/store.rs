//! The store: a folder of immutable segments that any number of processes may add to.
//!
//! A segment's name holds the hash of its bytes, so that a segment is either true or known to be
//! damaged. Damaged segments are named and set aside, never read as truth.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::atomic::{remove_leftovers, write_tagged};
use crate::identity::hash_of_bytes;
use crate::line::{LineError, Record};
use crate::provenance::Provenance;
use crate::{RecordError, StoredAgent, agents};

/// The folder of one study's run at one preset.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

/// A share of a plan's trials: those whose number leaves `which - 1` when divided by `of`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slice {
    /// From 1.
    pub which: u64,
    /// How many slices there are.
    pub of: u64,
}

/// The right to run one slice; given back when dropped, or when the process ends however it ends.
#[derive(Debug)]
pub struct SliceLock {
    _file: File,
    tag: String,
}

/// A segment that is not what it was when it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Damaged {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub why: String,
}

/// Trials of a plan that have no whole record.
#[derive(Clone, Debug, PartialEq)]
pub struct Missing {
    /// How many.
    pub count: u64,
    /// The first of them, in words.
    pub first: String,
}

impl Slice {
    /// The whole plan.
    pub const WHOLE: Slice = Slice { which: 1, of: 1 };

    /// Reads `K/N`, with K from 1 to N.
    pub fn parse(text: &str) -> Result<Slice, String> {
        let wrong = || format!("a slice is K/N with K from 1 to N, such as 2/3, not {text:?}");
        let (which, of) = text.split_once('/').ok_or_else(wrong)?;
        let number = |digits: &str| digits.parse::<u64>().map_err(|_| wrong());
        let slice = Slice { which: number(which)?, of: number(of)? };
        if slice.which == 0 || slice.which > slice.of { Err(wrong()) } else { Ok(slice) }
    }

    /// Whether the trial of this number belongs to the slice.
    pub fn has(&self, trial: u64) -> bool {
        trial % self.of == self.which - 1
    }
}

impl std::fmt::Display for Slice {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(out, "{}/{}", self.which, self.of)
    }
}

impl Store {
    /// The store in this folder. Nothing is read or written yet.
    pub fn at(folder: &Path) -> Store {
        Store { folder: folder.to_path_buf() }
    }

    /// The run's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes the folders that a run writes to.
    pub fn prepare(&self) -> Result<(), RecordError> {
        for name in ["agents", "records", "damaged", "locks"] {
            let path = self.folder.join(name);
            fs::create_dir_all(&path).map_err(RecordError::file(&path, "make the folder"))?;
        }
        Ok(())
    }

    /// Takes the right to run a slice, and clears what a killed run of it left half written.
    pub fn lock(&self, slice: Slice) -> Result<SliceLock, RecordError> {
        let tag = format!("slice-{}-of-{}", slice.which, slice.of);
        let path = self.folder.join("locks").join(format!("{tag}.lock"));
        let file = File::create(&path).map_err(RecordError::file(&path, "open"))?;
        file.try_lock().map_err(|error| match error {
            fs::TryLockError::WouldBlock => {
                RecordError::Locked { path: path.display().to_string(), slice: slice.to_string() }
            }
            fs::TryLockError::Error(source) => {
                RecordError::File { path: path.display().to_string(), tried: "lock", source }
            }
        })?;
        for name in ["agents", "records"] {
            remove_leftovers(&self.folder.join(name), &tag);
        }
        Ok(SliceLock { _file: file, tag })
    }

    /// Writes records as one segment, with its provenance beside it.
    pub fn write_records(
        &self,
        lock: &SliceLock,
        records: &[Record],
        provenance: &Provenance,
    ) -> Result<(), RecordError> {
        let mut text = String::new();
        for record in records {
            text.push_str(&record.to_line());
            text.push('\n');
        }
        let circumstances = serde_json::to_string(provenance).expect("provenance is plain data");
        let name = format!("records-{}", segment_hash(text.as_bytes(), circumstances.as_bytes()));
        let folder = self.folder.join("records");
        // First, so that no segment is ever without one.
        let beside = folder.join(format!("{name}.provenance.json"));
        write_tagged(&beside, circumstances.as_bytes(), &lock.tag)?;
        write_tagged(&folder.join(format!("{name}.jsonl")), text.as_bytes(), &lock.tag)
    }

    /// Writes agents as one segment.
    pub fn write_agents(
        &self,
        lock: &SliceLock,
        stored: &[StoredAgent],
    ) -> Result<(), RecordError> {
        let bytes = agents::to_bytes(stored);
        let name = format!("agents-{}.safetensors", segment_hash(&bytes, &[]));
        write_tagged(&self.folder.join("agents").join(name), &bytes, &lock.tag)
    }

    /// Shows every record once, and returns the damaged segments, of which nothing is shown.
    ///
    /// Two records of one identity must be the same bytes, or it is an error that names both.
    pub fn records(&self, mut visit: impl FnMut(Record)) -> Result<Vec<Damaged>, RecordError> {
        let mut damaged = Vec::new();
        // Ids and contents as numbers, places as indices: a long run has millions of records.
        let mut seen: BTreeMap<u128, (u128, u32, u32)> = BTreeMap::new();
        let segments = self.segments("records", "jsonl")?;
        for (segment, path) in segments.iter().enumerate() {
            let path = path.clone();
            let bytes = fs::read(&path).map_err(RecordError::file(&path, "read"))?;
            let beside = fs::read(path.with_extension("provenance.json")).unwrap_or_default();
            let lines = match whole_lines(&path, &bytes, &beside) {
                Ok(lines) => lines,
                Err((_, LineError::Damaged { why })) => {
                    damaged.push(Damaged { path, why });
                    continue;
                }
                Err((line, newer)) => {
                    let path = format!("{}:{line}", path.display());
                    return Err(RecordError::Malformed { path, why: newer.to_string() });
                }
            };
            for (at, (line, record)) in lines.into_iter().enumerate() {
                let number = |hash: &str| u128::from_str_radix(hash, 16).ok();
                let content = number(&hash_of_bytes("mesascope line", line.as_bytes()));
                let ids = number(&record.id.0).zip(content);
                let (id, content) = ids.expect("a line that was read has the hash as its id");
                match seen.get(&id) {
                    None => {
                        seen.insert(id, (content, segment as u32, at as u32));
                        visit(record);
                    }
                    Some((earlier, ..)) if *earlier == content => {}
                    Some((_, segment, line)) => {
                        let place = |path: &Path, at| format!("{}:{}", path.display(), at + 1);
                        return Err(RecordError::Conflict {
                            id: record.id.0,
                            first: place(&segments[*segment as usize], *line as usize),
                            second: place(&path, at),
                        });
                    }
                }
            }
        }
        Ok(damaged)
    }

    /// Shows every stored agent, and returns the damaged segments, of which nothing is shown.
    pub fn agents(&self, mut visit: impl FnMut(StoredAgent)) -> Result<Vec<Damaged>, RecordError> {
        let mut damaged = Vec::new();
        for path in self.segments("agents", "safetensors")? {
            let bytes = fs::read(&path).map_err(RecordError::file(&path, "read"))?;
            match named_by_its_bytes(&path, &bytes, &[]).and_then(|()| agents::from_bytes(&bytes)) {
                Ok(stored) => stored.into_iter().for_each(&mut visit),
                Err(why) => damaged.push(Damaged { path, why }),
            }
        }
        Ok(damaged)
    }

    /// The provenance of every segment of records, in the order of their names; none where one is
    /// of another layout. A segment whose provenance is missing or changed is damaged.
    pub fn provenance(&self) -> Result<Vec<Option<Provenance>>, RecordError> {
        let beside = |path: PathBuf| {
            let text = fs::read_to_string(path.with_extension("provenance.json")).ok()?;
            serde_json::from_str(&text).ok()
        };
        Ok(self.segments("records", "jsonl")?.into_iter().map(beside).collect())
    }

    /// Moves damaged segments out of the way, to the folder `damaged`, where they can be looked at.
    pub fn set_aside(&self, damaged: &[Damaged]) -> Result<(), RecordError> {
        for Damaged { path, .. } in damaged {
            let name = path.file_name().expect("a segment has a name");
            let aside = self.folder.join("damaged").join(name);
            match fs::rename(path, &aside) {
                // Another slice that started at the same time was quicker.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                other => other.map_err(RecordError::file(path, "set aside"))?,
            }
            let beside = path.with_extension("provenance.json");
            if beside.exists() {
                let aside = aside.with_extension("provenance.json");
                fs::rename(&beside, &aside).map_err(RecordError::file(&beside, "set aside"))?;
            }
        }
        Ok(())
    }

    /// The segments of one folder in the order of their names; none where the folder is missing.
    fn segments(&self, kind: &str, extension: &str) -> Result<Vec<PathBuf>, RecordError> {
        let folder = self.folder.join(kind);
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(RecordError::file(&folder, "read")(error)),
        };
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry.map_err(RecordError::file(&folder, "read"))?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name.starts_with(kind) && path.extension().is_some_and(|e| e == extension) {
                paths.push(path);
            }
        }
        paths.sort();
        Ok(paths)
    }
}

/// What a segment is named by: its own bytes and its provenance's.
fn segment_hash(bytes: &[u8], beside: &[u8]) -> String {
    let parts =
        [hash_of_bytes("mesascope segment", bytes), hash_of_bytes("mesascope segment", beside)];
    hash_of_bytes("mesascope segment", parts.concat().as_bytes())
}

fn named_by_its_bytes(path: &Path, bytes: &[u8], beside: &[u8]) -> Result<(), String> {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let claimed = stem.split_once('-').map_or("", |(_, hash)| hash);
    if claimed == segment_hash(bytes, beside) {
        Ok(())
    } else {
        let and =
            if path.extension().is_some_and(|e| e == "jsonl") { " and provenance" } else { "" };
        Err(format!("its bytes{and} are not the ones that its name is the hash of"))
    }
}

/// The lines of a segment with their records, or the first thing wrong with it and its line.
fn whole_lines<'a>(
    path: &Path,
    bytes: &'a [u8],
    beside: &[u8],
) -> Result<Vec<(&'a str, Record)>, (usize, LineError)> {
    let damaged = |why: String| (0, LineError::Damaged { why });
    let text = std::str::from_utf8(bytes).map_err(|error| damaged(error.to_string()))?;
    let lines: Result<Vec<_>, _> = text
        .lines()
        .enumerate()
        .map(|(at, line)| match Record::from_line(line) {
            Ok(record) => Ok((line, record)),
            Err(LineError::Damaged { why }) => Err(damaged(format!("line {}: {why}", at + 1))),
            Err(newer) => Err((at + 1, newer)),
        })
        .collect();
    // A damaged line is named before the damaged whole, because it says more.
    let lines = lines?;
    named_by_its_bytes(path, bytes, beside).map_err(damaged)?;
    Ok(lines)
}
