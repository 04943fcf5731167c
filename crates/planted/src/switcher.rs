//! Somebody who pursues one goal where a cue has a value, and another where it has not.

use std::sync::Arc;

use mesascope_learners::Unfit;
use mesascope_tasks::{Acting, Actor};
use mesascope_worlds::grid::Arena;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::pursuer::Wants;
use crate::{Noise, Plants, goal};

/// Moves when it does other things.
pub const NUMERICS: u32 = 1;

/// Settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Switcher {
    /// The cue that it looks at, counted from 0 among those beside the grid. Default: 0.
    #[serde(default)]
    pub cue: usize,
    /// Its value, 0 or 1, on which `goal` is pursued. Default: 1.
    #[serde(default = "one")]
    pub at: u8,
    /// The goal pursued where the cue has that value.
    pub goal: String,
    /// The goal pursued where it has not.
    pub otherwise: String,
    /// The share of actions drawn uniformly instead, 0 to 1. Default: 0.
    #[serde(default)]
    pub noise: Noise,
}

fn one() -> u8 {
    1
}

impl Plants for Switcher {
    fn plant(&self, arena: Arc<dyn Arena>) -> Box<dyn Actor> {
        let goals = arena.goals();
        let wants = [&self.goal, &self.otherwise].map(|name| {
            let number = goals.iter().position(|goal| goal.name == *name);
            let number = number.expect("`check` refuses a goal that the world does not have");
            Wants::new(arena.clone(), number)
        });
        Box::new(Switching { wants, arena, cue: self.cue, at: self.at, noise: self.noise })
    }

    fn check(&self, acting: &Acting) -> Result<(), Unfit> {
        let cues = acting.space.cues;
        goal("goal", &self.goal, acting)?;
        goal("otherwise", &self.otherwise, acting)?;
        if self.cue >= cues {
            let why =
                format!("there is no cue {}: this world has {cues} beside its grid", self.cue);
            return Err(Unfit { field: vec!["cue"], why });
        }
        match self.at {
            0 | 1 => Ok(()),
            at => Err(Unfit { field: vec!["at"], why: format!("at is 0 or 1, not {at}") }),
        }
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        vec![("planted/pursuer", crate::pursuer::NUMERICS), ("planted/switcher", NUMERICS)]
    }

    fn words(&self) -> String {
        let Switcher { cue, at, goal, otherwise, .. } = self;
        format!("planted switch: {goal} where cue {cue} is {at}, else {otherwise}")
    }
}

struct Switching {
    /// Where the cue has the value, and where it has not.
    wants: [Wants; 2],
    arena: Arc<dyn Arena>,
    cue: usize,
    at: u8,
    noise: Noise,
}

impl Actor for Switching {
    fn act(&self, observations: &[u8], cues: &[u8], _: &mut [f32], probabilities: &mut [f32]) {
        let space = self.arena.space();
        for (copy, row) in probabilities.chunks_mut(space.actions).enumerate() {
            let cells = &observations[copy * space.cells()..][..space.cells()];
            let cues = &cues[copy * space.cues..][..space.cues];
            let which = usize::from(cues[self.cue] != self.at);
            self.noise.spread(self.wants[which].on(cells, cues), row);
        }
    }
}
