//! Training processes. A learner is the struct read from the study file, and has one method; it
//! sees shown rows only, never a world, a goal or a free row.

mod agent;
pub mod supervised;
pub mod table;

use mesascope_stats::Key;
use mesascope_tasks::{Labelled, catalogue};

pub use agent::{AGENT_NUMERICS, Agent, AgentError};
pub use supervised::Supervised;
pub use table::Table;

catalogue! {
    /// Every learner. A learner is one file and one line here.
    Learner as Learns {
        /// Gradient descent on labelled rows.
        Supervised(Supervised) = "supervised",
        /// A lookup table that fills unseen rows with fair coins.
        Table(Table) = "table",
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
}

/// A trained agent and the counters of its training.
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

/// Training that left the finite numbers.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("training diverged at step {step}: {cause}; a smaller learning rate may help")]
pub struct Diverged {
    /// Updates made before.
    pub step: u64,
    /// What was seen.
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
        const HELPERS: [&str; 2] = ["lib", "agent"];
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
