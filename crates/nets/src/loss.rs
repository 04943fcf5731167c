//! Losses of logits against class labels, with their gradients.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Real;

/// Moves when a loss or its gradient moves.
pub const NUMERICS: u32 = 1;

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
        let outputs = self.outputs(logits, labels);
        let rows = logits.chunks_exact(outputs).zip(labels);
        let mut sum = T::ZERO;
        let mut correct = 0;
        for (logits, &label) in rows {
            let label = usize::from(label);
            sum += match self {
                Loss::Logistic => logistic(logits[0], label),
                Loss::Softmax => softmax(logits, label),
            };
            correct += usize::from(self.fits(logits, label));
        }
        Losses { mean: sum / T::from_f64(labels.len() as f64), correct }
    }

    /// As [`Loss::losses`], and writes the gradient of the mean loss by every logit to `out`,
    /// `[row, output]`.
    pub fn gradient<T: Real>(self, logits: &[T], labels: &[u8], out: &mut [T]) -> Losses<T> {
        assert_eq!(out.len(), logits.len(), "out is [row, output], as logits are");
        let losses = self.losses(logits, labels);
        let outputs = self.outputs(logits, labels);
        let rows = T::from_f64(labels.len() as f64);
        let each = logits.chunks_exact(outputs).zip(labels).zip(out.chunks_exact_mut(outputs));
        for ((logits, &label), out) in each {
            match self {
                Loss::Logistic => out[0] = sigmoid(logits[0]) - T::from_f64(f64::from(label)),
                Loss::Softmax => {
                    probabilities(logits, out);
                    out[usize::from(label)] = out[usize::from(label)] - T::ONE;
                }
            }
            for slope in out {
                *slope = *slope / rows;
            }
        }
        losses
    }

    /// Logits a row, after a check of shapes and labels.
    fn outputs<T>(self, logits: &[T], labels: &[u8]) -> usize {
        assert!(!labels.is_empty(), "a mean needs a row");
        assert_eq!(logits.len() % labels.len(), 0, "logits are [row, output], labels [row]");
        let outputs = logits.len() / labels.len();
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
        outputs
    }

    fn fits<T: Real>(self, logits: &[T], label: usize) -> bool {
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

/// -ln P(label) where P(1) = 1 / (1 + e^-logit), without overflow at any finite logit.
fn logistic<T: Real>(logit: T, label: usize) -> T {
    let against = if label == 1 { -logit } else { logit };
    let floor = if against < T::ZERO { T::ZERO } else { against };
    floor + (-logit.abs()).exp().ln_1p()
}

fn sigmoid<T: Real>(logit: T) -> T {
    let small = (-logit.abs()).exp();
    (if logit < T::ZERO { small } else { T::ONE }) / (T::ONE + small)
}

fn largest<T: Real>(logits: &[T]) -> T {
    logits.iter().fold(logits[0], |most, &logit| if logit > most { logit } else { most })
}

/// -ln P(label), with the largest logit taken off first so that no exponential overflows.
fn softmax<T: Real>(logits: &[T], label: usize) -> T {
    let most = largest(logits);
    let sum = logits.iter().fold(T::ZERO, |sum, &logit| sum + (logit - most).exp());
    sum.ln() - (logits[label] - most)
}

fn probabilities<T: Real>(logits: &[T], out: &mut [T]) {
    let most = largest(logits);
    let mut sum = T::ZERO;
    for (out, &logit) in out.iter_mut().zip(logits) {
        *out = (logit - most).exp();
        sum += *out;
    }
    for out in out {
        *out = *out / sum;
    }
}
