//! Plain recursion over actions and chance: slow, and nothing that could be wrong but the sum.

use std::collections::BTreeMap;

use mesascope_worlds::grid::{Chance, Goal, Grid, Moved, Softness};

pub struct Recursion<'a, G: Grid> {
    pub grid: &'a G,
    pub level: &'a G::Level,
    pub discount: f64,
}

/// Every way that an action can go, with its probability.
fn ways<G: Grid>(
    grid: &G,
    level: &G::Level,
    state: G::State,
    action: u8,
) -> Vec<(f64, Moved<G::State>)> {
    let mut ways = Vec::new();
    let step = |chance: &mut Chance| grid.step(level, state, action, chance);
    Chance::every_way(step, |probability, moved| ways.push((probability, moved)));
    ways
}

/// What the events of a step are worth.
fn reward<S>(goal: &Goal, moved: &Moved<S>) -> f64 {
    let mut sum = 0.0;
    for (times, weight) in moved.events.0.iter().zip(goal.weights) {
        sum += f64::from(*times) * weight;
    }
    sum
}

pub fn largest(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

/// How many times recursion comes to a state with a step left, from the start with so many.
pub fn nodes<G: Grid>(grid: &G, level: &G::Level, left: u32) -> f64 {
    let mut layer = BTreeMap::from([(grid.start(level), 1.0)]);
    let mut total = 0.0;
    for _ in 0..left {
        total += layer.values().sum::<f64>();
        let mut next = BTreeMap::new();
        for (&state, &times) in &layer {
            for action in 0..grid.actions().len() as u8 {
                for (_, moved) in ways(grid, level, state, action) {
                    if !moved.ended {
                        *next.entry(moved.state).or_insert(0.0) += times;
                    }
                }
            }
        }
        layer = next;
    }
    total
}

/// How many deterministic policies there are that differ in what they do where they come.
pub fn policies<G: Grid>(grid: &G, level: &G::Level, state: G::State, left: u32) -> f64 {
    if left == 0 {
        return 1.0;
    }
    let mut total = 0.0;
    for action in 0..grid.actions().len() as u8 {
        let mut product = 1.0;
        for (_, moved) in ways(grid, level, state, action) {
            if !moved.ended {
                product *= policies(grid, level, moved.state, left - 1);
            }
        }
        total += product;
        if total > 1e9 {
            break;
        }
    }
    total
}

impl<G: Grid> Recursion<'_, G> {
    fn actions(&self) -> std::ops::Range<u8> {
        0..self.grid.actions().len() as u8
    }

    fn ways(&self, state: G::State, action: u8) -> Vec<(f64, Moved<G::State>)> {
        ways(self.grid, self.level, state, action)
    }

    /// The best value; `look` sees what each action is worth, wherever anything is to be done.
    pub fn hard(
        &self,
        goal: &Goal,
        state: G::State,
        left: u32,
        look: &mut impl FnMut(G::State, u32, &[f64]),
    ) -> f64 {
        if left == 0 {
            return 0.0;
        }
        let mut worths = Vec::new();
        for action in self.actions() {
            let mut worth = 0.0;
            for (probability, moved) in self.ways(state, action) {
                let later = match moved.ended {
                    true => 0.0,
                    false => self.hard(goal, moved.state, left - 1, look),
                };
                worth += probability * (reward(goal, &moved) + self.discount * later);
            }
            worths.push(worth);
        }
        look(state, left, &worths);
        largest(&worths)
    }

    /// The soft value by its definition, without a thought for large exponents; `look` sees it and
    /// the probability of each action.
    pub fn soft(
        &self,
        goal: &Goal,
        (softness, rationality): (Softness, f64),
        state: G::State,
        left: u32,
        look: &mut impl FnMut(G::State, u32, f64, &[f64]),
    ) -> f64 {
        if left == 0 {
            return 0.0;
        }
        let mut powers = Vec::new();
        let mut hard = f64::NEG_INFINITY;
        for action in self.actions() {
            let mut worth = 0.0;
            for (probability, moved) in self.ways(state, action) {
                let how = (softness, rationality);
                let later = match moved.ended {
                    true => 0.0,
                    false => self.soft(goal, how, moved.state, left - 1, look),
                };
                worth += probability * (reward(goal, &moved) + self.discount * later);
            }
            powers.push((rationality * worth).exp());
            hard = hard.max(worth);
        }
        let sum: f64 = powers.iter().sum();
        let value = match softness {
            Softness::Now => hard,
            Softness::Relative => (sum / powers.len() as f64).ln() / rationality,
            Softness::Entropy => sum.ln() / rationality,
        };
        let policy: Vec<f64> = powers.iter().map(|power| power / sum).collect();
        look(state, left, value, &policy);
        value
    }

    /// What every deterministic policy is worth for two goals.
    fn worths(&self, goals: [&Goal; 2], state: G::State, left: u32) -> Vec<[f64; 2]> {
        if left == 0 {
            return vec![[0.0; 2]];
        }
        let mut all = Vec::new();
        for action in self.actions() {
            let mut so_far = vec![[0.0; 2]];
            for (probability, moved) in self.ways(state, action) {
                let later = match moved.ended {
                    true => vec![[0.0; 2]],
                    false => self.worths(goals, moved.state, left - 1),
                };
                let add = |before: &[f64; 2], after: &[f64; 2]| {
                    let one = |at: usize| {
                        let worth = reward(goals[at], &moved) + self.discount * after[at];
                        before[at] + probability * worth
                    };
                    [one(0), one(1)]
                };
                let each = so_far.iter().flat_map(|before| {
                    later.iter().map(move |after| add(before, after)).collect::<Vec<_>>()
                });
                so_far = each.collect();
            }
            all.extend(so_far);
        }
        all
    }

    /// The smallest and largest value of `other` over all deterministic policies that are optimal
    /// for `goal`.
    pub fn between(&self, goal: &Goal, other: &Goal, state: G::State, left: u32) -> (f64, f64) {
        let all = self.worths([goal, other], state, left);
        let best = all.iter().map(|worth| worth[0]).fold(f64::NEG_INFINITY, f64::max);
        // Far above rounding, far below what a detour costs at the largest discount of the tests.
        let slack = 1e-11 * best.abs().max(1.0);
        let optimal = all.iter().filter(|worth| worth[0] >= best - slack).map(|worth| worth[1]);
        let least = optimal.clone().fold(f64::INFINITY, f64::min);
        (least, optimal.fold(f64::NEG_INFINITY, f64::max))
    }
}
