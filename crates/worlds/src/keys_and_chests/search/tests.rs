use super::*;
use crate::grid::{Solution, keeping};
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
            let goals = world.goals();
            for (at, goal) in goals.iter().enumerate() {
                let listed = world.solve(&level, goal);
                let mut search = Layered::new(&world, &level, goal);
                for left in [1, 2, 7, world.horizon] {
                    for (state, &named) in listed.graph.states.iter().enumerate() {
                        let (one, other) =
                            (search.value_at(named, left), listed.value_at(state, left));
                        assert!(close(one, other), "{named:?}, {left} left: {one}, not {other}");
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
    let held = Layered::new(&world, &level, &world.goals()[2]).value_at(world.start(&level), 128);
    assert!((held - 2.0).abs() < 1e-15);
}
