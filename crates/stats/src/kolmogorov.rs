//! Kolmogorov and Smirnov's tests: whether values come from a distribution, or from the same one.

use crate::error::{StatsError, require, require_finite, require_probability};
use std::f64::consts::PI;

fn sorted(values: &[f64]) -> Result<Vec<f64>, StatsError> {
    if values.is_empty() {
        return Err(StatsError::TooFew { of_what: "values", count: 0, needed: 1 });
    }
    for &value in values {
        require_finite("a value", value)?;
    }
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    Ok(values)
}

/// The p-value of the hypothesis that the values come from `cdf`, which must be continuous and not
/// fitted to them. The asymptotic distribution with Stephens' correction for small n (Stephens
/// 1970, "Use of the Kolmogorov-Smirnov, Cramer-von Mises and related statistics without extensive
/// tables"), good from 5 values on, below which it fails.
pub fn ks_one_sample(values: &[f64], cdf: impl Fn(f64) -> f64) -> Result<f64, StatsError> {
    let values = sorted(values)?;
    let count = values.len() as u64;
    if count < 5 {
        return Err(StatsError::TooFew { of_what: "values", count, needed: 5 });
    }
    let n = count as f64;
    let mut distance: f64 = 0.0;
    let mut before = 0.0;
    for (place, &value) in values.iter().enumerate() {
        let share = cdf(value);
        require_probability("the cdf", share)?;
        require(share >= before, "the cdf", share, "at least what it is at smaller values")?;
        before = share;
        let (below, upto) = (place as f64 / n, (place + 1) as f64 / n);
        distance = distance.max(share - below).max(upto - share);
    }
    let root = n.sqrt();
    Ok(kolmogorov_above((root + 0.12 + 0.11 / root) * distance))
}

/// The p-value of the hypothesis that both samples come from one distribution. The asymptotic
/// distribution without correction; conservative for small samples, and more so with ties.
pub fn ks_two_sample(a: &[f64], b: &[f64]) -> Result<f64, StatsError> {
    let (a, b) = (sorted(a)?, sorted(b)?);
    let (n, m) = (a.len() as f64, b.len() as f64);
    let (mut i, mut j) = (0, 0);
    let mut distance: f64 = 0.0;
    while i < a.len() && j < b.len() {
        // All values equal to the next one are passed in both samples before comparing shares.
        let next = a[i].min(b[j]);
        i += a[i..].iter().take_while(|&&value| value == next).count();
        j += b[j..].iter().take_while(|&&value| value == next).count();
        distance = distance.max((i as f64 / n - j as f64 / m).abs());
    }
    Ok(kolmogorov_above((n * m / (n + m)).sqrt() * distance))
}

/// The probability that Kolmogorov's limiting statistic exceeds `x`.
fn kolmogorov_above(x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    // Two series for one function; at 1 both give every digit in 6 terms (Marsaglia, Tsang and
    // Wang 2003, "Evaluating Kolmogorov's distribution").
    if x < 1.0 {
        let scale = PI * PI / (8.0 * x * x);
        let sum: f64 =
            (1..=6).map(|j| libm::exp(-f64::from((2 * j - 1) * (2 * j - 1)) * scale)).sum();
        return 1.0 - (2.0 * PI).sqrt() / x * sum;
    }
    let term = |j: i32| libm::exp(-2.0 * f64::from(j * j) * x * x);
    2.0 * (1..=6).map(|j| if j % 2 == 1 { term(j) } else { -term(j) }).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kolmogorovs_distribution_agrees_with_smirnovs_table_and_with_scipy() {
        // Smirnov 1948: critical values for 10%, 5% and 1%.
        for (x, p) in [(1.2238, 0.10), (1.3581, 0.05), (1.6276, 0.01)] {
            assert!((kolmogorov_above(x) - p).abs() < 3e-5);
        }
        // scipy 1.x, special.kolmogorov, on both sides of where the series change.
        let table = [
            (0.3, 0.9999906941986655),
            (0.8, 0.5441424115741981),
            (0.999, 0.27107316411506394),
            (1.0, 0.26999967167735456),
            (3.0, 3.045995948942526e-8),
        ];
        for (x, p) in table {
            assert!((kolmogorov_above(x) / p - 1.0).abs() < 1e-12, "{x}");
        }
    }

    #[test]
    fn stephens_correction_reaches_millers_critical_values() {
        // Miller 1956, "Table of percentage points of Kolmogorov statistics": 5% points.
        for (n, critical) in [(5, 0.563), (10, 0.409), (20, 0.294), (50, 0.188)] {
            // Values that run ahead of their ranks by the critical distance, up to 1.
            let values: Vec<f64> =
                (0..n).map(|place| (f64::from(place) / f64::from(n) + critical).min(1.0)).collect();
            let p = ks_one_sample(&values, |x| x).unwrap();
            assert!((p - 0.05).abs() < 0.002, "n = {n}: {p}");
        }
    }
}
