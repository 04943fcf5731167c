//! Dispersion against closed forms, counts drawn from known laws, and a mutant.

use mesascope_stats::{Key, StatsError, dispersion};

fn drawn(units: usize, of: u64, seed: u64, rate: impl Fn(f64) -> f64) -> Vec<(u64, u64)> {
    let mut draws = Key::from_seed(seed).draws();
    let unit = |_| {
        let p = rate(draws.uniform());
        ((0..of).filter(|_| draws.uniform() < p).count() as u64, of)
    };
    (0..units).map(unit).collect()
}

#[test]
fn units_that_are_all_or_none_have_correlation_one() {
    let counts: Vec<(u64, u64)> = (0..20).map(|at| (if at < 12 { 30 } else { 0 }, 30)).collect();
    let found = dispersion(&counts, 0.95).unwrap();
    assert_eq!(found.correlation, 1.0);
    assert!((found.mean - 0.6).abs() < 1e-3, "{found:?}");
    assert!(found.interval.low > 0.8 && found.p < 1e-9, "{found:?}");
}

#[test]
fn equal_counts_have_none() {
    let found = dispersion(&[(5, 10); 12], 0.95).unwrap();
    assert_eq!((found.correlation, found.gain, found.p), (0.0, 0.0, 1.0));
    assert!((found.mean - 0.5).abs() < 1e-6 && found.interval.low == 0.0);
    let never = dispersion(&[(0, 10); 12], 0.95).unwrap();
    assert_eq!((never.mean, never.correlation), (0.0, 0.0));
}

/// Rates uniform on [0, 1] are Beta(1, 1): correlation 1/3. 300 units of 40; the standard error of the
/// estimate is about 0.025, so that the resolution asked for is 0.1.
#[test]
fn uniform_rates_have_correlation_one_third() {
    let found = dispersion(&drawn(300, 40, 1, |u| u), 0.95).unwrap();
    let width = found.interval.high - found.interval.low;
    assert!(width < 0.1, "too noisy to test: {found:?}");
    assert!(found.interval.low < 1.0 / 3.0 && 1.0 / 3.0 < found.interval.high, "{found:?}");
}

/// Of 200 draws without dispersion a test at 5% fires in 5%: 10, standard deviation 3.1. The interval
/// of 95% leaves 0 out in 2.5% at most, because 0 is the edge of what is possible.
#[test]
fn counts_without_dispersion_fire_at_the_stated_rate() {
    let mut fired = 0;
    let mut left_out = 0;
    for seed in 0..200 {
        let found = dispersion(&drawn(30, 25, 100 + seed, |_| 0.4), 0.95).unwrap();
        fired += u32::from(found.p < 0.05);
        left_out += u32::from(found.interval.low > 0.0);
    }
    assert!((2..=20).contains(&fired), "{fired} of 200 at 5%");
    assert!(left_out <= 13, "{left_out} of 200 at 2.5%");
}

/// The interval of 95% holds the truth in 95% of 100 draws: 95, standard deviation 2.2.
#[test]
fn the_interval_holds_the_truth_as_often_as_it_says() {
    let holds = |seed: u64| {
        let found = dispersion(&drawn(60, 30, 1000 + seed, |u| u), 0.95).unwrap();
        found.interval.low <= 1.0 / 3.0 && 1.0 / 3.0 <= found.interval.high
    };
    let held = (0..100).filter(|&seed| holds(seed)).count();
    assert!((88..=99).contains(&held), "{held} of 100");
}

#[test]
fn units_of_one_trial_tell_nothing() {
    let error = dispersion(&[(1, 1), (0, 1), (1, 1)], 0.95).unwrap_err();
    assert!(matches!(error, StatsError::TooFew { count: 0, needed: 2, .. }), "{error}");
    assert!(dispersion(&[(3, 2), (1, 2)], 0.95).is_err(), "more hits than trials");
}
