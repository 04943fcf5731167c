//! Boolean functions of a few inputs, of which some rows are shown and the others are free.
//!
//! Rows are in lexicographic order: row `r` has x0 as the most significant bit of `r`.

use mesascope_stats::Key;
use mesascope_tasks::{Labelled, Layout};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::target::{self, Target};
use crate::{Audited, Cue, Impossible, Rows, expression};

/// Moves when the same settings and key come to draw other rows.
pub const NUMERICS: u32 = 1;

/// Settings of the world.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Boolean {
    /// Inputs of the function, 1 to 10: 2 to 1,024 rows.
    pub inputs: Inputs,
    /// The function to learn: `x0&x1`, `maj3`, `parity`, `table(0110)`, or `random-per-seed` for
    /// independent fair labels redrawn for every seed; or `{ gates = 3 }`, a function drawn for every
    /// seed from those whose smallest circuit has so many two-input gates (at most 5 inputs).
    pub target: Target,
    /// How a row is written for the network. Default: zero-one.
    #[serde(default)]
    pub coding: Coding,
    /// Which rows the learner sees: a number, drawn uniformly for every seed (0 for learners that
    /// draw and do not learn); or
    /// `{ cue = { input = 4, at = 1 } }`, all rows on which that input has that value.
    pub shown: Shown,
}

/// A number of inputs, 1 to 10.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "i64", into = "i64")]
pub struct Inputs(#[schemars(range(min = 1, max = 10))] i64);

impl TryFrom<i64> for Inputs {
    type Error = String;
    fn try_from(inputs: i64) -> Result<Inputs, String> {
        if (1..=10).contains(&inputs) {
            Ok(Inputs(inputs))
        } else {
            Err(format!("inputs is a whole number from 1 to 10, not {inputs}"))
        }
    }
}

impl From<Inputs> for i64 {
    fn from(inputs: Inputs) -> i64 {
        inputs.0
    }
}

/// How bits are written as numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Coding {
    /// 0 and 1.
    #[default]
    ZeroOne,
    /// -1 and +1.
    PlusMinus,
}

impl Coding {
    fn number(self, bit: u8) -> f32 {
        match self {
            Coding::ZeroOne => f32::from(bit),
            Coding::PlusMinus => 2.0 * f32::from(bit) - 1.0,
        }
    }
}

/// Which rows the learner sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Shown {
    /// That many rows, drawn uniformly for every seed.
    Drawn(#[schemars(range(min = 0))] u64),
    /// All rows on which an input has a given value.
    ByCue {
        /// The input and its value.
        cue: CueRule,
    },
}

/// The input that decides what is shown, and its value on the shown rows (the polarity).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CueRule {
    /// Which input, from 0.
    pub input: u64,
    /// Its value on the shown rows, 0 or 1.
    #[schemars(range(min = 0, max = 1))]
    pub at: u8,
}

// Written by hand so that a mistake inside the table is an error at its own place, where serde's
// untagged form says only that nothing matched.
impl<'de> Deserialize<'de> for Shown {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Shown, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct ByCue {
            cue: CueRule,
        }
        struct Reads;
        impl<'de> de::Visitor<'de> for Reads {
            type Value = Shown;
            fn expecting(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
                out.write_str("a number of rows or { cue = { input = 4, at = 1 } }")
            }
            fn visit_u64<E: de::Error>(self, rows: u64) -> Result<Shown, E> {
                Ok(Shown::Drawn(rows))
            }
            fn visit_i64<E: de::Error>(self, rows: i64) -> Result<Shown, E> {
                match u64::try_from(rows) {
                    Ok(rows) => self.visit_u64(rows),
                    Err(_) => Err(E::custom(format!("shown is {rows}; it must be at least 0"))),
                }
            }
            fn visit_map<M: de::MapAccess<'de>>(self, map: M) -> Result<Shown, M::Error> {
                let ByCue { cue } = ByCue::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(Shown::ByCue { cue })
            }
        }
        source.deserialize_any(Reads)
    }
}

impl Boolean {
    fn input_count(&self) -> usize {
        self.inputs.0 as usize
    }

    fn row_count(&self) -> usize {
        1 << self.input_count()
    }

    /// The class of every row, `[row]`. `bits` is `[row, input]`.
    fn targets(&self, bits: &[u8], labels_key: Key) -> Vec<u8> {
        let (width, mut draws) = (self.input_count(), labels_key.draws());
        if let Target::Written(expression) = &self.target {
            let label = |row: &[u8]| expression.label(row);
            let mut or_coin = |row| label(row).unwrap_or_else(|| u8::from(draws.coin()));
            return bits.chunks(width).map(&mut or_coin).collect();
        }
        let (stratum, ignoring) = self.target.stratum(width).expect("a target is one of the two");
        let left_out = match self.shown {
            Shown::ByCue { cue } if ignoring => Some(cue.input as usize),
            _ => None,
        };
        let table = stratum.draw(&mut draws);
        let read = |row: &[u8]| {
            let kept = row.iter().enumerate().filter(|(input, _)| Some(*input) != left_out);
            kept.fold(0, |number, (_, &bit)| 2 * number + usize::from(bit))
        };
        bits.chunks(width).map(|row| (table >> read(row) & 1) as u8).collect()
    }
}

impl Rows for Boolean {
    fn draw(&self, key: Key) -> (Labelled, Audited) {
        let [labels_key, shown_key] = key.split();
        let (width, rows) = (self.input_count(), self.row_count());
        let bits: Vec<u8> = (0..rows)
            .flat_map(|row| (0..width).rev().map(move |place| (row >> place & 1) as u8))
            .collect();
        let targets = self.targets(&bits, labels_key);
        let (shown, cue) = match self.shown {
            Shown::Drawn(count) => {
                let mut shown = vec![false; rows];
                for row in shown_key.draws().choose(count as usize, rows) {
                    shown[row] = true;
                }
                (shown, None)
            }
            Shown::ByCue { cue } => {
                let cue = Cue { input: cue.input as usize, shown_at: cue.at };
                (bits.chunks(width).map(|row| row[cue.input] == cue.shown_at).collect(), Some(cue))
            }
        };
        let inputs: Vec<f32> = bits.iter().map(|&bit| self.coding.number(bit)).collect();
        let seen = (0..rows).filter(|&row| shown[row]);
        let task = Labelled::new(
            seen.clone().flat_map(|row| inputs[row * width..][..width].to_vec()).collect(),
            width,
            seen.map(|row| targets[row]).collect(),
        );
        let task = task.coded([self.coding.number(0), self.coding.number(1)]);
        (task, Audited { inputs, width, bits, targets, shown, cue, probe: None })
    }

    fn check(&self) -> Result<(), Impossible> {
        let (inputs, rows) = (self.input_count(), self.row_count());
        let wrong = |field, why| Err(Impossible { field, why });
        let by_cue = matches!(self.shown, Shown::ByCue { .. });
        let target = match (&self.target, self.target.stratum(inputs)) {
            (Target::Written(expression), _) => expression.fits(inputs),
            (_, Some((_, true))) if !by_cue => Err("ignoring_cue needs a cue, and rows are shown \
                                                    by no cue: shown = { cue = { input = 0, at = 1 } }"
                .to_string()),
            (_, stratum) => stratum.map_or(Ok(()), |(stratum, _)| stratum.check()),
        };
        if let Err(why) = target {
            return wrong(vec!["target"], why);
        }
        match self.shown {
            Shown::Drawn(count) if count > rows as u64 => wrong(
                vec!["shown"],
                format!("{count} rows are shown and {inputs} inputs make only {rows}"),
            ),
            Shown::ByCue { cue } if cue.input >= inputs as u64 => wrong(
                vec!["shown", "cue", "input"],
                format!(
                    "input {} does not exist: the world has inputs 0 to {}",
                    cue.input,
                    inputs - 1
                ),
            ),
            Shown::ByCue { cue } if cue.at > 1 => {
                wrong(vec!["shown", "cue", "at"], format!("a cue is 0 or 1, not {}", cue.at))
            }
            _ => Ok(()),
        }
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        let mut files =
            vec![("stats/key", mesascope_stats::NUMERICS), ("worlds/boolean", NUMERICS)];
        // What is written is not drawn: its identity depends on no circuit.
        match &self.target {
            Target::Written(_) => files.push(("worlds/expression", expression::NUMERICS)),
            Target::Gates { .. } | Target::AtLeast { .. } => {
                files.push(("complexity/circuits", mesascope_complexity::circuits::NUMERICS));
                files.push(("worlds/target", target::NUMERICS));
            }
        }
        files
    }

    fn layout(&self) -> Layout {
        let shown = match self.shown {
            Shown::Drawn(count) => count as usize,
            Shown::ByCue { .. } => self.row_count() / 2,
        };
        let coding = Some([self.coding.number(0), self.coding.number(1)]);
        Layout { width: self.input_count(), shown, coding }
    }

    fn data(&self) -> String {
        let inputs = self.input_count();
        match self.shown {
            Shown::Drawn(rows) => {
                format!(
                    "boolean functions of {inputs} inputs, {rows} of {} rows shown",
                    self.row_count()
                )
            }
            Shown::ByCue { .. } => format!("boolean functions of {inputs} inputs, shown by a cue"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world(text: &str) -> Boolean {
        let world: Boolean = toml::from_str(text).unwrap();
        world.check().unwrap();
        world
    }

    #[test]
    fn a_learner_is_shown_as_many_rows_as_the_setting_says_with_their_own_labels() {
        let world = world("inputs = 4\ntarget = 'x0^x3'\nshown = 5\ncoding = 'plus-minus'");
        let (task, audited) = world.draw(Key::from_seed(1));
        assert_eq!((task.rows(), audited.rows(), audited.free_rows().len()), (5, 16, 11));
        for (row, label) in task.inputs.chunks(4).zip(&task.labels) {
            assert_eq!((row[0] * row[3] < 0.0) as u8, *label, "{row:?}");
        }
    }

    #[test]
    fn a_learner_may_be_shown_nothing_and_is_told_how_bits_are_written() {
        for (coding, numbers) in [("zero-one", [0.0, 1.0]), ("plus-minus", [-1.0, 1.0])] {
            let text = format!("inputs = 3\ntarget = 'x0'\nshown = 0\ncoding = '{coding}'");
            let world = world(&text);
            let (task, audited) = world.draw(Key::from_seed(1));
            assert_eq!((task.rows(), task.width, task.coding), (0, 3, Some(numbers)));
            assert_eq!((audited.free_rows().len(), world.layout().shown), (8, 0));
        }
    }

    #[test]
    fn a_cue_shows_the_rows_of_its_polarity() {
        for at in [0, 1] {
            let text = format!(
                "inputs = 3\ntarget = 'x0'\nshown = {{ cue = {{ input = 2, at = {at} }} }}"
            );
            let (task, audited) = world(&text).draw(Key::from_seed(2));
            assert_eq!(task.rows(), 4);
            assert!(task.inputs.chunks(3).all(|row| row[2] == f32::from(at)));
            assert_eq!(audited.cue, Some(Cue { input: 2, shown_at: at }));
        }
    }

    #[test]
    fn random_labels_are_fair_independent_of_the_row_and_redrawn_for_every_seed() {
        let world = world("inputs = 5\ntarget = 'random-per-seed'\nshown = 16");
        let mut ones = [0u32; 32];
        for seed in 0..4000 {
            let (_, audited) = world.draw(Key::from_seed(seed));
            for (count, label) in ones.iter_mut().zip(&audited.targets) {
                *count += u32::from(*label);
            }
        }
        // Five standard deviations of Binomial(4000, 1/2), for each of 32 rows.
        for (row, count) in ones.iter().enumerate() {
            assert!(count.abs_diff(2000) < 159, "row {row} has label 1 in {count} of 4000");
        }
    }

    #[test]
    fn every_row_is_shown_equally_often() {
        let world = world("inputs = 3\ntarget = 'x0'\nshown = 3");
        let mut times = [0u32; 8];
        for seed in 0..8000 {
            let (_, audited) = world.draw(Key::from_seed(seed));
            for (count, shown) in times.iter_mut().zip(&audited.shown) {
                *count += u32::from(*shown);
            }
        }
        for (row, count) in times.iter().enumerate() {
            // Five standard deviations of Binomial(8000, 3/8).
            assert!(count.abs_diff(3000) < 217, "row {row} shown {count} times of 8000");
        }
    }

    #[test]
    fn impossible_settings_are_refused_at_their_field() {
        for (text, field) in [
            ("inputs = 3\ntarget = 'x0'\nshown = 9", "shown"),
            ("inputs = 3\ntarget = 'x5'\nshown = 4", "target"),
            ("inputs = 3\ntarget = 'x0'\nshown = { cue = { input = 3, at = 1 } }", "shown"),
            ("inputs = 3\ntarget = 'x0'\nshown = { cue = { input = 0, at = 2 } }", "shown"),
        ] {
            let world: Boolean = toml::from_str(text).unwrap();
            assert_eq!(world.check().unwrap_err().field[0], field, "{text}");
        }
        for text in [
            "inputs = 11",
            "inputs = 0",
            "inputs = -1",
            "inputs = 3\nshown = -4",
            "inputs = 3\nshown = { cue = { inptu = 0, at = 1 } }",
        ] {
            let text = format!("target = 'x0'\n{text}");
            assert!(toml::from_str::<Boolean>(&text).is_err(), "{text} was accepted");
        }
    }
}
