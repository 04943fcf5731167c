//! Buffers of a pass over one network, and what the pass leaves there.

use crate::aligned::Aligned;
use crate::operations::Operation;
use crate::place::padded;
use crate::program::Program;
use crate::{Loss, Real, Shape};

/// Buffers of the forward and backward pass, which grow at first use and are then reused.
#[derive(Clone, Debug, Default)]
pub struct Workspace<T> {
    /// The gradient of the mean loss by every parameter, in the parameters' order, as
    /// [`crate::Network::gradient`] or [`crate::AnyNetwork::gradient`] last left it.
    pub gradient: Vec<T>,
    logits: Vec<T>,
    last_hidden: Option<Vec<T>>,
    program: Option<(Made, Program)>,
    parameters: Aligned<T>,
    data: Aligned<T>,
    scratch: Aligned<T>,
}

/// What a program is made for.
#[derive(Clone, Debug, PartialEq)]
struct Made {
    shape: Shape,
    rows: usize,
    loss: Loss,
}

impl<T: Real> Workspace<T> {
    /// Empty buffers, which fit any network.
    pub fn new() -> Workspace<T> {
        Workspace::default()
    }

    /// What the last hidden layer gave in the last pass, `[row, unit]`, or `None` for a linear
    /// network, whose last layer reads the inputs themselves. Of a gated recurrent unit it is the
    /// hidden state after the last step; of a convolutional network without hidden layers, the
    /// last convolution's images.
    pub fn last_hidden(&self) -> Option<&[T]> {
        self.last_hidden.as_deref()
    }

    /// The logits of the last pass, `[row, output]`, or `[row, step, output]` where they are read
    /// after every step; empty before the first.
    pub fn logits(&self) -> &[T] {
        &self.logits
    }

    /// The forward pass.
    pub(crate) fn forward(
        &mut self,
        shape: &Shape,
        parameters: &[T],
        inputs: &[T],
        rows: usize,
    ) -> &[T] {
        let loss = if shape.outputs() == 1 { Loss::Logistic } else { Loss::Softmax };
        self.set(shape, parameters, inputs, &[], rows, loss);
        self.run(|program| &program.forward);
        self.read(shape.outputs());
        &self.logits
    }

    /// Both passes; gives the mean loss.
    pub(crate) fn pass(
        &mut self,
        shape: &Shape,
        parameters: &[T],
        inputs: &[T],
        labels: &[u8],
        loss: Loss,
    ) -> T {
        let readings = shape.readings();
        assert_eq!(labels.len() % readings, 0, "labels are [row, step]");
        loss.check(shape.outputs(), labels);
        self.set(shape, parameters, inputs, labels, labels.len() / readings, loss);
        self.run(|program| &program.forward);
        self.run(|program| &program.backward);
        self.read(shape.outputs());
        let (_, program) = self.program.as_ref().expect("`set` has made it");
        let gradient = &self.scratch[program.gradient..][..parameters.len()];
        self.gradient.clear();
        self.gradient.extend_from_slice(gradient);
        self.scratch[program.found]
    }

    /// Lays out a network and its rows in the buffers.
    fn set(
        &mut self,
        shape: &Shape,
        parameters: &[T],
        inputs: &[T],
        labels: &[u8],
        rows: usize,
        loss: Loss,
    ) {
        shape.check(parameters.len(), inputs.len(), rows);
        let held = self.program.as_ref().map(|(made, _)| made);
        if held.is_none_or(|made| (&made.shape, made.rows, made.loss) != (shape, rows, loss)) {
            let made = Made { shape: shape.clone(), rows, loss };
            self.program = Some((made, shape.program(rows, loss)));
            // What another network has left there must not count as rows beyond the last.
            self.data.fill(T::ZERO);
        }
        let (_, program) = self.program.as_ref().expect("it was just made");
        let reach = program.reach;
        self.parameters.resize(reach.parameters.max(parameters.len()));
        self.parameters[..parameters.len()].copy_from_slice(parameters);
        self.data.resize(reach.data);
        program.set(inputs, labels, &mut self.data);
        self.scratch.resize(reach.scratch);
    }

    /// Runs operations of the program.
    fn run(&mut self, operations: impl Fn(&Program) -> &[Operation]) {
        let (_, program) = self.program.as_ref().expect("`set` has made it");
        let operations = operations(program);
        let (parameters, data) = (&self.parameters, &self.data);
        T::perform(program, operations, parameters, data, &mut self.scratch);
    }

    /// Reads logits and the last hidden layer out of the scratch.
    fn read(&mut self, outputs: usize) {
        let (_, program) = self.program.as_ref().expect("`set` has made it");
        self.logits.clear();
        for row in 0..program.rows {
            for reading in 0..program.readings.steps {
                for output in 0..outputs {
                    self.logits.push(self.scratch[program.logit(row, reading, output)]);
                }
            }
        }
        let wide = padded(program.rows);
        self.last_hidden = program.last_hidden.map(|(from, units)| {
            let place = |row: usize, unit: usize| self.scratch[from + unit * wide + row];
            (0..program.rows).flat_map(|row| (0..units).map(move |unit| place(row, unit))).collect()
        });
    }
}
