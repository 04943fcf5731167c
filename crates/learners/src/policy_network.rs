//! The networks that learners of policies train.

use mesascope_nets::{Activation, AnyNetwork, Mlp, Optimiser, Positive, Shape};
use mesascope_stats::Key;
use mesascope_tasks::Space;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::learned::Learned;
use crate::policy::Policy;

/// Moves when the same settings and key come to another fresh network.
pub const NUMERICS: u32 = 1;

/// Whether there is a network beside the policy's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beside {
    /// None.
    Nothing,
    /// One of its kind, which values what is seen.
    Values,
}

/// How networks are moved.
pub(crate) struct Moves {
    /// The optimiser of both.
    pub optimiser: Optimiser,
    /// The length to which a longer gradient is cut.
    pub longest: Option<Positive>,
}

/// What is trained, and a network of the same kind beside it that values what is seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PolicyNetwork {
    /// A multi-layer perceptron, which knows what is shown now: `{ mlp = { hidden = [64, 64] } }`.
    Mlp(Mlp),
}

impl PolicyNetwork {
    /// Two hidden layers of 64 units and relu between them.
    pub(crate) fn two_by_64() -> PolicyNetwork {
        PolicyNetwork::Mlp(Mlp::with_hidden(&[64, 64]).expect("64 is a width"))
    }

    /// Words for the scope of a study.
    pub(crate) fn words(&self) -> String {
        match self {
            PolicyNetwork::Mlp(mlp) => {
                let widths: Vec<String> =
                    mlp.hidden.iter().map(|width| width.get().to_string()).collect();
                let activation = match mlp.activation {
                    Activation::Relu => "relu",
                    Activation::Tanh => "tanh",
                };
                match widths.is_empty() {
                    true => "linear network".to_string(),
                    false => format!("multi-layer perceptron {} {activation}", widths.join("x")),
                }
            }
        }
    }

    /// What a policy is apart from its numbers, in words: learners with the same words can go on from
    /// each other's policies.
    pub(crate) fn policy_words(&self) -> String {
        format!("a policy of a {}", self.words())
    }

    /// The shape of such a network in such a space.
    pub(crate) fn shape(&self, space: &Space, outputs: usize) -> Shape {
        match self {
            PolicyNetwork::Mlp(mlp) => mlp.shape(space.inputs(), outputs),
        }
    }

    /// A fresh network, whose last layer's weights are multiplied by `gain`.
    pub(crate) fn initialise(
        &self,
        space: &Space,
        outputs: usize,
        gain: f64,
        key: Key,
    ) -> AnyNetwork<f32> {
        match self {
            PolicyNetwork::Mlp(mlp) => {
                let mut network = mlp.initialise(space.inputs(), outputs, key);
                let last = network.layers().last().expect("a network has a layer");
                scale(&mut network.parameters[last.weights], gain);
                network.into()
            }
        }
    }

    /// Networks to train: those of `from`, and fresh ones where it has none.
    pub(crate) fn learned(
        &self,
        space: &Space,
        from: Option<Policy>,
        beside: Beside,
        first_logits: f64,
        moves: Moves,
        key: Key,
    ) -> Learned {
        let [of_actor, of_critic] = key.split();
        let (actor, critic) = match from {
            Some(Policy::Network { actor, critic, .. }) => {
                (Some(AnyNetwork::from(actor)), critic.map(AnyNetwork::from))
            }
            _ => (None, None),
        };
        let actor =
            actor.unwrap_or_else(|| self.initialise(space, space.actions, first_logits, of_actor));
        assert_eq!(actor.shape, self.shape(space, space.actions), "phases hand on one shape");
        let critic = match beside {
            Beside::Nothing => None,
            // Huang et al. 2022, no. 2: the last layer of values is not made small.
            Beside::Values => critic
                .filter(|critic| critic.shape == self.shape(space, 1))
                .or_else(|| Some(self.initialise(space, 1, 1.0, of_critic))),
        };
        Learned::new(&actor, critic.as_ref(), moves.optimiser, moves.longest)
    }
}

fn scale(weights: &mut [f32], gain: f64) {
    weights.iter_mut().for_each(|weight| *weight *= gain as f32);
}
