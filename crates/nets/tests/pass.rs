//! Passes with slopes from outside: the bits of the passes with a loss, of every path and of the
//! plain reference, however rows are given; gradients against finite differences in double precision.

use mesascope_lanes::Path;
use mesascope_nets::{Activation, Biases, BitRows, Loss, Mlp, Network, Pass, Rows, Workspace};
use mesascope_stats::Key;

/// Rows of bits in all the ways in which they can be given.
struct Drawn {
    inputs: usize,
    values: Vec<f32>,
    labels: Vec<u8>,
    /// Without bases.
    lists: BitRows,
    /// The first inputs are bases, of which many rows have the same.
    shared: BitRows,
    numbers: Vec<u32>,
}

const SHARED: usize = 9;

/// Rows of which a third or so of the inputs is 1, and the first nine are one of five patterns.
fn drawn(inputs: usize, outputs: usize, rows: usize, seed: u64) -> Drawn {
    let mut draws = Key::from_seed(seed).draws();
    let patterns: Vec<[u8; SHARED]> =
        (0..5).map(|_| std::array::from_fn(|_| u8::from(draws.below(2) == 0))).collect();
    let (mut lists, mut shared) = (BitRows::new(inputs), BitRows::new(inputs));
    let (mut values, mut labels) = (Vec::new(), Vec::new());
    // The last row of each pattern, which a row is like.
    let mut last: [Option<usize>; 5] = [None; 5];
    for row in 0..rows {
        let which = draws.below(5) as usize;
        let mut bytes = patterns[which].to_vec();
        bytes.extend((SHARED..inputs).map(|_| u8::from(draws.below(3) == 0)));
        lists.push_bytes(&bytes, 0, None);
        shared.push_bytes(&bytes, SHARED, last[which]);
        last[which] = Some(row);
        values.extend(bytes.iter().map(|&byte| f32::from(byte)));
        labels.push(draws.below(outputs.max(2) as u64) as u8);
    }
    assert!(shared.bases() <= 6, "{} bases of five patterns and none", shared.bases());
    let numbers = (0..rows as u32).collect();
    Drawn { inputs, values, labels, lists, shared, numbers }
}

impl Drawn {
    fn numbers(&self) -> Rows<'_> {
        Rows::Numbers(&self.values)
    }

    fn lists(&self) -> Rows<'_> {
        Rows::Bits(&self.lists, &self.numbers)
    }

    fn shared(&self) -> Rows<'_> {
        Rows::Bits(&self.shared, &self.numbers)
    }
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Shapes that between them have every layer and activation, and rows in none, one and many blocks.
fn cases() -> Vec<(Network<f32>, Loss, usize)> {
    let mlp = |hidden: &[i64], activation, biases| Mlp {
        activation,
        biases,
        ..Mlp::with_hidden(hidden).unwrap()
    };
    let settings = [
        (mlp(&[64, 64], Activation::Relu, Biases::Trained), 40, 4),
        (mlp(&[40, 20], Activation::Tanh, Biases::Trained), 20, 1),
        (mlp(&[5], Activation::Relu, Biases::None), 12, 3),
        (mlp(&[], Activation::Tanh, Biases::Trained), 17, 1),
        (mlp(&[33], Activation::Tanh, Biases::Trained), 600, 2),
    ];
    let mut cases = Vec::new();
    for (seed, (mlp, inputs, outputs)) in settings.into_iter().enumerate() {
        let loss = if outputs == 1 { Loss::Logistic } else { Loss::Softmax };
        let network = mlp.initialise(inputs, outputs, Key::from_seed(seed as u64));
        cases.extend([1, 7, 256, 300, 770].map(|rows| (network.clone(), loss, rows)));
    }
    cases
}

fn outputs_of(network: &Network<f32>) -> usize {
    network.sizes[network.sizes.len() - 1]
}

/// Outputs and gradient, forward and then back, or both at once, with the slopes of a loss.
fn passed(
    pass: &mut Pass,
    network: &Network<f32>,
    rows: Rows,
    loss: Loss,
    labels: &[u8],
) -> [Vec<u32>; 3] {
    let mut passes = pass.with(&network.parameters);
    let outputs = passes.forward(rows).to_vec();
    let mut slopes = vec![0.0; outputs.len()];
    loss.gradient(&outputs, labels, &mut slopes);
    let gradient = bits(passes.backward(rows, &slopes));
    let mut found = Vec::new();
    let width = outputs.len() / labels.len();
    let at_once = passes.both(rows, |which, outputs, out| {
        found.extend_from_slice(outputs);
        out.copy_from_slice(&slopes[which.start * width..which.end * width]);
    });
    let at_once = bits(at_once);
    assert_eq!(bits(&found), bits(&outputs), "outputs of both at once");
    [bits(&outputs), gradient, at_once]
}

#[test]
fn with_the_slopes_of_a_loss_the_bits_are_those_of_the_pass_with_that_loss() {
    for (network, loss, rows) in cases() {
        let drawn = drawn(network.sizes[0], outputs_of(&network), rows, 5);
        let mut workspace = Workspace::new();
        network.gradient(&drawn.values, &drawn.labels, loss, &mut workspace);
        let expected = [bits(workspace.logits()), bits(&workspace.gradient)];
        for path in Path::all() {
            let mut pass = Pass::on(path, network.shape());
            for (name, given) in [("numbers", drawn.numbers()), ("lists", drawn.lists())] {
                let [outputs, gradient, both] =
                    passed(&mut pass, &network, given, loss, &drawn.labels);
                let at = format!("{:?}, {rows} rows as {name} on {}", network.sizes, path.name());
                assert!(outputs == expected[0], "outputs of {at}");
                assert!(gradient == expected[1], "gradient of {at}");
                assert!(both == expected[1], "gradient, both at once, of {at}");
            }
        }
    }
}

#[test]
fn bases_in_front_leave_all_bits_but_those_of_the_slopes_by_their_own_weights() {
    for (network, loss, rows) in cases() {
        let drawn = drawn(network.sizes[0], outputs_of(&network), rows, 6);
        let mut pass = Pass::new(network.shape());
        let lists = passed(&mut pass, &network, drawn.lists(), loss, &drawn.labels);
        let shared = passed(&mut pass, &network, drawn.shared(), loss, &drawn.labels);
        assert!(lists[0] == shared[0], "outputs of {:?} on {rows} rows", network.sizes);
        let first = drawn.inputs * network.sizes[1];
        let of_base = |at: usize| at < first && at % drawn.inputs < SHARED;
        let size = lists[1].iter().map(|&w| f32::from_bits(w).abs()).fold(0.0, f32::max);
        for (at, (&one, &other)) in lists[1].iter().zip(&shared[1]).enumerate() {
            let (one, other) = (f32::from_bits(one), f32::from_bits(other));
            if of_base(at) {
                // Another order of the same sum.
                assert!((one - other).abs() <= 1e-5 * size, "{one} and {other} at {at}");
            } else {
                assert_eq!(one.to_bits(), other.to_bits(), "slope {at} of {:?}", network.sizes);
            }
        }
        assert!(shared[1] == shared[2], "both at once");
    }
}

#[test]
fn every_path_has_the_bits_of_the_plain_reference() {
    for (network, loss, rows) in cases() {
        if rows > 300 {
            continue;
        }
        let drawn = drawn(network.sizes[0], outputs_of(&network), rows, 7);
        for given in [drawn.numbers(), drawn.lists(), drawn.shared()] {
            let mut plain = Pass::plain(network.shape());
            let expected = passed(&mut plain, &network, given, loss, &drawn.labels);
            for path in Path::all() {
                let mut pass = Pass::on(path, network.shape());
                let found = passed(&mut pass, &network, given, loss, &drawn.labels);
                assert!(found == expected, "{:?}, {rows} rows, {}", network.sizes, path.name());
            }
        }
    }
}

/// The largest error of a gradient in `f64` against central differences of sum(slope output), as a
/// share of its largest entry. `change` may spoil the gradient first.
fn error(network: &Network<f32>, drawn: &Drawn, shared: bool, change: impl Fn(&mut [f64])) -> f64 {
    const H: f64 = 1e-5;
    let values: Vec<f64> = drawn.values.iter().map(|&value| f64::from(value)).collect();
    let rows = match shared {
        true => Rows::Bits(&drawn.shared, &drawn.numbers),
        false => Rows::Numbers(&values),
    };
    let parameters: Vec<f64> = network.parameters.iter().map(|&value| f64::from(value)).collect();
    let mut pass = Pass::<f64>::plain(network.shape());
    let mut draws = Key::from_seed(11).draws();
    let slopes: Vec<f64> =
        (0..drawn.labels.len() * outputs_of(network)).map(|_| draws.normal()).collect();
    let mut passes = pass.with(&parameters);
    passes.forward(rows);
    let mut gradient = passes.backward(rows, &slopes).to_vec();
    change(&mut gradient);
    let mut sum = |place: usize, shift: f64| -> f64 {
        let mut moved = parameters.clone();
        moved[place] += shift;
        let outputs = pass.with(&moved).forward(rows).to_vec();
        outputs.iter().zip(&slopes).map(|(output, slope)| output * slope).sum()
    };
    let (mut error, mut largest) = (0.0f64, 0.0f64);
    for (place, slope) in gradient.iter().enumerate() {
        let difference = (sum(place, H) - sum(place, -H)) / (2.0 * H);
        error = error.max((slope - difference).abs());
        largest = largest.max(difference.abs());
    }
    error / largest
}

#[test]
fn gradients_agree_with_finite_differences_and_a_spoilt_one_does_not() {
    const BOUND: f64 = 1e-8;
    for (activation, hidden) in [(Activation::Relu, &[7, 5][..]), (Activation::Tanh, &[6])] {
        let mlp = Mlp { activation, ..Mlp::with_hidden(hidden).unwrap() };
        let network = mlp.initialise(14, 3, Key::from_seed(2));
        let drawn = drawn(14, 3, 9, 8);
        for shared in [false, true] {
            let right = error(&network, &drawn, shared, |_| {});
            assert!(right < BOUND, "{activation:?}, shared {shared}: {right:e}");
            // Without the base's part of the first unit's slopes; without the last bias.
            let first = error(&network, &drawn, shared, |g| g[..SHARED].fill(0.0));
            let last = error(&network, &drawn, shared, |g| *g.last_mut().unwrap() = 0.0);
            assert!(first > 1e3 * BOUND && last > 1e3 * BOUND, "{first:e} and {last:e}");
        }
    }
}

#[test]
fn rows_may_be_passed_in_any_order_again_and_as_they_come() {
    let network = Mlp::with_hidden(&[20]).unwrap().initialise(30, 2, Key::from_seed(3));
    let all = drawn(30, 2, 600, 9);
    let mut pass = Pass::new(network.shape());
    let once = pass.with(&network.parameters).forward(all.shared()).to_vec();
    let picked: Vec<u32> = (0..600).map(|at| at * 7 % 600).chain([5, 5]).collect();
    let again = pass.with(&network.parameters).forward(Rows::Bits(&all.shared, &picked)).to_vec();
    for (&row, outputs) in picked.iter().zip(again.chunks(2)) {
        assert_eq!(bits(outputs), bits(&once[2 * row as usize..][..2]), "row {row}");
    }
    // Row by row while they are written, with sums of bases that are already there.
    let mut growing = BitRows::new(30);
    let mut passes = pass.with(&network.parameters);
    for row in 0..600 {
        let bytes: Vec<u8> = all.values[30 * row..][..30].iter().map(|&v| v as u8).collect();
        growing.push_bytes(&bytes, SHARED, row.checked_sub(1));
        let outputs = passes.forward(Rows::Bits(&growing, &[row as u32]));
        assert_eq!(bits(outputs), bits(&once[2 * row..][..2]), "row {row} as it came");
    }
    // Sums of bases do not outlive parameters or rows.
    let halved: Vec<f32> = network.parameters.iter().map(|value| 0.5 * value).collect();
    assert_ne!(bits(pass.with(&halved).forward(all.shared())), bits(&once));
    growing.clear();
    growing.push_bytes(&[1; 30], SHARED, None);
    let mut lists = BitRows::new(30);
    lists.push(&(0..30).collect::<Vec<u16>>());
    let mut passes = pass.with(&network.parameters);
    let found = bits(passes.forward(Rows::Bits(&growing, &[0])));
    assert_eq!(found, bits(passes.forward(Rows::Bits(&lists, &[0]))));
}

#[test]
#[should_panic(expected = "a pass back is of the rows of the last pass forward")]
fn a_pass_back_of_other_rows_is_refused() {
    let network = Mlp::with_hidden(&[3]).unwrap().initialise(20, 2, Key::from_seed(3));
    let drawn = drawn(20, 2, 3, 1);
    let mut pass = Pass::new(network.shape());
    let mut passes = pass.with(&network.parameters);
    passes.forward(drawn.lists());
    passes.backward(drawn.shared(), &[0.0; 6]);
}

#[test]
#[should_panic(expected = "an input is below 4")]
fn a_one_that_is_no_input_is_refused() {
    BitRows::new(4).push(&[1, 4]);
}

#[test]
#[should_panic(expected = "an input is 1 in the base already")]
fn a_one_that_the_base_has_is_refused() {
    let mut rows = BitRows::new(4);
    let base = rows.base(&[1]);
    rows.push_on(base, &[1, 2]);
}
