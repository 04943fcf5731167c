//! Learning by acting: what such a learner states, and how its training is driven.

use mesascope_stats::Key;
use mesascope_tasks::{Acting, Ask, Ground, Situations, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::any::AnyLearner;
use crate::policy::Policy;
use crate::{Agent, Diverged, Learner, LearnerScope, Trained, Unfit};

/// Moves when training is driven otherwise.
pub const NUMERICS: u32 = 1;

/// Settings of a learner that acts, or that imitates somebody who does.
pub trait LearnsByActing {
    /// Begins training in what is asked for, from a fresh policy, or from one that has the shape of
    /// [`LearnsByActing::shape`].
    fn begin(
        &self,
        situations: &dyn Situations,
        ask: &Ask,
        from: Option<Policy>,
        key: Key,
    ) -> Box<dyn Training>;

    /// What the policy is apart from its numbers, in words: phases hand a policy on only where this
    /// is the same.
    fn shape(&self, acting: &Acting) -> String;

    /// The numerics versions of the files that compute the policy.
    fn numerics(&self) -> Vec<(&'static str, u32)>;

    /// Words for what trains and how, for the scope of a study.
    fn scope(&self, acting: &Acting) -> LearnerScope;

    /// How it comes to what it does: what provenance is derived from.
    fn feedback(&self) -> Feedback;

    /// The first thing wrong with these settings for such a world.
    fn check(&self, acting: &Acting) -> Result<(), Unfit>;
}

/// By what a learner learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feedback {
    /// By reward for what it did.
    Reward,
    /// By being shown what to do.
    Demonstrations,
}

/// Training under way: it can be stopped after any update, saved, and continued with the same bits.
pub trait Training: Send {
    /// One update: what is gathered and learned from before the next.
    fn update(&mut self) -> Result<(), Diverged>;

    /// Steps of the world so far (of demonstrations: steps read).
    fn steps(&self) -> u64;

    /// Whether training is at its end.
    fn is_over(&self) -> bool;

    /// The policy as it is now.
    fn policy(&self) -> Policy;

    /// The length of the path of the policy's parameters so far; none without parameters.
    fn path_length(&self) -> Option<f64>;

    /// The loss of the last update, in the units of the learner; none before the first.
    fn loss(&self) -> Option<f64>;

    /// Everything that the next updates follow from.
    fn save(&self) -> Vec<u8>;

    /// Goes on from what [`Training::save`] gave, in training begun alike.
    fn restore(&mut self, saved: &[u8]) -> Result<(), String>;
}

/// Trains until the end, or until so many steps of the world have been taken.
pub(crate) fn drive(training: &mut dyn Training, until: Option<u64>) -> Result<(), Diverged> {
    while !training.is_over() && until.is_none_or(|until| training.steps() < until) {
        training.update()?;
    }
    Ok(())
}

/// What training has come to.
pub(crate) fn trained(training: &dyn Training) -> Trained {
    Trained {
        agent: Agent::Policy(training.policy()),
        steps: training.steps(),
        path_length: training.path_length(),
        loss: training.loss(),
        fitted: training.is_over(),
    }
}

/// A learner that acts, as an entry of the catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ByActing<L>(pub L);

impl<L: LearnsByActing> AnyLearner for ByActing<L> {
    fn learn(&self, task: &Task, key: Key) -> Result<Trained, Diverged> {
        let Task::Acting(situations) = task else {
            unreachable!("`check` refuses a world of rows")
        };
        let mut training = self.0.begin(&**situations, &Ask::default(), None, key);
        drive(&mut *training, None)?;
        Ok(trained(&*training))
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        [vec![("learners/acting", NUMERICS)], self.0.numerics()].concat()
    }

    fn scope(&self, ground: &Ground) -> LearnerScope {
        self.0.scope(acting(ground).expect("`check` refuses a world of rows"))
    }

    fn lighter(&self) -> Option<(Learner, u64)> {
        None
    }

    fn by_acting(&self) -> Option<&dyn LearnsByActing> {
        Some(&self.0)
    }

    fn check(&self, ground: &Ground) -> Result<(), Unfit> {
        self.0.check(acting(ground)?)
    }
}

/// The world as one to act in.
pub(crate) fn acting(ground: &Ground) -> Result<&Acting, Unfit> {
    match ground {
        Ground::Acting(acting) => Ok(acting),
        Ground::Rows(_) => Err(Unfit::itself(
            "it learns by acting, and this world is of rows with labels; worlds to act in are \
             listed by `mesascope list worlds`"
                .to_string(),
        )),
    }
}

/// Refuses a world that shows more than a network reads as a list of ones.
pub(crate) fn fits_lists_of_ones(acting: &Acting) -> Result<(), Unfit> {
    match acting.space.inputs() {
        0..=MOST_INPUTS => Ok(()),
        inputs => Err(Unfit::itself(format!(
            "it reads at most 65,536 cells and cues, and this world shows {inputs}"
        ))),
    }
}

/// What [`mesascope_nets::BitRows`] hold.
const MOST_INPUTS: usize = 1 << 16;
