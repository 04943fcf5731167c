//! The forward pass against a network worked by hand, a plain scalar one, and itself row by row.

use mesascope_nets::{Activation, Biases, Layer, Mlp, Network, Real, Workspace};
use mesascope_stats::Key;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

fn by_hand(activation: Activation, biases: Biases, parameters: &[f64]) -> Network<f64> {
    Network { sizes: vec![2, 2, 1], activation, biases, parameters: parameters.to_vec() }
}

#[test]
fn a_relu_network_worked_by_hand_gives_the_logits_worked_by_hand() {
    // hidden 0 = relu(1 a + 2 b + 0.5), hidden 1 = relu(-1 a + 3 b - 1), logit = 2 h0 - 4 h1 + 7
    let parameters = [1.0, 2.0, -1.0, 3.0, 0.5, -1.0, 2.0, -4.0, 7.0];
    let network = by_hand(Activation::Relu, Biases::Trained, &parameters);
    let logits = network.logits(&[0.0, 0.0, 1.0, 0.0, 0.0, 1.0, -3.0, 1.0], 4);
    assert_eq!(logits, [8.0, 10.0, 2.0 * 2.5 - 4.0 * 2.0 + 7.0, 0.0 - 4.0 * 5.0 + 7.0]);
}

#[test]
fn a_tanh_network_without_biases_gives_the_logits_worked_by_hand() {
    let parameters = [1.0, 2.0, -1.0, 3.0, 2.0, -4.0];
    let network = by_hand(Activation::Tanh, Biases::None, &parameters);
    // tanh 3 and tanh 2, to 15 places
    let (tanh_3, tanh_2) = (0.995054753686730, 0.964027580075817);
    let logit = network.logits(&[1.0, 1.0], 1)[0];
    assert!((logit - (2.0 * tanh_3 - 4.0 * tanh_2)).abs() < 1e-14, "{logit}");
}

/// One row, one sum at a time, in the order of the definition.
fn reference<T: Real>(network: &Network<T>, row: &[T]) -> Vec<T> {
    let layers: Vec<Layer> = network.layers().collect();
    let mut given = row.to_vec();
    for (place, layer) in layers.iter().enumerate() {
        let unit = |output: usize| {
            let mut sum = match network.biases {
                Biases::Trained => network.parameters[layer.biases.clone()][output],
                Biases::None => T::ZERO,
            };
            for (input, &value) in given.iter().enumerate() {
                let weight = layer.weights.start + output * layer.inputs + input;
                sum = network.parameters[weight].fma(value, sum);
            }
            match network.activation {
                _ if place + 1 == layers.len() => sum,
                Activation::Relu if sum < T::ZERO => T::ZERO,
                Activation::Relu => sum,
                Activation::Tanh => sum.tanh(),
            }
        };
        given = (0..layer.outputs).map(unit).collect();
    }
    given
}

fn network_and_inputs(
    mlp: &Mlp,
    inputs: usize,
    outputs: usize,
    rows: usize,
    seed: u64,
) -> (Network<f32>, Vec<f32>) {
    let [fresh, biases, data] = Key::from_seed(seed).split();
    let mut network = mlp.initialise(inputs, outputs, fresh);
    let layers: Vec<Layer> = network.layers().collect();
    let mut biases = biases.draws();
    for layer in layers {
        biases.fill_normal(0.5, &mut network.parameters[layer.biases]);
    }
    let mut values = vec![0.0; rows * inputs];
    data.draws().fill_normal(1.0, &mut values);
    (network, values)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_block_of_rows_gives_the_bits_of_the_plain_reference_row_by_row(
        hidden in prop::collection::vec(1i64..20, 0..4),
        (inputs, outputs, rows) in (1usize..12, 1usize..12, 1usize..40),
        is_relu: bool,
        has_biases: bool,
        seed: u64,
    ) {
        let mlp = Mlp {
            activation: if is_relu { Activation::Relu } else { Activation::Tanh },
            biases: if has_biases { Biases::Trained } else { Biases::None },
            ..Mlp::with_hidden(&hidden).unwrap()
        };
        let (network, values) = network_and_inputs(&mlp, inputs, outputs, rows, seed);
        let block = network.logits(&values, rows);
        let mut workspace = Workspace::new();
        for (row, logits) in values.chunks(inputs).zip(block.chunks(outputs)) {
            let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(bits(logits), bits(&reference(&network, row)));
            prop_assert_eq!(bits(logits), bits(network.forward(row, 1, &mut workspace)));
        }
    }
}

#[test]
fn a_workspace_that_served_a_larger_network_gives_the_same_bits_as_a_new_one() {
    let large = Mlp::with_hidden(&[30, 20, 10]).unwrap();
    let small = Mlp::with_hidden(&[6]).unwrap();
    let mut used = Workspace::new();
    let (network, values) = network_and_inputs(&large, 9, 4, 33, 1);
    network.gradient(&values, &[3; 33], mesascope_nets::Loss::Softmax, &mut used);
    let (network, values) = network_and_inputs(&small, 2, 3, 5, 2);
    let mut new = Workspace::new();
    let labels = [0, 1, 2, 1, 0];
    let with_used = network.gradient(&values, &labels, mesascope_nets::Loss::Softmax, &mut used);
    let with_new = network.gradient(&values, &labels, mesascope_nets::Loss::Softmax, &mut new);
    assert_eq!(with_used.to_bits(), with_new.to_bits());
    assert_eq!(used.gradient, new.gradient);
    assert_eq!(used.logits(), new.logits());
}

#[test]
fn the_last_hidden_layer_stays_in_the_workspace_and_a_linear_network_has_none() {
    let parameters = [1.0, 2.0, -1.0, 3.0, 0.5, -1.0, 2.0, -4.0, 7.0];
    let network = by_hand(Activation::Relu, Biases::Trained, &parameters);
    let mut workspace = Workspace::new();
    network.forward(&[0.0, 0.0, -3.0, 1.0], 2, &mut workspace);
    assert_eq!(workspace.last_hidden(), Some(&[0.5, 0.0, 0.0, 5.0][..]));
    let linear = Mlp::with_hidden(&[]).unwrap().initialise(2, 1, Key::from_seed(1));
    let mut workspace = Workspace::new();
    linear.forward(&[0.0, 0.0], 1, &mut workspace);
    assert_eq!(workspace.last_hidden(), None);
}

#[test]
fn a_network_whose_weights_are_not_numbers_gives_logits_that_are_not_numbers() {
    for activation in [Activation::Relu, Activation::Tanh] {
        let network = by_hand(activation, Biases::Trained, &[f64::NAN; 9]);
        assert!(network.logits(&[1.0, 1.0], 1)[0].is_nan(), "{activation:?}");
    }
}
