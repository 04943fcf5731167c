//! Passes of gated recurrent units with slopes from outside: the bits of the passes with a loss, of
//! every path and of the plain reference; single steps; what stands behind an episode's end.

use mesascope_lanes::Path;
use mesascope_nets::{
    AnyNetwork, BitRows, Gru, GruPass, GruShape, Loss, Read, Rows, Shape, Workspace,
};
use mesascope_stats::Key;

const SHARED: usize = 6;

struct Case {
    shape: GruShape,
    network: AnyNetwork<f32>,
    rows: usize,
    values: Vec<f32>,
    labels: Vec<u8>,
    lists: BitRows,
    shared: BitRows,
    numbers: Vec<u32>,
}

fn case([inputs, hidden, outputs, steps, rows]: [usize; 5], seed: u64) -> Case {
    let [weights, data] = Key::from_seed(seed).split();
    let gru = Gru { read: Read::EveryStep, ..Gru::with_hidden(hidden as i64).unwrap() };
    let network = gru.initialise(inputs, outputs, steps, weights);
    let mut draws = data.draws();
    let patterns: [[u8; SHARED]; 3] =
        std::array::from_fn(|_| std::array::from_fn(|_| draws.below(2) as u8));
    let (mut lists, mut shared) = (BitRows::new(inputs), BitRows::new(inputs));
    let (mut values, mut labels) = (Vec::new(), Vec::new());
    for place in 0..rows * steps {
        let mut bytes = patterns[place / steps % 3].to_vec();
        bytes.extend((SHARED..inputs).map(|_| u8::from(draws.below(3) == 0)));
        lists.push_bytes(&bytes, 0, None);
        // Sequences of one pattern stand three apart; beyond the first, each finds its base.
        shared.push_bytes(&bytes, SHARED, (place >= 3 * steps).then(|| place - 3 * steps));
        values.extend(bytes.iter().map(|&byte| f32::from(byte)));
        labels.push(draws.below(outputs.max(2) as u64) as u8);
    }
    assert!(shared.bases() > 1, "there are bases");
    let numbers = (0..(rows * steps) as u32).collect();
    let shape = gru.shape(inputs, outputs, steps);
    Case { shape, network, rows, values, labels, lists, shared, numbers }
}

fn cases() -> Vec<Case> {
    let sizes = [
        [10, 5, 3, 4, 7],
        [20, 16, 2, 1, 1],
        [300, 33, 4, 3, 20],
        [12, 20, 1, 2, 270],
        [9, 1, 2, 5, 16],
    ];
    sizes.into_iter().zip(1..).map(|(sizes, seed)| case(sizes, seed)).collect()
}

impl Case {
    fn loss(&self) -> Loss {
        if self.shape.outputs == 1 { Loss::Logistic } else { Loss::Softmax }
    }

    fn given(&self) -> [(&'static str, Rows<'_>); 3] {
        [
            ("numbers", Rows::Numbers(&self.values)),
            ("lists", Rows::Bits(&self.lists, &self.numbers)),
            ("shared", Rows::Bits(&self.shared, &self.numbers)),
        ]
    }

    fn passed(&self, pass: &mut GruPass, rows: Rows) -> [Vec<u32>; 2] {
        let mut passes = pass.with(&self.network.parameters);
        let outputs = passes.forward(rows).to_vec();
        let mut slopes = vec![0.0; outputs.len()];
        self.loss().gradient(&outputs, &self.labels, &mut slopes);
        [bits(&outputs), bits(passes.backward(rows, &slopes))]
    }
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn with_the_slopes_of_a_loss_the_bits_are_those_of_the_pass_with_that_loss() {
    for case in cases() {
        let mut workspace = Workspace::new();
        case.network.gradient(&case.values, &case.labels, case.loss(), &mut workspace);
        let expected = [bits(workspace.logits()), bits(&workspace.gradient)];
        for path in Path::all() {
            let mut pass = GruPass::on(path, case.shape);
            for (name, rows) in case.given() {
                let [outputs, gradient] = case.passed(&mut pass, rows);
                let at = format!("{:?} as {name} on {}", case.shape, path.name());
                assert!(outputs == expected[0], "outputs of {at}");
                // With bases, but for the slopes by their own weights.
                let inputs = case.shape.inputs;
                let of_base = |at: usize| {
                    name == "shared" && at < 3 * case.shape.hidden * inputs && at % inputs < SHARED
                };
                let both = gradient.iter().zip(&expected[1]).enumerate();
                for (place, (found, expected)) in both {
                    if of_base(place) {
                        let [found, expected] = [found, expected].map(|&bits| f32::from_bits(bits));
                        let error = (found - expected).abs();
                        assert!(error <= 1e-5 * (1.0 + expected.abs()), "{at} at {place}");
                    } else {
                        assert_eq!(found, expected, "slope {place} of {at}");
                    }
                }
            }
        }
    }
}

#[test]
fn every_path_has_the_bits_of_the_plain_reference() {
    for case in cases().into_iter().filter(|case| case.rows < 100) {
        for (name, rows) in case.given() {
            let expected = case.passed(&mut GruPass::plain(case.shape), rows);
            for path in Path::all() {
                let found = case.passed(&mut GruPass::on(path, case.shape), rows);
                assert!(found == expected, "{:?} as {name} on {}", case.shape, path.name());
            }
        }
    }
}

#[test]
fn a_step_alone_has_the_bits_that_it_has_in_a_sequence() {
    for case in cases() {
        let GruShape { inputs, hidden, outputs, steps, .. } = case.shape;
        let mut pass = GruPass::new(case.shape);
        let mut passes = pass.with(&case.network.parameters);
        let whole = passes.forward(Rows::Numbers(&case.values)).to_vec();
        for (name, _) in case.given() {
            let mut states = vec![0.0; case.rows * hidden];
            for step in 0..steps {
                let places = (0..case.rows).map(|row| row * steps + step);
                let numbers: Vec<u32> = places.clone().map(|place| place as u32).collect();
                let values: Vec<f32> =
                    places.flat_map(|at| case.values[at * inputs..][..inputs].to_vec()).collect();
                let rows = match name {
                    "numbers" => Rows::Numbers(&values[..]),
                    "lists" => Rows::Bits(&case.lists, &numbers),
                    _ => Rows::Bits(&case.shared, &numbers),
                };
                let found = passes.act(rows, &mut states).to_vec();
                for (row, found) in found.chunks(outputs).enumerate() {
                    let expected = &whole[(row * steps + step) * outputs..][..outputs];
                    assert_eq!(bits(found), bits(expected), "{name}: row {row} at step {step}");
                }
            }
            assert!(states.iter().any(|&unit| unit != 0.0), "states have moved");
        }
    }
}

#[test]
fn nothing_flows_back_from_steps_behind_the_end_of_an_episode() {
    let case = case([12, 9, 3, 6, 5], 20);
    let GruShape { inputs, outputs, steps, .. } = case.shape;
    const LENGTH: usize = 4;
    let mut pass = GruPass::new(case.shape);
    let mut draws = Key::from_seed(2).draws();
    let slopes: Vec<f32> = (0..case.rows * steps * outputs)
        .map(|at| if at / outputs % steps < LENGTH { draws.normal() as f32 } else { 0.0 })
        .collect();
    let mut gradient = |values: &[f32]| {
        let mut passes = pass.with(&case.network.parameters);
        passes.forward(Rows::Numbers(values));
        bits(passes.backward(Rows::Numbers(values), &slopes))
    };
    let expected = gradient(&case.values);
    let changed = |from: usize| -> Vec<f32> {
        let step = |at: usize| at / inputs % steps;
        case.values
            .iter()
            .enumerate()
            .map(|(at, v)| if step(at) < from { *v } else { 3.0 - v })
            .collect()
    };
    assert!(gradient(&changed(LENGTH)) == expected, "what is seen behind the end plays no part");
    assert!(gradient(&changed(LENGTH - 1)) != expected, "what is seen before the end does");
    // The same sequences cut off at their ends.
    let cut = |values: &[f32], width: usize| -> Vec<f32> {
        values.chunks(steps * width).flat_map(|row| row[..LENGTH * width].to_vec()).collect()
    };
    let shorter = GruShape { steps: LENGTH, ..case.shape };
    let mut pass = GruPass::new(shorter);
    let mut passes = pass.with(&case.network.parameters);
    let values = cut(&case.values, inputs);
    passes.forward(Rows::Numbers(&values));
    let found = bits(passes.backward(Rows::Numbers(&values), &cut(&slopes, outputs)));
    assert!(found == expected, "the gradient is that of the sequences cut off at their ends");
}

#[test]
fn gradients_agree_with_finite_differences_and_a_spoilt_one_does_not() {
    const H: f64 = 1e-5;
    const BOUND: f64 = 1e-8;
    let case = case([8, 5, 2, 3, 4], 30);
    let double = |values: &[f32]| values.iter().map(|&v| f64::from(v)).collect::<Vec<f64>>();
    let (values, parameters) = (double(&case.values), double(&case.network.parameters));
    let mut draws = Key::from_seed(3).draws();
    let slopes: Vec<f64> = (0..case.rows * case.shape.steps * 2).map(|_| draws.normal()).collect();
    for rows in [Rows::Numbers(&values), Rows::Bits(&case.shared, &case.numbers)] {
        let mut pass = GruPass::<f64>::plain(case.shape);
        let mut passes = pass.with(&parameters);
        passes.forward(rows);
        let mut gradient = passes.backward(rows, &slopes).to_vec();
        let mut sum = |place: usize, shift: f64| -> f64 {
            let mut moved = parameters.clone();
            moved[place] += shift;
            let outputs = pass.with(&moved).forward(rows).to_vec();
            outputs.iter().zip(&slopes).map(|(output, slope)| output * slope).sum()
        };
        let difference = |place: usize| (sum(place, H) - sum(place, -H)) / (2.0 * H);
        let differences: Vec<f64> = (0..parameters.len()).map(difference).collect();
        let largest = differences.iter().fold(0.0f64, |most, slope| most.max(slope.abs()));
        let error = |gradient: &[f64]| {
            let each = gradient.iter().zip(&differences).map(|(one, other)| (one - other).abs());
            each.fold(0.0, f64::max) / largest
        };
        assert!(error(&gradient) < BOUND, "{:e}", error(&gradient));
        // Without what the inputs of the base, and those behind, bring to the first gate.
        for range in [0..SHARED, SHARED..8] {
            let whole = gradient.clone();
            gradient[range].fill(0.0);
            assert!(error(&gradient) > 1e3 * BOUND, "the mutant has error {:e}", error(&gradient));
            gradient = whole;
        }
    }
    let Shape::Gru(shape) = case.network.shape else { panic!("it is recurrent") };
    assert_eq!(shape, case.shape);
}
