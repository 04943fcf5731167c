//! A network as flat numbers, and its forward pass.

use std::ops::Range;

use crate::product::{Matrix, Panels, product};
use crate::{Activation, Biases, Real};

/// Moves when a logit moves.
pub const NUMERICS: u32 = 1;

/// A fully connected network.
///
/// `parameters` holds layer after layer, each as its weights `[output, input]`, row by row, and
/// then, if the network has biases, its biases `[output]`, the order of PyTorch's `parameters()`.
#[derive(Clone, Debug, PartialEq)]
pub struct Network<T> {
    /// Units of every layer, from inputs to outputs: at least two entries, each at least 1.
    pub sizes: Vec<usize>,
    /// The function at each hidden unit.
    pub activation: Activation,
    /// Whether layers add a bias.
    pub biases: Biases,
    /// Every weight and bias.
    pub parameters: Vec<T>,
}

/// Where one layer stands among the parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Values each unit reads.
    pub inputs: usize,
    /// Units.
    pub outputs: usize,
    /// Where the weights are, `[output, input]`.
    pub weights: Range<usize>,
    /// Where the biases are, `[output]`; an empty range if the network has none.
    pub biases: Range<usize>,
}

/// Buffers of the forward and backward pass, which grow at first use and are then reused.
#[derive(Clone, Debug, Default)]
pub struct Workspace<T> {
    /// The gradient of the mean loss by every parameter, in the parameters' order, as
    /// [`Network::gradient`] last left it.
    pub gradient: Vec<T>,
    /// What each layer gives, first hidden layer to logits, each `[row, unit]`.
    pub(crate) given: Vec<Vec<T>>,
    /// The gradient by what a layer gives, and by what it reads, each `[row, unit]`.
    pub(crate) slopes: [Vec<T>; 2],
    pub(crate) panels: Panels<T>,
}

impl<T: Real> Workspace<T> {
    /// Empty buffers, which fit any network.
    pub fn new() -> Workspace<T> {
        Workspace::default()
    }

    /// What the last hidden layer gave in the last pass, `[row, unit]`, or `None` for a linear
    /// network, whose last layer reads the inputs themselves.
    pub fn last_hidden(&self) -> Option<&[T]> {
        self.given.len().checked_sub(2).map(|place| &self.given[place][..])
    }

    /// The logits of the last pass, `[row, output]`; empty before the first.
    pub fn logits(&self) -> &[T] {
        self.given.last().map_or(&[], |logits| logits)
    }
}

/// How many parameters a network of these sizes has.
pub(crate) fn parameter_count(sizes: &[usize], biases: Biases) -> usize {
    let per_output = match biases {
        Biases::Trained => 1,
        Biases::None => 0,
    };
    sizes.windows(2).map(|pair| (pair[0] + per_output) * pair[1]).sum()
}

impl<T: Real> Network<T> {
    /// Values a row of inputs has.
    pub fn inputs(&self) -> usize {
        self.sizes[0]
    }

    /// Logits a row has.
    pub fn outputs(&self) -> usize {
        self.sizes[self.sizes.len() - 1]
    }

    /// The layers, first to last.
    pub fn layers(&self) -> impl Iterator<Item = Layer> + '_ {
        let mut start = 0;
        self.sizes.windows(2).map(move |pair| {
            let (inputs, outputs) = (pair[0], pair[1]);
            let weights = start..start + inputs * outputs;
            let biases = match self.biases {
                Biases::Trained => weights.end..weights.end + outputs,
                Biases::None => weights.end..weights.end,
            };
            start = biases.end;
            Layer { inputs, outputs, weights, biases }
        })
    }

    /// The layer at `place`, counted from 0.
    pub fn layer(&self, place: usize) -> Layer {
        let last = self.sizes.len() - 2;
        assert!(place <= last, "the last layer is {last}, so there is none at {place}");
        self.layers().nth(place).expect("there is a layer between each two sizes")
    }

    /// The same network with its numbers in another precision.
    pub fn cast<U: Real>(&self) -> Network<U> {
        Network {
            sizes: self.sizes.clone(),
            activation: self.activation,
            biases: self.biases,
            parameters: self.parameters.iter().map(|p| U::from_f64(p.to_f64())).collect(),
        }
    }

    /// The logits, `[row, output]`, of `inputs`, `[row, input]`. What the hidden layers give stays
    /// in the workspace.
    pub fn forward<'w>(
        &self,
        inputs: &[T],
        rows: usize,
        workspace: &'w mut Workspace<T>,
    ) -> &'w [T] {
        self.check(inputs, rows);
        let last = self.sizes.len() - 2;
        workspace.given.resize_with(last + 1, Vec::new);
        for (place, layer) in self.layers().enumerate() {
            let (before, from_here) = workspace.given.split_at_mut(place);
            let read = before.last().map_or(inputs, |given| given);
            let given = &mut from_here[0];
            given.resize(rows * layer.outputs, T::ZERO);
            let weights = &self.parameters[layer.weights];
            product(
                Matrix::new(read, rows, layer.inputs),
                Matrix::new(weights, layer.outputs, layer.inputs).transposed(),
                &self.parameters[layer.biases],
                &mut workspace.panels,
                given,
            );
            if place < last {
                activate(self.activation, given);
            }
        }
        &workspace.given[last]
    }

    /// The logits, `[row, output]`, of `inputs`, `[row, input]`, in a vector of their own.
    pub fn logits(&self, inputs: &[T], rows: usize) -> Vec<T> {
        let mut workspace = Workspace::new();
        self.forward(inputs, rows, &mut workspace);
        workspace.given.pop().unwrap_or_default()
    }

    pub(crate) fn check(&self, inputs: &[T], rows: usize) {
        assert!(self.sizes.len() >= 2, "sizes run from inputs to outputs");
        assert!(rows > 0, "a pass needs a row");
        assert_eq!(inputs.len(), rows * self.inputs(), "inputs are [row, input]");
        let parameters = parameter_count(&self.sizes, self.biases);
        assert_eq!(self.parameters.len(), parameters, "parameters are those of sizes");
    }
}

fn activate<T: Real>(activation: Activation, values: &mut [T]) {
    match activation {
        Activation::Relu => {
            for value in values {
                // Written so that a NaN stays a NaN and a diverged network is seen to be one.
                *value = if *value < T::ZERO { T::ZERO } else { *value };
            }
        }
        Activation::Tanh => {
            for value in values {
                *value = value.tanh();
            }
        }
    }
}
