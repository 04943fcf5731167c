//! One copy of a world, step by step, for somebody who looks at drawings.

use std::sync::Arc;

use mesascope_stats::Key;
use mesascope_tasks::{AtEnd, End, Environment};

use super::{Batch, Goal, Grid};

/// One episode under way.
pub trait Session {
    /// The drawing of what is now.
    fn drawing(&self) -> String;

    /// Steps left.
    fn left(&self) -> u32;

    /// One step: what it made happen, each with how often, and what that is worth for each goal.
    /// Panics where the action is none of the world's.
    fn step(&mut self, action: u8) -> Happened;
}

/// What a step made happen.
#[derive(Clone, Debug, PartialEq)]
pub struct Happened {
    /// Events by name, with how often each happened.
    pub events: Vec<(&'static str, u8)>,
    /// What they are worth, goal by goal.
    pub worth: Vec<(String, f64)>,
    /// Whether the episode is over.
    pub end: End,
}

/// A session of a world whose type is known.
pub(super) struct Playing<G: Grid> {
    grid: Arc<G>,
    goals: Vec<Goal>,
    batch: Batch<G>,
}

impl<G: Grid> Playing<G> {
    /// An episode on a level.
    pub(super) fn on(grid: Arc<G>, level: G::Level, key: Key) -> Playing<G> {
        let goals = grid.goals();
        let levels = Arc::new(vec![level]);
        let batch = Batch::of_levels(grid.clone(), goals[0].clone(), levels, key);
        Playing { grid, goals, batch }
    }
}

impl<G: Grid> Session for Playing<G> {
    fn drawing(&self) -> String {
        self.grid.draw(&self.batch.levels()[0], self.batch.states()[0])
    }

    fn left(&self) -> u32 {
        self.grid.horizon() - self.batch.steps()[0]
    }

    fn step(&mut self, action: u8) -> Happened {
        self.batch.step(&[action], AtEnd::Stay);
        let events = self.batch.events()[0];
        let named = self.grid.events().iter().zip(events.0);
        Happened {
            events: named
                .filter(|(_, times)| *times > 0)
                .map(|(name, times)| (*name, times))
                .collect(),
            worth: self.goals.iter().map(|goal| (goal.name.clone(), goal.worth(events))).collect(),
            end: self.batch.ends()[0],
        }
    }
}
