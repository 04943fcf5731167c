//! Guess and check: fresh networks, one after another, until one gives every row its label.
//!
//! Networks are those of [`crate::random_functions`]: draw d has stream d. Most guesses are wrong
//! about one of the first rows, so that rows are looked at sixteen at a time and a guess ends at the
//! first sixteen that it gets wrong.

use mesascope_lanes::{Kernel, Lanes, Path, WIDTH, run};
use mesascope_stats::Key;

use super::forward::{Buffers, draw, labels_of};
use super::layout::Layout;
use crate::aligned::Aligned;
use crate::{Mlp, Network};

/// What guessing came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Guessed {
    /// Networks drawn, the last one included.
    pub guesses: u64,
    /// The network drawn last: the one that was accepted, where one was.
    pub network: Network<f32>,
    /// Whether it gives every row its label and was accepted.
    pub fitted: bool,
}

/// Rows and their classes, sixteen side by side.
struct Wanted {
    /// `[vector, input, row]`, 0 beyond the last row.
    rows: Aligned<f32>,
    /// Which rows of each vector there are, and which of them have class 1.
    masks: Vec<[u16; 2]>,
}

impl Wanted {
    fn new(inputs: &[f32], width: usize, labels: &[u8]) -> Wanted {
        let vectors = labels.len().div_ceil(WIDTH);
        let mut rows = Aligned::zeros(vectors * width * WIDTH);
        let mut masks = vec![[0; 2]; vectors];
        for (row, (numbers, &label)) in inputs.chunks_exact(width).zip(labels).enumerate() {
            let (vector, lane) = (row / WIDTH, row % WIDTH);
            for (input, &number) in numbers.iter().enumerate() {
                rows[(vector * width + input) * WIDTH + lane] = number;
            }
            masks[vector][0] |= 1 << lane;
            masks[vector][1] |= u16::from(label) << lane;
        }
        Wanted { rows, masks }
    }
}

/// Finds the first of these streams whose network gives every row its label. The buffers are left
/// with its numbers, or with those of the last stream.
struct Search<'a> {
    layout: &'a Layout,
    seed: [u8; 32],
    streams: std::ops::Range<u64>,
    wanted: &'a Wanted,
    buffers: &'a mut Buffers,
}

impl Kernel for Search<'_> {
    type Output = Option<u64>;

    #[inline(always)]
    fn run<L: Lanes>(self) -> Option<u64> {
        let Search { layout, seed, streams, wanted, buffers } = self;
        let wide = layout.inputs * WIDTH;
        'next: for stream in streams {
            draw::<L>(layout, seed, stream, buffers);
            // No closure: one that is not inlined here is compiled without the path's instructions.
            for (rows, [there, ones]) in wanted.rows.chunks_exact(wide).zip(&wanted.masks) {
                if labels_of::<L>(layout, buffers, rows) & there != *ones {
                    continue 'next;
                }
            }
            return Some(stream);
        }
        None
    }
}

/// Draws fresh networks with one output until one gives every row of `inputs`, `[row, input]` with
/// `width` numbers a row, its class of `labels`, `[row]`, and `accept` takes it; `most` at most. A
/// logit above 0 is class 1.
///
/// The networks are drawn as [`crate::random_functions`] draws them, whatever the rows. Where none is
/// accepted, the last one drawn is returned, which nothing has selected.
///
/// Panics without rows, without guesses, or where a number of rows, labels or inputs is off.
pub fn guess(
    mlp: &Mlp,
    inputs: &[f32],
    width: usize,
    labels: &[u8],
    most: u64,
    key: Key,
    accept: &mut dyn FnMut(&Network<f32>) -> bool,
) -> Guessed {
    guess_on(Path::best(), mlp, inputs, width, labels, most, key, accept)
}

#[allow(clippy::too_many_arguments, reason = "what `guess` is given, and how it runs")]
fn guess_on(
    path: Path,
    mlp: &Mlp,
    inputs: &[f32],
    width: usize,
    labels: &[u8],
    most: u64,
    key: Key,
    accept: &mut dyn FnMut(&Network<f32>) -> bool,
) -> Guessed {
    assert!(!labels.is_empty() && most > 0, "guessing needs a row and a guess");
    assert_eq!(inputs.len(), width * labels.len(), "inputs are [row, input], labels [row]");
    assert!(labels.iter().all(|&label| label < 2), "a label is 0 or 1");
    // How bits are written matters for tables of all rows only.
    let layout = Layout::of(mlp, width, [0.0, 1.0]);
    let mut buffers = Buffers::of_vectors(&layout, 1);
    let wanted = Wanted::new(inputs, width, labels);
    let mut seed = [0; 32];
    key.draws().fill(&mut seed);
    let mut next = 0;
    loop {
        let (streams, wanted, buffers) = (next..most, &wanted, &mut buffers);
        let found = run(path, Search { layout: &layout, seed, streams, wanted, buffers });
        let network = layout.network(mlp, buffers.parameters());
        let guesses = found.map_or(most, |stream| stream + 1);
        let fitted = found.is_some() && accept(&network);
        if fitted || guesses == most {
            return Guessed { guesses, network, fitted };
        }
        next = guesses;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Activation, Biases, random_functions};

    const UNIFORM: &str = r#"{"uniform": {"bound": 1}}"#;

    fn mlp(hidden: &[i64]) -> Mlp {
        let initialisation = serde_json::from_str(UNIFORM).unwrap();
        Mlp { initialisation, ..Mlp::with_hidden(hidden).unwrap() }
    }

    fn every_row(inputs: usize) -> Vec<f32> {
        let bits = |row: usize| (0..inputs).rev().map(move |place| (row >> place & 1) as f32);
        (0..1usize << inputs).flat_map(bits).collect()
    }

    #[test]
    fn the_network_found_is_the_first_whose_function_has_the_labels() {
        // The tables of all rows are made by other code, from the same streams.
        for (hidden, seed) in [(vec![], 1), (vec![6], 2), (vec![5, 7], 3)] {
            let (mlp, shown) = (mlp(&hidden), [1usize, 2, 9, 12, 31]);
            let rows = every_row(5);
            let inputs: Vec<f32> =
                shown.iter().flat_map(|row| rows[row * 5..][..5].to_vec()).collect();
            let labels = [0, 0, 1, 1, 1];
            let mut tables = Vec::new();
            let mut each = |table| {
                tables.push(table);
                std::ops::ControlFlow::Continue(())
            };
            random_functions(&mlp, 5, [0.0, 1.0], 4_000, Key::from_seed(seed), &mut each);
            let has = |table: &u128| {
                shown.iter().zip(labels).all(|(row, label)| table >> row & 1 == u128::from(label))
            };
            let first = tables.iter().position(has).expect("one in 4,000 fits");
            let key = Key::from_seed(seed);
            let found = guess(&mlp, &inputs, 5, &labels, 4_000, key, &mut |_| true);
            assert_eq!((found.guesses, found.fitted), (first as u64 + 1, true), "{hidden:?}");
            let logits = found.network.logits(&rows, 32);
            let bit = |(row, &logit): (usize, &f32)| u128::from(logit > 0.0) << row;
            let table: u128 = logits.iter().enumerate().map(bit).sum();
            assert_eq!(table, tables[first], "{hidden:?}");
            // Refusing it leads to the next.
            let second = first + 1 + tables[first + 1..].iter().position(has).unwrap();
            let mut times = 0;
            let mut accept = |_: &Network<f32>| {
                times += 1;
                times == 2
            };
            let key = Key::from_seed(seed);
            let found = guess(&mlp, &inputs, 5, &labels, 4_000, key, &mut accept);
            assert_eq!((found.guesses, found.fitted), (second as u64 + 1, true), "{hidden:?}");
        }
    }

    #[test]
    fn where_nothing_fits_the_last_guess_is_returned_as_it_was_drawn() {
        // Exclusive or is no linear function.
        let (rows, labels) = (every_row(2), [0, 1, 1, 0]);
        let found = guess(&mlp(&[]), &rows, 2, &labels, 50, Key::from_seed(1), &mut |_| true);
        assert_eq!((found.guesses, found.fitted), (50, false));
        let fewer = guess(&mlp(&[]), &rows, 2, &labels, 49, Key::from_seed(1), &mut |_| true);
        assert_ne!(found.network, fewer.network);
        let refused = guess(&mlp(&[]), &rows, 2, &[0; 4], 50, Key::from_seed(1), &mut |_| false);
        assert_eq!(refused.network, found.network, "the same draw, whatever the labels");
        assert!(!refused.fitted);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn every_path_finds_the_same_network_and_it_has_the_labels_of_its_dense_pass(
            hidden in prop::collection::vec(1i64..=20, 0..=3),
            tanh in any::<bool>(),
            biased in any::<bool>(),
            inputs in prop::collection::vec(-2f32..2.0, 40 * 3),
            ones in any::<u64>(),
            rows in 1usize..=40,
            seed in any::<u64>(),
        ) {
            let activation = if tanh { Activation::Tanh } else { Activation::Relu };
            let biases = if biased { Biases::Trained } else { Biases::None };
            let mlp = Mlp { activation, biases, ..mlp(&hidden) };
            let inputs = &inputs[..3 * rows];
            // Few rows get labels of chance, which some guess fits; many those of a network.
            let labels: Vec<u8> = match rows {
                0..=6 => (0..rows).map(|row| (ones >> row & 1) as u8).collect(),
                _ => {
                    let other = mlp.initialise(3, 1, Key::from_seed(!seed));
                    let logits = other.logits(inputs, rows);
                    logits.into_iter().map(|logit| u8::from(logit > 0.0)).collect()
                }
            };
            let found: Vec<Guessed> = Path::all()
                .into_iter()
                .map(|path| {
                    let key = Key::from_seed(seed);
                    guess_on(path, &mlp, inputs, 3, &labels, 500, key, &mut |_| true)
                })
                .collect();
            for other in &found[1..] {
                prop_assert_eq!(other, &found[0]);
            }
            if found[0].fitted {
                let logits = found[0].network.logits(inputs, rows);
                let answers: Vec<u8> =
                    logits.into_iter().map(|logit| u8::from(logit > 0.0)).collect();
                prop_assert_eq!(answers, labels);
            }
        }
    }
}
