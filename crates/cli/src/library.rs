//! Where studies, claims and forecasts are found: beside the user first, then built in.

use std::path::{Path, PathBuf};

use mesascope_lab::{Study, edit};
use mesascope_record::{Bundle, Mistake, Plan, RecordError, nearest};
use mesascope_verdict::{Claim, Paper, Papers};

use crate::failure::Failure;

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

/// A study's text and what to call its file.
pub struct Source {
    pub file: String,
    pub text: String,
}

/// Whether a study is wanted by its file. Names may stand in folders: `calibration/perceptron`.
pub fn is_path(wanted: &str) -> bool {
    wanted.ends_with(".toml") || wanted.starts_with('.') || wanted.starts_with('/')
}

/// Finds a study by its path, or by its name in `./studies` and then among those built in.
pub fn find_study(wanted: &str) -> Result<Source, Failure> {
    let is_path = is_path(wanted);
    let local = match is_path {
        true => wanted.to_string(),
        false => format!("studies/{wanted}.toml"),
    };
    match std::fs::read(&local) {
        Ok(bytes) => return Ok(Source { text: as_text(&local, bytes)?, file: local }),
        Err(error) if is_path || error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Failure::new(format!("{local}: cannot read the study: {error}")));
        }
        Err(_) => {}
    }
    let name = format!("{wanted}.toml");
    match embedded::STUDIES.iter().find(|(file, _)| *file == name) {
        Some((file, text)) => {
            Ok(Source { file: format!("studies/{file}"), text: text.to_string() })
        }
        None => {
            let names = study_names();
            let near = nearest(wanted, names.iter().map(String::as_str));
            let near = near.map_or(String::new(), |near| format!("did you mean {near:?}? "));
            Err(Failure::new(format!(
                "no study is named {wanted:?}; {near}studies: {}; or give a path that ends in .toml",
                names.join(", ")
            )))
        }
    }
}

/// Reads a study, with the edits of `--set`.
pub fn read_study(wanted: &str, edits: &[String]) -> Result<Study, Failure> {
    read_text(wanted, edits).map(|(_, study)| study)
}

fn read_text(wanted: &str, edits: &[String]) -> Result<(Source, Study), Failure> {
    let Source { mut file, text } = find_study(wanted)?;
    let text = edit(&file, &text, edits).map_err(|mistake| Failure::in_text(mistake, &text))?;
    if !edits.is_empty() {
        // Its lines are no longer those of the file.
        file.push_str(" (after --set)");
    }
    let by_name = !is_path(wanted);
    match Study::parse(&file, &text, edits) {
        Ok(study) if by_name && study.name != wanted => Err(Failure::new(format!(
            "{file}: the study is named {:?}; a study that is found by its name has the file's",
            study.name
        ))),
        Ok(study) => Ok((Source { file, text }, study)),
        Err(mistake) => Err(Failure::in_text(mistake, &text)),
    }
}

/// Reads a study that is to be run or registered: every claim that it names must be written.
pub fn read_bound_study(wanted: &str, edits: &[String]) -> Result<Study, Failure> {
    let (Source { file, text }, study) = read_text(wanted, edits)?;
    if !study.claims.is_empty() && !study.has_controls() {
        return Err(Failure::new(format!(
            "{file}: a study that bears on claims has controls: add [controls.positive.NAME] or \
             [controls.negative.NAME]"
        )));
    }
    let written: Vec<u32> = claims()?.iter().map(|claim| claim.id).collect();
    if let Some(claim) = study.claims.iter().find(|claim| !written.contains(claim)) {
        let known = written.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
        let what = format!("claim {claim} is not written; written: {known}");
        let mistake = Mistake { file, at: study.place_of_claim(*claim), what };
        return Err(Failure::in_text(mistake, &text));
    }
    Ok(study)
}

/// Text of a file's bytes; says in which line it stops being text.
fn as_text(file: &str, bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..valid].iter().filter(|&&byte| byte == b'\n').count() + 1;
        Failure::new(format!("{file}:{line}: byte {} is not UTF-8; save it as UTF-8", valid + 1))
    })
}

/// The names of all studies, those of `./studies` among them.
pub fn study_names() -> Vec<String> {
    let mut names = Vec::new();
    local_studies(Path::new("studies"), "", &mut names);
    names.extend(
        embedded::STUDIES.iter().map(|(name, _)| name.trim_end_matches(".toml").to_string()),
    );
    names.sort();
    names.dedup();
    names
}

/// The names of the studies below a folder; `before` is the folder's own name and a slash.
fn local_studies(folder: &Path, before: &str, names: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        if path.is_dir() {
            local_studies(&path, &format!("{before}{stem}/"), names);
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            names.push(format!("{before}{stem}"));
        }
    }
}

/// The TOML files of a folder beside the user, and those built in that it does not replace.
fn files(folder: &str, built_in: &[(&str, &str)]) -> Result<Vec<Paper>, Failure> {
    let mut papers = Vec::new();
    for path in toml_files(folder)? {
        let file = path.display().to_string();
        let bytes = std::fs::read(&path)
            .map_err(|error| Failure::new(format!("{file}: cannot read: {error}")))?;
        papers.push(Paper { text: as_text(&file, bytes)?, file });
    }
    for (name, text) in built_in.iter().filter(|(name, _)| name.ends_with(".toml")) {
        let file = format!("{folder}/{name}");
        if !papers.iter().any(|paper| paper.file == file) {
            papers.push(Paper { file, text: text.to_string() });
        }
    }
    papers.sort_by(|one, other| one.file.cmp(&other.file));
    Ok(papers)
}

/// The TOML files of a folder; none where there is no such folder.
fn toml_files(folder: &str) -> Result<Vec<PathBuf>, Failure> {
    let wrong = |error| Failure::new(format!("{folder}: cannot read the folder: {error}"));
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(wrong(error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(wrong)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    Ok(paths)
}

fn claim_papers() -> Result<Vec<Paper>, Failure> {
    files("claims", embedded::CLAIMS)
}

/// All claims, by number.
pub fn claims() -> Result<Vec<Claim>, Failure> {
    let mut claims = claim_papers()?.iter().map(Claim::read).collect::<Result<Vec<_>, _>>()?;
    claims.sort_by_key(|claim| claim.id);
    Ok(claims)
}

/// The ledger's path for a study.
pub fn ledger_path(study: &str) -> String {
    format!("forecasts/{study}/ledger.jsonl")
}

/// The path of the numbers that `register` found for forecasts that refer to earlier records.
pub fn frozen_path(study: &str) -> String {
    format!("forecasts/{study}/frozen.json")
}

/// What is written about a study, as files.
pub struct Written {
    pub claims: Vec<Paper>,
    pub forecasts: Vec<Paper>,
    pub ledger: Option<Paper>,
    pub frozen: Option<Paper>,
}

impl Written {
    /// Finds what is written about a study: beside the user first, then built in.
    pub fn about(study: &str) -> Result<Written, Failure> {
        let inside = format!("{study}/");
        let built_in: Vec<(&str, &str)> = embedded::FORECASTS
            .iter()
            .filter_map(|(file, text)| Some((file.strip_prefix(&inside)?, *text)))
            .collect();
        let one = |file: String| match std::fs::read_to_string(&file) {
            Ok(text) => Ok(Some(Paper { file, text })),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let name = file.rsplit('/').next().unwrap_or_default();
                let found = built_in.iter().find(|(built_in, _)| *built_in == name);
                Ok(found.map(|(_, text)| Paper { file, text: text.to_string() }))
            }
            Err(error) => Err(Failure::new(format!("{file}: cannot read it: {error}"))),
        };
        Ok(Written {
            claims: claim_papers()?,
            forecasts: files(&format!("forecasts/{study}"), &built_in)?,
            ledger: one(ledger_path(study))?,
            frozen: one(frozen_path(study))?,
        })
    }

    /// The same, read and checked against a plan.
    pub fn read(&self, plan: &Plan) -> Result<Papers, Failure> {
        let (ledger, frozen) = (self.ledger.as_ref(), self.frozen.as_ref());
        Ok(Papers::read(plan, &self.claims, &self.forecasts, ledger, frozen, &earlier)?)
    }

    /// The same with the references to earlier records read anew.
    pub fn read_unfrozen(&self, plan: &Plan) -> Result<Papers, Failure> {
        let ledger = self.ledger.as_ref();
        Ok(Papers::read(plan, &self.claims, &self.forecasts, ledger, None, &earlier)?)
    }
}

/// The bundle of a study that forecasts refer to.
fn earlier(study: &str) -> Result<Bundle, String> {
    let file = format!("results/{study}{}", Bundle::ENDING);
    Bundle::read(Path::new(&file)).map_err(|error| match error {
        RecordError::Missing { .. } => format!(
            "it refers to the records of study {study:?}, and {file} does not exist here; \
             `mesascope bundle {study} --preset standard --to {file}` makes it of a finished run"
        ),
        other => other.to_string(),
    })
}

/// Claims, forecasts and ledger of a study.
pub fn papers(plan: &Plan) -> Result<Papers, Failure> {
    Written::about(&plan.based_on)?.read(plan)
}
