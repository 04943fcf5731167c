//! Behavioural cloning: a network learns to do on every sight what somebody did who was shown.
//!
//! Pomerleau 1991, "Efficient training of artificial neural networks for autonomous navigation". The
//! loss is the cross-entropy of the actions done, in nats a step. Minibatches are taken in turn from
//! one shuffle of the demonstrations after the other: of single steps, or of whole episodes for a
//! network that remembers. Demonstrations come as data, once, at the beginning: the learner never
//! acts, so that it meets only what the demonstrator met.

use std::ops::Range;

use mesascope_nets::{BitRows, Optimiser};
use mesascope_stats::{Draws, Key};
use mesascope_tasks::{Acting, Ask, Demonstrations, Situations, Space};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::acting::{self, Feedback, LearnsByActing, Training};
use crate::head::{self, Batch, NOTHING, Sequence};
use crate::learned::{self, Learned, SavedLearned};
use crate::policy::{self, Policy};
use crate::policy_loss::{self, Found, PolicyLoss, Softmax};
use crate::policy_network::{self, Beside, Moves, PolicyNetwork};
use crate::ranges::whole_within;
use crate::{Diverged, LearnerScope, Unfit};

/// Moves when the same settings and key come to another network.
pub const NUMERICS: u32 = 1;

/// Settings of the learner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Imitation {
    /// Episodes that are demonstrated, 1 to 1,000,000. No default.
    pub episodes: usize,
    /// How much is read of them: `{ epochs = 10 }` or `{ steps = 100000 }`. No default.
    pub read: Length,
    /// The network. Default: `{ mlp = { hidden = [64, 64], activation = "relu" } }`.
    #[serde(default = "PolicyNetwork::two_by_64")]
    pub network: PolicyNetwork,
    /// The optimiser; `{ adamw = { weight_decay = 0.1 } }` decays weights. Default: adam, at its own
    /// defaults.
    #[serde(default = "Optimiser::adam")]
    pub optimiser: Optimiser,
    /// Demonstrated steps of a minibatch; for a network that remembers, whole episodes. 1 to 65,536.
    /// Default: 32.
    #[serde(default = "batch")]
    pub batch: usize,
}

/// How much is read of demonstrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Length {
    /// All of them so many times, 1 to 1,000,000.
    Epochs(u64),
    /// So many demonstrated steps, each counted as often as it is read, 1 to 1,000,000,000.
    Steps(u64),
}

impl Length {
    /// Steps to read where so many were demonstrated.
    fn steps(self, demonstrated: usize) -> u64 {
        match self {
            Length::Epochs(epochs) => epochs * demonstrated as u64,
            Length::Steps(steps) => steps,
        }
    }

    /// Words for the scope of a study.
    fn words(self) -> String {
        match self {
            Length::Epochs(1) => "once".to_string(),
            Length::Epochs(epochs) => format!("{epochs} times"),
            Length::Steps(steps) => format!("for {steps} steps"),
        }
    }
}

/// Bengio 2012, "Practical recommendations for gradient-based training of deep architectures": "a good
/// default value".
fn batch() -> usize {
    32
}

impl Imitation {
    fn under(
        &self,
        situations: &dyn Situations,
        ask: &Ask,
        from: Option<Policy>,
        key: Key,
    ) -> Under {
        let [shown, fresh, order] = key.split();
        let space = situations.space();
        let demonstrations = situations.demonstrations(ask, self.episodes, shown);
        let steps = demonstrations.actions.len();
        assert!(steps > 0, "a demonstrated episode has a step");
        let beside = match &from {
            Some(Policy::Network { critic: Some(_), .. })
            | Some(Policy::Recurrent { critic: Some(_), .. }) => from.clone(),
            _ => None,
        };
        let moves = Moves { optimiser: self.optimiser, longest: None };
        // The last layer of a fresh network is drawn as the others are.
        let learned = self.network.learned(&space, from, Beside::Nothing, 1.0, moves, fresh);
        let items: Vec<Range<usize>> = match self.network.remembers() {
            false => (0..steps).map(|step| step..step + 1).collect(),
            true => {
                let ends = demonstrations.starts.iter().skip(1).copied().chain([steps]);
                demonstrations.starts.iter().zip(ends).map(|(&start, end)| start..end).collect()
            }
        };
        Under {
            settings: self.clone(),
            seen: seen(&demonstrations, &space, self.network.remembers()),
            actions: demonstrations.actions,
            actions_count: space.actions,
            learned,
            beside,
            draws: order.draws(),
            order: (0..items.len() as u32).collect(),
            counters: Counters { taken: items.len(), ..Counters::default() },
            items,
            softmax: Softmax::default(),
        }
    }
}

impl LearnsByActing for Imitation {
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
            ("learners/imitation", NUMERICS),
            ("learners/learned", learned::NUMERICS),
            ("learners/policy", policy::NUMERICS),
            ("learners/policy-loss", policy_loss::NUMERICS),
            ("learners/policy-network", policy_network::NUMERICS),
            ("stats/key", mesascope_stats::NUMERICS),
        ]);
        files
    }

    fn scope(&self, acting: &Acting) -> LearnerScope {
        let (episodes, length) = (self.episodes, self.read.words());
        LearnerScope {
            architecture: self.network.words(),
            objective: format!("imitation of {episodes} episodes, read {length}"),
            parameters: self.network.shape(&acting.space, acting.space.actions).parameter_count(),
        }
    }

    fn feedback(&self) -> Feedback {
        Feedback::Demonstrations
    }

    fn check(&self, acting: &Acting) -> Result<(), Unfit> {
        whole_within("episodes", self.episodes as u64, 1, 1_000_000)?;
        let (words, count, most) = match self.read {
            Length::Epochs(epochs) => ("epochs", epochs, 1_000_000),
            Length::Steps(steps) => ("steps", steps, 1_000_000_000),
        };
        if !(1..=most).contains(&count) {
            let why = format!("{words} is a whole number from 1 to {most}, not {count}");
            return Err(Unfit { field: vec!["read"], why });
        }
        whole_within("batch", self.batch as u64, 1, 65_536)?;
        acting::fits_lists_of_ones(acting)
    }
}

/// A shared part longer than this would change the order in which a row is added up.
const LONGEST_SHARED: usize = 256;

/// Demonstrated steps as rows of bits: that of a step stands one behind its number, because the first
/// row is nothing. For a network that remembers, the rows of an episode share what the first channel
/// shows, such as walls; minibatches of single steps hardly ever have two of one episode.
fn seen(shown: &Demonstrations, space: &Space, is_by_episode: bool) -> BitRows {
    let (cells, cues) = (space.cells(), space.cues);
    let first = space.height * space.width;
    let shared = if is_by_episode && first <= LONGEST_SHARED { first } else { 0 };
    let mut rows = BitRows::new(cells + cues);
    rows.push(&[]);
    assert_eq!(rows.len() as u32, NOTHING + 1, "the row without ones is the first");
    let mut bytes = Vec::with_capacity(cells + cues);
    for step in 0..shown.actions.len() {
        bytes.clear();
        bytes.extend_from_slice(&shown.observations[step * cells..][..cells]);
        bytes.extend_from_slice(&shown.cues[step * cues..][..cues]);
        rows.push_bytes(&bytes, shared, step.checked_sub(1).map(|before| before + 1));
    }
    rows
}

/// Training under way.
struct Under {
    settings: Imitation,
    /// What was seen, as [`seen`] says.
    seen: BitRows,
    /// What was done, `[step]`.
    actions: Vec<u8>,
    /// How many actions there are.
    actions_count: usize,
    learned: Learned,
    /// The policy that training began from, where a network that values stands beside it, which is
    /// left as it is.
    beside: Option<Policy>,
    /// Steps of what is taken at once: a step, or an episode.
    items: Vec<Range<usize>>,
    draws: Draws,
    /// Items in the order of the present shuffle.
    order: Vec<u32>,
    counters: Counters,
    softmax: Softmax,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Counters {
    steps: u64,
    /// How many items of the present shuffle have been taken.
    taken: usize,
    loss: Option<f64>,
}

#[derive(Serialize, Deserialize)]
struct Saved {
    place: u128,
    order: Vec<u32>,
    counters: Counters,
    learned: SavedLearned,
}

impl Under {
    /// The items of the next minibatch.
    fn next(&mut self) -> Vec<Range<usize>> {
        let Under { order, draws, counters, items, .. } = self;
        let one = |_| {
            if counters.taken == order.len() {
                draws.shuffle(order);
                counters.taken = 0;
            }
            counters.taken += 1;
            items[order[counters.taken - 1] as usize].clone()
        };
        (0..self.settings.batch).map(one).collect()
    }
}

impl Training for Under {
    fn update(&mut self) -> Result<(), Diverged> {
        let taken = self.next();
        let steps = || taken.iter().cloned().flatten();
        let rows: Vec<u32> = steps().map(|step| step as u32 + 1).collect();
        let labels: Vec<u8> = steps().map(|step| self.actions[step]).collect();
        let sequences: Vec<Sequence> = match self.settings.network.remembers() {
            true => taken.iter().map(|of| Sequence { before: &[], length: of.len() }).collect(),
            false => Vec::new(),
        };
        let Under { seen, learned, softmax, counters, actions_count, .. } = self;
        let share = (1.0 / labels.len() as f64) as f32;
        let mut found = Found::default();
        let batch = Batch { seen, rows: &rows, sequences: &sequences };
        learned.lead_actor(batch, |of, logits, slopes| {
            let (actions, count) = (&labels[of], *actions_count);
            let loss = PolicyLoss { actions, before: &[], count, bonus: 0.0, share };
            // What was done should have been certain: -ln p(action).
            let each = |_: usize, logarithm: f32, _: f32| (-logarithm, -1.0);
            loss.slopes(logits, softmax, slopes, each, &mut found);
        });
        let loss = found.loss / labels.len() as f64;
        let step = counters.steps;
        let diverged = |cause: String| Diverged {
            step,
            cause: format!("{cause}; a smaller learning rate may help"),
        };
        if !loss.is_finite() {
            return Err(diverged(format!("the loss is not finite ({loss})")));
        }
        learned.step(1.0).map_err(diverged)?;
        counters.loss = Some(loss);
        counters.steps += labels.len() as u64;
        Ok(())
    }

    fn steps(&self) -> u64 {
        self.counters.steps
    }

    fn is_over(&self) -> bool {
        self.counters.steps >= self.settings.read.steps(self.actions.len())
    }

    fn policy(&self) -> Policy {
        match (self.learned.policy(), &self.beside) {
            (Policy::Network { actor, outputs, .. }, Some(Policy::Network { critic, .. })) => {
                Policy::Network { actor, outputs, critic: critic.clone() }
            }
            (Policy::Recurrent { actor, .. }, Some(Policy::Recurrent { critic, .. })) => {
                Policy::Recurrent { actor, critic: critic.clone() }
            }
            (policy, _) => policy,
        }
    }

    fn path_length(&self) -> Option<f64> {
        Some(self.learned.path_length())
    }

    fn loss(&self) -> Option<f64> {
        self.counters.loss
    }

    fn save(&self) -> Vec<u8> {
        let saved = Saved {
            place: self.draws.place(),
            order: self.order.clone(),
            counters: self.counters,
            learned: self.learned.save(),
        };
        serde_json::to_vec(&saved).expect("plain data")
    }

    fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let saved: Saved = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let count = self.items.len();
        let mut sorted = saved.order.clone();
        sorted.sort_unstable();
        if !sorted.into_iter().eq(0..count as u32) || saved.counters.taken > count {
            return Err(format!("the checkpoint has no order of {count} steps or episodes"));
        }
        self.learned.restore(saved.learned)?;
        self.draws.go_to(saved.place);
        (self.order, self.counters) = (saved.order, saved.counters);
        Ok(())
    }
}

#[cfg(test)]
#[path = "../tests/units/imitation.rs"]
mod tests;
