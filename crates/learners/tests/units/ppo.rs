//! Unit tests of `ppo`: within its module, so that they see what it keeps to itself.

use super::*;
use crate::acting_laws::{
    assert_diverges, assert_goes_on, assert_learns, assert_learns_nothing, assert_reproduces,
    assert_resumes, gru, mlp, networks_of, nudged, outputs_of,
};
use crate::two_steps::TwoSteps;
use mesascope_nets::{AnyNetwork, Mlp, Real};

fn remembering() -> Ppo {
    Ppo { network: gru(16), ..small(&[]) }
}

fn small(hidden: &[i64]) -> Ppo {
    Ppo {
        copies: 32,
        rollout: 8,
        network: mlp(hidden),
        learning_rate: 0.01,
        ..Ppo::with_steps(32 * 8 * 60)
    }
}

#[test]
fn it_learns_to_do_what_both_steps_show() {
    // Said before it was run: at least 0.9, where acting at random is worth 0.25 and the optimum
    // 1, by enumeration. The entropy bonus keeps it below 1.
    assert_learns(&small(&[16]), TwoSteps::Seen, 0.9);
}

#[test]
fn it_learns_with_values_clipped_and_time_outs_as_ends() {
    let value_clip = Some(0.2);
    let settings = Ppo { value_clip, bootstrap_at_time_out: false, ..small(&[16]) };
    assert_learns(&settings, TwoSteps::Seen, 0.9);
}

#[test]
fn without_memory_what_must_be_remembered_stays_at_chance() {
    let policy = crate::acting_laws::trained(&small(&[16]), TwoSteps::Remembered, 7);
    // Exact: the second step shows nothing, so that no policy of what is shown has more or less.
    let value = TwoSteps::Remembered.value(&policy);
    assert!((value - 0.5).abs() < 1e-6, "{value}");
}

#[test]
fn with_memory_it_learns_to_do_what_the_first_step_showed() {
    // Said before it was run: at least 0.9, where without memory at most 0.5 can be had.
    let settings = Ppo { steps: 32 * 8 * 120, ..remembering() };
    assert_learns(&settings, TwoSteps::Remembered, 0.9);
}

#[test]
fn a_learning_rate_of_0_learns_nothing() {
    for settings in [small(&[16]), remembering()] {
        assert_learns_nothing(&Ppo { learning_rate: 0.0, steps: 2048, ..settings });
    }
}

#[test]
fn the_same_key_trains_the_same_policy_to_the_last_bit() {
    assert_reproduces(&Ppo { steps: 2048, ..small(&[16]) });
    assert_reproduces(&Ppo { steps: 2048, ..remembering() });
}

#[test]
fn training_that_was_stored_goes_on_with_the_same_bits() {
    assert_resumes(&small(&[16, 8]), TwoSteps::Seen);
    // An odd rollout leaves copies in the middle of their episodes.
    assert_resumes(&Ppo { rollout: 7, ..small(&[16]) }, TwoSteps::Endless);
    assert_resumes(&Ppo { rollout: 7, ..remembering() }, TwoSteps::Endless);
}

#[test]
fn training_goes_on_from_a_policy_it_is_handed() {
    assert_goes_on(&Ppo { steps: 2048, ..small(&[16]) });
    assert_goes_on(&Ppo { steps: 2048, ..remembering() });
}

#[test]
fn a_policy_that_is_not_finite_has_diverged() {
    assert_diverges(&small(&[16]));
    assert_diverges(&remembering());
}

/// What a policy's value network expects at the beginning of an episode that always gives 1 a
/// step and runs out of steps after the second.
fn expected_of_endless(bootstrap_at_time_out: bool) -> f32 {
    let settings = Ppo { discount: 0.5, bootstrap_at_time_out, ..small(&[16]) };
    let policy = crate::acting_laws::trained(&settings, TwoSteps::Endless, 7);
    let Policy::Network { critic: Some(critic), .. } = policy else {
        panic!("there is a network that values")
    };
    critic.logits(&[1.0, 0.0, 1.0, 0.0], 1)[0]
}

#[test]
fn a_time_out_is_valued_or_counts_as_an_end_as_is_asked() {
    // 1 + 0.5 + 0.25 and so on is 2, and 1 + 0.5 is 1.5; resolution 0.1, said before.
    let [goes_on, ends] = [true, false].map(expected_of_endless);
    assert!((goes_on - 2.0).abs() < 0.1, "{goes_on}");
    assert!((ends - 1.5).abs() < 0.1, "{ends}");
}

/// Training that has gathered a second rollout and taken it as one part, with another policy than
/// the one that acted.
fn gathered(settings: &Ppo, world: TwoSteps) -> Under {
    let mut under = settings.under(&world, &Ask::default(), None, Key::from_seed(23));
    under.update().unwrap();
    under.gather();
    // Ratios and values move away from what they were, some beyond their clips.
    let mut draws = Key::from_seed(29).draws();
    let shift = |value: &mut f32| *value += (draws.uniform() - 0.5) as f32;
    let Rollout { logarithms, values, .. } = &mut under.rollout;
    logarithms.iter_mut().chain(values).for_each(shift);
    let (by, count) = match settings.network.remembers() {
        false => (By::Step, under.rollout.rows.len()),
        true => (By::Segment, under.rollout.segments.len()),
    };
    let all: Vec<u32> = (0..count as u32).collect();
    under.part.fill(&under.rollout, &under.advantages, by, &all);
    under
}

/// The loss by its definition in double precision.
fn loss(under: &Under, [actor, critic]: [&AnyNetwork<f64>; 2]) -> f64 {
    let Part { rows, actions, logarithms, advantages, values, targets, .. } = &under.part;
    let Ppo { clip, value_clip, entropy_bonus_nats, value_coefficient, .. } = under.settings;
    let sequences: Vec<Sequence> =
        under.part.segments.iter().map(|&segment| under.rollout.sequence(segment)).collect();
    let batch = Batch { seen: under.rollout.seen.rows(), rows, sequences: &sequences };
    let (logits, expected) = (outputs_of(actor, &batch), outputs_of(critic, &batch));
    let mut sum = 0.0;
    for (row, (logits, &value)) in logits.chunks(2).zip(&expected).enumerate() {
        let powers: f64 = logits.iter().map(|&logit| Real::exp(logit)).sum();
        let logarithm = |action: usize| logits[action] - Real::ln(powers);
        let entropy: f64 = (0..logits.len()).map(|a| -Real::exp(logarithm(a)) * logarithm(a)).sum();
        let ratio = logarithm(usize::from(actions[row])) - f64::from(logarithms[row]);
        let (ratio, advantage) = (Real::exp(ratio), f64::from(advantages[row]));
        let clipped = ratio.clamp(1.0 - clip, 1.0 + clip) * advantage;
        let [before, target] = [values[row], targets[row]].map(f64::from);
        let mut error = 0.5 * (value - target).powi(2);
        if let Some(clip) = value_clip {
            let near = before + (value - before).clamp(-clip, clip);
            error = error.max(0.5 * (near - target).powi(2));
        }
        sum += -(ratio * advantage).min(clipped) - entropy_bonus_nats * entropy
            + value_coefficient * error;
    }
    sum / rows.len() as f64
}

#[test]
fn the_gradient_of_both_networks_is_the_finite_differences_of_the_loss() {
    for (value_clip, network) in [(None, mlp(&[3])), (Some(0.1), mlp(&[3])), (None, gru(3))] {
        // Five steps leave every copy in the middle of an episode.
        let settings = Ppo { rollout: 5, copies: 8, value_clip, network, ..small(&[3]) };
        let settings = Ppo { entropy_bonus_nats: 0.1, first_logits: 1.0, ..settings };
        let mut under = gathered(&settings, TwoSteps::Seen);
        let found = under.lead();
        let networks = networks_of(&under.policy());
        let [actor, critic] = [&networks[0], &networks[1]];
        let whole = loss(&under, [actor, critic]);
        assert!((found - whole).abs() < 1e-5, "loss {found}, by its definition {whole}");
        let gradient = under.learned.gradient().to_vec();
        assert!(gradient.iter().any(|slope| slope.abs() > 1e-2), "there is a slope");
        for (at, &slope) in gradient.iter().enumerate() {
            let moved = |by: f64| match at.checked_sub(actor.parameters.len()) {
                None => loss(&under, [&nudged(actor, at, by), critic]),
                Some(at) => loss(&under, [actor, &nudged(critic, at, by)]),
            };
            let difference = (moved(1e-6) - moved(-1e-6)) / 2e-6;
            let error = (f64::from(slope) - difference).abs();
            assert!(error < 2e-5, "parameter {at}: slope {slope}, difference {difference}");
        }
    }
}

#[test]
fn what_was_done_is_as_likely_in_the_first_pass_as_it_was_when_it_was_done() {
    // So a network that remembers reads stretches of episodes as it read them while acting, those
    // too that began in an earlier rollout.
    let settings = Ppo { rollout: 5, copies: 8, network: gru(4), ..small(&[3]) };
    let mut under = settings.under(&TwoSteps::Seen, &Ask::default(), None, Key::from_seed(37));
    under.update().unwrap();
    under.gather();
    let before = under.rollout.segments.iter();
    let before = before.filter(|&&segment| !under.rollout.sequence(segment).before.is_empty());
    assert_eq!(before.count(), 8, "every copy is in the middle of an episode");
    let all: Vec<u32> = (0..under.rollout.segments.len() as u32).collect();
    under.part.fill(&under.rollout, &under.advantages, By::Segment, &all);
    let Under { part, rollout, learned, .. } = &mut under;
    let sequences: Vec<Sequence> =
        part.segments.iter().map(|&segment| rollout.sequence(segment)).collect();
    let batch = Batch { seen: rollout.seen.rows(), rows: &part.rows, sequences: &sequences };
    let mut softmax = Softmax::default();
    learned.lead_actor(batch, |of, logits, _| {
        softmax.of(logits, 2);
        for (row, logarithms) in of.zip(softmax.logarithms.chunks(2)) {
            let now = logarithms[usize::from(part.actions[row])];
            let off = (now - part.logarithms[row]).abs();
            assert!(off < 1e-5, "row {row}: {now} and {}", part.logarithms[row]);
        }
    });
    learned.lead_critic(batch, |of, values, _| {
        for (row, now) in of.zip(values) {
            assert!((now - part.values[row]).abs() < 1e-5, "row {row}");
        }
    });
}

#[test]
fn a_wrong_setting_is_named_with_its_range() {
    let (situations, feedback) = (vec!["train".to_string()], vec!["reward".to_string()]);
    let acting = Acting { space: TwoSteps::Seen.space(), situations, feedback };
    let refused = |settings: Ppo, field: &str, range: &str| {
        let unfit = settings.check(&acting).unwrap_err();
        assert_eq!(unfit.field, [field]);
        assert!(unfit.why.contains(range), "{unfit}");
    };
    refused(Ppo { steps: 0, ..small(&[4]) }, "steps", "from 1 to 100000000000, not 0");
    refused(Ppo { copies: 0, ..small(&[4]) }, "copies", "from 1 to 4096, not 0");
    refused(Ppo { minibatches: 257, ..small(&[4]) }, "minibatches", "from 1 to 256, not 257");
    refused(Ppo { discount: 1.5, ..small(&[4]) }, "discount", "from 0 to 1, not 1.5");
    refused(Ppo { clip: 0.0, ..small(&[4]) }, "clip", "above 0");
    refused(Ppo { gradient_clip: -1.0, ..small(&[4]) }, "gradient_clip", "above 0");
    let nan = f64::NAN;
    refused(Ppo { learning_rate: nan, ..small(&[4]) }, "learning_rate", "from 0 to 1, not NaN");
}

#[test]
fn settings_are_read_with_their_defaults_and_unknown_ones_are_refused() {
    let read = |json: &str| serde_json::from_str::<Ppo>(json).map_err(|e| e.to_string());
    assert_eq!(read(r#"{"steps": 1000}"#), Ok(Ppo::with_steps(1000)));
    let settings = read(r#"{"steps": 9, "network": {"mlp": {"hidden": [8]}}}"#).unwrap();
    assert_eq!(settings.network, PolicyNetwork::Mlp(Mlp::with_hidden(&[8]).unwrap()));
    assert!(read(r#"{"steps": 9, "epoch": 3}"#).unwrap_err().contains("unknown field `epoch`"));
}
