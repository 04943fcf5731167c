//! The passes of a gated recurrent unit with a linear read-out: through time, and back.

use mesascope_lanes::WIDTH;

use crate::operations::Operation;
use crate::operations::clear::Clear;
use crate::operations::gru::{GruBackward, GruForward};
use crate::operations::losses::LossesOf;
use crate::operations::product::{Finish, Product, Start};
use crate::operations::row_sums::RowSums;
use crate::operations::transpose::{Edge, Transpose};
use crate::place::{Place, padded};
use crate::program::{Inputs, Parts, Program, Readings, Room};
use crate::shape::{GruShape, Read};
use crate::{Loss, shape};

/// Moves when a pass does other operations.
pub const NUMERICS: u32 = 1;

/// A network and the room of its passes. A step's numbers stand together, so that its products
/// find in the cache what the step before has left there.
pub(crate) struct Gru {
    pub shape: GruShape,
    pub at: shape::GruParts,
    pub rows: usize,
    pub wide: usize,
    pub columns: usize,
    pub by_row: usize,
    pub gradient: usize,
    /// Blocks of every step, `[step, 4 hidden, row]`.
    gates: usize,
    /// Hidden states after every step, `[step, unit, row]`.
    states: usize,
    /// Slopes by a hidden state, `[unit, row]`.
    slopes: usize,
    /// Slopes by the logits, laid out as those.
    pub logit_slopes: usize,
    pub logits: usize,
    /// A hidden state, `[row, unit]`.
    across: usize,
    /// Sums of slopes by the gates, `[4 hidden, lane]`.
    sums: usize,
}

/// The passes of a network of this shape.
pub(crate) fn program(shape: GruShape, rows: usize, loss: Loss) -> Program {
    let GruShape { inputs, hidden, steps, .. } = shape;
    let wide = padded(rows);
    let dense = padded(shape.readings() * rows);
    let mut data = Room::default();
    let columns = data.take(steps * inputs * wide);
    let by_row = data.take(steps * wide * padded(inputs));
    let labels = data.take(dense);
    let mut scratch = Room::default();
    let gradient = scratch.take(shape.parameter_count());
    let found = scratch.take(2);
    let gru = Gru::new(shape, rows, [columns, by_row, gradient], &mut scratch);
    let forward = gru.forward();
    let backward = gru.backward(loss, labels, found);
    let parts = Parts {
        loss,
        rows,
        inputs: Inputs { steps, width: inputs, columns, by_row: Some(by_row) },
        readings: Readings { steps: shape.readings(), labels },
        gradient,
        found,
        logits: gru.logits,
        last_hidden: Some((gru.state(steps - 1), hidden)),
        data,
        scratch,
    };
    Program::new(parts, forward, backward)
}

impl Gru {
    /// Takes the room that the passes need beside inputs, `[step, input, row]` and
    /// `[step, row, input]`, and gradient.
    pub fn new(
        shape: GruShape,
        rows: usize,
        [columns, by_row, gradient]: [usize; 3],
        scratch: &mut Room,
    ) -> Gru {
        let GruShape { hidden, outputs, steps, .. } = shape;
        let wide = padded(rows);
        let dense = padded(shape.readings() * rows);
        Gru {
            shape,
            at: shape.parts(),
            rows,
            wide,
            columns,
            by_row,
            gradient,
            gates: scratch.take(steps * 4 * hidden * wide),
            states: scratch.take(steps * hidden * wide),
            slopes: scratch.take(hidden * wide),
            logit_slopes: scratch.take(outputs * dense),
            logits: scratch.take(outputs * dense),
            across: scratch.take(wide * padded(hidden)),
            sums: scratch.take(4 * hidden * WIDTH),
        }
    }

    /// Where in the scratch the block of this gate stands at this step.
    pub fn gate(&self, step: usize, gate: usize) -> usize {
        self.gates + (step * 4 + gate) * self.shape.hidden * self.wide
    }

    /// Where in the scratch the hidden state after this step stands.
    pub fn state(&self, step: usize) -> usize {
        self.states + step * self.shape.hidden * self.wide
    }

    /// Which reading takes place after this step, if any.
    fn reading(&self, step: usize) -> Option<usize> {
        match self.shape.read {
            Read::EveryStep => Some(step),
            Read::LastStep => (step + 1 == self.shape.steps).then_some(0),
        }
    }

    /// Numbers from one logit of a row to the next.
    pub fn logit_row(&self) -> usize {
        padded(self.shape.readings() * self.rows)
    }

    /// out[unit, row] = start + weights[unit, term] right[term, row], for a matrix of this many
    /// terms among the parameters.
    fn product(
        &self,
        [weights, rows, terms]: [usize; 3],
        right: Place,
        out: usize,
        start: Start,
    ) -> Product {
        Product {
            left: Place::Parameters(weights),
            left_row: terms,
            left_term: 1,
            right,
            right_term: self.wide,
            out,
            out_row: self.wide,
            rows,
            terms,
            columns: self.wide,
            start,
            finish: Finish::Keep,
        }
    }

    fn forward(&self) -> Vec<Operation> {
        let mut forward = Vec::new();
        for step in 0..self.shape.steps {
            forward.extend(self.input_products(step));
            let before = step.checked_sub(1).map(|before| self.state(before));
            forward.extend(self.step_forward(step, before));
        }
        forward
    }

    /// What a step's inputs, `[input, row]`, bring to its gates.
    pub fn input_products(&self, step: usize) -> [Operation; 2] {
        let GruShape { inputs, hidden, .. } = self.shape;
        let shape::GruParts { weight_ih, bias_ih, .. } = &self.at;
        let biases = |at: usize| Start::Bias(Place::Parameters(at));
        let x = Place::Data(self.columns + step * inputs * self.wide);
        let (w, b) = (weight_ih.start, bias_ih.start);
        let (gates, candidate) = (self.gate(step, 0), self.gate(step, 3));
        let both = self.product([w, 2 * hidden, inputs], x, gates, biases(b));
        let w = w + 2 * hidden * inputs;
        let last = self.product([w, hidden, inputs], x, candidate, biases(b + 2 * hidden));
        [both, last].map(Operation::Product)
    }

    /// A step behind what its inputs bring, from the hidden state that stands there, or from 0.
    pub fn step_forward(&self, step: usize, before: Option<usize>) -> Vec<Operation> {
        let GruShape { hidden, outputs, .. } = self.shape;
        let shape::GruParts { weight_hh, bias_hh, weight, bias, .. } = &self.at;
        let biases = |at: usize| Start::Bias(Place::Parameters(at));
        let gates = self.gate(step, 0);
        let mut forward = Vec::new();
        if let Some(before) = before {
            let (w, h) = (weight_hh.start, Place::Scratch(before));
            let beside = self.product([w, 2 * hidden, hidden], h, gates, Start::Out);
            forward.push(Operation::Product(beside));
            let (w, b) = (w + 2 * hidden * hidden, bias_hh.start + 2 * hidden);
            let recalled = self.gate(step, 2);
            let beside = self.product([w, hidden, hidden], h, recalled, biases(b));
            forward.push(Operation::Product(beside));
        }
        let after = self.state(step);
        forward.push(Operation::GruForward(GruForward {
            hidden,
            wide: self.wide,
            gates,
            biases: Place::Parameters(bias_hh.start),
            before,
            after,
        }));
        if let Some(reading) = self.reading(step) {
            forward.push(Operation::Product(Product {
                out: self.logits + reading * self.rows,
                out_row: self.logit_row(),
                columns: self.rows,
                ..self.product(
                    [weight.start, outputs, hidden],
                    Place::Scratch(after),
                    0,
                    biases(bias.start),
                )
            }));
        }
        forward
    }

    /// gradient[unit, other] += sum over rows of slopes[unit, row] read[row, other].
    fn weight_gradient(
        &self,
        (slopes, slopes_row): (usize, usize),
        (read, others): (Place, usize),
        units: usize,
        out: usize,
    ) -> Operation {
        Operation::Product(Product {
            left: Place::Scratch(slopes),
            left_row: slopes_row,
            left_term: 1,
            right: read,
            right_term: padded(others),
            out: self.gradient + out,
            out_row: others,
            rows: units,
            terms: self.rows,
            columns: others,
            start: Start::Out,
            finish: Finish::Keep,
        })
    }

    /// slopes[unit, row] += sum over terms of weights[term, unit] above[term, row].
    fn back(
        &self,
        (weights, terms): (usize, usize),
        (above, above_row): (usize, usize),
        columns: usize,
        start: Start,
    ) -> Operation {
        let hidden = self.shape.hidden;
        Operation::Product(Product {
            left_row: 1,
            left_term: hidden,
            right_term: above_row,
            columns,
            ..self.product([weights, hidden, terms], Place::Scratch(above), self.slopes, start)
        })
    }

    fn transpose(&self, step: usize) -> Operation {
        Operation::Transpose(Transpose {
            from: Place::Scratch(self.state(step)),
            from_row: self.wide,
            rows: self.shape.hidden,
            columns: self.wide,
            out: self.across,
            edge: Edge::Padded,
        })
    }

    fn backward(&self, loss: Loss, labels: usize, found: usize) -> Vec<Operation> {
        let mut backward = vec![Operation::Losses(LossesOf {
            loss,
            outputs: self.shape.outputs,
            rows: self.shape.readings() * self.rows,
            logits: self.logits,
            labels: Place::Data(labels),
            slopes: self.logit_slopes,
            out: found,
        })];
        backward.extend(self.back_through_time(|step| self.input_gradients(step).to_vec()));
        backward
    }

    /// The slopes by the weights of a step's inputs, `[row, input]`.
    pub fn input_gradients(&self, step: usize) -> [Operation; 2] {
        let GruShape { inputs, hidden, .. } = self.shape;
        let weight_ih = &self.at.weight_ih;
        let by_row = self.by_row + step * self.wide * padded(inputs);
        let read = (Place::Data(by_row), inputs);
        let above = (self.gate(step, 0), self.wide);
        let both = self.weight_gradient(above, read, 2 * hidden, weight_ih.start);
        let above = (self.gate(step, 3), self.wide);
        let out = weight_ih.start + 2 * hidden * inputs;
        [both, self.weight_gradient(above, read, hidden, out)]
    }

    /// From the slopes by the logits back to the first step. `input_gradients` are the operations
    /// for the weights of a step's inputs, from the slopes by its gates.
    pub fn back_through_time(
        &self,
        input_gradients: impl Fn(usize) -> Vec<Operation>,
    ) -> Vec<Operation> {
        let GruShape { hidden, outputs, steps, .. } = self.shape;
        let shape::GruParts { weight_hh, weight, .. } = &self.at;
        let across = (Place::Scratch(self.across), hidden);
        let clear = |at, length| Operation::Clear(Clear { at, length: padded(length) });
        let mut backward = vec![
            clear(self.gradient, self.shape.parameter_count()),
            clear(self.sums, 4 * hidden * WIDTH),
            self.transpose(steps - 1),
        ];
        for step in (0..steps).rev() {
            // The hidden state after this step stands across.
            if let Some(reading) = self.reading(step) {
                let above = (self.logit_slopes + reading * self.rows, self.logit_row());
                backward.push(self.weight_gradient(above, across, outputs, weight.start));
                let start = if step + 1 == steps { Start::Zero } else { Start::Out };
                backward.push(self.back((weight.start, outputs), above, self.rows, start));
            }
            let before = step.checked_sub(1);
            let gates = self.gate(step, 0);
            backward.push(Operation::GruBackward(GruBackward {
                hidden,
                rows: self.rows,
                gates,
                before: before.map(|before| self.state(before)),
                slopes: self.slopes,
                sums: self.sums,
            }));
            backward.extend(input_gradients(step));
            if let Some(before) = before {
                backward.push(self.transpose(before));
                let above = (gates, self.wide);
                backward.push(self.weight_gradient(above, across, 3 * hidden, weight_hh.start));
                let weights = (weight_hh.start, 3 * hidden);
                backward.push(self.back(weights, above, self.wide, Start::Out));
            }
        }
        backward.extend(self.bias_gradients());
        backward
    }

    fn bias_gradients(&self) -> [Operation; 4] {
        let GruShape { hidden, outputs, .. } = self.shape;
        let shape::GruParts { bias_ih, bias_hh, bias, .. } = &self.at;
        let sums = |from: usize, width: usize, units: usize, out: usize| {
            Operation::RowSums(RowSums {
                from: Place::Scratch(from),
                width,
                units,
                out: self.gradient + out,
            })
        };
        let candidate = self.sums + 3 * hidden * WIDTH;
        [
            sums(self.sums, WIDTH, 2 * hidden, bias_ih.start),
            sums(candidate, WIDTH, hidden, bias_ih.start + 2 * hidden),
            sums(self.sums, WIDTH, 3 * hidden, bias_hh.start),
            sums(self.logit_slopes, self.logit_row(), outputs, bias.start),
        ]
    }
}
