//! Programs with one operation dropped or changed, whose gradients the comparison with finite
//! differences must reject.

use mesascope_stats::Key;

use crate::operations::Operation;
use crate::operations::convolution::Way;
use crate::operations::product::{Product, Start};
use crate::place::{Buffers, Place};
use crate::program::Program;
use crate::{ConvolutionShape, GruShape, Image, Loss, Padding, Read, Shape};

/// As in `tests/gradients_of_shapes.rs`.
const H: f64 = 1e-5;
const BOUND: f64 = 1e-8;

struct Case {
    program: Program,
    /// How many parameters the network has.
    count: usize,
    parameters: Vec<f64>,
    data: Vec<f64>,
}

fn case(shape: Shape, rows: usize) -> Case {
    let program = shape.program(rows, Loss::Softmax);
    let mut draws = Key::from_seed(16).draws();
    let mut parameters = vec![0.0; program.reach.parameters.max(shape.parameter_count())];
    let mut data = vec![0.0; program.reach.data];
    parameters[..shape.parameter_count()].fill_with(|| 0.5 * draws.normal());
    let inputs: Vec<f64> = (0..rows * shape.inputs()).map(|_| draws.normal()).collect();
    let labels: Vec<u8> = (0..rows * shape.readings()).map(|_| draws.below(3) as u8).collect();
    program.set(&inputs, &labels, &mut data);
    Case { program, count: shape.parameter_count(), parameters, data }
}

fn recurrent() -> Case {
    let shape = GruShape { inputs: 2, hidden: 5, outputs: 3, steps: 3, read: Read::EveryStep };
    case(Shape::Gru(shape), 4)
}

fn convolutional() -> Case {
    let shape = ConvolutionShape {
        image: Image { channels: 2, height: 4, width: 3 },
        channels: vec![3, 4],
        size: 2,
        padding: Padding::Same,
        hidden: vec![],
        outputs: 3,
    };
    case(Shape::Convolution(shape), 5)
}

impl Case {
    fn scratch(&self, parameters: &[f64], backward: &[Operation]) -> Vec<f64> {
        let mut scratch = vec![0.0; self.program.reach.scratch];
        let buffers = &mut Buffers {
            parameters,
            data: &self.data,
            words: &[],
            ones: &[],
            scratch: &mut scratch,
        };
        Program::reference(&self.program.forward, buffers);
        Program::reference(backward, buffers);
        scratch
    }

    /// The largest error of the gradient that these operations give, as a share of its largest
    /// entry.
    fn error(&self, backward: &[Operation]) -> f64 {
        let gradient = self.scratch(&self.parameters, backward);
        let loss = |place: usize, shift: f64| {
            let mut parameters = self.parameters.clone();
            parameters[place] += shift;
            self.scratch(&parameters, &self.program.backward[..1])[self.program.found]
        };
        let (mut error, mut largest) = (0.0f64, 0.0f64);
        for place in 0..self.count {
            let difference = (loss(place, H) - loss(place, -H)) / (2.0 * H);
            error = error.max((gradient[self.program.gradient + place] - difference).abs());
            largest = largest.max(difference.abs());
        }
        error / largest
    }

    /// Asserts that the check accepts the program, and rejects each of those without one of the
    /// operations behind the loss or with one changed. Gives how many those are.
    fn assert_rejects(&self, change: impl Fn(&[Operation], &Operation) -> Vec<Operation>) -> usize {
        let right = &self.program.backward;
        let error = self.error(right);
        assert!(error < BOUND, "the program itself has error {error:e}");
        let mut mutants = 0;
        for place in 1..right.len() {
            for changed in change(&right[..place], &right[place]) {
                let mut backward = right.clone();
                backward[place] = changed;
                let error = self.error(&backward);
                let (was, is) = (&right[place], &backward[place]);
                assert!(error > 1e3 * BOUND, "{was:?} as {is:?} has error {error:e}");
                mutants += 1;
            }
        }
        mutants
    }
}

/// An operation that does nothing.
fn nothing() -> Operation {
    Operation::Clear(crate::operations::clear::Clear { at: 0, length: 0 })
}

#[test]
fn a_pass_back_through_time_without_one_of_its_products_or_terms_is_rejected() {
    let mutants = recurrent().assert_rejects(|earlier, operation| match operation {
        // Without a matrix, a step, or a read-out; or from what was not there before.
        Operation::Product(product) => {
            let mut mutants = vec![nothing()];
            let adds_to = |other: &Operation| {
                matches!(other, Operation::Product(other) if other.out == product.out)
            };
            if product.start == Start::Out && earlier.iter().any(adds_to) {
                mutants.push(Operation::Product(Product { start: Start::Zero, ..product.clone() }));
            }
            mutants
        }
        // Without the gates of a step, or without the hidden state that the update gate keeps.
        Operation::GruBackward(back) => {
            let mut mutants = vec![nothing()];
            if back.before.is_some() {
                let mut without = back.clone();
                without.before = None;
                mutants.push(Operation::GruBackward(without));
            }
            mutants
        }
        Operation::RowSums(_) | Operation::Transpose(_) => vec![nothing()],
        _ => vec![],
    });
    assert!(mutants > 30, "{mutants} mutants");
}

#[test]
fn a_pass_back_through_convolutions_without_one_of_its_parts_is_rejected() {
    let mutants = convolutional().assert_rejects(|_, operation| match operation {
        Operation::Convolve(convolve) => {
            let mut other_side = convolve.clone();
            let window = &mut other_side.window;
            (window.before, window.after) = (window.after, window.before);
            let mut other_relu = convolve.clone();
            other_relu.way = Way::Back { relu: Place::Scratch(convolve.out) };
            let kinds = [other_side, other_relu].map(Operation::Convolve);
            kinds.into_iter().chain([nothing()]).collect()
        }
        Operation::ConvolutionWeights(weights) => {
            let mut other_side = weights.clone();
            let window = &mut other_side.window;
            (window.before, window.after) = (window.after, window.before);
            vec![Operation::ConvolutionWeights(other_side), nothing()]
        }
        Operation::Product(_) | Operation::RowSums(_) | Operation::Transpose(_) => vec![nothing()],
        _ => vec![],
    });
    assert!(mutants >= 12, "{mutants} mutants");
}
