//! Exact solutions: what a goal is worth at best, and which actions keep that.

use std::hash::Hash;
use std::sync::Arc;

use super::graph::MOST_ACTIONS;
use super::rows::{Rows, same};
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
    discount: f64,
    horizon: u32,
    /// What each edge is worth at once.
    worths: Vec<f64>,
    values: Rows,
}

impl<S: Copy + Ord + Hash> Graph<S> {
    /// Backwards from the last step: the value of a state with `n` steps left is the largest, over
    /// actions, of what the step is worth and the discounted value with `n - 1` steps left (Bellman
    /// 1957).
    pub fn solve(self, goal: &Goal, horizon: u32, discount: f64) -> Solution<S> {
        Solution::of(Arc::new(self), goal, horizon, discount)
    }
}

impl<S: Copy + Ord + Hash> Solution<S> {
    /// As [`Graph::solve`], of a graph that several goals share.
    pub fn of(graph: Arc<Graph<S>>, goal: &Goal, horizon: u32, discount: f64) -> Solution<S> {
        let worths = graph.worths(goal);
        let values = Rows::backwards(graph.states.len(), horizon, 0, |_, later, now| {
            graph.best_values(&worths, discount, later, now);
        });
        Solution { graph, discount, horizon, worths, values }
    }

    /// The steps of an episode.
    pub fn horizon(&self) -> u32 {
        self.horizon
    }

    /// What a reward one step later is worth.
    pub fn discount(&self) -> f64 {
        self.discount
    }

    /// The number of steps left from which on values, and with one step more optimal actions, stay
    /// as they are, to the bit; at most the horizon.
    pub fn steady(&self) -> u32 {
        self.values.steady()
    }

    /// The best value from the start.
    pub fn value(&self) -> f64 {
        self.value_at(0, self.horizon)
    }

    /// The best value from a state with so many steps left. Panics where these are more than the
    /// horizon.
    pub fn value_at(&self, state: usize, left: u32) -> f64 {
        assert!(left <= self.horizon, "{left} steps are left of {}", self.horizon);
        self.values.row(left)[..self.graph.states.len()][state]
    }

    /// What is lost by an action in a state with so many steps left, never below 0.
    pub fn regret(&self, state: usize, left: u32, action: u8) -> f64 {
        (self.value_at(state, left) - self.action_value(state, left, action)).max(0.0)
    }

    /// The best value after an action.
    pub fn action_value(&self, state: usize, left: u32, action: u8) -> f64 {
        assert!(left > 0, "no action is taken where no step is left");
        let later = self.values.row(left - 1);
        self.graph.action_value(&self.worths, self.discount, later, state, usize::from(action))
    }

    /// The actions that keep the best value.
    pub fn actions(&self, state: usize, left: u32) -> Actions {
        assert!(left > 0, "no action is taken where no step is left");
        let best = self.value_at(state, left);
        let slack = EQUAL * best.abs().max(1.0);
        let mut room = [0.0; MOST_ACTIONS];
        let values = &mut room[..self.graph.actions];
        let later = self.values.row(left - 1);
        self.graph.action_values(&self.worths, self.discount, later, state, values);
        let each = values.iter().enumerate();
        Actions(each.fold(0, |set, (at, &value)| set | u8::from(value >= best - slack) << at))
    }

    /// The smallest and largest value of another goal over all policies that are optimal for this
    /// one. A policy is optimal if and only if it takes optimal actions wherever it can come, so
    /// that both are found backwards over those actions alone.
    pub fn between(&self, other: &Goal) -> (f64, f64) {
        let states = self.graph.states.len();
        let worths = self.graph.worths(other);
        // The last of each is "the episode is over".
        let (mut least, mut most) = (vec![0.0; states + 1], vec![0.0; states + 1]);
        let (mut least_now, mut most_now) = (least.clone(), most.clone());
        let mut optimal = vec![Actions::default(); states];
        let mut room = [[0.0; MOST_ACTIONS]; 2];
        let [lows, highs] = &mut room;
        let (lows, highs) = (&mut lows[..self.graph.actions], &mut highs[..self.graph.actions]);
        for left in 1..=self.horizon {
            if left <= self.steady() + 1 {
                let here = |state| self.actions(state, left);
                optimal.iter_mut().enumerate().for_each(|(state, set)| *set = here(state));
            }
            for (state, set) in optimal.iter().enumerate() {
                let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
                self.graph.action_values(&worths, self.discount, &least, state, lows);
                self.graph.action_values(&worths, self.discount, &most, state, highs);
                for action in 0..self.graph.actions {
                    if set.has(action as u8) {
                        low = low.min(lows[action]);
                        high = high.max(highs[action]);
                    }
                }
                (least_now[state], most_now[state]) = (low, high);
            }
            std::mem::swap(&mut least, &mut least_now);
            std::mem::swap(&mut most, &mut most_now);
            if left > self.steady() && same(&least, &least_now) && same(&most, &most_now) {
                break;
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
        let worths = graph.worths(goal);
        let (mut later, mut now) = (vec![0.0; states + 1], vec![0.0; states + 1]);
        for left in 1..=horizon {
            let chosen = |state: usize, row: &mut [f64]| {
                row.iter_mut().enumerate().for_each(|(at, one)| *one = policy(state, left, at));
            };
            graph.mean_values(&worths, discount, &later, &mut now[..states], chosen);
            std::mem::swap(&mut later, &mut now);
        }
        later[0]
    }

    /// What a policy that is the same at every step is worth for a goal from the start. `policy` is
    /// the probability of each action, `[state, action]`.
    pub fn of_steady_policy(
        graph: &Graph<S>,
        goal: &Goal,
        horizon: u32,
        discount: f64,
        policy: &[f64],
    ) -> f64 {
        let states = graph.states.len();
        assert_eq!(policy.len(), states * graph.actions, "policy is [state, action]");
        let worths = graph.worths(goal);
        let (mut later, mut now) = (vec![0.0; states + 1], vec![0.0; states + 1]);
        for _ in 0..horizon {
            let chosen = |state: usize, row: &mut [f64]| {
                row.copy_from_slice(&policy[state * row.len()..][..row.len()]);
            };
            graph.mean_values(&worths, discount, &later, &mut now[..states], chosen);
            std::mem::swap(&mut later, &mut now);
            if same(&later, &now) {
                break;
            }
        }
        later[0]
    }
}
