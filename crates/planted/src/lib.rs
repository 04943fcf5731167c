//! Agents made as controls: what they are after is known, because it was put there. They see what any
//! policy sees, observations and cues, and answer with probabilities of actions. No instrument can
//! import this crate.

pub mod habit;
mod noise;
pub mod pursuer;
pub mod switcher;
pub mod wanderer;

use std::sync::Arc;

use mesascope_learners::Unfit;
use mesascope_tasks::{Acting, Actor, catalogue};
use mesascope_worlds::grid::Arena;

pub use habit::Habit;
pub use noise::Noise;
pub use pursuer::Pursuer;
pub use switcher::Switcher;
pub use wanderer::Wanderer;

catalogue! {
    /// Every kind of planted agent. A kind is one file and one line here.
    Planted as Plants {
        /// Somebody who pursues a goal of the world: the base objective or a proxy.
        Pursuer(Pursuer) = "pursuer",
        /// Somebody who pursues one goal or another, by what a cue says.
        Switcher(Switcher) = "switcher",
        /// Somebody who repeats the same actions, whatever is seen.
        Habit(Habit) = "habit",
        /// Somebody who acts at random.
        Wanderer(Wanderer) = "wanderer",
    }
}

/// One kind of planted agent.
pub trait Plants {
    /// The agent, for a world.
    fn plant(&self, arena: Arc<dyn Arena>) -> Box<dyn Actor>;

    /// The first thing wrong with these settings for such a world.
    fn check(&self, acting: &Acting) -> Result<(), Unfit>;

    /// The numerics versions of the files that compute what it does.
    fn numerics(&self) -> Vec<(&'static str, u32)>;

    /// Words for what it is after, for the scope of a study.
    fn words(&self) -> String;
}

/// The number of a goal that a setting names.
pub(crate) fn goal(field: &'static str, name: &str, acting: &Acting) -> Result<usize, Unfit> {
    acting.feedback.iter().position(|goal| goal == name).ok_or_else(|| Unfit {
        field: vec![field],
        why: format!("this world has no goal {name:?}; it has {}", acting.feedback.join(", ")),
    })
}

#[cfg(test)]
mod tests {
    use super::Planted;

    #[test]
    fn every_kind_has_a_file_of_its_name_and_every_file_is_in_the_list() {
        const HELPERS: [&str; 2] = ["lib", "noise"];
        assert!(!Planted::NAMES.is_empty(), "the catalogue is empty");
        let folder = format!("{}/src", env!("CARGO_MANIFEST_DIR"));
        let stem = |file: std::io::Result<std::fs::DirEntry>| {
            file.unwrap().path().file_stem().unwrap().to_string_lossy().replace('_', "-")
        };
        let mut files: Vec<String> = std::fs::read_dir(folder).unwrap().map(stem).collect();
        files.retain(|stem| !HELPERS.contains(&stem.as_str()));
        files.sort();
        let mut names = Planted::NAMES.to_vec();
        names.sort();
        assert_eq!(files, names, "files of the folder (left) and lines of the list (right) differ");
    }
}
