//! The exact bits of solutions: a faster solver must come to the same numbers, and a change that
//! moves them raises `NUMERICS` of the grid and says so in the changelog.

mod slippery;

use std::sync::Arc;

use mesascope_stats::Key;
use mesascope_worlds::Corner;
use mesascope_worlds::grid::{Graph, Grid, Solution};
use slippery::Slippery;

/// FNV-1a, 64 bits (Fowler, Noll and Vo 1991).
struct Digest(u64);

impl Digest {
    fn add(&mut self, bits: u64) {
        for byte in bits.to_le_bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
        }
    }

    /// Adds a number; a zero has no sign.
    fn number(&mut self, value: f64) {
        self.add((value + 0.0).to_bits());
    }
}

/// Everything that a solver says of some levels.
fn digest<G: Grid>(grid: &G, horizon: u32, discount: f64, levels: usize) -> u64 {
    let mut digest = Digest(0xcbf2_9ce4_8422_2325);
    let mut draws = Key::from_seed(77).draws();
    let goals = grid.goals();
    for number in 0..levels {
        let level = grid.generate(number % grid.situations().len(), &mut draws);
        let graph = Arc::new(Graph::of(grid, &level));
        let uniform = 1.0 / grid.actions().len() as f64;
        for goal in &goals {
            let solution = Solution::of(graph.clone(), goal, horizon, discount);
            for left in 0..=horizon {
                for state in 0..graph.states.len() {
                    digest.number(solution.value_at(state, left));
                    if left > 0 {
                        digest.add(u64::from(solution.actions(state, left).0));
                        digest.number(solution.regret(state, left, 1));
                    }
                }
            }
            for other in &goals {
                let (least, most) = solution.between(other);
                digest.number(least);
                digest.number(most);
            }
            let policy = |_: usize, _: u32, _: usize| uniform;
            digest.number(Solution::of_policy(&graph, goal, horizon, discount, policy));
        }
    }
    digest.0
}

#[test]
fn solutions_of_the_corner_are_the_same_to_the_bit() {
    let corner: Corner = toml::from_str("side = 9\ncorner = 2\nhorizon = 64").unwrap();
    let found = [digest(&corner, 64, 0.999, 20), digest(&corner, 40, 1.0, 20)];
    assert_eq!(found, [5445873964318904525, 9457204095384691749]);
}

#[test]
fn solutions_of_a_world_of_chance_are_the_same_to_the_bit() {
    let slippery = Slippery { side: 4, slip: 0.3, breaks: 0.4 };
    let certain = Slippery { slip: 0.0, breaks: 1.0, ..slippery };
    let found = [
        digest(&slippery, 30, 0.9, 20),
        digest(&slippery, 30, 1.0, 20),
        digest(&certain, 30, 0.5, 20),
    ];
    assert_eq!(found, [3034181004205777126, 12550085567403646022, 8507657643918868066]);
}
