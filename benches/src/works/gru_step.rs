//! `gru_step.py`: a step of 16 recurrent networks, each on its own 128 rows of 16 times.

use mesascope_nets::{AnyNetwork, Block, Gru, Initialisation, Loss, Optimiser};

use super::key_of;
use crate::repeat::{Figures, Work};

const MEMBERS: usize = 16;
const ROWS: usize = 128;
const TIMES: usize = 16;
const READS: usize = 32;
const UNITS: usize = 64;
const CLASSES: usize = 8;
/// Steps a run, after which all starts anew, as in the script.
const STEPS: usize = 10;

pub fn prepare() -> Result<Work, String> {
    let mut gru = Gru::with_hidden(UNITS as i64).map_err(|error| error.to_string())?;
    gru.initialisation = Initialisation::Torch;
    let members: Vec<(AnyNetwork<f32>, Vec<f32>, Vec<u8>)> = (0..MEMBERS as u64)
        .map(|member| {
            let [weights, values, labels] = key_of(member).split();
            let mut inputs = vec![0.0; ROWS * TIMES * READS];
            values.draws().fill_normal(1.0, &mut inputs);
            let mut labels = labels.draws();
            let labels = (0..ROWS).map(|_| labels.below(CLASSES as u64) as u8).collect();
            (gru.initialise(READS, CLASSES, TIMES, weights), inputs, labels)
        })
        .collect();
    let mut block = Block::new(&members[0].0, ROWS, Loss::Softmax, &Optimiser::adam());
    let run = move || {
        let mut sum = 0.0;
        for (network, inputs, labels) in &members {
            let number = block.enter(network, inputs, labels);
            let mut loss = 0.0;
            for _ in 0..STEPS {
                loss = block.gradient(number).loss;
                block.step(number);
            }
            sum += f64::from(loss);
            block.leave_any(number);
        }
        Figures::from([("loss", sum / MEMBERS as f64)])
    };
    Ok(Work {
        unit: "steps",
        units: STEPS,
        nominal_flops: Some(MEMBERS as f64 * flops()),
        executed_flops: None,
        run: Box::new(run),
    })
}

/// Products of one member's step: gates from inputs and from the state before, forward and for the
/// gradient of their weights; back through time from gates to states; and the read-out.
fn flops() -> f64 {
    let state = UNITS * 3 * UNITS;
    let gates = READS * 3 * UNITS + state;
    2.0 * (ROWS * (TIMES * (2 * gates + state) + 3 * UNITS * CLASSES)) as f64
}
