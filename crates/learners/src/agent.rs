//! Agents: trained and frozen, to be stored, loaded and shown rows.

use std::collections::BTreeMap;

use mesascope_nets::{Activation, Network};
use mesascope_tasks::Labeller;

/// Moves when the same numbers come to give other answers.
pub const AGENT_NUMERICS: u32 = 1;

/// A trained agent.
#[derive(Clone, Debug, PartialEq)]
pub enum Agent {
    /// A network with one output; an output above 0 is class 1.
    Network(Network<f32>),
    /// The class of every possible row of bits, `[row]`, rows in lexicographic order.
    Table(Vec<u8>),
}

/// Stored numbers that are no agent.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("these tensors are no agent: {0}")]
pub struct AgentError(String);

/// A tensor of 32-bit floats or of bytes: name, shape, bytes.
pub type Part = (String, Vec<usize>, Vec<u8>);

impl Agent {
    /// What the tensors do not say: the kind of agent, and a network's activation.
    pub fn about(&self) -> BTreeMap<String, String> {
        let words = match self {
            Agent::Table(_) => vec![("kind", "table")],
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

    /// The agent's numbers: little-endian f32 for a network, bytes for a table.
    pub fn parts(&self) -> Vec<Part> {
        match self {
            Agent::Table(labels) => vec![("table".to_string(), vec![labels.len()], labels.clone())],
            Agent::Network(network) => network.tensors(),
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
            other => Err(AgentError(format!("kind {other:?} is not network or table"))),
        }
    }
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
        for agent in [Agent::Network(network), Agent::Table(vec![0, 1, 1, 0])] {
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
    }
}
