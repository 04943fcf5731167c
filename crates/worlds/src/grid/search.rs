//! Exact solutions of levels that have more states than can be listed.

use super::{Actions, Chance, Goal, Grid, solve::EQUAL};

/// The exact solution of one level for one goal, worked out where it is asked. A world writes its
/// own where the states of a level are too many for [`super::Graph`].
pub trait Search<S> {
    /// The best value in a state with so many steps left.
    fn value_at(&mut self, state: S, left: u32) -> f64;

    /// The smallest and largest value of another goal over all policies that are optimal for this
    /// one, from the start.
    fn between(&mut self, other: &Goal) -> (f64, f64);

    /// What choosing actions uniformly is worth for this goal, from the start.
    fn random(&mut self) -> f64;

    /// A number that no other state of the level has.
    fn number(&self, state: S) -> usize;
}

/// The actions that keep the best value, by one step of the world and what a search says of where
/// that leads.
pub fn keeping<G: Grid>(
    grid: &G,
    level: &G::Level,
    goal: &Goal,
    search: &mut dyn Search<G::State>,
    state: G::State,
    left: u32,
) -> Actions {
    let best = search.value_at(state, left);
    let slack = EQUAL * best.abs().max(1.0);
    let mut keeps = |action: &u8| {
        let mut worth = 0.0;
        let step = |chance: &mut Chance| grid.step(level, state, *action, chance);
        Chance::every_way(step, |probability, moved| {
            let later = match moved.ended {
                true => 0.0,
                false => grid.discount() * search.value_at(moved.state, left - 1),
            };
            worth += probability * (goal.worth(moved.events) + later);
        });
        worth >= best - slack
    };
    let actions = 0..grid.actions().len() as u8;
    actions.filter(|action| keeps(action)).fold(Actions::default(), Actions::and)
}
