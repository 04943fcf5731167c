//! The forward pass of `functions.py` alone: the weights are drawn beforehand. There is no peer; the
//! figure is the share of the FMA peak.

use mesascope_nets::{Mlp, Network, Workspace};

use super::functions::{ROWS, SIZES, gaussian, inputs, packed};
use super::key_of;
use crate::count;
use crate::repeat::{Figures, Work};

/// Networks that take turns, so that none stays in the nearest cache by being the only one.
const NETWORKS: usize = 256;

pub fn prepare() -> Result<Work, String> {
    let mut mlp = Mlp::with_hidden(&[40, 40]).map_err(|error| error.to_string())?;
    mlp.initialisation = gaussian();
    let networks: Vec<Network<f32>> =
        (0..NETWORKS as u64).map(|place| mlp.initialise(7, 1, key_of(place))).collect();
    let inputs = inputs();
    let mut workspace = Workspace::new();
    let run = move || {
        for network in &networks {
            std::hint::black_box(packed(network.forward(&inputs, ROWS, &mut workspace)));
        }
        Figures::new()
    };
    Ok(Work {
        unit: "functions",
        units: NETWORKS,
        nominal_flops: Some(count::forward(&SIZES, ROWS)),
        executed_flops: None,
        run: Box::new(run),
    })
}
