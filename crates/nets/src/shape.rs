//! What a network is apart from its numbers: how many parameters it has, in which order, and what
//! its passes do.

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::program::Program;
use crate::{Activation, Biases, ConvolutionShape, Layer, Loss, program_convolution};
use crate::{program_gru, program_mlp};

/// A kind of network with its sizes.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Fully connected: the shape of a [`crate::Network`].
    Mlp {
        /// Units of every layer, from inputs to outputs: at least two entries, each at least 1.
        sizes: Vec<usize>,
        /// The function at each hidden unit.
        activation: Activation,
        /// Whether layers add a bias.
        biases: Biases,
    },
    /// A gated recurrent unit with a linear read-out.
    Gru(GruShape),
    /// Convolutions, then fully connected layers.
    Convolution(ConvolutionShape),
}

/// After which steps of a sequence logits are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Read {
    /// After the last: one label a sequence.
    #[default]
    LastStep,
    /// After each: one label a step.
    EveryStep,
}

impl Read {
    pub(crate) fn is_default(&self) -> bool {
        *self == Read::default()
    }
}

/// The sizes of a gated recurrent unit with a linear read-out.
///
/// Parameters are those of PyTorch's `nn.GRU` and of an `nn.Linear` behind it, in PyTorch's order:
/// `weight_ih` `[3 hidden, input]`, `weight_hh` `[3 hidden, hidden]`, `bias_ih` and `bias_hh`
/// `[3 hidden]`, each with the rows of the reset gate, then the update gate, then the candidate;
/// `weight` `[output, hidden]` and `bias` `[output]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GruShape {
    /// Values of one step: at least 1.
    pub inputs: usize,
    /// Units of the hidden state: at least 1.
    pub hidden: usize,
    /// Logits of one reading: at least 1.
    pub outputs: usize,
    /// Steps of a sequence: at least 1. Parameters do not depend on it.
    pub steps: usize,
    /// After which steps logits are read.
    pub read: Read,
}

/// Where each matrix and bias of a gated recurrent unit stands among the parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GruParts {
    pub weight_ih: Range<usize>,
    pub weight_hh: Range<usize>,
    pub bias_ih: Range<usize>,
    pub bias_hh: Range<usize>,
    pub weight: Range<usize>,
    pub bias: Range<usize>,
}

/// Parameters of one kind, which are drawn from one distribution.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tensor {
    pub range: Range<usize>,
    pub role: Role,
    /// Values that one unit reads through it.
    pub fan_in: usize,
    /// The number whose root PyTorch's default divides by.
    pub torch: usize,
}

/// What a parameter does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It weighs what leads to a relu.
    WeightBeforeRelu,
    /// It weighs what leads to anything else.
    Weight,
    Bias,
}

impl GruShape {
    /// How often logits of one sequence are read.
    pub fn readings(&self) -> usize {
        match self.read {
            Read::LastStep => 1,
            Read::EveryStep => self.steps,
        }
    }

    /// How many weights and biases such a network has.
    pub fn parameter_count(&self) -> usize {
        self.parts().bias.end
    }

    pub(crate) fn parts(&self) -> GruParts {
        let GruShape { inputs, hidden, outputs, .. } = *self;
        let mut end = 0;
        let mut take = |length: usize| {
            let start = end;
            end += length;
            start..end
        };
        GruParts {
            weight_ih: take(3 * hidden * inputs),
            weight_hh: take(3 * hidden * hidden),
            bias_ih: take(3 * hidden),
            bias_hh: take(3 * hidden),
            weight: take(outputs * hidden),
            bias: take(outputs),
        }
    }

    fn tensors(&self) -> Vec<Tensor> {
        let GruParts { weight_ih, weight_hh, bias_ih, bias_hh, weight, bias } = self.parts();
        let torch = self.hidden;
        let weights = |range, fan_in| Tensor { range, role: Role::Weight, fan_in, torch };
        let biases = |range, fan_in| Tensor { range, role: Role::Bias, fan_in, torch };
        vec![
            weights(weight_ih, self.inputs),
            weights(weight_hh, self.hidden),
            biases(bias_ih, self.inputs),
            biases(bias_hh, self.hidden),
            weights(weight, self.hidden),
            biases(bias, self.hidden),
        ]
    }
}

/// Fully connected layers of these sizes, whose parameters begin at `start`.
pub(crate) fn layers(
    sizes: &[usize],
    biases: Biases,
    mut start: usize,
) -> impl Iterator<Item = Layer> {
    sizes.windows(2).map(move |pair| {
        let (inputs, outputs) = (pair[0], pair[1]);
        let weights = start..start + inputs * outputs;
        let biases = match biases {
            Biases::Trained => weights.end..weights.end + outputs,
            Biases::None => weights.end..weights.end,
        };
        start = biases.end;
        Layer { inputs, outputs, weights, biases }
    })
}

/// The tensors of fully connected layers, of which all but the last lead to this activation.
pub(crate) fn layer_tensors(layers: &[Layer], activation: Activation) -> Vec<Tensor> {
    let mut tensors = Vec::new();
    for (place, layer) in layers.iter().enumerate() {
        let role = match activation {
            Activation::Relu if place + 1 < layers.len() => Role::WeightBeforeRelu,
            Activation::Relu | Activation::Tanh => Role::Weight,
        };
        let (fan_in, torch) = (layer.inputs, layer.inputs);
        tensors.push(Tensor { range: layer.weights.clone(), role, fan_in, torch });
        if !layer.biases.is_empty() {
            tensors.push(Tensor { range: layer.biases.clone(), role: Role::Bias, fan_in, torch });
        }
    }
    tensors
}

impl Shape {
    /// Values of one row: of one sequence, all its steps; of one image, all its channels.
    pub fn inputs(&self) -> usize {
        match self {
            Shape::Mlp { sizes, .. } => sizes[0],
            Shape::Gru(gru) => gru.steps * gru.inputs,
            Shape::Convolution(convolution) => convolution.image.values(),
        }
    }

    /// Logits of one reading.
    pub fn outputs(&self) -> usize {
        match self {
            Shape::Mlp { sizes, .. } => sizes[sizes.len() - 1],
            Shape::Gru(gru) => gru.outputs,
            Shape::Convolution(convolution) => convolution.outputs,
        }
    }

    /// Labels of one row.
    pub fn readings(&self) -> usize {
        match self {
            Shape::Gru(gru) => gru.readings(),
            Shape::Mlp { .. } | Shape::Convolution(_) => 1,
        }
    }

    /// How many weights and biases such a network has.
    pub fn parameter_count(&self) -> usize {
        match self {
            Shape::Mlp { sizes, biases, .. } => {
                layers(sizes, *biases, 0).last().map_or(0, |last| last.biases.end)
            }
            Shape::Gru(gru) => gru.parameter_count(),
            Shape::Convolution(convolution) => convolution.parameter_count(),
        }
    }

    /// Its parameters by kind, in their order.
    pub(crate) fn tensors(&self) -> Vec<Tensor> {
        match self {
            Shape::Mlp { sizes, activation, biases } => {
                layer_tensors(&layers(sizes, *biases, 0).collect::<Vec<_>>(), *activation)
            }
            Shape::Gru(gru) => gru.tensors(),
            Shape::Convolution(convolution) => convolution.tensors(),
        }
    }

    /// Its passes over so many rows.
    pub(crate) fn program(&self, rows: usize, loss: Loss) -> Program {
        match self {
            Shape::Mlp { sizes, activation, biases } => {
                let layers = layers(sizes, *biases, 0).collect();
                program_mlp::program(layers, *activation, rows, loss)
            }
            Shape::Gru(gru) => program_gru::program(*gru, rows, loss),
            Shape::Convolution(convolution) => {
                program_convolution::program(convolution, rows, loss)
            }
        }
    }

    /// Its passes over so many rows of inputs that are 0 or 1. Panics unless it is fully connected.
    pub(crate) fn program_on_ones(&self, rows: usize, loss: Loss) -> Program {
        let Shape::Mlp { sizes, activation, biases } = self else {
            panic!("only fully connected networks read lists of ones")
        };
        program_mlp::program_on_ones(layers(sizes, *biases, 0).collect(), *activation, rows, loss)
    }

    /// Panics unless so many numbers can be the inputs of so many rows, and the parameters.
    pub(crate) fn check(&self, parameters: usize, inputs: usize, rows: usize) {
        match self {
            Shape::Mlp { sizes, .. } => {
                assert!(sizes.len() >= 2, "sizes run from inputs to outputs");
                assert!(!sizes.contains(&0), "a layer has at least one unit");
            }
            Shape::Gru(GruShape { inputs, hidden, outputs, steps, .. }) => {
                assert!(![inputs, hidden, outputs, steps].contains(&&0), "no size is 0");
            }
            Shape::Convolution(convolution) => convolution.check(),
        }
        assert!(rows > 0, "a pass needs a row");
        assert_eq!(inputs, rows * self.inputs(), "inputs are [row, input]");
        assert_eq!(parameters, self.parameter_count(), "parameters are those of the shape");
    }
}
