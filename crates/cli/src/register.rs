//! `register`: locks forecasts, rules and study, and writes the only file outside `--out`.

use std::path::Path;
use std::process::ExitCode;

use mesascope_record::{Namespace, write_atomically};
use mesascope_verdict::Frozen;

use crate::failure::Failure;
use crate::library;
use crate::output::Talk;

pub fn register(wanted: &str, talk: &Talk) -> Result<ExitCode, Failure> {
    let study = library::read_bound_study(wanted, &[])?;
    if study.name != study.based_on {
        return Err(Failure::new(format!(
            "{} is a copy of {}; take `based_on` out, and give it claims and forecasts of its own, to \
             register it",
            study.name, study.based_on
        )));
    }
    let plan = study.plan(Namespace::Standard);
    let papers = library::Written::about(&plan.based_on)?.read_unfrozen(&plan)?;
    let file = library::ledger_path(&plan.based_on);
    let mut ledger = papers.ledger.clone();
    let Some(entry) = ledger.register(&plan.based_on, &plan.study_hash, &papers).cloned() else {
        let head = ledger.head().unwrap_or_default();
        talk.say(&format!("Nothing has changed since it was registered: {head}"));
        talk.give(&serde_json::json!({ "registered": false, "hash": head }));
        return Ok(ExitCode::SUCCESS);
    };
    if let Some(folder) = Path::new(&file).parent() {
        std::fs::create_dir_all(folder).map_err(|error| {
            Failure::new(format!("{}: cannot make the folder: {error}", folder.display()))
        })?;
    }
    if let Some(frozen) = Frozen::of(&plan.based_on, &papers.forecasts) {
        let text = serde_json::to_string_pretty(&frozen).expect("plain data") + "\n";
        write_atomically(Path::new(&library::frozen_path(&plan.based_on)), text.as_bytes())?;
    }
    write_atomically(Path::new(&file), ledger.to_text().as_bytes())?;
    talk.say(&format!(
        "Registered {} forecasts, {} rules and the study {} as entry {} of {file}.\n\
         Publish this hash elsewhere; the file proves order, not date:\n{}",
        entry.forecasts.len(),
        entry.rules.len(),
        plan.based_on,
        entry.index,
        entry.hash
    ));
    talk.give(&entry);
    Ok(ExitCode::SUCCESS)
}
