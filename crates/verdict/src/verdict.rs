//! The verdict on a study, as the file that `judge` writes and `report` reads.

use std::collections::BTreeMap;
use std::path::Path;

use mesascope_record::{ControlKind, Namespace, RecordError, Scope, read_sealed, write_sealed};
use mesascope_stats::Estimate;
use serde::{Deserialize, Serialize};

use crate::comparisons::Compared;
use crate::dispersed::DispersedRow;
use crate::drawn::FigureData;
use crate::explained::ExplainedRow;

/// What a study's records say, controls first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// The version of this layout.
    pub schema: u32,
    /// The study.
    pub study: String,
    /// Its question.
    pub question: String,
    /// The preset whose records were judged.
    pub preset: Namespace,
    /// The hash of the plan.
    pub plan: String,
    /// The hash of the study as `register` locks it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub study_hash: String,
    /// Edits made on the command line, as `path=value`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<String>,
    /// What the evidence is about.
    pub scope: Scope,
    /// Whether the study bears on no claim: it calibrates.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub moves_no_claim: bool,
    /// Whether the run was registered beforehand.
    pub standing: Standing,
    /// The newest entry of the ledger, if any.
    pub ledger: Option<String>,
    /// Trials judged, the controls' among them.
    pub trials: u64,
    /// Trials that failed, with the first reason.
    pub failed: u64,
    /// The first failure's cell, seed and reason.
    pub first_failure: Option<String>,
    /// Agents of the study's own cells whose training did not meet its stopping rule.
    pub unfitted: u64,
    /// Agents of the study's own cells.
    pub agents: u64,
    /// Forecasts and rules that were registered and are gone.
    pub withdrawn: Vec<String>,
    /// The controls.
    pub controls: Vec<ControlResult>,
    /// Everything else; absent where a control failed.
    pub findings: Option<Findings>,
}

/// Whether something was laid down before the first confirmatory record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Standing {
    /// It was, before the records at hand, and has not been changed since.
    Registered {
        /// The entry of the ledger, from 0.
        entry: u64,
        /// The entry's hash: compare it with the one that was published.
        hash: String,
        /// Whether an earlier entry said otherwise.
        revised: bool,
    },
    /// It was not, and why.
    Exploratory {
        /// The reason.
        because: String,
    },
}

/// How a control came out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControlResult {
    /// Its name.
    pub name: String,
    /// Its sort.
    pub kind: ControlKind,
    /// Whether it holds.
    pub holds: bool,
    /// What was found, with numbers.
    pub found: String,
    /// What must hold.
    pub must: String,
}

/// What may be shown once the controls hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Findings {
    /// Every quantity of every cell.
    pub cells: Vec<CellRow>,
    /// The forecasts' scores, question by question.
    pub questions: Vec<QuestionScore>,
    /// Bits over all questions; absent where two questions share agents.
    pub totals: Option<BTreeMap<String, f64>>,
    /// The verdict by every rule.
    pub verdicts: Vec<RuleVerdict>,
    /// Instruments that are still preliminary.
    pub preliminary: Vec<String>,
    /// Pairs of cells compared outcome by outcome.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comparisons: Vec<Compared>,
    /// How much of the variance each factor explains.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub explained: Vec<ExplainedRow>,
    /// Whether agents of a cell differ by more than chance.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dispersed: Vec<DispersedRow>,
    /// The figures, that of the first screen first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<FigureData>,
}

/// One quantity of one cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellRow {
    /// The cell.
    pub cell: String,
    /// Its factors.
    pub factors: BTreeMap<String, String>,
    /// Whether it is a control's.
    pub control: bool,
    /// The quantity.
    pub quantity: String,
    /// What the agents show.
    pub summary: Summary,
}

/// What the agents of a cell show of a quantity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Summary {
    /// A mean over agents.
    Mean {
        /// With its standard error and the number of agents.
        estimate: Estimate,
        /// The range of the quantity.
        range: (f64, f64),
    },
    /// A mean over agents of a quantity that has no bounds.
    Numbers {
        /// With its standard error and the number of agents.
        estimate: Estimate,
    },
    /// Agents of which something holds.
    Rate {
        /// How many.
        hits: u64,
        /// Of how many.
        of: u64,
    },
    /// Agents by class.
    Classes {
        /// How many of each class.
        counts: BTreeMap<String, u64>,
        /// Agents whose class is undetermined.
        undetermined: u64,
    },
    /// Draws by outcome.
    Counts {
        /// All draws.
        of: u64,
        /// Draws of each outcome; one that is left out came never.
        counts: BTreeMap<String, u64>,
    },
    /// Nothing can be said, and why.
    Undetermined {
        /// The reason.
        because: String,
    },
}

/// The scores of all positions on one question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionScore {
    /// The question.
    pub name: String,
    /// The quantity.
    pub quantity: String,
    /// Cells scored.
    pub cells: Vec<String>,
    /// Cells that could not be scored, with the reason.
    pub unscored: BTreeMap<String, String>,
    /// Why the winner is known beforehand; absent for a headline.
    pub calibration: Option<String>,
    /// The score of one who knew the outcome, in bits.
    pub oracle: f64,
    /// The positions, best first.
    pub positions: Vec<PositionScore>,
}

/// One position's score on a question, in bits against knowing nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PositionScore {
    /// The position.
    pub position: String,
    /// As the equal mixture of its readings.
    pub bits: f64,
    /// Each reading alone.
    pub readings: BTreeMap<String, f64>,
    /// In how many cells each reading lost all it can lose (6.6 bits), by reading.
    pub floored_cells: BTreeMap<String, usize>,
    /// The mean over random reassignments of its forecasts to the cells; absent where it says the
    /// same of all of them.
    pub permuted: Option<f64>,
    /// Cells of which it says something.
    pub forecast_cells: usize,
    /// The Bayes factor against it, in bits: the best position's bits less its own.
    pub behind_best: f64,
    /// Whether it was registered beforehand.
    pub standing: Standing,
}

/// What a rule says of a claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleVerdict {
    /// The claim's number.
    pub claim: u32,
    /// The claim's words.
    pub quote: String,
    /// The rule's name.
    pub rule: String,
    /// The proposition tested.
    pub proposition: String,
    /// The rule in words.
    pub by: String,
    /// The conclusion.
    pub conclusion: Conclusion,
    /// What was found, with the bound.
    pub found: String,
    /// The smallest departure from the band that the sample would have shown with power 0.8.
    pub detectable: Option<f64>,
    /// Why the outcome was known beforehand; such a verdict moves no claim.
    pub calibration: Option<String>,
    /// What the conclusion is about.
    pub scope: Scope,
    /// Whether the rule was registered beforehand.
    pub standing: Standing,
}

/// What became of a claim under a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conclusion {
    /// The records are as the claim says.
    Supported,
    /// They are not.
    Refuted,
    /// They do not tell.
    Inconclusive,
    /// The cells that it asks for were not run in this preset.
    NotRun,
}

impl Verdict {
    /// The file in a run's folder.
    pub const FILE: &'static str = "verdict.json";

    /// Whether every control holds.
    pub fn controls_hold(&self) -> bool {
        self.controls.iter().all(|control| control.holds)
    }

    /// Writes the verdict into a run's folder.
    pub fn write(&self, folder: &Path) -> Result<(), RecordError> {
        write_sealed(&folder.join(Verdict::FILE), self)
    }

    /// Reads the verdict of a run's folder.
    pub fn read(folder: &Path) -> Result<Verdict, RecordError> {
        read_sealed(&folder.join(Verdict::FILE), "judge")
    }
}
