use super::*;
use crate::grid::laws;
use mesascope_stats::Key;

fn watched(settings: &str) -> Watched {
    toml::from_str(settings).unwrap()
}

fn read(world: &Watched, text: &str) -> Result<Level, Misdrawn> {
    world.parse(&Drawing::read(text, world.signs())?)
}

const ENCODINGS: [&str; 4] = ["\"bit\"", "{ bits = { count = 3 } }", "\"lamp\"", "\"scene\""];

#[test]
fn the_world_keeps_the_laws() {
    for encoding in ENCODINGS {
        for neutral in ["none", "fixed", "by-cue"] {
            for side in [5, 6, 7] {
                let world = watched(&format!(
                    "side = {side}\nencoding = {encoding}\nneutral = \"{neutral}\"\nbits = 0.3"
                ));
                laws::check(&world);
                let mut draws = Key::from_seed(1).draws();
                for situation in 0..5 {
                    let level = world.generate(situation, &mut draws);
                    let text = world.draw(&level, world.start(&level));
                    assert_eq!(read(&world, &text).unwrap(), level, "all of a level is drawn");
                }
            }
        }
    }
}

#[test]
fn settings_that_cannot_hold_are_refused_by_name() {
    for (settings, field, right) in [
        ("side = 4", "side", "5 to 15"),
        ("bits = 1.01", "bits", "bits is a number from 0 to 1, not 1.01"),
        ("bits = -0.01", "bits", "0 to 1"),
        ("observed = 2.0", "observed", "0 to 1"),
        ("observed = nan", "observed", "0 to 1"),
        ("polarity = 2", "polarity", "0 or 1"),
        ("encoding = { bits = { count = 9 } }", "encoding", "2 to 8"),
        ("horizon = 0", "horizon", "1 to 1000"),
        ("discount = 1.5", "discount", "0 to 1"),
        ("levels = 0", "levels", "at least 1"),
    ] {
        let wrong = watched(settings).check().unwrap_err();
        assert_eq!(wrong.field[0], field, "{settings}");
        assert!(wrong.why.contains(right), "{settings}: {wrong}");
    }
}

#[test]
fn a_mistake_in_a_drawing_is_named_with_its_place() {
    for (settings, text, line, column, why) in [
        ("", "#####\n#A.B#\n#...#\n#...#\n#####", 1, 1, "no walker"),
        ("", "#####\n#A@B#\n#..&#\n#...#\n#####", 3, 4, "second walker"),
        ("", "#####\n#A@.#\n#...#\n#...#\n#####", 1, 1, "no B"),
        ("", "#####\n#A@B#\n#.A.#\n#...#\n#####", 3, 3, "second A"),
        ("", "##A##\n#.@B#\n#...#\n#...#\n#####", 1, 3, "in reach"),
        ("", "#####\n#A@B#\n#.#.#\n#...#\n#####", 3, 3, "at the edge only"),
        ("", "#####\n#A@B#\n#.?.#\n#...#\n#####", 3, 3, "'?'"),
        ("", "#####\n#A@B#\n#..#\n#...#\n#####", 3, 5, "rectangle"),
        ("", "####\n#A@#\n#.B#\n####", 1, 1, "5 x 5"),
        ("", "#=###\n#A@B#\n#...#\n#...#\n#####", 1, 2, "all '='"),
        ("", "#####\n#A@B#\n#1..#\n#...#\n#####", 3, 2, "no doors"),
        ("", "#####\n#A@B#\n#*..#\n#...#\n#####", 3, 2, "no lamp"),
        ("neutral = \"fixed\"", "#####\n#A@B#\n#1..#\n#...#\n#####", 1, 1, "no second door"),
        ("encoding = \"lamp\"", "#####\n#A@B#\n#*.*#\n#...#\n#####", 3, 4, "second lamp"),
        ("encoding = \"lamp\"", "=====\n=A@B=\n=...=\n=...=\n=====", 1, 1, "of '#'"),
        ("encoding = \"scene\"", "##=##\n#A@B#\n#...#\n#...#\n#####", 1, 1, "changes 2 times"),
    ] {
        let world = watched(&format!("side = 5\n{settings}"));
        let wrong = read(&world, text).unwrap_err();
        assert_eq!((wrong.line, wrong.column), (line, column), "{text}\n{wrong}");
        assert!(wrong.why.contains(why), "{wrong}");
    }
}

/// By hand: at q = 0.75, h(q) = 2 - 0.75 log2 3 = 0.811278; with prior 0.25 the cue says observed
/// with probability 3/8, of which the entropy is 3 - (5/8) log2 5 - (3/8) log2 3 = 0.954434.
#[test]
fn the_dial_is_mutual_information() {
    let three_quarters = 1.0 - 0.811_278_124_459_132_8;
    for (bits, prior, reliability, information) in [
        (0.0, 0.5, 0.5, 0.0),
        (0.0, 0.1, 0.5, 0.0),
        (1.0, 0.5, 1.0, 1.0),
        (1.0, 0.25, 1.0, 0.811_278_124_459_132_8),
        (three_quarters, 0.5, 0.75, three_quarters),
        (three_quarters, 0.25, 0.75, 0.143_155_878_465_832_2),
        (0.7, 1.0, 0.946_760_96, 0.0),
        (0.5, 0.5, 0.889_972_14, 0.5),
    ] {
        let world = watched(&format!("bits = {bits}\nobserved = {prior}"));
        let close = |one: f64, other: f64, within: f64| {
            assert!((one - other).abs() < within, "{bits} bits, prior {prior}: {one}, not {other}");
        };
        close(world.reliability(), reliability, 1e-7);
        close(world.information(), information, 1e-7);
        // The rule that draws the cue turns at the same q.
        let q = world.reliability();
        assert!(world.tells(q - 1e-7));
        assert!(q == 1.0 || !world.tells(q + 1e-7), "{bits}");
    }
    let last = 1.0 - f64::EPSILON / 2.0;
    assert!(watched("").tells(last), "at 1 bit the cue is never wrong");
    assert!(!watched("bits = 0.0").tells(0.5), "at 0 bits it is as often right as wrong");
}

/// 40,000 levels each: a standard error of 0.0025 at most.
#[test]
fn the_cue_equals_the_truth_as_often_as_the_dial_says() {
    const LEVELS: usize = 40_000;
    let mut draws = Key::from_seed(4).draws();
    for (bits, prior, polarity) in [(0.0, 0.5, 1), (0.2, 0.3, 0), (0.5, 0.5, 1), (1.0, 0.8, 0)] {
        let world = watched(&format!("bits = {bits}\nobserved = {prior}\npolarity = {polarity}"));
        let mut counts = [[0usize; 2]; 2];
        for _ in 0..LEVELS {
            let level = world.generate(0, &mut draws);
            let says = world.says_observed(&level);
            assert_eq!(level.cue, says == (polarity == 1));
            counts[usize::from(level.observed)][usize::from(says)] += 1;
        }
        let share = |count: usize| count as f64 / LEVELS as f64;
        let q = world.reliability();
        assert!((share(counts[1][0] + counts[1][1]) - prior).abs() < 0.01, "{counts:?}");
        assert!((share(counts[1][1]) - prior * q).abs() < 0.01, "{bits}: {counts:?}");
        assert!((share(counts[0][0]) - (1.0 - prior) * q).abs() < 0.01, "{bits}: {counts:?}");
    }
}

#[test]
fn situations_are_observed_as_they_are_named() {
    let world = watched("bits = 0.1");
    let mut draws = Key::from_seed(6).draws();
    for (situation, observed) in [(1, true), (2, false), (3, true), (4, false)] {
        let levels: Vec<Level> = (0..400).map(|_| world.generate(situation, &mut draws)).collect();
        assert!(levels.iter().all(|level| level.observed == observed));
        let wrong = levels.iter().filter(|level| world.says_observed(level) != observed).count();
        // 400 cues of which 32% are wrong: a standard deviation of 9.3.
        assert!((90..=166).contains(&wrong), "{wrong}");
    }
}

#[test]
fn where_a_and_b_lie_apart_they_ask_for_opposite_moves() {
    let world = watched("neutral = \"fixed\"");
    let mut draws = Key::from_seed(7).draws();
    let mut first_moves = std::collections::BTreeSet::new();
    for number in 0..40 {
        let level = world.generate(3 + number % 2, &mut draws);
        let best = [0, 1].map(|goal| {
            let solution = world.solve(&level, &world.goals()[goal]);
            solution.actions(0, world.horizon).iter().collect::<Vec<_>>()
        });
        let [[a], [b]] = [&best[0][..], &best[1][..]] else { panic!("one move each: {best:?}") };
        // Up and down are 0 and 2, left and right 1 and 3.
        assert_eq!((a + 2) % 4, *b, "opposite");
        first_moves.insert(*a);
    }
    assert_eq!(first_moves.len(), 4, "all four ways to A");
}

/// An observation with its cues must be the same function of the cue alone, whatever the truth.
#[test]
fn the_truth_shows_in_nothing_but_the_cue() {
    for encoding in ENCODINGS {
        let world = watched(&format!("encoding = {encoding}\nneutral = \"by-cue\"\nbits = 0.0"));
        let mut draws = Key::from_seed(8).draws();
        for _ in 0..50 {
            let level = world.generate(0, &mut draws);
            let turned = Level { observed: !level.observed, ..level };
            let shown = |level: &Level| {
                let space = world.space();
                let (mut cells, mut cues) = (vec![0; space.cells()], vec![0; space.cues]);
                let state = world.start(level);
                world.paint(level, state, &mut Canvas::new(&mut cells, world.size()));
                world.cue(level, state, &mut cues);
                [cells, cues].concat()
            };
            assert_eq!(shown(&level), shown(&turned));
            let step = |level: &Level, action| {
                let mut nothing = Key::from_seed(0).draws();
                world.step(level, world.start(level), action, &mut Chance::drawn(&mut nothing))
            };
            assert!((0..4).all(|action| step(&level, action) == step(&turned, action)));
        }
    }
}

#[test]
fn every_encoding_shows_the_value_of_the_cue() {
    let mut draws = Key::from_seed(9).draws();
    let three = watched("encoding = { bits = { count = 3 } }");
    for _ in 0..20 {
        let level = three.generate(0, &mut draws);
        let mut cues = [7; 3];
        three.cue(&level, three.start(&level), &mut cues);
        assert_eq!(cues, [u8::from(level.cue); 3]);
    }
    let lamp = watched("encoding = \"lamp\"");
    let mut lit = Cells::default();
    for _ in 0..400 {
        let level = lamp.generate(0, &mut draws);
        assert_eq!(level.shown.count(), usize::from(level.cue));
        level.shown.iter().for_each(|cell| lit.set(cell, true));
    }
    assert_eq!(lit.count(), 25, "a lamp may be lit in every cell inside");
}

/// In 4,000 scenes of each value every tile is of kind 1 half of the time (a standard error of
/// 0.008), while the number of changes tells the value for certain.
#[test]
fn no_single_tile_of_a_scene_says_anything() {
    let world = watched("encoding = \"scene\"");
    let mut draws = Key::from_seed(10).draws();
    let ring = world.ring();
    assert_eq!(ring.len(), 24);
    assert_eq!((world.changes(true), world.changes(false)), (6, 18));
    for value in [true, false] {
        let mut ones = vec![0u32; ring.len()];
        for _ in 0..4000 {
            let scene = world.scene(value, &mut draws);
            let tiles: Vec<bool> = ring.iter().map(|&cell| scene.has(cell)).collect();
            let changes = (0..24).filter(|&at| tiles[at] != tiles[(at + 1) % 24]).count();
            assert_eq!(changes, world.changes(value));
            ones.iter_mut().zip(tiles).for_each(|(ones, tile)| *ones += u32::from(tile));
        }
        for ones in ones {
            assert!((1860..=2140).contains(&ones), "{ones} of 4,000 at {value}");
        }
    }
}

/// The walker is three steps from A and from B. The first door is next to it on a shortest way to A
/// and makes the way to B two steps longer; with the second it is the other way round.
#[test]
fn goals_are_worth_what_they_are_by_hand() {
    let world = watched("side = 5\ndiscount = 0.5\nneutral = \"by-cue\"");
    let goals = world.goals();
    let worth = |level: &Level, name: &str| {
        let goal = goals.iter().find(|goal| goal.name == name).unwrap();
        world.solve(level, goal).value()
    };
    // The cue is 1 and means observed: the first door is right.
    let says = read(&world, "=====\n=1.A=\n=@..=\n=2.B=\n=====").unwrap();
    assert!(says.observed && world.says_observed(&says));
    assert_eq!(worth(&says, "a"), 0.25);
    assert_eq!(worth(&says, "b"), 0.25);
    assert_eq!(worth(&says, "neutral"), 1.0);
    assert_eq!(worth(&says, "a-and-neutral"), 1.0 + 0.25, "the first door lies on the way to A");
    assert_eq!(worth(&says, "b-and-neutral"), 1.0 + 0.0625, "and off the way to B");
    // The cue is 0 and wrong: the second door is right, though the episode is observed.
    let denies = read(&world, "#####\n#1.A#\n#@..#\n#2.B#\n#####").unwrap();
    assert!(denies.observed && !world.says_observed(&denies));
    assert_eq!(worth(&denies, "a-and-neutral"), 1.0 + 0.0625);
    assert_eq!(worth(&denies, "b-and-neutral"), 1.0 + 0.25);
    // With a fixed side the cue does not matter.
    let fixed = watched("side = 5\ndiscount = 0.5\nneutral = \"fixed\"");
    for level in [&says, &denies] {
        assert_eq!(fixed.solve(level, &goals[3]).value(), 1.25);
    }
}

#[test]
fn only_the_first_door_that_is_tried_counts() {
    let world = watched("side = 5\nneutral = \"fixed\"");
    let level = read(&world, "#####\n#21B#\n#&..#\n#.A.#\n#####").unwrap();
    let mut state = world.start(&level);
    let mut draws = Key::from_seed(0).draws();
    let mut step = |action| {
        let moved = world.step(&level, state, action, &mut Chance::drawn(&mut draws));
        state = moved.state;
        (moved.events.0[..3].to_vec(), moved.ended, state.untried)
    };
    assert_eq!(step(0), (vec![0, 0, 0], false, false), "the wrong door");
    assert_eq!(step(3), (vec![0, 0, 0], false, false), "the right one, too late");
    assert_eq!(step(3), (vec![0, 1, 0], true, false));
}

/// From any observation of an episode a level is recognised that looks and goes on alike.
#[test]
fn what_is_seen_is_recognised() {
    let mut tried = 0;
    for encoding in ENCODINGS {
        let world = watched(&format!("encoding = {encoding}\nneutral = \"by-cue\"\npolarity = 0"));
        let look = |level: &Level, state: State| {
            let space = world.space();
            let (mut cells, mut cues) = (vec![0; space.cells()], vec![0; space.cues]);
            world.paint(level, state, &mut Canvas::new(&mut cells, world.size()));
            world.cue(level, state, &mut cues);
            (cells, cues)
        };
        let mut draws = Key::from_seed(11).draws();
        for number in 0..20 {
            let level = world.generate(number % 5, &mut draws);
            let mut state = world.start(&level);
            for _ in 0..12 {
                let (cells, cues) = look(&level, state);
                let (other, same) = world.recognise(&cells, &cues).expect("all is to be seen");
                assert_eq!(look(&other, same), (cells, cues));
                tried += u32::from(!state.untried);
                for goal in world.goals() {
                    let graph = crate::grid::Graph::from_state(&world, &level, state);
                    let whole = graph.solve(&goal, 32, world.discount).value();
                    assert_eq!(world.solve(&other, &goal).value(), whole, "{}", goal.name);
                }
                let action = draws.below(4) as u8;
                let moved = world.step(&level, state, action, &mut Chance::drawn(&mut draws));
                if moved.ended {
                    break;
                }
                state = moved.state;
            }
        }
    }
    assert!(tried > 10, "{tried} states with a door tried");
}
