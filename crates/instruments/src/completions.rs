//! Completions.
//!
//! # Measures
//! Which functions come among draws that have the shown labels, and how fast their probability falls
//! with complexity.
//!
//! # Definition
//! Of a block of draws, those with the shown labels are a distribution over completions (the labels
//! of the free rows). `completion` is how often each function came, for functions that came at least
//! `fewest` times. With K the Lempel-Ziv complexity of a function (as the instrument `lempel-ziv` has
//! it), `completion-slope` is the slope of the least-squares line, over every K of which at least ten
//! draws came, of log10(draws of complexity K / draws with the shown labels / number of completions of
//! complexity K): the mean probability of a completion of that complexity.
//!
//! # Input
//! The functions of a block of draws; the audited world's targets and shown rows, with all rows there
//! and in lexicographic order.
//!
//! # Unit and range
//! Draws by function (its truth table in hexadecimal digits, row 0 the lowest bit); the slope in log10
//! a bit of complexity, in [-1, 1].
//!
//! # Uncertainty
//! Draws are independent: exact intervals of Clopper and Pearson for each function. Of one block's
//! slope no error is given; several blocks give the scatter. Undetermined where fewer than 100 draws fit, where
//! fitting draws are beyond the cap of the histogram, for one agent, and the slope also where over 20 rows are free or
//! fewer than three complexities have ten draws.
//!
//! # Fooled by
//! - Pooling blocks with `fewest` above 1: a function that is rare in one block is missing from its
//!   list, so that the sum understates it (`what_came_too_seldom_is_left_over_and_not_0`).
//! - A rare complexity: its mean probability has an error that the line does not weigh.
//! - A learner with no bias reads 0 whatever the number of completions of each complexity
//!   (`draws_without_bias_have_slope_0`); a slope is about this measure of complexity alone.
//!
//! # Reference
//! Mingard et al. 2021 (JMLR 22, 79), figures of P(f|trained) against P(f|prior); Dingle, Camargo and
//! Louis 2018 for probability against complexity.

use std::collections::BTreeMap;

use mesascope_record::{Kind, Measurement, Outcomes, Quantity, Status, Value};
use mesascope_stats::least_squares;
use mesascope_tasks::{Sample, Seen};
use mesascope_worlds::Audited;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Measures;
use crate::fitting::fitting;
use crate::lempel_ziv::{self, complexity_of_function};

/// Moves when the same draws come to read otherwise.
pub const NUMERICS: u32 = 1;

/// Draws of a complexity from which it has a point on the line.
const FEWEST_OF_A_COMPLEXITY: u64 = 10;

/// Free rows whose completions are all looked at: 2^20 of them.
const MOST_FREE_ROWS: usize = 20;

/// Settings of the instrument.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Completions {
    /// Draws from which a function is listed by its truth table, 1 to 1,000,000. Default: 10.
    #[serde(default)]
    pub fewest: Fewest,
}

/// A number of draws, 1 to 1,000,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "i64", into = "i64")]
pub struct Fewest(#[schemars(range(min = 1, max = 1_000_000))] i64);

impl Default for Fewest {
    fn default() -> Fewest {
        Fewest(10)
    }
}

impl TryFrom<i64> for Fewest {
    type Error = String;
    fn try_from(draws: i64) -> Result<Fewest, String> {
        match draws {
            1..=1_000_000 => Ok(Fewest(draws)),
            _ => Err(format!("fewest is a whole number from 1 to 1,000,000, not {draws}")),
        }
    }
}

impl From<Fewest> for i64 {
    fn from(fewest: Fewest) -> i64 {
        fewest.0
    }
}

impl Measures for Completions {
    fn measure(&self, seen: Seen, world: &Audited) -> Vec<Measurement> {
        let drawn = match seen {
            Seen::One(_) => Err("one agent is one draw; a probability needs a block".to_string()),
            Seen::Sample(sample) => listed(sample, world),
        };
        let undetermined = |because: &String| Value::Undetermined { because: because.clone() };
        let (counts, slope) = match &drawn {
            Err(because) => (undetermined(because), undetermined(because)),
            Ok(drawn) => (
                self.counts(drawn, world.width),
                match slope(drawn, world) {
                    Ok(slope) => Value::number(slope),
                    Err(because) => undetermined(&because),
                },
            ),
        };
        vec![
            Measurement { quantity: "completion".to_string(), value: counts },
            Measurement { quantity: "completion-slope".to_string(), value: slope },
        ]
    }

    fn quantities(&self) -> Vec<Quantity> {
        vec![
            Quantity {
                name: "completion".to_string(),
                kind: Kind::Counts { outcomes: Outcomes::Functions },
                unit: "share of draws".to_string(),
                about: "Draws with the shown labels, by function.".to_string(),
            },
            Quantity {
                name: "completion-slope".to_string(),
                kind: Kind::Mean { low: -1.0, high: 1.0 },
                unit: "log10 a bit".to_string(),
                about: "How fast the probability of a completion falls with its complexity."
                    .to_string(),
            },
        ]
    }

    fn status(&self) -> Status {
        Status::Preliminary
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        vec![
            ("instruments/completions", NUMERICS),
            ("instruments/lempel-ziv", lempel_ziv::NUMERICS),
        ]
    }
}

impl Completions {
    fn counts(&self, drawn: &[(u128, u64)], inputs: usize) -> Value {
        let digits = (1usize << inputs).div_ceil(4);
        let often = drawn.iter().filter(|(_, count)| *count >= self.fewest.0 as u64);
        let counts: BTreeMap<String, u64> =
            often.map(|(function, count)| (format!("{function:0digits$x}"), *count)).collect();
        Value::Counts { of: drawn.iter().map(|(_, count)| count).sum(), counts }
    }
}

/// The functions of draws with the shown labels, as truth tables.
fn listed(sample: &Sample, world: &Audited) -> Result<Vec<(u128, u64)>, String> {
    let fitting = fitting(sample, world)?;
    if fitting.unlisted > 0 {
        return Err(format!(
            "{} draws with the shown labels are of functions beyond the cap of the histogram; a \
             larger most_functions lists them",
            fitting.unlisted
        ));
    }
    Ok(fitting.drawn.iter().map(|(function, count)| (function.0, *count)).collect())
}

fn slope(drawn: &[(u128, u64)], world: &Audited) -> Result<f64, String> {
    let free = world.free_rows();
    if free.len() > MOST_FREE_ROWS {
        return Err(format!(
            "{} rows are free, and completions are counted up to {MOST_FREE_ROWS}",
            free.len()
        ));
    }
    let rows = world.rows() as u32;
    // Complexities are whole or half bits apart at least; as bits of f64 they are keys.
    let key = |function: u128| complexity_of_function(function, rows).to_bits();
    let mut draws: BTreeMap<u64, u64> = BTreeMap::new();
    for (function, count) in drawn {
        *draws.entry(key(*function)).or_default() += count;
    }
    let shown = (0..world.rows()).filter(|&row| world.shown[row]);
    let base = shown.fold(0u128, |table, row| table | u128::from(world.targets[row]) << row);
    let mut completions: BTreeMap<u64, u64> = BTreeMap::new();
    for number in 0..1u64 << free.len() {
        let bit = |(place, &row): (usize, &usize)| u128::from(number >> place & 1) << row;
        let function = free.iter().enumerate().map(bit).fold(base, |table, bit| table | bit);
        *completions.entry(key(function)).or_default() += 1;
    }
    let fits = drawn.iter().map(|(_, count)| count).sum::<u64>() as f64;
    let points: Vec<(f64, f64)> = draws
        .iter()
        .filter(|(_, count)| **count >= FEWEST_OF_A_COMPLEXITY)
        .map(|(key, count)| {
            let each = *count as f64 / fits / completions[key] as f64;
            (f64::from_bits(*key), libm::log10(each))
        })
        .collect();
    if points.len() < 3 {
        return Err(format!(
            "only {} complexities have {FEWEST_OF_A_COMPLEXITY} draws, and a slope needs three",
            points.len()
        ));
    }
    let (x, y): (Vec<f64>, Vec<f64>) = points.into_iter().unzip();
    // A flat line has no R^2, which is why `least_squares` refuses it; it has a slope.
    if y.iter().all(|one| *one == y[0]) {
        return Ok(0.0);
    }
    least_squares(&x, &y).map(|line| line.slope).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesascope_stats::Key;
    use mesascope_tasks::Function;
    use mesascope_worlds::{Boolean, Rows};

    /// Four inputs, of which the rows with x3 = 1 are shown: 8 free rows.
    fn world() -> Audited {
        let settings = serde_json::json!({
            "inputs": 4, "target": "x0&x1", "shown": {"cue": {"input": 3, "at": 1}},
        });
        let world: Boolean = serde_json::from_value(settings).unwrap();
        world.draw(Key::from_seed(1)).1
    }

    /// Every completion with the draws that `weight` gives its complexity.
    fn block(weight: impl Fn(f64) -> u64) -> Sample {
        let world = world();
        let free = world.free_rows();
        let mut counts = Vec::new();
        for number in 0..1usize << free.len() {
            let mut labels = world.targets.clone();
            for (place, &row) in free.iter().enumerate() {
                labels[row] = (number >> place & 1) as u8;
            }
            let function = Function::from_labels(&labels);
            counts.push((function, weight(complexity_of_function(function.0, 16))));
        }
        counts.sort();
        let draws = counts.iter().map(|(_, count)| count).sum();
        Sample { inputs: 4, draws, fits: draws, counts, unlisted: 0, unlisted_fits: 0 }
    }

    fn read(sample: &Sample, fewest: i64) -> [Value; 2] {
        let read = Completions { fewest: Fewest(fewest) }.measure(Seen::Sample(sample), &world());
        read.into_iter().map(|one| one.value).collect::<Vec<_>>().try_into().unwrap()
    }

    #[test]
    fn draws_without_bias_have_slope_0() {
        let [counts, slope] = read(&block(|_| 20), 1);
        let Value::Counts { of, counts } = counts else { panic!("{counts:?}") };
        assert_eq!((of, counts.len()), (256 * 20, 256));
        assert!(slope.as_number().unwrap().abs() < 1e-12, "{slope:?}");
    }

    #[test]
    fn a_bias_of_known_strength_is_read_back() {
        let steep = |k: f64| (1e12 * libm::exp10(-0.2 * k)).round() as u64;
        let [_, slope] = read(&block(steep), 1);
        assert!((slope.as_number().unwrap() + 0.2).abs() < 1e-6, "{slope:?}");
        let rising = |k: f64| (1e3 * libm::exp10(0.1 * k)).round() as u64;
        let [_, slope] = read(&block(rising), 1);
        assert!((slope.as_number().unwrap() - 0.1).abs() < 1e-3, "{slope:?}");
    }

    #[test]
    fn what_came_too_seldom_is_left_over_and_not_0() {
        let mut sample = block(|_| 20);
        sample.counts[3].1 = 4;
        sample.draws -= 16;
        sample.fits -= 16;
        let [counts, _] = read(&sample, 5);
        let Value::Counts { of, counts } = counts else { panic!("{counts:?}") };
        assert_eq!((of, counts.len()), (256 * 20 - 16, 255));
        assert_eq!(of - counts.values().sum::<u64>(), 4, "the draws of no listed function");
        assert!(counts.keys().all(|name| Outcomes::Functions.admits(name).is_ok()));
    }

    #[test]
    fn a_block_that_hardly_fits_and_a_single_agent_are_undetermined() {
        let few = block(|_| 0);
        for value in read(&few, 1) {
            assert!(matches!(value, Value::Undetermined { .. }), "{value:?}");
        }
        assert!(Completions { fewest: Fewest(1) }.quantities().len() == 2);
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        for wrong in [0, -3, 1_000_001] {
            assert!(Fewest::try_from(wrong).is_err(), "{wrong}");
        }
    }
}
