//! What instruments that watch somebody play have in common.

use mesascope_record::{Measurement, Value};
use mesascope_worlds::grid::{Arena, Choice};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Moves when other levels are played, or means are taken otherwise.
pub const NUMERICS: u32 = 1;

/// A number of levels, 2 to 100,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "i64", into = "i64")]
pub struct LevelCount(#[schemars(range(min = 2, max = 100_000))] i64);

impl LevelCount {
    /// The number.
    pub fn get(self) -> usize {
        self.0 as usize
    }
}

impl Default for LevelCount {
    fn default() -> LevelCount {
        LevelCount(256)
    }
}

impl TryFrom<i64> for LevelCount {
    type Error = String;
    fn try_from(levels: i64) -> Result<LevelCount, String> {
        match levels {
            2..=100_000 => Ok(LevelCount(levels)),
            _ => Err(format!("levels is a whole number from 2 to 100,000, not {levels}")),
        }
    }
}

impl From<LevelCount> for i64 {
    fn from(levels: LevelCount) -> i64 {
        levels.0
    }
}

/// How an agent's probabilities become actions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Chosen {
    /// Drawn from them.
    #[default]
    Sampled,
    /// The most probable; of equals the first.
    Greedy,
}

impl From<Chosen> for Choice {
    fn from(chosen: Chosen) -> Choice {
        match chosen {
            Chosen::Sampled => Choice::Sampled,
            Chosen::Greedy => Choice::Greedy,
        }
    }
}

/// The seeds of a situation's levels and of choices in them: the same for every agent, so that what
/// a level adds to one it adds to all.
pub(crate) fn seeds(situation: usize) -> [u64; 2] {
    // Any two numbers do; these keep situations and uses apart.
    [0x6c65_7665_6c73 + situation as u64, 0x6368_6f69_6365 + situation as u64]
}

/// The names of a world's goals.
pub(crate) fn goal_names(arena: &dyn Arena) -> Vec<String> {
    arena.goals().into_iter().map(|goal| goal.name).collect()
}

/// The numbers of names in a list. Panics where one is not in it, which `check` has refused.
pub(crate) fn numbers<S: AsRef<str>>(names: &[String], list: &[S]) -> Vec<usize> {
    let number = |name: &String| {
        let found = list.iter().position(|one| one.as_ref() == name);
        found.unwrap_or_else(|| panic!("{name:?} is not in the world's list"))
    };
    names.iter().map(number).collect()
}

/// Refuses names that are not in a list, and a list of none or of one name twice.
pub(crate) fn known(
    field: &str,
    what: &str,
    names: &[String],
    list: &[String],
) -> Result<(), String> {
    if names.is_empty() {
        return Err(format!("{field} is empty; list at least one {what}: {}", list.join(", ")));
    }
    for (at, name) in names.iter().enumerate() {
        if !list.contains(name) {
            let list = list.join(", ");
            return Err(format!("{field}: this world has no {what} {name:?}; it has {list}"));
        }
        if names[..at].contains(name) {
            return Err(format!("{field}: {name:?} is listed twice"));
        }
    }
    Ok(())
}

/// Mean and standard error over units; undetermined below two.
pub(crate) fn mean_and_error(values: &[f64], units: &str) -> [Value; 2] {
    let count = values.len() as f64;
    if values.len() < 2 {
        let because = format!("{} {units}; a standard error needs 2", values.len());
        return [(); 2].map(|()| Value::Undetermined { because: because.clone() });
    }
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    [Value::number(mean), Value::number((squares / (count - 1.0) / count).sqrt())]
}

/// Values by the names of their quantities.
pub(crate) fn measurements(found: Vec<(String, Value)>) -> Vec<Measurement> {
    found.into_iter().map(|(quantity, value)| Measurement { quantity, value }).collect()
}
