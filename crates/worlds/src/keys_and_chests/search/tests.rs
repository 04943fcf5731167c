use super::*;
use crate::grid::{Grid, Solution, keeping};
use mesascope_stats::Key;

/// Levels that the listing of all states can still solve.
fn worlds() -> Vec<KeysAndChests> {
    [
        "side = 6\ntrain = { keys = 1, chests = 3 }\nshift = { keys = 3, chests = 1 }\nhorizon = 30",
        "side = 6\ntrain = { keys = 2, chests = 3 }\nshift = { keys = 3, chests = 2 }\nhorizon = 12",
        "side = 7\ntrain = { keys = 2, chests = 2 }\nshift = { keys = 3, chests = 2 }\nhorizon = 20
         discount = 0.8\nmaze = { blocks = { walls = 0.45 } }",
        "side = 7\ntrain = { keys = 1, chests = 2 }\nshift = { keys = 2, chests = 1 }\nhorizon = 25
         discount = 1.0\nmaze = \"tree\"",
    ]
    .map(|settings| toml::from_str(settings).unwrap())
    .into()
}

/// To have keys in hand, which pays for waiting.
fn held() -> Goal {
    Goal::new("held", &[(HELD, 1.0)])
}

#[test]
fn the_search_finds_what_the_listing_of_all_states_finds() {
    let close = |one: f64, other: f64| (one - other).abs() < 1e-12 * (1.0 + other.abs());
    let (mut shut_in, mut checked, mut ties) = (0, 0, 0);
    for world in worlds() {
        let mut draws = Key::from_seed(5).draws();
        for number in 0..16 {
            let level = world.generate(number % 2, &mut draws);
            let steps = world.size().distances(level.mouse, &level.walls);
            shut_in += u32::from(level.keys.iter().any(|&key| steps[usize::from(key)].is_none()));
            let goals = [world.goals(), vec![held()]].concat();
            for (at, goal) in goals.iter().enumerate() {
                let listed = world.solve(&level, goal);
                let mut search = Layered::new(&world, &level, goal);
                let mut swept = Layered::new(&world, &level, goal);
                swept.best = Layered::swept(&swept.map, goal);
                for left in [1, 2, 7, world.horizon] {
                    for (state, &named) in listed.graph.states.iter().enumerate() {
                        let (one, other) =
                            (search.value_at(named, left), listed.value_at(state, left));
                        assert!(close(one, other), "{named:?}, {left} left: {one}, not {other}");
                        let one = swept.value_at(named, left);
                        assert!(
                            close(one, other),
                            "{named:?}, {left} left: {one} swept, not {other}"
                        );
                        if state % 7 == 0 {
                            let found = keeping(&world, &level, goal, &mut search, named, left);
                            assert_eq!(found, listed.actions(state, left), "{named:?}, {left}");
                            ties += u32::from(found.count() == 2);
                            checked += 1;
                        }
                    }
                }
                let uniform = |_, _, _| 0.25;
                let (horizon, discount) = (world.horizon(), world.discount());
                let random = Solution::of_policy(&listed.graph, goal, horizon, discount, uniform);
                assert!(close(search.random(), random), "at random");
                let other = &goals[(at + 1) % goals.len()];
                let ((least, most), (low, high)) = (search.between(other), listed.between(other));
                assert!(close(least, low) && close(most, high), "{least} {most}, not {low} {high}");
            }
        }
    }
    assert!(shut_in > 0 && checked > 1000 && ties > 100, "{shut_in} {checked} {ties}");
}

/// A chest that lies on the way is opened on the way, wanted or not.
#[test]
fn the_plan_that_skips_a_chest_on_its_way_is_not_played() {
    let world: KeysAndChests = toml::from_str(
        "side = 7\nheight = 3\ntrain = { keys = 2, chests = 1 }\nshift = { keys = 2, chests = 1 }
         discount = 0.5",
    )
    .unwrap();
    let drawing = crate::grid::Drawing::read("#######\n#@kc.k#\n#######", world.signs()).unwrap();
    let level = world.parse(&drawing).unwrap();
    // The only chest stands between the keys: opening it ends the episode before the second.
    let keys = Layered::new(&world, &level, &world.goals()[1]).value_at(world.start(&level), 128);
    assert_eq!(keys, 1.0);
    let chests = Layered::new(&world, &level, &world.goals()[0]).value_at(world.start(&level), 128);
    assert_eq!(chests, 0.5);
    // Kept in hand for good it is worth 1 + 0.5 + 0.25 + ... of 128 steps.
    let held = Layered::new(&world, &level, &held()).value_at(world.start(&level), 128);
    assert!((held - 2.0).abs() < 1e-15);
}

/// Levels that are too large to list, in which two ways of solving agree.
#[test]
fn visits_and_sweeps_agree_on_large_levels() {
    let world: KeysAndChests = toml::from_str(
        "side = 11\ntrain = { keys = 3, chests = 6 }\nshift = { keys = 6, chests = 3 }
         horizon = 60",
    )
    .unwrap();
    let mut draws = Key::from_seed(6).draws();
    for number in 0..12 {
        let level = world.generate(number % 2, &mut draws);
        for goal in &world.goals() {
            let mut visits = Layered::new(&world, &level, goal);
            assert!(matches!(visits.best, Way::Visits(_)));
            let mut swept = Layered::new(&world, &level, goal);
            swept.best = Layered::swept(&swept.map, goal);
            let mut state = world.start(&level);
            for left in (1..=world.horizon).rev() {
                let (one, other) = (visits.value_at(state, left), swept.value_at(state, left));
                assert!((one - other).abs() < 1e-11, "{state:?}, {left} left: {one}, not {other}");
                let best = keeping(&world, &level, goal, &mut visits, state, left);
                assert_eq!(best, keeping(&world, &level, goal, &mut swept, state, left));
                // Half of the steps are at random, so that other than good states are met.
                let action = match draws.coin() {
                    true => best.iter().next().unwrap(),
                    false => draws.below(4) as u8,
                };
                let chance = &mut crate::grid::Chance::drawn(&mut draws);
                let moved = world.step(&level, state, action, chance);
                if moved.ended {
                    break;
                }
                state = moved.state;
            }
        }
    }
}

#[test]
fn every_state_of_a_level_has_a_number_of_its_own() {
    let world = &worlds()[1];
    let level = world.generate(1, &mut Key::from_seed(2).draws());
    let goal = &world.goals()[0];
    let search = Layered::new(world, &level, goal);
    let states = world.solve(&level, goal).graph.states.clone();
    let numbers: std::collections::BTreeSet<usize> =
        states.iter().map(|&state| search.number(state)).collect();
    assert_eq!(numbers.len(), states.len());
}
