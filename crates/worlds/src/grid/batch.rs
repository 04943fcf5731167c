//! The engine: many copies of a world in flat arrays, each with its own level and randomness.

use std::sync::Arc;

use mesascope_stats::{Draws, Key};
use mesascope_tasks::{AtEnd, End, Environment, Space};
use serde::{Deserialize, Serialize};

use super::{Canvas, Chance, Events, Goal, Grid};

/// Where the level of a new episode comes from.
#[derive(Clone, Debug)]
enum Levels<L> {
    /// Every episode draws its own, of this situation.
    Fresh(usize),
    /// Every episode draws one of these.
    Listed(Arc<Vec<L>>),
    /// Copy `n` plays level `n`, again and again.
    OwnEach(Arc<Vec<L>>),
}

/// Copies of a world. What a copy does depends on its own actions and on its own stream of draws,
/// never on other copies.
#[derive(Debug)]
pub struct Batch<G: Grid> {
    grid: Arc<G>,
    goal: Goal,
    levels_from: Levels<G::Level>,
    space: Space,
    levels: Vec<G::Level>,
    states: Vec<G::State>,
    steps: Vec<u32>,
    draws: Vec<Draws>,
    observations: Vec<u8>,
    cues: Vec<u8>,
    rewards: Vec<f32>,
    events: Vec<Events>,
    ends: Vec<End>,
    /// Which copies stay as they ended.
    over: Vec<bool>,
}

#[derive(Serialize, Deserialize)]
struct Saved<L, S> {
    levels: Vec<L>,
    states: Vec<S>,
    steps: Vec<u32>,
    places: Vec<u128>,
    over: Vec<bool>,
}

impl<G: Grid> Batch<G> {
    /// Copies whose episodes draw levels of a situation: one of the world's training levels, where
    /// it has a number of them and the situation is the first, and fresh ones otherwise.
    pub fn new(grid: Arc<G>, situation: usize, goal: Goal, copies: usize, key: Key) -> Batch<G> {
        let [listed, each] = key.split();
        let levels_from = match grid.training_levels().filter(|_| situation == 0) {
            Some(count) => {
                let mut draws = listed.draws();
                let levels = (0..count).map(|_| grid.generate(situation, &mut draws)).collect();
                Levels::Listed(Arc::new(levels))
            }
            None => Levels::Fresh(situation),
        };
        Batch::start(grid, goal, levels_from, each.streams(copies))
    }

    /// One copy for each of these levels.
    pub fn of_levels(grid: Arc<G>, goal: Goal, levels: Arc<Vec<G::Level>>, key: Key) -> Batch<G> {
        let draws = key.streams(levels.len());
        Batch::start(grid, goal, Levels::OwnEach(levels), draws)
    }

    fn start(
        grid: Arc<G>,
        goal: Goal,
        levels_from: Levels<G::Level>,
        mut draws: Vec<Draws>,
    ) -> Batch<G> {
        let copies = draws.len();
        let space = grid.space();
        let levels: Vec<G::Level> = draws
            .iter_mut()
            .enumerate()
            .map(|(copy, draws)| level(&*grid, &levels_from, copy, draws))
            .collect();
        let states = levels.iter().map(|level| grid.start(level)).collect();
        let mut batch = Batch {
            goal,
            levels_from,
            space,
            levels,
            states,
            steps: vec![0; copies],
            draws,
            observations: vec![0; copies * space.cells()],
            cues: vec![0; copies * space.cues],
            rewards: vec![0.0; copies],
            events: vec![Events::NONE; copies],
            ends: vec![End::Going; copies],
            over: vec![false; copies],
            grid,
        };
        (0..copies).for_each(|copy| batch.paint(copy));
        batch
    }

    /// Paints a copy from nothing.
    fn paint(&mut self, copy: usize) {
        let Batch { grid, space, levels, states, .. } = self;
        let cells = &mut self.observations[copy * space.cells()..][..space.cells()];
        cells.fill(0);
        let mut canvas = Canvas::new(cells, grid.size());
        grid.paint(&levels[copy], states[copy], &mut canvas);
        let cues = &mut self.cues[copy * space.cues..][..space.cues];
        cues.fill(0);
        grid.cue(&levels[copy], states[copy], cues);
    }

    /// Begins the next episode of a copy.
    fn begin(&mut self, copy: usize) {
        let draws = &mut self.draws[copy];
        self.levels[copy] = level(&*self.grid, &self.levels_from, copy, draws);
        self.states[copy] = self.grid.start(&self.levels[copy]);
        self.steps[copy] = 0;
        self.paint(copy);
    }

    /// The level of every copy, `[copy]`.
    pub fn levels(&self) -> &[G::Level] {
        &self.levels
    }

    /// The state of every copy, `[copy]`.
    pub fn states(&self) -> &[G::State] {
        &self.states
    }

    /// What the last step of every copy made happen, `[copy]`.
    pub fn events(&self) -> &[Events] {
        &self.events
    }

    /// Steps of the present episode of every copy, `[copy]`.
    pub fn steps(&self) -> &[u32] {
        &self.steps
    }
}

fn level<G: Grid>(grid: &G, from: &Levels<G::Level>, copy: usize, draws: &mut Draws) -> G::Level {
    match from {
        Levels::Fresh(situation) => grid.generate(*situation, draws),
        Levels::Listed(levels) => levels[draws.below(levels.len() as u64) as usize].clone(),
        Levels::OwnEach(levels) => levels[copy].clone(),
    }
}

impl<G: Grid> Environment for Batch<G> {
    fn space(&self) -> Space {
        self.space
    }

    fn copies(&self) -> usize {
        self.states.len()
    }

    fn observations(&self) -> &[u8] {
        &self.observations
    }

    fn cues(&self) -> &[u8] {
        &self.cues
    }

    fn step(&mut self, actions: &[u8], at_end: AtEnd) {
        assert_eq!(actions.len(), self.copies(), "actions are [copy]");
        let most = actions.iter().copied().max().unwrap_or(0);
        let count = self.space.actions;
        assert!(usize::from(most) < count, "action {most} is not one of 0 to {}", count - 1);
        let grid = self.grid.clone();
        let (cells, size, horizon) = (self.space.cells(), grid.size(), self.space.horizon);
        for (copy, &action) in actions.iter().enumerate() {
            if self.over[copy] {
                self.rewards[copy] = 0.0;
                self.events[copy] = Events::NONE;
                continue;
            }
            let (level, before) = (&self.levels[copy], self.states[copy]);
            let mut chance = Chance::drawn(&mut self.draws[copy]);
            let moved = grid.step(level, before, action, &mut chance);
            self.states[copy] = moved.state;
            self.steps[copy] += 1;
            self.events[copy] = moved.events;
            self.rewards[copy] = self.goal.worth(moved.events) as f32;
            self.ends[copy] = match (moved.ended, self.steps[copy] >= horizon) {
                (true, _) => End::Ended,
                (false, true) => End::TimedOut,
                (false, false) => End::Going,
            };
            if self.ends[copy] != End::Going {
                if at_end == AtEnd::Reset {
                    self.begin(copy);
                    continue;
                }
                self.over[copy] = true;
            }
            let mut canvas = Canvas::new(&mut self.observations[copy * cells..][..cells], size);
            grid.repaint(level, before, moved.state, &mut canvas);
            if self.space.cues > 0 {
                let cues = &mut self.cues[copy * self.space.cues..][..self.space.cues];
                grid.cue(level, moved.state, cues);
            }
        }
    }

    fn restart(&mut self) {
        for copy in 0..self.copies() {
            if std::mem::take(&mut self.over[copy]) {
                self.begin(copy);
            }
        }
    }

    fn rewards(&self) -> &[f32] {
        &self.rewards
    }

    fn ends(&self) -> &[End] {
        &self.ends
    }

    fn save(&self) -> Vec<u8> {
        let saved = Saved {
            levels: self.levels.clone(),
            states: self.states.clone(),
            steps: self.steps.clone(),
            places: self.draws.iter().map(Draws::place).collect(),
            over: self.over.clone(),
        };
        serde_json::to_vec(&saved).expect("plain data")
    }

    fn restore(&mut self, saved: &[u8]) -> Result<(), String> {
        let saved: Saved<G::Level, G::State> =
            serde_json::from_slice(saved).map_err(|error| error.to_string())?;
        let copies = self.copies();
        let lengths =
            [saved.levels.len(), saved.states.len(), saved.steps.len(), saved.places.len()];
        if lengths.iter().any(|&length| length != copies) || saved.over.len() != copies {
            return Err(format!("{} copies were saved, and here are {copies}", lengths[0]));
        }
        for (draws, place) in self.draws.iter_mut().zip(saved.places) {
            draws.go_to(place);
        }
        (self.levels, self.states, self.steps) = (saved.levels, saved.states, saved.steps);
        self.over = saved.over;
        (0..copies).for_each(|copy| self.paint(copy));
        Ok(())
    }
}
