//! Keys and chests: a mouse in a maze opens chests, each with a key that it has to collect first. In
//! training keys are rare and chests many, so that collecting every key serves as well as wanting
//! chests; in the situation `shift` keys are many and chests rare.
//!
//! After jaxgmg (Farrugia-Roberts et al., `keys_and_chests`), itself after Langosco et al. 2022. The
//! mouse goes up, left, down or right; a wall leaves it where it is. Where a step ends on a key, the
//! mouse takes it; where it ends on a shut chest and a key is in hand, one taken in this very step
//! among them, it opens the chest and the first key in hand is gone. The episode is over once as
//! many chests are open as there are keys or chests, whichever are fewer.
//!
//! Events are `chest` (one opened), `key` (one taken) and `held` (after every step, as often as there
//! are keys in hand). Goals are `chests` and `keys`. What jaxgmg's training reports as the proxy is
//! the event `held`; it is no goal here, since to be rewarded for it is to be paid for waiting.
//!
//! A level is drawn so: walls; then distinct open cells, uniformly, for the mouse, the keys and the
//! chests; then for every key a column of the top row, uniformly without repetition, where it is
//! shown while it is in hand (channel `inventory`). An object may be out of reach.
//!
//! Of jaxgmg's rules these are not kept:
//! - an observation is `[channel, row, column]`; theirs is `[row, column, channel]`;
//! - a time-out and the end after the last chest are told apart; theirs are one flag;
//! - the next episode has another level; theirs has the same until levels are given anew;
//! - there is no penalty of time (theirs is on in a bare `Env()` and off in all their training);
//! - there are no hidden slots: a level holds the keys and chests that it shows;
//! - a level without enough open cells is drawn again; theirs has no answer;
//! - a drawing with an object out of reach, or without key or chest, is refused, but not by
//!   [`Exchange::import`];
//! - values are those of the best policy that can be played: theirs take plans of visits in which
//!   nothing that is passed on the way happens, and none for keys.

mod map;
mod search;
mod visits;

use mesascope_stats::Draws;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Impossible;
use crate::exchange::{Exchange, framed};
use crate::grid::{
    Canvas, Cells, Chance, Drawing, Events, Goal, Grid, Misdrawn, Moved, Search, Sign, Size, Way,
};
use crate::mazes::{self, Maze};

/// Moves when the same settings come to other levels, steps or values.
pub const NUMERICS: u32 = 1;

const WALL: usize = 0;
const MOUSE: usize = 1;
const KEY: usize = 2;
const CHEST: usize = 3;
const INVENTORY: usize = 4;

const OPENED: usize = 0;
const TAKEN: usize = 1;
const HELD: usize = 2;

/// The most chests of a level: a state has a bit for each.
const MOST_CHESTS: u8 = 32;

/// The most sets of objects left that a level may come to, so that all of it can be solved over all
/// cells: at 128 steps each takes some ten thousand bytes and a twentieth of a millisecond.
const MOST_LAYERS: u64 = 20_000;

/// Settings of the world.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeysAndChests {
    /// Rows and columns of the grid, its border of walls among them, 3 to 15. Default: 15.
    #[serde(default = "fifteen")]
    pub side: u8,
    /// Rows, where they are not as many as columns, 3 to 15. Default: `side`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u8>,
    /// What lies in a level of training. Default: 3 keys and 10 chests.
    #[serde(default = "rare_keys")]
    pub train: Counts,
    /// What lies in a level of the situation `shift`. Default: 10 keys and 3 chests.
    #[serde(default = "rare_chests")]
    pub shift: Counts,
    /// How walls are drawn. Default: blocks, a quarter of them walls.
    #[serde(default)]
    pub maze: Maze,
    /// How many levels there are to train in; none draws a fresh level every episode. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub levels: Option<u32>,
    /// Steps after which an episode is over at the latest, 1 to 1,000. Default: 128.
    #[serde(default = "steps")]
    pub horizon: u32,
    /// What a reward one step later is worth, 0 to 1. Default: 0.999.
    #[serde(default = "discount")]
    pub discount: f64,
}

/// How many keys and chests lie in a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Keys, at least 1 and at most as many as there are columns.
    pub keys: u8,
    /// Chests, 1 to 32.
    pub chests: u8,
}

impl Counts {
    /// How many sets of objects may be left while the episode goes on.
    fn layers(self) -> u64 {
        let choose = |of: u8, count: u8| {
            (0..u64::from(count)).fold(1, |ways, at| ways * (u64::from(of) - at) / (at + 1))
        };
        let last = self.keys.min(self.chests).saturating_sub(1);
        let opened =
            |taken: u8| -> u64 { (0..=taken.min(last)).map(|n| choose(self.chests, n)).sum() };
        (0..=self.keys).map(|taken| choose(self.keys, taken).saturating_mul(opened(taken))).sum()
    }
}

fn fifteen() -> u8 {
    15
}

fn rare_keys() -> Counts {
    Counts { keys: 3, chests: 10 }
}

fn rare_chests() -> Counts {
    Counts { keys: 10, chests: 3 }
}

fn steps() -> u32 {
    128
}

fn discount() -> f64 {
    0.999
}

/// A layout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// Where walls stand.
    pub walls: Cells,
    /// Where the mouse begins.
    pub mouse: u8,
    /// Where each key lies, `[key]`.
    pub keys: Vec<u8>,
    /// Where each chest stands, `[chest]`.
    pub chests: Vec<u8>,
    /// The column of the top row in which each key is shown while it is in hand, `[key]`.
    pub inventory: Vec<u8>,
    /// Every cell with a key or a chest.
    objects: Cells,
}

impl Level {
    fn new(walls: Cells, mouse: u8, keys: Vec<u8>, chests: Vec<u8>, inventory: Vec<u8>) -> Level {
        let objects = keys.iter().chain(&chests).copied().collect();
        Level { walls, mouse, keys, chests, inventory, objects }
    }

    /// How many chests are open when the episode is over.
    fn openable(&self) -> usize {
        self.keys.len().min(self.chests.len())
    }
}

/// Where the mouse is, and where every key and chest has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct State {
    /// Where the mouse is.
    pub mouse: u8,
    /// The keys that lie where they lay, a bit each.
    pub lying: u16,
    /// The keys in hand, a bit each.
    pub held: u16,
    /// The chests that are shut, a bit each.
    pub shut: u32,
}

/// The bits of so many things.
fn all(count: usize) -> u64 {
    (1 << count) - 1
}

/// The places of the bits of a set.
fn bits(set: u32) -> impl Iterator<Item = usize> {
    (0..32).filter(move |bit| set >> bit & 1 == 1)
}

const WAYS: [Way; 4] = [Way::Up, Way::Left, Way::Down, Way::Right];

impl KeysAndChests {
    fn counts(&self, situation: usize) -> Counts {
        [self.train, self.shift][situation]
    }

    /// The level that a drawing shows, whatever can be reached. Keys are shown in hand in the first
    /// columns, as in jaxgmg's own uses of its parser.
    fn read(&self, drawing: &Drawing) -> Result<Level, Misdrawn> {
        framed(self, drawing, '#')?;
        let some = |sign: char, what: &str, most: u8| {
            let all = drawing.all(&[sign]);
            match all.get(usize::from(most)) {
                Some(&surplus) => {
                    let why = format!("here is one of the {what} too many; the world has {most}");
                    Err(drawing.wrong(surplus, why))
                }
                None => Ok(all),
            }
        };
        let keys = some('k', "keys", self.train.keys.max(self.shift.keys))?;
        let chests = some('c', "chests", self.train.chests.max(self.shift.chests))?;
        let walls = drawing.all(&['#']).into_iter().collect();
        let columns = (0..keys.len() as u8).collect();
        Ok(Level::new(walls, drawing.one(&['@'], "mouse")?, keys, chests, columns))
    }

    fn chest_at(level: &Level, cell: u8, shut: u32) -> bool {
        bits(shut).any(|chest| level.chests[chest] == cell)
    }
}

impl Grid for KeysAndChests {
    type Level = Level;
    type State = State;

    fn check(&self) -> Result<(), Impossible> {
        let wrong = |field: Vec<&'static str>, why: String| Err(Impossible { field, why });
        if !(3..=15).contains(&self.side) {
            let why = format!("side is a whole number from 3 to 15, not {}", self.side);
            return wrong(vec!["side"], why);
        }
        let Size { height, width } = self.size();
        if !(3..=15).contains(&height) {
            let why = format!("height is a whole number from 3 to 15, not {height}");
            return wrong(vec!["height"], why);
        }
        self.maze.check(self.size())?;
        let inside = usize::from(height - 2) * usize::from(width - 2);
        // A tree opens its nodes and one cell less between them; blocks leave some share open.
        let open = match self.maze {
            Maze::Tree => 2 * usize::from(height / 2) * usize::from(width / 2) - 1,
            Maze::Blocks { walls } => (inside as f64 * (1.0 - walls)) as usize,
            Maze::Open => inside,
        };
        for (name, counts) in [("train", self.train), ("shift", self.shift)] {
            let Counts { keys, chests } = counts;
            if !(1..=width).contains(&keys) {
                let why = format!(
                    "keys is a whole number from 1 to {width}, the columns that show them in hand, not {keys}"
                );
                return wrong(vec![name, "keys"], why);
            }
            if !(1..=MOST_CHESTS).contains(&chests) {
                let why = format!("chests is a whole number from 1 to {MOST_CHESTS}, not {chests}");
                return wrong(vec![name, "chests"], why);
            }
            let needed = 1 + usize::from(keys) + usize::from(chests);
            if needed > open {
                let why = format!(
                    "a mouse, {keys} keys and {chests} chests need {needed} open cells, and mazes here have about {open}"
                );
                return wrong(vec![name], why);
            }
            let layers = counts.layers();
            if layers > MOST_LAYERS {
                let why = format!(
                    "{keys} keys and {chests} chests leave {layers} sets of objects, too many to \
                     solve; at most {MOST_LAYERS} can be, such as those of 3 keys and 24 chests or \
                     10 keys and 3 chests"
                );
                return wrong(vec![name], why);
            }
        }
        if !(1..=1000).contains(&self.horizon) {
            let why = format!("horizon is a whole number from 1 to 1000, not {}", self.horizon);
            return wrong(vec!["horizon"], why);
        }
        if !(0.0..=1.0).contains(&self.discount) {
            let why = format!("discount is a number from 0 to 1, not {}", self.discount);
            return wrong(vec!["discount"], why);
        }
        if self.levels == Some(0) {
            let why = "levels is at least 1; leave it out to draw fresh ones".to_string();
            return wrong(vec!["levels"], why);
        }
        Ok(())
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        vec![("worlds/keys-and-chests", NUMERICS), ("worlds/mazes", mazes::NUMERICS)]
    }

    fn data(&self) -> String {
        let (Size { height, width }, Counts { keys, chests }) = (self.size(), self.train);
        format!("mazes of {height}x{width} with {keys} keys and {chests} chests")
    }

    fn size(&self) -> Size {
        Size { height: self.height.unwrap_or(self.side), width: self.side }
    }

    fn channels(&self) -> &'static [&'static str] {
        &["wall", "mouse", "key", "chest", "inventory"]
    }

    fn actions(&self) -> &'static [&'static str] {
        &["up", "left", "down", "right"]
    }

    fn events(&self) -> &'static [&'static str] {
        &["chest", "key", "held"]
    }

    fn goals(&self) -> Vec<Goal> {
        vec![Goal::new("chests", &[(OPENED, 1.0)]), Goal::new("keys", &[(TAKEN, 1.0)])]
    }

    fn situations(&self) -> &'static [&'static str] {
        &["train", "shift"]
    }

    fn horizon(&self) -> u32 {
        self.horizon
    }

    fn discount(&self) -> f64 {
        self.discount
    }

    fn training_levels(&self) -> Option<usize> {
        self.levels.map(|count| count as usize)
    }

    fn generate(&self, situation: usize, draws: &mut Draws) -> Level {
        let size = self.size();
        let Counts { keys, chests } = self.counts(situation);
        let (keys, chests) = (usize::from(keys), usize::from(chests));
        let first = |of: &mut Vec<u8>, count: usize, draws: &mut Draws| {
            for place in 0..count {
                let other = place + draws.below((of.len() - place) as u64) as usize;
                of.swap(place, other);
            }
            of.truncate(count);
        };
        loop {
            let walls = self.maze.draw(size, draws);
            let mut free: Vec<u8> =
                (0..size.cells() as u8).filter(|&cell| !walls.has(cell)).collect();
            let needed = 1 + keys + chests;
            // Walls may leave too little room; then others are drawn.
            if free.len() < needed {
                continue;
            }
            first(&mut free, needed, draws);
            let mut columns: Vec<u8> = (0..size.width).collect();
            first(&mut columns, keys, draws);
            let chests = free.split_off(1 + keys);
            let keys = free.split_off(1);
            return Level::new(walls, free[0], keys, chests, columns);
        }
    }

    fn start(&self, level: &Level) -> State {
        let (lying, shut) = (all(level.keys.len()) as u16, all(level.chests.len()) as u32);
        State { mouse: level.mouse, lying, held: 0, shut }
    }

    #[inline]
    fn step(&self, level: &Level, state: State, action: u8, _chance: &mut Chance) -> Moved<State> {
        let mouse = self.size().walk(state.mouse, WAYS[usize::from(action)], &level.walls);
        let mut state = State { mouse, ..state };
        let mut events = Events::NONE;
        if level.objects.has(mouse) {
            let here = |key: &usize| level.keys[*key] == mouse;
            if let Some(key) = bits(u32::from(state.lying)).find(here) {
                state.lying &= !(1 << key);
                state.held |= 1 << key;
                events = events.and(TAKEN);
            }
            let here = |chest: &usize| level.chests[*chest] == mouse;
            if let Some(chest) = bits(state.shut).find(here).filter(|_| state.held != 0) {
                state.shut &= !(1 << chest);
                // The lowest bit is the first key in hand.
                state.held &= state.held - 1;
                events = events.and(OPENED);
            }
        }
        if state.held != 0 {
            events = events.and_times(HELD, state.held.count_ones() as u8);
        }
        let opened = level.chests.len() - state.shut.count_ones() as usize;
        Moved { state, events, ended: opened == level.openable() }
    }

    fn paint(&self, level: &Level, state: State, canvas: &mut Canvas) {
        level.walls.iter().for_each(|cell| canvas.set(WALL, cell, true));
        canvas.set(MOUSE, state.mouse, true);
        bits(state.lying.into()).for_each(|key| canvas.set(KEY, level.keys[key], true));
        bits(state.held.into()).for_each(|key| canvas.set(INVENTORY, level.inventory[key], true));
        bits(state.shut).for_each(|chest| canvas.set(CHEST, level.chests[chest], true));
    }

    #[inline]
    fn repaint(&self, level: &Level, before: State, after: State, canvas: &mut Canvas) {
        canvas.shift(MOUSE, before.mouse, after.mouse);
        let moved = before.held ^ after.held;
        if moved != 0 {
            let taken = before.lying ^ after.lying;
            bits(taken.into()).for_each(|key| canvas.set(KEY, level.keys[key], false));
            let opened = before.shut ^ after.shut;
            bits(opened).for_each(|chest| canvas.set(CHEST, level.chests[chest], false));
            bits(moved.into()).for_each(|key| {
                canvas.set(INVENTORY, level.inventory[key], after.held >> key & 1 == 1);
            });
        }
    }

    fn signs(&self) -> &'static [Sign] {
        const SIGNS: [Sign; 7] = [
            Sign::new('#', "wall", "#444a55"),
            Sign::new('@', "mouse", "#3572b0"),
            Sign::new('k', "key", "#e0a52e"),
            Sign::new('c', "chest", "#8a5a2b"),
            Sign::new('.', "floor", "none"),
            Sign::new('+', "key in hand", "#e0a52e"),
            Sign::new('&', "mouse at a shut chest", "#3572b0"),
        ];
        &SIGNS
    }

    fn parse(&self, drawing: &Drawing) -> Result<Level, Misdrawn> {
        for (sign, why) in [
            ('+', "no key is in hand when a level begins; the border is '#' there"),
            ('&', "no mouse begins at a chest; '@' stands on a cell of its own"),
        ] {
            if let [cell, ..] = drawing.all(&[sign])[..] {
                return Err(drawing.wrong(cell, why.to_string()));
            }
        }
        let level = self.read(drawing)?;
        for (list, what) in [(&level.keys, "key ('k')"), (&level.chests, "chest ('c')")] {
            if list.is_empty() {
                let why = format!("there is no {what}; a level has at least one");
                return Err(drawing.wrong(0, why));
            }
        }
        let steps = self.size().distances(level.mouse, &level.walls);
        let cut_off = |cell: &&u8| steps[usize::from(**cell)].is_none();
        match level.keys.iter().chain(&level.chests).find(cut_off) {
            Some(&cell) => Err(drawing.wrong(cell, "the mouse has no way to this".to_string())),
            None => Ok(level),
        }
    }

    fn draw(&self, level: &Level, state: State) -> String {
        let held: Cells = bits(state.held.into()).map(|key| level.inventory[key]).collect();
        let keys: Cells = bits(state.lying.into()).map(|key| level.keys[key]).collect();
        Drawing::text(self.size(), |cell| match cell {
            _ if held.has(cell) => '+',
            _ if level.walls.has(cell) => '#',
            _ if state.mouse == cell && Self::chest_at(level, cell, state.shut) => '&',
            _ if state.mouse == cell => '@',
            _ if keys.has(cell) => 'k',
            _ if Self::chest_at(level, cell, state.shut) => 'c',
            _ => '.',
        })
    }

    fn search<'a>(&'a self, level: &'a Level, goal: &Goal) -> Option<Box<dyn Search<State> + 'a>> {
        Some(Box::new(search::Layered::new(self, level, goal)))
    }
}

impl Exchange for KeysAndChests {
    fn import(&self, text: &str) -> Result<Level, Misdrawn> {
        self.read(&Drawing::read(text, self.signs())?)
    }
}

#[cfg(test)]
mod tests;
