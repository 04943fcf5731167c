//! Where studies, claims and forecasts are found: beside the user first, then built in.

use std::path::Path;

use mesascope_lab::{Study, edit};
use mesascope_record::Plan;
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

/// Finds a study by its path, or by its name in `./studies` and then among those built in.
pub fn find_study(wanted: &str) -> Result<Source, Failure> {
    let is_path = wanted.contains('/') || wanted.ends_with(".toml");
    let local = match is_path {
        true => wanted.to_string(),
        false => format!("studies/{wanted}.toml"),
    };
    match std::fs::read_to_string(&local) {
        Ok(text) => return Ok(Source { file: local, text }),
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
            let near = names.iter().find(|name| name.starts_with(&wanted[..wanted.len().min(3)]));
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
    let Source { file, text } = find_study(wanted)?;
    let text = edit(&file, &text, edits).map_err(|mistake| Failure::in_text(mistake, &text))?;
    Study::parse(&file, &text, edits).map_err(|mistake| Failure::in_text(mistake, &text))
}

/// The names of all studies, those of `./studies` among them.
pub fn study_names() -> Vec<String> {
    let mut names: Vec<String> = files("studies", embedded::STUDIES)
        .into_iter()
        .filter_map(|paper| Some(Path::new(&paper.file).file_stem()?.to_str()?.to_string()))
        .collect();
    names.extend(
        embedded::STUDIES.iter().map(|(name, _)| name.trim_end_matches(".toml").to_string()),
    );
    names.sort();
    names.dedup();
    names
}

/// The TOML files of a folder beside the user if it has any, else those built in.
fn files(folder: &str, built_in: &[(&str, &str)]) -> Vec<Paper> {
    let mut papers = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "toml")
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            papers.push(Paper { file: path.display().to_string(), text });
        }
    }
    if papers.is_empty() {
        papers = built_in
            .iter()
            .filter(|(file, _)| file.ends_with(".toml"))
            .map(|(file, text)| Paper { file: format!("{folder}/{file}"), text: text.to_string() })
            .collect();
    }
    papers.sort_by(|one, other| one.file.cmp(&other.file));
    papers
}

fn claim_papers() -> Vec<Paper> {
    files("claims", embedded::CLAIMS)
}

/// All claims, by number.
pub fn claims() -> Result<Vec<Claim>, Failure> {
    let mut claims = claim_papers().iter().map(Claim::read).collect::<Result<Vec<_>, _>>()?;
    claims.sort_by_key(|claim| claim.id);
    Ok(claims)
}

/// The ledger's path for a study.
pub fn ledger_path(study: &str) -> String {
    format!("forecasts/{study}/ledger.jsonl")
}

/// Claims, forecasts and ledger of a study.
pub fn papers(plan: &Plan) -> Result<Papers, Failure> {
    let study = &plan.based_on;
    let inside = format!("{study}/");
    let built_in: Vec<(&str, &str)> = embedded::FORECASTS
        .iter()
        .filter_map(|(file, text)| Some((file.strip_prefix(&inside)?, *text)))
        .collect();
    let forecasts = files(&format!("forecasts/{study}"), &built_in);
    let file = ledger_path(study);
    let ledger = match std::fs::read_to_string(&file) {
        Ok(text) => Some(Paper { file, text }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => built_in
            .iter()
            .find(|(name, _)| *name == "ledger.jsonl")
            .map(|(_, text)| Paper { file, text: text.to_string() }),
        Err(error) => return Err(Failure::new(format!("{file}: cannot read the ledger: {error}"))),
    };
    Ok(Papers::read(plan, &claim_papers(), &forecasts, ledger.as_ref())?)
}
