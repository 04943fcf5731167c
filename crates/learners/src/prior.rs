//! Random networks that nobody trains: how probable each function is before learning.
//!
//! A trial is a block of draws. Given the shown rows, the draws that have their labels are a
//! sample of the posterior of guess and check.

use std::ops::ControlFlow;

use mesascope_nets::random_functions;
use mesascope_stats::Key;
use mesascope_tasks::{Labelled, Layout};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::agent::Agent;
use crate::supervised::Architecture;
use crate::tally::{self, DrawCount, FitCount, MostFunctions, Tally, TruthTable};
use crate::{Diverged, Learner, LearnerScope, Learns, Trained, Unfit};

/// Moves when the same rows, settings and key come to give another sample.
pub const NUMERICS: u32 = 1;

/// Settings of the learner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Prior {
    /// The network that is drawn, with its initialisation:
    /// `{ mlp = { hidden = [40, 40], initialisation = { uniform = { bound = 1.0 } } } }`.
    pub network: Architecture,
    /// Networks drawn in one trial, 1 to 100,000,000. No default.
    pub draws: DrawCount,
    /// Draws with the shown labels after which the trial ends, 1 to 100,000,000: what they compute is
    /// a sample of the posterior whenever it ends, but their share among the draws is then a little
    /// too high on average, by one in so many. Default: no end before `draws`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enough_fits: Option<FitCount>,
    /// Functions that are counted one by one, 1 to 10,000,000 of those with the shown labels and as
    /// many of the others: 240 bytes each while a trial runs. Functions first drawn when the list
    /// is full are counted together. Default: 1000000.
    #[serde(default)]
    pub most_functions: MostFunctions,
    /// Truth tables (`"0110"`, rows in lexicographic order) that are counted whatever the cap.
    /// Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declared: Vec<TruthTable>,
}

impl Learns for Prior {
    fn train(&self, task: &Labelled, key: Key) -> Result<Trained, Diverged> {
        let Architecture::Mlp(mlp) = &self.network;
        let mut tally = Tally::new(task, self.most_functions, &self.declared);
        let enough = self.enough_fits.map_or(u64::MAX, FitCount::get);
        let mut each = |function| {
            tally.add(function);
            if tally.fits() < enough { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let coding = task.coding.expect("only rows of bits are countable");
        random_functions(mlp, task.width, coding, self.draws.get(), key, &mut each);
        let agent = Agent::Sample(tally.into_sample());
        Ok(Trained { agent, steps: 0, path_length: None, loss: None, fitted: true })
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        // Those that only train among them: a list of the others would go stale where it is not seen.
        let mut files = mesascope_nets::numerics();
        files.push(("learners/prior", NUMERICS));
        files.push(("learners/tally", tally::NUMERICS));
        files.push(("nets/random-functions", mesascope_nets::RANDOM_FUNCTIONS_NUMERICS));
        files.push(("stats/key", mesascope_stats::NUMERICS));
        files
    }

    fn scope(&self, inputs: usize) -> LearnerScope {
        let Architecture::Mlp(mlp) = &self.network;
        LearnerScope {
            architecture: self.network.words(),
            objective: format!(
                "random draws ({} initialisation), no training",
                self.network.drawn()
            ),
            parameters: mlp.parameter_count(inputs, 1),
        }
    }

    fn lighter(&self) -> Option<(Learner, u64)> {
        // What it costs where it never fits often enough: nobody knows how often it will.
        let (draws, times) = self.draws.lighter()?;
        Some((Learner::Prior(Prior { draws, enough_fits: None, ..self.clone() }), times))
    }

    fn check(&self, layout: &Layout) -> Result<(), Unfit> {
        tally::countable(layout)?;
        self.declared.iter().try_for_each(|table| table.fits(layout.width))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesascope_tasks::{Function, Sample};

    fn sample(network: &str, extra: &str, task: &Labelled, seed: u64) -> Sample {
        let settings = format!("{{\"network\": {{\"mlp\": {network}}}, {extra}}}");
        let prior: Prior = serde_json::from_str(&settings).unwrap();
        prior.check(&Layout::of_bits(task.width, task.rows())).unwrap();
        match prior.train(task, Key::from_seed(seed)).unwrap().agent {
            Agent::Sample(sample) => sample,
            other => panic!("{other:?} is no sample"),
        }
    }

    /// Nothing is shown.
    fn free(inputs: usize) -> Labelled {
        Labelled::new(vec![], inputs, vec![])
    }

    #[test]
    fn of_one_input_without_bias_each_sign_of_the_weight_is_one_function() {
        let linear = r#"{"hidden": [], "biases": "none"}"#;
        let sample = sample(linear, r#""draws": 10000"#, &free(1), 1);
        sample.check().unwrap();
        assert_eq!((sample.draws, sample.fits, sample.unlisted), (10_000, 10_000, 0));
        assert_eq!(sample.counts.len(), 2, "the constant 0 and the input itself");
        // Four standard deviations of Binomial(10000, 1/2).
        let copies = sample.count(Function(0b10)).unwrap();
        assert!(copies.abs_diff(5_000) < 200, "{copies} copy the input");
    }

    #[test]
    fn draws_with_the_shown_labels_fit_in_either_coding() {
        for coding in [[0.0, 1.0], [-1.0, 1.0]] {
            let shown = vec![coding[1], coding[0]];
            let task = Labelled::new(shown, 2, vec![1]).coded(coding);
            let sample = sample(r#"{"hidden": [4]}"#, r#""draws": 400"#, &task, 2);
            let fit = sample.counts.iter().filter(|(function, _)| function.label(2) == 1);
            assert_eq!(sample.fits, fit.map(|(_, count)| count).sum::<u64>());
            assert!(sample.fits > 100 && sample.fits < 300, "{} of 400 fit", sample.fits);
        }
    }

    #[test]
    fn enough_fits_end_a_trial_at_the_draw_that_makes_them_enough() {
        let task = Labelled::new(vec![0.0, 1.0], 2, vec![1]).coded([0.0, 1.0]);
        let network = r#"{"hidden": [4]}"#;
        let whole = sample(network, r#""draws": 4000"#, &task, 5);
        let short = sample(network, r#""draws": 4000, "enough_fits": 100"#, &task, 5);
        short.check().unwrap();
        assert_eq!(short.fits, 100);
        assert!(short.draws < whole.draws && whole.fits > 100);
        // Cut there, the same stream of draws has no more fits, and one draw less has one less.
        let cut = |draws: u64| sample(network, &format!("\"draws\": {draws}"), &task, 5);
        assert_eq!(cut(short.draws).counts, short.counts);
        assert_eq!(cut(short.draws - 1).fits, 99);
        // Where they never come, all draws are made.
        let never = sample(network, r#""draws": 50, "enough_fits": 100"#, &task, 5);
        assert_eq!(never.draws, 50);
    }

    #[test]
    fn a_full_list_counts_the_rest_together_and_declared_functions_apart() {
        let extra = r#""draws": 300, "most_functions": 2, "declared": ["00000000", "11111111"]"#;
        let sample = sample(r#"{"hidden": [10]}"#, extra, &free(3), 3);
        sample.check().unwrap();
        assert_eq!(sample.counts.len(), 2);
        assert!(sample.unlisted > 0 && sample.unlisted_fits == sample.unlisted);
    }

    #[test]
    fn what_cannot_be_counted_is_refused_beforehand() {
        let settings = r#"{"network": {"mlp": {"hidden": []}}, "draws": 5, "declared": ["0110"]}"#;
        let prior: Prior = serde_json::from_str(settings).unwrap();
        assert!(prior.check(&Layout::of_bits(2, 0)).is_ok());
        assert!(prior.check(&Layout::of_bits(3, 0)).unwrap_err().why.contains("4 rows"));
        assert!(prior.check(&Layout::of_bits(8, 0)).unwrap_err().why.contains("at most 7"));
    }
}
