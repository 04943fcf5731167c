//! The distributions from which fresh networks are drawn.
//!
//! How many functions a random network computes, and how often each, depends on this choice, so it
//! is a setting that studies vary and never a detail.

use mesascope_stats::{Draws, Key};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::shape::{Role, Tensor};
use crate::{NonNegative, Positive, Shape};

/// Moves when the same settings and key yield other parameters.
pub const NUMERICS: u32 = 1;

/// The distribution of a fresh network's weights and biases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Initialisation {
    /// Weights normal with mean 0 and standard deviation gain / sqrt(values that one unit reads
    /// through them), where the gain is sqrt(2) before a relu (He et al. 2015) and 1 before
    /// anything else and in the last layer; biases 0.
    #[default]
    FanIn,
    /// PyTorch's default: every weight and bias uniform in [-bound, bound), where the bound is
    /// 1 / sqrt(values that one unit reads) in a fully connected layer or a convolution, and
    /// 1 / sqrt(hidden units) in all of a gated recurrent unit (`reset_parameters` of `nn.Linear`
    /// and `nn.Conv2d`, which is He et al. 2015, uniform, with a slope of sqrt(5), and of
    /// `nn.RNNBase`).
    Torch,
    /// Every weight and bias uniform in [-bound, bound) (Valle-Perez et al. 2019).
    Uniform {
        /// The largest magnitude of a weight or bias: above 0. No default; Valle-Perez et al.
        /// 2019 use 1.
        bound: Positive,
    },
    /// Weights and biases normal with mean 0.
    Gaussian {
        /// Standard deviation of a weight, before scaling: above 0. No default.
        weight_sd: Positive,
        /// Standard deviation of a bias, never scaled: at least 0, where 0 makes every bias 0.
        /// No default.
        bias_sd: NonNegative,
        /// Whether weights are scaled by the inputs of their layer. Default: fan-in.
        #[serde(default)]
        scaling: Scaling,
    },
}

/// Whether a weight's standard deviation depends on how many inputs its layer has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scaling {
    /// Divided by sqrt(inputs of the layer), so that wide layers pass on values of the same size.
    #[default]
    FanIn,
    /// The same in every layer.
    None,
}

impl Initialisation {
    /// Fresh parameters of a network of this shape, in their order.
    pub(crate) fn draw(&self, shape: &Shape, key: Key) -> Vec<f32> {
        let mut parameters = vec![0.0; shape.parameter_count()];
        let mut draws = key.draws();
        for tensor in shape.tensors() {
            self.draw_tensor(&tensor, &mut draws, &mut parameters[tensor.range.clone()]);
        }
        parameters
    }

    fn draw_tensor(&self, tensor: &Tensor, draws: &mut Draws, out: &mut [f32]) {
        let root = (tensor.fan_in as f64).sqrt();
        match (*self, tensor.role) {
            (Initialisation::FanIn, Role::Bias) => out.fill(0.0),
            (Initialisation::FanIn, Role::WeightBeforeRelu) => {
                draws.fill_normal(std::f64::consts::SQRT_2 / root, out);
            }
            (Initialisation::FanIn, Role::Weight) => draws.fill_normal(1.0 / root, out),
            (Initialisation::Torch, _) => {
                draws.fill_uniform(1.0 / (tensor.torch as f64).sqrt(), out);
            }
            (Initialisation::Uniform { bound }, _) => draws.fill_uniform(bound.get(), out),
            (Initialisation::Gaussian { bias_sd, .. }, Role::Bias) => {
                draws.fill_normal(bias_sd.get(), out);
            }
            (Initialisation::Gaussian { weight_sd, scaling: Scaling::FanIn, .. }, _) => {
                draws.fill_normal(weight_sd.get() / root, out);
            }
            (Initialisation::Gaussian { weight_sd, scaling: Scaling::None, .. }, _) => {
                draws.fill_normal(weight_sd.get(), out);
            }
        }
    }
}
