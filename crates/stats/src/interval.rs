//! Intervals for a rate, from hits among independent trials.

use crate::error::{StatsError, require, require_hits, require_level, require_trials};
use crate::normal::normal_quantile;
use crate::quantile::{beta_quantile_high, beta_quantile_low};
use crate::scale::number;
use serde::{Deserialize, Serialize};

/// A closed interval that covers the truth in at least, or about, a share `level` of uses.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower end.
    #[serde(with = "number")]
    pub low: f64,
    /// The upper end.
    #[serde(with = "number")]
    pub high: f64,
    /// The confidence level, in [0, 1].
    pub level: f64,
}

impl Interval {
    /// Whether the value lies in the interval, ends included.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Whether the whole interval lies in the band, ends included.
    pub fn inside(&self, band: &(f64, f64)) -> bool {
        band.0 <= self.low && self.high <= band.1
    }

    /// Whether no point of the interval lies in the band.
    pub fn outside(&self, band: &(f64, f64)) -> bool {
        self.high < band.0 || band.1 < self.low
    }
}

impl From<f64> for Interval {
    /// A value known exactly: no width, at level 1.
    fn from(value: f64) -> Interval {
        Interval { low: value, high: value, level: 1.0 }
    }
}

/// Which ends of an interval the data decide; an end that they do not decide is 0 or 1.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Sides {
    /// Both ends, each missed with half of 1 - level.
    Two,
    /// The lower end only: "the rate is at least".
    Lower,
    /// The upper end only: "the rate is at most".
    Upper,
}

impl Sides {
    /// The chance of missing that each decided end has.
    fn miss_per_end(self, level: f64) -> f64 {
        match self {
            Sides::Two => 0.5 * (1.0 - level),
            Sides::Lower | Sides::Upper => 1.0 - level,
        }
    }

    fn keep(self, low: f64, high: f64, level: f64) -> Interval {
        match self {
            Sides::Two => Interval { low, high, level },
            Sides::Lower => Interval { low, high: 1.0, level },
            Sides::Upper => Interval { low: 0.0, high, level },
        }
    }
}

/// The exact interval of Clopper and Pearson 1934: it covers every rate with at least `level`.
pub fn clopper_pearson(
    hits: u64,
    of: u64,
    level: f64,
    sides: Sides,
) -> Result<Interval, StatsError> {
    require_trials(of)?;
    require_hits(hits, of)?;
    require_level(level)?;
    let miss = sides.miss_per_end(level);
    let (k, rest) = (hits as f64, (of - hits) as f64);
    let low = if hits == 0 { 0.0 } else { beta_quantile_low(miss, k, rest + 1.0) };
    let high = if hits == of { 1.0 } else { beta_quantile_high(miss, k + 1.0, rest) };
    Ok(sides.keep(low, high, level))
}

/// The score interval of Wilson 1927, without continuity correction: it covers about `level` on
/// average over rates, less for some.
pub fn wilson(hits: u64, of: u64, level: f64, sides: Sides) -> Result<Interval, StatsError> {
    require_trials(of)?;
    require_hits(hits, of)?;
    require_level(level)?;
    let z = -normal_quantile(sides.miss_per_end(level))?;
    let (k, n) = (hits as f64, of as f64);
    let centre = (k + 0.5 * z * z) / (n + z * z);
    let half = z / (n + z * z) * (k * (n - k) / n + 0.25 * z * z).sqrt();
    // At 0 and n hits the ends are 0 and 1 exactly, which rounding would miss. A one-sided level
    // below one half has a negative z, which puts the bound on the other side of the rate.
    let low = if hits == 0 && z >= 0.0 { 0.0 } else { (centre - half).clamp(0.0, 1.0) };
    let high = if hits == of && z >= 0.0 { 1.0 } else { (centre + half).clamp(0.0, 1.0) };
    Ok(sides.keep(low, high, level))
}

/// 3 / n: nearly the upper 95% bound on a rate with no hit in n trials (Hanley and Lippman-Hand
/// 1983, "If nothing goes wrong, is everything all right?"). [`exact_zero_bound`] is exact.
pub fn rule_of_three(of: u64) -> Result<f64, StatsError> {
    require_trials(of)?;
    Ok(3.0 / of as f64)
}

/// The exact one-sided upper bound on a rate with no hit in `of` trials: 1 - (1 - level)^(1/of).
pub fn exact_zero_bound(of: u64, level: f64) -> Result<f64, StatsError> {
    require_trials(of)?;
    require_level(level)?;
    Ok(-libm::expm1(libm::log1p(-level) / of as f64))
}

/// The fewest trials which, if none hits, exclude `rate` and everything above it at a one-sided
/// `level`: the least n with (1 - rate)^n <= 1 - level.
pub fn runs_to_exclude(rate: f64, level: f64) -> Result<u64, StatsError> {
    require(rate > 0.0 && rate < 1.0, "rate", rate, "strictly between 0 and 1")?;
    require_level(level)?;
    let runs = (libm::log1p(-level) / libm::log1p(-rate)).ceil();
    require(runs < u64::MAX as f64, "rate", rate, "large enough to exclude within 2^64 runs")?;
    Ok((runs as u64).max(1))
}
