//! A fully connected network as flat numbers, and its passes.

use std::ops::Range;

use crate::{Activation, Biases, Loss, Real, Shape, Workspace, shape};

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
        shape::layers(&self.sizes, self.biases, 0)
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

    /// What it is apart from its numbers.
    pub fn shape(&self) -> Shape {
        let Network { sizes, activation, biases, .. } = self;
        Shape::Mlp { sizes: sizes.clone(), activation: *activation, biases: *biases }
    }

    /// The logits, `[row, output]`, of `inputs`, `[row, input]`. What the last hidden layer gives
    /// stays in the workspace.
    pub fn forward<'w>(
        &self,
        inputs: &[T],
        rows: usize,
        workspace: &'w mut Workspace<T>,
    ) -> &'w [T] {
        workspace.forward(&self.shape(), &self.parameters, inputs, rows)
    }

    /// The mean loss in nats over the rows of `inputs`, `[row, input]`, whose classes are `labels`,
    /// `[row]`. Its gradient is left in `workspace.gradient`, the logits in `workspace.logits()`.
    ///
    /// A diverged network gives a loss that is not finite, which is for the caller to see.
    pub fn gradient(
        &self,
        inputs: &[T],
        labels: &[u8],
        loss: Loss,
        workspace: &mut Workspace<T>,
    ) -> T {
        workspace.pass(&self.shape(), &self.parameters, inputs, labels, loss)
    }

    /// The logits, `[row, output]`, of `inputs`, `[row, input]`, in a vector of their own.
    pub fn logits(&self, inputs: &[T], rows: usize) -> Vec<T> {
        self.forward(inputs, rows, &mut Workspace::new()).to_vec()
    }
}
