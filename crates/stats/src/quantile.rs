//! Quantiles of Student's t and of the beta distribution, by bisection to the last bit.

use crate::error::{StatsError, require};
use crate::special::{beta_tails, bisect};

/// The probability that a Student t variable with `df` degrees of freedom exceeds `t` >= 0.
pub(crate) fn student_t_above(t: f64, df: f64) -> f64 {
    // Abramowitz and Stegun 26.7.1; dividing by the larger of the two keeps t^2 from overflowing.
    let (x, y) = if t * t > df {
        let ratio = df / t / t;
        (ratio / (1.0 + ratio), 1.0 / (1.0 + ratio))
    } else {
        let ratio = t * t / df;
        (1.0 / (1.0 + ratio), ratio / (1.0 + ratio))
    };
    0.5 * beta_tails(0.5 * df, 0.5, x, y).0
}

/// The `t` below which a Student t variable with `df` > 0 degrees of freedom lies with probability
/// `p`, 0 < p < 1.
pub fn student_t_quantile(p: f64, df: f64) -> Result<f64, StatsError> {
    require(p > 0.0 && p < 1.0, "p", p, "strictly between 0 and 1")?;
    require(df > 0.0 && df.is_finite(), "df", df, "positive and finite")?;
    if p < 0.5 {
        return Ok(-t_with_tail(p, df));
    }
    // 1 - p is exact for p in [1/2, 1].
    Ok(t_with_tail(1.0 - p, df))
}

/// The t that is exceeded with probability `tail` <= 1/2.
fn t_with_tail(tail: f64, df: f64) -> f64 {
    if tail == 0.5 {
        return 0.0;
    }
    let mut high = 1.0;
    while student_t_above(high, df) > tail && high < f64::MAX / 2.0 {
        high *= 2.0;
    }
    bisect(0.0, high, |t| student_t_above(t, df) > tail)
}

/// The point below which a Beta(a, b) variable lies with probability `p`.
pub(crate) fn beta_quantile_low(p: f64, a: f64, b: f64) -> f64 {
    bisect(0.0, 1.0, |x| beta_tails(a, b, x, 1.0 - x).0 < p)
}

/// The point above which a Beta(a, b) variable lies with probability `p`.
pub(crate) fn beta_quantile_high(p: f64, a: f64, b: f64) -> f64 {
    bisect(0.0, 1.0, |x| beta_tails(a, b, x, 1.0 - x).1 > p)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn student_quantiles_agree_with_scipy() {
        // scipy 1.x, t.ppf.
        let table = [
            (0.975, 1.0, 12.706204736174694),
            (0.975, 2.0, 4.302652729749462),
            (0.975, 5.0, 2.5705818356363146),
            (0.975, 30.0, 2.0422724563012378),
            (0.9999, 3.0, 22.203742273205),
            (0.9, 1e6, 1.281552412129939),
            (0.6, 4.0, 0.2707222947075976),
            (0.999999, 1.0, 318309.88617359026),
        ];
        for (p, df, expected) in table {
            let t = student_t_quantile(p, df).unwrap();
            assert!((t / expected - 1.0).abs() < 1e-10, "{p}, {df}: {t} is not {expected}");
        }
        assert_eq!(student_t_quantile(0.5, 3.0).unwrap(), 0.0);
        let (left, right) = (student_t_quantile(0.25, 3.0), student_t_quantile(0.75, 3.0));
        assert_eq!(left.unwrap(), -right.unwrap());
    }

    #[test]
    fn students_t_with_one_degree_is_cauchys() {
        for p in [0.6, 0.9, 0.99999] {
            let cauchy = (std::f64::consts::PI * (p - 0.5)).tan();
            let t = student_t_quantile(p, 1.0).unwrap();
            assert!((t / cauchy - 1.0).abs() < 1e-9, "{t} is not {cauchy}");
        }
    }

    #[test]
    fn quantiles_outside_the_open_interval_are_errors() {
        for p in [0.0, 1.0, -1.0, f64::NAN] {
            assert!(student_t_quantile(p, 3.0).is_err());
        }
        assert!(student_t_quantile(0.9, 0.0).is_err());
        assert!(student_t_quantile(0.9, f64::INFINITY).is_err());
    }
}
