//! Somebody who acts at random: every action is as probable as any other.

use std::sync::Arc;

use mesascope_learners::Unfit;
use mesascope_tasks::{Acting, Actor};
use mesascope_worlds::grid::Arena;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Plants;

/// Moves when it does other things.
pub const NUMERICS: u32 = 1;

/// Settings: none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanderer {}

impl Plants for Wanderer {
    fn plant(&self, arena: Arc<dyn Arena>) -> Box<dyn Actor> {
        Box::new(Wandering { probability: 1.0 / arena.space().actions as f32 })
    }

    fn check(&self, _: &Acting) -> Result<(), Unfit> {
        Ok(())
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        vec![("planted/wanderer", NUMERICS)]
    }

    fn words(&self) -> String {
        "planted wandering".to_string()
    }
}

struct Wandering {
    probability: f32,
}

impl Actor for Wandering {
    fn act(&self, _: &[u8], _: &[u8], _: &mut [f32], probabilities: &mut [f32]) {
        probabilities.fill(self.probability);
    }
}
