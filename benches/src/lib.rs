//! Our side of the comparison with the peers (`benches/peers`): the same works, a line of JSON a
//! repetition, measured in CPU-seconds of the process.

pub mod clock;
pub mod count;
pub mod repeat;
pub mod works;
