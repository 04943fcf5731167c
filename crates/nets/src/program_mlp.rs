//! The passes of fully connected layers.

use crate::operations::Operation;
use crate::operations::losses::LossesOf;
use crate::operations::product::{Finish, Product, Start};
use crate::operations::row_sums::RowSums;
use crate::operations::sparse::{Ones, SparseForward, SparseGradient};
use crate::operations::tanh::Tanh;
use crate::operations::transpose::{Edge, Transpose};
use crate::place::{Place, padded};
use crate::program::{Inputs, Parts, Program, Readings, Room};
use crate::{Activation, Layer, Loss};

/// Moves when a pass does other operations.
pub const NUMERICS: u32 = 1;

/// Fully connected layers and the room of their passes.
pub(crate) struct Dense {
    layers: Vec<Layer>,
    activation: Activation,
    rows: usize,
    /// Where in the scratch the gradient of all parameters stands.
    gradient: usize,
    /// Where in the scratch each layer's results stand, `[unit, row]`, rows padded.
    given: Vec<usize>,
    /// Room for the slopes above and below a layer, `[unit, row]`.
    slopes: [usize; 2],
    /// Room for what a layer read, `[row, unit]`.
    across: usize,
}

/// What the first layer reads.
#[derive(Clone, Copy)]
pub(crate) enum Below {
    /// Inputs, which stand as `[row, input]` among the data.
    Inputs { by_row: usize },
    /// Inputs of 0 and 1, of which the first layer's operations are others.
    Ones,
    /// What a relu gave, `[unit, row]`; the slopes of the loss by what the relu was given go to
    /// `slopes`, laid out alike.
    Relu { given: usize, slopes: usize },
}

impl Dense {
    /// Takes the room that the passes need.
    pub fn new(
        layers: Vec<Layer>,
        activation: Activation,
        rows: usize,
        gradient: usize,
        scratch: &mut Room,
    ) -> Dense {
        let wide = padded(rows);
        // Padded, because transposed rows are written up to whole lanes.
        let room = |layer: &Layer| padded(layer.outputs) * wide;
        let given = layers.iter().map(|layer| scratch.take(room(layer))).collect();
        let widest = layers.iter().map(|layer| layer.outputs).max().unwrap_or(0);
        let slopes = [scratch.take(widest * wide), scratch.take(widest * wide)];
        let read = layers.iter().map(|layer| layer.inputs).max().unwrap_or(0);
        let across = scratch.take(wide * padded(read.max(widest)));
        Dense { layers, activation, rows, gradient, given, slopes, across }
    }

    /// Where in the scratch the logits stand.
    pub fn logits(&self) -> usize {
        self.given[self.layers.len() - 1]
    }

    /// Where in the scratch the last hidden layer's results stand, and how many they are, if there
    /// is a hidden layer.
    pub fn last_hidden(&self) -> Option<(usize, usize)> {
        let last = self.layers.len() - 1;
        last.checked_sub(1).map(|hidden| (self.given[hidden], self.layers[last].inputs))
    }

    /// The layers, first to last, of which the first reads `[input, row]` there.
    pub fn forward(&self, from: Place) -> Vec<Operation> {
        let (wide, last) = (padded(self.rows), self.layers.len() - 1);
        let mut forward = Vec::new();
        for (place, layer) in self.layers.iter().enumerate() {
            let read = match place {
                0 => from,
                _ => Place::Scratch(self.given[place - 1]),
            };
            let finish = match self.activation {
                Activation::Relu if place < last => Finish::Relu,
                Activation::Relu | Activation::Tanh => Finish::Keep,
            };
            let given = self.given[place];
            forward.push(Operation::Product(layer_forward(layer, read, wide, given, finish)));
            if self.activation == Activation::Tanh && place < last {
                forward.push(Operation::Tanh(Tanh { at: given, length: layer.outputs * wide }));
            }
        }
        forward
    }

    /// The loss, and back through the layers.
    pub fn backward(
        &self,
        loss: Loss,
        labels: usize,
        found: usize,
        below_all: Below,
    ) -> Vec<Operation> {
        let Dense { rows, gradient, across, .. } = *self;
        let wide = padded(rows);
        let mut slopes = self.slopes;
        let mut backward = vec![Operation::Losses(LossesOf {
            loss,
            outputs: self.layers[self.layers.len() - 1].outputs,
            rows,
            logits: self.logits(),
            labels: Place::Data(labels),
            slopes: slopes[0],
            out: found,
        })];
        for (place, layer) in self.layers.iter().enumerate().rev() {
            let [above, next] = slopes;
            let hidden = match (place, below_all) {
                (0, Below::Inputs { .. } | Below::Ones) => None,
                (0, Below::Relu { given, slopes }) => {
                    Some((given, slopes, Finish::ThroughRelu(Place::Scratch(given))))
                }
                _ => {
                    let given = self.given[place - 1];
                    let finish = match self.activation {
                        Activation::Relu => Finish::ThroughRelu(Place::Scratch(given)),
                        Activation::Tanh => Finish::ThroughTanh(Place::Scratch(given)),
                    };
                    Some((given, next, finish))
                }
            };
            let read = match (hidden, below_all) {
                (None, Below::Inputs { by_row }) => Place::Data(by_row),
                (None, Below::Ones) => {
                    backward.push(bias_gradient(layer, above, wide, gradient));
                    break;
                }
                (None, Below::Relu { .. }) => unreachable!("what is below all is then hidden"),
                (Some((given, ..)), _) => {
                    backward.push(Operation::Transpose(Transpose {
                        from: Place::Scratch(given),
                        from_row: wide,
                        rows: layer.inputs,
                        columns: wide,
                        out: across,
                        edge: Edge::Padded,
                    }));
                    Place::Scratch(across)
                }
            };
            backward.push(Operation::Product(weight_gradient(
                layer, above, read, rows, wide, gradient,
            )));
            if !layer.biases.is_empty() {
                backward.push(bias_gradient(layer, above, wide, gradient));
            }
            if let Some((_, below, finish)) = hidden {
                backward
                    .push(Operation::Product(layer_backward(layer, above, wide, below, finish)));
                slopes = [below, above];
            }
        }
        backward
    }
}

/// The passes of a fully connected network of these layers.
pub(crate) fn program(
    layers: Vec<Layer>,
    activation: Activation,
    rows: usize,
    loss: Loss,
) -> Program {
    let wide = padded(rows);
    let width = layers[0].inputs;
    let mut data = Room::default();
    let columns = data.take(width * wide);
    let by_row = data.take(wide * padded(width));
    let labels = data.take(wide);
    let mut scratch = Room::default();
    let last = &layers[layers.len() - 1];
    let gradient = scratch.take(last.biases.end.max(last.weights.end));
    let found = scratch.take(2);
    let dense = Dense::new(layers, activation, rows, gradient, &mut scratch);
    let forward = dense.forward(Place::Data(columns));
    let backward = dense.backward(loss, labels, found, Below::Inputs { by_row });
    let parts = Parts {
        loss,
        rows,
        inputs: Inputs { steps: 1, width, columns, by_row: Some(by_row) },
        readings: Readings { steps: 1, labels },
        gradient,
        found,
        logits: dense.logits(),
        last_hidden: dense.last_hidden(),
        data,
        scratch,
    };
    Program::new(parts, forward, backward)
}

/// The passes of a fully connected network whose inputs are 0 or 1: the first layer reads and
/// learns only from inputs that are 1, and gives the bits of the passes that read all.
pub(crate) fn program_on_ones(
    layers: Vec<Layer>,
    activation: Activation,
    rows: usize,
    loss: Loss,
) -> Program {
    let wide = padded(rows);
    let first = layers[0].clone();
    let (width, across) = (first.inputs, padded(first.outputs));
    let ones = Ones { starts: 0, rows, inputs: width };
    let is_last = layers.len() == 1;
    let mut data = Room::default();
    let labels = data.take(wide);
    let mut scratch = Room::default();
    let last = &layers[layers.len() - 1];
    let gradient = scratch.take(last.biases.end.max(last.weights.end));
    let found = scratch.take(2);
    let weights = scratch.take(padded(width) * across);
    let slopes = scratch.take(padded(width) * across);
    let block = scratch.take(padded(width) * across);
    let by_row = scratch.take(wide * across);
    let dense = Dense::new(layers, activation, rows, gradient, &mut scratch);
    let transpose = |from, from_row, rows, columns, out, edge| {
        Operation::Transpose(Transpose { from, from_row, rows, columns, out, edge })
    };
    let from = Place::Parameters(first.weights.start);
    let mut forward = vec![
        transpose(from, width, first.outputs, width, weights, Edge::Padded),
        Operation::SparseForward(SparseForward {
            ones: ones.clone(),
            weights: Place::Scratch(weights),
            bias: (!first.biases.is_empty()).then_some(Place::Parameters(first.biases.start)),
            outputs: first.outputs,
            out: by_row,
            finish: if activation == Activation::Relu && !is_last {
                Finish::Relu
            } else {
                Finish::Keep
            },
        }),
        transpose(
            Place::Scratch(by_row),
            across,
            rows,
            first.outputs,
            dense.given[0],
            Edge::Padded,
        ),
    ];
    // What the dense passes do in the first layer's product is done; all else is the same.
    forward.extend(dense.forward(Place::Data(0)).into_iter().skip(1));
    let mut backward = dense.backward(loss, labels, found, Below::Ones);
    let above = dense.slopes[(dense.layers.len() - 1) % 2];
    backward.extend([
        transpose(Place::Scratch(above), wide, first.outputs, wide, by_row, Edge::Padded),
        Operation::SparseGradient(SparseGradient {
            ones: ones.clone(),
            slopes: Place::Scratch(by_row),
            outputs: first.outputs,
            out: slopes,
            block,
        }),
        transpose(
            Place::Scratch(slopes),
            across,
            width,
            first.outputs,
            gradient + first.weights.start,
            Edge::Exact,
        ),
    ]);
    let parts = Parts {
        loss,
        rows,
        inputs: Inputs { steps: 1, width, columns: 0, by_row: None },
        readings: Readings { steps: 1, labels },
        gradient,
        found,
        logits: dense.logits(),
        last_hidden: dense.last_hidden(),
        data,
        scratch,
    };
    Program { ones: Some(ones), ..Program::new(parts, forward, backward) }
}

/// slope by bias[output] = sum over rows of slope[output, row]; no unit where there is no bias.
fn bias_gradient(layer: &Layer, above: usize, wide: usize, gradient: usize) -> Operation {
    Operation::RowSums(RowSums {
        from: Place::Scratch(above),
        width: wide,
        units: layer.biases.len(),
        out: gradient + layer.biases.start,
    })
}

/// given[output, row] = finish(bias[output] + sum over inputs of weight[output, input] read[input, row]).
fn layer_forward(layer: &Layer, read: Place, wide: usize, given: usize, finish: Finish) -> Product {
    Product {
        left: Place::Parameters(layer.weights.start),
        left_row: layer.inputs,
        left_term: 1,
        right: read,
        right_term: wide,
        out: given,
        out_row: wide,
        rows: layer.outputs,
        terms: layer.inputs,
        columns: wide,
        start: match layer.biases.is_empty() {
            true => Start::Zero,
            false => Start::Bias(Place::Parameters(layer.biases.start)),
        },
        finish,
    }
}

/// slope by weight[output, input] = sum over rows of slope[output, row] read[row, input].
fn weight_gradient(
    layer: &Layer,
    above: usize,
    read: Place,
    rows: usize,
    wide: usize,
    gradient: usize,
) -> Product {
    Product {
        left: Place::Scratch(above),
        left_row: wide,
        left_term: 1,
        right: read,
        right_term: padded(layer.inputs),
        out: gradient + layer.weights.start,
        out_row: layer.inputs,
        rows: layer.outputs,
        terms: rows,
        columns: layer.inputs,
        start: Start::Zero,
        finish: Finish::Keep,
    }
}

/// below[input, row] = finish(sum over outputs of weight[output, input] slope[output, row]).
fn layer_backward(
    layer: &Layer,
    above: usize,
    wide: usize,
    below: usize,
    finish: Finish,
) -> Product {
    Product {
        left: Place::Parameters(layer.weights.start),
        left_row: 1,
        left_term: layer.inputs,
        right: Place::Scratch(above),
        right_term: wide,
        out: below,
        out_row: wide,
        rows: layer.inputs,
        terms: layer.outputs,
        columns: wide,
        start: Start::Zero,
        finish,
    }
}
