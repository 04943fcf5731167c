//! Episodes drawn step by step, kept beside the records for the report.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::sealed::{read_sealed, write_sealed};
use crate::{RecordError, SCHEMA};

/// What a study asks to see played: one level, by one agent of each of some cells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplayAsked {
    /// Its name.
    pub name: String,
    /// What is to be seen, in a sentence.
    pub says: String,
    /// The names of the cells, side by side in this order.
    pub cells: Vec<String>,
    /// The situations, each in a row of its own.
    pub situations: Vec<String>,
    /// The level's number in a situation's battery.
    pub level: u64,
    /// The seed whose agents play.
    pub seed: u64,
}

/// One episode, as it is drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// The cell whose agent played.
    pub cell: String,
    /// The situation.
    pub situation: String,
    /// The drawing before each step and after the last, rows ended by newlines.
    pub frames: Vec<String>,
    /// What was done at each step.
    pub actions: Vec<String>,
    /// What each step made happen, in words; empty where nothing did.
    pub happened: Vec<String>,
    /// What the episode was worth, goal by goal.
    pub returns: Vec<(String, f64)>,
    /// What the signs of the drawing mean, with their colours as CSS writes them.
    pub signs: Vec<(char, String, String)>,
}

/// Episodes to be seen side by side, or why there are none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplayGroup {
    /// What was asked.
    pub asked: ReplayAsked,
    /// The episodes: situation by situation, cell by cell. An agent that failed has none.
    pub replays: Vec<Replay>,
}

/// All episodes of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replays {
    schema: u32,
    /// The groups, in the order of the study.
    pub groups: Vec<ReplayGroup>,
}

impl Replays {
    /// The file in a run's folder.
    pub const FILE: &'static str = "replays.json";

    /// Episodes to be written.
    pub fn of(groups: Vec<ReplayGroup>) -> Replays {
        Replays { schema: SCHEMA, groups }
    }

    /// Writes them into a run's folder.
    pub fn write(&self, folder: &Path) -> Result<(), RecordError> {
        write_sealed(&folder.join(Replays::FILE), self)
    }

    /// Reads those of a run's folder.
    pub fn read(folder: &Path) -> Result<Replays, RecordError> {
        read_sealed(&folder.join(Replays::FILE), "measure")
    }
}
