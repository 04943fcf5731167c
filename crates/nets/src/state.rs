//! What an optimiser remembers from step to step.
//!
//! Steps differ from PyTorch's by rounding alone. Settings are kept in double precision until they
//! meet a parameter.

use crate::update::{Touched, Update};
use crate::{Optimiser, Real};

/// Moves when a step moves.
pub const NUMERICS: u32 = 2;

/// What an optimiser remembers from step to step.
#[derive(Clone, Debug, PartialEq)]
pub struct OptimiserState<T> {
    /// The rule, and how often it was applied.
    pub(crate) schedule: Schedule,
    /// Sgd: the direction of the last step. Adam: the running mean of gradients. `[parameter]`.
    first: Vec<T>,
    /// Adam: the running mean of squared gradients, `[parameter]`; empty for Sgd.
    second: Vec<T>,
}

/// An optimiser and how many steps it has taken: what the numbers of the next step follow from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Schedule {
    optimiser: Optimiser,
    /// beta1 and beta2 to the power of the steps taken.
    pub(crate) beta_powers: [f64; 2],
}

impl Schedule {
    pub fn new(optimiser: &Optimiser) -> Schedule {
        Schedule { optimiser: *optimiser, beta_powers: [1.0; 2] }
    }

    /// How many running means a parameter has.
    pub fn remembered(&self) -> usize {
        match self.optimiser {
            Optimiser::Sgd { .. } => 1,
            Optimiser::Adam { .. } | Optimiser::AdamW { .. } => 2,
        }
    }

    /// The numbers of the next step, or nothing where the learning rate is 0: adding 0 turns -0
    /// into 0 and adding 0 * infinity gives no number, but a control that must not learn keeps
    /// every bit.
    pub fn next(&mut self) -> Option<Update> {
        self.next_at(1.0)
    }

    /// As `next`, at this share of the learning rate.
    pub fn next_at(&mut self, share: f64) -> Option<Update> {
        let (rate, beta1, beta2, epsilon, weight_decay) = match self.optimiser {
            Optimiser::Sgd { learning_rate, momentum, weight_decay } => {
                let rate = share * learning_rate.get();
                let (momentum, decay) = (momentum.get(), weight_decay.get());
                return (rate != 0.0).then_some(Update::Sgd { momentum, decay, rate });
            }
            Optimiser::Adam { learning_rate, beta1, beta2, epsilon } => {
                (learning_rate.get(), beta1.get(), beta2.get(), epsilon.get(), 0.0)
            }
            Optimiser::AdamW { learning_rate, beta1, beta2, epsilon, weight_decay } => {
                let decay = weight_decay.get();
                (learning_rate.get(), beta1.get(), beta2.get(), epsilon.get(), decay)
            }
        };
        let rate = share * rate;
        let [power1, power2] = &mut self.beta_powers;
        *power1 *= beta1;
        *power2 *= beta2;
        (rate != 0.0).then_some(Update::Adam {
            beta1,
            rest1: 1.0 - beta1,
            beta2,
            rest2: 1.0 - beta2,
            scale: 1.0 / (1.0 - *power2).sqrt(),
            epsilon,
            rate: rate / (1.0 - *power1),
            keep: 1.0 - rate * weight_decay,
        })
    }
}

impl<T: Real> OptimiserState<T> {
    pub(crate) fn new(settings: &Optimiser, parameters: usize) -> OptimiserState<T> {
        let schedule = Schedule::new(settings);
        let second = if schedule.remembered() > 1 { parameters } else { 0 };
        OptimiserState { schedule, first: vec![T::ZERO; parameters], second: vec![T::ZERO; second] }
    }

    /// Moves `parameters`, `[parameter]`, against `gradient`, `[parameter]`.
    pub fn step(&mut self, parameters: &mut [T], gradient: &[T]) {
        assert_eq!(parameters.len(), gradient.len(), "both are [parameter]");
        let remembered = self.first.len();
        assert_eq!(parameters.len(), remembered, "the state was started for these parameters");
        let Some(update) = self.schedule.next() else { return };
        let (first, second) = (&mut self.first[..], &mut self.second[..]);
        update.reference(Touched { parameters, gradient, first, second });
    }
}
