//! Proximal policy optimisation: steps of many copies, and several passes over them that keep the
//! policy near the one that acted.
//!
//! Schulman et al. 2017, "Proximal policy optimization algorithms", with the advantages of Schulman
//! et al. 2016, and those of the details of Huang et al. 2022, "The 37 implementation details of
//! PPO", that matter for discrete actions (the numbers here are theirs; Engstrom et al. 2020,
//! "Implementation matters in deep policy gradients", measure how much): copies that go on across
//! rollouts (1), a small last layer (2), Adam's epsilon (3), an annealed learning rate (4),
//! generalised advantages (5), shuffled minibatches (6), advantages normalised in each (7), the
//! clipped surrogate (8), a clip of values if asked for (9), an entropy bonus (10), a gradient clipped
//! by its length over all parameters (11) and networks that share nothing (13). Fresh weights are
//! drawn as the network's settings say, by default fan-in scaled, and not orthogonal.
//!
//! Networks that remember learn from whole stretches of episodes, which are shuffled in place of
//! steps, back through time to the episode's beginning (see `rollout.rs`).

use mesascope_stats::{Draws, Key};
use mesascope_tasks::{Acting, Ask, Environment, Situations};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::acting::{Feedback, LearnsByActing, Training};
use crate::advantages::{Steps, normalise};
use crate::head::{self, Batch, Sequence};
use crate::learned::{self, Learned, SavedLearned};
use crate::policy::{self, Policy};
use crate::policy_loss::{self, Found, PolicyLoss, Softmax, surrogate, value_loss};
use crate::policy_network::{self, Beside, Moves, PolicyNetwork};
use crate::ranges::{above_0, adam, whole_within, within};
use crate::rollout::{self, Rollout, SavedRollout, Segment, TimeOut};
use crate::{Diverged, LearnerScope, Unfit, seen};

/// Moves when the same settings and key come to another policy.
pub const NUMERICS: u32 = 1;

/// Settings of the learner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ppo {
    /// Steps of the world, all copies together, 1 to 100,000,000,000; the last update may go beyond.
    /// No default.
    pub steps: u64,
    /// Copies of the world that act side by side, 1 to 4,096. Default: 256.
    #[serde(default = "copies")]
    pub copies: usize,
    /// Steps of each copy between updates, 1 to 4,096. Default: 128.
    #[serde(default = "rollout")]
    pub rollout: usize,
    /// Passes over the steps of a rollout, 1 to 100. Default: 4.
    #[serde(default = "four")]
    pub epochs: usize,
    /// Parts into which each pass shuffles them, 1 to 4,096; at most one a step, and with a network
    /// that remembers one a copy. Default: 4.
    #[serde(default = "four")]
    pub minibatches: usize,
    /// The policy's network; the one that values is another of its kind. Default:
    /// `{ mlp = { hidden = [64, 64], activation = "relu" } }`.
    #[serde(default = "PolicyNetwork::two_by_64")]
    pub network: PolicyNetwork,
    /// What the last layer's weights of a fresh policy are multiplied by, 0 to 1, so that it begins
    /// near uniform. Default: 0.01.
    #[serde(default = "first_logits")]
    pub first_logits: f64,
    /// Size of a step of Adam, in parameter units, 0 to 1; 0 learns nothing, for controls.
    /// Default: 0.00025.
    #[serde(default = "learning_rate")]
    pub learning_rate: f64,
    /// Whether the learning rate falls linearly to 0 over training. Default: true.
    #[serde(default = "yes")]
    pub anneal: bool,
    /// What a reward one step later is worth, 0 to 1. Default: 0.99.
    #[serde(default = "discount")]
    pub discount: f64,
    /// How far an advantage looks at what came and not at what was expected, 0 to 1. Default: 0.95.
    #[serde(default = "gae_lambda")]
    pub gae_lambda: f64,
    /// How far the ratio of probabilities may be from 1 before a step counts no more, above 0 and at
    /// most 10. Default: 0.2.
    #[serde(default = "clip")]
    pub clip: f64,
    /// How far a value may move within an update before it counts no more, above 0, in units of
    /// return. Default: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_clip: Option<f64>,
    /// What a nat of a policy's entropy is worth, in units of a normalised advantage, 0 to 10.
    /// Default: 0.01.
    #[serde(default = "entropy_bonus_nats")]
    pub entropy_bonus_nats: f64,
    /// What the loss of values is multiplied by, 0 to 100. It matters through the gradient's clip
    /// alone. Default: 0.5.
    #[serde(default = "half")]
    pub value_coefficient: f64,
    /// The length to which a longer gradient of both networks together is cut, above 0. Default: 0.5.
    #[serde(default = "half")]
    pub gradient_clip: f64,
    /// Whether what was seen last is valued where an episode has run out of steps (Pardo et al.
    /// 2018, "Time limits in reinforcement learning"); otherwise a time-out counts as an end, as in
    /// jaxgmg and PureJaxRL. Default: true.
    #[serde(default = "yes")]
    pub bootstrap_at_time_out: bool,
}

/// As the peers of the comparison of speed, jaxgmg and PureJaxRL in its larger settings.
fn copies() -> usize {
    256
}

/// Schulman et al. 2017, table 5 (Atari), as are epochs of some and the learning rate.
fn rollout() -> usize {
    128
}

/// Huang et al. 2022, the defaults for discrete actions.
fn four() -> usize {
    4
}

/// Huang et al. 2022, no. 2.
fn first_logits() -> f64 {
    0.01
}

/// Schulman et al. 2017, table 5; Huang et al. 2022, no. 4.
fn learning_rate() -> f64 {
    2.5e-4
}

fn yes() -> bool {
    true
}

/// Schulman et al. 2017, table 5.
fn discount() -> f64 {
    0.99
}

/// Schulman et al. 2017, table 5.
fn gae_lambda() -> f64 {
    0.95
}

/// Schulman et al. 2017, table 1: the best of three.
fn clip() -> f64 {
    0.2
}

/// Schulman et al. 2017, table 5.
fn entropy_bonus_nats() -> f64 {
    0.01
}

/// Huang et al. 2022: the coefficient of values, and no. 11.
fn half() -> f64 {
    0.5
}

impl Ppo {
    /// The settings with so many steps and every other at its default.
    pub fn with_steps(steps: u64) -> Ppo {
        Ppo {
            steps,
            copies: copies(),
            rollout: rollout(),
            epochs: four(),
            minibatches: four(),
            network: PolicyNetwork::two_by_64(),
            first_logits: first_logits(),
            learning_rate: learning_rate(),
            anneal: yes(),
            discount: discount(),
            gae_lambda: gae_lambda(),
            clip: clip(),
            value_clip: None,
            entropy_bonus_nats: entropy_bonus_nats(),
            value_coefficient: half(),
            gradient_clip: half(),
            bootstrap_at_time_out: yes(),
        }
    }

    /// Steps of all copies between updates.
    fn gathered(&self) -> usize {
        self.copies * self.rollout
    }

    /// How many updates training has.
    fn updates(&self) -> u64 {
        self.steps.div_ceil(self.gathered() as u64)
    }

    fn time_out(&self) -> TimeOut {
        match self.bootstrap_at_time_out {
            true => TimeOut::Bootstraps,
            false => TimeOut::Ends,
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
        let learned = self.network.learned(
            &environment.space(),
            from,
            Beside::Values,
            self.first_logits,
            Moves {
                optimiser: adam(self.learning_rate),
                longest: Some(above_0("gradient_clip", self.gradient_clip).expect("it is checked")),
            },
            fresh,
        );
        Under {
            settings: self.clone(),
            rollout: Rollout::new(&*environment, learned.memory()),
            environment,
            draws: acts.draws(),
            learned,
            updates: 0,
            loss: None,
            softmax: Softmax::default(),
            advantages: Vec::new(),
            order: Vec::new(),
            part: Part::default(),
        }
    }
}

impl LearnsByActing for Ppo {
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
            ("learners/ppo", NUMERICS),
            ("learners/rollout", rollout::NUMERICS),
            ("learners/seen", seen::NUMERICS),
        ]);
        files
    }

    fn scope(&self, acting: &Acting) -> LearnerScope {
        let space = &acting.space;
        let count = |outputs: usize| self.network.shape(space, outputs).parameter_count();
        LearnerScope {
            architecture: self.network.words(),
            objective: "PPO".to_string(),
            parameters: count(space.actions) + count(1),
        }
    }

    fn feedback(&self) -> Feedback {
        Feedback::Reward
    }

    fn check(&self, _: &Acting) -> Result<(), Unfit> {
        whole_within("steps", self.steps, 1, 100_000_000_000)?;
        whole_within("copies", self.copies as u64, 1, 4096)?;
        whole_within("rollout", self.rollout as u64, 1, 4096)?;
        whole_within("epochs", self.epochs as u64, 1, 100)?;
        let most = match self.network.remembers() {
            true => self.copies,
            false => self.gathered(),
        };
        let most = most.min(4096) as u64;
        whole_within("minibatches", self.minibatches as u64, 1, most)?;
        within("first_logits", self.first_logits, 0.0, 1.0)?;
        within("learning_rate", self.learning_rate, 0.0, 1.0)?;
        within("discount", self.discount, 0.0, 1.0)?;
        within("gae_lambda", self.gae_lambda, 0.0, 1.0)?;
        above_0("clip", self.clip)?;
        within("clip", self.clip, 0.0, 10.0)?;
        if let Some(clip) = self.value_clip {
            above_0("value_clip", clip)?;
        }
        within("entropy_bonus_nats", self.entropy_bonus_nats, 0.0, 10.0)?;
        within("value_coefficient", self.value_coefficient, 0.0, 100.0)?;
        above_0("gradient_clip", self.gradient_clip).map(|_| ())
    }
}

/// Training under way.
struct Under {
    settings: Ppo,
    environment: Box<dyn Environment>,
    draws: Draws,
    learned: Learned,
    updates: u64,
    loss: Option<f64>,
    rollout: Rollout,
    softmax: Softmax,
    advantages: Vec<f32>,
    order: Vec<u32>,
    part: Part,
}

/// What minibatches are shuffled from.
#[derive(Clone, Copy)]
enum By {
    Step,
    Segment,
}

/// The steps of one minibatch, `[row]`.
#[derive(Default)]
struct Part {
    /// Where they stand among all, `[step, copy]`.
    places: Vec<u32>,
    /// How they lie in episodes, where networks remember.
    segments: Vec<Segment>,
    rows: Vec<u32>,
    actions: Vec<u8>,
    logarithms: Vec<f32>,
    advantages: Vec<f32>,
    values: Vec<f32>,
    targets: Vec<f32>,
}

#[derive(Serialize, Deserialize)]
struct Saved {
    environment: Vec<u8>,
    place: u128,
    learned: SavedLearned,
    rollout: SavedRollout,
    updates: u64,
    loss: Option<f64>,
}

impl Part {
    /// Takes steps out of a rollout: those of these numbers, `[step, copy]`, or of segments of these
    /// numbers where networks remember.
    fn fill(&mut self, rollout: &Rollout, advantages: &[f32], by: By, numbers: &[u32]) {
        self.places.clear();
        self.segments.clear();
        match by {
            By::Step => self.places.extend_from_slice(numbers),
            By::Segment => {
                let segments = numbers.iter().map(|&number| rollout.segments[number as usize]);
                self.segments.extend(segments);
                let places = self.segments.iter().flat_map(|&segment| rollout.places(segment));
                self.places.extend(places);
            }
        }
        let places = std::mem::take(&mut self.places);
        let numbers = || places.iter().map(|&place| place as usize);
        fn put<T>(part: &mut Vec<T>, values: impl Iterator<Item = T>) {
            part.clear();
            part.extend(values);
        }
        put(&mut self.rows, numbers().map(|at| rollout.rows[at]));
        put(&mut self.actions, numbers().map(|at| rollout.actions[at]));
        put(&mut self.logarithms, numbers().map(|at| rollout.logarithms[at]));
        put(&mut self.advantages, numbers().map(|at| advantages[at]));
        put(&mut self.values, numbers().map(|at| rollout.values[at]));
        // What a value should have been: what the advantage adds to it (Huang et al. 2022, no. 5).
        put(&mut self.targets, numbers().map(|at| advantages[at] + rollout.values[at]));
        normalise(&mut self.advantages);
        self.places = places;
    }
}

impl Under {
    /// A rollout, and the advantages of its steps.
    fn gather(&mut self) {
        let Under { settings, environment, draws, learned, rollout, softmax, .. } = self;
        let (steps, time_out) = (settings.rollout, settings.time_out());
        rollout.gather(&mut **environment, learned, softmax, draws, steps, time_out);
        let Rollout { rewards, values, values_next, ends, .. } = &*rollout;
        let steps = Steps { copies: rollout.copies(), rewards, values, values_next, ends };
        let (discount, lambda) = (settings.discount as f32, settings.gae_lambda as f32);
        steps.advantages(discount, lambda, &mut self.advantages);
    }

    /// Works out the gradient of the loss of the part that has been filled, and gives the loss.
    fn lead(&mut self) -> f64 {
        let Under { settings, rollout, learned, softmax, part, .. } = self;
        let count = self.environment.space().actions;
        let sequences: Vec<Sequence> =
            part.segments.iter().map(|&segment| rollout.sequence(segment)).collect();
        let batch = Batch { seen: rollout.seen.rows(), rows: &part.rows, sequences: &sequences };
        let share = (1.0 / part.rows.len() as f64) as f32;
        let (clip, bonus) = (settings.clip as f32, settings.entropy_bonus_nats as f32);
        let mut found = Found::default();
        learned.lead_actor(batch, |of, logits, slopes| {
            let advantages = &part.advantages[of.clone()];
            let (actions, before) = (&part.actions[of.clone()], &part.logarithms[of]);
            let loss = PolicyLoss { actions, before, count, bonus, share };
            let each = |row: usize, _: f32, ratio: f32| surrogate(ratio, advantages[row], clip);
            loss.slopes(logits, softmax, slopes, each, &mut found);
        });
        let coefficient = settings.value_coefficient as f32;
        let value_clip = settings.value_clip.map(|clip| clip as f32);
        let mut errors = 0.0;
        learned.lead_critic(batch, |of, values, slopes| {
            let known = part.values[of.clone()].iter().zip(&part.targets[of]);
            for ((&value, (&before, &target)), slope) in values.iter().zip(known).zip(slopes) {
                let (loss, by_value) = value_loss(value, before, target, value_clip);
                errors += f64::from(loss);
                *slope = coefficient * share * by_value;
            }
        });
        let bonus = settings.entropy_bonus_nats * found.entropy_nats;
        (found.loss - bonus + settings.value_coefficient * errors) / part.rows.len() as f64
    }
}

impl Training for Under {
    fn update(&mut self) -> Result<(), Diverged> {
        self.gather();
        // Huang et al. 2022, no. 4.
        let rate = match self.settings.anneal {
            true => 1.0 - self.updates as f64 / self.settings.updates() as f64,
            false => 1.0,
        };
        self.updates += 1;
        let step = self.steps();
        let diverged = |cause: String| Diverged {
            step,
            cause: format!("{cause}; a smaller learning_rate or gradient_clip may help"),
        };
        let mut losses = 0.0;
        let parts = self.settings.minibatches;
        let (by, count) = match self.learned.memory() {
            0 => (By::Step, self.rollout.rows.len()),
            _ => (By::Segment, self.rollout.segments.len()),
        };
        self.order.clear();
        self.order.extend(0..count as u32);
        for _ in 0..self.settings.epochs {
            self.draws.shuffle(&mut self.order);
            for part in 0..parts {
                let of = part * count / parts..(part + 1) * count / parts;
                self.part.fill(&self.rollout, &self.advantages, by, &self.order[of]);
                let loss = self.lead();
                if !loss.is_finite() {
                    return Err(diverged(format!("the loss is not finite ({loss})")));
                }
                losses += loss;
                self.learned.step(rate).map_err(diverged)?;
            }
        }
        self.loss = Some(losses / (self.settings.epochs * parts) as f64);
        Ok(())
    }

    fn steps(&self) -> u64 {
        self.updates * self.settings.gathered() as u64
    }

    fn is_over(&self) -> bool {
        self.steps() >= self.settings.steps
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
            rollout: self.rollout.save(),
            updates: self.updates,
            loss: self.loss,
        };
        serde_json::to_vec(&saved).expect("plain data")
    }

    fn restore(&mut self, saved: &[u8]) -> Result<(), String> {
        let saved: Saved = serde_json::from_slice(saved).map_err(|error| error.to_string())?;
        self.environment.restore(&saved.environment)?;
        self.learned.restore(saved.learned)?;
        self.rollout.restore(saved.rollout)?;
        self.draws.go_to(saved.place);
        (self.updates, self.loss) = (saved.updates, saved.loss);
        Ok(())
    }
}

#[cfg(test)]
#[path = "../tests/units/ppo.rs"]
mod tests;
