//! Unit tests of `reinforce`: within its module, so that they see what it keeps to itself.

use super::*;
use crate::acting_laws::{
    assert_diverges, assert_goes_on, assert_learns, assert_learns_nothing, assert_reproduces,
    assert_resumes, gru, mlp, networks_of, nudged, outputs_of,
};
use crate::two_steps::TwoSteps;
use mesascope_nets::{AnyNetwork, Real};

fn remembering(baseline: Baseline) -> Reinforce {
    Reinforce { network: gru(16), ..small(baseline) }
}

fn small(baseline: Baseline) -> Reinforce {
    Reinforce {
        copies: 32,
        network: mlp(&[16]),
        learning_rate: 0.01,
        baseline,
        ..Reinforce::with_steps(32 * 2 * 200)
    }
}

const EVERY: [Baseline; 3] = [Baseline::None, Baseline::Mean, Baseline::Value];

#[test]
fn it_learns_to_do_what_both_steps_show_with_any_baseline() {
    // Said before it was run: at least 0.9, where acting at random is worth 0.25 and the optimum
    // 1, by enumeration.
    EVERY.into_iter().for_each(|baseline| assert_learns(&small(baseline), TwoSteps::Seen, 0.9));
}

#[test]
fn with_memory_it_learns_to_do_what_the_first_step_showed() {
    // Said before it was run: at least 0.9, where without memory at most 0.5 can be had.
    let settings = Reinforce { steps: 32 * 2 * 400, ..remembering(Baseline::Mean) };
    assert_learns(&settings, TwoSteps::Remembered, 0.9);
}

#[test]
fn a_learning_rate_of_0_learns_nothing() {
    let settings = |baseline| Reinforce { learning_rate: 0.0, ..small(baseline) };
    EVERY.into_iter().for_each(|baseline| assert_learns_nothing(&settings(baseline)));
}

#[test]
fn the_same_key_trains_the_same_policy_to_the_last_bit() {
    assert_reproduces(&Reinforce { steps: 2048, ..small(Baseline::Value) });
    assert_reproduces(&Reinforce { steps: 2048, ..remembering(Baseline::Value) });
}

#[test]
fn training_that_was_stored_goes_on_with_the_same_bits() {
    for baseline in EVERY {
        assert_resumes(&small(baseline), TwoSteps::Seen);
        assert_resumes(&remembering(baseline), TwoSteps::Remembered);
    }
}

#[test]
fn training_goes_on_from_a_policy_it_is_handed() {
    assert_goes_on(&Reinforce { steps: 2048, ..small(Baseline::Value) });
    assert_goes_on(&Reinforce { steps: 2048, ..remembering(Baseline::Value) });
}

#[test]
fn a_policy_that_is_not_finite_has_diverged() {
    assert_diverges(&small(Baseline::Mean));
    assert_diverges(&remembering(Baseline::Mean));
}

#[test]
fn a_baseline_is_the_mean_of_the_others_that_still_act() {
    // Of three copies the second acts for one step alone, and the first for two.
    let there = [true, true, true, true, false, true, false, false, true];
    let mut episodes = Episodes {
        shown: there.map(|there| there.then_some(0)).to_vec(),
        done: vec![0; 9],
        returns: vec![1.0, 2.0, 6.0, 5.0, 0.0, 7.0, 0.0, 0.0, 4.0],
        ..Episodes::new(&*TwoSteps::Seen.environment(&Ask::default(), 3, Key::from_seed(1)))
    };
    episodes.list();
    assert_eq!(
        (&episodes.taken[..], &episodes.lengths[..]),
        (&[0, 3, 1, 2, 5, 8][..], &[2, 1, 3][..])
    );
    episodes.mean_of_others();
    assert_eq!(episodes.baselines, [4.0, 7.0, 3.5, 1.5, 5.0, 0.0]);
}

#[test]
fn the_gradient_is_the_finite_differences_of_the_loss() {
    for (baseline, network) in
        EVERY.into_iter().flat_map(|baseline| [(baseline, mlp(&[3])), (baseline, gru(3))])
    {
        let settings = Reinforce {
            copies: 8,
            network,
            first_logits: 1.0,
            entropy_bonus_nats: 0.1,
            ..small(baseline)
        };
        let (world, ask) = (TwoSteps::Seen, Ask::default());
        let mut under = settings.under(&world, &ask, None, Key::from_seed(31));
        let Under { environment, draws, learned, softmax, episodes, .. } = &mut under;
        episodes.gather(&mut **environment, learned, softmax, draws);
        assert_eq!(episodes.taken.len(), 16, "two steps of eight copies");
        under.lead();
        let networks = networks_of(&under.policy());
        let Episodes { seen, taken, lengths, rows, actions, returns, baselines, .. } =
            &under.episodes;
        let sequences: Vec<Sequence> =
            lengths.iter().map(|&length| Sequence { before: &[], length }).collect();
        let batch = Batch { seen: seen.rows(), rows, sequences: &sequences };
        let policy_loss = |actor: &AnyNetwork<f64>| {
            let mut sum = 0.0;
            for (row, logits) in outputs_of(actor, &batch).chunks(2).enumerate() {
                let powers: f64 = logits.iter().map(|&logit| Real::exp(logit)).sum();
                let logarithm = |action: usize| logits[action] - Real::ln(powers);
                let entropy: f64 = (0..2).map(|a| -Real::exp(logarithm(a)) * logarithm(a)).sum();
                let advantage = f64::from(returns[taken[row]]) - f64::from(baselines[row]);
                sum -= advantage * logarithm(usize::from(actions[row])) + 0.1 * entropy;
            }
            sum / 8.0
        };
        let value_loss = |critic: &AnyNetwork<f64>| {
            let values = outputs_of(critic, &batch).into_iter().zip(taken);
            let error = |(value, &at): (f64, &usize)| (value - f64::from(returns[at])).powi(2);
            values.map(error).sum::<f64>() / 32.0
        };
        type LossOf<'a> = &'a dyn Fn(&AnyNetwork<f64>) -> f64;
        let losses: [LossOf; 2] = [&policy_loss, &value_loss];
        let mut slopes = under.learned.gradient().iter();
        for (network, loss) in networks.iter().zip(losses) {
            for at in 0..network.parameters.len() {
                let moved = |by| loss(&nudged(network, at, by));
                let difference = (moved(1e-6) - moved(-1e-6)) / 2e-6;
                let slope = *slopes.next().expect("a slope for every parameter");
                let error = (f64::from(slope) - difference).abs();
                assert!(error < 2e-5, "parameter {at}: slope {slope}, difference {difference}");
            }
        }
        assert_eq!(slopes.len(), 0, "no slope is left");
    }
}

#[test]
fn a_wrong_setting_is_named_with_its_range() {
    let (situations, feedback) = (vec!["train".to_string()], vec!["reward".to_string()]);
    let acting = Acting { space: TwoSteps::Seen.space(), situations, feedback };
    let refused = |settings: Reinforce, field: &str, range: &str| {
        let unfit = settings.check(&acting).unwrap_err();
        assert_eq!(unfit.field, [field]);
        assert!(unfit.why.contains(range), "{unfit}");
    };
    let settings = || small(Baseline::Mean);
    refused(Reinforce { copies: 9999, ..settings() }, "copies", "from 1 to 4096, not 9999");
    refused(Reinforce { discount: -0.1, ..settings() }, "discount", "from 0 to 1, not -0.1");
    let gradient_clip = Some(0.0);
    refused(Reinforce { gradient_clip, ..settings() }, "gradient_clip", "above 0");
}
