//! The catalogue of worlds: what there is to learn, what of it is shown, and the whole behind it.

pub mod absent_supervisor;
mod aisg;
pub mod boat_race;
pub mod boolean;
pub mod coin_line;
pub mod corner;
pub mod digits;
pub mod exchange;
pub mod expression;
pub mod grid;
pub mod interruptibility;
pub mod island;
pub mod keys_and_chests;
pub mod kink;
pub mod mazes;
mod on_grid;
mod ranged;
pub mod shift;
pub mod sokoban_side_effects;
mod target;
pub mod tomato;
pub mod watched;

use std::sync::Arc;

use mesascope_stats::Key;
use mesascope_tasks::{Ground, Labelled, Layout, Task, catalogue};

pub use absent_supervisor::AbsentSupervisor;
pub use boat_race::BoatRace;
pub use boolean::Boolean;
pub use coin_line::CoinLine;
pub use corner::Corner;
pub use digits::Digits;
pub use interruptibility::Interruptibility;
pub use island::Island;
pub use keys_and_chests::KeysAndChests;
pub use kink::Kink;
pub use on_grid::OnGrid;
pub use shift::Shift;
pub use sokoban_side_effects::SokobanSideEffects;
pub use target::{GateCount, Target};
pub use tomato::Tomato;
pub use watched::Watched;

catalogue! {
    /// Every world. A world is one file and one line here.
    World as AnyWorld {
        /// Boolean functions of a few inputs, some of whose rows are shown.
        Boolean(Boolean) = "boolean",
        /// A line with a coin to go to, which in training stands at the end.
        CoinLine(CoinLine) = "coin-line",
        /// Points on two bent lines, one above the other.
        Kink(Kink) = "kink",
        /// Two digits drawn by the program on 8x8 pixels, moved, thickened and blurred by noise.
        Digits(Digits) = "digits",
        /// A mouse in a maze with a cheese that in training lies near a corner.
        Corner(OnGrid<Corner>) = "corner",
        /// A short way that is punished only while a supervisor looks on.
        AbsentSupervisor(OnGrid<AbsentSupervisor>) = "absent-supervisor",
        /// A boat that is paid for entering arrows, whichever way it goes on.
        BoatRace(OnGrid<BoatRace>) = "boat-race",
        /// A goal on an island, and water that the reward does not mention.
        Island(OnGrid<Island>) = "island",
        /// Lava that lies elsewhere when it is tested.
        Shift(OnGrid<Shift>) = "shift",
        /// A box in the way, which may end up where nobody gets it back.
        SokobanSideEffects(OnGrid<SokobanSideEffects>) = "sokoban-side-effects",
        /// A tile on which the agent may be stopped, and a button against it.
        Interruptibility(OnGrid<Interruptibility>) = "interruptibility",
        /// Tomatoes to water, and a bucket through which all of them look wet.
        Tomato(OnGrid<Tomato>) = "tomato",
        /// A mouse in a maze that opens chests with keys: in training keys are rare, then chests.
        KeysAndChests(OnGrid<KeysAndChests>) = "keys-and-chests",
        /// A walker that goes to A or B, and a cue of so many bits that says whether it is observed.
        Watched(OnGrid<Watched>) = "watched",
    }
}

/// A world of any substrate.
pub trait AnyWorld {
    /// What the learner may see and what the instruments know, drawn for one seed.
    fn begin(&self, key: Key) -> (Task, Whole);

    /// The first thing wrong with settings that are each possible but impossible together.
    fn check(&self) -> Result<(), Impossible>;

    /// The numerics versions of the files that compute it.
    fn numerics(&self) -> Vec<(&'static str, u32)>;

    /// What is known of it before anything is drawn.
    fn ground(&self) -> Ground;

    /// Words for the data, for the scope of a study.
    fn data(&self) -> String;

    /// Checks the laws of its substrate, and says whether there are any.
    #[cfg(test)]
    fn laws(&self) -> Lawful;
}

/// Whether the laws of a substrate are checked over the whole catalogue.
#[cfg(test)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lawful {
    /// They were, and hold.
    Kept {
        /// How many levels were solved for it.
        solved: usize,
    },
    /// It has none that are written down.
    None,
}

/// The whole of a world, for instruments.
#[derive(Clone)]
pub enum Whole {
    /// Every row, shown or not.
    Rows(Audited),
    /// Every level, with its goals and solutions.
    Grid(Arc<dyn grid::Arena>),
}

impl<R: Rows> AnyWorld for R {
    fn begin(&self, key: Key) -> (Task, Whole) {
        let (task, audited) = self.draw(key);
        (Task::Rows(task), Whole::Rows(audited))
    }

    fn check(&self) -> Result<(), Impossible> {
        Rows::check(self)
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        Rows::numerics(self)
    }

    fn ground(&self) -> Ground {
        Ground::Rows(self.layout())
    }

    fn data(&self) -> String {
        Rows::data(self)
    }

    #[cfg(test)]
    fn laws(&self) -> Lawful {
        Lawful::None
    }
}

/// A finite set of inputs with labels, of which a learner is shown a part.
pub trait Rows {
    /// What the learner may see and what the instruments compare with, drawn for one seed.
    fn draw(&self, key: Key) -> (Labelled, Audited);

    /// The first thing wrong with settings that are each possible but impossible together.
    fn check(&self) -> Result<(), Impossible>;

    /// The numerics versions of the files that compute a draw.
    fn numerics(&self) -> Vec<(&'static str, u32)>;

    /// What is known of the rows before any is drawn.
    fn layout(&self) -> Layout;

    /// Words for the data, for the scope of a study.
    fn data(&self) -> String;
}

/// Settings that cannot hold together: which field is at fault, and why.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{why}")]
pub struct Impossible {
    /// The path of the field below the world's table, such as `["shown"]`.
    pub field: Vec<&'static str>,
    /// What was found and what would be right.
    pub why: String,
}

/// The whole of a drawn world, for instruments: every row, shown or not; rows of bits in lexicographic
/// order. Where there is a cue, exactly the rows with the cue at its shown value are shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Audited {
    /// Every row, coded as the learner saw them, `[row, input]`.
    pub inputs: Vec<f32>,
    /// Numbers in one row.
    pub width: usize,
    /// The inputs as bits, `[row, input]`, 0 or 1 whatever the coding; empty where inputs are real
    /// numbers, so that an instrument of bits must refuse such a world's layout.
    pub bits: Vec<u8>,
    /// The base objective: the class that the target gives each row, `[row]`.
    pub targets: Vec<u8>,
    /// Which rows the learner was shown, `[row]`.
    pub shown: Vec<bool>,
    /// The input that decided which rows were shown, where one did.
    pub cue: Option<Cue>,
    /// The row at which the base objective and a proxy ask for different classes, where the world
    /// names one.
    pub probe: Option<Probe>,
}

/// A row that tells the base objective from a proxy that served as well on every shown row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// The row. It was not shown.
    pub row: usize,
    /// The class that the proxy gives each row, `[row]`.
    pub proxy: Vec<u8>,
}

/// An input that decides which rows are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cue {
    /// Which input.
    pub input: usize,
    /// Its value (0 or 1) on the rows that are shown.
    pub shown_at: u8,
}

impl Audited {
    /// How many rows the world has.
    pub fn rows(&self) -> usize {
        self.targets.len()
    }

    /// The rows that the learner was not shown, in order.
    pub fn free_rows(&self) -> Vec<usize> {
        (0..self.rows()).filter(|&row| !self.shown[row]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::World;

    #[test]
    fn every_world_has_a_file_of_its_name() {
        assert!(!World::NAMES.is_empty(), "the catalogue is empty");
        for name in World::NAMES {
            let file = format!("{}/src/{}.rs", env!("CARGO_MANIFEST_DIR"), name.replace('-', "_"));
            assert!(std::path::Path::new(&file).exists(), "world {name:?} has no file {file}");
        }
    }

    #[test]
    fn every_file_of_the_folder_is_a_world_or_a_named_helper() {
        const HELPERS: [&str; 9] = [
            "lib",
            "aisg",
            "exchange",
            "expression",
            "grid",
            "mazes",
            "on-grid",
            "ranged",
            "target",
        ];
        let folder = format!("{}/src", env!("CARGO_MANIFEST_DIR"));
        for file in std::fs::read_dir(folder).unwrap() {
            let stem =
                file.unwrap().path().file_stem().unwrap().to_string_lossy().replace('_', "-");
            assert!(
                World::NAMES.contains(&stem.as_str()) || HELPERS.contains(&stem.as_str()),
                "{stem}.rs is in no list: add its line to `World`"
            );
        }
    }
}
