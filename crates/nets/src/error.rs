//! What can be wrong with a setting or a checkpoint, each with what would be right.

/// Why a setting or a checkpoint is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NetsError {
    /// A setting outside its range.
    #[error("{expected}, not {found}")]
    OutOfRange {
        /// What would be right, such as "a width is a whole number from 1 to 4096".
        expected: &'static str,
        /// What was given.
        found: String,
    },
    /// Bytes that are not a safetensors file.
    #[error("the checkpoint is not a safetensors file: {because}")]
    NotSafetensors {
        /// What the safetensors reader says.
        because: String,
    },
    /// A safetensors file that is not a network of ours.
    #[error("the checkpoint is not a network: {found}, where {expected} would be right")]
    NotANetwork {
        /// What stands there.
        found: String,
        /// What would be right.
        expected: String,
    },
}
