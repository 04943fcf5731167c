//! Policies: what learners that act leave behind.

use std::collections::BTreeMap;

use mesascope_nets::{
    Activation, AnyNetwork, BitRows, GruPass, GruShape, Network, Read, Real, Rows, Shape, Workspace,
};
use mesascope_tasks::{Actor, Space};

use crate::agent::Part;

/// Moves when the same policy comes to other probabilities.
pub const NUMERICS: u32 = 1;

/// A policy: what somebody does on seeing something.
#[derive(Clone, Debug, PartialEq)]
pub enum Policy {
    /// A network that reads cells and cues as 0 and 1, `[cell then cue]`.
    Network {
        /// One output for every action.
        actor: Network<f32>,
        /// What the outputs are.
        outputs: Outputs,
        /// A network beside it that values what is seen, where the learner trains one; it takes no
        /// part in acting, and training that goes on from this policy begins with it.
        critic: Option<Network<f32>>,
    },
    /// A gated recurrent unit that reads cells and cues as 0 and 1, `[cell then cue]`, and gives
    /// logits. Its memory is its hidden state.
    Recurrent {
        /// One output for every action.
        actor: Recurrent,
        /// As for [`Policy::Network`].
        critic: Option<Recurrent>,
    },
    /// What every action is worth on seeing this, `[action]`, by what is seen: cells then cues, each
    /// 0 or 1, eight to a byte, the first in the lowest bit. What was never seen is not listed.
    Table {
        /// The values.
        values: BTreeMap<Vec<u8>, Vec<f32>>,
        /// How many actions there are.
        actions: usize,
    },
}

/// A gated recurrent unit with a linear read-out after every step.
#[derive(Clone, Debug, PartialEq)]
pub struct Recurrent {
    /// Values of one step.
    pub inputs: usize,
    /// Units of the hidden state.
    pub hidden: usize,
    /// Outputs of one step.
    pub outputs: usize,
    /// Every weight and bias, in the order of [`GruShape`].
    pub parameters: Vec<f32>,
}

impl Recurrent {
    /// Its shape for sequences of so many steps.
    pub fn shape(&self, steps: usize) -> GruShape {
        let Recurrent { inputs, hidden, outputs, .. } = *self;
        GruShape { inputs, hidden, outputs, steps, read: Read::EveryStep }
    }

    /// The network. Panics unless it is a gated recurrent unit.
    pub(crate) fn of(network: AnyNetwork<f32>) -> Recurrent {
        let Shape::Gru(GruShape { inputs, hidden, outputs, .. }) = network.shape else {
            panic!("a gated recurrent unit")
        };
        Recurrent { inputs, hidden, outputs, parameters: network.parameters }
    }

    /// The same for sequences of so many steps.
    pub(crate) fn network(self, steps: usize) -> AnyNetwork<f32> {
        AnyNetwork { shape: Shape::Gru(self.shape(steps)), parameters: self.parameters }
    }

    /// Names and shapes of its tensors, PyTorch's of `nn.GRU` and of `nn.Linear` behind it.
    fn tensors(inputs: usize, hidden: usize, outputs: usize) -> [(&'static str, Vec<usize>); 6] {
        [
            ("weight_ih", vec![3 * hidden, inputs]),
            ("weight_hh", vec![3 * hidden, hidden]),
            ("bias_ih", vec![3 * hidden]),
            ("bias_hh", vec![3 * hidden]),
            ("weight", vec![outputs, hidden]),
            ("bias", vec![outputs]),
        ]
    }

    fn parts(&self) -> Vec<Part> {
        let mut rest = &self.parameters[..];
        let part = |(name, shape): (&str, Vec<usize>)| {
            let (own, others) = rest.split_at(shape.iter().product());
            rest = others;
            let bytes = own.iter().flat_map(|number| number.to_le_bytes()).collect();
            (name.to_string(), shape, bytes)
        };
        Recurrent::tensors(self.inputs, self.hidden, self.outputs).map(part).into()
    }

    fn from_parts(parts: Vec<Part>) -> Result<Recurrent, String> {
        let find = |name: &str| {
            let part = parts.iter().find(|(named, ..)| named == name);
            part.ok_or_else(|| format!("a gated recurrent unit has a tensor {name:?}"))
        };
        let [_, inputs] = find("weight_ih")?.1[..] else {
            return Err("weight_ih is [3 hidden, input]".to_string());
        };
        let [outputs, hidden] = find("weight")?.1[..] else {
            return Err("weight is [output, hidden]".to_string());
        };
        if [inputs, hidden, outputs].contains(&0) {
            return Err("a gated recurrent unit has no size of 0".to_string());
        }
        let mut parameters = Vec::new();
        let tensors = Recurrent::tensors(inputs, hidden, outputs);
        if parts.len() != tensors.len() {
            return Err(format!("a gated recurrent unit has 6 tensors, not {}", parts.len()));
        }
        for (name, expected) in tensors {
            let (_, shape, bytes) = find(name)?;
            let (numbers, rest) = bytes.as_chunks::<4>();
            if *shape != expected
                || numbers.len() != expected.iter().product::<usize>()
                || !rest.is_empty()
            {
                return Err(format!("{name} is {expected:?} 32-bit numbers, not {shape:?}"));
            }
            parameters.extend(numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)));
        }
        Ok(Recurrent { inputs, hidden, outputs, parameters })
    }
}

/// What a network's outputs mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outputs {
    /// Logits: probabilities are in proportion to e to the power of them.
    Logits,
    /// Values: the largest is acted on, and equal ones alike.
    Values,
}

impl Outputs {
    fn name(self) -> &'static str {
        match self {
            Outputs::Logits => "logits",
            Outputs::Values => "values",
        }
    }
}

/// Cells and cues of one copy, eight to a byte, the first in the lowest bit.
pub(crate) fn packed(cells: &[u8], cues: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; (cells.len() + cues.len()).div_ceil(8)];
    for (at, &there) in cells.iter().chain(cues).enumerate() {
        bytes[at / 8] |= there << (at % 8);
    }
    bytes
}

/// Cells and cues of every copy as a network reads them, `[copy, cell then cue]`.
pub(crate) fn inputs(observations: &[u8], cues: &[u8], copies: usize) -> Vec<f32> {
    let (cells, per_copy) = (observations.len() / copies, cues.len() / copies);
    let mut inputs = Vec::with_capacity(observations.len() + cues.len());
    for copy in 0..copies {
        let cells = &observations[copy * cells..][..cells];
        let cues = &cues[copy * per_copy..][..per_copy];
        inputs.extend(cells.iter().chain(cues).map(|&there| f32::from(there)));
    }
    inputs
}

/// Probabilities in proportion to e to the power of logits, in place, `[action]`.
pub(crate) fn softmax(logits: &mut [f32]) {
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    // The exponential of `nets`, not the platform's, which may differ in the last bit.
    logits.iter_mut().for_each(|logit| *logit = Real::exp(*logit - most));
    let sum: f32 = logits.iter().sum();
    logits.iter_mut().for_each(|power| *power /= sum);
}

/// All probability on the largest, in place; equal ones share it.
pub(crate) fn largest(values: &mut [f32]) {
    let most = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let count = values.iter().filter(|&&value| value == most).count();
    values.iter_mut().for_each(|value| *value = f32::from(*value == most) / count as f32);
}

impl Policy {
    /// Whether it can act in such a space.
    pub fn fits(&self, space: &Space) -> bool {
        match self {
            Policy::Network { actor, .. } => {
                (actor.inputs(), actor.outputs()) == (space.inputs(), space.actions)
            }
            Policy::Recurrent { actor, .. } => {
                (actor.inputs, actor.outputs) == (space.inputs(), space.actions)
            }
            Policy::Table { actions, .. } => *actions == space.actions,
        }
    }

    /// What the tensors do not say.
    pub fn about(&self) -> BTreeMap<String, String> {
        let words = match self {
            Policy::Network { actor, outputs, critic } => vec![
                ("kind", "policy".to_string()),
                ("outputs", outputs.name().to_string()),
                ("activation", activation(actor).to_string()),
                ("critic", if critic.is_some() { "yes" } else { "no" }.to_string()),
            ],
            Policy::Recurrent { critic, .. } => vec![
                ("kind", "policy-gru".to_string()),
                ("critic", if critic.is_some() { "yes" } else { "no" }.to_string()),
            ],
            Policy::Table { actions, .. } => {
                vec![("kind", "policy-table".to_string()), ("actions", actions.to_string())]
            }
        };
        words.into_iter().map(|(name, word)| (name.to_string(), word)).collect()
    }

    /// Its numbers: for networks little-endian f32, the critic's names with `critic.` before them;
    /// for a table bytes, what is seen and then, as f32, what actions are worth.
    pub fn parts(&self) -> Vec<Part> {
        match self {
            Policy::Network { actor, critic, .. } => {
                let named = |(name, shape, bytes): Part| (format!("critic.{name}"), shape, bytes);
                let critic = critic.iter().flat_map(Network::tensors).map(named);
                actor.tensors().into_iter().chain(critic).collect()
            }
            Policy::Recurrent { actor, critic } => {
                let named = |(name, shape, bytes): Part| (format!("critic.{name}"), shape, bytes);
                let critic = critic.iter().flat_map(Recurrent::parts).map(named);
                actor.parts().into_iter().chain(critic).collect()
            }
            Policy::Table { values, actions } => {
                let width = values.keys().next().map_or(0, Vec::len);
                let seen: Vec<u8> = values.keys().flatten().copied().collect();
                let worth: Vec<u8> =
                    values.values().flatten().flat_map(|value| value.to_le_bytes()).collect();
                vec![
                    ("seen".to_string(), vec![values.len(), width], seen),
                    ("values".to_string(), vec![values.len(), 4 * actions], worth),
                ]
            }
        }
    }

    /// The policy that these words and numbers are.
    pub fn from_parts(
        about: &BTreeMap<String, String>,
        parts: Vec<Part>,
    ) -> Result<Policy, String> {
        let word = |name: &str| about.get(name).map_or("", String::as_str);
        if word("kind") == "policy-table" {
            let actions: usize =
                word("actions").parse().map_err(|_| "actions is a whole number")?;
            let [(_, seen_shape, seen), (_, _, worth)] = &parts[..] else {
                return Err("a table has what is seen and what it is worth".to_string());
            };
            let [rows, width] = seen_shape[..] else {
                return Err("what is seen is [row, byte]".to_string());
            };
            if seen.len() != rows * width || worth.len() != rows * 4 * actions {
                return Err("a table has 4 bytes for every action of every row".to_string());
            }
            let value = |bytes: &[u8]| f32::from_le_bytes(bytes.try_into().expect("four bytes"));
            let row = |at: usize| {
                let values = worth[at * 4 * actions..][..4 * actions].chunks(4).map(value);
                (seen[at * width..][..width].to_vec(), values.collect())
            };
            return Ok(Policy::Table { values: (0..rows).map(row).collect(), actions });
        }
        let (critic, actor): (Vec<Part>, Vec<Part>) =
            parts.into_iter().partition(|(name, ..)| name.starts_with("critic."));
        let bare = |(name, shape, bytes): Part| {
            (name.trim_start_matches("critic.").to_string(), shape, bytes)
        };
        if word("kind") == "policy-gru" {
            let critic = match word("critic") {
                "yes" => Some(Recurrent::from_parts(critic.into_iter().map(bare).collect())?),
                _ => None,
            };
            return Ok(Policy::Recurrent { actor: Recurrent::from_parts(actor)?, critic });
        }
        let outputs = match word("outputs") {
            "logits" => Outputs::Logits,
            "values" => Outputs::Values,
            other => return Err(format!("outputs {other:?} are not logits or values")),
        };
        let activation = match word("activation") {
            "relu" => Activation::Relu,
            "tanh" => Activation::Tanh,
            other => return Err(format!("activation {other:?} is not relu or tanh")),
        };
        let network = |parts: Vec<Part>| {
            Network::from_tensors(activation, parts).map_err(|error| error.to_string())
        };
        let critic = match word("critic") {
            "yes" => Some(network(critic.into_iter().map(bare).collect())?),
            _ => None,
        };
        Ok(Policy::Network { actor: network(actor)?, outputs, critic })
    }
}

fn activation(network: &Network<f32>) -> &'static str {
    match network.activation {
        Activation::Relu => "relu",
        Activation::Tanh => "tanh",
    }
}

impl Actor for Policy {
    fn memory(&self) -> usize {
        match self {
            Policy::Recurrent { actor, .. } => actor.hidden,
            Policy::Network { .. } | Policy::Table { .. } => 0,
        }
    }

    fn act(&self, observations: &[u8], cues: &[u8], memory: &mut [f32], probabilities: &mut [f32]) {
        match self {
            Policy::Recurrent { actor, .. } => {
                let copies = probabilities.len() / actor.outputs;
                let (cells, per_copy) = (observations.len() / copies, cues.len() / copies);
                let mut rows = BitRows::new(actor.inputs);
                for copy in 0..copies {
                    let cells = &observations[copy * cells..][..cells];
                    let cues = &cues[copy * per_copy..][..per_copy];
                    rows.push_bytes(&[cells, cues].concat(), 0, None);
                }
                let numbers: Vec<u32> = (0..copies as u32).collect();
                let mut pass = GruPass::new(actor.shape(1));
                let mut passes = pass.with(&actor.parameters);
                probabilities.copy_from_slice(passes.act(Rows::Bits(&rows, &numbers), memory));
                probabilities.chunks_mut(actor.outputs).for_each(softmax);
            }
            Policy::Network { actor, outputs, .. } => {
                let copies = probabilities.len() / actor.outputs();
                let inputs = inputs(observations, cues, copies);
                let mut workspace = Workspace::new();
                probabilities.copy_from_slice(actor.forward(&inputs, copies, &mut workspace));
                let finish = match outputs {
                    Outputs::Logits => softmax,
                    Outputs::Values => largest,
                };
                probabilities.chunks_mut(actor.outputs()).for_each(finish);
            }
            Policy::Table { values, actions } => {
                let copies = probabilities.len() / actions;
                let (cells, per_copy) = (observations.len() / copies, cues.len() / copies);
                for (copy, row) in probabilities.chunks_mut(*actions).enumerate() {
                    let cells = &observations[copy * cells..][..cells];
                    let seen = packed(cells, &cues[copy * per_copy..][..per_copy]);
                    match values.get(&seen) {
                        Some(values) => row.copy_from_slice(values),
                        None => row.fill(0.0),
                    }
                    largest(row);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesascope_nets::{Gru, Mlp};
    use mesascope_stats::Key;

    fn network(outputs: usize, seed: u64) -> Network<f32> {
        Mlp::with_hidden(&[3]).unwrap().initialise(5, outputs, Key::from_seed(seed))
    }

    fn recurrent(outputs: usize, seed: u64) -> Recurrent {
        let gru = Gru::with_hidden(3).unwrap();
        Recurrent::of(gru.initialise(5, outputs, 1, Key::from_seed(seed)))
    }

    fn policies() -> Vec<Policy> {
        let values = BTreeMap::from([(vec![3], vec![0.5, 1.0]), (vec![9], vec![-1.0, -1.0])]);
        vec![
            Policy::Network { actor: network(2, 1), outputs: Outputs::Logits, critic: None },
            Policy::Network {
                actor: network(2, 1),
                outputs: Outputs::Values,
                critic: Some(network(1, 2)),
            },
            Policy::Recurrent { actor: recurrent(2, 3), critic: None },
            Policy::Recurrent { actor: recurrent(2, 3), critic: Some(recurrent(1, 4)) },
            Policy::Table { values, actions: 2 },
        ]
    }

    #[test]
    fn a_policy_survives_being_taken_apart_and_put_together() {
        for policy in policies() {
            assert_eq!(Policy::from_parts(&policy.about(), policy.parts()), Ok(policy));
        }
    }

    #[test]
    fn probabilities_add_up_to_one_and_equal_values_share_them() {
        let (observations, cues) = ([1, 1, 0, 0, 0, 1, 0, 0], [0, 1]);
        for policy in policies() {
            let mut probabilities = [0.0; 4];
            let mut memory = vec![0.0; 2 * policy.memory()];
            policy.act(&observations, &cues, &mut memory, &mut probabilities);
            for row in probabilities.chunks(2) {
                assert!((row[0] + row[1] - 1.0).abs() < 1e-6, "{policy:?} {row:?}");
            }
            if let Policy::Table { .. } = policy {
                assert_eq!(probabilities, [0.0, 1.0, 0.5, 0.5], "seen, and never seen");
            }
        }
    }

    #[test]
    fn a_recurrent_policy_acts_as_its_network_reads_a_sequence() {
        let actor = recurrent(2, 5);
        let policy = Policy::Recurrent { actor: actor.clone(), critic: None };
        // Two steps of four cells and a cue.
        let steps = [[1, 0, 1, 0, 1], [0, 0, 1, 1, 0]];
        let inputs: Vec<f32> = steps.iter().flatten().map(|&there| f32::from(there)).collect();
        let logits = actor.network(2).logits(&inputs, 1);
        let mut memory = vec![0.0; 3];
        for (step, mut expected) in steps.iter().zip(logits.chunks(2).map(<[f32]>::to_vec)) {
            let mut probabilities = [0.0; 2];
            policy.act(&step[..4], &step[4..], &mut memory, &mut probabilities);
            softmax(&mut expected);
            assert_eq!(probabilities[..], expected);
        }
        assert!(memory.iter().all(|&number| number != 0.0), "it remembers: {memory:?}");
    }

    #[test]
    fn tensors_that_are_no_recurrent_policy_are_refused() {
        let policy = Policy::Recurrent { actor: recurrent(2, 5), critic: None };
        let refused = |parts: Vec<Part>| Policy::from_parts(&policy.about(), parts).unwrap_err();
        let mut cut = policy.parts();
        cut[1].2.pop();
        assert!(refused(cut).contains("weight_hh"));
        let mut fewer = policy.parts();
        fewer.remove(3);
        assert!(refused(fewer).contains("6 tensors"));
        assert!(refused(vec![]).contains("weight_ih"));
    }
}
