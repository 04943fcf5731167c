//! Agents: trained and frozen, to be stored, loaded and shown rows.

use std::collections::BTreeMap;

use mesascope_nets::{Activation, Network};
use mesascope_tasks::{Function, Labeller, Sample, Seen, Subject};

use crate::kernel::KernelMachine;
use crate::policy::Policy;

/// Moves when the same numbers come to give other answers.
pub const AGENT_NUMERICS: u32 = 1;

/// A trained agent.
#[derive(Clone, Debug, PartialEq)]
pub enum Agent {
    /// A network with one output; an output above 0 is class 1.
    Network(Network<f32>),
    /// The class of every possible row of bits, `[row]`, rows in lexicographic order.
    Table(Vec<u8>),
    /// A sum of kernels at some rows; a sum above 0 is class 1.
    KernelMachine(KernelMachine),
    /// A block of draws, of which none is the agent.
    Sample(Sample),
    /// A policy, which acts.
    Policy(Policy),
}

/// Stored numbers that are no agent.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("these tensors are no agent: {0}")]
pub struct AgentError(String);

/// A tensor of 32-bit floats or of bytes: name, shape, bytes.
pub type Part = (String, Vec<usize>, Vec<u8>);

impl Agent {
    /// The agent as instruments see it.
    pub fn subject(&self) -> Subject<'_> {
        match self {
            Agent::Policy(policy) => Subject::Actor(policy),
            _ => Subject::Rows(self.seen()),
        }
    }

    /// An agent that labels rows as instruments of rows see it. Panics for a policy.
    pub fn seen(&self) -> Seen<'_> {
        match self {
            Agent::Sample(sample) => Seen::Sample(sample),
            Agent::Network(_) | Agent::Table(_) | Agent::KernelMachine(_) => Seen::One(self),
            Agent::Policy(_) => panic!("a policy labels no rows"),
        }
    }

    /// The policy, if it acts.
    pub fn policy(&self) -> Option<&Policy> {
        match self {
            Agent::Policy(policy) => Some(policy),
            Agent::Network(_) | Agent::Table(_) | Agent::KernelMachine(_) | Agent::Sample(_) => {
                None
            }
        }
    }

    /// What the tensors do not say: the kind of agent, a network's activation, a sample's totals.
    pub fn about(&self) -> BTreeMap<String, String> {
        let words = match self {
            Agent::Table(_) => vec![("kind", "table")],
            Agent::Policy(policy) => return policy.about(),
            Agent::KernelMachine(machine) => {
                let kind = [("kind", "kernel-machine".to_string())];
                let words = kind.into_iter().chain(machine.about());
                return words.map(|(name, word)| (name.to_string(), word)).collect();
            }
            Agent::Sample(sample) => {
                let totals = totals(sample).map(|(name, total)| (name, total.to_string()));
                let kind = [("kind", "sample".to_string())];
                let words = kind.into_iter().chain(totals);
                return words.map(|(name, word)| (name.to_string(), word)).collect();
            }
            Agent::Network(network) => vec![
                ("kind", "network"),
                (
                    "activation",
                    match network.activation {
                        Activation::Relu => "relu",
                        Activation::Tanh => "tanh",
                    },
                ),
            ],
        };
        words.into_iter().map(|(name, word)| (name.to_string(), word.to_string())).collect()
    }

    /// The agent's numbers: little-endian f32 for a network, bytes for a table, for a kernel machine
    /// the bytes of f64 and f32, and for a sample little-endian whole numbers, 16 bytes a function and
    /// 8 a count.
    pub fn parts(&self) -> Vec<Part> {
        match self {
            Agent::Table(labels) => vec![("table".to_string(), vec![labels.len()], labels.clone())],
            Agent::Network(network) => network.tensors(),
            Agent::KernelMachine(machine) => machine.parts(),
            Agent::Policy(policy) => policy.parts(),
            Agent::Sample(sample) => {
                let bytes = |of: &dyn Fn(&(Function, u64)) -> Vec<u8>| -> Vec<u8> {
                    sample.counts.iter().flat_map(of).collect()
                };
                let functions = bytes(&|(function, _)| function.0.to_le_bytes().to_vec());
                let counts = bytes(&|(_, count)| count.to_le_bytes().to_vec());
                let listed = sample.counts.len();
                vec![
                    ("counts".to_string(), vec![listed, 8], counts),
                    ("functions".to_string(), vec![listed, 16], functions),
                ]
            }
        }
    }

    /// The agent that these words and numbers are.
    pub fn from_parts(
        about: &BTreeMap<String, String>,
        parts: Vec<Part>,
    ) -> Result<Agent, AgentError> {
        let word = |name: &str| about.get(name).map_or("", String::as_str);
        match word("kind") {
            "table" => match &parts[..] {
                [(_, shape, labels)]
                    if *shape == [labels.len()] && labels.len().is_power_of_two() =>
                {
                    Ok(Agent::Table(labels.clone()))
                }
                _ => Err(AgentError("a table is one vector of 2^n bytes".to_string())),
            },
            "network" => {
                let activation = match word("activation") {
                    "relu" => Activation::Relu,
                    "tanh" => Activation::Tanh,
                    other => {
                        return Err(AgentError(format!(
                            "activation {other:?} is not relu or tanh"
                        )));
                    }
                };
                Network::from_tensors(activation, parts)
                    .map(Agent::Network)
                    .map_err(|error| AgentError(error.to_string()))
            }
            "sample" => sample(about, &parts).map(Agent::Sample).map_err(AgentError),
            "kernel-machine" => KernelMachine::from_parts(about, &parts)
                .map(Agent::KernelMachine)
                .map_err(AgentError),
            "policy" | "policy-gru" | "policy-table" => {
                Policy::from_parts(about, parts).map(Agent::Policy).map_err(AgentError)
            }
            other => Err(AgentError(format!(
                "kind {other:?} is not network, table, kernel-machine, sample, policy, \
                 policy-gru or policy-table"
            ))),
        }
    }
}

/// The numbers of a sample beside its histogram, by name.
fn totals(sample: &Sample) -> [(&'static str, u64); 5] {
    [
        ("inputs", sample.inputs as u64),
        ("draws", sample.draws),
        ("fits", sample.fits),
        ("unlisted", sample.unlisted),
        ("unlisted-fits", sample.unlisted_fits),
    ]
}

fn sample(about: &BTreeMap<String, String>, parts: &[Part]) -> Result<Sample, String> {
    let total = |name: &str| -> Result<u64, String> {
        let word = about.get(name).and_then(|word| word.parse().ok());
        word.ok_or_else(|| format!("a sample has a whole number {name:?}"))
    };
    let [(_, _, counts), (_, _, functions)] = parts else {
        return Err("a sample has counts and functions".to_string());
    };
    let (counts, counts_rest) = counts.as_chunks::<8>();
    let (functions, functions_rest) = functions.as_chunks::<16>();
    if counts.len() != functions.len() || !counts_rest.is_empty() || !functions_rest.is_empty() {
        return Err("a sample has 8 bytes of count for every 16 of function".to_string());
    }
    let functions = functions.iter().map(|bytes| Function(u128::from_le_bytes(*bytes)));
    let counts = counts.iter().map(|bytes| u64::from_le_bytes(*bytes));
    let sample = Sample {
        inputs: total("inputs")?.min(u64::from(u8::MAX)) as usize,
        draws: total("draws")?,
        fits: total("fits")?,
        counts: functions.zip(counts).collect(),
        unlisted: total("unlisted")?,
        unlisted_fits: total("unlisted-fits")?,
    };
    sample.check().map(|()| sample)
}

impl Labeller for Agent {
    fn labels(&self, inputs: &[f32], width: usize) -> Vec<u8> {
        match self {
            Agent::Network(network) => {
                assert_eq!((network.inputs(), network.outputs()), (width, 1), "[input], [output]");
                let logits = network.logits(inputs, inputs.len() / width);
                logits.into_iter().map(|logit| u8::from(logit > 0.0)).collect()
            }
            Agent::Table(labels) => {
                assert_eq!(labels.len(), 1 << width, "a table has a class for every row of bits");
                inputs.chunks(width).map(|row| labels[row_number(row)]).collect()
            }
            Agent::KernelMachine(machine) => {
                assert_eq!(machine.width, width, "[input]");
                inputs.chunks(width).map(|row| u8::from(machine.value(row) > 0.0)).collect()
            }
            Agent::Sample(_) | Agent::Policy(_) => {
                unreachable!("samples and policies are seen as what they are, and label no row")
            }
        }
    }
}

/// The number of a row of bits, x0 the most significant; a positive input is a 1 in either coding.
pub(crate) fn row_number(row: &[f32]) -> usize {
    row.iter().fold(0, |number, &input| 2 * number + usize::from(input > 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesascope_nets::Mlp;
    use mesascope_stats::Key;

    #[test]
    fn an_agent_survives_being_taken_apart_and_put_together() {
        let network = Mlp::with_hidden(&[3]).unwrap().initialise(2, 1, Key::from_seed(1));
        let counts = vec![(Function(3), 2), (Function(u128::MAX), u64::MAX - 9)];
        let (draws, fits) = (u64::MAX, 3);
        let sample = Sample { inputs: 7, draws, fits, counts, unlisted: 7, unlisted_fits: 1 };
        for agent in
            [Agent::Network(network), Agent::Table(vec![0, 1, 1, 0]), Agent::Sample(sample)]
        {
            assert_eq!(Agent::from_parts(&agent.about(), agent.parts()), Ok(agent));
        }
    }

    #[test]
    fn numbers_that_are_no_agent_are_refused() {
        let agent = Agent::Table(vec![0, 1, 1, 0]);
        assert!(Agent::from_parts(&BTreeMap::new(), agent.parts()).is_err());
        assert!(Agent::from_parts(&agent.about(), vec![]).is_err());
        let odd = vec![("table".to_string(), vec![3], vec![0, 1, 1])];
        assert!(Agent::from_parts(&agent.about(), odd).is_err());
        let counts = vec![(Function(6), 2)];
        let sample = Sample { inputs: 2, draws: 2, fits: 2, counts, unlisted: 0, unlisted_fits: 0 };
        let agent = Agent::Sample(sample);
        for name in ["draws", "inputs", "unlisted"] {
            let mut about = agent.about();
            about.insert(name.to_string(), "1".to_string());
            assert!(Agent::from_parts(&about, agent.parts()).is_err(), "{name}");
        }
        let mut cut = agent.parts();
        cut[1].2.truncate(15);
        assert!(Agent::from_parts(&agent.about(), cut).is_err());
    }
}
