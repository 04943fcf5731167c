//! Lempel-Ziv complexity against the values of the papers' code, a second implementation with
//! mutants, and its own plain reference.

use mesascope_complexity::lempel_ziv::{complexity, complexity_of_function};
use mesascope_stats::{Key, Outcome, assert_estimates};
use std::collections::BTreeMap;

/// The labels of 128 rows.
fn string(label: impl Fn(usize) -> bool) -> Vec<u8> {
    (0..128).map(|row| u8::from(label(row))).collect()
}

/// The truth table of labels, bit r for row r.
fn table(labels: &[u8]) -> u128 {
    labels.iter().rev().fold(0, |table, &label| table << 1 | u128::from(label))
}

/// Known values of KC_LZ.py.
fn known() -> [(&'static str, Vec<u8>, f64); 9] {
    [
        ("0^128", string(|_| false), 7.0),
        ("1^128", string(|_| true), 7.0),
        ("(01)^64", string(|row| row % 2 == 1), 21.0),
        ("0^64 1^64", string(|row| row >= 64), 21.0),
        ("(0011)^32", string(|row| row / 2 % 2 == 1), 28.0),
        ("0^127 1", string(|row| row == 127), 17.5),
        ("1 0^127", string(|row| row == 0), 17.5),
        ("majority", string(|row| row.count_ones() >= 4), 70.0),
        ("parity", string(|row| row.count_ones() % 2 == 1), 91.0),
    ]
}

#[test]
fn known_strings_read_as_in_the_code_of_the_papers() {
    for (name, labels, bits) in known() {
        assert_eq!(complexity(&labels), bits, "{name}");
        assert_eq!(complexity_of_function(table(&labels), 128), bits, "{name}");
    }
}

/// How the words are counted, with one thing changed or none.
#[derive(Clone, Copy, PartialEq)]
enum Change {
    Nothing,
    CopiesMayNotRunIntoTheWord,
    ForwardsAlone,
    ConstantsHaveNoRule,
    TheLastWordMustEnd,
}

/// A second implementation, after the definition by substrings.
fn by_substrings(labels: &[u8], change: Change) -> f64 {
    let words = |text: &str| {
        let (mut words, mut start) = (0, 0);
        while start < text.len() {
            let seen_before = |length: usize| {
                let end = match change {
                    Change::CopiesMayNotRunIntoTheWord => start,
                    _ => start + length - 1,
                };
                text[..end].contains(&text[start..start + length])
            };
            let fits = |length: &usize| start + length <= text.len();
            let ends = (1..).take_while(fits).find(|&length| !seen_before(length));
            let drops_the_last = ends.is_none() && change == Change::TheLastWordMustEnd;
            words += u32::from(!drops_the_last);
            start = ends.map_or(text.len(), |length| start + length);
        }
        f64::from(words)
    };
    let text: String = labels.iter().map(|&label| char::from(b'0' + label)).collect();
    let backwards: String = text.chars().rev().collect();
    let log2_rows = (text.len() as f64).log2();
    let constant = !(text.contains('0') && text.contains('1'));
    match change {
        _ if constant && change != Change::ConstantsHaveNoRule => log2_rows,
        Change::ForwardsAlone => log2_rows * words(&text),
        _ => log2_rows * (words(&text) + words(&backwards)) / 2.0,
    }
}

#[test]
fn the_known_strings_tell_every_other_way_of_counting_words() {
    let misses = |change| {
        known().iter().filter(|(_, labels, bits)| by_substrings(labels, change) != *bits).count()
    };
    assert_eq!(misses(Change::Nothing), 0);
    // All but the constants and parity.
    assert_eq!(misses(Change::CopiesMayNotRunIntoTheWord), 6);
    assert_eq!(misses(Change::TheLastWordMustEnd), 7);
    // The two that are not their own mirror image or its opposite.
    assert_eq!(misses(Change::ForwardsAlone), 2);
    assert_eq!(misses(Change::ConstantsHaveNoRule), 2);
}

/// Random strings of a length, from half ones to few.
fn random_strings(length: usize, count: usize) -> Vec<Vec<u8>> {
    let mut draws = Key::from_seed(length as u64).draws();
    let one =
        |place: usize, draws: &mut mesascope_stats::Draws| (0..=place % 4).all(|_| draws.coin());
    (0..count)
        .map(|place| (0..length).map(|_| u8::from(one(place, &mut draws))).collect())
        .collect()
}

#[test]
fn the_fast_form_equals_the_reference_on_random_strings_of_every_length() {
    for length in 1..=128 {
        for labels in random_strings(length, 80) {
            let expected = complexity(&labels);
            // What stands beyond the rows must not matter.
            let above = u128::MAX.checked_shl(length as u32).unwrap_or(0);
            for bits in [table(&labels), table(&labels) | above] {
                let fast = complexity_of_function(bits, length as u32);
                assert_eq!(fast, expected, "{labels:?}");
            }
        }
    }
    assert_eq!((complexity(&[]), complexity_of_function(7, 0)), (0.0, 0.0));
}

#[test]
fn the_reference_equals_the_second_implementation_on_random_strings() {
    for length in [1, 2, 3, 5, 8, 31, 64, 127, 128, 300] {
        for labels in random_strings(length, 20) {
            let second = by_substrings(&labels, Change::Nothing);
            assert!((complexity(&labels) - second).abs() < 1e-9, "{labels:?}");
        }
    }
}

#[test]
fn every_function_of_few_inputs_reads_as_in_the_second_implementation() {
    // Halves of bits and functions that read so, by KC_LZ.py rewritten in Python 3.11.
    let three = [(6, 2), (15, 4), (18, 26), (21, 60), (24, 102), (27, 48), (30, 14)];
    let four = [
        (8, 2),
        (20, 4),
        (24, 48),
        (28, 228),
        (32, 1074),
        (36, 4176),
        (40, 11608),
        (44, 20600),
        (48, 20030),
        (52, 6892),
        (56, 866),
        (60, 8),
    ];
    for (rows, expected) in [(8, &three[..]), (16, &four[..])] {
        let mut counts = BTreeMap::new();
        for bits in 0..1_u128 << rows {
            *counts.entry((2.0 * complexity_of_function(bits, rows)) as u64).or_insert(0) += 1;
        }
        assert_eq!(counts.into_iter().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn random_functions_of_seven_inputs_read_148_bits_and_a_half_on_average() {
    let mut draws = Key::from_seed(1).draws();
    let mut random = || u128::from(draws.bits()) << 64 | u128::from(draws.bits());
    let read: Vec<f64> = (0..20_000).map(|_| complexity_of_function(random(), 128)).collect();
    // KC_LZ.py rewritten in Python, 20,000 draws: 148.80 with a standard error of 0.04.
    assert_estimates(&Outcome::of_mean(&read), 148.80, 0.2);
    assert!(read.iter().all(|&bits| (105.0..=180.0).contains(&bits)));
}

#[test]
fn neither_reading_backwards_nor_swapping_the_classes_changes_it() {
    for labels in random_strings(128, 40) {
        let backwards: Vec<u8> = labels.iter().rev().copied().collect();
        let swapped: Vec<u8> = labels.iter().map(|label| 1 - label).collect();
        assert_eq!(complexity(&backwards), complexity(&labels));
        assert_eq!(complexity(&swapped), complexity(&labels));
    }
}
