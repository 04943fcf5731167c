//! `functions.py`: random 7-40-40-1 ReLU networks on all 128 inputs, as functions of 128 bits.

use mesascope_nets::{Initialisation, Mlp, Scaling, Workspace};

use super::key_of;
use crate::count;
use crate::repeat::{Figures, Work};

pub const SIZES: [usize; 4] = [7, 40, 40, 1];
pub const ROWS: usize = 128;
/// Networks a run.
const NETWORKS: usize = 1024;

/// All 128 rows of seven zeros and ones, in lexicographic order, `[row, input]`.
pub fn inputs() -> Vec<f32> {
    let bits = |row: usize| (0..7).rev().map(move |bit| (row >> bit & 1) as f32);
    (0..ROWS).flat_map(bits).collect()
}

/// Weights N(0, 1 / fan in), biases N(0, 1).
pub fn gaussian() -> Initialisation {
    Initialisation::Gaussian {
        weight_sd: 1.0.try_into().expect("1 is above 0"),
        bias_sd: 1.0.try_into().expect("1 is at least 0"),
        scaling: Scaling::FanIn,
    }
}

pub fn prepare_gaussian() -> Result<Work, String> {
    prepare(gaussian())
}

pub fn prepare_uniform() -> Result<Work, String> {
    prepare(Initialisation::Uniform { bound: 1.0.try_into().expect("1 is above 0") })
}

fn prepare(initialisation: Initialisation) -> Result<Work, String> {
    let mut mlp = Mlp::with_hidden(&[40, 40]).map_err(|error| error.to_string())?;
    mlp.initialisation = initialisation;
    let inputs = inputs();
    let mut workspace = Workspace::new();
    let mut drawn = 0;
    let run = move || {
        let mut constant = 0;
        for _ in 0..NETWORKS {
            drawn += 1;
            let network = mlp.initialise(7, 1, key_of(drawn));
            let function = packed(network.forward(&inputs, ROWS, &mut workspace));
            constant += usize::from(function == 0 || function == u128::MAX);
            std::hint::black_box(function);
        }
        Figures::from([("constant", constant as f64 / NETWORKS as f64)])
    };
    Ok(Work {
        unit: "functions",
        units: NETWORKS,
        nominal_flops: Some(count::forward(&SIZES, ROWS)),
        executed_flops: None,
        run: Box::new(run),
    })
}

/// The bits `logit > 0`, the first row's the highest.
pub fn packed(logits: &[f32]) -> u128 {
    assert_eq!(logits.len(), ROWS, "one logit a row");
    logits.iter().fold(0, |bits, &logit| bits << 1 | u128::from(logit > 0.0))
}
