//! Generalised advantages: how much better an action turned out than what was expected before it.
//!
//! Schulman et al. 2016, "High-dimensional continuous control using generalized advantage
//! estimation", equation 16, cut at the end of an episode and of the rollout.

use mesascope_tasks::End;

/// What there is to estimate advantages from. A copy's steps stand `copies` apart.
pub(crate) struct Steps<'a> {
    /// How many copies act side by side.
    pub copies: usize,
    /// The reward that each step gave, `[step, copy]`.
    pub rewards: &'a [f32],
    /// What was expected before each step, `[step, copy]`.
    pub values: &'a [f32],
    /// What was expected after each step, `[step, copy]`: 0 where nothing more is counted.
    pub values_next: &'a [f32],
    /// Whether each step ended its episode, `[step, copy]`.
    pub ends: &'a [End],
}

impl Steps<'_> {
    /// Writes the advantage of every step, `[step, copy]`:
    /// advantage_now = error_now + discount * lambda * going_now * advantage_next, where
    /// error_now = reward_now + discount * value_next - value_now, and what follows the last step
    /// counts as value alone.
    pub fn advantages(&self, discount: f32, lambda: f32, advantages: &mut Vec<f32>) {
        let Steps { copies, rewards, values, values_next, ends } = *self;
        let count = rewards.len();
        let lengths = [values.len(), values_next.len(), ends.len()];
        assert_eq!(lengths, [count; 3], "all are [step, copy]");
        assert_eq!(count % copies, 0, "all are [step, copy]");
        advantages.clear();
        advantages.resize(count, 0.0);
        for at in (0..count).rev() {
            let error = rewards[at] + discount * values_next[at] - values[at];
            let later = match (ends[at], advantages.get(at + copies)) {
                (End::Going, Some(next)) => discount * lambda * next,
                _ => 0.0,
            };
            advantages[at] = error + later;
        }
    }
}

/// What each step's episode went on to give from that step on, `[step, copy]`, discounted; what
/// follows an end counts nothing.
pub(crate) fn returns_to_go(
    copies: usize,
    rewards: &[f32],
    ends: &[End],
    discount: f32,
    returns: &mut Vec<f32>,
) {
    assert_eq!(rewards.len(), ends.len(), "both are [step, copy]");
    returns.clear();
    returns.resize(rewards.len(), 0.0);
    for at in (0..rewards.len()).rev() {
        let later = match (ends[at], returns.get(at + copies)) {
            (End::Going, Some(next)) => discount * next,
            _ => 0.0,
        };
        returns[at] = rewards[at] + later;
    }
}

/// Moves values to mean 0 and divides them by the root of their mean square then, 1e-8 added to it
/// (Huang et al. 2022, "The 37 implementation details of PPO", no. 7). Sums are in order, in `f64`.
pub(crate) fn normalise(values: &mut [f32]) {
    let count = values.len() as f64;
    let mean = values.iter().map(|&value| f64::from(value)).sum::<f64>() / count;
    let square = |&value: &f32| (f64::from(value) - mean) * (f64::from(value) - mean);
    let deviation = (values.iter().map(square).sum::<f64>() / count).sqrt();
    for value in values {
        *value = ((f64::from(*value) - mean) / (deviation + 1e-8)) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesascope_stats::{Draws, Key};

    const COPIES: usize = 3;
    const STEPS: usize = 17;

    struct Random {
        rewards: Vec<f32>,
        values: Vec<f32>,
        values_next: Vec<f32>,
        ends: Vec<End>,
    }

    fn random(seed: u64) -> Random {
        let mut draws = Key::from_seed(seed).draws();
        let count = COPIES * STEPS;
        let numbers =
            |draws: &mut Draws| (0..count).map(|_| draws.uniform() as f32 - 0.5).collect();
        let (rewards, values) = (numbers(&mut draws), numbers(&mut draws));
        let mut values_next: Vec<f32> = numbers(&mut draws);
        let ends: Vec<End> = (0..count)
            .map(|_| match draws.below(8) {
                0 => End::Ended,
                1 => End::TimedOut,
                _ => End::Going,
            })
            .collect();
        for (next, end) in values_next.iter_mut().zip(&ends) {
            if *end == End::Ended {
                *next = 0.0;
            }
        }
        Random { rewards, values, values_next, ends }
    }

    /// The steps of a copy's episode from this one on.
    fn rest(ends: &[End], step: usize, copy: usize) -> Vec<usize> {
        let mut rest = Vec::new();
        for step in step..STEPS {
            let at = step * COPIES + copy;
            rest.push(at);
            if ends[at] != End::Going {
                break;
            }
        }
        rest
    }

    #[test]
    fn advantages_are_the_discounted_sum_of_errors_to_the_end_of_the_episode() {
        let (discount, lambda) = (0.9f32, 0.7f32);
        let mut advantages = Vec::new();
        for seed in 0..20 {
            let Random { rewards, values, values_next, ends } = random(seed);
            let steps = Steps {
                copies: COPIES,
                rewards: &rewards,
                values: &values,
                values_next: &values_next,
                ends: &ends,
            };
            steps.advantages(discount, lambda, &mut advantages);
            for step in 0..STEPS {
                for copy in 0..COPIES {
                    let error = |at: usize| {
                        f64::from(rewards[at]) + f64::from(discount) * f64::from(values_next[at])
                            - f64::from(values[at])
                    };
                    let by_definition: f64 = rest(&ends, step, copy)
                        .into_iter()
                        .enumerate()
                        .map(|(later, at)| {
                            f64::from(discount * lambda).powi(later as i32) * error(at)
                        })
                        .sum();
                    let found = f64::from(advantages[step * COPIES + copy]);
                    // Sums of up to 17 numbers below 2, each rounded to 24 bits a few times.
                    let error = (found - by_definition).abs();
                    assert!(error < 1e-5, "seed {seed} step {step} copy {copy}: {error}");
                }
            }
        }
    }

    #[test]
    fn with_lambda_1_and_no_values_an_advantage_is_the_return_to_go() {
        let Random { rewards, ends, .. } = random(50);
        let zeros = vec![0.0; rewards.len()];
        let (mut advantages, mut returns) = (Vec::new(), Vec::new());
        let (values, values_next) = (&zeros, &zeros);
        let steps = Steps { copies: COPIES, rewards: &rewards, values, values_next, ends: &ends };
        steps.advantages(0.9, 1.0, &mut advantages);
        returns_to_go(COPIES, &rewards, &ends, 0.9, &mut returns);
        assert_eq!(advantages, returns);
        for step in 0..STEPS {
            let later = |(later, at): (usize, usize)| {
                f64::from(0.9f32).powi(later as i32) * f64::from(rewards[at])
            };
            let by_definition: f64 = rest(&ends, step, 1).into_iter().enumerate().map(later).sum();
            let error = (f64::from(returns[step * COPIES + 1]) - by_definition).abs();
            assert!(error < 1e-5, "step {step}: {error}");
        }
    }

    #[test]
    fn normalised_values_have_mean_0_and_standard_deviation_1_and_equal_ones_are_0() {
        let mut values = vec![1.0, 2.0, 3.0, 6.0];
        normalise(&mut values);
        // Mean 3, squares 4, 1, 0 and 9 of mean 3.5.
        let root = 3.5f64.sqrt();
        for (value, of) in values.iter().zip([-2.0, -1.0, 0.0, 3.0]) {
            assert!((f64::from(*value) - of / root).abs() < 1e-6, "{values:?}");
        }
        let mut equal = vec![0.7; 5];
        normalise(&mut equal);
        assert!(equal.iter().all(|value| value.abs() < 1e-6), "{equal:?}");
    }
}
