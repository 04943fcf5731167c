//! The distributions of fresh parameters, from fixed keys, with the resolution of each check.

use mesascope_nets::{
    Activation, Biases, Convolution, Gru, Image, Initialisation, Mlp, Network, Padding, Shape,
};
use mesascope_stats::Key;

/// 64 inputs, hidden layers of 256 and 128, 32 outputs.
fn fresh(activation: Activation, initialisation: &str) -> Network<f32> {
    let initialisation: Initialisation = serde_json::from_str(initialisation).unwrap();
    let mlp = Mlp { activation, initialisation, ..Mlp::with_hidden(&[256, 128]).unwrap() };
    mlp.initialise(64, 32, Key::from_seed(21))
}

/// Whether the mean of `values` is 0 and their standard deviation `sd`, and a share erf(1 / sqrt 2)
/// of them lies within it, each within four standard errors. With 4,096 values the coarsest of
/// these tells standard deviations 5% apart.
fn are_normal(values: &[f32], sd: f64) -> Result<(), String> {
    let count = values.len() as f64;
    assert!(count >= 4096.0, "{count} values are too few to tell");
    let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / count;
    let square = values.iter().map(|&v| f64::from(v) * f64::from(v)).sum::<f64>() / count;
    let inside = values.iter().filter(|&&v| f64::from(v).abs() < sd).count() as f64 / count;
    let share = 0.682689492137086_f64;
    let checks = [
        ("mean", mean / sd, 0.0, 1.0),
        // The standard error of a standard deviation is sd / sqrt(2 n).
        ("standard deviation", square.sqrt() / sd, 1.0, 0.5f64.sqrt()),
        ("share within one sd", inside, share, (share * (1.0 - share)).sqrt()),
    ];
    for (what, found, right, sd_of_one) in checks {
        if (found - right).abs() > 4.0 * sd_of_one / count.sqrt() {
            return Err(format!("{what}: {found}, not {right}"));
        }
    }
    Ok(())
}

fn assert_weight_sds(network: &Network<f32>, sds: [f64; 3]) {
    for (layer, sd) in network.layers().zip(sds) {
        let weights = &network.parameters[layer.weights];
        are_normal(weights, sd).unwrap();
        // The same check tells a deviation 10% off, and a uniform of the same deviation.
        assert!(are_normal(weights, 1.1 * sd).is_err());
        assert!(are_normal(weights, sd / 1.1).is_err());
        let mut uniform = vec![0.0; weights.len()];
        Key::from_seed(1).draws().fill_uniform(sd * 3f64.sqrt(), &mut uniform);
        assert!(are_normal(&uniform, sd).is_err());
    }
}

fn biases(network: &Network<f32>) -> Vec<f32> {
    network.layers().flat_map(|layer| network.parameters[layer.biases].to_vec()).collect()
}

#[test]
fn fan_in_weights_before_a_relu_have_gain_root_2_and_those_of_the_last_layer_1() {
    let network = fresh(Activation::Relu, r#""fan-in""#);
    let sds = [(2f64 / 64.0).sqrt(), (2f64 / 256.0).sqrt(), (1f64 / 128.0).sqrt()];
    assert_weight_sds(&network, sds);
    assert!(biases(&network).iter().all(|&bias| bias == 0.0));
}

#[test]
fn fan_in_weights_of_a_tanh_network_have_gain_1_throughout() {
    let network = fresh(Activation::Tanh, r#""fan-in""#);
    assert_weight_sds(&network, [1.0 / 8.0, 1.0 / 16.0, (1f64 / 128.0).sqrt()]);
    assert!(biases(&network).iter().all(|&bias| bias == 0.0));
}

#[test]
fn scaled_gaussian_weights_shrink_with_the_inputs_of_their_layer_and_biases_do_not() {
    let json = r#"{"gaussian": {"weight_sd": 3, "bias_sd": 0.5}}"#;
    let network = fresh(Activation::Relu, json);
    assert_weight_sds(&network, [3.0 / 8.0, 3.0 / 16.0, 3.0 / 128f64.sqrt()]);
    // A layer of 4,096 units has enough biases to tell.
    let initialisation = serde_json::from_str(json).unwrap();
    let wide = Mlp { initialisation, ..Mlp::with_hidden(&[4096]).unwrap() };
    let network = wide.initialise(4, 1, Key::from_seed(22));
    are_normal(&network.parameters[network.layer(0).biases], 0.5).unwrap();
}

#[test]
fn unscaled_gaussian_weights_are_as_large_in_every_layer() {
    let json = r#"{"gaussian": {"weight_sd": 1.5, "bias_sd": 0, "scaling": "none"}}"#;
    let network = fresh(Activation::Relu, json);
    assert_weight_sds(&network, [1.5; 3]);
    assert!(biases(&network).iter().all(|&bias| bias == 0.0));
}

#[test]
fn uniform_parameters_biases_included_fill_their_bounds_evenly() {
    let network = fresh(Activation::Relu, r#"{"uniform": {"bound": 2}}"#);
    let mut sorted: Vec<f64> = network.parameters.iter().map(|&v| f64::from(v)).collect();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len() as f64;
    assert!(sorted[0] >= -2.0 && sorted[sorted.len() - 1] <= 2.0);
    // Kolmogorov and Smirnov at alpha 0.001: 1.95 / sqrt(n), which is 0.009 at these 53,664 draws.
    let gap = |bound: f64| {
        let each = sorted.iter().enumerate();
        each.map(|(place, v)| (place as f64 / count - (v + bound) / (2.0 * bound)).abs())
            .fold(0.0, f64::max)
    };
    assert!(gap(2.0) < 1.95 / count.sqrt(), "gap {}", gap(2.0));
    assert!(gap(2.05) > 1.95 / count.sqrt(), "the check tells a bound that is 2.5% off");
    let biases = biases(&network);
    assert_eq!(biases.len(), 416);
    assert!(biases.iter().any(|&bias| bias > 1.9) && biases.iter().any(|&bias| bias < -1.9));
}

#[test]
fn the_key_alone_decides_a_network_and_its_first_weights_stay_what_they_are() {
    let mlp = Mlp::with_hidden(&[3]).unwrap();
    let network = |seed| mlp.initialise(2, 1, Key::from_seed(seed));
    assert_eq!(network(1), network(1));
    assert_ne!(network(1), network(2));
    assert_eq!(network(1).parameters[..3], FIRST_WEIGHTS);
}

/// Value stability: these move only together with a `NUMERICS` number.
const FIRST_WEIGHTS: [f32; 3] = [0.8747129, 0.6353435, -0.1739429];

#[test]
fn a_network_without_biases_draws_the_weights_of_its_layers_one_after_another() {
    let initialisation = serde_json::from_str(r#"{"uniform": {"bound": 1}}"#).unwrap();
    let with = Mlp { initialisation, ..Mlp::with_hidden(&[3]).unwrap() };
    let without = Mlp { biases: Biases::None, ..with.clone() };
    let with = with.initialise(2, 1, Key::from_seed(1)).parameters;
    let without = without.initialise(2, 1, Key::from_seed(1)).parameters;
    assert_eq!((with.len(), without.len()), (13, 9));
    assert_eq!(with[..9], without[..]);
}

/// The distance of Kolmogorov and Smirnov between values and the uniform distribution on
/// [-bound, bound), in units of its critical value at alpha 0.001, 1.95 / sqrt(n).
fn from_uniform(values: &[f32], bound: f64) -> f64 {
    let mut sorted: Vec<f64> = values.iter().map(|&v| f64::from(v)).collect();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len() as f64;
    let share = |v: f64| ((v + bound) / (2.0 * bound)).clamp(0.0, 1.0);
    let gap = sorted.iter().enumerate().map(|(place, &v)| {
        (share(v) - place as f64 / count).max((place + 1) as f64 / count - share(v))
    });
    gap.fold(0.0, f64::max) / (1.95 / count.sqrt())
}

fn assert_uniform(values: &[f32], bound: f64) {
    assert!(values.iter().all(|v| f64::from(v.abs()) <= bound * (1.0 + 1e-7)));
    let gap = from_uniform(values, bound);
    assert!(gap < 1.0, "{} values: {gap} of the critical distance", values.len());
    // With 4,096 values the resolution is 15% of the bound: the wrong count of inputs shows.
    assert!(values.len() >= 4096, "{} values are too few to tell", values.len());
    assert!(from_uniform(values, bound * 1.15) > 1.0, "the check tells a bound that is 15% off");
}

#[test]
fn torch_parameters_are_uniform_within_one_over_the_root_of_what_a_unit_reads() {
    let torch = Initialisation::Torch;
    let mlp = Mlp { initialisation: torch, ..Mlp::with_hidden(&[256, 128]).unwrap() };
    let network = mlp.initialise(64, 32, Key::from_seed(23));
    for (layer, inputs) in network.layers().zip([64f64, 256.0, 128.0]) {
        assert_uniform(&network.parameters[layer.weights], 1.0 / inputs.sqrt());
    }
    // Biases as well: enough of them in a layer of 4,096 units.
    let wide = Mlp { initialisation: torch, ..Mlp::with_hidden(&[4096]).unwrap() };
    let network = wide.initialise(9, 1, Key::from_seed(24));
    assert_uniform(&network.parameters[network.layer(0).biases], 1.0 / 3.0);
}

#[test]
fn torch_parameters_of_a_recurrent_network_are_uniform_within_one_over_the_root_of_its_units() {
    let gru = Gru { initialisation: Initialisation::Torch, ..Gru::with_hidden(64).unwrap() };
    let network = gru.initialise(32, 64, 3, Key::from_seed(25));
    let (weight_ih, rest) = network.parameters.split_at(3 * 64 * 32);
    let (weight_hh, rest) = rest.split_at(3 * 64 * 64);
    let (biases, weight) = rest.split_at(2 * 3 * 64);
    for values in [weight_ih, weight_hh, &weight[..64 * 64]] {
        assert_uniform(values, 1.0 / 8.0);
    }
    let most = biases.iter().fold(0.0, |most: f32, bias| most.max(bias.abs()));
    assert!(most > 0.12 && most <= 0.125, "{most}");
}

#[test]
fn torch_parameters_of_a_convolution_count_its_window_and_channels() {
    let image = Image { channels: 8, height: 5, width: 5 };
    let convolution: Convolution = serde_json::from_str(
        r#"{"channels": [64], "padding": "same", "hidden": [], "initialisation": "torch"}"#,
    )
    .unwrap();
    assert_eq!(convolution.padding, Padding::Same);
    let network = convolution.initialise(image, 4, Key::from_seed(26)).unwrap();
    let weights = 64 * 8 * 9;
    assert_uniform(&network.parameters[..weights], 1.0 / 72f64.sqrt());
    assert_uniform(&network.parameters[weights + 64..], 1.0 / 1600f64.sqrt());
}

#[test]
fn the_first_torch_parameters_stay_what_they_are() {
    let torch = Initialisation::Torch;
    let mlp = Mlp { initialisation: torch, ..Mlp::with_hidden(&[3]).unwrap() };
    let gru = Gru { initialisation: torch, ..Gru::with_hidden(3).unwrap() };
    let gru = gru.initialise(2, 1, 4, Key::from_seed(1));
    assert!(matches!(gru.shape, Shape::Gru(_)));
    let first = |parameters: &[f32]| [parameters[0], parameters[1], parameters[2]];
    let found =
        [first(&mlp.initialise(2, 1, Key::from_seed(1)).parameters), first(&gru.parameters)];
    assert_eq!(found, FIRST_TORCH_PARAMETERS);
}

/// Value stability: these move only together with a `NUMERICS` number.
const FIRST_TORCH_PARAMETERS: [[f32; 3]; 2] =
    [[0.25751892, -0.08914817, 0.4808721], [0.21026333, -0.07278918, 0.39263043]];
