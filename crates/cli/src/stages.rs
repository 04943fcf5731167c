//! The stages as commands. Each reads the file of the one before; `run` calls them in turn.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mesascope_lab::{Estimate, Job, Stages, Summary, estimate};
use mesascope_record::{
    Damaged, Namespace, Plan, Provenance, Replays, Slice, Store, export as export_table, hash_of,
    missing, write_atomically,
};
use mesascope_verdict::{
    Conclusion, Papers, ReportFile, Verdict, controls_text, files as report_files,
    report as report_text,
};

use crate::args::{ExportArgs, FileFormat, FolderArgs, JudgeArgs, RunArgs, WorkArgs};
use crate::failure::Failure;
use crate::library;
use crate::output::{Talk, duration, grouped, print_whole, size};
use crate::progress::Progress;

const INTERRUPTED: u8 = 130;
const TRIALS_FAILED: u8 = 3;
const CONTROL_FAILED: u8 = 1;

/// The folder of a study's run: its name, its preset, and for an edited study the edits' hash.
pub fn folder(args: &FolderArgs) -> Result<PathBuf, Failure> {
    // By its name alone, a run is found without its study: every stage works from files.
    let name = match library::is_path(&args.study) {
        true => library::read_study(&args.study, &args.set)?.name,
        false => args.study.clone(),
    };
    Ok(folder_of(args, &name))
}

fn folder_of(args: &FolderArgs, name: &str) -> PathBuf {
    let preset = Namespace::from(args.preset).to_string();
    let last = match args.set.is_empty() {
        true => preset,
        false => format!("{preset}-edited-{}", &hash_of("mesascope edits", &args.set)[..8]),
    };
    args.out.join(name).join(last)
}

fn threads(args: &WorkArgs) -> usize {
    match args.threads {
        Some(threads) => usize::from(threads),
        None => std::thread::available_parallelism().map_or(1, |cores| cores.get()),
    }
}

/// The study written out, and its folder with plan.json in it.
fn planned(args: &RunArgs) -> Result<(Plan, Papers, Store), Failure> {
    let study = library::read_bound_study(&args.work.folder.study, &args.work.folder.set)?;
    let preset = Namespace::from(args.work.folder.preset);
    let mut plan = study.plan(preset);
    // Read before anything is written: a mistake in a claim or forecast leaves no trace. Against
    // all of the study's cells first, so that a slip about a headline arm shows in a quick run too.
    library::papers(&study.plan(Namespace::Standard))?;
    let papers = library::papers(&plan)?;
    // Confirmatory draws are shown through no study but one that is registered as it stands.
    let registered = papers.ledger.entries.last().map(|entry| &entry.study_hash);
    if plan.seeds == Namespace::Standard && registered != Some(&plan.study_hash) {
        plan.seeds = Namespace::Pilot;
    }
    let store = Store::at(&folder_of(&args.work.folder, &plan.study));
    Ok((plan, papers, store))
}

fn write_plan(plan: &Plan, store: &Store, slice: Slice) -> Result<(), Failure> {
    store.prepare()?;
    if Plan::read(store.folder()).ok().as_ref() != Some(plan) {
        // Whoever runs this slice now keeps the plan that it runs.
        let _lock = store.lock(slice)?;
        plan.write(store.folder())?;
    }
    Ok(())
}

pub fn plan(args: &RunArgs, talk: &Talk) -> Result<ExitCode, Failure> {
    let (plan, _, store) = planned(args)?;
    write_plan(&plan, &store, args.work.slice)?;
    talk.say(&format!(
        "{}: {} trials in {} cells",
        store.folder().join(Plan::FILE).display(),
        grouped(plan.trial_count()),
        plan.cells.len()
    ));
    talk.give(&plan);
    Ok(ExitCode::SUCCESS)
}

/// First signal: stop after the trials in hand, flush, exit 130. Second: end at once.
fn stop_on_signals() -> Result<Arc<AtomicBool>, Failure> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        let code = i32::from(INTERRUPTED);
        signal_hook::flag::register_conditional_shutdown(signal, code, Arc::clone(&stop))
            .and_then(|_| signal_hook::flag::register(signal, Arc::clone(&stop)))
            .map_err(|error| Failure::new(format!("cannot listen for signals: {error}")))?;
    }
    Ok(stop)
}

fn work(
    plan: &Plan,
    store: &Store,
    args: &WorkArgs,
    papers: &Papers,
    stages: Stages,
    talk: &Talk,
) -> Result<Summary, Failure> {
    let stop = stop_on_signals()?;
    let threads = threads(args);
    let ledger = papers.ledger.head().map(str::to_string);
    let provenance =
        Provenance::of_this_process(threads, args.slice.to_string(), plan.hash(), ledger);
    let damage = |damaged: &Damaged| {
        eprintln!(
            "damaged: {}: {}; it is moved to {}, and its trials are run again",
            damaged.path.display(),
            damaged.why,
            store.folder().join("damaged").display()
        );
    };
    let job = Job {
        plan,
        store,
        slice: args.slice,
        threads,
        provenance: &provenance,
        stop: &stop,
        damage: &damage,
    };
    let mut total = 0;
    let bar = std::cell::RefCell::new(None);
    let mut ready = |remaining: &[u64]| {
        total = remaining.iter().sum();
        let done_before = plan.trial_count() - total;
        if total > 0 && stages != Stages::Measure {
            let cost = estimate(plan, remaining, threads)?;
            talk.say(&estimate_words(&cost, threads, store, done_before, args.slice));
        }
        *bar.borrow_mut() = Some(Progress::new(total, talk.live));
        Ok(())
    };
    let mut progress = |done| {
        if let Some(bar) = bar.borrow_mut().as_mut() {
            bar.show(done);
        }
    };
    let summary = mesascope_lab::run(&job, stages, &mut ready, &mut progress)?;
    if let Some(bar) = bar.borrow().as_ref() {
        bar.end(summary.done);
    }
    // Drawn when all agents are there, by whichever slice is the last to be done.
    let measured = stages != Stages::Train && !summary.stopped;
    if measured && !plan.replays.is_empty() && missing(plan, store)?.is_none() {
        mesascope_lab::replays(plan, store)?.write(store.folder())?;
    }
    if stop.load(Ordering::Relaxed) && summary.stopped {
        let left = total - summary.done;
        eprintln!(
            "interrupted; everything done is kept, {left} trials are left: the same command resumes"
        );
    }
    Ok(summary)
}

fn estimate_words(
    cost: &Estimate,
    threads: usize,
    store: &Store,
    done_before: u64,
    slice: Slice,
) -> String {
    let resumed = match done_before {
        0 => String::new(),
        _ if slice != Slice::WHOLE => String::new(),
        done => format!(", {} done before", grouped(done)),
    };
    format!(
        "Estimate   {} to train and measure {} agents on {threads} cores{resumed}\n           {} \
         memory, {} in {}",
        duration(cost.seconds),
        grouped(cost.trials),
        size(cost.memory_bytes),
        size(cost.disk_bytes),
        store.folder().display()
    )
}

pub fn train(args: &WorkArgs, talk: &Talk) -> Result<ExitCode, Failure> {
    alone(args, Stages::Train, talk)
}

pub fn measure(args: &WorkArgs, talk: &Talk) -> Result<ExitCode, Failure> {
    alone(args, Stages::Measure, talk)
}

/// One stage of its own, from plan.json and what the stages before left.
fn alone(args: &WorkArgs, stages: Stages, talk: &Talk) -> Result<ExitCode, Failure> {
    let folder = folder(&args.folder)?;
    let plan = Plan::read(&folder)?;
    let store = Store::at(&folder);
    let papers = library::papers(&plan)?;
    let summary = work(&plan, &store, args, &papers, stages, talk)?;
    if summary.stopped {
        return Ok(ExitCode::from(INTERRUPTED));
    }
    talk.say(&format!("{} trials done in {}", grouped(summary.done), folder.display()));
    talk.give(&serde_json::json!({ "done": summary.done, "failed": summary.failed }));
    Ok(failed_code(summary.failed))
}

pub fn run(args: &RunArgs, talk: &Talk) -> Result<ExitCode, Failure> {
    let (plan, papers, store) = planned(args)?;
    write_plan(&plan, &store, args.work.slice)?;
    talk.say(&format!(
        "mesascope run {}   ({} preset: {} agents in {} cells)",
        plan.study,
        plan.preset,
        grouped(plan.trial_count()),
        plan.cells.len()
    ));
    let summary = work(&plan, &store, &args.work, &papers, Stages::Both, talk)?;
    if summary.stopped {
        return Ok(ExitCode::from(INTERRUPTED));
    }
    if args.work.slice != Slice::WHOLE
        && let Some(missing) = missing(&plan, &store)?
    {
        talk.say(&format!(
            "Slice {} is done; {} trials of other slices are not. When they are:\n  mesascope judge \
             {} --preset {} --out {}",
            args.work.slice,
            grouped(missing.count),
            args.work.folder.study,
            plan.preset,
            args.work.folder.out.display()
        ));
        talk.give(
            &serde_json::json!({ "slice": args.work.slice.to_string(), "left": missing.count }),
        );
        return Ok(failed_code(summary.failed));
    }
    eprintln!("judging {} agents", grouped(plan.trial_count()));
    let verdict = mesascope_verdict::judge(&plan, &store, &papers)?;
    verdict.write(store.folder())?;
    let text = write_report(&verdict, &store, talk)?;
    talk.say(&text);
    talk.say(&next(&args.work.folder, &plan, &store));
    talk.give(&verdict);
    Ok(exit(&verdict, args.strict))
}

fn failed_code(failed: u64) -> ExitCode {
    if failed > 0 { ExitCode::from(TRIALS_FAILED) } else { ExitCode::SUCCESS }
}

fn next(args: &FolderArgs, plan: &Plan, store: &Store) -> String {
    let out = match args.out.as_os_str() == "mesascope-out" {
        true => String::new(),
        false => format!(" --out {}", args.out.display()),
    };
    let more = match plan.preset {
        Namespace::Quick => format!("mesascope copy {} my.toml", args.study),
        _ => format!("mesascope export {} --preset standard{out}", args.study),
    };
    format!("Next       open {}/report.html\n           {more}", store.folder().display())
}

fn write_report(verdict: &Verdict, store: &Store, talk: &Talk) -> Result<String, Failure> {
    // A study that asks for replays has them from the stage that measures.
    let plan = Plan::read(store.folder())?;
    let replays = match plan.replays.is_empty() {
        true => None,
        false => Some(Replays::read(store.folder())?),
    };
    let files = report_files(verdict, replays.as_ref());
    remove_old_figures(&store.folder().join("figures"), &files)?;
    for file in &files {
        write_atomically(&store.folder().join(&file.path), file.text.as_bytes())?;
    }
    Ok(report_text(verdict, talk.style))
}

/// Figures of an earlier report must not stand beside a later one: a control may have failed since.
fn remove_old_figures(folder: &Path, files: &[ReportFile]) -> Result<(), Failure> {
    let wrong = |tried: &str, path: &Path, error: std::io::Error| {
        Failure::new(format!("{}: cannot {tried}: {error}", path.display()))
    };
    let wanted = |path: &Path| files.iter().any(|file| path.ends_with(&file.path));
    if files.iter().any(|file| file.path.starts_with("figures/")) {
        std::fs::create_dir_all(folder).map_err(|error| wrong("make the folder", folder, error))?;
    }
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(wrong("read the folder", folder, error)),
    };
    for entry in entries {
        let path = entry.map_err(|error| wrong("read the folder", folder, error))?.path();
        let ours = path.extension().is_some_and(|ending| ending == "svg" || ending == "csv");
        if ours && !wanted(&path) {
            std::fs::remove_file(&path).map_err(|error| wrong("remove", &path, error))?;
        }
    }
    Ok(())
}

fn exit(verdict: &Verdict, strict: bool) -> ExitCode {
    let inconclusive = verdict.findings.as_ref().is_some_and(|findings| {
        findings.verdicts.iter().any(|one| one.conclusion == Conclusion::Inconclusive)
    });
    if !verdict.controls_hold() || (strict && inconclusive) {
        ExitCode::from(CONTROL_FAILED)
    } else if verdict.failed > 0 {
        ExitCode::from(TRIALS_FAILED)
    } else {
        ExitCode::SUCCESS
    }
}

pub fn judge(args: &JudgeArgs, talk: &Talk) -> Result<ExitCode, Failure> {
    let folder = folder(&args.folder)?;
    let plan = Plan::read(&folder)?;
    let papers = library::papers(&plan)?;
    let verdict = mesascope_verdict::judge(&plan, &Store::at(&folder), &papers)?;
    verdict.write(&folder)?;
    talk.say(&format!("{}", folder.join(Verdict::FILE).display()));
    talk.say(&report_text(&verdict, talk.style));
    talk.give(&verdict);
    Ok(exit(&verdict, args.strict))
}

pub fn report(args: &FolderArgs, talk: &Talk) -> Result<ExitCode, Failure> {
    let folder = folder(args)?;
    let verdict = Verdict::read(&folder)?;
    let text = write_report(&verdict, &Store::at(&folder), talk)?;
    talk.say(&text);
    talk.give(&verdict);
    Ok(exit(&verdict, false))
}

pub fn export(args: &ExportArgs, talk: &Talk) -> Result<ExitCode, Failure> {
    let folder = folder(&args.folder)?;
    let plan = Plan::read(&folder)?;
    let bytes = export_table(&plan, &Store::at(&folder), args.format.into())?;
    match &args.to {
        None if talk.json && !matches!(args.format, FileFormat::Jsonl) => {
            let what = "--json prints JSON: name a file with --to, or leave --format at jsonl";
            return Err(Failure::new(what));
        }
        None => print_whole(&bytes),
        Some(file) => {
            write_atomically(file, &bytes)?;
            talk.say(&format!("{}: {}", file.display(), size(bytes.len() as u64)));
            talk.give(&serde_json::json!({ "file": file, "bytes": bytes.len() }));
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub fn controls(args: &RunArgs, talk: &Talk) -> Result<ExitCode, Failure> {
    let (whole, papers, store) = planned(args)?;
    write_plan(&whole, &store, args.work.slice)?;
    let plan = whole.only_controls();
    let summary = work(&plan, &store, &args.work, &papers, Stages::Both, talk)?;
    if summary.stopped {
        return Ok(ExitCode::from(INTERRUPTED));
    }
    let papers = Papers { claims: Vec::new(), forecasts: Vec::new(), ..papers };
    let verdict = mesascope_verdict::judge(&plan, &store, &papers)?;
    talk.say(&controls_text(&verdict, talk.style));
    talk.give(&verdict.controls);
    Ok(exit(&verdict, args.strict))
}
