//! A replay buffer: the last steps of an environment, of which some are drawn to learn from again.
//!
//! What was seen is kept as bits, so that a step of 507 inputs takes 134 bytes.

/// The last so many steps, in a ring: when it is full, the oldest gives way.
pub(crate) struct Replay {
    /// Bytes of one observation.
    seen: usize,
    capacity: usize,
    /// Where the next step goes.
    next: usize,
    /// Steps of [`Replay::size`] bytes, `[step]`.
    records: Vec<u8>,
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Kept<'a> {
    /// What was seen, eight inputs to a byte, the first in the lowest bit.
    pub before: &'a [u8],
    /// What was seen then; of an episode that was over, what it ended with.
    pub after: &'a [u8],
    /// What was done.
    pub action: u8,
    /// Whether the world ended the episode, so that nothing follows.
    pub ended: bool,
    /// What it gave.
    pub reward: f32,
}

impl Replay {
    /// An empty buffer for so many steps in which so many inputs are seen.
    pub fn new(inputs: usize, capacity: usize) -> Replay {
        Replay { seen: inputs.div_ceil(8), capacity, next: 0, records: Vec::new() }
    }

    /// Bytes of one step: two observations, the action, the end, the reward.
    fn size(&self) -> usize {
        2 * self.seen + 6
    }

    /// How many steps there are.
    pub fn len(&self) -> usize {
        self.records.len() / self.size()
    }

    /// Keeps a step, in place of the oldest if there is no room.
    pub fn push(&mut self, step: Kept) {
        let lengths = (step.before.len(), step.after.len());
        assert_eq!(lengths, (self.seen, self.seen), "observations have so many bytes");
        let at = self.next * self.size();
        let size = self.size();
        if at == self.records.len() {
            self.records.resize(at + size, 0);
        }
        let record = &mut self.records[at..at + size];
        let (seen, rest) = record.split_at_mut(2 * step.before.len());
        seen[..step.before.len()].copy_from_slice(step.before);
        seen[step.before.len()..].copy_from_slice(step.after);
        rest[0] = step.action;
        rest[1] = u8::from(step.ended);
        rest[2..].copy_from_slice(&step.reward.to_le_bytes());
        self.next = (self.next + 1) % self.capacity;
    }

    /// A step, by its place in the ring.
    pub fn step(&self, at: usize) -> Kept<'_> {
        let record = &self.records[at * self.size()..][..self.size()];
        let (before, rest) = record.split_at(self.seen);
        let (after, rest) = rest.split_at(self.seen);
        let reward = f32::from_le_bytes(rest[2..].try_into().expect("four bytes are left"));
        Kept { before, after, action: rest[0], ended: rest[1] == 1, reward }
    }

    /// Everything in it.
    pub fn save(&self) -> Vec<u8> {
        let mut bytes = (self.next as u64).to_le_bytes().to_vec();
        bytes.extend_from_slice(&self.records);
        bytes
    }

    /// What [`Replay::save`] has written, in a buffer made alike.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), String> {
        let (next, records) =
            bytes.split_first_chunk().ok_or("a replay buffer begins with 8 bytes")?;
        let (next, size) = (u64::from_le_bytes(*next) as usize, self.size());
        let steps = records.len() / size;
        let is_ring = match steps < self.capacity {
            true => next == steps,
            false => steps == self.capacity && next < steps,
        };
        if !is_ring || records.len() != steps * size {
            return Err(format!(
                "{} bytes with the next step at {next} are no ring of at most {} steps of {size} \
                 bytes",
                records.len(),
                self.capacity
            ));
        }
        (self.next, self.records) = (next, records.to_vec());
        Ok(())
    }
}

/// The numbers of the inputs that are 1, increasing, of what is packed eight to a byte.
pub(crate) fn ones(packed: &[u8], out: &mut Vec<u16>) {
    out.clear();
    for (at, &byte) in packed.iter().enumerate() {
        let mut left = byte;
        while left != 0 {
            out.push((8 * at) as u16 + left.trailing_zeros() as u16);
            left &= left - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::packed;

    fn push(replay: &mut Replay, number: u8) {
        let (before, after) = ([number, 0], [0, number]);
        let (action, ended) = (number % 4, number.is_multiple_of(2));
        let reward = 0.1 * f32::from(number);
        replay.push(Kept { before: &before, after: &after, action, ended, reward });
    }

    fn first_bytes(replay: &Replay) -> Vec<u8> {
        (0..replay.len()).map(|at| replay.step(at).before[0]).collect()
    }

    #[test]
    fn a_step_comes_back_as_it_was_kept_and_the_oldest_gives_way() {
        let mut replay = Replay::new(13, 3);
        (1..=2).for_each(|number| push(&mut replay, number));
        assert_eq!(first_bytes(&replay), [1, 2]);
        let expected =
            Kept { before: &[1, 0], after: &[0, 1], action: 1, ended: false, reward: 0.1 };
        assert_eq!(replay.step(0), expected);
        assert!(replay.step(1).ended);
        (3..=5).for_each(|number| push(&mut replay, number));
        assert_eq!(first_bytes(&replay), [4, 5, 3], "three are kept, and the last are 3, 4, 5");
    }

    #[test]
    fn a_saved_buffer_goes_on_as_it_would_have_and_one_of_another_size_is_refused() {
        for kept in [0, 2, 3, 5] {
            let mut whole = Replay::new(13, 3);
            (1..=kept).for_each(|number| push(&mut whole, number));
            let mut again = Replay::new(13, 3);
            again.restore(&whole.save()).unwrap();
            push(&mut whole, 9);
            push(&mut again, 9);
            assert_eq!(again.save(), whole.save(), "{kept} steps");
        }
        let mut full = Replay::new(13, 3);
        (1..=3).for_each(|number| push(&mut full, number));
        assert!(Replay::new(30, 3).restore(&full.save()).is_err(), "of other inputs");
        assert!(Replay::new(13, 2).restore(&full.save()).is_err(), "of fewer steps");
        assert!(Replay::new(13, 4).restore(&full.save()).is_err(), "of more steps");
    }

    #[test]
    fn ones_are_those_that_were_packed() {
        let (cells, cues) = ([0, 1, 1, 0, 0, 0, 0, 1, 1, 0], [1, 0, 1]);
        let mut found = vec![7];
        ones(&packed(&cells, &cues), &mut found);
        assert_eq!(found, [1, 2, 7, 8, 10, 12]);
    }
}
