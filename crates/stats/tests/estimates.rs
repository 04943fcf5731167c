//! Means with their errors, and the assertion that other crates test their samplers with.

use mesascope_stats::{
    Estimate, Interval, Key, Outcome, assert_estimates, binomial_two_sided, normal_cdf,
    normal_quantile, smallest_detectable_effect,
};

fn estimated(mean: f64, standard_error: f64) -> Outcome {
    Outcome::Estimated(Estimate { mean, standard_error, units: 100 })
}

/// Extra hours of sleep under the second drug against the first, 10 patients (Student 1908, "The
/// probable error of a mean").
const SLEEP: [f64; 10] = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4];

#[test]
fn students_sleep_data_give_students_interval() {
    let Outcome::Estimated(estimate) = Outcome::of_mean(&SLEEP) else { panic!("undetermined") };
    assert!((estimate.mean - 1.58).abs() < 1e-12);
    assert_eq!(estimate.units, 10);
    // R: t.test(extra ~ group, data = sleep, paired = TRUE) prints 0.7001142 and 2.4598858.
    let interval = estimate.interval(0.95);
    assert!((interval.low - 0.7001142).abs() < 1e-7, "{interval:?}");
    assert!((interval.high - 2.4598858).abs() < 1e-7, "{interval:?}");
}

fn because(values: &[f64]) -> String {
    match Outcome::of_mean(values) {
        Outcome::Undetermined { because } => because,
        Outcome::Estimated(estimate) => panic!("{estimate:?}"),
    }
}

#[test]
fn what_has_no_standard_error_says_why() {
    assert_eq!(because(&[]), "0 independent units; a standard error needs 2");
    assert_eq!(because(&[3.0]), "1 independent units; a standard error needs 2");
    assert_eq!(
        because(&[0.5, 0.5, 0.5]),
        "all 3 values equal 0.5; a standard error cannot be plugged in"
    );
    assert_eq!(because(&[1.0, f64::NAN]), "unit 1 of 2 is NaN, which has no mean");
    assert_eq!(
        because(&[f64::MAX, -f64::MAX]),
        "the squares of the 2 values leave the range of f64"
    );
}

#[test]
fn an_estimate_from_one_unit_excludes_nothing() {
    let interval = Estimate { mean: 2.0, standard_error: 0.1, units: 1 }.interval(0.9);
    assert_eq!((interval.low, interval.high), (f64::NEG_INFINITY, f64::INFINITY));
    let text = serde_json::to_string(&interval).unwrap();
    assert_eq!(serde_json::from_str::<Interval>(&text).unwrap(), interval);
}

#[test]
fn intervals_from_five_units_cover_the_truth_as_often_as_they_say() {
    // 20,000 intervals at 90%: resolves 0.9 +- 0.007 at alpha = 0.001. A z interval, the mutant,
    // covers about 0.825.
    let mut draws = Key::from_seed(11).draws();
    let (mut covered, mut covered_by_mutant) = (0, 0);
    let z = normal_quantile(0.95).unwrap();
    for _ in 0..20_000 {
        let values: Vec<f64> = (0..5).map(|_| 3.0 + 2.0 * draws.normal()).collect();
        let Outcome::Estimated(estimate) = Outcome::of_mean(&values) else { panic!("ties") };
        covered += u64::from(estimate.interval(0.9).contains(3.0));
        covered_by_mutant += u64::from((estimate.mean - 3.0).abs() < z * estimate.standard_error);
    }
    assert!(binomial_two_sided(covered, 20_000, 0.9).unwrap() > 0.001, "{covered}");
    assert!(binomial_two_sided(covered_by_mutant, 20_000, 0.9).unwrap() < 0.001);
}

#[test]
fn a_precise_and_true_estimate_passes() {
    assert_estimates(&estimated(0.501, 0.001), 0.5, 0.01);
    // Exactly 4 standard errors off, in numbers that binary fractions hold.
    assert_estimates(&estimated(0.515625, 0.00390625), 0.5, 0.015625);
}

#[test]
#[should_panic(expected = "too noisy to test")]
fn a_noisy_estimate_fails_even_when_it_is_right() {
    // 4 standard errors are 0.0104.
    assert_estimates(&estimated(0.5, 0.0026), 0.5, 0.01);
}

#[test]
#[should_panic(expected = "too noisy to test")]
fn a_noisy_estimate_is_called_noisy_before_it_is_called_wrong() {
    assert_estimates(&estimated(9.0, 0.01), 0.5, 0.01);
}

#[test]
#[should_panic(expected = "excludes the truth")]
fn a_wrong_estimate_fails() {
    // Off by 4.1 standard errors, though by less than the resolution.
    assert_estimates(&estimated(0.5041, 0.001), 0.5, 0.01);
}

#[test]
#[should_panic(expected = "nothing was estimated: all 3 values equal 1")]
fn an_undetermined_outcome_fails_with_its_reason() {
    assert_estimates(&Outcome::of_mean(&[1.0, 1.0, 1.0]), 1.0, 1.0);
}

#[test]
#[should_panic(expected = "too noisy to test")]
fn an_estimate_that_is_nan_fails() {
    assert_estimates(&estimated(f64::NAN, f64::NAN), 0.5, 0.01);
}

fn mean_of_rolls(face: impl Fn(u64) -> f64) -> Outcome {
    let mut draws = Key::from_seed(12).draws();
    let rolls: Vec<f64> = (0..100_000).map(|_| face(1 + draws.below(6))).collect();
    Outcome::of_mean(&rolls)
}

#[test]
fn a_fair_die_has_mean_three_and_a_half() {
    assert_estimates(&mean_of_rolls(|roll| roll as f64), 3.5, 0.025);
}

#[test]
#[should_panic(expected = "excludes the truth")]
fn a_die_with_a_heavy_one_does_not_have_mean_three_and_a_half() {
    assert_estimates(&mean_of_rolls(|roll| if roll == 1 { 1.3 } else { roll as f64 }), 3.5, 0.025);
}

#[test]
fn the_smallest_detectable_effect_is_found_with_the_power_asked_for() {
    // Bloom 1995: 2.80 standard errors at 95% and 80%, 2.49 at 90% and 80%.
    assert!((smallest_detectable_effect(1.0, 0.95, 0.8) - 2.80).abs() < 0.005);
    assert!((smallest_detectable_effect(1.0, 0.90, 0.8) - 2.49).abs() < 0.005);
    let effect = smallest_detectable_effect(0.1, 0.99, 0.9);
    let threshold = 0.1 * normal_quantile(0.995).unwrap();
    assert!((normal_cdf((effect - threshold) / 0.1) - 0.9).abs() < 1e-12);
}

#[test]
#[should_panic(expected = "power")]
fn a_power_of_certainty_is_refused() {
    smallest_detectable_effect(1.0, 0.95, 1.0);
}

#[test]
fn outcomes_are_kebab_case_in_json() {
    let text = serde_json::to_string(&Outcome::of_mean(&[])).unwrap();
    assert_eq!(
        text,
        r#"{"undetermined":{"because":"0 independent units; a standard error needs 2"}}"#
    );
    let text = serde_json::to_string(&estimated(0.5, 0.25)).unwrap();
    assert_eq!(text, r#"{"estimated":{"mean":0.5,"standard_error":0.25,"units":100}}"#);
    assert_eq!(serde_json::from_str::<Outcome>(&text).unwrap(), estimated(0.5, 0.25));
}
