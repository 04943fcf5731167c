//! What is to be learnt: a function as written, or one drawn from those of a stratum of complexity.

use mesascope_complexity::circuits;
use mesascope_stats::Draws;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::expression::Expression;

/// Moves when the same stratum and key come to draw another function.
pub const NUMERICS: u32 = 1;

/// The function to learn.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Target {
    /// As written: `x0&x1`, `maj3`, `parity`, `table(0110)`, or `random-per-seed`.
    Written(Expression),
    /// `{ gates = 3 }`, drawn for every seed: all functions whose smallest circuit has exactly so
    /// many two-input gates are equally likely.
    Gates {
        /// Gates of the smallest circuit, 0 to 7.
        gates: GateCount,
        /// Whether the function is one of the other inputs, so that going on as on the rows that
        /// the cue shows is right. Default: false.
        #[serde(default, skip_serializing_if = "is_false")]
        ignoring_cue: bool,
    },
    /// `{ at_least_gates = 5 }`, drawn for every seed from those of so many gates or more.
    AtLeast {
        /// Gates that the smallest circuit has at least, 0 to 7.
        at_least_gates: GateCount,
        /// As above. Default: false.
        #[serde(default, skip_serializing_if = "is_false")]
        ignoring_cue: bool,
    },
}

fn is_false(value: &bool) -> bool {
    !value
}

/// Two-input gates, 0 to 7: the largest circuit that is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "i64", into = "i64")]
pub struct GateCount(#[schemars(range(min = 0, max = 7))] i64);

impl TryFrom<i64> for GateCount {
    type Error = String;
    fn try_from(gates: i64) -> Result<GateCount, String> {
        match gates {
            0..=7 => Ok(GateCount(gates)),
            _ => Err(format!(
                "gates are a whole number from 0 to 7, not {gates}: no function of 4 inputs needs \
                 more, and those of 5 are told apart up to {} gates",
                circuits::MOST_GATES_OF_FIVE
            )),
        }
    }
}

impl From<GateCount> for i64 {
    fn from(gates: GateCount) -> i64 {
        gates.0
    }
}

// Written by hand so that a mistake inside the table is an error at its own place, where serde's
// untagged form says only that nothing matched.
impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Target, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Stratum {
            gates: Option<GateCount>,
            at_least_gates: Option<GateCount>,
            #[serde(default)]
            ignoring_cue: bool,
        }
        struct Reads;
        impl<'de> de::Visitor<'de> for Reads {
            type Value = Target;
            fn expecting(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
                out.write_str("a function such as \"x0&x1\", or { gates = 3 }")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Target, E> {
                Expression::parse(text).map(Target::Written).map_err(E::custom)
            }
            fn visit_map<M: de::MapAccess<'de>>(self, map: M) -> Result<Target, M::Error> {
                let read = Stratum::deserialize(de::value::MapAccessDeserializer::new(map))?;
                let ignoring_cue = read.ignoring_cue;
                match (read.gates, read.at_least_gates) {
                    (Some(gates), None) => Ok(Target::Gates { gates, ignoring_cue }),
                    (None, Some(at_least_gates)) => {
                        Ok(Target::AtLeast { at_least_gates, ignoring_cue })
                    }
                    _ => Err(de::Error::custom(
                        "a stratum has either `gates` or `at_least_gates`, as { gates = 3 }",
                    )),
                }
            }
        }
        source.deserialize_any(Reads)
    }
}

/// Sizes of smallest circuits, of functions of some of the inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stratum {
    /// The inputs that the functions read.
    pub(crate) inputs: usize,
    gates: u8,
    /// Whether more gates belong to it too.
    and_more: bool,
}

impl Target {
    /// The stratum that it is drawn from, in a world of so many inputs, and whether a cue is left out.
    pub(crate) fn stratum(&self, inputs: usize) -> Option<(Stratum, bool)> {
        let (gates, and_more, ignoring) = match self {
            Target::Written(_) => return None,
            Target::Gates { gates, ignoring_cue } => (gates, false, *ignoring_cue),
            Target::AtLeast { at_least_gates, ignoring_cue } => {
                (at_least_gates, true, *ignoring_cue)
            }
        };
        let inputs = inputs - usize::from(ignoring);
        Some((Stratum { inputs, gates: gates.0 as u8, and_more }, ignoring))
    }
}

impl Stratum {
    /// Whether anything is in it; says what sizes there are.
    pub(crate) fn check(&self) -> Result<(), String> {
        let Stratum { inputs, gates, and_more } = *self;
        let Some(largest) = circuits::largest_size(inputs) else {
            return Err(format!(
                "circuits are known of functions of 1 to {} inputs, and these would have {inputs}",
                circuits::MOST_INPUTS
            ));
        };
        let beyond = inputs == circuits::MOST_INPUTS;
        match (and_more, beyond) {
            _ if gates <= largest => Ok(()),
            (true, true) if gates == largest + 1 => Ok(()),
            (_, false) => Err(format!(
                "no function of {inputs} inputs has a smallest circuit of {gates} gates{}; the \
                 sizes are 0 to {largest}",
                if and_more { " or more" } else { "" }
            )),
            (_, true) => Err(format!(
                "circuits of {inputs} inputs are told apart up to {largest} gates, and not at \
                 {gates}; at_least_gates = {} draws from all that are larger",
                largest + 1
            )),
        }
    }

    /// A function of the stratum, each equally likely: its truth table over its own inputs.
    pub(crate) fn draw(&self, draws: &mut Draws) -> u128 {
        let Stratum { inputs, gates, and_more } = *self;
        if !and_more {
            let at = draws.below(circuits::count_of_size(inputs, gates));
            return circuits::function_of_size(inputs, gates, at);
        }
        // Larger ones are too many to be listed at 5 inputs, and few tables are refused there. With
        // fewer inputs a stratum has at least 1/25 of all tables (4 inputs, 7 gates).
        let rows = 1u32 << inputs;
        loop {
            let table = u128::from(draws.bits() >> (64 - rows));
            let (circuits::Gates::Exactly(found) | circuits::Gates::AtLeast(found)) =
                circuits::smallest_circuit(table, inputs);
            if found >= gates {
                return table;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Boolean, Rows};
    use mesascope_complexity::{Gates, smallest_circuit};
    use mesascope_stats::Key;
    use mesascope_tasks::Function;
    use std::collections::BTreeMap;

    fn world(inputs: usize, target: &str, shown: &str) -> Boolean {
        toml::from_str(&format!("inputs = {inputs}\ntarget = {target}\nshown = {shown}")).unwrap()
    }

    fn drawn(world: &Boolean, seed: u64) -> u128 {
        world.check().unwrap();
        Function::from_labels(&world.draw(Key::from_seed(seed)).1.targets).0
    }

    #[test]
    fn every_seed_draws_a_function_of_exactly_as_many_gates() {
        for (inputs, gates) in [(2, 1), (3, 0), (3, 4), (4, 7), (5, 5)] {
            let world = world(inputs, &format!("{{ gates = {gates} }}"), "1");
            for seed in 0..40 {
                let table = drawn(&world, seed);
                assert_eq!(smallest_circuit(table, inputs), Gates::Exactly(gates));
            }
        }
        let larger = world(5, "{ at_least_gates = 6 }", "1");
        assert!((0..40).all(|seed| smallest_circuit(drawn(&larger, seed), 5) == Gates::AtLeast(6)));
        let larger = world(4, "{ at_least_gates = 7 }", "1");
        assert!((0..9).all(|seed| smallest_circuit(drawn(&larger, seed), 4) == Gates::Exactly(7)));
    }

    #[test]
    fn every_function_of_a_stratum_is_equally_likely() {
        for (target, functions) in [("{ gates = 1 }", 30), ("{ at_least_gates = 4 }", 24)] {
            let (world, draws) = (world(3, target, "1"), 200 * functions);
            let mut counts: BTreeMap<u128, u64> = BTreeMap::new();
            for seed in 0..draws {
                *counts.entry(drawn(&world, seed)).or_default() += 1;
            }
            assert_eq!(counts.len() as u64, functions, "{target}");
            let observed: Vec<u64> = counts.into_values().collect();
            let expected = vec![200.0; observed.len()];
            let p = mesascope_stats::chi_square(&observed, &expected, 0).unwrap();
            assert!(p > 1e-4, "{target}: p = {p}, {observed:?}");
        }
    }

    #[test]
    fn a_function_that_ignores_the_cue_is_the_same_on_both_sides_of_it() {
        for (cue, gates) in [(0, 1), (1, 4), (3, 4)] {
            let target = format!("{{ gates = {gates}, ignoring_cue = true }}");
            let shown = format!("{{ cue = {{ input = {cue}, at = 1 }} }}");
            let world = world(4, &target, &shown);
            for seed in 0..20 {
                let table = drawn(&world, seed);
                let twin = |row: usize| row ^ (1 << (3 - cue));
                assert!((0..16).all(|row| table >> row & 1 == table >> twin(row) & 1));
                assert_eq!(smallest_circuit(table, 4), Gates::Exactly(gates));
            }
        }
        let five =
            world(6, "{ gates = 5, ignoring_cue = true }", "{ cue = { input = 2, at = 0 } }");
        assert!(drawn(&five, 1) != drawn(&five, 2), "six inputs, of which five are read");
    }

    #[test]
    fn an_empty_stratum_is_refused_with_the_sizes_there_are() {
        let why = |inputs, target, shown| world(inputs, target, shown).check().unwrap_err().why;
        let cue = "{ cue = { input = 0, at = 1 } }";
        assert!(why(3, "{ gates = 5 }", "4").contains("the sizes are 0 to 4"));
        assert!(why(4, "{ gates = 5, ignoring_cue = true }", cue).contains("0 to 4"));
        assert!(why(2, "{ at_least_gates = 2 }", "2").contains("2 gates or more; the sizes are 0"));
        assert!(why(5, "{ gates = 6 }", "4").contains("at_least_gates = 6"));
        assert!(why(5, "{ at_least_gates = 7 }", "4").contains("up to 5 gates"));
        assert!(why(6, "{ gates = 2 }", "4").contains("1 to 5 inputs"));
        assert!(why(1, "{ gates = 0, ignoring_cue = true }", cue).contains("1 to 5 inputs"));
        assert!(why(3, "{ gates = 2, ignoring_cue = true }", "4").contains("no cue"));
        for wrong in
            ["{ gates = 8 }", "{ gates = 2, at_least_gates = 1 }", "{}", "{ gate = 2 }", "3"]
        {
            let text = format!("inputs = 3\ntarget = {wrong}\nshown = 4");
            assert!(toml::from_str::<Boolean>(&text).is_err(), "{wrong} was accepted");
        }
    }

    #[test]
    fn a_written_target_keeps_its_form_its_files_and_its_draws() {
        let world = world(3, "'maj3'", "4");
        let json = r#"{"inputs":3,"target":"maj3","coding":"zero-one","shown":4}"#;
        assert_eq!(serde_json::to_string(&world).unwrap(), json);
        let files = ["stats/key", "worlds/boolean", "worlds/expression"];
        assert!(world.numerics().iter().map(|(file, _)| *file).eq(files));
        assert_eq!(crate::boolean::NUMERICS, 1);
        // As drawn before strata were.
        let random = super::tests::world(3, "'random-per-seed'", "3");
        let (task, audited) = random.draw(Key::from_seed(5));
        assert_eq!(audited.targets, [0, 1, 0, 0, 0, 0, 1, 1]);
        assert_eq!((audited.shown[3], audited.shown[5], audited.shown[7]), (true, true, true));
        assert_eq!(task.labels, [0, 0, 1]);
        for target in ["{ gates = 2 }", "{ at_least_gates = 3, ignoring_cue = true }"] {
            let world = super::tests::world(4, target, "{ cue = { input = 0, at = 1 } }");
            let json = serde_json::to_value(&world).unwrap();
            assert_eq!(serde_json::from_value::<Boolean>(json).unwrap(), world);
        }
    }
}
