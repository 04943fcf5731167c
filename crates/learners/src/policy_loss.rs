//! Slopes of the losses of policies and of values by the outputs of their networks.

use mesascope_nets::{exp_each, ln_each};
use mesascope_stats::Draws;

/// Moves when a probability, a loss or a slope moves.
pub const NUMERICS: u32 = 1;

/// Probabilities of actions and their logarithms, from logits. Buffers grow at first use.
#[derive(Clone, Debug, Default)]
pub(crate) struct Softmax {
    /// `[row, action]`.
    pub probabilities: Vec<f32>,
    /// In nats, `[row, action]`.
    pub logarithms: Vec<f32>,
    sums: Vec<f32>,
    ratios: Vec<f32>,
}

impl Softmax {
    /// Of these logits, `[row, action]`.
    pub fn of(&mut self, logits: &[f32], actions: usize) {
        let Softmax { probabilities, logarithms, sums, .. } = self;
        logarithms.clear();
        logarithms.extend_from_slice(logits);
        for row in logarithms.chunks_exact_mut(actions) {
            let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            row.iter_mut().for_each(|logit| *logit -= most);
        }
        probabilities.clear();
        probabilities.extend_from_slice(logarithms);
        exp_each(probabilities);
        sums.clear();
        sums.extend(probabilities.chunks_exact(actions).map(|row| row.iter().sum::<f32>()));
        for (row, &sum) in probabilities.chunks_exact_mut(actions).zip(sums.iter()) {
            row.iter_mut().for_each(|power| *power /= sum);
        }
        ln_each(sums);
        for (row, &sum) in logarithms.chunks_exact_mut(actions).zip(sums.iter()) {
            row.iter_mut().for_each(|logit| *logit -= sum);
        }
    }

    /// What the probability of each row's action is divided by that of which `before` is the
    /// logarithm, `[row]`; of all rows 1 where `before` is empty.
    fn ratios(&mut self, actions: &[u8], count: usize, before: &[f32]) {
        self.ratios.clear();
        if before.is_empty() {
            self.ratios.resize(actions.len(), 1.0);
            return;
        }
        assert_eq!(before.len(), actions.len(), "both are [row]");
        let rows = self.logarithms.chunks_exact(count).zip(actions).zip(before);
        self.ratios.extend(rows.map(|((row, &action), before)| row[usize::from(action)] - before));
        exp_each(&mut self.ratios);
    }

    /// An action for every row, drawn from the probabilities: one uniform number a row.
    pub fn draw(&self, actions: usize, draws: &mut Draws, chosen: &mut Vec<u8>) {
        chosen.clear();
        chosen.extend(self.probabilities.chunks_exact(actions).map(|row| {
            let mut left = draws.uniform();
            let mut last = 0;
            for (action, &probability) in row.iter().enumerate() {
                if probability > 0.0 {
                    last = action;
                    left -= f64::from(probability);
                    if left < 0.0 {
                        break;
                    }
                }
            }
            last as u8
        }));
    }
}

/// What a policy's loss came to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Found {
    /// The sum of losses by the actions taken.
    pub loss: f64,
    /// The sum of entropies, in nats.
    pub entropy_nats: f64,
}

/// Slopes of share * (sum of losses - bonus * sum of entropies) by the logits of a policy.
pub(crate) struct PolicyLoss<'a> {
    /// The actions taken, `[row]`.
    pub actions: &'a [u8],
    /// The logarithms of their probabilities when they were taken, `[row]`, or nothing.
    pub before: &'a [f32],
    /// How many there are.
    pub count: usize,
    /// What an entropy of one nat is worth, in units of the loss.
    pub bonus: f32,
    /// What all is multiplied with.
    pub share: f32,
}

impl PolicyLoss<'_> {
    /// Writes the slopes, `[row, action]`. `loss` is given a row, the logarithm of the probability
    /// of what was done, and the ratio of that probability to what it was before; it gives the
    /// row's loss and its slope by that logarithm.
    pub fn slopes(
        &self,
        logits: &[f32],
        softmax: &mut Softmax,
        slopes: &mut [f32],
        mut loss: impl FnMut(usize, f32, f32) -> (f32, f32),
        found: &mut Found,
    ) {
        let PolicyLoss { actions, before, count, bonus, share } = *self;
        assert_eq!(logits.len(), actions.len() * count, "logits are [row, action]");
        softmax.of(logits, count);
        softmax.ratios(actions, count, before);
        let rows = softmax.probabilities.chunks_exact(count);
        let rows = rows.zip(softmax.logarithms.chunks_exact(count));
        let rows = rows.zip(slopes.chunks_exact_mut(count)).zip(actions).enumerate();
        for (row, (((probabilities, logarithms), slopes), &action)) in rows {
            let action = usize::from(action);
            let (loss, by_logarithm) = loss(row, logarithms[action], softmax.ratios[row]);
            let terms = probabilities.iter().zip(logarithms);
            let entropy: f32 = terms.map(|(&p, &logarithm)| -p * logarithm).sum();
            found.loss += f64::from(loss);
            found.entropy_nats += f64::from(entropy);
            // The slope of ln p(action) by logit j is [j = action] - p(j); that of the entropy H is
            // -p(j) (ln p(j) + H).
            let terms = probabilities.iter().zip(logarithms).zip(slopes.iter_mut());
            for ((&p, &logarithm), slope) in terms {
                *slope = share * (bonus * p * (logarithm + entropy) - by_logarithm * p);
            }
            slopes[action] += share * by_logarithm;
        }
    }
}

/// The loss of one step by PPO's clipped surrogate, and its slope by the logarithm of the probability
/// now: -min(ratio * advantage, clip(ratio, 1 - clip, 1 + clip) * advantage), where the ratio is of
/// the probabilities now and when acting (Schulman et al. 2017, equation 7). The slope is 0 where
/// the clipped term is the smaller one, and the ratio is beyond the clip.
#[inline]
pub(crate) fn surrogate(ratio: f32, advantage: f32, clip: f32) -> (f32, f32) {
    let clipped = ratio.clamp(1.0 - clip, 1.0 + clip) * advantage;
    let free = ratio * advantage;
    match free <= clipped {
        true => (-free, -free),
        // A ratio that is no number takes this way too, and keeps the loss none.
        false => (-clipped, 0.0),
    }
}

/// Half the squared error of a value, and its slope by the value.
///
/// With a clip, the larger of that and of half the squared error of the value moved no further than
/// `clip` from what it was when acting (Huang et al. 2022, no. 9).
#[inline]
pub(crate) fn value_loss(value: f32, before: f32, target: f32, clip: Option<f32>) -> (f32, f32) {
    let error = value - target;
    let free = 0.5 * error * error;
    let Some(clip) = clip else { return (free, error) };
    let moved = before + (value - before).clamp(-clip, clip);
    let clipped = 0.5 * (moved - target) * (moved - target);
    match clipped > free {
        // Inside the clip both are the same number up to rounding, and so are the slopes.
        true if (value - before).abs() <= clip => (free, error),
        true => (clipped, 0.0),
        false => (free, error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesascope_nets::Real;
    use mesascope_stats::Key;

    const ACTIONS: usize = 3;
    const ROWS: usize = 40;

    /// The loss by its definition, in double precision.
    fn loss(logits: &[f64], actions: &[u8], each: impl Fn(usize, f64) -> f64, bonus: f64) -> f64 {
        let mut sum = 0.0;
        for (row, (logits, &action)) in logits.chunks(ACTIONS).zip(actions).enumerate() {
            let powers: f64 = logits.iter().map(|logit| Real::exp(*logit)).sum();
            let logarithm = |logit: f64| logit - Real::ln(powers);
            let entropy: f64 =
                logits.iter().map(|&z| -Real::exp(logarithm(z)) * logarithm(z)).sum();
            sum += each(row, logarithm(logits[usize::from(action)])) - bonus * entropy;
        }
        sum
    }

    struct Case {
        logits: Vec<f32>,
        actions: Vec<u8>,
        old: Vec<f32>,
        advantages: Vec<f32>,
    }

    fn case(seed: u64) -> Case {
        let mut draws = Key::from_seed(seed).draws();
        let mut normals = |count: usize| -> Vec<f32> {
            let mut values = vec![0.0; count];
            draws.fill_normal(1.0, &mut values);
            values
        };
        let (logits, advantages) = (normals(ROWS * ACTIONS), normals(ROWS));
        let shifts = normals(ROWS);
        let mut softmax = Softmax::default();
        softmax.of(&logits, ACTIONS);
        let mut actions = Vec::new();
        softmax.draw(ACTIONS, &mut draws, &mut actions);
        // Old probabilities within and beyond a clip of 0.2, with room to either side of its edges.
        let old = (0..ROWS).map(|row| {
            let now = softmax.logarithms[row * ACTIONS + usize::from(actions[row])];
            now - [0.1, -0.1, 0.6, -0.6][row % 4] * (1.0 + 0.2 * shifts[row].abs().min(1.0))
        });
        Case { old: old.collect(), logits, actions, advantages }
    }

    fn assert_slopes(case: &Case, bonus: f32, slopes: &[f32], each: impl Fn(usize, f64) -> f64) {
        let logits: Vec<f64> = case.logits.iter().map(|&logit| f64::from(logit)).collect();
        let step = 1e-5;
        for at in 0..logits.len() {
            let moved = |by: f64| {
                let mut logits = logits.clone();
                logits[at] += by;
                loss(&logits, &case.actions, &each, f64::from(bonus))
            };
            let difference = (moved(step) - moved(-step)) / (2.0 * step);
            let error = (f64::from(slopes[at]) - difference).abs();
            assert!(error < 1e-5, "logit {at}: slope {} and difference {difference}", slopes[at]);
        }
    }

    #[test]
    fn the_slopes_of_the_policy_gradient_are_its_finite_differences() {
        let case = case(1);
        let bonus = 0.3;
        let actions = &case.actions;
        let policy = PolicyLoss { actions, before: &[], count: ACTIONS, bonus, share: 1.0 };
        let (mut slopes, mut found) = (vec![0.0; ROWS * ACTIONS], Found::default());
        let each = |row: usize, logarithm: f32, _: f32| {
            (-case.advantages[row] * logarithm, -case.advantages[row])
        };
        policy.slopes(&case.logits, &mut Softmax::default(), &mut slopes, each, &mut found);
        let each = |row: usize, logarithm: f64| -f64::from(case.advantages[row]) * logarithm;
        assert_slopes(&case, bonus, &slopes, each);
    }

    #[test]
    fn the_slopes_of_the_clipped_surrogate_are_its_finite_differences() {
        let case = case(2);
        let (bonus, clip) = (0.2, 0.2f32);
        let (actions, before) = (&case.actions, &case.old[..]);
        let policy = PolicyLoss { actions, before, count: ACTIONS, bonus, share: 1.0 };
        let (mut slopes, mut found) = (vec![0.0; ROWS * ACTIONS], Found::default());
        let mut clipped = 0;
        let each = |row: usize, _: f32, ratio: f32| {
            let (loss, slope) = surrogate(ratio, case.advantages[row], clip);
            clipped += usize::from(slope == 0.0);
            (loss, slope)
        };
        policy.slopes(&case.logits, &mut Softmax::default(), &mut slopes, each, &mut found);
        assert!(
            (5..ROWS - 5).contains(&clipped),
            "both cases are there: {clipped} of {ROWS} clipped"
        );
        let clip = f64::from(clip);
        let each = |row: usize, logarithm: f64| {
            let ratio = Real::exp(logarithm - f64::from(case.old[row]));
            let advantage = f64::from(case.advantages[row]);
            -(ratio * advantage).min(ratio.clamp(1.0 - clip, 1.0 + clip) * advantage)
        };
        assert_slopes(&case, bonus, &slopes, each);
        let logits: Vec<f64> = case.logits.iter().map(|&logit| f64::from(logit)).collect();
        let all = loss(&logits, &case.actions, each, 0.2);
        let sum = found.loss - 0.2 * found.entropy_nats;
        assert!((sum - all).abs() < 1e-4, "{sum} and by the definition {all}");
    }

    #[test]
    fn the_slope_of_a_value_is_its_finite_difference_and_0_beyond_a_clip_that_counts() {
        let by_definition = |value: f64, before: f64, target: f64, clip: Option<f32>| {
            let free = 0.5 * (value - target).powi(2);
            let moved =
                clip.map(|clip| before + (value - before).clamp(-f64::from(clip), f64::from(clip)));
            moved.map_or(free, |moved| free.max(0.5 * (moved - target).powi(2)))
        };
        let mut draws = Key::from_seed(3).draws();
        for _ in 0..200 {
            let [value, before, target] = [(); 3].map(|()| 2.0 * draws.uniform() - 1.0);
            for clip in [None, Some(0.2)] {
                let (loss, slope) = value_loss(value as f32, before as f32, target as f32, clip);
                let [above, below] =
                    [1e-6, -1e-6].map(|by| by_definition(value + by, before, target, clip));
                let difference = (above - below) / 2e-6;
                let here = by_definition(value, before, target, clip);
                assert!(
                    (f64::from(loss) - here).abs() < 1e-5,
                    "{value} {before} {target} {clip:?}"
                );
                let error = (f64::from(slope) - difference).abs();
                assert!(error < 1e-4, "{value} {before} {target} {clip:?}: {slope} {difference}");
            }
        }
    }

    #[test]
    fn actions_are_drawn_as_often_as_their_probabilities_say() {
        let mut softmax = Softmax::default();
        // Probabilities 1/8, 5/8 and 2/8.
        let logits = [0.0, Real::ln(5.0f32), Real::ln(2.0f32)].repeat(8000);
        softmax.of(&logits, 3);
        let mut chosen = Vec::new();
        softmax.draw(3, &mut Key::from_seed(4).draws(), &mut chosen);
        for (action, expected) in [1000.0, 5000.0, 2000.0].into_iter().enumerate() {
            let count = chosen.iter().filter(|&&chosen| usize::from(chosen) == action).count();
            // The standard deviation is at most sqrt(8000 5/8 3/8) = 43; resolution 4 of them.
            let off = (count as f64 - expected).abs();
            assert!(off < 172.0, "action {action}: {count} of 8000, expected {expected}");
        }
    }
}
