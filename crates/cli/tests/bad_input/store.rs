//! Damage, disputes, locks and full disks: nothing recorded is lost, nothing damaged is believed.

use std::fs;
use std::process::{Command, Stdio};

use crate::common::Bench;
use crate::stages::{FOLDER, export, run_before, segments, with_one_number_changed, write};
use crate::{STUDY, bench_with, changed, faults, tree};

const RUN: &[&str] = &["run", "s.toml", "--out", "out"];

#[test]
fn a_damaged_segment_is_named_and_set_aside_and_its_trials_run_again() {
    type Damage = fn(&mut Vec<u8>);
    let flip: Damage = |bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    };
    let truncate: Damage = |bytes| bytes.truncate(bytes.len() / 2);
    let delete_a_line: Damage = |bytes| {
        let first = bytes.iter().position(|&byte| byte == b'\n').unwrap_or(9);
        bytes.drain(..=first);
    };
    let empty: Damage = |bytes| bytes.clear();
    for kind in ["records", "agents"] {
        for (name, damage) in
            [("flip", flip), ("truncate", truncate), ("delete", delete_a_line), ("empty", empty)]
        {
            let bench = run_before();
            let whole = export(&bench);
            let segment = segments(&bench, kind).remove(0);
            let mut bytes = fs::read(&segment).unwrap();
            damage(&mut bytes);
            fs::write(&segment, &bytes).unwrap();
            let output = bench.run(RUN);
            let told = String::from_utf8(output.stderr).unwrap();
            let file = segment.file_name().unwrap().to_str().unwrap();
            assert_eq!(output.status.code(), Some(0), "{kind}, {name}: {told}");
            assert!(told.contains("damaged: ") && told.contains(file), "{kind}, {name}: {told}");
            let aside = bench.path().join(FOLDER).join("damaged").join(file);
            assert_eq!(fs::read(&aside).unwrap(), bytes, "{kind}, {name}: not kept as it was");
            assert_eq!(export(&bench), whole, "{kind}, {name}: the export differs");
            let again = String::from_utf8(bench.run(RUN).stderr).unwrap();
            assert!(!again.contains("damaged"), "{kind}, {name}: told twice: {again}");
        }
    }
}

#[test]
fn two_records_of_one_identity_with_other_bytes_are_an_error_that_names_both_places() {
    let bench = run_before();
    let before = segments(&bench, "records");
    let (_, forged) = with_one_number_changed(&bench);
    write(&bench, std::slice::from_ref(&forged));
    let second = segments(&bench, "records").into_iter().find(|path| !before.contains(path));
    let name = |path: &std::path::Path| path.file_name().unwrap().to_str().unwrap().to_string();
    let second = format!("{}:1", name(&second.unwrap()));
    let holds =
        |path: &&std::path::PathBuf| fs::read_to_string(path).unwrap().contains(&forged.id.0);
    let first = name(before.iter().find(holds).unwrap());
    for stage in ["judge", "export", "measure"] {
        let says = [forged.id.0.as_str(), &first, &second];
        let told = faults(&bench, &[stage, "tiny", "--out", "out"], &says);
        assert!(told.is_empty(), "{stage}: {told:?}");
    }
}

#[test]
fn the_same_record_twice_is_one_record() {
    let bench = run_before();
    let whole = export(&bench);
    let (records, _) = with_one_number_changed(&bench);
    write(&bench, &records[..3]);
    assert_eq!(export(&bench), whole);
    bench.demand(0, &["judge", "tiny", "--out", "out"]);
}

#[test]
fn a_slice_that_is_being_run_is_refused_by_its_name_and_keeps_its_plan() {
    let bench = run_before();
    let lock = bench.path().join(FOLDER).join("locks/slice-1-of-1.lock");
    let held = fs::File::create(&lock).unwrap();
    held.try_lock().unwrap();
    let plan = || fs::read(bench.path().join(FOLDER).join("plan.json")).unwrap();
    let before = plan();
    let says = ["slice-1-of-1.lock", "slice 1/1 is being run by another process"];
    let told = faults(&bench, &["train", "tiny", "--out", "out"], &says);
    assert!(told.is_empty(), "{told:?}");
    bench.write("s.toml", &changed(STUDY, "quick = 12", "quick = 13"));
    let told = faults(&bench, RUN, &says);
    assert!(told.is_empty(), "{told:?}");
    assert_eq!(plan(), before, "the plan of a run under way was written over");
    // Not by dropping it: a process that another test is starting may hold a copy for a moment.
    held.unlock().unwrap();
    bench.demand(0, RUN);
}

#[test]
fn an_out_folder_that_cannot_be_made_is_an_error_that_names_it() {
    let bench = bench_with(STUDY.as_bytes());
    bench.write("plain", "a file, no folder");
    let told = faults(&bench, &["run", "s.toml", "--out", "plain/out"], &["plain/out", "cannot"]);
    assert!(told.is_empty(), "{told:?}");
    let told =
        faults(&bench, &["copy", "counting", "plain/mine.toml"], &["plain/mine.toml", "cannot"]);
    assert!(told.is_empty(), "{told:?}");
}

/// Runs under a limit on the size of files, in place of a full disk.
fn limited(bench: &Bench, words: &str) -> std::process::Output {
    let script =
        format!("trap '' XFSZ; ulimit -f 1; exec {} {words}", env!("CARGO_BIN_EXE_mesascope"));
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).current_dir(bench.path()).stdin(Stdio::null()).output().unwrap()
}

#[test]
fn a_full_disk_is_a_clear_error_and_loses_nothing_recorded_before() {
    let whole = export(&run_before());
    let bench = bench_with(STUDY.as_bytes());
    bench.demand(0, &["run", "s.toml", "--out", "out", "--slice", "1/2"]);
    let kept = |bench: &Bench| {
        let files = [segments(bench, "records"), segments(bench, "agents")].concat();
        files.into_iter().map(|path| (fs::read(&path).unwrap(), path)).collect::<Vec<_>>()
    };
    let (before, files) = (kept(&bench), tree(bench.path()));
    let output = limited(&bench, "run s.toml --out out");
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains(&format!("error: {FOLDER}/")) && told.contains("cannot write"), "{told}");
    assert_eq!(kept(&bench), before, "what was recorded has changed");
    let left: Vec<_> = tree(bench.path()).difference(&files).cloned().collect();
    let half: Vec<_> =
        left.iter().filter(|path| path.to_string_lossy().ends_with(".tmp")).collect();
    assert!(half.is_empty(), "half-written files were left: {half:?}");
    bench.demand(0, RUN);
    assert_eq!(export(&bench), whole);
}

#[test]
fn a_table_that_cannot_be_written_whole_is_an_error_and_leaves_the_old_one() {
    let bench = run_before();
    bench.write("table.csv", "the old table\n");
    let output = limited(&bench, "export tiny --out out --format csv --to table.csv");
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("table.csv: cannot write"), "{told}");
    assert_eq!(fs::read_to_string(bench.path().join("table.csv")).unwrap(), "the old table\n");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_an_error_and_is_not_replaced_by_a_file() {
    let bench = run_before();
    let full = || fs::File::options().write(true).open("/dev/full").unwrap();
    let output =
        bench.command(&["export", "tiny", "--out", "out"]).stdout(full()).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "a lost table must not look like success: {told}");
    assert!(told.starts_with("error: standard output: cannot write"), "{told}");
    // By a link, so that a defect replaces the link and not the device.
    std::os::unix::fs::symlink("/dev/full", bench.path().join("device")).unwrap();
    let told = faults(
        &bench,
        &["export", "tiny", "--out", "out", "--to", "device"],
        &["device: cannot write"],
    );
    assert!(told.is_empty(), "{told:?}");
    assert!(fs::symlink_metadata(bench.path().join("device")).unwrap().is_symlink());
}
