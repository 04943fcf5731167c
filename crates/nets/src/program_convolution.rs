//! The passes of convolutions with fully connected layers behind them.

use mesascope_lanes::WIDTH;

use crate::operations::Operation;
use crate::operations::convolution::{Convolve, Way};
use crate::operations::convolution_weights::ConvolutionWeights;
use crate::operations::row_sums::RowSums;
use crate::place::{Place, padded};
use crate::program::{Inputs, Parts, Program, Readings, Room};
use crate::program_mlp::{self, Below, Dense};
use crate::{Activation, ConvolutionShape, Loss};

/// Moves when a pass does other operations.
pub const NUMERICS: u32 = 1;

/// The passes of a network of this shape.
pub(crate) fn program(shape: &ConvolutionShape, rows: usize, loss: Loss) -> Program {
    let (wide, windows) = (padded(rows), shape.windows());
    let Some((last, _)) = windows.last() else {
        return program_mlp::program(shape.layers(), Activation::Relu, rows, loss);
    };
    let width = shape.image.values();
    let mut data = Room::default();
    let columns = data.take(width * wide);
    let labels = data.take(wide);
    let mut scratch = Room::default();
    let gradient = scratch.take(shape.parameter_count());
    let found = scratch.take(2);
    // Where each convolution's images stand, and the slopes by them before their relu.
    let room: Vec<[usize; 2]> = windows
        .iter()
        .map(|(window, _)| {
            let (height, width) = window.result();
            let length = window.results * height * width * wide;
            [scratch.take(length), scratch.take(length)]
        })
        .collect();
    let most = windows.iter().map(|(window, _)| window.weights()).max().unwrap_or(0);
    let lanes = scratch.take(most * WIDTH);
    let dense = Dense::new(shape.layers(), Activation::Relu, rows, gradient, &mut scratch);

    let mut forward = Vec::new();
    let mut read = Place::Data(columns);
    for (&(window, start), &[out, _]) in windows.iter().zip(&room) {
        forward.push(Operation::Convolve(Convolve {
            window,
            way: Way::Forward { biases: Place::Parameters(start + window.weights()) },
            wide,
            weights: Place::Parameters(start),
            from: read,
            out,
        }));
        read = Place::Scratch(out);
    }
    forward.extend(dense.forward(read));

    let [given, slopes] = room[room.len() - 1];
    let mut backward = dense.backward(loss, labels, found, Below::Relu { given, slopes });
    for (place, &(window, start)) in windows.iter().enumerate().rev() {
        let [_, slopes] = room[place];
        let below = place.checked_sub(1).map(|below| room[below]);
        let (height, across) = window.result();
        backward.push(Operation::ConvolutionWeights(ConvolutionWeights {
            window,
            wide,
            from: below.map_or(Place::Data(columns), |[given, _]| Place::Scratch(given)),
            slopes,
            lanes,
            out: gradient + start,
        }));
        backward.push(Operation::RowSums(RowSums {
            from: Place::Scratch(slopes),
            width: height * across * wide,
            units: window.results,
            out: gradient + start + window.weights(),
        }));
        if let Some([given, out]) = below {
            backward.push(Operation::Convolve(Convolve {
                window,
                way: Way::Back { relu: Place::Scratch(given) },
                wide,
                weights: Place::Parameters(start),
                from: Place::Scratch(slopes),
                out,
            }));
        }
    }
    let (height, across) = last.result();
    let parts = Parts {
        loss,
        rows,
        inputs: Inputs { steps: 1, width, columns, by_row: None },
        readings: Readings { steps: 1, labels },
        gradient,
        found,
        logits: dense.logits(),
        last_hidden: dense.last_hidden().or(Some((given, last.results * height * across))),
        data,
        scratch,
    };
    Program::new(parts, forward, backward)
}
