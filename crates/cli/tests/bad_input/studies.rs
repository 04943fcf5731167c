//! Mistakes in a study file.

use crate::{STUDY, bench_with, changed, demand_no_faults, faults};

/// What is mistaken, the passage, what stands there instead, the line, and what must be said.
type Mistake = (&'static str, &'static str, &'static str, usize, &'static [&'static str]);

// One mistake a line.
#[rustfmt::skip]
const MISTAKES: &[Mistake] = &[
    // Unknown keys.
    ("top level", "claims = []", "claims = []\nclaimz = []", 5, &["claimz", "\"claims\"?"]),
    ("world's key", "shown = 8", "shown = 8\nshwon = 8", 11, &["shwon", "\"shown\"?"]),
    ("cue's key", "shown = 8", "shown = { cue = { inptu = 1, at = 1 } }", 10, &["\"input\"?"]),
    ("cue's name", "shown = 8", "shown = { ceu = { input = 1, at = 1 } }", 10, &["\"cue\"?"]),
    ("learner's key", "max_steps", "max_step", 15, &["max_step", "\"max_steps\"?"]),
    ("optimiser's key", "learning_rate", "learning_rat", 14, &["\"learning_rate\"?"]),
    ("expect's key", "alpha = 1e-9", "alhpa = 1e-9", 28, &["alhpa", "\"alpha\"?"]),
    ("expect's kind", "binomial", "binomal", 28, &["\"binomial\"?"]),
    ("arm's key", "headline", "headlin", 20, &["\"headline\"?"]),
    ("arm's set", "[arms.wide.set]", "[arms.wide.sett]", 21, &["sett", "\"set\"?"]),
    ("control's key", "says", "say", 25, &["say", "\"says\"?"]),
    (
        "question's key",
        "cells = { arm = \"base\" }",
        "cell = { arm = \"base\" }",
        38,
        &["\"cells\"?"],
    ),
    (
        "instrument's key",
        "[instruments.held-out-accuracy]",
        "[instruments.held-out-accuracy]\nfoo = 1",
        18,
        &["foo", "none is allowed"],
    ),
    ("seeds' key", "quick = 12", "quik = 12", 5, &["\"quick\"?"]),
    // Wrong types and values.
    ("text for rows", "shown = 8", "shown = \"8\"", 10, &["expected a number of rows"]),
    ("a fraction of inputs", "inputs = 4", "inputs = 4.5", 8, &["4.5", "a whole number"]),
    ("one claim, no list", "claims = []", "claims = 31", 4, &["31", "a list"]),
    ("text for widths", "hidden = [8]", "hidden = \"8\"", 13, &["a list"]),
    ("text for headline", "headline = true", "headline = \"yes\"", 20, &["true or false"]),
    (
        "a set that is no table",
        "set = { \"learner\" = { table = {} } }",
        "set = 3",
        26,
        &["a table"],
    ),
    ("no seeds", "quick = 12", "quick = 0", 5, &["1 to 10,000,000", "not 0"]),
    ("negative seeds", "standard = 13", "standard = -4", 5, &["1 to 10,000,000", "-4"]),
    ("a negative width", "hidden = [8]", "hidden = [-8]", 13, &["1 to 4096", "-8"]),
    ("an arm's negative width", "= [12]", "= [-12]", 22, &["1 to 4096", "-12"]),
    ("more rows than exist", "shown = 8", "shown = 17", 10, &["17 rows", "only 16"]),
    ("no row for a learner", "shown = 8", "shown = 0", 12, &["0 rows", "at least 1"]),
    ("more rows in a list", "shown = 8", "shown = { each = [8, 17] }", 10, &["17 rows", "only 16"]),
    (
        "more rows by an arm",
        "\"learner.supervised.network.mlp.hidden\" = [12]",
        "\"world.boolean.shown\" = 17",
        22,
        &["17 rows", "only 16"],
    ),
    (
        "more rows in an arm's list",
        "\"learner.supervised.network.mlp.hidden\" = [12]",
        "\"world.boolean.shown\" = { each = [4, 17] }",
        22,
        &["17 rows", "only 16"],
    ),
    (
        "a cue that is no input",
        "shown = 8",
        "shown = { cue = { input = 9, at = 1 } }",
        10,
        &["input 9", "0 to 3"],
    ),
    ("an alpha of 0", "alpha = 1e-9", "alpha = 0.0", 28, &["alpha lies between 0 and 1, not 0"]),
    ("an alpha of 2", "alpha = 1e-9", "alpha = 2.0", 28, &["alpha lies between 0 and 1, not 2"]),
    ("another schema", "schema = 1", "schema = 2", 1, &["schema 2", "reads 1"]),
    ("an empty question", "Is every mistake told?", " ", 3, &["question is empty"]),
    ("a name in capitals", "\"tiny\"", "\"Tiny\"", 2, &["lower-case", "Tiny"]),
    // Expressions.
    (
        "an expression that does not parse",
        "\"x0&x1\"",
        "\"x0&&x1\"",
        9,
        &["x0&&x1", "character 4", "expected an input"],
    ),
    (
        "an input that does not exist",
        "\"x0&x1\"",
        "\"x0&x7\"",
        9,
        &["x7 does not exist", "x0 to x3"],
    ),
    // Names given twice.
    ("two equal cells", "= [12]", "= [8]", 21, &["\"x0&x1\"", "\"wide x0&x1\"", "the same"]),
    (
        "an each with a value twice",
        "\"x0&x1\", \"parity\"",
        "\"parity\", \"parity\"",
        9,
        &["parity twice"],
    ),
    ("an empty each", "each = [\"x0&x1\", \"parity\"]", "each = []", 9, &["at least one"]),
    ("a key twice", "shown = 8", "shown = 8\nshown = 9", 11, &["duplicate key"]),
    ("a table twice", "[questions.all]", "[controls.positive.the-count]", 36, &["duplicate key"]),
    (
        "a control of the arm's name",
        "positive.the-count",
        "positive.wide",
        26,
        &["two cells are named \"wide x0&x1\""],
    ),
    ("a claim twice", "claims = []", "claims = [31, 31]", 4, &["claim 31 is listed twice"]),
    // Names that do not exist.
    (
        "an unknown instrument",
        "instruments.held-out-accuracy",
        "instruments.held-out-acuracy",
        17,
        &["held-out-acuracy", "\"held-out-accuracy\"?"],
    ),
    (
        "an unknown quantity of a control",
        "quantity = \"fitted\"",
        "quantity = \"fited\"",
        33,
        &["fited", "\"fitted\"?"],
    ),
    (
        "an unknown quantity of a question",
        "quantity = \"held-out-accuracy\"\ncells",
        "quantity = \"held-out-acuracy\"\ncells",
        37,
        &["\"held-out-accuracy\"?"],
    ),
    (
        "an unknown factor",
        "target = \"parity\"",
        "tagret = \"parity\"",
        32,
        &["tagret", "\"target\"?"],
    ),
    (
        "an unknown value",
        "target = \"parity\"",
        "target = \"partiy\"",
        32,
        &["partiy", "\"parity\"?"],
    ),
    (
        "an unknown factor of a question",
        "cells = { arm = \"base\" }",
        "cells = { amr = \"base\" }",
        38,
        &["amr", "\"arm\"?"],
    ),
    (
        "an unknown control in same-as",
        "control = \"the-count\"",
        "control = \"the-cuont\"",
        34,
        &["the-cuont", "\"the-count\"?"],
    ),
    (
        "a control like itself",
        "control = \"the-count\"",
        "control = \"steps-are-steps\"",
        34,
        &["compared with itself"],
    ),
    ("an unknown world", "[world.boolean]", "[world.bolean]", 7, &["bolean", "\"boolean\"?"]),
    ("an unknown learner", "[learner.supervised]", "[learner.supervise]", 12, &["\"supervised\"?"]),
    ("an unknown optimiser", "adam", "adm", 14, &["\"adam\"?"]),
    (
        "two worlds",
        "[learner.supervised]",
        "[world.other]\n[learner.supervised]",
        12,
        &["one kind", "boolean and other"],
    ),
    (
        "a control of nothing",
        "cells = { arm = \"base\", target = \"parity\" }\n",
        "",
        32,
        &["reads nothing", "`set` or `cells`"],
    ),
    (
        "a set path that does not exist",
        "supervised.network.mlp",
        "supervised.netwrk.mlp",
        22,
        &["netwrk", "\"network\"?"],
    ),
    ("a set path's last word", "mlp.hidden\"", "mlp.hiden\"", 22, &["hiden", "\"hidden\"?"]),
    (
        "a set path's first word",
        "\"learner.supervised.",
        "\"lerner.supervised.",
        22,
        &["lerner", "\"learner\""],
    ),
    (
        "a claim that nobody wrote",
        "claims = []",
        "claims = [99]",
        4,
        &["claim 99 is not written", "31"],
    ),
    // What is missing.
    ("no question", "question = \"Is every mistake told?\"\n", "", 1, &["`question`"]),
    ("no shown", "shown = 8\n", "", 7, &["`shown`"]),
    // Not TOML.
    ("an open bracket", "[world.boolean]", "[world.boolean", 7, &["expected `]`"]),
];

#[test]
fn the_study_that_mistakes_are_made_in_is_itself_valid() {
    bench_with(STUDY.as_bytes()).demand(0, &["run", "s.toml", "--out", "out"]);
}

#[test]
fn every_mistake_in_a_study_is_one_error_with_its_line_and_what_would_be_right() {
    let told = MISTAKES.iter().map(|(name, passage, by, line, says)| {
        let bench = bench_with(changed(STUDY, passage, by).as_bytes());
        let place = format!("error: s.toml:{line}:");
        let says: Vec<&str> = [&[place.as_str()], *says].concat();
        (name.to_string(), faults(&bench, &["run", "s.toml", "--out", "out"], &says))
    });
    demand_no_faults(told.collect());
}

#[test]
fn the_caret_stands_under_the_mistaken_value() {
    let bench = bench_with(changed(STUDY, "shown = 8", "shown = { each = [8, 17] }").as_bytes());
    let told = bench.run(&["run", "s.toml"]).stderr;
    let told = String::from_utf8(told).unwrap();
    let [_, line, caret] = told.lines().collect::<Vec<_>>()[..] else { panic!("{told}") };
    assert_eq!(line.find("17"), caret.find('^'), "{told}");
}

#[test]
fn a_file_that_is_no_study_at_all_is_one_error_with_its_name() {
    let cases: [(&str, &[u8], &[&str]); 5] = [
        ("an empty file", b"", &["s.toml:1:1", "`schema`"]),
        ("prose", b"hello there\n", &["s.toml:1:7", "expected `=`"]),
        ("not UTF-8", b"schema = 1\nname = \"\xff\"\n", &["s.toml:2", "not UTF-8"]),
        ("nothing but zeros", &[0; 64], &["s.toml:1:"]),
        ("a study without instruments", b"schema = 1\nname = \"a\"\nquestion = \"?\"\nseeds = { quick = 1, standard = 1 }\n[world]\n[learner]\n", &["s.toml: ", "[instruments.NAME]", "held-out-accuracy"]),
    ];
    let told = cases.into_iter().map(|(name, text, says)| {
        (name.to_string(), faults(&bench_with(text), &["run", "s.toml", "--out", "out"], says))
    });
    demand_no_faults(told.collect());
}

#[test]
fn a_name_that_is_mistyped_by_one_letter_is_answered_with_the_right_one() {
    // One letter left out of each key in turn: the answer names the key as it should be.
    for key in ["inputs", "target", "network", "optimiser", "hidden", "learning_rate", "seeds"] {
        for at in 0..key.len() {
            let short: String = key.chars().take(at).chain(key.chars().skip(at + 1)).collect();
            let bench =
                bench_with(changed(STUDY, &format!("{key} ="), &format!("{short} =")).as_bytes());
            let faults =
                faults(&bench, &["describe", "s.toml"], &[&format!("did you mean {key:?}?")]);
            assert!(faults.is_empty(), "{key} as {short}: {faults:?}");
        }
    }
}
