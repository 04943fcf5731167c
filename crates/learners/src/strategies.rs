//! The two strategies of evolution, for any function of any parameters: checkable against their
//! theory without a network.

use mesascope_stats::{Draws, Key, ranks};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Moves when the same draws come to make another step.
pub const NUMERICS: u32 = 1;

/// What weighs a change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fitness {
    /// The loss.
    #[default]
    Loss,
    /// The rank of the loss in its generation, equal losses sharing the mean of their ranks.
    Ranks,
}

/// Estimates the gradient of `evaluate` smoothed by normal changes of standard deviation `sigma`, at
/// `parameters`, `[parameter]`, from `pairs` changes each tried both ways: into `slopes`,
/// `[parameter]`. With `Fitness::Loss` its expectation is that gradient; with ranks it has another
/// length. Gives the mean of all values, whose expectation is the smoothed value, or the first value
/// that is not finite.
pub(crate) fn smoothed_gradient(
    parameters: &[f32],
    pairs: usize,
    sigma: f64,
    fitness: Fitness,
    draws: &mut Draws,
    evaluate: &mut dyn FnMut(&[f32]) -> f64,
    slopes: &mut [f32],
) -> Result<f64, f64> {
    let mut noise = vec![0.0; parameters.len()];
    let mut tried = vec![0.0; parameters.len()];
    let mut sums = vec![0.0; parameters.len()];
    let mut seeds = vec![[0; 32]; pairs];
    let mut values = Vec::with_capacity(2 * pairs);
    let change = |seed: [u8; 32], noise: &mut [f32]| Key::new(seed).draws().fill_normal(1.0, noise);
    let add = |sums: &mut [f64], noise: &[f32], weight: f64| {
        sums.iter_mut().zip(noise).for_each(|(sum, &step)| *sum += weight * f64::from(step));
    };
    for seed in &mut seeds {
        draws.fill(seed);
        change(*seed, &mut noise);
        let mut both = [0.0; 2];
        for (value, sign) in both.iter_mut().zip([sigma as f32, -sigma as f32]) {
            for ((tried, at), step) in tried.iter_mut().zip(parameters).zip(&noise) {
                *tried = at + sign * step;
            }
            *value = evaluate(&tried);
            if !value.is_finite() {
                return Err(*value);
            }
        }
        values.extend(both);
        if fitness == Fitness::Loss {
            add(&mut sums, &noise, both[0] - both[1]);
        }
    }
    if fitness == Fitness::Ranks {
        let ranks = ranks(&values).expect("finite values have ranks");
        let span = (values.len() - 1) as f64;
        for (seed, both) in seeds.iter().zip(ranks.chunks_exact(2)) {
            change(*seed, &mut noise);
            add(&mut sums, &noise, (both[0] - both[1]) / span);
        }
    }
    let scale = 1.0 / (2.0 * sigma * pairs as f64);
    slopes.iter_mut().zip(&sums).for_each(|(slope, sum)| *slope = (sum * scale) as f32);
    Ok(values.iter().sum::<f64>() / values.len() as f64)
}

/// Changes `parameters`, `[parameter]`, by normals of standard deviation `sigma` where the value does
/// not rise above `value`. Gives the new value and the length of the change; nothing where it was
/// turned down; or the value that is not finite.
pub(crate) fn accept_if_not_worse(
    parameters: &mut [f32],
    value: f64,
    sigma: f64,
    draws: &mut Draws,
    evaluate: &mut dyn FnMut(&[f32]) -> f64,
) -> Result<Option<(f64, f64)>, f64> {
    let mut tried = vec![0.0; parameters.len()];
    draws.fill_normal(sigma, &mut tried);
    let length = tried.iter().map(|&step| f64::from(step) * f64::from(step)).sum::<f64>().sqrt();
    tried.iter_mut().zip(&*parameters).for_each(|(tried, at)| *tried += at);
    let new = evaluate(&tried);
    match new.is_finite() {
        false => Err(new),
        true if new > value => Ok(None),
        true => {
            parameters.copy_from_slice(&tried);
            Ok(Some((new, length)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesascope_stats::{Outcome, assert_estimates};

    /// F(x) = g x + x H x / 2 in three dimensions, with H symmetric of trace 1.5.
    const H: [[f64; 3]; 3] = [[2.0, 0.5, 0.0], [0.5, -1.0, 0.3], [0.0, 0.3, 0.5]];
    const G: [f64; 3] = [1.0, -2.0, 0.5];
    const TRACE: f64 = 1.5;

    fn quadratic(x: &[f32]) -> f64 {
        let x: Vec<f64> = x.iter().map(|&x| f64::from(x)).collect();
        let curved = |i: usize| -> f64 { (0..3).map(|j| H[i][j] * x[j]).sum() };
        (0..3).map(|i| x[i] * (G[i] + 0.5 * curved(i))).sum()
    }

    const AT: [f32; 3] = [0.5, 1.0, -1.0];

    /// g + H x at `AT`, by hand.
    const SLOPES: [f64; 3] = [2.5, -3.05, 0.3];

    #[test]
    fn the_expected_estimate_of_a_quadratic_is_its_gradient_and_its_smoothed_value_is_known() {
        // Salimans et al. 2017; TARGETS 10.2. Large changes, so that curvature would show.
        let sigma = 0.8;
        let mut draws = Key::from_seed(1).draws();
        let (mut found, mut values) = ([const { Vec::new() }; 3], Vec::new());
        for _ in 0..60_000 {
            let mut slopes = [0.0; 3];
            let (fitness, evaluate) = (Fitness::Loss, &mut quadratic);
            let mean = smoothed_gradient(&AT, 1, sigma, fitness, &mut draws, evaluate, &mut slopes);
            values.push(mean.unwrap());
            for (found, slope) in found.iter_mut().zip(slopes) {
                found.push(f64::from(slope));
            }
        }
        for (found, right) in found.iter().zip(SLOPES) {
            assert_estimates(&Outcome::of_mean(found), right, 0.1);
        }
        let smoothed = quadratic(&AT) + 0.5 * sigma * sigma * TRACE;
        assert_estimates(&Outcome::of_mean(&values), smoothed, 0.02);
        // The mutant that forgets the curvature is told apart at this resolution.
        let forgot = std::panic::catch_unwind(|| {
            assert_estimates(&Outcome::of_mean(&values), quadratic(&AT), 0.02);
        });
        assert!(forgot.is_err(), "sigma^2 / 2 tr H = {}", 0.5 * sigma * sigma * TRACE);
    }

    #[test]
    fn a_pair_adds_half_of_sigma_squared_of_its_own_curvature_exactly() {
        // (F(x + s e) + F(x - s e)) / 2 - F(x) = s^2 / 2 e H e, whose mean is s^2 / 2 tr H.
        let sigma = 0.5;
        let mut tried = Vec::new();
        let mut evaluate = |x: &[f32]| {
            tried.push(x.to_vec());
            quadratic(x)
        };
        let (mut draws, mut slopes) = (Key::from_seed(2).draws(), [0.0; 3]);
        let fitness = Fitness::Loss;
        let mean =
            smoothed_gradient(&AT, 1, sigma, fitness, &mut draws, &mut evaluate, &mut slopes);
        let step: Vec<f64> = (0..3).map(|i| f64::from(tried[0][i] - tried[1][i]) / 2.0).collect();
        let bend: f64 =
            (0..3).map(|i| (0..3).map(|j| step[i] * H[i][j] * step[j]).sum::<f64>()).sum();
        let added = mean.unwrap() - quadratic(&AT);
        assert!((added - 0.5 * bend).abs() < 1e-6, "{added}, not {}", 0.5 * bend);
        let along: f64 = (0..3).map(|i| SLOPES[i] * step[i] / sigma).sum();
        for i in 0..3 {
            let right = along * step[i] / sigma;
            assert!((f64::from(slopes[i]) - right).abs() < 1e-5, "{slopes:?}");
        }
    }

    #[test]
    fn ranks_weigh_changes_whatever_the_scale_of_the_values() {
        let estimate = |scale: f64| {
            let (mut draws, mut slopes) = (Key::from_seed(3).draws(), [0.0; 3]);
            let mut evaluate = |x: &[f32]| (scale * quadratic(x)).exp();
            let fitness = Fitness::Ranks;
            smoothed_gradient(&AT, 500, 0.01, fitness, &mut draws, &mut evaluate, &mut slopes)
                .unwrap();
            slopes
        };
        assert_eq!(estimate(1.0), estimate(3.0), "only the order counts");
        let (slopes, norm) =
            (estimate(1.0), |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>().sqrt());
        let slopes: Vec<f64> = slopes.iter().map(|&slope| f64::from(slope)).collect();
        let inner: f64 = slopes.iter().zip(SLOPES).map(|(a, b)| a * b).sum();
        let cosine = inner / (norm(&slopes) * norm(&SLOPES));
        assert!(cosine > 0.99, "{cosine}");
    }

    /// Steps of small accepted changes from `AT` in a slope of 3, with flat directions beside it:
    /// the mean move down the slope in sigmas, and the share accepted.
    fn moves(flat: usize, accept: impl Fn(f64, f64) -> bool) -> (Outcome, Outcome) {
        let start = vec![0.25; 1 + flat];
        let (sigma, mut draws) = (0.01, Key::from_seed(4).draws());
        let slope = |x: &[f32]| 3.0 * f64::from(x[0]);
        let (mut down, mut kept) = (Vec::new(), Vec::new());
        for _ in 0..400_000 {
            let mut x = start.clone();
            let mut evaluate = |x: &[f32]| {
                // The mutants change what is compared.
                let (new, old) = (slope(x), slope(&start));
                if accept(new, old) { old - 1.0 } else { old + 1.0 }
            };
            let old = slope(&start);
            let accepted = accept_if_not_worse(&mut x, old, sigma, &mut draws, &mut evaluate);
            kept.push(f64::from(u8::from(accepted.unwrap().is_some())));
            down.push(f64::from(start[0] - x[0]) / sigma);
        }
        (Outcome::of_mean(&down), Outcome::of_mean(&kept))
    }

    #[test]
    fn small_accepted_changes_move_down_the_slope_by_0_39894_sigma_and_half_are_accepted() {
        // Whitelam et al. 2021: E[dx] = -sigma / sqrt(2 pi) grad / |grad|; TARGETS 10.1, within 1%.
        let right = 1.0 / std::f64::consts::TAU.sqrt();
        for flat in [1, 9] {
            let (down, kept) = moves(flat, |new, old| new <= old);
            assert_estimates(&down, right, 0.01 * right);
            assert_estimates(&kept, 0.5, 0.005);
        }
        // The mutant that keeps every change does not move at all.
        let (down, kept) = moves(1, |_, _| true);
        let caught = std::panic::catch_unwind(|| assert_estimates(&down, right, 0.01 * right));
        assert!(caught.is_err() && matches!(kept, Outcome::Undetermined { .. }), "{down:?}");
    }

    #[test]
    fn a_value_that_is_not_finite_is_returned_and_nothing_moves() {
        let mut draws = Key::from_seed(5).draws();
        let mut x = AT;
        let mut evaluate = |_: &[f32]| f64::INFINITY;
        let kept = accept_if_not_worse(&mut x, 1.0, 0.1, &mut draws, &mut evaluate);
        assert_eq!((kept, x), (Err(f64::INFINITY), AT));
        let (fitness, mut slopes) = (Fitness::Ranks, [7.0; 3]);
        let estimated =
            smoothed_gradient(&AT, 2, 0.1, fitness, &mut draws, &mut evaluate, &mut slopes);
        assert_eq!((estimated, slopes), (Err(f64::INFINITY), [7.0; 3]));
    }
}
