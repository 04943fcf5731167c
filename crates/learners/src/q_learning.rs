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
pub(crate) fn best(values: &[f32], tie: u64) -> u8 {
    let most = values.iter().copied().fold(f32::MIN, f32::max);
    let equal: Vec<usize> = (0..values.len()).filter(|&at| values[at] == most).collect();
    equal[(tie % equal.len() as u64) as usize] as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::small::{Scripted, Told, TwoStep};

    fn told(before: usize, reward: f32, end: End, after: usize) -> Told {
        Told { before, reward, end, after }
    }

    /// A learner without exploration, with numbers that binary fractions hold exactly.
    fn learner(copies: usize) -> QLearning {
        QLearning {
            steps: 100,
            copies,
            learning_rate: 0.5,
            discount: 0.5,
            explore_first: 0.0,
            explore_last: 0.0,
            first_value: 0.0,
        }
    }

    /// What is seen at a place of two.
    fn at(place: usize) -> Vec<u8> {
        vec![1 << place]
    }

    /// What a table of two places comes to, with what was done and the last error.
    fn after(
        learner: &QLearning,
        from: [[f32; 2]; 2],
        script: Vec<Vec<Told>>,
    ) -> ([[f32; 2]; 2], Vec<Vec<u8>>, f64) {
        let world = Scripted::new(2, 2, script);
        let values = (0..2).map(|place| (at(place), from[place].to_vec())).collect();
        let policy = Policy::Table { values, actions: 2 };
        let mut training = learner.begin(&world, &Ask::default(), Some(policy), Key::from_seed(1));
        world.told.iter().for_each(|_| training.update().unwrap());
        let Policy::Table { values, .. } = training.policy() else { panic!("it is a table") };
        let row = |place: usize| values[&at(place)].clone().try_into().unwrap();
        let done = world.done.lock().unwrap().clone();
        ([row(0), row(1)], done, training.loss().unwrap())
    }

    #[test]
    fn updates_are_those_worked_out_by_hand() {
        let script = vec![
            vec![told(0, 1.0, End::Going, 1)],
            vec![told(1, 3.0, End::Going, 0)],
            vec![told(0, 0.0, End::Going, 0)],
        ];
        let (values, done, error) = after(&learner(1), [[0.0, 1.0], [2.0, 0.0]], script);
        assert_eq!(done, [[1], [0], [1]], "the larger value is acted on");
        // 1 + (1 + 2 / 2 - 1) / 2 = 1.5; then 2 + (3 + 1.5 / 2 - 2) / 2 = 2.875;
        // then 1.5 + (0 + 1.5 / 2 - 1.5) / 2 = 1.125.
        assert_eq!(values, [[0.0, 1.125], [2.875, 0.0]]);
        assert_eq!(error, 0.75, "the distance to what the last step said");
    }

    #[test]
    fn what_follows_a_time_out_is_valued_and_what_follows_an_end_is_not() {
        let one = |end: End| {
            let script = vec![vec![told(0, 1.0, end, 1)]];
            after(&learner(1), [[0.0, 1.0], [8.0, 0.0]], script).0[0][1]
        };
        assert_eq!(one(End::Ended), 1.0, "1 + (1 - 1) / 2");
        assert_eq!(one(End::TimedOut), 3.0, "1 + (1 + 8 / 2 - 1) / 2");
        assert_eq!(one(End::Going), 3.0, "as a step that does not end");
    }

    #[test]
    fn copies_are_learned_from_one_after_another() {
        let step = |reward| told(0, reward, End::Ended, 0);
        let script = vec![vec![step(1.0), step(2.0)]];
        let (values, done, _) = after(&learner(2), [[1.0, 0.0], [0.0, 0.0]], script);
        assert_eq!(done, [[0, 0]]);
        // 1 + (1 - 1) / 2 = 1, then 1 + (2 - 1) / 2; the other order comes to 1.25.
        assert_eq!(values[0], [1.5, 0.0]);
    }

    #[test]
    fn a_place_never_seen_is_worth_the_first_value() {
        let world = Scripted::new(2, 2, vec![vec![told(0, 1.0, End::Going, 1)]]);
        let learner = QLearning { first_value: 4.0, ..learner(1) };
        let mut training = learner.begin(&world, &Ask::default(), None, Key::from_seed(1));
        training.update().unwrap();
        let Policy::Table { values, .. } = training.policy() else { panic!("it is a table") };
        let action = usize::from(world.done.lock().unwrap()[0][0]);
        // 4 + (1 + 4 / 2 - 4) / 2 for what was done, and as before for what was not.
        assert_eq!((values[&at(0)][action], values[&at(0)][1 - action]), (3.5, 4.0));
        assert!(!values.contains_key(&at(1)), "what was only looked at is not listed");
    }

    #[test]
    fn of_equal_values_each_is_chosen_and_smaller_ones_never() {
        assert_eq!([0, 1, 2, 3].map(|tie| best(&[1.0, 0.5, 1.0, 0.0], tie)), [0, 2, 0, 2]);
        assert_eq!(best(&[-1.0, -0.5], 7), 1, "below 0 as well");
        let script = vec![vec![told(0, 0.0, End::Going, 0)]; 64];
        let (_, done, _) = after(&learner(1), [[0.0; 2]; 2], script);
        let ones: usize = done.concat().iter().map(|&action| usize::from(action)).sum();
        // Of 64 fair coins; 12 or fewer on a side has probability 5e-7.
        assert!((13..=51).contains(&ones), "{ones} of 64");
    }

    #[test]
    fn exploration_falls_linearly_to_its_last_share_at_half_of_training() {
        let learner = QLearning { explore_first: 1.0, explore_last: 0.5, ..learner(1) };
        let share = |steps: u64| {
            let environment = TwoStep.environment(&Ask::default(), 1, Key::from_seed(1));
            let draws = Key::from_seed(1).draws();
            let (settings, values) = (learner.clone(), BTreeMap::new());
            Under { settings, environment, draws, values, steps, error: None }.explored()
        };
        assert_eq!([0, 25, 50, 75, 100].map(share), [1.0, 0.75, 0.5, 0.5, 0.5]);
    }

    #[test]
    fn values_beyond_the_finite_numbers_are_divergence_at_a_step() {
        let script = vec![vec![told(0, f32::MAX, End::Ended, 0)]; 3];
        let world = Scripted::new(2, 2, script);
        let from = Policy::Table { values: [(at(0), vec![f32::MIN, f32::MIN])].into(), actions: 2 };
        let learner = learner(1);
        let mut training = learner.begin(&world, &Ask::default(), Some(from), Key::from_seed(1));
        let diverged = training.update().unwrap_err();
        assert_eq!(diverged.step, 1);
        assert!(diverged.cause.contains("finite"), "{diverged}");
    }

    #[test]
    fn a_setting_out_of_range_is_named_with_its_range() {
        let right = learner(1);
        assert_eq!(right.check(&TwoStep::acting()), Ok(()));
        let with = |change: fn(&mut QLearning)| {
            let mut settings = right.clone();
            change(&mut settings);
            settings
        };
        let cases = [
            (with(|it| it.steps = 0), "steps", "1 to 1,000,000,000"),
            (with(|it| it.copies = 0), "copies", "1 to 4,096"),
            (with(|it| it.learning_rate = 1.5), "learning_rate", "0 to 1, not 1.5"),
            (with(|it| it.discount = f64::NAN), "discount", "0 to 1"),
            (with(|it| it.explore_first = -0.1), "explore_first", "0 to 1"),
            (with(|it| it.explore_last = 2.0), "explore_last", "0 to 1"),
            (with(|it| it.first_value = f64::INFINITY), "first_value", "a number"),
        ];
        for (settings, field, range) in cases {
            let unfit = settings.check(&TwoStep::acting()).unwrap_err();
            assert_eq!(unfit.field, [field]);
            assert!(unfit.why.contains(range), "{field}: {unfit}");
        }
    }
}
