//! A level of keys and chests as the solvers see it: places that can be reached, and sets of objects.

use super::{KeysAndChests, Level, WAYS, bits};
use crate::grid::Grid;

/// Keys that lie and chests that are shut, a bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Layer {
    pub(super) lying: u16,
    pub(super) shut: u32,
}

/// What does not change in a level. A place is the number of a cell among those within reach.
pub(super) struct Map {
    /// How many places there are.
    pub(super) count: usize,
    /// The place of each cell, `[cell]`; none out of reach.
    places: Vec<Option<usize>>,
    /// The place to which each action leads, `[place]`.
    pub(super) leads: Vec<[u8; 4]>,
    /// The place of each key.
    pub(super) keys: Vec<Option<usize>>,
    /// The place of each chest.
    pub(super) chests: Vec<Option<usize>>,
    /// Chests that are open when the episode is over.
    pub(super) openable: usize,
    pub(super) horizon: usize,
    pub(super) discount: f64,
}

impl Map {
    pub(super) fn of(world: &KeysAndChests, level: &Level) -> Map {
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
        Map {
            count: cells.len(),
            leads: cells.iter().map(lead).collect(),
            keys: place(&level.keys),
            chests: place(&level.chests),
            openable: level.openable(),
            horizon: world.horizon() as usize,
            discount: world.discount(),
            places,
        }
    }

    /// The place of a cell in which the mouse has been.
    pub(super) fn place(&self, cell: u8) -> usize {
        self.places[usize::from(cell)].expect("it was come to")
    }

    /// Chests that are open.
    pub(super) fn opened(&self, layer: Layer) -> usize {
        self.chests.len() - layer.shut.count_ones() as usize
    }

    /// Keys in hand.
    pub(super) fn held(&self, layer: Layer) -> usize {
        let taken = self.keys.len() - layer.lying.count_ones() as usize;
        taken.saturating_sub(self.opened(layer))
    }

    /// Whether the episode is over.
    pub(super) fn over(&self, layer: Layer) -> bool {
        self.opened(layer) == self.openable
    }

    /// What would happen next, object by object: its number, keys first, then chests; its place; and
    /// the layer afterwards.
    pub(super) fn active(&self, layer: Layer) -> Vec<(usize, usize, Layer)> {
        let taken = bits(layer.lying.into()).filter_map(|key| {
            let after = Layer { lying: layer.lying & !(1 << key), ..layer };
            Some((key, self.keys[key]?, after))
        });
        let opened = bits(layer.shut).filter(|_| self.held(layer) > 0).filter_map(|chest| {
            let after = Layer { shut: layer.shut & !(1 << chest), ..layer };
            Some((self.keys.len() + chest, self.chests[chest]?, after))
        });
        taken.chain(opened).collect()
    }

    /// Steps from a place to every other, `[place]`, where only places that are `free` may be passed;
    /// `u16::MAX` where there is no way.
    pub(super) fn steps(&self, from: usize, free: impl Fn(usize) -> bool) -> Vec<u16> {
        let mut steps = vec![u16::MAX; self.count];
        let mut queue = Vec::with_capacity(self.count);
        steps[from] = 0;
        queue.push(from);
        let mut at = 0;
        while at < queue.len() {
            let place = queue[at];
            at += 1;
            if place != from && !free(place) {
                continue;
            }
            for next in self.leads[place].map(usize::from) {
                if steps[next] == u16::MAX {
                    steps[next] = steps[place] + 1;
                    queue.push(next);
                }
            }
        }
        steps
    }
}
