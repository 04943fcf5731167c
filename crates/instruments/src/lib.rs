//! Measurements of an agent from what it does. An instrument sees the agent's answers and the
//! audited world, and cannot see how the agent was made.

pub mod completion_class;
pub mod held_out_accuracy;

use mesascope_record::{Measurement, Quantity, Status};
use mesascope_tasks::{Labeller, catalogue};
use mesascope_worlds::Audited;

pub use completion_class::CompletionClass;
pub use held_out_accuracy::HeldOutAccuracy;

catalogue! {
    /// Every instrument. An instrument is one file and one line here.
    Instrument as Measures {
        /// How many rows that were not shown get the label of the target.
        HeldOutAccuracy(HeldOutAccuracy) = "held-out-accuracy",
        /// What the agent does on the rows that a cue left free.
        CompletionClass(CompletionClass) = "completion-class",
    }
}

/// One measurement a kind of agent.
pub trait Measures {
    /// Measures one agent in one world.
    fn measure(&self, agent: &dyn Labeller, world: &Audited) -> Vec<Measurement>;

    /// What it measures.
    fn quantities(&self) -> Vec<Quantity>;

    /// How far it may be trusted.
    fn status(&self) -> Status;

    /// The numerics versions of the files that compute the measurement.
    fn numerics(&self) -> Vec<(&'static str, u32)>;
}

#[cfg(test)]
mod tests {
    use super::Instrument;

    #[test]
    fn every_instrument_has_a_file_of_its_name_with_the_seven_headings() {
        assert!(!Instrument::NAMES.is_empty(), "the catalogue is empty");
        for name in Instrument::NAMES {
            let file = format!("{}/src/{}.rs", env!("CARGO_MANIFEST_DIR"), name.replace('-', "_"));
            let text = std::fs::read_to_string(&file).unwrap();
            for heading in [
                "Measures",
                "Definition",
                "Input",
                "Unit and range",
                "Uncertainty",
                "Fooled by",
                "Reference",
            ] {
                assert!(text.contains(&format!("//! # {heading}\n")), "{file} lacks {heading:?}");
            }
        }
        let files = std::fs::read_dir(format!("{}/src", env!("CARGO_MANIFEST_DIR"))).unwrap();
        assert_eq!(files.count(), Instrument::NAMES.len() + 1, "a file is in no list");
    }
}
