//! Q-learning on a table: what every action is worth on seeing this, learned from steps.
//!
//! value(seen, action) += rate (reward + discount max over actions of value(seen next) - value),
//! where nothing is added for what follows an end, and what follows a time-out is valued as any other
//! state (Watkins and Dayan 1992; Pardo et al. 2018, "Time limits in reinforcement learning").
//! Actions are greedy but for a share that is drawn uniformly, which falls linearly. Copies act at
//! once and are learned from one after another, so that a trial has one order.

use std::collections::BTreeMap;

use mesascope_stats::{Draws, Key};
use mesascope_tasks::{Acting, Ask, AtEnd, End, Environment, Situations};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::acting::{Feedback, LearnsByActing, Training};
use crate::policy::{self, Policy, packed};
use crate::{Diverged, LearnerScope, Unfit};

/// Moves when the same settings and key come to another table.
pub const NUMERICS: u32 = 1;

/// Settings of the learner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QLearning {
    /// Steps of the world, all copies together, 1 to 1,000,000,000. No default.
    pub steps: u64,
    /// Copies of the world that act side by side, 1 to 4,096. Default: 1.
    #[serde(default = "one")]
    pub copies: usize,
    /// How far a value moves towards what a step says, above 0 and at most 1; 0 is allowed and
    /// learns nothing, for controls. Default: 0.1.
    #[serde(default = "a_tenth")]
    pub learning_rate: f64,
    /// What a reward one step later is worth, 0 to 1. Default: 0.99.
    #[serde(default = "discount")]
    pub discount: f64,
    /// The share of actions drawn uniformly at the beginning, 0 to 1. Default: 1.
    #[serde(default = "all")]
    pub explore_first: f64,
    /// The same from the half of training on, to which it falls linearly, 0 to 1. Default: 0.1.
    #[serde(default = "a_tenth")]
    pub explore_last: f64,
    /// What an action is thought to be worth before it was ever taken. Default: 0.
    #[serde(default)]
    pub first_value: f64,
}

fn one() -> usize {
    1
}

fn a_tenth() -> f64 {
    0.1
}

fn discount() -> f64 {
    0.99
}

fn all() -> f64 {
    1.0
}

impl LearnsByActing for QLearning {
    fn begin(
        &self,
        situations: &dyn Situations,
        ask: &Ask,
        from: Option<Policy>,
        key: Key,
    ) -> Box<dyn Training> {
        let [world, own] = key.split();
        let environment = situations.environment(ask, self.copies, world);
        let values = match from {
            Some(Policy::Table { values, .. }) => values,
            _ => BTreeMap::new(),
        };
        let draws = own.draws();
        Box::new(Under {
            settings: self.clone(),
            environment,
            draws,
            values,
            steps: 0,
            error: None,
        })
    }

    fn shape(&self, acting: &Acting) -> String {
        format!("a table of {} actions", acting.space.actions)
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        vec![("learners/policy", policy::NUMERICS), ("learners/q-learning", NUMERICS)]
    }

    fn scope(&self, _: &Acting) -> LearnerScope {
        LearnerScope {
            architecture: "table of action values".to_string(),
            objective: "Q-learning".to_string(),
            parameters: 0,
        }
    }

    fn feedback(&self) -> Feedback {
        Feedback::Reward
    }

    fn check(&self, _: &Acting) -> Result<(), Unfit> {
        let wrong = |field: &'static str, why: String| Err(Unfit { field: vec![field], why });
        let shares = [
            ("learning_rate", self.learning_rate),
            ("discount", self.discount),
            ("explore_first", self.explore_first),
            ("explore_last", self.explore_last),
        ];
        for (field, share) in shares {
            if !(0.0..=1.0).contains(&share) {
                return wrong(field, format!("{field} is a number from 0 to 1, not {share}"));
            }
        }
        match self {
            QLearning { steps, .. } if !(1..=1_000_000_000).contains(steps) => {
                wrong("steps", format!("steps is from 1 to 1,000,000,000, not {steps}"))
            }
            QLearning { copies, .. } if !(1..=4096).contains(copies) => {
                wrong("copies", format!("copies is from 1 to 4,096, not {copies}"))
            }
            QLearning { first_value, .. } if !first_value.is_finite() => {
                wrong("first_value", format!("first_value is a number, not {first_value}"))
            }
            _ => Ok(()),
        }
    }
}

/// Training under way.
struct Under {
    settings: QLearning,
    environment: Box<dyn Environment>,
    draws: Draws,
    values: BTreeMap<Vec<u8>, Vec<f32>>,
    steps: u64,
    /// The mean distance between values and what the steps of the last update said.
    error: Option<f64>,
}

#[derive(Serialize, Deserialize)]
struct Saved {
    environment: Vec<u8>,
    place: u128,
    values: Vec<(Vec<u8>, Vec<f32>)>,
    steps: u64,
    error: Option<f64>,
}

impl Under {
    fn seen(&self) -> Vec<Vec<u8>> {
        let space = self.environment.space();
        let (observations, cues) = (self.environment.observations(), self.environment.cues());
        let copy = |copy: usize| {
            let cells = &observations[copy * space.cells()..][..space.cells()];
            packed(cells, &cues[copy * space.cues..][..space.cues])
        };
        (0..self.environment.copies()).map(copy).collect()
    }

    /// The share of actions that are drawn uniformly now.
    fn explored(&self) -> f64 {
        let QLearning { explore_first, explore_last, steps, .. } = self.settings;
        let gone = (self.steps as f64 / (0.5 * steps as f64)).min(1.0);
        explore_first + gone * (explore_last - explore_first)
    }
}

impl Training for Under {
    fn update(&mut self) -> Result<(), Diverged> {
        let actions_count = self.environment.space().actions;
        let first_value = self.settings.first_value as f32;
        let explored = self.explored();
        let seen = self.seen();
        let mut actions = Vec::with_capacity(seen.len());
        for seen in &seen {
            // Both are drawn always, so that what one copy draws does not move the next one's draws.
            let (explores, any) =
                (self.draws.uniform() < explored, self.draws.below(actions_count as u64));
            let tie = self.draws.bits();
            actions.push(match self.values.get(seen) {
                Some(values) if !explores => best(values, tie),
                _ => any as u8,
            });
        }
        self.environment.step(&actions, AtEnd::Stay);
        let next = self.seen();
        let mut errors = 0.0;
        for (copy, seen) in seen.into_iter().enumerate() {
            let later = match self.environment.ends()[copy] {
                End::Ended => 0.0,
                End::Going | End::TimedOut => self
                    .values
                    .get(&next[copy])
                    .map_or(first_value, |values| values.iter().copied().fold(f32::MIN, f32::max)),
            };
            let target = self.environment.rewards()[copy] + self.settings.discount as f32 * later;
            let values =
                self.values.entry(seen).or_insert_with(|| vec![first_value; actions_count]);
            let value = &mut values[usize::from(actions[copy])];
            let error = target - *value;
            *value += self.settings.learning_rate as f32 * error;
            errors += f64::from(error.abs());
        }
        self.environment.restart();
        self.steps += actions.len() as u64;
        let error = errors / actions.len() as f64;
        self.error = Some(error);
        match error.is_finite() {
            true => Ok(()),
            false => Err(Diverged {
                step: self.steps,
                cause: format!("values have left the finite numbers (error {error})"),
            }),
        }
    }

    fn steps(&self) -> u64 {
        self.steps
    }

    fn is_over(&self) -> bool {
        self.steps >= self.settings.steps
    }

    fn policy(&self) -> Policy {
        Policy::Table { values: self.values.clone(), actions: self.environment.space().actions }
    }

    fn path_length(&self) -> Option<f64> {
        None
    }

    fn loss(&self) -> Option<f64> {
        self.error
    }

    fn save(&self) -> Vec<u8> {
        let saved = Saved {
            environment: self.environment.save(),
            place: self.draws.place(),
            values: self.values.clone().into_iter().collect(),
            steps: self.steps,
            error: self.error,
        };
        serde_json::to_vec(&saved).expect("plain data")
    }

    fn restore(&mut self, saved: &[u8]) -> Result<(), String> {
        let saved: Saved = serde_json::from_slice(saved).map_err(|error| error.to_string())?;
        self.environment.restore(&saved.environment)?;
        self.draws.go_to(saved.place);
        self.values = saved.values.into_iter().collect();
        (self.steps, self.error) = (saved.steps, saved.error);
        Ok(())
    }
}

/// The action of the largest value; of equal ones by `tie`, a uniform number.
fn best(values: &[f32], tie: u64) -> u8 {
    let most = values.iter().copied().fold(f32::MIN, f32::max);
    let equal: Vec<usize> = (0..values.len()).filter(|&at| values[at] == most).collect();
    equal[(tie % equal.len() as u64) as usize] as u8
}
