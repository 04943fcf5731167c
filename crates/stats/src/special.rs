//! Special functions where cancellation matters: binomial and beta-binomial probabilities and the
//! incomplete beta function, each accurate for millions of trials.
//!
//! statrs stops its continued fraction of the incomplete beta function after 140 terms and
//! subtracts log-gammas of the size of n log n, which loses digits from some thousands of trials.

use std::f64::consts::PI;

/// ln(sqrt(2 pi)).
pub(crate) const LN_SQRT_TAU: f64 = 0.918_938_533_204_672_8;

/// ln Gamma(n + 1) minus Stirling's formula for it, n > 0 (Loader 2000, "Fast and accurate
/// computation of binomial probabilities").
fn stirling_error(n: f64) -> f64 {
    // Below 16 the logarithms are small, so that subtracting them costs no digits, while the series
    // would need more terms (the same bound as in Loader 2000).
    if n < 16.0 {
        return libm::lgamma(n + 1.0) - (n + 0.5) * libm::log(n) + n - LN_SQRT_TAU;
    }
    // Abramowitz and Stegun 6.1.41.
    let square = n * n;
    let tail = 1.0 / 1188.0 - 691.0 / 360_360.0 / square;
    let tail = 1.0 / 1680.0 - tail / square;
    let tail = 1.0 / 1260.0 - tail / square;
    let tail = 1.0 / 360.0 - tail / square;
    (1.0 / 12.0 - tail / square) / n
}

/// x ln(x / mean) - gap, where gap = x - mean, without cancellation near x = mean (Loader 2000).
pub(crate) fn deviance(x: f64, mean: f64, gap: f64) -> f64 {
    // Loader's bound between the series and the direct formula.
    if gap.abs() >= 0.1 * (x + mean) {
        return x * libm::log(x / mean) - gap;
    }
    let ratio = gap / (x + mean);
    let mut sum = gap * ratio;
    let mut power = 2.0 * x * ratio;
    let mut divisor = 1.0;
    loop {
        power *= ratio * ratio;
        divisor += 2.0;
        let next = sum + power / divisor;
        if next == sum || next.is_nan() {
            return next;
        }
        sum = next;
    }
}

/// ln of C(n, k) p^k q^(n - k), where q = 1 - p is given apart so that a small one keeps its
/// digits. `n` and `k` may be fractional, which gives the kernel of the beta distribution.
pub(crate) fn ln_binomial_kernel(k: f64, n: f64, p: f64, q: f64) -> f64 {
    let rest = n - k;
    if p == 0.0 {
        return if k == 0.0 { 0.0 } else { f64::NEG_INFINITY };
    }
    if q == 0.0 {
        return if rest == 0.0 { 0.0 } else { f64::NEG_INFINITY };
    }
    if k == 0.0 || rest == 0.0 {
        let (certain, other) = if k == 0.0 { (q, p) } else { (p, q) };
        let ln_certain = if other < 0.5 { libm::log1p(-other) } else { libm::log(certain) };
        return n * ln_certain;
    }
    let errors = stirling_error(n) - stirling_error(k) - stirling_error(rest);
    // The gaps k - np and (n - k) - nq are opposite; the smaller of p and q gives them best.
    let gap = if p < q { k - n * p } else { n * q - rest };
    let deviances = deviance(k, n * p, gap) + deviance(rest, n * q, -gap);
    errors - deviances - 0.5 * libm::log(2.0 * PI * k * (rest / n))
}

/// ln of the beta-binomial probability of k of n, by Bayes' rule at the posterior mean p: prior
/// density times likelihood over posterior density. Each is a binomial kernel of moderate size,
/// where beta functions of n log n would cancel. The prior is Beta(a, b).
pub(crate) fn ln_beta_binomial(k: f64, n: f64, a: f64, b: f64) -> f64 {
    let rest = n - k;
    let total = a + b + n;
    let (p, q) = ((a + k) / total, (b + rest) / total);
    // The density of Beta(a, b) at p is ab / (a + b) kernels over pq, and pq cancels.
    let prior = ln_binomial_kernel(a, a + b, p, q) - libm::log(1.0 / a + 1.0 / b);
    let posterior =
        ln_binomial_kernel(a + k, total, p, q) - libm::log(1.0 / (a + k) + 1.0 / (b + rest));
    ln_binomial_kernel(k, n, p, q) + prior - posterior
}

/// The probabilities that a Beta(a, b) variable lies below x and above x, where y = 1 - x is given
/// apart so that neither is rounded. The smaller of the two has full relative accuracy.
pub(crate) fn beta_tails(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if y <= 0.0 {
        return (1.0, 0.0);
    }
    // Where the continued fraction converges fast: Press et al. 2007, "Numerical Recipes", 6.4.
    if x < (a + 1.0) / (a + b + 2.0) {
        let below = beta_below(a, b, x, y);
        (below, 1.0 - below)
    } else {
        let above = beta_below(b, a, y, x);
        (1.0 - above, above)
    }
}

/// The continued fraction of the incomplete beta function (Abramowitz and Stegun 26.5.8), by the
/// method of Lentz as modified by Thompson and Barnett 1986.
fn beta_below(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let kernel = libm::exp(ln_binomial_kernel(a, a + b, x, y)) * (b / (a + b));
    // Small enough to change nothing, large enough that dividing by it does not overflow.
    let tiny = f64::MIN_POSITIVE / f64::EPSILON;
    let away_from_zero = |value: f64| if value.abs() < tiny { tiny } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    // About sqrt(max(a, b)) terms are needed; the bound only ends a loop on NaN.
    for step in 1..1_000_000_u32 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        fraction *= c * d;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        fraction *= c * d;
        if (c * d - 1.0).abs() <= 2.0 * f64::EPSILON {
            break;
        }
    }
    (kernel * fraction).min(1.0)
}

/// The point of [low, high] where `is_below` turns from true to false, to the last bit.
pub(crate) fn bisect(mut low: f64, mut high: f64, is_below: impl Fn(f64) -> bool) -> f64 {
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return middle;
        }
        if is_below(middle) { low = middle } else { high = middle }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_incomplete_beta_function_agrees_with_scipy() {
        // scipy 1.x, beta.cdf.
        let table = [
            (2.0, 3.0, 0.4, 0.5248),
            (0.5, 0.5, 0.1, 0.20483276469913345),
            (5e5, 5e5, 0.499, 0.022750050961632337),
            // mpmath 1.x, quadrature with 50 digits: near the middle many terms are needed.
            (5e5, 5e5, 0.4999, 0.42074030933095266),
            (1e6, 3.0, 0.99999, 0.002769259518250689),
            (10.0, 1000.0, 0.001, 1.1659490822343323e-7),
        ];
        for (a, b, x, expected) in table {
            let (below, above) = beta_tails(a, b, x, 1.0 - x);
            assert!((below / expected - 1.0).abs() < 1e-9, "Beta({a}, {b}) below {x}: {below}");
            assert!((below + above - 1.0).abs() < 1e-14);
        }
        assert_eq!(beta_tails(2.0, 3.0, 0.0, 1.0), (0.0, 1.0));
        assert_eq!(beta_tails(2.0, 3.0, 1.0, 0.0), (1.0, 0.0));
    }

    #[test]
    fn stirlings_error_does_not_jump_where_the_formulas_change() {
        let (below, above) = (stirling_error(16.0 - 1e-12), stirling_error(16.0));
        assert!((below - above).abs() < 1e-14, "{below}, {above}");
        // ln(n!) from whole numbers.
        let ln_factorial: f64 = (1..=20).map(|n| f64::from(n).ln()).sum();
        let stirling = 20.5 * f64::ln(20.0) - 20.0 + LN_SQRT_TAU;
        assert!((ln_factorial - stirling - stirling_error(20.0)).abs() < 1e-13);
    }

    #[test]
    fn bisection_ends_on_neighbouring_numbers() {
        let root = bisect(0.0, 2.0, |x| x * x < 2.0);
        assert!((root - std::f64::consts::SQRT_2).abs() <= f64::EPSILON);
    }
}
