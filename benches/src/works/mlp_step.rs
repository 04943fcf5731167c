//! `mlp_step.py`: a step of 64 networks 32-64-64-8 with tanh, each on its own 128 rows.

use mesascope_nets::{Activation, Block, Loss, Mlp, Network, Optimiser};
use mesascope_stats::Key;

use super::key_of;
use crate::count;
use crate::repeat::{Figures, Work};

const MEMBERS: usize = 64;
const ROWS: usize = 128;
const SIZES: [usize; 4] = [32, 64, 64, 8];
/// Steps a run, after which all starts anew, as in the script.
const STEPS: usize = 100;

/// One network with its rows.
#[derive(Clone)]
pub struct Member {
    /// The network as it was drawn.
    pub network: Network<f32>,
    /// Its rows, `[row, input]`.
    pub inputs: Vec<f32>,
    /// The class of each.
    pub labels: Vec<u8>,
}

impl Member {
    /// A fresh network of this shape on normal inputs with random labels.
    pub fn fresh(mlp: &Mlp, [inputs, rows, outputs]: [usize; 3], key: Key) -> Member {
        let [weights, values, labels] = key.split();
        let network = mlp.initialise(inputs, outputs, weights);
        let mut read = vec![0.0; rows * inputs];
        values.draws().fill_normal(1.0, &mut read);
        let mut draws = labels.draws();
        let classes = outputs.max(2) as u64;
        let labels = (0..rows).map(|_| draws.below(classes) as u8).collect();
        Member { network, inputs: read, labels }
    }
}

/// The work of the script of this name.
pub fn prepare() -> Result<Work, String> {
    let mut mlp = Mlp::with_hidden(&[64, 64]).map_err(|error| error.to_string())?;
    mlp.activation = Activation::Tanh;
    let optimiser = Optimiser::adam();
    let shape = [SIZES[0], ROWS, SIZES[3]];
    let members: Vec<Member> =
        (0..MEMBERS as u64).map(|place| Member::fresh(&mlp, shape, key_of(place))).collect();
    let mut block = Block::new(&members[0].network, ROWS, Loss::Softmax, &optimiser);
    // One member after the other: what it keeps from step to step then stays in the nearest cache.
    let run = move || {
        let mut sum = 0.0;
        for member in &members {
            let number = block.enter(&member.network, &member.inputs, &member.labels);
            let mut loss = 0.0;
            for _ in 0..STEPS {
                loss = block.gradient(number).loss;
                block.step(number);
            }
            sum += f64::from(loss);
            block.leave(number);
        }
        Figures::from([("loss", sum / MEMBERS as f64)])
    };
    Ok(Work {
        unit: "steps",
        units: STEPS,
        nominal_flops: Some(MEMBERS as f64 * count::training_step(&SIZES, ROWS)),
        executed_flops: None,
        run: Box::new(run),
    })
}
