//! The largest margin against closed forms and against the conditions that make it the largest.

use mesascope_stats::{Key, StatsError, max_margin};
use proptest::prelude::*;

fn gram(rows: &[Vec<f64>]) -> Vec<f64> {
    let product = |one: &[f64], other: &[f64]| one.iter().zip(other).map(|(a, b)| a * b).sum();
    rows.iter().flat_map(|one| rows.iter().map(move |other| product(one, other))).collect()
}

/// w, `[input]`, and its length as reported.
fn separator(rows: &[Vec<f64>], signs: &[f64]) -> Result<(Vec<f64>, f64), StatsError> {
    let found = max_margin(&gram(rows), signs)?;
    let mut w = vec![0.0; rows[0].len()];
    for ((row, sign), coefficient) in rows.iter().zip(signs).zip(&found.coefficients) {
        w.iter_mut().zip(row).for_each(|(w, x)| *w += coefficient * sign * x);
    }
    Ok((w, found.norm))
}

#[test]
fn two_points_are_separated_half_way() {
    let rows = [vec![1.0, 3.0], vec![1.0, 1.0]];
    // w0 + 3 w1 = 1 and w0 + w1 = -1.
    let (w, norm) = separator(&rows, &[1.0, -1.0]).unwrap();
    assert!((w[0] + 2.0).abs() < 1e-12 && (w[1] - 1.0).abs() < 1e-12, "{w:?}");
    assert!((norm - 5.0_f64.sqrt()).abs() < 1e-12, "{norm}");
}

/// The training states of a coin line, with the coin at L or at 1 to L, and the sign of c - p.
fn states(last: i32, anywhere: bool) -> Vec<(i32, i32)> {
    let coins = if anywhere { 1..=last } else { last..=last };
    coins.flat_map(|c| (0..=last).filter(move |&p| p != c).map(move |p| (p, c))).collect()
}

fn coin_line(last: i32, anywhere: bool, write: impl Fn(i32, i32) -> Vec<f64>) -> Vec<f64> {
    let states = states(last, anywhere);
    let rows: Vec<Vec<f64>> = states.iter().map(|&(p, c)| write(p, c)).collect();
    let signs: Vec<f64> = states.iter().map(|(p, c)| f64::from((c - p).signum())).collect();
    separator(&rows, &signs).unwrap().0
}

fn assert_is(found: &[f64], expected: &[f64]) {
    let far = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(found.len() == expected.len() && far < 1e-8, "{found:?} is not {expected:?}");
}

#[test]
fn the_coin_line_has_the_separators_of_its_propositions() {
    for last in 2..=30 {
        let places = f64::from(last);
        let affine = |p: i32, c: i32| vec![1.0, f64::from(p), f64::from(c)];
        // The row (1, 0, L) alone holds the plane, at a length of 1 / sqrt(1 + L^2).
        let square = 1.0 + places * places;
        assert_is(&coin_line(last, false, affine), &[1.0 / square, 0.0, places / square]);
        // Whatever epsilon above 0, the states shown are the same, and so is the plane.
        assert_is(&coin_line(last, true, affine), &[0.0, -1.0, 1.0]);
        let relative = |p: i32, c: i32| vec![1.0, f64::from(c - p)];
        assert_is(&coin_line(last, false, relative), &[0.5, 0.5]);
        assert_is(&coin_line(last, true, relative), &[0.0, 1.0]);
        let one_hot = |p: i32, c: i32| {
            let at = |place: i32| (0..=last).map(move |other| f64::from(u8::from(other == place)));
            at(p).chain(at(c)).collect()
        };
        let mut expected = vec![1.0 / (places + 1.0); last as usize];
        expected.extend(vec![0.0; last as usize + 1]);
        expected.push(places / (places + 1.0));
        assert_is(&coin_line(last, false, one_hot), &expected);
    }
}

#[test]
fn what_no_plane_separates_is_undetermined() {
    let exclusive_or = [vec![-1.0, -1.0], vec![-1.0, 1.0], vec![1.0, -1.0], vec![1.0, 1.0]];
    let same = [vec![1.0, 2.0], vec![1.0, 2.0]];
    for (rows, signs) in [
        (&exclusive_or[..], &[-1.0, 1.0, 1.0, -1.0][..]),
        (&same[..], &[1.0, -1.0][..]),
        (&[vec![0.0, 0.0]][..], &[1.0][..]),
    ] {
        let error = separator(rows, signs).unwrap_err();
        assert!(matches!(error, StatsError::Undetermined { .. }), "{error}");
    }
    for (gram, signs) in
        [(&[1.0][..], &[0.5][..]), (&[f64::NAN], &[1.0]), (&[1.0, 0.0], &[1.0]), (&[], &[])]
    {
        assert!(max_margin(gram, signs).is_err());
    }
}

proptest! {
    // The conditions of Karush, Kuhn and Tucker are enough for the largest margin.
    #[test]
    fn margins_and_coefficients_fulfil_the_conditions_of_an_optimum(
        seed in 0u64..1_000_000, count in 1usize..40, width in 1usize..6,
    ) {
        let mut draws = Key::from_seed(seed).draws();
        let truth: Vec<f64> = (0..width).map(|_| draws.normal()).collect();
        // Whole numbers, so that rows repeat and margins tie, as in the worlds that this is for.
        let rows: Vec<Vec<f64>> = (0..count)
            .map(|_| (0..width).map(|_| draws.below(7) as f64 - 3.0).collect())
            .collect();
        let logit = |w: &[f64], row: &[f64]| w.iter().zip(row).map(|(w, x)| w * x).sum::<f64>();
        let rows: Vec<Vec<f64>> =
            rows.into_iter().filter(|row| logit(&truth, row).abs() > 1e-3).collect();
        prop_assume!(!rows.is_empty());
        let signs: Vec<f64> = rows.iter().map(|row| logit(&truth, row).signum()).collect();
        let found = max_margin(&gram(&rows), &signs).unwrap();
        let (w, norm) = separator(&rows, &signs).unwrap();
        let total: f64 = found.coefficients.iter().sum();
        for ((row, sign), coefficient) in rows.iter().zip(&signs).zip(&found.coefficients) {
            let margin = sign * logit(&w, row);
            prop_assert!(margin >= 1.0 - 1e-7, "{margin}");
            prop_assert!(*coefficient >= 0.0);
            prop_assert!(coefficient * (margin - 1.0) <= 1e-6 * total, "{coefficient}, {margin}");
        }
        prop_assert!((logit(&w, &w).sqrt() / norm - 1.0).abs() < 1e-7);
    }
}
