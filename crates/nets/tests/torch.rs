//! Optimiser steps and whole trainings against numbers stored from PyTorch, with the script that
//! made them beside: `tests/torch/make_fixtures.py`.

use mesascope_nets::Workspace;
use mesascope_nets::{AnyNetwork, Convolution, Gru, Image, Loss, Mlp, Optimiser, Real, Shape};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixtures {
    torch: String,
    steps: Vec<Steps>,
    traces: Vec<Trace>,
    adamw_steps: Vec<Steps>,
    gru_traces: Vec<Trace>,
    convolution_traces: Vec<Trace>,
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
    mlp: Option<Mlp>,
    /// A recurrent network, and the steps of its sequences.
    gru: Option<Gru>,
    steps: Option<usize>,
    /// A convolutional network, and the channels, lines and columns of its images.
    convolution: Option<Convolution>,
    image: Option<[usize; 3]>,
    optimiser: Optimiser,
    inputs: Vec<f64>,
    labels: Vec<u8>,
    parameters: Vec<f64>,
    losses: Vec<f64>,
    correct: Vec<usize>,
    after: BTreeMap<usize, Vec<f64>>,
}

impl Fixtures {
    fn all_steps(self) -> impl Iterator<Item = Steps> {
        self.steps.into_iter().chain(self.adamw_steps)
    }

    fn all_traces(self) -> impl Iterator<Item = Trace> {
        self.traces.into_iter().chain(self.gru_traces).chain(self.convolution_traces)
    }
}

impl Trace {
    fn shape(&self) -> Shape {
        let outputs = match self.loss {
            Loss::Logistic => 1,
            Loss::Softmax => 3,
        };
        // Seven rows, of which a recurrent network may read a label after every step.
        let width = self.inputs.len() / 7;
        match (&self.mlp, &self.gru, &self.convolution) {
            (Some(mlp), None, None) => mlp.shape(width, outputs),
            (None, Some(gru), None) => {
                let steps = self.steps.expect("sequences have steps");
                Shape::Gru(gru.shape(width / steps, outputs, steps))
            }
            (None, None, Some(convolution)) => {
                let [channels, height, width] = self.image.expect("images have a size");
                let image = Image { channels, height, width };
                Shape::Convolution(convolution.shape(image, outputs).unwrap())
            }
            _ => panic!("a trace is of one network"),
        }
    }

    fn name(&self) -> String {
        let Trace { loss, mlp, gru, convolution, optimiser, .. } = self;
        format!("{loss:?} {mlp:?} {gru:?} {convolution:?} {optimiser:?}")
    }
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
    let others = (fixtures.gru_traces.len(), fixtures.convolution_traces.len());
    assert_eq!((fixtures.adamw_steps.len(), others), (2, (8, 4)));
}

#[test]
fn ten_steps_of_every_optimiser_equal_those_of_torch_to_rounding() {
    for steps in fixtures().all_steps() {
        let Steps { optimiser, mut parameters, gradients, after } = steps;
        let mut state = optimiser.start(parameters.len());
        let mut compared = 0;
        for (step, gradient) in (1..).zip(&gradients) {
            state.step(&mut parameters, gradient);
            if let Some(theirs) = after.get(&step) {
                // A step rounds a handful of times where torch does not fuse a product with a sum,
                // each time by at most 2^-24 of a number no larger than the parameter or the step.
                // Momentum carries what was rounded off the direction on to all later steps.
                let carried = match optimiser {
                    Optimiser::Sgd { momentum, .. } => 1.0 / (1.0 - momentum.get()),
                    Optimiser::Adam { .. } | Optimiser::AdamW { .. } => 1.0,
                };
                let bound = step as f64 * 4.0 * carried * 2f64.powi(-24);
                let apart = apart(&parameters, theirs);
                assert!(apart <= bound, "{optimiser:?} step {step}: {apart:e} above {bound:e}");
                compared += 1;
            }
        }
        assert_eq!(compared, 3);
    }
}

/// Logits and labels in the order in which a pass adds up their losses: those of every row after
/// the first step, then after the second, and so on.
fn step_by_step<T: Real>(shape: &Shape, logits: &[T], labels: &[u8]) -> (Vec<T>, Vec<u8>) {
    let (readings, outputs) = (shape.readings(), shape.outputs());
    let rows = labels.len() / readings;
    let order = (0..readings).flat_map(|step| (0..rows).map(move |row| row * readings + step));
    let order: Vec<usize> = order.collect();
    let logits = order.iter().flat_map(|&at| logits[at * outputs..][..outputs].to_vec());
    (logits.collect(), order.iter().map(|&at| labels[at]).collect())
}

/// Trains as the trace did, in precision `T`, and gives the largest differences of losses and of
/// parameters.
fn replay<T: Real>(trace: &Trace) -> (f64, f64) {
    let inputs: Vec<T> = trace.inputs.iter().map(|&value| T::from_f64(value)).collect();
    let mut network: AnyNetwork<T> = AnyNetwork {
        shape: trace.shape(),
        parameters: trace.parameters.iter().map(|&value| T::from_f64(value)).collect(),
    };
    let mut state = trace.optimiser.start(network.parameters.len());
    let mut workspace = Workspace::new();
    let (mut losses_apart, mut parameters_apart): (f64, f64) = (0.0, 0.0);
    for (place, (&loss, &correct)) in trace.losses.iter().zip(&trace.correct).enumerate() {
        let mean = network.gradient(&inputs, &trace.labels, trace.loss, &mut workspace);
        let (logits, labels) = step_by_step(&network.shape, workspace.logits(), &trace.labels);
        let losses = trace.loss.losses(&logits, &labels);
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
    for trace in fixtures().all_traces() {
        let (losses, parameters) = replay::<f64>(&trace);
        let name = trace.name();
        // One rounding is 1e-16. Ten steps add up, and Adam enlarges the rounding of an entry by
        // how much smaller than the largest entry of the gradient it is.
        assert!(losses < 1e-14 && parameters < 1e-14, "{name}: {losses:e}, {parameters:e}");
    }
}

#[test]
fn ten_steps_of_training_in_single_precision_follow_torch_in_double() {
    for trace in fixtures().all_traces() {
        let (losses, parameters) = replay::<f32>(&trace);
        let name = trace.name();
        // As above, where one rounding is 6e-8.
        assert!(losses < 2e-6 && parameters < 2e-6, "{name}: {losses:e}, {parameters:e}");
    }
}

#[test]
fn the_comparison_rejects_a_learning_rate_that_is_one_part_in_ten_thousand_off() {
    for mut trace in fixtures().all_traces() {
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
