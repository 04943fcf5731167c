//! Study, plan, run: wires worlds, learners and instruments together, and hands everything on as
//! files.

mod again;
mod analyses;
mod asked;
mod cells;
mod estimate;
mod figures;
mod file;
mod maker;
mod plan;
mod replay;
mod run;
mod study;
mod trial;

pub use again::run_again;
pub use estimate::{Estimate, estimate};

pub use replay::{first_situation, replays};
pub use run::{Job, Stages, Summary, run};
pub use study::{Study, edit};

/// What can go wrong while training and measuring.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// A file could not be read or written, or is not what it should be.
    #[error(transparent)]
    Record(#[from] mesascope_record::RecordError),
    /// A plan that this version of mesascope cannot run.
    #[error("plan.json: cell {cell:?}: {why}; `mesascope plan` writes it anew")]
    Plan {
        /// The cell.
        cell: String,
        /// What is wrong.
        why: String,
    },
    /// What an earlier stage should have left is not there.
    #[error("{what}; `mesascope {stage}` makes them")]
    Incomplete {
        /// What is missing and where.
        what: String,
        /// The stage that makes it.
        stage: &'static str,
    },
}
