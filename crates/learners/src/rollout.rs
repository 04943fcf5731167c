//! What copies of a world went through while a policy acted: a fixed number of steps of each, across
//! episodes.
//!
//! Networks that remember read an episode from its beginning. Of an episode that has begun in an
//! earlier rollout the steps before are kept and read again with the networks as they are now:
//! nothing is cut off, and no memory is that of older networks.

use std::mem::swap;

use mesascope_stats::Draws;
use mesascope_tasks::{AtEnd, End, Environment};
use serde::{Deserialize, Serialize};

use crate::head::{Acting, Sequence};
use crate::learned::Learned;
use crate::policy_loss::Softmax;
use crate::seen::Seen;

/// Moves when steps are gathered otherwise.
pub const NUMERICS: u32 = 1;

/// Steps of all copies. Buffers are filled anew by each [`Rollout::gather`].
pub(crate) struct Rollout {
    copies: usize,
    /// Every observation, in the order in which it was made.
    pub seen: Seen,
    /// Which row of `seen` each step began with, `[step, copy]`.
    pub rows: Vec<u32>,
    /// What was done, `[step, copy]`.
    pub actions: Vec<u8>,
    /// The logarithm of its probability, `[step, copy]`.
    pub logarithms: Vec<f32>,
    /// `[step, copy]`.
    pub rewards: Vec<f32>,
    /// `[step, copy]`.
    pub ends: Vec<End>,
    /// What was expected before each step, `[step, copy]`.
    pub values: Vec<f32>,
    /// As [`crate::advantages::Steps::values_next`].
    pub values_next: Vec<f32>,
    /// Where networks remember: rows that stood before the rollout in the episode in which each copy
    /// began it, `[copy]`.
    before: Vec<Vec<u32>>,
    /// The same of the episode in which each copy is now, `[copy]`.
    so_far: Vec<Vec<u32>>,
    /// Parts of the rollout that lie in one episode, copy after copy.
    pub segments: Vec<Segment>,
    hidden: [Hidden; 2],
    rows_next: Vec<u32>,
    /// Room for what was seen in the rollout before.
    seen_before: Seen,
    chosen: Vec<u8>,
    at_time_out: Vec<(u32, usize)>,
}

/// What a network remembers of every copy, `[copy, unit]`.
#[derive(Default)]
struct Hidden {
    units: usize,
    all: Vec<f32>,
    some: Vec<f32>,
}

/// Steps of one copy in one episode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    /// The copy.
    pub copy: usize,
    /// Its first step.
    pub step: usize,
    /// How many steps.
    pub length: usize,
}

/// What a time-out counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeOut {
    /// An end: nothing is expected behind it.
    Ends,
    /// A cut: what was seen last is valued.
    Bootstraps,
}

/// The ones of every row of the episodes in which copies are, the shared ones and others,
/// `[copy][row]`.
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedRollout(Vec<Vec<[Vec<u16>; 2]>>);

impl Hidden {
    fn begin(&mut self, copies: usize) {
        self.all.clear();
        self.all.resize(copies * self.units, 0.0);
    }

    fn of(&mut self, copy: usize) -> &mut [f32] {
        &mut self.all[copy * self.units..][..self.units]
    }

    /// Copies out what it remembers of these copies.
    fn pick(&mut self, copies: impl Iterator<Item = usize>) {
        let Hidden { units, all, some } = self;
        some.clear();
        copies.for_each(|copy| some.extend_from_slice(&all[copy * *units..][..*units]));
    }

    /// Takes over what was picked and has changed since.
    fn put(&mut self, copies: impl Iterator<Item = usize>) {
        let Hidden { units, all, some } = self;
        for (at, copy) in copies.enumerate() {
            all[copy * *units..][..*units].copy_from_slice(&some[at * *units..][..*units]);
        }
    }
}

impl Rollout {
    /// No steps yet, for networks that remember so many numbers.
    pub fn new(environment: &dyn Environment, memory: usize) -> Rollout {
        let (copies, space) = (environment.copies(), environment.space());
        Rollout {
            copies,
            seen: Seen::new(space),
            rows: Vec::new(),
            actions: Vec::new(),
            logarithms: Vec::new(),
            rewards: Vec::new(),
            ends: Vec::new(),
            values: Vec::new(),
            values_next: Vec::new(),
            before: vec![Vec::new(); copies],
            so_far: vec![Vec::new(); copies],
            segments: Vec::new(),
            hidden: [(); 2].map(|()| Hidden { units: memory, ..Hidden::default() }),
            rows_next: Vec::new(),
            seen_before: Seen::new(space),
            chosen: Vec::new(),
            at_time_out: Vec::new(),
        }
    }

    fn remembers(&self) -> bool {
        self.hidden[0].units > 0
    }

    /// So many steps of every copy, which go on where the copies stand.
    pub fn gather(
        &mut self,
        environment: &mut dyn Environment,
        learned: &mut Learned,
        softmax: &mut Softmax,
        draws: &mut Draws,
        steps: usize,
        time_out: TimeOut,
    ) {
        let (copies, actions) = (self.copies, environment.space().actions);
        let (mut actor, critic) = learned.acting();
        let mut critic = critic.expect("there is a network that values");
        self.begin(environment);
        if self.remembers() {
            self.remember(&mut actor, &mut critic);
        }
        for step in 0..steps {
            let [of_actor, of_critic] = &mut self.hidden;
            self.rows.extend_from_slice(&self.rows_next);
            let seen = self.seen.rows();
            let values = critic.act(seen, &self.rows_next, &mut of_critic.all);
            put_values_next(&mut self.values_next, &self.ends, values);
            self.values.extend_from_slice(values);
            softmax.of(actor.act(seen, &self.rows_next, &mut of_actor.all), actions);
            softmax.draw(actions, draws, &mut self.chosen);
            let of_chosen = softmax.logarithms.chunks_exact(actions).zip(&self.chosen);
            self.logarithms.extend(of_chosen.map(|(row, &action)| row[usize::from(action)]));
            self.actions.extend_from_slice(&self.chosen);
            environment.step(&self.chosen, AtEnd::Stay);
            self.rewards.extend_from_slice(environment.rewards());
            self.ends.extend_from_slice(environment.ends());
            // What follows an end is worth 0; where an episode goes on it is known one step later.
            self.values_next.resize(self.ends.len(), 0.0);
            if time_out == TimeOut::Bootstraps {
                self.value_time_outs(environment, &mut critic, step * copies);
            }
            self.go_on(environment, step);
        }
        // What is expected of the last observations, which the next rollout begins with.
        let of_critic = &mut self.hidden[1];
        let values = critic.act(self.seen.rows(), &self.rows_next, &mut of_critic.all);
        put_values_next(&mut self.values_next, &self.ends, values);
        self.cut(steps);
    }

    /// Empties what the rollout before has left, and sees what copies show now.
    fn begin(&mut self, environment: &dyn Environment) {
        swap(&mut self.seen, &mut self.seen_before);
        self.seen.clear();
        for (before, so_far) in self.before.iter_mut().zip(&mut self.so_far) {
            let seen_before = &self.seen_before;
            *before = self.seen.push_ones(so_far.iter().map(|&row| seen_before.ones(row)));
            so_far.clone_from(before);
        }
        for buffer in [&mut self.logarithms, &mut self.rewards] {
            buffer.clear();
        }
        self.values.clear();
        self.values_next.clear();
        self.rows.clear();
        self.actions.clear();
        self.ends.clear();
        self.rows_next.clear();
        for (copy, before) in self.before.iter().enumerate() {
            let like = before.last().map(|&row| row as usize);
            self.rows_next.push(self.seen.push(environment, copy, like));
        }
    }

    /// Reads the steps before the rollout again, with the networks as they are now.
    fn remember(&mut self, actor: &mut Acting<'_>, critic: &mut Acting<'_>) {
        let Rollout { before, seen, hidden, copies, .. } = self;
        let longest = before.iter().map(Vec::len).max().unwrap_or(0);
        let mut rows = Vec::new();
        hidden.iter_mut().for_each(|hidden| hidden.begin(*copies));
        for step in 0..longest {
            let there = || (0..*copies).filter(|&copy| before[copy].len() > step);
            rows.clear();
            rows.extend(there().map(|copy| before[copy][step]));
            let [of_actor, of_critic] = &mut *hidden;
            for hidden in [&mut *of_actor, &mut *of_critic] {
                hidden.pick(there());
            }
            actor.act(seen.rows(), &rows, &mut of_actor.some);
            critic.act(seen.rows(), &rows, &mut of_critic.some);
            for hidden in [of_actor, of_critic] {
                hidden.put(there());
            }
        }
    }

    /// Values what copies show whose episode has run out of steps.
    fn value_time_outs(
        &mut self,
        environment: &dyn Environment,
        critic: &mut Acting<'_>,
        from: usize,
    ) {
        self.at_time_out.clear();
        for copy in (0..self.copies).filter(|&copy| self.ends[from + copy] == End::TimedOut) {
            let like = self.rows_next[copy] as usize;
            self.at_time_out.push((self.seen.push(environment, copy, Some(like)), copy));
        }
        if self.at_time_out.is_empty() {
            return;
        }
        let hidden = &mut self.hidden[1];
        hidden.pick(self.at_time_out.iter().map(|&(_, copy)| copy));
        let rows: Vec<u32> = self.at_time_out.iter().map(|&(row, _)| row).collect();
        let values = critic.act(self.seen.rows(), &rows, &mut hidden.some);
        for (&(_, copy), &value) in self.at_time_out.iter().zip(values) {
            self.values_next[from + copy] = value;
        }
    }

    /// Goes on to the next observation of every copy, of a new episode where one is over.
    fn go_on(&mut self, environment: &mut dyn Environment, step: usize) {
        environment.restart();
        let remembers = self.remembers();
        let ends = &self.ends[step * self.copies..];
        for (copy, row) in self.rows_next.iter_mut().enumerate() {
            if remembers {
                self.so_far[copy].push(*row);
                if ends[copy] != End::Going {
                    self.so_far[copy].clear();
                    self.hidden.iter_mut().for_each(|hidden| hidden.of(copy).fill(0.0));
                }
            }
            *row = self.seen.push(environment, copy, Some(*row as usize));
        }
    }

    /// Cuts the rollout where episodes end.
    fn cut(&mut self, steps: usize) {
        self.segments.clear();
        for copy in 0..self.copies {
            let mut first = 0;
            for step in 0..steps {
                let is_last = self.ends[step * self.copies + copy] != End::Going;
                if is_last || step + 1 == steps {
                    self.segments.push(Segment { copy, step: first, length: step + 1 - first });
                    first = step + 1;
                }
            }
        }
    }

    /// The places of a segment's steps among those of all, `[step, copy]`.
    pub fn places(&self, segment: Segment) -> impl Iterator<Item = u32> + use<> {
        let Segment { copy, step, length } = segment;
        let copies = self.copies;
        (step..step + length).map(move |step| (step * copies + copy) as u32)
    }

    /// How a network that remembers reads a segment.
    pub fn sequence(&self, segment: Segment) -> Sequence<'_> {
        let before = match segment.step {
            0 => &self.before[segment.copy][..],
            _ => &[],
        };
        Sequence { before, length: segment.length }
    }

    /// How many copies there are.
    pub fn copies(&self) -> usize {
        self.copies
    }

    /// What the next rollout follows from, beside the environment.
    pub fn save(&self) -> SavedRollout {
        let ones = |&row: &u32| self.seen.ones(row).map(<[u16]>::to_vec);
        SavedRollout(self.so_far.iter().map(|rows| rows.iter().map(ones).collect()).collect())
    }

    /// Goes on from there.
    pub fn restore(&mut self, saved: SavedRollout) -> Result<(), String> {
        let (here, there) = (self.copies, saved.0.len());
        if here != there {
            return Err(format!("{there} copies were saved, and here are {here}"));
        }
        for [shared, own] in saved.0.iter().flatten() {
            let ones = || shared.iter().chain(own);
            if !ones().is_sorted_by(|one, next| one < next)
                || ones().any(|&one| usize::from(one) >= self.seen.rows().inputs())
            {
                return Err("what was seen is listed in order, below the number of inputs".into());
            }
        }
        self.seen.clear();
        for (so_far, rows) in self.so_far.iter_mut().zip(&saved.0) {
            *so_far = self.seen.push_ones(rows.iter().map(|ones| {
                let [shared, own] = ones;
                [&shared[..], &own[..]]
            }));
        }
        Ok(())
    }
}

/// Writes what is expected now, `[copy]`, as what followed the last step of every copy that goes on.
fn put_values_next(values_next: &mut [f32], ends: &[End], values: &[f32]) {
    // There is no last step before the first.
    let from = ends.len().saturating_sub(values.len());
    let last = values_next[from..].iter_mut().zip(&ends[from..]).zip(values);
    for ((next, _), &value) in last.filter(|((_, end), _)| **end == End::Going) {
        *next = value;
    }
}
