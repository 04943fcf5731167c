//! The settings of a gated recurrent unit, and the fresh networks they describe.

use mesascope_stats::Key;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{AnyNetwork, GruShape, Initialisation, NetsError, Read, Shape, Width};

/// Moves when the same settings and key describe another network.
pub const NUMERICS: u32 = 1;

/// One layer of gated recurrent units (Cho et al. 2014, in the form of PyTorch's `nn.GRU`), which
/// starts each sequence from a hidden state of 0, and a linear layer that reads logits from the
/// hidden state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gru {
    /// Units of the hidden state: 1 to 4,096. No default.
    pub hidden: Width,
    /// After which steps of a sequence logits are read. Default: last-step.
    #[serde(default, skip_serializing_if = "Read::is_default")]
    pub read: Read,
    /// The distribution from which a fresh network's weights and biases are drawn. Default: fan-in.
    #[serde(default)]
    pub initialisation: Initialisation,
}

impl Gru {
    /// A network with so many hidden units and every other setting at its default.
    pub fn with_hidden(hidden: i64) -> Result<Gru, NetsError> {
        let (read, initialisation) = (Read::default(), Initialisation::default());
        Ok(Gru { hidden: hidden.try_into()?, read, initialisation })
    }

    /// The shape of such a network for sequences of so many steps, each of so many values.
    pub fn shape(&self, inputs: usize, outputs: usize, steps: usize) -> GruShape {
        assert!(inputs > 0 && outputs > 0, "a network has at least one input and one output");
        assert!(steps > 0, "a sequence has at least one step");
        GruShape { inputs, hidden: self.hidden.get(), outputs, steps, read: self.read }
    }

    /// A fresh network for sequences of so many steps, each of so many values. The key alone
    /// decides its parameters.
    pub fn initialise(
        &self,
        inputs: usize,
        outputs: usize,
        steps: usize,
        key: Key,
    ) -> AnyNetwork<f32> {
        let shape = Shape::Gru(self.shape(inputs, outputs, steps));
        AnyNetwork::initialise(shape, &self.initialisation, key)
    }
}
