//! Many agents trained on the same rows, each from a key of its own, counted by the function that
//! they come to: how probable each function is after training.
//!
//! A trial is the whole block, as a trial of `prior` is a block of draws, so that the two can be
//! compared function by function (Mingard et al. 2021, JMLR 22, 79).

use mesascope_stats::Key;
use mesascope_tasks::{Labelled, Labeller, Layout};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::agent::Agent;
use crate::evolution::Evolution;
use crate::supervised::Supervised;
use crate::tally::{self, DrawCount, MostFunctions, Tally};
use crate::{Diverged, Learner, LearnerScope, Learns, Trained, Unfit};

/// Moves when the same rows, settings and key come to give another sample.
pub const NUMERICS: u32 = 1;

/// Settings of the learner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ensemble {
    /// How every member is trained: `{ supervised = { ... } }`.
    pub of: Member,
    /// Agents trained in one trial, 1 to 100,000,000. No default.
    pub members: DrawCount,
    /// Functions that are counted one by one, as in `prior`. Default: 1000000.
    #[serde(default)]
    pub most_functions: MostFunctions,
}

/// How a member is trained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Member {
    /// Gradient descent on labelled rows.
    Supervised(Supervised),
    /// Random changes of a network, kept by how well they fit the shown rows.
    Evolution(Evolution),
}

impl Member {
    fn face(&self) -> &dyn Learns {
        match self {
            Member::Supervised(learner) => learner,
            Member::Evolution(learner) => learner,
        }
    }
}

impl Learns for Ensemble {
    /// A member that diverges fails the trial: leaving it out would choose among functions.
    fn train(&self, task: &Labelled, key: Key) -> Result<Trained, Diverged> {
        let coding = task.coding.expect("only rows of bits are countable");
        let rows: Vec<f32> = (0..1usize << task.width)
            .flat_map(|row| (0..task.width).rev().map(move |place| coding[row >> place & 1]))
            .collect();
        let mut tally = Tally::new(task, self.most_functions, &[]);
        let mut keys = key.draws();
        let mut steps = 0;
        for _ in 0..self.members.get() {
            let mut bytes = [0; 32];
            keys.fill(&mut bytes);
            let trained = self.of.face().train(task, Key::new(bytes))?;
            steps += trained.steps;
            let labels = trained.agent.labels(&rows, task.width);
            let bit = |(row, label): (usize, u8)| u128::from(label) << row;
            tally.add(labels.into_iter().enumerate().map(bit).fold(0, |table, bit| table | bit));
        }
        let agent = Agent::Sample(tally.into_sample());
        Ok(Trained { agent, steps, path_length: None, loss: None, fitted: true })
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        let mut files = self.of.face().numerics();
        files.push(("learners/ensemble", NUMERICS));
        files.push(("learners/tally", tally::NUMERICS));
        files
    }

    fn scope(&self, inputs: usize) -> LearnerScope {
        self.of.face().scope(inputs)
    }

    fn lighter(&self) -> Option<(Learner, u64)> {
        let (members, times) = self.members.lighter()?;
        Some((Learner::Ensemble(Ensemble { members, ..self.clone() }), times))
    }

    fn check(&self, layout: &Layout) -> Result<(), Unfit> {
        tally::countable(layout)?;
        self.of.face().check(layout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesascope_tasks::Sample;

    fn ensemble(settings: &str) -> Ensemble {
        serde_json::from_str(settings).unwrap()
    }

    fn sample(settings: &str, task: &Labelled, seed: u64) -> Sample {
        let ensemble = ensemble(settings);
        ensemble.check(&Layout::of_bits(task.width, task.rows())).unwrap();
        match ensemble.train(task, Key::from_seed(seed)).unwrap().agent {
            Agent::Sample(sample) => sample,
            other => panic!("{other:?} is no sample"),
        }
    }

    const TRAINED: &str = r#"{"members": 50, "of": {"supervised": {
        "network": {"mlp": {"hidden": [8]}}, "optimiser": {"adam": {"learning_rate": 0.05}}}}}"#;

    fn task() -> Labelled {
        Labelled::new(vec![0.0, 0.0, 0.0, 1.0, 1.0, 1.0], 2, vec![0, 0, 1])
    }

    #[test]
    fn trained_members_fit_and_each_is_counted_once() {
        let sample = sample(TRAINED, &task(), 1);
        sample.check().unwrap();
        assert_eq!((sample.draws, sample.fits, sample.unlisted), (50, 50, 0));
        // One row is free, so that two functions fit.
        assert!(sample.counts.len() <= 2, "{:?}", sample.counts);
    }

    #[test]
    fn members_that_never_train_do_not_all_fit_and_differ_from_one_another() {
        let untrained = TRAINED.replace("\"network\"", "\"max_steps\": 0, \"network\"");
        let sample = sample(&untrained, &task(), 1);
        assert_eq!(sample.draws, 50);
        assert!(sample.fits < 50 && sample.counts.len() > 2, "{:?}", sample.counts);
    }

    #[test]
    fn the_same_key_gives_the_same_counts_and_another_gives_others() {
        assert_eq!(sample(TRAINED, &task(), 7), sample(TRAINED, &task(), 7));
        let untrained = TRAINED.replace("\"network\"", "\"max_steps\": 0, \"network\"");
        assert_ne!(sample(&untrained, &task(), 7), sample(&untrained, &task(), 8));
    }

    #[test]
    fn a_member_that_diverges_fails_the_trial() {
        let wild = TRAINED
            .replace(
                "{\"adam\": {\"learning_rate\": 0.05}}",
                "{\"sgd\": {\"learning_rate\": 1e30}}",
            )
            .replace("\"network\"", "\"stop\": {\"loss\": 1e-9}, \"network\"");
        let error = ensemble(&wild).train(&task(), Key::from_seed(1)).unwrap_err();
        assert!(error.to_string().contains("diverged"), "{error}");
    }
}
