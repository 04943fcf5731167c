//! `functions.py`: random 7-40-40-1 ReLU networks on all 128 inputs, as functions of 128 bits.

use std::collections::HashMap;
use std::ops::ControlFlow;

use mesascope_nets::{Initialisation, Mlp, Scaling, random_functions};

use super::key_of;
use crate::count;
use crate::repeat::{Figures, Work};

pub const SIZES: [usize; 4] = [7, 40, 40, 1];
pub const ROWS: usize = 128;
/// Networks a run.
const NETWORKS: usize = 1024;

/// What a pass executes: the first layer adds up subsets of its inputs, 11 fused multiply-adds of
/// sixteen lanes a unit in place of 56.
pub const EXECUTED_FLOPS: f64 = 2.0 * 16.0 * (40 * 11 + 40 * 40 * 8 + 40 * 8) as f64;

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
    let mlp = network(initialisation)?;
    let mut drawn = 0;
    let mut seen: HashMap<u128, u32> = HashMap::new();
    let run = move || {
        drawn += 1;
        let mut constant = 0;
        // Functions are counted, as a histogram of them needs.
        seen.clear();
        random_functions(&mlp, 7, [0.0, 1.0], NETWORKS as u64, key_of(drawn), &mut |function| {
            constant += usize::from(function == 0 || function == u128::MAX);
            *seen.entry(function).or_default() += 1;
            ControlFlow::Continue(())
        });
        Figures::from([("constant", constant as f64 / NETWORKS as f64)])
    };
    Ok(Work {
        unit: "functions",
        units: NETWORKS,
        nominal_flops: Some(count::forward(&SIZES, ROWS)),
        executed_flops: Some(EXECUTED_FLOPS),
        run: Box::new(run),
    })
}

/// 7-40-40-1 ReLU networks of this initialisation.
pub fn network(initialisation: Initialisation) -> Result<Mlp, String> {
    let mut mlp = Mlp::with_hidden(&[40, 40]).map_err(|error| error.to_string())?;
    mlp.initialisation = initialisation;
    Ok(mlp)
}
