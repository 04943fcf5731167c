//! Soft-optimal policies: agents that pursue a goal the better the more rational they are.
//!
//! The rationality, in 1 / reward, runs from 0 to infinity. At 0 everything is as likely as the form
//! of softness says before any goal is known; at infinity only optimal actions are taken.

use std::hash::Hash;
use std::sync::Arc;

use super::rows::Rows;
use super::{Goal, Graph, Solution};

/// What the falling short of an agent consists in. Writing `Q(s, a, n)` for what an action is worth
/// with `n` steps left, the probability of an action is in proportion to `exp(beta Q)` in all of
/// them, and they differ in what is counted on afterwards, `V(s, n - 1)` in
/// `Q(s, a, n) = E[reward + discount V(s', n - 1)]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Softness {
    /// It chooses softly now and counts on choosing best afterwards: `V = max_a Q`. At 0 actions are
    /// uniform, at infinity uniform over optimal actions (Baker, Saxe and Tenenbaum 2009, "Action
    /// understanding as inverse planning").
    Now,
    /// It knows that it chooses softly, and departing from uniform actions costs `1 / beta` a nat:
    /// `V = (1 / beta) ln mean_a exp(beta Q)`. At 0 actions are uniform, at infinity optimal actions
    /// are as likely as uniform actions are to go on optimally after them (Todorov 2009, "Efficient
    /// computation of optimal actions"). Where episodes cannot end early it is
    /// [`Softness::Entropy`].
    Relative,
    /// It is paid `1 / beta` a nat of entropy: `V = (1 / beta) ln sum_a exp(beta Q)`. At infinity
    /// optimal actions are the likelier the more ways lead on optimally. An agent of little
    /// rationality shuns what ends the episode, even where its goal asks for it, since nothing more
    /// can be chosen afterwards: at 0 it is not uniform over actions but, where nothing is discounted,
    /// over ways (Ziebart 2010, "Modeling purposeful adaptive behavior with the principle of maximum
    /// causal entropy").
    Entropy,
}

/// A soft-optimal policy for a goal on a level, at every state and every number of steps left.
#[derive(Clone, Debug)]
pub struct Soft<S> {
    /// The states that can be reached.
    pub graph: Arc<Graph<S>>,
    softness: Softness,
    rationality: f64,
    discount: f64,
    horizon: u32,
    worths: Vec<f64>,
    values: Rows,
    /// At infinite rationality, where the solution alone does not say how optimal actions share.
    limit: Option<Limit<S>>,
}

/// How optimal actions share at infinite rationality: `beta V` tends to `beta V* + extra`.
#[derive(Clone, Debug)]
struct Limit<S> {
    best: Solution<S>,
    extra: Option<Rows>,
}

impl<S: Copy + Ord + Hash> Soft<S> {
    /// The soft-optimal policy of this rationality, in 1 / reward, 0 to infinity. Panics where it is
    /// below 0 or not a number, and for [`Softness::Entropy`] at 0, where values are infinite.
    ///
    /// Beyond 10^6 per unit of reward, ties are parted by rounding (a value of 1 is known to
    /// 10^-15); infinity has the solver's tolerance for ties, [`super::solve::EQUAL`].
    pub fn of(
        graph: Arc<Graph<S>>,
        goal: &Goal,
        horizon: u32,
        discount: f64,
        softness: Softness,
        rationality: f64,
    ) -> Soft<S> {
        assert!(rationality >= 0.0, "a rationality is 0 or more, not {rationality}");
        let valued = softness != Softness::Entropy || rationality > 0.0;
        assert!(valued, "at rationality 0 entropy is worth infinitely much");
        let worths = graph.worths(goal);
        let mut limit = None;
        let mut row = vec![0.0; graph.actions];
        let values = Rows::backwards(graph.states.len(), horizon, 0, |_, later, now| {
            if softness == Softness::Now || rationality == f64::INFINITY {
                return graph.best_values(&worths, discount, later, now);
            }
            for (state, value) in now.iter_mut().enumerate() {
                graph.action_values(&worths, discount, later, state, &mut row);
                *value = soft_value(&mut row, softness, rationality);
            }
        });
        if rationality == f64::INFINITY {
            let best = Solution::of(graph.clone(), goal, horizon, discount);
            let extra = (softness != Softness::Now).then(|| shares(&best, softness));
            limit = Some(Limit { best, extra });
        }
        Soft { graph, softness, rationality, discount, horizon, worths, values, limit }
    }

    /// What it falls short in.
    pub fn softness(&self) -> Softness {
        self.softness
    }

    /// Its rationality, in 1 / reward.
    pub fn rationality(&self) -> f64 {
        self.rationality
    }

    /// What the agent counts on in a state with so many steps left, `V`, in units of reward: with
    /// the price of its choices. What the policy earns is [`Soft::earns`].
    pub fn value_at(&self, state: usize, left: u32) -> f64 {
        assert!(left <= self.horizon, "{left} steps are left of {}", self.horizon);
        self.values.row(left)[..self.graph.states.len()][state]
    }

    /// Writes the logarithm of the probability of every action, in nats, `[action]`; minus infinity
    /// for what is never done.
    pub fn log_probabilities(&self, state: usize, left: u32, logs: &mut [f64]) {
        assert_eq!(logs.len(), self.graph.actions, "logs are [action]");
        assert!(left > 0, "no action is taken where no step is left");
        if let Some(limit) = &self.limit {
            limit.scores(state, left, logs);
        } else {
            let later = self.values.row(left - 1);
            self.graph.action_values(&self.worths, self.discount, later, state, logs);
            let most = largest(logs);
            logs.iter_mut().for_each(|log| *log = self.rationality * (*log - most));
        }
        let total = log_mean_exp(logs) + libm::log(logs.len() as f64);
        logs.iter_mut().for_each(|log| *log -= total);
    }

    /// The policy: the probability of every action, `[steps left - 1, state, action]`.
    pub fn policy(&self) -> Vec<f64> {
        let (states, actions) = (self.graph.states.len(), self.graph.actions);
        let mut policy = vec![0.0; self.horizon as usize * states * actions];
        for (at, row) in policy.chunks_mut(actions).enumerate() {
            self.log_probabilities(at % states, (at / states) as u32 + 1, row);
            row.iter_mut().for_each(|log| *log = libm::exp(*log));
        }
        policy
    }

    /// What the policy earns for a goal from the start, without the price of choices.
    pub fn earns(&self, goal: &Goal) -> f64 {
        let (policy, states) = (self.policy(), self.graph.states.len());
        let probability = |state: usize, left: u32, action: usize| {
            policy[((left as usize - 1) * states + state) * self.graph.actions + action]
        };
        Solution::of_policy(&self.graph, goal, self.horizon, self.discount, probability)
    }
}

impl<S: Copy + Ord + Hash> Limit<S> {
    /// Writes the logarithm of what each action is likely in proportion to, `[action]`.
    fn scores(&self, state: usize, left: u32, logs: &mut [f64]) {
        let best = self.best.actions(state, left);
        for (action, log) in logs.iter_mut().enumerate() {
            *log = match &self.extra {
                _ if !best.has(action as u8) => f64::NEG_INFINITY,
                None => 0.0,
                Some(extra) => {
                    let later = extra.row(left - 1);
                    self.best.discount() * self.best.graph.mean_after(later, state, action)
                }
            };
        }
    }
}

/// How optimal actions share in the limit: the `L` of `V = V* + L / beta`, to first order, is
/// `L(s, n) = ln mean_a exp(discount E L(s', n - 1))`, or the sum, over optimal actions alone.
fn shares<S: Copy + Ord + Hash>(best: &Solution<S>, softness: Softness) -> Rows {
    let graph = &best.graph;
    let mut scores = vec![0.0; graph.actions];
    Rows::backwards(graph.states.len(), best.horizon(), best.steady(), |left, later, now| {
        for (state, extra) in now.iter_mut().enumerate() {
            let optimal = best.actions(state, left);
            for (action, score) in scores.iter_mut().enumerate() {
                *score = match optimal.has(action as u8) {
                    true => best.discount() * graph.mean_after(later, state, action),
                    false => f64::NEG_INFINITY,
                };
            }
            *extra = log_mean_exp(&scores) + entropy_of_uniform(softness, scores.len());
        }
    })
}

/// The soft value of a state whose actions are worth `row`, `[action]`.
fn soft_value(row: &mut [f64], softness: Softness, rationality: f64) -> f64 {
    if rationality == 0.0 {
        return row.iter().sum::<f64>() / row.len() as f64;
    }
    let most = largest(row);
    row.iter_mut().for_each(|worth| *worth = rationality * (*worth - most));
    most + (log_mean_exp(row) + entropy_of_uniform(softness, row.len())) / rationality
}

/// What is paid for uniform actions, in nats, beside what departing from them costs.
fn entropy_of_uniform(softness: Softness, actions: usize) -> f64 {
    match softness {
        Softness::Entropy => libm::log(actions as f64),
        Softness::Now | Softness::Relative => 0.0,
    }
}

/// The logarithm of the mean of `exp`, exact to the last digits where all are nearly alike, as they
/// are at small rationality.
fn log_mean_exp(logs: &[f64]) -> f64 {
    let most = largest(logs);
    let over = logs.iter().map(|log| libm::expm1(log - most)).sum::<f64>() / logs.len() as f64;
    most + libm::log1p(over)
}

fn largest(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

#[cfg(test)]
mod tests {
    use mesascope_stats::Key;

    use super::*;
    use crate::Corner;
    use crate::grid::{Drawing, Grid};

    const ALL: [Softness; 3] = [Softness::Now, Softness::Relative, Softness::Entropy];
    const HORIZON: u32 = 12;

    fn world() -> Corner {
        toml::from_str("side = 6\ncorner = 2").unwrap()
    }

    fn graphs(count: usize) -> Vec<Arc<Graph<crate::corner::State>>> {
        let (world, mut draws) = (world(), Key::from_seed(4).draws());
        (0..count).map(|_| Arc::new(world.graph(&world.generate(1, &mut draws)))).collect()
    }

    fn soft<S: Copy + Ord + Hash>(
        graph: &Arc<Graph<S>>,
        goal: &Goal,
        softness: Softness,
        rationality: f64,
    ) -> Soft<S> {
        Soft::of(graph.clone(), goal, HORIZON, 0.95, softness, rationality)
    }

    fn apart(one: &[f64], other: &[f64]) -> f64 {
        one.iter().zip(other).map(|(one, other)| (one - other).abs()).fold(0.0, f64::max)
    }

    #[test]
    fn at_rationality_0_actions_are_uniform_and_hardly_above_it_nearly_so() {
        for graph in graphs(10) {
            for goal in world().goals() {
                let uniform = vec![0.25; 4 * graph.states.len()];
                let random = Solution::of_steady_policy(&graph, &goal, HORIZON, 0.95, &uniform);
                for softness in [Softness::Now, Softness::Relative] {
                    let at = |rationality| soft(&graph, &goal, softness, rationality);
                    assert!(at(0.0).policy().iter().all(|&p| (p - 0.25).abs() < 1e-15));
                    assert!((at(0.0).earns(&goal) - random).abs() < 1e-13);
                    assert!(at(1e-9).policy().iter().all(|&p| (p - 0.25).abs() < 1e-9));
                }
                let values = [0.0, 1e-12].map(|rationality| {
                    soft(&graph, &goal, Softness::Relative, rationality).value_at(0, HORIZON)
                });
                assert!((values[0] - random).abs() < 1e-13, "what it counts on is what it earns");
                assert!((values[1] - random).abs() < 1e-11, "no digit is lost just above 0");
            }
        }
    }

    #[test]
    fn at_infinite_rationality_optimal_actions_alone_are_taken_as_at_a_great_one() {
        for graph in graphs(10) {
            for goal in world().goals() {
                let best = Solution::of(graph.clone(), &goal, HORIZON, 0.95);
                for softness in ALL {
                    let limit = soft(&graph, &goal, softness, f64::INFINITY);
                    // Detours cost at least 0.95^11 x 0.05, which this makes 280 nats.
                    let great = soft(&graph, &goal, softness, 1e4);
                    assert!(apart(&limit.policy(), &great.policy()) < 1e-9, "{softness:?}");
                    assert!((limit.earns(&goal) - best.value()).abs() < 1e-13);
                    assert_eq!(limit.value_at(0, HORIZON), best.value());
                    for (at, row) in limit.policy().chunks(4).enumerate() {
                        let left = (at / graph.states.len()) as u32 + 1;
                        let set = best.actions(at % graph.states.len(), left);
                        let share = 1.0 / f64::from(set.count());
                        for (action, &p) in row.iter().enumerate() {
                            assert_eq!(set.has(action as u8), p > 0.0);
                            let uniform = p == 0.0 || (p - share).abs() < 1e-15;
                            assert!(softness != Softness::Now || uniform);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn more_rationality_never_earns_less() {
        // Each maximises what it earns, less its price divided by beta, so that with a greater beta
        // it cannot earn less. Of `Now` it need not hold: it maximises nothing over a whole episode.
        let rationalities = [1e-3, 0.1, 0.5, 1.0, 3.0, 10.0, 100.0, 1e4, f64::INFINITY];
        let mut rises = 0;
        for graph in graphs(20) {
            let mut goals = world().goals();
            goals.push(Goal::new("not the cheese", &[(0, -1.0), (1, 0.5)]));
            for goal in &goals {
                for softness in [Softness::Relative, Softness::Entropy] {
                    let earned =
                        rationalities.map(|one| soft(&graph, goal, softness, one).earns(goal));
                    for pair in earned.windows(2) {
                        assert!(pair[1] >= pair[0] - 1e-12, "{softness:?}: {earned:?}");
                        rises += u32::from(pair[1] > pair[0] + 1e-6);
                    }
                }
            }
        }
        assert!(rises > 100, "rationality matters: {rises}");
    }

    #[test]
    fn where_nothing_is_discounted_or_left_to_chance_ways_are_weighed_by_what_they_earn() {
        // Of maximum entropy: a way has probability in proportion to exp(beta return); relative to
        // uniform actions times the probability of it under these (Ziebart 2010, section 4).
        let world = world();
        let text = "######\n#..#.#\n#.@*.#\n#..#.#\n#....#\n######\n";
        let level = world.parse(&Drawing::read(text, world.signs()).unwrap()).unwrap();
        let goal = Goal::new("both", &[(0, 1.0), (1, 0.75)]);
        let graph = Arc::new(world.graph(&level));
        fn ways(
            graph: &Graph<crate::corner::State>,
            goal: &Goal,
            each: f64,
            (state, left, weight): (usize, u32, f64),
        ) -> f64 {
            if left == 0 {
                return weight;
            }
            let after = |action: usize| {
                let edge = graph.edges(state, action).next().unwrap();
                let weight = weight * each * (1.5 * goal.worth(edge.events)).exp();
                match edge.next {
                    None => weight,
                    Some(next) => ways(graph, goal, each, (next as usize, left - 1, weight)),
                }
            };
            (0..4).map(after).sum()
        }
        for (softness, each) in [(Softness::Entropy, 1.0), (Softness::Relative, 0.25)] {
            let soft = Soft::of(graph.clone(), &goal, 6, 1.0, softness, 1.5);
            let all = ways(&graph, &goal, each, (0, 6, 1.0));
            assert!((1.5 * soft.value_at(0, 6) - all.ln()).abs() < 1e-12, "{softness:?}");
            let mut logs = [0.0; 4];
            soft.log_probabilities(0, 6, &mut logs);
            for (action, log) in logs.iter().enumerate() {
                let edge = graph.edges(0, action).next().unwrap();
                let first = each * (1.5 * goal.worth(edge.events)).exp();
                let part = match edge.next {
                    None => first,
                    Some(next) => ways(&graph, &goal, each, (next as usize, 5, first)),
                };
                assert!((log.exp() - part / all).abs() < 1e-12, "{softness:?}, {action}");
            }
        }
    }

    #[test]
    fn an_agent_paid_for_entropy_shuns_the_end_that_it_is_after() {
        let world = world();
        let text = "######\n#...##\n#.@*##\n#...##\n######\n######\n";
        let level = world.parse(&Drawing::read(text, world.signs()).unwrap()).unwrap();
        let graph = Arc::new(world.graph(&level));
        let right = |softness, rationality| {
            let mut logs = [0.0; 4];
            let soft = soft(&graph, &world.goals()[0], softness, rationality);
            soft.log_probabilities(0, HORIZON, &mut logs);
            logs[3].exp()
        };
        assert!(right(Softness::Entropy, 0.5) < 0.01, "{}", right(Softness::Entropy, 0.5));
        assert!(right(Softness::Relative, 0.5) > 0.25);
        assert!(right(Softness::Now, 0.5) > 0.25);
    }

    #[test]
    #[should_panic(expected = "entropy is worth infinitely much")]
    fn entropy_has_no_value_at_rationality_0() {
        soft(&graphs(1)[0], &world().goals()[0], Softness::Entropy, 0.0);
    }
}
