//! Unit tests of `imitation`: updates worked out by hand on a few demonstrated steps.

use super::*;
use crate::policy::Outputs;
use crate::small::{Scripted, TwoStep, value};
use mesascope_nets::Network;
use mesascope_tasks::{Actor, Environment};
use serde_json::json;

/// Somebody who was seen once in each of three places and did what the list says.
struct Shown(Vec<u8>);

impl Situations for Shown {
    fn space(&self) -> Space {
        Scripted::new(3, 2, vec![]).space()
    }

    fn environment(&self, _: &Ask, _: usize, _: Key) -> Box<dyn Environment> {
        unreachable!("who imitates does not act")
    }

    fn demonstrations(&self, _: &Ask, _: usize, _: Key) -> Demonstrations {
        let steps = self.0.len();
        let place = |step: usize| (0..3).map(move |place| u8::from(place == step % 3));
        Demonstrations {
            observations: (0..steps).flat_map(place).collect(),
            cues: vec![],
            actions: self.0.clone(),
            starts: vec![0],
        }
    }
}

fn learner(settings: serde_json::Value) -> Imitation {
    serde_json::from_value(settings).unwrap()
}

/// A linear network, which is a table of logits, and takes steps of size 1.
fn table(read: serde_json::Value, batch: usize) -> Imitation {
    learner(json!({
        "episodes": 1, "read": read, "batch": batch,
        "network": {"mlp": {"hidden": [], "biases": "none"}},
        "optimiser": {"sgd": {"learning_rate": 1.0}},
    }))
}

/// Training in three places from logits of 0.
fn begun(learner: &Imitation, world: &Shown) -> Under {
    let PolicyNetwork::Mlp(mlp) = &learner.network else { panic!("it is a perceptron") };
    let mut actor = mlp.initialise(3, 2, Key::from_seed(1));
    actor.parameters.fill(0.0);
    let from = Policy::Network { actor, outputs: Outputs::Logits, critic: None };
    learner.under(world, &Ask::default(), Some(from), Key::from_seed(1))
}

fn actor(training: &dyn Training) -> Network<f32> {
    let Policy::Network { actor, outputs: Outputs::Logits, .. } = training.policy() else {
        panic!("it is a network of logits")
    };
    actor
}

#[test]
fn an_update_is_that_worked_out_by_hand() {
    let mut training = begun(&table(json!({"epochs": 1}), 3), &Shown(vec![0, 1, 1]));
    training.update().unwrap();
    // Each action has probability 1/2, so that a slope is 1/2 - 1 or 1/2 - 0, over three rows;
    // [action, place].
    let sixth = 0.5 * (1.0f64 / 3.0) as f32;
    let expected = [sixth, -sixth, -sixth, -sixth, sixth, sixth];
    assert_eq!(actor(&training).parameters, expected);
    let loss = training.loss().unwrap();
    assert!((loss - std::f64::consts::LN_2).abs() < 1e-6, "ln 2 nats, not {loss}");
    assert!(training.is_over() && training.steps() == 3);
    let length = training.path_length().unwrap();
    assert!((length - 6f64.sqrt() / 6.0).abs() < 1e-6, "{length}");
}

#[test]
fn an_epoch_reads_every_step_once_in_an_order_that_is_shuffled_anew() {
    let mut under = begun(&table(json!({"epochs": 4}), 4), &Shown(vec![0; 30]));
    // 30 batches of 4 are 4 epochs of 30, whose ends do not fall on batches' ends.
    let taken: Vec<usize> = (0..30).flat_map(|_| under.next()).flatten().collect();
    let mut epochs: Vec<Vec<usize>> = taken.chunks(30).map(<[usize]>::to_vec).collect();
    assert_ne!(epochs[0], epochs[1], "shuffled anew");
    epochs.iter_mut().for_each(|epoch| epoch.sort());
    assert_eq!(epochs, vec![(0..30).collect::<Vec<usize>>(); 4]);
}

#[test]
fn a_checkpoint_of_other_demonstrations_is_refused() {
    let learner = table(json!({"epochs": 4}), 4);
    let saved = begun(&learner, &Shown(vec![0; 30])).save();
    assert_eq!(begun(&learner, &Shown(vec![1; 30])).restore(&saved), Ok(()), "as many steps");
    let refused = begun(&learner, &Shown(vec![0; 29])).restore(&saved).unwrap_err();
    assert_eq!(refused, "the checkpoint has no order of 29 steps or episodes");
    let taken = String::from_utf8(saved).unwrap().replace("\"taken\":30", "\"taken\":31");
    assert!(begun(&learner, &Shown(vec![0; 30])).restore(taken.as_bytes()).is_err());
}

#[test]
fn steps_count_demonstrated_steps_as_often_as_they_are_read() {
    let after = |read: serde_json::Value| {
        let mut training = begun(&table(read, 4), &Shown(vec![0; 6]));
        while !training.is_over() {
            training.update().unwrap();
        }
        training.steps()
    };
    assert_eq!(after(json!({"epochs": 2})), 12);
    assert_eq!(after(json!({"epochs": 3})), 20, "the first update that reaches 18");
    assert_eq!(after(json!({"steps": 9})), 12, "the first update that reaches 9");
}

#[test]
fn weight_decay_shrinks_what_demonstrations_do_not_hold() {
    let trained = |decay: f64| {
        let mut settings = table(json!({"steps": 3000}), 3);
        settings.optimiser =
            serde_json::from_value(json!({"adamw": {"weight_decay": decay}})).unwrap();
        let mut training = begun(&settings, &Shown(vec![0, 1, 1]));
        while !training.is_over() {
            training.update().unwrap();
        }
        actor(&training).parameters.iter().map(|p| f64::from(p * p)).sum::<f64>()
    };
    let [without, with] = [0.0, 1.0].map(trained);
    assert!(with < 0.9 * without, "squared length {with} with decay and {without} without");
}

#[test]
fn a_network_that_values_is_left_beside_the_policy_as_it_was() {
    let settings =
        json!({"episodes": 5, "read": {"epochs": 1}, "network": {"mlp": {"hidden": [4]}}});
    let learner = learner(settings);
    let PolicyNetwork::Mlp(mlp) = &learner.network else { panic!("it is a perceptron") };
    let critic = Some(mlp.initialise(4, 1, Key::from_seed(3)));
    let actor = mlp.initialise(4, 2, Key::from_seed(2));
    let from = Policy::Network { actor, outputs: Outputs::Logits, critic: critic.clone() };
    let mut training =
        learner.begin(&TwoStep, &Ask::default(), Some(from.clone()), Key::from_seed(1));
    assert_eq!(training.policy(), from, "training begins from what it is handed");
    training.update().unwrap();
    let Policy::Network { critic: after, .. } = training.policy() else { unreachable!() };
    assert_eq!(after, critic);
    assert_ne!(training.policy(), from);
}

#[test]
fn the_goal_of_the_demonstrator_is_the_one_that_is_learned() {
    let settings = json!({"episodes": 100, "read": {"epochs": 30}, "batch": 8,
        "network": {"mlp": {"hidden": [8]}}, "optimiser": {"adam": {"learning_rate": 0.01}}});
    let learner = learner(settings);
    for (goal, other) in [("gold", "silver"), ("silver", "gold")] {
        let ask = Ask { feedback: Some(goal.to_string()), ..Ask::default() };
        let mut training = learner.begin(&TwoStep, &ask, None, Key::from_seed(1));
        while !training.is_over() {
            training.update().unwrap();
        }
        let policy = training.policy();
        let [own, other] = [goal, other].map(|goal| value(&policy, goal));
        assert!(own > 0.9 && other < 0.1, "{own} of the goal shown, {other} of the other");
    }
}

#[test]
fn a_step_too_large_is_divergence_at_a_step() {
    let mut settings = table(json!({"steps": 1000}), 3);
    settings.optimiser = serde_json::from_value(json!({"sgd": {"learning_rate": 1e38}})).unwrap();
    let mut training = begun(&settings, &Shown(vec![0, 1, 1, 1, 0, 0]));
    let diverged = (0..300).find_map(|_| training.update().err()).expect("it diverges");
    assert!(diverged.cause.contains("a smaller learning rate may help"), "{diverged}");
}

#[test]
fn a_setting_out_of_range_is_named_with_its_range() {
    let right = table(json!({"epochs": 1}), 3);
    assert_eq!(right.check(&TwoStep::acting()), Ok(()));
    let with = |change: fn(&mut Imitation)| {
        let mut settings = right.clone();
        change(&mut settings);
        settings
    };
    let cases = [
        (with(|it| it.episodes = 0), "episodes", "1 to 1000000, not 0"),
        (with(|it| it.read = Length::Epochs(0)), "read", "epochs is a whole number from 1"),
        (with(|it| it.read = Length::Steps(0)), "read", "from 1 to 1000000000, not 0"),
        (with(|it| it.batch = 70_000), "batch", "1 to 65536, not 70000"),
    ];
    for (settings, field, range) in cases {
        let unfit = settings.check(&TwoStep::acting()).unwrap_err();
        assert_eq!(unfit.field, [field]);
        assert!(unfit.why.contains(range), "{field}: {unfit}");
    }
    let mut wide = TwoStep::acting();
    wide.space.width = 1 << 16;
    assert!(right.check(&wide).unwrap_err().why.contains("at most 65,536 cells and cues"));
}

/// Episodes of two to four steps, of which the first shows a bit and every other nothing; what is
/// done at each is that bit.
struct Recalled;

const RECALLED: Space = Space { channels: 1, height: 1, width: 2, cues: 1, actions: 2, horizon: 4 };

impl Situations for Recalled {
    fn space(&self) -> Space {
        RECALLED
    }

    fn environment(&self, _: &Ask, _: usize, _: Key) -> Box<dyn Environment> {
        unreachable!("who imitates does not act")
    }

    fn demonstrations(&self, _: &Ask, episodes: usize, key: Key) -> Demonstrations {
        let mut draws = key.draws();
        let mut shown = Demonstrations::default();
        for _ in 0..episodes {
            shown.starts.push(shown.actions.len());
            let bit = u8::from(draws.coin());
            let steps = 2 + draws.below(3) as usize;
            for step in 0..steps {
                let first = u8::from(step == 0);
                shown.observations.extend([first * (1 - bit), first * bit]);
                shown.cues.push(1);
                shown.actions.push(bit);
            }
        }
        shown
    }
}

/// The mean of -ln p of what was demonstrated, in nats, of a policy that acts through it.
fn loss_of_acting(policy: &Policy, shown: &Demonstrations) -> f64 {
    let mut memory = vec![0.0; policy.memory()];
    let mut sum = 0.0;
    for step in 0..shown.actions.len() {
        if shown.starts.contains(&step) {
            memory.fill(0.0);
        }
        let mut probabilities = [0.0; 2];
        let cells = &shown.observations[2 * step..][..2];
        policy.act(cells, &shown.cues[step..][..1], &mut memory, &mut probabilities);
        sum -= libm::log(f64::from(probabilities[usize::from(shown.actions[step])]));
    }
    sum / shown.actions.len() as f64
}

/// A learner that sees all of so many episodes at once.
fn of_episodes(episodes: usize, epochs: u64) -> Imitation {
    learner(json!({"episodes": episodes, "read": {"epochs": epochs}, "batch": episodes,
        "network": {"gru": {"hidden": 8}}, "optimiser": {"adam": {"learning_rate": 0.02}}}))
}

#[test]
fn the_loss_of_whole_episodes_is_that_of_acting_through_them() {
    let learner = of_episodes(70, 1);
    let mut training = learner.under(&Recalled, &Ask::default(), None, Key::from_seed(4));
    let before = training.policy();
    training.update().unwrap();
    let [shown, _, _] = Key::from_seed(4).split();
    let shown = Recalled.demonstrations(&Ask::default(), 70, shown);
    let (found, expected) = (training.loss().unwrap(), loss_of_acting(&before, &shown));
    assert!((found - expected).abs() < 1e-6, "{found}, and by acting {expected}");
    assert_eq!(training.steps() as usize, shown.actions.len(), "every step counts once");
    // The mutant: a policy that forgets at every step has another loss.
    let forgetful = Demonstrations { starts: (0..shown.actions.len()).collect(), ..shown };
    assert!((found - loss_of_acting(&before, &forgetful)).abs() > 1e-4);
}

#[test]
fn a_network_that_remembers_learns_what_must_be_remembered_and_another_cannot() {
    let trained = |settings: &Imitation| {
        let mut training = settings.under(&Recalled, &Ask::default(), None, Key::from_seed(4));
        while !training.is_over() {
            training.update().unwrap();
        }
        let fresh = Recalled.demonstrations(&Ask::default(), 500, Key::from_seed(5));
        loss_of_acting(&training.policy(), &fresh)
    };
    let recurrent = of_episodes(64, 150);
    let forgets = learner(json!({"episodes": 64, "read": {"epochs": 150}, "batch": 64,
        "network": {"mlp": {"hidden": [8]}}, "optimiser": {"adam": {"learning_rate": 0.02}}}));
    let (with, without) = (trained(&recurrent), trained(&forgets));
    // Said before: a perceptron errs by ln 2 on every step but the first, two of three on average,
    // that is by 0.46 nats at best; one that remembers by less than a tenth.
    assert!(with < 0.1 && without > 0.4, "{with} with memory and {without} without");
}
