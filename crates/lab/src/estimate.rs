//! What a run will cost, from one trial of each cell really run.

use mesascope_record::{Keep, Plan, Seed, Trial};

use crate::LabError;
use crate::trial::{Ready, instruments, measure};

/// The cost of what remains of a run.
#[derive(Clone, Copy, Debug, serde::Serialize)]
pub struct Estimate {
    /// Trials still to do.
    pub trials: u64,
    /// Wall time in seconds on the threads asked for.
    pub seconds: f64,
    /// Memory in bytes: networks in training and records waiting to be written.
    pub memory_bytes: u64,
    /// Disk in bytes.
    pub disk_bytes: u64,
}

/// What a process takes before it trains anything, measured with an empty plan.
const IDLE_BYTES: u64 = 12_000_000;

/// Trains seed 0 of every cell once (a part of it, where a trial is a block of draws), keeps nothing,
/// and multiplies.
#[allow(clippy::disallowed_methods, reason = "an estimate of time must read a clock")]
pub fn estimate(plan: &Plan, remaining: &[u64], threads: usize) -> Result<Estimate, LabError> {
    let instruments = instruments(plan)?;
    let (mut seconds, mut disk, mut largest) = (0.0, 0u64, 0u64);
    for (at, cell) in plan.cells.iter().enumerate().filter(|(at, _)| remaining[*at] > 0) {
        let mut ready = Ready::new(cell)?;
        let mut times = 1;
        if let Some((lighter, parts)) = ready.learner.lighter() {
            (ready.learner, times) = (lighter, parts);
        }
        let seed = Seed { namespace: plan.seeds, index: 0 };
        let started = std::time::Instant::now();
        let made = Trial { cell, seed }.made();
        let (record, agent) = ready.train(made.clone());
        let mut bytes = record.to_line().len() as u64;
        if let Some((agent, stored)) = agent {
            let whole = ready.whole(&made);
            for which in 0..instruments.len() {
                let read = measure(plan, &instruments, which, &agent, &made, &whole);
                bytes += read.to_line().len() as u64;
            }
            let tensors: usize = stored.tensors.iter().map(|tensor| tensor.bytes.len()).sum();
            if plan.agents == Keep::Stored {
                // The tensors' names and what made the agent stand in the segment's header.
                bytes += times * tensors as u64 + 1_000;
            }
            // A block of many draws finds fewer new functions than this, so that it is a bound.
            largest = largest.max(times * tensors as u64);
        }
        seconds += started.elapsed().as_secs_f64() * (times * remaining[at]) as f64;
        disk += bytes * remaining[at];
    }
    // A training network has its gradient, two moments, a copy and workspace beside it.
    let training = 16 * largest * threads as u64;
    let waiting = crate::run::WAITING as u64;
    let stored = match plan.agents {
        Keep::Stored => (waiting * largest).min(crate::run::WAITING_BYTES as u64 + largest),
        Keep::Retrained => 0,
    };
    Ok(Estimate {
        trials: remaining.iter().sum(),
        seconds: seconds / threads as f64,
        memory_bytes: IDLE_BYTES + training + stored + waiting * 4_000,
        disk_bytes: disk,
    })
}
