//! p-values against published numbers, brute force, and deviations that must be found.

use mesascope_stats::{
    Key, binomial, binomial_two_sided, chi_square, ks_one_sample, ks_two_sample, mean_equals,
    normal_cdf,
};

fn assert_close(value: f64, expected: f64, relative: f64) {
    assert!((value - expected).abs() <= relative * expected.abs(), "{value} is not {expected}");
}

#[test]
fn binomial_p_values_agree_with_r_and_scipy() {
    // Conover 1971, p. 97, as printed by the example of R's binom.test: 0.3825.
    assert_close(binomial_two_sided(682, 925, 0.75).unwrap(), 0.3824915595748517, 1e-11);
    // scipy 1.x, binomtest.
    assert_close(binomial_two_sided(3, 17, 0.4).unwrap(), 0.08123565937917951, 1e-11);
    assert_close(binomial_two_sided(60, 100, 0.5).unwrap(), 0.05688793364098089, 1e-11);
    let million = binomial_two_sided(501_000, 1_000_000, 0.5).unwrap();
    assert_close(million, 0.0456082998653896, 1e-9);
    let million = binomial_two_sided(700_000, 1_000_000, 0.699).unwrap();
    assert_close(million, 0.029249386804525646, 1e-9);
}

#[test]
fn binomial_p_values_equal_the_sum_over_no_likelier_outcomes() {
    for of in [1, 2, 7, 20, 31] {
        for p in [0.0, 0.03, 0.25, 0.5, 0.8, 1.0] {
            let all: Vec<f64> = (0..=of).map(|k| binomial(k, of, p).unwrap().prob()).collect();
            for hits in 0..=of {
                let bound = all[hits as usize] * (1.0 + 1e-7);
                let brute: f64 = all.iter().filter(|&&other| other <= bound).sum();
                let fast = binomial_two_sided(hits, of, p).unwrap();
                assert!((fast - brute).abs() < 1e-12, "{hits} of {of} at {p}: {fast}, {brute}");
            }
        }
    }
}

#[test]
fn a_fair_coin_is_rejected_no_more_often_than_alpha_and_a_loaded_one_almost_always() {
    let rejected = |rate: f64| -> f64 {
        (0..=200)
            .filter(|&hits| binomial_two_sided(hits, 200, 0.5).unwrap() <= 0.05)
            .map(|hits| binomial(hits, 200, rate).unwrap().prob())
            .sum()
    };
    assert!(rejected(0.5) <= 0.05);
    assert!(rejected(0.65) > 0.98);
}

#[test]
fn mendels_peas_agree_with_his_law_and_not_with_another() {
    // Mendel 1866, round and yellow to wrinkled and green: 9:3:3:1. R's chisq.test: p = 0.9254.
    let peas = [315, 108, 101, 32];
    let expected = |shares: [f64; 4]| shares.map(|share| share * 556.0 / 16.0);
    let p = chi_square(&peas, &expected([9.0, 3.0, 3.0, 1.0]), 0).unwrap();
    assert_close(p, 0.925425895103616, 1e-12);
    let p = chi_square(&peas, &expected([8.0, 4.0, 3.0, 1.0]), 0).unwrap();
    assert!(p < 0.01, "{p}");
}

#[test]
fn chi_square_p_values_agree_with_scipy_from_1_to_1000_degrees_and_far_out() {
    // scipy 1.x, chi2.sf. Two classes of n / 2 with a gap of d between them give the statistic
    // d^2 / n; 2k classes that deviate by d from their mean m give 2k d^2 / m.
    assert_close(chi_square(&[1200, 400], &[800.0; 2], 0).unwrap(), 5.507248237212379e-89, 1e-11);
    let alternating = |pairs: usize, low: u64, high: u64, fitted: usize| {
        let counts: Vec<u64> = (0..2 * pairs + 1)
            .map(|place| match place {
                0 => (low + high) / 2,
                odd if odd % 2 == 1 => low,
                _ => high,
            })
            .collect();
        let mean = (low + high) as f64 / 2.0;
        chi_square(&counts, &vec![mean; counts.len()], fitted).unwrap()
    };
    // 1001 classes of mean 100 with deviations 10: statistic 1000.
    assert_close(alternating(500, 90, 110, 0), 0.49405285382923964, 1e-10);
    // 11 classes of mean 10 with deviations 10: statistic 100.
    assert_close(alternating(5, 0, 20, 0), 5.4497019829205215e-17, 1e-11);
    // Fitted parameters cost degrees of freedom: chi2.sf(100, 1).
    assert_close(alternating(5, 0, 20, 9), 1.5239706048320995e-23, 1e-11);
    assert_eq!(chi_square(&[5, 5], &[5.0, 5.0], 0).unwrap(), 1.0);
}

#[test]
fn students_sleep_data_give_students_p_value() {
    // R: t.test(extra ~ group, data = sleep, paired = TRUE) prints p = 0.002833.
    let sleep = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4];
    assert_close(mean_equals(&sleep, 0.0).unwrap(), 0.002832890197384273, 1e-11);
    assert_close(mean_equals(&sleep, 1.58).unwrap(), 1.0, 1e-9);
    assert!(mean_equals(&[1.0, 1.0], 0.0).is_err());
    assert!(mean_equals(&[1.0, 2.0], f64::NAN).is_err());
}

fn normals(seed: u64, count: usize) -> Vec<f64> {
    let mut draws = Key::from_seed(seed).draws();
    (0..count).map(|_| draws.normal()).collect()
}

#[test]
fn kolmogorov_finds_a_wrong_scale_a_wrong_mean_and_a_missing_tail() {
    // n = 20,000, alpha = 0.001: finds a distance of 0.014.
    let sample = normals(31, 20_000);
    assert!(ks_one_sample(&sample, normal_cdf).unwrap() > 0.001);
    assert!(ks_one_sample(&sample, |x| normal_cdf(1.1 * x)).unwrap() < 0.001);
    assert!(ks_one_sample(&sample, |x| normal_cdf(x - 0.05)).unwrap() < 0.001);
    let cut: Vec<f64> = sample.iter().map(|&x| x.clamp(-2.0, 2.0)).collect();
    assert!(ks_one_sample(&cut, normal_cdf).unwrap() < 0.001);
}

/// How many of 2000 p-values are at most 0.05.
fn rejections(mut p_value: impl FnMut() -> f64) -> u64 {
    (0..2000).map(|_| u64::from(p_value() <= 0.05)).sum()
}

#[test]
fn kolmogorov_rejects_the_truth_as_often_as_alpha() {
    let mut draws = Key::from_seed(32).draws();
    let count = rejections(|| {
        let sample: Vec<f64> = (0..30).map(|_| draws.uniform()).collect();
        ks_one_sample(&sample, |x| x).unwrap()
    });
    assert!(binomial_two_sided(count, 2000, 0.05).unwrap() > 0.001, "{count} of 2000");
}

#[test]
fn two_samples_of_one_distribution_are_rejected_at_most_as_often_as_alpha() {
    let mut draws = Key::from_seed(33).draws();
    // A three-sigma excess over 5% of 2000 is 129.
    let count = rejections(|| {
        let sample: Vec<f64> = (0..70).map(|_| draws.uniform()).collect();
        ks_two_sample(&sample[..40], &sample[40..]).unwrap()
    });
    assert!(count < 129, "{count} of 2000");
    // Ties make the test more conservative.
    let tied = rejections(|| {
        let sample: Vec<f64> = (0..70).map(|_| draws.below(4) as f64).collect();
        ks_two_sample(&sample[..40], &sample[40..]).unwrap()
    });
    assert!(tied < count, "{tied} with ties, {count} without");
}

#[test]
fn two_samples_of_different_distributions_are_told_apart() {
    let (a, b) = (normals(34, 2000), normals(35, 3000));
    assert!(ks_two_sample(&a, &b).unwrap() > 0.001);
    let shifted: Vec<f64> = b.iter().map(|x| x + 0.2).collect();
    assert!(ks_two_sample(&a, &shifted).unwrap() < 0.001);
    assert_eq!(ks_two_sample(&a, &a).unwrap(), 1.0);
    // Distance 1 between 4 and 4 values: sqrt(2), where the limit gives 0.0366.
    let apart = ks_two_sample(&[1.0, 2.0, 3.0, 4.0], &[5.0, 6.0, 7.0, 8.0]).unwrap();
    assert!((apart - 0.0366).abs() < 5e-5, "{apart}");
}

#[test]
fn bad_arguments_are_errors() {
    assert!(binomial_two_sided(3, 2, 0.5).is_err());
    assert!(binomial_two_sided(0, 0, 0.5).is_err());
    assert!(binomial_two_sided(1, 2, f64::NAN).is_err());
    assert!(chi_square(&[1, 2], &[3.0], 0).is_err());
    assert!(chi_square(&[3], &[3.0], 0).is_err());
    assert!(chi_square(&[1, 2, 3], &[2.0, 2.0, 2.0], 2).is_err());
    assert!(chi_square(&[1, 2], &[3.0, 0.0], 0).is_err());
    assert!(chi_square(&[5, 5], &[4.0, 4.0], 0).is_err(), "a class is missing");
    assert!(ks_one_sample(&[], normal_cdf).is_err());
    assert!(ks_one_sample(&[0.0, 1.0, 2.0, 3.0], normal_cdf).is_err());
    assert!(ks_one_sample(&[0.0, 1.0, 2.0, 3.0, f64::NAN], normal_cdf).is_err());
    assert!(ks_one_sample(&[0.0, 1.0, 2.0, 3.0, 4.0], |x| x).is_err(), "no cdf reaches 4");
    assert!(ks_one_sample(&[0.0, 1.0, 2.0, 3.0, 4.0], |x| 1.0 - x / 4.0).is_err());
    assert!(ks_two_sample(&[], &[1.0]).is_err());
}
