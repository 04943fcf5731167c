//! Gradients of recurrent and convolutional networks against central finite differences in double
//! precision, by every parameter, with mutants that the same check must reject.

use mesascope_nets::{
    AnyNetwork, Convolution, Gru, GruShape, Image, Loss, Padding, Read, Shape, Workspace,
};
use mesascope_stats::Key;

/// Half the distance between the two losses of a difference. Its error is of order h^2 = 1e-10 of
/// the third derivative, and rounding adds about 1e-16 / h = 1e-11.
const H: f64 = 1e-5;

/// The largest error allowed in any entry, as a share of the largest entry of the gradient.
const BOUND: f64 = 1e-8;

struct Case {
    name: String,
    loss: Loss,
    network: AnyNetwork<f64>,
    inputs: Vec<f64>,
    labels: Vec<u8>,
    rows: usize,
}

fn case(network: AnyNetwork<f32>, rows: usize, loss: Loss) -> Case {
    let [shifts, data] = Key::from_seed(15).split();
    let mut network = network.cast::<f64>();
    // Fresh biases are 0, which would hide a bias that the forward pass forgets.
    let mut shifts = shifts.draws();
    network.parameters.iter_mut().for_each(|parameter| *parameter += 0.3 * shifts.normal());
    let mut data = data.draws();
    let inputs = (0..rows * network.shape.inputs()).map(|_| data.normal()).collect();
    let classes = network.shape.outputs().max(2) as u64;
    let labels = (0..rows * network.shape.readings()).map(|_| data.below(classes) as u8).collect();
    Case {
        name: format!("{:?} {loss:?} {rows} rows", network.shape),
        loss,
        network,
        inputs,
        labels,
        rows,
    }
}

const LOSSES: [(Loss, usize); 2] = [(Loss::Logistic, 1), (Loss::Softmax, 3)];

fn recurrent() -> Vec<Case> {
    let mut cases = Vec::new();
    for (hidden, inputs, steps, rows) in [(1, 1, 1, 3), (5, 3, 4, 7), (3, 2, 2, 17), (17, 1, 3, 5)]
    {
        for read in [Read::LastStep, Read::EveryStep] {
            for (loss, outputs) in LOSSES {
                let gru = Gru { read, ..Gru::with_hidden(hidden).unwrap() };
                let network = gru.initialise(inputs, outputs, steps, Key::from_seed(13));
                cases.push(case(network, rows, loss));
            }
        }
    }
    cases
}

fn convolutional() -> Vec<Case> {
    let mut cases = Vec::new();
    let settings = [
        (r#"{"channels": [3], "size": 1}"#, [2, 2, 3], 3),
        (r#"{"channels": [9, 2], "hidden": [8]}"#, [1, 5, 6], 5),
        (r#"{"channels": [2, 3], "size": 2, "padding": "same"}"#, [3, 2, 3], 17),
        (r#"{"channels": [2, 2, 3], "padding": "same", "hidden": [3, 2]}"#, [2, 4, 3], 4),
        (r#"{"channels": [2], "size": 5, "padding": "same"}"#, [1, 1, 2], 6),
    ];
    for (json, [channels, height, width], rows) in settings {
        for (loss, outputs) in LOSSES {
            let settings: Convolution = serde_json::from_str(json).unwrap();
            let image = Image { channels, height, width };
            let network = settings.initialise(image, outputs, Key::from_seed(18)).unwrap();
            cases.push(case(network, rows, loss));
        }
    }
    cases
}

impl Case {
    fn gradient(&self) -> Vec<f64> {
        let mut workspace = Workspace::new();
        self.network.gradient(&self.inputs, &self.labels, self.loss, &mut workspace);
        workspace.gradient
    }

    fn loss_with(&self, place: usize, shift: f64) -> f64 {
        let mut network = self.network.clone();
        network.parameters[place] += shift;
        let logits = network.logits(&self.inputs, self.rows);
        self.loss.losses(&logits, &self.labels).mean
    }

    fn differences(&self) -> Vec<f64> {
        (0..self.network.parameters.len())
            .map(|place| (self.loss_with(place, H) - self.loss_with(place, -H)) / (2.0 * H))
            .collect()
    }

    /// The largest error of any entry of `gradient`, as a share of its largest entry.
    fn error(&self, gradient: &[f64], differences: &[f64]) -> f64 {
        let largest = differences.iter().fold(0.0, |most: f64, slope| most.max(slope.abs()));
        assert!(largest > 1e-3, "{}: a gradient of {largest} tests nothing", self.name);
        let errors = gradient.iter().zip(differences).map(|(ours, theirs)| (ours - theirs).abs());
        errors.fold(0.0, f64::max) / largest
    }
}

#[test]
fn every_gradient_through_time_equals_the_finite_difference() {
    let cases = recurrent();
    assert_eq!(cases.len(), 16);
    for case in cases {
        let error = case.error(&case.gradient(), &case.differences());
        assert!(error < BOUND, "{}: error {error:e}", case.name);
    }
}

#[test]
fn every_gradient_of_a_convolution_equals_the_finite_difference() {
    let cases = convolutional();
    assert_eq!(cases.len(), 10);
    for case in cases {
        let error = case.error(&case.gradient(), &case.differences());
        assert!(error < BOUND, "{}: error {error:e}", case.name);
    }
}

/// Where the rows of one gate stand in every matrix and bias that has gates.
fn gate_rows(shape: &GruShape, gate: usize) -> Vec<std::ops::Range<usize>> {
    let GruShape { inputs, hidden, .. } = *shape;
    let mut start = 0;
    let mut ranges = Vec::new();
    for columns in [inputs, hidden, 1, 1] {
        let block = hidden * columns;
        ranges.push(start + gate * block..start + (gate + 1) * block);
        start += 3 * block;
    }
    ranges
}

#[test]
fn the_check_rejects_a_gate_whose_slopes_are_dropped_or_have_their_sign_flipped() {
    let mut mutants = 0;
    for case in recurrent() {
        let Shape::Gru(shape) = case.network.shape else { panic!("it is recurrent") };
        let (right, differences) = (case.gradient(), case.differences());
        for gate in 0..3 {
            for (which, range) in gate_rows(&shape, gate).into_iter().enumerate() {
                // From a hidden state of 0 nothing leads through the first step's weights.
                let is_flat = right[range.clone()].iter().all(|&slope| slope == 0.0);
                assert_eq!(is_flat, shape.steps == 1 && (which == 1), "{}", case.name);
                for factor in [0.0, -1.0] {
                    let mut gradient = right.clone();
                    gradient[range.clone()].iter_mut().for_each(|slope| *slope *= factor);
                    let error = case.error(&gradient, &differences);
                    mutants += 1;
                    assert!(
                        is_flat || error > 1e2 * BOUND,
                        "{} gate {gate} of {which}: the mutant has error {error:e}",
                        case.name
                    );
                }
            }
        }
    }
    assert_eq!(mutants, 16 * 3 * 4 * 2);
}

#[test]
fn the_check_rejects_a_gradient_that_ends_its_way_back_after_the_last_steps() {
    for case in recurrent() {
        let Shape::Gru(shape) = case.network.shape else { panic!("it is recurrent") };
        if shape.steps < 3 || shape.read == Read::EveryStep {
            continue;
        }
        // The same states, but the first step seen as a beginning: the gradient of the sequence
        // without its first step is not that of the whole one.
        let shorter = GruShape { steps: shape.steps - 1, ..shape };
        let network =
            AnyNetwork { shape: Shape::Gru(shorter), parameters: case.network.parameters.clone() };
        let per_row = shape.steps * shape.inputs;
        let inputs: Vec<f64> =
            case.inputs.chunks(per_row).flat_map(|row| row[shape.inputs..].to_vec()).collect();
        let mut workspace = Workspace::new();
        network.gradient(&inputs, &case.labels, case.loss, &mut workspace);
        let error = case.error(&workspace.gradient, &case.differences());
        assert!(error > 1e3 * BOUND, "{}: the mutant has error {error:e}", case.name);
    }
}

#[test]
fn the_check_rejects_a_convolution_whose_kernel_is_mirrored_or_padded_on_the_other_side() {
    let mut mirrored = 0;
    for case in convolutional() {
        let Shape::Convolution(shape) = &case.network.shape else { panic!("it convolves") };
        let taps = shape.size * shape.size;
        let weights = shape.image.channels * shape.channels[0] * taps;
        let (mut gradient, differences) = (case.gradient(), case.differences());
        for kernel in gradient[..weights].chunks_mut(taps) {
            kernel.reverse();
        }
        let error = case.error(&gradient, &differences);
        if taps > 1 {
            mirrored += 1;
            assert!(error > 1e3 * BOUND, "{}: the mutant has error {error:e}", case.name);
        }
        if shape.size == 2 && shape.padding == Padding::Same {
            // The other side is the same convolution of images turned by half, with its kernel
            // turned: the plain gradient of turned images.
            let values = shape.image.height * shape.image.width;
            let mut inputs = case.inputs.clone();
            inputs.chunks_mut(values).for_each(|image| image.reverse());
            let mut workspace = Workspace::new();
            case.network.gradient(&inputs, &case.labels, case.loss, &mut workspace);
            let error = case.error(&workspace.gradient, &differences);
            assert!(error > 1e3 * BOUND, "{}: the mutant has error {error:e}", case.name);
        }
    }
    assert_eq!(mirrored, 8);
}

#[test]
fn the_check_rejects_channels_whose_slopes_are_dropped_or_have_their_sign_flipped() {
    for case in convolutional() {
        let Shape::Convolution(shape) = &case.network.shape else { panic!("it convolves") };
        let (right, differences) = (case.gradient(), case.differences());
        let taps = shape.size * shape.size;
        let (mut given, mut start) = (shape.image.channels, 0);
        for &results in &shape.channels {
            let end = start + results * given * taps;
            for range in [start..end, end..end + results] {
                for factor in [0.0, -1.0] {
                    let mut gradient = right.clone();
                    gradient[range.clone()].iter_mut().for_each(|slope| *slope *= factor);
                    let error = case.error(&gradient, &differences);
                    assert!(error > 1e3 * BOUND, "{}: the mutant has error {error:e}", case.name);
                }
            }
            (given, start) = (results, end + results);
        }
    }
}
