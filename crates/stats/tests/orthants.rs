//! Orthant probabilities against closed forms, and against counting draws.

use mesascope_stats::{Key, Lattice, Orthant, orthant};

const LATTICE: Lattice = Lattice { points: 2_000, shifts: 12 };

fn of(covariance: &[f64], seed: u64) -> Orthant {
    orthant(covariance, LATTICE, Key::from_seed(seed)).unwrap()
}

/// Fails unless the truth lies within five standard errors, and these below the resolution.
fn assert_is(found: f64, error: f64, truth: f64, resolution: f64) {
    assert!(error <= resolution, "an error of {error} is too noisy to test");
    assert!((found - truth).abs() <= 5.0 * error + 1e-13, "{found} +- {error} is not {truth}");
}

#[test]
fn two_normals_have_the_probability_of_their_angle() {
    for (seed, rho) in [-0.99, -0.5, 0.0, 0.3, 0.9, 0.9999].into_iter().enumerate() {
        let found = of(&[1.0, rho, rho, 1.0], seed as u64);
        let truth = 0.25 + rho.asin() / std::f64::consts::TAU;
        assert_is(found.all, found.all_error, truth, 1e-3);
        assert_is(found.last, found.last_error, 2.0 * truth, 2e-3);
    }
}

#[test]
fn three_normals_have_the_probability_of_their_three_angles() {
    // Scales do not matter: variances are 1, 4 and 9.
    let [one, two, three]: [f64; 3] = [0.5, -0.2, 0.3];
    let covariance =
        [1.0, 2.0 * one, 3.0 * two, 2.0 * one, 4.0, 6.0 * three, 3.0 * two, 6.0 * three, 9.0];
    let truth = 0.125 + (one.asin() + two.asin() + three.asin()) / (4.0 * std::f64::consts::PI);
    let found = of(&covariance, 1);
    assert_is(found.all, found.all_error, truth, 1e-4);
}

#[test]
fn normals_that_share_one_half_of_their_variance_are_ordered_by_chance() {
    // Of n + 1 independent normals each is the least equally often (Steck and Owen 1962).
    for variables in [2, 5, 10, 20, 40] {
        let covariance: Vec<f64> = (0..variables * variables)
            .map(|at| if at % (variables + 1) == 0 { 1.0 } else { 0.5 })
            .collect();
        let found = of(&covariance, variables as u64);
        let n = variables as f64;
        assert_is(found.all, found.all_error, 1.0 / (n + 1.0), 2e-4);
        assert_is(found.last, found.last_error, n / (n + 1.0), 2e-3);
    }
}

#[test]
fn counting_draws_gives_the_same() {
    let mixing =
        [[1.0, 0.0, 0.0, 0.0], [0.9, 0.4, 0.0, 0.0], [0.5, -0.8, 0.6, 0.0], [-0.7, 0.2, 0.3, 1.0]];
    let product = |one: &[f64; 4], other: &[f64; 4]| -> f64 {
        one.iter().zip(other).map(|(a, b)| a * b).sum()
    };
    let covariance: Vec<f64> =
        mixing.iter().flat_map(|one| mixing.iter().map(move |other| product(one, other))).collect();
    let found = of(&covariance, 3);
    let mut draws = Key::from_seed(4).draws();
    let (mut others, mut all) = (0u32, 0u32);
    for _ in 0..400_000 {
        let normals = [(); 4].map(|()| draws.normal());
        let positive = mixing.map(|row| product(&row, &normals) > 0.0);
        others += u32::from(positive[..3].iter().all(|&one| one));
        all += u32::from(positive.iter().all(|&one| one));
    }
    let share = f64::from(all) / f64::from(others);
    let error = (share * (1.0 - share) / f64::from(others)).sqrt();
    assert!(error < 3e-3, "{error}");
    assert!((found.last - share).abs() < 5.0 * (error + found.last_error), "{found:?}, {share}");
}

#[test]
fn a_variable_that_is_known_from_the_others_is_no_trouble() {
    // x, y and x + y: positive with the first two; x, y and x - y: in half of the quadrant.
    let sum = of(&[1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 2.0], 1);
    assert!((sum.all - 0.25).abs() < 1e-12 && (sum.last - 1.0).abs() < 1e-12, "{sum:?}");
    let difference = of(&[1.0, 0.0, 1.0, 0.0, 1.0, -1.0, 1.0, -1.0, 2.0], 2);
    assert_is(difference.last, difference.last_error, 0.5, 0.02);
}

#[test]
fn what_is_no_covariance_is_refused() {
    let few = Lattice { points: 10, shifts: 1 };
    assert!(orthant(&[1.0, 0.0, 0.0, 1.0], few, Key::from_seed(1)).is_err());
    for wrong in [&[1.0][..], &[1.0, 0.0, 1.0], &[1.0, 0.0, 0.0, 0.0], &[f64::NAN; 4], &[1.0; 1681]]
    {
        assert!(orthant(wrong, LATTICE, Key::from_seed(1)).is_err(), "{wrong:?}");
    }
}
