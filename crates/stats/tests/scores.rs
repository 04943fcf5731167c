//! Log scores of counts against published Bayes factors, big-number arithmetic and enumeration.

use mesascope_stats::{
    LogBayesFactor, LogProb, beta_binomial, binomial, dirichlet_multinomial, multinomial,
};

fn assert_ln(score: LogProb, expected: f64) {
    let tolerance = 1e-12 + 1e-14 * expected.abs();
    assert!((score.ln() - expected).abs() < tolerance, "{} is not {expected}", score.ln());
}

#[test]
fn the_scores_agree_with_fifty_digit_arithmetic() {
    // mpmath 1.x with 50 digits, from factorials and log-gammas.
    assert_ln(binomial(115, 200, 0.5).unwrap(), -5.123_374_265_359_033);
    assert_ln(binomial(3, 10, 0.3).unwrap(), -1.3211512777668886);
    assert_ln(binomial(500_000, 1_000_000, 0.5).unwrap(), -7.133_546_881_626_865);
    assert_ln(binomial(1, 1_000_000, 1e-6).unwrap(), -0.999_999_499_999_833_3);
    assert_ln(binomial(999_999, 1_000_000, 1.0 - 1e-6).unwrap(), -0.999_999_499_999_833_3);
    assert_ln(binomial(999_990, 1_000_000, 1.0 - 1e-5).unwrap(), -2.0785566431108916);
    assert_ln(binomial(700_123, 1_000_000, 0.7).unwrap(), -7.082_277_301_463_666);
    assert_ln(binomial(999_983, 1_000_000, 1.0 - 3e-6).unwrap(), -17.828754043575056);
    assert_ln(binomial(17, 1_000_000, 3e-6).unwrap(), -17.82875404345953);
    assert_ln(binomial(900_000, 1_000_000, 0.1).unwrap(), -1_757_786.284_590_826);
    assert_ln(binomial(0, 1_000_000, 1e-12).unwrap(), -1.0000000000005e-6);
    assert_ln(beta_binomial(115, 200, 1.0, 1.0).unwrap(), -5.303_304_908_059_076);
    assert_ln(beta_binomial(3, 10, 0.5, 0.5).unwrap(), -2.726_312_877_037_062);
    assert_ln(beta_binomial(0, 5, 0.01, 20.0).unwrap(), -0.002281662358532598);
    assert_ln(beta_binomial(500_000, 1_000_000, 50.0, 50.0).unwrap(), -11.741266773478452);
    assert_ln(beta_binomial(20, 1_000_000, 1000.0, 3.0).unwrap(), -7_794.751_124_747_062);
    assert_ln(beta_binomial(1_000_000, 1_000_000, 0.3, 2e5).unwrap(), -540_676.032_249_357);
    assert_ln(dirichlet_multinomial(&[2, 3, 5], &[1.0, 0.5, 2.0]).unwrap(), -4.326_081_321_399_737);
}

#[test]
fn wikipedias_coin_has_bayes_factor_1_2() {
    // 115 heads of 200, a fair coin against a uniform rate: TARGETS 13.2.
    let fair = binomial(115, 200, 0.5).unwrap();
    let uniform = beta_binomial(115, 200, 1.0, 1.0).unwrap();
    assert!((fair.prob() - 0.00596).abs() < 5e-6);
    assert_ln(uniform, -f64::ln(201.0));
    let factor = LogBayesFactor::between(fair, uniform).ln().exp();
    assert!((factor - 1.1971).abs() < 5e-5, "{factor}");
}

fn ln_beta_density(x: f64, a: f64, b: f64) -> f64 {
    libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b)
        + (a - 1.0) * x.ln()
        + (b - 1.0) * (1.0 - x).ln()
}

#[test]
fn savage_and_dickeys_ratio_equals_the_closed_form() {
    // Dickey and Lientz 1970: the Bayes factor of a point is the posterior density there over the
    // prior density. TARGETS 13.4, to 1e-9.
    let cases = [(115, 200, 1.0, 1.0, 0.5), (3, 10, 2.0, 5.0, 0.3), (0, 40, 0.5, 0.5, 0.01)];
    for (hits, of, a, b, point) in cases {
        let closed = LogBayesFactor::between(
            binomial(hits, of, point).unwrap(),
            beta_binomial(hits, of, a, b).unwrap(),
        );
        let posterior = ln_beta_density(point, a + hits as f64, b + (of - hits) as f64);
        let ratio = (posterior - ln_beta_density(point, a, b)).exp();
        assert!((closed.ln().exp() - ratio).abs() < 1e-9, "{hits} of {of}");
    }
}

/// The bits that a Beta(a, b) forecast gains on a uniform one, on average over 100 fair tosses.
fn bits_gained(a: f64, b: f64) -> f64 {
    (0..=100)
        .map(|hits| {
            let forecast = beta_binomial(hits, 100, a, b).unwrap();
            let uniform = beta_binomial(hits, 100, 1.0, 1.0).unwrap();
            let gain = LogBayesFactor::between(forecast, uniform).bits();
            binomial(hits, 100, 0.5).unwrap().prob() * gain
        })
        .sum()
}

#[test]
fn boldness_pays_when_right_and_costs_when_wrong() {
    assert!((bits_gained(50.0, 50.0) - 2.15).abs() < 0.005);
    assert!((bits_gained(2.0, 2.0) - 0.56).abs() < 0.005);
    assert!((bits_gained(8.0, 2.0) + 1.70).abs() < 0.005);
    assert!((bits_gained(2.0, 8.0) + 1.70).abs() < 0.005);
    assert_eq!(bits_gained(1.0, 1.0), 0.0);
}

#[test]
fn the_honest_forecast_scores_best_on_average() {
    // Propriety: for a rate drawn from Beta(3, 2), no other Beta forecast beats Beta(3, 2).
    let average = |a: f64, b: f64| -> f64 {
        (0..=30)
            .map(|hits| {
                let weight = beta_binomial(hits, 30, 3.0, 2.0).unwrap().prob();
                weight * beta_binomial(hits, 30, a, b).unwrap().ln()
            })
            .sum()
    };
    let honest = average(3.0, 2.0);
    for (a, b) in [(3.3, 2.0), (2.7, 2.0), (3.0, 2.2), (3.0, 1.8), (6.0, 4.0), (1.5, 1.0)] {
        assert!(average(a, b) < honest, "Beta({a}, {b})");
    }
}

/// Every vector of `classes` counts that sums to `of`.
fn counts_summing_to(of: u64, classes: usize) -> Vec<Vec<u64>> {
    if classes == 1 {
        return vec![vec![of]];
    }
    (0..=of)
        .flat_map(|first| {
            counts_summing_to(of - first, classes - 1).into_iter().map(move |mut rest| {
                rest.insert(0, first);
                rest
            })
        })
        .collect()
}

#[test]
fn the_probabilities_of_all_outcomes_sum_to_one() {
    let sum: f64 = (0..=40).map(|k| binomial(k, 40, 0.13).unwrap().prob()).sum();
    assert!((sum - 1.0).abs() < 1e-12);
    let sum: f64 = (0..=40).map(|k| beta_binomial(k, 40, 0.4, 7.0).unwrap().prob()).sum();
    assert!((sum - 1.0).abs() < 1e-12);
    let all = counts_summing_to(8, 4);
    let sum: f64 =
        all.iter().map(|counts| multinomial(counts, &[0.1, 0.2, 0.3, 0.4]).unwrap().prob()).sum();
    assert!((sum - 1.0).abs() < 1e-12);
    let alphas = [0.3, 1.0, 2.0, 5.0];
    let sum: f64 =
        all.iter().map(|counts| dirichlet_multinomial(counts, &alphas).unwrap().prob()).sum();
    assert!((sum - 1.0).abs() < 1e-12);
}

#[test]
fn two_classes_are_the_binomial_case_and_one_class_is_certain() {
    assert_ln(multinomial(&[3, 7], &[0.3, 0.7]).unwrap(), -1.3211512777668886);
    let pair = dirichlet_multinomial(&[3, 7], &[0.5, 0.5]).unwrap();
    assert_eq!(pair, beta_binomial(3, 10, 0.5, 0.5).unwrap());
    assert_eq!(dirichlet_multinomial(&[9], &[2.0]).unwrap(), LogProb::CERTAIN);
    // 5! / (2! 2! 1!) / 3^5.
    assert_ln(multinomial(&[2, 2, 1], &[1.0 / 3.0; 3]).unwrap(), f64::ln(30.0 / 243.0));
}

#[test]
fn what_a_forecast_excludes_is_impossible_and_what_it_promises_is_certain() {
    assert_eq!(binomial(1, 5, 0.0).unwrap(), LogProb::IMPOSSIBLE);
    assert_eq!(binomial(0, 5, 0.0).unwrap(), LogProb::CERTAIN);
    assert_eq!(binomial(5, 5, 1.0).unwrap(), LogProb::CERTAIN);
    assert_eq!(binomial(0, 0, 0.4).unwrap(), LogProb::CERTAIN);
    assert_eq!(multinomial(&[1, 0, 2], &[0.5, 0.5, 0.0]).unwrap(), LogProb::IMPOSSIBLE);
    assert_eq!(multinomial(&[0, 4, 0], &[0.0, 1.0, 0.0]).unwrap(), LogProb::CERTAIN);
}

#[test]
fn bad_arguments_are_errors() {
    assert!(binomial(3, 2, 0.5).is_err());
    assert!(binomial(1, 2, 1.5).is_err());
    assert!(beta_binomial(1, 2, 0.0, 1.0).is_err());
    assert!(beta_binomial(1, 2, 1.0, f64::NAN).is_err());
    assert!(multinomial(&[1, 2], &[0.5]).is_err());
    assert!(multinomial(&[], &[]).is_err());
    let error = multinomial(&[1, 2], &[0.5, 0.4]).unwrap_err();
    assert_eq!(error.to_string(), "the sum of the probabilities is 0.9; it must be 1");
    assert!(dirichlet_multinomial(&[1, 2], &[1.0, -1.0]).is_err());
}
