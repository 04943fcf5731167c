//! p-values: how often data at least as far from a hypothesis would come if it were true.

use crate::error::{
    StatsError, require, require_finite, require_hits, require_probability, require_trials,
};
use crate::estimate::{Estimate, Outcome};
use crate::quantile::student_t_above;
use crate::special::{beta_tails, ln_binomial_kernel};
use statrs::function::gamma::checked_gamma_ur;

/// Outcomes whose probabilities differ by less than this share are equally likely, so that rounding
/// does not decide whether a mirror image counts (R's binom.test, `relErr`).
const EQUALLY_LIKELY: f64 = 1e-7;

/// The exact two-sided p-value of `hits` in `of` trials under rate `p`: the probability of all
/// outcomes no likelier than the observed one.
pub fn binomial_two_sided(hits: u64, of: u64, p: f64) -> Result<f64, StatsError> {
    require_trials(of)?;
    require_hits(hits, of)?;
    require_probability("p", p)?;
    let n = of as f64;
    let ln_probability = |k: u64| ln_binomial_kernel(k as f64, n, p, 1.0 - p);
    let bound = ln_probability(hits) + libm::log1p(EQUALLY_LIKELY);
    // The probabilities rise up to the mode and fall after it, so the likelier outcomes are one
    // stretch around the mode, whose ends are found by bisection.
    let mode = (((n + 1.0) * p).floor() as u64).min(of);
    if ln_probability(mode) <= bound {
        return Ok(1.0);
    }
    let first_likelier = first(0, mode, |k| ln_probability(k) > bound);
    let first_after = first(mode, of + 1, |k| ln_probability(k) <= bound);
    Ok((fewer_than(first_likelier, of, p) + at_least(first_after, of, p)).min(1.0))
}

/// The first k of low..high for which `holds`, which is false up to some point and true after it;
/// `high` if there is none.
fn first(mut low: u64, mut high: u64, holds: impl Fn(u64) -> bool) -> u64 {
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

/// The probability of fewer than `k` hits.
fn fewer_than(k: u64, of: u64, p: f64) -> f64 {
    if k == 0 {
        return 0.0;
    }
    beta_tails(k as f64, (of - k) as f64 + 1.0, p, 1.0 - p).1
}

/// The probability of `k` or more hits.
fn at_least(k: u64, of: u64, p: f64) -> f64 {
    if k > of {
        return 0.0;
    }
    beta_tails(k as f64, (of - k) as f64 + 1.0, p, 1.0 - p).0
}

/// Pearson's chi-square test that counts come from classes with the `expected` counts, of which
/// `fitted_parameters` parameters were fitted to the same data. The totals must agree, and the
/// p-value is good where most expected counts are 5 or more (Cochran 1954).
pub fn chi_square(
    observed: &[u64],
    expected: &[f64],
    fitted_parameters: usize,
) -> Result<f64, StatsError> {
    if observed.len() != expected.len() {
        return Err(StatsError::LengthsDiffer {
            left: "observed",
            left_length: observed.len(),
            right: "expected",
            right_length: expected.len(),
        });
    }
    if observed.len() < fitted_parameters.saturating_add(2) {
        return Err(StatsError::TooFew {
            of_what: "classes",
            count: observed.len() as u64,
            needed: (fitted_parameters as u64).saturating_add(2),
        });
    }
    for &count in expected {
        require(count > 0.0 && count.is_finite(), "an expected count", count, "positive")?;
    }
    let total: f64 = observed.iter().map(|&count| count as f64).sum();
    let promised: f64 = expected.iter().sum();
    // Expected counts written to seven digits pass; a forgotten class does not.
    let agree = (total - promised).abs() <= 1e-6 * promised;
    require(agree, "the sum of the expected counts", promised, "the sum of the observed ones")?;
    let statistic: f64 = observed
        .iter()
        .zip(expected)
        .map(|(&count, &mean)| (count as f64 - mean) * (count as f64 - mean) / mean)
        .sum();
    if statistic == 0.0 {
        return Ok(1.0);
    }
    let df = (observed.len() - 1 - fitted_parameters) as f64;
    checked_gamma_ur(0.5 * df, 0.5 * statistic)
        .map_err(|error| StatsError::Undetermined { because: error.to_string() })
}

/// Student's two-sided one-sample test that the values have mean `expected`.
pub fn mean_equals(values: &[f64], expected: f64) -> Result<f64, StatsError> {
    require_finite("expected", expected)?;
    match Outcome::of_mean(values) {
        Outcome::Estimated(Estimate { mean, standard_error, units }) => {
            let t = ((mean - expected) / standard_error).abs();
            Ok(2.0 * student_t_above(t, (units - 1) as f64))
        }
        Outcome::Undetermined { because } => Err(StatsError::Undetermined { because }),
    }
}
