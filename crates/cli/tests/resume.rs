//! Interrupted anywhere, on any number of threads, in any slices: one and the same export.

mod common;

use std::time::Duration;

use common::Bench;
use mesascope_stats::Key;

/// About a second of work: long enough to be killed inside.
const STUDY: &str = r#"
schema = 1
name = "tiny"
question = "Is it the same however it is interrupted?"
seeds = { quick = 250, standard = 2 }
[world.boolean]
inputs = 5
target = { each = ["x0&x1", "parity"] }
shown = 16
[learner.supervised]
network = { mlp = { hidden = [40, 40] } }
optimiser = { each = [{ adam = { learning_rate = 0.01 } }, { sgd = { momentum = 0.9 } }] }
stop = { loss = 0.01 }
[instruments.held-out-accuracy]
[instruments.completion-class]
[controls.positive.table]
says = "The count holds."
set = { "learner" = { table = {} } }
quantity = "held-out-accuracy"
expect = { binomial = { p = 0.5, alpha = 0.0001 } }
"#;

fn bench() -> Bench {
    let bench = Bench::new();
    bench.write("tiny.toml", STUDY);
    bench
}

fn export(bench: &Bench, out: &str) -> String {
    bench.demand(0, &["export", "tiny", "--out", out])
}

fn uninterrupted(bench: &Bench) -> String {
    bench.demand(0, &["run", "tiny.toml", "--out", "whole", "--threads", "1"]);
    let table = export(bench, "whole");
    // 4 cells of networks and 2 of tables, 250 seeds, 5 + 2 + 1 quantities.
    assert_eq!(table.lines().count(), 6 * 250 * 8, "the export lacks rows");
    table
}

#[test]
fn a_run_killed_at_twenty_random_moments_exports_the_same_bytes() {
    let bench = bench();
    let whole = uninterrupted(&bench);
    let mut moments = Key::from_seed(20).draws();
    let (mut kills, mut kept_something, mut round) = (0, 0, 0);
    while kills < 20 {
        let out = format!("killed-{round}");
        let mut run = bench.start(&["run", "tiny.toml", "--out", &out]);
        std::thread::sleep(Duration::from_millis(20 + moments.below(500)));
        run.kill().unwrap();
        // Killed before its end, or ended by itself: then this round is done.
        let ended = run.wait().unwrap().code() == Some(0);
        if ended {
            assert_eq!(export(&bench, &out), whole, "round {round} differs");
            round += 1;
        } else {
            kills += 1;
            let records = bench.files(&format!("{out}/tiny/quick/records"), ".jsonl");
            kept_something += u32::from(!records.is_empty());
        }
    }
    let out = format!("killed-{round}");
    bench.demand(0, &["run", "tiny.toml", "--out", &out]);
    assert_eq!(export(&bench, &out), whole, "the last round differs");
    assert!(kept_something >= 5, "only {kept_something} of 20 kills came after a first segment");
    let leftovers = bench.files(&format!("{out}/tiny/quick/records"), ".tmp");
    assert!(leftovers.is_empty(), "half-written files were left: {leftovers:?}");
}

#[test]
fn one_two_and_three_threads_and_three_slices_at_once_export_the_same_bytes() {
    let bench = bench();
    let whole = uninterrupted(&bench);
    for threads in ["2", "3"] {
        bench.demand(0, &["run", "tiny.toml", "--out", threads, "--threads", threads]);
        assert_eq!(export(&bench, threads), whole, "{threads} threads differ from 1");
    }
    let slices = ["1/3", "2/3", "3/3"];
    let processes = slices.map(|slice| {
        bench.start(&["run", "tiny.toml", "--out", "sliced", "--slice", slice, "--threads", "1"])
    });
    for (mut process, slice) in processes.into_iter().zip(slices) {
        assert_eq!(process.wait().unwrap().code(), Some(0), "slice {slice}");
    }
    assert_eq!(export(&bench, "sliced"), whole, "slices differ from the whole");
    bench.demand(0, &["judge", "tiny", "--out", "sliced"]);
}

#[test]
fn stages_run_one_by_one_export_the_same_bytes_as_a_run() {
    let bench = bench();
    let whole = uninterrupted(&bench);
    bench.demand(0, &["plan", "tiny.toml", "--out", "staged"]);
    bench.demand(0, &["train", "tiny", "--out", "staged"]);
    bench.demand(2, &["judge", "tiny", "--out", "staged"]);
    bench.demand(0, &["measure", "tiny", "--out", "staged"]);
    bench.demand(0, &["judge", "tiny", "--out", "staged"]);
    let report = bench.demand(0, &["report", "tiny", "--out", "staged"]);
    assert!(report.contains("Controls   1 of 1 hold"), "{report}");
    assert_eq!(export(&bench, "staged"), whole, "stages differ from a run");
}

#[test]
fn agents_that_are_not_kept_are_trained_again_for_the_same_bytes() {
    let bench = bench();
    let whole = uninterrupted(&bench);
    bench.write(
        "tiny.toml",
        &STUDY.replace("name = \"tiny\"", "name = \"tiny\"\nagents = \"retrained\""),
    );
    bench.demand(0, &["plan", "tiny.toml", "--out", "retrained"]);
    bench.demand(0, &["train", "tiny", "--out", "retrained"]);
    assert!(bench.files("retrained/tiny/quick/agents", "").is_empty(), "agents were kept");
    bench.demand(0, &["measure", "tiny", "--out", "retrained"]);
    assert_eq!(export(&bench, "retrained"), whole, "retrained agents differ");
}

#[test]
fn a_new_instrument_measures_stored_agents_and_trains_nothing() {
    let bench = bench();
    let whole = uninterrupted(&bench);
    bench.write("tiny.toml", &STUDY.replace("[instruments.completion-class]\n", ""));
    bench.demand(0, &["run", "tiny.toml", "--out", "grown"]);
    let agents = bench.files("grown/tiny/quick/agents", "");
    bench.write("tiny.toml", STUDY);
    bench.demand(0, &["run", "tiny.toml", "--out", "grown"]);
    assert_eq!(bench.files("grown/tiny/quick/agents", ""), agents, "agents were trained again");
    assert_eq!(export(&bench, "grown"), whole);
}

#[cfg(unix)]
#[test]
fn an_interrupt_flushes_exits_130_and_the_same_command_resumes() {
    let bench = bench();
    let whole = uninterrupted(&bench);
    for signal in ["INT", "TERM"] {
        let mut run = bench.start(&["run", "tiny.toml", "--out", signal, "--threads", "1"]);
        std::thread::sleep(Duration::from_millis(400));
        let pid = run.id().to_string();
        let sent = std::process::Command::new("kill").args([&format!("-{signal}"), &pid]).status();
        assert!(sent.unwrap().success(), "the run ended before it could be interrupted");
        assert_eq!(run.wait().unwrap().code(), Some(130), "after SIG{signal}");
        let records = bench.files(&format!("{signal}/tiny/quick/records"), ".jsonl");
        assert!(!records.is_empty(), "nothing was flushed after SIG{signal}");
        bench.demand(0, &["run", "tiny.toml", "--out", signal]);
        assert_eq!(export(&bench, signal), whole, "resumed after SIG{signal}");
    }
}

#[test]
fn csv_and_parquet_hold_the_rows_of_the_json_lines() {
    let bench = bench();
    let whole = uninterrupted(&bench);
    let csv = bench.demand(0, &["export", "tiny", "--out", "whole", "--format", "csv"]);
    assert_eq!(csv.lines().count(), whole.lines().count() + 1);
    for name in ["a.parquet", "b.parquet"] {
        let words = ["export", "tiny", "--out", "whole", "--format", "parquet", "--to", name];
        bench.demand(0, &words);
    }
    let bytes = std::fs::read(bench.path().join("a.parquet")).unwrap();
    assert_eq!((&bytes[..4], &bytes[bytes.len() - 4..]), (&b"PAR1"[..], &b"PAR1"[..]));
    assert_eq!(bytes, std::fs::read(bench.path().join("b.parquet")).unwrap());
}
