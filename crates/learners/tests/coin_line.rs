//! docs/coin-line.md against a second way of computing it, and the propositions about linear policies
//! through the learner that trains networks.

use mesascope_learners::{Agent, Learns, Supervised};
use mesascope_stats::Key;
use mesascope_tasks::{Labelled, Labeller};
use mesascope_worlds::{Audited, CoinLine, Rows};
use serde_json::json;

const DOCUMENT: &str = include_str!("../../../docs/coin-line.md");

fn world(length: i64, epsilon: f64, encoding: &str) -> (Labelled, Audited) {
    let settings = json!({"length": length, "epsilon": epsilon, "encoding": encoding});
    let world: CoinLine = serde_json::from_value(settings).unwrap();
    world.check().unwrap();
    world.draw(Key::from_seed(0))
}

/// A linear policy after so many steps of full-batch descent from (almost) 0, in single precision.
fn descended(task: &Labelled, rate: f64, steps: u64, weight_sd: f64) -> Agent {
    let initialisation = json!({"gaussian": {"weight_sd": weight_sd, "bias_sd": 0.0}});
    let mlp = json!({"hidden": [], "biases": "none", "initialisation": initialisation});
    let learner: Supervised = serde_json::from_value(json!({
        "network": {"mlp": mlp}, "optimiser": {"sgd": {"learning_rate": rate}},
        "stop": {"loss": 1e-30}, "max_steps": steps,
    }))
    .unwrap();
    learner.train(task, Key::from_seed(1)).unwrap().agent
}

fn class_at_probe(agent: &Agent, audited: &Audited) -> u8 {
    let row = audited.probe.as_ref().unwrap().row;
    agent.labels(&audited.inputs[row * audited.width..][..audited.width], audited.width)[0]
}

/// Epsilon and steps, of each line of the table.
fn crossings() -> Vec<(f64, u64)> {
    let table = DOCUMENT.split("## Steps until").nth(1).unwrap().split("\n## ").next().unwrap();
    let lines = table.lines().filter(|line| line.starts_with("| 0."));
    let cells = lines.map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
    cells.map(|cells| (cells[1].parse().unwrap(), cells[2].parse().unwrap())).collect()
}

#[test]
fn the_engine_s_networks_turn_to_the_goal_at_the_step_that_the_document_says() {
    let crossings = crossings();
    assert_eq!(crossings.len(), 8, "from 0.5 to 0.002");
    for (epsilon, steps) in crossings {
        let (task, audited) = world(4, epsilon, "affine");
        let at = |steps| class_at_probe(&descended(&task, 0.05, steps, 1e-12), &audited);
        assert_eq!((at(steps - 1), at(steps)), (1, 0), "epsilon {epsilon}, step {steps}");
    }
}

#[test]
fn linear_policies_end_as_the_propositions_say() {
    for length in [3, 4, 6, 10] {
        for (encoding, epsilon, steps, goal) in [
            ("affine", 0.0, 20_000, false),
            ("affine", 0.5, 20_000, true),
            ("affine", 0.1, 20_000, true),
            ("relative", 0.0, 2_000, true),
            ("one-hot", 0.0, 2_000, false),
        ] {
            let (task, audited) = world(length, epsilon, encoding);
            let agent = descended(&task, 0.02, steps, 1e-12);
            let labels = agent.labels(&audited.inputs, audited.width);
            let wanted =
                if goal { &audited.targets } else { &audited.probe.as_ref().unwrap().proxy };
            if encoding == "one-hot" {
                // Where coin and place were never shown no gradient has been.
                assert_eq!(class_at_probe(&agent, &audited), 1, "L {length}");
            } else {
                assert_eq!(&labels, wanted, "{encoding}, L {length}, epsilon {epsilon}");
            }
        }
    }
}

#[test]
fn a_one_hot_policy_says_at_the_probe_one_part_in_l_plus_1_of_its_margin() {
    for length in [2, 4, 9] {
        let (task, audited) = world(length, 0.0, "one-hot");
        let Agent::Network(network) = descended(&task, 0.1, 500, 1e-12) else {
            panic!("a network")
        };
        let row = audited.probe.as_ref().unwrap().row;
        let logits = network.logits(&audited.inputs, audited.rows());
        let shown = (0..audited.rows()).find(|&row| audited.shown[row]).unwrap();
        let share = f64::from(logits[row]) / f64::from(logits[shown]);
        assert!((share * (length as f64 + 1.0) - 1.0).abs() < 1e-5, "L {length}: {share}");
    }
}

#[test]
fn a_table_of_states_never_moves_at_the_probe() {
    for epsilon in [0.0, 0.1] {
        let (task, audited) = world(4, epsilon, "tabular");
        let logits = |steps| {
            let Agent::Network(network) = descended(&task, 0.5, steps, 1.0) else {
                panic!("a network")
            };
            network.logits(&audited.inputs, audited.rows())
        };
        let (before, after) = (logits(0), logits(1_000));
        for row in 0..audited.rows() {
            assert_eq!(before[row] == after[row], !audited.shown[row], "row {row}");
        }
    }
}

#[test]
fn the_document_holds_the_numbers_that_forecasts_take_from_it() {
    let table =
        DOCUMENT.split("## The volume answer").nth(1).unwrap().split("\n## ").next().unwrap();
    let mut lengths = 0;
    for line in table.lines().filter(|line| line.starts_with("| ") && line.contains("e-")) {
        let numbers: Vec<f64> =
            line.split('|').filter_map(|cell| cell.trim().parse().ok()).collect();
        let [_, fit, _, goal, error, fit_by_draws, goal_by_draws, draws_error] = numbers[..] else {
            panic!("{line}")
        };
        assert!(error < 5e-4 && draws_error < 2e-3, "three digits need less: {line}");
        assert!((goal - goal_by_draws).abs() < 4.0 * (error + draws_error), "{line}");
        assert!((fit - fit_by_draws).abs() < 4.0 * 7e-4, "{line}");
        lengths += 1;
    }
    assert_eq!(lengths, 5);
    let at = |length: &str| table.lines().find(|line| line.starts_with(length)).unwrap();
    assert!(at("| 4 ").contains("| 0.277"), "{}", at("| 4 "));
    assert!(at("| 10 ").contains("| 0.268"), "{}", at("| 10 "));
}

#[test]
fn descent_of_the_last_layer_of_wide_networks_gives_the_shares_of_the_infinite_one() {
    // A second way to the shares of lazy descent, in parameters and not in values: 1,000 relu units
    // with fixed inner weights of variance 2/3, outer ones of variance 1/1000 moved by 0.1/1000.
    const UNITS: usize = 1_000;
    const STARTS: u32 = 500;
    let (task, audited) = world(4, 0.0, "affine");
    let row = audited.probe.as_ref().unwrap().row;
    let mut rows: Vec<&[f32]> = task.inputs.chunks(3).collect();
    rows.push(&audited.inputs[3 * row..][..3]);
    let mut draws = Key::from_seed(7).draws();
    let mut goal = 0u32;
    for _ in 0..STARTS {
        let mut features = vec![[0.0f64; 5]; UNITS];
        for feature in &mut features {
            let unit = [(); 3].map(|()| draws.normal() * (2.0f64 / 3.0).sqrt());
            for (value, row) in feature.iter_mut().zip(&rows) {
                let sum: f64 = unit.iter().zip(*row).map(|(w, x)| w * f64::from(*x)).sum();
                *value = sum.max(0.0);
            }
        }
        let mut outer: Vec<f64> =
            (0..UNITS).map(|_| draws.normal() / (UNITS as f64).sqrt()).collect();
        loop {
            let mut values = [0.0; 5];
            for (feature, weight) in features.iter().zip(&outer) {
                values.iter_mut().zip(feature).for_each(|(value, x)| *value += weight * x);
            }
            let loss: f64 = values[..4].iter().map(|value| (-value).exp().ln_1p()).sum();
            if loss <= 0.1 * 4.0 {
                goal += u32::from(values[4] <= 0.0);
                break;
            }
            let wrong = [0, 1, 2, 3].map(|at| 1.0 / (1.0 + values[at].exp()) / 4.0);
            for (feature, weight) in features.iter().zip(&mut outer) {
                let pull: f64 = wrong.iter().zip(feature).map(|(by, x)| by * x).sum();
                *weight += 0.1 / UNITS as f64 * pull;
            }
        }
    }
    let table = DOCUMENT.split("## Descent of an inf").nth(1).unwrap();
    let line = table.lines().find(|line| line.starts_with("| 4 ")).unwrap();
    let stated: f64 = line.split('|').nth(3).unwrap().trim().parse().unwrap();
    let share = f64::from(goal) / f64::from(STARTS);
    let error = (stated * (1.0 - stated) / f64::from(STARTS)).sqrt();
    assert!(error < 0.02, "too noisy to test: {error}");
    assert!((share - stated).abs() < 4.0 * error, "{share} is not {stated} +- {error}");
}
