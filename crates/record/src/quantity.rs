//! What is measured, and a measurement of it with its uncertainty.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Something an instrument measures. Its name is unique among all instruments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantity {
    /// The name that studies, rules and forecasts use.
    pub name: String,
    /// What one measurement can be.
    pub kind: Kind,
    /// The unit, in words.
    pub unit: String,
    /// One sentence.
    pub about: String,
}

/// What one measurement of a quantity can be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Kind {
    /// A number in a range; agents are averaged.
    Mean {
        /// The smallest possible value.
        low: f64,
        /// The largest possible value.
        high: f64,
    },
    /// A number without bounds, reported and not scored.
    Number,
    /// Whether something holds of the agent; agents are counted.
    Rate,
    /// One of several classes; agents are counted by class.
    Classes {
        /// The classes, in order.
        classes: Vec<String>,
    },
    /// How often each of many outcomes came in a block of draws; draws are counted by outcome.
    Counts {
        /// What the outcomes are called.
        outcomes: Outcomes,
    },
}

/// What the outcomes of a quantity of counts are called.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Outcomes {
    /// These names.
    Named(Vec<String>),
    /// Whole numbers from 0, in decimal digits.
    WholeNumbers,
    /// Boolean functions: truth tables in lower-case hexadecimal digits, row 0 the lowest bit.
    Functions,
}

impl Outcomes {
    /// Whether there can be an outcome of that name; says what outcomes are called where not.
    pub fn admits(&self, name: &str) -> Result<(), String> {
        match self {
            Outcomes::Named(names) if names.iter().any(|one| one == name) => Ok(()),
            Outcomes::Named(names) => {
                Err(format!("no outcome is called {name:?}; one of {}", names.join(", ")))
            }
            Outcomes::Functions => {
                let digit = |letter: char| letter.is_ascii_digit() || ('a'..='f').contains(&letter);
                match (1..=32).contains(&name.len()) && name.chars().all(digit) {
                    true => Ok(()),
                    false => Err(format!(
                        "an outcome is a truth table in hexadecimal digits such as \"ff00\", not \
                         {name:?}"
                    )),
                }
            }
            Outcomes::WholeNumbers => match name.parse::<u64>() {
                Ok(number) if number.to_string() == name => Ok(()),
                _ => Err(format!("an outcome is a whole number such as \"0\", not {name:?}")),
            },
        }
    }
}

/// One quantity of one agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measurement {
    /// The quantity's name.
    pub quantity: String,
    /// What was found.
    pub value: Value,
}

/// What was found. Unknown is a value, never 0 or NaN.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Value {
    /// Hits among equally weighted cases, all of them looked at: no sampling error of its own.
    Share {
        /// Cases that are hits.
        hits: u64,
        /// Cases, at least 1.
        of: u64,
    },
    /// A finite number, known exactly.
    Number(f64),
    /// One of the quantity's classes.
    Class(String),
    /// How often outcomes came among independent draws. An outcome that is left out came never; the
    /// draws that the counts leave over are those of which nothing can be said.
    Counts {
        /// Draws, at least as many as the counts add up to.
        of: u64,
        /// Draws by outcome.
        counts: BTreeMap<String, u64>,
    },
    /// Nothing can be said, and why.
    Undetermined {
        /// The reason, in words.
        because: String,
    },
}

impl Value {
    /// A number, or undetermined where it is not finite.
    pub fn number(value: f64) -> Value {
        if value.is_finite() {
            Value::Number(value)
        } else {
            Value::Undetermined { because: format!("the value is {value}") }
        }
    }

    /// The value as one number, where it is one.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Value::Share { hits, of } => Some(*hits as f64 / *of as f64),
            Value::Number(value) => Some(*value),
            Value::Class(_) | Value::Counts { .. } | Value::Undetermined { .. } => None,
        }
    }
}

/// How far an instrument may be trusted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Status {
    /// Nothing has checked it but its own tests; a verdict that rests on it says so.
    Preliminary,
    /// A study measured its error on agents of known truth.
    Calibrated {
        /// The study.
        study: String,
        /// Its record.
        record: String,
    },
    /// A second implementation, written blind from its definition, agrees.
    Checked {
        /// Where the second implementation stands.
        by: String,
    },
}

impl Status {
    /// The status in a word.
    pub fn word(&self) -> &'static str {
        match self {
            Status::Preliminary => "preliminary",
            Status::Calibrated { .. } => "calibrated",
            Status::Checked { .. } => "checked",
        }
    }
}
