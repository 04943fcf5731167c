//! A network that values actions, learned from steps kept in a replay buffer.
//!
//! The value of an action done goes towards reward + discount value', where value' is what a copy of
//! the network that lags behind, the target network, says of the best action next (Mnih et al. 2015,
//! "Human-level control through deep reinforcement learning", algorithm 1), or of the action that the
//! network itself would take next (van Hasselt et al. 2016, "Deep reinforcement learning with double
//! Q-learning"). Nothing follows an end; what follows a time-out is valued as any other state (Pardo
//! et al. 2018, "Time limits in reinforcement learning"). Actions are greedy but for a share that is
//! drawn uniformly, which falls linearly. Copies of the world act side by side; a minibatch is drawn
//! with replacement after every so many of their steps.

use mesascope_nets::{Biases, BitRows, Descent, Network, NonNegative, Optimiser, Pass, Rows};
use mesascope_stats::{Draws, Key};
use mesascope_tasks::{Acting, Ask, AtEnd, End, Environment, Situations};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::acting::{self, Feedback, LearnsByActing, Training};
use crate::policy::{self, Outputs, Policy, packed};
use crate::q_learning::best;
use crate::replay::{Kept, Replay, ones};
use crate::saved;
use crate::supervised::Architecture;
use crate::{Diverged, LearnerScope, Unfit};

/// Moves when the same settings and key come to another network.
pub const NUMERICS: u32 = 1;

/// Settings of the learner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dqn {
    /// Steps of the world, all copies together, 1 to 1,000,000,000. No default.
    pub steps: u64,
    /// The network: `{ mlp = { hidden = [64, 64] } }`. It has an output for every action.
    pub network: Architecture,
    /// The optimiser. Default: adam, at its own defaults.
    #[serde(default = "Optimiser::adam")]
    pub optimiser: Optimiser,
    /// Copies of the world that act side by side, 1 to 4,096. Default: 8.
    #[serde(default = "copies")]
    pub copies: usize,
    /// What a reward one step later is worth, 0 to 1. Default: 0.99.
    #[serde(default = "discount")]
    pub discount: f64,
    /// Steps that the replay buffer holds, the oldest giving way, 1 to 10,000,000. Default: 10000.
    #[serde(default = "buffer")]
    pub buffer: usize,
    /// Steps before the first update, 1 to `buffer`. Default: 1000.
    #[serde(default = "warm_up")]
    pub warm_up: usize,
    /// Steps of the minibatch that an update learns from, 1 to 65,536. Default: 32.
    #[serde(default = "batch")]
    pub batch: usize,
    /// Steps of the world from one update to the next, all copies together, 1 to 1,000,000.
    /// Default: 4.
    #[serde(default = "train_every")]
    pub train_every: u64,
    /// Updates from one copy of the network into the target network to the next, 1 to 1,000,000.
    /// Default: 250.
    #[serde(default = "target_every")]
    pub target_every: u64,
    /// Who chooses the action next that a target values. Default: plain.
    #[serde(default)]
    pub target: Target,
    /// What distance from the target costs. Default: huber.
    #[serde(default)]
    pub loss: Distance,
    /// The share of actions drawn uniformly at the beginning, 0 to 1. Default: 1.
    #[serde(default = "explore_first")]
    pub explore_first: f64,
    /// The share to which it falls linearly, 0 to 1. Default: 0.1.
    #[serde(default = "explore_last")]
    pub explore_last: f64,
    /// The share of training in which it falls, 0 to 1. Default: 0.5.
    #[serde(default = "explore_during")]
    pub explore_during: f64,
}

/// Who chooses the action next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The target network, which values it as well (Mnih et al. 2015).
    #[default]
    Plain,
    /// The network itself, and the target network values it (van Hasselt et al. 2016).
    Double,
}

/// What distance from the target costs, as a mean over the minibatch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Distance {
    /// Half its square up to 1, and beyond that the distance less a half, so that no slope exceeds 1
    /// (Mnih et al. 2015 clip the error to [-1, 1], which is the same gradient).
    #[default]
    Huber,
    /// Half its square.
    Squared,
}

impl Distance {
    /// The cost of an error, and its slope.
    fn of(self, error: f32) -> (f32, f32) {
        match self {
            Distance::Huber if error.abs() > 1.0 => (error.abs() - 0.5, error.signum()),
            Distance::Huber | Distance::Squared => (0.5 * error * error, error),
        }
    }
}

/// Ours: two updates at the defaults follow a step of all copies.
fn copies() -> usize {
    8
}

/// Mnih et al. 2015, extended data table 1, as are the four below that name no other source.
fn discount() -> f64 {
    0.99
}

/// CleanRL's `dqn.py` for small networks (Huang et al. 2022); Mnih et al.: 1,000,000.
fn buffer() -> usize {
    10_000
}

/// Ours, a tenth of the buffer; Mnih et al.: a twentieth of theirs.
fn warm_up() -> usize {
    1000
}

fn batch() -> usize {
    32
}

fn train_every() -> u64 {
    4
}

/// Ours, 1,000 steps of the world at the defaults; Mnih et al.: 10,000 updates of 5 * 10^7 / 4.
fn target_every() -> u64 {
    250
}

fn explore_first() -> f64 {
    1.0
}

fn explore_last() -> f64 {
    0.1
}

/// CleanRL's `dqn.py`.
fn explore_during() -> f64 {
    0.5
}

impl Dqn {
    /// A fresh network for such a world.
    fn fresh(&self, inputs: usize, actions: usize, key: Key) -> Network<f32> {
        let Architecture::Mlp(mlp) = &self.network;
        mlp.initialise(inputs, actions, key)
    }

    /// The share of actions that are drawn uniformly after so many steps.
    fn explored(&self, steps: u64) -> f64 {
        let during = self.explore_during * self.steps as f64;
        let gone = if during > 0.0 { (steps as f64 / during).min(1.0) } else { 1.0 };
        self.explore_first + gone * (self.explore_last - self.explore_first)
    }
}

impl LearnsByActing for Dqn {
    fn begin(
        &self,
        situations: &dyn Situations,
        ask: &Ask,
        from: Option<Policy>,
        key: Key,
    ) -> Box<dyn Training> {
        let [world, start, acting, replayed] = key.split();
        let environment = situations.environment(ask, self.copies, world);
        let space = environment.space();
        let network = match from {
            Some(Policy::Network { actor, .. }) => actor,
            _ => self.fresh(space.inputs(), space.actions, start),
        };
        Box::new(Under {
            settings: self.clone(),
            environment,
            acting: acting.draws(),
            replayed: replayed.draws(),
            descent: Descent::new(&self.optimiser, &network.parameters),
            target: network.parameters.clone(),
            pass: Pass::new(network.shape()),
            network,
            rows: BitRows::new(space.inputs()),
            replay: Replay::new(space.inputs(), self.buffer),
            counters: Counters::default(),
        })
    }

    fn shape(&self, _: &Acting) -> String {
        let Architecture::Mlp(mlp) = &self.network;
        let biases = match mlp.biases {
            Biases::Trained => "",
            Biases::None => " without biases",
        };
        format!("action values of a {}{biases}", self.network.words())
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        let mut files = mesascope_nets::numerics();
        files.push(("learners/dqn", NUMERICS));
        files.push(("learners/policy", policy::NUMERICS));
        files.push(("stats/key", mesascope_stats::NUMERICS));
        files
    }

    fn scope(&self, acting: &Acting) -> LearnerScope {
        let Architecture::Mlp(mlp) = &self.network;
        let double = if self.target == Target::Double { "double " } else { "" };
        LearnerScope {
            architecture: self.network.words(),
            objective: format!("{double}deep Q-learning"),
            parameters: mlp.parameter_count(acting.space.inputs(), acting.space.actions),
        }
    }

    fn feedback(&self) -> Feedback {
        Feedback::Reward
    }

    fn check(&self, acting: &Acting) -> Result<(), Unfit> {
        let wrong = |field: &'static str, why: String| Err(Unfit { field: vec![field], why });
        let counts = [
            ("steps", self.steps, 1_000_000_000, "1,000,000,000"),
            ("copies", self.copies as u64, 4096, "4,096"),
            ("buffer", self.buffer as u64, 10_000_000, "10,000,000"),
            ("batch", self.batch as u64, 65_536, "65,536"),
            ("train_every", self.train_every, 1_000_000, "1,000,000"),
            ("target_every", self.target_every, 1_000_000, "1,000,000"),
        ];
        for (field, count, most, words) in counts {
            if !(1..=most).contains(&count) {
                let why = format!("{field} is a whole number from 1 to {words}, not {count}");
                return wrong(field, why);
            }
        }
        let shares = [
            ("discount", self.discount),
            ("explore_first", self.explore_first),
            ("explore_last", self.explore_last),
            ("explore_during", self.explore_during),
        ];
        for (field, share) in shares {
            if !(0.0..=1.0).contains(&share) {
                return wrong(field, format!("{field} is a number from 0 to 1, not {share}"));
            }
        }
        let Dqn { warm_up, buffer, .. } = self;
        if !(1..=*buffer).contains(warm_up) {
            let why = format!("warm_up is from 1 to {buffer}, the steps of buffer, not {warm_up}");
            return wrong("warm_up", why);
        }
        acting::fits_lists_of_ones(acting)
    }
}

/// Training under way.
struct Under {
    settings: Dqn,
    environment: Box<dyn Environment>,
    /// What actions are drawn from, and what minibatches are.
    acting: Draws,
    replayed: Draws,
    /// The network; its parameters are those of `descent`.
    network: Network<f32>,
    descent: Descent,
    /// The parameters of the target network.
    target: Vec<f32>,
    pass: Pass,
    /// What a pass reads.
    rows: BitRows,
    replay: Replay,
    counters: Counters,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Counters {
    steps: u64,
    updates: u64,
    path_length: f64,
    loss: Option<f64>,
}

#[derive(Serialize, Deserialize)]
struct Places {
    acting: u128,
    replayed: u128,
    counters: Counters,
}

impl Under {
    /// What every copy shows now, packed.
    fn seen(&self) -> Vec<Vec<u8>> {
        let space = self.environment.space();
        let (observations, cues) = (self.environment.observations(), self.environment.cues());
        let copy = |copy: usize| {
            let cells = &observations[copy * space.cells()..][..space.cells()];
            packed(cells, &cues[copy * space.cues..][..space.cues])
        };
        (0..self.environment.copies()).map(copy).collect()
    }

    /// An action for every copy.
    fn choose(&mut self, seen: &[Vec<u8>]) -> Result<Vec<u8>, Diverged> {
        let numbers = read(&mut self.rows, seen.iter().map(Vec::as_slice));
        let mut passes = self.pass.with(self.descent.parameters());
        let values = passes.forward(Rows::Bits(&self.rows, &numbers));
        if let Some(odd) = values.iter().find(|value| !value.is_finite()) {
            return Err(diverged(self.counters.steps, format!("an action's value is {odd}")));
        }
        let explored = self.settings.explored(self.counters.steps);
        let actions = self.network.outputs();
        let draws = &mut self.acting;
        let chosen = values.chunks(actions).map(|values| {
            // All are drawn always, so that what one copy draws does not move the next one's draws.
            let (explores, any) = (draws.uniform() < explored, draws.below(actions as u64));
            let tie = draws.bits();
            if explores { any as u8 } else { best(values, tie) }
        });
        Ok(chosen.collect())
    }

    /// Learns from a minibatch.
    fn learn(&mut self) -> Result<(), Diverged> {
        let Dqn { batch, discount, target, loss, .. } = self.settings;
        let Under { replay, replayed, rows, pass, descent, .. } = self;
        let drawn: Vec<Kept> =
            (0..batch).map(|_| replay.step(replayed.below(replay.len() as u64) as usize)).collect();
        let seen = drawn.iter().map(|step| step.before);
        let numbers = read(rows, seen.chain(drawn.iter().map(|step| step.after)));
        let (before, after) = numbers.split_at(batch);
        let (before, after) = (Rows::Bits(rows, before), Rows::Bits(rows, after));
        let actions = self.network.outputs();

        let valued = pass.with(&self.target).forward(after).to_vec();
        let mut passes = pass.with(descent.parameters());
        let chosen: Vec<usize> = match target {
            Target::Plain => valued.chunks(actions).map(largest).collect(),
            Target::Double => passes.forward(after).chunks(actions).map(largest).collect(),
        };
        let targets: Vec<f32> = (0..batch)
            .map(|row| {
                let later =
                    if drawn[row].ended { 0.0 } else { valued[row * actions + chosen[row]] };
                drawn[row].reward + discount as f32 * later
            })
            .collect();

        let mut cost = 0.0;
        let gradient = passes.both(before, |block, values, slopes| {
            for (at, row) in block.enumerate() {
                let output = at * actions + usize::from(drawn[row].action);
                let (distance, slope) = loss.of(values[output] - targets[row]);
                cost += f64::from(distance);
                slopes[output] = slope / batch as f32;
            }
        });
        // A copy, because the passes hold the parameters that are about to move.
        let gradient = gradient.to_vec();
        let counters = &mut self.counters;
        let cost = cost / batch as f64;
        counters.loss = Some(cost);
        if !cost.is_finite() {
            return Err(diverged(counters.steps, format!("the loss is {cost}")));
        }
        let moved = descent.step(&gradient, None, whole_rate());
        if !moved.update.is_finite() {
            return Err(diverged(counters.steps, format!("an update is {} long", moved.update)));
        }
        counters.path_length += moved.update;
        counters.updates += 1;
        if counters.updates.is_multiple_of(self.settings.target_every) {
            self.target.copy_from_slice(descent.parameters());
        }
        Ok(())
    }
}

fn whole_rate() -> NonNegative {
    1.0.try_into().expect("1 is at least 0")
}

fn diverged(step: u64, seen: String) -> Diverged {
    Diverged { step, cause: format!("{seen}; a smaller learning rate may help") }
}

/// The place of the largest value, of equal ones the first.
fn largest(values: &[f32]) -> usize {
    let larger = |best: usize, at: usize| if values[at] > values[best] { at } else { best };
    (1..values.len()).fold(0, larger)
}

/// Writes what was seen into rows; gives their numbers.
fn read<'a>(rows: &mut BitRows, seen: impl Iterator<Item = &'a [u8]>) -> Vec<u32> {
    rows.clear();
    let mut list = Vec::new();
    for packed in seen {
        ones(packed, &mut list);
        rows.push(&list);
    }
    (0..rows.len() as u32).collect()
}

impl Training for Under {
    fn update(&mut self) -> Result<(), Diverged> {
        let before = self.seen();
        let actions = self.choose(&before)?;
        self.environment.step(&actions, AtEnd::Stay);
        let after = self.seen();
        let (rewards, ends) = (self.environment.rewards(), self.environment.ends());
        for (copy, (before, after)) in before.iter().zip(&after).enumerate() {
            let (action, reward) = (actions[copy], rewards[copy]);
            let ended = ends[copy] == End::Ended;
            self.replay.push(Kept { before, after, action, ended, reward });
        }
        self.environment.restart();
        let every = self.settings.train_every;
        for _ in 0..actions.len() {
            self.counters.steps += 1;
            let steps = self.counters.steps;
            if steps >= self.settings.warm_up as u64 && steps.is_multiple_of(every) {
                self.learn()?;
            }
        }
        Ok(())
    }

    fn steps(&self) -> u64 {
        self.counters.steps
    }

    fn is_over(&self) -> bool {
        self.counters.steps >= self.settings.steps
    }

    fn policy(&self) -> Policy {
        let parameters = self.descent.parameters().to_vec();
        let actor = Network { parameters, ..self.network.clone() };
        Policy::Network { actor, outputs: Outputs::Values, critic: None }
    }

    fn path_length(&self) -> Option<f64> {
        Some(self.counters.path_length)
    }

    fn loss(&self) -> Option<f64> {
        self.counters.loss
    }

    fn save(&self) -> Vec<u8> {
        let places = Places {
            acting: self.acting.place(),
            replayed: self.replayed.place(),
            counters: self.counters,
        };
        saved::join(&[
            &serde_json::to_vec(&places).expect("plain data"),
            &self.environment.save(),
            &saved::descent(&self.descent),
            &saved::bytes_of(&self.target),
            &self.replay.save(),
        ])
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let [places, environment, descent, target, replay] = saved::split(bytes)?;
        let places: Places = serde_json::from_slice(places).map_err(|error| error.to_string())?;
        let count = self.network.parameters.len();
        let target = saved::numbers_of(target)?;
        if target.len() != count {
            return Err(format!("a target network of {} parameters, not {count}", target.len()));
        }
        self.environment.restore(environment)?;
        self.descent = saved::restored(&self.settings.optimiser, count, descent)?;
        self.target = target;
        self.replay.restore(replay)?;
        self.acting.go_to(places.acting);
        self.replayed.go_to(places.replayed);
        self.counters = places.counters;
        Ok(())
    }
}

#[cfg(test)]
#[path = "../tests/units/dqn.rs"]
mod tests;
