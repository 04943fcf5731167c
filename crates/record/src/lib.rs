//! Quantities, measurements, records, the store that keeps them, provenance and exports: the only
//! place where the stages meet.

mod agents;
mod analysis;
mod atomic;
mod bundle;
mod control;
mod export;
mod figure;
mod identity;
mod line;
mod mistake;
mod plan;
mod provenance;
mod quantity;
mod replay;
mod sealed;
mod store;
mod survey;

pub use agents::{StoredAgent, Tensor, TensorKind};
pub use analysis::{Comparison, Dispersed, Explained};
pub use atomic::write_atomically;
pub use bundle::{Bundle, Enclosed, Records};
pub use control::{Against, Control, ControlKind, Expect};
pub use export::{Format, export};
pub use figure::{Axis, Curve, Dots, Drawing, Figure, Heat, Lines, Reference, Scatter, Shares};
pub use identity::{AgentId, Made, RecordId, Seed, canonical, hash_of, hash_of_bytes};
pub use line::{By, Content, InstrumentSpec, Instrumented, LineError, Record};
pub use mistake::{Mistake, Source, nearest, suggestion};
pub use plan::{Cell, Filter, Keep, Namespace, OneOrMany, Plan, Question, Scope, Trial};
pub use provenance::Provenance;
pub use quantity::{Kind, Measurement, Outcomes, Quantity, Status, Value};
pub use replay::{Replay, ReplayAsked, ReplayGroup, Replays};
pub use sealed::{read_sealed, write_sealed};
pub use store::{Damaged, Missing, Slice, SliceLock, Store};
pub use survey::{Survey, missing};

/// The version of every file this crate writes. Older versions stay readable.
pub const SCHEMA: u32 = 1;

/// What can go wrong between a stage and its files.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file system refused: which path, what was tried, and its own words.
    #[error("{path}: cannot {tried}: {source}")]
    File {
        /// The file or folder.
        path: String,
        /// What was tried, after "cannot".
        tried: &'static str,
        /// The system's error.
        source: std::io::Error,
    },
    /// A file that a stage needs does not exist.
    #[error("{path} does not exist; `mesascope {stage}` makes it")]
    Missing {
        /// The file.
        path: String,
        /// The stage that writes it.
        stage: String,
    },
    /// A file is there and does not say what it should.
    #[error("{path}: {why}")]
    Malformed {
        /// The file.
        path: String,
        /// What is wrong, with the line where there is one.
        why: String,
    },
    /// Records that are needed and not there.
    #[error(
        "{folder}: {count} of {of} trials have no whole record (first: {first}); `mesascope run` resumes"
    )]
    Incomplete {
        /// The run's folder.
        folder: String,
        /// How many.
        count: u64,
        /// Of how many.
        of: u64,
        /// The first.
        first: String,
    },
    /// Somebody else runs this slice.
    #[error("{path}: slice {slice} is being run by another process; wait for it or stop it")]
    Locked {
        /// The lock file.
        path: String,
        /// The slice, as K/N.
        slice: String,
    },
    /// One identity, two contents.
    #[error(
        "record {id} stands in {first} and, with other bytes, in {second}; one of them is wrong: move it away"
    )]
    Conflict {
        /// The identity that both carry.
        id: String,
        /// The first file and line.
        first: String,
        /// The second file and line.
        second: String,
    },
}

impl RecordError {
    /// A file-system error with its path.
    pub fn file(
        path: &std::path::Path,
        tried: &'static str,
    ) -> impl FnOnce(std::io::Error) -> RecordError {
        let path = path.display().to_string();
        move |source| RecordError::File { path, tried, source }
    }
}
