//! A policy's network, and one beside it that values what is seen, on their way down one gradient.

use std::ops::Range;

use mesascope_nets::{AnyNetwork, Descent, NonNegative, Optimiser, Positive, Saved, Shape};
use serde::{Deserialize, Serialize};

use crate::head::{Acting, Batch, Head};
use crate::policy::{Outputs, Policy, Recurrent};

/// Moves when a step is put together otherwise.
pub const NUMERICS: u32 = 1;

/// Both networks. They share no parameter; one optimiser moves both, so that a gradient is clipped
/// by its length over all parameters (Huang et al. 2022, no. 11).
pub(crate) struct Learned {
    actor: Head,
    critic: Option<Head>,
    optimiser: Optimiser,
    /// The actor's parameters, then the critic's.
    descent: Descent,
    gradient: Vec<f32>,
    longest: Option<Positive>,
    path_length: f64,
}

/// All that the next steps follow from; numbers as their bits.
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedLearned {
    parameters: Vec<u32>,
    first: Vec<u32>,
    second: Vec<u32>,
    beta_powers: [u64; 2],
    path_length: u64,
}

impl Learned {
    /// Begins with these networks.
    pub fn new(
        actor: &AnyNetwork<f32>,
        critic: Option<&AnyNetwork<f32>>,
        optimiser: Optimiser,
        longest: Option<Positive>,
    ) -> Learned {
        let mut parameters = actor.parameters.clone();
        let critic = critic.map(|critic| {
            let head = Head::new(critic, parameters.len());
            parameters.extend_from_slice(&critic.parameters);
            head
        });
        Learned {
            actor: Head::new(actor, 0),
            critic,
            optimiser,
            descent: Descent::new(&optimiser, &parameters),
            gradient: vec![0.0; parameters.len()],
            longest,
            path_length: 0.0,
        }
    }

    /// Numbers that each network remembers from step to step.
    pub fn memory(&self) -> usize {
        self.actor.memory()
    }

    /// Passes of the policy's network as it is now, and of the other one if there is one.
    pub fn acting(&mut self) -> (Acting<'_>, Option<Acting<'_>>) {
        let Learned { actor, critic, descent, .. } = self;
        let critic = critic.as_mut().map(|critic| critic.acting(descent.parameters()));
        (actor.acting(descent.parameters()), critic)
    }

    /// Works out the policy's part of the gradient, as [`Head::lead`].
    pub fn lead_actor(
        &mut self,
        batch: Batch,
        slopes_of: impl FnMut(Range<usize>, &[f32], &mut [f32]),
    ) {
        let Learned { actor, descent, gradient, .. } = self;
        actor.lead(descent.parameters(), batch, gradient, slopes_of);
    }

    /// Works out the other network's part of the gradient. Panics without one.
    pub fn lead_critic(
        &mut self,
        batch: Batch,
        slopes_of: impl FnMut(Range<usize>, &[f32], &mut [f32]),
    ) {
        let Learned { critic, descent, gradient, .. } = self;
        let critic = critic.as_mut().expect("there is a network that values");
        critic.lead(descent.parameters(), batch, gradient, slopes_of);
    }

    /// Moves both against the gradient at this share of the learning rate. The error says what is not
    /// finite.
    pub fn step(&mut self, rate: f64) -> Result<(), String> {
        let rate = NonNegative::try_from(rate).expect("a share of a learning rate is from 0 to 1");
        let moved = self.descent.step(&self.gradient, self.longest, rate);
        self.path_length += moved.update;
        match (moved.gradient.is_finite(), moved.update.is_finite()) {
            (true, true) => Ok(()),
            (false, _) => Err(format!("the gradient is not finite (length {})", moved.gradient)),
            (true, false) => Err(format!("the update is not finite (length {})", moved.update)),
        }
    }

    /// The gradient of the next step, the actor's part and then the critic's.
    #[cfg(test)]
    pub fn gradient(&self) -> &[f32] {
        &self.gradient
    }

    /// The length of the path of both networks' parameters.
    pub fn path_length(&self) -> f64 {
        self.path_length
    }

    /// The policy as it is now.
    pub fn policy(&self) -> Policy {
        let parameters = self.descent.parameters();
        let actor = self.actor.network(parameters);
        let critic = self.critic.as_ref().map(|critic| critic.network(parameters));
        match actor.shape {
            Shape::Gru(_) => {
                Policy::Recurrent { actor: Recurrent::of(actor), critic: critic.map(Recurrent::of) }
            }
            Shape::Mlp { .. } | Shape::Convolution(_) => {
                let mlp = |network: AnyNetwork<f32>| {
                    network.into_mlp().expect("perceptrons and recurrent units are trained")
                };
                let (actor, critic) = (mlp(actor), critic.map(mlp));
                Policy::Network { actor, outputs: Outputs::Logits, critic }
            }
        }
    }

    pub fn save(&self) -> SavedLearned {
        let Saved { parameters, first, second, beta_powers } = self.descent.save();
        SavedLearned {
            parameters: bits(&parameters),
            first: bits(&first),
            second: bits(&second),
            beta_powers: beta_powers.map(f64::to_bits),
            path_length: self.path_length.to_bits(),
        }
    }

    pub fn restore(&mut self, saved: SavedLearned) -> Result<(), String> {
        let (here, there) = (self.gradient.len(), saved.parameters.len());
        if here != there {
            return Err(format!("{there} parameters were saved, and here are {here}"));
        }
        let flat = Saved {
            parameters: numbers(&saved.parameters),
            first: numbers(&saved.first),
            second: numbers(&saved.second),
            beta_powers: saved.beta_powers.map(f64::from_bits),
        };
        self.descent =
            Descent::restore(&self.optimiser, flat).map_err(|error| error.to_string())?;
        self.path_length = f64::from_bits(saved.path_length);
        Ok(())
    }
}

pub(crate) fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|number| number.to_bits()).collect()
}

pub(crate) fn numbers(bits: &[u32]) -> Vec<f32> {
    bits.iter().map(|&bits| f32::from_bits(bits)).collect()
}
