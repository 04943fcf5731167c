//! Claims, forecasts, ledger, judge and text report: from files alone, knowing no world, learner
//! or agent, and running nothing.

mod bands;
mod claim;
mod compared;
mod controls;
mod forecast;
mod judge;
mod ledger;
mod papers;
mod report;
mod rule;
mod scores;
mod standing;
mod table;
mod verdict;

pub use claim::{Claim, Correction, Holds, Rule, Supports, Tier};
pub use forecast::{Distribution, Expectation, Forecast, Known, Reading};
pub use judge::judge;
pub use ledger::{Entry, Ledger};
pub use papers::{Paper, Papers};
pub use report::{Style, claims_list, controls_text, report};
pub use verdict::{
    CellRow, Conclusion, ControlResult, Findings, PositionScore, QuestionScore, RuleVerdict,
    Standing, Summary, Verdict,
};

/// What can go wrong while judging.
#[derive(Debug, thiserror::Error)]
pub enum VerdictError {
    /// A record file, or its absence.
    #[error(transparent)]
    Record(#[from] mesascope_record::RecordError),
    /// A mistake in a claim, forecast or ledger.
    #[error("{0}")]
    Mistake(#[from] mesascope_record::Mistake),
    /// Records that a verdict would need and that are not there.
    #[error(
        "{folder}: {count} of {of} trials have no whole record (first: {first}); `mesascope run` resumes"
    )]
    Incomplete {
        /// The run's folder.
        folder: String,
        /// How many.
        count: u64,
        /// Of how many.
        of: u64,
        /// The first.
        first: String,
    },
}
