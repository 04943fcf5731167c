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
mod tests {
    use super::*;
    use crate::acting_laws::{
        assert_diverges, assert_goes_on, assert_learns, assert_learns_nothing, assert_reproduces,
        assert_resumes, gru, mlp, networks_of, nudged, outputs_of,
    };
    use crate::two_steps::TwoSteps;
    use mesascope_nets::{AnyNetwork, Mlp, Real};

    fn remembering() -> Ppo {
        Ppo { network: gru(16), ..small(&[]) }
    }

    fn small(hidden: &[i64]) -> Ppo {
        Ppo {
            copies: 32,
            rollout: 8,
            network: mlp(hidden),
            learning_rate: 0.01,
            ..Ppo::with_steps(32 * 8 * 60)
        }
    }

    #[test]
    fn it_learns_to_do_what_both_steps_show() {
        // Said before it was run: at least 0.9, where acting at random is worth 0.25 and the optimum
        // 1, by enumeration. The entropy bonus keeps it below 1.
        assert_learns(&small(&[16]), TwoSteps::Seen, 0.9);
    }

    #[test]
    fn it_learns_with_values_clipped_and_time_outs_as_ends() {
        let value_clip = Some(0.2);
        let settings = Ppo { value_clip, bootstrap_at_time_out: false, ..small(&[16]) };
        assert_learns(&settings, TwoSteps::Seen, 0.9);
    }

    #[test]
    fn without_memory_what_must_be_remembered_stays_at_chance() {
        let policy = crate::acting_laws::trained(&small(&[16]), TwoSteps::Remembered, 7);
        // Exact: the second step shows nothing, so that no policy of what is shown has more or less.
        let value = TwoSteps::Remembered.value(&policy);
        assert!((value - 0.5).abs() < 1e-6, "{value}");
    }

    #[test]
    fn with_memory_it_learns_to_do_what_the_first_step_showed() {
        // Said before it was run: at least 0.9, where without memory at most 0.5 can be had.
        let settings = Ppo { steps: 32 * 8 * 120, ..remembering() };
        assert_learns(&settings, TwoSteps::Remembered, 0.9);
    }

    #[test]
    fn a_learning_rate_of_0_learns_nothing() {
        for settings in [small(&[16]), remembering()] {
            assert_learns_nothing(&Ppo { learning_rate: 0.0, steps: 2048, ..settings });
        }
    }

    #[test]
    fn the_same_key_trains_the_same_policy_to_the_last_bit() {
        assert_reproduces(&Ppo { steps: 2048, ..small(&[16]) });
        assert_reproduces(&Ppo { steps: 2048, ..remembering() });
    }

    #[test]
    fn training_that_was_stored_goes_on_with_the_same_bits() {
        assert_resumes(&small(&[16, 8]), TwoSteps::Seen);
        // An odd rollout leaves copies in the middle of their episodes.
        assert_resumes(&Ppo { rollout: 7, ..small(&[16]) }, TwoSteps::Endless);
        assert_resumes(&Ppo { rollout: 7, ..remembering() }, TwoSteps::Endless);
    }

    #[test]
    fn training_goes_on_from_a_policy_it_is_handed() {
        assert_goes_on(&Ppo { steps: 2048, ..small(&[16]) });
        assert_goes_on(&Ppo { steps: 2048, ..remembering() });
    }

    #[test]
    fn a_policy_that_is_not_finite_has_diverged() {
        assert_diverges(&small(&[16]));
        assert_diverges(&remembering());
    }

    /// What a policy's value network expects at the beginning of an episode that always gives 1 a
    /// step and runs out of steps after the second.
    fn expected_of_endless(bootstrap_at_time_out: bool) -> f32 {
        let settings = Ppo { discount: 0.5, bootstrap_at_time_out, ..small(&[16]) };
        let policy = crate::acting_laws::trained(&settings, TwoSteps::Endless, 7);
        let Policy::Network { critic: Some(critic), .. } = policy else {
            panic!("there is a network that values")
        };
        critic.logits(&[1.0, 0.0, 1.0, 0.0], 1)[0]
    }

    #[test]
    fn a_time_out_is_valued_or_counts_as_an_end_as_is_asked() {
        // 1 + 0.5 + 0.25 and so on is 2, and 1 + 0.5 is 1.5; resolution 0.1, said before.
        let [goes_on, ends] = [true, false].map(expected_of_endless);
        assert!((goes_on - 2.0).abs() < 0.1, "{goes_on}");
        assert!((ends - 1.5).abs() < 0.1, "{ends}");
    }

    /// Training that has gathered a second rollout and taken it as one part, with another policy than
    /// the one that acted.
    fn gathered(settings: &Ppo, world: TwoSteps) -> Under {
        let mut under = settings.under(&world, &Ask::default(), None, Key::from_seed(23));
        under.update().unwrap();
        under.gather();
        // Ratios and values move away from what they were, some beyond their clips.
        let mut draws = Key::from_seed(29).draws();
        let shift = |value: &mut f32| *value += (draws.uniform() - 0.5) as f32;
        let Rollout { logarithms, values, .. } = &mut under.rollout;
        logarithms.iter_mut().chain(values).for_each(shift);
        let (by, count) = match settings.network.remembers() {
            false => (By::Step, under.rollout.rows.len()),
            true => (By::Segment, under.rollout.segments.len()),
        };
        let all: Vec<u32> = (0..count as u32).collect();
        under.part.fill(&under.rollout, &under.advantages, by, &all);
        under
    }

    /// The loss by its definition in double precision.
    fn loss(under: &Under, [actor, critic]: [&AnyNetwork<f64>; 2]) -> f64 {
        let Part { rows, actions, logarithms, advantages, values, targets, .. } = &under.part;
        let Ppo { clip, value_clip, entropy_bonus_nats, value_coefficient, .. } = under.settings;
        let sequences: Vec<Sequence> =
            under.part.segments.iter().map(|&segment| under.rollout.sequence(segment)).collect();
        let batch = Batch { seen: under.rollout.seen.rows(), rows, sequences: &sequences };
        let (logits, expected) = (outputs_of(actor, &batch), outputs_of(critic, &batch));
        let mut sum = 0.0;
        for (row, (logits, &value)) in logits.chunks(2).zip(&expected).enumerate() {
            let powers: f64 = logits.iter().map(|&logit| Real::exp(logit)).sum();
            let logarithm = |action: usize| logits[action] - Real::ln(powers);
            let entropy: f64 =
                (0..logits.len()).map(|a| -Real::exp(logarithm(a)) * logarithm(a)).sum();
            let ratio = logarithm(usize::from(actions[row])) - f64::from(logarithms[row]);
            let (ratio, advantage) = (Real::exp(ratio), f64::from(advantages[row]));
            let clipped = ratio.clamp(1.0 - clip, 1.0 + clip) * advantage;
            let [before, target] = [values[row], targets[row]].map(f64::from);
            let mut error = 0.5 * (value - target).powi(2);
            if let Some(clip) = value_clip {
                let near = before + (value - before).clamp(-clip, clip);
                error = error.max(0.5 * (near - target).powi(2));
            }
            sum += -(ratio * advantage).min(clipped) - entropy_bonus_nats * entropy
                + value_coefficient * error;
        }
        sum / rows.len() as f64
    }

    #[test]
    fn the_gradient_of_both_networks_is_the_finite_differences_of_the_loss() {
        for (value_clip, network) in [(None, mlp(&[3])), (Some(0.1), mlp(&[3])), (None, gru(3))] {
            // Five steps leave every copy in the middle of an episode.
            let settings = Ppo { rollout: 5, copies: 8, value_clip, network, ..small(&[3]) };
            let settings = Ppo { entropy_bonus_nats: 0.1, first_logits: 1.0, ..settings };
            let mut under = gathered(&settings, TwoSteps::Seen);
            let found = under.lead();
            let networks = networks_of(&under.policy());
            let [actor, critic] = [&networks[0], &networks[1]];
            let whole = loss(&under, [actor, critic]);
            assert!((found - whole).abs() < 1e-5, "loss {found}, by its definition {whole}");
            let gradient = under.learned.gradient().to_vec();
            assert!(gradient.iter().any(|slope| slope.abs() > 1e-2), "there is a slope");
            for (at, &slope) in gradient.iter().enumerate() {
                let moved = |by: f64| match at.checked_sub(actor.parameters.len()) {
                    None => loss(&under, [&nudged(actor, at, by), critic]),
                    Some(at) => loss(&under, [actor, &nudged(critic, at, by)]),
                };
                let difference = (moved(1e-6) - moved(-1e-6)) / 2e-6;
                let error = (f64::from(slope) - difference).abs();
                assert!(error < 2e-5, "parameter {at}: slope {slope}, difference {difference}");
            }
        }
    }

    #[test]
    fn what_was_done_is_as_likely_in_the_first_pass_as_it_was_when_it_was_done() {
        // So a network that remembers reads stretches of episodes as it read them while acting, those
        // too that began in an earlier rollout.
        let settings = Ppo { rollout: 5, copies: 8, network: gru(4), ..small(&[3]) };
        let mut under = settings.under(&TwoSteps::Seen, &Ask::default(), None, Key::from_seed(37));
        under.update().unwrap();
        under.gather();
        let before = under.rollout.segments.iter();
        let before = before.filter(|&&segment| !under.rollout.sequence(segment).before.is_empty());
        assert_eq!(before.count(), 8, "every copy is in the middle of an episode");
        let all: Vec<u32> = (0..under.rollout.segments.len() as u32).collect();
        under.part.fill(&under.rollout, &under.advantages, By::Segment, &all);
        let Under { part, rollout, learned, .. } = &mut under;
        let sequences: Vec<Sequence> =
            part.segments.iter().map(|&segment| rollout.sequence(segment)).collect();
        let batch = Batch { seen: rollout.seen.rows(), rows: &part.rows, sequences: &sequences };
        let mut softmax = Softmax::default();
        learned.lead_actor(batch, |of, logits, _| {
            softmax.of(logits, 2);
            for (row, logarithms) in of.zip(softmax.logarithms.chunks(2)) {
                let now = logarithms[usize::from(part.actions[row])];
                let off = (now - part.logarithms[row]).abs();
                assert!(off < 1e-5, "row {row}: {now} and {}", part.logarithms[row]);
            }
        });
        learned.lead_critic(batch, |of, values, _| {
            for (row, now) in of.zip(values) {
                assert!((now - part.values[row]).abs() < 1e-5, "row {row}");
            }
        });
    }

    #[test]
    fn a_wrong_setting_is_named_with_its_range() {
        let (situations, feedback) = (vec!["train".to_string()], vec!["reward".to_string()]);
        let acting = Acting { space: TwoSteps::Seen.space(), situations, feedback };
        let refused = |settings: Ppo, field: &str, range: &str| {
            let unfit = settings.check(&acting).unwrap_err();
            assert_eq!(unfit.field, [field]);
            assert!(unfit.why.contains(range), "{unfit}");
        };
        refused(Ppo { steps: 0, ..small(&[4]) }, "steps", "from 1 to 100000000000, not 0");
        refused(Ppo { copies: 0, ..small(&[4]) }, "copies", "from 1 to 4096, not 0");
        refused(Ppo { minibatches: 257, ..small(&[4]) }, "minibatches", "from 1 to 256, not 257");
        refused(Ppo { discount: 1.5, ..small(&[4]) }, "discount", "from 0 to 1, not 1.5");
        refused(Ppo { clip: 0.0, ..small(&[4]) }, "clip", "above 0");
        refused(Ppo { gradient_clip: -1.0, ..small(&[4]) }, "gradient_clip", "above 0");
        let nan = f64::NAN;
        refused(Ppo { learning_rate: nan, ..small(&[4]) }, "learning_rate", "from 0 to 1, not NaN");
    }

    #[test]
    fn settings_are_read_with_their_defaults_and_unknown_ones_are_refused() {
        let read = |json: &str| serde_json::from_str::<Ppo>(json).map_err(|e| e.to_string());
        assert_eq!(read(r#"{"steps": 1000}"#), Ok(Ppo::with_steps(1000)));
        let settings = read(r#"{"steps": 9, "network": {"mlp": {"hidden": [8]}}}"#).unwrap();
        assert_eq!(settings.network, PolicyNetwork::Mlp(Mlp::with_hidden(&[8]).unwrap()));
        assert!(read(r#"{"steps": 9, "epoch": 3}"#).unwrap_err().contains("unknown field `epoch`"));
    }
}
