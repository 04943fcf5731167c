//! The settings of the optimisers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Fraction, NonNegative, OptimiserState, Positive, Real};

/// Moves when a default moves.
pub const NUMERICS: u32 = 1;

/// How parameters follow the gradient of the mean loss. Steps are PyTorch's, to within rounding.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Optimiser {
    /// Gradient descent, with momentum if that is above 0 (as PyTorch's SGD, without dampening
    /// and without Nesterov's correction).
    Sgd {
        /// Size of a step, in parameter units per unit of gradient: at least 0, where 0 leaves
        /// every bit of the parameters as it is. Default: 0.1.
        #[serde(default = "sgd_learning_rate")]
        learning_rate: NonNegative,
        /// Share of the last step's direction that is kept: from 0 up to, not including, 1.
        /// Default: 0.
        #[serde(default = "no_momentum")]
        momentum: Fraction,
        /// What is added to the gradient per unit of each parameter, biases included: at least 0.
        /// Default: 0.
        #[serde(default = "no_weight_decay")]
        weight_decay: NonNegative,
    },
    /// Adam (Kingma & Ba 2015, algorithm 1).
    Adam {
        /// Size of a step, in parameter units: at least 0, where 0 leaves every bit of the
        /// parameters as it is. Default: 0.001.
        #[serde(default = "adam_learning_rate")]
        learning_rate: NonNegative,
        /// Share of the running mean of gradients kept at each step: from 0 up to, not including,
        /// 1. Default: 0.9.
        #[serde(default = "adam_beta1")]
        beta1: Fraction,
        /// Share of the running mean of squared gradients kept at each step: from 0 up to, not
        /// including, 1. Default: 0.999.
        #[serde(default = "adam_beta2")]
        beta2: Fraction,
        /// What is added to the root of the mean squared gradient before division by it, in units
        /// of gradient: above 0. Default: 1e-8.
        #[serde(default = "adam_epsilon")]
        epsilon: Positive,
    },
    /// Adam with decoupled weight decay (Loshchilov & Hutter 2019, algorithm 2, as PyTorch scales
    /// it: by the learning rate).
    #[serde(rename = "adamw")]
    AdamW {
        /// Size of a step, in parameter units: at least 0, where 0 leaves every bit of the
        /// parameters as it is. Default: 0.001.
        #[serde(default = "adam_learning_rate")]
        learning_rate: NonNegative,
        /// Share of the running mean of gradients kept at each step: from 0 up to, not including,
        /// 1. Default: 0.9.
        #[serde(default = "adam_beta1")]
        beta1: Fraction,
        /// Share of the running mean of squared gradients kept at each step: from 0 up to, not
        /// including, 1. Default: 0.999.
        #[serde(default = "adam_beta2")]
        beta2: Fraction,
        /// What is added to the root of the mean squared gradient before division by it, in units
        /// of gradient: above 0. Default: 1e-8.
        #[serde(default = "adam_epsilon")]
        epsilon: Positive,
        /// Share of each parameter, biases included, that a step of size 1 takes away: at least 0.
        /// Default: 0.01.
        #[serde(default = "adamw_weight_decay")]
        weight_decay: NonNegative,
    },
}

/// Large enough for small networks on the full batch, and the first rate a textbook tries.
fn sgd_learning_rate() -> NonNegative {
    NonNegative(0.1)
}

fn no_momentum() -> Fraction {
    Fraction(0.0)
}

fn no_weight_decay() -> NonNegative {
    NonNegative(0.0)
}

/// Kingma & Ba 2015, algorithm 1, as are the three below.
fn adam_learning_rate() -> NonNegative {
    NonNegative(0.001)
}

fn adam_beta1() -> Fraction {
    Fraction(0.9)
}

fn adam_beta2() -> Fraction {
    Fraction(0.999)
}

fn adam_epsilon() -> Positive {
    Positive(1e-8)
}

/// PyTorch's default.
fn adamw_weight_decay() -> NonNegative {
    NonNegative(0.01)
}

impl Optimiser {
    /// Plain gradient descent at its defaults.
    pub fn sgd() -> Optimiser {
        Optimiser::Sgd {
            learning_rate: sgd_learning_rate(),
            momentum: no_momentum(),
            weight_decay: no_weight_decay(),
        }
    }

    /// Adam at its defaults.
    pub fn adam() -> Optimiser {
        Optimiser::Adam {
            learning_rate: adam_learning_rate(),
            beta1: adam_beta1(),
            beta2: adam_beta2(),
            epsilon: adam_epsilon(),
        }
    }

    /// AdamW at its defaults.
    pub fn adamw() -> Optimiser {
        Optimiser::AdamW {
            learning_rate: adam_learning_rate(),
            beta1: adam_beta1(),
            beta2: adam_beta2(),
            epsilon: adam_epsilon(),
            weight_decay: adamw_weight_decay(),
        }
    }

    /// The state before the first step on this many parameters.
    pub fn start<T: Real>(&self, parameters: usize) -> OptimiserState<T> {
        OptimiserState::new(self, parameters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Optimiser, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn an_optimiser_without_settings_has_its_defaults() {
        assert_eq!(read(r#"{"adam": {}}"#), Ok(Optimiser::adam()));
        assert_eq!(read(r#"{"adamw": {}}"#), Ok(Optimiser::adamw()));
        assert_eq!(read(r#"{"sgd": {}}"#), Ok(Optimiser::sgd()));
    }

    #[test]
    fn every_default_lies_in_its_range_and_is_read_back_as_it_was_written() {
        for optimiser in [Optimiser::adam(), Optimiser::adamw(), Optimiser::sgd()] {
            let written = serde_json::to_string(&optimiser).unwrap();
            assert_eq!(read(&written), Ok(optimiser), "{written}");
        }
    }

    #[test]
    fn an_unknown_setting_or_one_out_of_range_is_refused() {
        let refused = |json, why: &str| {
            let error = read(json).unwrap_err();
            assert!(error.contains(why), "{json}: {error}");
        };
        refused(r#"{"adam": {"rate": 1}}"#, "unknown field `rate`");
        refused(r#"{"rmsprop": {}}"#, "unknown variant `rmsprop`");
        refused(
            r#"{"sgd": {"learning_rate": -0.1}}"#,
            "at least 0 that 32 bits can hold, not -0.1",
        );
        refused(r#"{"sgd": {"momentum": 1}}"#, "from 0 up to, not including, 1, not 1");
        refused(r#"{"adam": {"epsilon": 0}}"#, "above 0 that 32 bits can hold, not 0");
    }

    #[test]
    fn the_schema_tells_the_meaning_and_the_default_of_every_setting() {
        let schema = schemars::schema_for!(Optimiser).to_value();
        let kinds = schema["oneOf"].as_array().expect("one schema a kind");
        assert_eq!(kinds.len(), 3);
        for kind in kinds {
            let (_, table) = kind["properties"].as_object().unwrap().iter().next().unwrap();
            for (name, setting) in table["properties"].as_object().unwrap() {
                let meaning = setting["description"].as_str().unwrap();
                assert!(meaning.contains("Default:"), "{name}: {meaning}");
                assert!(setting["default"].is_number(), "{name} has a default: {setting}");
            }
        }
    }
}
