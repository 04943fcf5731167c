//! The settings of a fully connected network, and the fresh networks they describe.

use mesascope_stats::Key;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use std::borrow::Cow;

use crate::{Initialisation, NetsError, Network, Shape};

/// Moves when the same settings and key describe another network.
pub const NUMERICS: u32 = 1;

/// More would be a typing error: a step of a layer this wide costs tens of millions of products.
const MOST_UNITS: i64 = 4096;

/// Plain networks without normalisation or residuals rarely train beyond this depth.
const MOST_LAYERS: usize = 16;

/// A fully connected network (a multilayer perceptron) with one activation throughout and logits
/// as outputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mlp {
    /// Units of each hidden layer, first to last: 1 to 4,096 units a layer, at most 16 layers.
    /// Empty is a linear network. No default.
    #[serde(deserialize_with = "few_enough_layers")]
    #[schemars(length(max = 16))]
    pub hidden: Vec<Width>,
    /// The function at each hidden unit. Default: relu.
    #[serde(default)]
    pub activation: Activation,
    /// The distribution from which a fresh network's weights and biases are drawn. Default: fan-in.
    #[serde(default)]
    pub initialisation: Initialisation,
    /// Whether layers add a bias. Default: trained.
    #[serde(default, skip_serializing_if = "Biases::is_default")]
    pub biases: Biases,
}

/// The function at each hidden unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// The larger of the value and 0; its derivative at 0 is taken as 0.
    #[default]
    Relu,
    /// The hyperbolic tangent.
    Tanh,
}

/// Whether layers add a bias.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Biases {
    /// Every layer adds a bias, which is trained like a weight.
    #[default]
    Trained,
    /// No layer adds a bias.
    None,
}

impl Biases {
    fn is_default(&self) -> bool {
        *self == Biases::default()
    }
}

/// Units of one layer: 1 to 4,096.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Width(usize);

impl Width {
    /// The number of units.
    pub fn get(self) -> usize {
        self.0
    }
}

impl TryFrom<i64> for Width {
    type Error = NetsError;

    fn try_from(units: i64) -> Result<Width, NetsError> {
        match units {
            1..=MOST_UNITS => Ok(Width(units as usize)),
            _ => Err(NetsError::OutOfRange {
                expected: "a width is a whole number from 1 to 4096",
                found: units.to_string(),
            }),
        }
    }
}

impl From<Width> for i64 {
    fn from(width: Width) -> i64 {
        width.0 as i64
    }
}

impl JsonSchema for Width {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Width".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": MOST_UNITS })
    }
}

fn few_enough_layers<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Width>, D::Error> {
    let hidden = Vec::deserialize(from)?;
    check_depth(&hidden).map_err(serde::de::Error::custom)?;
    Ok(hidden)
}

fn check_depth(hidden: &[Width]) -> Result<(), NetsError> {
    if hidden.len() <= MOST_LAYERS {
        return Ok(());
    }
    Err(NetsError::OutOfRange {
        expected: "a network has at most 16 hidden layers",
        found: hidden.len().to_string(),
    })
}

impl Mlp {
    /// A network with these hidden widths and every other setting at its default.
    pub fn with_hidden(hidden: &[i64]) -> Result<Mlp, NetsError> {
        let hidden: Vec<Width> = hidden.iter().map(|&w| w.try_into()).collect::<Result<_, _>>()?;
        check_depth(&hidden)?;
        Ok(Mlp {
            hidden,
            activation: Activation::default(),
            initialisation: Initialisation::default(),
            biases: Biases::default(),
        })
    }

    /// Units of every layer, from inputs to outputs.
    pub fn sizes(&self, inputs: usize, outputs: usize) -> Vec<usize> {
        assert!(inputs > 0 && outputs > 0, "a network has at least one input and one output");
        let hidden = self.hidden.iter().map(|width| width.get());
        std::iter::once(inputs).chain(hidden).chain([outputs]).collect()
    }

    /// How many weights and biases such a network has.
    pub fn parameter_count(&self, inputs: usize, outputs: usize) -> usize {
        self.shape(inputs, outputs).parameter_count()
    }

    /// What such a network is apart from its numbers.
    pub fn shape(&self, inputs: usize, outputs: usize) -> Shape {
        let (activation, biases) = (self.activation, self.biases);
        Shape::Mlp { sizes: self.sizes(inputs, outputs), activation, biases }
    }

    /// A fresh network. The key alone decides its parameters.
    pub fn initialise(&self, inputs: usize, outputs: usize, key: Key) -> Network<f32> {
        let shape = self.shape(inputs, outputs);
        Network {
            sizes: self.sizes(inputs, outputs),
            activation: self.activation,
            biases: self.biases,
            parameters: self.initialisation.draw(&shape, key),
        }
    }
}
