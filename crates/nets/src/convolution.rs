//! The settings and the shape of a small convolutional network.

use std::borrow::Cow;

use mesascope_stats::Key;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::operations::convolution::Window;
use crate::shape::{Role, Tensor, layer_tensors, layers};
use crate::{Activation, AnyNetwork, Biases, Initialisation, Layer, NetsError, Shape, Width};

/// Moves when the same settings and key describe another network.
pub const NUMERICS: u32 = 1;

/// The largest kernel: its taps are then as many as one chain of additions may have.
const MOST_SIDE: i64 = 16;

/// Convolutions with stride 1 and a relu behind each, then fully connected layers with a relu
/// behind all but the last, which gives the logits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Convolution {
    /// Channels that each convolution gives, first to last: 1 to 4,096 channels each. Empty is a
    /// fully connected network. No default.
    pub channels: Vec<Width>,
    /// Lines and columns of every kernel: 1 to 16. Default: 3.
    #[serde(default)]
    pub size: Side,
    /// What stands around an image. Default: none.
    #[serde(default)]
    pub padding: Padding,
    /// Units of each fully connected hidden layer, first to last: 1 to 4,096 each. Default: none.
    #[serde(default)]
    pub hidden: Vec<Width>,
    /// The distribution from which a fresh network's weights and biases are drawn. Default: fan-in.
    #[serde(default)]
    pub initialisation: Initialisation,
}

/// What stands around an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Padding {
    /// Nothing: a kernel of k by k takes k - 1 lines and columns off.
    #[default]
    None,
    /// Zeros, so that the result is as large as the image; of an odd number of them, the odd one
    /// stands below and right, as in PyTorch.
    Same,
}

/// Lines and columns of a kernel: 1 to 16.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Side(usize);

impl Side {
    /// The number of lines, which is that of columns.
    pub fn get(self) -> usize {
        self.0
    }
}

impl Default for Side {
    /// The usual one for small images (Simonyan & Zisserman 2015).
    fn default() -> Side {
        Side(3)
    }
}

impl TryFrom<i64> for Side {
    type Error = NetsError;

    fn try_from(side: i64) -> Result<Side, NetsError> {
        match side {
            1..=MOST_SIDE => Ok(Side(side as usize)),
            _ => Err(NetsError::OutOfRange {
                expected: "a kernel has 1 to 16 lines and columns",
                found: side.to_string(),
            }),
        }
    }
}

impl From<Side> for i64 {
    fn from(side: Side) -> i64 {
        side.0 as i64
    }
}

impl JsonSchema for Side {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Side".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": MOST_SIDE })
    }
}

/// The size of an image, whose values are `[channel, y, x]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image {
    /// Channels: at least 1.
    pub channels: usize,
    /// Lines: at least 1.
    pub height: usize,
    /// Columns: at least 1.
    pub width: usize,
}

impl Image {
    /// How many values it has.
    pub fn values(&self) -> usize {
        self.channels * self.height * self.width
    }
}

/// The sizes of a convolutional network.
///
/// Parameters are in PyTorch's order: of each convolution the weights `[result channel, given
/// channel, down, across]` and the biases `[result channel]`, then of each fully connected layer
/// the weights `[output, input]` and the biases `[output]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConvolutionShape {
    /// The size of the images given.
    pub image: Image,
    /// Channels that each convolution gives, first to last.
    pub channels: Vec<usize>,
    /// Lines and columns of every kernel.
    pub size: usize,
    /// What stands around an image.
    pub padding: Padding,
    /// Units of each fully connected hidden layer, first to last.
    pub hidden: Vec<usize>,
    /// Logits.
    pub outputs: usize,
}

impl Convolution {
    /// The shape of such a network for these images, or an error where no position of a kernel
    /// lies inside an image.
    pub fn shape(&self, image: Image, outputs: usize) -> Result<ConvolutionShape, NetsError> {
        let Image { channels, height, width } = image;
        assert!(channels > 0 && height > 0 && width > 0, "an image has at least one value");
        assert!(outputs > 0, "a network has at least one output");
        let lost = self.channels.len() * (self.size.get() - 1);
        if self.padding == Padding::None && height.min(width) <= lost {
            return Err(NetsError::OutOfRange {
                expected: "without padding, each convolution takes lines and columns off, of which \
                           at least one must be left",
                found: format!("{height} by {width} with {lost} to take off"),
            });
        }
        Ok(ConvolutionShape {
            image,
            channels: self.channels.iter().map(|width| width.get()).collect(),
            size: self.size.get(),
            padding: self.padding,
            hidden: self.hidden.iter().map(|width| width.get()).collect(),
            outputs,
        })
    }

    /// A fresh network for these images. The key alone decides its parameters.
    pub fn initialise(
        &self,
        image: Image,
        outputs: usize,
        key: Key,
    ) -> Result<AnyNetwork<f32>, NetsError> {
        let shape = Shape::Convolution(self.shape(image, outputs)?);
        Ok(AnyNetwork::initialise(shape, &self.initialisation, key))
    }
}

impl ConvolutionShape {
    /// Each convolution with the place at which its parameters begin: weights, then biases.
    pub(crate) fn windows(&self) -> Vec<(Window, usize)> {
        let Image { channels, mut height, mut width } = self.image;
        let (mut given, mut start) = (channels, 0);
        let (before, after) = match self.padding {
            Padding::None => (0, 0),
            Padding::Same => ((self.size - 1) / 2, self.size / 2),
        };
        let mut windows = Vec::with_capacity(self.channels.len());
        for &results in &self.channels {
            let size = self.size;
            let window = Window { given, results, height, width, size, before, after };
            windows.push((window, start));
            start += window.weights() + results;
            (height, width) = window.result();
            given = results;
        }
        windows
    }

    /// The fully connected layers.
    pub(crate) fn layers(&self) -> Vec<Layer> {
        let (mut inputs, mut start) = (self.image.values(), 0);
        if let Some((window, at)) = self.windows().last() {
            let (height, width) = window.result();
            inputs = window.results * height * width;
            start = at + window.weights() + window.results;
        }
        let hidden = self.hidden.iter().copied();
        let sizes: Vec<usize> =
            std::iter::once(inputs).chain(hidden).chain([self.outputs]).collect();
        layers(&sizes, Biases::Trained, start).collect()
    }

    /// How many weights and biases such a network has.
    pub fn parameter_count(&self) -> usize {
        self.layers().last().map_or(0, |last| last.biases.end)
    }

    pub(crate) fn tensors(&self) -> Vec<Tensor> {
        let mut tensors = Vec::new();
        for (window, start) in self.windows() {
            let (fan_in, end) = (window.strides().0, start + window.weights());
            let tensor = |range, role| Tensor { range, role, fan_in, torch: fan_in };
            tensors.push(tensor(start..end, Role::WeightBeforeRelu));
            tensors.push(tensor(end..end + window.results, Role::Bias));
        }
        tensors.extend(layer_tensors(&self.layers(), Activation::Relu));
        tensors
    }

    /// Panics where a size is 0 or a kernel larger than what it goes over.
    pub(crate) fn check(&self) {
        let Image { channels, height, width } = self.image;
        assert!(![channels, height, width, self.size, self.outputs].contains(&0), "no size is 0");
        assert!(!self.channels.contains(&0) && !self.hidden.contains(&0), "no size is 0");
        let lost = match self.padding {
            Padding::None => self.channels.len() * (self.size - 1),
            Padding::Same => 0,
        };
        assert!(height > lost && width > lost, "a kernel is no larger than what it goes over");
    }
}
