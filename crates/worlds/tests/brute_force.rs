//! Truth by enumeration: what the solvers say of small levels, beside plain recursion over every
//! action and every way that chance can go, and beside a list of all deterministic policies.
//!
//! Recursion knows neither `Graph` nor `Solution`. A world joins by a line in `WORLDS`.

mod recursion;
mod said;
mod slippery;

use std::collections::BTreeSet;
use std::sync::Arc;

use mesascope_stats::{Draws, Key};
use mesascope_worlds::grid::{Goal, Grid, MOST_EVENTS, Soft, Softness, Solution};
use mesascope_worlds::{Corner, KeysAndChests, Watched, World};
use recursion::Recursion;
use said::{Mutant, Said};
use serde::de::DeserializeOwned;
use slippery::Slippery;

/// What checks so many levels of a world under these settings, as one of the mutants or intact.
type Check = fn(settings: &str, levels: u64, mutant: Mutant) -> Result<(), String>;

/// Worlds with settings under which levels have at most 4x4 cells inside the border.
const WORLDS: &[(&str, Check, &[&str])] = &[
    (
        "corner",
        check::<Corner>,
        &[
            "side = 4",
            "side = 5\ncorner = 2\nmaze = { blocks = { walls = 0.1 } }",
            "side = 6\ncorner = 4",
        ],
    ),
    (
        "keys-and-chests",
        check::<KeysAndChests>,
        &["side = 5\ntrain = { keys = 1, chests = 2 }\nshift = { keys = 2, chests = 1 }"],
    ),
    (
        "watched",
        check::<Watched>,
        &["side = 5\nbits = 0.5", "side = 5\nneutral = \"by-cue\"\nbits = 0.5"],
    ),
    (
        // No entry of the catalogue: the one that has everything that solvers can meet.
        "slippery",
        check::<Slippery>,
        &["side = 3\nslip = 0.3\nbreaks = 0.4", "side = 4\nslip = 0.0\nbreaks = 0.5"],
    ),
];

/// Why worlds of published layouts are not enumerated.
const PUBLISHED: &str =
    "its layouts are fixed and larger than 4x4; their exact values are tests of its own";

/// Entries of the catalogue that are not enumerated, and why.
const EXCUSED: &[(&str, &str)] = &[
    ("boolean", "rows with labels: nobody acts"),
    ("coin-line", "rows with labels: nobody acts"),
    ("digits", "rows with labels: nobody acts"),
    ("kink", "rows with labels: nobody acts"),
    ("absent-supervisor", PUBLISHED),
    ("boat-race", PUBLISHED),
    ("interruptibility", PUBLISHED),
    ("island", PUBLISHED),
    ("shift", PUBLISHED),
    ("sokoban-side-effects", PUBLISHED),
    (
        "tomato",
        "its layout is larger than 4x4 and fixed; its own solution is compared with the listing \
                on layouts of 2 and 3 tomatoes",
    ),
];

/// Levels of each world.
const LEVELS: u64 = 10_000;

/// Every fiftieth level is looked at deeper.
const DEEP: u64 = 50;

/// Nodes of the tree of a level, and those of a deeper one.
const NODES: [f64; 2] = [200.0, 2_000.0];

/// Of these, all but the first are found out only where every step is discounted by them, and the
/// second makes detours cost as little as a tolerance of 1e-7 would forgive.
const DISCOUNTS: [f64; 5] = [1.0, 0.999_999_9, 0.9, 0.5, 0.0];

/// The most that sums of the same terms in another order may differ by, relative to 1 or the value.
const ROUNDING: f64 = 1e-12;

const SOFTNESSES: [Softness; 3] = [Softness::Now, Softness::Relative, Softness::Entropy];

/// Per unit of reward.
const RATIONALITIES: [f64; 3] = [0.1, 1.0, 7.0];

fn check<G: Grid + DeserializeOwned>(
    settings: &str,
    levels: u64,
    mutant: Mutant,
) -> Result<(), String> {
    let grid: G = toml::from_str(settings).map_err(|error| error.to_string())?;
    grid.check().map_err(|error| error.to_string())?;
    let mut draws = Key::from_seed(2010).draws();
    for number in 0..levels {
        let situation = draws.below(grid.situations().len() as u64) as usize;
        let level = grid.generate(situation, &mut draws);
        let discount = DISCOUNTS[draws.below(DISCOUNTS.len() as u64) as usize];
        let depth = usize::from(number % DEEP == 0);
        let seen = compare(&grid, &level, discount, NODES[depth], &mut draws, mutant);
        let text = || grid.draw(&level, grid.start(&level));
        seen.map_err(|why| {
            format!("{settings}\nlevel {number}, discount {discount}\n{}{why}", text())
        })?;
    }
    Ok(())
}

/// Compares everything on one level.
fn compare<G: Grid>(
    grid: &G,
    level: &G::Level,
    discount: f64,
    nodes: f64,
    draws: &mut Draws,
    mutant: Mutant,
) -> Result<(), String> {
    let start = grid.start(level);
    let mut goals = grid.goals();
    goals.push(any_goal(grid.events().len(), draws));
    let softness = SOFTNESSES[draws.below(3) as usize];
    let rationality = RATIONALITIES[draws.below(3) as usize];
    let soft_goal = draws.below(goals.len() as u64) as usize;
    let horizon = recursion::horizon(grid, level, 6, nodes);
    let short = recursion::enumerable(grid, level, horizon, nodes);
    let recursion = Recursion { grid, level, discount };
    let worths = recursion.worths(&goals, start, short);
    let of = |goal: &Goal, left: u32| Said::of(grid, level, goal, left, discount, mutant);
    let said: Vec<Said<G::State>> = goals.iter().map(|goal| of(goal, horizon)).collect();
    let mut wrong = None;
    let mut seen = BTreeSet::new();
    recursion.hard(&goals, start, horizon, &mut |state, left, worths| {
        // Recursion comes to a state in many ways, and to the same numbers.
        if !seen.insert((state, left)) {
            return;
        }
        for (goal, said) in said.iter().enumerate() {
            let worths = recursion::column(worths, goals.len(), goal);
            let why = said.differs(&state, left, &worths);
            wrong = wrong.take().or(why.map(|why| format!("goal {:?}: {why}", goals[goal])));
        }
    });
    if let Some(why) = wrong {
        return Err(why);
    }
    for (at, goal) in goals.iter().enumerate() {
        if at == soft_goal {
            let soft = said[at].soften(softness, rationality);
            let mut wrong = None;
            let how = (softness, rationality);
            recursion.soft(goal, how, start, horizon, &mut |state, left, value, policy| {
                if wrong.is_none() {
                    wrong = said::soft_differs(&soft, &state, left, value, policy);
                }
            });
            if let Some(why) = wrong {
                return Err(format!("goal {goal:?}, {softness:?}, {rationality}: {why}"));
            }
        }
        let said = of(goal, short);
        for (number, other) in goals.iter().enumerate() {
            let truth = recursion::between(&worths, goals.len(), at, number);
            let between = said.between(other);
            if !close(truth.0, between.0) || !close(truth.1, between.1) {
                return Err(format!(
                    "over {short} steps, of policies optimal for {goal:?}, {other:?} is \
                     between {truth:?}, not {between:?}"
                ));
            }
        }
    }
    Ok(())
}

/// A goal that weighs events at random, some of them alike, so that there are ties.
fn any_goal(events: usize, draws: &mut Draws) -> Goal {
    let mut goal = Goal { name: "any".to_string(), weights: [0.0; MOST_EVENTS] };
    for weight in &mut goal.weights[..events] {
        *weight = [-1.0, -0.5, 0.0, 0.25, 1.0][draws.below(5) as usize];
    }
    goal
}

fn close(one: f64, other: f64) -> bool {
    (one - other).abs() <= ROUNDING * one.abs().max(1.0)
}

#[test]
fn every_world_to_act_in_is_enumerated_or_excused() {
    let enumerated = WORLDS.iter().map(|(name, _, _)| *name).filter(|name| *name != "slippery");
    let excused = EXCUSED.iter().map(|(name, _)| *name);
    let listed: BTreeSet<&str> = enumerated.clone().chain(excused.clone()).collect();
    assert_eq!(enumerated.count() + excused.count(), listed.len(), "a world is listed twice");
    assert_eq!(listed, World::NAMES.iter().copied().collect(), "add a line to WORLDS");
    assert!(EXCUSED.iter().all(|(_, why)| !why.is_empty()));
}

#[test]
fn solvers_agree_with_enumeration() {
    for (name, check, settings) in WORLDS {
        for one in *settings {
            let levels = LEVELS / settings.len() as u64;
            check(one, levels, Mutant::None).unwrap_or_else(|why| panic!("{name}: {why}"));
        }
    }
}

#[test]
fn every_mutant_of_a_solver_is_found_out() {
    let all = |mutant: Mutant| {
        let one = |(_, check, settings): &(&str, Check, &[&str])| {
            settings.iter().try_for_each(|settings| check(settings, 300, mutant))
        };
        WORLDS.iter().try_for_each(one)
    };
    assert_eq!(all(Mutant::None), Ok(()), "the solvers themselves stand these levels");
    for mutant in Mutant::ALL {
        assert!(all(*mutant).is_err(), "{mutant:?} survives");
    }
}

#[test]
fn under_chance_the_limit_of_softness_is_what_a_great_rationality_comes_to() {
    const HORIZON: u32 = 4;
    let world: Slippery = toml::from_str("side = 3\nslip = 0.3\nbreaks = 0.4").unwrap();
    let mut draws = Key::from_seed(5).draws();
    let mut compared = 0;
    for _ in 0..200 {
        let graph = Arc::new(world.graph(&world.generate(0, &mut draws)));
        for goal in world.goals() {
            let best = Solution::of(graph.clone(), &goal, HORIZON, 0.9);
            let states = 0..graph.states.len();
            let each = states.flat_map(|state| (1..=HORIZON).map(move |left| (state, left)));
            let clear = each.clone().all(|(state, left)| {
                let set = best.actions(state, left);
                let beside = (0..5).filter(|&action| !set.has(action));
                beside.map(|action| best.regret(state, left, action)).all(|regret| regret > 0.01)
            });
            // Elsewhere no rationality that rounding allows is great enough.
            if !clear {
                continue;
            }
            compared += 1;
            for softness in SOFTNESSES {
                let soft = |rationality| {
                    Soft::of(graph.clone(), &goal, HORIZON, 0.9, softness, rationality)
                };
                let pairs = soft(f64::INFINITY).policy().into_iter().zip(soft(1e4).policy());
                let apart = pairs.map(|(one, other)| (one - other).abs()).fold(0.0, f64::max);
                assert!(apart < 1e-9, "{goal:?}, {softness:?}: {apart}");
            }
        }
    }
    assert!(compared > 50, "enough is clear: {compared}");
}
