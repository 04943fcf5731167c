//! Lines of least squares against certified numbers, the normal equations and simulated scatter.

use mesascope_stats::{Key, Outcome, StatsError, assert_estimates, least_squares};
use proptest::prelude::*;

#[track_caller]
fn assert_close(ours: f64, theirs: f64, relative: f64) {
    assert!((ours - theirs).abs() <= relative * theirs.abs(), "{ours} is not {theirs}");
}

/// NIST StRD, linear regression, data set Norris: x and y.
const NORRIS: [(f64, f64); 36] = [
    (0.2, 0.1),
    (337.4, 338.8),
    (118.2, 118.1),
    (884.6, 888.0),
    (10.1, 9.2),
    (226.5, 228.1),
    (666.3, 668.5),
    (996.3, 998.5),
    (448.6, 449.1),
    (777.0, 778.9),
    (558.2, 559.2),
    (0.4, 0.3),
    (0.6, 0.1),
    (775.5, 778.1),
    (666.9, 668.8),
    (338.0, 339.3),
    (447.5, 448.9),
    (11.6, 10.8),
    (556.0, 557.7),
    (228.1, 228.3),
    (995.8, 998.0),
    (887.6, 888.8),
    (120.2, 119.6),
    (0.3, 0.3),
    (0.3, 0.6),
    (556.8, 557.6),
    (339.1, 339.3),
    (887.2, 888.0),
    (999.0, 998.5),
    (779.0, 778.9),
    (11.1, 10.2),
    (118.3, 117.6),
    (229.2, 228.9),
    (669.1, 668.4),
    (448.9, 449.2),
    (0.5, 0.2),
];

#[test]
fn norris_line_has_the_numbers_that_nist_certifies() {
    let (x, y): (Vec<f64>, Vec<f64>) = NORRIS.into_iter().unzip();
    let line = least_squares(&x, &y).unwrap();
    assert_eq!(line.points, 36);
    assert_close(line.slope, 1.00211681802045, 1e-13);
    assert_close(line.intercept, -0.262323073774029, 1e-11);
    assert_close(line.r_squared, 0.999993745883712, 1e-14);
    assert_close(line.slope_error, 0.429796848199937e-3, 1e-11);
    assert_close(line.intercept_error, 0.232818234301152, 1e-11);
}

#[test]
fn a_line_worked_by_hand() {
    // All three lie on 2 x - 1.
    let exact = least_squares(&[1.0, 2.0, 3.0], &[1.0, 3.0, 5.0]).unwrap();
    assert_eq!((exact.slope, exact.intercept, exact.r_squared), (2.0, -1.0, 1.0));
    assert_eq!((exact.slope_error, exact.at(10.0)), (0.0, 19.0));
    // Centred x -1, 0, 1 and y -1, 2, -1 about 2: no slope, residual sum 6 with 1 degree.
    let bent = least_squares(&[1.0, 2.0, 3.0], &[1.0, 4.0, 1.0]).unwrap();
    assert_eq!((bent.slope, bent.intercept, bent.r_squared), (0.0, 2.0, 0.0));
    assert_eq!(bent.slope_error, 3_f64.sqrt());
    assert_close(bent.intercept_error, (6.0 * (1.0 / 3.0 + 4.0 / 2.0_f64)).sqrt(), 1e-15);
    // t of 0.975 with 1 degree.
    let interval = bent.slope_interval(0.95).unwrap();
    assert_close(interval.high, 12.706204736174694 * 3_f64.sqrt(), 1e-12);
    assert_eq!(interval.low, -interval.high);
}

#[test]
fn nothing_is_said_where_nothing_can_be() {
    let says = |x: &[f64], y: &[f64]| least_squares(x, y).unwrap_err().to_string();
    assert_eq!(says(&[1.0, 2.0], &[1.0, 2.0]), "2 points; at least 3 are needed");
    assert_eq!(says(&[2.0; 3], &[1.0, 2.0, 3.0]), "undetermined: x is 2 at all 3 points");
    assert_eq!(says(&[1.0, 2.0, 3.0], &[5.0; 3]), "undetermined: y is 5 at all 3 points");
    assert!(says(&[1.0, 2.0, 3.0], &[0.0, 1e200, 1.0]).contains("leave the range of f64"));
    assert!(says(&[0.0, 1e-200, 2e-200], &[0.0, 1.0, 3.0]).contains("leave the range of f64"));
    assert!(says(&[1.0, 2.0, f64::INFINITY], &[1.0, 2.0, 3.0]).contains("must be finite"));
    assert!(matches!(least_squares(&[1.0], &[]), Err(StatsError::LengthsDiffer { .. })));
    let line = least_squares(&[1.0, 2.0, 3.0], &[1.0, 4.0, 1.0]).unwrap();
    assert!(line.slope_interval(1.0).is_err());
}

/// How often an interval of the slope of 6 points covers the slope that made them, from 4,000 sets
/// of points; the interval is at `level`, its half width multiplied by `stretch`.
fn coverage(level: f64, stretch: f64) -> Outcome {
    let mut draws = Key::from_seed(7).draws();
    let x = [0.0, 0.5, 1.0, 3.0, 4.0, 9.0];
    let covered: Vec<f64> = (0..4_000)
        .map(|_| {
            let y = x.map(|x| 3.0 - 0.7 * x + 2.0 * draws.normal());
            let line = least_squares(&x, &y).unwrap();
            let interval = line.slope_interval(level).unwrap();
            let half = 0.5 * stretch * (interval.high - interval.low);
            f64::from(u8::from((line.slope + 0.7).abs() <= half))
        })
        .collect();
    Outcome::of_mean(&covered)
}

#[test]
fn intervals_of_the_slope_cover_as_often_as_they_say() {
    assert_estimates(&coverage(0.9, 1.0), 0.9, 0.02);
}

#[test]
fn intervals_with_five_degrees_of_freedom_for_four_or_a_normal_cover_too_seldom() {
    // Quantiles for 90%: t with 4 degrees 2.1318, the normal 1.6449.
    let Outcome::Estimated(normal) = coverage(0.9, 1.6449 / 2.1318) else {
        panic!("nothing was estimated");
    };
    assert!(normal.mean + 4.0 * normal.standard_error < 0.9, "{normal:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn residuals_sum_to_nothing_and_do_not_lean(
        points in prop::collection::vec((-50.0..50.0_f64, -1e3..1e3_f64), 3..30),
    ) {
        let (x, y): (Vec<f64>, Vec<f64>) = points.into_iter().unzip();
        let line = least_squares(&x, &y).unwrap();
        let left: Vec<f64> = x.iter().zip(&y).map(|(&x, y)| y - line.at(x)).collect();
        prop_assert!(left.iter().sum::<f64>().abs() < 1e-8);
        let lean: f64 = left.iter().zip(&x).map(|(left, x)| left * x).sum();
        prop_assert!(lean.abs() < 1e-6, "{}", lean);
        prop_assert!((0.0..=1.0).contains(&line.r_squared));
        // The t of the slope and R^2 are one number: t^2 = R^2 (n - 2) / (1 - R^2).
        let t = line.slope / line.slope_error;
        let r_squared = t * t / (t * t + x.len() as f64 - 2.0);
        prop_assert!((r_squared - line.r_squared).abs() < 1e-9);
    }

    #[test]
    fn units_of_x_and_y_scale_slope_and_error_and_leave_r_squared(
        points in prop::collection::vec((-50.0..50.0_f64, -1e3..1e3_f64), 3..30),
    ) {
        let (x, y): (Vec<f64>, Vec<f64>) = points.into_iter().unzip();
        let line = least_squares(&x, &y).unwrap();
        // Powers of two scale exactly.
        let x: Vec<f64> = x.into_iter().map(|x| 4.0 * x).collect();
        let y: Vec<f64> = y.into_iter().map(|y| 0.5 * y).collect();
        let scaled = least_squares(&x, &y).unwrap();
        prop_assert_eq!(scaled.slope, line.slope / 8.0);
        prop_assert_eq!(scaled.slope_error, line.slope_error / 8.0);
        prop_assert_eq!(scaled.r_squared, line.r_squared);
        prop_assert_eq!(scaled.intercept_error, line.intercept_error / 2.0);
    }
}
