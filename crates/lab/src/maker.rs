//! What makes an agent: a learner that trains it, or a hand that plants it.

use std::sync::Arc;

use mesascope_learners::{Agent, Learner, LearnerScope, Unfit};
use mesascope_planted::Planted;
use mesascope_stats::Key;
use mesascope_tasks::{Actor, Ground, Subject, Task};
use mesascope_worlds::Whole;
use mesascope_worlds::grid::Arena;
use serde_json::Value as Json;

/// What makes an agent. In a study both stand at `learner`, each kind by its name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Maker {
    /// Trains it.
    Learner(Learner),
    /// Puts it there.
    Planted(Planted),
}

/// An agent, as it is measured.
pub(crate) enum Made {
    /// Trained.
    Trained(Agent),
    /// Put there.
    Planted(Box<dyn Actor>),
}

impl Made {
    pub(crate) fn subject(&self) -> Subject<'_> {
        match self {
            Made::Trained(agent) => agent.subject(),
            Made::Planted(actor) => Subject::Actor(&**actor),
        }
    }
}

impl Maker {
    /// The names of all kinds, those that train first.
    pub(crate) fn names() -> Vec<&'static str> {
        [Learner::NAMES, Planted::NAMES].concat()
    }

    /// Whether a kind of this name is put there and not trained.
    pub(crate) fn plants(name: &str) -> bool {
        Planted::NAMES.contains(&name)
    }

    /// The maker that a plan wrote down.
    pub(crate) fn from_plan(settings: &Json) -> Result<Maker, String> {
        let kind = settings.as_object().and_then(|kinds| kinds.keys().next());
        match kind.is_some_and(|kind| Maker::plants(kind)) {
            true => serde_json::from_value(settings.clone()).map(Maker::Planted),
            false => serde_json::from_value(settings.clone()).map(Maker::Learner),
        }
        .map_err(|error| error.to_string())
    }

    /// Its settings as a plan writes them down.
    pub(crate) fn to_plan(&self) -> Json {
        match self {
            Maker::Learner(learner) => serde_json::to_value(learner),
            Maker::Planted(planted) => serde_json::to_value(planted),
        }
        .expect("plain data")
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Maker::Learner(learner) => learner.name(),
            Maker::Planted(planted) => planted.name(),
        }
    }

    pub(crate) fn check(&self, ground: &Ground) -> Result<(), Unfit> {
        match (self, ground) {
            (Maker::Learner(learner), _) => learner.face().check(ground),
            (Maker::Planted(planted), Ground::Acting(acting)) => planted.face().check(acting),
            (Maker::Planted(planted), Ground::Rows(_)) => Err(Unfit {
                field: vec![],
                why: format!(
                    "{} is an agent that acts, and this world is of rows with labels; worlds to \
                     act in are listed by `mesascope list worlds`",
                    planted.name()
                ),
            }),
        }
    }

    pub(crate) fn numerics(&self) -> Vec<(&'static str, u32)> {
        match self {
            Maker::Learner(learner) => learner.face().numerics(),
            Maker::Planted(planted) => planted.face().numerics(),
        }
    }

    pub(crate) fn scope(&self, ground: &Ground) -> LearnerScope {
        match self {
            Maker::Learner(learner) => learner.face().scope(ground),
            Maker::Planted(planted) => LearnerScope {
                architecture: "none, planted".to_string(),
                objective: planted.face().words(),
                parameters: 0,
            },
        }
    }

    /// The planted agent of a world; none where agents are trained.
    pub(crate) fn plant(&self, whole: &Whole) -> Option<Box<dyn Actor>> {
        match (self, whole) {
            (Maker::Planted(planted), Whole::Grid(arena)) => {
                let arena: Arc<dyn Arena> = arena.clone();
                Some(planted.face().plant(arena))
            }
            _ => None,
        }
    }

    /// Trains one agent. Panics for what is planted.
    pub(crate) fn learn(
        &self,
        task: &Task,
        key: Key,
    ) -> Result<mesascope_learners::Trained, mesascope_learners::Diverged> {
        match self {
            Maker::Learner(learner) => learner.face().learn(task, key),
            Maker::Planted(_) => unreachable!("what is planted is not trained"),
        }
    }

    /// As [`mesascope_learners::AnyLearner::lighter`].
    pub(crate) fn lighter(&self) -> Option<(Maker, u64)> {
        match self {
            Maker::Learner(learner) => {
                learner.face().lighter().map(|(learner, times)| (Maker::Learner(learner), times))
            }
            Maker::Planted(_) => None,
        }
    }
}
