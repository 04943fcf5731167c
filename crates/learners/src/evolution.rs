//! Evolution: random changes of a network, kept by how well the changed networks fit the shown rows.
//! No gradient of the loss is ever seen.
//!
//! Two strategies, on the loss, the network and the stopping rules of `supervised`:
//! - `smoothed-gradient`: the mean of random changes, each weighted by the loss where it leads
//!   (Salimans et al. 2017, "Evolution Strategies as a Scalable Alternative to Reinforcement
//!   Learning", algorithm 1, with every change tried both ways). It estimates the gradient of the loss
//!   as smoothed by changes of that size: with many small changes it is gradient descent.
//! - `accept-if-not-worse`: one random change at a time, kept where the loss does not rise (Whitelam et
//!   al. 2021, "Correspondence between neuroevolution and gradient descent", Nature Communications
//!   12:6317). With small changes it is gradient descent with noise, at a clipped speed.

use mesascope_nets::{Block, Found, Loss, NonNegative, Optimiser, Positive};
use mesascope_stats::Key;
use mesascope_tasks::{Labelled, Layout};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::agent::Agent;
use crate::stop::{self, Starts, Stop};
use crate::strategies::{self, Fitness, accept_if_not_worse, smoothed_gradient};
use crate::supervised::{Architecture, MaxSteps};
use crate::{Diverged, Learner, LearnerScope, Learns, Trained, Unfit};

/// Moves when the same rows, settings and key come to give another network.
pub const NUMERICS: u32 = 1;

/// Networks tried by which the cost of a trial is bounded where it may try more.
const FEW: u64 = 2_000_000;

/// Products of a weight and a row that a trial may take at most.
const MOST_PRODUCTS: f64 = 1e15;

/// Products a second on one core, for the estimate in a refusal.
const PRODUCTS_A_SECOND: f64 = 1e10;

/// Settings of the learner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evolution {
    /// The network: `{ mlp = { hidden = [10] } }`.
    pub network: Architecture,
    /// How changes are made and kept:
    /// `{ smoothed-gradient = { population = 64, sigma = 0.1, optimiser = { sgd = {} } } }` or
    /// `{ accept-if-not-worse = { sigma = 0.01 } }`.
    pub strategy: Strategy,
    /// When to stop; looked at once a generation. Default: first-fit.
    #[serde(default)]
    pub stop: Stop,
    /// Generations after which training ends, fitted or not, 0 to 10,000,000. 0 leaves the network
    /// as it was drawn. Default: 20000.
    #[serde(default)]
    pub max_steps: MaxSteps,
    /// Fresh networks that training may begin from, one after another, until it ends fitted: 1 to
    /// 1,000. More than 1 is for rules that an unlucky start misses, such as a bin of normalised
    /// loss. Default: 1.
    #[serde(default, skip_serializing_if = "Starts::is_default")]
    pub starts: Starts,
}

/// How changes are made and kept.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Strategy {
    /// A generation tries a population of changes, and moves against the mean of them, each weighted
    /// by the loss where it leads.
    SmoothedGradient {
        /// Networks of a generation, an even number from 2 to 65,536: every change is tried both
        /// ways. No default.
        population: Population,
        /// Standard deviation of the change of every parameter, in parameter units: above 0. No
        /// default.
        sigma: Positive,
        /// What weighs a change: `loss`, the loss itself, or `ranks`, its rank in the generation,
        /// evenly spaced from -1/2 to 1/2. Default: loss.
        #[serde(default)]
        fitness: Fitness,
        /// What makes a step of the estimated gradient; its learning rate 0 leaves the network as
        /// it was drawn. No default.
        optimiser: Optimiser,
    },
    /// A generation tries one change and keeps it unless the loss rises.
    AcceptIfNotWorse {
        /// Standard deviation of the change of every parameter, in parameter units: at least 0,
        /// where 0 leaves the network as it was drawn. No default.
        sigma: NonNegative,
    },
}

/// Networks of one generation, an even number from 2 to 65,536.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "i64", into = "i64")]
pub struct Population(#[schemars(range(min = 2, max = 65_536))] i64);

impl TryFrom<i64> for Population {
    type Error = String;
    fn try_from(networks: i64) -> Result<Population, String> {
        match networks {
            2..=65_536 if networks % 2 == 0 => Ok(Population(networks)),
            _ => Err(format!(
                "population is an even whole number from 2 to 65,536 (every change is tried both \
                 ways), not {networks}"
            )),
        }
    }
}

impl From<Population> for i64 {
    fn from(networks: Population) -> i64 {
        networks.0
    }
}

impl Learns for Evolution {
    fn train(&self, task: &Labelled, key: Key) -> Result<Trained, Diverged> {
        self.starts.train(key, |key| self.train_once(task, key))
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        let mut files = mesascope_nets::numerics();
        files.push(("learners/evolution", NUMERICS));
        files.push(("learners/stop", stop::NUMERICS));
        files.push(("learners/strategies", strategies::NUMERICS));
        files.push(("stats/key", mesascope_stats::NUMERICS));
        files
    }

    fn scope(&self, inputs: usize) -> LearnerScope {
        let Architecture::Mlp(mlp) = &self.network;
        let strategy = match self.strategy {
            Strategy::SmoothedGradient { population, sigma, .. } => {
                format!("smoothed gradient, {} networks, sigma {}", population.0, sigma.get())
            }
            Strategy::AcceptIfNotWorse { sigma } => {
                format!("accept if not worse, sigma {}", sigma.get())
            }
        };
        LearnerScope {
            architecture: self.network.words(),
            objective: format!("evolution ({strategy}) {}", self.stop.words()),
            parameters: mlp.parameter_count(inputs, 1),
        }
    }

    /// A bound: the stopping rule may end a trial long before its last generation.
    fn lighter(&self) -> Option<(Learner, u64)> {
        let few = FEW / self.tried_a_generation();
        let times = self.max_steps.get().div_ceil(few.max(1));
        (times >= 2).then(|| {
            let max_steps = MaxSteps::try_from(few.max(1) as i64).expect("fewer than allowed");
            (Learner::Evolution(Evolution { max_steps, ..self.clone() }), times)
        })
    }

    fn check(&self, layout: &Layout) -> Result<(), Unfit> {
        let Architecture::Mlp(mlp) = &self.network;
        self.stop.check(layout, mlp.activation)?;
        let rows = layout.shown.next_multiple_of(16) as f64;
        let numbers = mlp.parameter_count(layout.width, 1);
        let of_a_generation = self.tried_a_generation() as f64 * rows * numbers as f64;
        let steps = self.max_steps.get() as f64 * self.starts.get() as f64;
        match of_a_generation * steps <= MOST_PRODUCTS {
            true => Ok(()),
            false => Err(Unfit {
                field: vec!["max_steps"],
                why: format!(
                    "{steps} generations (of all starts) of {} networks of {numbers} numbers take about {:.0} hours \
                     a trial; max_steps = {:.0} would take {:.0}",
                    self.tried_a_generation(),
                    of_a_generation * steps / PRODUCTS_A_SECOND / 3600.0,
                    (MOST_PRODUCTS / of_a_generation / self.starts.get() as f64).floor(),
                    MOST_PRODUCTS / PRODUCTS_A_SECOND / 3600.0
                ),
            }),
        }
    }
}

impl Evolution {
    fn train_once(&self, task: &Labelled, key: Key) -> Result<Trained, Diverged> {
        let [start_key, noise_key] = key.split();
        let mut draws = noise_key.draws();
        let Architecture::Mlp(mlp) = &self.network;
        let network = mlp.initialise(task.width, 1, start_key);
        let optimiser = match self.strategy {
            Strategy::SmoothedGradient { optimiser, .. } => optimiser,
            Strategy::AcceptIfNotWorse { .. } => Optimiser::sgd(),
        };
        let mut block = Block::new(&network, task.rows(), Loss::Logistic, &optimiser);
        // One member is the network that evolves, the other every network that is tried.
        let [own, other] = [(); 2].map(|()| block.enter(&network, &task.inputs, &task.labels));
        let mut parameters = network.parameters;
        let mut slopes = vec![0.0; parameters.len()];
        let (mut step, mut path_length) = (0, 0.0);
        loop {
            let found = block.loss(own);
            let diverged = |value: f64| {
                let cause = format!("the loss of a network is {value}");
                Err(Diverged { step, cause })
            };
            if !found.loss.is_finite() {
                return diverged(f64::from(found.loss));
            }
            let last = step >= self.max_steps.get();
            if let Some(fitted) = self.stop.look(found, task, last, || block.network(own)) {
                return Ok(Trained {
                    agent: Agent::Network(block.leave(own)),
                    steps: step,
                    path_length: Some(path_length),
                    loss: Some(f64::from(found.loss)),
                    fitted,
                });
            }
            let mut evaluate = |tried: &[f32]| {
                block.parameters(other).copy_from_slice(tried);
                let Found { loss, .. } = block.loss(other);
                f64::from(loss)
            };
            match self.strategy {
                Strategy::SmoothedGradient { population, sigma, fitness, .. } => {
                    let (pairs, sigma) = (population.0 as usize / 2, sigma.get());
                    let (draws, slopes) = (&mut draws, &mut slopes);
                    let mean = smoothed_gradient(
                        &parameters,
                        pairs,
                        sigma,
                        fitness,
                        draws,
                        &mut evaluate,
                        slopes,
                    );
                    if let Err(value) = mean {
                        return diverged(value);
                    }
                    block.set_gradient(own, slopes);
                    path_length += block.step(own);
                    parameters.copy_from_slice(block.parameters(own));
                }
                Strategy::AcceptIfNotWorse { sigma } => {
                    let (value, sigma) = (f64::from(found.loss), sigma.get());
                    let kept = accept_if_not_worse(
                        &mut parameters,
                        value,
                        sigma,
                        &mut draws,
                        &mut evaluate,
                    );
                    match kept {
                        Err(value) => return diverged(value),
                        Ok(None) => {}
                        Ok(Some((_, length))) => {
                            path_length += length;
                            block.parameters(own).copy_from_slice(&parameters);
                        }
                    }
                }
            }
            step += 1;
        }
    }

    /// Networks tried in a generation.
    fn tried_a_generation(&self) -> u64 {
        match self.strategy {
            Strategy::SmoothedGradient { population, .. } => population.0 as u64,
            Strategy::AcceptIfNotWorse { .. } => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesascope_nets::{Mlp, Network};
    use mesascope_tasks::Labeller;
    use serde_json::{Value, json};

    fn learner(strategy: Value, extra: Value) -> Evolution {
        let mut all = json!({"network": {"mlp": {"hidden": [8]}}, "strategy": strategy});
        all.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let learner: Evolution = serde_json::from_value(all).unwrap();
        learner.check(&Layout::of_bits(2, 4)).unwrap();
        learner
    }

    fn smoothed(population: u64, sigma: f64, rate: f64) -> Value {
        json!({"smoothed-gradient": {"population": population, "sigma": sigma,
            "optimiser": {"sgd": {"learning_rate": rate}}}})
    }

    fn exclusive_or() -> Labelled {
        Labelled::new(vec![0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0], 2, vec![0, 1, 1, 0])
    }

    #[test]
    fn both_strategies_fit_what_they_are_shown_and_the_same_key_evolves_the_same() {
        let ranked = json!({"smoothed-gradient": {"population": 32, "sigma": 0.1,
            "fitness": "ranks", "optimiser": {"adam": {"learning_rate": 0.05}}}});
        for strategy in
            [smoothed(32, 0.1, 0.5), ranked, json!({"accept-if-not-worse": {"sigma": 0.05}})]
        {
            let (learner, task) = (learner(strategy.clone(), json!({})), exclusive_or());
            let trained = learner.train(&task, Key::from_seed(1)).unwrap();
            assert!(trained.fitted && trained.steps > 0, "{strategy}");
            assert!(trained.path_length.unwrap() > 0.0, "{strategy}");
            assert_eq!(trained.agent.labels(&task.inputs, 2), task.labels, "{strategy}");
            assert_eq!(learner.train(&task, Key::from_seed(1)).unwrap(), trained, "{strategy}");
            assert_ne!(learner.train(&task, Key::from_seed(2)).unwrap(), trained, "{strategy}");
        }
    }

    #[test]
    fn the_loss_falls_and_never_rises_where_worse_changes_are_turned_down() {
        let after = |strategy: Value, steps: u64| {
            let extra = json!({"stop": "after-max-steps", "max_steps": steps});
            learner(strategy, extra).train(&exclusive_or(), Key::from_seed(5)).unwrap()
        };
        let mutation = || json!({"accept-if-not-worse": {"sigma": 0.02}});
        let losses: Vec<f64> = (0..8).map(|n| after(mutation(), 60 * n).loss.unwrap()).collect();
        assert!(losses.windows(2).all(|pair| pair[1] <= pair[0]), "{losses:?}");
        assert!(losses[7] < losses[0], "{losses:?}");
        let [fresh, trained] = [0, 200].map(|n| after(smoothed(32, 0.1, 0.5), n).loss.unwrap());
        assert!(trained < 0.8 * fresh, "{fresh} fell to {trained}");
    }

    /// The network after some steps from the start of this key.
    fn evolved(strategy: Value, steps: u64, key: u64) -> Network<f32> {
        let extra = json!({"stop": "after-max-steps", "max_steps": steps});
        let trained = learner(strategy, extra).train(&exclusive_or(), Key::from_seed(key));
        match trained.unwrap().agent {
            Agent::Network(network) => network,
            other => panic!("{other:?} is no network"),
        }
    }

    #[test]
    fn a_large_population_of_small_changes_takes_the_path_of_gradient_descent() {
        // 30 steps of rate 0.2. With n pairs and d parameters the angle between the estimate and
        // the gradient has a tangent of about sqrt(d / n): 33 parameters, 8,192 pairs, 0.06.
        let start = evolved(smoothed(2, 0.01, 0.2), 0, 7);
        let mut descended = start.clone();
        let mut workspace = mesascope_nets::Workspace::new();
        let task = exclusive_or();
        for _ in 0..30 {
            descended.gradient(&task.inputs, &task.labels, Loss::Logistic, &mut workspace);
            let steps = descended.parameters.iter_mut().zip(&workspace.gradient);
            steps.for_each(|(parameter, slope)| *parameter -= 0.2 * slope);
        }
        let distance = |network: &Network<f32>| {
            let both = network.parameters.iter().zip(&descended.parameters);
            both.map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt()
        };
        let whole = distance(&start);
        let near = distance(&evolved(smoothed(16_384, 0.01, 0.2), 30, 7));
        assert!(near < 0.1 * whole, "ends {near} away, of a path of {whole}");
        // The mutant: a pair of changes a step wanders off.
        let far = distance(&evolved(smoothed(2, 0.01, 0.2), 30, 7));
        assert!(far > 0.3 * whole, "with one pair it ends {far} away, of {whole}");
    }

    #[test]
    fn at_a_learning_rate_or_a_change_of_0_the_network_stays_as_it_was_drawn() {
        let Architecture::Mlp(mlp) = learner(smoothed(2, 0.1, 0.0), json!({})).network;
        let [start_key, _] = Key::from_seed(3).split();
        let fresh = Mlp::initialise(&mlp, 2, 1, start_key);
        for strategy in [smoothed(16, 0.1, 0.0), json!({"accept-if-not-worse": {"sigma": 0.0}})] {
            assert_eq!(evolved(strategy.clone(), 20, 3), fresh, "{strategy}");
        }
    }

    #[test]
    fn what_does_not_fit_is_not_fitted_and_what_diverges_says_at_which_step() {
        let network = json!({"network": {"mlp": {"hidden": []}}, "max_steps": 50});
        let linear = learner(smoothed(8, 0.1, 0.1), network);
        let trained = linear.train(&exclusive_or(), Key::from_seed(1)).unwrap();
        assert_eq!((trained.fitted, trained.steps), (false, 50));
        let extra = json!({"stop": {"loss": 1e-6}});
        for strategy in [smoothed(8, 0.1, 1e30), json!({"accept-if-not-worse": {"sigma": 1e38}})] {
            let wild = learner(strategy.clone(), extra.clone());
            let error = wild.train(&exclusive_or(), Key::from_seed(1)).unwrap_err();
            assert!(error.to_string().contains("diverged at step"), "{strategy}: {error}");
        }
    }

    #[test]
    fn settings_out_of_range_are_refused_with_the_range() {
        let read = |strategy: Value| {
            let all = json!({"network": {"mlp": {"hidden": [8]}}, "strategy": strategy});
            serde_json::from_value::<Evolution>(all).unwrap_err().to_string()
        };
        for (strategy, says) in [
            (smoothed(3, 0.1, 0.1), "an even whole number from 2 to 65,536"),
            (smoothed(0, 0.1, 0.1), "not 0"),
            (smoothed(65_538, 0.1, 0.1), "not 65538"),
            (smoothed(4, 0.0, 0.1), "above 0"),
            (smoothed(4, 0.1, -0.1), "at least 0"),
            (json!({"accept-if-not-worse": {"sigma": -0.1}}), "at least 0"),
            (json!({"accept-if-not-worse": {"sigma": 0.1, "population": 4}}), "unknown field"),
            (json!({"crossover": {}}), "unknown variant"),
        ] {
            let error = read(strategy.clone());
            assert!(error.contains(says), "{strategy}: {error}");
        }
        let huge = json!({"network": {"mlp": {"hidden": [4096, 4096]}},
            "strategy": smoothed(65_536, 0.1, 0.1), "max_steps": 10_000_000});
        let huge: Evolution = serde_json::from_value(huge).unwrap();
        let error = huge.check(&Layout::of_bits(2, 4)).unwrap_err();
        assert_eq!(error.field, ["max_steps"]);
        assert!(error.why.contains("hours"), "{error}");
    }

    #[test]
    fn the_cost_of_many_generations_is_bounded_by_few() {
        let many = learner(smoothed(1_000, 0.1, 0.1), json!({"max_steps": 20_000}));
        let (lighter, times) = many.lighter().unwrap();
        let Learner::Evolution(lighter) = lighter else { panic!("{lighter:?}") };
        assert_eq!((lighter.max_steps.get(), times), (2_000, 10));
        assert!(learner(smoothed(10, 0.1, 0.1), json!({})).lighter().is_none());
    }
}
