//! REINFORCE: whole episodes, and what was done in them made likelier by what they went on to give.
//!
//! Williams 1992, "Simple statistical gradient-following algorithms for connectionist reinforcement
//! learning": the gradient is the mean over episodes of the sum over steps of (return to go -
//! baseline) times the gradient of ln p(action), which is an unbiased estimate of that of the mean
//! return (of the discounted one, but for the discount of the step itself, which is left out as
//! usual). What the world would have given after a time-out is not counted.

use mesascope_stats::{Draws, Key};
use mesascope_tasks::{Acting, Ask, AtEnd, End, Environment, Situations};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::acting::{Feedback, LearnsByActing, Training};
use crate::advantages::returns_to_go;
use crate::head::{self, Batch, Sequence};
use crate::learned::{self, Learned, SavedLearned};
use crate::policy::{self, Policy};
use crate::policy_loss::{self, Found, PolicyLoss, Softmax, value_loss};
use crate::policy_network::{self, Beside, Moves, PolicyNetwork};
use crate::ranges::{above_0, adam, whole_within, within};
use crate::seen::{self, Seen};
use crate::{Diverged, LearnerScope, Unfit};

/// Moves when the same settings and key come to another policy.
pub const NUMERICS: u32 = 1;

/// Settings of the learner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reinforce {
    /// Steps of the world, all copies together, 1 to 100,000,000,000; the last update may go beyond.
    /// No default.
    pub steps: u64,
    /// Copies of the world, each of which acts for one episode between updates, 1 to 4,096.
    /// Default: 64.
    #[serde(default = "copies")]
    pub copies: usize,
    /// The policy's network. Default: `{ mlp = { hidden = [64, 64], activation = "relu" } }`.
    #[serde(default = "PolicyNetwork::two_by_64")]
    pub network: PolicyNetwork,
    /// What the last layer's weights of a fresh policy are multiplied by, 0 to 1, so that it begins
    /// near uniform. Default: 0.01.
    #[serde(default = "first_logits")]
    pub first_logits: f64,
    /// Size of a step of Adam, in parameter units, 0 to 1; 0 learns nothing, for controls.
    /// Default: 0.001.
    #[serde(default = "learning_rate")]
    pub learning_rate: f64,
    /// What a reward one step later is worth, 0 to 1. Default: 0.99.
    #[serde(default = "discount")]
    pub discount: f64,
    /// What is taken away from what an episode went on to give. Default: mean.
    #[serde(default)]
    pub baseline: Baseline,
    /// What a nat of a policy's entropy is worth at each step, in units of return, 0 to 10.
    /// Default: 0.01.
    #[serde(default = "entropy_bonus_nats")]
    pub entropy_bonus_nats: f64,
    /// The length to which a longer gradient is cut, above 0. Default: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gradient_clip: Option<f64>,
}

/// What is taken away from returns to go. None of these depends on what is done, so that the
/// gradient stays unbiased and only its noise changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Baseline {
    /// Nothing.
    None,
    /// The mean of what the other copies that still acted went on to give from the same step on.
    #[default]
    Mean,
    /// What a network beside the policy's expects on seeing the same, which learns by the squared
    /// error.
    Value,
}

fn copies() -> usize {
    64
}

/// As [`crate::Ppo`].
fn first_logits() -> f64 {
    0.01
}

/// Adam's own (Kingma and Ba 2015).
fn learning_rate() -> f64 {
    0.001
}

fn discount() -> f64 {
    0.99
}

/// As [`crate::Ppo`].
fn entropy_bonus_nats() -> f64 {
    0.01
}

impl Reinforce {
    /// The settings with so many steps and every other at its default.
    pub fn with_steps(steps: u64) -> Reinforce {
        Reinforce {
            steps,
            copies: copies(),
            network: PolicyNetwork::two_by_64(),
            first_logits: first_logits(),
            learning_rate: learning_rate(),
            discount: discount(),
            baseline: Baseline::default(),
            entropy_bonus_nats: entropy_bonus_nats(),
            gradient_clip: None,
        }
    }

    fn beside(&self) -> Beside {
        match self.baseline {
            Baseline::None | Baseline::Mean => Beside::Nothing,
            Baseline::Value => Beside::Values,
        }
    }

    fn under(
        &self,
        situations: &dyn Situations,
        ask: &Ask,
        from: Option<Policy>,
        key: Key,
    ) -> Under {
        let [world, fresh, acts] = key.split();
        let environment = situations.environment(ask, self.copies, world);
        let space = environment.space();
        let longest = |clip| above_0("gradient_clip", clip).expect("it is checked");
        let moves =
            Moves { optimiser: adam(self.learning_rate), longest: self.gradient_clip.map(longest) };
        let learned =
            self.network.learned(&space, from, self.beside(), self.first_logits, moves, fresh);
        Under {
            settings: self.clone(),
            episodes: Episodes::new(&*environment),
            environment,
            draws: acts.draws(),
            learned,
            steps: 0,
            loss: None,
            softmax: Softmax::default(),
        }
    }
}

impl LearnsByActing for Reinforce {
    fn begin(
        &self,
        situations: &dyn Situations,
        ask: &Ask,
        from: Option<Policy>,
        key: Key,
    ) -> Box<dyn Training> {
        Box::new(self.under(situations, ask, from, key))
    }

    fn shape(&self, _: &Acting) -> String {
        self.network.policy_words()
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        let mut files = mesascope_nets::numerics();
        files.extend([
            ("learners/head", head::NUMERICS),
            ("learners/learned", learned::NUMERICS),
            ("learners/policy", policy::NUMERICS),
            ("learners/policy-loss", policy_loss::NUMERICS),
            ("learners/policy-network", policy_network::NUMERICS),
            ("learners/reinforce", NUMERICS),
            ("learners/seen", seen::NUMERICS),
        ]);
        files
    }

    fn scope(&self, acting: &Acting) -> LearnerScope {
        let space = &acting.space;
        let count = |outputs: usize| self.network.shape(space, outputs).parameter_count();
        let beside = match self.beside() {
            Beside::Nothing => 0,
            Beside::Values => count(1),
        };
        LearnerScope {
            architecture: self.network.words(),
            objective: "REINFORCE".to_string(),
            parameters: count(space.actions) + beside,
        }
    }

    fn feedback(&self) -> Feedback {
        Feedback::Reward
    }

    fn check(&self, _: &Acting) -> Result<(), Unfit> {
        whole_within("steps", self.steps, 1, 100_000_000_000)?;
        whole_within("copies", self.copies as u64, 1, 4096)?;
        within("first_logits", self.first_logits, 0.0, 1.0)?;
        within("learning_rate", self.learning_rate, 0.0, 1.0)?;
        within("discount", self.discount, 0.0, 1.0)?;
        within("entropy_bonus_nats", self.entropy_bonus_nats, 0.0, 10.0)?;
        match self.gradient_clip {
            Some(clip) => above_0("gradient_clip", clip).map(|_| ()),
            None => Ok(()),
        }
    }
}

/// One episode of every copy.
struct Episodes {
    copies: usize,
    seen: Seen,
    /// What each copy saw before each step, `[step, copy]`; nothing once its episode is over.
    shown: Vec<Option<u32>>,
    /// What it did, `[step, copy]`.
    done: Vec<u8>,
    /// `[step, copy]`; 0 once a copy's episode is over.
    rewards: Vec<f32>,
    /// `[step, copy]`.
    ends: Vec<End>,
    /// `[step, copy]`.
    returns: Vec<f32>,
    /// The steps taken, as places of `[step, copy]`, episode after episode.
    taken: Vec<usize>,
    /// How many of them each episode has, `[copy]`.
    lengths: Vec<usize>,
    /// What was seen before each, `[taken]`.
    rows: Vec<u32>,
    /// What was done, `[taken]`.
    actions: Vec<u8>,
    /// What is taken away from returns, `[taken]`.
    baselines: Vec<f32>,
    acting: NowActing,
}

/// The copies that still act, and what is known of each, `[copy that acts]`.
#[derive(Default)]
struct NowActing {
    copies: Vec<usize>,
    rows: Vec<u32>,
    /// What the network remembers, `[copy that acts, unit]`.
    hidden: Vec<f32>,
    chosen: Vec<u8>,
}

impl NowActing {
    fn begin(&mut self, copies: usize, memory: usize) {
        self.copies.clear();
        self.copies.extend(0..copies);
        self.rows.clear();
        self.hidden.clear();
        self.hidden.resize(copies * memory, 0.0);
    }

    /// Leaves out those whose episode is over.
    fn keep(&mut self, ends: &[End], memory: usize) {
        let mut kept = 0;
        for at in 0..self.copies.len() {
            if ends[self.copies[at]] == End::Going {
                (self.copies[kept], self.rows[kept]) = (self.copies[at], self.rows[at]);
                self.hidden.copy_within(at * memory..(at + 1) * memory, kept * memory);
                kept += 1;
            }
        }
        self.copies.truncate(kept);
        self.rows.truncate(kept);
        self.hidden.truncate(kept * memory);
    }
}

impl Episodes {
    fn new(environment: &dyn Environment) -> Episodes {
        Episodes {
            copies: environment.copies(),
            seen: Seen::new(environment.space()),
            shown: Vec::new(),
            done: Vec::new(),
            rewards: Vec::new(),
            ends: Vec::new(),
            returns: Vec::new(),
            taken: Vec::new(),
            lengths: Vec::new(),
            rows: Vec::new(),
            actions: Vec::new(),
            baselines: Vec::new(),
            acting: NowActing::default(),
        }
    }

    /// An episode of every copy from its beginning to its end.
    fn gather(
        &mut self,
        environment: &mut dyn Environment,
        learned: &mut Learned,
        softmax: &mut Softmax,
        draws: &mut Draws,
    ) {
        let (copies, actions) = (self.copies, environment.space().actions);
        let memory = learned.memory();
        let (mut actor, _) = learned.acting();
        self.seen.clear();
        self.shown.clear();
        self.done.clear();
        self.rewards.clear();
        self.ends.clear();
        self.acting.begin(copies, memory);
        while !self.acting.copies.is_empty() {
            let now = self.shown.len();
            self.shown.resize(now + copies, None);
            self.done.resize(now + copies, 0);
            let first = self.acting.rows.is_empty();
            for (at, &copy) in self.acting.copies.iter().enumerate() {
                let like = self.acting.rows.get(at).map(|&row| row as usize);
                let row = self.seen.push(environment, copy, like);
                self.shown[now + copy] = Some(row);
                match first {
                    true => self.acting.rows.push(row),
                    false => self.acting.rows[at] = row,
                }
            }
            let NowActing { copies: acting, rows, hidden, chosen } = &mut self.acting;
            softmax.of(actor.act(self.seen.rows(), rows, hidden), actions);
            softmax.draw(actions, draws, chosen);
            for (&copy, &action) in acting.iter().zip(&*chosen) {
                self.done[now + copy] = action;
            }
            environment.step(&self.done[now..], AtEnd::Stay);
            self.rewards.extend_from_slice(environment.rewards());
            self.ends.extend_from_slice(environment.ends());
            self.acting.keep(environment.ends(), memory);
        }
        environment.restart();
        self.list();
    }

    /// Lists the steps that were taken, episode after episode.
    fn list(&mut self) {
        self.taken.clear();
        self.lengths.clear();
        self.rows.clear();
        self.actions.clear();
        for copy in 0..self.copies {
            let before = self.taken.len();
            for at in (copy..self.shown.len()).step_by(self.copies) {
                let Some(row) = self.shown[at] else { break };
                self.taken.push(at);
                self.rows.push(row);
                self.actions.push(self.done[at]);
            }
            self.lengths.push(self.taken.len() - before);
        }
    }

    /// The mean return to go of the other copies that act at the same step, `[taken]`.
    fn mean_of_others(&mut self) {
        let Episodes { copies, shown, returns, taken, baselines, .. } = self;
        // Of every step, the sum of returns and how many there are.
        let each = shown.chunks(*copies).zip(returns.chunks(*copies));
        let sums: Vec<(f64, usize)> = each
            .map(|(shown, returns)| {
                let there = shown.iter().zip(returns).filter(|(shown, _)| shown.is_some());
                there
                    .fold((0.0, 0), |(sum, count), (_, &to_go)| (sum + f64::from(to_go), count + 1))
            })
            .collect();
        baselines.clear();
        baselines.extend(taken.iter().map(|&at| match sums[at / *copies] {
            (_, 1) => 0.0,
            (sum, count) => ((sum - f64::from(returns[at])) / (count - 1) as f64) as f32,
        }));
    }
}

/// Training under way.
struct Under {
    settings: Reinforce,
    environment: Box<dyn Environment>,
    draws: Draws,
    learned: Learned,
    steps: u64,
    loss: Option<f64>,
    softmax: Softmax,
    episodes: Episodes,
}

#[derive(Serialize, Deserialize)]
struct Saved {
    environment: Vec<u8>,
    place: u128,
    learned: SavedLearned,
    steps: u64,
    loss: Option<f64>,
}

impl Under {
    /// Works out the gradient of the loss of the episodes, and gives the loss an episode.
    fn lead(&mut self) -> f64 {
        let Under { settings, environment, learned, softmax, episodes, .. } = self;
        let (copies, count) = (environment.copies(), environment.space().actions);
        let (discount, bonus) = (settings.discount as f32, settings.entropy_bonus_nats as f32);
        let Episodes { rewards, ends, returns, .. } = episodes;
        returns_to_go(copies, rewards, ends, discount, returns);
        match settings.baseline {
            Baseline::None | Baseline::Value => {
                episodes.baselines.clear();
                episodes.baselines.resize(episodes.taken.len(), 0.0);
            }
            Baseline::Mean => episodes.mean_of_others(),
        }
        let Episodes { seen, taken, lengths, rows, actions, returns, baselines, .. } = episodes;
        let sequences: Vec<Sequence> =
            lengths.iter().map(|&length| Sequence { before: &[], length }).collect();
        let batch = Batch { seen: seen.rows(), rows, sequences: &sequences };
        let mut errors = 0.0;
        if settings.baseline == Baseline::Value {
            let share = 1.0 / taken.len() as f32;
            learned.lead_critic(batch, |of, values, slopes| {
                // What it expected before it learns from these episodes.
                baselines[of.clone()].copy_from_slice(values);
                let known = values.iter().zip(&taken[of]);
                for ((&value, &at), slope) in known.zip(slopes) {
                    let (loss, by_value) = value_loss(value, value, returns[at], None);
                    errors += f64::from(loss) * f64::from(share);
                    *slope = share * by_value;
                }
            });
        }
        let share = (1.0 / copies as f64) as f32;
        let mut found = Found::default();
        learned.lead_actor(batch, |of, logits, slopes| {
            let (taken, baselines) = (&taken[of.clone()], &baselines[of.clone()]);
            let loss = PolicyLoss { actions: &actions[of], before: &[], count, bonus, share };
            let each = |row: usize, logarithm: f32, _: f32| {
                let advantage = returns[taken[row]] - baselines[row];
                (-advantage * logarithm, -advantage)
            };
            loss.slopes(logits, softmax, slopes, each, &mut found);
        });
        let bonus = settings.entropy_bonus_nats * found.entropy_nats;
        (found.loss - bonus) / copies as f64 + errors
    }
}

impl Training for Under {
    fn update(&mut self) -> Result<(), Diverged> {
        let Under { environment, draws, learned, softmax, episodes, .. } = self;
        episodes.gather(&mut **environment, learned, softmax, draws);
        self.steps += self.episodes.taken.len() as u64;
        let step = self.steps;
        let diverged = |cause: String| Diverged {
            step,
            cause: format!("{cause}; a smaller learning_rate or a gradient_clip may help"),
        };
        let loss = self.lead();
        if !loss.is_finite() {
            return Err(diverged(format!("the loss is not finite ({loss})")));
        }
        self.loss = Some(loss);
        self.learned.step(1.0).map_err(diverged)
    }

    fn steps(&self) -> u64 {
        self.steps
    }

    fn is_over(&self) -> bool {
        self.steps >= self.settings.steps
    }

    fn policy(&self) -> Policy {
        self.learned.policy()
    }

    fn path_length(&self) -> Option<f64> {
        Some(self.learned.path_length())
    }

    fn loss(&self) -> Option<f64> {
        self.loss
    }

    fn save(&self) -> Vec<u8> {
        let saved = Saved {
            environment: self.environment.save(),
            place: self.draws.place(),
            learned: self.learned.save(),
            steps: self.steps,
            loss: self.loss,
        };
        serde_json::to_vec(&saved).expect("plain data")
    }

    fn restore(&mut self, saved: &[u8]) -> Result<(), String> {
        let saved: Saved = serde_json::from_slice(saved).map_err(|error| error.to_string())?;
        self.environment.restore(&saved.environment)?;
        self.learned.restore(saved.learned)?;
        self.draws.go_to(saved.place);
        (self.steps, self.loss) = (saved.steps, saved.loss);
        Ok(())
    }
}

#[cfg(test)]
#[path = "../tests/units/reinforce.rs"]
mod tests;
