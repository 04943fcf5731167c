//! Measurements of an agent from what it does. An instrument sees the agent's answers and the
//! audited world, and cannot see how the agent was made.

mod any;
pub mod behaviour_by_goal;
pub mod completion_class;
pub mod completions;
mod fitting;
pub mod followed_input;
pub mod function_probability;
pub mod held_out_accuracy;
pub mod lempel_ziv;
pub mod ones;
mod played;
pub mod probe_preference;
pub mod rank_probability;
pub mod returns;
pub mod simplicity_bias;

use mesascope_record::{Measurement, Quantity, Status};
use mesascope_tasks::{Layout, Seen, catalogue};
use mesascope_worlds::Audited;

pub use any::{AnyInstrument, MeasuresActors, OfActors};
pub use behaviour_by_goal::BehaviourByGoal;
pub use completion_class::CompletionClass;
pub use completions::Completions;
pub use followed_input::FollowedInput;
pub use function_probability::FunctionProbability;
pub use held_out_accuracy::HeldOutAccuracy;
pub use lempel_ziv::LempelZiv;
pub use ones::Ones;
pub use played::{Chosen, LevelCount};
pub use probe_preference::ProbePreference;
pub use rank_probability::RankProbability;
pub use returns::{By, Returns};
pub use simplicity_bias::SimplicityBias;

catalogue! {
    /// Every instrument. An instrument is one file and one line here.
    Instrument as AnyInstrument {
        /// How many rows that were not shown get the label of the target.
        HeldOutAccuracy(HeldOutAccuracy) = "held-out-accuracy",
        /// What the agent does on the rows that a cue left free.
        CompletionClass(CompletionClass) = "completion-class",
        /// Which input the agent goes by on the rows that a cue left free.
        FollowedInput(FollowedInput) = "followed-input",
        /// Which functions come among draws with the shown labels, and their slope over complexity.
        Completions(Completions) = "completions",
        /// How much the function repeats itself, read as a string.
        LempelZiv(LempelZiv) = "lempel-ziv",
        /// How often declared functions come, among draws or agents.
        FunctionProbability(FunctionProbability) = "function-probability",
        /// How many rows a function gives class 1.
        Ones(Ones) = "ones",
        /// Whether an agent goes by the goal or by a proxy where the two part.
        ProbePreference(ProbePreference) = "probe-preference",
        /// Whether the probabilities of functions fall with their rank as Zipf's law says.
        RankProbability(RankProbability) = "rank-probability",
        /// How fast the largest probability of a function falls with its complexity.
        SimplicityBias(SimplicityBias) = "simplicity-bias",
        /// Of which goal an actor's decisions are optimal, where goals ask for different ones.
        BehaviourByGoal(OfActors<BehaviourByGoal>) = "behaviour-by-goal",
        /// What an actor's behaviour is worth for goals, beside the best that could be done.
        Returns(OfActors<Returns>) = "returns",
    }
}

/// One measurement a kind of agent.
pub trait Measures {
    /// Measures one agent, or a block of draws, in one world. What makes no sense of what is seen
    /// is undetermined, with the reason.
    fn measure(&self, seen: Seen, world: &Audited) -> Vec<Measurement>;

    /// What it measures.
    fn quantities(&self) -> Vec<Quantity>;

    /// The first thing wrong with its settings for a world of that layout. Most instruments read rows
    /// of bits, so that those of other rows say so.
    fn check(&self, layout: &Layout) -> Result<(), String> {
        layout.bits().map(|_| ())
    }

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
        const HELPERS: [&str; 4] = ["lib", "any", "fitting", "played"];
        let files = std::fs::read_dir(format!("{}/src", env!("CARGO_MANIFEST_DIR"))).unwrap();
        assert_eq!(files.count(), Instrument::NAMES.len() + HELPERS.len(), "a file is in no list");
    }
}
