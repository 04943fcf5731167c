//! Runs a work again and again for some CPU time and tells how much was done.

use std::collections::BTreeMap;

use crate::clock::cpu_seconds;

/// A work that can be run many times.
pub struct Work {
    /// What is counted, in the plural.
    pub unit: &'static str,
    /// Units a run.
    pub units: usize,
    /// Floating-point operations a unit that the definition of the work asks for, if it is a matter
    /// of them.
    pub nominal_flops: Option<f64>,
    /// Floating-point operations a unit that were executed (padding counts, what was skipped does
    /// not), where the engine knows.
    pub executed_flops: Option<f64>,
    /// Does `units` and returns figures by which one sees that the work is the peer's.
    pub run: Box<dyn FnMut() -> Figures>,
}

/// Figures by name.
pub type Figures = BTreeMap<&'static str, f64>;

/// One repetition.
pub struct Repetition {
    /// Units done.
    pub units: usize,
    /// CPU-seconds used, of all threads.
    pub cpu_seconds: f64,
    /// The mean of each figure over runs; one named as a field of the work stands for that field.
    pub figures: Figures,
}

impl Work {
    /// Runs until `seconds` of CPU time are used.
    pub fn repeat(&mut self, seconds: f64) -> Repetition {
        let start = cpu_seconds();
        let mut sums = Figures::new();
        let mut runs = 0;
        loop {
            for (name, value) in (self.run)() {
                *sums.entry(name).or_insert(0.0) += value;
            }
            runs += 1;
            let spent = cpu_seconds() - start;
            if spent >= seconds {
                let figures = sums.into_iter().map(|(n, sum)| (n, sum / runs as f64)).collect();
                return Repetition { units: runs * self.units, cpu_seconds: spent, figures };
            }
        }
    }
}
