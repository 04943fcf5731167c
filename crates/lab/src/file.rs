//! The study file as it is read: the frame that every study has. What stands in `[world]`,
//! `[learner]` and `set` is read cell by cell, after grids and arms are written out.

use std::collections::BTreeMap;

use mesascope_record::{Against, Drawing, Expect, Filter, Keep, Kind};
use serde::Deserialize;
use serde::de::IgnoredAny;
use toml::Spanned;

use crate::analyses::{ComparisonFile, DispersedFile, ExplainedFile};

/// The frame of a study.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StudyFile {
    /// The version of this layout, 1.
    pub(crate) schema: Spanned<u32>,
    pub(crate) name: Spanned<StudyName>,
    pub(crate) question: Spanned<String>,
    #[serde(default)]
    pub(crate) claims: Vec<Spanned<u32>>,
    /// The study whose claims, rules and forecasts apply.
    pub(crate) based_on: Option<StudyName>,
    #[serde(default)]
    pub(crate) agents: Keep,
    pub(crate) seeds: Seeds,
    #[allow(dead_code, reason = "read cell by cell; named so that it is not an unknown key")]
    world: IgnoredAny,
    #[allow(dead_code, reason = "read cell by cell; named so that it is not an unknown key")]
    learner: IgnoredAny,
    #[serde(default)]
    pub(crate) instruments: BTreeMap<String, IgnoredAny>,
    #[serde(default)]
    pub(crate) arms: BTreeMap<Name, ArmFile>,
    #[serde(default)]
    pub(crate) controls: ControlsFile,
    #[serde(default)]
    pub(crate) questions: BTreeMap<Name, QuestionFile>,
    #[serde(default)]
    pub(crate) comparisons: BTreeMap<Name, ComparisonFile>,
    #[serde(default)]
    pub(crate) explained: BTreeMap<Name, ExplainedFile>,
    #[serde(default)]
    pub(crate) dispersion: BTreeMap<Name, DispersedFile>,
    #[serde(default)]
    pub(crate) figures: BTreeMap<Name, Drawing>,
    #[serde(default)]
    pub(crate) replays: BTreeMap<Name, ReplayFile>,
}

/// A replay as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplayFile {
    /// What is to be seen, in a sentence.
    pub(crate) says: String,
    pub(crate) cells: Spanned<Filter>,
    pub(crate) situations: Spanned<Vec<String>>,
    /// Default: 0.
    #[serde(default)]
    pub(crate) level: u32,
    /// Default: 0.
    #[serde(default)]
    pub(crate) seed: u32,
}

/// Seeds of each cell in the two presets.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seeds {
    pub(crate) quick: Count,
    pub(crate) standard: Count,
}

/// A number of seeds.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "i64")]
pub(crate) struct Count(pub(crate) u64);

impl TryFrom<i64> for Count {
    type Error = String;
    fn try_from(count: i64) -> Result<Count, String> {
        match count {
            1..=10_000_000 => Ok(Count(count as u64)),
            _ => Err(format!("a number of seeds is 1 to 10,000,000, not {count}")),
        }
    }
}

/// A name in lower-case letters, digits and hyphens.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(try_from = "String")]
pub(crate) struct Name(pub(crate) String);

impl TryFrom<String> for Name {
    type Error = String;
    fn try_from(name: String) -> Result<Name, String> {
        let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || name.len() > 80 || !name.chars().all(valid) || name.starts_with('-') {
            Err(format!(
                "a name has lower-case letters, digits and hyphens, 80 at most, not {name:?}"
            ))
        } else {
            Ok(Name(name))
        }
    }
}

/// The name of a study, which may stand in folders: `calibration/perceptron`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "String")]
pub(crate) struct StudyName(pub(crate) String);

impl TryFrom<String> for StudyName {
    type Error = String;
    fn try_from(name: String) -> Result<StudyName, String> {
        for part in name.split('/') {
            Name::try_from(part.to_string())?;
        }
        Ok(StudyName(name))
    }
}

/// A listed deviation from the base.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArmFile {
    #[allow(dead_code, reason = "read from the tree, with its places")]
    set: BTreeMap<String, IgnoredAny>,
    #[serde(default)]
    pub(crate) headline: bool,
    pub(crate) seeds: Option<Seeds>,
}

/// The controls by sort.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ControlsFile {
    #[serde(default)]
    pub(crate) positive: BTreeMap<Name, ControlFile>,
    #[serde(default)]
    pub(crate) negative: BTreeMap<Name, ControlFile>,
}

/// One control: it reads cells of its own (`set`), or cells of the study (`cells`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ControlFile {
    pub(crate) says: String,
    #[allow(dead_code, reason = "read from the tree, with its places")]
    set: Option<BTreeMap<String, IgnoredAny>>,
    pub(crate) cells: Option<Spanned<Filter>>,
    pub(crate) seeds: Option<Seeds>,
    pub(crate) quantity: Spanned<String>,
    pub(crate) expect: Spanned<ExpectFile>,
}

/// What a control demands, as written: other cells are named by a control or a filter.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum ExpectFile {
    Binomial { class: Option<String>, p: f64, alpha: f64 },
    Mean { is: f64, alpha: f64 },
    Above { than: f64, level: f64 },
    NearlyAll { class: Option<String>, missing: f64 },
    SameAs { control: String, alpha: f64 },
    ChiSquare { against: Against, alpha: f64 },
    Within { class: Option<String>, low: f64, high: f64, level: f64 },
    Every { low: Option<f64>, high: Option<f64> },
}

impl ExpectFile {
    /// Whether a quantity of that kind can be tested so; the error says what can.
    pub(crate) fn suits(&self, kind: &Kind) -> Result<(), String> {
        let named = |class: &Option<String>| match (kind, class) {
            (Kind::Classes { classes }, Some(class)) if classes.contains(class) => Ok(()),
            (Kind::Classes { classes }, _) => {
                Err(format!("a quantity of classes needs `class`, one of {}", classes.join(", ")))
            }
            (Kind::Counts { outcomes }, Some(outcome)) => outcomes.admits(outcome),
            (Kind::Counts { .. }, None) => {
                Err("a quantity of counts needs `class`, the outcome that is meant".to_string())
            }
            (_, Some(_)) => Err("only a quantity of classes or counts has a `class`".to_string()),
            (_, None) => Ok(()),
        };
        match self {
            ExpectFile::Binomial { class, .. } => named(class).and(match kind {
                Kind::Number => {
                    Err("binomial needs hits, and this quantity is a number".to_string())
                }
                _ => Ok(()),
            }),
            ExpectFile::NearlyAll { class, .. } => {
                named(class).and(match kind {
                    Kind::Rate | Kind::Classes { .. } => Ok(()),
                    _ => Err("nearly-all needs a quantity that holds or does not, or a class"
                        .to_string()),
                })
            }
            ExpectFile::Above { than, .. } if matches!(kind, Kind::Mean { low, .. } if than <= low) => {
                Err(format!(
                    "every value of the quantity is above {than} or at it: it could not fail"
                ))
            }
            ExpectFile::ChiSquare { against, .. } => match kind {
                Kind::Counts { outcomes } => {
                    against.check()?;
                    against.shares().keys().try_for_each(|outcome| outcomes.admits(outcome))
                }
                _ => Err("chi-square needs a quantity of counts".to_string()),
            },
            ExpectFile::Within { class, low, high, .. } => named(class).and(match kind {
                Kind::Number => Ok(()),
                Kind::Mean { low: least, high: most } => could_fail(*low, *high, *least, *most),
                _ => could_fail(*low, *high, 0.0, 1.0),
            }),
            ExpectFile::Every { low, high } => match kind {
                Kind::Number => Ok(()),
                Kind::Mean { low: least, high: most } => could_fail(
                    low.unwrap_or(f64::NEG_INFINITY),
                    high.unwrap_or(f64::INFINITY),
                    *least,
                    *most,
                ),
                _ => Err("every needs a quantity that is a number of each agent".to_string()),
            },
            ExpectFile::Mean { .. } | ExpectFile::Above { .. } | ExpectFile::SameAs { .. } => {
                match kind {
                    Kind::Classes { .. } => {
                        Err("classes have no mean; use binomial or nearly-all".to_string())
                    }
                    Kind::Counts { .. } => {
                        Err("counts have no mean; use chi-square, binomial or within".to_string())
                    }
                    _ => Ok(()),
                }
            }
        }
    }

    /// The demand, with the cells of the control that it compares with.
    pub(crate) fn resolve(
        &self,
        cells_of: impl Fn(&str) -> Result<Vec<String>, String>,
    ) -> Result<Expect, String> {
        let share = |name: &str, value: f64| match (name, value) {
            // A control at so small an alpha, or so low a level, could hardly fail.
            ("alpha", v) if v > 0.0 && v < 1e-12 => {
                Err(format!("alpha is at least 1e-12, not {v:e}"))
            }
            ("level", v) if v > 0.0 && v < 0.5 => Err(format!("level is at least 0.5, not {v}")),
            (_, v) if v > 0.0 && v < 1.0 => Ok(v),
            (_, v) => Err(format!("{name} lies between 0 and 1, not {v}")),
        };
        Ok(match self {
            ExpectFile::Binomial { class, p, alpha } => Expect::Binomial {
                class: class.clone(),
                p: share("p", *p)?,
                alpha: share("alpha", *alpha)?,
            },
            ExpectFile::Mean { is, alpha } if is.is_finite() => {
                Expect::Mean { is: *is, alpha: share("alpha", *alpha)? }
            }
            ExpectFile::Above { than, level } if than.is_finite() => {
                Expect::Above { than: *than, level: share("level", *level)? }
            }
            ExpectFile::Mean { .. } | ExpectFile::Above { .. } => {
                return Err("a value must be finite".to_string());
            }
            ExpectFile::NearlyAll { class, missing } => {
                Expect::NearlyAll { class: class.clone(), missing: share("missing", *missing)? }
            }
            ExpectFile::SameAs { control, alpha } => {
                Expect::SameAs { cells: cells_of(control)?, alpha: share("alpha", *alpha)? }
            }
            ExpectFile::ChiSquare { against, alpha } => {
                Expect::ChiSquare { against: against.clone(), alpha: share("alpha", *alpha)? }
            }
            ExpectFile::Within { class, low, high, level } => {
                band(*low, *high)?;
                let (class, level) = (class.clone(), share("level", *level)?);
                Expect::Within { class, low: *low, high: *high, level }
            }
            ExpectFile::Every { low: None, high: None } => {
                return Err("every needs `low`, `high` or both: it could not fail".to_string());
            }
            ExpectFile::Every { low, high } => {
                let ends = [low.unwrap_or(f64::MIN), high.unwrap_or(f64::MAX)];
                band(ends[0], ends[1])?;
                Expect::Every { low: *low, high: *high }
            }
        })
    }
}

/// Refuses a band that no number lies in.
fn band(low: f64, high: f64) -> Result<(), String> {
    match low < high && low.is_finite() && high.is_finite() {
        true => Ok(()),
        false => Err(format!("a band runs from a number to a larger one, not {low} to {high}")),
    }
}

/// Refuses a band that every possible value lies in.
fn could_fail(low: f64, high: f64, least: f64, most: f64) -> Result<(), String> {
    match low <= least && most <= high {
        true => Err(format!("every value lies between {least} and {most}: it could not fail")),
        false => Ok(()),
    }
}

/// A quantity that forecasts are scored on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuestionFile {
    pub(crate) quantity: Spanned<String>,
    pub(crate) cells: Spanned<Filter>,
    pub(crate) calibration: Option<String>,
}
