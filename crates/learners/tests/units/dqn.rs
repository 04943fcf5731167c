//! Unit tests of `dqn`: updates worked out by hand on a script of steps.

use super::*;
use crate::small::{Scripted, Told, TwoStep};
use serde_json::json;

fn told(before: usize, reward: f32, end: End, after: usize) -> Told {
    Told { before, reward, end, after }
}

/// A learner without exploration whose network is a table of two places, which learns from its
/// last step alone, with numbers that binary fractions hold exactly.
fn table() -> Dqn {
    serde_json::from_value(json!({
        "steps": 100, "network": {"mlp": {"hidden": [], "biases": "none"}},
        "optimiser": {"sgd": {"learning_rate": 0.5}}, "copies": 1, "discount": 0.5,
        "buffer": 1, "warm_up": 1, "batch": 2, "train_every": 1, "target_every": 1000,
        "explore_first": 0.0, "explore_last": 0.0,
    }))
    .unwrap()
}

/// What actions are worth at two places after a script, from `[0, 1]` and `[2, 0.5]`.
fn after(learner: &Dqn, script: &[Told]) -> ([[f32; 2]; 2], f64) {
    let world = Scripted::new(2, 2, script.iter().map(|&told| vec![told]).collect());
    let mut training = begun(learner, &world);
    script.iter().for_each(|_| training.update().unwrap());
    let Policy::Network { actor, .. } = training.policy() else { panic!("it is a network") };
    let [a, b, c, d] = actor.parameters[..] else { panic!("weights are [action, place]") };
    ([[a, c], [b, d]], training.loss().unwrap())
}

fn begun(learner: &Dqn, world: &Scripted) -> Box<dyn Training> {
    let network = learner.fresh(2, 2, Key::from_seed(1));
    let actor = Network { parameters: vec![0.0, 2.0, 1.0, 0.5], ..network };
    let from = Policy::Network { actor, outputs: Outputs::Values, critic: None };
    learner.begin(world, &Ask::default(), Some(from), Key::from_seed(1))
}

#[test]
fn updates_are_those_worked_out_by_hand_and_the_target_network_lags_behind() {
    let script = [told(0, 1.0, End::Going, 1), told(0, 0.0, End::Going, 0)];
    let (values, loss) = after(&table(), &script[..1]);
    // 1 - (1 - (1 + 2 / 2)) / 2.
    assert_eq!((values, loss), ([[0.0, 1.5], [2.0, 0.5]], 0.5));
    // The target network still says 1 of the first place: 1.5 - (1.5 - 1 / 2) / 2.
    assert_eq!(after(&table(), &script).0[0], [0.0, 1.0]);
    // One copied after the first update says 1.5: 1.5 - (1.5 - 1.5 / 2) / 2.
    let prompt = Dqn { target_every: 1, ..table() };
    assert_eq!(after(&prompt, &script).0[0], [0.0, 1.125]);
}

#[test]
fn what_follows_a_time_out_is_valued_and_what_follows_an_end_is_not() {
    let one = |end: End| after(&table(), &[told(0, 1.0, end, 1)]).0[0][1];
    assert_eq!([End::Ended, End::TimedOut, End::Going].map(one), [1.0, 1.5, 1.5]);
}

#[test]
fn a_double_target_is_the_target_networks_value_of_the_networks_own_choice() {
    let one = |target: Target| {
        let learner = Dqn { target, loss: Distance::Squared, ..table() };
        // The first step leaves [-3.5, 0.5] at the second place, where the target network still
        // has [2, 0.5].
        let script = [told(1, -9.0, End::Ended, 1), told(0, 0.0, End::Going, 1)];
        let (values, _) = after(&learner, &script);
        assert_eq!(values[1], [-3.5, 0.5]);
        values[0][1]
    };
    assert_eq!(one(Target::Plain), 1.0, "1 - (1 - 2 / 2) / 2");
    assert_eq!(one(Target::Double), 0.625, "1 - (1 - 0.5 / 2) / 2");
}

#[test]
fn beyond_a_distance_of_one_a_huber_loss_grows_linearly_and_a_squared_one_does_not() {
    let one = |loss: Distance| after(&Dqn { loss, ..table() }, &[told(0, 5.0, End::Ended, 0)]);
    let (values, loss) = one(Distance::Huber);
    assert_eq!((values[0][1], loss), (1.5, 3.5), "an error of -4");
    let (values, loss) = one(Distance::Squared);
    assert_eq!((values[0][1], loss), (3.0, 8.0), "an error of -4");
    assert_eq!(Distance::Huber.of(1.0), Distance::Squared.of(1.0), "they meet at 1");
}

#[test]
fn an_update_follows_so_many_steps_and_none_the_warm_up() {
    let learner = Dqn { buffer: 100, warm_up: 7, train_every: 3, ..table() };
    let world = Scripted::new(2, 2, vec![vec![told(0, 1.0, End::Going, 1)]; 20]);
    let mut training = begun(&learner, &world);
    let moved: Vec<u64> = (0..20)
        .filter(|_| {
            let before = training.path_length();
            training.update().unwrap();
            training.path_length() != before
        })
        .map(|at| at + 1)
        .collect();
    assert_eq!(moved, [9, 12, 15, 18], "steps after which the network has moved");
}

#[test]
fn exploration_falls_linearly_in_its_share_of_training() {
    let learner =
        |explore_during| Dqn { explore_first: 1.0, explore_last: 0.5, explore_during, ..table() };
    let shares = |during| [0, 10, 20, 100].map(|steps| learner(during).explored(steps));
    assert_eq!(shares(0.2), [1.0, 0.75, 0.5, 0.5]);
    assert_eq!(shares(0.0), [0.5; 4], "it need not begin anywhere else");
}

#[test]
fn rewards_beyond_measure_are_divergence_at_a_step() {
    let script = vec![vec![told(0, f32::MAX, End::Ended, 0)]; 2];
    let learner = Dqn { loss: Distance::Squared, ..table() };
    let diverged = begun(&learner, &Scripted::new(2, 2, script)).update().unwrap_err();
    assert_eq!(diverged.step, 1);
    assert!(diverged.cause.contains("the loss is inf; a smaller"), "{diverged}");
}

#[test]
fn a_setting_out_of_range_is_named_with_its_range() {
    let right = table();
    assert_eq!(right.check(&TwoStep::acting()), Ok(()));
    let with = |change: fn(&mut Dqn)| {
        let mut settings = right.clone();
        change(&mut settings);
        settings
    };
    let cases = [
        (with(|it| it.steps = 0), "steps", "1 to 1,000,000,000"),
        (with(|it| it.copies = 5000), "copies", "1 to 4,096, not 5000"),
        (with(|it| it.buffer = 0), "buffer", "1 to 10,000,000"),
        (with(|it| it.batch = 0), "batch", "1 to 65,536"),
        (with(|it| it.train_every = 0), "train_every", "1 to 1,000,000"),
        (with(|it| it.target_every = 0), "target_every", "1 to 1,000,000"),
        (with(|it| it.warm_up = 2), "warm_up", "1 to 1, the steps of buffer, not 2"),
        (with(|it| it.discount = f64::NAN), "discount", "0 to 1"),
        (with(|it| it.explore_first = -0.1), "explore_first", "0 to 1"),
        (with(|it| it.explore_last = 2.0), "explore_last", "0 to 1"),
        (with(|it| it.explore_during = 2.0), "explore_during", "0 to 1"),
    ];
    for (settings, field, range) in cases {
        let unfit = settings.check(&TwoStep::acting()).unwrap_err();
        assert_eq!(unfit.field, [field]);
        assert!(unfit.why.contains(range), "{field}: {unfit}");
    }
    let mut wide = TwoStep::acting();
    wide.space.width = 1 << 16;
    let unfit = right.check(&wide).unwrap_err();
    assert!(unfit.why.contains("at most 65,536 cells and cues"), "{unfit}");
}
