//! Optimiser steps and whole trainings against numbers stored from PyTorch, with the script that
//! made them beside: `tests/torch/make_fixtures.py`.

use mesascope_nets::{Loss, Mlp, Network, Optimiser, Real, Workspace};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixtures {
    torch: String,
    steps: Vec<Steps>,
    traces: Vec<Trace>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Steps {
    optimiser: Optimiser,
    parameters: Vec<f32>,
    gradients: Vec<Vec<f32>>,
    after: BTreeMap<usize, Vec<f32>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Trace {
    loss: Loss,
    mlp: Mlp,
    optimiser: Optimiser,
    inputs: Vec<f64>,
    labels: Vec<u8>,
    parameters: Vec<f64>,
    losses: Vec<f64>,
    correct: Vec<usize>,
    after: BTreeMap<usize, Vec<f64>>,
}

fn fixtures() -> Fixtures {
    serde_json::from_str(include_str!("torch/fixtures.json")).expect("the fixtures are readable")
}

/// The largest difference of two entries, in units of the larger of their size and 1.
fn apart<T: Real, U: Real>(ours: &[T], theirs: &[U]) -> f64 {
    assert_eq!(ours.len(), theirs.len());
    let each = ours.iter().zip(theirs).map(|(ours, theirs)| (ours.to_f64(), theirs.to_f64()));
    each.map(|(ours, theirs)| (ours - theirs).abs() / theirs.abs().max(1.0)).fold(0.0, f64::max)
}

#[test]
fn the_fixtures_say_which_torch_made_them_and_hold_every_kind() {
    let fixtures = fixtures();
    assert_eq!(fixtures.torch, "2.15.0+cu132");
    assert_eq!((fixtures.steps.len(), fixtures.traces.len()), (6, 12));
}

#[test]
fn ten_steps_of_every_optimiser_equal_those_of_torch_to_rounding() {
    for steps in fixtures().steps {
        let Steps { optimiser, mut parameters, gradients, after } = steps;
        let mut state = optimiser.start(parameters.len());
        let mut compared = 0;
        for (step, gradient) in (1..).zip(&gradients) {
            state.step(&mut parameters, gradient);
            if let Some(theirs) = after.get(&step) {
                // A step rounds a handful of times where torch may fuse a product with a sum, each
                // time by at most 2^-24 of a number no larger than the parameter or the step.
                let bound = step as f64 * 4.0 * 2f64.powi(-24);
                let apart = apart(&parameters, theirs);
                assert!(apart <= bound, "{optimiser:?} step {step}: {apart:e} above {bound:e}");
                compared += 1;
            }
        }
        assert_eq!(compared, 3);
    }
}

/// Trains as the trace did, in precision `T`, and gives the largest differences of losses and of
/// parameters.
fn replay<T: Real>(trace: &Trace) -> (f64, f64) {
    let inputs: Vec<T> = trace.inputs.iter().map(|&value| T::from_f64(value)).collect();
    let rows = trace.labels.len();
    let outputs = match trace.loss {
        Loss::Logistic => 1,
        Loss::Softmax => 3,
    };
    let mut network: Network<T> = Network {
        sizes: trace.mlp.sizes(inputs.len() / rows, outputs),
        activation: trace.mlp.activation,
        biases: trace.mlp.biases,
        parameters: trace.parameters.iter().map(|&value| T::from_f64(value)).collect(),
    };
    let mut state = trace.optimiser.start(network.parameters.len());
    let mut workspace = Workspace::new();
    let (mut losses_apart, mut parameters_apart): (f64, f64) = (0.0, 0.0);
    for (place, (&loss, &correct)) in trace.losses.iter().zip(&trace.correct).enumerate() {
        let mean = network.gradient(&inputs, &trace.labels, trace.loss, &mut workspace);
        let losses = trace.loss.losses(workspace.logits(), &trace.labels);
        assert_eq!(losses.mean, mean);
        assert_eq!(losses.correct, correct, "step {}", place + 1);
        losses_apart = losses_apart.max(apart(&[mean], &[loss]));
        state.step(&mut network.parameters, &workspace.gradient);
        if let Some(theirs) = trace.after.get(&(place + 1)) {
            parameters_apart = parameters_apart.max(apart(&network.parameters, theirs));
        }
    }
    (losses_apart, parameters_apart)
}

#[test]
fn ten_steps_of_training_in_double_precision_follow_torch() {
    for trace in fixtures().traces {
        let (losses, parameters) = replay::<f64>(&trace);
        let name = format!("{:?} {:?} {:?}", trace.loss, trace.mlp, trace.optimiser);
        // One rounding is 1e-16. Ten steps add up, and Adam enlarges the rounding of an entry by
        // how much smaller than the largest entry of the gradient it is.
        assert!(losses < 1e-14 && parameters < 1e-14, "{name}: {losses:e}, {parameters:e}");
    }
}

#[test]
fn ten_steps_of_training_in_single_precision_follow_torch_in_double() {
    for trace in fixtures().traces {
        let (losses, parameters) = replay::<f32>(&trace);
        let name = format!("{:?} {:?} {:?}", trace.loss, trace.mlp, trace.optimiser);
        // As above, where one rounding is 6e-8.
        assert!(losses < 2e-6 && parameters < 2e-6, "{name}: {losses:e}, {parameters:e}");
    }
}

#[test]
fn the_comparison_rejects_a_learning_rate_that_is_one_part_in_ten_thousand_off() {
    for mut trace in fixtures().traces {
        let mut settings = serde_json::to_value(trace.optimiser).unwrap();
        let (_, kind) = settings.as_object_mut().unwrap().iter_mut().next().unwrap();
        let rate = kind["learning_rate"].as_f64().unwrap();
        kind["learning_rate"] = (rate * 1.0001).into();
        trace.optimiser = serde_json::from_value(settings).unwrap();
        let (losses, parameters) = replay::<f64>(&trace);
        assert!(losses > 1e-8 && parameters > 1e-8, "{losses:e}, {parameters:e}");
    }
}

#[test]
fn a_learning_rate_of_0_leaves_every_bit_of_the_parameters() {
    let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    let before = [0.0, -0.0, 1.5, f32::MIN_POSITIVE / 4.0, f32::NAN, f32::INFINITY];
    for settings in [
        r#"{"sgd": {"learning_rate": 0, "momentum": 0.9, "weight_decay": 0.1}}"#,
        r#"{"adam": {"learning_rate": 0}}"#,
    ] {
        let optimiser: Optimiser = serde_json::from_str(settings).unwrap();
        for slope in [-1.0, f32::INFINITY, f32::NAN] {
            let mut parameters = before;
            let mut state = optimiser.start(parameters.len());
            state.step(&mut parameters, &[slope; 6]);
            assert_eq!(bits(&parameters), bits(&before), "{settings} at slope {slope}");
        }
    }
}
