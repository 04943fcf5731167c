//! A network of any shape as flat numbers, and its passes.

use mesascope_stats::Key;

use crate::{Initialisation, Loss, Network, Real, Shape, Workspace};

/// A network of any shape.
///
/// Inputs are rows of [`Shape::inputs`] values: `[row, input]`, `[row, step, input]` for a gated
/// recurrent unit, `[row, channel, y, x]` for a convolutional network.
#[derive(Clone, Debug, PartialEq)]
pub struct AnyNetwork<T> {
    /// What it is apart from its numbers.
    pub shape: Shape,
    /// Every weight and bias, in the order that the shape states.
    pub parameters: Vec<T>,
}

/// A network whose shape and numbers can be read.
pub trait Shaped {
    /// What it is apart from its numbers.
    fn shape(&self) -> Shape;
    /// Every weight and bias, in the order that the shape states.
    fn parameters(&self) -> &[f32];
}

impl Shaped for Network<f32> {
    fn shape(&self) -> Shape {
        Network::shape(self)
    }

    fn parameters(&self) -> &[f32] {
        &self.parameters
    }
}

impl Shaped for AnyNetwork<f32> {
    fn shape(&self) -> Shape {
        self.shape.clone()
    }

    fn parameters(&self) -> &[f32] {
        &self.parameters
    }
}

impl<T> From<Network<T>> for AnyNetwork<T> {
    fn from(network: Network<T>) -> AnyNetwork<T> {
        let Network { sizes, activation, biases, parameters } = network;
        AnyNetwork { shape: Shape::Mlp { sizes, activation, biases }, parameters }
    }
}

impl AnyNetwork<f32> {
    pub(crate) fn initialise(
        shape: Shape,
        initialisation: &Initialisation,
        key: Key,
    ) -> AnyNetwork<f32> {
        let parameters = initialisation.draw(&shape, key);
        AnyNetwork { shape, parameters }
    }
}

impl<T: Real> AnyNetwork<T> {
    /// The same network with its numbers in another precision.
    pub fn cast<U: Real>(&self) -> AnyNetwork<U> {
        AnyNetwork {
            shape: self.shape.clone(),
            parameters: self.parameters.iter().map(|p| U::from_f64(p.to_f64())).collect(),
        }
    }

    /// The fully connected network that it is, if it is one.
    pub fn into_mlp(self) -> Option<Network<T>> {
        match self.shape {
            Shape::Mlp { sizes, activation, biases } => {
                Some(Network { sizes, activation, biases, parameters: self.parameters })
            }
            Shape::Gru(_) | Shape::Convolution(_) => None,
        }
    }

    /// The logits, `[row, output]`, or `[row, step, output]` where they are read after every step,
    /// of so many rows of inputs. What the last hidden layer gives stays in the workspace.
    pub fn forward<'w>(
        &self,
        inputs: &[T],
        rows: usize,
        workspace: &'w mut Workspace<T>,
    ) -> &'w [T] {
        workspace.forward(&self.shape, &self.parameters, inputs, rows)
    }

    /// The mean loss in nats over rows, and over steps where logits are read after every step, of
    /// inputs whose classes are `labels`, `[row]` or `[row, step]`. Its gradient is left in
    /// `workspace.gradient`, the logits in `workspace.logits()`.
    ///
    /// Losses are added up step by step, those of a step row by row.
    ///
    /// A diverged network gives a loss that is not finite, which is for the caller to see.
    pub fn gradient(
        &self,
        inputs: &[T],
        labels: &[u8],
        loss: Loss,
        workspace: &mut Workspace<T>,
    ) -> T {
        workspace.pass(&self.shape, &self.parameters, inputs, labels, loss)
    }

    /// The logits of so many rows of inputs, as [`AnyNetwork::forward`], in a vector of their own.
    pub fn logits(&self, inputs: &[T], rows: usize) -> Vec<T> {
        self.forward(inputs, rows, &mut Workspace::new()).to_vec()
    }
}
