//! Worlds small enough to know everything of: what learners that act are tested in.

mod scripted;
mod shuffled;
mod two_step;

pub use scripted::{Scripted, Told};
pub use shuffled::Shuffled;
pub use two_step::{BEST, RANDOM, TwoStep, value};
