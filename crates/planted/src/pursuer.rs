//! Somebody who pursues a goal: every action is one of those that are optimal for it from what is
//! seen, equal ones alike, as if a whole episode lay before it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use mesascope_learners::Unfit;
use mesascope_tasks::{Acting, Actor};
use mesascope_worlds::grid::{Actions, Arena};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Noise, Plants, goal};

/// Moves when it does other things.
pub const NUMERICS: u32 = 1;

/// Settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pursuer {
    /// The goal, by the world's name.
    pub goal: String,
    /// The share of actions drawn uniformly instead, 0 to 1. Default: 0.
    #[serde(default)]
    pub noise: Noise,
}

impl Plants for Pursuer {
    fn plant(&self, arena: Arc<dyn Arena>) -> Box<dyn Actor> {
        let goals = arena.goals();
        let number = goals.iter().position(|goal| goal.name == self.goal);
        let number = number.expect("`check` refuses a goal that the world does not have");
        Box::new(Pursuing { wants: Wants::new(arena, number), noise: self.noise })
    }

    fn check(&self, acting: &Acting) -> Result<(), Unfit> {
        goal("goal", &self.goal, acting).map(|_| ())
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        vec![("planted/pursuer", NUMERICS)]
    }

    fn words(&self) -> String {
        format!("planted pursuit of {}", self.goal)
    }
}

/// What a goal wants on seeing something, worked out when first seen.
pub(crate) struct Wants {
    arena: Arc<dyn Arena>,
    goal: usize,
    known: Mutex<BTreeMap<Vec<u8>, Actions>>,
}

impl Wants {
    pub(crate) fn new(arena: Arc<dyn Arena>, goal: usize) -> Wants {
        Wants { arena, goal, known: Mutex::default() }
    }

    /// The optimal actions on seeing `cells` and `cues`. Nothing is wanted where the world cannot be
    /// told from what is seen.
    pub(crate) fn on(&self, cells: &[u8], cues: &[u8]) -> Actions {
        let seen = [cells, cues].concat();
        let mut known = self.known.lock().expect("nobody panics while looking");
        if let Some(&actions) = known.get(&seen) {
            return actions;
        }
        // All that can be seen from here on in this level is worked out at once.
        for (around, actions) in self.arena.around(cells, cues, self.goal) {
            known.entry(around).or_insert(actions);
        }
        *known.entry(seen).or_default()
    }
}

struct Pursuing {
    wants: Wants,
    noise: Noise,
}

impl Actor for Pursuing {
    fn act(&self, observations: &[u8], cues: &[u8], _: &mut [f32], probabilities: &mut [f32]) {
        let space = self.wants.arena.space();
        for (copy, row) in probabilities.chunks_mut(space.actions).enumerate() {
            let cells = &observations[copy * space.cells()..][..space.cells()];
            let cues = &cues[copy * space.cues..][..space.cues];
            self.noise.spread(self.wants.on(cells, cues), row);
        }
    }
}
