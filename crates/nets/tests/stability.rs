//! The first numbers of whole trainings, to the bit. They move only together with a `NUMERICS`
//! number, and are the same on every CPU; that they are right is for the other tests to say.

use mesascope_nets::{Activation, Loss, Mlp, Optimiser, Workspace};
use mesascope_stats::Key;

/// The bits of the loss, of the first and of the last parameter after 20 steps on 11 rows.
fn trained(activation: Activation, loss: Loss, outputs: u64, optimiser: Optimiser) -> [u32; 3] {
    let [fresh, data] = Key::from_seed(31).split();
    let mlp = Mlp { activation, ..Mlp::with_hidden(&[9, 6]).unwrap() };
    let mut network = mlp.initialise(5, outputs as usize, fresh);
    let mut data = data.draws();
    let mut inputs = [0.0; 55];
    data.fill_normal(1.0, &mut inputs);
    let labels: Vec<u8> = (0..11).map(|_| data.below(outputs.max(2)) as u8).collect();
    let mut state = optimiser.start(network.parameters.len());
    let mut workspace = Workspace::new();
    let mut mean = 0.0;
    for _ in 0..20 {
        mean = network.gradient(&inputs, &labels, loss, &mut workspace);
        state.step(&mut network.parameters, &workspace.gradient);
    }
    let last = network.parameters.len() - 1;
    [mean, network.parameters[0], network.parameters[last]].map(f32::to_bits)
}

#[test]
fn a_tanh_network_trained_by_adam_on_the_logistic_loss_keeps_its_bits() {
    let bits = trained(Activation::Tanh, Loss::Logistic, 1, Optimiser::adam());
    assert_eq!(bits, [0x3f1a8688, 0xbeb75ed8, 0xbca27191], "{bits:#010x?}");
}

#[test]
fn a_relu_network_trained_by_sgd_with_momentum_on_the_softmax_loss_keeps_its_bits() {
    let sgd = serde_json::from_str(r#"{"sgd": {"momentum": 0.9}}"#).unwrap();
    let bits = trained(Activation::Relu, Loss::Softmax, 4, sgd);
    assert_eq!(bits, [0x3f67de19, 0xbed0f092, 0xbf0790a5], "{bits:#010x?}");
}
