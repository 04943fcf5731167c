//! The bits of a trained recurrent or convolutional network do not depend on the path, on who else
//! is in its block, or on whether it was trained in a block at all.

use mesascope_lanes::Path;
use mesascope_nets::{
    AnyNetwork, Block, Convolution, Gru, Image, Loss, Optimiser, Padding, Read, Real, Workspace,
};
use mesascope_stats::Key;

struct Member {
    network: AnyNetwork<f32>,
    inputs: Vec<f32>,
    labels: Vec<u8>,
}

fn member(network: AnyNetwork<f32>, rows: usize, seed: u64) -> Member {
    let mut data = Key::from_seed(seed).draws();
    let mut inputs = vec![0.0; rows * network.shape.inputs()];
    data.fill_normal(1.0, &mut inputs);
    let classes = network.shape.outputs().max(2) as u64;
    let count = rows * network.shape.readings();
    let labels = (0..count).map(|_| data.below(classes) as u8).collect();
    Member { network, inputs, labels }
}

fn recurrent(hidden: i64, inputs: usize, steps: usize, read: Read, seed: u64) -> AnyNetwork<f32> {
    let gru = Gru { read, ..Gru::with_hidden(hidden).unwrap() };
    gru.initialise(inputs, 3, steps, Key::from_seed(seed))
}

fn convolutional(json: &str, image: [usize; 3], seed: u64) -> AnyNetwork<f32> {
    let settings: Convolution = serde_json::from_str(json).unwrap();
    let [channels, height, width] = image;
    settings.initialise(Image { channels, height, width }, 3, Key::from_seed(seed)).unwrap()
}

fn rows(member: &Member) -> usize {
    member.inputs.len() / member.network.shape.inputs()
}

fn bits(network: &AnyNetwork<f32>) -> Vec<u32> {
    network.parameters.iter().map(|value| value.to_bits()).collect()
}

/// Trains the members in one block, in this order, for so many steps.
fn trained(path: Path, members: &[&Member], optimiser: &Optimiser, steps: usize) -> Vec<Vec<u32>> {
    let first = &members[0];
    let mut block = Block::on(path, &first.network, rows(first), Loss::Softmax, optimiser);
    let enter = |member: &&Member| block.enter(&member.network, &member.inputs, &member.labels);
    let numbers: Vec<usize> = members.iter().map(enter).collect();
    for _ in 0..steps {
        for &number in &numbers {
            block.gradient(number);
            block.step(number);
        }
    }
    numbers.into_iter().map(|number| bits(&block.leave_any(number))).collect()
}

/// One member of each kind and another of the same shape.
fn kinds() -> Vec<[Member; 2]> {
    let same = r#"{"channels": [3, 2], "padding": "same", "hidden": [4]}"#;
    let none = r#"{"channels": [2], "size": 2}"#;
    vec![
        [1, 2].map(|seed| member(recurrent(3, 2, 3, Read::LastStep, seed), 5, seed)),
        [1, 2].map(|seed| member(recurrent(2, 1, 4, Read::EveryStep, seed), 5, seed)),
        [1, 2].map(|seed| member(convolutional(same, [1, 3, 2], seed), 5, seed)),
        [1, 2].map(|seed| member(convolutional(none, [2, 3, 3], seed), 5, seed)),
    ]
}

#[test]
fn five_hundred_steps_give_the_same_bits_on_every_path_in_any_company() {
    for [first, second] in kinds() {
        let alone = |member| trained(Path::best(), &[member], &Optimiser::adam(), 500).remove(0);
        let [expected, other] = [&first, &second].map(alone);
        assert_ne!(expected, bits(&first.network), "{:?} was trained", first.network.shape);
        for path in Path::all() {
            let both = trained(path, &[&first, &second], &Optimiser::adam(), 500);
            assert_eq!(both, [expected.clone(), other.clone()], "{}", path.name());
        }
    }
}

#[test]
fn odd_sizes_give_the_same_bits_on_every_path() {
    let mut members = Vec::new();
    for (hidden, inputs, rows) in [(1, 1, 1), (5, 3, 15), (16, 16, 16), (33, 17, 17), (5, 33, 37)] {
        for read in [Read::LastStep, Read::EveryStep] {
            members.push(member(recurrent(hidden, inputs, 3, read, 1), rows, 1));
        }
    }
    for (json, image, rows) in [
        (r#"{"channels": [1], "size": 1}"#, [1, 1, 1], 1),
        (r#"{"channels": [9, 17], "size": 2, "padding": "same"}"#, [3, 4, 3], 15),
        (r#"{"channels": [8], "hidden": [5]}"#, [2, 5, 4], 33),
        // More than 256 terms, and more than 256 positions.
        (r#"{"channels": [30, 2], "padding": "same"}"#, [1, 3, 3], 17),
        (r#"{"channels": [3]}"#, [1, 19, 19], 37),
    ] {
        members.push(member(convolutional(json, image, 1), rows, 1));
    }
    for member in members {
        let paths = Path::all();
        let each = paths.iter().map(|&path| trained(path, &[&member], &Optimiser::adamw(), 4));
        let all: Vec<_> = each.collect();
        let name = format!("{:?} on {} rows", member.network.shape, rows(&member));
        assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{name}");
        assert_ne!(all[0][0], bits(&member.network), "{name} was trained");
    }
}

#[test]
fn a_step_of_the_block_is_a_step_of_the_plain_optimiser() {
    for member in kinds().into_iter().flatten() {
        let mut plain = member.network.clone();
        let mut state = Optimiser::adam().start(plain.parameters.len());
        let mut workspace = Workspace::new();
        for _ in 0..20 {
            plain.gradient(&member.inputs, &member.labels, Loss::Softmax, &mut workspace);
            state.step(&mut plain.parameters, &workspace.gradient);
        }
        let block = trained(Path::best(), &[&member], &Optimiser::adam(), 20).remove(0);
        assert_eq!(block, bits(&plain), "{:?}", member.network.shape);
    }
}

#[test]
fn a_row_gives_the_same_logits_in_any_company() {
    for [member, _] in kinds() {
        let width = member.network.shape.inputs();
        let together = member.network.logits(&member.inputs, rows(&member));
        let per_row = together.len() / rows(&member);
        for (row, logits) in member.inputs.chunks(width).zip(together.chunks(per_row)) {
            assert_eq!(member.network.logits(row, 1), logits, "{:?}", member.network.shape);
        }
    }
}

#[test]
fn the_logits_after_every_step_are_those_of_shorter_sequences() {
    let network = recurrent(5, 3, 4, Read::EveryStep, 3);
    let Member { network, inputs, .. } = member(network, 7, 3);
    let every = network.logits(&inputs, 7);
    for steps in 1..=4 {
        let mut shorter = recurrent(5, 3, steps, Read::LastStep, 3);
        shorter.parameters.clone_from(&network.parameters);
        let cut: Vec<f32> =
            inputs.chunks(4 * 3).flat_map(|row| row[..steps * 3].to_vec()).collect();
        let last = shorter.logits(&cut, 7);
        for row in 0..7 {
            let there = (row * 4 + steps - 1) * 3;
            assert_eq!(every[there..there + 3], last[row * 3..row * 3 + 3], "{steps} steps");
        }
    }
}

#[test]
fn numbers_that_are_none_and_infinite_ones_are_passed_on_and_leave_no_trace() {
    for [member, _] in kinds() {
        let shape = &member.network.shape;
        let mut used = Workspace::new();
        let mut clean = Workspace::new();
        let pass = |network: &AnyNetwork<f32>, inputs: &[f32], workspace: &mut Workspace<f32>| {
            network.gradient(inputs, &member.labels, Loss::Softmax, workspace)
        };
        let expected = pass(&member.network, &member.inputs, &mut clean);
        for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX] {
            let mut inputs = member.inputs.clone();
            inputs[1] = odd;
            pass(&member.network, &inputs, &mut used);
            let mut network = member.network.clone();
            network.parameters.fill(odd);
            let loss = pass(&network, &member.inputs, &mut used);
            assert!(!odd.is_nan() || loss.is_nan(), "{shape:?}: {odd} gives {loss}");
            // Another shape in the same buffers, then the first again.
            let wide = recurrent(3, 5, 2, Read::EveryStep, 1);
            wide.gradient(&[odd; 190], &[0; 38], Loss::Softmax, &mut used);
            let again = pass(&member.network, &member.inputs, &mut used);
            assert_eq!(again.to_bits(), expected.to_bits(), "{shape:?} after {odd}");
            assert_eq!(used.gradient, clean.gradient, "{shape:?} after {odd}");
        }
    }
}

#[test]
fn the_hidden_state_after_the_last_step_stays_in_the_workspace() {
    let network = recurrent(5, 3, 4, Read::LastStep, 3);
    let Member { network, inputs, .. } = member(network, 2, 3);
    let mut workspace = Workspace::new();
    let logits = network.forward(&inputs, 2, &mut workspace).to_vec();
    let hidden = workspace.last_hidden().expect("it has a hidden state");
    assert_eq!(hidden.len(), 10);
    let (head, last) = (network.parameters.len() - 3 * 5 - 3, network.parameters.len() - 3);
    for (row, hidden) in hidden.chunks(5).enumerate() {
        for output in 0..3 {
            let mut sum = network.parameters[last + output];
            for (unit, value) in hidden.iter().enumerate() {
                sum = network.parameters[head + output * 5 + unit].fma(*value, sum);
            }
            assert_eq!(sum, logits[row * 3 + output]);
        }
    }
}

#[test]
fn padding_to_the_same_size_is_the_same_as_zeros_around_the_image() {
    let same = r#"{"channels": [3], "padding": "same"}"#;
    let padded = convolutional(same, [2, 3, 4], 1);
    let settings: Convolution = serde_json::from_str(same).unwrap();
    let plain = Convolution { padding: Padding::None, ..settings };
    let image = Image { channels: 2, height: 5, width: 6 };
    let mut plain = plain.initialise(image, 3, Key::from_seed(1)).unwrap();
    plain.parameters.clone_from(&padded.parameters);
    let Member { inputs, .. } = member(padded.clone(), 1, 5);
    let mut around = vec![0.0; 2 * 5 * 6];
    for (place, &value) in inputs.iter().enumerate() {
        let (channel, y, x) = (place / 12, place / 4 % 3, place % 4);
        around[channel * 30 + (y + 1) * 6 + x + 1] = value;
    }
    assert_eq!(padded.logits(&inputs, 1), plain.logits(&around, 1));
}
