//! Ones.
//!
//! # Measures
//! How many rows a function gives class 1, over random draws.
//!
//! # Definition
//! With T the number of rows of class 1, `ones` is how often each T came. `ones-uniform-p` is the
//! p-value of Pearson's chi-square test, in one block of draws, that T is uniform over 0 to
//! 2^n - 1; it is 0 where T = 2^n came, which that distribution never gives.
//!
//! # Input
//! The functions of a block of draws.
//!
//! # Unit and range
//! Draws by T, from 0 to 2^n; a p-value in [0, 1].
//!
//! # Uncertainty
//! Draws are independent: the exact interval of Clopper and Pearson for every T. Undetermined for
//! one agent, and where draws are beyond the cap of a block's histogram; the p-value also where a
//! block has fewer than 5 draws for each T.
//!
//! # Fooled by
//! - A bias: with one, T = 2^n can come, and the theorem does not hold
//!   (`one_draw_of_all_ones_is_impossible_under_the_theorem`).
//! - Looking at T alone: functions of one T need not be equally likely, and the theorem says nothing
//!   of them (`swapping_functions_of_one_number_of_ones_changes_nothing`).
//!
//! # Reference
//! Mingard et al. 2019, "Neural networks are a priori biased towards Boolean functions with low
//! entropy" (arXiv 1909.11522), theorem 4.1: for a perceptron without bias whose weights are drawn
//! from a symmetric distribution, P(T = t) = 2^-n for 0 <= t < 2^n, inputs coded 0 and 1.

use std::collections::BTreeMap;

use mesascope_record::{Kind, Measurement, Outcomes, Quantity, Status, Value};
use mesascope_stats::chi_square;
use mesascope_tasks::{Sample, Seen};
use mesascope_worlds::Audited;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Measures;

/// Moves when the same draws come to read otherwise.
pub const NUMERICS: u32 = 1;

/// Expected draws of each T from which the chi-square distribution is good (Cochran 1954).
const FEWEST_EXPECTED: f64 = 5.0;

/// Settings: none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ones {}

impl Measures for Ones {
    fn measure(&self, seen: Seen, _world: &Audited) -> Vec<Measurement> {
        let undetermined = |because: String| Value::Undetermined { because };
        let counted = match seen {
            Seen::One(_) => Err("one agent is one draw; this needs a block of them".to_string()),
            Seen::Sample(sample) => by_ones(sample),
        };
        let [ones, uniform] = match counted {
            Ok((draws, counts)) => {
                let p = match uniform_p(&counts, draws) {
                    Ok(p) => Value::number(p),
                    Err(because) => undetermined(because),
                };
                let named = counts.iter().enumerate().filter(|(_, count)| **count > 0);
                let counts: BTreeMap<String, u64> =
                    named.map(|(ones, count)| (ones.to_string(), *count)).collect();
                [Value::Counts { of: draws, counts }, p]
            }
            Err(because) => [undetermined(because.clone()), undetermined(because)],
        };
        vec![
            Measurement { quantity: "ones".to_string(), value: ones },
            Measurement { quantity: "ones-uniform-p".to_string(), value: uniform },
        ]
    }

    fn quantities(&self) -> Vec<Quantity> {
        vec![
            Quantity {
                name: "ones".to_string(),
                kind: Kind::Counts { outcomes: Outcomes::WholeNumbers },
                unit: "share of draws".to_string(),
                about: "Draws by the number of rows of class 1.".to_string(),
            },
            Quantity {
                name: "ones-uniform-p".to_string(),
                kind: Kind::Mean { low: 0.0, high: 1.0 },
                unit: "p-value".to_string(),
                about: "Chi-square test that the number of ones is uniform below all.".to_string(),
            },
        ]
    }

    fn status(&self) -> Status {
        Status::Preliminary
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        vec![("instruments/ones", NUMERICS)]
    }
}

/// Draws, and how many of them have T ones, `[T]`.
fn by_ones(sample: &Sample) -> Result<(u64, Vec<u64>), String> {
    if sample.unlisted > 0 {
        return Err(format!(
            "{} draws are of functions beyond the cap of the histogram; a larger most_functions \
             lists them",
            sample.unlisted
        ));
    }
    let mut counts = vec![0; (1 << sample.inputs) + 1];
    for (function, count) in &sample.counts {
        counts[function.ones() as usize] += count;
    }
    Ok((sample.draws, counts))
}

/// The p-value of T uniform over all its values but the last.
fn uniform_p(counts: &[u64], draws: u64) -> Result<f64, String> {
    let [allowed @ .., all_ones] = counts else { return Err("there is no row".to_string()) };
    let expected = draws as f64 / allowed.len() as f64;
    if expected < FEWEST_EXPECTED {
        return Err(format!("{expected:.1} draws for each number of ones; the test needs 5"));
    }
    if *all_ones > 0 {
        return Ok(0.0);
    }
    chi_square(allowed, &vec![expected; allowed.len()], 0).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesascope_tasks::Function;

    fn sample(inputs: usize, counts: &[(u128, u64)]) -> Sample {
        let draws = counts.iter().map(|(_, count)| count).sum();
        let counts = counts.iter().map(|(table, count)| (Function(*table), *count)).collect();
        Sample { inputs, draws, fits: draws, counts, unlisted: 0, unlisted_fits: 0 }
    }

    fn read(sample: &Sample) -> [Value; 2] {
        let world = Audited {
            inputs: vec![],
            width: sample.inputs,
            bits: vec![],
            targets: vec![],
            shown: vec![],
            cue: None,
            probe: None,
        };
        let read = Ones {}.measure(Seen::Sample(sample), &world);
        read.into_iter().map(|one| one.value).collect::<Vec<_>>().try_into().unwrap()
    }

    fn p(value: &Value) -> f64 {
        value.as_number().unwrap_or_else(|| panic!("{value:?}"))
    }

    #[test]
    fn draws_are_counted_by_their_number_of_ones() {
        let [ones, uniform] = read(&sample(2, &[(0b0000, 9), (0b0010, 4), (0b0100, 7)]));
        let counts = [("0".to_string(), 9), ("1".to_string(), 11)].into();
        assert_eq!(ones, Value::Counts { of: 20, counts });
        // Chi-square (16 + 36 + 25 + 25) / 5 = 20.4 on 3 degrees: 0.00014024, from the
        // closed form erfc(sqrt(x/2)) + sqrt(2x/pi) exp(-x/2).
        assert!((p(&uniform) - 0.000_140_4).abs() < 1e-6, "{uniform:?}");
    }

    #[test]
    fn a_uniform_number_of_ones_passes_and_one_that_is_not_fails() {
        let uniform = sample(2, &[(0b0000, 25), (0b0001, 25), (0b0011, 25), (0b0111, 25)]);
        assert_eq!(p(&read(&uniform)[1]), 1.0);
        let binomial = sample(2, &[(0b0000, 70), (0b0001, 250), (0b0011, 375), (0b0111, 305)]);
        assert!(p(&read(&binomial)[1]) < 1e-9, "a planted binomial passes for uniform");
    }

    #[test]
    fn one_draw_of_all_ones_is_impossible_under_the_theorem() {
        let mut counts = vec![(0b0000, 250), (0b0001, 250), (0b0011, 250), (0b0111, 249)];
        counts.push((0b1111, 1));
        assert_eq!(p(&read(&sample(2, &counts))[1]), 0.0);
    }

    #[test]
    fn swapping_functions_of_one_number_of_ones_changes_nothing() {
        let one = sample(2, &[(0b0000, 25), (0b0001, 25), (0b0011, 25), (0b0111, 25)]);
        let other = sample(2, &[(0b0000, 25), (0b0110, 25), (0b1000, 25), (0b1110, 25)]);
        assert_eq!(read(&one), read(&other));
    }

    #[test]
    fn too_few_draws_and_unlisted_ones_say_nothing() {
        let few = sample(2, &[(0b0000, 19)]);
        let [ones, uniform] = read(&few);
        assert!(matches!(ones, Value::Counts { .. }));
        assert!(matches!(uniform, Value::Undetermined { .. }));
        let capped = Sample { draws: 20, unlisted: 1, ..few };
        for value in read(&capped) {
            assert!(matches!(value, Value::Undetermined { .. }), "{value:?}");
        }
    }
}
