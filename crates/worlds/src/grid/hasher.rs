//! A hash for the numbering of states: a few instructions where the standard library's, made to
//! withstand attackers, takes dozens.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map from states that is never iterated over, so that its order reaches no result.
pub(super) type Numbers<S> = HashMap<S, u32, BuildHasherDefault<Mixer>>;

/// Multiplies and rotates every word in, as the compiler's own tables do (`rustc-hash` 2).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mixer(u64);

impl Mixer {
    #[inline]
    fn mix(&mut self, word: u64) {
        // The constant of `rustc-hash` 2, of the table of Steele and Vigna 2021 for multipliers.
        self.0 = self.0.wrapping_add(word).wrapping_mul(0xf135_7aea_2e62_a9c5);
    }
}

impl Hasher for Mixer {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.mix(u64::from_le_bytes(word));
        }
    }

    #[inline]
    fn write_u8(&mut self, word: u8) {
        self.mix(u64::from(word));
    }

    #[inline]
    fn write_u16(&mut self, word: u16) {
        self.mix(u64::from(word));
    }

    #[inline]
    fn write_u32(&mut self, word: u32) {
        self.mix(u64::from(word));
    }

    #[inline]
    fn write_u64(&mut self, word: u64) {
        self.mix(word);
    }

    #[inline]
    fn write_usize(&mut self, word: usize) {
        self.mix(word as u64);
    }

    /// The high bits, which depend on all that was mixed in, come to both ends, where the table
    /// looks.
    #[inline]
    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}
