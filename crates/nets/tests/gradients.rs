//! Gradients against central finite differences in double precision, for every combination of
//! depth, activation, loss and biases, with mutants that the same check must reject.

use mesascope_nets::{Activation, Biases, Loss, Mlp, Network, Workspace};
use mesascope_stats::Key;

/// Half the distance between the two losses of a difference. Its error is of order h^2 = 1e-10 of
/// the third derivative, and rounding adds about 1e-16 / h = 1e-11.
const H: f64 = 1e-5;

/// The largest error allowed in any entry, as a share of the largest entry of the gradient.
const BOUND: f64 = 1e-8;

const ROWS: usize = 7;
const INPUTS: usize = 3;

struct Case {
    name: String,
    loss: Loss,
    network: Network<f64>,
    inputs: Vec<f64>,
    labels: Vec<u8>,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for hidden in [&[][..], &[1], &[5], &[9, 4], &[4, 17, 3]] {
        for activation in [Activation::Relu, Activation::Tanh] {
            for biases in [Biases::Trained, Biases::None] {
                for (loss, outputs) in [(Loss::Logistic, 1), (Loss::Softmax, 3)] {
                    cases.push(case(hidden, activation, biases, loss, outputs));
                }
            }
        }
    }
    cases
}

fn case(hidden: &[i64], activation: Activation, biases: Biases, loss: Loss, outputs: u64) -> Case {
    let mlp = Mlp { activation, biases, ..Mlp::with_hidden(hidden).unwrap() };
    let [fresh, shifts, data] = Key::from_seed(11).split();
    let mut network = mlp.initialise(INPUTS, outputs as usize, fresh).cast::<f64>();
    // Fresh biases are 0, which would hide a bias that the forward pass forgets.
    let mut shifts = shifts.draws();
    network.parameters.iter_mut().for_each(|parameter| *parameter += 0.3 * shifts.normal());
    let mut data = data.draws();
    let inputs = (0..ROWS * INPUTS).map(|_| data.normal()).collect();
    let labels = (0..ROWS).map(|_| data.below(outputs.max(2)) as u8).collect();
    let name = format!("{hidden:?} {activation:?} {biases:?} {loss:?}");
    Case { name, loss, network, inputs, labels }
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
        let logits = network.logits(&self.inputs, ROWS);
        self.loss.losses(&logits, &self.labels).mean
    }

    /// The largest error of any entry of `gradient`, as a share of its largest entry.
    fn error(&self, gradient: &[f64]) -> f64 {
        let differences: Vec<f64> = (0..gradient.len())
            .map(|place| (self.loss_with(place, H) - self.loss_with(place, -H)) / (2.0 * H))
            .collect();
        let largest = differences.iter().fold(0.0, |most: f64, slope| most.max(slope.abs()));
        assert!(largest > 1e-3, "{}: a gradient of {largest} tests nothing", self.name);
        let errors = gradient.iter().zip(&differences).map(|(ours, theirs)| (ours - theirs).abs());
        errors.fold(0.0, f64::max) / largest
    }
}

#[test]
fn every_gradient_equals_the_finite_difference() {
    let cases = cases();
    assert_eq!(cases.len(), 40);
    for case in cases {
        let error = case.error(&case.gradient());
        assert!(error < BOUND, "{}: error {error:e}", case.name);
    }
}

#[test]
fn the_check_rejects_a_layer_whose_weight_gradient_has_its_sign_flipped() {
    for case in cases() {
        for layer in case.network.layers() {
            let mut gradient = case.gradient();
            gradient[layer.weights].iter_mut().for_each(|slope| *slope = -*slope);
            let error = case.error(&gradient);
            assert!(error > 1e3 * BOUND, "{}: the mutant has error {error:e}", case.name);
        }
    }
}

#[test]
fn the_check_rejects_a_layer_whose_bias_gradient_is_dropped() {
    for case in cases().into_iter().filter(|case| case.network.biases == Biases::Trained) {
        for layer in case.network.layers() {
            let mut gradient = case.gradient();
            gradient[layer.biases].fill(0.0);
            let error = case.error(&gradient);
            assert!(error > 1e3 * BOUND, "{}: the mutant has error {error:e}", case.name);
        }
    }
}

#[test]
fn the_check_rejects_the_gradient_of_the_other_activation() {
    for case in cases().into_iter().filter(|case| case.network.sizes.len() > 2) {
        let activation = match case.network.activation {
            Activation::Relu => Activation::Tanh,
            Activation::Tanh => Activation::Relu,
        };
        let other = Network { activation, ..case.network.clone() };
        let mut workspace = Workspace::new();
        other.gradient(&case.inputs, &case.labels, case.loss, &mut workspace);
        let error = case.error(&workspace.gradient);
        assert!(error > 1e3 * BOUND, "{}: the mutant has error {error:e}", case.name);
    }
}

#[test]
fn the_single_precision_gradient_is_the_double_precision_one_rounded() {
    for case in cases() {
        let inputs: Vec<f32> = case.inputs.iter().map(|&value| value as f32).collect();
        let single = case.network.cast::<f32>();
        let rounded = Case {
            inputs: inputs.iter().map(|&value| f64::from(value)).collect(),
            network: single.cast(),
            ..case
        };
        let mut workspace = Workspace::new();
        single.gradient(&inputs, &rounded.labels, rounded.loss, &mut workspace);
        let exact = rounded.gradient();
        let largest = exact.iter().fold(0.0, |most: f64, slope| most.max(slope.abs()));
        for (ours, exact) in workspace.gradient.iter().zip(&exact) {
            // Sums of at most 17 terms through at most 4 layers: some dozens of roundings of 2^-24.
            let error = (f64::from(*ours) - exact).abs() / largest;
            assert!(error < 100.0 * 2f64.powi(-24), "{}: error {error:e}", rounded.name);
        }
    }
}
