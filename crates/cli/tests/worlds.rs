//! Worlds to act in, from the command line: play, replay, and a study with learners and planted agents.

mod common;

use std::io::Write;
use std::process::Stdio;

use common::Bench;

const STUDY: &str = r#"
schema = 1
name = "mouse"
question = "Does a table learn to go to the cheese?"
seeds = { quick = 3, standard = 3 }
[world.corner]
side = 5
maze = "open"
horizon = 20
corner = 3
[learner.q-learning]
steps = 4000
copies = 4
[instruments.behaviour-by-goal]
goals = ["cheese", "corner"]
situations = ["shift"]
levels = 40
[instruments.returns]
goals = ["cheese"]
situations = ["train", "shift"]
levels = 40
by = "exact"
[controls.positive.who-pursues-the-corner-follows-it]
says = "A planted pursuer of the corner goes to the corner."
quantity = "follows-corner-in-shift"
expect = { every = { low = 1.0 } }
[controls.positive.who-pursues-the-corner-follows-it.set]
learner = { pursuer = { goal = "corner" } }
[dispersion.lottery]
quantity = "chooses-corner-in-shift"
cells = { arm = "base" }
[replays.side-by-side]
says = "A learner <b>beside</b> a pursuer of the corner."
cells = { arm = ["base", "who-pursues-the-corner-follows-it"] }
situations = ["train", "shift"]
"#;

/// The output of `play` on these keys.
fn played(bench: &Bench, words: &[&str], keys: &str) -> String {
    let mut command = bench.command(words);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(keys.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn keys_move_the_mouse_to_the_cheese_and_end_the_episode() {
    let bench = Bench::new();
    bench.write("level.txt", "#####\n#*..#\n#...#\n#..@#\n#####\n");
    let words = ["play", "corner", "--set", "side=5", "--level", "level.txt"];
    let shown = played(&bench, &words, "w?waa");
    assert!(shown.contains("The episode is over.") && shown.contains("cheese 1.000"), "{shown}");
    let json = played(&bench, &[&["--json"], &words[..]].concat(), "wwq");
    let told: serde_json::Value = serde_json::from_str(json.trim()).unwrap();
    assert_eq!(told["actions"], serde_json::json!(["up", "up"]));
}

#[test]
fn what_a_person_mistypes_is_named_with_what_would_be_right() {
    let bench = Bench::new();
    bench.write("odd.txt", "#####\n#@..#\n#..@#\n#..*#\n#####\n");
    bench.write("shut.txt", "#####\n#@#.#\n##..#\n#..*#\n#####\n");
    let cases: [(&[&str], &[&str]); 8] = [
        (&["play", "cornr"], &["cornr", "corner"]),
        (&["play", "corner", "--set", "side=99"], &["side", "3 to 15", "99"]),
        (&["play", "corner", "--set", "sied=9"], &["sied", "side"]),
        (&["play", "corner", "--situation", "shfit"], &["shfit", "train, shift"]),
        (
            &["play", "boolean", "--set", "inputs=3", "--set", "target=x0", "--set", "shown=4"],
            &["boolean", "rows with labels"],
        ),
        (
            &["play", "corner", "--set", "side=5", "--level", "odd.txt"],
            &["odd.txt", "line 3, column 4", "second mouse"],
        ),
        (
            &["play", "corner", "--set", "side=5", "--level", "shut.txt"],
            &["shut.txt", "line 4, column 4", "no way"],
        ),
        (&["play", "corner", "--level", "none.txt"], &["none.txt"]),
    ];
    for (words, wanted) in cases {
        let output = bench.run(words);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{words:?}: {told}");
        for word in wanted {
            assert!(told.contains(word), "{words:?} says {told:?}, and not {word:?}");
        }
    }
}

#[test]
fn a_study_of_actors_runs_and_its_report_replays_one_level_side_by_side() {
    let bench = Bench::new();
    bench.write("mouse.toml", STUDY);
    let text = bench.demand(0, &["run", "mouse.toml"]);
    assert!(text.contains("1 of 1 hold"), "{text}");
    assert!(text.contains("Do agents differ by more than chance? lottery"), "{text}");
    let folder = bench.path().join("mesascope-out/mouse/quick");
    let page = std::fs::read_to_string(folder.join("report.html")).unwrap();
    assert_eq!(page.matches("<figure class=\"replay\"").count(), 4, "two cells, two situations");
    assert!(page.contains("A learner &lt;b&gt;beside&lt;/b&gt; a pursuer"), "names are escaped");
    assert!(!page.contains("<script"), "nothing runs in the page");

    let shown = bench.demand(
        0,
        &["replay", "mouse.toml", "--cell", "base", "--agent", "2", "--situation", "shift"],
    );
    assert!(shown.contains('@') && shown.contains("worth: cheese"), "{shown}");
    bench.demand(0, &["replay", "mouse.toml", "--to", "mouse.svg"]);
    let svg = std::fs::read_to_string(bench.path().join("mouse.svg")).unwrap();
    roxmltree::Document::parse(&svg).unwrap_or_else(|error| panic!("{error}\n{svg}"));

    // A later stage names the file of the one before it.
    std::fs::remove_file(folder.join("replays.json")).unwrap();
    let output = bench.run(&["report", "mouse.toml"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("replays.json") && told.contains("measure"), "{told}");
}

#[test]
fn mistakes_about_actors_are_found_before_anything_is_trained() {
    let change = |from: &str, to: &str| {
        assert!(STUDY.contains(from), "{from}");
        STUDY.replacen(from, to, 1)
    };
    let cases = [
        (
            change("[learner.q-learning]\nsteps = 4000\ncopies = 4", "[learner.table]"),
            "rows with labels",
        ),
        (
            change("goals = [\"cheese\", \"corner\"]", "goals = [\"cheese\", \"chese\"]"),
            "no goal \"chese\"",
        ),
        (change("situations = [\"shift\"]", "situations = [\"shfit\"]"), "no situation \"shfit\""),
        (change("goal = \"corner\" }", "goal = \"croner\" }"), "no goal \"croner\""),
        (change("corner = 3", "corner = 4"), "corner"),
        (change("copies = 4", "copies = 0"), "copies"),
    ];
    for (study, wanted) in cases {
        let bench = Bench::new();
        bench.write("mouse.toml", &study);
        let output = bench.run(&["run", "mouse.toml"]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{wanted}: {told}");
        assert!(told.contains(wanted) && told.contains("mouse.toml:"), "{wanted}: {told}");
        assert!(!bench.path().join("mesascope-out").exists(), "{wanted}: something was written");
    }
}

#[test]
fn every_setting_of_a_world_a_learner_and_an_instrument_of_actors_is_described() {
    let bench = Bench::new();
    for (name, wanted) in [
        ("corner", "horizon"),
        ("ppo", "gae_lambda"),
        ("q-learning", "explore_last"),
        ("behaviour-by-goal", "situations"),
        ("pursuer", "noise"),
    ] {
        let text = bench.demand(0, &["describe", name]);
        assert!(text.contains(wanted) && !text.contains("no settings"), "{name}:\n{text}");
    }
}

#[test]
fn goals_are_told_apart_or_it_is_said_why_not() {
    let bench = Bench::new();
    let small = ["--set", "side=5", "--set", "horizon=20", "--levels", "20"];
    let ask = |words: &[&str]| bench.demand(0, &[&["tell-apart"], words, &small[..]].concat());
    let apart = ask(&["corner", "cheese", "corner"]);
    assert!(apart.contains("cheese: ") && apart.contains("corner: "), "{apart}");
    let never = ask(&["corner", "cheese", "cheese"]);
    assert!(never.contains("not identifiable"), "{never}");
    let output = bench.run(&["tell-apart", "corner", "cheese", "chese"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("chese") && told.contains("cheese, corner"), "{told}");
}
