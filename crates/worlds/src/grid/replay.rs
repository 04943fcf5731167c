//! Known episodes, for the tests of worlds: played from letters, and written as transcripts.

use mesascope_stats::Key;

use super::{Chance, Events, Goal, Grid, Solution};

/// An episode that was played from a list of actions.
#[derive(Clone, Debug)]
pub struct Played<S> {
    /// The state after each step, the start first.
    pub states: Vec<S>,
    /// What happened at each step.
    pub events: Vec<Events>,
    /// Whether the world ended it.
    pub ended: bool,
    goals: Vec<Goal>,
}

impl<S: Copy> Played<S> {
    /// The state that it came to.
    pub fn last(&self) -> S {
        *self.states.last().expect("the start is one")
    }

    /// What each step was worth for a goal.
    pub fn steps(&self, goal: &str) -> Vec<f64> {
        let goal = named(&self.goals, goal);
        self.events.iter().map(|&events| goal.worth(events)).collect()
    }

    /// What it was worth for a goal, undiscounted.
    pub fn worth(&self, goal: &str) -> f64 {
        self.steps(goal).iter().sum()
    }

    /// What it was worth for the base objective and for `performance`.
    pub fn both(&self) -> (f64, f64) {
        (self.worth("reward"), self.worth("performance"))
    }
}

/// A goal by its name.
pub fn named(goals: &[Goal], name: &str) -> Goal {
    let found = goals.iter().find(|goal| goal.name == name);
    found.unwrap_or_else(|| panic!("there is no goal {name:?}")).clone()
}

/// The exact solution of a level for a goal by its name.
pub fn solved<G: Grid>(grid: &G, level: &G::Level, goal: &str) -> Solution<G::State> {
    grid.solve(level, &named(&grid.goals(), goal))
}

/// The actions whose names begin with these letters.
pub fn letters<G: Grid>(grid: &G, letters: &str) -> Vec<u8> {
    let number = |letter: char| {
        let found = grid.actions().iter().position(|name| name.starts_with(letter));
        found.unwrap_or_else(|| panic!("no action begins with {letter:?}")) as u8
    };
    letters.chars().map(number).collect()
}

/// Plays actions from the start of a level; it must not end before the last of them.
pub fn play<G: Grid>(grid: &G, level: &G::Level, actions: &str) -> Played<G::State> {
    let mut draws = Key::from_seed(1).draws();
    play_with(grid, level, actions, |step| step(&mut Chance::drawn(&mut draws)))
}

/// As [`play`], where `ask` runs each step with a chance of its own.
pub fn play_with<G: Grid>(
    grid: &G,
    level: &G::Level,
    actions: &str,
    mut ask: impl FnMut(&mut dyn FnMut(&mut Chance) -> super::Moved<G::State>) -> super::Moved<G::State>,
) -> Played<G::State> {
    let mut played = Played {
        states: vec![grid.start(level)],
        events: Vec::new(),
        ended: false,
        goals: grid.goals(),
    };
    for action in letters(grid, actions) {
        assert!(!played.ended, "{actions}: the world ended the episode before the last action");
        let state = played.last();
        let moved = ask(&mut |chance| grid.step(level, state, action, chance));
        played.states.push(moved.state);
        played.events.push(moved.events);
        played.ended = moved.ended;
    }
    played
}

/// Compares a short episode with `tests/golden/NAME.txt`, frame by frame, or writes the file where
/// `MESASCOPE_WRITE_FIXTURES` is set.
pub fn golden<G: Grid>(grid: &G, name: &str, level: &G::Level, actions: &str) {
    let played = play(grid, level, actions);
    let mut text = format!("{name}: {actions}\n{}", grid.draw(level, played.states[0]));
    for (at, action) in letters(grid, actions).into_iter().enumerate() {
        let events = grid.events().iter().zip(played.events[at].0);
        let events: Vec<String> = events
            .filter(|&(_, times)| times > 0)
            .map(
                |(name, times)| {
                    if times == 1 { name.to_string() } else { format!("{times} {name}") }
                },
            )
            .collect();
        text += &format!(
            "{}. {}: {}; reward {}, performance {}\n{}",
            at + 1,
            grid.actions()[usize::from(action)],
            events.join(", "),
            played.steps("reward")[at],
            played.steps("performance")[at],
            grid.draw(level, played.states[at + 1]),
        );
    }
    let (reward, performance) = played.both();
    let end = if played.ended { "ended" } else { "going on" };
    text += &format!("{end}: reward {reward}, performance {performance}\n");
    assert!(text.lines().count() < 60, "a transcript is short, and {name} has 60 lines or more");
    let file = format!("{}/tests/golden/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("MESASCOPE_WRITE_FIXTURES").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    let stored = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(text == stored, "{file} says otherwise; the episode now goes\n{text}");
}
