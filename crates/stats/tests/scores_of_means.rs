//! Log scores of a measured mean against quadrature and big-number arithmetic.

use mesascope_stats::{LogProb, truncated_normal_mean, uniform_mean};

fn assert_ln(score: LogProb, expected: f64, tolerance: f64) {
    assert!((score.ln() - expected).abs() < tolerance, "{} is not {expected}", score.ln());
}

#[test]
fn truncated_normals_agree_with_sixty_digit_arithmetic() {
    // mpmath 1.x with 60 digits, from the closed form; the last two, beyond its reach, from
    // quadrature with the same digits.
    let table = [
        (0.3, 0.05, 0.5, 0.2, 0.20209592802600698),
        (0.3, 0.05, 1.5, 0.2, -11.199341124983206),
        (0.3, 0.05, 8.0, 0.2, -79.894_123_610_452_45),
        (0.9, 0.01, -3.0, 0.05, -1117.9292559356601),
        (0.5, 0.1, 0.5, 1000.0, -5.366_365_677_634_63e-7),
        (0.02, 0.3, -100.0, 1.0, 0.283_923_884_850_377_6),
        (0.3, 0.05, 0.5, 0.001, -5.92020749914955),
        (1.2, 0.05, 0.5, 0.2, -12.635127228255503),
        (-3.0, 0.05, 40.0, 0.2, -2_783.849_416_399_463),
        (0.5, 1e-4, 20.0, 2.0, -0.830_029_013_621_297_9),
        (0.3, 0.05, 1e6, 1.0, -95.92292622056351),
        (0.3, 0.05, -1e6, 0.01, -15.923206247650682),
    ];
    for (observed, error, mean, sd, expected) in table {
        let score = truncated_normal_mean(observed, error, mean, sd, (0.0, 1.0)).unwrap();
        assert_ln(score, expected, 1e-11 + 1e-13 * expected.abs());
    }
}

/// Simpson's rule with 40,000 steps.
fn integral(range: (f64, f64), f: impl Fn(f64) -> f64) -> f64 {
    let (low, high) = range;
    let h = (high - low) / 40_000.0;
    (0..=40_000)
        .map(|step| {
            let weight = match step {
                0 | 40_000 => 1.0,
                odd if odd % 2 == 1 => 4.0,
                _ => 2.0,
            };
            weight * f(low + h * f64::from(step))
        })
        .sum::<f64>()
        * h
        / 3.0
}

fn density(x: f64, mean: f64, sd: f64) -> f64 {
    let z = (x - mean) / sd;
    (-0.5 * z * z).exp() / (sd * std::f64::consts::TAU.sqrt())
}

#[test]
fn both_scores_agree_with_quadrature_over_the_true_mean() {
    for range in [(0.0, 1.0), (-2.0, 0.5), (3.0, 4.5)] {
        for (observed, error) in [(0.2, 0.1), (0.9, 0.3), (3.7, 0.2), (-1.0, 1.0)] {
            let flat = integral(range, |t| density(observed, t, error)) / (range.1 - range.0);
            assert_ln(uniform_mean(observed, error, range).unwrap(), flat.ln(), 1e-9);
            for (mean, sd) in [(0.5, 0.2), (2.0, 0.7), (0.0, 3.0)] {
                let joint = integral(range, |t| density(observed, t, error) * density(t, mean, sd));
                let mass = integral(range, |t| density(t, mean, sd));
                let score = truncated_normal_mean(observed, error, mean, sd, range).unwrap();
                assert_ln(score, (joint / mass).ln(), 1e-9);
            }
        }
    }
}

#[test]
fn a_dropped_truncation_is_noticed() {
    // The mutant: the density of the untruncated normal, which differs by the share of the range.
    let untruncated = density(0.2, 0.0, (0.3_f64 * 0.3 + 0.1 * 0.1).sqrt()).ln();
    let score = truncated_normal_mean(0.2, 0.1, 0.0, 0.3, (0.0, 1.0)).unwrap();
    assert!((score.ln() - untruncated).abs() > 0.1);
}

#[test]
fn the_densities_integrate_to_one_over_what_may_be_observed() {
    let total = integral((-2.0, 3.0), |x| {
        truncated_normal_mean(x, 0.1, 0.8, 0.3, (0.0, 1.0)).unwrap().prob()
    });
    assert!((total - 1.0).abs() < 1e-9, "{total}");
    let total = integral((-2.0, 3.0), |x| uniform_mean(x, 0.1, (0.0, 1.0)).unwrap().prob());
    assert!((total - 1.0).abs() < 1e-9, "{total}");
}

#[test]
fn a_vanishing_sd_is_a_point_and_a_vast_one_is_uniform() {
    let point = truncated_normal_mean(0.3, 0.05, 0.4, 0.0, (0.0, 1.0)).unwrap();
    assert_ln(point, density(0.3, 0.4, 0.05).ln(), 1e-12);
    let nearly = truncated_normal_mean(0.3, 0.05, 0.4, 1e-9, (0.0, 1.0)).unwrap();
    assert_ln(nearly, point.ln(), 1e-9);
    // With the whole line as range, nothing is truncated.
    let whole = (f64::NEG_INFINITY, f64::INFINITY);
    let free = truncated_normal_mean(0.3, 0.05, 0.4, 0.2, whole).unwrap();
    assert_ln(free, density(0.3, 0.4, f64::hypot(0.05, 0.2)).ln(), 1e-12);

    let vast = truncated_normal_mean(0.3, 0.05, 0.4, 1e9, (0.0, 1.0)).unwrap();
    assert_ln(vast, uniform_mean(0.3, 0.05, (0.0, 1.0)).unwrap().ln(), 1e-9);
}

#[test]
fn bad_arguments_are_errors() {
    let unit = (0.0, 1.0);
    assert!(truncated_normal_mean(f64::NAN, 0.1, 0.5, 0.2, unit).is_err());
    assert!(truncated_normal_mean(0.5, 0.0, 0.5, 0.2, unit).is_err());
    assert!(truncated_normal_mean(0.5, 0.1, 0.5, -0.2, unit).is_err());
    assert!(truncated_normal_mean(0.5, 0.1, 0.5, 0.2, (1.0, 0.0)).is_err());
    let error = truncated_normal_mean(0.5, 0.1, 1.5, 0.0, unit).unwrap_err();
    assert_eq!(error.to_string(), "mean is 1.5; it must be in the range when sd is 0");
    assert!(uniform_mean(0.5, 0.1, (0.0, f64::INFINITY)).is_err());
    assert!(uniform_mean(0.5, -0.1, unit).is_err());
}
