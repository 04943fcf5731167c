//! What copies of a world went through while a policy acted: a fixed number of steps of each, across
//! episodes.

use mesascope_nets::{Passes, Rows};
use mesascope_stats::Draws;
use mesascope_tasks::{AtEnd, End, Environment};

use crate::policy_loss::Softmax;
use crate::seen::Seen;

/// Moves when steps are gathered otherwise.
pub const NUMERICS: u32 = 1;

/// Rows of one pass that values what was seen: few enough to stay in the nearest caches.
const VALUED: usize = 256;

/// Steps of all copies. Buffers are filled anew by each [`Rollout::gather`].
pub(crate) struct Rollout {
    pub copies: usize,
    /// Every observation, in the order in which it was made.
    pub seen: Seen,
    /// Which row of `seen` each step began with, `[step, copy]`.
    pub rows: Vec<u32>,
    /// Which row each copy would go on from, `[copy]`.
    rows_next: Vec<u32>,
    /// Rows that stand at a time-out, and at which place of `[step, copy]`.
    timed_out: Vec<(u32, usize)>,
    /// What was done, `[step, copy]`.
    pub actions: Vec<u8>,
    /// The logarithm of its probability, `[step, copy]`.
    pub logarithms: Vec<f32>,
    /// `[step, copy]`.
    pub rewards: Vec<f32>,
    /// `[step, copy]`.
    pub ends: Vec<End>,
    /// `[step, copy]`.
    pub values: Vec<f32>,
    /// As [`crate::advantages::Steps::values_next`].
    pub values_next: Vec<f32>,
    chosen: Vec<u8>,
    numbers: Vec<u32>,
}

/// What a time-out counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeOut {
    /// An end: nothing is expected behind it.
    Ends,
    /// A cut: what was seen last is valued.
    Bootstraps,
}

impl Rollout {
    /// No steps yet.
    pub fn new(environment: &dyn Environment) -> Rollout {
        Rollout {
            copies: environment.copies(),
            seen: Seen::new(environment.space()),
            rows: Vec::new(),
            rows_next: Vec::new(),
            timed_out: Vec::new(),
            actions: Vec::new(),
            logarithms: Vec::new(),
            rewards: Vec::new(),
            ends: Vec::new(),
            values: Vec::new(),
            values_next: Vec::new(),
            chosen: Vec::new(),
            numbers: Vec::new(),
        }
    }

    /// So many steps of every copy, which go on where the copies stand.
    pub fn gather(
        &mut self,
        environment: &mut dyn Environment,
        acting: &mut Passes<'_>,
        softmax: &mut Softmax,
        draws: &mut Draws,
        steps: usize,
    ) {
        let (copies, actions) = (self.copies, environment.space().actions);
        self.seen.clear();
        self.timed_out.clear();
        self.rows.clear();
        self.actions.clear();
        self.logarithms.clear();
        self.rewards.clear();
        self.ends.clear();
        self.rows_next.clear();
        self.rows_next.extend((0..copies).map(|copy| self.seen.push(environment, copy, None)));
        for step in 0..steps {
            self.rows.extend_from_slice(&self.rows_next);
            softmax.of(acting.forward(Rows::Bits(self.seen.rows(), &self.rows_next)), actions);
            softmax.draw(actions, draws, &mut self.chosen);
            let of_chosen = softmax.logarithms.chunks_exact(actions).zip(&self.chosen);
            self.logarithms.extend(of_chosen.map(|(row, &action)| row[usize::from(action)]));
            self.actions.extend_from_slice(&self.chosen);
            environment.step(&self.chosen, AtEnd::Stay);
            self.rewards.extend_from_slice(environment.rewards());
            self.ends.extend_from_slice(environment.ends());
            let ends = &self.ends[step * copies..];
            for copy in (0..copies).filter(|&copy| ends[copy] == End::TimedOut) {
                let like = self.rows_next[copy] as usize;
                let row = self.seen.push(environment, copy, Some(like));
                self.timed_out.push((row, step * copies + copy));
            }
            environment.restart();
            for (copy, row) in self.rows_next.iter_mut().enumerate() {
                *row = self.seen.push(environment, copy, Some(*row as usize));
            }
        }
    }

    /// Values what was seen, and what is counted as expected behind each step.
    pub fn value(&mut self, valuing: &mut Passes<'_>, time_out: TimeOut) {
        let count = self.rows.len();
        let timed_out = match time_out {
            TimeOut::Ends => &[][..],
            TimeOut::Bootstraps => &self.timed_out[..],
        };
        self.numbers.clear();
        self.numbers.extend_from_slice(&self.rows);
        self.numbers.extend_from_slice(&self.rows_next);
        self.numbers.extend(timed_out.iter().map(|&(row, _)| row));
        let values = &mut self.values;
        values.clear();
        for rows in self.numbers.chunks(VALUED) {
            values.extend_from_slice(valuing.forward(Rows::Bits(self.seen.rows(), rows)));
        }
        self.values_next.clear();
        self.values_next.extend_from_slice(&values[self.copies..][..count]);
        for (next, end) in self.values_next.iter_mut().zip(&self.ends) {
            if *end != End::Going {
                *next = 0.0;
            }
        }
        for (&(_, at), &value) in timed_out.iter().zip(&values[count + self.copies..]) {
            self.values_next[at] = value;
        }
        values.truncate(count);
    }
}
