//! Losses of logits against class labels, with their gradients.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Real;
use crate::place::lane_sum;

/// Moves when a loss or its gradient moves.
pub const NUMERICS: u32 = 2;

/// The negative log-likelihood of labels, in nats, as a mean over rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// One logit a row: the log-odds of class 1 against class 0.
    Logistic,
    /// One logit a class, up to 256 classes, whose probabilities are in proportion to e^logit.
    Softmax,
}

/// How well logits fit labels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Losses<T> {
    /// The mean loss over rows, in nats; not finite if a network diverged.
    pub mean: T,
    /// Rows whose most likely class is the label. Logistic: a logit above 0 is class 1, any other
    /// number class 0. Softmax: the largest logit, of equal ones the first. A row with a logit that
    /// is not a number fits no label.
    pub correct: usize,
}

impl Loss {
    /// The loss of `logits`, `[row, output]`, against `labels`, `[row]`, each below the number of
    /// classes.
    pub fn losses<T: Real>(self, logits: &[T], labels: &[u8]) -> Losses<T> {
        let mut slopes = vec![T::ZERO; logits.len()];
        self.gradient(logits, labels, &mut slopes)
    }

    /// As [`Loss::losses`], and writes the gradient of the mean loss by every logit to `out`,
    /// `[row, output]`.
    pub fn gradient<T: Real>(self, logits: &[T], labels: &[u8], out: &mut [T]) -> Losses<T> {
        assert_eq!(out.len(), logits.len(), "out is [row, output], as logits are");
        let outputs = self.outputs(logits, labels);
        let share = T::from_f64(1.0 / labels.len() as f64);
        let each = logits.chunks_exact(outputs).zip(labels).zip(out.chunks_exact_mut(outputs));
        let mut losses = Vec::with_capacity(labels.len());
        let mut correct = 0;
        for ((logits, &label), slopes) in each {
            let label = usize::from(label);
            losses.push(self.of_row(logits, label, slopes));
            correct += usize::from(self.fits(logits, label));
            slopes.iter_mut().for_each(|slope| *slope = *slope * share);
        }
        Losses { mean: lane_sum(losses.into_iter()) * share, correct }
    }

    /// The loss of one row, and its slopes by the logits, `[output]`.
    pub(crate) fn of_row<T: Real>(self, logits: &[T], label: usize, slopes: &mut [T]) -> T {
        match self {
            Loss::Logistic => {
                slopes[0] = logits[0].sigmoid() - T::from_f64(label as f64);
                // -ln P(label) where P(1) = 1 / (1 + e^-logit).
                (if label == 1 { -logits[0] } else { logits[0] }).softplus()
            }
            Loss::Softmax => softmax(logits, label, slopes),
        }
    }

    /// Logits a row, after a check of shapes and labels.
    pub(crate) fn outputs<T>(self, logits: &[T], labels: &[u8]) -> usize {
        assert!(!labels.is_empty(), "a mean needs a row");
        assert_eq!(logits.len() % labels.len(), 0, "logits are [row, output], labels [row]");
        let outputs = logits.len() / labels.len();
        self.check(outputs, labels);
        outputs
    }

    /// Panics unless these labels can stand against so many logits a row.
    pub(crate) fn check(self, outputs: usize, labels: &[u8]) {
        let classes = match self {
            Loss::Logistic => {
                assert_eq!(outputs, 1, "a logistic loss has one logit a row");
                2
            }
            Loss::Softmax => {
                assert!(outputs > 1, "a softmax loss has a logit for each of two classes or more");
                outputs
            }
        };
        assert!(labels.iter().all(|&l| usize::from(l) < classes), "a label is below {classes}");
    }

    pub(crate) fn fits<T: Real>(self, logits: &[T], label: usize) -> bool {
        match self {
            Loss::Logistic if label == 1 => logits[0] > T::ZERO,
            Loss::Logistic => logits[0] <= T::ZERO,
            Loss::Softmax => {
                let (before, rest) = logits.split_at(label);
                let own = rest[0];
                before.iter().all(|&other| other < own) && rest.iter().all(|&other| other <= own)
            }
        }
    }
}

/// -ln P(label) and its slopes, with the largest logit taken off first so that no exponential
/// overflows.
fn softmax<T: Real>(logits: &[T], label: usize, slopes: &mut [T]) -> T {
    let larger = |most, &logit| if logit > most { logit } else { most };
    let most = logits[1..].iter().fold(logits[0], larger);
    let mut sum = T::ZERO;
    for (power, &logit) in slopes.iter_mut().zip(logits) {
        *power = (logit - most).exp();
        sum += *power;
    }
    for (output, slope) in slopes.iter_mut().enumerate() {
        let one = if output == label { T::ONE } else { T::ZERO };
        *slope = *slope / sum - one;
    }
    sum.ln() - (logits[label] - most)
}
