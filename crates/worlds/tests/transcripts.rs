//! Short episodes as text, one of each world on a grid: what a change of a world would change.
//!
//! `MESASCOPE_WRITE_FIXTURES=1` writes the files anew.

use std::fmt::Write;
use std::sync::Arc;

use mesascope_stats::Key;
use mesascope_tasks::{AtEnd, Environment};
use mesascope_worlds::grid::{Batch, Drawing, Grid};

/// What happens on a level that is drawn when these actions are taken, named by the world: after
/// each its name, the events and the end, and the drawing; first the goals' names, last what the
/// episode was worth to each, undiscounted.
fn transcript<G: Grid>(world: G, drawing: &str, actions: &[&str]) -> String {
    let level = world.parse(&Drawing::read(drawing, world.signs()).unwrap()).unwrap();
    let goals = world.goals();
    let world = Arc::new(world);
    let levels = Arc::new(vec![level]);
    let mut batch = Batch::of_levels(world.clone(), goals[0].clone(), levels, Key::from_seed(1));
    let picture = |batch: &Batch<G>| world.draw(&batch.levels()[0], batch.states()[0]);
    let mut text = format!("cues {:?}\n{}", batch.cues(), picture(&batch));
    let mut returns = vec![0.0; goals.len()];
    for name in actions {
        let action = world.actions().iter().position(|one| one == name).expect("an action");
        batch.step(&[action as u8], AtEnd::Stay);
        let events = batch.events()[0];
        let named = world.events().iter().zip(events.0).filter(|&(_, times)| times > 0);
        let named: Vec<String> = named.map(|(event, times)| format!("{event} x{times}")).collect();
        let told = [vec![format!("{:?}", batch.ends()[0])], named].concat();
        writeln!(text, "{name}: {}", told.join(", ")).unwrap();
        text += &picture(&batch);
        returns.iter_mut().zip(&goals).for_each(|(sum, goal)| *sum += goal.worth(events));
    }
    for (goal, worth) in goals.iter().zip(returns) {
        writeln!(text, "{} {worth}", goal.name).unwrap();
    }
    text
}

/// Compares with the stored text of a name, which has at most 60 lines.
fn golden(name: &str, text: &str) {
    let path = format!("{}/tests/golden/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    assert!(text.lines().count() <= 60, "{name}: a transcript is read by people; make it shorter");
    if std::env::var_os("MESASCOPE_WRITE_FIXTURES").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    assert_eq!(text, stored, "{name}: the world goes otherwise than {path} says");
}

fn world<G: serde::de::DeserializeOwned>(settings: &str) -> G {
    toml::from_str(settings).unwrap()
}

#[test]
fn corner() {
    let world: mesascope_worlds::Corner = world("side = 5");
    let level = "#####\n#.*.#\n#.#.#\n#@..#\n#####";
    golden("corner", &transcript(world, level, &["left", "up", "up", "up", "right", "down"]));
}

#[test]
fn keys_and_chests() {
    let world: mesascope_worlds::KeysAndChests = world("side = 6\nheight = 4");
    let level = "######\n#c@kk#\n#c#.c#\n######";
    let actions = ["left", "right", "right", "right", "down", "up", "left", "left", "left"];
    golden("keys-and-chests", &transcript(world, level, &actions));
}

#[test]
fn watched() {
    let world: mesascope_worlds::Watched = world("side = 6\nneutral = \"by-cue\"");
    let level = "======\n=A.&B=\n=.2..=\n=..1.=\n=....=\n======";
    golden("watched", &transcript(world, level, &["down", "down", "left", "up", "left", "up"]));
}
