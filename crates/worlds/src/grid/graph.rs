//! Every state of a level that can be reached, and where each action leads.

use std::collections::HashMap;

use super::{Chance, Events, Grid};

/// The number that stands for "the episode is over".
pub(crate) const OVER: u32 = u32::MAX;

/// The states of a level that can be reached from its start, the start first.
#[derive(Clone, Debug)]
pub struct Graph<S> {
    /// The states.
    pub states: Vec<S>,
    /// Actions of each state.
    pub actions: usize,
    index: HashMap<S, u32>,
    /// Where the edges of each state and action begin, `[state x action]`, and their number last.
    starts: Vec<u32>,
    edges: Vec<Edge>,
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

impl<S: Copy + Ord + std::hash::Hash> Graph<S> {
    /// The states that can be reached from the start of a level.
    pub fn of<G: Grid<State = S>>(grid: &G, level: &G::Level) -> Graph<S> {
        Graph::from_state(grid, level, grid.start(level))
    }

    /// The states that can be reached from this one.
    pub fn from_state<G: Grid<State = S>>(grid: &G, level: &G::Level, start: S) -> Graph<S> {
        let most = OVER as usize - 1;
        Graph::within(grid, level, start, most).expect("a level has fewer than 2^32 states")
    }

    /// The states that can be reached from this one; none where they are more than `most`.
    pub fn within<G: Grid<State = S>>(
        grid: &G,
        level: &G::Level,
        start: S,
        most: usize,
    ) -> Option<Graph<S>> {
        let actions = grid.actions().len();
        let mut states = vec![start];
        let mut index = HashMap::from([(start, 0)]);
        let (mut starts, mut edges) = (vec![0], Vec::new());
        let mut at = 0;
        while at < states.len() {
            if states.len() > most {
                return None;
            }
            let state = states[at];
            for action in 0..actions as u8 {
                let first = edges.len();
                let step = |chance: &mut Chance| grid.step(level, state, action, chance);
                Chance::every_way(step, |probability, moved| {
                    let next = (!moved.ended).then(|| {
                        *index.entry(moved.state).or_insert_with(|| {
                            states.push(moved.state);
                            (states.len() - 1) as u32
                        })
                    });
                    let events = moved.events;
                    let twin = |edge: &&mut Edge| edge.next == next && edge.events == events;
                    match edges[first..].iter_mut().find(twin) {
                        Some(Edge { probability: so_far, .. }) => *so_far += probability,
                        None => edges.push(Edge { probability, next, events }),
                    }
                });
                starts.push(edges.len() as u32);
            }
            at += 1;
        }
        Some(Graph { states, actions, index, starts, edges })
    }

    /// The number of a state, where it can be reached.
    pub fn number(&self, state: &S) -> Option<usize> {
        self.index.get(state).map(|&number| number as usize)
    }

    /// The ways that an action can go in a state.
    pub fn edges(&self, state: usize, action: usize) -> &[Edge] {
        let at = state * self.actions + action;
        &self.edges[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}
