//! Rank correlations against published numbers, definitions and simulated populations, and wrong
//! versions that the same numbers tell apart.

use mesascope_stats::{Key, Outcome, StatsError, assert_estimates, ranks, spearman};
use proptest::prelude::*;

/// Pearson's correlation, straight from its definition.
fn pearson(x: &[f64], y: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (mean_x, mean_y) = (mean(x), mean(y));
    let sum = |f: &dyn Fn(f64, f64) -> f64| -> f64 {
        x.iter().zip(y).map(|(x, y)| f(x - mean_x, y - mean_y)).sum()
    };
    sum(&|x, y| x * y) / (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt()
}

/// A mutant: ranks in which equal values take the order in which they come.
fn ranks_without_ties(values: &[f64]) -> Vec<f64> {
    let before = |place: usize, other: usize| {
        values[other] < values[place] || values[other] == values[place] && other < place
    };
    let rank = |place| 1 + (0..values.len()).filter(|&other| before(place, other)).count();
    (0..values.len()).map(|place| rank(place) as f64).collect()
}

/// The example of ci.spear in Bonett's R package statpsych, reference page.
const BONETT_Y: [f64; 15] = [21., 4., 9., 12., 35., 18., 10., 22., 24., 1., 6., 8., 13., 16., 19.];
const BONETT_X: [f64; 15] =
    [67., 28., 30., 28., 52., 40., 25., 37., 44., 10., 14., 20., 28., 40., 51.];

#[test]
fn the_interval_is_the_one_that_bonett_prints() {
    let correlation = spearman(&BONETT_X, &BONETT_Y).unwrap();
    let interval = correlation.interval(0.95).unwrap();
    // By the delta method, d tanh(z) = (1 - tanh(z)^2) dz.
    let error =
        correlation.standard_error_of_atanh().unwrap() * (1.0 - correlation.rho * correlation.rho);
    let ours = [correlation.rho, error, interval.low, interval.high];
    for (ours, printed) in ours.into_iter().zip([0.8699639, 0.08241326, 0.5840951, 0.9638297]) {
        assert!((ours / printed - 1.0).abs() < 1e-7, "{ours} is not {printed}");
    }
}

#[test]
fn ranks_without_tie_correction_miss_bonetts_number() {
    let mutant = pearson(&ranks_without_ties(&BONETT_X), &ranks_without_ties(&BONETT_Y));
    assert!((mutant - 0.8699639).abs() > 0.01, "{mutant}");
    // So does the short formula 1 - 6 sum d^2 / (n^3 - n), which holds without ties alone.
    let (x, y) = (ranks(&BONETT_X).unwrap(), ranks(&BONETT_Y).unwrap());
    let squares: f64 = x.iter().zip(&y).map(|(x, y)| (x - y) * (x - y)).sum();
    let short = 1.0 - 6.0 * squares / (15.0 * 224.0);
    assert!((short - 0.8699639).abs() > 1e-4, "{short}");
}

#[test]
fn ranks_worked_by_hand() {
    assert_eq!(ranks(&[30.0, 10.0, 20.0]).unwrap(), [3.0, 1.0, 2.0]);
    assert_eq!(ranks(&[5.0, 1.0, 5.0, 9.0]).unwrap(), [2.5, 1.0, 2.5, 4.0]);
    assert_eq!(ranks(&[0.0, -0.0, f64::NEG_INFINITY]).unwrap(), [2.5, 2.5, 1.0]);
    assert_eq!(ranks(&[]).unwrap(), []);
    // d = 1, 1, 0, 0: 1 - 6 * 2 / 60.
    let swapped = spearman(&[1.0, 2.0, 3.0, 4.0], &[2.0, 1.0, 3.0, 4.0]).unwrap();
    assert_eq!(swapped.rho, 0.8);
    // Ranks 1.5, 1.5, 3 against 1, 2, 3: deviations -1/2, -1/2, 1 and -1, 0, 1.
    let tied = spearman(&[0.0, 0.0, 7.0], &[1.0, 2.0, 3.0]).unwrap();
    assert!((tied.rho - 1.5 / 3_f64.sqrt()).abs() < 1e-15);
}

#[test]
fn nothing_is_said_where_nothing_can_be() {
    let too_few = spearman(&[1.0, 2.0], &[1.0, 2.0]);
    assert_eq!(too_few, Err(StatsError::TooFew { of_what: "points", count: 2, needed: 3 }));
    let constant = spearman(&[1.0, 2.0, 3.0], &[4.0; 3]).unwrap_err();
    assert_eq!(constant.to_string(), "undetermined: y is 4 at all 3 points");
    assert!(matches!(spearman(&[1.0], &[]), Err(StatsError::LengthsDiffer { .. })));
    assert!(matches!(
        spearman(&[1.0, f64::NAN, 2.0], &[1.0; 3]),
        Err(StatsError::OutOfRange { .. })
    ));
    let three = spearman(&[1.0, 2.0, 3.0], &[1.0, 3.0, 2.0]).unwrap();
    assert_eq!(
        three.interval(0.9),
        Err(StatsError::TooFew { of_what: "points", count: 3, needed: 4 })
    );
    let whole = spearman(&[1.0, 2.0, 3.0, 9.0], &[4.0, 3.0, 2.0, 1.0]).unwrap();
    assert_eq!(whole.rho, -1.0);
    assert_eq!(
        whole.interval(0.9).unwrap_err().to_string(),
        "undetermined: the rank correlation of all 4 points is -1"
    );
    assert!(spearman(&BONETT_X, &BONETT_Y).unwrap().interval(1.0).is_err());
}

/// How often the 95% interval covers the rank correlation of a bivariate normal population, from
/// 4,000 samples of `points`, with its standard error multiplied by `stretch`.
fn coverage(rank_correlation: f64, points: usize, stretch: f64, seed: u64) -> Outcome {
    // Pearson 1907: a bivariate normal with correlation r has rank correlation 6 / pi asin(r / 2).
    let r = 2.0 * (std::f64::consts::PI * rank_correlation / 6.0).sin();
    let mut draws = Key::from_seed(seed).draws();
    let covered: Vec<f64> = (0..4_000)
        .map(|_| {
            let x: Vec<f64> = (0..points).map(|_| draws.normal()).collect();
            let y: Vec<f64> =
                x.iter().map(|x| r * x + (1.0 - r * r).sqrt() * draws.normal()).collect();
            let correlation = spearman(&x, &y).unwrap();
            let half = 1.959963984540054 * correlation.standard_error_of_atanh().unwrap();
            let gap = correlation.rho.atanh() - rank_correlation.atanh();
            f64::from(u8::from(gap.abs() <= stretch * half))
        })
        .collect();
    Outcome::of_mean(&covered)
}

#[test]
fn intervals_cover_normal_populations_as_often_as_they_say() {
    for (seed, rank_correlation) in [(1, 0.0), (2, 0.5), (3, -0.8), (4, 0.9)] {
        assert_estimates(&coverage(rank_correlation, 50, 1.0, seed), 0.95, 0.016);
    }
}

#[test]
fn intervals_cover_too_seldom_where_a_few_points_agree_almost_wholly() {
    assert_estimates(&coverage(0.98, 10, 1.0, 9), 0.86, 0.025);
}

#[test]
fn fishers_error_for_pearson_covers_strong_rank_correlations_too_seldom() {
    // The mutant sqrt(1 / (n - 3)) is smaller by sqrt(1 + 0.9^2 / 2).
    let Outcome::Estimated(mutant) = coverage(0.9, 50, 1.405_f64.powf(-0.5), 4) else {
        panic!("nothing was estimated");
    };
    assert!(mutant.mean + 4.0 * mutant.standard_error < 0.95, "{mutant:?}");
}

/// Some points with ties on both sides.
fn points() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    prop::collection::vec((-6..6_i32, -6..6_i32), 3..40).prop_map(|points| {
        let column = |of: fn(&(i32, i32)) -> i32| points.iter().map(|p| f64::from(of(p))).collect();
        (column(|p| p.0), column(|p| p.1))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn ranks_are_the_mean_of_how_many_lie_below_and_up_to(values in points().prop_map(|p| p.0)) {
        let n = values.len() as f64;
        let ranks = ranks(&values).unwrap();
        prop_assert_eq!(ranks.iter().sum::<f64>(), 0.5 * n * (n + 1.0));
        for (value, rank) in values.iter().zip(ranks) {
            let below = values.iter().filter(|other| *other < value).count();
            let upto = values.iter().filter(|other| *other <= value).count();
            prop_assert_eq!(rank, 0.5 * (below + 1 + upto) as f64);
        }
    }

    #[test]
    fn rho_is_pearsons_correlation_of_ranks_and_knows_nothing_but_order((x, y) in points()) {
        let Ok(correlation) = spearman(&x, &y) else { return Ok(()) };
        let rho = correlation.rho;
        prop_assert!((-1.0..=1.0).contains(&rho));
        let by_definition = pearson(&ranks(&x).unwrap(), &ranks(&y).unwrap());
        prop_assert!((rho - by_definition).abs() < 1e-12, "{} is not {}", rho, by_definition);
        prop_assert_eq!(spearman(&y, &x).unwrap().rho, rho);
        let bent: Vec<f64> = x.iter().map(|x| x.exp() - 3.0).collect();
        prop_assert_eq!(spearman(&bent, &y).unwrap().rho, rho);
        let turned: Vec<f64> = x.iter().map(|x| -x).collect();
        prop_assert_eq!(spearman(&turned, &y).unwrap().rho, -rho);
        if let Ok(interval) = correlation.interval(0.9) {
            prop_assert!(interval.contains(rho) && interval.inside(&(-1.0, 1.0)));
        }
    }
}
