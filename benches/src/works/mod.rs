//! The works, one a file, as the scripts of `benches/peers` define them.

mod fma_peak;
mod forward_only;
mod functions;
mod gru_step;
pub mod mlp_step;
mod trained;

use crate::repeat::Work;

/// How a work is prepared, or why it cannot be.
pub type Prepare = fn() -> Result<Work, String>;

/// Every work, by the name that the program is given.
pub const WORKS: &[(&str, Prepare)] = &[
    ("fma-peak", fma_peak::prepare),
    ("functions-gaussian", functions::prepare_gaussian),
    ("functions-uniform", functions::prepare_uniform),
    ("forward-only", forward_only::prepare),
    ("trained", trained::prepare),
    ("mlp-step", mlp_step::prepare),
    ("gru-step", gru_step::prepare),
];

/// The work of this name.
pub fn named(name: &str) -> Result<Work, String> {
    match WORKS.iter().find(|(known, _)| *known == name) {
        Some((_, prepare)) => prepare(),
        None => {
            let names: Vec<&str> = WORKS.iter().map(|(name, _)| *name).collect();
            Err(format!("{name} is not a work; there are {}", names.join(", ")))
        }
    }
}

/// A key of this crate's own from a number that counts up, for draws that differ from run to run.
fn key_of(number: u64) -> mesascope_stats::Key {
    mesascope_stats::Key::from_seed(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_work_has_a_file_and_every_file_is_in_the_list() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/works");
        for file in std::fs::read_dir(folder).unwrap() {
            let stem = file.unwrap().path().file_stem().unwrap().to_string_lossy().to_string();
            let name = stem.replace('_', "-");
            let listed = WORKS.iter().any(|(known, _)| known.starts_with(&name));
            assert!(listed || stem == "mod", "{stem} is not in the list");
        }
        assert_eq!(WORKS.len(), 7, "the list of works has another length than the scripts expect");
    }

    #[test]
    fn an_unknown_work_is_answered_with_those_there_are() {
        let error = named("gpt").err().unwrap();
        assert!(error.contains("mlp-step"), "{error}");
    }
}
