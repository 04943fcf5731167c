//! The bits of a trained network do not depend on the path, on who else is in its block, on its
//! place there, or on who leaves when.

use mesascope_lanes::Path;
use mesascope_nets::{Activation, Biases, Block, Loss, Mlp, Network, Optimiser};
use mesascope_stats::Key;

struct Member {
    network: Network<f32>,
    inputs: Vec<f32>,
    labels: Vec<u8>,
    /// Steps after which it leaves.
    steps: usize,
}

fn member(mlp: &Mlp, outputs: usize, rows: usize, seed: u64, steps: usize) -> Member {
    let [fresh, data] = Key::from_seed(seed).split();
    let mut data = data.draws();
    let mut inputs = vec![0.0; rows * 3];
    data.fill_normal(1.0, &mut inputs);
    let labels = (0..rows).map(|_| data.below(outputs.max(2) as u64) as u8).collect();
    Member { network: mlp.initialise(3, outputs, fresh), inputs, labels, steps }
}

/// Trains the members in one block, in this order, and gives their parameters' bits in the order
/// of `members`.
fn trained(path: Path, members: &[&Member], loss: Loss, optimiser: &Optimiser) -> Vec<Vec<u32>> {
    let rows = members[0].labels.len();
    let mut block = Block::on(path, &members[0].network, rows, loss, optimiser);
    let numbers: Vec<usize> = members
        .iter()
        .map(|member| block.enter(&member.network, &member.inputs, &member.labels))
        .collect();
    let mut done = vec![Vec::new(); members.len()];
    for step in 0.. {
        let mut alive = false;
        for (at, member) in members.iter().enumerate() {
            if step < member.steps {
                alive = true;
                block.gradient(numbers[at]);
                block.step(numbers[at]);
            } else if step == member.steps {
                let network = block.leave(numbers[at]);
                done[at] = network.parameters.iter().map(|value| value.to_bits()).collect();
            }
        }
        if !alive {
            return done;
        }
    }
    unreachable!("members run out of steps")
}

/// Settings that between them have every layer, loss and optimiser.
fn kinds() -> Vec<(Mlp, usize, Loss, Optimiser)> {
    let sgd = r#"{"sgd": {"learning_rate": 0.05, "momentum": 0.9, "weight_decay": 0.01}}"#;
    let sgd: Optimiser = serde_json::from_str(sgd).unwrap();
    let mlp = |hidden: &[i64], activation, biases| Mlp {
        activation,
        biases,
        ..Mlp::with_hidden(hidden).unwrap()
    };
    vec![
        (mlp(&[5, 4], Activation::Relu, Biases::Trained), 1, Loss::Logistic, Optimiser::adam()),
        (mlp(&[6], Activation::Tanh, Biases::Trained), 3, Loss::Softmax, Optimiser::adamw()),
        (mlp(&[5], Activation::Relu, Biases::None), 2, Loss::Softmax, sgd),
        (mlp(&[], Activation::Tanh, Biases::Trained), 1, Loss::Logistic, sgd),
    ]
}

#[test]
fn five_hundred_steps_give_the_same_bits_on_every_path_in_every_company() {
    for (mlp, outputs, loss, optimiser) in kinds() {
        let members: Vec<Member> = (0..37)
            // Some leave early; the first and the last stay to the end.
            .map(|seed| member(&mlp, outputs, 7, seed, if seed % 5 == 3 { 100 } else { 500 }))
            .collect();
        let alone: Vec<Vec<u32>> = members
            .iter()
            .map(|member| trained(Path::best(), &[member], loss, &optimiser).remove(0))
            .collect();
        assert_ne!(alone[0], alone[1], "members differ");
        for path in Path::all() {
            for count in [1, 2, 3, 37] {
                for shift in [0, 3] {
                    let company: Vec<&Member> =
                        (0..count).map(|at| &members[(at + shift) % 37]).collect();
                    let found = trained(path, &company, loss, &optimiser);
                    for (at, found) in found.iter().enumerate() {
                        let expected = &alone[(at + shift) % 37];
                        let path = path.name();
                        assert_eq!(found, expected, "{mlp:?} member {at} of {count} on {path}");
                    }
                }
            }
        }
    }
}

#[test]
fn wide_networks_and_odd_numbers_of_rows_give_the_same_bits_on_every_path() {
    for (hidden, rows) in [(&[40, 40][..], 16), (&[33, 64], 37), (&[300], 17), (&[17], 300)] {
        let mlp = Mlp::with_hidden(hidden).unwrap();
        let member = member(&mlp, 4, rows, 1, 20);
        let paths = Path::all();
        let each = paths.iter().map(|&p| trained(p, &[&member], Loss::Softmax, &Optimiser::adam()));
        let all: Vec<_> = each.collect();
        assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{hidden:?} on {rows} rows");
    }
}

#[test]
fn a_place_that_is_left_is_taken_again_and_nothing_stays_of_who_was_there() {
    let mlp = Mlp::with_hidden(&[5, 4]).unwrap();
    let [first, second] = [1, 2].map(|seed| member(&mlp, 1, 7, seed, 50));
    let (loss, adam) = (Loss::Logistic, Optimiser::adam());
    let expected = trained(Path::best(), &[&second], loss, &adam).remove(0);
    let mut block = Block::new(&first.network, 7, loss, &adam);
    let mut last = Vec::new();
    for member in [&first, &second] {
        let number = block.enter(&member.network, &member.inputs, &member.labels);
        assert_eq!((number, block.members().count()), (0, 1));
        for _ in 0..member.steps {
            block.gradient(number);
            block.step(number);
        }
        last = block.leave(number).parameters.iter().map(|value| value.to_bits()).collect();
    }
    assert_eq!(last, expected);
}

#[test]
fn a_step_of_the_block_is_a_step_of_the_plain_optimiser() {
    for (mlp, outputs, loss, optimiser) in kinds() {
        let member = member(&mlp, outputs, 9, 4, 30);
        let mut plain = member.network.clone();
        let mut state = optimiser.start(plain.parameters.len());
        let mut workspace = mesascope_nets::Workspace::new();
        for _ in 0..member.steps {
            plain.gradient(&member.inputs, &member.labels, loss, &mut workspace);
            state.step(&mut plain.parameters, &workspace.gradient);
        }
        let bits: Vec<u32> = plain.parameters.iter().map(|value| value.to_bits()).collect();
        assert_eq!(trained(Path::best(), &[&member], loss, &optimiser)[0], bits, "{mlp:?}");
    }
}

#[test]
#[should_panic(expected = "a step follows a pass of the same member")]
fn a_step_on_the_gradient_of_another_member_is_refused() {
    let mlp = Mlp::with_hidden(&[5]).unwrap();
    let member = member(&mlp, 1, 7, 1, 1);
    let mut block = Block::new(&member.network, 7, Loss::Logistic, &Optimiser::adam());
    let [first, second] =
        [0, 1].map(|_| block.enter(&member.network, &member.inputs, &member.labels));
    block.gradient(first);
    block.step(second);
}

#[test]
fn networks_that_read_only_ones_train_to_the_bits_of_those_that_read_all() {
    let kinds = [
        (vec![20, 5], Activation::Relu, Biases::Trained, 300, 40),
        (vec![17], Activation::Tanh, Biases::Trained, 30, 300),
        (vec![], Activation::Relu, Biases::Trained, 9, 17),
        (vec![4, 4, 4], Activation::Relu, Biases::None, 5, 16),
    ];
    for (hidden, activation, biases, inputs, rows) in kinds {
        let mlp = Mlp { activation, biases, ..Mlp::with_hidden(&hidden).unwrap() };
        let [fresh, data] = Key::from_seed(6).split();
        let mut data = data.draws();
        let network = mlp.initialise(inputs, 3, fresh);
        let values: Vec<f32> =
            (0..inputs * rows).map(|_| f32::from(u8::from(data.below(4) == 0))).collect();
        let labels: Vec<u8> = (0..rows).map(|_| data.below(3) as u8).collect();
        let trained = |mut block: Block| -> Vec<u32> {
            let member = block.enter(&network, &values, &labels);
            for _ in 0..30 {
                block.gradient(member);
                block.step(member);
            }
            block.leave(member).parameters.iter().map(|value| value.to_bits()).collect()
        };
        let adam = Optimiser::adam();
        let all = trained(Block::new(&network, rows, Loss::Softmax, &adam));
        let ones = trained(Block::on_ones(&network, rows, Loss::Softmax, &adam));
        assert_eq!(all, ones, "{mlp:?} on {inputs} inputs, {rows} rows");
        let before: Vec<u32> = network.parameters.iter().map(|value| value.to_bits()).collect();
        assert_ne!(all, before, "training moves the parameters");
    }
}

#[test]
#[should_panic(expected = "input 2 of row 1 is neither 0 nor 1")]
fn an_input_that_is_neither_0_nor_1_is_refused_where_only_ones_are_read() {
    let network = Mlp::with_hidden(&[5]).unwrap().initialise(3, 1, Key::from_seed(1));
    let mut block = Block::on_ones(&network, 2, Loss::Logistic, &Optimiser::adam());
    block.enter(&network, &[0.0, 1.0, 0.0, 1.0, 1.0, 0.5], &[0, 1]);
}

#[test]
fn a_pass_for_the_loss_alone_finds_what_the_whole_pass_finds() {
    for (mlp, outputs, loss, optimiser) in kinds() {
        let member = member(&mlp, outputs, 20, 3, 0);
        let mut block = Block::new(&member.network, 20, loss, &optimiser);
        let number = block.enter(&member.network, &member.inputs, &member.labels);
        assert_eq!(block.loss(number), block.gradient(number), "{mlp:?}");
    }
}

#[test]
fn a_member_whose_parameters_and_slopes_are_written_is_as_one_that_came_by_them() {
    let mlp = Mlp::with_hidden(&[5]).unwrap();
    let [one, other] = [7, 8].map(|seed| member(&mlp, 1, 9, seed, 0));
    for optimiser in [Optimiser::sgd(), Optimiser::adam()] {
        let mut block = Block::new(&one.network, 9, Loss::Logistic, &optimiser);
        let number = block.enter(&other.network, &one.inputs, &one.labels);
        block.parameters(number).copy_from_slice(&one.network.parameters);
        let twin = block.enter(&one.network, &one.inputs, &one.labels);
        let found = block.gradient(twin);
        assert_eq!(block.loss(number), found);
        block.gradient(twin);
        let slopes = block.last_gradient().to_vec();
        let moved = block.step(twin);
        block.set_gradient(number, &slopes);
        assert_eq!(block.step(number), moved);
        assert_eq!(block.network(number), block.network(twin));
    }
}
