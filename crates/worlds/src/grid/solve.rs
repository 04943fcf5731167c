//! Exact solutions: what a goal is worth at best, and which actions keep that.

use std::hash::Hash;
use std::sync::Arc;

use super::{Goal, Graph};

/// A set of actions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Actions(pub u8);

impl Actions {
    /// Whether an action is in it.
    #[inline]
    pub fn has(self, action: u8) -> bool {
        self.0 >> action & 1 == 1
    }

    /// The set with one more action.
    #[inline]
    pub fn and(self, action: u8) -> Actions {
        Actions(self.0 | 1 << action)
    }

    /// How many actions are in it.
    pub fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// Its actions in order.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        (0..8).filter(move |&action| self.has(action))
    }
}

/// How far, relative to the larger of 1 and the value, two values may lie apart and count as equal:
/// double precision adds up a few hundred terms within a thousandth of this.
pub const EQUAL: f64 = 1e-9;

/// The best that can be done for a goal on a level, at every state and every number of steps left.
#[derive(Clone, Debug)]
pub struct Solution<S> {
    /// The states that can be reached.
    pub graph: Arc<Graph<S>>,
    goal: Goal,
    discount: f64,
    horizon: u32,
    /// `[steps left, state]`.
    values: Vec<f64>,
}

impl<S: Copy + Ord + Hash> Graph<S> {
    /// Backwards from the last step: the value of a state with `n` steps left is the largest, over
    /// actions, of what the step is worth and the discounted value with `n - 1` steps left (Bellman
    /// 1957).
    pub fn solve(self, goal: &Goal, horizon: u32, discount: f64) -> Solution<S> {
        Solution::of(Arc::new(self), goal, horizon, discount)
    }

    /// What an action is worth in a state, where `values` are those of the states with one step
    /// less, `[state]`.
    pub fn worth(
        &self,
        goal: &Goal,
        discount: f64,
        values: &[f64],
        state: usize,
        action: usize,
    ) -> f64 {
        let each = self.edges(state, action).iter().map(|edge| {
            let later = edge.next.map_or(0.0, |next| discount * values[next as usize]);
            edge.probability * (goal.worth(edge.events) + later)
        });
        each.sum()
    }
}

impl<S: Copy + Ord + Hash> Solution<S> {
    /// As [`Graph::solve`], of a graph that several goals share.
    pub fn of(graph: Arc<Graph<S>>, goal: &Goal, horizon: u32, discount: f64) -> Solution<S> {
        let states = graph.states.len();
        let mut values = vec![0.0; (horizon as usize + 1) * states];
        for left in 1..=horizon as usize {
            let (before, here) = values.split_at_mut(left * states);
            let before = &before[(left - 1) * states..];
            for (state, value) in here[..states].iter_mut().enumerate() {
                let worth = |action| graph.worth(goal, discount, before, state, action);
                *value = (0..graph.actions).map(worth).fold(f64::NEG_INFINITY, f64::max);
            }
        }
        Solution { graph, goal: goal.clone(), discount, horizon, values }
    }

    /// The steps of an episode.
    pub fn horizon(&self) -> u32 {
        self.horizon
    }

    /// The best value from the start.
    pub fn value(&self) -> f64 {
        self.value_at(0, self.horizon)
    }

    /// The best value from a state with so many steps left.
    pub fn value_at(&self, state: usize, left: u32) -> f64 {
        self.values[left as usize * self.graph.states.len() + state]
    }

    /// What is lost by an action in a state with so many steps left, never below 0.
    pub fn regret(&self, state: usize, left: u32, action: u8) -> f64 {
        (self.value_at(state, left) - self.action_value(state, left, action)).max(0.0)
    }

    /// The best value after an action.
    pub fn action_value(&self, state: usize, left: u32, action: u8) -> f64 {
        assert!(left > 0, "no action is taken where no step is left");
        let states = self.graph.states.len();
        let values = &self.values[(left as usize - 1) * states..][..states];
        self.graph.worth(&self.goal, self.discount, values, state, usize::from(action))
    }

    /// The actions that keep the best value.
    pub fn actions(&self, state: usize, left: u32) -> Actions {
        let best = self.value_at(state, left);
        let slack = EQUAL * best.abs().max(1.0);
        let keeps = |action: &u8| self.action_value(state, left, *action) >= best - slack;
        (0..self.graph.actions as u8).filter(keeps).fold(Actions::default(), Actions::and)
    }

    /// The smallest and largest value of another goal over all policies that are optimal for this
    /// one. A policy is optimal if and only if it takes optimal actions wherever it can come, so
    /// that both are found backwards over those actions alone.
    pub fn between(&self, other: &Goal) -> (f64, f64) {
        let states = self.graph.states.len();
        let (mut least, mut most) = (vec![0.0; states], vec![0.0; states]);
        for left in 1..=self.horizon {
            let (before_least, before_most) = (least.clone(), most.clone());
            for state in 0..states {
                let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
                for action in self.actions(state, left).iter() {
                    let worth = |values: &[f64]| {
                        self.graph.worth(other, self.discount, values, state, usize::from(action))
                    };
                    low = low.min(worth(&before_least));
                    high = high.max(worth(&before_most));
                }
                (least[state], most[state]) = (low, high);
            }
        }
        (least[0], most[0])
    }

    /// What a policy is worth for a goal from the start. `policy` is the probability of each action
    /// in each state with so many steps left, `[action]`.
    pub fn of_policy(
        graph: &Graph<S>,
        goal: &Goal,
        horizon: u32,
        discount: f64,
        policy: impl Fn(usize, u32, usize) -> f64,
    ) -> f64 {
        let states = graph.states.len();
        let mut values = vec![0.0; states];
        for left in 1..=horizon {
            let before = values.clone();
            for (state, value) in values.iter_mut().enumerate() {
                *value = (0..graph.actions)
                    .map(|action| (action, policy(state, left, action)))
                    .filter(|&(_, probability)| probability > 0.0)
                    .map(|(action, probability)| {
                        probability * graph.worth(goal, discount, &before, state, action)
                    })
                    .sum();
            }
        }
        values[0]
    }
}
