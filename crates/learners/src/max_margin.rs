//! The smoothest separation: of all functions of a kernel that give every shown row its label with
//! margin 1, the one of least norm.
//!
//! It is where gradient descent ends that moves in the kernel's space for long enough (Soudry et al.
//! 2018, in features): without a seed, without a start, without a stopping rule.

use mesascope_nets::NonNegative;
use mesascope_stats::{Key, max_margin};
use mesascope_tasks::{Labelled, Layout};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::agent::Agent;
use crate::kernel::{self, Kernel, KernelMachine};
use crate::{Diverged, LearnerScope, Learns, Trained, Unfit, shows_rows};

/// Moves when the same rows come to give another machine.
pub const NUMERICS: u32 = 1;

/// The most rows, copies counted, whose products are computed.
const MOST_ROWS: usize = 2_048;

/// Settings of the learner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MaxMargin {
    /// The space of functions: `"linear"`, `{ arc-cosine = {} }` or `{ neural-tangent = {} }`, the
    /// last two with `layers = 1` to 8. No default.
    pub kernel: Kernel,
    /// An input that every row has beside its own, 0 or more: what a bias is to the first layer. Rows
    /// of bits written as 0 and 1 need one above 0, because a row of zeros has no direction. Default:
    /// 0.
    #[serde(default = "no_constant")]
    pub constant: NonNegative,
}

fn no_constant() -> NonNegative {
    NonNegative::try_from(0.0).expect("0 is not negative")
}

impl Learns for MaxMargin {
    fn train(&self, task: &Labelled, _key: Key) -> Result<Trained, Diverged> {
        let constant = self.constant.get();
        let (rows, labels) = distinct(task);
        let signs: Vec<f64> = labels.iter().map(|&label| 2.0 * f64::from(label) - 1.0).collect();
        let row = |at: usize| &rows[at * task.width..][..task.width];
        let mut gram = vec![0.0; labels.len() * labels.len()];
        for one in 0..labels.len() {
            for other in 0..=one {
                let product = self.kernel.of(row(one), row(other), constant);
                gram[one * labels.len() + other] = product;
                gram[other * labels.len() + one] = product;
            }
        }
        let found = max_margin(&gram, &signs).map_err(|error| Diverged {
            step: 0,
            cause: format!("the dual has no end: {error}"),
        })?;
        let supports: Vec<usize> =
            (0..labels.len()).filter(|&at| found.coefficients[at] > 0.0).collect();
        let machine = KernelMachine {
            kernel: self.kernel,
            constant,
            width: task.width,
            rows: supports.iter().flat_map(|&at| row(at).to_vec()).collect(),
            coefficients: supports.iter().map(|&at| signs[at] * found.coefficients[at]).collect(),
        };
        let agent = Agent::KernelMachine(machine);
        Ok(Trained { agent, steps: 0, path_length: None, loss: None, fitted: true })
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        vec![
            ("learners/kernel", kernel::NUMERICS),
            ("learners/max-margin", NUMERICS),
            ("stats/max-margin", mesascope_stats::MAX_MARGIN_NUMERICS),
        ]
    }

    fn scope(&self, _inputs: usize) -> LearnerScope {
        let layers = self.kernel.layers().map_or(String::new(), |n| format!(", hidden layers {n}"));
        LearnerScope {
            architecture: format!("kernel machine, {}{layers}", self.kernel.name()),
            objective: "largest margin on the shown rows".to_string(),
            parameters: 0,
        }
    }

    fn check(&self, layout: &Layout) -> Result<(), Unfit> {
        shows_rows(layout)?;
        if layout.shown > MOST_ROWS {
            // Measured: 1,024 rows of random labels take 5 s and 10 MB, and time grows as the cube.
            return Err(Unfit::itself(format!(
                "the world shows {} rows; the products of each two would take {} MB and the search \
                 for supports up to {} s: show at most {MOST_ROWS}",
                layout.shown,
                layout.shown * layout.shown * 8 / 1_000_000,
                (layout.shown / 600).pow(3),
            )));
        }
        let zeros = layout.coding.is_some_and(|coding| coding.contains(&0.0));
        match zeros && self.constant.get() == 0.0 {
            true => Err(Unfit {
                field: vec!["constant"],
                why: "a row of bits that are all written as 0 has no direction; constant = 1.0 \
                      gives it one, or write bits as -1 and 1"
                    .to_string(),
            }),
            false => Ok(()),
        }
    }
}

/// The rows, `[row, input]`, and labels, `[row]`, without copies, in the order of the first of each:
/// copies change no margin, and cost the square of their number.
fn distinct(task: &Labelled) -> (Vec<f32>, Vec<u8>) {
    let (mut rows, mut labels): (Vec<f32>, Vec<u8>) = (Vec::new(), Vec::new());
    let mut seen = std::collections::BTreeSet::new();
    for (row, &label) in task.inputs.chunks(task.width).zip(&task.labels) {
        // + 0.0, so that the two zeros are one.
        let bits: Vec<u32> = row.iter().map(|x| (x + 0.0).to_bits()).collect();
        if seen.insert((bits, label)) {
            rows.extend_from_slice(row);
            labels.push(label);
        }
    }
    (rows, labels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesascope_tasks::Labeller;
    use serde_json::json;

    fn learner(settings: serde_json::Value) -> MaxMargin {
        serde_json::from_value(settings).unwrap()
    }

    /// All rows of so many bits, written as -1 and 1, with the labels of a function of their number.
    fn all_rows(bits: u32, label: impl Fn(usize) -> bool) -> Labelled {
        let rows = 0..1usize << bits;
        let sign = |row: usize, bit: u32| if row >> bit & 1 == 1 { 1.0 } else { -1.0 };
        let inputs = rows.clone().flat_map(|row| (0..bits).rev().map(move |bit| sign(row, bit)));
        let labels = rows.map(|row| u8::from(label(row))).collect();
        Labelled::new(inputs.collect(), bits as usize, labels).coded([-1.0, 1.0])
    }

    fn trained(settings: serde_json::Value, task: &Labelled) -> Agent {
        let learner = learner(settings);
        let coding = task.coding;
        learner.check(&Layout { width: task.width, shown: task.rows(), coding }).unwrap();
        learner.train(task, Key::from_seed(1)).unwrap().agent
    }

    #[test]
    fn every_kernel_of_a_network_fits_what_it_was_shown() {
        let parity = |row: usize| row.count_ones() % 2 == 1;
        for (kernel, task) in [
            (json!("linear"), all_rows(5, |row| row >> 4 == 1)),
            (json!({"arc-cosine": {}}), all_rows(2, parity)),
            (json!({"arc-cosine": {"layers": 2}}), all_rows(5, |row| row.count_ones() >= 3)),
            (json!({"neural-tangent": {"layers": 2}}), all_rows(6, parity)),
            (json!({"neural-tangent": {}}), all_rows(6, |row| row.count_ones() >= 3)),
        ] {
            let agent = trained(json!({"kernel": kernel, "constant": 1.0}), &task);
            assert_eq!(agent.labels(&task.inputs, task.width), task.labels, "{kernel}");
            assert_eq!(Agent::from_parts(&agent.about(), agent.parts()), Ok(agent));
        }
    }

    #[test]
    fn on_two_points_it_is_the_plane_half_way_between_them() {
        let task = Labelled::new(vec![1.0, 3.0, 1.0, 1.0], 2, vec![1, 0]).of_numbers();
        let agent = trained(json!({"kernel": "linear"}), &task);
        assert_eq!(agent.labels(&[1.0, 2.01, 1.0, 1.99], 2), [1, 0]);
        let Agent::KernelMachine(machine) = agent else { panic!("a machine") };
        assert!((machine.value(&[1.0, 3.0]) - 1.0).abs() < 1e-9);
        assert!((machine.value(&[1.0, 0.0]) + 2.0).abs() < 1e-9);
    }

    #[test]
    fn copies_change_nothing() {
        let once = Labelled::new(vec![1.0, 3.0, 1.0, 1.0], 2, vec![1, 0]).of_numbers();
        let mut often = once.clone();
        for _ in 0..40 {
            often.inputs.extend([1.0, 1.0]);
            often.labels.push(0);
        }
        let settings = json!({"kernel": {"arc-cosine": {}}});
        assert_eq!(trained(settings.clone(), &once), trained(settings, &often));
    }

    #[test]
    fn rows_that_no_plane_separates_are_a_failed_trial_that_says_so() {
        let parity = all_rows(3, |row| row.count_ones() % 2 == 1);
        let error =
            learner(json!({"kernel": "linear"})).train(&parity, Key::from_seed(1)).unwrap_err();
        let words = error.to_string();
        assert!(words.contains("no plane") && !words.contains("learning rate"), "{words}");
    }

    #[test]
    fn what_it_cannot_do_is_refused_beforehand() {
        let plain = learner(json!({"kernel": "linear"}));
        assert!(plain.check(&Layout::of_bits(3, 0)).unwrap_err().why.contains("0 rows"));
        assert!(plain.check(&Layout::of_bits(3, 4)).unwrap_err().why.contains("constant = 1.0"));
        assert!(plain.check(&Layout::of_numbers(3, 2_048)).is_ok());
        let large = plain.check(&Layout::of_numbers(3, 8_000)).unwrap_err().why;
        assert!(large.contains("512 MB") && large.contains("at most 2048"), "{large}");
        let wrong = json!({"kernel": "linear", "constant": -1.0});
        assert!(serde_json::from_value::<MaxMargin>(wrong).is_err());
    }
}
