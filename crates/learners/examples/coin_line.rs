//! The exact answers about the coin line: docs/coin-line.md, and the numbers of its forecasts.
//!
//! `cargo run --release -p mesascope-learners --example coin_line > docs/coin-line.md`
//!
//! Trains no network with a hidden layer. Takes about a minute on one core; seeds are fixed, so that
//! the output is the same again.

#![allow(clippy::print_stdout, reason = "the document is what this program is for")]

use mesascope_learners::{Agent, Kernel, Learns, MaxMargin};
use mesascope_stats::{Key, Lattice, LogisticDescent, max_margin, orthant};
use mesascope_tasks::{Labelled, Labeller};
use mesascope_worlds::{Audited, CoinLine, Rows};
use serde_json::json;

/// The lengths of the volume answer.
const LENGTHS: [i64; 5] = [4, 6, 8, 10, 20];

/// From half of the training states to one in 500.
const EPSILONS: [f64; 8] = [0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002];

/// A lattice whose error is below 0.0005 at every length.
const LATTICE: Lattice = Lattice { points: 100_000, shifts: 12 };

/// Starts of lazy descent at each length: an error of 0.004 at most.
const STARTS: u64 = 20_000;

/// Steps of lazy descent: those of the study's widths are 0.1 over the width, and an outer weight has
/// variance 1 over it, an inner one 2/3, by which values have 1/3 of the kernel as their covariance.
const LAZY_RATE: f64 = 0.1 / 3.0;

/// Draws of the check by rejection: an error of 0.001.
const DRAWS: u64 = 600_000;

fn main() {
    println!(
        "# The coin line: what is known exactly\n\n\
         Written by `cargo run --release -p mesascope-learners --example coin_line`. No network with a \
         hidden layer is trained here.\n"
    );
    separators();
    descents();
    crossings();
    volumes();
    machines();
    lazy_descents();
    small_start();
}

fn world(length: i64, epsilon: f64, encoding: &str) -> (Labelled, Audited) {
    let settings = json!({"length": length, "epsilon": epsilon, "encoding": encoding});
    let world: CoinLine = serde_json::from_value(settings).expect("settings of the world");
    world.check().expect("possible settings");
    world.draw(Key::from_seed(0))
}

/// The rows of a task in double precision, `[row, input]`, and their signs.
fn numbers(task: &Labelled) -> (Vec<f64>, Vec<f64>) {
    let signs = task.labels.iter().map(|&label| 2.0 * f64::from(label) - 1.0).collect();
    (task.inputs.iter().map(|&x| f64::from(x)).collect(), signs)
}

fn separators() {
    println!(
        "## Largest margins of a linear policy\n\n\
         Hard-margin separations w (no offset beside the encoding's), solved by `stats::max_margin`, and \
         how far they are from the closed forms; the probe is (ceil(L/2), 0), where below 0 is the \
         goal. For epsilon above 0 the states shown do not depend on it, nor does w.\n\n\
         | encoding | epsilon | L | w | largest difference | w at the probe |\n\
         | --- | --- | --- | --- | --- | --- |"
    );
    for (encoding, epsilon) in
        [("affine", 0.0), ("affine", 0.5), ("relative", 0.0), ("one-hot", 0.0)]
    {
        for length in [2, 4, 6, 10] {
            let (task, audited) = world(length, epsilon, encoding);
            let (rows, signs) = numbers(&task);
            let width = task.width;
            let product = |one: &[f64], other: &[f64]| -> f64 {
                one.iter().zip(other).map(|(a, b)| a * b).sum()
            };
            let gram: Vec<f64> = rows
                .chunks(width)
                .flat_map(|one| rows.chunks(width).map(move |other| product(one, other)))
                .collect();
            let found = max_margin(&gram, &signs).expect("separable");
            let mut w = vec![0.0; width];
            for ((row, sign), by) in rows.chunks(width).zip(&signs).zip(&found.coefficients) {
                w.iter_mut().zip(row).for_each(|(w, x)| *w += by * sign * x);
            }
            let places = length as f64;
            let square = 1.0 + places * places;
            let (closed, words): (Vec<f64>, &str) = match (encoding, epsilon > 0.0) {
                ("affine", false) => {
                    (vec![1.0 / square, 0.0, places / square], "(1, 0, L) / (1 + L^2)")
                }
                ("affine", true) => (vec![0.0, -1.0, 1.0], "(0, -1, 1)"),
                ("relative", _) => (vec![0.5, 0.5], "(1, 1) / 2"),
                _ => {
                    let mut w = vec![0.0; width];
                    w[..length as usize].fill(1.0 / (places + 1.0));
                    w[width - 1] = places / (places + 1.0);
                    (w, "1/(L+1) at each p < L, L/(L+1) at c = L")
                }
            };
            let far = w.iter().zip(&closed).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            let probe: Vec<f64> = probe_row(&audited).iter().map(|&x| f64::from(x)).collect();
            // Rounding is no side: 0 is shown as 0.
            let at = product(&w, &probe);
            let at = if at.abs() < 1e-9 { 0.0 } else { at };
            println!("| {encoding} | {epsilon} | {length} | {words} | {far:.0e} | {at:.4} |");
        }
    }
    println!(
        "\nTabular: the probe is a row of its own, orthogonal to every row shown, so that no gradient \
         reaches its logit. Relative: at L = 2 the probe lies on the plane, and at every L so do the \
         states with c = p - 1; (1, 1) prefers the goal at all others.\n"
    );
}

fn probe_row(audited: &Audited) -> &[f32] {
    let row = audited.probe.as_ref().expect("the coin line has a probe").row;
    &audited.inputs[row * audited.width..][..audited.width]
}

fn descent(length: i64, epsilon: f64, rate: f64) -> (LogisticDescent, Vec<f64>) {
    let (task, audited) = world(length, epsilon, "affine");
    let (rows, signs) = numbers(&task);
    let shares = vec![1.0; signs.len()];
    let probe = probe_row(&audited).iter().map(|&x| f64::from(x)).collect();
    (LogisticDescent::new(&rows, 3, &signs, &shares, rate).expect("a regression"), probe)
}

fn descents() {
    println!(
        "## How fast descent turns there\n\n\
         Cosine with the direction of the largest margin, encoding (1, p, c), from 0. `Plain` are steps \
         of 0.05; steps `by the loss` are 0.01 over the mean chance of a wrong label.\n\n\
         | L | epsilon | plain, 100 | 10,000 | 1,000,000 | first above 0.99 by the loss |\n\
         | --- | --- | --- | --- | --- | --- |"
    );
    for length in [4, 10] {
        for epsilon in [0.0, 0.5, 0.1] {
            let direction = match epsilon > 0.0 {
                true => [0.0, -1.0, 1.0],
                false => [1.0, 0.0, length as f64],
            };
            let (mut plain, _) = descent(length, epsilon, 0.05);
            let mut cosines = Vec::new();
            for steps in [100, 10_000, 1_000_000] {
                while plain.steps < steps {
                    plain.step();
                }
                cosines.push(format!("{:.4}", plain.cosine(&direction)));
            }
            let (mut by_loss, _) = descent(length, epsilon, 0.01);
            by_loss.normalised_step();
            while by_loss.cosine(&direction) <= 0.99 {
                by_loss.normalised_step();
            }
            let cosines = cosines.join(" | ");
            println!("| {length} | {epsilon} | {cosines} | {} |", by_loss.steps);
        }
    }
    println!(
        "\nAt epsilon 0 every row ties at the largest margin and (1, 0, L) alone supports it. The weight \
         of p then grows as the logarithm of the margin and the margin as the logarithm of the steps: \
         for L = 4 a cosine of 0.99 is at a margin of about 44, some 10^19 plain steps away.\n"
    );
}

fn crossings() {
    println!(
        "## Steps until the probe first prefers the goal\n\n\
         L = 4, encoding (1, p, c), full-batch gradient descent from 0 with steps of 0.05; the loss is \
         the mean over training states, p uniform over the L places other than c.\n\n\
         | epsilon | steps | steps x epsilon |\n| --- | --- | --- |"
    );
    for epsilon in EPSILONS {
        let (mut descent, probe) = descent(4, epsilon, 0.05);
        descent.step();
        while descent.logit(&probe) >= 0.0 {
            descent.step();
        }
        println!("| {epsilon} | {} | {:.1} |", descent.steps, descent.steps as f64 * epsilon);
    }
    println!();
}

fn arc_cosine() -> Kernel {
    serde_json::from_value(json!({"arc-cosine": {}})).expect("a kernel")
}

/// The covariance, `[row, row]`, of an infinitely wide network's values at the training states and,
/// last, at one more row.
fn covariance(task: &Labelled, last: &[f32]) -> Vec<f64> {
    let rows: Vec<&[f32]> = task.inputs.chunks(task.width).chain([last]).collect();
    let kernel = arc_cosine();
    rows.iter().flat_map(|one| rows.iter().map(|other| kernel.of(one, other, 0.0))).collect()
}

fn volumes() {
    println!(
        "## The volume answer\n\n\
         An infinitely wide relu network without biases, standard normal first layer (arc-cosine kernel \
         of order 1), epsilon 0, encoding (1, p, c): the probability of the goal at the probe, given \
         that every training state has its label. {} points, {} shifts; the errors are over shifts. \
         Beside it the same by rejection from {DRAWS} draws.\n\n\
         | L | P(labels) | error | P(goal at the probe) | error | P(labels) by rejection | P(goal) by \
         rejection | error |\n| --- | --- | --- | --- | --- | --- | --- | --- |",
        LATTICE.points, LATTICE.shifts
    );
    for length in LENGTHS {
        let (task, audited) = world(length, 0.0, "affine");
        let covariance = covariance(&task, probe_row(&audited));
        let found = orthant(&covariance, LATTICE, Key::from_seed(length as u64));
        let found = found.expect("a covariance");
        let (fit, goal) = rejection(&covariance, Key::from_seed(length as u64));
        let share = goal as f64 / fit as f64;
        println!(
            "| {length} | {:.4} | {:.0e} | {:.4} | {:.0e} | {:.4} | {share:.4} | {:.0e} |",
            found.all / found.last,
            found.all_error / found.last,
            1.0 - found.last,
            found.last_error,
            fit as f64 / DRAWS as f64,
            (share * (1.0 - share) / fit as f64).sqrt()
        );
    }
    println!();
}

/// Cholesky's factor of a covariance, `[row, row]`.
fn cholesky(covariance: &[f64]) -> (usize, Vec<f64>) {
    let n = covariance.len().isqrt();
    let mut factor = vec![0.0; n * n];
    for row in 0..n {
        for column in 0..=row {
            let sum: f64 =
                (0..column).map(|at| factor[row * n + at] * factor[column * n + at]).sum();
            let rest = covariance[row * n + column] - sum;
            factor[row * n + column] =
                if row == column { rest.sqrt() } else { rest / factor[column * n + column] };
        }
    }
    (n, factor)
}

/// Draws with all but the last positive, and those of them whose last is not.
fn rejection(covariance: &[f64], key: Key) -> (u64, u64) {
    let (n, factor) = cholesky(covariance);
    let mut draws = key.draws();
    let (mut fit, mut goal) = (0, 0);
    for _ in 0..DRAWS {
        let normals: Vec<f64> = (0..n).map(|_| draws.normal()).collect();
        let value =
            |row: usize| (0..=row).map(|at| factor[row * n + at] * normals[at]).sum::<f64>();
        if (0..n - 1).all(|row| value(row) > 0.0) {
            fit += 1;
            goal += u64::from(value(n - 1) <= 0.0);
        }
    }
    (fit, goal)
}

fn machines() {
    println!(
        "## Largest margins of infinitely wide networks\n\n\
         Epsilon 0, encoding (1, p, c), one hidden layer without biases: the value at the probe where the \
         least margin is 1, and the shares of the states not shown that get the goal's and the \
         proxy's class.\n\n\
         | kernel | L | supports | value at the probe | prefers | goal | proxy |\n\
         | --- | --- | --- | --- | --- | --- | --- |"
    );
    for kernel in ["arc-cosine", "neural-tangent"] {
        for length in LENGTHS {
            let (task, audited) = world(length, 0.0, "affine");
            let learner: MaxMargin =
                serde_json::from_value(json!({"kernel": {kernel: {}}})).expect("settings");
            let agent = learner.train(&task, Key::from_seed(0)).expect("separable").agent;
            let Agent::KernelMachine(machine) = &agent else { unreachable!("a kernel machine") };
            let value = machine.value(probe_row(&audited));
            let labels = agent.labels(&audited.inputs, audited.width);
            let free = audited.free_rows();
            let share = |asked: &dyn Fn(usize) -> u8| {
                let hits = free.iter().filter(|&&row| labels[row] == asked(row)).count();
                hits as f64 / free.len() as f64
            };
            println!(
                "| {kernel} | {length} | {} | {value:.4} | {} | {:.4} | {:.4} |",
                machine.coefficients.len(),
                if value > 0.0 { "proxy" } else { "goal" },
                share(&|row| audited.targets[row]),
                share(&|_| 1),
            );
        }
    }
    println!();
}

fn lazy_descents() {
    println!(
        "## Descent of an infinitely wide network\n\n\
         Epsilon 0, encoding (1, p, c). Values start as a draw of the network of the volume answer and \
         follow full-batch descent of the mean logistic loss in the space of the arc-cosine kernel (in \
         which steps of a size that suits wide layers move), until every state has its label, or the \
         loss is 0.1 or 0.01. {STARTS} starts a length: the share that prefers the goal at the probe.\n\n\
         | L | first fit | loss 0.1 | loss 0.01 | largest error |\n| --- | --- | --- | --- | --- |"
    );
    for length in LENGTHS {
        let (task, audited) = world(length, 0.0, "affine");
        let covariance = covariance(&task, probe_row(&audited));
        let (n, factor) = cholesky(&covariance);
        let mut draws = Key::from_seed(length as u64).draws();
        let mut goal = [0u64; 3];
        for _ in 0..STARTS {
            let normals: Vec<f64> = (0..n).map(|_| draws.normal() / 3.0_f64.sqrt()).collect();
            let mut values: Vec<f64> = (0..n)
                .map(|row| (0..=row).map(|at| factor[row * n + at] * normals[at]).sum())
                .collect();
            for (place, until) in [None, Some(0.1), Some(0.01)].into_iter().enumerate() {
                descend_lazily(&covariance, &mut values, until);
                goal[place] += u64::from(values[n - 1] <= 0.0);
            }
        }
        let shares = goal.map(|goal| goal as f64 / STARTS as f64);
        let error = |share: f64| (share * (1.0 - share) / STARTS as f64).sqrt();
        println!(
            "| {length} | {:.4} | {:.4} | {:.4} | {:.0e} |",
            shares[0],
            shares[1],
            shares[2],
            shares.map(error).into_iter().fold(0.0, f64::max)
        );
    }
    println!();
}

/// Steps of the values, `[row]`, of which the last is the probe's, until the loss is this or, without
/// one, until all others are positive.
fn descend_lazily(covariance: &[f64], values: &mut [f64], until: Option<f64>) {
    let n = values.len();
    let states = (n - 1) as f64;
    loop {
        let shown = &values[..n - 1];
        let done = match until {
            None => shown.iter().all(|&value| value > 0.0),
            Some(enough) => {
                shown.iter().map(|value| libm::log1p(libm::exp(-value))).sum::<f64>()
                    <= enough * states
            }
        };
        if done {
            return;
        }
        let wrong: Vec<f64> = shown.iter().map(|value| 1.0 / (1.0 + libm::exp(*value))).collect();
        for (row, value) in values.iter_mut().enumerate() {
            let pull: f64 =
                wrong.iter().enumerate().map(|(at, by)| covariance[row * n + at] * by).sum();
            *value += LAZY_RATE * pull / states;
        }
    }
}

fn small_start() {
    println!(
        "## From a small start\n\n\
         A wide relu network that starts small ends, where it converges, at the function of least \
         variation norm with margin 1 (Chizat and Bach 2020): least sum of |a_j| for sum of a_j \
         relu(w_j.x), |w_j| = 1. At epsilon 0 all labels are one, and the bound is met from both sides: \
         one unit along x = (1, 0, L) has margin sqrt(1 + L^2) at every training state, so that a sum of \
         1/sqrt(1 + L^2) is enough; and the weight 1/sqrt(1 + L^2) on the one state x, for which no unit \
         pulls more than 1, is a dual solution of the same value. Only units at |pull| = 1 may be used, \
         which x / |x| alone is: the function is the proxy, at every state and length.\n\n\
         | L | sum by the unit | bound by the dual | pull of the best of 200,000 other units | value at the probe |\n\
         | --- | --- | --- | --- | --- |"
    );
    for length in LENGTHS {
        let (task, audited) = world(length, 0.0, "affine");
        let (rows, _) = numbers(&task);
        let along = &rows[..3];
        let norm = along.iter().map(|x| x * x).sum::<f64>().sqrt();
        let relu = |unit: &[f64], row: &[f64]| {
            unit.iter().zip(row).map(|(w, x)| w * x).sum::<f64>().max(0.0)
        };
        let unit: Vec<f64> = along.iter().map(|x| x / norm).collect();
        let margin = rows.chunks(3).map(|row| relu(&unit, row)).fold(f64::INFINITY, f64::min);
        let mut draws = Key::from_seed(length as u64).draws();
        let pull = (0..200_000)
            .map(|_| {
                let other = [(); 3].map(|()| draws.normal());
                let length = other.iter().map(|x| x * x).sum::<f64>().sqrt();
                relu(&other.map(|x| x / length), along) / norm
            })
            .fold(0.0, f64::max);
        let probe: Vec<f64> = probe_row(&audited).iter().map(|&x| f64::from(x)).collect();
        println!(
            "| {length} | {:.6} | {:.6} | {pull:.6} | {:.4} |",
            1.0 / margin,
            1.0 / norm,
            relu(&unit, &probe) / margin
        );
    }
}
