//! The kernels that training spends its time in, one network at a time:
//! `cargo bench -p mesascope-benches`.

#![allow(missing_docs, reason = "the macro writes a function without a doc comment")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mesascope_benches::count::training_step;
use mesascope_benches::works::mlp_step::Member;
use mesascope_nets::{Activation, Block, Loss, Mlp, Optimiser};
use mesascope_stats::Key;

fn step(
    criterion: &mut Criterion,
    name: &str,
    sizes: [usize; 4],
    activation: Activation,
    rows: usize,
) {
    let hidden = [sizes[1] as i64, sizes[2] as i64];
    let mut mlp = Mlp::with_hidden(&hidden).expect("two hidden layers are few enough");
    mlp.activation = activation;
    let loss = if sizes[3] == 1 { Loss::Logistic } else { Loss::Softmax };
    let shape = [sizes[0], rows, sizes[3]];
    let Member { network, inputs, labels } = Member::fresh(&mlp, shape, Key::from_seed(1));
    let mut block = Block::new(&network, rows, loss, &Optimiser::adam());
    let member = block.enter(&network, &inputs, &labels);
    let mut group = criterion.benchmark_group("step");
    // Criterion's elements a second are then floating-point operations a second.
    group.throughput(Throughput::Elements(training_step(&sizes, rows) as u64));
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            block.gradient(member);
            block.step(member)
        });
    });
    group.finish();
}

fn steps(criterion: &mut Criterion) {
    step(criterion, "5-40-40-1 relu, 16 rows", [5, 40, 40, 1], Activation::Relu, 16);
    step(criterion, "32-64-64-8 tanh, 128 rows", [32, 64, 64, 8], Activation::Tanh, 128);
}

criterion_group!(benches, steps);
criterion_main!(benches);
