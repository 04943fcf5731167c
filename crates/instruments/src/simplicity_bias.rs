//! Simplicity bias.
//!
//! # Measures
//! How fast the largest probability of a function falls with its complexity.
//!
//! # Definition
//! With K(f) the Lempel-Ziv complexity of a function (as the instrument `lempel-ziv` has it) and
//! P(f) its share of a block of draws, the upper envelope is, for each K that occurs among functions
//! drawn twice or more, the largest log10 P. `envelope-slope`, `envelope-intercept` and
//! `envelope-r2` are of the least-squares line of the envelope over K; `envelope-excess` is the
//! largest log10 P of such a function less the line's.
//!
//! # Input
//! The functions of a block of draws.
//!
//! # Unit and range
//! Slope in log10 a bit of complexity, intercept and excess in log10, R^2 in [0, 1].
//!
//! # Uncertainty
//! Of a single block none is given: envelope points are extremes, not independent with one variance.
//! Several blocks give the scatter. Undetermined for one agent, where draws are beyond the cap of
//! the histogram, and where fewer than 3 complexities occur.
//!
//! # Fooled by
//! - The sampling floor: functions seen twice have log10 P = log10(2 / N) whatever their own, so that
//!   the envelope is flat where all its functions are that rare, and the slope too small
//!   (`rare_functions_flatten_the_envelope`).
//! - Any bias to repetitive truth tables counts as one to simplicity; that is what is measured.
//! - No bias at all has no envelope to speak of (`uniform_draws_have_no_slope`).
//!
//! # Reference
//! Dingle, Camargo and Louis 2018, "Input-output maps are strongly biased towards simple outputs":
//! P(x) <= 2^(-a K(x) - b).

use std::collections::BTreeMap;

use mesascope_record::{Kind, Measurement, Quantity, Status, Value};
use mesascope_stats::{Line, least_squares};
use mesascope_tasks::{Sample, Seen};
use mesascope_worlds::Audited;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Measures;
use crate::lempel_ziv::{self, complexity_of_function};

/// Moves when the same draws come to read otherwise.
pub const NUMERICS: u32 = 1;

/// Draws from which a function counts: one that came once says only that it can.
const FEWEST_DRAWS: u64 = 2;

const QUANTITIES: [&str; 4] =
    ["envelope-slope", "envelope-intercept", "envelope-r2", "envelope-excess"];

/// Settings: none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SimplicityBias {}

impl Measures for SimplicityBias {
    fn measure(&self, seen: Seen, _world: &Audited) -> Vec<Measurement> {
        let fitted = match seen {
            Seen::One(_) => Err("one agent is one draw; a probability needs a block".to_string()),
            Seen::Sample(sample) => envelope(sample).and_then(|points| fit(&points)),
        };
        let values = match fitted {
            Ok((line, excess)) => {
                [line.slope, line.intercept, line.r_squared, excess].map(Value::number)
            }
            Err(because) => [(); 4].map(|()| Value::Undetermined { because: because.clone() }),
        };
        let measurement = |(quantity, value): (&str, Value)| Measurement {
            quantity: quantity.to_string(),
            value,
        };
        QUANTITIES.into_iter().zip(values).map(measurement).collect()
    }

    fn quantities(&self) -> Vec<Quantity> {
        let abouts = [
            ("log10 a bit", "The slope of the upper envelope of log10 P over complexity."),
            ("log10", "The envelope's line at complexity 0."),
            ("share of variance", "How straight the envelope is."),
            ("log10", "How far the function farthest above the line is above it."),
        ];
        let quantity = |(name, (unit, about)): (&str, (&str, &str))| Quantity {
            name: name.to_string(),
            kind: match name {
                "envelope-r2" => Kind::Mean { low: 0.0, high: 1.0 },
                _ => Kind::Number,
            },
            unit: unit.to_string(),
            about: about.to_string(),
        };
        QUANTITIES.into_iter().zip(abouts).map(quantity).collect()
    }

    fn status(&self) -> Status {
        Status::Preliminary
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        vec![
            ("instruments/lempel-ziv", lempel_ziv::NUMERICS),
            ("instruments/simplicity-bias", NUMERICS),
        ]
    }
}

/// The largest log10 P at each complexity, in order of complexity.
fn envelope(sample: &Sample) -> Result<Vec<(f64, f64)>, String> {
    if sample.unlisted > 0 {
        return Err(format!(
            "{} draws are of functions beyond the cap of the histogram; a larger most_functions \
             lists them",
            sample.unlisted
        ));
    }
    let rows = 1u32 << sample.inputs;
    // A complexity is a half-integer multiple of log2 of the rows: twice its words are a whole key.
    let unit = libm::log2(f64::from(rows)) / 2.0;
    let mut most: BTreeMap<u64, u64> = BTreeMap::new();
    for (function, count) in sample.counts.iter().filter(|(_, count)| *count >= FEWEST_DRAWS) {
        let words = (complexity_of_function(function.0, rows) / unit).round() as u64;
        let largest = most.entry(words).or_default();
        *largest = (*largest).max(*count);
    }
    let point = |(words, count): (u64, u64)| {
        (words as f64 * unit, libm::log10(count as f64 / sample.draws as f64))
    };
    Ok(most.into_iter().map(point).collect())
}

/// The line through the envelope, and the farthest that a function lies above it.
fn fit(points: &[(f64, f64)]) -> Result<(Line, f64), String> {
    let (x, y): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    let line = least_squares(&x, &y).map_err(|error| error.to_string())?;
    // At each complexity the envelope's own function is the one farthest above the line.
    let excess = points.iter().map(|(x, y)| y - line.at(*x)).fold(f64::NEG_INFINITY, f64::max);
    Ok((line, excess))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesascope_stats::Key;
    use mesascope_tasks::Function;

    /// Random functions of 7 inputs, from repetitive to random, each drawn `count(complexity)` times.
    fn planted(count: impl Fn(f64) -> u64) -> Sample {
        let mut draws = Key::from_seed(5).draws();
        let mut counts: BTreeMap<Function, u64> = BTreeMap::new();
        for period in [1u32, 2, 4, 8, 16, 32, 64, 128] {
            for _ in 0..40 {
                let word = u128::from(draws.bits()) << 64 | u128::from(draws.bits());
                let word = word & (u128::MAX >> (128 - period));
                let table = (0..128 / period).fold(0, |table, at| table | word << (at * period));
                counts.insert(Function(table), count(complexity_of_function(table, 128)));
            }
        }
        let draws = counts.values().sum();
        let counts = counts.into_iter().collect();
        Sample { inputs: 7, draws, fits: draws, counts, unlisted: 0, unlisted_fits: 0 }
    }

    fn read(sample: &Sample) -> (Line, f64) {
        envelope(sample).and_then(|points| fit(&points)).unwrap()
    }

    #[test]
    fn a_planted_bias_is_read_as_it_was_planted() {
        let sample = planted(|bits| (1e14 * libm::exp2(-0.25 * bits)).round() as u64);
        let (line, excess) = read(&sample);
        let slope = -0.25 * std::f64::consts::LOG10_2;
        assert!((line.slope - slope).abs() < 1e-4, "{line:?}");
        assert!(line.r_squared > 0.9999 && excess < 0.01, "{line:?}, {excess}");
    }

    #[test]
    fn a_function_far_above_the_line_is_seen() {
        let biased = |bits: f64| (1e14 * libm::exp2(-0.25 * bits)).round() as u64;
        let mut sample = planted(biased);
        let last = sample.counts.len() - 1;
        let table = sample.counts[last].0.0;
        let planted = 1_000 * biased(complexity_of_function(table, 128));
        sample.draws += planted - sample.counts[last].1;
        sample.counts[last].1 = planted;
        let (_, excess) = read(&sample);
        assert!(excess > 2.0, "a function 1,000 times too likely has an excess of {excess}");
    }

    #[test]
    fn rare_functions_flatten_the_envelope() {
        let biased = |bits: f64| (1e6 * libm::exp2(-0.25 * bits)).round() as u64;
        let (line, _) = read(&planted(|bits| biased(bits).max(2)));
        assert!(line.slope > -0.8 * 0.25 * std::f64::consts::LOG10_2, "{line:?}");
    }

    #[test]
    fn uniform_draws_have_no_slope() {
        let because = envelope(&planted(|_| 10)).and_then(|points| fit(&points)).unwrap_err();
        assert!(because.contains("undetermined"), "{because}");
        let (line, _) = read(&planted(|bits| 1_000 + (bits * 7.0) as u64 % 3));
        assert!(line.slope.abs() < 1e-4 && line.r_squared < 0.5, "{line:?}");
    }

    #[test]
    fn what_came_once_and_what_is_unlisted_says_nothing() {
        let once = planted(|_| 1);
        assert_eq!(envelope(&once), Ok(vec![]));
        assert!(fit(&[]).is_err());
        assert!(envelope(&Sample { unlisted: 1, ..once }).is_err());
    }
}
