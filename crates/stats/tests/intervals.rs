//! Intervals for a rate against published numbers and by exact enumeration.

use mesascope_stats::{
    Interval, Sides, StatsError, binomial, clopper_pearson, exact_zero_bound, rule_of_three,
    runs_to_exclude, wilson,
};

type Method = fn(u64, u64, f64, Sides) -> Result<Interval, StatsError>;

fn assert_interval(interval: Interval, low: f64, high: f64, tolerance: f64) {
    let agrees =
        (interval.low - low).abs() <= tolerance && (interval.high - high).abs() <= tolerance;
    assert!(agrees, "[{}, {}] is not [{low}, {high}]", interval.low, interval.high);
}

#[test]
fn both_intervals_agree_with_newcombe_1998() {
    // Newcombe 1998, "Two-sided confidence intervals for the single proportion: comparison of seven
    // methods", table I, methods 3 (Wilson) and 5 (Clopper and Pearson), to four places.
    let table = [
        (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
        (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
        (0, 20, (0.0, 0.1611), (0.0, 0.1684)),
        (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
    ];
    for (hits, of, score, exact) in table {
        let interval = wilson(hits, of, 0.95, Sides::Two).unwrap();
        assert_interval(interval, score.0, score.1, 5.1e-5);
        let interval = clopper_pearson(hits, of, 0.95, Sides::Two).unwrap();
        assert_interval(interval, exact.0, exact.1, 5.1e-5);
    }
}

#[test]
fn clopper_and_pearson_agree_with_conover_1971_and_with_forty_digits_at_a_million() {
    // Conover 1971, p. 97, as printed by the example of R's binom.test.
    let interval = clopper_pearson(682, 925, 0.95, Sides::Two).unwrap();
    assert_interval(interval, 0.7076683, 0.7654066, 5e-8);
    // mpmath 1.x with 40 digits: the roots of the binomial sums.
    let interval = clopper_pearson(3, 1_000_000, 0.95, Sides::Two).unwrap();
    assert_interval(interval, 6.186_725_501_906_399e-7, 8.767_247_788_145_223e-6, 1e-17);
    // scipy 1.x, beta.ppf.
    let interval = clopper_pearson(500_000, 1_000_000, 0.95, Sides::Two).unwrap();
    assert_interval(interval, 0.49901951919531184, 0.5009804808046882, 1e-12);
}

/// The least probability, over a grid of rates, that the interval from 20 trials covers the rate.
fn least_coverage(method: Method, sides: Sides, level: f64) -> f64 {
    let intervals: Vec<Interval> =
        (0..=20).map(|hits| method(hits, 20, level, sides).unwrap()).collect();
    let coverage = |rate: f64| -> f64 {
        (0..=20)
            .filter(|&hits| intervals[hits].contains(rate))
            .map(|hits| binomial(hits as u64, 20, rate).unwrap().prob())
            .sum()
    };
    (1..1000).map(|step| coverage(f64::from(step) / 1000.0)).fold(1.0, f64::min)
}

#[test]
fn clopper_and_pearson_cover_every_rate_and_wilson_does_not() {
    for sides in [Sides::Two, Sides::Lower, Sides::Upper] {
        for level in [0.8, 0.95, 0.99] {
            let least = least_coverage(clopper_pearson, sides, level);
            assert!(least >= level - 1e-12, "{sides:?} at {level}: {least}");
        }
    }
    // The mutant of the claim: Wilson's interval covers rates near 0 and 1 too seldom (Brown, Cai
    // and DasGupta 2001, "Interval estimation for a binomial proportion").
    assert!(least_coverage(wilson, Sides::Two, 0.95) < 0.9);
}

#[test]
fn wilson_solves_the_score_equation() {
    // At the ends, |share - rate| is z standard errors of the rate itself; z = 1.959964.
    let interval = wilson(7, 30, 0.95, Sides::Two).unwrap();
    for rate in [interval.low, interval.high] {
        let z = (7.0 / 30.0 - rate).abs() / (rate * (1.0 - rate) / 30.0_f64).sqrt();
        assert!((z - 1.9599639845400545).abs() < 1e-12, "{z}");
    }
}

#[test]
fn a_one_sided_interval_is_half_of_a_two_sided_one_at_twice_the_miss() {
    for method in [clopper_pearson as Method, wilson] {
        let two = method(4, 50, 0.90, Sides::Two).unwrap();
        let lower = method(4, 50, 0.95, Sides::Lower).unwrap();
        let upper = method(4, 50, 0.95, Sides::Upper).unwrap();
        assert_interval(lower, two.low, 1.0, 1e-12);
        assert_interval(upper, 0.0, two.high, 1e-12);
    }
}

#[test]
fn no_hit_and_only_hits_touch_the_ends() {
    for method in [clopper_pearson as Method, wilson] {
        assert_eq!(method(0, 17, 0.95, Sides::Two).unwrap().low, 0.0);
        assert_eq!(method(17, 17, 0.95, Sides::Two).unwrap().high, 1.0);
    }
}

#[test]
fn no_hit_in_59_299_or_2995_excludes_5_1_or_0_1_percent() {
    for (rate, runs) in [(0.05, 59), (0.01, 299), (0.001, 2995)] {
        assert_eq!(runs_to_exclude(rate, 0.95).unwrap(), runs);
        assert!(exact_zero_bound(runs, 0.95).unwrap() <= rate);
        assert!(exact_zero_bound(runs - 1, 0.95).unwrap() > rate);
        let bound = clopper_pearson(0, runs, 0.95, Sides::Upper).unwrap().high;
        assert!((bound - exact_zero_bound(runs, 0.95).unwrap()).abs() < 1e-14);
        // 3/n exceeds the bound, by less than 4%: 3 for -ln 0.05 = 2.9957, and 1/n beyond.
        let excess = rule_of_three(runs).unwrap() / bound;
        assert!((1.0..1.04).contains(&excess), "{excess}");
    }
}

#[test]
fn an_interval_on_the_edge_of_a_band_is_inside_and_not_outside() {
    let interval = Interval { low: 0.2, high: 0.4, level: 0.95 };
    assert!(interval.inside(&(0.2, 0.4)));
    assert!(!interval.inside(&(0.21, 0.4)));
    assert!(!interval.outside(&(0.4, 0.5)));
    assert!(interval.outside(&(0.41, 0.5)));
    assert!(interval.outside(&(0.0, 0.19)));
    assert!(interval.contains(0.2) && interval.contains(0.4) && !interval.contains(0.41));
    assert!(!interval.contains(f64::NAN));
}

#[test]
fn bad_arguments_are_errors_that_say_what_would_be_right() {
    for method in [clopper_pearson as Method, wilson] {
        let error = method(3, 2, 0.95, Sides::Two).unwrap_err();
        assert_eq!(error.to_string(), "3 hits of 2 trials; hits cannot exceed trials");
        let error = method(0, 0, 0.95, Sides::Two).unwrap_err();
        assert_eq!(error.to_string(), "0 trials; at least 1 are needed");
        for level in [0.0, 1.0, 95.0, f64::NAN] {
            let error = method(1, 2, level, Sides::Two).unwrap_err().to_string();
            assert!(error.ends_with("it must be strictly between 0 and 1"), "{error}");
        }
    }
    assert!(rule_of_three(0).is_err());
    assert!(exact_zero_bound(0, 0.95).is_err());
    assert!(runs_to_exclude(0.0, 0.95).is_err());
    assert!(runs_to_exclude(1e-300, 0.95).is_err());
}
