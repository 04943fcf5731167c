//! What a function of this crate says when its arguments make no sense.

use thiserror::Error;

/// A bad argument, with what would be right.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum StatsError {
    /// A number lies outside the range on which the function is defined.
    #[error("{name} is {value}; it must be {rule}")]
    OutOfRange {
        /// The argument.
        name: &'static str,
        /// What was given.
        value: f64,
        /// What would be right.
        rule: &'static str,
    },

    /// More hits than trials.
    #[error("{hits} hits of {of} trials; hits cannot exceed trials")]
    MoreHitsThanTrials {
        /// Hits given.
        hits: u64,
        /// Trials given.
        of: u64,
    },

    /// Two lists that must run in parallel do not.
    #[error("{left} has {left_length} entries and {right} has {right_length}; they must be equal")]
    LengthsDiffer {
        /// The first list.
        left: &'static str,
        /// Its length.
        left_length: usize,
        /// The second list.
        right: &'static str,
        /// Its length.
        right_length: usize,
    },

    /// Too few values for the question.
    #[error("{count} {of_what}; at least {needed} are needed")]
    TooFew {
        /// Of what there are too few.
        of_what: &'static str,
        /// How many were given.
        count: u64,
        /// How many are needed.
        needed: u64,
    },

    /// The data give no answer, for a reason in words.
    #[error("undetermined: {because}")]
    Undetermined {
        /// The reason.
        because: String,
    },
}

/// Fails unless `value` satisfies the rule; NaN never satisfies, since every comparison is false.
pub(crate) fn require(
    holds: bool,
    name: &'static str,
    value: f64,
    rule: &'static str,
) -> Result<(), StatsError> {
    if holds { Ok(()) } else { Err(StatsError::OutOfRange { name, value, rule }) }
}

pub(crate) fn require_level(level: f64) -> Result<(), StatsError> {
    require(level > 0.0 && level < 1.0, "level", level, "strictly between 0 and 1")
}

pub(crate) fn require_probability(name: &'static str, value: f64) -> Result<(), StatsError> {
    require((0.0..=1.0).contains(&value), name, value, "between 0 and 1")
}

pub(crate) fn require_finite(name: &'static str, value: f64) -> Result<(), StatsError> {
    require(value.is_finite(), name, value, "finite")
}

pub(crate) fn require_hits(hits: u64, of: u64) -> Result<(), StatsError> {
    if hits > of { Err(StatsError::MoreHitsThanTrials { hits, of }) } else { Ok(()) }
}

pub(crate) fn require_trials(of: u64) -> Result<(), StatsError> {
    if of == 0 {
        return Err(StatsError::TooFew { of_what: "trials", count: 0, needed: 1 });
    }
    Ok(())
}
