//! Returns.
//!
//! # Measures
//! What an agent's behaviour is worth for goals, beside the best that could be done.
//!
//! # Definition
//! For a goal g and a situation S, over `levels` levels l of S with horizon and discount as the world
//! states them: `v_gl` is the value of the agent's policy for g from the start of l, and `v*_gl` the
//! best possible. `return-G-in-S` is the mean of v_gl, `optimum-G-in-S` of v*_gl, and
//! `optimality-G-in-S` the first mean over the second. For an agent without memory and `exact` v_gl
//! is computed over every state that can be reached; otherwise it is the return of one episode.
//!
//! # Input
//! The agent's action probabilities in levels drawn by a seed of the instrument's own, the same for
//! every agent; the world's dynamics and exact solutions.
//!
//! # Unit and range
//! Reward of the goal, discounted: any number. `optimality` is 1 at best; it can be below 0 where
//! rewards can be, and is undetermined where the optimum is not above 0.
//!
//! # Uncertainty
//! Levels are the independent units: `return-G-in-S-error` is the standard error over levels. With
//! `exact` nothing is added to it by chance while playing. Undetermined where an exact value is asked
//! of an agent with memory.
//!
//! # Fooled by
//! - A level's difficulty: returns of different settings have different optima
//!   (`optimality_takes_the_levels_out`).
//! - Discount and horizon: a slow agent that gets there reads below a fast one.
//! - Worth is not wanting: a high return for a goal may be a by-product of pursuing another
//!   (`who_pursues_one_goal_may_earn_another`).
//!
//! # Reference
//! Sutton and Barto 2018, section 3.3 (returns) and 4.1 (policy evaluation).

use std::sync::Arc;

use mesascope_record::{Kind, Measurement, Quantity, Status, Value};
use mesascope_stats::Key;
use mesascope_tasks::{Acting, Actor};
use mesascope_worlds::grid::{Arena, Battery, Choice};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::MeasuresActors;
use crate::played::{self, Chosen, LevelCount};

/// Moves when the same behaviour comes to read otherwise.
pub const NUMERICS: u32 = 1;

/// Settings of the instrument.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Returns {
    /// The goals: at least one of the world's.
    pub goals: Vec<String>,
    /// The situations whose levels are played: at least one of the world's.
    pub situations: Vec<String>,
    /// Levels of each situation, 2 to 100,000. Default: 256.
    #[serde(default)]
    pub levels: LevelCount,
    /// Whether actions are drawn from the agent's probabilities (`sampled`) or the most probable is
    /// taken (`greedy`). Default: sampled.
    #[serde(default)]
    pub choice: Chosen,
    /// Whether values are computed (`exact`) or one episode a level is played (`played`). Default:
    /// played.
    #[serde(default)]
    pub by: By,
}

/// How a value is come by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// From one episode a level.
    #[default]
    Played,
    /// From the dynamics, over every state that can be reached.
    Exact,
}

impl Returns {
    /// What the agent is worth on every level, `[level][goal of the world]`.
    fn values(
        &self,
        actor: &dyn Actor,
        battery: &dyn Battery,
        seed: u64,
    ) -> Result<Vec<Vec<f64>>, String> {
        let choice = Choice::from(self.choice);
        match self.by {
            By::Played => {
                let episodes = battery.play(actor, choice, Key::from_seed(seed));
                Ok(episodes.into_iter().map(|episode| episode.returns).collect())
            }
            By::Exact => (0..battery.levels())
                .map(|level| battery.evaluate(level, actor, choice))
                .collect::<Option<_>>()
                .ok_or_else(|| {
                    "the agent remembers, or a level has too many states to list; exact values are \
                     of agents without memory on levels that can be listed; set \
                                by = \"played\""
                        .to_string()
                }),
        }
    }
}

impl MeasuresActors for Returns {
    fn measure(&self, actor: &dyn Actor, arena: &Arc<dyn Arena>) -> Vec<Measurement> {
        let goals = played::numbers(&self.goals, &played::goal_names(&**arena));
        let mut found = Vec::new();
        for (situation, name) in
            played::numbers(&self.situations, arena.situations()).into_iter().zip(&self.situations)
        {
            let [levels, choices] = played::seeds(situation);
            let battery = arena.battery(situation, self.levels.get(), levels);
            let values = self.values(actor, &*battery, choices);
            for (&goal, goal_name) in goals.iter().zip(&self.goals) {
                let best: Vec<f64> =
                    (0..battery.levels()).map(|level| battery.value(level, goal)).collect();
                let [optimum, _] = played::mean_and_error(&best, "levels");
                let [mean, error] = match &values {
                    Ok(values) => {
                        let of_goal: Vec<f64> = values.iter().map(|level| level[goal]).collect();
                        played::mean_and_error(&of_goal, "levels")
                    }
                    Err(because) => {
                        [(); 2].map(|()| Value::Undetermined { because: because.clone() })
                    }
                };
                let optimality = match (mean.as_number(), optimum.as_number()) {
                    (Some(mean), Some(optimum)) if optimum > 0.0 => Value::number(mean / optimum),
                    (Some(_), Some(optimum)) => Value::Undetermined {
                        because: format!("the best possible return is {optimum}, not above 0"),
                    },
                    _ => mean.clone(),
                };
                for (what, value) in
                    [("return", mean), ("optimum", optimum), ("optimality", optimality)]
                {
                    found.push((format!("{what}-{goal_name}-in-{name}"), value));
                }
                found.push((format!("return-{goal_name}-in-{name}-error"), error));
            }
        }
        played::measurements(found)
    }

    fn quantities(&self) -> Vec<Quantity> {
        let mut all = Vec::new();
        for name in &self.situations {
            for goal in &self.goals {
                let texts = [
                    ("return", "", format!("What behaviour in {name} is worth for {goal}.")),
                    ("optimum", "", format!("The best possible in {name} for {goal}.")),
                    ("optimality", "", format!("return-{goal}-in-{name} over the optimum.")),
                    ("return", "-error", "Standard error of the return over levels.".to_string()),
                ];
                all.extend(texts.map(|(what, end, about)| Quantity {
                    name: format!("{what}-{goal}-in-{name}{end}"),
                    kind: Kind::Number,
                    unit: match what {
                        "optimality" => "share of the optimum".to_string(),
                        _ => "discounted reward, mean over levels".to_string(),
                    },
                    about,
                }));
            }
        }
        all
    }

    fn check(&self, acting: &Acting) -> Result<(), String> {
        played::known("goals", "goal", &self.goals, &acting.feedback)?;
        played::known("situations", "situation", &self.situations, &acting.situations)
    }

    fn status(&self) -> Status {
        Status::Preliminary
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        vec![
            ("instruments/played", played::NUMERICS),
            ("instruments/returns", NUMERICS),
            ("worlds/grid", mesascope_worlds::grid::NUMERICS),
        ]
    }
}
