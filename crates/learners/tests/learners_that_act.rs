//! What every learner that acts, or imitates somebody who does, must keep to.
//!
//! Values of policies are exact, by enumeration: what is left to chance is the key, which is fixed.

#[allow(dead_code, unused_imports, reason = "each of those who share them uses a part")]
mod small;

use std::sync::Arc;

use mesascope_learners::{Learner, LearnsByActing, Policy, Trained, Training};
use mesascope_stats::Key;
use mesascope_tasks::{Actor, Ask, Situations, Task};
use serde_json::{Value, json};
use small::{BEST, RANDOM, Shuffled, TwoStep, value};

/// What each learner comes to at least, whatever the key: of 1 at best and 0.375 at random. A policy
/// that reads no cue comes to at most 0.5.
const ENOUGH: f64 = 0.9;

/// What it comes to at most with shuffled feedback, as a mean over the keys below. A greedy policy
/// chosen by noise comes to 0.375 with a standard deviation of 0.28, so that the mean of 16 has one of
/// 0.07: 0.6 is 3.2 of them away.
const NO_EFFECT: f64 = 0.6;

/// Seeds of the keys of the last.
const SEEDS: std::ops::Range<u64> = 100..116;

/// A learner with settings under which it masters a world of two steps.
struct Row {
    name: &'static str,
    settings: Value,
    /// Where its learning rate stands.
    rate: &'static str,
}

fn row(name: &'static str, rate: &'static str, settings: Value) -> Row {
    Row { name, settings, rate }
}

/// Every learner that acts: a line each, or one for each kind of network.
fn table() -> Vec<Row> {
    let mlp = json!({"mlp": {"hidden": [16]}});
    let gru = json!({"gru": {"hidden": 8}});
    let adam = json!({"adam": {"learning_rate": 0.01}});
    vec![
        row("q-learning", "/learning_rate", json!({"steps": 4000, "copies": 4})),
        row(
            "dqn",
            "/optimiser/adam/learning_rate",
            json!({"steps": 8000, "network": mlp, "optimiser": adam, "copies": 4, "warm_up": 100,
                "buffer": 1000, "target_every": 25}),
        ),
        row(
            "imitation",
            "/optimiser/adam/learning_rate",
            json!({"episodes": 200, "read": {"epochs": 25}, "network": mlp, "optimiser": adam}),
        ),
        row(
            "imitation",
            "/optimiser/adam/learning_rate",
            json!({"episodes": 200, "read": {"epochs": 25}, "network": gru, "optimiser": adam,
                "batch": 10}),
        ),
        row(
            "ppo",
            "/learning_rate",
            json!({"steps": 15_360, "copies": 32, "rollout": 8, "network": mlp,
                "learning_rate": 0.01}),
        ),
        row(
            "reinforce",
            "/learning_rate",
            json!({"steps": 12_800, "copies": 32, "network": mlp, "learning_rate": 0.01}),
        ),
    ]
}

impl Row {
    fn learner(&self) -> Learner {
        read(json!({ self.name: self.settings }))
    }

    fn at_rate_0(&self) -> Learner {
        let (table, rate) = self.rate.rsplit_once('/').expect("it begins with a slash");
        let mut settings = self.settings.clone();
        settings.pointer_mut(table).expect("it has such a table")[rate] = json!(0.0);
        read(json!({ self.name: settings }))
    }
}

fn read(learner: Value) -> Learner {
    serde_json::from_value(learner.clone()).unwrap_or_else(|error| panic!("{learner}: {error}"))
}

fn acts(learner: &Learner) -> &dyn LearnsByActing {
    learner.face().by_acting().expect("it acts")
}

fn begun(learner: &Learner, world: &dyn Situations, seed: u64) -> Box<dyn Training> {
    acts(learner).begin(world, &Ask::default(), None, Key::from_seed(seed))
}

fn trained_in(learner: &Learner, world: &dyn Situations, seed: u64) -> Box<dyn Training> {
    let mut training = begun(learner, world, seed);
    finish(&mut *training);
    training
}

fn finish(training: &mut dyn Training) {
    while !training.is_over() {
        training.update().unwrap();
    }
}

fn learned(learner: &Learner, key: Key) -> Trained {
    learner.face().learn(&Task::Acting(Arc::new(TwoStep)), key).unwrap()
}

fn policy(trained: &Trained) -> &Policy {
    trained.agent.policy().expect("a learner that acts leaves a policy")
}

/// Everything of training that another can be compared with.
fn all(training: &dyn Training) -> (Policy, Vec<u8>, u64, Option<f64>, Option<f64>) {
    let (path_length, loss) = (training.path_length(), training.loss());
    (training.policy(), training.save(), training.steps(), path_length, loss)
}

/// What a policy does on seeing anything that can be seen, to the last bit.
fn acted(policy: &Policy) -> Vec<u32> {
    let mut bits = Vec::new();
    for place in 0..3 {
        for cue in [0, 1] {
            let mut cells = [0; 3];
            cells[place] = 1;
            let mut probabilities = [0.0; 2];
            policy.act(&cells, &[cue], &mut vec![0.0; policy.memory()], &mut probabilities);
            bits.extend(probabilities.map(f32::to_bits));
        }
    }
    bits
}

#[test]
fn the_table_has_every_learner_that_acts() {
    let listed = include_str!("../src/lib.rs").lines().filter(|line| line.contains("(ByActing<"));
    let mut listed: Vec<&str> = listed.map(|line| line.split('"').nth(1).unwrap()).collect();
    let mut here: Vec<&str> = table().iter().map(|row| row.name).collect();
    listed.sort();
    here.sort();
    here.dedup();
    assert_eq!(here, listed, "lines of the table (left) and of `Learner` (right) differ");
    assert!(here.len() > 1, "there are several");
    for row in table() {
        assert!(Learner::NAMES.contains(&row.name), "{}", row.name);
        assert_eq!(acts(&row.learner()).check(&TwoStep::acting()), Ok(()), "{}", row.name);
    }
}

#[test]
fn uniform_actions_come_to_what_is_said_and_the_best_to_one() {
    let uniform = Policy::Table { values: Default::default(), actions: 2 };
    assert_eq!(value(&uniform, "gold"), RANDOM);
    assert_eq!(value(&uniform, "silver"), RANDOM);
    let seen =
        |place: u8, cue: u8, values: [f32; 2]| (vec![1 << place | cue << 3], values.to_vec());
    let attic = [seen(1, 0, [1.0, 0.0]), seen(1, 1, [0.0, 1.0])];
    let best = [seen(0, 0, [1.0, 0.0]), seen(0, 1, [1.0, 0.0])].into_iter().chain(attic);
    let best = Policy::Table { values: best.collect(), actions: 2 };
    assert_eq!((value(&best, "gold"), value(&best, "silver")), (BEST, 0.0));
}

#[test]
fn each_masters_a_world_of_two_steps() {
    for row in table() {
        let trained = learned(&row.learner(), Key::from_seed(1));
        let found = value(policy(&trained), "gold");
        assert!(found >= ENOUGH, "{} comes to {found}", row.name);
        assert!(trained.fitted, "{} was trained to its end", row.name);
    }
}

#[test]
fn shuffled_feedback_leaves_no_effect() {
    for row in table() {
        let learner = row.learner();
        let mean = |world: &dyn Situations| {
            let values =
                SEEDS.map(|seed| value(&trained_in(&learner, world, seed).policy(), "gold"));
            values.sum::<f64>() / SEEDS.count() as f64
        };
        let (right, shuffled) = (mean(&TwoStep), mean(&Shuffled(TwoStep)));
        assert!(right >= ENOUGH, "{} comes to {right}", row.name);
        assert!(shuffled <= NO_EFFECT, "{} comes to {shuffled} with shuffled feedback", row.name);
    }
}

#[test]
fn each_goes_on_from_a_checkpoint_with_the_same_bits() {
    for row in table() {
        let learner = row.learner();
        let mut whole = begun(&learner, &TwoStep, 3);
        let mut places = Vec::new();
        for updates in 0.. {
            if [0, 1, 30, 151].contains(&updates) {
                places.push((updates, whole.save()));
            }
            if whole.is_over() {
                break;
            }
            whole.update().unwrap();
        }
        assert!(places.len() > 2, "{} has {} checkpoints", row.name, places.len());
        for (updates, saved) in places {
            let mut resumed = begun(&learner, &TwoStep, 3);
            resumed.restore(&saved).unwrap();
            assert_eq!(resumed.save(), saved, "{} restored after {updates} updates", row.name);
            finish(&mut *resumed);
            assert_eq!(all(&*resumed), all(&*whole), "{} resumed after {updates}", row.name);
            let broken = begun(&learner, &TwoStep, 3).restore(&saved[..saved.len() / 2]);
            assert!(broken.is_err(), "{} takes half a checkpoint", row.name);
        }
    }
}

#[test]
fn each_is_reproduced_from_its_key_and_differs_with_another() {
    for row in table() {
        let learner = row.learner();
        let with = |seed: u64| learned(&learner, Key::from_seed(seed));
        assert_eq!(with(5), with(5), "{}", row.name);
        // Not at the end, where in so small a world a table has the same values whatever the key.
        let early = |seed: u64| {
            let mut training = begun(&learner, &TwoStep, seed);
            (0..20).for_each(|_| training.update().unwrap());
            training.policy()
        };
        assert_eq!(early(5), early(5), "{}", row.name);
        assert_ne!(early(5), early(6), "{}", row.name);
    }
}

#[test]
fn at_a_learning_rate_of_0_the_policy_stays_as_it_began() {
    for row in table() {
        let moved = |learner: &Learner| {
            let before = begun(learner, &TwoStep, 7).policy();
            let after = trained_in(learner, &TwoStep, 7).policy();
            acted(&before) != acted(&after)
        };
        assert!(!moved(&row.at_rate_0()), "{} learns without a learning rate", row.name);
        assert!(moved(&row.learner()), "{} learns with one", row.name);
    }
}

#[test]
fn the_numerics_of_each_name_its_own_file() {
    for row in table() {
        let files = row.learner().face().numerics();
        let own = format!("learners/{}", row.name);
        assert!(files.iter().any(|(file, _)| *file == own), "{own} is not in {files:?}");
    }
}

mod phases {
    use super::*;
    use mesascope_tasks::Ground;

    fn phases(list: Value, until: Value) -> Learner {
        let mut settings = json!({ "list": list });
        if !until.is_null() {
            settings["until"] = until;
        }
        read(json!({ "phases": settings }))
    }

    fn phase(row: &Row, feedback: &str) -> Value {
        json!({"feedback": feedback, "learner": { row.name: row.settings }})
    }

    #[test]
    fn one_phase_is_the_learner_alone_but_for_its_key() {
        for row in table() {
            let one = phases(json!([{"learner": { row.name: row.settings }}]), Value::Null);
            let [own, _] = Key::from_seed(9).split();
            assert_eq!(learned(&one, Key::from_seed(9)), learned(&row.learner(), own));
        }
    }

    #[test]
    fn a_second_phase_goes_on_from_the_policy_of_the_first() {
        for row in table() {
            let list = json!([phase(&row, "gold"), phase(&row, "silver")]);
            let first = learned(&phases(json!([list[0]]), Value::Null), Key::from_seed(9));
            let start = json!({"phase": 2, "steps": 0});
            let begun = learned(&phases(list.clone(), start), Key::from_seed(9));
            assert_eq!(policy(&begun), policy(&first), "{}: nothing was learned since", row.name);
            let whole = learned(&phases(list, Value::Null), Key::from_seed(9));
            assert_eq!(whole.steps, 2 * first.steps, "{}: steps add up", row.name);
            // Not so much as it takes to master the second goal alone: who acts by what it has
            // learned begins certain of the first, and seldom sees what the second pays.
            let [before, after] = [&first, &whole].map(|it| value(policy(it), "silver"));
            assert!(after > before + 0.25, "{}: silver {before}, then {after}", row.name);
        }
    }

    #[test]
    fn a_checkpoint_is_the_same_place_of_the_longer_run() {
        for row in table() {
            let list = json!([phase(&row, "gold"), phase(&row, "silver")]);
            for (number, steps) in [(1, 1), (1, 601), (2, 601)] {
                let until = json!({"phase": number, "steps": steps});
                let checkpoint = learned(&phases(list.clone(), until), Key::from_seed(9));
                // The longer run by hand: each phase has a key of its own.
                let (mut rest, mut from) = (Key::from_seed(9), None);
                let mut total = 0;
                for phase in 1..=number {
                    let [own, next] = rest.split();
                    rest = next;
                    let goal = ["gold", "silver"][phase - 1].to_string();
                    let ask = Ask { feedback: Some(goal), ..Ask::default() };
                    let learner = row.learner();
                    let mut training = acts(&learner).begin(&TwoStep, &ask, from.take(), own);
                    while !training.is_over() && (phase < number || training.steps() < steps) {
                        training.update().unwrap();
                    }
                    total += training.steps();
                    from = Some(training.policy());
                }
                let place = format!("{} in phase {number} at {steps} steps", row.name);
                assert_eq!(policy(&checkpoint), &from.unwrap(), "{place}");
                assert_eq!((checkpoint.steps, checkpoint.fitted), (total, true), "{place}");
            }
        }
    }

    #[test]
    fn mistakes_are_named_and_what_would_be_right_is_said() {
        let [tabled, deep] = [0, 1].map(|at| table().swap_remove(at));
        let learner = json!({ tabled.name: tabled.settings });
        let wider = {
            let mut settings = deep.settings.clone();
            settings["network"]["mlp"]["hidden"] = json!([17]);
            json!({ deep.name: settings })
        };
        let none = Value::Null;
        let cases = [
            (json!([]), none.clone(), "there is no phase; list at least one"),
            (
                json!([{"situation": "nowhere", "learner": learner}]),
                none.clone(),
                "phase 1: there is no situation \"nowhere\" in this world: both, zero",
            ),
            (
                json!([{"learner": learner}, {"feedback": "lead", "learner": learner}]),
                none.clone(),
                "phase 2: there is no goal \"lead\" in this world: gold, silver",
            ),
            (
                json!([{"learner": {"table": {}}}]),
                none.clone(),
                "phase 1: table does not act; a phase has a learner that does",
            ),
            (
                json!([{"learner": {"q-learning": {"steps": 0}}}]),
                none.clone(),
                "phase 1: steps is from 1 to 1,000,000,000, not 0",
            ),
            (
                json!([{"learner": learner}, {"learner": { deep.name: deep.settings }}]),
                none.clone(),
                "phase 2 trains action values of a multi-layer perceptron 16 relu and phase 1 a table \
                 of 2 actions: a policy is handed on as it is",
            ),
            (
                json!([{"learner": { deep.name: deep.settings }}, {"learner": wider}]),
                none,
                "phase 2 trains action values of a multi-layer perceptron 17 relu and phase 1 action \
                 values of a multi-layer perceptron 16 relu: a policy is handed on as it is",
            ),
            (
                json!([{"learner": learner}]),
                json!({"phase": 2, "steps": 10}),
                "there is no phase 2; phases are 1 to 1",
            ),
            (
                json!([{"learner": learner}]),
                json!({"phase": 0, "steps": 10}),
                "there is no phase 0; phases are 1 to 1",
            ),
        ];
        let ground = Ground::Acting(TwoStep::acting());
        for (list, until, words) in cases {
            let unfit = phases(list.clone(), until).face().check(&ground).unwrap_err();
            assert_eq!(unfit.why, words, "{list}");
        }
    }
}
