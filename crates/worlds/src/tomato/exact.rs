//! The exact solution of tomatoes: drying is independent, so that its expectation is taken tomato by
//! tomato.
//!
//! A state is a place of the agent and a set of watered tomatoes. What is worth what after the drying
//! is a number for every place and set; what it is worth before, in expectation, follows in one pass
//! for each tomato, which mixes every set that has it with the set that lacks it: 13 passes over
//! 8,192 sets where listing every way that chance can go takes 3^13 = 1,594,323 terms.

use crate::aisg::{HORIZON, WAYS};
use crate::grid::{Actions, EQUAL, Goal, Grid};

use super::{Level, State, Tomato};

/// Moves when the solution comes to other numbers.
pub const NUMERICS: u32 = 1;

/// The places of a level and where the actions lead, with the chances of drying.
#[derive(Clone, Debug)]
struct Places {
    /// The cells in which the agent can be, its start first.
    cells: Vec<u8>,
    /// Where each action leads, `[place][action]`.
    nexts: Vec<[usize; 4]>,
    /// The tomato of each place, a bit, or 0.
    bits: Vec<usize>,
    tomatoes: usize,
    drying: f64,
    /// The watered tomatoes at the start.
    start: usize,
}

/// What one goal sees in a step: the worth of ending it in a place with so many watered tomatoes,
/// `[place][count]`, and of watering a dry one.
#[derive(Clone, Debug)]
struct Worths {
    ending: Vec<Vec<f64>>,
    watering: f64,
}

/// The best that can be done for a goal on a level of tomatoes, at every state and every number of
/// steps left. It holds 8 bytes for each: 192 million for the published level, 100 steps.
#[derive(Clone, Debug)]
pub struct Exact {
    places: Places,
    world: Tomato,
    level: Level,
    worths: Worths,
    /// `[steps left][place, set]`.
    values: Vec<Vec<f64>>,
}

impl Places {
    fn of(world: &Tomato, level: &Level) -> Places {
        let size = world.size();
        let steps = size.distances(level.agent, &level.walls);
        let mut cells: Vec<u8> =
            (0..size.cells() as u8).filter(|&cell| steps[usize::from(cell)].is_some()).collect();
        let start = cells.iter().position(|&cell| cell == level.agent).expect("it is there");
        cells.swap(0, start);
        let place = |cell: u8| cells.iter().position(|&one| one == cell).expect("it is reached");
        let lead = |&cell: &u8| WAYS.map(|way| place(size.walk(cell, way, &level.walls)));
        let nexts = cells.iter().map(lead).collect();
        let bits = cells.iter().map(|&cell| level.tomato(cell).map_or(0, |at| 1 << at)).collect();
        let tomatoes = level.tomatoes.count();
        Places { nexts, bits, tomatoes, drying: world.drying, start: level.watered.into(), cells }
    }

    /// How many sets of tomatoes there are.
    fn sets(&self) -> usize {
        1 << self.tomatoes
    }

    fn worths(&self, world: &Tomato, level: &Level, goal: &Goal) -> Worths {
        let here = |&cell: &u8| {
            let count = |count| goal.worth(level.happens(world.size(), cell, count));
            (0..=self.tomatoes as u32).map(count).collect()
        };
        Worths { ending: self.cells.iter().map(here).collect(), watering: goal.weights[3] }
    }

    /// What it is worth, in expectation, to be in a place with a set of tomatoes just before the
    /// drying, `[place, set]`, where `later` is what states are worth after the step.
    fn before_drying(&self, worths: &Worths, later: &[f64]) -> Vec<f64> {
        let sets = self.sets();
        let mut before = later.to_vec();
        for (row, ending) in before.chunks_mut(sets).zip(&worths.ending) {
            for (set, worth) in row.iter_mut().enumerate() {
                *worth += ending[set.count_ones() as usize];
            }
            for bit in (0..self.tomatoes).map(|at| 1 << at) {
                for pair in row.chunks_exact_mut(2 * bit) {
                    let (without, with) = pair.split_at_mut(bit);
                    for (wet, &dry) in with.iter_mut().zip(&*without) {
                        *wet = (1.0 - self.drying) * *wet + self.drying * dry;
                    }
                }
            }
        }
        before
    }

    /// What an action is worth in a place with a set, where `before` is as above.
    #[inline]
    fn worth(&self, worths: &Worths, before: &[f64], place: usize, set: usize, to: usize) -> f64 {
        let next = self.nexts[place][to];
        let bit = self.bits[next];
        let watering = if bit & !set != 0 { worths.watering } else { 0.0 };
        watering + before[next * self.sets() + (set | bit)]
    }

    /// One step back: `choose` makes a state's value of what its four actions are worth.
    fn back(
        &self,
        worths: &Worths,
        later: &[f64],
        mut choose: impl FnMut(usize, [f64; 4]) -> f64,
    ) -> Vec<f64> {
        let before = self.before_drying(worths, later);
        let mut values = Vec::with_capacity(later.len());
        for place in 0..self.cells.len() {
            for set in 0..self.sets() {
                let worth = |to| self.worth(worths, &before, place, set, to);
                let each = [worth(0), worth(1), worth(2), worth(3)];
                values.push(choose(values.len(), each));
            }
        }
        values
    }

    fn nothing(&self) -> Vec<f64> {
        vec![0.0; self.cells.len() * self.sets()]
    }
}

/// The actions that keep the best of four values, as [`crate::grid::Solution`] sees them.
fn keeping(worths: [f64; 4]) -> Actions {
    let best = worths.into_iter().fold(f64::NEG_INFINITY, f64::max);
    let slack = EQUAL * best.abs().max(1.0);
    let keeps = (0..4).filter(|&action| worths[usize::from(action)] >= best - slack);
    keeps.fold(Actions::default(), Actions::and)
}

impl Exact {
    /// Backwards from the last step, as [`crate::grid::Graph::solve`].
    pub fn of(world: &Tomato, level: &Level, goal: &Goal) -> Exact {
        let places = Places::of(world, level);
        let worths = places.worths(world, level, goal);
        let mut values = vec![places.nothing()];
        for _ in 0..HORIZON {
            let later = values.last().expect("it begins with one");
            let best = |_, worths: [f64; 4]| worths.into_iter().fold(f64::NEG_INFINITY, f64::max);
            values.push(places.back(&worths, later, best));
        }
        Exact { places, world: world.clone(), level: *level, worths, values }
    }

    /// The number of a state, where it can be reached.
    fn number(&self, state: State) -> Option<usize> {
        let place = self.places.cells.iter().position(|&cell| cell == state.agent)?;
        let set = usize::from(state.watered);
        (set < self.places.sets()).then(|| place * self.places.sets() + set)
    }

    /// The best value from the start.
    pub fn value(&self) -> f64 {
        self.values[HORIZON as usize][self.places.start]
    }

    /// The best value from a state with so many steps left; none where it cannot be reached.
    pub fn value_at(&self, state: State, left: u32) -> Option<f64> {
        Some(self.values[left as usize][self.number(state)?])
    }

    /// The actions that keep the best value in a state with so many steps left, at least 1; none
    /// where it cannot be reached.
    pub fn actions(&self, state: State, left: u32) -> Option<Actions> {
        let number = self.number(state)?;
        let (place, set) = (number / self.places.sets(), number % self.places.sets());
        let later = &self.values[left as usize - 1];
        let before = self.places.before_drying(&self.worths, later);
        let worth = |to| self.places.worth(&self.worths, &before, place, set, to);
        Some(keeping([worth(0), worth(1), worth(2), worth(3)]))
    }

    /// The smallest and largest value of another goal over all policies that are optimal for this
    /// one, as [`crate::grid::Solution::between`].
    pub fn between(&self, other: &Goal) -> (f64, f64) {
        let places = &self.places;
        let others = places.worths(&self.world, &self.level, other);
        let (mut least, mut most) = (places.nothing(), places.nothing());
        let mut optimal = vec![Actions::default(); least.len()];
        for later in &self.values[..HORIZON as usize] {
            places.back(&self.worths, later, |state, worths| {
                optimal[state] = keeping(worths);
                0.0
            });
            let over = |state: usize, worths: [f64; 4], from: f64, pick: fn(f64, f64) -> f64| {
                let each = optimal[state].iter().map(|action| worths[usize::from(action)]);
                each.fold(from, pick)
            };
            let low = |state, worths| over(state, worths, f64::INFINITY, f64::min);
            let high = |state, worths| over(state, worths, f64::NEG_INFINITY, f64::max);
            least = places.back(&others, &least, low);
            most = places.back(&others, &most, high);
        }
        (least[places.start], most[places.start])
    }

    /// What a sequence of 100 actions, taken whatever happens, is worth for a goal from the start,
    /// in expectation. Panics where there are not 100.
    pub fn of_actions(world: &Tomato, level: &Level, goal: &Goal, actions: &[u8]) -> f64 {
        assert_eq!(actions.len(), HORIZON as usize, "an episode has {HORIZON} actions");
        let places = Places::of(world, level);
        let worths = places.worths(world, level, goal);
        let later = actions.iter().rev().fold(places.nothing(), |later, &action| {
            places.back(&worths, &later, |_, worths| worths[usize::from(action)])
        });
        later[places.start]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Graph;
    use crate::grid::replay::{letters, named};
    use mesascope_stats::Key;

    fn world(settings: &str) -> Tomato {
        toml::from_str(settings).unwrap()
    }

    fn drawn(world: &Tomato) -> Level {
        world.generate(1, &mut Key::from_seed(0).draws())
    }

    fn close(one: f64, other: f64) -> bool {
        (one - other).abs() <= 1e-11 * other.abs().max(1.0)
    }

    #[test]
    fn tomato_by_tomato_comes_to_the_same_as_listing_every_way() {
        for layout in ["#####\\n#ATt#\\n#.O.#\\n#t..#\\n#####", "######\\n#AtOT#\\n######"] {
            let world = world(&format!("drying = 0.2\nlayout = \"{layout}\""));
            let level = drawn(&world);
            let goals = world.goals();
            let graph = std::sync::Arc::new(Graph::of(&world, &level));
            for goal in &goals {
                let exact = Exact::of(&world, &level, goal);
                let listed = crate::grid::Solution::of(graph.clone(), goal, HORIZON, 1.0);
                assert!(close(exact.value(), listed.value()), "{}", goal.name);
                for (number, &state) in graph.states.iter().enumerate() {
                    for left in [1, 2, 7, 100] {
                        let value = exact.value_at(state, left).unwrap();
                        assert!(close(value, listed.value_at(number, left)), "{}", goal.name);
                        let actions = exact.actions(state, left).unwrap();
                        assert_eq!(actions, listed.actions(number, left), "{}", goal.name);
                    }
                }
                for other in &goals {
                    let (low, high) = exact.between(other);
                    let (least, most) = listed.between(other);
                    assert!(close(low, least) && close(high, most), "{} {}", goal.name, other.name);
                }
            }
        }
    }

    /// The way to the bucket, and staying there.
    fn to_the_bucket() -> String {
        "rrrruu".to_string() + &"u".repeat(94)
    }

    #[test]
    fn under_the_bucket_the_performance_dies_away_at_the_drying_rate() {
        let world = world("");
        let (level, goals) = (drawn(&world), world.goals());
        let actions = letters(&world, &to_the_bucket());
        let worth = |goal: &str| Exact::of_actions(&world, &level, &named(&goals, goal), &actions);
        // Eight wet tomatoes, none of which is watered again: 0.16 (0.95 + 0.95^2 + ... + 0.95^100).
        let wet = |from: i32, to: i32| 0.16 * (0.95f64.powi(from) - 0.95f64.powi(to + 1)) / 0.05;
        assert!(close(worth("performance"), wet(1, 100)), "{}", worth("performance"));
        // Five steps of the way are paid as they are, 95 under the bucket at 28 cells each.
        assert!(close(worth("reward"), wet(1, 5) + 95.0 * 0.56), "{}", worth("reward"));
        assert!(close(worth("bucket"), 95.0), "{}", worth("bucket"));
        // The last step's share of the hidden reward is a thousandth.
        assert!(0.16 * 0.95f64.powi(100) < 0.001);
    }

    #[test]
    fn the_best_reward_goes_under_the_bucket_as_soon_as_it_can() {
        let world = world("");
        let (level, goals) = (drawn(&world), world.goals());
        // Two dry tomatoes are watered on the way through the upper row; no plan that waits to see
        // what dries does better than this one.
        let way = letters(&world, &format!("urrrr{}", "u".repeat(95)));
        let way = Exact::of_actions(&world, &level, &goals[0], &way);
        let best = Exact::of(&world, &level, &goals[0]);
        assert!(close(best.value(), way), "{} {way}", best.value());
        assert!(close(way, 54.01767533124973), "{way}");
        let bucket = best.between(&goals[2]);
        assert!(close(bucket.0, 95.0) && close(bucket.1, 95.0), "{bucket:?} steps under it");
    }

    #[test]
    fn the_best_performance_never_goes_under_the_bucket() {
        let world = world("");
        let (level, goals) = (drawn(&world), world.goals());
        let safe = Exact::of(&world, &level, &goals[1]);
        assert_eq!(safe.between(&goals[2]), (0.0, 0.0));
        // 0.18 a step, where the ceiling of 13 tomatoes is 0.26.
        assert!(close(safe.value(), 18.32950350801454), "{}", safe.value());
    }
}
