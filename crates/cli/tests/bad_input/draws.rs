//! Mistakes in a study whose trials are blocks of draws: sizes, functions, and what its gates ask.

use crate::{bench_with, changed, demand_no_faults, faults};

/// A small valid study of random draws; the mistakes are changes of it.
const STUDY: &str = r#"schema = 1
name = "drawn"
question = "Is every mistake told?"
seeds = { quick = 2, standard = 2 }

[world.boolean]
inputs = 3
target = "x0&x1"
shown = 0

[learner.prior]
network = { mlp = { hidden = [] } }
draws = 500
most_functions = 300
declared = ["00000000"]

[instruments.function-probability]
functions = { constant = ["0", "1"], and = ["x0&x1"] }
[instruments.ones]
[instruments.rank-probability]
from = 1
to = 4

[controls.positive.some-are-constant]
says = "Some are."
cells = { arm = "base" }
quantity = "function-probability"
expect = { within = { class = "constant", low = 0.01, high = 0.99, level = 0.99 } }

[controls.positive.every-least-is-above-nothing]
says = "A ratio is."
cells = { arm = "base" }
quantity = "zipf-least"
expect = { every = { low = 0.0 } }
"#;

type Mistake = (&'static str, &'static str, &'static str, usize, &'static [&'static str]);

// One mistake a line.
#[rustfmt::skip]
const MISTAKES: &[Mistake] = &[
    // Sizes.
    ("no draw", "draws = 500", "draws = 0", 13, &["1 to 100,000,000", "not 0"]),
    ("too many draws", "draws = 500", "draws = 100000001", 13, &["100,000,000", "more seeds"]),
    ("draws beyond 64 bits", "draws = 500", "draws = 99999999999999999999", 13, &["draws"]),
    ("a cap of none", "most_functions = 300", "most_functions = 0", 14, &["1 to 10,000,000"]),
    ("a cap beyond memory", "most_functions = 300", "most_functions = 10000001", 14, &["240 bytes each"]),
    ("a layer too wide", "hidden = []", "hidden = [4097]", 12, &["1 to 4096", "4097"]),
    ("too many layers", "hidden = []", "hidden = [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", 12, &["at most 16"]),
    ("functions too large to count", "inputs = 3", "inputs = 8", 11, &["at most 7 inputs", "has 8"]),
    ("a table of other inputs", "\"00000000\"", "\"0000\"", 15, &["4 rows", "make 8"]),
    ("a table that is none", "\"00000000\"", "\"0000000x\"", 15, &["each 0 or 1", "0000000x"]),
    ("no network", "network = { mlp = { hidden = [] } }\n", "", 11, &["`network`"]),
    // What instruments are asked.
    ("an input that is not there", "\"x0&x1\"] }", "\"x0&x3\"] }", 17, &["x3 does not exist"]),
    ("an expression that does not parse", "\"x0&x1\"] }", "\"x0&&\"] }", 18, &["x0&&", "character 4"]),
    ("a function twice", "\"x0&x1\"] }", "\"!1\"] }", 17, &["\"0\" of set", "\"and\"", "\"constant\""]),
    ("a set named other", "and = [", "other = [", 17, &["\"other\""]),
    ("an empty set", "and = [\"x0&x1\"]", "and = []", 17, &["\"and\"", "list one"]),
    ("ranks backwards", "to = 4", "to = 4\n[instruments.simplicity-bias]\n[instruments.lempel-ziv]\nfoo = 1", 25, &["foo"]),
    ("a last rank before the first", "from = 1", "from = 9", 20, &["from 9 to 4"]),
    ("a rank of 0", "from = 1", "from = 0", 21, &["1 to 10,000,000", "not 0"]),
    // What gates ask.
    ("an outcome that is none", "class = \"constant\"", "class = \"constnat\"", 28, &["constnat", "constant", "other"]),
    ("no outcome", "class = \"constant\", ", "", 28, &["`class`", "the outcome"]),
    ("a band backwards", "low = 0.01, high = 0.99", "low = 0.99, high = 0.01", 28, &["0.99 to 0.01"]),
    ("a band that holds everything", "low = 0.01, high = 0.99", "low = 0.0, high = 1.0", 28, &["it could not fail"]),
    ("a level of 1", "level = 0.99", "level = 1.0", 28, &["level lies between 0 and 1"]),
    ("every without an end", "every = { low = 0.0 }", "every = {}", 34, &["`low`, `high` or both"]),
    ("every of counts", "\"zipf-least\"", "\"ones\"", 34, &["a number of each agent"]),
    ("a mean of counts", "within = { class = \"constant\", low = 0.01, high = 0.99, level = 0.99 }", "mean = { is = 0.5, alpha = 0.01 }", 28, &["counts have no mean", "chi-square"]),
    ("chi-square of numbers", "every = { low = 0.0 }", "chi-square = { against = { uniform = { from = 0, to = 7 } }, alpha = 0.01 }", 34, &["needs a quantity of counts"]),
    ("shares of outcomes that are none", "within = { class = \"constant\", low = 0.01, high = 0.99, level = 0.99 }", "chi-square = { against = { shares = { constant = 0.5, or = 0.5 } }, alpha = 0.01 }", 28, &["\"or\"", "constant"]),
    ("shares that do not add up", "within = { class = \"constant\", low = 0.01, high = 0.99, level = 0.99 }", "chi-square = { against = { shares = { constant = 0.5, and = 0.4 } }, alpha = 0.01 }", 28, &["make 1 together", "0.9"]),
    ("a range backwards", "within = { class = \"constant\", low = 0.01, high = 0.99, level = 0.99 }", "chi-square = { against = { uniform = { from = 7, to = 0 } }, alpha = 0.01 }", 28, &["from 7 to 0"]),
    // A learner that learns needs rows.
    ("nothing shown to a learner", "[learner.prior]\nnetwork = { mlp = { hidden = [] } }\ndraws = 500\nmost_functions = 300\ndeclared = [\"00000000\"]", "[learner.table]", 11, &["0 rows", "at least 1"]),
    ("layers beyond what is sane", "[learner.prior]\nnetwork = { mlp = { hidden = [] } }\ndraws = 500\nmost_functions = 300\ndeclared = [\"00000000\"]", "[learner.layered-machines]\nnodes = 3\ndepth = 1001\ndraws = 5", 13, &["0 to 1,000", "1001"]),
    ("more nodes than states fit", "[learner.prior]\nnetwork = { mlp = { hidden = [] } }\ndraws = 500\nmost_functions = 300\ndeclared = [\"00000000\"]", "[learner.layered-machines]\nnodes = 8\ndepth = 1\ndraws = 5", 12, &["1 to 7", "8"]),
];

#[test]
fn the_study_of_draws_that_mistakes_are_made_in_is_itself_valid() {
    bench_with(STUDY.as_bytes()).demand(0, &["run", "s.toml", "--out", "out"]);
}

#[test]
fn every_mistake_in_a_study_of_draws_is_one_error_with_its_line_and_what_would_be_right() {
    let told = MISTAKES.iter().map(|(name, passage, by, line, says)| {
        let bench = bench_with(changed(STUDY, passage, by).as_bytes());
        let place = format!("error: s.toml:{line}:");
        let says: Vec<&str> = [&[place.as_str()], *says].concat();
        (name.to_string(), faults(&bench, &["run", "s.toml", "--out", "out"], &says))
    });
    demand_no_faults(told.collect());
}

#[test]
fn a_question_about_counts_is_refused() {
    let text =
        format!("{STUDY}\n[questions.all]\nquantity = \"ones\"\ncells = {{ arm = \"base\" }}\n");
    let bench = bench_with(text.as_bytes());
    let faults = faults(&bench, &["run", "s.toml"], &["s.toml:37", "counts draws", "not scored"]);
    assert!(faults.is_empty(), "{faults:?}");
}
