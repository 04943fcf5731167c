//! Checkpoints: the bytes that PyTorch reads, and what becomes of damaged ones.

use mesascope_nets::{Activation, Biases, Mlp, NetsError, Network};
use mesascope_stats::Key;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

const STORED: &[u8] = include_bytes!("torch/checkpoint.safetensors");

/// The network of the stored checkpoint: 3 binary inputs, 4 and 5 hidden units, 2 logits.
fn stored_network() -> Network<f32> {
    let mut mlp = Mlp::with_hidden(&[4, 5]).unwrap();
    mlp.activation = Activation::Tanh;
    let mut network = mlp.initialise(3, 2, Key::from_seed(5));
    // Fresh biases are 0 and would not tell one order of tensors from another.
    Key::from_seed(6).draws().fill_normal(0.7, &mut network.parameters);
    network
}

fn bits(network: &Network<f32>) -> Vec<u32> {
    network.parameters.iter().map(|parameter| parameter.to_bits()).collect()
}

#[test]
fn the_stored_checkpoint_is_written_again_byte_for_byte() {
    let written = stored_network().save();
    if std::env::var_os("MESASCOPE_WRITE_FIXTURES").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/torch/checkpoint.safetensors");
        std::fs::write(path, &written).unwrap();
    }
    assert!(written == STORED, "set MESASCOPE_WRITE_FIXTURES=1 and run read_checkpoint.py again");
}

#[test]
fn torch_computes_the_same_logits_from_the_stored_checkpoint() {
    let theirs: Vec<f64> = include_str!("torch/read_checkpoint.out")
        .split_whitespace()
        .map(|number| number.parse().expect("the stored output is numbers"))
        .collect();
    // All 8 rows of 3 binary inputs, the first input slowest.
    let inputs: Vec<f32> = (0..8)
        .flat_map(|row| [row >> 2 & 1, row >> 1 & 1, row & 1].map(|bit| bit as f32))
        .collect();
    let ours = Network::load(STORED).unwrap().logits(&inputs, 8);
    assert_eq!((ours.len(), theirs.len()), (16, 16));
    for (ours, theirs) in ours.iter().zip(&theirs) {
        // Logits of size 1 after 3 layers of at most 6 terms: under 16 roundings of 2^-24.
        let apart = (f64::from(*ours) - theirs).abs();
        assert!(apart < 16.0 * 2f64.powi(-24), "{ours} here, {theirs} in torch");
    }
}

#[test]
fn tensors_are_named_as_in_a_sequential_of_linear_and_activation_layers() {
    let tensors = stored_network().tensors();
    let named: Vec<_> = tensors.iter().map(|(name, shape, _)| (&name[..], &shape[..])).collect();
    let expected: [(&str, &[usize]); 6] = [
        ("0.weight", &[4, 3]),
        ("0.bias", &[4]),
        ("2.weight", &[5, 4]),
        ("2.bias", &[5]),
        ("4.weight", &[2, 5]),
        ("4.bias", &[2]),
    ];
    assert_eq!(named, expected);
    let first = f32::from_le_bytes(tensors[0].2[..4].try_into().unwrap());
    assert_eq!(first, stored_network().parameters[0]);
}

#[test]
fn a_network_survives_saving_and_loading_bit_for_bit_whatever_its_numbers() {
    for hidden in [&[][..], &[1], &[3, 2], &[2, 2, 2, 2, 2, 2, 2]] {
        for biases in [Biases::Trained, Biases::None] {
            let mlp = Mlp { biases, ..Mlp::with_hidden(hidden).unwrap() };
            let mut network = mlp.initialise(2, 3, Key::from_seed(3));
            network.parameters[..5].copy_from_slice(&[f32::NAN, -0.0, f32::INFINITY, 1e-42, 1.0]);
            let loaded = Network::load(&network.save()).unwrap();
            assert_eq!(bits(&loaded), bits(&network));
            assert_eq!(loaded.sizes, network.sizes);
            assert_eq!((loaded.activation, loaded.biases), (network.activation, network.biases));
        }
    }
}

fn refused(change: impl Fn(&mut Vec<(String, Vec<usize>, Vec<u8>)>)) -> String {
    let mut tensors = stored_network().tensors();
    change(&mut tensors);
    Network::from_tensors(Activation::Tanh, tensors).unwrap_err().to_string()
}

#[test]
fn tensors_that_make_no_network_are_refused_with_what_would_be_right() {
    let says = |error: String, parts: [&str; 2]| {
        for part in parts {
            assert!(error.contains(part), "{error:?} names {part:?}");
        }
    };
    says(refused(|tensors| tensors.clear()), ["no such tensor", "a tensor \"0.weight\""]);
    says(refused(|tensors| drop(tensors.remove(3))), ["no such tensor", "\"2.bias\""]);
    says(refused(|tensors| drop(tensors.remove(2))), ["\"2.bias\" too many", "each of layers"]);
    says(refused(|tensors| tensors[2].1 = vec![4, 5]), ["of shape [4, 5]", "[outputs, 4]"]);
    says(refused(|tensors| tensors[1].1 = vec![5]), ["of shape [5]", "[4]"]);
    says(refused(|tensors| tensors[0].1 = vec![0, 3]), ["of shape [0, 3]", "[outputs, inputs]"]);
    says(refused(|tensors| tensors[0].1 = vec![usize::MAX, 3]), ["48 bytes", "4 bytes for each"]);
    says(refused(|tensors| tensors[5].2.truncate(7)), ["7 bytes", "each entry of [2]"]);
    says(refused(|tensors| tensors[4].0 = "0.weight".into()), ["two tensors \"0.weight\"", "one"]);
}

#[test]
fn bytes_that_are_no_checkpoint_are_refused_with_the_reason() {
    let error = Network::load(b"not a checkpoint").unwrap_err();
    assert!(matches!(error, NetsError::NotSafetensors { .. }), "{error}");
    // The same length keeps the header readable.
    let text = |from: &str, to: &str| {
        let place = STORED.windows(from.len()).position(|part| part == from.as_bytes()).unwrap();
        let mut bytes = STORED.to_vec();
        bytes[place..place + to.len()].copy_from_slice(to.as_bytes());
        Network::load(&bytes).unwrap_err().to_string()
    };
    assert!(text("\"tanh\"", "\"relv\"").contains("activation \"relv\""));
    assert!(text("\"activation\"", "\"activatjon\"").contains("metadata without an activation"));
    assert!(text("\"F32\"", "\"I32\"").contains("of I32"));
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2000,
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_flipped_byte_is_an_error_or_a_network_that_runs(place in 0..STORED.len(), flip in 1u8..) {
        let mut bytes = STORED.to_vec();
        bytes[place] ^= flip;
        if let Ok(network) = Network::load(&bytes) {
            let logits = network.logits(&vec![1.0; network.inputs()], 1);
            prop_assert_eq!(logits.len(), network.outputs());
        }
    }

    #[test]
    fn a_truncated_checkpoint_is_an_error(length in 0..STORED.len()) {
        prop_assert!(Network::load(&STORED[..length]).is_err());
    }

    #[test]
    fn any_bytes_after_any_header_length_are_handled(
        length in 0u64..300,
        body in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let bytes = [&length.to_le_bytes()[..], &body].concat();
        prop_assert!(Network::load(&bytes).is_err());
    }
}
