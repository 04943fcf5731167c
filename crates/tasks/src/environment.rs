//! Acting: what a learner may see and do in many copies of a world at once, and a policy as an
//! instrument sees it.

/// How wide the views and acts of an environment are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// Channels of the grid.
    pub channels: usize,
    /// Rows of the grid.
    pub height: usize,
    /// Columns of the grid.
    pub width: usize,
    /// Cues beside the grid.
    pub cues: usize,
    /// Actions, numbered from 0.
    pub actions: usize,
    /// Steps after which an episode is over at the latest.
    pub horizon: u32,
}

impl Space {
    /// Cells of one copy's observation, `channel x row x column`.
    pub fn cells(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// Everything that one copy shows at once: its cells, then its cues.
    pub fn inputs(&self) -> usize {
        self.cells() + self.cues
    }
}

/// Whether an episode goes on after a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// It goes on.
    #[default]
    Going,
    /// The world has ended it: nothing more could have happened.
    Ended,
    /// Its steps have run out: more could have happened.
    TimedOut,
}

/// What happens to copies whose episode is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtEnd {
    /// They begin a new episode at once; the observation is the new episode's first.
    Reset,
    /// They stay as they ended, take no further action and give no reward.
    Stay,
}

/// Many copies of a world with one reward. Copies never interact: what one does depends on its own
/// actions and its own randomness alone, however many others there are.
pub trait Environment: Send {
    /// How wide everything is.
    fn space(&self) -> Space;

    /// How many copies there are.
    fn copies(&self) -> usize;

    /// What every copy shows now, 0 or 1, `[copy, channel, row, column]`.
    fn observations(&self) -> &[u8];

    /// The cues of every copy now, 0 or 1, `[copy, cue]`.
    fn cues(&self) -> &[u8];

    /// One step of every copy, `[copy]`. Panics where an action is not below [`Space::actions`].
    fn step(&mut self, actions: &[u8], at_end: AtEnd);

    /// Begins a new episode in every copy that stays as it ended.
    fn restart(&mut self);

    /// The reward that the last step gave, `[copy]`.
    fn rewards(&self) -> &[f32];

    /// Whether the last step ended the episode, `[copy]`.
    fn ends(&self) -> &[End];

    /// Everything that the next steps follow from, to go on from there later.
    fn save(&self) -> Vec<u8>;

    /// Goes on from what [`Environment::save`] gave, in an environment made alike.
    fn restore(&mut self, saved: &[u8]) -> Result<(), String>;
}

/// What to learn in, as the study names it; where nothing is named, the world's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ask {
    /// The situation; else the one that the world trains in.
    pub situation: Option<String>,
    /// The feedback channel; else the world's base objective.
    pub feedback: Option<String>,
}

/// A way to be given environments and demonstrations, which says nothing of what is behind them.
pub trait Situations: Send + Sync {
    /// How wide the views and acts are, the same in all of them.
    fn space(&self) -> Space;

    /// So many copies of an environment. Panics where the names are not known: a study is checked
    /// before anything is trained.
    fn environment(
        &self,
        ask: &Ask,
        copies: usize,
        key: mesascope_stats::Key,
    ) -> Box<dyn Environment>;

    /// So many episodes in which somebody pursued what the feedback channel rewards.
    fn demonstrations(
        &self,
        ask: &Ask,
        episodes: usize,
        key: mesascope_stats::Key,
    ) -> Demonstrations;
}

/// Episodes of somebody else, as data.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Demonstrations {
    /// What was seen, 0 or 1, `[step, channel, row, column]`, episode after episode.
    pub observations: Vec<u8>,
    /// The cues, 0 or 1, `[step, cue]`.
    pub cues: Vec<u8>,
    /// What was done, `[step]`.
    pub actions: Vec<u8>,
    /// At which step each episode begins, `[episode]`.
    pub starts: Vec<usize>,
}

/// A frozen policy: observations in, probabilities of actions out.
pub trait Actor: Send + Sync {
    /// How many numbers it remembers from one step to the next, of each copy.
    fn memory(&self) -> usize {
        0
    }

    /// Writes the probability of every action, `[copy, action]`, on seeing `observations`
    /// `[copy, channel, row, column]` and `cues` `[copy, cue]`. `memory` is `[copy, number]`: zeros
    /// when an episode begins, and afterwards as this policy has left them.
    fn act(&self, observations: &[u8], cues: &[u8], memory: &mut [f32], probabilities: &mut [f32]);
}
