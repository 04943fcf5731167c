//! Full-batch gradient descent on the shown rows, under the logistic loss, until a stopping rule.

use mesascope_nets::{Activation, Loss, Mlp, Optimiser, Workspace};
use mesascope_stats::Key;
use mesascope_tasks::Labelled;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::agent::Agent;
use crate::{Diverged, LearnerScope, Learns, Trained};

/// Moves when the same rows, settings and key come to give another network.
pub const NUMERICS: u32 = 1;

/// Settings of the learner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Supervised {
    /// The network: `{ mlp = { hidden = [40, 40] } }`.
    pub network: Architecture,
    /// The optimiser: `{ adam = {} }` or `{ sgd = { momentum = 0.9 } }`.
    pub optimiser: Optimiser,
    /// When to stop. Default: first-fit.
    #[serde(default)]
    pub stop: Stop,
    /// Updates after which training ends, fitted or not, 0 to 10,000,000. 0 leaves the network as
    /// it was drawn. Default: 20000.
    #[serde(default)]
    pub max_steps: MaxSteps,
    /// A deliberate fault, by which the controls of a study are themselves tested. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sabotage: Option<Sabotage>,
}

/// What is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Architecture {
    /// A multi-layer perceptron.
    Mlp(Mlp),
}

/// When training ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stop {
    /// At the first step at which every shown row has its label.
    #[default]
    FirstFit,
    /// At the first step at which the mean loss, in nats a row, is at most this (above 0).
    Loss(mesascope_nets::Positive),
}

/// A number of updates, 0 to 10,000,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "i64", into = "i64")]
pub struct MaxSteps(#[schemars(range(min = 0, max = 10_000_000))] i64);

impl Default for MaxSteps {
    fn default() -> MaxSteps {
        MaxSteps(20_000)
    }
}

impl TryFrom<i64> for MaxSteps {
    type Error = String;
    fn try_from(steps: i64) -> Result<MaxSteps, String> {
        if (0..=10_000_000).contains(&steps) {
            Ok(MaxSteps(steps))
        } else {
            Err(format!("max_steps is a whole number from 0 to 10,000,000, not {steps}"))
        }
    }
}

impl From<MaxSteps> for i64 {
    fn from(steps: MaxSteps) -> i64 {
        steps.0
    }
}

/// A deliberate fault of training.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Sabotage {
    /// Every gradient is negated: training climbs the loss.
    FlippedGradient,
    /// The labels are shuffled among the shown rows before training.
    ShuffledLabels,
}

impl Learns for Supervised {
    fn train(&self, task: &Labelled, key: Key) -> Result<Trained, Diverged> {
        let [start_key, sabotage_key] = key.split();
        let mut labels = task.labels.clone();
        if self.sabotage == Some(Sabotage::ShuffledLabels) {
            sabotage_key.draws().shuffle(&mut labels);
        }
        let Architecture::Mlp(mlp) = &self.network;
        let mut network = mlp.initialise(task.width, 1, start_key);
        let mut state = self.optimiser.start::<f32>(network.parameters.len());
        let mut workspace = Workspace::new();
        let mut before = network.parameters.clone();
        let (mut step, mut path_length) = (0, 0.0);
        loop {
            let loss = network.gradient(&task.inputs, &labels, Loss::Logistic, &mut workspace);
            if !loss.is_finite() {
                return Err(Diverged { step, cause: format!("the loss is {loss}") });
            }
            let fitted = match self.stop {
                Stop::FirstFit => {
                    Loss::Logistic.losses(workspace.logits(), &labels).correct == labels.len()
                }
                Stop::Loss(enough) => f64::from(loss) <= enough.get(),
            };
            if fitted || step >= self.max_steps.0 as u64 {
                let loss = Some(f64::from(loss));
                let path_length = Some(path_length);
                let agent = Agent::Network(network);
                return Ok(Trained { agent, steps: step, path_length, loss, fitted });
            }
            if self.sabotage == Some(Sabotage::FlippedGradient) {
                workspace.gradient.iter_mut().for_each(|slope| *slope = -*slope);
            }
            state.step(&mut network.parameters, &workspace.gradient);
            path_length += distance(&before, &network.parameters);
            before.copy_from_slice(&network.parameters);
            step += 1;
        }
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        let mut files = mesascope_nets::numerics();
        files.push(("learners/supervised", NUMERICS));
        files.push(("stats/key", mesascope_stats::NUMERICS));
        files
    }

    fn scope(&self, inputs: usize) -> LearnerScope {
        let Architecture::Mlp(mlp) = &self.network;
        let hidden: Vec<String> = mlp.hidden.iter().map(|width| width.get().to_string()).collect();
        let activation = match mlp.activation {
            Activation::Relu => "relu",
            Activation::Tanh => "tanh",
        };
        let until = match self.stop {
            Stop::FirstFit => "to the first fit".to_string(),
            Stop::Loss(loss) => format!("to a loss of {}", loss.get()),
        };
        let fault = if self.sabotage.is_some() { ", sabotaged" } else { "" };
        LearnerScope {
            architecture: match hidden.is_empty() {
                true => "linear network".to_string(),
                false => format!("multi-layer perceptron {} {activation}", hidden.join("x")),
            },
            objective: format!("supervised learning {until}{fault}"),
            parameters: mlp.parameter_count(inputs, 1),
        }
    }
}

/// The Euclidean distance between two parameter vectors, `[parameter]` each.
fn distance(from: &[f32], to: &[f32]) -> f64 {
    let squares = from.iter().zip(to).map(|(a, b)| f64::from(b - a) * f64::from(b - a));
    squares.fold(0.0, |sum, square| sum + square).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesascope_tasks::Labeller;
    use serde_json::json;

    fn learner(settings: serde_json::Value) -> Supervised {
        serde_json::from_value(settings).unwrap()
    }

    fn exclusive_or() -> Labelled {
        Labelled::new(vec![0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0], 2, vec![0, 1, 1, 0])
    }

    #[test]
    fn training_stops_at_the_first_fit_and_the_agent_has_the_labels_it_was_shown() {
        let learner = learner(
            json!({"network": {"mlp": {"hidden": [16]}}, "optimiser": {"adam": {"learning_rate": 0.01}}}),
        );
        let task = exclusive_or();
        let trained = learner.train(&task, Key::from_seed(3)).unwrap();
        assert!(trained.fitted && trained.steps > 0 && trained.path_length.unwrap() > 0.0);
        assert_eq!(trained.agent.labels(&task.inputs, 2), task.labels);
        let again = learner.train(&task, Key::from_seed(3)).unwrap();
        assert_eq!(again, trained, "the same key trains the same agent, bit for bit");
    }

    #[test]
    fn a_network_that_cannot_fit_is_returned_as_not_fitted() {
        let learner = learner(
            json!({"network": {"mlp": {"hidden": []}}, "optimiser": {"sgd": {}}, "max_steps": 50}),
        );
        let trained = learner.train(&exclusive_or(), Key::from_seed(1)).unwrap();
        assert!(!trained.fitted && trained.steps == 50);
    }

    #[test]
    fn a_diverging_run_says_at_which_step() {
        let learner = learner(json!({"network": {"mlp": {"hidden": [8]}}, "stop": {"loss": 1e-6},
            "optimiser": {"sgd": {"learning_rate": 1e30, "momentum": 0.9}}}));
        let error = learner.train(&exclusive_or(), Key::from_seed(1)).unwrap_err();
        assert!(error.to_string().contains("diverged at step"), "{error}");
    }

    #[test]
    fn sabotage_left_out_leaves_the_settings_as_they_were_before_it_existed() {
        let learner =
            learner(json!({"network": {"mlp": {"hidden": [8]}}, "optimiser": {"adam": {}}}));
        let written = serde_json::to_value(&learner).unwrap();
        assert!(written.get("sabotage").is_none(), "{written}");
        assert_eq!(written["max_steps"], 20_000, "other defaults are written out");
    }

    #[test]
    fn each_sabotage_does_what_it_says() {
        let base = json!({"network": {"mlp": {"hidden": [16]}}, "optimiser": {"adam": {"learning_rate": 0.01}}, "max_steps": 300});
        let with = |fault: &str| {
            let mut settings = base.clone();
            settings["sabotage"] = fault.into();
            learner(settings).train(&exclusive_or(), Key::from_seed(3)).unwrap()
        };
        assert!(with("flipped-gradient").loss.unwrap() > 0.7, "climbing must raise the loss");
        let labels = with("shuffled-labels").agent.labels(&exclusive_or().inputs, 2);
        assert_eq!(labels.iter().sum::<u8>(), 2, "shuffling keeps the number of ones");
    }
}
