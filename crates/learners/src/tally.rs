//! Counting the functions that a block of draws comes to, within a bounded memory.

use std::collections::HashMap;

use mesascope_tasks::{Function, Labelled, Layout, Sample};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Unfit;
use crate::agent::row_number;

/// Moves when the same draws come to be counted otherwise.
pub(crate) const NUMERICS: u32 = 1;

/// Functions drawn in one trial, 1 to 100,000,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "i64", into = "i64")]
pub struct DrawCount(#[schemars(range(min = 1, max = 100_000_000))] i64);

/// Draws by which the cost of a trial is estimated: enough for a clock to see.
const FEW: i64 = 1_000;

impl DrawCount {
    /// The number.
    pub fn get(self) -> u64 {
        self.0 as u64
    }

    /// Few draws, and how many times as many there are; nothing where there are few anyway.
    pub(crate) fn lighter(self) -> Option<(DrawCount, u64)> {
        (self.0 >= 2 * FEW).then_some((DrawCount(FEW), (self.0 / FEW) as u64))
    }
}

impl TryFrom<i64> for DrawCount {
    type Error = String;
    fn try_from(draws: i64) -> Result<DrawCount, String> {
        match draws {
            1..=100_000_000 => Ok(DrawCount(draws)),
            _ => Err(format!(
                "draws of one trial are a whole number from 1 to 100,000,000, not {draws}; more \
                 seeds make more draws"
            )),
        }
    }
}

impl From<DrawCount> for i64 {
    fn from(draws: DrawCount) -> i64 {
        draws.0
    }
}

/// Draws with the shown labels that are enough, 1 to 100,000,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "i64", into = "i64")]
pub struct FitCount(#[schemars(range(min = 1, max = 100_000_000))] i64);

impl FitCount {
    /// The number.
    pub(crate) fn get(self) -> u64 {
        self.0 as u64
    }
}

impl TryFrom<i64> for FitCount {
    type Error = String;
    fn try_from(fits: i64) -> Result<FitCount, String> {
        match fits {
            1..=100_000_000 => Ok(FitCount(fits)),
            _ => Err(format!("enough_fits is a whole number from 1 to 100,000,000, not {fits}")),
        }
    }
}

impl From<FitCount> for i64 {
    fn from(fits: FitCount) -> i64 {
        fits.0
    }
}

/// Functions that a histogram may list, 1 to 10,000,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "i64", into = "i64")]
pub struct MostFunctions(#[schemars(range(min = 1, max = 10_000_000))] i64);

impl Default for MostFunctions {
    fn default() -> MostFunctions {
        MostFunctions(1_000_000)
    }
}

impl TryFrom<i64> for MostFunctions {
    type Error = String;
    fn try_from(most: i64) -> Result<MostFunctions, String> {
        match most {
            1..=10_000_000 => Ok(MostFunctions(most)),
            _ => Err(format!(
                "most_functions is a whole number from 1 to 10,000,000 (240 bytes each while a \
                 trial runs), not {most}"
            )),
        }
    }
}

impl From<MostFunctions> for i64 {
    fn from(most: MostFunctions) -> i64 {
        most.0
    }
}

/// A truth table as a text of 0s and 1s, rows in lexicographic order: 2 to 128 of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct TruthTable(String);

impl TryFrom<String> for TruthTable {
    type Error = String;
    fn try_from(text: String) -> Result<TruthTable, String> {
        let digits = text.bytes().all(|digit| digit == b'0' || digit == b'1');
        match digits && text.len().is_power_of_two() && (2..=128).contains(&text.len()) {
            true => Ok(TruthTable(text)),
            false => Err(format!(
                "a truth table has 2, 4, 8, ... or 128 digits, each 0 or 1, not {text:?}"
            )),
        }
    }
}

impl From<TruthTable> for String {
    fn from(table: TruthTable) -> String {
        table.0
    }
}

impl TruthTable {
    /// The function.
    pub fn function(&self) -> Function {
        let labels: Vec<u8> = self.0.bytes().map(|digit| digit - b'0').collect();
        Function::from_labels(&labels)
    }

    /// Whether it is of a function of so many inputs.
    pub(crate) fn fits(&self, inputs: usize) -> Result<(), Unfit> {
        match self.0.len() == 1 << inputs {
            true => Ok(()),
            false => Err(Unfit {
                field: vec!["declared"],
                why: format!(
                    "a declared truth table has {} rows and {inputs} inputs make {}",
                    self.0.len(),
                    1usize << inputs
                ),
            }),
        }
    }
}

/// Refuses inputs whose functions are too large to be counted.
pub(crate) fn countable(layout: &Layout) -> Result<(), Unfit> {
    let inputs = layout.bits().map_err(Unfit::itself)?;
    match inputs <= Function::MOST_INPUTS {
        true => Ok(()),
        false => Err(Unfit {
            field: vec![],
            why: format!(
                "this learner counts functions of at most {} inputs, and the world has {inputs}",
                Function::MOST_INPUTS
            ),
        }),
    }
}

/// A sample in the making. Functions with the shown labels have room of their own, so that the many
/// that do not fit cannot crowd them out.
pub(crate) struct Tally {
    inputs: usize,
    /// Which rows are shown, and the classes they have.
    shown: u128,
    labels: u128,
    most: usize,
    fitting: HashMap<u128, u64>,
    others: HashMap<u128, u64>,
    draws: u64,
    fits: u64,
    unlisted: u64,
    unlisted_fits: u64,
}

impl Tally {
    /// An empty tally. Declared functions are listed from the start, whatever the cap.
    pub(crate) fn new(task: &Labelled, most: MostFunctions, declared: &[TruthTable]) -> Tally {
        let (mut shown, mut labels) = (0, 0);
        for (row, &label) in task.inputs.chunks(task.width).zip(&task.labels) {
            shown |= 1u128 << row_number(row);
            labels |= u128::from(label) << row_number(row);
        }
        let declared = declared.iter().map(|table| (table.function().0, 0));
        let (fitting, others): (HashMap<_, _>, HashMap<_, _>) =
            declared.partition(|(function, _)| function & shown == labels);
        Tally {
            inputs: task.width,
            shown,
            labels,
            most: most.0 as usize,
            fitting,
            others,
            draws: 0,
            fits: 0,
            unlisted: 0,
            unlisted_fits: 0,
        }
    }

    /// Counts one draw.
    pub(crate) fn add(&mut self, function: u128) {
        let fits = function & self.shown == self.labels;
        self.draws += 1;
        self.fits += u64::from(fits);
        let list = if fits { &mut self.fitting } else { &mut self.others };
        if let Some(count) = list.get_mut(&function) {
            *count += 1;
        } else if list.len() < self.most {
            list.insert(function, 1);
        } else {
            self.unlisted += 1;
            self.unlisted_fits += u64::from(fits);
        }
    }

    /// Draws so far that have the shown labels.
    pub(crate) fn fits(&self) -> u64 {
        self.fits
    }

    /// The sample that was counted.
    pub(crate) fn into_sample(self) -> Sample {
        let all = self.fitting.into_iter().chain(self.others);
        let mut counts: Vec<(Function, u64)> =
            all.map(|(function, count)| (Function(function), count)).collect();
        counts.sort_unstable();
        Sample {
            inputs: self.inputs,
            draws: self.draws,
            fits: self.fits,
            counts,
            unlisted: self.unlisted,
            unlisted_fits: self.unlisted_fits,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two inputs, of which rows 0 and 3 are shown with the classes 0 and 1.
    fn task() -> Labelled {
        Labelled::new(vec![-1.0, -1.0, 1.0, 1.0], 2, vec![0, 1]).coded([-1.0, 1.0])
    }

    fn tally(most: i64, declared: &[&str], draws: &[u128]) -> Sample {
        let declared: Vec<TruthTable> =
            declared.iter().map(|text| TruthTable::try_from(text.to_string()).unwrap()).collect();
        let mut tally = Tally::new(&task(), MostFunctions(most), &declared);
        draws.iter().for_each(|&function| tally.add(function));
        let sample = tally.into_sample();
        sample.check().unwrap();
        sample
    }

    #[test]
    fn draws_are_counted_by_function_and_those_with_the_shown_labels_fit() {
        let sample = tally(10, &[], &[0b1000, 0b0001, 0b1000, 0b1110, 0b0000]);
        assert_eq!((sample.draws, sample.fits, sample.unlisted), (5, 3, 0));
        let counts: Vec<(u128, u64)> = sample.counts.iter().map(|(f, n)| (f.0, *n)).collect();
        assert_eq!(counts, [(0b0000, 1), (0b0001, 1), (0b1000, 2), (0b1110, 1)]);
    }

    #[test]
    fn beyond_the_cap_listed_counts_stay_exact_and_what_fits_is_not_crowded_out() {
        let draws = [0b0000, 0b0001, 0b0010, 0b1000, 0b1010, 0b0000, 0b0001, 0b1000];
        let sample = tally(1, &[], &draws);
        assert_eq!((sample.draws, sample.unlisted, sample.unlisted_fits), (8, 4, 1));
        assert_eq!(sample.count(Function(0b0000)), Some(2));
        assert_eq!(sample.count(Function(0b1000)), Some(2));
        assert_eq!(sample.count(Function(0b0001)), None, "nobody knows how often it came");
    }

    #[test]
    fn a_declared_function_is_counted_whatever_the_cap() {
        let draws = [0b0000, 0b0001, 0b0001, 0b0010];
        let sample = tally(1, &["1000", "0100", "0001"], &draws);
        assert_eq!(sample.count(Function(0b0001)), Some(2));
        assert_eq!(sample.count(Function(0b0010)), Some(1));
        assert_eq!(sample.count(Function(0b1000)), Some(0));
        assert_eq!(sample.unlisted, 1, "the list of those that do not fit was full");
    }

    #[test]
    fn settings_out_of_range_are_refused() {
        for wrong in [0, -1, 100_000_001] {
            assert!(DrawCount::try_from(wrong).is_err(), "{wrong}");
        }
        for wrong in [0, -1, 100_000_001] {
            assert!(FitCount::try_from(wrong).unwrap_err().contains("enough_fits"), "{wrong}");
        }
        for wrong in [0, -1, 10_000_001, i64::MAX] {
            assert!(MostFunctions::try_from(wrong).unwrap_err().contains("240 bytes"), "{wrong}");
        }
        for wrong in ["", "0", "011", "0120", &"01".repeat(128)] {
            assert!(TruthTable::try_from(wrong.to_string()).is_err(), "{wrong:?}");
        }
        assert!(countable(&Layout::of_bits(8, 0)).unwrap_err().why.contains("at most 7 inputs"));
        let four_rows = TruthTable::try_from("0110".to_string()).unwrap();
        assert!(four_rows.fits(3).is_err() && four_rows.fits(2).is_ok());
    }
}
