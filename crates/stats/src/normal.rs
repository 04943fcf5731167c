//! The normal distribution, with tails that stay accurate where plain subtraction gives 0.

use crate::error::{StatsError, require};
use crate::special::{LN_SQRT_TAU, bisect};
use std::f64::consts::{FRAC_PI_2, SQRT_2};

/// The probability that a standard normal lies below `z`.
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z / SQRT_2)
}

/// The logarithm of [`normal_cdf`], finite wherever `z` squared is.
pub fn ln_normal_cdf(z: f64) -> f64 {
    if z > 0.0 {
        libm::log1p(-normal_cdf(-z))
    } else if z == f64::NEG_INFINITY {
        z
    } else {
        libm::log(mills(-z)) - 0.5 * z * z - LN_SQRT_TAU
    }
}

/// The `z` below which a standard normal lies with probability `p`, 0 < p < 1.
pub fn normal_quantile(p: f64) -> Result<f64, StatsError> {
    require(p > 0.0 && p < 1.0, "p", p, "strictly between 0 and 1")?;
    if p > 0.5 {
        // 1 - p is exact for p in [1/2, 1].
        return Ok(-normal_quantile(1.0 - p)?);
    }
    if p == 0.5 {
        return Ok(0.0);
    }
    // The smallest positive double, 4.9e-324, has its quantile at -38.5.
    Ok(bisect(-39.0, 0.0, |z| normal_cdf(z) < p))
}

/// The log density at `x` of a normal distribution.
pub(crate) fn ln_normal_density(x: f64, mean: f64, sd: f64) -> f64 {
    let z = (x - mean) / sd;
    -0.5 * z * z - LN_SQRT_TAU - libm::log(sd)
}

/// Mills' ratio at `z` >= 0: the tail above `z` over the density at `z`.
fn mills(z: f64) -> f64 {
    // Below 4, exp(z^2/2) costs at most 4 bits; above, 100 terms of Laplace's continued fraction
    // (Abramowitz and Stegun 26.2.14) give every digit.
    if z < 4.0 {
        return FRAC_PI_2.sqrt() * libm::erfc(z / SQRT_2) * libm::exp(0.5 * z * z);
    }
    let terms = (1..=100).rev();
    1.0 / terms.fold(z, |rest, term| z + f64::from(term) / rest)
}

/// A stretch of the standard normal's axis, held so that its width is not lost when it lies far
/// out: `low` and `high` are its ends and `width` is their distance, computed by the caller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    pub low: f64,
    pub high: f64,
    pub width: f64,
}

impl Stretch {
    /// The point of the stretch where the density is largest.
    fn peak(self) -> f64 {
        0.0_f64.clamp(self.low, self.high)
    }

    /// The log of the probability of the stretch.
    pub fn ln_probability(self) -> f64 {
        let peak = self.peak();
        self.ln_relative_mass() - 0.5 * peak * peak - LN_SQRT_TAU
    }

    /// The log of the probability of the stretch over the density at its peak, which stays near 0
    /// where both are too small to hold.
    pub fn ln_relative_mass(self) -> f64 {
        let Stretch { low, high, width } = self;
        if low < 0.0 && high > 0.0 {
            let mass = libm::erf(high / SQRT_2) + libm::erf(-low / SQRT_2);
            return libm::log(mass * FRAC_PI_2.sqrt());
        }
        let (near, far) = if low >= 0.0 { (low, high) } else { (-high, -low) };
        // The density falls by exp(-fall) along the stretch.
        let fall = width * (near + 0.5 * width);
        if fall < 1.0 {
            return libm::log(width * mean_of_short(near * width, width));
        }
        libm::log(mills(near) - libm::exp(-fall) * if far.is_finite() { mills(far) } else { 0.0 })
    }
}

/// The mean of exp(-slope t - (width t)^2 / 2) over t in [0, 1], where the exponent stays within
/// 1, by Gauss and Legendre's rule with 8 points (Abramowitz and Stegun, table 25.4).
fn mean_of_short(slope: f64, width: f64) -> f64 {
    const RULE: [(f64, f64); 4] = [
        (0.183_434_642_495_649_8, 0.362_683_783_378_362),
        (0.525_532_409_916_329, 0.313_706_645_877_887_27),
        (0.796_666_477_413_626_7, 0.222_381_034_453_374_48),
        (0.960_289_856_497_536_3, 0.101_228_536_290_376_26),
    ];
    let integrand = |t: f64| libm::exp(-slope * t - 0.5 * (width * t) * (width * t));
    RULE.iter()
        .map(|&(node, weight)| {
            0.5 * weight * (integrand(0.5 - 0.5 * node) + integrand(0.5 + 0.5 * node))
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(value: f64, expected: f64) {
        assert!((value / expected - 1.0).abs() < 1e-13, "{value} is not {expected}");
    }

    #[test]
    fn the_logarithm_of_the_normal_cdf_agrees_with_fifty_digit_arithmetic() {
        // mpmath 1.x: log(erfc(-z / sqrt 2) / 2).
        let table = [
            (2.5, -0.006_229_025_485_860_002),
            (-1.0, -1.8410216450092635),
            (-3.999999, -10.360097260920622),
            (-5.0, -15.064998393988726),
            (-10.0, -53.231_285_150_512_47),
            (-40.0, -804.608_442_013_753_8),
            (-1e3, -500007.82669481218),
        ];
        for (z, expected) in table {
            assert_close(ln_normal_cdf(z), expected);
        }
        assert_eq!(ln_normal_cdf(f64::NEG_INFINITY), f64::NEG_INFINITY);
        assert_eq!(ln_normal_cdf(f64::INFINITY), 0.0);
    }

    #[test]
    fn normal_quantiles_agree_with_fifty_digit_arithmetic() {
        // mpmath 1.x: the root of erfc(-z / sqrt 2) / 2 = p.
        let table = [
            (1e-300, -37.047_096_299_361_2),
            (1e-10, -6.361_340_902_404_057),
            (0.025, -1.9599639845400542),
            (0.3, -0.524_400_512_708_040_8),
            (0.8, 0.841_621_233_572_914_4),
            (0.975, 1.9599639845400539),
        ];
        for (p, expected) in table {
            assert_close(normal_quantile(p).unwrap(), expected);
        }
        assert_eq!(normal_quantile(0.5).unwrap(), 0.0);
        assert!(normal_quantile(0.0).is_err() && normal_quantile(f64::NAN).is_err());
    }

    #[test]
    fn mills_ratio_is_right_near_and_far_and_does_not_jump_where_the_formulas_change() {
        // mpmath 1.x: sqrt(pi / 2) erfc(z / sqrt 2) exp(z^2 / 2).
        let table = [
            (1.0, 0.655_679_542_418_798_5),
            (4.0, 0.236_652_382_913_560_67),
            (10.0, 0.099_028_596_471_731_92),
            (30.0, 0.033_296_419_072_497_21),
        ];
        for (z, expected) in table {
            assert!((mills(z) / expected - 1.0).abs() < 2e-15, "{z}: {}", mills(z));
        }
        let (below, above) = (mills(4.0 - 1e-12), mills(4.0));
        assert!((below / above - 1.0).abs() < 1e-12, "{below}, {above}");
    }

    #[test]
    fn the_mass_of_a_stretch_does_not_jump_where_the_formulas_change() {
        // A fall of just below and just above 1, from near ends of every size.
        for near in [0.0, 0.3, 3.0, 50.0, 1e6] {
            let width = f64::sqrt(near * near + 2.0) - near;
            let mass =
                |width: f64| Stretch { low: near, high: near + width, width }.ln_relative_mass();
            let (short, long) = (mass(width * (1.0 - 1e-10)), mass(width * (1.0 + 1e-10)));
            assert!((short - long).abs() < 1e-9, "{near}: {short}, {long}");
        }
    }

    #[test]
    fn the_mass_of_a_stretch_is_the_same_on_both_sides_of_zero() {
        let right = Stretch { low: 2.0, high: 5.0, width: 3.0 };
        let left = Stretch { low: -5.0, high: -2.0, width: 3.0 };
        assert_eq!(right.ln_probability(), left.ln_probability());
        let expected = (normal_cdf(-2.0) - normal_cdf(-5.0)).ln();
        assert_close(right.ln_probability(), expected);
    }
}
