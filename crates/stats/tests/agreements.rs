//! Agreement of two samples, worked by hand, by brute force, and on samples of known populations.

use mesascope_stats::{Key, PairedCounts, StatsError};
use proptest::prelude::*;

const FIRST: [(&str, u64); 4] = [("and", 60), ("or", 30), ("xor", 10), ("nand", 0)];
const SECOND: [(&str, u64); 3] = [("xor", 20), ("and", 120), ("one", 60)];

#[test]
fn counts_are_paired_by_key_whatever_the_order() {
    let paired = PairedCounts::new(FIRST, SECOND);
    assert_eq!(paired.keys(), 4, "and, one, or, xor; nand was never seen");
    assert_eq!((paired.keys_with(10), paired.keys_with(11), paired.keys_with(0)), (2, 1, 2));
    let turned = PairedCounts::new(FIRST.into_iter().rev(), SECOND.into_iter().rev());
    assert_eq!(turned, paired);
    let halves = [("and", 20), ("or", 30), ("and", 40), ("xor", 10)];
    assert_eq!(PairedCounts::new(halves, SECOND), paired, "counts of one key add up");
}

#[test]
fn divergence_and_distance_worked_by_hand() {
    let paired = PairedCounts::new(FIRST, SECOND);
    // Shares .6 .3 .1 0 and .6 0 .1 .3.
    assert!((paired.total_variation().unwrap() - 0.3).abs() < 1e-15);
    // alpha 1: cells and, one, or, xor, unseen: 61 1 31 11 1 of 105, and 121 61 1 21 1 of 205.
    let [p, q] = [([61, 1, 31, 11, 1], 105.0), ([121, 61, 1, 21, 1], 205.0)]
        .map(|(counts, total)| counts.map(|count| f64::from(count) / total));
    let bits = |p: [f64; 5], q: [f64; 5]| (0..5).map(|k| p[k] * (p[k] / q[k]).log2()).sum::<f64>();
    let divergence = paired.divergence(1.0).unwrap();
    assert!((divergence.first_from_second_bits - bits(p, q)).abs() < 1e-14);
    assert!((divergence.second_from_first_bits - bits(q, p)).abs() < 1e-14);
    // The mutant without the cell for what was not seen.
    let [p, q] = [([61.0, 1.0, 31.0, 11.0], 104.0), ([121.0, 61.0, 1.0, 21.0], 204.0)]
        .map(|(counts, total)| counts.map(|count: f64| count / total));
    let mutant: f64 = (0..4).map(|k| p[k] * (p[k] / q[k]).log2()).sum();
    assert!((divergence.first_from_second_bits - mutant).abs() > 1e-3, "{mutant}");
}

#[test]
fn a_power_law_between_shares_is_the_slope_of_the_line() {
    // Second counts are the squares of the first, in both columns above 10 but for the last key.
    let first = (1..=20_u64).map(|key| (key, 5 * key));
    let second = (1..=20_u64).map(|key| (key, 25 * key * key));
    let paired = PairedCounts::new(first, second);
    let line = paired.log_log(10).unwrap();
    assert_eq!(line.points, 19);
    assert!((line.slope - 2.0).abs() < 1e-12 && line.r_squared > 1.0 - 1e-12);
    assert_eq!(paired.rank_correlation(10).unwrap().rho, 1.0);
    // log10 of second = 2 log10 of first + (2 log10 of 1050 - log10 of 71750).
    let intercept = (1050.0_f64 * 1050.0 / 71750.0).log10();
    assert!((line.intercept - intercept).abs() < 1e-12);
}

#[test]
fn a_sample_agrees_wholly_with_itself() {
    let paired = PairedCounts::new(FIRST, FIRST);
    let divergence = paired.divergence(0.5).unwrap();
    assert_eq!((divergence.first_from_second_bits, divergence.second_from_first_bits), (0.0, 0.0));
    assert_eq!(paired.total_variation().unwrap(), 0.0);
    let line = paired.log_log(10).unwrap();
    assert!((line.slope - 1.0).abs() < 1e-15 && (line.r_squared - 1.0).abs() < 1e-15);
}

#[test]
fn nothing_is_said_where_nothing_can_be() {
    let nothing: [(u8, u64); 0] = [];
    let paired = PairedCounts::new([(1, 3)], nothing);
    let none = StatsError::TooFew { of_what: "draws in the second sample", count: 0, needed: 1 };
    assert_eq!(paired.total_variation(), Err(none.clone()));
    assert_eq!(paired.divergence(1.0), Err(none));
    let paired = PairedCounts::new(FIRST, SECOND);
    for alpha in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(paired.divergence(alpha), Err(StatsError::OutOfRange { .. })), "{alpha}");
    }
    assert!(matches!(paired.divergence(1e308), Err(StatsError::Undetermined { .. })));
    let two = StatsError::TooFew { of_what: "points", count: 2, needed: 3 };
    assert_eq!(paired.log_log(10), Err(two.clone()));
    assert_eq!(paired.rank_correlation(10), Err(two));
    let level = [(1, 5), (2, 5), (3, 5)];
    let paired = PairedCounts::new(level, [(1, 1), (2, 2), (3, 3)]);
    assert!(matches!(paired.log_log(1), Err(StatsError::Undetermined { .. })));
    assert!(matches!(paired.rank_correlation(1), Err(StatsError::Undetermined { .. })));
}

/// Draws of keys 0 to `keys` - 1 with shares in proportion to 1 / (key + 1)^`power`.
fn sample(seed: u64, draws: usize, keys: usize, power: f64) -> Vec<(usize, u64)> {
    let mut sums: Vec<f64> = (0..keys).map(|key| (key as f64 + 1.0).powf(-power)).collect();
    for key in 1..keys {
        sums[key] += sums[key - 1];
    }
    let mut counts = vec![0; keys];
    let mut source = Key::from_seed(seed).draws();
    for _ in 0..draws {
        let at = source.uniform() * sums[keys - 1];
        counts[sums.partition_point(|&sum| sum <= at).min(keys - 1)] += 1;
    }
    counts.into_iter().enumerate().collect()
}

#[test]
fn two_samples_of_one_distribution_diverge_by_the_noise_that_the_doc_states() {
    let (draws, keys) = (100_000, 100);
    let mean = (0..20)
        .map(|seed| {
            let [first, second] =
                [2 * seed, 2 * seed + 1].map(|seed| sample(seed, draws, keys, 0.5));
            PairedCounts::new(first, second).divergence(0.5).unwrap().first_from_second_bits
        })
        .sum::<f64>()
        / 20.0;
    let stated = keys as f64 * 2.0 / draws as f64 / (2.0 * std::f64::consts::LN_2);
    // chi-square with 99 degrees, over 20 samples: a standard error of 3 in 100.
    assert!((mean / stated - 1.0).abs() < 0.12, "{mean} bits, where {stated} were stated");
}

#[test]
fn few_hits_flatten_the_line_between_two_samples_of_one_distribution() {
    let [first, second] = [1, 2].map(|seed| sample(seed, 100_000, 20_000, 1.0));
    let paired = PairedCounts::new(first, second);
    let [few, many] = [1, 100].map(|hits| paired.log_log(hits).unwrap());
    assert!(few.slope < 0.9 && few.r_squared < 0.9, "{few:?}");
    assert!((many.slope - 1.0).abs() < 0.03 && many.r_squared > 0.98, "{many:?}");
}

#[test]
fn a_tilted_distribution_is_told_from_noise() {
    let [first, second] =
        [(1, 1.0), (2, 1.5)].map(|(seed, power)| sample(seed, 100_000, 200, power));
    let paired = PairedCounts::new(first, second);
    let line = paired.log_log(10).unwrap();
    assert!(line.slope_interval(0.99).unwrap().contains(1.5), "{line:?}");
    assert!(paired.rank_correlation(10).unwrap().rho > 0.95);
    assert!(paired.divergence(0.5).unwrap().first_from_second_bits > 0.1);
}

fn sparse() -> impl Strategy<Value = Vec<(u8, u64)>> {
    prop::collection::vec((0..20_u8, 0..1000_u64), 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn divergences_are_never_negative_and_turn_about_with_the_samples(
        first in sparse(), second in sparse(), alpha in 1e-6..10.0_f64,
    ) {
        let paired = PairedCounts::new(first.clone(), second.clone());
        let turned = PairedCounts::new(second, first);
        let (Ok(one), Ok(other)) = (paired.divergence(alpha), turned.divergence(alpha)) else {
            return Ok(());
        };
        prop_assert!(one.first_from_second_bits >= 0.0);
        prop_assert_eq!(one.first_from_second_bits, other.second_from_first_bits);
        prop_assert_eq!(one.second_from_first_bits, other.first_from_second_bits);
        let distance = paired.total_variation().unwrap();
        prop_assert!((0.0..=1.0).contains(&distance));
        prop_assert_eq!(distance, turned.total_variation().unwrap());
    }

    #[test]
    fn any_counts_give_numbers_or_errors(
        first in prop::collection::vec((0..5_u8, any::<u64>()), 0..8),
        second in prop::collection::vec((0..5_u8, any::<u64>()), 0..8), alpha in any::<f64>(),
    ) {
        let paired = PairedCounts::new(first, second);
        if let Ok(divergence) = paired.divergence(alpha) {
            prop_assert!(divergence.first_from_second_bits.is_finite());
            prop_assert!(divergence.second_from_first_bits.is_finite());
        }
        if let Ok(line) = paired.log_log(1) {
            prop_assert!(line.slope.is_finite() && line.slope_error.is_finite());
        }
        if let Ok(correlation) = paired.rank_correlation(1) {
            prop_assert!((-1.0..=1.0).contains(&correlation.rho));
        }
    }
}
