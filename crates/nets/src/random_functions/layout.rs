//! Which networks are drawn, and where their numbers stand.

use mesascope_lanes::WIDTH;

use crate::{Activation, Biases, Initialisation, Mlp, Network, Scaling};

/// Units whose sums are made together: with four vectors of rows they fill the registers of
/// AVX-512, with one those of AVX2. It is the same on every path, because the weights of these
/// units stand side by side and are drawn in that order.
pub(super) const TOGETHER: usize = 6;

/// Inputs in which the lanes of a vector of rows differ.
pub(super) const IN_LANES: usize = 4;

/// Numbers are drawn in pairs of lanes.
const PAIR: usize = 2 * WIDTH;

/// Networks of one shape, and the order in which their numbers are drawn: the weights of each
/// layer in turn, then, if biases are drawn, those of each layer in turn.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub inputs: usize,
    /// How a bit of 0 and of 1 is written.
    pub coding: [f32; 2],
    /// How the first inputs are written in each lane: x0 changes least often.
    pub in_lanes: [[f32; WIDTH]; IN_LANES],
    pub activation: Activation,
    /// First to last; the last has one output.
    pub layers: Vec<Layer>,
    pub law: Law,
    /// The standard deviation or the bound of each number that is drawn.
    pub scales: Vec<f32>,
    /// How many numbers are drawn for a network.
    pub drawn: usize,
    /// How many numbers a network has here. Those that are not drawn are 0.
    pub parameters: usize,
    /// Whether adding the product of a first weight and 0 changes no sum.
    pub zeros_vanish: bool,
}

/// One layer.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    pub inputs: usize,
    pub outputs: usize,
    /// Where its weights begin. See [`Layer::weight`].
    pub weights: usize,
    /// Where its biases stand, `[output]`.
    pub biases: usize,
    /// How many groups of nearly equal size the units fall into.
    pub groups: usize,
    /// Units of a group, without the one more that each of the first `larger` groups has.
    size: usize,
    larger: usize,
}

/// The distribution that the numbers are drawn from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Law {
    /// Normals with mean 0, whose standard deviations are the scales.
    Normal,
    /// Uniforms in [-bound, bound), whose bounds are the scales.
    Uniform,
}

impl Layer {
    /// The first unit of a group, and how many units it has.
    #[inline(always)]
    pub fn group(&self, group: usize) -> (usize, usize) {
        (group * self.size + group.min(self.larger), self.size + usize::from(group < self.larger))
    }

    /// Where a weight stands: group after group of units, in each input after input, in each unit
    /// after unit. In the first and the last layer a group is one unit.
    pub fn weight(&self, output: usize, input: usize) -> usize {
        let inside = |&(first, size): &(usize, usize)| output < first + size;
        let (first, size) = (0..self.groups)
            .map(|group| self.group(group))
            .find(inside)
            .expect("every unit is in a group");
        self.weights + first * self.inputs + input * size + (output - first)
    }
}

impl Layout {
    /// The networks of `mlp` with so many inputs and one output.
    pub fn of(mlp: &Mlp, inputs: usize, coding: [f32; 2]) -> Layout {
        let sizes = mlp.sizes(inputs, 1);
        let last = sizes.len() - 2;
        let mut used = 0;
        let mut take = |count: usize| {
            used += count;
            used - count
        };
        let mut layers: Vec<Layer> = (0..=last)
            .map(|place| {
                let (inputs, outputs) = (sizes[place], sizes[place + 1]);
                let together = if place == 0 || place == last { 1 } else { TOGETHER };
                let groups = outputs.div_ceil(together);
                let (size, larger) = (outputs / groups, outputs % groups);
                let weights = take(inputs * outputs);
                Layer { inputs, outputs, weights, biases: 0, groups, size, larger }
            })
            .collect();
        // Biases begin at whole pairs, so that drawing the weights alone leaves them at 0.
        let weights_end = take(0).next_multiple_of(PAIR);
        let mut end = weights_end;
        for layer in &mut layers {
            layer.biases = end;
            end += layer.outputs;
        }
        let parameters = end.next_multiple_of(PAIR);
        // The scales of the weights and of the biases of a layer, as `Mlp::initialise` has them.
        let scales_of = |place: usize| {
            let root = (sizes[place] as f64).sqrt();
            let (weights, biases) = match mlp.initialisation {
                Initialisation::FanIn => match mlp.activation {
                    Activation::Relu if place < last => (std::f64::consts::SQRT_2 / root, 0.0),
                    Activation::Relu | Activation::Tanh => (1.0 / root, 0.0),
                },
                Initialisation::Torch => (1.0 / root, 1.0 / root),
                Initialisation::Uniform { bound } => (bound.get(), bound.get()),
                Initialisation::Gaussian { weight_sd, bias_sd, scaling } => match scaling {
                    Scaling::FanIn => (weight_sd.get() / root, bias_sd.get()),
                    Scaling::None => (weight_sd.get(), bias_sd.get()),
                },
            };
            match mlp.biases {
                Biases::Trained => (weights as f32, biases as f32),
                Biases::None => (weights as f32, 0.0),
            }
        };
        let mut scales = vec![0.0; parameters];
        for (place, layer) in layers.iter().enumerate() {
            let (weights, biases) = scales_of(place);
            scales[layer.weights..layer.weights + layer.inputs * layer.outputs].fill(weights);
            scales[layer.biases..layer.biases + layer.outputs].fill(biases);
        }
        let biases_drawn = scales[weights_end..].iter().any(|&scale| scale > 0.0);
        let drawn = if biases_drawn { parameters } else { weights_end };
        scales.truncate(drawn);
        let law = match mlp.initialisation {
            Initialisation::FanIn | Initialisation::Gaussian { .. } => Law::Normal,
            Initialisation::Uniform { .. } | Initialisation::Torch => Law::Uniform,
        };
        // A normal is at most 6.7 standard deviations from 0, so that no weight is infinite.
        let finite = (scales_of(0).0 * 7.0).is_finite();
        let zeros_vanish = coding[0] == 0.0 && finite;
        let activation = mlp.activation;
        let places = inputs.min(IN_LANES);
        let in_lanes = std::array::from_fn(|input| {
            let place = (places - 1).saturating_sub(input);
            std::array::from_fn(|lane| coding[lane >> place & 1])
        });
        Layout {
            inputs,
            coding,
            in_lanes,
            activation,
            layers,
            law,
            scales,
            drawn,
            parameters,
            zeros_vanish,
        }
    }

    /// The network of `mlp` whose numbers stand in this layout.
    pub fn network(&self, mlp: &Mlp, numbers: &[f32]) -> Network<f32> {
        let mut parameters = Vec::new();
        for layer in &self.layers {
            for output in 0..layer.outputs {
                let weight = |input| numbers[layer.weight(output, input)];
                parameters.extend((0..layer.inputs).map(weight));
            }
            if mlp.biases == Biases::Trained {
                parameters.extend(&numbers[layer.biases..layer.biases + layer.outputs]);
            }
        }
        let (activation, biases) = (mlp.activation, mlp.biases);
        Network { sizes: mlp.sizes(self.inputs, 1), activation, biases, parameters }
    }

    /// Vectors that the rows of a truth table fill.
    pub fn vectors(&self) -> usize {
        (1usize << self.inputs).div_ceil(WIDTH)
    }
}
