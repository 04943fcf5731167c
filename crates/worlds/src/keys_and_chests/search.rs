//! The exact solution of keys and chests, by sets of objects left.
//!
//! What follows from a state is settled by where the mouse is and by which keys lie and which chests
//! are shut: how many keys are in hand follows, and which of them only shows. Between two events
//! that set, a *layer*, stays; every event leads to a layer with one object less. So layers are
//! worked out from the last backwards, each over its cells and the steps left, and of each only the
//! values in the cells where its last event can have been are kept.

use std::collections::HashMap;
use std::rc::Rc;

use super::{HELD, KeysAndChests, Level, OPENED, State, TAKEN, WAYS, all, bits};
use crate::grid::{Goal, Grid, Search};

/// How far two values may lie apart and count as equal, as in [`crate::grid::Solution`].
const EQUAL: f64 = 1e-9;

/// Keys that lie and chests that are shut, a bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Layer {
    lying: u16,
    shut: u32,
}

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
    /// The reachable cells.
    cells: Vec<u8>,
    /// The place of each cell among these, `[cell]`; none where it is out of reach.
    places: Vec<Option<usize>>,
    /// The place to which each action leads, `[place]`.
    leads: Vec<[u8; 4]>,
    /// Objects within reach.
    keys: Vec<Option<usize>>,
    chests: Vec<Option<usize>>,
    openable: usize,
    horizon: usize,
    discount: f64,
    /// What each event is worth, `[number][event]`.
    weights: [[f64; 3]; L],
    /// Whether keys that no chest can need any more, or anything that cannot be worth something any
    /// more, may be left out: it holds for the best and of one goal alone.
    lean: bool,
    /// Values in the cells of objects that are gone, of each layer: keys first, then chests.
    entered: HashMap<Layer, Rc<Values<L>>>,
}

impl<const L: usize> Sweep<L> {
    fn new(world: &KeysAndChests, level: &Level, goals: [&Goal; L], lean: bool) -> Sweep<L> {
        let size = world.size();
        let steps = size.distances(level.mouse, &level.walls);
        let mut places = vec![None; size.cells()];
        let mut cells = Vec::new();
        for cell in 0..size.cells() {
            if steps[cell].is_some() {
                places[cell] = Some(cells.len());
                cells.push(cell as u8);
            }
        }
        let lead = |cell: &u8| {
            WAYS.map(|way| {
                let next = size.walk(*cell, way, &level.walls);
                places[usize::from(next)].expect("a step leads to what can be reached") as u8
            })
        };
        let place = |list: &[u8]| list.iter().map(|&cell| places[usize::from(cell)]).collect();
        Sweep {
            leads: cells.iter().map(lead).collect(),
            keys: place(&level.keys),
            chests: place(&level.chests),
            cells,
            openable: level.openable(),
            horizon: world.horizon() as usize,
            discount: world.discount(),
            weights: goals.map(|goal| [OPENED, TAKEN, HELD].map(|event| goal.weights[event])),
            lean,
            entered: HashMap::new(),
            places,
        }
    }

    /// The layer of which the values are the same, with as little in it as may be.
    fn leanest(&self, layer: Layer) -> Layer {
        let [opened, taken, held] = self.weights[0];
        let rest = layer.shut.count_ones() as usize;
        if self.lean && taken == 0.0 && held == 0.0 && opened >= 0.0 && self.held(layer) >= rest {
            return Layer { lying: 0, ..layer };
        }
        layer
    }

    fn held(&self, layer: Layer) -> usize {
        let taken = self.keys.len() - layer.lying.count_ones() as usize;
        taken.saturating_sub(self.opened(layer))
    }

    fn opened(&self, layer: Layer) -> usize {
        self.chests.len() - layer.shut.count_ones() as usize
    }

    /// Whether nothing that is worth anything can happen any more.
    fn idle(&self, layer: Layer) -> bool {
        let [opened, taken, held] = self.weights[0];
        let lying = bits(layer.lying.into()).any(|key| self.keys[key].is_some());
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
        let held = self.held(layer);
        let mut next = Vec::new();
        for key in bits(layer.lying.into()) {
            let Some(place) = self.keys[key] else { continue };
            let after = Layer { lying: layer.lying & !(1 << key), ..layer };
            let later = self.later(after, key, rule);
            next.push(Next { place, at_once: self.worth(0, 1, held + 1), later });
        }
        for chest in bits(layer.shut).filter(|_| held > 0) {
            let Some(place) = self.chests[chest] else { continue };
            let after = Layer { shut: layer.shut & !(1 << chest), ..layer };
            let later = self.later(after, self.keys.len() + chest, rule);
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
        if self.opened(layer) == self.openable {
            return None;
        }
        let layer = self.leanest(layer);
        if self.idle(layer) {
            return None;
        }
        if !self.entered.contains_key(&layer) {
            let table = self.table(layer, rule);
            let entries = self.entries(layer);
            let mut values = vec![[0.0; L]; (self.horizon + 1) * entries.len()];
            for left in 0..=self.horizon {
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
        let gone = |object: &usize| match object.checked_sub(self.keys.len()) {
            None => layer.lying >> object & 1 == 0,
            Some(chest) => layer.shut >> chest & 1 == 0,
        };
        let places = self.keys.iter().chain(&self.chests);
        let within = places.enumerate().filter_map(|(object, place)| Some((object, (*place)?)));
        within.filter(|(object, _)| gone(object)).collect()
    }

    /// The values of a layer in every cell.
    fn table(&mut self, layer: Layer, rule: &impl Rule<L>) -> Values<L> {
        let events = self.events(layer, rule);
        let cells = self.cells.len();
        let going = self.worth(0, 0, self.held(layer));
        let over = self.opened(layer) == self.openable;
        let mut values = vec![[0.0; L]; (self.horizon + 1) * cells];
        // As many as a byte can number, so that no look-up has to be checked.
        let mut next = [[0.0; L]; 256];
        for left in 1..=self.horizon {
            let (before, here) = values.split_at_mut(left * cells);
            let before = &before[(left - 1) * cells..];
            for (next, before) in next.iter_mut().zip(before) {
                let later = if over { 0.0 } else { self.discount };
                *next = std::array::from_fn(|n| going[n] + later * before[n]);
            }
            for event in &events {
                next[event.place] = event.at_once;
                if let Some((values, at)) = &event.later {
                    let later = values.at(left - 1, *at);
                    let worth = &mut next[event.place];
                    worth.iter_mut().zip(later).for_each(|(worth, later)| {
                        *worth += self.discount * later;
                    });
                }
            }
            for (value, leads) in here.iter_mut().zip(&self.leads) {
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
pub(super) struct Layered<'a> {
    world: &'a KeysAndChests,
    level: &'a Level,
    goal: Goal,
    sweep: Sweep<1>,
    /// The layers that have been asked about.
    tables: HashMap<Layer, Values<1>>,
}

impl<'a> Layered<'a> {
    pub(super) fn new(world: &'a KeysAndChests, level: &'a Level, goal: &Goal) -> Layered<'a> {
        let sweep = Sweep::new(world, level, [goal], true);
        Layered { world, level, goal: goal.clone(), sweep, tables: HashMap::new() }
    }

    fn start(&self) -> Layer {
        let Level { keys, chests, .. } = self.level;
        Layer { lying: all(keys.len()) as u16, shut: all(chests.len()) as u32 }
    }

    fn begin<const L: usize>(&self, mut sweep: Sweep<L>, rule: impl Rule<L>) -> [f64; L] {
        let place = sweep.places[usize::from(self.level.mouse)].expect("the mouse is where it is");
        sweep.table(self.start(), &rule).at(sweep.horizon, place)
    }
}

impl Search<State> for Layered<'_> {
    fn value_at(&mut self, state: State, left: u32) -> f64 {
        let layer = self.sweep.leanest(Layer { lying: state.lying, shut: state.shut });
        let place = self.sweep.places[usize::from(state.mouse)].expect("it was come to");
        if self.sweep.idle(layer) {
            return 0.0;
        }
        if !self.tables.contains_key(&layer) {
            let table = self.sweep.table(layer, &Best);
            self.tables.insert(layer, table);
        }
        self.tables[&layer].at(left as usize, place)[0]
    }

    fn between(&mut self, other: &Goal) -> (f64, f64) {
        let goals = [&self.goal, other, other];
        let [_, least, most] =
            self.begin(Sweep::new(self.world, self.level, goals, false), Between);
        (least, most)
    }

    fn random(&mut self) -> f64 {
        self.begin(Sweep::new(self.world, self.level, [&self.goal], false), Uniform)[0]
    }
}

#[cfg(test)]
mod tests;
