//! Small networks, fully connected, recurrent and convolutional: layers with their gradients, losses, optimisers, checkpoints.
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
//! Every number is the same bits on any CPU: each product is fused with its addition, sums run in
//! an order written in the source, and exponentials are our own. A pass is a list of operations,
//! each with a kernel on sixteen lanes and a plain reference that gives the same bits.

mod aligned;
mod any;
mod bit_rows;
mod block;
mod checkpoint;
mod convolution;
mod descent;
mod error;
mod gru;
mod initialisation;
mod listed;
mod loss;
mod mlp;
#[cfg(test)]
mod mutants;
mod network;
mod number;
mod operations;
mod optimiser;
mod pass;
mod pass_gru;
mod place;
mod program;
mod program_convolution;
mod program_gru;
mod program_gru_rows;
mod program_mlp;
mod program_rows;
mod random_functions;
mod real;
mod shape;
mod slices;
mod state;
mod update;
mod workspace;

pub use any::{AnyNetwork, Shaped};
pub use bit_rows::BitRows;
pub use block::{Block, Found};
pub use convolution::{Convolution, ConvolutionShape, Image, Padding, Side};
pub use descent::{Descent, Moved, Saved};
pub use error::NetsError;
pub use gru::Gru;
pub use initialisation::{Initialisation, Scaling};
pub use loss::{Loss, Losses};
pub use mlp::{Activation, Biases, Mlp, Width};
pub use network::{Layer, Network};
pub use number::{Fraction, NonNegative, Positive};
pub use optimiser::Optimiser;
pub use pass::{Pass, Passes, Rows};
pub use pass_gru::{GruPass, GruPasses};
pub use random_functions::{
    Guessed, RANDOM_FUNCTIONS_NUMERICS, guess, random_functions, random_functions_with_passes,
};
pub use real::Real;
pub use shape::{GruShape, Read, Shape};
pub use slices::{exp_each, ln_each};
pub use state::OptimiserState;
pub use workspace::Workspace;

/// The numerics number of each file whose change can move a result, by name, in order of name.
/// A stored result names those it was computed with.
pub fn numerics() -> Vec<(&'static str, u32)> {
    let mut files = mesascope_lanes::numerics();
    files.extend([
        ("nets/convolution", convolution::NUMERICS),
        ("nets/descent", descent::NUMERICS),
        ("nets/gru", gru::NUMERICS),
        ("nets/initialisation", initialisation::NUMERICS),
        ("nets/loss", loss::NUMERICS),
        ("nets/mlp", mlp::NUMERICS),
        ("nets/operations/column-sums", operations::column_sums::NUMERICS),
        ("nets/operations/convolution", operations::convolution::NUMERICS),
        ("nets/operations/convolution-weights", operations::convolution_weights::NUMERICS),
        ("nets/operations/gather", operations::gather::NUMERICS),
        ("nets/operations/gru", operations::gru::NUMERICS),
        ("nets/operations/losses", operations::losses::NUMERICS),
        ("nets/operations/product", operations::product::NUMERICS),
        ("nets/operations/row-sums", operations::row_sums::NUMERICS),
        ("nets/operations/sparse", operations::sparse::NUMERICS),
        ("nets/operations/tanh", operations::tanh::NUMERICS),
        ("nets/optimiser", optimiser::NUMERICS),
        ("nets/program", program::NUMERICS),
        ("nets/program-convolution", program_convolution::NUMERICS),
        ("nets/program-gru", program_gru::NUMERICS),
        ("nets/program-gru-rows", program_gru_rows::NUMERICS),
        ("nets/program-mlp", program_mlp::NUMERICS),
        ("nets/program-rows", program_rows::NUMERICS),
        ("nets/real", real::NUMERICS),
        ("nets/state", state::NUMERICS),
        ("nets/update", update::NUMERICS),
    ]);
    files
}
