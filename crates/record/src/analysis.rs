//! What a study asks of several cells together: how far two of them agree outcome by outcome, and
//! how much of the variance each factor explains.

use serde::{Deserialize, Serialize};

/// How often each outcome comes in one cell, against another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// Its name.
    pub name: String,
    /// The quantity, of counts or classes.
    pub quantity: String,
    /// The names of the first and second cell of each pair.
    pub pairs: Vec<(String, String)>,
    /// Outcomes with fewer hits than this in either cell have no part in ranks and slopes.
    pub hits: u64,
}

/// Whether a share varies between the agents of a cell more than by chance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dispersed {
    /// Its name.
    pub name: String,
    /// The quantity, whose values are shares.
    pub quantity: String,
    /// The names of the cells, each looked at alone.
    pub cells: Vec<String>,
}

/// How much of the variance of a quantity each factor of a factorial grid explains.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explained {
    /// Its name.
    pub name: String,
    /// The quantity: a mean, a rate or classes.
    pub quantity: String,
    /// The names of the cells, in which every combination of the factors' values is equally frequent.
    pub cells: Vec<String>,
    /// The factors.
    pub factors: Vec<String>,
}
