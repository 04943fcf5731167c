//! Phases: one learner after another on the same policy, each in situations and with feedback of its
//! own. A checkpoint is the agent that training until then leaves.

use mesascope_stats::Key;
use mesascope_tasks::{Acting, Ask, Ground, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::acting::{self, Feedback, LearnsByActing, drive, trained};
use crate::any::AnyLearner;
use crate::{Diverged, Learner, LearnerScope, Trained, Unfit};

/// Moves when phases hand a policy on otherwise.
pub const NUMERICS: u32 = 1;

/// Settings of the learner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Phases {
    /// The phases, in order: at least one.
    pub list: Vec<Phase>,
    /// Where training is broken off, so that the agent is the checkpoint taken there. Default: at
    /// the end of the last phase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Until>,
}

/// One phase.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// The situations that it trains in, by the world's name. Default: the world's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub situation: Option<String>,
    /// The goal whose reward is fed back, or whose pursuit is demonstrated. Default: the world's base
    /// objective.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback: Option<String>,
    /// What trains, such as `{ ppo = { ... } }`: a learner that acts.
    pub learner: Box<Learner>,
}

/// A place in training.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Until {
    /// The phase, from 1.
    pub phase: usize,
    /// Steps of the world in that phase: training ends with the first update that reaches so many.
    pub steps: u64,
}

/// What a phase feeds back, for provenance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fed {
    /// The situations.
    pub situation: String,
    /// The goal.
    pub goal: String,
    /// How.
    pub by: Feedback,
}

impl Phase {
    fn ask(&self) -> Ask {
        Ask { situation: self.situation.clone(), feedback: self.feedback.clone() }
    }

    fn learner(&self) -> &dyn LearnsByActing {
        self.learner.face().by_acting().expect("`check` refuses learners that do not act")
    }
}

impl Phases {
    /// What every phase feeds back, in order.
    pub fn fed(&self, acting: &Acting) -> Vec<Fed> {
        let own = |named: &Option<String>, list: &[String]| match named {
            Some(name) => name.clone(),
            None => list[0].clone(),
        };
        let fed = |phase: &Phase| Fed {
            situation: own(&phase.situation, &acting.situations),
            goal: own(&phase.feedback, &acting.feedback),
            by: phase.learner().feedback(),
        };
        self.list.iter().map(fed).collect()
    }
}

impl AnyLearner for Phases {
    fn learn(&self, task: &Task, key: Key) -> Result<Trained, Diverged> {
        let Task::Acting(situations) = task else {
            unreachable!("`check` refuses a world of rows")
        };
        let mut rest = key;
        let mut so_far: Option<Trained> = None;
        for (at, phase) in self.list.iter().enumerate() {
            // A phase's key does not depend on how many follow.
            let [own, next] = rest.split();
            rest = next;
            let from = so_far.as_ref().and_then(|trained| trained.agent.policy().cloned());
            let mut training = phase.learner().begin(&**situations, &phase.ask(), from, own);
            let until = self.until.filter(|until| until.phase == at + 1);
            let before = so_far.as_ref().map_or(0, |trained| trained.steps);
            drive(&mut *training, until.map(|until| until.steps)).map_err(|diverged| Diverged {
                step: before + diverged.step,
                cause: format!("phase {}: {}", at + 1, diverged.cause),
            })?;
            let mut now = trained(&*training);
            if let Some(before) = so_far {
                now.steps += before.steps;
                now.path_length = now.path_length.zip(before.path_length).map(|(a, b)| a + b);
            }
            // A checkpoint is what was asked for, and so is not unfinished.
            now.fitted |= until.is_some();
            so_far = Some(now);
            if until.is_some() {
                break;
            }
        }
        Ok(so_far.expect("`check` refuses an empty list"))
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        let mut files: Vec<(&'static str, u32)> =
            self.list.iter().flat_map(|phase| phase.learner.face().numerics()).collect();
        files.push(("learners/phases", NUMERICS));
        files.sort();
        files.dedup();
        files
    }

    fn scope(&self, ground: &Ground) -> LearnerScope {
        let each: Vec<LearnerScope> =
            self.list.iter().map(|phase| phase.learner.face().scope(ground)).collect();
        let words = each.iter().map(|scope| scope.objective.clone()).collect::<Vec<_>>();
        let last = each.into_iter().next_back().expect("`check` refuses an empty list");
        LearnerScope { objective: words.join(", then "), ..last }
    }

    fn lighter(&self) -> Option<(Learner, u64)> {
        None
    }

    fn check(&self, ground: &Ground) -> Result<(), Unfit> {
        let wrong = |field: &'static str, why: String| Err(Unfit { field: vec![field], why });
        let acting = acting::acting(ground)?;
        let Some(first) = self.list.first() else {
            return wrong("list", "there is no phase; list at least one".to_string());
        };
        for (at, phase) in self.list.iter().enumerate() {
            let number = at + 1;
            let known = |what: &str, name: &Option<String>, list: &[String]| match name {
                Some(name) if !list.contains(name) => Err(Unfit {
                    field: vec!["list"],
                    why: format!(
                        "phase {number}: there is no {what} {name:?} in this world: {}",
                        list.join(", ")
                    ),
                }),
                _ => Ok(()),
            };
            known("situation", &phase.situation, &acting.situations)?;
            known("goal", &phase.feedback, &acting.feedback)?;
            let Some(learner) = phase.learner.face().by_acting() else {
                let name = phase.learner.name();
                return wrong(
                    "list",
                    format!("phase {number}: {name} does not act; a phase has a learner that does"),
                );
            };
            learner.check(acting).map_err(|unfit| Unfit {
                field: vec!["list"],
                why: format!("phase {number}: {}", unfit.why),
            })?;
            let (here, there) = (learner.shape(acting), first.learner().shape(acting));
            if here != there {
                return wrong(
                    "list",
                    format!(
                        "phase {number} trains {here} and phase 1 {there}: a policy is handed on \
                         as it is"
                    ),
                );
            }
        }
        match self.until {
            Some(Until { phase, .. }) if !(1..=self.list.len()).contains(&phase) => {
                let last = self.list.len();
                wrong("until", format!("there is no phase {phase}; phases are 1 to {last}"))
            }
            _ => Ok(()),
        }
    }
}
