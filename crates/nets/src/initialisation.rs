//! The distributions from which fresh networks are drawn.
//!
//! How many functions a random network computes, and how often each, depends on this choice, so it
//! is a setting that studies vary and never a detail.

use mesascope_stats::{Draws, Key};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Activation, Biases, Layer, Network, NonNegative, Positive};

/// Moves when the same settings and key yield other parameters.
pub const NUMERICS: u32 = 1;

/// The distribution of a fresh network's weights and biases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Initialisation {
    /// Weights normal with mean 0 and standard deviation gain / sqrt(inputs of the layer), where
    /// the gain is sqrt(2) before a relu (He et al. 2015) and 1 before a tanh and in the last
    /// layer; biases 0.
    #[default]
    FanIn,
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
    /// Fills the parameters of `network`, layer by layer, weights before biases.
    pub(crate) fn draw(&self, network: &mut Network<f32>, key: Key) {
        let last = network.sizes.len() - 2;
        let (activation, biases) = (network.activation, network.biases);
        let layers: Vec<Layer> = network.layers().collect();
        let mut draws = key.draws();
        for (place, layer) in layers.into_iter().enumerate() {
            let hidden = (place < last).then_some(activation);
            let weights = &mut network.parameters[layer.weights.clone()];
            self.draw_weights(layer.inputs, hidden, &mut draws, weights);
            match biases {
                Biases::Trained => {
                    self.draw_biases(&mut draws, &mut network.parameters[layer.biases]);
                }
                Biases::None => {}
            }
        }
    }

    fn draw_weights(
        &self,
        fan_in: usize,
        followed_by: Option<Activation>,
        draws: &mut Draws,
        out: &mut [f32],
    ) {
        let root = (fan_in as f64).sqrt();
        match *self {
            Initialisation::FanIn => {
                let gain = match followed_by {
                    Some(Activation::Relu) => std::f64::consts::SQRT_2,
                    Some(Activation::Tanh) | None => 1.0,
                };
                draws.fill_normal(gain / root, out);
            }
            Initialisation::Uniform { bound } => draws.fill_uniform(bound.get(), out),
            Initialisation::Gaussian { weight_sd, scaling: Scaling::FanIn, .. } => {
                draws.fill_normal(weight_sd.get() / root, out);
            }
            Initialisation::Gaussian { weight_sd, scaling: Scaling::None, .. } => {
                draws.fill_normal(weight_sd.get(), out);
            }
        }
    }

    fn draw_biases(&self, draws: &mut Draws, out: &mut [f32]) {
        match *self {
            Initialisation::FanIn => out.fill(0.0),
            Initialisation::Uniform { bound } => draws.fill_uniform(bound.get(), out),
            Initialisation::Gaussian { bias_sd, .. } => draws.fill_normal(bias_sd.get(), out),
        }
    }
}
