//! Claims, and the rules by which studies bear on them, stated beforehand.

use mesascope_record::{Filter, Scope, hash_of};
use serde::{Deserialize, Serialize};

use crate::papers::Paper;
use mesascope_record::Mistake;

/// A claim of the debate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The version of this layout, 1.
    pub schema: u32,
    /// Its number.
    pub id: u32,
    /// A short name.
    pub name: String,
    /// What it says, in a sentence.
    pub statement: String,
    /// Its source's words, at most 25 of them.
    pub quote: String,
    /// Where the words stand.
    pub source: String,
    /// How far an honest small experiment can settle it.
    pub tier: Tier,
    /// The claims that it rests on.
    #[serde(default)]
    pub premises: Vec<u32>,
    /// What the claim itself is about, which may be wider than any study.
    pub scope: Scope,
    /// For each study that bears on it, the rules.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// How far an experiment can settle a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// Core.
    Core,
    /// Second ring.
    Second,
    /// An entry of the ledger or calculator only.
    Ledger,
}

/// How a study's records bear on a claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The study.
    pub study: String,
    /// The rule's name, unique in the study.
    pub name: String,
    /// The proposition that is tested, in words.
    pub proposition: String,
    /// Why the outcome is known beforehand. A rule with it calibrates the study and moves no claim.
    pub calibration: Option<String>,
    /// The quantity; for a comparison `rank` or `slope`.
    pub quantity: String,
    /// The comparison of the study whose pairs are judged, one a second cell, by Spearman's rank
    /// correlation (`rank`) or the slope of log share on log share (`slope`). `minimum_seeds` is then
    /// the fewest outcomes that a pair must rank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<String>,
    /// The class whose share is judged, for a quantity of classes.
    pub class: Option<String>,
    /// Which cells.
    pub cells: Filter,
    /// The cells that they are compared with, one each: then means are judged by their difference
    /// from that cell's, and the band is one of differences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<Filter>,
    /// The equivalence band, low and high.
    pub band: (f64, f64),
    /// Whether an interval outside the band supports the claim, or one inside it.
    pub supports: Supports,
    /// Whether the proposition must hold in every cell or in some.
    pub holds: Holds,
    /// The level of the intervals, over all cells together.
    pub level: f64,
    /// The fewest seeds a cell may have.
    pub minimum_seeds: u64,
    /// How the level is shared out among cells.
    pub correction: Correction,
    /// The largest share of a cell's agents that may miss their stopping rule. An agent whose
    /// training failed has no value at all, and makes the rule inconclusive.
    pub most_unfitted: f64,
    /// What the conclusion is about; wider than the study's evidence is an error.
    pub scope: Scope,
}

/// Which side of the band supports a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Supports {
    /// An interval wholly outside the band supports, one wholly inside refutes.
    Outside,
    /// An interval wholly inside the band supports, one wholly outside refutes.
    Inside,
}

/// In how many cells a proposition must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holds {
    /// In each; a single cell that refutes it is enough.
    InEveryCell,
    /// In one at least; only all cells together refute it.
    InSomeCell,
}

/// The correction for looking at several cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Correction {
    /// The error is divided by the number of cells.
    Bonferroni,
    /// None; allowed for a single cell.
    None,
}

impl Claim {
    /// Reads and checks a claim.
    pub fn read(paper: &Paper) -> Result<Claim, Mistake> {
        let claim: Claim = paper.read()?;
        let wrong = |what: String| Err(paper.mistake(None, what));
        if claim.schema != 1 {
            return wrong(format!("schema {} is not known; this mesascope reads 1", claim.schema));
        }
        if claim.quote.split_whitespace().count() > 25 {
            return wrong("a quote has at most 25 words".to_string());
        }
        for (at, rule) in claim.rules.iter().enumerate() {
            let (low, high) = rule.band;
            if !(low < high && low.is_finite() && high.is_finite()) {
                return wrong(format!("rule {:?}: band [{low}, {high}] is empty", rule.name));
            }
            if !(rule.level > 0.5 && rule.level < 1.0) {
                return wrong(format!(
                    "rule {:?}: level {} is not between 0.5 and 1",
                    rule.name, rule.level
                ));
            }
            if !(0.0..=1.0).contains(&rule.most_unfitted) {
                return wrong(format!("rule {:?}: most_unfitted is a share, 0 to 1", rule.name));
            }
            if rule.minimum_seeds < 2 {
                return wrong(format!(
                    "rule {:?}: an interval needs minimum_seeds of 2 or more",
                    rule.name
                ));
            }
            if claim.rules[..at]
                .iter()
                .any(|other| other.study == rule.study && other.name == rule.name)
            {
                return wrong(format!(
                    "two rules for study {:?} are named {:?}",
                    rule.study, rule.name
                ));
            }
        }
        Ok(claim)
    }
}

impl Rule {
    /// The name under which the ledger keeps the rule of a claim.
    pub fn key(&self, claim: u32) -> String {
        format!("{claim}/{}", self.name)
    }

    /// The hash of what the rule says and of the claim's own words.
    pub fn hash(&self, claim: &Claim) -> String {
        let words =
            (claim.id, &claim.statement, &claim.quote, &claim.source, claim.tier, &claim.scope);
        hash_of("mesascope rule", &(words, self))
    }
}
