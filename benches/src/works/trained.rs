//! `trained.py`: 5-40-40-1 ReLU networks, each trained to zero error on 16 of the 32 rows of
//! `x0 & x1`, drawing included.

use mesascope_learners::{Learns, Supervised};
use mesascope_stats::Key;
use mesascope_tasks::Labelled;
use serde_json::json;

use super::key_of;
use crate::count;
use crate::repeat::{Figures, Work};

const SHOWN: usize = 16;
/// Networks a run.
const NETWORKS: usize = 64;

pub fn prepare() -> Result<Work, String> {
    let settings = json!({
        "network": { "mlp": { "hidden": [40, 40] } },
        "optimiser": { "adam": { "learning_rate": 0.01 } },
    });
    let learner: Supervised = serde_json::from_value(settings).map_err(|e| e.to_string())?;
    let mut drawn = 0;
    let run = move || {
        let (mut steps, mut fitted) = (0, 0);
        for _ in 0..NETWORKS {
            drawn += 1;
            let [rows, training] = key_of(drawn).split();
            let trained = learner.train(&task(rows), training).expect("no network diverges here");
            steps += trained.steps;
            fitted += usize::from(trained.fitted);
        }
        let networks = NETWORKS as f64;
        Figures::from([
            ("mean_steps", steps as f64 / networks),
            ("fitted", fitted as f64 / networks),
            // The last look at the loss, at which the network fits, is a pass as well.
            (
                "nominal_flops",
                count::training_step(&[5, 40, 40, 1], SHOWN) * (1.0 + steps as f64 / networks),
            ),
        ])
    };
    Ok(Work {
        unit: "networks",
        units: NETWORKS,
        nominal_flops: None,
        executed_flops: None,
        run: Box::new(run),
    })
}

/// 16 of the 32 rows, every choice equally likely.
fn task(key: Key) -> Labelled {
    let rows = key.draws().choose(SHOWN, 32);
    let bit = |row: usize, place: usize| row >> (4 - place) & 1;
    let inputs = rows.iter().flat_map(|&row| (0..5).map(move |place| bit(row, place) as f32));
    let labels = rows.iter().map(|&row| (bit(row, 0) & bit(row, 1)) as u8);
    Labelled::new(inputs.collect(), 5, labels.collect())
}
