//! Every kernel gives the bits of its plain reference, on every path.

use mesascope_lanes::{Kernel, Lanes, Path, run};
use mesascope_stats::{Draws, Key};
use proptest::prelude::*;

use super::Operation;
use super::losses::LossesOf;
use super::product::{Finish, Product, Start};
use super::row_sums::RowSums;
use super::sparse::{Ones, SparseForward, SparseGradient};
use super::tanh::Tanh;
use super::transpose::{Edge, Transpose};
use crate::Loss;
use crate::aligned::Aligned;
use crate::place::{Buffers, Place, Raw, padded};

struct One<'a>(&'a Operation, Raw);

impl Kernel for One<'_> {
    type Output = ();
    #[inline(always)]
    #[allow(unsafe_code, reason = "the buffers below are made as long as `reach` says")]
    fn run<L: Lanes>(self) {
        // SAFETY: `bits_on` makes the buffers as long as `reach` says.
        unsafe { self.0.kernel::<L>(self.1) }
    }
}

/// Random buffers of the lengths an operation reaches: parameters, data, scratch.
pub(crate) fn buffers(operation: &Operation, draws: &mut Draws) -> [Aligned<f32>; 3] {
    let reach = operation.reach();
    [reach.parameters, reach.data, reach.scratch].map(|length| {
        let mut buffer = Aligned::zeros(length);
        draws.fill_normal(1.0, &mut buffer);
        buffer
    })
}

fn bits(values: &[f32]) -> Vec<u32> {
    // Which NaN it is is no part of the promise.
    values.iter().map(|v| if v.is_nan() { f32::NAN.to_bits() } else { v.to_bits() }).collect()
}

/// The scratch after the kernel on a path, or after the reference where there is none.
pub(crate) fn bits_after(
    operation: &Operation,
    [parameters, data, scratch]: &[Aligned<f32>; 3],
    words: &[u32],
    path: Option<Path>,
) -> Vec<u32> {
    let mut scratch = scratch.clone();
    match path {
        None => operation.reference(&mut Buffers {
            parameters,
            data,
            words,
            ones: &[],
            scratch: &mut scratch,
        }),
        Some(path) => {
            let raw = Raw {
                parameters: parameters.as_ptr(),
                data: data.as_ptr(),
                words: words.as_ptr(),
                ones: std::ptr::null(),
                scratch: scratch.as_mut_ptr(),
            };
            run(path, One(operation, raw));
        }
    }
    bits(&scratch)
}

/// Asserts that the kernel equals the reference on every path, with these data.
pub(crate) fn assert_equal_with(operation: &Operation, buffers: &[Aligned<f32>; 3], words: &[u32]) {
    assert_equal_up_to(buffers[2].len(), operation, buffers, words);
}

/// As `assert_equal_with`, in the first numbers of the scratch: behind them is room that only the
/// kernel uses.
fn assert_equal_up_to(
    end: usize,
    operation: &Operation,
    buffers: &[Aligned<f32>; 3],
    words: &[u32],
) {
    let expected = bits_after(operation, buffers, words, None);
    let expected = &expected[..end];
    for path in Path::all() {
        let found = bits_after(operation, buffers, words, Some(path));
        let differ = found.iter().zip(expected).position(|(found, expected)| found != expected);
        assert_eq!(differ, None, "{operation:?} on {} differs there", path.name());
    }
}

fn assert_equal(operation: &Operation, seed: u64) {
    let buffers = buffers(operation, &mut Key::from_seed(seed).draws());
    assert_equal_with(operation, &buffers, &[]);
}

/// A product of any shape, in either layout.
fn products() -> impl Strategy<Value = Product> {
    let sizes = (1usize..30, prop_oneof![1usize..60, 250usize..530], 1usize..90);
    (sizes, any::<bool>(), 0usize..5, 0usize..4).prop_map(
        |((rows, terms, columns), by_rows, start, finish)| {
            let wide = padded(columns);
            let given = Place::Scratch(rows * wide);
            Product {
                left: Place::Parameters(3),
                left_row: if by_rows { 1 } else { terms + 2 },
                left_term: if by_rows { rows + 1 } else { 1 },
                right: Place::Data(0),
                right_term: wide,
                out: 0,
                out_row: columns,
                rows,
                terms,
                columns,
                start: [
                    Start::Zero,
                    Start::Bias(Place::Parameters(0)),
                    Start::Out,
                    Start::BiasOfColumns(Place::Parameters(0)),
                    Start::Added,
                ][start],
                finish: [
                    Finish::Keep,
                    Finish::Relu,
                    Finish::ThroughRelu(given),
                    Finish::ThroughTanh(given),
                ][finish],
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn products_equal_their_reference(product in products(), seed: u64) {
        assert_equal(&Operation::Product(product), seed);
    }

    #[test]
    fn row_sums_equal_their_reference(units in 1usize..40, vectors in 1usize..20, seed: u64) {
        let sums = RowSums { from: Place::Data(0), width: 16 * vectors, units, out: 0 };
        assert_equal(&Operation::RowSums(sums), seed);
    }

    #[test]
    fn transposed_rows_equal_their_reference(
        rows in 1usize..70,
        columns in 1usize..70,
        exact: bool,
        seed: u64,
    ) {
        let (from_row, edge) = (columns + 5, if exact { Edge::Exact } else { Edge::Padded });
        let transpose = Transpose { from: Place::Data(1), from_row, rows, columns, out: 0, edge };
        assert_equal(&Operation::Transpose(transpose), seed);
    }

    #[test]
    fn tangents_equal_their_reference(vectors in 1usize..9, seed: u64) {
        assert_equal(&Operation::Tanh(Tanh { at: 0, length: 16 * vectors }), seed);
    }

    #[test]
    fn losses_equal_their_reference(
        rows in 1usize..70,
        outputs in 1usize..9,
        odd in prop::sample::select(vec![1.0, 0.0, -0.0, 90.0, -200.0, f32::NAN, f32::INFINITY]),
        seed: u64,
    ) {
        let loss = if outputs == 1 { Loss::Logistic } else { Loss::Softmax };
        let wide = padded(rows);
        let (slopes, out) = (outputs * wide, 2 * outputs * wide);
        let labels = Place::Data(0);
        let operation =
            Operation::Losses(LossesOf { loss, outputs, rows, logits: 0, labels, slopes, out });
        let mut draws = Key::from_seed(seed).draws();
        let mut buffers = buffers(&operation, &mut draws);
        buffers[1].fill(-1.0);
        buffers[1][..rows].fill_with(|| draws.below(outputs.max(2) as u64) as f32);
        // Equal logits, infinite ones and such that are no numbers are counted alike, too.
        let place = draws.below(outputs as u64 * wide as u64) as usize;
        buffers[2][place] = odd;
        assert_equal_with(&operation, &buffers, &[]);
    }
}

/// Rows of which about one number in `one_in` is 1, as numbers and as a list.
fn ones(rows: usize, inputs: usize, one_in: u64, draws: &mut Draws) -> (Vec<f32>, Vec<u32>) {
    let values = (0..rows * inputs).map(|_| f32::from(u8::from(draws.below(one_in) == 0)));
    let values: Vec<f32> = values.collect();
    let mut words = Vec::new();
    Ones::list(&values, inputs, &mut words).expect("numbers are 0 or 1");
    (values, words)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    #[test]
    fn sparse_rows_equal_their_reference_and_the_dense_product(
        rows in prop_oneof![1usize..40, 250usize..300, 510usize..530],
        inputs in prop_oneof![1usize..40, 250usize..300, 500usize..700],
        outputs in 1usize..70,
        one_in in 1u64..30,
        relu: bool,
        seed: u64,
    ) {
        let mut draws = Key::from_seed(seed).draws();
        let (values, words) = ones(rows, inputs, one_in, &mut draws);
        let (wide, tall) = (padded(outputs), padded(inputs));
        let list = Ones { starts: 0, rows, inputs };
        list.check(&words);
        // Forward: weights [input, output] behind the biases; the dense product reads them as
        // left[row = output, term = input].
        let finish = if relu { Finish::Relu } else { Finish::Keep };
        let sparse = Operation::SparseForward(SparseForward {
            ones: list.clone(),
            weights: Place::Parameters(wide),
            bias: Some(Place::Parameters(0)),
            outputs,
            out: 0,
            finish,
        });
        let mut there = buffers(&sparse, &mut draws);
        assert_equal_with(&sparse, &there, &words);
        let padded_rows = padded(rows);
        let dense = Operation::Product(Product {
            left: Place::Parameters(wide),
            left_row: 1,
            left_term: wide,
            right: Place::Data(0),
            right_term: padded_rows,
            out: 0,
            out_row: padded_rows,
            rows: outputs,
            terms: inputs,
            columns: padded_rows,
            start: Start::Bias(Place::Parameters(0)),
            finish,
        });
        let sums = bits_after(&sparse, &there, &words, Some(Path::best()));
        there[1] = Aligned::zeros(inputs * padded_rows);
        for (at, value) in values.iter().enumerate() {
            there[1][at % inputs * padded_rows + at / inputs] = *value;
        }
        there[2].resize(outputs * padded_rows);
        let products = bits_after(&dense, &there, &[], Some(Path::best()));
        for row in 0..rows {
            for output in 0..outputs {
                let pair = (sums[row * wide + output], products[output * padded_rows + row]);
                prop_assert_eq!(pair.0, pair.1, "row {} output {}", row, output);
            }
        }
        // Back: slopes [row, output]; the dense product reads them as left[output, term = row].
        let block = inputs * wide;
        let slopes = Place::Data(0);
        let sparse = Operation::SparseGradient(SparseGradient {
            ones: list, slopes, outputs, out: 0, block,
        });
        let mut there = buffers(&sparse, &mut draws);
        assert_equal_up_to(block, &sparse, &there, &words);
        let sums = bits_after(&sparse, &there, &words, Some(Path::best()));
        let dense = Operation::Product(Product {
            left: slopes,
            left_row: 1,
            left_term: wide,
            right: Place::Parameters(0),
            right_term: tall,
            out: 0,
            out_row: inputs,
            rows: outputs,
            terms: rows,
            columns: inputs,
            start: Start::Zero,
            finish: Finish::Keep,
        });
        there[0] = Aligned::zeros(rows * tall);
        for (at, value) in values.iter().enumerate() {
            there[0][at / inputs * tall + at % inputs] = *value;
        }
        there[2].resize(outputs * inputs);
        let products = bits_after(&dense, &there, &[], Some(Path::best()));
        for input in 0..inputs {
            for output in 0..outputs {
                let pair = (sums[input * wide + output], products[output * inputs + input]);
                prop_assert_eq!(pair.0, pair.1, "input {} output {}", input, output);
            }
        }
    }
}

#[test]
fn a_number_that_is_neither_0_nor_1_is_no_sparse_input() {
    let mut words = Vec::new();
    assert_eq!(Ones::list(&[0.0, 1.0, 0.5, 0.0], 2, &mut words), Err((1, 0)));
    assert_eq!(Ones::list(&[0.0, 1.0, 1.0, 0.0], 2, &mut words), Ok(()));
    assert_eq!(words, [3, 4, 5, 1, 0]);
}

#[test]
#[should_panic(expected = "an input is below 1")]
fn a_list_that_leads_outside_is_refused() {
    Ones { starts: 0, rows: 1, inputs: 1 }.check(&[2, 3, 1]);
}

#[test]
fn a_product_whose_terms_are_added_from_the_last_to_the_first_has_other_bits() {
    // The mutant: what a kernel that reorders one sum would give. That the comparison sees it is
    // what makes it worth making.
    let product = Product {
        left: Place::Parameters(0),
        left_row: 40,
        left_term: 1,
        right: Place::Data(0),
        right_term: 16,
        out: 0,
        out_row: 16,
        rows: 8,
        terms: 40,
        columns: 16,
        start: Start::Zero,
        finish: Finish::Keep,
    };
    let operation = Operation::Product(product);
    let mut there = buffers(&operation, &mut Key::from_seed(3).draws());
    let forward = bits_after(&operation, &there, &[], Some(Path::best()));
    for row in there[0].chunks_exact_mut(40) {
        row.reverse();
    }
    let mut terms: Vec<[f32; 16]> = there[1].as_chunks().0.to_vec();
    terms.reverse();
    there[1].copy_from_slice(terms.as_flattened());
    let backward = bits_after(&operation, &there, &[], Some(Path::best()));
    let differ = forward.iter().zip(&backward).filter(|(a, b)| a != b).count();
    assert!(differ > 64, "{differ} of 128 sums differ");
}
