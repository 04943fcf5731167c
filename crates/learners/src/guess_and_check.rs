//! Guess and check: fresh networks are drawn until one fits the shown rows. Nothing is trained.
//!
//! What it returns is a draw from the initialisation, given that it fits: what parameters alone,
//! counted by their probability, say about the rows not shown (Chiang et al. 2023, "Loss Landscapes
//! are All You Need", whose guesses have weights and biases uniform in [-1, 1]; Ping-C/optimizer,
//! `train_distributed.py`, optimizer `guess`).

use mesascope_nets::{Loss, guess};
use mesascope_stats::Key;
use mesascope_tasks::{Labelled, Layout};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::agent::Agent;
use crate::stop::{self, Stop, normalised_loss};
use crate::supervised::Architecture;
use crate::{Diverged, Learner, LearnerScope, Learns, Trained, Unfit};

/// Moves when the same rows, settings and key come to give another network.
pub const NUMERICS: u32 = 1;

/// Guesses by which the cost of a trial is bounded where it may have more.
const FEW: i64 = 20_000_000;

/// Products of a weight and a row that a trial may take at most.
const MOST_PRODUCTS: f64 = 1e15;

/// Products a second on one core, for the estimate in a refusal: a round number of what wide networks
/// make of it. Small ones are bound by their draws, about a million a second.
const PRODUCTS_A_SECOND: f64 = 1e10;

/// Settings of the learner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GuessAndCheck {
    /// The network that is drawn, with its initialisation:
    /// `{ mlp = { hidden = [10], initialisation = { uniform = { bound = 1.0 } } } }`.
    pub network: Architecture,
    /// Which guess is kept. Every shown row must have its label; then, first-fit takes the first
    /// such network, `{ loss = 0.1 }` the first whose loss is also at most this, and
    /// `{ normalised-loss = { above = 0.3, at_most = 0.35 } }` the first in that bin.
    /// Default: first-fit.
    #[serde(default)]
    pub stop: Stop,
    /// Networks drawn at most, 1 to 1,000,000,000. Where none of them fits, the last is the agent,
    /// and it counts as not fitted. Default: 1000000.
    #[serde(default)]
    pub most_guesses: MostGuesses,
}

/// A number of guesses, 1 to 1,000,000,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "i64", into = "i64")]
pub struct MostGuesses(#[schemars(range(min = 1, max = 1_000_000_000))] i64);

impl Default for MostGuesses {
    fn default() -> MostGuesses {
        MostGuesses(1_000_000)
    }
}

impl TryFrom<i64> for MostGuesses {
    type Error = String;
    fn try_from(most: i64) -> Result<MostGuesses, String> {
        match most {
            1..=1_000_000_000 => Ok(MostGuesses(most)),
            _ => Err(format!("most_guesses is a whole number from 1 to 1,000,000,000, not {most}")),
        }
    }
}

impl From<MostGuesses> for i64 {
    fn from(most: MostGuesses) -> i64 {
        most.0
    }
}

impl Learns for GuessAndCheck {
    fn train(&self, task: &Labelled, key: Key) -> Result<Trained, Diverged> {
        let Architecture::Mlp(mlp) = &self.network;
        let loss = |network: &mesascope_nets::Network<f32>| {
            let logits = network.logits(&task.inputs, task.rows());
            f64::from(Loss::Logistic.losses(&logits, &task.labels).mean)
        };
        let most = self.most_guesses.0 as u64;
        let guessed = guess(
            mlp,
            &task.inputs,
            task.width,
            &task.labels,
            most,
            key,
            &mut |network| match &self.stop {
                Stop::FirstFit | Stop::AfterMaxSteps => true,
                Stop::Loss(enough) => loss(network) <= enough.get(),
                Stop::NormalisedLoss(bin) => {
                    normalised_loss(network, task).is_ok_and(|loss| bin.holds(loss))
                }
            },
        );
        let loss = loss(&guessed.network);
        if !loss.is_finite() {
            let cause = format!("the loss is {loss}");
            return Err(Diverged { step: guessed.guesses, cause });
        }
        Ok(Trained {
            agent: Agent::Network(guessed.network),
            steps: guessed.guesses,
            path_length: None,
            loss: Some(loss),
            fitted: guessed.fitted,
        })
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        let mut files = mesascope_nets::numerics();
        files.push(("learners/guess-and-check", NUMERICS));
        files.push(("learners/stop", stop::NUMERICS));
        files.push(("nets/random-functions", mesascope_nets::RANDOM_FUNCTIONS_NUMERICS));
        files.push(("stats/key", mesascope_stats::NUMERICS));
        files
    }

    fn scope(&self, inputs: usize) -> LearnerScope {
        let Architecture::Mlp(mlp) = &self.network;
        LearnerScope {
            architecture: self.network.words(),
            objective: format!(
                "guess and check ({} initialisation) {}",
                self.network.drawn(),
                self.stop.words()
            ),
            parameters: mlp.parameter_count(inputs, 1),
        }
    }

    /// A bound: guessing may end at the first guess.
    fn lighter(&self) -> Option<(Learner, u64)> {
        let most = self.most_guesses.0;
        (most >= 2 * FEW).then(|| {
            let lighter = GuessAndCheck { most_guesses: MostGuesses(FEW), ..self.clone() };
            (Learner::GuessAndCheck(lighter), (most / FEW) as u64)
        })
    }

    fn check(&self, layout: &Layout) -> Result<(), Unfit> {
        let Architecture::Mlp(mlp) = &self.network;
        self.stop.check(layout, mlp.activation)?;
        if self.stop == Stop::AfterMaxSteps {
            let why = "guesses take no steps: stop at first-fit, at a loss, or in a bin of \
                       normalised loss"
                .to_string();
            return Err(Unfit { field: vec!["stop"], why });
        }
        // A guess is looked at on sixteen rows at least.
        let of_a_guess = 16.0 * mlp.parameter_count(layout.width, 1) as f64;
        let most = self.most_guesses.0 as f64;
        match of_a_guess * most <= MOST_PRODUCTS {
            true => Ok(()),
            false => Err(Unfit {
                field: vec!["most_guesses"],
                why: format!(
                    "{most} guesses of a network of {} numbers take about {:.0} hours a trial; \
                     most_guesses = {:.0} would take {:.0}",
                    mlp.parameter_count(layout.width, 1),
                    of_a_guess * most / PRODUCTS_A_SECOND / 3600.0,
                    (MOST_PRODUCTS / of_a_guess).floor(),
                    MOST_PRODUCTS / PRODUCTS_A_SECOND / 3600.0
                ),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesascope_stats::{Estimate, Outcome, assert_estimates};
    use mesascope_tasks::Labeller;
    use serde_json::json;

    fn learner(settings: serde_json::Value) -> GuessAndCheck {
        let mut all = json!({"network": {"mlp":
            {"hidden": [6], "initialisation": {"uniform": {"bound": 1.0}}}}});
        all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
        let learner: GuessAndCheck = serde_json::from_value(all).unwrap();
        learner.check(&Layout::of_numbers(2, 4)).unwrap();
        learner
    }

    /// Four points of the plane, two on either side of a bent line.
    fn bent() -> Labelled {
        let rows = vec![-0.5, -0.5, 0.5, -0.5, 0.0, 0.25, -0.75, -0.5];
        Labelled::new(rows, 2, vec![1, 1, 0, 0]).of_numbers()
    }

    #[test]
    fn the_agent_has_the_labels_that_were_shown_and_the_same_key_guesses_the_same() {
        let (learner, task) = (learner(json!({})), bent());
        let trained = learner.train(&task, Key::from_seed(1)).unwrap();
        assert!(trained.fitted && trained.steps > 1 && trained.path_length.is_none());
        assert_eq!(trained.agent.labels(&task.inputs, 2), task.labels);
        assert_eq!(learner.train(&task, Key::from_seed(1)).unwrap(), trained);
        assert_ne!(learner.train(&task, Key::from_seed(2)).unwrap(), trained);
    }

    #[test]
    fn a_bin_of_normalised_loss_is_kept_to() {
        let (task, bin) = (bent(), json!({"above": 0.6, "at_most": 0.65}));
        let learner = learner(json!({"stop": {"normalised-loss": bin}}));
        for seed in 0..20 {
            let trained = learner.train(&task, Key::from_seed(seed)).unwrap();
            let Agent::Network(network) = &trained.agent else { panic!("a network") };
            let loss = normalised_loss(network, &task).unwrap();
            assert!(trained.fitted && loss > 0.6 && loss <= 0.65, "{loss}");
        }
    }

    #[test]
    fn what_nothing_fits_is_not_fitted_and_no_error() {
        let task = Labelled::new(vec![0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0], 2, vec![0, 1, 1, 0]);
        let learner = learner(json!({"network": {"mlp": {"hidden": []}}, "most_guesses": 2000}));
        let trained = learner.train(&task, Key::from_seed(1)).unwrap();
        assert_eq!((trained.fitted, trained.steps), (false, 2000));
    }

    #[test]
    fn guesses_until_a_fit_are_as_many_as_the_share_of_networks_that_fit_says() {
        // Of linear networks without biases on one row, half fit: 2 guesses on average.
        let network = json!({"mlp": {"hidden": [], "biases": "none"}});
        let learner = learner(json!({"network": network}));
        let task = Labelled::new(vec![1.0, 0.5], 2, vec![1]).of_numbers();
        let guesses: Vec<f64> = (0..20_000)
            .map(|seed| learner.train(&task, Key::from_seed(seed)).unwrap().steps as f64)
            .collect();
        assert_estimates(&Outcome::of_mean(&guesses), 2.0, 0.05);
    }

    #[test]
    fn a_single_guess_is_a_fresh_network_and_at_chance() {
        // A network and its negation are equally likely, but for a logit of exactly 0.
        let learner = learner(json!({"most_guesses": 1}));
        let task = bent();
        let (mut right, draws) = (0u64, 4_000);
        for seed in 0..draws {
            let trained = learner.train(&task, Key::from_seed(seed)).unwrap();
            right += u64::from(trained.agent.labels(&[0.3, 0.7], 2)[0]);
        }
        let mean = right as f64 / draws as f64;
        let standard_error = (mean * (1.0 - mean) / draws as f64).sqrt();
        let outcome = Outcome::Estimated(Estimate { mean, standard_error, units: draws });
        assert_estimates(&outcome, 0.5, 0.04);
    }

    #[test]
    fn what_would_not_finish_is_refused_with_what_would() {
        let network = json!({"mlp": {"hidden": [4096, 4096]}});
        let settings = json!({"network": network, "most_guesses": 1_000_000_000});
        let learner: GuessAndCheck = serde_json::from_value(settings).unwrap();
        let error = learner.check(&Layout::of_numbers(2, 4)).unwrap_err();
        assert_eq!(error.field, ["most_guesses"]);
        assert!(error.why.contains("hours") && error.why.contains("most_guesses = "), "{error}");
        let steps = json!({"network": {"mlp": {"hidden": [2]}}, "stop": "after-max-steps"});
        let learner: GuessAndCheck = serde_json::from_value(steps).unwrap();
        assert_eq!(learner.check(&Layout::of_numbers(2, 4)).unwrap_err().field, ["stop"]);
        for wrong in [0, -1, 1_000_000_001] {
            assert!(MostGuesses::try_from(wrong).unwrap_err().contains("1,000,000,000"));
        }
    }
}
