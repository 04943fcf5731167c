//! No finite argument gives NaN or a panic, and what should rise with an argument does.

use mesascope_stats::{
    LogProb, Outcome, Sides, beta_binomial, binomial, binomial_two_sided, clopper_pearson,
    corrected_for_instrument, dirichlet_multinomial, ks_one_sample, ks_two_sample, ln_normal_cdf,
    multinomial, normal_cdf, normal_quantile, student_t_quantile, truncated_normal_mean,
    uniform_mean, wilson,
};
use proptest::prelude::*;

/// Numbers of every size from 1e-8 to 1e8, of both signs.
fn any_size() -> impl Strategy<Value = f64> {
    (-8.0..8.0_f64, any::<bool>())
        .prop_map(|(exponent, up)| if up { 10_f64.powf(exponent) } else { -10_f64.powf(exponent) })
}

fn positive() -> impl Strategy<Value = f64> {
    any_size().prop_map(f64::abs)
}

fn hits_of() -> impl Strategy<Value = (u64, u64)> {
    (1..1_000_000_u64).prop_flat_map(|of| (0..=of, Just(of)))
}

fn is_probability(score: LogProb) -> bool {
    // Rounding of sums of logarithms may lift certainty by some last digits.
    score.ln() <= 1e-9
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn scores_of_counts_are_probabilities(
        (hits, of) in hits_of(), p in 0.0..=1.0_f64, a in positive(), b in positive(),
    ) {
        prop_assert!(is_probability(binomial(hits, of, p).unwrap()));
        prop_assert!(is_probability(beta_binomial(hits, of, a, b).unwrap()));
        let counts = [hits, of - hits, hits / 2];
        prop_assert!(is_probability(multinomial(&counts, &[p, 0.0, 1.0 - p]).unwrap()));
        prop_assert!(is_probability(dirichlet_multinomial(&counts, &[a, b, 1.0]).unwrap()));
    }

    #[test]
    fn scores_of_means_are_finite_wherever_the_forecast_lies(
        observed in any_size(), error in positive(), mean in any_size(), sd in positive(),
        low in any_size(), width in positive(),
    ) {
        // A range whose ends round to one number is an error, and not the matter here.
        prop_assume!(low + width > low);
        let range = (low, low + width);
        let score = truncated_normal_mean(observed, error, mean, sd, range).unwrap();
        prop_assert!(score.ln().is_finite(), "{}", score.ln());
        let peak = -(error * std::f64::consts::TAU.sqrt()).ln();
        prop_assert!(score.ln() <= peak + 1e-6, "{} above the densest, {peak}", score.ln());
        let score = uniform_mean(observed, error, range).unwrap();
        prop_assert!(score.ln().is_finite(), "{}", score.ln());
        prop_assert!(score.ln() <= peak + 1e-6, "{} above the densest, {peak}", score.ln());
    }

    #[test]
    fn intervals_contain_the_share_and_widen_with_the_level(
        (hits, of) in hits_of(), level in 0.01..0.98_f64,
    ) {
        let share = hits as f64 / of as f64;
        for method in [clopper_pearson, wilson] {
            let narrow = method(hits, of, level, Sides::Two).unwrap();
            let wide = method(hits, of, level + 0.01, Sides::Two).unwrap();
            prop_assert!(0.0 <= narrow.low && narrow.high <= 1.0);
            prop_assert!(narrow.low <= share + 1e-12 && share <= narrow.high + 1e-12);
            prop_assert!(wide.low <= narrow.low && narrow.high <= wide.high);
        }
    }

    #[test]
    fn one_more_hit_raises_both_ends((hits, of) in hits_of(), level in 0.5..0.999_f64) {
        prop_assume!(hits < of);
        for method in [clopper_pearson, wilson] {
            let fewer = method(hits, of, level, Sides::Two).unwrap();
            let more = method(hits + 1, of, level, Sides::Two).unwrap();
            prop_assert!(fewer.low <= more.low && fewer.high <= more.high);
        }
    }

    #[test]
    fn a_corrected_interval_is_an_interval_of_rates(
        (hits, of) in hits_of(), sensitivity in 0.0..=1.0_f64, specificity in 0.0..=1.0_f64,
    ) {
        let observed = clopper_pearson(hits, of, 0.95, Sides::Two).unwrap();
        if let Ok(corrected) = corrected_for_instrument(observed, sensitivity, specificity) {
            prop_assert!(0.0 <= corrected.low && corrected.low <= corrected.high);
            prop_assert!(corrected.high <= 1.0);
        }
    }

    #[test]
    fn p_values_lie_between_0_and_1(
        (hits, of) in hits_of(), p in 0.0..=1.0_f64,
        a in prop::collection::vec(any_size(), 5..40), b in prop::collection::vec(any_size(), 1..40),
    ) {
        let unit = 0.0..=1.0;
        prop_assert!(unit.contains(&binomial_two_sided(hits, of, p).unwrap()));
        prop_assert!(unit.contains(&ks_one_sample(&a, normal_cdf).unwrap()));
        prop_assert!(unit.contains(&ks_two_sample(&a, &b).unwrap()));
    }

    #[test]
    fn a_hit_further_from_the_mode_is_never_more_expected(
        (hits, of) in hits_of(), p in 0.01..0.99_f64,
    ) {
        prop_assume!(hits < of && hits as f64 > (of as f64 + 1.0) * p);
        let near = binomial_two_sided(hits, of, p).unwrap();
        let far = binomial_two_sided(hits + 1, of, p).unwrap();
        prop_assert!(far <= near * (1.0 + 1e-9));
    }

    #[test]
    fn quantiles_invert_and_rise(p in 1e-6..0.999_99_f64, df in 1.0..1e6_f64) {
        let z = normal_quantile(p).unwrap();
        prop_assert!((normal_cdf(z) - p).abs() < 1e-14);
        prop_assert!((ln_normal_cdf(z) - p.ln()).abs() < 1e-12);
        let t = student_t_quantile(p, df).unwrap();
        prop_assert!(student_t_quantile(p + 1e-6, df).unwrap() > t);
        // Student's tails are the heavier ones.
        prop_assert!(t.abs() >= z.abs() - 1e-9, "t = {t}, z = {z}");
    }

    #[test]
    fn a_mixture_lies_between_its_parts(a in -1e3..0.0_f64, b in -1e3..0.0_f64, w in 0.0..=1.0_f64) {
        let mixed = LogProb::mix(&[(w, LogProb(a)), (1.0 - w, LogProb(b))]).ln();
        prop_assert!(a.min(b) - 1e-9 <= mixed && mixed <= a.max(b) + 1e-9);
    }

    #[test]
    fn an_outcome_is_a_finite_estimate_or_a_reason(
        values in prop::collection::vec(any::<f64>(), 0..6),
    ) {
        match Outcome::of_mean(&values) {
            Outcome::Estimated(estimate) => {
                prop_assert!(estimate.mean.is_finite() && estimate.standard_error > 0.0);
                prop_assert!(estimate.interval(0.95).contains(estimate.mean));
            }
            Outcome::Undetermined { because } => prop_assert!(!because.is_empty()),
        }
    }
}
