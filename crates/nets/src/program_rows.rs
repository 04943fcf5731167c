//! The passes of a fully connected network over rows in blocks, with slopes given from outside.
//!
//! Rows stand one behind the other, `[row, unit]`, so that nothing is turned on the way forward or
//! back, and 256 of them pass through all layers while they are in the nearest caches. Each number
//! is the chain of terms that [`crate::program_mlp`] adds up, in the same order: what one product
//! adds there in blocks of 256 rows is added here block by block.

use crate::operations::Operation;
use crate::operations::column_sums::{ColumnLanes, ColumnSums};
use crate::operations::gather::{By, First, GatherForward, GatherGradient, Rows, SumByBase, Sums};
use crate::operations::product::{BLOCK, Finish, Product, Start};
use crate::operations::tanh::Tanh;
use crate::operations::transpose::{Edge, Transpose};
use crate::place::{Place, padded};
use crate::program::Room;
use crate::{Activation, Layer};

/// Moves when a pass does other operations.
pub const NUMERICS: u32 = 1;

/// Fully connected layers, and where the numbers of their passes stand.
#[derive(Clone, Debug)]
pub(crate) struct RowLayers {
    pub layers: Vec<Layer>,
    activation: Activation,
    /// Where in the scratch each layer's weights stand as `[input, output]`, outputs padded.
    turned: Vec<usize>,
    /// Where in the scratch the gradient of all parameters stands.
    pub gradient: usize,
    /// Where in the scratch the sums for each layer's biases stand, `[lane, output]`.
    lanes: Vec<usize>,
    /// The first layer's gradient on bits, `[input, output]`, and a chain of as many.
    gathered: [usize; 2],
    /// Slopes of a block above and below a layer, `[row, unit]`.
    slopes: [usize; 2],
    /// Where what depends on the number of bases begins.
    bases: usize,
}

/// How much room a run of passes has taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    /// Bases that there is room for.
    pub bases: usize,
    /// Blocks of rows whose results are kept until the pass back.
    pub blocks: usize,
}

/// A block of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// Where its results are kept, counted in blocks.
    pub place: usize,
    /// At most 256.
    pub rows: usize,
    /// The number of its first row in the pass.
    pub first: usize,
    pub inputs: Given,
}

/// How a pass is given its inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// Numbers, `[row, input]`, in the block's part of the data.
    Numbers,
    /// Words a row, the first row's at the beginning; bases are below this number, and of others
    /// than base 0 there are some or none.
    Bits { bases: usize, has_bases: bool },
}

impl RowLayers {
    pub fn new(layers: Vec<Layer>, activation: Activation) -> RowLayers {
        let mut room = Room::default();
        let wide = |layer: &Layer| padded(layer.outputs);
        let last = &layers[layers.len() - 1];
        let gradient = room.take(last.biases.end.max(last.weights.end));
        let turned = layers.iter().map(|l| room.take(padded(l.inputs) * wide(l))).collect();
        let lanes = layers.iter().map(|layer| room.take(16 * wide(layer))).collect();
        let first = layers[0].inputs * wide(&layers[0]);
        let gathered = [(); 2].map(|()| room.take(first));
        let widest = layers.iter().map(wide).max().unwrap_or(0);
        let slopes = [(); 2].map(|()| room.take(BLOCK * widest));
        let bases = room.used();
        RowLayers { layers, activation, turned, gradient, lanes, gathered, slopes, bases }
    }

    fn inputs(&self) -> usize {
        self.layers[0].inputs
    }

    pub fn outputs(&self) -> usize {
        self.layers[self.layers.len() - 1].outputs
    }

    /// Where in the scratch the sums of bases stand, and how many numbers those of one are.
    pub fn base_sums(&self) -> (usize, usize) {
        (self.bases, padded(self.layers[0].outputs))
    }

    /// Where in the scratch the slopes by bases stand and the chains behind them, each as long as
    /// there is room for bases.
    pub fn base_slopes(&self, taken: Taken) -> [usize; 2] {
        let (at, wide) = self.base_sums();
        [1, 2].map(|nth| at + nth * taken.bases * wide)
    }

    /// Where in the scratch what this layer gave to a block stands, `[row, unit]`, units padded.
    fn given(&self, taken: Taken, block: Block, layer: usize) -> usize {
        let room = |layer: &Layer| BLOCK * padded(layer.outputs);
        let of_block: usize = self.layers.iter().map(room).sum();
        let (at, wide) = self.base_sums();
        let kept = at + 3 * taken.bases * wide;
        kept + block.place * of_block + self.layers[..layer].iter().map(room).sum::<usize>()
    }

    /// Where in the scratch a block's outputs stand, `[row, output]`.
    pub fn outputs_of(&self, taken: Taken, block: Block) -> usize {
        self.given(taken, block, self.layers.len() - 1)
    }

    /// Where among the data a block's slopes by its outputs stand, `[row, output]`, and its inputs,
    /// `[row, input]`.
    pub fn data_of(&self, block: Block) -> [usize; 2] {
        let slopes = padded(BLOCK * self.slope_row());
        let inputs = match block.inputs {
            Given::Numbers => padded(BLOCK * self.inputs()),
            Given::Bits { .. } => 0,
        };
        let at = block.place * (slopes + inputs);
        [at, at + slopes]
    }

    /// How long the scratch must be.
    pub fn scratch(&self, taken: Taken) -> usize {
        let inputs = Given::Numbers;
        let behind = Block { place: taken.blocks, rows: BLOCK, first: 0, inputs };
        self.given(taken, behind, 0)
    }

    /// How long the data must be.
    pub fn data(&self, taken: Taken, inputs: Given) -> usize {
        let behind = Block { place: taken.blocks, rows: BLOCK, first: 0, inputs };
        // Products read whole lanes, beyond the last input.
        self.data_of(behind)[0] + 16
    }

    /// What is done once for new parameters: weights stand as `[input, output]` too.
    pub fn prepare(&self) -> Vec<Operation> {
        let turn = |(layer, &out): (&Layer, &usize)| {
            Operation::Transpose(Transpose {
                from: Place::Parameters(layer.weights.start),
                from_row: layer.inputs,
                rows: layer.outputs,
                columns: layer.inputs,
                out,
                edge: Edge::Padded,
            })
        };
        self.layers.iter().zip(&self.turned).map(turn).collect()
    }

    /// The sums of `count` bases whose words begin there.
    pub fn sum_bases(&self, words: usize, count: usize, bases: usize) -> Operation {
        let first = &self.layers[0];
        let bias = Place::Parameters(first.biases.start);
        Operation::GatherForward(GatherForward {
            rows: Rows { words, count, inputs: first.inputs, bases },
            weights: Place::Scratch(self.turned[0]),
            outputs: first.outputs,
            sums: Sums::OfBases((!first.biases.is_empty()).then_some(bias)),
            out: self.bases,
            finish: Finish::Keep,
        })
    }

    /// The layers, first to last.
    pub fn forward(&self, taken: Taken, block: Block) -> Vec<Operation> {
        let last = self.layers.len() - 1;
        let mut forward = Vec::new();
        for (place, layer) in self.layers.iter().enumerate() {
            let finish = match self.activation {
                Activation::Relu if place < last => Finish::Relu,
                Activation::Relu | Activation::Tanh => Finish::Keep,
            };
            let out = self.given(taken, block, place);
            forward.push(match (place, block.inputs) {
                (0, Given::Bits { bases, .. }) => Operation::GatherForward(GatherForward {
                    rows: self.rows(block, bases),
                    weights: Place::Scratch(self.turned[0]),
                    outputs: layer.outputs,
                    sums: Sums::OfRows { bases: self.bases },
                    out,
                    finish,
                }),
                _ => Operation::Product(self.layer_forward(taken, block, place, finish)),
            });
            if self.activation == Activation::Tanh && place < last {
                let length = block.rows * padded(layer.outputs);
                forward.push(Operation::Tanh(Tanh { at: out, length }));
            }
        }
        forward
    }

    fn rows(&self, block: Block, bases: usize) -> Rows {
        let words = block.first * crate::operations::gather::WORDS;
        Rows { words, count: block.rows, inputs: self.inputs(), bases }
    }

    /// What a layer reads, `[row, input]`, and numbers from one row to the next.
    fn read(&self, taken: Taken, block: Block, layer: usize) -> (Place, usize) {
        match layer {
            0 => (Place::Data(self.data_of(block)[1]), self.inputs()),
            _ => {
                let given = self.given(taken, block, layer - 1);
                (Place::Scratch(given), padded(self.layers[layer].inputs))
            }
        }
    }

    /// Numbers from one row of what the last layer gives to the next.
    pub fn output_row(&self) -> usize {
        padded(self.outputs())
    }

    /// Numbers from one row of the slopes by outputs to the next. Those of a network without hidden
    /// layers are padded, because the first layer on bits reads whole lanes.
    pub fn slope_row(&self) -> usize {
        if self.layers.len() == 1 { padded(self.outputs()) } else { self.outputs() }
    }

    /// given[row, output] = finish(bias[output] + sum over inputs of read[row, input] weight[input, output]).
    fn layer_forward(&self, taken: Taken, block: Block, place: usize, finish: Finish) -> Product {
        let layer = &self.layers[place];
        let (read, width) = self.read(taken, block, place);
        Product {
            left: read,
            left_row: width,
            left_term: 1,
            right: Place::Scratch(self.turned[place]),
            right_term: padded(layer.outputs),
            out: self.given(taken, block, place),
            out_row: padded(layer.outputs),
            rows: block.rows,
            terms: layer.inputs,
            columns: layer.outputs,
            start: match layer.biases.is_empty() {
                true => Start::Zero,
                false => Start::BiasOfColumns(Place::Parameters(layer.biases.start)),
            },
            finish,
        }
    }

    /// Back through the layers from the block's slopes by its outputs; sums go on behind those of
    /// the blocks before it.
    pub fn backward(&self, taken: Taken, block: Block) -> Vec<Operation> {
        let mut backward = Vec::new();
        let [above, _] = self.data_of(block);
        let mut above = (Place::Data(above), self.slope_row());
        let mut room = self.slopes;
        for (place, layer) in self.layers.iter().enumerate().rev() {
            let (slopes, width) = above;
            match (place, block.inputs) {
                (0, Given::Bits { bases, has_bases }) => {
                    backward.extend(self.gather(taken, block, slopes, bases, has_bases));
                }
                _ => {
                    let (read, read_width) = self.read(taken, block, place);
                    backward.push(Operation::Product(Product {
                        left: slopes,
                        left_row: 1,
                        left_term: width,
                        right: read,
                        right_term: read_width,
                        out: self.gradient + layer.weights.start,
                        out_row: layer.inputs,
                        rows: layer.outputs,
                        terms: block.rows,
                        columns: layer.inputs,
                        start: if block.first == 0 { Start::Zero } else { Start::Added },
                        finish: Finish::Keep,
                    }));
                }
            }
            if !layer.biases.is_empty() {
                backward.push(Operation::ColumnLanes(ColumnLanes {
                    from: slopes,
                    width,
                    rows: block.rows,
                    units: layer.outputs,
                    out: self.lanes[place],
                }));
            }
            if place > 0 {
                let (given, below_width) = self.read(taken, block, place);
                let [below, other] = room;
                backward.push(Operation::Product(Product {
                    left: slopes,
                    left_row: width,
                    left_term: 1,
                    right: Place::Parameters(layer.weights.start),
                    right_term: layer.inputs,
                    out: below,
                    out_row: below_width,
                    rows: block.rows,
                    terms: layer.outputs,
                    columns: layer.inputs,
                    start: Start::Zero,
                    finish: match self.activation {
                        Activation::Relu => Finish::ThroughRelu(given),
                        Activation::Tanh => Finish::ThroughTanh(given),
                    },
                }));
                above = (Place::Scratch(below), below_width);
                room = [other, below];
            }
        }
        backward
    }

    /// The first layer's gradient from its slopes, on bits.
    fn gather(
        &self,
        taken: Taken,
        block: Block,
        slopes: Place,
        bases: usize,
        has_bases: bool,
    ) -> Vec<Operation> {
        let outputs = self.layers[0].outputs;
        let [out, chain] = self.gathered;
        let mut gather = vec![Operation::GatherGradient(GatherGradient {
            rows: self.rows(block, bases),
            slopes,
            by: By::Row,
            outputs,
            out,
            chain,
            start: if block.first == 0 { First::Begin } else { First::GoOn },
        })];
        if has_bases {
            let [out, chain] = self.base_slopes(taken);
            let rows = self.rows(block, bases);
            gather.push(Operation::SumByBase(SumByBase { rows, slopes, outputs, out, chain }));
        }
        gather
    }

    /// What begins a pass back: sums of biases at 0.
    pub fn begin(&self) -> Vec<Operation> {
        let clear = |(layer, &at): (&Layer, &usize)| {
            Operation::Clear(crate::operations::clear::Clear {
                at,
                length: 16 * padded(layer.outputs),
            })
        };
        self.layers.iter().zip(&self.lanes).map(clear).collect()
    }

    /// What ends a pass back: biases' sums over lanes, and on bits the first layer's gradient in
    /// the order of its parameters, with the slopes of `count` bases, whose words begin there.
    pub fn end(&self, taken: Taken, inputs: Given, words: usize, count: usize) -> Vec<Operation> {
        let mut end = Vec::new();
        for (layer, &from) in self.layers.iter().zip(&self.lanes) {
            if !layer.biases.is_empty() {
                let out = self.gradient + layer.biases.start;
                end.push(Operation::ColumnSums(ColumnSums { from, units: layer.outputs, out }));
            }
        }
        let Given::Bits { bases, has_bases } = inputs else { return end };
        let first = &self.layers[0];
        let [out, chain] = self.gathered;
        if has_bases && count > 0 {
            end.push(Operation::GatherGradient(GatherGradient {
                rows: Rows { words, count, inputs: first.inputs, bases },
                slopes: Place::Scratch(self.base_slopes(taken)[0]),
                by: By::Base,
                outputs: first.outputs,
                out,
                chain,
                start: First::GoOn,
            }));
        }
        end.push(Operation::Transpose(Transpose {
            from: Place::Scratch(out),
            from_row: padded(first.outputs),
            rows: first.inputs,
            columns: first.outputs,
            out: self.gradient + first.weights.start,
            edge: Edge::Exact,
        }));
        end
    }
}
