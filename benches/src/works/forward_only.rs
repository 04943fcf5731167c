//! The forward pass of `functions.py` alone: each network is drawn once and passed through many
//! times. There is no peer; the figure is the share of the FMA peak.

use mesascope_nets::random_functions_with_passes;

use super::functions::{EXECUTED_FLOPS, ROWS, SIZES, gaussian, network};
use super::key_of;
use crate::count;
use crate::repeat::{Figures, Work};

const NETWORKS: usize = 16;

/// Enough that drawing a network, about half the cost of one pass, is under half a percent.
const PASSES: usize = 128;

pub fn prepare() -> Result<Work, String> {
    let mlp = network(gaussian())?;
    let mut drawn = 0;
    let run = move || {
        drawn += 1;
        let mut each = |function: u128| {
            std::hint::black_box(function);
            std::ops::ControlFlow::Continue(())
        };
        let (draws, passes) = (NETWORKS as u64, PASSES as u32);
        random_functions_with_passes(&mlp, 7, draws, passes, key_of(drawn), &mut each);
        Figures::new()
    };
    Ok(Work {
        unit: "functions",
        units: NETWORKS * PASSES,
        nominal_flops: Some(count::forward(&SIZES, ROWS)),
        executed_flops: Some(EXECUTED_FLOPS),
        run: Box::new(run),
    })
}
