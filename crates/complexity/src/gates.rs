//! The shortest programs of strict gates: formulas over and, or, xor, not, inputs and constants, all
//! of which run on every row.
//!
//! The code, in Polish notation: an instruction is `1` and two bits that say which of and, or, xor,
//! not, before its operands; a leaf is `0` and three bits that say which of x0 to x5, 0, 1. It is a
//! prefix code, so that 2^-length adds up to at most 1 over all programs. A program of b binary
//! instructions and m nots has b + 1 leaves: its length is 7 b + 3 m + 4 bits, and it runs
//! 2 b + m + 1 steps on every row, leaves counted.
//!
//! In a shortest program no not stands on a not, and no binary instruction has two negated operands
//! (de Morgan's laws, and two nots under xor, save a not): m <= b + 1. With it, programs shorter than
//! [`TOLD_BY_LENGTH`] bits have b and m, and so their steps, told by the length alone; and no longer
//! program of the same function runs fewer steps (it would have at least 3 k + 1 binary instructions
//! more to save k steps, hence 9 nots fewer, which takes a shortest program of 87 bits). So the shortest
//! program is the cheapest under every cost that grows with length and steps.

use std::sync::{Mutex, OnceLock};

use crate::found::Found;
use crate::{every_row, input_table};

/// Moves when the length of a program comes to be another.
pub const NUMERICS: u32 = 1;

/// The most inputs.
pub const MOST_INPUTS: usize = 5;

/// Programs shorter than this many bits have their steps told by their length.
pub const TOLD_BY_LENGTH: u32 = 67;

/// The longest programs of 5 inputs that are looked for, at most.
pub const MOST_BITS_OF_FIVE: u32 = 52;

const LEAF: u8 = 4;
const INSTRUCTION: u8 = 3;

/// Steps that a shortest program of so many bits runs on a row; none where no shortest program below
/// [`TOLD_BY_LENGTH`] bits has this length.
pub fn steps_of_length(bits: u32) -> Option<u32> {
    let rest = bits.checked_sub(u32::from(LEAF)).filter(|_| bits < TOLD_BY_LENGTH)?;
    let nots = |binary: u32| {
        let nots = rest.checked_sub(7 * binary).filter(|nots| nots % 3 == 0)? / 3;
        (nots <= binary + 1).then_some(nots)
    };
    (0..=rest / 7).find_map(|binary| nots(binary).map(|nots| 2 * binary + nots + 1))
}

/// Shortest programs of the functions of some inputs.
#[derive(Debug)]
pub struct GatePrograms {
    inputs: usize,
    lengths: Found,
    /// Every function whose shortest program has at most so many bits was found.
    complete_to: u32,
    functions: u64,
}

/// What is known of a shortest program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// So many bits.
    Exactly(u32),
    /// So many bits or more.
    AtLeast(u32),
}

/// The shortest programs of all functions of up to 4 inputs, or of 5 inputs of all whose shortest
/// program has at most `most_bits`. Found once a process for each number of inputs and bits, and kept
/// (of 4 inputs 0.03 s and 0.5 MB; of 5 inputs 0.3 s and 20 MB for 42 bits, 5 s and 280 MB for 52). Panics beyond 5 inputs and [`MOST_BITS_OF_FIVE`] bits.
pub fn gate_programs(inputs: usize, most_bits: u32) -> &'static GatePrograms {
    static SMALL: [OnceLock<GatePrograms>; 4] = [const { OnceLock::new() }; 4];
    static FIVE: Mutex<Vec<(u32, &'static GatePrograms)>> = Mutex::new(vec![]);
    assert!((1..=MOST_INPUTS).contains(&inputs), "programs are known of 1 to 5 inputs");
    if inputs < 5 {
        return SMALL[inputs - 1].get_or_init(|| GatePrograms::find(inputs, TOLD_BY_LENGTH - 1));
    }
    assert!(most_bits <= MOST_BITS_OF_FIVE, "{most_bits} bits take too much memory");
    // Held while it is found, so that no other thread finds the same.
    let mut five = FIVE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some((_, known)) = five.iter().find(|(bits, _)| *bits == most_bits) {
        return known;
    }
    // Never freed: a study has one cap or a few.
    let known: &'static GatePrograms = Box::leak(Box::new(GatePrograms::find(5, most_bits)));
    five.push((most_bits, known));
    known
}

impl GatePrograms {
    /// How many functions' shortest programs are known.
    pub fn functions(&self) -> u64 {
        self.functions
    }

    /// The length of the shortest program of a function.
    ///
    /// Where it is not known, what is left of it at one value of an input is a shorter program: at
    /// the value 0 an instruction and a leaf are gone (7 bits), at the value 1 too, but xor may leave a
    /// not (4 bits). Panics where the table has rows that the inputs do not make.
    pub fn length(&self, table: u128) -> Length {
        let every = every_row(self.inputs);
        assert!(table <= every, "a table of {} inputs has no such rows", self.inputs);
        if table == 0 || table == every {
            return Length::Exactly(u32::from(LEAF));
        }
        if let Some(bits) = self.lengths.value(table as u32) {
            return Length::Exactly(u32::from(bits));
        }
        let fewer = gate_programs(self.inputs - 1, 0);
        let bound = |input: usize| {
            let [low, high] = cofactors(table, self.inputs, input);
            if low == high {
                return 0;
            }
            let known = |table: u128| match fewer.length(table) {
                Length::Exactly(bits) | Length::AtLeast(bits) => bits,
            };
            (known(low) + 7).max(known(high) + 4)
        };
        let bounds = (0..self.inputs).map(bound).max().unwrap_or(0);
        Length::AtLeast(bounds.max(self.complete_to + 1))
    }

    /// Finds programs in increasing length, each function once. Permuting the inputs changes no
    /// length, so that of two operands one need only be one of each class.
    fn find(inputs: usize, most_bits: u32) -> GatePrograms {
        let every = every_row(inputs) as u32;
        let mut search = Search {
            orders: orders(inputs),
            lengths: Found::below(1 << (1 << inputs)),
            levels: vec![],
            classes: vec![],
        };
        let all = (1u64 << (1 << inputs)) - 2;
        let (mut found, mut bits) = (0u64, 0u32);
        while found < all && bits < most_bits {
            bits += 1;
            search.levels.push(vec![]);
            search.classes.push(vec![]);
            if bits == u32::from(LEAF) {
                search.add(input_table(inputs, 0) as u32, bits);
            }
            let level = |of: &Vec<Vec<u32>>, bits: u32| {
                of.get((bits as usize).wrapping_sub(1)).cloned().unwrap_or_default()
            };
            let rest = bits.saturating_sub(u32::from(INSTRUCTION));
            for one in level(&search.classes, rest) {
                search.add(!one & every, bits);
            }
            for shorter in 1..=rest / 2 {
                let (few, many) =
                    (level(&search.classes, shorter), level(&search.levels, rest - shorter));
                for &a in &few {
                    for &b in &many {
                        for made in [a & b, a | b, a ^ b] {
                            if made != 0 && made != every && !search.lengths.holds(made) {
                                search.add(made, bits);
                            }
                        }
                    }
                }
            }
            found += search.levels.last().map_or(0, |level| level.len() as u64);
        }
        let complete_to = if found == all { u32::MAX - 1 } else { bits };
        GatePrograms { inputs, lengths: search.lengths, complete_to, functions: found + 2 }
    }
}

struct Search {
    /// Every order of the inputs, as the row that each row comes from.
    orders: Vec<Vec<u8>>,
    lengths: Found,
    /// The functions of each length, from 1 bit.
    levels: Vec<Vec<u32>>,
    /// One of each class of them.
    classes: Vec<Vec<u32>>,
}

impl Search {
    fn add(&mut self, made: u32, bits: u32) {
        let at = bits as usize - 1;
        if self.lengths.holds(made) {
            return;
        }
        self.classes[at].push(made);
        for order in &self.orders {
            let rows = order.iter().enumerate();
            let image = rows.fold(0, |image, (row, from)| image | (made >> from & 1) << row);
            if self.lengths.add(image, bits as u8) {
                self.levels[at].push(image);
            }
        }
    }
}

/// Every order of the inputs, as the row that each row comes from.
fn orders(inputs: usize) -> Vec<Vec<u8>> {
    // The symmetries are, for every order of the inputs, those without and with negations.
    let all = crate::circuits::symmetries(inputs);
    all.into_iter().step_by(1 << inputs).collect()
}

/// The function where an input is 0 and where it is 1, of the other inputs.
pub(crate) fn cofactors(table: u128, inputs: usize, input: usize) -> [u128; 2] {
    let place = inputs - 1 - input;
    let zeros = every_row(inputs) & !input_table(inputs, input);
    let half = |value: usize| {
        // Rows in runs of 2^place, each with a gap of as many after it: gaps are closed pair by pair.
        let mut rows = table >> (value << place) & zeros;
        for step in place..inputs - 1 {
            rows = (rows | rows >> (1 << step)) & crate::RUNS[step + 1];
        }
        rows
    };
    [half(0), half(1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(inputs: usize, table: u128) -> Length {
        gate_programs(inputs, 0).length(table)
    }

    #[test]
    fn known_programs_have_their_lengths_and_steps() {
        let x = |input| input_table(3, input);
        for (table, bits, steps) in [
            (0, 4, 1),
            (x(1), 4, 1),
            (0xFF & !x(1), 7, 2),
            (x(0) & x(2), 11, 3),
            (0xFF & !(x(0) ^ x(2)), 14, 4),
            (x(0) ^ x(1) ^ x(2), 18, 5),
            (x(0) & !x(1) & 0xFF, 14, 4),
        ] {
            assert_eq!(length(3, table), Length::Exactly(bits), "{table:b}");
            assert_eq!(steps_of_length(bits), Some(steps), "{table:b}");
        }
    }

    #[test]
    fn every_function_of_four_inputs_has_a_program_whose_steps_its_length_tells() {
        let programs = gate_programs(4, 0);
        assert_eq!(programs.functions(), 65_536);
        let of = |table| match programs.length(table) {
            Length::Exactly(bits) => bits,
            other => panic!("{other:?}"),
        };
        let most = (0..65_536).map(of).max().unwrap();
        assert_eq!(most, 59);
        assert!((0..65_536).all(|table| steps_of_length(of(table)).is_some()));
    }

    #[test]
    fn a_function_of_fewer_inputs_is_as_long_among_more() {
        for table in 0..256u128 {
            let wide = (0..16).fold(0, |wide, row| wide | (table >> (row / 2) & 1) << row);
            assert_eq!(length(3, table), length(4, wide), "{table:b}");
            assert_eq!(cofactors(wide, 4, 3), [table, table]);
        }
        // Of x0 ^ x1 & x2, at each value of each input.
        let mixed = 0b0111_1000;
        assert_eq!(cofactors(mixed, 3, 0), [0b1000, 0b0111]);
        assert_eq!(cofactors(mixed, 3, 1), [0b1100, 0b0110]);
        assert_eq!(cofactors(mixed, 3, 2), [0b1100, 0b0110]);
        for at in 0..5 {
            let [low, high] = cofactors(0x1234_5678, 5, at);
            let ones = 0x1234_5678u128 & input_table(5, at);
            assert_eq!(high.count_ones(), ones.count_ones());
            assert_eq!(low.count_ones() + high.count_ones(), 0x1234_5678u32.count_ones());
        }
    }

    #[test]
    fn a_low_cap_finds_what_a_high_one_finds_and_bounds_the_rest_from_below() {
        let (low, high) = (gate_programs(5, 21), gate_programs(5, 30));
        assert!(low.functions() < high.functions());
        let mut bounded = 0;
        for at in 0..20_000u128 {
            // Functions of five inputs of which many have short programs.
            let [a, b, c] = [at % 5, at / 5 % 5, at / 25 % 5].map(|i| input_table(5, i as usize));
            let mixed = match at / 125 % 5 {
                0 => a & b ^ c,
                1 => (a | b) & !c & every_row(5),
                2 => a ^ b & (c | input_table(5, (at / 625 % 5) as usize)),
                3 => (a | b) ^ (c & input_table(5, (at / 625 % 5) as usize)),
                _ => (at * 0x9E37_79B9) & every_row(5),
            };
            match (low.length(mixed), high.length(mixed)) {
                (Length::Exactly(bits), found) => assert_eq!(found, Length::Exactly(bits)),
                (Length::AtLeast(bound), Length::Exactly(bits)) => {
                    bounded += 1;
                    assert!(bound <= bits && bits > 21, "{mixed:b}: {bits}, bound {bound}");
                }
                (Length::AtLeast(low), Length::AtLeast(high)) => assert!(low <= high),
            }
        }
        assert!(bounded > 100, "{bounded}");
    }
}
