//! Passes forward and back with slopes from outside, for learners whose loss is their own.

use std::ops::Range;

use mesascope_lanes::Path;

use crate::aligned::Aligned;
use crate::listed::Listed;
use crate::operations::Operation;
use crate::operations::gather::WORDS;
use crate::operations::product::BLOCK;
use crate::program_rows::{Block, Given, RowLayers, Taken};
use crate::{BitRows, Real, Shape, shape};

/// Rows of inputs.
#[derive(Clone, Copy, Debug)]
pub enum Rows<'a, T = f32> {
    /// Any numbers, `[row, input]`.
    Numbers(&'a [T]),
    /// Inputs of 0 and 1: the rows of these numbers, in this order.
    Bits(&'a BitRows, &'a [u32]),
}

/// The passes of fully connected networks of one shape, on as many rows as come: what a learner
/// needs that works out the slopes of its loss itself.
///
/// ```
/// use mesascope_nets::{Mlp, Pass, Rows};
/// use mesascope_stats::Key;
///
/// let network = Mlp::with_hidden(&[8])?.initialise(2, 3, Key::from_seed(1));
/// let mut pass = Pass::new(network.shape());
/// let mut passes = pass.with(&network.parameters);
/// let rows = Rows::Numbers(&[0.0, 1.0, 1.0, 1.0]);
/// let outputs = passes.forward(rows).to_vec();
/// // The loss is half the sum of squares: its slope by every output is that output.
/// let gradient = passes.backward(rows, &outputs);
/// assert_eq!((outputs.len(), gradient.len()), (2 * 3, network.parameters.len()));
/// # Ok::<(), mesascope_nets::NetsError>(())
/// ```
///
/// The bits are those of [`crate::Network::gradient`] where the slopes are those of its loss: a row
/// is one chain of fused multiply-adds through its inputs in order, in blocks of 256; a weight's
/// slope one through the rows in order, in blocks of 256; a bias's adds every sixteenth row to the
/// same lane. Rows of [`BitRows`] that share a base differ in two ways. A row's first layer adds the
/// base's ones first and then its own (the same order, and the same bits, where the base's inputs
/// are among the first 256 and before all others, as the first channel of a grid is). The slopes of
/// all rows of one base are added up, in blocks of 256 rows, before they are added to the weights'
/// of the base's ones: base after base in the order of their numbers, in blocks of 256 bases,
/// behind the slopes of the rows' own ones.
#[derive(Clone, Debug)]
pub struct Pass<T = f32> {
    layers: RowLayers,
    parameter_count: usize,
    /// Without one, numbers are worked out one at a time.
    path: Option<Path>,
    taken: Taken,
    parameters: Aligned<T>,
    data: Aligned<T>,
    scratch: Aligned<T>,
    listed: Listed,
    outputs: Vec<T>,
    slopes: Vec<T>,
}

/// Passes with parameters that stay as they are meanwhile.
#[derive(Debug)]
pub struct Passes<'p, T = f32> {
    pass: &'p mut Pass<T>,
    /// Rows of the last pass forward, and how they were given, where a pass back may follow.
    last: Option<(usize, Given, Option<u64>)>,
}

impl Pass {
    /// The passes of networks of this shape. Panics unless it is fully connected.
    pub fn new(shape: Shape) -> Pass {
        Pass::on(Path::best(), shape)
    }

    /// As [`Pass::new`], on a path of choice.
    pub fn on(path: Path, shape: Shape) -> Pass {
        Pass::any(Some(path), shape)
    }
}

impl<T: Real> Pass<T> {
    /// As [`Pass::new`], but one number at a time: slow, for checks, and in `f64` too.
    pub fn plain(shape: Shape) -> Pass<T> {
        Pass::any(None, shape)
    }

    fn any(path: Option<Path>, shape: Shape) -> Pass<T> {
        shape.check(shape.parameter_count(), shape.inputs(), 1);
        let Shape::Mlp { sizes, activation, biases } = &shape else {
            panic!("passes in blocks of rows are of fully connected networks")
        };
        let layers = RowLayers::new(shape::layers(sizes, *biases, 0).collect(), *activation);
        Pass {
            parameter_count: shape.parameter_count(),
            layers,
            path,
            taken: Taken::default(),
            parameters: Aligned::default(),
            data: Aligned::default(),
            scratch: Aligned::default(),
            listed: Listed::default(),
            outputs: Vec::new(),
            slopes: Vec::new(),
        }
    }

    /// Passes with these parameters, `[parameter]`, in the order of [`Shape`].
    pub fn with<'p>(&'p mut self, parameters: &'p [T]) -> Passes<'p, T> {
        let count = self.parameter_count;
        assert_eq!(parameters.len(), count, "parameters are those of the shape");
        // Products read whole lanes, beyond the last parameter.
        self.parameters.resize(count + 2 * mesascope_lanes::WIDTH);
        self.parameters[..count].copy_from_slice(parameters);
        self.make_room(Taken { bases: 1, blocks: 1 });
        self.listed.forget();
        let prepare = self.layers.prepare();
        self.run(&prepare, &[]);
        Passes { pass: self, last: None }
    }

    /// Makes room for at least so much. What stood behind the bases' sums is lost.
    fn make_room(&mut self, needed: Taken) {
        if needed.bases > self.taken.bases {
            self.taken.bases = needed.bases.next_power_of_two();
        }
        self.taken.blocks = self.taken.blocks.max(needed.blocks);
        let scratch = self.layers.scratch(self.taken);
        if scratch > self.scratch.len() {
            self.scratch.resize(scratch);
        }
    }

    fn run(&mut self, operations: &[Operation], ones: &[u16]) {
        let Pass { path, parameters, data, listed, scratch, .. } = self;
        T::operate(*path, operations, parameters, data, (&listed.words, ones), scratch);
    }
}

impl<T: Real> Passes<'_, T> {
    /// Passes rows forward; gives the outputs, `[row, output]`.
    pub fn forward(&mut self, rows: Rows<T>) -> &[T] {
        let (count, given) = self.begin(rows);
        self.last = Some((count, given, rows.number()));
        let pass = &mut *self.pass;
        pass.make_room(Taken { bases: 0, blocks: count.div_ceil(BLOCK) });
        pass.data_room(given, pass.taken.blocks);
        pass.outputs.clear();
        for block in blocks(count, given) {
            pass.block_forward(rows, block);
            pass.read(block);
        }
        &pass.outputs
    }

    /// Passes rows back from the slopes of a loss by their outputs, `[row, output]`; gives the
    /// gradient of the loss, `[parameter]`. Panics unless the last pass forward was of these rows.
    pub fn backward(&mut self, rows: Rows<T>, slopes: &[T]) -> &[T] {
        let Some((count, given, number)) = self.last else {
            panic!("a pass back follows one forward")
        };
        let same = (rows.count(self.pass.inputs()), rows.number()) == (count, number);
        assert!(same, "a pass back is of the rows of the last pass forward");
        let outputs = self.pass.layers.outputs();
        assert_eq!(slopes.len(), count * outputs, "slopes are [row, output]");
        self.pass.backward_begins(given);
        let each = blocks(count, given).zip(slopes.chunks(BLOCK * outputs));
        for (block, slopes) in each {
            self.pass.block_backward(rows, block, slopes);
        }
        self.pass.backward_ends(rows, count, given)
    }

    /// Both passes at once, a block of at most 256 rows after the other, which stays in the nearest
    /// caches: the same bits, sooner. `slopes_of` is given which rows, their outputs
    /// `[row, output]`, and slopes of 0 in whose place it writes those of the loss,
    /// `[row, output]`; a row's may depend on the row alone and not on other rows' outputs. Gives the
    /// gradient, `[parameter]`.
    pub fn both(
        &mut self,
        rows: Rows<T>,
        mut slopes_of: impl FnMut(Range<usize>, &[T], &mut [T]),
    ) -> &[T] {
        let (count, given) = self.begin(rows);
        self.last = None;
        let pass = &mut *self.pass;
        pass.data_room(given, 1);
        pass.backward_begins(given);
        let mut slopes = std::mem::take(&mut pass.slopes);
        for block in blocks(count, given) {
            let block = Block { place: 0, ..block };
            pass.block_forward(rows, block);
            pass.outputs.clear();
            pass.read(block);
            slopes.clear();
            slopes.resize(pass.outputs.len(), T::ZERO);
            slopes_of(block.first..block.first + block.rows, &pass.outputs, &mut slopes);
            pass.block_backward(rows, block, &slopes);
        }
        pass.slopes = slopes;
        pass.backward_ends(rows, count, given)
    }

    /// Checks rows, and makes sums of those bases that have none yet.
    fn begin(&mut self, rows: Rows<T>) -> (usize, Given) {
        let count = rows.count(self.pass.inputs());
        assert!(count > 0, "a pass needs a row");
        match rows {
            Rows::Numbers(_) => (count, Given::Numbers),
            Rows::Bits(table, rows) => {
                let has_bases = self.pass.sum_bases(table, rows);
                (count, Given::Bits { bases: table.bases(), has_bases })
            }
        }
    }
}

impl<T> Rows<'_, T> {
    /// How many rows of so many inputs. Panics where they have not so many.
    pub(crate) fn count(&self, inputs: usize) -> usize {
        match self {
            Rows::Numbers(values) => {
                assert_eq!(values.len() % inputs, 0, "inputs are [row, input]");
                values.len() / inputs
            }
            Rows::Bits(table, rows) => {
                assert_eq!(table.inputs(), inputs, "rows of bits have the network's inputs");
                rows.len()
            }
        }
    }

    pub(crate) fn number(&self) -> Option<u64> {
        match self {
            Rows::Numbers(_) => None,
            Rows::Bits(table, _) => Some(table.number()),
        }
    }

    pub(crate) fn ones(&self) -> &[u16] {
        match self {
            Rows::Numbers(_) => &[],
            Rows::Bits(table, _) => table.ones(),
        }
    }
}

/// The blocks of so many rows, each kept at a place of its own.
fn blocks(count: usize, inputs: Given) -> impl Iterator<Item = Block> {
    (0..count).step_by(BLOCK).enumerate().map(move |(place, first)| Block {
        place,
        rows: (count - first).min(BLOCK),
        first,
        inputs,
    })
}

impl<T: Real> Pass<T> {
    fn inputs(&self) -> usize {
        self.layers.layers[0].inputs
    }

    fn data_room(&mut self, inputs: Given, blocks: usize) {
        let data = self.layers.data(Taken { bases: 0, blocks }, inputs);
        if data > self.data.len() {
            self.data.resize(data);
        }
    }

    /// Words of all rows and of their bases, and the sums of those bases that have none yet. Gives
    /// whether there are bases with ones.
    fn sum_bases(&mut self, table: &BitRows, rows: &[u32]) -> bool {
        self.make_room(Taken { bases: table.bases(), blocks: 0 });
        let (fresh, behind) = self.listed.read(table, rows.iter().copied());
        if fresh > 0 {
            let sum = self.layers.sum_bases(behind, fresh, table.bases());
            self.run(&[sum], table.ones());
        }
        self.listed.bases(table, behind) > 0
    }

    fn block_forward(&mut self, rows: Rows<T>, block: Block) {
        if let Rows::Numbers(values) = rows {
            let inputs = self.layers.layers[0].inputs;
            let values = &values[block.first * inputs..(block.first + block.rows) * inputs];
            let at = self.layers.data_of(block)[1];
            self.data[at..at + values.len()].copy_from_slice(values);
        }
        let forward = self.layers.forward(self.taken, block);
        self.run(&forward, rows.ones());
    }

    /// Appends a block's outputs to those of the pass.
    fn read(&mut self, block: Block) {
        let (outputs, wide) = (self.layers.outputs(), self.layers.output_row());
        let at = self.layers.outputs_of(self.taken, block);
        let rows = self.scratch[at..at + block.rows * wide].chunks_exact(wide);
        rows.for_each(|row| self.outputs.extend_from_slice(&row[..outputs]));
    }

    fn backward_begins(&mut self, given: Given) {
        let begin = self.layers.begin();
        self.run(&begin, &[]);
        if let Given::Bits { bases, has_bases: true } = given {
            let (_, wide) = self.layers.base_sums();
            for at in self.layers.base_slopes(self.taken) {
                self.scratch[at..at + bases * wide].fill(T::ZERO);
            }
        }
    }

    fn block_backward(&mut self, rows: Rows<T>, block: Block, slopes: &[T]) {
        let (outputs, wide) = (self.layers.outputs(), self.layers.slope_row());
        let at = self.layers.data_of(block)[0];
        let there = self.data[at..at + block.rows * wide].chunks_exact_mut(wide);
        for (there, slopes) in there.zip(slopes.chunks_exact(outputs)) {
            there[..outputs].copy_from_slice(slopes);
        }
        let backward = self.layers.backward(self.taken, block);
        self.run(&backward, rows.ones());
    }

    fn backward_ends(&mut self, rows: Rows<T>, count: usize, given: Given) -> &[T] {
        let words = count * WORDS;
        let bases = self.listed.words.len().saturating_sub(words) / WORDS;
        let end = self.layers.end(self.taken, given, words, bases);
        self.run(&end, rows.ones());
        &self.scratch[self.layers.gradient..][..self.parameter_count]
    }
}
