//! Exact solutions of whole batches of levels, in CPU time:
//! `cargo bench -p mesascope-benches --bench solve`.

#![allow(missing_docs, reason = "the macro writes a function without a doc comment")]

use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mesascope_benches::clock::cpu_seconds;
use mesascope_worlds::Corner;
use mesascope_worlds::grid::{Arena, Battery, Known};

/// CPU time of the process, since the machines are shared.
struct CpuTime;

impl Measurement for CpuTime {
    type Intermediate = f64;
    type Value = f64;

    fn start(&self) -> f64 {
        cpu_seconds()
    }

    fn end(&self, start: f64) -> f64 {
        cpu_seconds() - start
    }

    fn add(&self, one: &f64, other: &f64) -> f64 {
        one + other
    }

    fn zero(&self) -> f64 {
        0.0
    }

    fn to_f64(&self, seconds: &f64) -> f64 {
        1e9 * seconds
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

const LEVELS: usize = 64;

fn corner(side: u8, horizon: u32) -> Known<Corner> {
    let settings = serde_json::json!({ "side": side, "horizon": horizon });
    Known::new(serde_json::from_value(settings).expect("these are settings"))
}

/// What two goals are worth at best on every level.
fn values(battery: &dyn Battery) -> f64 {
    let goals = 0..2;
    goals.flat_map(|goal| (0..LEVELS).map(move |level| battery.value(level, goal))).sum()
}

/// What measuring asks of a battery besides: each goal under optimal play for the other, and at
/// random.
fn others(battery: &dyn Battery) -> f64 {
    let one = |level: usize| {
        let ranges = battery.between(level, 0, 1).0 + battery.between(level, 1, 0).1;
        ranges + battery.random(level, 0) + battery.random(level, 1)
    };
    (0..LEVELS).map(one).sum()
}

fn solve(criterion: &mut Criterion<CpuTime>) {
    for (side, horizon) in [(9, 64), (13, 128)] {
        // A world keeps what it has solved, so that each time a new one is asked.
        let fresh = || corner(side, horizon).battery(1, LEVELS, 1);
        let name = format!("{side}x{side}, {horizon} steps");
        let mut group = criterion.benchmark_group("solve");
        // Criterion's elements a second are levels, each for two goals.
        group.throughput(Throughput::Elements(LEVELS as u64)).sample_size(10);
        group.bench_function(BenchmarkId::new("values", &name), |bencher| {
            bencher.iter_with_setup(fresh, |battery| values(&*battery));
        });
        let solved = fresh();
        values(&*solved);
        group.bench_function(BenchmarkId::new("between and random", &name), |bencher| {
            bencher.iter(|| others(&*solved));
        });
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = solve
}
criterion_main!(benches);
