//! The exact solution of keys and chests, by sets of objects left.
//!
//! What follows from a state is settled by where the mouse is and by which keys lie and which chests
//! are shut: how many keys are in hand follows, and which of them only shows. Between two events
//! that set, a *layer*, stays; every event leads to a layer with one object less. So layers are
//! worked out from the last backwards, each over its cells and the steps left, and of each only the
//! values in the cells where its last event can have been are kept. Where events are all that is
//! worth anything, and none is worth less than nothing, [`super::visits`] is a faster way.

use std::collections::HashMap;
use std::rc::Rc;

use super::map::{Layer, Map};
use super::visits::Visits;
use super::{HELD, KeysAndChests, Level, OPENED, State, TAKEN, all, bits};
use crate::grid::{Goal, Search};

/// How far two values may lie apart and count as equal, as in [`crate::grid::Solution`].
const EQUAL: f64 = 1e-9;

/// What of the four outcomes of a state is kept. `L` numbers are worked out at once.
trait Rule<const L: usize> {
    /// `each` is what the four actions lead to, `[action][number]`.
    fn keep(each: [[f64; L]; 4]) -> [f64; L];
}

/// The best.
struct Best;

impl Rule<1> for Best {
    #[inline]
    fn keep([[up], [left], [down], [right]]: [[f64; 1]; 4]) -> [f64; 1] {
        // Plain comparisons: `f64::max` takes twice the time, for NaNs that do not occur.
        let larger = |one: f64, other: f64| if one > other { one } else { other };
        [larger(larger(up, left), larger(down, right))]
    }
}

/// The mean.
struct Uniform;

impl Rule<1> for Uniform {
    #[inline]
    fn keep([[up], [left], [down], [right]]: [[f64; 1]; 4]) -> [f64; 1] {
        [(up + left + (down + right)) * 0.25]
    }
}

/// The best of one goal, and the least and the most of another over actions that keep it.
struct Between;

impl Rule<3> for Between {
    #[inline]
    fn keep(each: [[f64; 3]; 4]) -> [f64; 3] {
        let best = each.iter().map(|one| one[0]).fold(f64::NEG_INFINITY, f64::max);
        let slack = EQUAL * best.abs().max(1.0);
        let mut kept = [best, f64::INFINITY, f64::NEG_INFINITY];
        for [value, least, most] in each {
            if value >= best - slack {
                kept[1] = kept[1].min(least);
                kept[2] = kept[2].max(most);
            }
        }
        kept
    }
}

/// Values of a layer, `[steps left, place]`: places are cells that can be reached, or the cells of
/// objects that are gone.
struct Values<const L: usize> {
    places: usize,
    values: Vec<[f64; L]>,
}

impl<const L: usize> Values<L> {
    fn at(&self, left: usize, place: usize) -> [f64; L] {
        self.values[left * self.places + place]
    }
}

/// One rule on one level.
struct Sweep<const L: usize> {
    map: Rc<Map>,
    /// What each event is worth, `[number][event]`.
    weights: [[f64; 3]; L],
    /// Whether keys that no chest can need any more, or anything that cannot be worth something any
    /// more, may be left out: it holds for the best and of one goal alone.
    lean: bool,
    /// Values in the cells of objects that are gone, of each layer: keys first, then chests.
    entered: HashMap<Layer, Rc<Values<L>>>,
}

/// What each event is worth to a goal.
fn weights(goal: &Goal) -> [f64; 3] {
    [OPENED, TAKEN, HELD].map(|event| goal.weights[event])
}

impl<const L: usize> Sweep<L> {
    fn new(map: &Rc<Map>, goals: [&Goal; L], lean: bool) -> Sweep<L> {
        let weights = goals.map(weights);
        Sweep { map: map.clone(), weights, lean, entered: HashMap::new() }
    }

    /// The layer of which the values are the same, with as little in it as may be.
    fn leanest(&self, layer: Layer) -> Layer {
        let [opened, taken, held] = self.weights[0];
        let rest = layer.shut.count_ones() as usize;
        if self.lean && taken == 0.0 && held == 0.0 && opened >= 0.0 && self.map.held(layer) >= rest
        {
            return Layer { lying: 0, ..layer };
        }
        layer
    }

    /// Whether nothing that is worth anything can happen any more.
    fn idle(&self, layer: Layer) -> bool {
        let [opened, taken, held] = self.weights[0];
        let lying = bits(layer.lying.into()).any(|key| self.map.keys[key].is_some());
        self.lean && held == 0.0 && (taken == 0.0 || !lying) && opened == 0.0
    }

    /// What these events are worth, `[number]`.
    fn worth(&self, opened: usize, taken: usize, held: usize) -> [f64; L] {
        self.weights.map(|weights| {
            weights[0] * opened as f64 + weights[1] * taken as f64 + weights[2] * held as f64
        })
    }

    /// Where the next events of a layer are, what each is worth at once, and what follows.
    fn events(&mut self, layer: Layer, rule: &impl Rule<L>) -> Vec<Next<L>> {
        let held = self.map.held(layer);
        let mut next = Vec::new();
        for key in bits(layer.lying.into()) {
            let Some(place) = self.map.keys[key] else { continue };
            let after = Layer { lying: layer.lying & !(1 << key), ..layer };
            let later = self.later(after, key, rule);
            next.push(Next { place, at_once: self.worth(0, 1, held + 1), later });
        }
        for chest in bits(layer.shut).filter(|_| held > 0) {
            let Some(place) = self.map.chests[chest] else { continue };
            let after = Layer { shut: layer.shut & !(1 << chest), ..layer };
            let later = self.later(after, self.map.keys.len() + chest, rule);
            next.push(Next { place, at_once: self.worth(1, 0, held - 1), later });
        }
        next
    }

    /// The values of a layer in the cell of an object that is gone, none where it is over.
    fn later(
        &mut self,
        layer: Layer,
        object: usize,
        rule: &impl Rule<L>,
    ) -> Option<(Rc<Values<L>>, usize)> {
        if self.map.over(layer) {
            return None;
        }
        let layer = self.leanest(layer);
        if self.idle(layer) {
            return None;
        }
        if !self.entered.contains_key(&layer) {
            let table = self.table(layer, rule);
            let entries = self.entries(layer);
            let mut values = vec![[0.0; L]; (self.map.horizon + 1) * entries.len()];
            for left in 0..=self.map.horizon {
                for (at, &(_, place)) in entries.iter().enumerate() {
                    values[left * entries.len() + at] = table.at(left, place);
                }
            }
            self.entered.insert(layer, Rc::new(Values { places: entries.len(), values }));
        }
        let at = self.entries(layer).iter().position(|&(gone, _)| gone == object);
        Some((self.entered[&layer].clone(), at.expect("the object is gone from this layer")))
    }

    /// The objects within reach that are gone, and their places.
    fn entries(&self, layer: Layer) -> Vec<(usize, usize)> {
        let gone = |object: &usize| match object.checked_sub(self.map.keys.len()) {
            None => layer.lying >> object & 1 == 0,
            Some(chest) => layer.shut >> chest & 1 == 0,
        };
        let places = self.map.keys.iter().chain(&self.map.chests);
        let within = places.enumerate().filter_map(|(object, place)| Some((object, (*place)?)));
        within.filter(|(object, _)| gone(object)).collect()
    }

    /// The values of a layer in every cell.
    fn table(&mut self, layer: Layer, rule: &impl Rule<L>) -> Values<L> {
        let events = self.events(layer, rule);
        let cells = self.map.count;
        let going = self.worth(0, 0, self.map.held(layer));
        let over = self.map.over(layer);
        let mut values = vec![[0.0; L]; (self.map.horizon + 1) * cells];
        // As many as a byte can number, so that no look-up has to be checked.
        let mut next = [[0.0; L]; 256];
        for left in 1..=self.map.horizon {
            let (before, here) = values.split_at_mut(left * cells);
            let before = &before[(left - 1) * cells..];
            for (next, before) in next.iter_mut().zip(before) {
                let later = if over { 0.0 } else { self.map.discount };
                *next = std::array::from_fn(|n| going[n] + later * before[n]);
            }
            for event in &events {
                next[event.place] = event.at_once;
                if let Some((values, at)) = &event.later {
                    let later = values.at(left - 1, *at);
                    let worth = &mut next[event.place];
                    worth.iter_mut().zip(later).for_each(|(worth, later)| {
                        *worth += self.map.discount * later;
                    });
                }
            }
            for (value, leads) in here.iter_mut().zip(&self.map.leads) {
                *value = keep(rule, leads.map(|place| next[usize::from(place)]));
            }
        }
        Values { places: cells, values }
    }
}

#[inline]
fn keep<const L: usize, R: Rule<L>>(_rule: &R, each: [[f64; L]; 4]) -> [f64; L] {
    R::keep(each)
}

/// One event that can come next.
struct Next<const L: usize> {
    place: usize,
    at_once: [f64; L],
    later: Option<(Rc<Values<L>>, usize)>,
}

/// The solution of one level for one goal.
pub(super) struct Layered {
    map: Rc<Map>,
    level: Level,
    goal: Goal,
    best: Way,
}

/// How the best value is found.
enum Way {
    /// By visits.
    Visits(Visits),
    /// Over all cells, with the layers that have been asked about.
    Sweep(Sweep<1>, HashMap<Layer, Values<1>>),
}

impl Layered {
    pub(super) fn new(world: &KeysAndChests, level: &Level, goal: &Goal) -> Layered {
        let map = Rc::new(Map::of(world, level));
        let best = match weights(goal) {
            [opened, taken, 0.0] if opened >= 0.0 && taken >= 0.0 && map.openable > 0 => {
                Way::Visits(Visits::new(map.clone(), opened, taken))
            }
            _ => Layered::swept(&map, goal),
        };
        Layered { map, level: level.clone(), goal: goal.clone(), best }
    }

    fn swept(map: &Rc<Map>, goal: &Goal) -> Way {
        Way::Sweep(Sweep::new(map, [goal], true), HashMap::new())
    }

    fn start(&self) -> Layer {
        let Level { keys, chests, .. } = &self.level;
        Layer { lying: all(keys.len()) as u16, shut: all(chests.len()) as u32 }
    }

    fn begin<const L: usize>(&self, mut sweep: Sweep<L>, rule: impl Rule<L>) -> [f64; L] {
        let place = self.map.place(self.level.mouse);
        sweep.table(self.start(), &rule).at(self.map.horizon, place)
    }
}

impl Search<State> for Layered {
    fn value_at(&mut self, state: State, left: u32) -> f64 {
        let layer = Layer { lying: state.lying, shut: state.shut };
        let place = self.map.place(state.mouse);
        match &mut self.best {
            Way::Visits(visits) => visits.value(layer, place, left as usize),
            Way::Sweep(sweep, tables) => {
                let layer = sweep.leanest(layer);
                if sweep.idle(layer) {
                    return 0.0;
                }
                let table = tables.entry(layer).or_insert_with(|| sweep.table(layer, &Best));
                table.at(left as usize, place)[0]
            }
        }
    }

    fn between(&mut self, other: &Goal) -> (f64, f64) {
        let goals = [&self.goal, other, other];
        let [_, least, most] = self.begin(Sweep::new(&self.map, goals, false), Between);
        (least, most)
    }

    fn random(&mut self) -> f64 {
        self.begin(Sweep::new(&self.map, [&self.goal], false), Uniform)[0]
    }

    fn number(&self, state: State) -> usize {
        // Each key lies, is in hand, or is used up.
        let key = |sum: usize, key: usize| {
            3 * sum + usize::from(state.lying >> key & 1) + 2 * usize::from(state.held >> key & 1)
        };
        let keys = (0..self.level.keys.len()).fold(0, key);
        (keys << 32 | state.shut as usize) << 8 | usize::from(state.mouse)
    }
}

#[cfg(test)]
mod tests;
