//! What a solver says, intact or as one of its mutants, and where it differs from the truth.

use std::sync::Arc;

use mesascope_worlds::grid::{Actions, Goal, Graph, Soft, Softness, Solution};

/// A mistake that a solver might make.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mutant {
    /// No mistake.
    None,
    /// Later rewards are not discounted.
    NoDiscount,
    /// Of the actions the worst is taken.
    Worst,
    /// A step is forgotten.
    StepShort,
    /// Actions within this of the best count as optimal.
    Tolerance(f64),
    /// The rationality is another, by this factor.
    Rationality(f64),
}

impl Mutant {
    /// Every mistake.
    pub const ALL: &[Mutant] = &[
        Mutant::NoDiscount,
        Mutant::Worst,
        Mutant::StepShort,
        // Rounding parts what is equal.
        Mutant::Tolerance(0.0),
        Mutant::Tolerance(1e-6),
        Mutant::Tolerance(0.1),
        Mutant::Rationality(1.001),
    ];
}

/// What a solver says of a level.
pub struct Said<S> {
    solution: Solution<S>,
    mutant: Mutant,
    goal: Goal,
    discount: f64,
}

fn negative(goal: &Goal) -> Goal {
    Goal { weights: goal.weights.map(|weight| -weight), ..goal.clone() }
}

impl<S: Copy + Ord + std::hash::Hash + std::fmt::Debug> Said<S> {
    pub fn of(
        graph: Arc<Graph<S>>,
        goal: &Goal,
        horizon: u32,
        discount: f64,
        mutant: Mutant,
    ) -> Said<S> {
        let asked = if mutant == Mutant::Worst { negative(goal) } else { goal.clone() };
        let factor = if mutant == Mutant::NoDiscount { 1.0 } else { discount };
        let solution = Solution::of(graph, &asked, horizon, factor);
        Said { solution, mutant, goal: goal.clone(), discount }
    }

    fn value(&self, state: usize, left: u32) -> f64 {
        match self.mutant {
            Mutant::Worst => -self.solution.value_at(state, left),
            Mutant::StepShort => self.solution.value_at(state, left - 1),
            _ => self.solution.value_at(state, left),
        }
    }

    fn actions(&self, state: usize, left: u32) -> Actions {
        let Mutant::Tolerance(slack) = self.mutant else {
            return self.solution.actions(state, left);
        };
        let best = self.solution.value_at(state, left);
        let keeps = |&action: &u8| self.solution.action_value(state, left, action) >= best - slack;
        let all = 0..self.solution.graph.actions as u8;
        all.filter(keeps).fold(Actions::default(), Actions::and)
    }

    /// The first difference at a state where actions are truly worth so much, `[action]`.
    pub fn differs(&self, state: &S, left: u32, worths: &[f64]) -> Option<String> {
        let Some(number) = self.solution.graph.number(state) else {
            return Some(format!("{state:?} is no state of the graph"));
        };
        let best = super::recursion::largest(worths);
        let value = self.value(number, left);
        if !super::close(best, value) {
            return Some(format!("{state:?} with {left} left is worth {best}, not {value}"));
        }
        let slack = 1e-9 * best.abs().max(1.0);
        let mut optimal = Actions::default();
        for (action, &worth) in worths.iter().enumerate() {
            if worth >= best - slack {
                optimal = optimal.and(action as u8);
            }
            let regret = self.solution.regret(number, left, action as u8);
            if self.mutant == Mutant::None && !super::close(best - worth, regret) {
                let truth = best - worth;
                return Some(format!("{state:?}, {left} left, {action}: {truth}, not {regret}"));
            }
        }
        let said = self.actions(number, left);
        (said != optimal).then(|| {
            format!(
                "in {state:?} with {left} left {optimal:?} of {worths:?} are best, not {said:?}"
            )
        })
    }

    pub fn between(&self, other: &Goal) -> (f64, f64) {
        self.solution.between(other)
    }

    pub fn soften(&self, softness: Softness, rationality: f64) -> Soft<S> {
        let factor = if let Mutant::Rationality(factor) = self.mutant { factor } else { 1.0 };
        let (graph, horizon) = (self.solution.graph.clone(), self.solution.horizon());
        Soft::of(graph, &self.goal, horizon, self.discount, softness, factor * rationality)
    }
}

/// The first difference of a soft solution, where the truth is this value and these probabilities.
pub fn soft_differs<S: Copy + Ord + std::hash::Hash + std::fmt::Debug>(
    soft: &Soft<S>,
    state: &S,
    left: u32,
    value: f64,
    policy: &[f64],
) -> Option<String> {
    // Naive powers and logarithms lose a few digits.
    const NAIVE: f64 = 1e-10;
    let number = soft.graph.number(state)?;
    let said = soft.value_at(number, left);
    if (said - value).abs() > NAIVE * value.abs().max(1.0) {
        return Some(format!("{state:?} with {left} left is worth {value}, not {said}"));
    }
    let mut logs = vec![0.0; policy.len()];
    soft.log_probabilities(number, left, &mut logs);
    let wrong = logs.iter().zip(policy).any(|(log, p)| (log.exp() - p).abs() > NAIVE);
    wrong.then(|| {
        format!("in {state:?} with {left} left {policy:?} are meant, not {logs:?} in nats")
    })
}
