//! The correction of a rate for an instrument's sensitivity and specificity.

use mesascope_stats::{Interval, Key, Sides, clopper_pearson, corrected_for_instrument};

#[test]
fn a_known_instrument_is_inverted_exactly() {
    // By hand: 0.1 true, 0.9 sensitive, 0.8 specific: 0.1 x 0.9 + 0.9 x 0.2 = 0.27 observed.
    let corrected = corrected_for_instrument(0.27, 0.9, 0.8).unwrap();
    assert!((corrected.low - 0.1).abs() < 1e-12 && (corrected.high - 0.1).abs() < 1e-12);
    assert_eq!(corrected.level, 1.0);
}

#[test]
fn a_perfect_instrument_changes_nothing() {
    let observed = Interval { low: 0.2, high: 0.3, level: 0.95 };
    assert_eq!(corrected_for_instrument(observed, 1.0, 1.0).unwrap(), observed);
}

#[test]
fn each_doubt_widens_the_interval_and_costs_its_own_level() {
    let observed = Interval { low: 0.2, high: 0.3, level: 0.98 };
    let sensitivity = Interval { low: 0.85, high: 0.95, level: 0.99 };
    let specificity = Interval { low: 0.88, high: 0.92, level: 0.99 };
    let known = corrected_for_instrument(observed, 0.9, 0.9).unwrap();
    let doubted = corrected_for_instrument(observed, sensitivity, specificity).unwrap();
    assert!(doubted.low < known.low && known.high < doubted.high);
    assert!((doubted.level - 0.96).abs() < 1e-12);
    // By hand: the lower end is from (0.2, 0.95, 0.88), the upper from (0.3, 0.85, 0.92).
    assert!((doubted.low - 0.08 / 0.83).abs() < 1e-12);
    assert!((doubted.high - 0.22 / 0.77).abs() < 1e-12);
}

#[test]
fn no_rate_inside_the_box_falls_outside_the_result() {
    let observed = Interval { low: 0.05, high: 0.6, level: 0.99 };
    let sensitivity = Interval { low: 0.6, high: 0.9, level: 0.99 };
    let specificity = Interval { low: 0.7, high: 0.95, level: 0.99 };
    let result = corrected_for_instrument(observed, sensitivity, specificity).unwrap();
    let at = |interval: Interval, step: u32| {
        interval.low + (interval.high - interval.low) * f64::from(step) / 10.0
    };
    for step in 0..1331 {
        let rate = at(observed, step % 11);
        let (hit, pass) = (at(sensitivity, step / 11 % 11), at(specificity, step / 121));
        let corrected = ((rate + pass - 1.0) / (hit + pass - 1.0)).clamp(0.0, 1.0);
        assert!(result.low - 1e-12 <= corrected && corrected <= result.high + 1e-12);
    }
}

#[test]
fn corrected_intervals_cover_the_truth_and_uncorrected_ones_do_not() {
    // A true rate of 0.1 seen through 0.9 and 0.8, both known from 100 controls each. Each of the
    // three intervals holds with 97%, so all hold with 91%.
    let mut draws = Key::from_seed(21).draws();
    let mut share = |rate: f64, of: u64| {
        let hits = (0..of).filter(|_| draws.uniform() < rate).count() as u64;
        clopper_pearson(hits, of, 0.97, Sides::Two).unwrap()
    };
    let (mut covered, mut covered_by_mutant) = (0, 0);
    for _ in 0..1000 {
        let observed = share(0.27, 500);
        let (sensitivity, specificity) = (share(0.9, 100), share(0.8, 100));
        let corrected = corrected_for_instrument(observed, sensitivity, specificity).unwrap();
        assert!((corrected.level - 0.91).abs() < 1e-12);
        covered += u32::from(corrected.contains(0.1));
        covered_by_mutant += u32::from(observed.contains(0.1));
    }
    assert!(covered >= 910, "{covered} of 1000");
    assert_eq!(covered_by_mutant, 0);
}

#[test]
fn an_uninformative_instrument_is_an_error_and_not_a_number() {
    for (sensitivity, specificity) in [(0.5, 0.5), (0.2, 0.8), (0.3, 0.1)] {
        let error = corrected_for_instrument(0.3, sensitivity, specificity).unwrap_err();
        assert!(error.to_string().contains("above 1"), "{error}");
    }
    // Informative at its best, but perhaps not at all.
    let perhaps = Interval { low: 0.15, high: 0.9, level: 0.95 };
    assert!(corrected_for_instrument(0.3, perhaps, 0.8).is_err());
}

#[test]
fn a_rate_below_the_false_positives_is_clamped_where_doubt_remains_and_refused_where_none_does() {
    let observed = Interval { low: 0.1, high: 0.25, level: 0.95 };
    let corrected = corrected_for_instrument(observed, 0.9, 0.8).unwrap();
    assert_eq!(corrected.low, 0.0);
    assert!((corrected.high - 0.05 / 0.7).abs() < 1e-12);

    let observed = Interval { low: 0.1, high: 0.15, level: 0.95 };
    let error = corrected_for_instrument(observed, 0.9, 0.8).unwrap_err();
    assert!(error.to_string().contains("whatever the true rate"), "{error}");
}

#[test]
fn intervals_that_are_no_rates_are_refused() {
    assert!(corrected_for_instrument(1.2, 0.9, 0.9).is_err());
    assert!(corrected_for_instrument(f64::NAN, 0.9, 0.9).is_err());
    let reversed = Interval { low: 0.4, high: 0.2, level: 0.95 };
    assert!(corrected_for_instrument(reversed, 0.9, 0.9).is_err());
    let doubtful = Interval { low: 0.2, high: 0.4, level: 0.3 };
    assert!(
        corrected_for_instrument(doubtful, Interval { level: 0.6, ..(0.9.into()) }, 0.9).is_err()
    );
}
