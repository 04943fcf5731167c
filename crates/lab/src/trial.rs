//! One trial: train an agent, measure an agent. One trial, one thread, one key.

use std::collections::BTreeMap;

use mesascope_instruments::Instrument;
use mesascope_learners::{Agent, Policy, Trained, normalised_loss};
use mesascope_record::{
    Cell, Content, Kind, Measurement, Plan, Quantity, Record, Seed, StoredAgent, Tensor,
    TensorKind, Value,
};
use mesascope_stats::Key;
use mesascope_tasks::{Ground, Task};
use mesascope_worlds::{Whole, World};

use crate::LabError;
use crate::maker::{Made, Maker};

/// Moves when a trial's key is shared out otherwise among its parts, or its training reports other
/// numbers.
pub(crate) const NUMERICS: u32 = 2;

/// The version of every file that computes a number of a cell's agents.
pub(crate) fn files(world: &World, learner: &Maker) -> Vec<(&'static str, u32)> {
    let mut files = [world.face().numerics(), learner.numerics()].concat();
    files.push(("lab/trial", NUMERICS));
    files.push(("learners/agent", mesascope_learners::AGENT_NUMERICS));
    files
}

/// A cell of the plan with its settings as they run.
pub(crate) struct Ready<'p> {
    pub(crate) cell: &'p Cell,
    pub(crate) world: World,
    pub(crate) learner: Maker,
    /// Task and whole of a world to act in, of which no seed draws anything before training: what is
    /// worked out of it while measuring one agent serves the next.
    lasting: Option<(Task, Whole)>,
}

impl<'p> Ready<'p> {
    /// Reads a planned cell back into the structs that run, and refuses a plan made by a version
    /// whose numerics differ: its identities would promise other numbers.
    pub(crate) fn new(cell: &'p Cell) -> Result<Ready<'p>, LabError> {
        let wrong = |why: String| LabError::Plan { cell: cell.name.clone(), why };
        let world: World =
            serde_json::from_value(cell.world.clone()).map_err(|error| wrong(error.to_string()))?;
        let learner = Maker::from_plan(&cell.learner).map_err(wrong)?;
        world.face().check().map_err(|error| wrong(error.to_string()))?;
        learner.check(&world.face().ground()).map_err(|error| wrong(error.to_string()))?;
        let files = files(&world, &learner);
        let here = files.into_iter().map(|(file, version)| (file.to_string(), version)).collect();
        if cell.numerics != here {
            return Err(wrong(
                "it was planned by a version that computes other numbers".to_string(),
            ));
        }
        let lasting = match world.face().ground() {
            Ground::Acting(_) => Some(world.face().begin(Key::new([0; 32]))),
            Ground::Rows(_) => None,
        };
        Ok(Ready { cell, world, learner, lasting })
    }

    /// What the learner is given and what instruments know, and the key of training.
    fn begin(&self, made: &mesascope_record::Made) -> ((Task, Whole), Key) {
        let [world_key, training_key] = Key::new(made.key_bytes()).split();
        let begun = match &self.lasting {
            Some(lasting) => lasting.clone(),
            None => self.world.face().begin(world_key),
        };
        (begun, training_key)
    }

    /// Trains the agent of one seed, or plants it.
    pub(crate) fn train(
        &self,
        made: mesascope_record::Made,
    ) -> (Record, Option<(Made, StoredAgent)>) {
        let ((task, whole), training_key) = self.begin(&made);
        if let Some(planted) = self.learner.plant(&whole) {
            let agent = Made::Planted(planted);
            let stored = stored(&made, &agent);
            let content = Content::Measured(planted_counters());
            return (Record::of_training(made, content), Some((agent, stored)));
        }
        match self.learner.learn(&task, training_key) {
            Err(diverged) => {
                let content = Content::Failed { because: diverged.to_string() };
                (Record::of_training(made, content), None)
            }
            Ok(trained) => {
                let content = Content::Measured(counters(&trained, &task));
                let agent = Made::Trained(trained.agent);
                let stored = stored(&made, &agent);
                (Record::of_training(made, content), Some((agent, stored)))
            }
        }
    }

    /// The whole world of one seed, for instruments.
    pub(crate) fn whole(&self, made: &mesascope_record::Made) -> Whole {
        self.begin(made).0.1
    }
}

/// Reads one agent with one instrument.
pub(crate) fn measure(
    plan: &Plan,
    instruments: &[Instrument],
    which: usize,
    agent: &Made,
    made: &mesascope_record::Made,
    whole: &Whole,
) -> Record {
    let measurements = instruments[which].face().read(agent.subject(), whole);
    let spec = plan.instruments[which].spec.clone();
    Record::of_instrument(made.agent(), spec, Content::Measured(measurements))
}

/// The planned instruments as they run.
pub(crate) fn instruments(plan: &Plan) -> Result<Vec<Instrument>, LabError> {
    plan.instruments
        .iter()
        .map(|planned| {
            let wrong = |why: String| LabError::Plan { cell: planned.name.clone(), why };
            let instrument: Instrument = serde_json::from_value(planned.spec.instrument.clone())
                .map_err(|error| wrong(error.to_string()))?;
            let here: Vec<_> = instrument.face().numerics();
            let here = here.into_iter().map(|(file, v)| (file.to_string(), v)).collect();
            if planned.spec.numerics != here {
                return Err(wrong(
                    "it was planned by a version that measures otherwise".to_string(),
                ));
            }
            Ok(instrument)
        })
        .collect()
}

fn stored(made: &mesascope_record::Made, agent: &Made) -> StoredAgent {
    let Made::Trained(agent) = agent else {
        // Its settings, which are what made it, say all of it.
        let about = BTreeMap::from([("kind".to_string(), "planted".to_string())]);
        return StoredAgent { id: made.agent(), made: made.clone(), about, tensors: Vec::new() };
    };
    let kind = match agent {
        Agent::Network(_) => TensorKind::F32,
        Agent::Policy(Policy::Network { .. } | Policy::Recurrent { .. }) => TensorKind::F32,
        Agent::Table(_)
        | Agent::KernelMachine(_)
        | Agent::Sample(_)
        | Agent::Policy(Policy::Table { .. }) => TensorKind::U8,
    };
    let tensors = agent
        .parts()
        .into_iter()
        .map(|(name, shape, bytes)| Tensor { name, kind, shape, bytes })
        .collect();
    StoredAgent { id: made.agent(), made: made.clone(), about: agent.about(), tensors }
}

/// The agent that was stored, in the cell that it is of.
pub(crate) fn loaded(stored: &StoredAgent, ready: &Ready) -> Result<Made, LabError> {
    if let Some(planted) = ready.learner.plant(&ready.whole(&stored.made)) {
        return Ok(Made::Planted(planted));
    }
    let tensors = stored.tensors.iter();
    let parts = tensors.map(|t| (t.name.clone(), t.shape.clone(), t.bytes.clone())).collect();
    Agent::from_parts(&stored.about, parts)
        .map(Made::Trained)
        .map_err(|error| LabError::Plan { cell: stored.id.to_string(), why: error.to_string() })
}

/// What training itself reports of every trial.
pub(crate) fn training_quantities() -> Vec<Quantity> {
    let quantity = |name: &str, kind, unit: &str, about: &str| Quantity {
        name: name.to_string(),
        kind,
        unit: unit.to_string(),
        about: about.to_string(),
    };
    vec![
        quantity(
            "fitted",
            Kind::Rate,
            "share of agents",
            "Agents whose training met its stopping rule.",
        ),
        quantity("steps", Kind::Number, "updates", "Updates until training ended."),
        quantity("path-length", Kind::Number, "parameter units", "Length of the parameters' path."),
        quantity("final-loss", Kind::Number, "nats a row", "Loss on the shown rows at the end."),
        quantity(
            "normalised-loss",
            Kind::Number,
            "nats a row",
            "Loss on the shown rows with every layer's weights scaled to norm 1 (Chiang et al. 2023).",
        ),
    ]
}

/// Of an agent that was put there nothing was trained.
fn planted_counters() -> Vec<Measurement> {
    let because = "the agent was planted, not trained".to_string();
    let undetermined = |quantity: Quantity| Measurement {
        quantity: quantity.name,
        value: Value::Undetermined { because: because.clone() },
    };
    training_quantities().into_iter().map(undetermined).collect()
}

fn counters(trained: &Trained, task: &Task) -> Vec<Measurement> {
    let absent =
        |what: &str| Value::Undetermined { because: format!("this learner has no {what}") };
    let optional = |number: Option<f64>, what: &str| match number {
        Some(number) => Value::number(number),
        None => absent(what),
    };
    let fitted = match &trained.agent {
        Agent::Sample(_) => Value::Undetermined {
            because: "draws are not trained; `fit-probability` says how many fit".to_string(),
        },
        Agent::Network(_) | Agent::Table(_) | Agent::KernelMachine(_) | Agent::Policy(_) => {
            Value::Share { hits: u64::from(trained.fitted), of: 1 }
        }
    };
    // An instrument sees answers only, and this needs the layers.
    let normalised = match (&trained.agent, task) {
        (Agent::Network(network), Task::Rows(rows)) => match normalised_loss(network, rows) {
            Ok(loss) => Value::number(loss),
            Err(because) => Value::Undetermined { because },
        },
        (Agent::Policy(_), _) => absent("labels, of which alone this loss is one"),
        _ => absent("layers"),
    };
    let values = [
        ("fitted", fitted),
        ("steps", Value::number(trained.steps as f64)),
        ("path-length", optional(trained.path_length, "parameters")),
        ("final-loss", optional(trained.loss, "loss")),
        ("normalised-loss", normalised),
    ];
    values
        .into_iter()
        .map(|(quantity, value)| Measurement { quantity: quantity.to_string(), value })
        .collect()
}

/// One cell and one seed, as work.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    /// The trial's number in the plan.
    pub(crate) number: usize,
    pub(crate) cell: usize,
    pub(crate) seed: Seed,
}
