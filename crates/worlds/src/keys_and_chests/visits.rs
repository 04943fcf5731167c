//! The best value of keys and chests, visit by visit.
//!
//! Where only events are worth anything and none is worth less than nothing, the best policy goes
//! from event to event by shortest ways that pass no other object that would act, and never waits:
//! with fewer steps left nothing is worth more. Which visit is next is found by branch and bound.
//! The bound is the same problem with less in the way: objects may be passed without anything
//! happening, an end is no end where only keys are worth something, and keys beyond those that the
//! chests left need are not asked for. It is worked out by dynamic programming, set by set.

use std::collections::HashMap;
use std::rc::Rc;

use super::all;
use super::map::{Layer, Map};

/// By how much a bound must exceed what has been found to be followed up: more than double precision
/// loses on a way of visits, and far less than makes a difference between actions.
const WORTH_A_LOOK: f64 = 1e-13;

/// The best values of one level for one goal.
pub(super) struct Visits {
    map: Rc<Map>,
    opened: f64,
    taken: f64,
    /// Powers of the discount, `[step]`.
    powers: Vec<f64>,
    /// Steps between the place of each object and every place, passing whatever lies there,
    /// `[object][place]`.
    apart: Vec<Vec<u16>>,
    /// Bounds in each layer from the place of an object, `[steps left]`.
    bounds: HashMap<(Layer, usize), Rc<Vec<f64>>>,
    /// The next visits from a place: object and steps.
    ways: HashMap<(Layer, usize), Rc<Vec<Visit>>>,
    /// Values by layer, place and steps left.
    values: HashMap<(Layer, usize, usize), f64>,
}

/// A visit that may come next.
#[derive(Clone, Copy)]
struct Visit {
    object: usize,
    place: usize,
    steps: usize,
    after: Layer,
}

impl Visits {
    pub(super) fn new(map: Rc<Map>, opened: f64, taken: f64) -> Visits {
        let powers = std::iter::successors(Some(1.0), |power| Some(power * map.discount));
        let powers = powers.take(map.horizon + 1).collect();
        let object = |place: &Option<usize>| match *place {
            Some(place) => map.steps(place, |_| true),
            None => Vec::new(),
        };
        let apart = map.keys.iter().chain(&map.chests).map(object).collect();
        Visits {
            opened,
            taken,
            powers,
            apart,
            bounds: HashMap::new(),
            ways: HashMap::new(),
            values: HashMap::new(),
            map,
        }
    }

    /// The best value in a place of a layer with so many steps left.
    pub(super) fn value(&mut self, layer: Layer, place: usize, left: usize) -> f64 {
        if self.map.over(layer) {
            return 0.0;
        }
        if let Some(&value) = self.values.get(&(layer, place, left)) {
            return value;
        }
        let mut visits: Vec<(f64, Visit)> = Vec::new();
        for &visit in self.ways(layer, place).iter().filter(|visit| visit.steps <= left) {
            let later = self.bound(visit.after, visit.object)[left - visit.steps];
            visits.push((self.worth(visit, later), visit));
        }
        visits.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        let mut best = 0.0;
        for (bound, visit) in visits {
            if bound <= best + WORTH_A_LOOK {
                break;
            }
            let later = self.value(visit.after, visit.place, left - visit.steps);
            best = f64::max(best, self.worth(visit, later));
        }
        self.values.insert((layer, place, left), best);
        best
    }

    /// What a visit is worth, with what comes after it.
    fn worth(&self, visit: Visit, later: f64) -> f64 {
        let at_once = if visit.object < self.map.keys.len() { self.taken } else { self.opened };
        self.powers[visit.steps - 1] * (at_once + self.map.discount * later)
    }

    /// The next visits from a place.
    fn ways(&mut self, layer: Layer, place: usize) -> Rc<Vec<Visit>> {
        if let Some(ways) = self.ways.get(&(layer, place)) {
            return ways.clone();
        }
        let active = self.map.active(layer);
        let mut acts = [false; 256];
        active.iter().for_each(|&(_, place, _)| acts[place] = true);
        let steps = self.map.steps(place, |place| !acts[place]);
        let visit = |(object, place, after): (usize, usize, Layer)| {
            let steps = usize::from(steps[place]);
            (steps <= self.map.horizon).then_some(Visit { object, place, steps, after })
        };
        let ways: Rc<Vec<Visit>> = Rc::new(active.into_iter().filter_map(visit).collect());
        self.ways.insert((layer, place), ways.clone());
        ways
    }

    /// The layer that bounds another, with as little in it as may be.
    fn leanest(&self, layer: Layer) -> Layer {
        if self.opened == 0.0 {
            // Chests are worth nothing, and nothing in the way is counted: as if all were shut.
            return Layer { shut: all(self.map.chests.len()) as u32, ..layer };
        }
        let needed = layer.shut.count_ones() as usize;
        match self.taken == 0.0 && self.map.held(layer) >= needed {
            true => Layer { lying: 0, ..layer },
            false => layer,
        }
    }

    /// No less than the best value from the place of an object that is gone, `[steps left]`.
    fn bound(&mut self, layer: Layer, object: usize) -> Rc<Vec<f64>> {
        let layer = self.leanest(layer);
        if let Some(bound) = self.bounds.get(&(layer, object)) {
            return bound.clone();
        }
        let mut best = vec![0.0; self.map.horizon + 1];
        let worth_chests = self.opened > 0.0;
        if !worth_chests || !self.map.over(layer) {
            for (next, place, after) in self.map.active(layer) {
                let chest = next >= self.map.keys.len();
                let steps = usize::from(self.apart[object][place]);
                if steps > self.map.horizon || chest && !worth_chests {
                    continue;
                }
                let later = self.bound(after, next);
                let (now, then) = (
                    self.worth(Visit { object: next, place, steps, after }, 0.0),
                    self.powers[steps - 1] * self.map.discount,
                );
                for (best, later) in best[steps..].iter_mut().zip(later.iter()) {
                    let worth = now + then * later;
                    *best = if worth > *best { worth } else { *best };
                }
            }
        }
        let best = Rc::new(best);
        self.bounds.insert((layer, object), best.clone());
        best
    }
}
