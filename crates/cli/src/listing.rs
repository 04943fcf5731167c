//! `list` and `claims`.

use std::process::ExitCode;

use mesascope_instruments::Instrument;
use mesascope_learners::Learner;
use mesascope_planted::Planted;
use mesascope_verdict::claims_list;
use mesascope_worlds::World;

use crate::args::Listed;
use crate::describe::headline;
use crate::failure::Failure;
use crate::library;
use crate::output::Talk;

pub fn list(what: Option<Listed>, talk: &Talk) -> Result<ExitCode, Failure> {
    let kinds = match what {
        Some(one) => vec![one],
        None => vec![
            Listed::Studies,
            Listed::Worlds,
            Listed::Learners,
            Listed::Planted,
            Listed::Instruments,
            Listed::Claims,
        ],
    };
    let mut all = serde_json::Map::new();
    for kind in kinds {
        let (title, entries) = entries(kind)?;
        talk.say(title);
        let width = entries.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        for (name, about) in &entries {
            let room = 80usize.saturating_sub(width + 4);
            let about: String = match about.chars().count() > room {
                true => about.chars().take(room.saturating_sub(2)).chain("..".chars()).collect(),
                false => about.clone(),
            };
            talk.say(&format!("  {name:<width$}  {about}"));
        }
        let entries = entries.into_iter().map(|(name, about)| (name, about.into())).collect();
        all.insert(title.to_lowercase(), serde_json::Value::Object(entries));
    }
    talk.give(&all);
    Ok(ExitCode::SUCCESS)
}

type Entries = Vec<(String, String)>;

fn entries(kind: Listed) -> Result<(&'static str, Entries), Failure> {
    let catalogue = |names: &[&str]| -> Entries {
        names.iter().map(|name| (name.to_string(), headline(name))).collect()
    };
    Ok(match kind {
        Listed::Worlds => ("Worlds", catalogue(World::NAMES)),
        Listed::Learners => ("Learners", catalogue(Learner::NAMES)),
        Listed::Planted => ("Planted", catalogue(Planted::NAMES)),
        Listed::Instruments => ("Instruments", catalogue(Instrument::NAMES)),
        Listed::Studies => {
            let studies = library::study_names().into_iter().map(|name| {
                let question = match library::read_study(&name, &[]) {
                    Ok(study) => study.question,
                    Err(_) => "(has a mistake; `mesascope describe` says which)".to_string(),
                };
                (name, question)
            });
            ("Studies", studies.collect())
        }
        Listed::Claims => {
            let claims = library::claims()?.into_iter();
            ("Claims", claims.map(|claim| (claim.id.to_string(), claim.quote)).collect())
        }
    })
}

pub fn claims(id: Option<u32>, talk: &Talk) -> Result<ExitCode, Failure> {
    let claims = library::claims()?;
    if let Some(id) = id
        && !claims.iter().any(|claim| claim.id == id)
    {
        let known: Vec<String> = claims.iter().map(|claim| claim.id.to_string()).collect();
        return Err(Failure::new(format!(
            "claim {id} is not written; written: {}",
            known.join(", ")
        )));
    }
    talk.say(claims_list(&claims, id).trim_end());
    let chosen: Vec<_> = claims.iter().filter(|claim| id.is_none_or(|id| id == claim.id)).collect();
    talk.give(&chosen);
    Ok(ExitCode::SUCCESS)
}
