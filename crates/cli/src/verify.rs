//! `bundle` and `verify`: a run in one file that anyone can judge and check again.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::process::ExitCode;

use mesascope_lab::{Study, run_again};
use mesascope_record::{Bundle, Enclosed, Namespace, Plan, Provenance, Records, Store, canonical};
use mesascope_stats::Key;
use mesascope_verdict::{Claim, Forecast, Paper, Papers, Standing, Style, Verdict, report};

use crate::args::{BundleArgs, VerifyArgs};
use crate::failure::Failure;
use crate::library::{self, Written};
use crate::output::{Talk, grouped, size};
use crate::stages::folder;

const DOES_NOT_VERIFY: u8 = 1;

fn enclosed(paper: &Paper) -> Enclosed {
    Enclosed { file: paper.file.clone(), text: paper.text.clone() }
}

/// Writes a finished run with all that it was judged by.
pub fn bundle(args: &BundleArgs, talk: &Talk) -> Result<ExitCode, Failure> {
    if !args.to.to_string_lossy().ends_with(Bundle::ENDING) {
        let what = format!("{}: a bundle's name ends in {}", args.to.display(), Bundle::ENDING);
        return Err(Failure::new(what));
    }
    let folder = folder(&args.folder)?;
    let plan = Plan::read(&folder)?;
    let library::Source { file, text } = library::find_study(&args.folder.study)?;
    let study = Enclosed { file, text };
    let written = Written::about(&plan.based_on)?;
    // Only the claims that the study or a forecast of it names: the others would make the file change
    // with each of them.
    let mut claims = plan.claims.clone();
    claims.extend(written.forecasts.iter().filter_map(|one| Forecast::read(one).ok()?.claim));
    let named = |paper: &&Paper| Claim::read(paper).is_ok_and(|one| claims.contains(&one.id));
    let mut papers: Vec<Enclosed> = written.claims.iter().filter(named).map(enclosed).collect();
    papers.extend(written.forecasts.iter().map(enclosed));
    papers.extend(written.ledger.iter().chain(&written.frozen).map(enclosed));
    let hash = Bundle::write(&args.to, &plan, &Store::at(&folder), study, papers)?;
    let bytes = std::fs::metadata(&args.to).map_or(0, |file| file.len());
    talk.say(&format!(
        "{}: {} trials, {}\n{hash}",
        args.to.display(),
        grouped(plan.trial_count()),
        size(bytes)
    ));
    talk.give(&serde_json::json!({ "file": args.to, "bytes": bytes, "hash": hash }));
    Ok(ExitCode::SUCCESS)
}

/// The papers inside a bundle, read as if they stood in the project.
fn papers_of(bundle: &Bundle, plan: &Plan) -> Result<Papers, Failure> {
    let paper = |one: &Enclosed| Paper { file: one.file.clone(), text: one.text.clone() };
    let all: Vec<Paper> = bundle.papers.iter().map(paper).collect();
    let of = |wanted: &dyn Fn(&Paper) -> bool| -> Vec<Paper> {
        all.iter().filter(|paper| wanted(paper)).cloned().collect()
    };
    let toml = |paper: &Paper| paper.file.ends_with(".toml");
    let written = Written {
        claims: of(&|paper| toml(paper) && paper.file.starts_with("claims/")),
        forecasts: of(&|paper| toml(paper) && paper.file.starts_with("forecasts/")),
        ledger: of(&|paper| paper.file.ends_with("ledger.jsonl")).pop(),
        frozen: of(&|paper| paper.file.ends_with("frozen.json")).pop(),
    };
    written.read(plan)
}

/// One thing that was looked at, and whether it is as it should be.
#[derive(serde::Serialize)]
struct Check {
    holds: bool,
    what: String,
}

/// Checks a bundle: its hash, its papers against the ledger, the study against the plan, some of its
/// trials run again; and judges it.
pub fn verify(args: &VerifyArgs, talk: &Talk) -> Result<ExitCode, Failure> {
    let bundle = Bundle::read(&args.bundle)?;
    let plan = &bundle.plan;
    let mut checks = vec![Check {
        holds: true,
        what: format!("whole: {} trials, nothing changed since it was written", plan.trial_count()),
    }];
    let papers = papers_of(&bundle, plan)?;
    checks.push(study_is_the_plans(&bundle));
    let verdict = mesascope_verdict::judge(plan, &bundle, &papers)?;
    checks.push(registered(&bundle, &papers, &verdict, args.hash.as_deref())?);
    checks.extend(positions(&verdict));
    checks.push(again(&bundle, args, talk)?);
    let holds = checks.iter().all(|check| check.holds);
    for check in &checks {
        talk.say(&format!("{} {}", if check.holds { "ok  " } else { "FAIL" }, check.what));
    }
    talk.say("");
    talk.say(&report(&verdict, talk.style));
    talk.give(&serde_json::json!({ "checks": checks, "verdict": verdict }));
    let text = report(&verdict, Style::Plain);
    if let Some(file) = &args.report {
        mesascope_record::write_atomically(file, text.as_bytes())?;
    }
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::from(DOES_NOT_VERIFY) })
}

/// Whether the enclosed study file is the one that the plan was made of.
fn study_is_the_plans(bundle: &Bundle) -> Check {
    let plan = &bundle.plan;
    let Enclosed { file, text } = &bundle.study;
    let made = Study::parse(file, text, &plan.edits).map(|study| study.plan(plan.preset));
    match made {
        Err(mistake) => Check { holds: false, what: format!("study: {mistake}") },
        // A version that computes other numbers plans other identities; then nothing can be run again
        // either.
        Ok(made) => Check {
            holds: made.study_hash == plan.study_hash && made.cells == plan.cells,
            what: format!("study: {file} is what the plan was made of"),
        },
    }
}

/// Whether the study was registered before its records, under the hash that was published.
fn registered(
    bundle: &Bundle,
    papers: &Papers,
    verdict: &Verdict,
    published: Option<&str>,
) -> Result<Check, Failure> {
    let made_under: BTreeSet<Option<String>> = bundle
        .provenance()?
        .into_iter()
        .map(|segment: Option<Provenance>| segment.and_then(|segment| segment.ledger))
        .collect();
    let (holds, what) = match (&verdict.standing, published) {
        (Standing::Exploratory { because }, None) if bundle.plan.preset == Namespace::Quick => {
            (true, format!("not registered: {because}"))
        }
        (Standing::Exploratory { because }, _) => (false, format!("not registered: {because}")),
        (Standing::Registered { entry, hash, .. }, None) => (
            true,
            format!(
                "registered as entry {entry} before its records, {hash}; give the hash that was \
                 published with --hash, for a ledger alone proves no date"
            ),
        ),
        (Standing::Registered { entry, hash, .. }, Some(published)) => {
            let known = papers.ledger.place(published).is_some();
            let under = made_under.iter().all(|one| one.as_deref() == Some(published));
            match (hash == published, known, under) {
                (true, true, true) => {
                    (true, format!("registered as entry {entry}, the hash that was published"))
                }
                (_, false, _) => (false, format!("no entry of the ledger has hash {published}")),
                _ => (false, format!("the records were made under {hash}, not under {published}")),
            }
        }
    };
    Ok(Check { holds, what })
}

/// Every forecast and rule as it stood when it was registered; those that were not are told, and fail
/// nothing, for the verdict calls them exploratory itself.
fn positions(verdict: &Verdict) -> Vec<Check> {
    let mut exploratory: BTreeSet<String> = BTreeSet::new();
    let findings = verdict.findings.iter();
    for question in findings.clone().flat_map(|findings| &findings.questions) {
        for one in &question.positions {
            if let Standing::Exploratory { because } = &one.standing {
                exploratory.insert(format!("{}: {because}", one.position));
            }
        }
    }
    let gone = &verdict.withdrawn;
    let mut checks: Vec<Check> = exploratory
        .into_iter()
        .map(|what| Check { holds: true, what: format!("exploratory forecast {what}") })
        .collect();
    if !gone.is_empty() {
        let what = format!("registered and withdrawn: {}", gone.join(", "));
        checks.push(Check { holds: false, what });
    }
    checks
}

/// Runs some trials again, drawn at random so that nobody can know beforehand which.
fn again(bundle: &Bundle, args: &VerifyArgs, talk: &Talk) -> Result<Check, Failure> {
    let seed = args.seed.unwrap_or_else(|| RandomState::new().build_hasher().finish() >> 1);
    let all = bundle.plan.trial_count() as usize;
    let chosen = Key::from_seed(seed).draws().choose(args.sample.min(all), all);
    for (at, &number) in chosen.iter().enumerate() {
        if talk.live {
            eprint!("\rrunning again {}/{} ", at + 1, chosen.len());
        }
        let text = |contents: &[mesascope_record::Content]| {
            canonical(&serde_json::to_value(contents).expect("plain data"))
        };
        let new = run_again(&bundle.plan, number)?;
        if text(&new) != text(bundle.trial(number)) {
            let trial = bundle.plan.trials().nth(number).expect("a trial of the plan");
            let what = format!(
                "cell {:?}, seed {} comes out otherwise than its record says (sample --seed {seed})",
                trial.cell.name, trial.seed.index
            );
            return Ok(Check { holds: false, what });
        }
    }
    if talk.live {
        eprintln!();
    }
    let what = format!(
        "{} of {} trials run again, byte for byte the same (sample --seed {seed})",
        chosen.len(),
        grouped(all as u64)
    );
    Ok(Check { holds: true, what })
}
