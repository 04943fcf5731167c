//! Somebody who repeats the same actions, whatever is seen.

use std::sync::Arc;

use mesascope_learners::Unfit;
use mesascope_tasks::{Acting, Actor};
use mesascope_worlds::grid::{Actions, Arena};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Noise, Plants};

/// Moves when it does other things.
pub const NUMERICS: u32 = 1;

/// Settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Habit {
    /// The actions, by number, taken one after another from an episode's beginning and then again:
    /// at least one.
    pub actions: Vec<u8>,
    /// The share of actions drawn uniformly instead, 0 to 1. Default: 0.
    #[serde(default)]
    pub noise: Noise,
}

impl Plants for Habit {
    fn plant(&self, arena: Arc<dyn Arena>) -> Box<dyn Actor> {
        Box::new(Repeating { habit: self.clone(), count: arena.space().actions })
    }

    fn check(&self, acting: &Acting) -> Result<(), Unfit> {
        let wrong = |why: String| Err(Unfit { field: vec!["actions"], why });
        let count = acting.space.actions;
        match self.actions.iter().find(|&&action| usize::from(action) >= count) {
            _ if self.actions.is_empty() => wrong("a habit has at least one action".to_string()),
            Some(action) => {
                wrong(format!("there is no action {action}: this world has 0 to {}", count - 1))
            }
            None => Ok(()),
        }
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        vec![("planted/habit", NUMERICS)]
    }

    fn words(&self) -> String {
        format!("planted habit of {} actions", self.actions.len())
    }
}

struct Repeating {
    habit: Habit,
    count: usize,
}

impl Actor for Repeating {
    /// How far it has come.
    fn memory(&self) -> usize {
        1
    }

    fn act(&self, _: &[u8], _: &[u8], memory: &mut [f32], probabilities: &mut [f32]) {
        let actions = &self.habit.actions;
        for (row, at) in probabilities.chunks_mut(self.count).zip(memory) {
            let action = actions[*at as usize];
            self.habit.noise.spread(Actions::default().and(action), row);
            *at = ((*at as usize + 1) % actions.len()) as f32;
        }
    }
}
