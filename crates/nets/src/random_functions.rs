//! The Boolean functions that fresh networks compute, one after another.
//!
//! A network's numbers come from a stream of their own, whose number is that of the draw, so that
//! no draw depends on those before it. They are drawn in the order in which they are read.

mod forward;
mod layout;
#[cfg(test)]
mod reference;
mod search;

use std::ops::ControlFlow;

use forward::{Buffers, Tables};
use layout::Layout;
use mesascope_lanes::{Path, run};
use mesascope_stats::Key;

use crate::Mlp;

pub use search::{Guessed, guess};

/// Moves when the same settings and key yield other functions. It stands apart from the list of
/// `numerics`, which trained agents name: none of theirs depends on it.
pub const RANDOM_FUNCTIONS_NUMERICS: u32 = 1;

/// The most inputs whose truth table a number of 128 bits holds.
const MOST_INPUTS: usize = 7;

/// Truth tables that are made before `each` sees them: enough to change seldom between the two.
const AT_ONCE: usize = 64;

/// Draws `draws` fresh networks with one output and shows `each` the truth table of every one, in
/// order, until it breaks off: bit `r` is 1 where the logit of row `r` is above 0. Rows are in lexicographic order of
/// their bits, x0 the most significant; `coding` is how a bit of 0 and of 1 is written.
///
/// Weights and biases have the distribution of [`Mlp::initialise`], though not its numbers. Those
/// of draw d come from stream d of ChaCha8 under the first 32 bytes that `key` draws: as normals
/// of magnitude at most 6.7 standard deviations, or as uniforms in steps of bound / 2^22.
///
/// Panics with more than 7 inputs.
pub fn random_functions(
    mlp: &Mlp,
    inputs: usize,
    coding: [f32; 2],
    draws: u64,
    key: Key,
    each: &mut dyn FnMut(u128) -> ControlFlow<()>,
) {
    functions_on(Path::best(), mlp, inputs, coding, draws, 1, key, each);
}

/// As [`random_functions`] with several passes through every network, for benches that time the
/// passes apart from the draws.
#[doc(hidden)]
pub fn random_functions_with_passes(
    mlp: &Mlp,
    inputs: usize,
    draws: u64,
    passes: u32,
    key: Key,
    each: &mut dyn FnMut(u128) -> ControlFlow<()>,
) {
    functions_on(Path::best(), mlp, inputs, [0.0, 1.0], draws, passes, key, each);
}

#[allow(clippy::too_many_arguments, reason = "what `random_functions` is given, and how it runs")]
fn functions_on(
    path: Path,
    mlp: &Mlp,
    inputs: usize,
    coding: [f32; 2],
    draws: u64,
    passes: u32,
    key: Key,
    each: &mut dyn FnMut(u128) -> ControlFlow<()>,
) {
    assert!((1..=MOST_INPUTS).contains(&inputs), "a truth table has 1 to 7 inputs, not {inputs}");
    let layout = Layout::of(mlp, inputs, coding);
    let mut buffers = Buffers::of(&layout);
    let mut seed = [0; 32];
    key.draws().fill(&mut seed);
    let mut tables = [0; AT_ONCE];
    for first in (0..draws).step_by(AT_ONCE) {
        let tables = &mut tables[..(draws - first).min(AT_ONCE as u64) as usize];
        run(path, Tables { layout: &layout, seed, first, buffers: &mut buffers, tables, passes });
        if tables.iter().try_for_each(|&table| each(table)).is_break() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use mesascope_stats::{Estimate, Outcome, assert_estimates, chi_square};
    use proptest::prelude::*;

    use super::*;
    use crate::{Activation, Biases, Initialisation};

    fn drawn(mlp: &Mlp, inputs: usize, coding: [f32; 2], draws: u64, seed: u64) -> Vec<u128> {
        let mut functions = Vec::new();
        let mut each = |function| {
            functions.push(function);
            ControlFlow::Continue(())
        };
        random_functions(mlp, inputs, coding, draws, Key::from_seed(seed), &mut each);
        functions
    }

    /// What a stream gives on a path: the table, and the buffers behind it.
    fn table_on(path: Path, layout: &Layout, seed: [u8; 32], stream: u64) -> (u128, Buffers) {
        let mut buffers = Buffers::of(layout);
        let mut tables = [0];
        let kernel = Tables {
            layout,
            seed,
            first: stream,
            buffers: &mut buffers,
            tables: &mut tables,
            passes: 1,
        };
        run(path, kernel);
        (tables[0], buffers)
    }

    /// The bits of numbers, where those of 0 and -0 are the same.
    fn bits(numbers: &[f32]) -> Vec<u32> {
        numbers.iter().map(|&number| (number + 0.0).to_bits()).collect()
    }

    fn table_of(logits: &[f32]) -> u128 {
        let bit = |(row, &logit): (usize, &f32)| u128::from(logit > 0.0) << row;
        logits.iter().enumerate().map(bit).fold(0, |table, bit| table | bit)
    }

    fn initialisations() -> impl Strategy<Value = Initialisation> {
        let jsons = [
            r#""fan-in""#,
            r#""torch""#,
            r#"{"uniform": {"bound": 1}}"#,
            r#"{"uniform": {"bound": 0.3}}"#,
            r#"{"gaussian": {"weight_sd": 2, "bias_sd": 0.5}}"#,
            r#"{"gaussian": {"weight_sd": 1, "bias_sd": 1, "scaling": "none"}}"#,
            r#"{"gaussian": {"weight_sd": 1, "bias_sd": 0, "scaling": "none"}}"#,
        ];
        prop::sample::select(jsons.map(|json| serde_json::from_str(json).unwrap()).to_vec())
    }

    fn networks() -> impl Strategy<Value = Mlp> {
        let hidden = prop::collection::vec(1i64..=50, 0..=3);
        let activation = prop::sample::select(vec![Activation::Relu, Activation::Tanh]);
        let biases = prop::sample::select(vec![Biases::Trained, Biases::None]);
        (hidden, activation, initialisations(), biases).prop_map(
            |(hidden, activation, initialisation, biases)| Mlp {
                activation,
                initialisation,
                biases,
                ..Mlp::with_hidden(&hidden).unwrap()
            },
        )
    }

    fn codings() -> impl Strategy<Value = [f32; 2]> {
        prop::sample::select(vec![[0.0, 1.0], [-1.0, 1.0], [1.0, 0.0], [0.25, 3.0]])
    }

    /// Every path gives the numbers, logits and table of the reference.
    fn paths_agree(mlp: &Mlp, inputs: usize, coding: [f32; 2], seed: [u8; 32], stream: u64) {
        let layout = Layout::of(mlp, inputs, coding);
        let parameters = reference::parameters(&layout, seed, stream);
        let logits = reference::logits(&layout, &parameters);
        for path in Path::all() {
            let (table, buffers) = table_on(path, &layout, seed, stream);
            assert_eq!(bits(buffers.parameters()), bits(&parameters), "{}", path.name());
            assert_eq!(bits(&buffers.logits(&layout)), bits(&logits), "{}", path.name());
            assert_eq!(table, table_of(&logits), "{}", path.name());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_path_gives_the_bits_of_the_reference(
            mlp in networks(),
            inputs in 1usize..=7,
            coding in codings(),
            seed in any::<[u8; 32]>(),
            stream in any::<u64>(),
        ) {
            paths_agree(&mlp, inputs, coding, seed, stream);
        }

        #[test]
        fn a_drawn_network_has_the_logits_of_the_dense_network_with_its_numbers(
            mlp in networks(),
            inputs in 1usize..=7,
            coding in codings(),
            seed in any::<[u8; 32]>(),
        ) {
            let layout = Layout::of(&mlp, inputs, coding);
            let (_, buffers) = table_on(Path::best(), &layout, seed, 0);
            let network = layout.network(&mlp, buffers.parameters());
            let logits = network.logits(&every_row(inputs, coding), 1 << inputs);
            prop_assert_eq!(bits(&buffers.logits(&layout)), bits(&logits));
        }
    }

    fn every_row(inputs: usize, coding: [f32; 2]) -> Vec<f32> {
        let bits = |row: usize| (0..inputs).rev().map(move |place| coding[row >> place & 1]);
        (0..1usize << inputs).flat_map(bits).collect()
    }

    #[test]
    fn layers_wider_than_a_block_of_terms_add_their_blocks_as_the_reference_does() {
        for (activation, hidden) in [
            (Activation::Relu, [300, 2]),
            (Activation::Relu, [3, 600]),
            (Activation::Tanh, [2, 257]),
        ] {
            let mlp = Mlp { activation, ..Mlp::with_hidden(&hidden).unwrap() };
            paths_agree(&mlp, 6, [0.0, 1.0], [9; 32], 3);
        }
    }

    #[test]
    fn a_sum_in_the_opposite_order_is_told_apart() {
        // The mutant of the tests above: the same numbers, inputs last to first.
        let mlp = Mlp::with_hidden(&[]).unwrap();
        let layout = Layout::of(&mlp, 7, [-1.0, 1.0]);
        let (_, buffers) = table_on(Path::best(), &layout, [1; 32], 0);
        let mut turned = buffers.parameters().to_vec();
        turned[..7].reverse();
        let logits = reference::logits(&layout, &turned);
        let back = |row: usize| row.reverse_bits() >> (usize::BITS - 7);
        let logits: Vec<f32> = (0..128).map(|row| logits[back(row)]).collect();
        assert_ne!(bits(&logits), bits(&buffers.logits(&layout)));
        let near = |(a, b): (&f32, &f32)| (a - b).abs() < 1e-5;
        assert!(logits.iter().zip(&buffers.logits(&layout)).all(near), "only rounding differs");
    }

    #[test]
    fn numbers_are_spread_as_those_of_a_fresh_network() {
        // 4,096 numbers or more: their root mean square has a standard error of at most 1.2%.
        let spread = |numbers: &[f32]| {
            let squares = numbers.iter().map(|&number| f64::from(number).powi(2));
            (squares.sum::<f64>() / numbers.len() as f64).sqrt()
        };
        for json in [
            r#""fan-in""#,
            r#"{"uniform": {"bound": 0.7}}"#,
            r#"{"gaussian": {"weight_sd": 3, "bias_sd": 0.5}}"#,
            r#"{"gaussian": {"weight_sd": 3, "bias_sd": 0.5, "scaling": "none"}}"#,
        ] {
            for activation in [Activation::Relu, Activation::Tanh] {
                let initialisation = serde_json::from_str(json).unwrap();
                let hidden = [4096, 4, 4096];
                let mlp = Mlp { activation, initialisation, ..Mlp::with_hidden(&hidden).unwrap() };
                let layout = Layout::of(&mlp, 5, [0.0, 1.0]);
                let (_, buffers) = table_on(Path::best(), &layout, [4; 32], 0);
                let network = layout.network(&mlp, buffers.parameters());
                let fresh = mlp.initialise(5, 1, Key::from_seed(5));
                for layer in network.layers() {
                    let [ours, right] = [&network, &fresh]
                        .map(|network| spread(&network.parameters[layer.weights.clone()]));
                    assert!((ours / right - 1.0).abs() < 0.07, "{json}: {ours}, not {right}");
                }
                let biases = network.layer(0).biases;
                let [ours, right] =
                    [&network, &fresh].map(|network| spread(&network.parameters[biases.clone()]));
                assert!((ours - right).abs() <= 0.07 * right, "{json}: {ours}, not {right}");
            }
        }
    }

    /// The share of constant functions among 200,000 draws of 7-40-40-1 relu networks with inputs
    /// of 0 and 1. A share of 0.2 has a standard error of 0.0009.
    fn share_of_constants(initialisation: &str, biases: Biases, seed: u64) -> Outcome {
        let initialisation = serde_json::from_str(initialisation).unwrap();
        let mlp = Mlp { initialisation, biases, ..Mlp::with_hidden(&[40, 40]).unwrap() };
        let (draws, mut constant) = (200_000, 0);
        let mut each = |function| {
            constant += u64::from(function == 0 || function == u128::MAX);
            ControlFlow::Continue(())
        };
        // The fastest path: all give the same bits, and portable code would take minutes.
        let path = Path::all()[0];
        functions_on(path, &mlp, 7, [0.0, 1.0], draws, 1, Key::from_seed(seed), &mut each);
        let mean = constant as f64 / draws as f64;
        let standard_error = (mean * (1.0 - mean) / draws as f64).sqrt();
        Outcome::Estimated(Estimate { mean, standard_error, units: draws })
    }

    #[test]
    fn a_fifth_of_unscaled_networks_compute_a_constant() {
        // TARGETS 1.2, from 10^6 networks drawn with numpy.
        let uniform = r#"{"uniform": {"bound": 1}}"#;
        assert_estimates(&share_of_constants(uniform, Biases::Trained, 1), 0.203, 0.004);
        let normal = r#"{"gaussian": {"weight_sd": 1, "bias_sd": 1, "scaling": "none"}}"#;
        assert_estimates(&share_of_constants(normal, Biases::Trained, 2), 0.199, 0.004);
        // The mutant that drops the biases.
        let mutant = share_of_constants(uniform, Biases::None, 1);
        let caught = std::panic::catch_unwind(|| assert_estimates(&mutant, 0.203, 0.004));
        assert!(caught.is_err(), "without biases: {mutant:?}");
    }

    #[test]
    fn a_perceptron_without_bias_has_every_number_of_ones_equally_often() {
        // Mingard et al. 2019, theorem 4.1. n = 80,000 and alpha = 0.001: finds shares 3% apart.
        let uniformity = |biases| {
            let mlp = Mlp { biases, ..with_gaussian_biases() };
            let mut counts = [0u64; 8];
            for function in drawn(&mlp, 3, [0.0, 1.0], 80_000, 11) {
                counts[function.count_ones() as usize % 8] += 1;
            }
            chi_square(&counts, &[10_000.0; 8], 0).unwrap()
        };
        let p = uniformity(Biases::None);
        assert!(p > 0.001, "p = {p}");
        let mutant = uniformity(Biases::Trained);
        assert!(mutant < 0.001, "with biases, p = {mutant}");
    }

    fn with_gaussian_biases() -> Mlp {
        let json = r#"{"gaussian": {"weight_sd": 1, "bias_sd": 0.3}}"#;
        let initialisation = serde_json::from_str(json).unwrap();
        Mlp { initialisation, ..Mlp::with_hidden(&[]).unwrap() }
    }

    #[test]
    fn the_first_functions_of_a_key_never_change() {
        assert_eq!(RANDOM_FUNCTIONS_NUMERICS, 1);
        let mlp = Mlp::with_hidden(&[40, 40]).unwrap();
        let functions = drawn(&mlp, 7, [0.0, 1.0], 2, 7);
        let first = [0x88_0005_0ccf_0000_3000_0000_000c, 0xffee_ffef_ffff_ffef_ffee_ffff_effe_fffe];
        assert_eq!(functions, first, "{functions:#x?}");
        let initialisation = serde_json::from_str(r#"{"uniform": {"bound": 1}}"#).unwrap();
        let mlp = Mlp { initialisation, activation: Activation::Tanh, ..mlp };
        let functions = drawn(&mlp, 7, [-1.0, 1.0], 2, 7);
        let first =
            [0x3f55_3f37_7f57_6f47_0400_1111_1541_3707, 0x3fff_ffff_a3ff_81a7_3aff_1b3b_0020_0002];
        assert_eq!(functions, first, "{functions:#x?}");
    }

    #[test]
    fn a_network_without_bias_gives_the_row_of_zeros_class_0_and_no_other_table() {
        let mlp = Mlp { biases: Biases::None, ..Mlp::with_hidden(&[]).unwrap() };
        for inputs in [1, 3, 7] {
            for function in drawn(&mlp, inputs, [0.0, 1.0], 200, inputs as u64) {
                assert_eq!(function & 1, 0, "a logit of 0 is class 0");
                assert!(
                    inputs == 7 || function >> (1 << inputs) == 0,
                    "{function:b} has more rows"
                );
            }
        }
    }

    #[test]
    fn the_same_key_draws_the_same_functions_and_more_draws_go_on_where_fewer_end() {
        let mlp = Mlp::with_hidden(&[4]).unwrap();
        let (few, many) = (drawn(&mlp, 4, [0.0, 1.0], 20, 1), drawn(&mlp, 4, [0.0, 1.0], 200, 1));
        assert_eq!(few, many[..20]);
        assert_ne!(few, drawn(&mlp, 4, [0.0, 1.0], 20, 2));
    }
}
