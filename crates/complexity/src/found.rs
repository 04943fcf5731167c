//! A small number for each of many 32-bit numbers other than 0, in little memory.

/// Of few numbers a place for each; of many open addressing with linear probing, at most half full
/// (Knuth, TAOCP 3, 6.4, algorithm L).
#[derive(Debug)]
pub(crate) struct Found {
    slots: Vec<u32>,
    values: Vec<u8>,
    count: usize,
    /// Whether every number has the slot of its value.
    dense: bool,
}

/// Numbers for which there is a place each: 256 kB.
const DENSE: u64 = 1 << 16;

impl Found {
    /// Nothing yet of the numbers below `bound`.
    pub(crate) fn below(bound: u64) -> Found {
        let dense = bound <= DENSE;
        let slots = if dense { bound as usize } else { 1 << 10 };
        Found { slots: vec![0; slots], values: vec![0; slots], count: 0, dense }
    }

    /// Fibonacci hashing: the golden ratio spreads neighbours.
    fn home(&self, number: u32) -> usize {
        (u64::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize
            & (self.slots.len() - 1)
    }

    fn slot(&self, number: u32) -> usize {
        if self.dense {
            return number as usize;
        }
        let mut at = self.home(number);
        while self.slots[at] != 0 && self.slots[at] != number {
            at = (at + 1) & (self.slots.len() - 1);
        }
        at
    }

    pub(crate) fn holds(&self, number: u32) -> bool {
        self.slots[self.slot(number)] == number
    }

    /// What was found of a number. Panics on 0.
    pub(crate) fn value(&self, number: u32) -> Option<u8> {
        assert!(number != 0, "0 marks an empty slot");
        let at = self.slot(number);
        (self.slots[at] == number).then(|| self.values[at])
    }

    /// Adds a number where it is new, and says whether it is. Panics on 0.
    pub(crate) fn add(&mut self, number: u32, value: u8) -> bool {
        assert!(number != 0, "0 marks an empty slot");
        let at = self.slot(number);
        if self.slots[at] == number {
            return false;
        }
        (self.slots[at], self.values[at]) = (number, value);
        self.count += 1;
        if !self.dense && self.count * 2 > self.slots.len() {
            let twice = self.slots.len() * 2;
            let slots = std::mem::replace(&mut self.slots, vec![0; twice]);
            let values = std::mem::replace(&mut self.values, vec![0; twice]);
            for (number, value) in slots.into_iter().zip(values).filter(|(number, _)| *number != 0)
            {
                let at = self.slot(number);
                (self.slots[at], self.values[at]) = (number, value);
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_found_and_nothing_else() {
        for bound in [1 << 16, 1 << 32] {
            let mut found = Found::below(bound);
            for number in (1..60_000).step_by(3) {
                assert!(found.add(number, number as u8) && !found.add(number, 0));
            }
            for number in 1..60_000 {
                assert_eq!(found.holds(number), number % 3 == 1, "{number}");
                assert_eq!(found.value(number), (number % 3 == 1).then_some(number as u8));
            }
        }
    }
}
