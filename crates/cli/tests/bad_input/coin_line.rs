//! Mistakes in a study of the coin line: what the world, the instrument and the kernels cannot do.

use crate::{bench_with, changed, demand_no_faults, faults};

/// A small valid study; the mistakes are changes of it.
const STUDY: &str = r#"schema = 1
name = "coins"
question = "Is every mistake told?"
seeds = { quick = 2, standard = 2 }

[world.coin-line]
length = 4
epsilon = 0.1
encoding = "affine"

[learner.max-margin]
kernel = { arc-cosine = { layers = 2 } }
constant = 0.5

[instruments.probe-preference]
"#;

const BITS: &str = "[world.boolean]\ninputs = 3\ntarget = \"x0\"\nshown = 4";
const LINE: &str = "[world.coin-line]\nlength = 4\nepsilon = 0.1\nencoding = \"affine\"";
const MACHINE: &str =
    "[learner.max-margin]\nkernel = { arc-cosine = { layers = 2 } }\nconstant = 0.5";
const TABLE: &str = "[learner.table]";

type Mistake = (&'static str, &'static str, &'static str, usize, &'static [&'static str]);

// One mistake a line.
#[rustfmt::skip]
const MISTAKES: &[Mistake] = &[
    ("a line too short", "length = 4", "length = 1", 7, &["2 to 30", "not 1"]),
    ("a line too long", "length = 4", "length = 31", 7, &["2 to 30", "not 31"]),
    ("no length", "length = 4\n", "", 6, &["`length`"]),
    ("epsilon of 1", "epsilon = 0.1", "epsilon = 1.0", 8, &["not including, 1", "not 1"]),
    ("epsilon below 0", "epsilon = 0.1", "epsilon = -0.1", 8, &["from 0", "-0.1"]),
    ("epsilon that is no number", "epsilon = 0.1", "epsilon = nan", 8, &["from 0", "NaN"]),
    ("epsilon of too many rows", "epsilon = 0.1", "epsilon = 1e-5", 8, &["20000 rows", "has"]),
    ("epsilon without whole copies", "epsilon = 0.1", "epsilon = 0.1234567", 8, &["whole numbers", "has"]),
    ("an encoding that is none", "\"affine\"", "\"afine\"", 9, &["afine", "affine"]),
    ("eps for epsilon", "epsilon = 0.1", "eps = 0.1", 8, &["eps", "epsilon"]),
    ("rows too many for products", "epsilon = 0.1", "epsilon = 0.002", 11, &["8000 rows", "512 MB", "at most 2048"]),
    ("a kernel that is none", "arc-cosine", "arc-sine", 12, &["arc-sine", "arc-cosine"]),
    ("layers of none", "layers = 2", "layers = 0", 12, &["1 to 8", "not 0"]),
    ("a constant below 0", "constant = 0.5", "constant = -1.0", 13, &["constant", "-1"]),
    ("a table of numbers", MACHINE, TABLE, 11, &["rows of bits", "boolean"]),
    ("a probe in a world of bits", LINE, BITS, 15, &["names a probe", "coin-line"]),
    ("ones of rows that are no bits", "[instruments.probe-preference]", "[instruments.ones]", 15, &["rows of bits"]),
    ("a setting where there is none", "[instruments.probe-preference]", "[instruments.probe-preference]\nat = 3", 16, &["at"]),
];

#[test]
fn the_study_of_the_coin_line_that_mistakes_are_made_in_is_itself_valid() {
    bench_with(STUDY.as_bytes()).demand(0, &["run", "s.toml", "--out", "out"]);
}

#[test]
fn every_mistake_in_a_study_of_the_coin_line_is_one_error_with_its_line_and_what_would_be_right() {
    let told = MISTAKES.iter().map(|(name, passage, by, line, says)| {
        let bench = bench_with(changed(STUDY, passage, by).as_bytes());
        let place = format!("error: s.toml:{line}:");
        let says: Vec<&str> = [&[place.as_str()], *says].concat();
        (name.to_string(), faults(&bench, &["run", "s.toml", "--out", "out"], &says))
    });
    demand_no_faults(told.collect());
}

#[test]
fn zeros_without_a_constant_are_refused_and_a_constant_or_signs_are_not() {
    let bits = changed(STUDY, LINE, BITS);
    let bits = changed(&bits, "[instruments.probe-preference]", "[instruments.held-out-accuracy]");
    let bare = changed(&bits, "constant = 0.5", "");
    let refused = bench_with(bare.as_bytes());
    let faults = faults(&refused, &["run", "s.toml"], &["no direction", "constant = 1.0"]);
    assert!(faults.is_empty(), "{faults:?}");
    let signs = changed(&bare, "inputs = 3", "inputs = 3\ncoding = \"plus-minus\"");
    for right in [bits, signs] {
        bench_with(right.as_bytes()).demand(0, &["run", "s.toml", "--out", "out"]);
    }
}
