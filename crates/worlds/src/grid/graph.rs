//! Every state of a level that can be reached, and where each action leads.

use super::hasher::Numbers;
use super::{Chance, Events, Goal, Grid};

/// The most actions of a world: sets of them are bytes.
pub(super) const MOST_ACTIONS: usize = 8;

/// The states of a level that can be reached from its start, the start first.
#[derive(Clone, Debug)]
pub struct Graph<S> {
    /// The states.
    pub states: Vec<S>,
    /// Actions of each state.
    pub actions: usize,
    index: Numbers<S>,
    /// Where the edges of each state and action begin, `[state x action]`, and their number last.
    starts: Vec<u32>,
    /// `[edge]`, as are the next two.
    probabilities: Vec<f64>,
    /// The next state's number; the number of states where the episode is over.
    nexts: Vec<u32>,
    events: Vec<Events>,
    /// Whether every action can go one way only.
    certain: bool,
}

/// One way that an action can go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    /// Its probability.
    pub probability: f64,
    /// The next state's number; none where the episode is over.
    pub next: Option<u32>,
    /// What happens.
    pub events: Events,
}

/// Stands for "the episode is over" until the number of states is known.
const OVER: u32 = u32::MAX;

impl<S: Copy + Ord + std::hash::Hash> Graph<S> {
    /// The states that can be reached from the start of a level.
    pub fn of<G: Grid<State = S>>(grid: &G, level: &G::Level) -> Graph<S> {
        Graph::from_state(grid, level, grid.start(level))
    }

    /// The states that can be reached from this one.
    pub fn from_state<G: Grid<State = S>>(grid: &G, level: &G::Level, start: S) -> Graph<S> {
        Graph::within(grid, level, start, OVER as usize - 1)
            .expect("a level has fewer than 2^32 states")
    }

    /// The states that can be reached from this one; none where they are more than `most`.
    pub fn within<G: Grid<State = S>>(
        grid: &G,
        level: &G::Level,
        start: S,
        most: usize,
    ) -> Option<Graph<S>> {
        let actions = grid.actions().len();
        assert!(
            actions <= MOST_ACTIONS,
            "a world has at most {MOST_ACTIONS} actions, not {actions}"
        );
        let mut states = vec![start];
        let mut index = Numbers::default();
        index.insert(start, 0);
        let mut starts = vec![0];
        let (mut probabilities, mut nexts, mut events) = (Vec::new(), Vec::new(), Vec::new());
        let mut at = 0;
        while at < states.len() {
            if states.len() > most {
                return None;
            }
            let state = states[at];
            for action in 0..actions as u8 {
                let first = nexts.len();
                let step = |chance: &mut Chance| grid.step(level, state, action, chance);
                Chance::every_way(step, |probability, moved| {
                    let next = match moved.ended {
                        true => OVER,
                        false => *index.entry(moved.state).or_insert_with(|| {
                            states.push(moved.state);
                            (states.len() - 1) as u32
                        }),
                    };
                    let twin = |edge: &usize| nexts[*edge] == next && events[*edge] == moved.events;
                    match (first..nexts.len()).find(twin) {
                        Some(edge) => probabilities[edge] += probability,
                        None => {
                            probabilities.push(probability);
                            nexts.push(next);
                            events.push(moved.events);
                        }
                    }
                });
                starts.push(nexts.len() as u32);
            }
            at += 1;
        }
        nexts.iter_mut().filter(|next| **next == OVER).for_each(|next| *next = states.len() as u32);
        let certain = probabilities.iter().all(|&probability| probability == 1.0);
        Some(Graph { states, actions, index, starts, probabilities, nexts, events, certain })
    }

    /// The number of a state, where it can be reached.
    pub fn number(&self, state: &S) -> Option<usize> {
        self.index.get(state).map(|&number| number as usize)
    }
}

impl<S> Graph<S> {
    /// The ways that an action can go in a state.
    pub fn edges(&self, state: usize, action: usize) -> impl Iterator<Item = Edge> + '_ {
        let at = state * self.actions + action;
        (self.starts[at] as usize..self.starts[at + 1] as usize).map(|edge| Edge {
            probability: self.probabilities[edge],
            next: Some(self.nexts[edge]).filter(|&next| (next as usize) < self.states.len()),
            events: self.events[edge],
        })
    }

    /// What every way that every action can go is worth to a goal at once, `[edge]`.
    pub(super) fn worths(&self, goal: &Goal) -> Vec<f64> {
        self.events.iter().map(|&events| goal.worth(events)).collect()
    }

    /// What an action is worth in a state: at once what `worths`, `[edge]`, says, and afterwards
    /// what `later`, `[state]` and a 0 for "the episode is over", says of the next state.
    #[inline]
    pub(super) fn action_value(
        &self,
        worths: &[f64],
        discount: f64,
        later: &[f64],
        state: usize,
        action: usize,
    ) -> f64 {
        let at = state * self.actions + action;
        let after = |edge: usize| worths[edge] + discount * later[self.nexts[edge] as usize];
        if self.certain {
            return after(at);
        }
        let edges = self.starts[at] as usize..self.starts[at + 1] as usize;
        edges.map(|edge| self.probabilities[edge] * after(edge)).sum()
    }

    /// [`Graph::action_value`] of every action, `[action]`.
    #[inline]
    pub(super) fn action_values(
        &self,
        worths: &[f64],
        discount: f64,
        later: &[f64],
        state: usize,
        values: &mut [f64],
    ) {
        if self.certain {
            let first = state * self.actions;
            let nexts = &self.nexts[first..first + values.len()];
            let worths = &worths[first..first + values.len()];
            for ((value, &next), worth) in values.iter_mut().zip(nexts).zip(worths) {
                *value = worth + discount * later[next as usize];
            }
            return;
        }
        for (action, value) in values.iter_mut().enumerate() {
            *value = self.action_value(worths, discount, later, state, action);
        }
    }

    /// The largest [`Graph::action_value`] of every state, `[state]`.
    pub(super) fn best_values(
        &self,
        worths: &[f64],
        discount: f64,
        later: &[f64],
        now: &mut [f64],
    ) {
        let mut room = [0.0; MOST_ACTIONS];
        let values = &mut room[..self.actions];
        for (state, best) in now.iter_mut().enumerate() {
            self.action_values(worths, discount, later, state, values);
            *best = values.iter().fold(f64::NEG_INFINITY, |a, &b| if b > a { b } else { a });
        }
    }

    /// The mean [`Graph::action_value`] of every state, `[state]`, where `policy` writes the
    /// probability of each of its actions, `[action]`.
    pub(super) fn mean_values(
        &self,
        worths: &[f64],
        discount: f64,
        later: &[f64],
        now: &mut [f64],
        mut policy: impl FnMut(usize, &mut [f64]),
    ) {
        let mut room = [[0.0; MOST_ACTIONS]; 2];
        let [values, chosen] = &mut room;
        let (values, chosen) = (&mut values[..self.actions], &mut chosen[..self.actions]);
        for (state, mean) in now.iter_mut().enumerate() {
            self.action_values(worths, discount, later, state, values);
            policy(state, chosen);
            let each = chosen.iter().zip(&*values);
            *mean = each.map(|(probability, value)| probability * value).sum();
        }
    }

    /// The mean of `later` after an action, as [`Graph::action_value`] without anything at once.
    pub(super) fn mean_after(&self, later: &[f64], state: usize, action: usize) -> f64 {
        let at = state * self.actions + action;
        let edges = self.starts[at] as usize..self.starts[at + 1] as usize;
        edges.map(|edge| self.probabilities[edge] * later[self.nexts[edge] as usize]).sum()
    }
}
