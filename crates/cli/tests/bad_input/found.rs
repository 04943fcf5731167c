//! Mistakes in a study whose networks are guessed or evolved on rows of real numbers, and in a rule
//! that compares cells.

use crate::{bench_with, changed, demand_no_faults, faults};

/// A small valid study; the mistakes are changes of it.
const STUDY: &str = r#"schema = 1
name = "found"
question = "Is every mistake told?"
seeds = { quick = 2, standard = 2 }

[world.kink]
shown = 4
held_out = 20

[learner.guess-and-check]
network = { mlp = { hidden = [4] } }
stop = { normalised-loss = { above = 0.2, at_most = 0.69 } }
most_guesses = 5000

[instruments.held-out-accuracy]

[arms.evolved.set]
"learner" = { evolution = { network = { mlp = { hidden = [4] } }, strategy = { smoothed-gradient = { population = 8, sigma = 0.1, optimiser = { sgd = {} } } }, max_steps = 50 } }

[arms.drawn.set]
"world" = { digits = { shown = 2, held_out = 20 } }
"#;

type Mistake = (&'static str, &'static str, &'static str, usize, &'static [&'static str]);

// One mistake a line.
#[rustfmt::skip]
const MISTAKES: &[Mistake] = &[
    ("no point shown", "shown = 4", "shown = 0", 7, &["1 to 2000", "not 0"]),
    ("too many held out", "held_out = 20\n\n[learner", "held_out = 2001\n\n[learner", 8, &["1 to 2000", "2001"]),
    ("a margin of nothing", "shown = 4", "margin = 0.0", 7, &["0.001 to 2", "not 0"]),
    ("a misspelt margin", "shown = 4", "marign = 0.2", 7, &["marign", "\"margin\"?"]),
    ("one digit twice", "shown = 2,", "shown = 2, classes = [7, 7],", 21, &["both classes are the digit 7"]),
    ("no such digit", "shown = 2,", "shown = 2, classes = [7, 10],", 21, &["0 to 9", "10"]),
    ("no guess", "most_guesses = 5000", "most_guesses = 0", 13, &["1 to 1,000,000,000", "not 0"]),
    ("an empty bin", "above = 0.2", "above = 0.69", 12, &["larger `at_most`", "0.69 to 0.69"]),
    ("half a bin", "above = 0.2, ", "", 12, &["`above`"]),
    ("steps of guesses", "{ normalised-loss = { above = 0.2, at_most = 0.69 } }", "\"after-max-steps\"", 12, &["guesses take no steps"]),
    ("tanh and a normalised loss", "hidden = [4] } }\nstop", "hidden = [4], activation = \"tanh\" } }\nstop", 12, &["needs relu units"]),
    ("guesses that would take hours", "hidden = [4] } }\nstop = { normalised-loss = { above = 0.2, at_most = 0.69 } }\nmost_guesses = 5000", "hidden = [4096, 4096] } }\nmost_guesses = 1000000000", 12, &["hours", "most_guesses = "]),
    ("an odd population", "population = 8", "population = 7", 18, &["even", "not 7"]),
    ("a change of size 0", "sigma = 0.1", "sigma = 0.0", 18, &["above 0"]),
    ("an unknown strategy", "smoothed-gradient", "smooth-gradient", 18, &["\"smoothed-gradient\"?"]),
    ("no start", "max_steps = 50", "max_steps = 50, starts = 0", 18, &["1 to 1,000", "not 0"]),
    ("an instrument of bits", "[instruments.held-out-accuracy]", "[instruments.held-out-accuracy]\n[instruments.ones]", 16, &["rows of bits"]),
    ("a learner of bits", "[learner.guess-and-check]\nnetwork = { mlp = { hidden = [4] } }\nstop = { normalised-loss = { above = 0.2, at_most = 0.69 } }\nmost_guesses = 5000", "[learner.table]", 10, &["rows of bits"]),
];

#[test]
fn the_study_of_networks_found_that_mistakes_are_made_in_is_itself_valid() {
    bench_with(STUDY.as_bytes()).demand(0, &["run", "s.toml", "--out", "out"]);
}

#[test]
fn every_mistake_in_a_study_of_networks_found_is_one_error_with_its_line_and_what_would_be_right() {
    let told = MISTAKES.iter().map(|(name, passage, by, line, says)| {
        let bench = bench_with(changed(STUDY, passage, by).as_bytes());
        let place = format!("error: s.toml:{line}:");
        let says: Vec<&str> = [&[place.as_str()], *says].concat();
        (name.to_string(), faults(&bench, &["run", "s.toml", "--out", "out"], &says))
    });
    demand_no_faults(told.collect());
}
