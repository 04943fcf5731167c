//! What an optimiser remembers from step to step, and its steps.
//!
//! Terms are combined in the order of PyTorch's single-tensor code, so that steps differ from its
//! own by rounding alone. Settings are kept in double precision until they meet a parameter.

use crate::{Optimiser, Real};

/// Moves when a step moves.
pub const NUMERICS: u32 = 1;

/// What an optimiser remembers from step to step.
#[derive(Clone, Debug, PartialEq)]
pub struct OptimiserState<T> {
    learning_rate: f64,
    rule: Rule<T>,
}

#[derive(Clone, Debug, PartialEq)]
enum Rule<T> {
    Sgd(Sgd<T>),
    Adam(Adam<T>),
}

#[derive(Clone, Debug, PartialEq)]
struct Sgd<T> {
    momentum: f64,
    weight_decay: f64,
    /// The direction of the last step, `[parameter]`; 0 before the first.
    direction: Vec<T>,
}

#[derive(Clone, Debug, PartialEq)]
struct Adam<T> {
    beta1: f64,
    beta2: f64,
    epsilon: f64,
    /// beta1 and beta2 to the power of the steps taken.
    beta1_power: f64,
    beta2_power: f64,
    /// Running means of the gradient and of its square, `[parameter]`.
    means: Vec<T>,
    squares: Vec<T>,
}

impl<T: Real> OptimiserState<T> {
    pub(crate) fn new(settings: &Optimiser, parameters: usize) -> OptimiserState<T> {
        let zeros = || vec![T::ZERO; parameters];
        match *settings {
            Optimiser::Sgd { learning_rate, momentum, weight_decay } => OptimiserState {
                learning_rate: learning_rate.get(),
                rule: Rule::Sgd(Sgd {
                    momentum: momentum.get(),
                    weight_decay: weight_decay.get(),
                    direction: zeros(),
                }),
            },
            Optimiser::Adam { learning_rate, beta1, beta2, epsilon } => OptimiserState {
                learning_rate: learning_rate.get(),
                rule: Rule::Adam(Adam {
                    beta1: beta1.get(),
                    beta2: beta2.get(),
                    epsilon: epsilon.get(),
                    beta1_power: 1.0,
                    beta2_power: 1.0,
                    means: zeros(),
                    squares: zeros(),
                }),
            },
        }
    }

    /// Moves `parameters`, `[parameter]`, against `gradient`, `[parameter]`.
    pub fn step(&mut self, parameters: &mut [T], gradient: &[T]) {
        assert_eq!(parameters.len(), gradient.len(), "both are [parameter]");
        let remembered = match &self.rule {
            Rule::Sgd(sgd) => sgd.direction.len(),
            Rule::Adam(adam) => adam.means.len(),
        };
        assert_eq!(parameters.len(), remembered, "the state was started for these parameters");
        if self.learning_rate == 0.0 {
            // Adding 0 turns -0 into 0 and adding 0 * infinity gives no number, but a control that
            // must not learn keeps every bit.
            return;
        }
        match &mut self.rule {
            Rule::Sgd(sgd) => sgd.step(self.learning_rate, parameters, gradient),
            Rule::Adam(adam) => adam.step(self.learning_rate, parameters, gradient),
        }
    }
}

impl<T: Real> Sgd<T> {
    fn step(&mut self, learning_rate: f64, parameters: &mut [T], gradient: &[T]) {
        let learning_rate = T::from_f64(learning_rate);
        let momentum = T::from_f64(self.momentum);
        let weight_decay = T::from_f64(self.weight_decay);
        let each = parameters.iter_mut().zip(gradient).zip(&mut self.direction);
        for ((parameter, &slope), direction) in each {
            *direction = momentum * *direction + (slope + weight_decay * *parameter);
            *parameter = *parameter - learning_rate * *direction;
        }
    }
}

impl<T: Real> Adam<T> {
    fn step(&mut self, learning_rate: f64, parameters: &mut [T], gradient: &[T]) {
        self.beta1_power *= self.beta1;
        self.beta2_power *= self.beta2;
        let (beta1, rest1) = (T::from_f64(self.beta1), T::from_f64(1.0 - self.beta1));
        let (beta2, rest2) = (T::from_f64(self.beta2), T::from_f64(1.0 - self.beta2));
        let epsilon = T::from_f64(self.epsilon);
        let size = T::from_f64(learning_rate / (1.0 - self.beta1_power));
        let root = T::from_f64((1.0 - self.beta2_power).sqrt());
        let state = self.means.iter_mut().zip(&mut self.squares);
        for ((parameter, &slope), (mean, square)) in parameters.iter_mut().zip(gradient).zip(state)
        {
            *mean = beta1 * *mean + rest1 * slope;
            *square = beta2 * *square + rest2 * slope * slope;
            *parameter = *parameter - size * *mean / (square.sqrt() / root + epsilon);
        }
    }
}
