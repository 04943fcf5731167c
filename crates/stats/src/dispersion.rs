//! Whether a rate varies between units more than counts within them do by chance.
//!
//! Unit i has `hits_i` of `of_i` trials. Where every unit has the same rate the counts are binomial;
//! where rates are themselves drawn from Beta(a, b) they are beta-binomial with mean
//! mu = a / (a + b) and intraclass correlation rho = 1 / (a + b + 1), which is 0 for the binomial and 1
//! where every unit is all hits or none (Griffiths 1973; Crowder 1978).

use crate::error::{StatsError, require_hits, require_level};
use crate::interval::Interval;
use crate::normal::normal_quantile;
use crate::score::{beta_binomial, binomial};

/// The spread of rates between units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dispersion {
    /// The most likely mean rate.
    pub mean: f64,
    /// The most likely intraclass correlation, in [0, 1].
    pub correlation: f64,
    /// The interval of the correlation by profile likelihood, at the level asked for.
    pub interval: Interval,
    /// How much likelier the counts are under the most likely beta-binomial than under the most
    /// likely binomial, in nats, never below 0.
    pub gain: f64,
    /// The probability of so large a gain where there is no dispersion: half of the chi-square law
    /// with one degree of freedom, because 0 is the edge of what is possible (Self and Liang 1987).
    pub p: f64,
    /// How many units there were.
    pub units: u64,
}

/// Steps of the searches; each narrows its range by the golden ratio.
const SEARCH_STEPS: usize = 40;

/// The largest correlation that is looked at short of 1, where a and b vanish; within twice as far
/// of 1 it counts as 1.
const NEARLY_ONE: f64 = 1.0 - 1e-7;

/// The dispersion of the rates of units, each with its hits and trials, and its interval at `level`.
/// Needs two units with two trials or more, for fewer say nothing about it.
pub fn dispersion(counts: &[(u64, u64)], level: f64) -> Result<Dispersion, StatsError> {
    require_level(level)?;
    for &(hits, of) in counts {
        require_hits(hits, of)?;
    }
    let telling = counts.iter().filter(|(_, of)| *of > 1).count() as u64;
    if telling < 2 {
        let of_what = "units with 2 trials or more";
        return Err(StatsError::TooFew { of_what, count: telling, needed: 2 });
    }
    let profile = |rho: f64| best_mean(counts, rho);
    let (rho, (mean, most)) = {
        let rho = largest(0.0, NEARLY_ONE, |rho| profile(rho).1);
        // The search does not look at the edges themselves.
        let candidates = [0.0, rho, NEARLY_ONE].map(|rho| (rho, profile(rho)));
        candidates.into_iter().reduce(|a, b| if b.1.1 > a.1.1 { b } else { a }).expect("three")
    };
    let gain = (most - profile(0.0).1).max(0.0);
    // Wilks 1938: twice the loss of likelihood is a chi-square with one degree of freedom.
    let allowed = 0.5 * normal_quantile(0.5 + 0.5 * level)?.powi(2);
    let inside = |rho: f64| most - profile(rho).1 <= allowed;
    let edge = |mut out: f64, mut within: f64| {
        if inside(out) {
            return out;
        }
        for _ in 0..SEARCH_STEPS {
            let middle = 0.5 * (out + within);
            *(if inside(middle) { &mut within } else { &mut out }) = middle;
        }
        within
    };
    let interval = Interval { low: edge(0.0, rho), high: edge(NEARLY_ONE, rho), level };
    let p = if gain > 0.0 { upper_half_chi_square(2.0 * gain) } else { 1.0 };
    let or_one = |rho: f64| if 1.0 - rho < 2.0 * (1.0 - NEARLY_ONE) { 1.0 } else { rho };
    let (correlation, interval) =
        (or_one(rho), Interval { high: or_one(interval.high), ..interval });
    Ok(Dispersion { mean, correlation, interval, gain, p, units: counts.len() as u64 })
}

/// The most likely mean at this correlation, and its log-likelihood in nats.
fn best_mean(counts: &[(u64, u64)], rho: f64) -> (f64, f64) {
    let hits: u64 = counts.iter().map(|count| count.0).sum();
    let of: u64 = counts.iter().map(|count| count.1).sum();
    let of_mean = |mean: f64| -> f64 {
        let each = counts.iter().map(|&(hits, of)| {
            let probability = if rho == 0.0 {
                binomial(hits, of, mean)
            } else {
                let total = (1.0 - rho) / rho;
                beta_binomial(hits, of, mean * total, (1.0 - mean) * total)
            };
            probability.expect("means lie inside (0, 1)").0
        });
        each.sum()
    };
    if hits == 0 || hits == of {
        // The likelihood rises to the edge itself, where all counts are certain.
        return (hits as f64 / of as f64, 0.0);
    }
    let mean = largest(1e-9, 1.0 - 1e-9, of_mean);
    (mean, of_mean(mean))
}

/// Where a function with one peak is largest (golden section, Kiefer 1953).
fn largest(mut low: f64, mut high: f64, of: impl Fn(f64) -> f64) -> f64 {
    let ratio = 0.5 * (5f64.sqrt() - 1.0);
    let mut left = high - ratio * (high - low);
    let mut right = low + ratio * (high - low);
    let (mut at_left, mut at_right) = (of(left), of(right));
    for _ in 0..SEARCH_STEPS {
        if at_left > at_right {
            (high, right, at_right) = (right, left, at_left);
            left = high - ratio * (high - low);
            at_left = of(left);
        } else {
            (low, left, at_left) = (left, right, at_right);
            right = low + ratio * (high - low);
            at_right = of(right);
        }
    }
    0.5 * (low + high)
}

/// Half the probability that a chi-square with one degree of freedom exceeds `x`.
fn upper_half_chi_square(x: f64) -> f64 {
    // A chi-square with one degree of freedom is the square of a normal.
    crate::normal::normal_cdf(-x.sqrt())
}
