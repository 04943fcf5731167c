//! What a learner of policies pays per row, in CPU time: rollouts of 256 rows forward and minibatches
//! of 8,192 rows forward and back, with 507 bits of which 80 are 1, as the corner world shows them:
//! `cargo bench -p mesascope-benches --bench pass`.
//!
//! The unit is floating-point operations of the two layers that are not sparse, so that criterion's
//! elements a second are theirs; rows a second are printed behind.

#![allow(missing_docs, reason = "the macro writes a function without a doc comment")]
#![allow(clippy::print_stderr, reason = "the summary at the end")]

use std::hint::black_box;

use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use mesascope_benches::clock::cpu_seconds;
use mesascope_nets::{BitRows, Descent, Mlp, Network, Optimiser, Pass, Rows};
use mesascope_stats::Key;

/// CPU time of this process, because the machine may be shared.
struct CpuTime(WallTime);

impl Measurement for CpuTime {
    type Intermediate = f64;
    type Value = f64;

    fn start(&self) -> f64 {
        cpu_seconds()
    }
    fn end(&self, start: f64) -> f64 {
        1e9 * (cpu_seconds() - start)
    }
    fn add(&self, one: &f64, other: &f64) -> f64 {
        one + other
    }
    fn zero(&self) -> f64 {
        0.0
    }
    fn to_f64(&self, value: &f64) -> f64 {
        *value
    }
    fn formatter(&self) -> &dyn ValueFormatter {
        self.0.formatter()
    }
}

const COPIES: usize = 256;
const STEPS: usize = 128;
const MINIBATCH: usize = 8192;
const EPOCHS: f64 = 4.0;
const INPUTS: usize = 507;
const CELLS: usize = 169;
/// Of an episode.
const EPISODE: usize = 32;

/// Rows of a rollout, `[step, copy]`: 78 walls, which stay through an episode, and two things that
/// move. With walls as bases or as a part of each row.
fn rollout(shared: usize) -> BitRows {
    let mut draws = Key::from_seed(1).draws();
    let mut rows = BitRows::new(INPUTS);
    let mut walls = vec![[0u8; CELLS]; COPIES];
    for step in 0..STEPS {
        for (copy, walls) in walls.iter_mut().enumerate() {
            if step == 0 || step % EPISODE == copy % EPISODE {
                walls.fill(0);
                draws.choose(78, CELLS).into_iter().for_each(|cell| walls[cell] = 1);
            }
            let mut bytes = walls.to_vec();
            bytes.resize(INPUTS, 0);
            bytes[CELLS + draws.below(CELLS as u64) as usize] = 1;
            bytes[2 * CELLS + draws.below(CELLS as u64) as usize] = 1;
            rows.push_bytes(&bytes, shared, (step * COPIES + copy).checked_sub(COPIES));
        }
    }
    rows
}

fn network(outputs: usize) -> Network<f32> {
    let mlp = Mlp::with_hidden(&[64, 64]).expect("two hidden layers are few enough");
    mlp.initialise(INPUTS, outputs, Key::from_seed(2))
}

/// Floating-point operations a row of the layers behind the first, forward.
fn dense(outputs: usize) -> u64 {
    2 * (64 * 64 + 64 * outputs) as u64
}

fn rollouts(
    group: &mut BenchmarkGroup<CpuTime>,
    name: &str,
    network: &Network<f32>,
    table: &BitRows,
) {
    let outputs = network.sizes[3];
    let steps: Vec<Vec<u32>> = (0..STEPS as u32)
        .map(|step| (step * COPIES as u32..(step + 1) * COPIES as u32).collect())
        .collect();
    let mut pass = Pass::new(network.shape());
    group.throughput(Throughput::Elements(dense(outputs) * (COPIES * STEPS) as u64));
    group.bench_function(format!("507-64-64-{outputs}, {name}: 128 x 256 rows forward"), |b| {
        b.iter(|| {
            let mut passes = pass.with(&network.parameters);
            for rows in &steps {
                black_box(passes.forward(Rows::Bits(table, rows)));
            }
        });
    });
}

fn minibatches(
    group: &mut BenchmarkGroup<CpuTime>,
    name: &str,
    network: &Network<f32>,
    table: &BitRows,
) {
    let outputs = network.sizes[3];
    let numbers: Vec<u32> = {
        let drawn = Key::from_seed(3).draws().choose(MINIBATCH, COPIES * STEPS);
        drawn.into_iter().map(|row| row as u32).collect()
    };
    let rows = Rows::Bits(table, &numbers);
    let slopes = vec![1e-4; MINIBATCH * outputs];
    let mut pass = Pass::new(network.shape());
    group.throughput(Throughput::Elements(3 * dense(outputs) * MINIBATCH as u64));
    let ways = format!("507-64-64-{outputs}, {name}: 8,192 rows");
    group.bench_function(format!("{ways} forward, then back"), |b| {
        b.iter(|| {
            let mut passes = pass.with(&network.parameters);
            passes.forward(rows);
            black_box(passes.backward(rows, &slopes));
        });
    });
    group.bench_function(format!("{ways} both at once"), |b| {
        b.iter(|| {
            let mut passes = pass.with(&network.parameters);
            let gradient = passes.both(rows, |which, _, out| {
                out.copy_from_slice(&slopes[which.start * outputs..which.end * outputs]);
            });
            black_box(gradient);
        });
    });
}

/// The rate at which these networks alone would let PPO go: what a step of an environment costs is
/// one row forward in a rollout and one in each epoch forward and back, of both networks.
fn budget(table: &BitRows) -> f64 {
    let mut seconds = 0.0;
    for outputs in [4, 1] {
        let network = network(outputs);
        let steps: Vec<u32> = (0..(COPIES * STEPS) as u32).collect();
        let mut order: Vec<u32> = steps.clone();
        let mut draws = Key::from_seed(4).draws();
        (1..order.len()).rev().for_each(|at| order.swap(at, draws.below(at as u64 + 1) as usize));
        let mut pass = Pass::new(network.shape());
        let mut descent = Descent::new(&Optimiser::adam(), &network.parameters);
        let [longest, rate] = [0.5, 1.0];
        let mut spent = f64::MAX;
        for _ in 0..9 {
            let start = cpu_seconds();
            {
                let mut passes = pass.with(descent.parameters());
                for rows in steps.chunks(COPIES) {
                    black_box(passes.forward(Rows::Bits(table, rows)));
                }
            }
            for _ in 0..EPOCHS as usize {
                for rows in order.chunks(MINIBATCH) {
                    let mut passes = pass.with(descent.parameters());
                    let gradient = passes.both(Rows::Bits(table, rows), |_, outputs, slopes| {
                        slopes.iter_mut().zip(outputs).for_each(|(s, output)| *s = 1e-5 * output);
                    });
                    let gradient = gradient.to_vec();
                    let longest = longest.try_into().expect("it is above 0");
                    let rate = rate.try_into().expect("it is at least 0");
                    black_box(descent.step(&gradient, Some(longest), rate));
                }
            }
            spent = spent.min(cpu_seconds() - start);
        }
        seconds += spent;
    }
    (COPIES * STEPS) as f64 / seconds
}

fn passes(criterion: &mut Criterion<CpuTime>) {
    let mut group = criterion.benchmark_group("pass");
    for (name, shared) in [("lists", 0), ("walls as bases", CELLS)] {
        let table = rollout(shared);
        for outputs in [4, 1] {
            let network = network(outputs);
            rollouts(&mut group, name, &network, &table);
            minibatches(&mut group, name, &network, &table);
        }
        let rate = budget(&table);
        eprintln!("{name}: networks and optimiser alone {rate:.0} environment steps a CPU-second");
    }
    group.finish();
}

criterion_group!(
    name = benches;
    config = Criterion::default().with_measurement(CpuTime(WallTime)).sample_size(30);
    targets = passes
);
criterion_main!(benches);
