//! What every learner that acts by a trained network must keep, checked on worlds whose optimum is
//! known.

use mesascope_nets::{AnyNetwork, GruShape, Mlp, Shape};
use mesascope_stats::Key;
use mesascope_tasks::{Acting, Ask, Situations};

use crate::acting::{LearnsByActing, Training, drive};
use crate::head::Batch;
use crate::policy::Policy;
use crate::policy_network::{PolicyGru, PolicyNetwork};
use crate::two_steps::TwoSteps;

fn begin(
    learner: &dyn LearnsByActing,
    world: TwoSteps,
    from: Option<Policy>,
    seed: u64,
) -> Box<dyn Training> {
    let (situations, feedback) = (vec!["train".to_string()], vec!["reward".to_string()]);
    let acting = Acting { space: world.space(), situations, feedback };
    assert_eq!(learner.check(&acting), Ok(()), "the settings are right");
    learner.begin(&world, &Ask::default(), from, Key::from_seed(seed))
}

/// The policy that training comes to.
pub(crate) fn trained(learner: &dyn LearnsByActing, world: TwoSteps, seed: u64) -> Policy {
    let mut training = begin(learner, world, None, seed);
    drive(&mut *training, None).unwrap();
    training.policy()
}

/// The bits of every number of a policy.
pub(crate) fn bits(policy: &Policy) -> Vec<u8> {
    policy.parts().into_iter().flat_map(|(_, _, bytes)| bytes).collect()
}

/// A policy trained in this world is worth at least so much, by enumeration, and a fresh one does
/// not reach it.
pub(crate) fn assert_learns(learner: &dyn LearnsByActing, world: TwoSteps, least: f64) {
    let fresh = world.value(&begin(learner, world, None, 7).policy());
    assert!(fresh < least, "a fresh policy is worth {fresh}: the threshold {least} says nothing");
    let value = world.value(&trained(learner, world, 7));
    assert!(value >= least, "worth {value}, and at least {least} was said before");
}

/// With a learning rate of 0 no bit of the policy moves, and its path has no length.
pub(crate) fn assert_learns_nothing(learner: &dyn LearnsByActing) {
    let mut training = begin(learner, TwoSteps::Seen, None, 3);
    let fresh = training.policy();
    drive(&mut *training, None).unwrap();
    assert!(training.is_over() && training.loss().is_some(), "it was trained");
    assert_eq!(bits(&training.policy()), bits(&fresh), "learning rate 0 learns nothing");
    assert_eq!(training.path_length(), Some(0.0));
}

/// The same key comes to the same bits, and another key to others.
pub(crate) fn assert_reproduces(learner: &dyn LearnsByActing) {
    let of = |seed| bits(&trained(learner, TwoSteps::Seen, seed));
    assert_eq!(of(5), of(5), "the same key");
    assert_ne!(of(5), of(6), "another key");
}

/// Three updates, stored, and three more are six updates, to the last bit of policy, environment and
/// counters.
pub(crate) fn assert_resumes(learner: &dyn LearnsByActing, world: TwoSteps) {
    let updates = |training: &mut dyn Training, count: usize| {
        (0..count).for_each(|_| training.update().unwrap());
    };
    let mut whole = begin(learner, world, None, 11);
    updates(&mut *whole, 6);
    let mut first = begin(learner, world, None, 11);
    let fresh = bits(&first.policy());
    updates(&mut *first, 3);
    let saved = first.save();
    let mut second = begin(learner, world, None, 11);
    second.restore(&saved).unwrap();
    assert_eq!(bits(&second.policy()), bits(&first.policy()), "restored");
    assert_ne!(bits(&second.policy()), fresh, "something was learned before");
    updates(&mut *second, 3);
    assert_eq!(bits(&second.policy()), bits(&whole.policy()), "policies");
    assert_eq!(second.save(), whole.save(), "environment, optimiser, draws and counters");
    assert_eq!((second.steps(), second.loss()), (whole.steps(), whole.loss()));
    assert!(second.restore(b"no such thing").is_err(), "what is none is refused");
}

/// Training goes on from a policy that it is handed: its bits before the first update are those.
pub(crate) fn assert_goes_on(learner: &dyn LearnsByActing) {
    let before = trained(learner, TwoSteps::Seen, 13);
    let on = begin(learner, TwoSteps::Seen, Some(before.clone()), 14);
    assert_eq!(bits(&on.policy()), bits(&before));
}

/// Training that leaves the finite numbers says so, and when.
pub(crate) fn assert_diverges(learner: &dyn LearnsByActing) {
    let begun = begin(learner, TwoSteps::Seen, None, 17).policy();
    let broken = match begun {
        Policy::Network { mut actor, outputs, critic } => {
            *actor.parameters.last_mut().expect("it has parameters") = f32::INFINITY;
            Policy::Network { actor, outputs, critic }
        }
        Policy::Recurrent { mut actor, critic } => {
            *actor.parameters.last_mut().expect("it has parameters") = f32::INFINITY;
            Policy::Recurrent { actor, critic }
        }
        Policy::Table { .. } => panic!("a network is trained"),
    };
    let mut training = begin(learner, TwoSteps::Seen, Some(broken), 17);
    let diverged = training.update().unwrap_err();
    assert!(diverged.step > 0, "{diverged}");
    assert!(diverged.cause.contains("not finite"), "{diverged}");
}

/// A perceptron of these hidden layers.
pub(crate) fn mlp(hidden: &[i64]) -> PolicyNetwork {
    PolicyNetwork::Mlp(Mlp::with_hidden(hidden).unwrap())
}

/// A gated recurrent unit of so many hidden units.
pub(crate) fn gru(hidden: i64) -> PolicyNetwork {
    PolicyNetwork::Gru(PolicyGru::with_hidden(hidden).unwrap())
}

/// The networks of a policy in double precision, the actor first.
pub(crate) fn networks_of(policy: &Policy) -> Vec<AnyNetwork<f64>> {
    let networks = match policy.clone() {
        Policy::Network { actor, critic, .. } => {
            [Some(actor), critic].map(|network| network.map(AnyNetwork::from))
        }
        Policy::Recurrent { actor, critic } => {
            [Some(actor), critic].map(|network| network.map(|network| network.network(1)))
        }
        Policy::Table { .. } => panic!("a network is trained"),
    };
    networks.into_iter().flatten().map(|network| network.cast()).collect()
}

/// The network with one parameter moved.
pub(crate) fn nudged(network: &AnyNetwork<f64>, at: usize, by: f64) -> AnyNetwork<f64> {
    let mut network = network.clone();
    network.parameters[at] += by;
    network
}

/// Outputs of a batch's rows, `[row, output]`, by the plain passes on numbers.
pub(crate) fn outputs_of(network: &AnyNetwork<f64>, batch: &Batch) -> Vec<f64> {
    let inputs = |rows: &[u32]| {
        let width = batch.seen.inputs();
        let mut inputs = vec![0.0; rows.len() * width];
        for (row, inputs) in rows.iter().zip(inputs.chunks_mut(width)) {
            let (base, own) = batch.seen.row(*row as usize);
            let ones = own.iter().chain(batch.seen.ones_of(base));
            ones.for_each(|&one| inputs[usize::from(one)] = 1.0);
        }
        inputs
    };
    let Shape::Gru(gru) = network.shape else {
        return network.logits(&inputs(batch.rows), batch.rows.len());
    };
    let mut from = 0;
    let mut outputs = Vec::new();
    for sequence in batch.sequences {
        let own = &batch.rows[from..from + sequence.length];
        from += sequence.length;
        let rows = [sequence.before, own].concat();
        let shape = Shape::Gru(GruShape { steps: rows.len(), ..gru });
        let network = AnyNetwork { shape, parameters: network.parameters.clone() };
        let all = network.logits(&inputs(&rows), 1);
        outputs.extend_from_slice(&all[sequence.before.len() * gru.outputs..]);
    }
    outputs
}
