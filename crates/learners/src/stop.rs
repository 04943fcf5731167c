//! When training ends, and the normalised loss by which agents of different learners are compared.

use mesascope_nets::{Activation, Found, Loss, Network, NonNegative, Positive};
use mesascope_stats::Key;
use mesascope_tasks::{Labelled, Layout};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Diverged, Trained, Unfit, shows_rows};

/// Moves when the same networks come to be stopped, or normalised, otherwise.
pub const NUMERICS: u32 = 1;

/// When training ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stop {
    /// At the first step at which every shown row has its label.
    #[default]
    FirstFit,
    /// At the first step at which the mean loss, in nats a row, is at most this (above 0).
    Loss(Positive),
    /// `{ normalised-loss = { above = 0.3, at_most = 0.35 } }`: at the first step at which every
    /// shown row has its label and the normalised loss is at most `at_most`. It is fitted where the
    /// normalised loss is then above `above` too.
    NormalisedLoss(LossBin),
    /// After `max_steps` updates and not before. It is fitted where every shown row then has its
    /// label.
    AfterMaxSteps,
}

/// A range of normalised losses, in nats a row.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LossBin {
    /// The end that is left out, at least 0. No default.
    pub above: NonNegative,
    /// The end that is part of it, above `above`. No default.
    pub at_most: Positive,
}

impl LossBin {
    /// Whether a loss lies in it.
    pub fn holds(&self, loss: f64) -> bool {
        loss > self.above.get() && loss <= self.at_most.get()
    }
}

impl Stop {
    /// Whether training ends here, and if so, whether the agent counts as fitted. `last` is whether
    /// no step is left; the network is asked for only where the rule looks at it.
    pub(crate) fn look(
        &self,
        found: Found,
        task: &Labelled,
        last: bool,
        network: impl FnOnce() -> Network<f32>,
    ) -> Option<bool> {
        let fits = found.correct == task.rows();
        let fitted = match self {
            Stop::FirstFit => fits.then_some(true),
            Stop::Loss(enough) => (f64::from(found.loss) <= enough.get()).then_some(true),
            Stop::NormalisedLoss(bin) if fits => match normalised_loss(&network(), task) {
                Ok(loss) if loss <= bin.at_most.get() => Some(bin.holds(loss)),
                _ => None,
            },
            Stop::NormalisedLoss(_) => None,
            Stop::AfterMaxSteps => return last.then_some(fits),
        };
        fitted.or(last.then_some(false))
    }

    /// Words for the scope of a study: training goes on "to the first fit".
    pub(crate) fn words(&self) -> String {
        match self {
            Stop::FirstFit => "to the first fit".to_string(),
            Stop::Loss(loss) => format!("to a loss of {}", loss.get()),
            Stop::NormalisedLoss(bin) => {
                format!("to a normalised loss of {} to {}", bin.above.get(), bin.at_most.get())
            }
            Stop::AfterMaxSteps => "for all of its steps".to_string(),
        }
    }

    /// The first thing wrong with it for networks with this activation.
    pub(crate) fn check(&self, layout: &Layout, activation: Activation) -> Result<(), Unfit> {
        shows_rows(layout)?;
        let Stop::NormalisedLoss(bin) = self else { return Ok(()) };
        let wrong = |why: String| Err(Unfit { field: vec!["stop", "normalised-loss"], why });
        if activation != Activation::Relu {
            return wrong(NOT_HOMOGENEOUS.to_string());
        }
        match bin.above.get() < bin.at_most.get() {
            true => Ok(()),
            false => wrong(format!(
                "a bin runs from `above` to a larger `at_most`, not from {} to {}",
                bin.above.get(),
                bin.at_most.get()
            )),
        }
    }
}

/// Fresh networks that training may begin from, 1 to 1,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "i64", into = "i64")]
pub struct Starts(#[schemars(range(min = 1, max = 1_000))] i64);

impl Default for Starts {
    fn default() -> Starts {
        Starts(1)
    }
}

impl TryFrom<i64> for Starts {
    type Error = String;
    fn try_from(starts: i64) -> Result<Starts, String> {
        match starts {
            1..=1_000 => Ok(Starts(starts)),
            _ => Err(format!("starts is a whole number from 1 to 1,000, not {starts}")),
        }
    }
}

impl From<Starts> for i64 {
    fn from(starts: Starts) -> i64 {
        starts.0
    }
}

impl Starts {
    /// The number.
    pub fn get(self) -> u64 {
        self.0 as u64
    }

    pub(crate) fn is_default(&self) -> bool {
        *self == Starts::default()
    }

    /// Trains from one fresh network after another until one ends fitted. What the last one comes to
    /// is the outcome where none does; its steps are its own, not those of all.
    pub(crate) fn train(
        self,
        mut key: Key,
        once: impl Fn(Key) -> Result<Trained, Diverged>,
    ) -> Result<Trained, Diverged> {
        for _ in 1..self.0 {
            let [now, next] = key.split();
            if let Ok(trained) = once(now)
                && trained.fitted
            {
                return Ok(trained);
            }
            key = next;
        }
        once(key)
    }
}

const NOT_HOMOGENEOUS: &str = "a normalised loss needs relu units, whose outputs grow in proportion \
                               to the weights below them; a network with tanh units has none";

/// The mean logistic loss on the shown rows, in nats a row, of the network with each layer's weights
/// divided by their Frobenius norm, and each bias by the norms up to its layer: of logits divided by
/// the product of all norms. It is ln 2 where the network says nothing, and does not change when
/// relu layers are scaled against each other or the whole network is.
///
/// `forward_normalize` of Chiang et al. 2023 (Ping-C/optimizer, `utils.py`), which bins networks by
/// it (`train_distributed.py`). Theirs has two logits and a softmax; here the one logit stands where
/// their difference does, and the norm of its weights where that of both logits' weights does.
pub fn normalised_loss(network: &Network<f32>, task: &Labelled) -> Result<f64, String> {
    if network.activation != Activation::Relu && network.sizes.len() > 2 {
        return Err(NOT_HOMOGENEOUS.to_string());
    }
    let norm = |weights: &[f32]| {
        weights.iter().map(|&weight| f64::from(weight) * f64::from(weight)).sum::<f64>().sqrt()
    };
    let norms = network.layers().map(|layer| norm(&network.parameters[layer.weights]));
    let product: f64 = norms.product();
    if !(product.is_finite() && product > 0.0) {
        return Err(format!("the norms of the layers' weights multiply to {product}"));
    }
    let logits = network.logits(&task.inputs, task.rows());
    let logits: Vec<f32> =
        logits.into_iter().map(|logit| (f64::from(logit) / product) as f32).collect();
    let loss = f64::from(Loss::Logistic.losses(&logits, &task.labels).mean);
    match loss.is_finite() {
        true => Ok(loss),
        false => Err(format!("the normalised loss is {loss}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesascope_nets::{Biases, Mlp};

    fn task() -> Labelled {
        Labelled::new(vec![0.5, -1.0, 2.0, 0.0, -0.5, 0.25], 2, vec![1, 0, 1]).of_numbers()
    }

    #[test]
    fn a_linear_network_by_hand_has_the_normalised_loss_of_its_unit_vector() {
        let (activation, biases) = (Activation::Relu, Biases::Trained);
        let network =
            Network { sizes: vec![2, 1], activation, biases, parameters: vec![3.0, -4.0, 10.0] };
        // Weights of norm 5: logits (1.5 + 4 + 10) / 5, (6 + 10) / 5 and (-1.5 - 1 + 10) / 5.
        let loss = |logit: f64, label: f64| ((1.0 - 2.0 * label) * logit).exp().ln_1p();
        let right = (loss(3.1, 1.0) + loss(3.2, 0.0) + loss(1.5, 1.0)) / 3.0;
        let ours = normalised_loss(&network, &task()).unwrap();
        assert!((ours - right).abs() < 1e-6, "{ours}, not {right}");
    }

    #[test]
    fn scaling_a_layer_of_weights_with_the_biases_above_it_changes_nothing() {
        let network = Mlp::with_hidden(&[5, 4]).unwrap().initialise(2, 1, Key::from_seed(1));
        let before = normalised_loss(&network, &task()).unwrap();
        let mut scaled = network.clone();
        let layers: Vec<_> = scaled.layers().collect();
        let scale = |part: std::ops::Range<usize>, by: f32, all: &mut Network<f32>| {
            all.parameters[part].iter_mut().for_each(|number| *number *= by);
        };
        scale(layers[0].weights.clone(), 8.0, &mut scaled);
        layers.iter().for_each(|layer| scale(layer.biases.clone(), 8.0, &mut scaled));
        let after = normalised_loss(&scaled, &task()).unwrap();
        assert!((before - after).abs() < 1e-6, "{before} became {after}");
        // The mutant: the loss itself is another.
        let plain = |network: &Network<f32>| {
            Loss::Logistic.losses(&network.logits(&task().inputs, 3), &task().labels).mean
        };
        assert!((plain(&network) - plain(&scaled)).abs() > 0.01);
    }

    #[test]
    fn what_has_no_normalised_loss_says_why() {
        let tanh = Mlp { activation: Activation::Tanh, ..Mlp::with_hidden(&[3]).unwrap() };
        let network = tanh.initialise(2, 1, Key::from_seed(1));
        assert!(normalised_loss(&network, &task()).unwrap_err().contains("relu units"));
        let mut silent = Mlp::with_hidden(&[3]).unwrap().initialise(2, 1, Key::from_seed(1));
        silent.parameters.fill(0.0);
        assert!(normalised_loss(&silent, &task()).unwrap_err().contains("multiply to 0"));
    }

    #[test]
    fn training_begins_again_until_it_ends_fitted_and_no_more_often_than_it_may() {
        let tried = std::cell::Cell::new(0);
        let once = |fits_at: u64| {
            tried.set(0);
            let tried = &tried;
            move |_: Key| {
                tried.set(tried.get() + 1);
                let agent = crate::Agent::Table(vec![0, 1]);
                let fitted = tried.get() == fits_at;
                if tried.get() == 1 {
                    return Err(Diverged { step: 3, cause: "a test".to_string() });
                }
                Ok(Trained { agent, steps: tried.get(), path_length: None, loss: None, fitted })
            }
        };
        let train = |fits_at: u64| Starts(5).train(Key::from_seed(1), once(fits_at));
        assert_eq!((train(3).unwrap().fitted, tried.get()), (true, 3));
        assert_eq!((train(9).unwrap().fitted, tried.get()), (false, 5));
        assert!(Starts(1).train(Key::from_seed(1), once(1)).is_err(), "the only start diverged");
        for wrong in [0, -1, 1_001] {
            assert!(Starts::try_from(wrong).unwrap_err().contains("1 to 1,000"), "{wrong}");
        }
    }

    #[test]
    fn each_rule_ends_training_where_it_says() {
        let network = Mlp::with_hidden(&[3]).unwrap().initialise(2, 1, Key::from_seed(4));
        let task = task();
        let labels: Vec<u8> =
            network.logits(&task.inputs, 3).iter().map(|l| u8::from(*l > 0.0)).collect();
        let task = Labelled { labels, ..task };
        let loss = normalised_loss(&network, &task).unwrap();
        let look = |stop: Stop, correct: usize, last: bool| {
            stop.look(Found { loss: 0.5, correct }, &task, last, || network.clone())
        };
        let number = |value: f64| Positive::try_from(value).unwrap();
        let bin = |above: f64, at_most: f64| {
            let above = NonNegative::try_from(above).unwrap();
            Stop::NormalisedLoss(LossBin { above, at_most: number(at_most) })
        };
        for (stop, correct, last, ends) in [
            (Stop::FirstFit, 3, false, Some(true)),
            (Stop::FirstFit, 2, false, None),
            (Stop::FirstFit, 2, true, Some(false)),
            (Stop::Loss(number(0.5)), 0, false, Some(true)),
            (Stop::Loss(number(0.4)), 3, false, None),
            (Stop::Loss(number(0.4)), 3, true, Some(false)),
            (Stop::AfterMaxSteps, 3, false, None),
            (Stop::AfterMaxSteps, 3, true, Some(true)),
            (Stop::AfterMaxSteps, 2, true, Some(false)),
            (bin(loss - 0.01, loss + 0.01), 3, false, Some(true)),
            (bin(loss - 0.01, loss + 0.01), 2, false, None),
            (bin(loss + 0.01, loss + 0.02), 3, false, Some(false)),
            (bin(loss - 0.02, loss - 0.01), 3, false, None),
            (bin(loss - 0.02, loss - 0.01), 3, true, Some(false)),
        ] {
            assert_eq!(look(stop, correct, last), ends, "{stop:?} {correct} {last}, loss {loss}");
        }
    }
}
