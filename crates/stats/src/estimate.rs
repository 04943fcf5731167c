//! Measured numbers with their uncertainty, and what is said where there is none.

use crate::interval::Interval;
use crate::normal::normal_quantile;
use crate::quantile::student_t_quantile;
use serde::{Deserialize, Serialize};

/// A mean over independent units and its standard error.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Estimate {
    /// The mean over the units.
    pub mean: f64,
    /// The standard error of the mean.
    pub standard_error: f64,
    /// How many independent units were averaged.
    pub units: u64,
}

impl Estimate {
    /// The interval from Student's t with `units - 1` degrees of freedom; the whole line for fewer
    /// than 2 units. Panics unless `level` lies strictly between 0 and 1.
    pub fn interval(&self, level: f64) -> Interval {
        assert!(level > 0.0 && level < 1.0, "level is {level}; it must lie between 0 and 1");
        let half = match self.units {
            0 | 1 => f64::INFINITY,
            units => {
                let t = student_t_quantile(0.5 + 0.5 * level, (units - 1) as f64);
                // A level that rounds to certainty has no finite interval.
                t.unwrap_or(f64::INFINITY) * self.standard_error
            }
        };
        Interval { low: self.mean - half, high: self.mean + half, level }
    }
}

/// A measured number, or the reason why there is none.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Measured.
    Estimated(Estimate),
    /// Not measured.
    Undetermined {
        /// Why not, in words for the reader of a report.
        because: String,
    },
}

impl Outcome {
    /// The mean over independent units.
    pub fn of_mean(values: &[f64]) -> Outcome {
        let n = values.len();
        let undetermined = |because: String| Outcome::Undetermined { because };
        if let Some(place) = values.iter().position(|value| !value.is_finite()) {
            let value = values[place];
            return undetermined(format!("unit {place} of {n} is {value}, which has no mean"));
        }
        if n < 2 {
            return undetermined(format!("{n} independent units; a standard error needs 2"));
        }
        let first = values[0];
        if values.iter().all(|&value| value == first) {
            return undetermined(format!(
                "all {n} values equal {first}; a standard error cannot be plugged in"
            ));
        }
        let units = n as f64;
        let mean = values.iter().sum::<f64>() / units;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        let standard_error = (squares / (units - 1.0) / units).sqrt();
        if !(mean.is_finite() && standard_error.is_finite() && standard_error > 0.0) {
            return undetermined(format!("the squares of the {n} values leave the range of f64"));
        }
        Outcome::Estimated(Estimate { mean, standard_error, units: n as u64 })
    }
}

/// How many standard errors wide, on each side, the band of [`assert_estimates`] is: a true
/// estimator leaves it with probability 6e-5 when units are many.
const BAND: f64 = 4.0;

/// For tests: fails first when the band of 4 standard errors is wider than `resolution`, so that
/// noise can never pass for agreement, and then when `truth` lies outside the band.
#[track_caller]
pub fn assert_estimates(outcome: &Outcome, truth: f64, resolution: f64) {
    let estimate = match outcome {
        Outcome::Estimated(estimate) => estimate,
        Outcome::Undetermined { because } => panic!("nothing was estimated: {because}"),
    };
    let Estimate { mean, standard_error, units } = estimate;
    let band = BAND * standard_error;
    assert!(
        band <= resolution,
        "too noisy to test: the band of +-{band} from {units} units exceeds the resolution \
         {resolution}"
    );
    assert!(
        (mean - truth).abs() <= band,
        "estimated {mean} +- {band} from {units} units, which excludes the truth {truth}"
    );
}

/// The smallest true effect that a two-sided test at confidence `level` finds with probability
/// `power`: (z of 1 - (1 - level) / 2, plus z of power) standard errors (Bloom 1995, "Minimum
/// detectable effects"). Panics unless level and power lie strictly between 0 and 1.
pub fn smallest_detectable_effect(standard_error: f64, level: f64, power: f64) -> f64 {
    let z = |name: &str, p: f64| match normal_quantile(p) {
        Ok(z) => z,
        Err(error) => panic!("{name}: {error}"),
    };
    (z("level", 1.0 - 0.5 * (1.0 - level)) + z("power", power)) * standard_error
}
