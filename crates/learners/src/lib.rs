//! Training processes. A learner is the struct read from the study file, and has one method; it
//! sees shown rows only, never a world, a goal or a free row.

pub mod acting;
#[cfg(test)]
mod acting_laws;
mod advantages;
mod agent;
mod any;
pub mod completions;
pub mod dqn;
pub mod ensemble;
pub mod evolution;
pub mod guess_and_check;
mod head;
pub mod imitation;
mod kernel;
pub mod layered_machines;
mod learned;
pub mod max_margin;
pub mod phases;
mod policy;
mod policy_loss;
mod policy_network;
pub mod ppo;
pub mod prior;
pub mod programs;
pub mod q_learning;
mod ranges;
pub mod reinforce;
mod replay;
mod rollout;
mod saved;
mod seen;
#[cfg(test)]
#[path = "../tests/small/mod.rs"]
#[allow(dead_code, unused_imports, reason = "each of those who share them uses a part")]
mod small;
mod stop;
mod strategies;
pub mod supervised;
pub mod table;
mod tally;
#[cfg(test)]
mod two_steps;
mod weights;

use mesascope_stats::Key;
use mesascope_tasks::{Labelled, Layout, catalogue};

pub use acting::{ByActing, Feedback, LearnsByActing, Training};
pub use agent::{AGENT_NUMERICS, Agent, AgentError};
pub use any::AnyLearner;
pub use completions::Completions;
pub use dqn::Dqn;
pub use ensemble::Ensemble;
pub use evolution::Evolution;
pub use guess_and_check::GuessAndCheck;
pub use imitation::Imitation;
pub use kernel::{Kernel, KernelMachine, Layers};
pub use layered_machines::LayeredMachines;
pub use max_margin::MaxMargin;
pub use phases::{Fed, Phase, Phases, Until};
pub use policy::{Outputs, Policy, Recurrent};
pub use policy_network::{PolicyGru, PolicyNetwork};
pub use ppo::Ppo;
pub use prior::Prior;
pub use programs::Programs;
pub use q_learning::QLearning;
pub use reinforce::{Baseline, Reinforce};
pub use stop::{LossBin, Starts, Stop, normalised_loss};
pub use strategies::Fitness;
pub use supervised::Supervised;
pub use table::Table;
pub use tally::{DrawCount, FitCount, MostFunctions, TruthTable};

catalogue! {
    /// Every learner. A learner is one file and one line here.
    Learner as AnyLearner {
        /// Gradient descent on labelled rows.
        Supervised(Supervised) = "supervised",
        /// A lookup table that fills unseen rows with fair coins.
        Table(Table) = "table",
        /// Random networks that nobody trains, counted by the function they compute.
        Prior(Prior) = "prior",
        /// Many agents trained on the same rows, counted by the function they compute.
        Ensemble(Ensemble) = "ensemble",
        /// Random layered Boolean machines, counted by the function they compute.
        LayeredMachines(LayeredMachines) = "layered-machines",
        /// The function of a kernel that fits the shown rows with the largest margin.
        MaxMargin(MaxMargin) = "max-margin",
        /// Fresh networks, drawn until one fits the shown rows.
        GuessAndCheck(GuessAndCheck) = "guess-and-check",
        /// Random changes of a network, kept by how well they fit the shown rows.
        Evolution(Evolution) = "evolution",
        /// The exact posterior of the cheapest programs, as Solomonoff's induction has it.
        Programs(Programs) = "programs",
        /// The exact posterior over completions under a measure of complexity.
        Completions(Completions) = "completions",
        /// What every action is worth on seeing this, learned from steps.
        QLearning(ByActing<QLearning>) = "q-learning",
        /// Steps of many copies, and several passes over them that keep the policy near itself.
        Ppo(ByActing<Ppo>) = "ppo",
        /// Whole episodes, and what was done made likelier by what they went on to give.
        Reinforce(ByActing<Reinforce>) = "reinforce",
        /// A network that values actions, learned from steps kept in a replay buffer.
        Dqn(ByActing<Dqn>) = "dqn",
        /// A network that learns to do what somebody did who was shown.
        Imitation(ByActing<Imitation>) = "imitation",
        /// One learner that acts after another on the same policy.
        Phases(Phases) = "phases",
    }
}

/// A training process.
pub trait Learns {
    /// Trains one agent on the shown rows.
    fn train(&self, task: &Labelled, key: Key) -> Result<Trained, Diverged>;

    /// The numerics versions of the files that compute the agent.
    fn numerics(&self) -> Vec<(&'static str, u32)>;

    /// Words for what trains and how, for the scope of a study.
    fn scope(&self, inputs: usize) -> LearnerScope;

    /// For a trial of many like steps: the same learner with fewer of them, and how many times as much
    /// there is in a whole trial. By it the cost of a run is estimated without running a trial.
    fn lighter(&self) -> Option<(Learner, u64)> {
        None
    }

    /// The first thing wrong with these settings for a world of that layout.
    fn check(&self, layout: &Layout) -> Result<(), Unfit> {
        shows_rows(layout)
    }
}

/// Refuses a world that shows nothing.
pub(crate) fn shows_rows(layout: &Layout) -> Result<(), Unfit> {
    match layout.shown {
        0 => Err(Unfit::itself(
            "the world shows 0 rows, and this learner learns from rows: show at least 1"
                .to_string(),
        )),
        _ => Ok(()),
    }
}

/// Settings that do not fit the world: which field is at fault, and why.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{why}")]
pub struct Unfit {
    /// The path of the field below the learner's table; empty for the learner itself.
    pub field: Vec<&'static str>,
    /// What was found and what would be right.
    pub why: String,
}

impl Unfit {
    /// Nothing wrong with a setting: the learner itself is not for such rows.
    pub(crate) fn itself(why: String) -> Unfit {
        Unfit { field: vec![], why }
    }
}

/// A trained agent (or a block of draws) and the counters of its training.
#[derive(Clone, Debug, PartialEq)]
pub struct Trained {
    /// The agent, frozen.
    pub agent: Agent,
    /// Updates made.
    pub steps: u64,
    /// Length of the path of the parameters, the sum of the Euclidean lengths of all updates.
    /// Absent for a learner without parameters.
    pub path_length: Option<f64>,
    /// The final loss on the shown rows, in nats a row. Absent for a learner without a loss.
    pub loss: Option<f64>,
    /// Whether training ended by its stopping rule, and did not run out of steps.
    pub fitted: bool,
}

/// Training that left the finite numbers, or whose demands have no solution that is finite.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("training diverged at step {step}: {cause}")]
pub struct Diverged {
    /// Updates made before.
    pub step: u64,
    /// What was seen, and what may help.
    pub cause: String,
}

/// Words for what trains and how.
#[derive(Clone, Debug, PartialEq)]
pub struct LearnerScope {
    /// Such as `multi-layer perceptron 40x40 relu`.
    pub architecture: String,
    /// Such as `supervised learning to the first fit`.
    pub objective: String,
    /// Trained numbers.
    pub parameters: usize,
}

#[cfg(test)]
mod tests {
    use super::Learner;

    #[test]
    fn every_learner_has_a_file_of_its_name_and_every_file_is_in_the_list() {
        const HELPERS: [&str; 22] = [
            "lib",
            "acting",
            "acting-laws",
            "advantages",
            "agent",
            "any",
            "head",
            "kernel",
            "learned",
            "policy",
            "policy-loss",
            "policy-network",
            "ranges",
            "replay",
            "rollout",
            "saved",
            "seen",
            "stop",
            "strategies",
            "tally",
            "two-steps",
            "weights",
        ];
        assert!(!Learner::NAMES.is_empty(), "the catalogue is empty");
        let folder = format!("{}/src", env!("CARGO_MANIFEST_DIR"));
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| {
                file.unwrap().path().file_stem().unwrap().to_string_lossy().replace('_', "-")
            })
            .filter(|stem| !HELPERS.contains(&stem.as_str()))
            .collect();
        files.sort();
        let mut names = Learner::NAMES.to_vec();
        names.sort();
        assert_eq!(files, names, "files of the folder (left) and lines of the list (right) differ");
    }
}
