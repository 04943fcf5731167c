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

/// The most steps, 1 to `most`, over which recursion from the start comes at most `nodes` times to a
/// state in which something is to be done.
pub fn horizon<G: Grid>(grid: &G, level: &G::Level, most: u32, nodes: f64) -> u32 {
    let mut layer = BTreeMap::from([(grid.start(level), 1.0)]);
    let mut total = 0.0;
    for left in 1..=most {
        total += layer.values().sum::<f64>();
        if total > nodes {
            return (left - 1).max(1);
        }
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
    most
}

/// The most steps, 1 to `most`, over which there are at most so many policies.
pub fn enumerable<G: Grid>(grid: &G, level: &G::Level, most: u32, policies: f64) -> u32 {
    let few = |left: &u32| count(grid, level, grid.start(level), *left) <= policies;
    (2..=most).take_while(few).last().unwrap_or(1)
}

/// What one goal says in numbers of `[any x goal]`.
pub fn column(numbers: &[f64], goals: usize, goal: usize) -> Vec<f64> {
    numbers.chunks(goals).map(|row| row[goal]).collect()
}

/// How many deterministic policies there are that differ in what they do where they come.
fn count<G: Grid>(grid: &G, level: &G::Level, state: G::State, left: u32) -> f64 {
    if left == 0 {
        return 1.0;
    }
    let mut total = 0.0;
    for action in 0..grid.actions().len() as u8 {
        let mut product = 1.0;
        for (_, moved) in ways(grid, level, state, action) {
            if !moved.ended {
                product *= count(grid, level, moved.state, left - 1);
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

    /// The best value for every goal, `[goal]`; `look` sees what each action is worth for each,
    /// `[action x goal]`, wherever anything is to be done.
    pub fn hard(
        &self,
        goals: &[Goal],
        state: G::State,
        left: u32,
        look: &mut impl FnMut(G::State, u32, &[f64]),
    ) -> Vec<f64> {
        if left == 0 {
            return vec![0.0; goals.len()];
        }
        let mut worths = vec![0.0; self.actions().len() * goals.len()];
        for (action, row) in worths.chunks_mut(goals.len()).enumerate() {
            for (probability, moved) in self.ways(state, action as u8) {
                let later = match moved.ended {
                    true => vec![0.0; goals.len()],
                    false => self.hard(goals, moved.state, left - 1, look),
                };
                for (goal, worth) in row.iter_mut().enumerate() {
                    let now = reward(&goals[goal], &moved);
                    *worth += probability * (now + self.discount * later[goal]);
                }
            }
        }
        look(state, left, &worths);
        (0..goals.len()).map(|goal| largest(&column(&worths, goals.len(), goal))).collect()
    }

    /// What choosing actions uniformly is worth.
    pub fn uniform(&self, goal: &Goal, state: G::State, left: u32) -> f64 {
        if left == 0 {
            return 0.0;
        }
        let mut sum = 0.0;
        for action in self.actions() {
            for (probability, moved) in self.ways(state, action) {
                let later = match moved.ended {
                    true => 0.0,
                    false => self.uniform(goal, moved.state, left - 1),
                };
                sum += probability * (reward(goal, &moved) + self.discount * later);
            }
        }
        sum / self.actions().len() as f64
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

    /// What every deterministic policy is worth for every goal, `[policy x goal]`.
    pub fn worths(&self, goals: &[Goal], state: G::State, left: u32) -> Vec<f64> {
        let nothing = vec![0.0; goals.len()];
        if left == 0 {
            return nothing;
        }
        let mut all = Vec::new();
        for action in self.actions() {
            // What policies are worth over the ways seen so far; each way multiplies them by those
            // that can follow it.
            let mut so_far = nothing.clone();
            for (probability, moved) in self.ways(state, action) {
                let later = match moved.ended {
                    true => nothing.clone(),
                    false => self.worths(goals, moved.state, left - 1),
                };
                let rewards: Vec<f64> = goals.iter().map(|goal| reward(goal, &moved)).collect();
                let mut product = Vec::with_capacity(so_far.len() * later.len() / goals.len());
                for before in so_far.chunks(goals.len()) {
                    for after in later.chunks(goals.len()) {
                        for (goal, reward) in rewards.iter().enumerate() {
                            let worth = reward + self.discount * after[goal];
                            product.push(before[goal] + probability * worth);
                        }
                    }
                }
                so_far = product;
            }
            all.extend(so_far);
        }
        all
    }
}

/// The smallest and largest value of one goal over all deterministic policies, `[policy x goal]`,
/// that are optimal for another.
pub fn between(worths: &[f64], goals: usize, optimal_for: usize, other: usize) -> (f64, f64) {
    let rows = worths.chunks(goals);
    let best = largest(&column(worths, goals, optimal_for));
    // Far above rounding, far below what a detour costs at the largest discount of the tests.
    let slack = 1e-11 * best.abs().max(1.0);
    let optimal = rows.filter(|row| row[optimal_for] >= best - slack).map(|row| row[other]);
    let least = optimal.clone().fold(f64::INFINITY, f64::min);
    (least, optimal.fold(f64::NEG_INFINITY, f64::max))
}
