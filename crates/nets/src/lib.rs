//! Small fully connected networks: layers with their gradients, losses, optimisers, checkpoints.
//!
//! ```
//! use mesascope_nets::{Loss, Mlp, Optimiser, Workspace};
//! use mesascope_stats::Key;
//!
//! let settings = Mlp::with_hidden(&[8])?;
//! let mut network = settings.initialise(2, 1, Key::from_seed(1));
//! let optimiser = Optimiser::adam();
//! let mut state = optimiser.start(network.parameters.len());
//! let mut workspace = Workspace::new();
//! let (inputs, labels) = ([0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0], [0, 1, 1, 0]);
//! for _ in 0..10 {
//!     network.gradient(&inputs, &labels, Loss::Logistic, &mut workspace);
//!     state.step(&mut network.parameters, &workspace.gradient);
//! }
//! # Ok::<(), mesascope_nets::NetsError>(())
//! ```
//!
//! Every number is the same bits on any CPU: exponentials come from the `libm` crate, sums run in
//! an order written in the source, and no multiplication is fused with an addition.

mod backward;
mod checkpoint;
mod error;
mod initialisation;
mod loss;
mod mlp;
mod network;
mod number;
mod optimiser;
mod product;
mod real;
mod state;

pub use error::NetsError;
pub use initialisation::{Initialisation, Scaling};
pub use loss::{Loss, Losses};
pub use mlp::{Activation, Biases, Mlp, Width};
pub use network::{Layer, Network, Workspace};
pub use number::{Fraction, NonNegative, Positive};
pub use optimiser::Optimiser;
pub use real::Real;
pub use state::OptimiserState;

/// The numerics number of each file whose change can move a result, by name, in order of name.
/// A stored result names those it was computed with.
pub fn numerics() -> Vec<(&'static str, u32)> {
    vec![
        ("nets/backward", backward::NUMERICS),
        ("nets/initialisation", initialisation::NUMERICS),
        ("nets/loss", loss::NUMERICS),
        ("nets/mlp", mlp::NUMERICS),
        ("nets/network", network::NUMERICS),
        ("nets/optimiser", optimiser::NUMERICS),
        ("nets/product", product::NUMERICS),
        ("nets/real", real::NUMERICS),
        ("nets/state", state::NUMERICS),
    ]
}
