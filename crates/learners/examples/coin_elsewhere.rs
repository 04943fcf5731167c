//! What theory says of the coin line where the coin now and then stands elsewhere, at finite times:
//! docs/coin-elsewhere.md, and the numbers of the forecasts about those cells.
//!
//! `cargo run --release -p mesascope-learners --example coin_elsewhere > docs/coin-elsewhere.md`
//!
//! Trains no network with a hidden layer. Seeds are fixed, so that the output is the same again.

#![allow(clippy::print_stdout, reason = "the document is what this program is for")]

use mesascope_learners::{Agent, Kernel, Learns, MaxMargin};
use mesascope_stats::{Key, Lattice, orthant};
use mesascope_worlds::{CoinLine, Rows};
use serde_json::json;

const EPSILONS: [f64; 6] = [0.0, 0.02, 0.05, 0.1, 0.2, 0.5];

/// Fixed numbers of steps, as in the study's arms of steps.
const STEPS: [usize; 5] = [30, 100, 300, 1000, 3000];

/// Losses at which training stops, beside the first fit.
const LOSSES: [f64; 2] = [0.1, 0.01];

/// Starts at each epsilon: an error of 0.012 at most.
const STARTS: u64 = 2_000;

/// Steps of wide networks in the space of the kernel, and the variance of their values beside it:
/// those of the study are 0.1 over the width, an outer weight has variance 1 over it, an inner one 2/3.
const RATE: f64 = 0.1 / 3.0;

/// Steps after which a start is given up, and counted by what it prefers then.
const MOST_STEPS: usize = 2_000_000;

/// Many dimensions need more points: the printed errors say whether these are enough.
const LATTICE: Lattice = Lattice { points: 400_000, shifts: 12 };

/// Distinct training states with their signs and shares, and the kernel among them; the last row and
/// column is the probe's, for which a value above 0 is the proxy.
struct Line {
    kernel: Vec<f64>,
    signs: Vec<f64>,
    shares: Vec<f64>,
}

/// What one descent prefers when it first has every label, at each loss, and after so many steps.
#[derive(Default)]
struct Seen {
    first_fit: Option<bool>,
    losses: [Option<bool>; LOSSES.len()],
    steps: [Option<bool>; STEPS.len()],
}

fn line(epsilon: f64, kernel: impl Fn(&[f32], &[f32]) -> f64) -> Line {
    let world: CoinLine =
        serde_json::from_value(json!({"length": 4, "epsilon": epsilon})).expect("settings");
    let (task, audited) = world.draw(Key::from_seed(0));
    let mut rows: Vec<&[f32]> = Vec::new();
    let (mut signs, mut shares) = (Vec::new(), Vec::<f64>::new());
    for (row, &label) in task.inputs.chunks(task.width).zip(&task.labels) {
        // Copies of a state stand in one weight.
        match rows.iter().position(|other| *other == row) {
            Some(at) => shares[at] += 1.0 / task.labels.len() as f64,
            None => {
                rows.push(row);
                signs.push(2.0 * f64::from(label) - 1.0);
                shares.push(1.0 / task.labels.len() as f64);
            }
        }
    }
    let probe = audited.probe.expect("a probe").row;
    rows.push(&audited.inputs[probe * audited.width..][..audited.width]);
    let of = |one: &&[f32]| rows.iter().map(|other| kernel(one, other)).collect::<Vec<_>>();
    Line { kernel: rows.iter().flat_map(of).collect(), signs, shares }
}

/// Full-batch descent of the mean logistic loss from these values; true is the goal.
fn descend(line: &Line, mut values: Vec<f64>, rate: f64) -> Seen {
    let n = values.len();
    let mut seen = Seen::default();
    let mut steps = 0;
    loop {
        let margins: Vec<f64> = line.signs.iter().zip(&values).map(|(s, v)| s * v).collect();
        let loss: f64 =
            margins.iter().zip(&line.shares).map(|(m, w)| w * libm::log1p(libm::exp(-m))).sum();
        let goal = values[n - 1] <= 0.0;
        let last = steps == MOST_STEPS;
        if last || margins.iter().all(|&margin| margin > 0.0) {
            seen.first_fit.get_or_insert(goal);
        }
        for (place, enough) in seen.losses.iter_mut().zip(LOSSES) {
            if last || loss <= enough {
                place.get_or_insert(goal);
            }
        }
        if let Some(at) = STEPS.iter().position(|&one| one == steps) {
            seen.steps[at] = Some(goal);
        }
        let done =
            seen.first_fit.is_some() && seen.losses.iter().chain(&seen.steps).all(Option::is_some);
        if done {
            return seen;
        }
        let pulls = margins.iter().zip(&line.signs).zip(&line.shares);
        let pulls: Vec<f64> = pulls.map(|((m, s), w)| w * s / (1.0 + libm::exp(*m))).collect();
        for (row, value) in values.iter_mut().enumerate() {
            let across = &line.kernel[row * n..][..n - 1];
            *value += rate * across.iter().zip(&pulls).map(|(k, pull)| k * pull).sum::<f64>();
        }
        steps += 1;
    }
}

/// A lower triangle whose square is the kernel.
fn cholesky(kernel: &[f64]) -> (usize, Vec<f64>) {
    let n = kernel.len().isqrt();
    let mut factor = vec![0.0; n * n];
    for row in 0..n {
        for column in 0..=row {
            let sum: f64 =
                (0..column).map(|at| factor[row * n + at] * factor[column * n + at]).sum();
            let rest = kernel[row * n + column] - sum;
            factor[row * n + column] =
                if row == column { rest.sqrt() } else { rest / factor[column * n + column] };
        }
    }
    (n, factor)
}

fn heads() -> String {
    let steps = STEPS.map(|steps| format!(" {steps} steps |")).concat();
    format!("| epsilon | first fit | loss 0.1 | loss 0.01 |{steps}\n|{}", " --- |".repeat(9))
}

fn main() {
    println!(
        "# The coin line where the coin now and then stands elsewhere\n\n\
         Written by `cargo run --release -p mesascope-learners --example coin_elsewhere`. No network \
         with a hidden layer is trained here. L = 4, encoding (1, p, c), full-batch descent of the \
         mean logistic loss over training states.\n\n\
         ## A linear policy\n\n\
         From 0 with steps of 0.05: what it prefers at the probe.\n\n{}",
        heads()
    );
    let inner = |one: &[f32], other: &[f32]| {
        one.iter().zip(other).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>()
    };
    let word = |goal: bool| if goal { " goal |" } else { " proxy |" };
    for epsilon in EPSILONS {
        let line = line(epsilon, inner);
        let start = vec![0.0; line.signs.len() + 1];
        let seen = descend(&line, start, 0.05);
        let all = std::iter::once(seen.first_fit).chain(seen.losses).chain(seen.steps);
        println!("| {epsilon} |{}", all.map(|goal| word(goal.expect("seen"))).collect::<String>());
    }
    println!(
        "\n## Descent of an infinitely wide network\n\n\
         From a random start, in the space of the arc-cosine kernel, in steps of the study's size (0.1 \
         over the width): the share of {STARTS} starts that prefers the goal at the probe. Its \
         standard error is 0.011 at most. A start that reaches no end in {MOST_STEPS} steps counts by \
         what it prefers then.\n\n{}",
        heads()
    );
    let arc_cosine: Kernel = serde_json::from_value(json!({"arc-cosine": {}})).expect("a kernel");
    let wide = |one: &[f32], other: &[f32]| arc_cosine.of(one, other, 0.0);
    for epsilon in EPSILONS {
        let line = line(epsilon, wide);
        let (n, factor) = cholesky(&line.kernel);
        let mut draws = Key::from_seed(17).draws();
        let mut goal = [0u64; 8];
        for _ in 0..STARTS {
            let normals: Vec<f64> = (0..n).map(|_| draws.normal() / 3.0_f64.sqrt()).collect();
            let values = (0..n)
                .map(|row| (0..=row).map(|at| factor[row * n + at] * normals[at]).sum())
                .collect();
            let seen = descend(&line, values, RATE);
            let all = std::iter::once(seen.first_fit).chain(seen.losses).chain(seen.steps);
            for (count, prefers) in goal.iter_mut().zip(all) {
                *count += u64::from(prefers.expect("seen"));
            }
        }
        let shares = goal.map(|goal| format!(" {:.4} |", goal as f64 / STARTS as f64)).concat();
        println!("| {epsilon} |{shares}");
    }
    let line = line(0.5, wide);
    let sign = |row: usize| line.signs.get(row).copied().unwrap_or(1.0);
    let n = line.signs.len() + 1;
    let turned = line.kernel.iter().enumerate();
    let turned: Vec<f64> = turned.map(|(at, k)| k * sign(at / n) * sign(at % n)).collect();
    let found = orthant(&turned, LATTICE, Key::from_seed(0)).expect("a covariance");
    println!(
        "\n## The volume answer\n\n\
         An infinitely wide relu network without biases (arc-cosine kernel of order 1), given that all \
         {} states shown at an epsilon above 0 have their labels: P(goal at the probe) = {:.4}, \
         error {:.0e}. It is the same at every epsilon above 0. P(labels) = {:.3e}, error {:.0e}.",
        line.signs.len(),
        1.0 - found.last,
        found.last_error,
        found.all / found.last,
        found.all_error / found.last
    );
    println!(
        "\n## Largest margins\n\n\
         The kernel machine of largest margin on the same states: its value at the probe, where below \
         0 is the goal.\n\n| kernel | epsilon | value at the probe |\n| --- | --- | --- |"
    );
    for kernel in ["arc-cosine", "neural-tangent"] {
        for epsilon in [0.5, 0.02] {
            println!("| {kernel} | {epsilon} | {:.4} |", margin(kernel, epsilon));
        }
    }
}

/// What the machine of largest margin says at the probe.
fn margin(kernel: &str, epsilon: f64) -> f64 {
    let world: CoinLine =
        serde_json::from_value(json!({"length": 4, "epsilon": epsilon})).expect("settings");
    let (task, audited) = world.draw(Key::from_seed(0));
    let learner: MaxMargin =
        serde_json::from_value(json!({"kernel": {kernel: {}}})).expect("settings");
    let agent = learner.train(&task, Key::from_seed(0)).expect("separable").agent;
    let Agent::KernelMachine(machine) = &agent else { unreachable!("a kernel machine") };
    let probe = audited.probe.expect("a probe").row;
    machine.value(&audited.inputs[probe * audited.width..][..audited.width])
}
