//! Lempel-Ziv complexity: how little a function repeats itself, read as a string of its classes.
//!
//! The string is cut into words from the left: each is the shortest piece that does not begin at an
//! earlier place too (the earlier copy may run into the word itself), and the last may be cut short
//! by the end. With N words of a string of n classes, and R of it read backwards, the complexity is
//! log2(n) (N + R) / 2 bits, but log2(n) for the two constant strings (Lempel and Ziv 1976; Kaspar
//! and Schuster 1987; made symmetric and scaled by Dingle, Camargo and Louis 2018, whose code is
//! `KC_LZ.py` of guillefix/simpbias-tools).

/// Moves when the same string comes to read otherwise.
pub const NUMERICS: u32 = 1;

/// The complexity in bits of a string of labels, `[row]`, of any length; 0 for no labels. The plain
/// reference of [`complexity_of_function`], in time quadratic in the length for most strings.
pub fn complexity(labels: &[u8]) -> f64 {
    let Some(first) = labels.first() else { return 0.0 };
    let log2_rows = libm::log2(labels.len() as f64);
    if labels.iter().all(|label| label == first) {
        return log2_rows;
    }
    let reversed: Vec<u8> = labels.iter().rev().copied().collect();
    0.5 * log2_rows * (words(labels) + words(&reversed)) as f64
}

/// Into how many words a string is cut.
fn words(labels: &[u8]) -> usize {
    let (mut words, mut start) = (0, 0);
    while start < labels.len() {
        let rest = &labels[start..];
        let copied =
            |from: usize| rest.iter().zip(&labels[from..]).take_while(|(a, b)| a == b).count();
        let longest_copy = (0..start).map(copied).max().unwrap_or(0);
        start += longest_copy + 1;
        words += 1;
    }
    words
}

/// [`complexity`] of a function of at most 128 rows, by its truth table: bit `r` of `bits` is the
/// label of row `r`, and bits from `rows` on count for nothing. As the complexity is the same read
/// backwards, bit 0 may as well be the last row. Takes about a microsecond. Panics where `rows`
/// exceeds 128.
pub fn complexity_of_function(bits: u128, rows: u32) -> f64 {
    assert!(rows <= 128, "{rows} rows; a truth table has 128 at most");
    if rows == 0 {
        return 0.0;
    }
    let every = u128::MAX >> (128 - rows);
    let bits = bits & every;
    let log2_rows = libm::log2(f64::from(rows));
    if bits == 0 || bits == every {
        return log2_rows;
    }
    let reversed = bits.reverse_bits() >> (128 - rows);
    0.5 * log2_rows * f64::from(words_of_both([bits, reversed], rows))
}

/// Into how many words two strings of `rows` labels are cut together. Both are in one loop because
/// neither waits for the other.
fn words_of_both(strings: [u128; 2], rows: u32) -> u32 {
    let mut words = 0;
    // The labels from the row at hand on.
    let mut left = strings;
    // The earlier rows at which a copy of the word so far can go on: all of them when it is empty.
    let mut goes_on = [0_u128; 2];
    // Those at which it does.
    let mut copied = [0_u128; 2];
    let mut rows_so_far = 0_u128;
    for _ in 0..rows {
        rows_so_far = rows_so_far << 1 | 1;
        for one in 0..2 {
            let equal = if left[one] & 1 == 1 { strings[one] } else { !strings[one] };
            left[one] >>= 1;
            copied[one] = goes_on[one] & equal;
            let word_ends = copied[one] == 0;
            words += u32::from(word_ends);
            goes_on[one] = if word_ends { rows_so_far } else { copied[one] << 1 };
        }
    }
    words + copied.map(|copied| u32::from(copied != 0)).iter().sum::<u32>()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The labels of 128 rows.
    fn string(label: impl Fn(usize) -> bool) -> Vec<u8> {
        (0..128).map(|row| u8::from(label(row))).collect()
    }

    /// What a circuit reads when its input i is the world's input `order[i]`.
    fn wired(circuit: fn([usize; 7]) -> bool, order: [usize; 7]) -> f64 {
        complexity(&string(|row| circuit(order.map(|input| row >> (6 - input) & 1))))
    }

    #[test]
    fn the_order_of_the_inputs_can_more_than_double_it() {
        let in_order = [0, 1, 2, 3, 4, 5, 6];
        let multiplexer = |x: [usize; 7]| x[2 + 2 * x[0] + x[1]] == 1;
        assert_eq!(wired(multiplexer, [0, 1, 2, 4, 5, 6, 3]), 56.0);
        assert_eq!(wired(multiplexer, [5, 6, 0, 1, 4, 2, 3]), 140.0);
        let at_least_43 = |x: [usize; 7]| x.iter().fold(0, |number, bit| 2 * number + bit) >= 43;
        assert_eq!(wired(at_least_43, in_order), 21.0);
        assert_eq!(wired(at_least_43, [4, 2, 5, 1, 6, 0, 3]), 73.5);
        // Functions that no order of the inputs changes read the same, as they should.
        let majority = |x: [usize; 7]| x.iter().sum::<usize>() >= 4;
        assert_eq!(wired(majority, in_order), wired(majority, [5, 6, 0, 1, 4, 2, 3]));
    }

    #[test]
    fn a_short_formula_can_read_as_random() {
        // Whether the row's number is a square modulo 127: Legendre's symbol, r^63 mod 127 = 1.
        let square = |row: usize| (0..63).fold(1, |power, _| power * row % 127) == 1;
        let read = complexity(&string(square));
        assert!(read >= 140.0, "{read}");
        let parity = complexity(&string(|row| row.count_ones() % 2 == 1));
        let majority = complexity(&string(|row| row.count_ones() >= 4));
        assert_eq!((parity, majority), (91.0, 70.0));
    }

    #[test]
    fn the_next_simplest_after_a_constant_is_a_single_end_row() {
        let read = |row: u32| complexity_of_function(1 << row, 128);
        assert_eq!([read(0), read(127), read(63), read(64)], [17.5, 17.5, 21.0, 21.0]);
        let others = (1..63).chain(65..127);
        assert!(others.map(read).all(|bits| bits == 24.5));
    }
}
