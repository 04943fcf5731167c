//! Worlds of moves on a grid: what such a world states, and what follows from it for all of them.

mod arena;
mod batch;
mod canvas;
mod cells;
mod chance;
mod drawing;
mod graph;
mod hasher;
#[cfg(test)]
pub(crate) mod laws;
#[cfg(test)]
pub(crate) mod replay;
mod rows;
mod search;
mod session;
mod soft;
mod solve;
mod tell_apart;

use std::fmt::Debug;
use std::hash::Hash;

use mesascope_stats::Draws;
use mesascope_tasks::Space;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Impossible;

pub use arena::{Arena, Battery, Choice, Decision, Episode, Known, greedy, sampled};
pub use batch::Batch;
pub use canvas::Canvas;
pub use cells::{Cells, Size, Way};
pub use chance::Chance;
pub use drawing::{Drawing, Misdrawn, Sign};
pub use graph::{Edge, Graph};
pub use search::{Search, keeping};
pub use session::{Happened, Session};
pub use soft::{Soft, Softness};
pub use solve::{Actions, EQUAL, Solution};
pub use tell_apart::{
    Difference, Equal, Extent, Identifiable, Origin, Searched, equal, tell_apart,
};

/// Moves when the engine or the solver comes to other numbers.
pub const NUMERICS: u32 = 1;

/// The most events that a world tells apart.
pub const MOST_EVENTS: usize = 8;

/// How often each event of a world happened, in the order of [`Grid::events`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Events(pub [u8; MOST_EVENTS]);

impl Events {
    /// Nothing happened.
    pub const NONE: Events = Events([0; MOST_EVENTS]);

    /// One event happened once more.
    #[inline]
    pub fn and(mut self, event: usize) -> Events {
        self.0[event] += 1;
        self
    }

    /// One event happened so many times more.
    #[inline]
    pub fn and_times(mut self, event: usize, times: u8) -> Events {
        self.0[event] += times;
        self
    }
}

/// A weighting of events: what an agent with this goal is after.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// Its name, as studies write it.
    pub name: String,
    /// What each event is worth, `[event]`.
    pub weights: [f64; MOST_EVENTS],
}

impl Goal {
    /// A goal from the events that it weighs.
    pub fn new(name: &str, weighed: &[(usize, f64)]) -> Goal {
        let mut weights = [0.0; MOST_EVENTS];
        weighed.iter().for_each(|&(event, weight)| weights[event] = weight);
        Goal { name: name.to_string(), weights }
    }

    /// What these events are worth. Every goal can be asked of the same step.
    #[inline]
    pub fn worth(&self, events: Events) -> f64 {
        if events == Events::NONE {
            return 0.0;
        }
        events.0.iter().zip(self.weights).map(|(&times, weight)| f64::from(times) * weight).sum()
    }
}

/// What a step leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved<S> {
    /// The state afterwards.
    pub state: S,
    /// What happened.
    pub events: Events,
    /// Whether the episode is over.
    pub ended: bool,
}

/// A world of moves on a grid. One world is one file: its settings, levels, dynamics, observation,
/// generator, drawing, goals.
pub trait Grid: Send + Sync + 'static {
    /// One layout, with all that is fixed for an episode.
    type Level: Clone + Debug + PartialEq + Send + Sync + Serialize + DeserializeOwned;

    /// What changes while somebody acts.
    type State: Copy + Debug + Ord + Hash + Send + Sync + Serialize + DeserializeOwned;

    /// The first thing wrong with settings that are each possible but impossible together.
    fn check(&self) -> Result<(), Impossible> {
        Ok(())
    }

    /// The numerics versions of the files that compute the world.
    fn numerics(&self) -> Vec<(&'static str, u32)>;

    /// Words for the data, for the scope of a study.
    fn data(&self) -> String;

    /// Rows and columns of every level.
    fn size(&self) -> Size;

    /// What each channel of the observation shows.
    fn channels(&self) -> &'static [&'static str];

    /// What each cue beside the grid says.
    fn cues(&self) -> &'static [&'static str] {
        &[]
    }

    /// The actions, by number.
    fn actions(&self) -> &'static [&'static str];

    /// The events, at most [`MOST_EVENTS`].
    fn events(&self) -> &'static [&'static str];

    /// The goals: the base objective first, then its proxies.
    fn goals(&self) -> Vec<Goal>;

    /// The families of levels with their cues: first the one that is trained in.
    fn situations(&self) -> &'static [&'static str];

    /// Steps after which an episode is over at the latest.
    fn horizon(&self) -> u32;

    /// What a reward one step later is worth.
    fn discount(&self) -> f64;

    /// How many levels there are to train in; none where every episode draws its own.
    fn training_levels(&self) -> Option<usize> {
        None
    }

    /// Draws a level of a situation.
    fn generate(&self, situation: usize, draws: &mut Draws) -> Self::Level;

    /// The state in which an episode begins.
    fn start(&self, level: &Self::Level) -> Self::State;

    /// One step. Everything that is left to chance is asked of `chance`.
    fn step(
        &self,
        level: &Self::Level,
        state: Self::State,
        action: u8,
        chance: &mut Chance,
    ) -> Moved<Self::State>;

    /// Paints a state on a canvas that is empty.
    fn paint(&self, level: &Self::Level, state: Self::State, canvas: &mut Canvas);

    /// Changes what differs between two states of a level.
    fn repaint(
        &self,
        level: &Self::Level,
        _before: Self::State,
        after: Self::State,
        canvas: &mut Canvas,
    ) {
        canvas.clear();
        self.paint(level, after, canvas);
    }

    /// Writes the cues, `[cue]`, each 0 or 1.
    fn cue(&self, _level: &Self::Level, _state: Self::State, _cues: &mut [u8]) {}

    /// A level and state that look like this: `cells` `[channel, row, column]` and `cues` `[cue]`. What
    /// cannot be seen is taken as at an episode's beginning; none where it would have to be guessed.
    fn recognise(&self, _cells: &[u8], _cues: &[u8]) -> Option<(Self::Level, Self::State)> {
        None
    }

    /// What each character of a drawing means and how it looks.
    fn signs(&self) -> &'static [Sign];

    /// The level and state that a drawing shows. The start of the level is the state drawn.
    fn parse(&self, drawing: &Drawing) -> Result<Self::Level, Misdrawn>;

    /// The drawing of a state.
    fn draw(&self, level: &Self::Level, state: Self::State) -> String;

    /// Every state that can be reached, and where each action leads: what all goals of a level
    /// share.
    fn graph(&self, level: &Self::Level) -> Graph<Self::State>
    where
        Self: Sized,
    {
        Graph::of(self, level)
    }

    /// The exact solution for a goal: backwards from the last step over every state that can be
    /// reached.
    fn solve(&self, level: &Self::Level, goal: &Goal) -> Solution<Self::State>
    where
        Self: Sized,
    {
        self.graph(level).solve(goal, self.horizon(), self.discount())
    }

    /// The exact solution for a goal without a list of all states; none where [`Grid::solve`] is
    /// what to use, as it is for all worlds but those with very many states.
    fn search<'a>(
        &'a self,
        _level: &'a Self::Level,
        _goal: &Goal,
    ) -> Option<Box<dyn Search<Self::State> + 'a>> {
        None
    }

    /// How wide the views and acts are.
    fn space(&self) -> Space {
        let Size { height, width } = self.size();
        Space {
            channels: self.channels().len(),
            height: usize::from(height),
            width: usize::from(width),
            cues: self.cues().len(),
            actions: self.actions().len(),
            horizon: self.horizon(),
        }
    }
}
