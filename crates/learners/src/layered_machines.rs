//! Random layered Boolean machines, whose distribution over functions is known exactly.
//!
//! Each layer has the same number of nodes, and each node is an independent, uniformly random
//! Boolean function of all nodes of the layer below (Fink 2026, arXiv 2603.01217); the lowest layer
//! reads the inputs, and one more node on top is the output. A trial is a block of machines.

use mesascope_stats::{Draws, Key};
use mesascope_tasks::{Labelled, Layout};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::agent::Agent;
use crate::tally::{self, DrawCount, MostFunctions, Tally};
use crate::{Diverged, Learner, LearnerScope, Learns, Trained, Unfit};

/// Moves when the same settings and key come to give another sample.
pub const NUMERICS: u32 = 1;

/// Settings of the learner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LayeredMachines {
    /// Nodes of each layer, 1 to 7. No default; in the theory as many as there are inputs.
    pub nodes: Nodes,
    /// Layers between the inputs and the output node, 0 to 1,000. No default.
    pub depth: Depth,
    /// Machines drawn in one trial, 1 to 100,000,000. No default.
    pub draws: DrawCount,
    /// Functions that are counted one by one, 1 to 10,000,000 of those with the shown labels and as
    /// many of the others: 240 bytes each while a trial runs. Default: 1000000.
    #[serde(default)]
    pub most_functions: MostFunctions,
}

/// Nodes of a layer, 1 to 7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "i64", into = "i64")]
pub struct Nodes(#[schemars(range(min = 1, max = 7))] i64);

impl TryFrom<i64> for Nodes {
    type Error = String;
    fn try_from(nodes: i64) -> Result<Nodes, String> {
        match nodes {
            1..=7 => Ok(Nodes(nodes)),
            _ => Err(format!("nodes is a whole number from 1 to 7, not {nodes}")),
        }
    }
}

impl From<Nodes> for i64 {
    fn from(nodes: Nodes) -> i64 {
        nodes.0
    }
}

/// Layers of nodes, 0 to 1,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "i64", into = "i64")]
pub struct Depth(#[schemars(range(min = 0, max = 1000))] i64);

impl TryFrom<i64> for Depth {
    type Error = String;
    fn try_from(depth: i64) -> Result<Depth, String> {
        match depth {
            0..=1000 => Ok(Depth(depth)),
            _ => Err(format!("depth is a whole number from 0 to 1,000, not {depth}")),
        }
    }
}

impl From<Depth> for i64 {
    fn from(depth: Depth) -> i64 {
        depth.0
    }
}

impl LayeredMachines {
    /// The truth table of one machine.
    fn machine(&self, inputs: usize, draws: &mut Draws) -> u128 {
        let mut state: Vec<u8> = (0..1usize << inputs).map(|row| row as u8).collect();
        let mut states = 1usize << inputs;
        let mut layer = [0u8; 128];
        for _ in 0..self.depth.0 {
            // Bit j of entry s is what node j says where the layer below is in state s.
            draws.fill(&mut layer[..states]);
            let nodes = (1u8 << self.nodes.0) - 1;
            state.iter_mut().for_each(|state| *state = layer[usize::from(*state)] & nodes);
            states = 1 << self.nodes.0;
        }
        draws.fill(&mut layer[..states]);
        let bit = |(row, &state): (usize, &u8)| u128::from(layer[usize::from(state)] & 1) << row;
        state.iter().enumerate().map(bit).fold(0, |table, bit| table | bit)
    }
}

impl Learns for LayeredMachines {
    fn train(&self, task: &Labelled, key: Key) -> Result<Trained, Diverged> {
        let mut tally = Tally::new(task, self.most_functions, &[]);
        let mut draws = key.draws();
        for _ in 0..self.draws.get() {
            tally.add(self.machine(task.width, &mut draws));
        }
        let agent = Agent::Sample(tally.into_sample());
        Ok(Trained { agent, steps: 0, path_length: None, loss: None, fitted: true })
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        vec![
            ("learners/layered-machines", NUMERICS),
            ("learners/tally", tally::NUMERICS),
            ("stats/key", mesascope_stats::NUMERICS),
        ]
    }

    fn scope(&self, inputs: usize) -> LearnerScope {
        let (nodes, depth) = (self.nodes.0 as usize, self.depth.0 as usize);
        let states = |layer: usize| 1 << if layer == 0 { inputs } else { nodes };
        LearnerScope {
            architecture: format!("layered boolean machine, {nodes} nodes, depth {depth}"),
            objective: "random draws, no training".to_string(),
            parameters: (0..depth).map(|layer| nodes * states(layer)).sum::<usize>()
                + states(depth),
        }
    }

    fn lighter(&self) -> Option<(Learner, u64)> {
        let (draws, times) = self.draws.lighter()?;
        Some((Learner::LayeredMachines(LayeredMachines { draws, ..self.clone() }), times))
    }

    fn check(&self, layout: &Layout) -> Result<(), Unfit> {
        tally::countable(layout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesascope_tasks::{Function, Sample};

    fn sample(inputs: usize, nodes: i64, depth: i64, draws: i64, seed: u64) -> Sample {
        let settings = serde_json::json!({"nodes": nodes, "depth": depth, "draws": draws});
        let machines: LayeredMachines = serde_json::from_value(settings).unwrap();
        let task = Labelled::new(vec![], inputs, vec![]);
        match machines.train(&task, Key::from_seed(seed)).unwrap().agent {
            Agent::Sample(sample) => sample,
            other => panic!("{other:?} is no sample"),
        }
    }

    fn constant(sample: &Sample) -> u64 {
        let ends = [Function(0), Function::always(sample.inputs)];
        ends.iter().map(|end| sample.count(*end).unwrap()).sum()
    }

    #[test]
    fn without_layers_every_function_is_equally_likely() {
        let sample = sample(2, 2, 0, 16_000, 1);
        let observed: Vec<u64> =
            (0..16).map(|table| sample.count(Function(table)).unwrap()).collect();
        let p = mesascope_stats::chi_square(&observed, &[1_000.0; 16], 0).unwrap();
        assert!(p > 1e-3, "p = {p}: {observed:?}");
    }

    #[test]
    fn the_expected_disagreement_of_two_rows_shrinks_by_the_theory() {
        // Two given rows differ in the output with probability (1/2)(1 - 2^-k)^(d+1) averaged over
        // all pairs of rows, equal ones among them (TARGETS 1.5).
        for (inputs, depth) in [(2, 3), (3, 5)] {
            let sample = sample(inputs, inputs as i64, depth, 20_000, 2);
            let n = (1u64 << inputs) as f64;
            let share = |ones: f64| 2.0 * ones * (n - ones) / (n * n);
            let found: f64 = sample
                .counts
                .iter()
                .map(|(function, count)| share(f64::from(function.ones())) * *count as f64)
                .sum::<f64>()
                / 20_000.0;
            let truth = 0.5 * (1.0 - 1.0 / n).powi(depth as i32 + 1);
            // A share lies in [0, 1/2], so that its sd is at most 1/4: five standard errors.
            assert!((found - truth).abs() < 5.0 * 0.25 / 20_000f64.sqrt(), "{found} and {truth}");
        }
    }

    #[test]
    fn deeper_machines_are_more_often_constant_and_one_layer_more_is_noticed() {
        // Exact by the chain of Hamming weights (TARGETS 1.5): 0.415212 at depth 5 with 3 nodes.
        let five = constant(&sample(3, 3, 5, 20_000, 3)) as f64 / 20_000.0;
        let six = constant(&sample(3, 3, 6, 20_000, 3)) as f64 / 20_000.0;
        let error = (0.415212f64 * 0.584788 / 20_000.0).sqrt();
        assert!((five - 0.415212).abs() < 4.0 * error, "{five}");
        assert!((six - 0.415212).abs() > 8.0 * error, "a layer too many reads {six}");
    }

    #[test]
    fn layers_may_be_narrower_or_wider_than_the_inputs() {
        for (inputs, nodes) in [(3, 1), (1, 3), (7, 7), (7, 2)] {
            sample(inputs, nodes, 2, 50, 4).check().unwrap();
        }
    }
}
