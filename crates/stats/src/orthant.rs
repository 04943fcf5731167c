//! Probabilities that normals hanging together are all positive.

use crate::error::{StatsError, require_finite};
use crate::normal::normal_cdf;
use crate::{Draws, Key};

/// Roots of these, modulo 1, are the directions of the lattice (Richtmyer 1951; Genz 1992).
const PRIMES: [u32; 40] = [
    2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167, 173,
];

/// A variance below this share of its own is nothing: the variable is known from those before it.
const KNOWN: f64 = 1e-13;

/// How an orthant's probability is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lattice {
    /// Points of one lattice, at least 1.
    pub points: u32,
    /// Random shifts of the lattice, at least 2: their scatter is the error.
    pub shifts: u32,
}

/// What shifted lattices say of normals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Orthant {
    /// The probability that all are positive.
    pub all: f64,
    /// Its standard error over shifts.
    pub all_error: f64,
    /// The probability that the last is positive given that all others are.
    pub last: f64,
    /// Its standard error over shifts, of a ratio by linearisation.
    pub last_error: f64,
}

/// The probability that normals of mean 0 and covariance `[variable, variable]` are all positive, and
/// that the last is given that the others are.
///
/// The integral over a simplex of conditional probabilities (Geweke, Hajivassiliou and Keane; Genz
/// 1992), the least likely variable first (Gibson, Glasbey and Elston 1994) and the last one last, on
/// a lattice with random shifts, folded. 2 to 40 variables. An error where lengths differ, a number
/// is not finite, or a variance is not above 0.
pub fn orthant(covariance: &[f64], lattice: Lattice, key: Key) -> Result<Orthant, StatsError> {
    let variables = (0..=PRIMES.len()).find(|n| n * n == covariance.len()).unwrap_or(0);
    if variables < 2 || lattice.points < 1 || lattice.shifts < 2 {
        return Err(StatsError::OutOfRange {
            name: "entries of the covariance, points or shifts",
            value: covariance.len() as f64,
            rule: "the square of 2 to 40 variables, 1 point and 2 shifts at least",
        });
    }
    covariance.iter().try_for_each(|&entry| require_finite("a covariance", entry))?;
    let factor = factor_least_likely_first(covariance, variables)?;
    let mut draws = key.draws();
    let shifted: Vec<[f64; 2]> =
        (0..lattice.shifts).map(|_| one_shift(&factor, lattice.points, &mut draws)).collect();
    let mean = |of: &dyn Fn(&[f64; 2]) -> f64| {
        shifted.iter().map(of).sum::<f64>() / f64::from(lattice.shifts)
    };
    let (others, all) = (mean(&|pair| pair[0]), mean(&|pair| pair[1]));
    let last = all / others;
    let error = |of: &dyn Fn(&[f64; 2]) -> f64| {
        let squares: f64 = shifted.iter().map(|pair| of(pair) * of(pair)).sum();
        (squares / f64::from(lattice.shifts) / f64::from(lattice.shifts - 1)).sqrt()
    };
    Ok(Orthant {
        all,
        all_error: error(&|pair| pair[1] - all),
        last,
        last_error: error(&|pair| (pair[1] - last * pair[0]) / others),
    })
}

/// Cholesky's factor, `[variable][column]`, of the covariance of variables in a good order.
fn factor_least_likely_first(
    covariance: &[f64],
    variables: usize,
) -> Result<Vec<Vec<f64>>, StatsError> {
    let entry = |one: usize, other: usize| covariance[one * variables + other];
    for variable in 0..variables {
        let variance = entry(variable, variable);
        if variance <= 0.0 {
            let (name, rule) = ("a variance", "above 0");
            return Err(StatsError::OutOfRange { name, value: variance, rule });
        }
    }
    let mut order: Vec<usize> = Vec::new();
    let mut rows: Vec<Vec<f64>> = Vec::new();
    // Means of the truncated variables so far, by which the next is chosen.
    let mut means: Vec<f64> = Vec::new();
    while order.len() < variables {
        let mut chosen: Option<(f64, usize, Vec<f64>)> = None;
        for variable in (0..variables).filter(|variable| !order.contains(variable)) {
            if variable == variables - 1 && order.len() < variables - 1 {
                continue;
            }
            let mut row: Vec<f64> = Vec::new();
            for (&before, above) in order.iter().zip(&rows) {
                let sum: f64 = row.iter().zip(above).map(|(left, right)| left * right).sum();
                let pivot = above[above.len() - 1];
                let rest = entry(variable, before) - sum;
                row.push(if pivot > 0.0 { rest / pivot } else { 0.0 });
            }
            let own = entry(variable, variable);
            let rest = own - row.iter().map(|entry| entry * entry).sum::<f64>();
            let pivot = if rest > KNOWN * own { rest.sqrt() } else { 0.0 };
            let centre: f64 = row.iter().zip(&means).map(|(entry, mean)| entry * mean).sum();
            row.push(pivot);
            let likely = above_zero(centre, pivot);
            if chosen.as_ref().is_none_or(|(least, _, _)| likely < *least) {
                chosen = Some((likely, variable, row));
            }
        }
        let (_, variable, row) = chosen.expect("a variable is left");
        let pivot = row[row.len() - 1];
        let centre: f64 = row.iter().zip(&means).map(|(entry, mean)| entry * mean).sum();
        means.push(match pivot > 0.0 {
            true => truncated_mean(-centre / pivot),
            false => 0.0,
        });
        order.push(variable);
        rows.push(row);
    }
    Ok(rows)
}

/// The chance that a normal is positive; of one that is known, whether it is (0 counts as not).
fn above_zero(centre: f64, spread: f64) -> f64 {
    match spread > 0.0 {
        true => normal_cdf(centre / spread),
        false => f64::from(u8::from(centre > 0.0)),
    }
}

/// The mean of a standard normal above `low`.
fn truncated_mean(low: f64) -> f64 {
    let ln_density = -0.5 * low * low - crate::special::LN_SQRT_TAU;
    libm::exp(ln_density - crate::normal::ln_normal_cdf(-low))
}

/// Means over one shifted lattice: that all but the last are positive, and that all are.
fn one_shift(factor: &[Vec<f64>], points: u32, draws: &mut Draws) -> [f64; 2] {
    let variables = factor.len();
    let shift: Vec<f64> = (0..variables).map(|_| draws.uniform()).collect();
    let step: Vec<f64> = PRIMES.iter().map(|&prime| f64::from(prime).sqrt().fract()).collect();
    let mut normals = vec![0.0; variables];
    let mut sums = [0.0; 2];
    for point in 1..=points {
        let mut weight = 1.0;
        for (variable, row) in factor.iter().enumerate() {
            let spread = row[variable];
            let centre: f64 = row.iter().zip(&normals[..variable]).map(|(a, b)| a * b).sum();
            let likely = above_zero(centre, spread);
            if variable == variables - 1 {
                sums[0] += weight;
            }
            weight *= likely;
            if weight == 0.0 {
                break;
            }
            let place = (f64::from(point) * step[variable] + shift[variable]).fract();
            let folded = (2.0 * place - 1.0).abs();
            // A normal above its bound: the mirror image of one below the bound's mirror image.
            normals[variable] =
                if spread > 0.0 { -quantile(folded * likely.max(f64::MIN_POSITIVE)) } else { 0.0 };
        }
        sums[1] += weight;
    }
    sums.map(|sum| sum / f64::from(points))
}

/// The normal quantile for the inside of loops: Acklam's approximation (relative error 1.2e-9) with one
/// step of Halley's method. The ends, which a lattice can hit, are at 38.
fn quantile(p: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969683028665376e+01,
        2.209460984245205e+02,
        -2.759285104469687e+02,
        1.38357751867269e+02,
        -3.066479806614716e+01,
        2.506628277459239e+00,
    ];
    const B: [f64; 5] = [
        -5.447609879822406e+01,
        1.615858368580409e+02,
        -1.556989798598866e+02,
        6.680131188771972e+01,
        -1.328068155288572e+01,
    ];
    const C: [f64; 6] = [
        -7.784894002430293e-03,
        -3.223964580411365e-01,
        -2.400758277161838e+00,
        -2.549732539343734e+00,
        4.374664141464968e+00,
        2.938163982698783e+00,
    ];
    const D: [f64; 4] = [
        7.784695709041462e-03,
        3.224671290700398e-01,
        2.445134137142996e+00,
        3.754408661907416e+00,
    ];
    const LOW: f64 = 0.02425;
    if p > 1.0 - LOW {
        return -quantile(1.0 - p);
    }
    if p < 1e-300 {
        return -38.0;
    }
    let polynomial = |terms: &[f64], at: f64| terms.iter().fold(0.0, |sum, term| sum * at + term);
    let near = if p < LOW {
        let q = (-2.0 * libm::log(p)).sqrt();
        polynomial(&C, q) / (polynomial(&D, q) * q + 1.0)
    } else {
        let q = p - 0.5;
        q * polynomial(&A, q * q) / (polynomial(&B, q * q) * q * q + 1.0)
    };
    let off = normal_cdf(near) - p;
    let step = off * libm::exp(0.5 * near * near + crate::special::LN_SQRT_TAU);
    near - step / (1.0 + 0.5 * near * step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normal_quantile;

    #[test]
    fn the_fast_quantile_is_the_slow_one() {
        for p in [1e-200, 1e-20, 1e-5, 0.024, 0.025, 0.1, 0.3, 0.5, 0.6, 0.9, 0.98, 0.999_999] {
            let (fast, slow) = (quantile(p), normal_quantile(p).unwrap());
            assert!((fast - slow).abs() <= 1e-12 * slow.abs().max(1.0), "{p}: {fast}, {slow}");
        }
        assert!(quantile(0.0).is_finite());
        assert!(quantile(1.0).is_finite());
    }
}
