//! The gradient of the mean loss by every parameter, derived by hand layer by layer.

use crate::product::{Matrix, product};
use crate::{Activation, Loss, Network, Real, Workspace};

/// Moves when a gradient moves.
pub const NUMERICS: u32 = 1;

impl<T: Real> Network<T> {
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
        let rows = labels.len();
        self.forward(inputs, rows, workspace);
        let Workspace { gradient, given, slopes: [above, below], panels } = workspace;
        gradient.resize(self.parameters.len(), T::ZERO);
        let [hidden @ .., logits] = &given[..] else { unreachable!("forward leaves logits") };
        above.resize(logits.len(), T::ZERO);
        let losses = loss.gradient(logits, labels, above);
        for place in (0..self.sizes.len() - 1).rev() {
            let layer = self.layer(place);
            let read = place.checked_sub(1).map_or(inputs, |before| &hidden[before]);
            // slope by weight [output, input] = slope by output [row, output]' . read [row, input]
            product(
                Matrix::new(above, rows, layer.outputs).transposed(),
                Matrix::new(read, rows, layer.inputs),
                &[],
                panels,
                &mut gradient[layer.weights.clone()],
            );
            sum_rows(above, &mut gradient[layer.biases]);
            if place == 0 {
                break;
            }
            below.resize(rows * layer.inputs, T::ZERO);
            product(
                Matrix::new(above, rows, layer.outputs),
                Matrix::new(&self.parameters[layer.weights], layer.outputs, layer.inputs),
                &[],
                panels,
                below,
            );
            through(self.activation, read, below);
            std::mem::swap(above, below);
        }
        losses.mean
    }
}

/// Adds up `slopes`, `[row, output]`, over rows in order. `out` is `[output]`, or empty where the
/// network has no biases.
fn sum_rows<T: Real>(slopes: &[T], out: &mut [T]) {
    if out.is_empty() {
        return;
    }
    out.fill(T::ZERO);
    for row in slopes.chunks_exact(out.len()) {
        for (sum, &slope) in out.iter_mut().zip(row) {
            *sum += slope;
        }
    }
}

/// Turns slopes by what an activation gave into slopes by what it was given.
fn through<T: Real>(activation: Activation, given: &[T], slopes: &mut [T]) {
    assert_eq!(given.len(), slopes.len(), "both are [row, unit]");
    match activation {
        Activation::Relu => {
            for (slope, &given) in slopes.iter_mut().zip(given) {
                *slope = if given > T::ZERO { *slope } else { T::ZERO };
            }
        }
        Activation::Tanh => {
            for (slope, &given) in slopes.iter_mut().zip(given) {
                *slope = *slope * (T::ONE - given * given);
            }
        }
    }
}
