//! A learner of any substrate: what the rest of the laboratory calls.

use mesascope_stats::Key;
use mesascope_tasks::{Ground, Layout, Task};

use crate::acting::LearnsByActing;
use crate::{Diverged, Learner, LearnerScope, Learns, Trained, Unfit};

/// A training process, whatever it learns from.
pub trait AnyLearner {
    /// Trains one agent.
    fn learn(&self, task: &Task, key: Key) -> Result<Trained, Diverged>;

    /// The numerics versions of the files that compute the agent.
    fn numerics(&self) -> Vec<(&'static str, u32)>;

    /// Words for what trains and how, for the scope of a study.
    fn scope(&self, ground: &Ground) -> LearnerScope;

    /// As [`Learns::lighter`].
    fn lighter(&self) -> Option<(Learner, u64)>;

    /// The learner as one that acts, if it is one.
    fn by_acting(&self) -> Option<&dyn LearnsByActing> {
        None
    }

    /// The first thing wrong with these settings for such a world.
    fn check(&self, ground: &Ground) -> Result<(), Unfit>;
}

impl<L: Learns> AnyLearner for L {
    fn learn(&self, task: &Task, key: Key) -> Result<Trained, Diverged> {
        match task {
            Task::Rows(rows) => self.train(rows, key),
            Task::Acting(_) => unreachable!("`check` refuses a world without rows"),
        }
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        Learns::numerics(self)
    }

    fn scope(&self, ground: &Ground) -> LearnerScope {
        match ground {
            Ground::Rows(Layout { width, .. }) => Learns::scope(self, *width),
            Ground::Acting(_) => unreachable!("`check` refuses a world without rows"),
        }
    }

    fn lighter(&self) -> Option<(Learner, u64)> {
        Learns::lighter(self)
    }

    fn check(&self, ground: &Ground) -> Result<(), Unfit> {
        match ground {
            Ground::Rows(layout) => Learns::check(self, layout),
            Ground::Acting(_) => Err(Unfit::itself(
                "it learns from rows with labels, and this world is one to act in; \
                 learners that act are listed by `mesascope list learners`"
                    .to_string(),
            )),
        }
    }
}
