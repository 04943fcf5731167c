//! Every kernel of recurrent and convolutional networks gives the bits of its plain reference, on
//! every path.

use mesascope_stats::Key;
use proptest::prelude::*;

use super::Operation;
use super::clear::Clear;
use super::convolution::{Convolve, Way, Window};
use super::convolution_weights::ConvolutionWeights;
use super::equal::{assert_equal_with, bits_after, buffers};
use super::gru::{GruBackward, GruForward};
use crate::place::{Place, padded};

/// With random data, of which one number may be odd.
fn assert_equal(operation: &Operation, odd: Option<f32>, seed: u64) {
    let mut draws = Key::from_seed(seed).draws();
    let mut buffers = buffers(operation, &mut draws);
    if let Some(odd) = odd {
        for buffer in &mut buffers {
            if !buffer.is_empty() {
                let place = draws.below(buffer.len() as u64) as usize;
                buffer[place] = odd;
            }
        }
    }
    assert_equal_with(operation, &buffers, &[]);
}

fn odd() -> impl Strategy<Value = Option<f32>> {
    let odd = vec![None, Some(f32::NAN), Some(f32::INFINITY), Some(-1e30), Some(-0.0), Some(1e-40)];
    prop::sample::select(odd)
}

fn rows() -> impl Strategy<Value = usize> {
    prop_oneof![prop::sample::select(vec![1usize, 15, 16, 17, 37]), 1usize..70]
}

fn hidden() -> impl Strategy<Value = usize> {
    prop_oneof![prop::sample::select(vec![1usize, 5, 16, 33]), 1usize..20]
}

/// The step of a recurrent network: its block, then three states and the sums.
fn step(hidden: usize, rows: usize, is_first: bool) -> [Operation; 2] {
    let wide = padded(rows);
    let state = hidden * wide;
    let before = (!is_first).then_some(4 * state);
    let forward = GruForward {
        hidden,
        wide,
        gates: 0,
        biases: Place::Parameters(3),
        before,
        after: 5 * state,
    };
    let (slopes, sums) = (6 * state, 7 * state);
    let backward = GruBackward { hidden, rows, gates: 0, before, slopes, sums };
    [Operation::GruForward(forward), Operation::GruBackward(backward)]
}

fn window() -> impl Strategy<Value = Window> {
    let sizes = (1usize..20, 1usize..20, 1usize..5, 1usize..5);
    let kernel = prop_oneof![
        Just((1usize, 0usize, 0usize)),
        Just((3, 1, 1)),
        Just((3, 0, 0)),
        Just((2, 0, 1)),
        Just((5, 2, 2)),
        Just((2, 0, 0))
    ];
    let fits = |window: &Window| {
        let around = window.before + window.after;
        window.height + around >= window.size && window.width + around >= window.size
    };
    (sizes, kernel)
        .prop_map(|((given, results, height, width), (size, before, after))| Window {
            given,
            results,
            height,
            width,
            size,
            before,
            after,
        })
        .prop_filter("a kernel fits in its image", fits)
}

fn passes(window: Window, rows: usize) -> [Operation; 3] {
    let wide = padded(rows);
    let weights = window.weights();
    let (height, width) = window.result();
    let (given, results) = (
        window.given * window.height * window.width * wide,
        window.results * height * width * wide,
    );
    let convolve = |way, from, out| {
        let weights = Place::Parameters(0);
        Operation::Convolve(Convolve { window, way, wide, weights, from, out })
    };
    let (from, slopes) = (Place::Data(0), 0);
    [
        convolve(Way::Forward { biases: Place::Parameters(weights) }, from, 0),
        convolve(Way::Back { relu: from }, Place::Scratch(slopes), results),
        Operation::ConvolutionWeights(ConvolutionWeights {
            window,
            wide,
            from,
            slopes,
            lanes: results.max(given),
            out: results.max(given) + 16 * weights,
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn gates_equal_their_reference(
        hidden in hidden(), rows in rows(), is_first: bool, odd in odd(), seed: u64,
    ) {
        for operation in step(hidden, rows, is_first) {
            assert_equal(&operation, odd, seed);
        }
    }

    #[test]
    fn convolutions_equal_their_reference(window in window(), rows in rows(), odd in odd(), seed: u64) {
        for operation in passes(window, rows) {
            assert_equal(&operation, odd, seed);
        }
    }

    #[test]
    fn clearing_equals_its_reference(vectors in 1usize..9, at in 0usize..20, seed: u64) {
        assert_equal(&Operation::Clear(Clear { at, length: 16 * vectors }), None, seed);
    }
}

#[test]
fn more_terms_than_one_chain_adds_equal_their_reference() {
    // 40 channels of 9 taps are cut after 28; 17 by 18 positions after 256.
    let around =
        Window { given: 40, results: 3, height: 3, width: 2, size: 3, before: 1, after: 1 };
    let large = Window { given: 3, results: 9, height: 17, width: 18, ..around };
    for operation in passes(around, 17).into_iter().chain(passes(large, 17)) {
        assert_equal(&operation, None, 5);
    }
}

#[test]
fn a_convolution_with_its_channels_in_another_order_has_other_bits() {
    // The mutant: what a kernel that reorders one sum would give.
    let window = Window { given: 9, results: 3, height: 4, width: 4, size: 3, before: 1, after: 1 };
    let [forward, ..] = passes(window, 16);
    let mut there = buffers(&forward, &mut Key::from_seed(3).draws());
    let right = bits_after(&forward, &there, &[], None);
    for result in there[0][..window.weights()].chunks_exact_mut(9 * 9) {
        let channels: Vec<Vec<f32>> = result.chunks(9).rev().map(<[f32]>::to_vec).collect();
        result.copy_from_slice(&channels.concat());
    }
    let images: Vec<Vec<f32>> = there[1].chunks(16 * 16).rev().map(<[f32]>::to_vec).collect();
    there[1].copy_from_slice(&images.concat());
    let reversed = bits_after(&forward, &there, &[], None);
    let differ = right.iter().zip(&reversed).filter(|(a, b)| a != b).count();
    assert!(differ > 100, "{differ} of {} sums differ", right.len());
}

#[test]
fn rows_beyond_the_last_have_no_slopes() {
    let (hidden, rows) = (5, 17);
    let [_, backward] = step(hidden, rows, false);
    let there = buffers(&backward, &mut Key::from_seed(4).draws());
    let after = bits_after(&backward, &there, &[], None);
    for unit in 0..4 * hidden {
        let slopes = &after[unit * 32..unit * 32 + 32];
        assert!(slopes[..rows].iter().any(|&bits| f32::from_bits(bits) != 0.0));
        assert!(slopes[rows..].iter().all(|&bits| f32::from_bits(bits) == 0.0));
    }
}
