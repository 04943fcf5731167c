//! Claims, forecasts, ledger, judge and text report: from files alone, knowing no world, learner
//! or agent, and running nothing.

mod bands;
mod claim;
mod compared;
mod comparisons;
mod controls;
mod dispersed;
mod drawn;
mod explained;
mod figures;
mod forecast;
mod judge;
mod ledger;
mod papers;
mod recorded;
mod report;
mod rule;
mod scatter;
mod scores;
mod standing;
mod table;
mod verdict;

pub use claim::{Claim, Correction, Holds, Rule, Supports, Tier};
pub use comparisons::{Agreed, Compared};
pub use dispersed::{DispersedRow, Spread};
pub use drawn::{
    Agreement, Bin, Drawn, FigureData, Group, Line, Pair, Paired, Panel, Row, Shown, Tick,
};
pub use explained::{ExplainedRow, Shares};
pub use forecast::{Distribution, Expectation, Forecast, Known, Reading};
pub use judge::judge;
pub use ledger::{Entry, Ledger};
pub use papers::{Paper, Papers};
pub use recorded::{Earlier, Frozen, FrozenForecast, Recorded};
pub use report::{ReportFile, Style, claims_list, controls_text, files, replay_svg, report};
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
}
