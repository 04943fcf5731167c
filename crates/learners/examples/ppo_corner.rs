//! PPO on the cheese in the corner: environment steps a CPU-second, and what the policy then gets
//! where it was trained and where the cheese lies anywhere, after training with the cheese in one
//! place and in any.
//!
//! `cargo run --release -p mesascope-learners --example ppo_corner -- [steps] [side]`

#![allow(clippy::print_stdout, reason = "an example prints")]
#![allow(clippy::disallowed_methods, reason = "it measures speed, and no result follows from it")]

use mesascope_learners::{LearnsByActing, Policy, Ppo};
use mesascope_stats::Key;
use mesascope_tasks::{Actor, Ask, AtEnd, End, Situations, Task};
use mesascope_worlds::{AnyWorld, Corner, OnGrid};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: u64| match arguments.next() {
        Some(word) => word.parse().expect("a whole number"),
        None => default,
    };
    let (steps, side) = (number(2_000_000), number(13));
    println!("{side}x{side}, {steps} steps, 256 copies x 128 steps, 4 epochs x 4 minibatches");
    for corner in [1, 9.min(side - 2)] {
        let settings = format!(r#"{{"side": {side}, "corner": {corner}, "discount": 0.99}}"#);
        let world: Corner = serde_json::from_str(&settings).expect("settings of the world");
        let (Task::Acting(situations), _) = OnGrid(world).begin(Key::from_seed(1)) else {
            unreachable!("one acts in this world")
        };
        let ppo = Ppo { learning_rate: 1e-3, ..Ppo::with_steps(steps) };
        let mut training = ppo.begin(&*situations, &Ask::default(), None, Key::from_seed(2));
        let before = cpu_seconds();
        while !training.is_over() {
            training.update().expect("training stays finite");
        }
        let taken = cpu_seconds() - before;
        let rate = training.steps() as f64 / taken;
        println!("corner {corner}: {rate:.0} steps a CPU-second ({taken:.1} CPU-seconds)");
        for situation in ["train", "shift"] {
            let (got, mean) = played(&training.policy(), &*situations, situation);
            println!("  {situation}: cheese in {:.1}% of episodes, return {mean:.3}", 100.0 * got);
        }
    }
}

/// The share of 2,048 episodes that get the cheese, and their mean discounted return.
fn played(policy: &Policy, situations: &dyn Situations, situation: &str) -> (f64, f64) {
    const COPIES: usize = 2048;
    let ask = Ask { situation: Some(situation.to_string()), feedback: None };
    let mut environment = situations.environment(&ask, COPIES, Key::from_seed(3));
    let mut draws = Key::from_seed(4).draws();
    let actions = environment.space().actions;
    let (mut got, mut sum, mut worth) = (0, 0.0, 1.0);
    let mut probabilities = vec![0.0; COPIES * actions];
    let mut memory = vec![0.0; COPIES * policy.memory()];
    let mut over = vec![false; COPIES];
    while over.contains(&false) {
        policy.act(environment.observations(), environment.cues(), &mut memory, &mut probabilities);
        let chosen: Vec<u8> = probabilities
            .chunks(actions)
            .map(|row| {
                let mut left = draws.uniform() as f32;
                let past = row.iter().position(|probability| {
                    left -= probability;
                    left < 0.0
                });
                past.unwrap_or(actions - 1) as u8
            })
            .collect();
        environment.step(&chosen, AtEnd::Stay);
        for (copy, over) in over.iter_mut().enumerate().filter(|(_, over)| !**over) {
            sum += worth * f64::from(environment.rewards()[copy]);
            got += usize::from(environment.rewards()[copy] > 0.0);
            *over = environment.ends()[copy] != End::Going;
        }
        worth *= 0.99;
    }
    (got as f64 / COPIES as f64, sum / COPIES as f64)
}

/// CPU-seconds of this process so far, from Linux's `/proc`; elsewhere seconds of the wall.
fn cpu_seconds() -> f64 {
    match std::fs::read_to_string("/proc/self/schedstat") {
        Ok(line) => {
            let nanoseconds = line.split(' ').next().and_then(|word| word.parse::<f64>().ok());
            nanoseconds.expect("nanoseconds on a CPU") * 1e-9
        }
        Err(_) => {
            static BEGUN: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
            BEGUN.get_or_init(std::time::Instant::now).elapsed().as_secs_f64()
        }
    }
}
