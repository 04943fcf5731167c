//! The networks that learners of policies train.

use mesascope_nets::{
    Activation, AnyNetwork, Biases, Gru, Initialisation, Mlp, NetsError, Optimiser, Positive, Read,
    Shape, Width,
};
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
    /// A gated recurrent unit, which remembers from step to step of an episode:
    /// `{ gru = { hidden = 64 } }`.
    Gru(PolicyGru),
}

/// One layer of gated recurrent units, and a linear layer that reads its hidden state after every
/// step. The hidden state is 0 where an episode begins.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyGru {
    /// Units of the hidden state: 1 to 4,096. No default.
    pub hidden: Width,
    /// The distribution from which a fresh network's weights and biases are drawn. Default: fan-in.
    #[serde(default)]
    pub initialisation: Initialisation,
}

impl PolicyGru {
    /// A network with so many hidden units and every other setting at its default.
    pub fn with_hidden(hidden: i64) -> Result<PolicyGru, NetsError> {
        Ok(PolicyGru { hidden: hidden.try_into()?, initialisation: Initialisation::default() })
    }

    fn gru(&self) -> Gru {
        let PolicyGru { hidden, initialisation } = *self;
        Gru { hidden, read: Read::EveryStep, initialisation }
    }
}

impl PolicyNetwork {
    /// Two hidden layers of 64 units and relu between them.
    pub(crate) fn two_by_64() -> PolicyNetwork {
        PolicyNetwork::Mlp(Mlp::with_hidden(&[64, 64]).expect("64 is a width"))
    }

    /// Whether it remembers from step to step.
    pub(crate) fn remembers(&self) -> bool {
        match self {
            PolicyNetwork::Mlp(_) => false,
            PolicyNetwork::Gru(_) => true,
        }
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
            PolicyNetwork::Gru(gru) => format!("gated recurrent unit {}", gru.hidden.get()),
        }
    }

    /// What a policy is apart from its numbers, in words: learners with the same words can go on from
    /// each other's policies.
    pub(crate) fn policy_words(&self) -> String {
        let biases = match self {
            PolicyNetwork::Mlp(Mlp { biases: Biases::None, .. }) => " without biases",
            PolicyNetwork::Mlp(_) | PolicyNetwork::Gru(_) => "",
        };
        format!("a policy of a {}{biases}", self.words())
    }

    /// The shape of such a network in such a space.
    pub(crate) fn shape(&self, space: &Space, outputs: usize) -> Shape {
        match self {
            PolicyNetwork::Mlp(mlp) => mlp.shape(space.inputs(), outputs),
            // Parameters do not depend on the number of steps.
            PolicyNetwork::Gru(gru) => Shape::Gru(gru.gru().shape(space.inputs(), outputs, 1)),
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
            PolicyNetwork::Gru(gru) => {
                let mut network = gru.gru().initialise(space.inputs(), outputs, 1, key);
                // Weights and biases of the layer that reads come last.
                let (end, weights) =
                    (network.parameters.len() - outputs, outputs * gru.hidden.get());
                scale(&mut network.parameters[end - weights..end], gain);
                network
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
            Some(Policy::Recurrent { actor, critic }) => {
                (Some(actor.network(1)), critic.map(|critic| critic.network(1)))
            }
            Some(Policy::Table { .. }) | None => (None, None),
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
