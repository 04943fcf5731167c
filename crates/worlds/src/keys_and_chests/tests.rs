use super::*;
use crate::grid::{Arena, Choice, Known, laws};
use mesascope_stats::Key;

fn world(settings: &str) -> KeysAndChests {
    toml::from_str(settings).unwrap()
}

fn read(world: &KeysAndChests, text: &str) -> Result<Level, Misdrawn> {
    world.parse(&Drawing::read(text, world.signs())?)
}

#[test]
fn the_world_keeps_the_laws() {
    laws::check(&world("shift = { keys = 4, chests = 3 }\nhorizon = 20"));
    laws::check(&world(
        "side = 6\nheight = 5\ntrain = { keys = 1, chests = 2 }
         shift = { keys = 2, chests = 1 }\nhorizon = 30\nlevels = 3",
    ));
    laws::check(&world(
        "side = 9\nmaze = \"tree\"\ntrain = { keys = 3, chests = 6 }
         shift = { keys = 6, chests = 3 }\nhorizon = 30",
    ));
}

#[test]
fn settings_that_cannot_hold_are_refused_by_name() {
    for (settings, field, right) in [
        ("side = 2", "side", "3 to 15"),
        ("height = 16", "height", "3 to 15"),
        ("side = 14\nmaze = \"tree\"", "maze", "odd"),
        ("train = { keys = 0, chests = 10 }", "train", "1 to 15"),
        ("train = { keys = 3, chests = 33 }", "train", "1 to 32"),
        ("side = 5", "train", "need 14 open cells"),
        ("shift = { keys = 10, chests = 10 }", "shift", "3 keys and 24 chests"),
        ("horizon = 0", "horizon", "1 to 1000"),
        ("discount = -0.5", "discount", "0 to 1"),
        ("levels = 0", "levels", "at least 1"),
    ] {
        let wrong = world(settings).check().unwrap_err();
        assert_eq!(wrong.field[0], field, "{settings}");
        assert!(wrong.why.contains(right), "{settings}: {wrong}");
    }
    for most in ["train = { keys = 3, chests = 24 }", "shift = { keys = 10, chests = 3 }"] {
        world(most).check().unwrap();
    }
}

#[test]
fn a_mistake_in_a_drawing_is_named_with_its_place() {
    let world =
        world("side = 5\ntrain = { keys = 2, chests = 2 }\nshift = { keys = 1, chests = 1 }");
    for (text, line, column, why) in [
        ("#####\n#k.c#\n#...#\n#...#\n#####", 1, 1, "no mouse"),
        ("#####\n#k@c#\n#...#\n#..@#\n#####", 4, 4, "second mouse"),
        ("#####\n#.@c#\n#...#\n#...#\n#####", 1, 1, "no key"),
        ("#####\n#k@.#\n#...#\n#...#\n#####", 1, 1, "no chest"),
        ("#####\n#k@c#\n#kk.#\n#...#\n#####", 3, 3, "the world has 2"),
        ("#####\n#k@##\n#..#c\n#...#\n#####", 3, 5, "border"),
        ("#####\n#k@##\n#.##c\n#...#\n#####", 3, 5, "border"),
        ("#####\n#k@##\n#.#c#\n#..##\n#####", 3, 4, "no way"),
        ("#####\n#k@*#\n#..c#\n#...#\n#####", 2, 4, "'*'"),
        ("#####\n#k@c#\n#..#\n#...#\n#####", 3, 5, "rectangle"),
        ("+####\n#k@c#\n#...#\n#...#\n#####", 1, 1, "in hand"),
        ("#####\n#k&c#\n#...#\n#...#\n#####", 2, 3, "begins at a chest"),
    ] {
        let wrong = read(&world, text).unwrap_err();
        assert_eq!((wrong.line, wrong.column), (line, column), "{wrong}");
        assert!(wrong.why.contains(why), "{wrong}");
    }
}

#[test]
fn a_key_opens_one_chest_and_the_first_in_hand_goes_first() {
    let world = world("side = 8\nheight = 3");
    let level = read(&world, "########\n#@ckkc.#\n########").unwrap();
    let mut state = world.start(&level);
    let mut draws = Key::from_seed(0).draws();
    let mut step = |action: u8| {
        let moved = world.step(&level, state, action, &mut Chance::drawn(&mut draws));
        state = moved.state;
        (moved.events.0[..3].to_vec(), moved.ended, world.draw(&level, state))
    };
    assert_eq!(step(3), (vec![0, 0, 0], false, "########\n#.&kkc.#\n########\n".into()));
    assert_eq!(step(3), (vec![0, 1, 1], false, "+#######\n#.c@kc.#\n########\n".into()));
    assert_eq!(step(3), (vec![0, 1, 2], false, "++######\n#.c.@c.#\n########\n".into()));
    assert_eq!(step(3), (vec![1, 0, 1], false, "#+######\n#.c..@.#\n########\n".into()));
    assert_eq!(step(2).0, [0, 0, 1], "a bump on an open chest");
    step(1);
    step(1);
    assert_eq!(step(1), (vec![1, 0, 0], true, "########\n#.@....#\n########\n".into()));
}

/// What the best policy is worth on the levels of jaxgmg's own tests and of its documentation, at a
/// discount of 0.9. The first four numbers are those of its tests; the last follows by hand: three
/// steps to a key and the chest beside it, two more to the next key and chest.
#[test]
fn the_best_policy_is_worth_what_jaxgmg_says() {
    let known = |settings: &str, text: &str| {
        let world = world(&format!("{settings}\ndiscount = 0.9"));
        let arena = Known::new(world);
        arena.read(text).unwrap().value(0, 0)
    };
    let line = |text: &str| {
        let width = text.split_whitespace().count();
        let border = vec!["#"; width].join(" ");
        known(&format!("side = {width}\nheight = 3"), &format!("{border}\n{text}\n{border}"))
    };
    assert!((line("# @ k c #") - 0.9).abs() < 1e-15);
    assert!((line("# @ k k c c #") - (0.81 + 0.729)).abs() < 1e-15);
    assert!((line("# c . @ k c #") - 0.9).abs() < 1e-15);
    let documented = "# # # # #\n# . k c #\n# @ # k #\n# k # c #\n# # # # #";
    let value = known("side = 5", documented);
    assert!((value - (0.81 + 0.9f64.powi(4))).abs() < 1e-15, "{value}");
}

/// Every action is as likely as any other.
struct Idler;

impl mesascope_tasks::Actor for Idler {
    fn act(&self, _: &[u8], _: &[u8], _: &mut [f32], probabilities: &mut [f32]) {
        probabilities.fill(0.25);
    }
}

#[test]
fn a_whole_battery_of_large_levels_is_solved_while_it_is_played() {
    let arena = Known::new(world("horizon = 64"));
    let battery = arena.battery(0, 4, 1);
    let episodes = battery.play(&Idler, Choice::Sampled, Key::from_seed(2));
    for (level, episode) in episodes.iter().enumerate() {
        let best = battery.value(level, 0);
        assert!(best >= episode.returns[0] && best <= 3.0, "{best}");
        let (least, most) = battery.between(level, 0, 0);
        assert!((least - best).abs() < 1e-9 && (most - best).abs() < 1e-9);
        assert!(battery.random(level, 0) <= best);
        for decision in &episode.decisions {
            assert_eq!(decision.optimal.len(), 2);
            assert!(decision.optimal.iter().all(|best| best.count() > 0));
        }
        let first = &episode.decisions[0];
        assert_eq!(first.left, 64);
    }
    let shifted = arena.battery(1, 1, 1);
    assert_eq!(shifted.evaluate(0, &Idler, Choice::Sampled), None, "too many states to list");
}

#[test]
fn an_actor_on_a_small_level_is_evaluated_exactly() {
    let settings = "side = 6\ntrain = { keys = 1, chests = 2 }\nshift = { keys = 2, chests = 1 }";
    let arena = Known::new(world(settings));
    let battery = arena.battery(0, 8, 1);
    for level in 0..8 {
        let exact = battery.evaluate(level, &Idler, Choice::Sampled).unwrap();
        for (goal, value) in exact.into_iter().enumerate() {
            assert!((value - battery.random(level, goal)).abs() < 1e-9, "level {level}");
        }
    }
}
