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
use mesascope_worlds::grid::{Drawing, Goal, Grid, MOST_EVENTS, Soft, Softness, Solution};
use mesascope_worlds::{
    AbsentSupervisor, BoatRace, Corner, Interruptibility, Island, KeysAndChests, Shift,
    SokobanSideEffects, Tomato, Watched, World,
};
use recursion::Recursion;
use said::{Mutant, Said};
use serde::de::DeserializeOwned;
use slippery::Slippery;

/// What checks so many levels of a world under these settings, as one of the mutants or intact.
type Check = fn(settings: &str, levels: Levels, count: u64, mutant: Mutant) -> Result<(), String>;

/// Which levels of a world are looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Levels {
    /// As they are drawn.
    Drawn,
    /// With some cells changed at random, for worlds whose layouts are published and few.
    Scrambled,
}

use Levels::{Drawn, Scrambled};

/// How many levels of a world that draws its own.
const MANY: u64 = 10_000;

/// How many of a world whose published layouts are scrambled: these are larger, and each is listed to
/// its last state although recursion sees its first steps alone.
const FEW: u64 = 500;

/// Worlds with settings under which levels that are drawn have at most 4x4 cells inside the border;
/// levels are shared out among the settings.
const WORLDS: &[(&str, Check, Levels, u64, &[&str])] = &[
    (
        "corner",
        check::<Corner>,
        Drawn,
        MANY,
        &[
            "side = 4",
            "side = 5\ncorner = 2\nends = \"after-both\"",
            "side = 5\ncorner = 2\nmaze = { blocks = { walls = 0.1 } }",
            "side = 6\ncorner = 4\nmaze = \"open\"",
        ],
    ),
    (
        "keys-and-chests",
        check::<KeysAndChests>,
        Drawn,
        MANY,
        &[
            "side = 5\ntrain = { keys = 1, chests = 2 }\nshift = { keys = 2, chests = 1 }\n\
             maze = \"open\"\nhorizon = 5\ndiscount = 0.9",
            "side = 6\ntrain = { keys = 2, chests = 3 }\nshift = { keys = 3, chests = 2 }\n\
             horizon = 4\ndiscount = 1.0",
        ],
    ),
    (
        "watched",
        check::<Watched>,
        Drawn,
        MANY,
        &["side = 5\nneutral = \"by-cue\"\nbits = 0.3", "side = 6\nneutral = \"fixed\""],
    ),
    ("absent-supervisor", check::<AbsentSupervisor>, Scrambled, FEW, &[""]),
    ("boat-race", check::<BoatRace>, Scrambled, FEW, &[""]),
    ("island", check::<Island>, Scrambled, FEW, &[""]),
    ("shift", check::<Shift>, Scrambled, FEW, &[""]),
    (
        "sokoban-side-effects",
        check::<SokobanSideEffects>,
        Scrambled,
        FEW,
        &["", "idle = \"possible\""],
    ),
    (
        "interruptibility",
        check::<Interruptibility>,
        Scrambled,
        FEW,
        &["level = 0\ninterrupted = 0.3", "level = 1"],
    ),
    (
        "tomato",
        check::<Tomato>,
        Scrambled,
        FEW,
        &["layout = \"#####\\n#ATt#\\n#.O.#\\n#####\"\ndrying = 0.3"],
    ),
    (
        // No entry of the catalogue: the one that has everything that solvers can meet.
        "slippery",
        check::<Slippery>,
        Drawn,
        MANY,
        &["side = 3\nslip = 0.3\nbreaks = 0.4", "side = 4\nslip = 0.0\nbreaks = 0.5"],
    ),
];

/// Entries of the catalogue that are not enumerated, and why.
const EXCUSED: &[(&str, &str)] = &[
    ("boolean", "rows with labels: nobody acts"),
    ("coin-line", "rows with labels: nobody acts"),
    ("digits", "rows with labels: nobody acts"),
    ("kink", "rows with labels: nobody acts"),
];

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

/// Per largest weight of a goal, so that plain powers stay finite.
const RATIONALITIES: [f64; 3] = [0.1, 1.0, 7.0];

fn check<G: Grid + DeserializeOwned>(
    settings: &str,
    levels: Levels,
    count: u64,
    mutant: Mutant,
) -> Result<(), String> {
    let grid: G = toml::from_str(settings).map_err(|error| error.to_string())?;
    grid.check().map_err(|error| error.to_string())?;
    let mut draws = Key::from_seed(2010).draws();
    for number in 0..count {
        let situation = draws.below(grid.situations().len() as u64) as usize;
        let mut level = grid.generate(situation, &mut draws);
        if levels == Scrambled {
            level = scrambled(&grid, level, &mut draws);
        }
        let discount = DISCOUNTS[draws.below(DISCOUNTS.len() as u64) as usize];
        let depth = usize::from(number % DEEP == 0);
        let seen = compare(&grid, &level, discount, NODES[depth], &mut draws, mutant)
            .and_then(|()| compare_search(&grid, &level));
        let text = || grid.draw(&level, grid.start(&level));
        seen.map_err(|why| {
            format!("{settings}\nlevel {number}, discount {discount}\n{}{why}", text())
        })?;
    }
    Ok(())
}

/// A level with some cells changed and some exchanged, wherever the world can read the drawing.
fn scrambled<G: Grid>(grid: &G, mut level: G::Level, draws: &mut Draws) -> G::Level {
    let size = grid.size();
    let text = grid.draw(&level, grid.start(&level));
    let mut signs: Vec<char> = text.chars().filter(|sign| *sign != '\n').collect();
    for _ in 0..16 {
        let mut other = signs.clone();
        let mut cell = || draws.below(size.cells() as u64) as usize;
        let (one, two) = (cell(), cell());
        match draws.coin() {
            true => other.swap(one, two),
            false => {
                let known = grid.signs();
                other[one] = known[draws.below(known.len() as u64) as usize].sign;
            }
        }
        let drawn = Drawing::text(size, |cell| other[usize::from(cell)]);
        let read = Drawing::read(&drawn, grid.signs()).and_then(|drawing| grid.parse(&drawing));
        if let Ok(read) = read {
            (level, signs) = (read, other);
        }
    }
    level
}

/// Compares the solver that a world has beside the common one, where its episodes are short.
fn compare_search<G: Grid>(grid: &G, level: &G::Level) -> Result<(), String> {
    let (start, horizon, discount) = (grid.start(level), grid.horizon(), grid.discount());
    let goals = grid.goals();
    if horizon > 6 || grid.search(level, &goals[0]).is_none() {
        return Ok(());
    }
    let recursion = Recursion { grid, level, discount };
    let mut searches: Vec<_> =
        goals.iter().map(|goal| grid.search(level, goal).expect("it has one")).collect();
    let mut wrong = None;
    let mut seen = BTreeSet::new();
    recursion.hard(&goals, start, horizon, &mut |state, left, worths| {
        if !seen.insert((state, left)) {
            return;
        }
        for (goal, search) in searches.iter_mut().enumerate() {
            let truth = recursion::largest(&recursion::column(worths, goals.len(), goal));
            let value = search.value_at(state, left);
            if !close(truth, value) && wrong.is_none() {
                let name = &goals[goal].name;
                wrong = Some(format!("search for {name}: {state:?}, {left}: {truth}, not {value}"));
            }
        }
    });
    if let Some(why) = wrong {
        return Err(why);
    }
    let worths = recursion.worths(&goals, start, horizon);
    for (at, search) in searches.iter_mut().enumerate() {
        let name = &goals[at].name;
        let (truth, random) = (recursion.uniform(&goals[at], start, horizon), search.random());
        if !close(truth, random) {
            return Err(format!("search for {name}: at random {truth}, not {random}"));
        }
        for (number, other) in goals.iter().enumerate() {
            let truth = recursion::between(&worths, goals.len(), at, number);
            let between = search.between(other);
            if !close(truth.0, between.0) || !close(truth.1, between.1) {
                let other = &other.name;
                return Err(format!("search for {name}: {other} is {truth:?}, not {between:?}"));
            }
        }
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
    let soft_goal = draws.below(goals.len() as u64) as usize;
    let heaviest = goals[soft_goal].weights.iter().fold(0.0, |most: f64, one| most.max(one.abs()));
    let rationality =
        RATIONALITIES[draws.below(3) as usize] / if heaviest > 0.0 { heaviest } else { 1.0 };
    let horizon = recursion::horizon(grid, level, 6, nodes);
    let short = recursion::enumerable(grid, level, horizon, nodes);
    let recursion = Recursion { grid, level, discount };
    let worths = recursion.worths(&goals, start, short);
    let graph = Arc::new(grid.graph(level));
    let of = |goal: &Goal, left: u32| Said::of(graph.clone(), goal, left, discount, mutant);
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
    let enumerated = WORLDS.iter().map(|(name, ..)| *name).filter(|name| *name != "slippery");
    let excused = EXCUSED.iter().map(|(name, _)| *name);
    let listed: BTreeSet<&str> = enumerated.clone().chain(excused.clone()).collect();
    assert_eq!(enumerated.count() + excused.count(), listed.len(), "a world is listed twice");
    assert_eq!(listed, World::NAMES.iter().copied().collect(), "add a line to WORLDS");
    assert!(EXCUSED.iter().all(|(_, why)| !why.is_empty()));
}

#[test]
fn the_world_with_a_solver_of_its_own_has_episodes_short_enough_to_compare_it() {
    let (.., settings) = WORLDS.iter().find(|(name, ..)| *name == "keys-and-chests").unwrap();
    for one in *settings {
        let grid: KeysAndChests = toml::from_str(one).unwrap();
        let level = grid.generate(0, &mut Key::from_seed(0).draws());
        assert!(grid.horizon() <= 6 && grid.search(&level, &grid.goals()[0]).is_some(), "{one}");
    }
}

#[test]
fn solvers_agree_with_enumeration() {
    // A world a thread: what one finds depends on no other.
    std::thread::scope(|scope| {
        for (name, check, levels, count, settings) in WORLDS {
            scope.spawn(move || {
                for one in *settings {
                    let count = count / settings.len() as u64;
                    let seen = check(one, *levels, count, Mutant::None);
                    seen.unwrap_or_else(|why| panic!("{name}: {why}"));
                }
            });
        }
    });
}

#[test]
fn every_mutant_of_a_solver_is_found_out() {
    let all = |mutant: Mutant| {
        WORLDS.iter().filter(|(name, ..)| ["corner", "slippery"].contains(name)).try_for_each(
            |(_, check, levels, _, settings)| {
                settings.iter().try_for_each(|settings| check(settings, *levels, 300, mutant))
            },
        )
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
