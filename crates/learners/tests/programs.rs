//! Posteriors of programs and of completions against programs written out one by one, and against
//! what is known by hand.

use std::collections::BTreeMap;

use mesascope_learners::{Agent, Completions, Learns, Programs};
use mesascope_stats::Key;
use mesascope_tasks::{Function, Labelled, Sample};

fn posterior(learner: &dyn Learns, task: &Labelled) -> Sample {
    match learner.train(task, Key::from_seed(1)).unwrap().agent {
        Agent::Sample(sample) => {
            sample.check().unwrap();
            sample
        }
        other => panic!("{other:?} is no sample"),
    }
}

fn programs(settings: serde_json::Value) -> Programs {
    serde_json::from_value(settings).unwrap()
}

fn completions(settings: serde_json::Value) -> Completions {
    serde_json::from_value(settings).unwrap()
}

/// The rows of a function at which `shown` holds.
fn task(inputs: usize, label: impl Fn(usize) -> u8, shown: impl Fn(usize) -> bool) -> Labelled {
    let rows: Vec<usize> = (0..1 << inputs).filter(|row| shown(*row)).collect();
    let bits = |row: &usize| {
        let row = *row;
        (0..inputs).rev().map(move |place| (row >> place & 1) as f32)
    };
    let labels = rows.iter().map(|row| label(*row)).collect();
    Labelled::new(rows.iter().flat_map(bits).collect(), inputs, labels)
}

/// A program as a tree, run row by row. It knows nothing of truth tables.
#[derive(Clone, Debug)]
enum Program {
    Constant(u8),
    Input(usize),
    Not(Box<Program>),
    Gate(char, Box<Program>, Box<Program>),
    Branch(usize, Box<Program>, Box<Program>),
}

impl Program {
    /// The class and the steps of one row.
    fn run(&self, bits: &[u8]) -> (u8, u32) {
        match self {
            Program::Constant(class) => (*class, 1),
            Program::Input(input) => (bits[*input], 1),
            Program::Not(inner) => {
                let (class, steps) = inner.run(bits);
                (1 - class, steps + 1)
            }
            Program::Gate(gate, one, other) => {
                let ((a, steps), (b, more)) = (one.run(bits), other.run(bits));
                let class = match gate {
                    '&' => a & b,
                    '|' => a | b,
                    _ => a ^ b,
                };
                (class, steps + more + 1)
            }
            Program::Branch(input, then, otherwise) => {
                let side = if bits[*input] == 1 { then } else { otherwise };
                let (class, steps) = side.run(bits);
                (class, steps + 1)
            }
        }
    }

    /// The code word, written out.
    fn code(&self) -> String {
        match self {
            Program::Constant(class) => format!("0{:03b}", 6 + class),
            Program::Input(input) => format!("0{input:03b}"),
            Program::Not(inner) => format!("111{}", inner.code()),
            Program::Gate(gate, one, other) => {
                let word = match gate {
                    '&' => "100",
                    '|' => "101",
                    _ => "110",
                };
                format!("{word}{}{}", one.code(), other.code())
            }
            Program::Branch(input, one, other) => {
                format!("1{input:03b}{}{}", one.code(), other.code())
            }
        }
    }
}

/// Every program whose code has at most so many bits.
fn all_programs(inputs: usize, branches: bool, most_bits: usize) -> Vec<Program> {
    let mut by_bits: Vec<Vec<Program>> = vec![vec![]; most_bits + 1];
    for bits in 4..=most_bits {
        let mut made: Vec<Program> = vec![];
        if bits == 4 {
            made.extend((0..inputs).map(Program::Input));
            made.extend((0..2).map(Program::Constant));
        }
        let word = if branches { 4 } else { 3 };
        for left in 4..bits.saturating_sub(word) {
            let Some(right) = (bits - word).checked_sub(left) else { continue };
            for one in &by_bits[left] {
                for other in &by_bits[right] {
                    let pair = || (Box::new(one.clone()), Box::new(other.clone()));
                    if branches {
                        made.extend((0..inputs).map(|input| {
                            let (one, other) = pair();
                            Program::Branch(input, one, other)
                        }));
                    } else {
                        made.extend(['&', '|', '^'].map(|gate| {
                            let (one, other) = pair();
                            Program::Gate(gate, one, other)
                        }));
                    }
                }
            }
        }
        if !branches && bits > 3 {
            made.extend(by_bits[bits - 3].iter().map(|one| Program::Not(Box::new(one.clone()))));
        }
        by_bits[bits] = made;
    }
    by_bits.concat()
}

/// The least that any program of each function costs, over programs of at most so many bits.
fn cheapest(
    inputs: usize,
    branches: bool,
    most_bits: usize,
    cost: impl Fn(f64, f64) -> f64,
) -> BTreeMap<u128, f64> {
    let rows = 1usize << inputs;
    let mut least: BTreeMap<u128, f64> = BTreeMap::new();
    for program in all_programs(inputs, branches, most_bits) {
        let (mut table, mut steps) = (0u128, 0);
        for row in 0..rows {
            let bits: Vec<u8> = (0..inputs).rev().map(|place| (row >> place & 1) as u8).collect();
            let (class, run) = program.run(&bits);
            table |= u128::from(class) << row;
            steps += run;
        }
        let cost = cost(program.code().len() as f64, f64::from(steps) / rows as f64);
        let known = least.entry(table).or_insert(cost);
        *known = known.min(cost);
    }
    least
}

/// Demands that the shares of a posterior are 2^-cost, normalised, to within rounding to counts.
fn demand_shares(sample: &Sample, costs: &BTreeMap<u128, f64>, what: &str) {
    let fits = |table: u128| sample.count(Function(table)).is_some_and(|count| count > 0);
    let costs: Vec<(u128, f64)> =
        costs.iter().filter(|(table, _)| fits(**table)).map(|(t, c)| (*t, *c)).collect();
    assert_eq!(costs.len(), sample.counts.len(), "{what}: brute force found too little");
    let sum: f64 = costs.iter().map(|(_, cost)| (-cost).exp2()).sum();
    for (table, cost) in costs {
        let found = sample.count(Function(table)).unwrap() as f64 / sample.draws as f64;
        let truth = (-cost).exp2() / sum;
        // A count is 2^-40 or 2^-39 of all, and is rounded; nothing else may differ.
        assert!((found - truth).abs() < 4e-12 + 1e-9 * truth, "{what} {table:b}: {found}, {truth}");
    }
}

#[test]
fn of_two_inputs_the_posterior_is_that_of_all_programs_written_out() {
    for (branches, name, most_bits) in [(false, "gates", 18), (true, "branches", 20)] {
        for (cost, price) in [
            ("length", 0.0),
            ("length-plus-time", 0.0),
            ("length-plus-time", 0.75),
            ("length", 3.0),
        ] {
            let learner = programs(serde_json::json!({
                "instructions": name, "cost": cost, "step_price": price,
            }));
            let brute = cheapest(2, branches, most_bits, |bits, steps| {
                let time = if cost == "length" { 0.0 } else { steps.log2() };
                bits + time + price * steps
            });
            assert_eq!(brute.len(), 16, "{name}: a function has only longer programs");
            for shown in [0usize, 1, 2] {
                let task = task(2, |row| (row == 3) as u8, |row| row < shown);
                let sample = posterior(&learner, &task);
                assert_eq!(sample.counts.len(), 1 << (4 - shown));
                demand_shares(&sample, &brute, &format!("{name} {cost} {price} {shown}"));
            }
        }
    }
}

#[test]
fn of_three_inputs_and_a_cue_the_cheap_completions_weigh_as_the_programs_written_out() {
    // The target x0 & x1, shown where x2 is 1; programs of up to 25 bits (28 of branches).
    let task = task(3, |row| (row >= 6) as u8, |row| row & 1 == 1);
    for (branches, name, most_bits) in [(false, "gates", 25), (true, "branches", 28)] {
        let brute = cheapest(3, branches, most_bits, |bits, steps| bits + steps.log2());
        let settings = serde_json::json!({"instructions": name, "cost": "length-plus-time"});
        let sample = posterior(&programs(settings), &task);
        let right = sample.count(Function(0b1100_0000)).unwrap();
        let mut compared = 0;
        for (function, count) in &sample.counts {
            let Some(cost) = brute.get(&function.0) else { continue };
            let ratio = (brute[&0b1100_0000] - cost).exp2();
            assert!((*count as f64 / right as f64 - ratio).abs() < 1e-9, "{name} {function:?}");
            compared += 1;
        }
        assert!(compared >= 4 && compared < sample.counts.len(), "{name}: {compared}");
        let found = |(f, _): &&(Function, u64)| brute.contains_key(&f.0);
        let least = sample.counts.iter().filter(found).map(|(_, count)| *count).min().unwrap();
        let rest = sample.counts.iter().filter(|one| !found(one));
        assert!(rest.clone().all(|(_, count)| *count < least), "what is longer weighs less");
    }
}

#[test]
fn a_price_on_steps_moves_weight_to_programs_that_run_fewer() {
    // The target x0 where x2 is 1. A leaf runs one step; `if x2 then x0 else 0` is a branch longer (8
    // bits) and runs two.
    let task = task(3, |row| (row >= 4) as u8, |row| row & 1 == 1);
    for price in [0.0, 1.0, 4.0] {
        let settings = serde_json::json!({"instructions": "branches", "step_price": price});
        let sample = posterior(&programs(settings), &task);
        let counts = |table| sample.count(Function(table)).unwrap() as f64;
        let ratio = counts(0b1111_0000) / counts(0b1010_0000);
        assert!((ratio.log2() - (8.0 + price)).abs() < 1e-8, "{price}: {ratio}");
    }
}

/// Five inputs, shown where the last is 1.
fn by_cue(label: impl Fn(usize) -> u8) -> Labelled {
    task(5, label, |row| row & 1 == 1)
}

#[test]
fn what_a_low_cap_leaves_out_is_bounded_by_what_it_says() {
    let label = |row: usize| (row >> 4 & row >> 3 & 1) as u8;
    let at = |bits: i64| {
        let settings = serde_json::json!({"instructions": "gates", "most_bits": bits});
        posterior(&programs(settings), &by_cue(label))
    };
    let high = at(46);
    for bits in [14, 21, 28, 35] {
        let low = at(bits);
        assert!(low.unlisted > 0 && low.unlisted == low.unlisted_fits && low.fits == low.draws);
        assert!(low.counts.len() < high.counts.len());
        let share = |sample: &Sample, count: u64| count as f64 / sample.draws as f64;
        // What the higher cap lists beyond the lower one, and leaves out itself.
        let listed = |f: Function| low.counts.iter().any(|(other, _)| *other == f);
        let beyond = high.counts.iter().filter(|(f, _)| !listed(*f)).map(|(_, count)| *count);
        let at_least = share(&high, beyond.sum());
        let bound = share(&low, low.unlisted);
        assert!(bound >= at_least, "{bits}: {at_least} left out, bound {bound}");
        // A share lies between its own and its own with all that is left out.
        for (function, count) in &low.counts {
            let (found, truth) = (share(&low, *count), high.count(*function).unwrap());
            let truth = share(&high, truth);
            assert!(found <= truth + 1e-6 && truth <= found + bound + 1e-11, "{function:?}");
        }
    }
    assert!((high.unlisted as f64) < 1e-6 * high.draws as f64);
}

#[test]
fn equal_weights_give_every_completion_exactly_its_share() {
    for (inputs, shown) in [(3, 4), (4, 8), (5, 16), (7, 112)] {
        let sample = posterior(
            &completions(serde_json::json!({"by": "equal"})),
            &task(inputs, |row| (row % 3 == 0) as u8, |row| row < shown),
        );
        let free = (1 << inputs) - shown;
        assert_eq!(sample.counts.len(), 1 << free);
        assert!(sample.counts.iter().all(|(_, count)| count << free == sample.draws));
    }
}

#[test]
fn measures_weigh_completions_as_known_by_hand() {
    // Two inputs; row 3 is shown with class 1: eight completions.
    let task = task(2, |_| 1, |row| row == 3);
    let counts = |settings: serde_json::Value| {
        let sample = posterior(&completions(settings), &task);
        move |table: u128| sample.count(Function(table)).unwrap() as f64
    };
    // 1, x0 and x1 take no gate, the others one.
    let circuits = counts(serde_json::json!({"by": "smallest-circuit", "price": 3.0}));
    assert_eq!(circuits(0b1111) / circuits(0b1000), 8.0);
    assert_eq!(circuits(0b1100) / circuits(0b1001), 8.0);
    // Sensitive inputs on average: 0 of the constant, 1 of x0 and of and, 2 of equality.
    let sensitivity = counts(serde_json::json!({"by": "sensitivity"}));
    assert_eq!(sensitivity(0b1111) / sensitivity(0b1100), 2.0);
    assert_eq!(sensitivity(0b1100) / sensitivity(0b1000), 1.0);
    assert_eq!(sensitivity(0b1000) / sensitivity(0b1001), 2.0);
    // 2 bits of the constant, 5 of 0001 and 6 of 0110 and of 1001.
    let words = counts(serde_json::json!({"by": "lempel-ziv"}));
    assert_eq!((words(0b1111) / words(0b1000), words(0b1000) / words(0b1001)), (8.0, 2.0));
    let simplest = serde_json::json!({"by": "smallest-circuit", "simplest_only": true});
    let simplest = posterior(&completions(simplest), &task);
    let tables: Vec<u128> = simplest.counts.iter().map(|(f, _)| f.0).collect();
    assert_eq!(tables, [0b1010, 0b1100, 0b1111]);
    assert!(simplest.counts.windows(2).all(|pair| pair[0].1 == pair[1].1));
}
