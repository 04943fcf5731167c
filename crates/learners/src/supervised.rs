//! Gradient descent on the shown rows, under the logistic loss, until a stopping rule.

use mesascope_nets::{Activation, Block, Initialisation, Loss, Mlp, Network, Optimiser};
use mesascope_stats::{Draws, Key};
use mesascope_tasks::{Labelled, Layout};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::agent::Agent;
use crate::stop::{self, Starts, Stop};
use crate::{Diverged, LearnerScope, Learns, Trained, Unfit};

/// Moves when the same rows, settings and key come to give another network.
pub const NUMERICS: u32 = 2;

/// Settings of the learner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Supervised {
    /// The network: `{ mlp = { hidden = [40, 40] } }`.
    pub network: Architecture,
    /// The optimiser: `{ adam = {} }` or `{ sgd = { momentum = 0.9 } }`.
    pub optimiser: Optimiser,
    /// Rows of one step: `full`, or `{ rows = 8 }` for 1 to 65,536 rows, taken in turn from one
    /// shuffle of the shown rows after the other; the stopping rule is then looked at once
    /// after every pass through them. Default: full.
    #[serde(default, skip_serializing_if = "Batch::is_full")]
    pub batch: Batch,
    /// When to stop. Default: first-fit.
    #[serde(default)]
    pub stop: Stop,
    /// Updates after which training ends, fitted or not, 0 to 10,000,000. 0 leaves the network as
    /// it was drawn. Default: 20000.
    #[serde(default)]
    pub max_steps: MaxSteps,
    /// Fresh networks that training may begin from, one after another, until it ends fitted: 1 to
    /// 1,000. More than 1 is for rules that an unlucky start misses, such as a bin of normalised
    /// loss. Default: 1.
    #[serde(default, skip_serializing_if = "Starts::is_default")]
    pub starts: Starts,
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

impl Architecture {
    /// Words for the scope of a study.
    pub(crate) fn words(&self) -> String {
        let Architecture::Mlp(mlp) = self;
        let hidden: Vec<String> = mlp.hidden.iter().map(|width| width.get().to_string()).collect();
        let activation = match mlp.activation {
            Activation::Relu => "relu",
            Activation::Tanh => "tanh",
        };
        match hidden.is_empty() {
            true => "linear network".to_string(),
            false => format!("multi-layer perceptron {} {activation}", hidden.join("x")),
        }
    }

    /// The name of the initialisation.
    pub(crate) fn drawn(&self) -> &'static str {
        let Architecture::Mlp(mlp) = self;
        match mlp.initialisation {
            Initialisation::FanIn => "fan-in",
            Initialisation::Torch => "torch",
            Initialisation::Uniform { .. } => "uniform",
            Initialisation::Gaussian { .. } => "gaussian",
        }
    }
}

/// How many rows a step sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Batch {
    /// All shown rows.
    #[default]
    Full,
    /// So many: `{ rows = 8 }`.
    Rows(BatchRows),
}

impl Batch {
    fn is_full(&self) -> bool {
        *self == Batch::Full
    }
}

/// A number of rows, 1 to 65,536.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "i64", into = "i64")]
pub struct BatchRows(#[schemars(range(min = 1, max = 65_536))] i64);

impl TryFrom<i64> for BatchRows {
    type Error = String;
    fn try_from(rows: i64) -> Result<BatchRows, String> {
        if (1..=65_536).contains(&rows) {
            Ok(BatchRows(rows))
        } else {
            Err(format!("a batch is a whole number of rows from 1 to 65,536, not {rows}"))
        }
    }
}

impl From<BatchRows> for i64 {
    fn from(rows: BatchRows) -> i64 {
        rows.0
    }
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

impl MaxSteps {
    /// The number.
    pub fn get(self) -> u64 {
        self.0 as u64
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
        self.starts.train(key, |key| self.train_once(task, key))
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        let mut files = mesascope_nets::numerics();
        files.push(("learners/stop", stop::NUMERICS));
        files.push(("learners/supervised", NUMERICS));
        files.push(("stats/key", mesascope_stats::NUMERICS));
        files
    }

    fn scope(&self, inputs: usize) -> LearnerScope {
        let Architecture::Mlp(mlp) = &self.network;
        let batches = match self.batch {
            Batch::Full => String::new(),
            Batch::Rows(rows) => format!(" in batches of {}", rows.0),
        };
        let fault = if self.sabotage.is_some() { ", sabotaged" } else { "" };
        LearnerScope {
            architecture: self.network.words(),
            objective: format!("supervised learning{batches} {}{fault}", self.stop.words()),
            parameters: mlp.parameter_count(inputs, 1),
        }
    }

    fn check(&self, layout: &Layout) -> Result<(), Unfit> {
        let Architecture::Mlp(mlp) = &self.network;
        self.stop.check(layout, mlp.activation)
    }
}

impl Supervised {
    fn train_once(&self, task: &Labelled, key: Key) -> Result<Trained, Diverged> {
        let [start_key, sabotage_key, batch_key] = key.split();
        let mut labels = task.labels.clone();
        if self.sabotage == Some(Sabotage::ShuffledLabels) {
            sabotage_key.draws().shuffle(&mut labels);
        }
        let task = Labelled { labels, ..task.clone() };
        let Architecture::Mlp(mlp) = &self.network;
        let network = mlp.initialise(task.width, 1, start_key);
        match self.batch {
            Batch::Full => self.descend(network, &task, None),
            Batch::Rows(rows) => {
                let rows = rows.0 as usize;
                self.descend(network, &task, Some(Batches::new(&task, rows, batch_key)))
            }
        }
    }

    /// Steps until the stopping rule holds or the steps run out.
    fn descend(
        &self,
        network: Network<f32>,
        task: &Labelled,
        mut batches: Option<Batches>,
    ) -> Result<Trained, Diverged> {
        // Where a step sees all rows, its own pass tells whether they fit.
        let mut all = Block::new(&network, task.rows(), Loss::Logistic, &self.optimiser);
        let mut member = all.enter(&network, &task.inputs, &task.labels);
        let mut some = batches.as_ref().map(|batches| {
            let mut block = Block::new(&network, batches.rows, Loss::Logistic, &self.optimiser);
            let (inputs, labels) = (&task.inputs, &task.labels);
            let first: Vec<usize> = (0..batches.rows).map(|row| row % task.rows()).collect();
            let inputs = first.iter().flat_map(|&row| &inputs[row * task.width..][..task.width]);
            let inputs: Vec<f32> = inputs.copied().collect();
            let labels: Vec<u8> = first.iter().map(|&row| labels[row]).collect();
            let member = block.enter(&network, &inputs, &labels);
            (block, member)
        });
        let every = batches.as_ref().map_or(1, |batches| task.rows().div_ceil(batches.rows) as u64);
        let (mut step, mut path_length) = (0, 0.0);
        loop {
            let last = step >= self.max_steps.0 as u64;
            if step % every == 0 || last {
                if let Some((block, number)) = &some {
                    all.leave(member);
                    member = all.enter(&block.network(*number), &task.inputs, &task.labels);
                }
                let found = all.gradient(member);
                if !found.loss.is_finite() {
                    return Err(diverged(step, format!("the loss is {}", found.loss)));
                }
                if let Some(fitted) = self.stop.look(found, task, last, || all.network(member)) {
                    let network = all.leave(member);
                    if let Some(odd) = network.parameters.iter().find(|p| !p.is_finite()) {
                        return Err(diverged(step, format!("a parameter is {odd}")));
                    }
                    let agent = Agent::Network(network);
                    let loss = Some(f64::from(found.loss));
                    let path_length = Some(path_length);
                    return Ok(Trained { agent, steps: step, path_length, loss, fitted });
                }
            }
            let (block, number) = match (&mut some, &mut batches) {
                (Some((block, number)), Some(batches)) => {
                    batches.show(task, block, *number);
                    let found = block.gradient(*number);
                    if !found.loss.is_finite() {
                        return Err(diverged(step, format!("the loss is {}", found.loss)));
                    }
                    (block, *number)
                }
                _ => (&mut all, member),
            };
            if self.sabotage == Some(Sabotage::FlippedGradient) {
                block.last_gradient().iter_mut().for_each(|slope| *slope = -*slope);
            }
            path_length += block.step(number);
            step += 1;
        }
    }
}

fn diverged(step: u64, seen: String) -> Diverged {
    Diverged { step, cause: format!("{seen}; a smaller learning rate may help") }
}

/// The rows of one step after the other.
struct Batches {
    rows: usize,
    draws: Draws,
    /// Rows in the order of the present shuffle, and how many of them have been shown.
    order: Vec<usize>,
    shown: usize,
    inputs: Vec<f32>,
    labels: Vec<u8>,
}

impl Batches {
    fn new(task: &Labelled, rows: usize, key: Key) -> Batches {
        let order = (0..task.rows()).collect();
        let (inputs, labels) = (Vec::new(), Vec::new());
        Batches { rows, draws: key.draws(), order, shown: task.rows(), inputs, labels }
    }

    /// Gives a member the rows of its next step.
    fn show(&mut self, task: &Labelled, block: &mut Block, member: usize) {
        self.inputs.clear();
        self.labels.clear();
        for _ in 0..self.rows {
            if self.shown == self.order.len() {
                self.draws.shuffle(&mut self.order);
                self.shown = 0;
            }
            let row = self.order[self.shown];
            self.shown += 1;
            self.inputs.extend_from_slice(&task.inputs[row * task.width..][..task.width]);
            self.labels.push(task.labels[row]);
        }
        block.show(member, &self.inputs, &self.labels);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::row_number;
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
    fn training_on_batches_fits_too_and_sees_every_row_equally_often() {
        let settings = json!({"network": {"mlp": {"hidden": [16]}}, "batch": {"rows": 3},
            "optimiser": {"adamw": {"learning_rate": 0.01}}});
        let task = exclusive_or();
        let trained = learner(settings).train(&task, Key::from_seed(3)).unwrap();
        assert!(trained.fitted && trained.steps.is_multiple_of(2), "looked at every second step");
        assert_eq!(trained.agent.labels(&task.inputs, 2), task.labels);

        let network = Mlp::with_hidden(&[2]).unwrap().initialise(2, 1, Key::from_seed(1));
        let mut block = Block::new(&network, 3, Loss::Logistic, &Optimiser::sgd());
        let member = block.enter(&network, &[0.0; 6], &[0; 3]);
        let mut batches = Batches::new(&task, 3, Key::from_seed(1));
        let mut seen = [0; 4];
        for _ in 0..8 {
            batches.show(&task, &mut block, member);
            for row in batches.inputs.chunks(2) {
                seen[row_number(row)] += 1;
            }
        }
        assert_eq!(seen, [6; 4], "24 rows are 6 shuffles of 4");
    }

    #[test]
    fn a_batch_of_all_rows_is_not_the_full_batch_but_for_the_order_of_its_sums() {
        let train = |batch: serde_json::Value| {
            let settings = json!({"network": {"mlp": {"hidden": [4]}}, "batch": batch,
                "optimiser": {"sgd": {}}, "max_steps": 20, "stop": {"loss": 1e-6}});
            learner(settings).train(&exclusive_or(), Key::from_seed(5)).unwrap().loss.unwrap()
        };
        let [full, rows] = [json!("full"), json!({"rows": 4})].map(train);
        assert!((full - rows).abs() < 1e-6, "{full} and {rows} differ by rounding alone");
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
        let words = error.to_string();
        assert!(words.contains("diverged at step") && words.contains("a smaller"), "{words}");
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
