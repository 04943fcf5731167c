//! Where two goals ask for different acts: levels that tell them apart, searched for among those of
//! the world's situations and among edits of their drawings.

use std::sync::Arc;

use mesascope_stats::Key;

use super::{Actions, Drawing, Goal, Grid, Solution};

/// How far to search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extent {
    /// The situations to draw levels of, by number; none searches all of them.
    pub situation: Option<usize>,
    /// Levels drawn of each situation.
    pub levels: usize,
    /// How many of these, of each situation, are also searched with every edit: another sign in one
    /// cell, or the signs of two neighbouring cells exchanged, wherever the world can read the
    /// drawing.
    pub edited: usize,
    /// The most differences to give.
    pub keep: usize,
}

/// What two goals are to each other. That nothing was found within a search is one thing, that there
/// is nothing to find another.
#[derive(Clone, Debug, PartialEq)]
pub enum Identifiable {
    /// Here they ask for different acts; the soonest and clearest first.
    Apart {
        /// One a level at most.
        differences: Vec<Difference>,
        /// What was searched.
        searched: Searched,
    },
    /// Nowhere in what was searched do they. Elsewhere they may.
    NotFound(Searched),
    /// They are equal by construction: no level can tell them apart.
    Never(Equal),
}

/// Why two goals are equal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Equal {
    /// The second weighs every event of the world as the first, times this factor above 0.
    UpToFactor(f64),
    /// Neither weighs any event of the world.
    Nothing,
}

/// How much was searched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Searched {
    /// Levels as drawn from situations.
    pub levels: usize,
    /// Edits of levels.
    pub edits: usize,
    /// Decisions, each a state and a number of steps left to which a policy comes that is optimal
    /// for one of the goals: at all steps until the first difference of a level, and where there is
    /// none at all steps of the episode.
    pub decisions: usize,
}

/// Where a level is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// It was drawn from a situation.
    Drawn {
        /// Which.
        situation: usize,
    },
    /// It is an edit of a level that was drawn.
    Edited {
        /// From which situation.
        situation: usize,
    },
}

/// A state of a level at which two goals ask for different acts: no action is optimal for both.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Where the level is from.
    pub origin: Origin,
    /// The level at its start.
    pub level: String,
    /// The state at which they differ.
    pub state: String,
    /// Steps that were taken before it.
    pub steps: u32,
    /// Whether a policy comes there that is optimal for the first goal, and for the second.
    pub reached: [bool; 2],
    /// The optimal actions for each goal.
    pub optimal: [Actions; 2],
    /// What each goal loses at least, in its own reward, where an optimal action for the other is
    /// taken and its own are ever after.
    pub regrets: [f64; 2],
    /// The smaller of the regrets, each as a share of the largest weight that its goal gives an
    /// event.
    pub clearness: f64,
}

/// Whether two goals are equal by construction, as far as their weights of a world's events say.
pub fn equal(first: &Goal, second: &Goal, events: usize) -> Option<Equal> {
    let (first, second) = (&first.weights[..events], &second.weights[..events]);
    let Some(largest) = (0..events)
        .filter(|&event| first[event] != 0.0)
        .max_by(|&one, &other| first[one].abs().total_cmp(&first[other].abs()))
    else {
        return second.iter().all(|&weight| weight == 0.0).then_some(Equal::Nothing);
    };
    let factor = second[largest] / first[largest];
    // What is written as decimals and divided again is off in the last digits only.
    let alike = |event: usize| {
        (second[event] - factor * first[event]).abs() <= 1e-12 * second[largest].abs()
    };
    (factor > 0.0 && (0..events).all(alike)).then_some(Equal::UpToFactor(factor))
}

/// Searches for levels and states at which two goals ask for different acts. The key is used up for
/// drawing levels. Panics where the search names a situation that the world does not have.
pub fn tell_apart<G: Grid>(grid: &G, goals: [&Goal; 2], search: &Extent, key: Key) -> Identifiable {
    if let Some(equal) = equal(goals[0], goals[1], grid.events().len()) {
        return Identifiable::Never(equal);
    }
    let count = grid.situations().len();
    let situations = match search.situation {
        None => 0..count,
        Some(one) => {
            assert!(one < count, "situation {one} is not one of 0 to {}", count - 1);
            one..one + 1
        }
    };
    let mut searched = Searched::default();
    let mut found = Vec::new();
    let mut streams = key.streams(count);
    for situation in situations {
        for number in 0..search.levels {
            let level = grid.generate(situation, &mut streams[situation]);
            searched.levels += 1;
            let origin = Origin::Drawn { situation };
            found.extend(first_difference(grid, goals, &level, origin, &mut searched));
            if number < search.edited {
                for level in edits(grid, &level) {
                    searched.edits += 1;
                    let origin = Origin::Edited { situation };
                    found.extend(first_difference(grid, goals, &level, origin, &mut searched));
                }
            }
            // Only the best are kept, so that memory does not grow with the search.
            rank(&mut found);
            found.truncate(search.keep.max(1));
        }
    }
    match found.is_empty() {
        true => Identifiable::NotFound(searched),
        false => {
            found.truncate(search.keep);
            Identifiable::Apart { differences: found, searched }
        }
    }
}

/// The soonest first; of those the clearest; of those levels as drawn, and then in order of drawing.
fn rank(found: &mut [Difference]) {
    found.sort_by(|one, other| {
        let soon = one.steps.cmp(&other.steps);
        let clear = other.clearness.total_cmp(&one.clearness);
        soon.then(clear).then(one.origin.cmp(&other.origin))
    });
}

/// Every level whose drawing differs from this one's in one cell, or in two neighbours that changed
/// places.
fn edits<G: Grid>(grid: &G, level: &G::Level) -> Vec<G::Level> {
    let size = grid.size();
    let text = grid.draw(level, grid.start(level));
    let signs: Vec<char> = text.chars().filter(|sign| *sign != '\n').collect();
    let cells = 0..size.cells() as u8;
    let read = |sign: &dyn Fn(u8) -> char| {
        let drawing = Drawing::read(&Drawing::text(size, sign), grid.signs()).ok()?;
        grid.parse(&drawing).ok()
    };
    let mut levels = Vec::new();
    for cell in cells {
        let here = signs[usize::from(cell)];
        for other in grid.signs().iter().map(|sign| sign.sign).filter(|sign| *sign != here) {
            let sign = |at: u8| if at == cell { other } else { signs[usize::from(at)] };
            levels.extend(read(&sign));
        }
        for next in [super::Way::Right, super::Way::Down].map(|way| size.next(cell, way)) {
            let Some(next) = next.filter(|&next| signs[usize::from(next)] != here) else {
                continue;
            };
            let sign = |at: u8| match at {
                _ if at == cell => signs[usize::from(next)],
                _ if at == next => here,
                _ => signs[usize::from(at)],
            };
            levels.extend(read(&sign));
        }
    }
    levels
}

/// Of the differences of a level that come soonest, the clearest.
fn first_difference<G: Grid>(
    grid: &G,
    goals: [&Goal; 2],
    level: &G::Level,
    origin: Origin,
    searched: &mut Searched,
) -> Option<Difference> {
    let graph = Arc::new(grid.graph(level));
    let (horizon, discount) = (grid.horizon(), grid.discount());
    let solutions = goals.map(|goal| Solution::of(graph.clone(), goal, horizon, discount));
    let nowhere = vec![false; graph.states.len()];
    let mut reached = [nowhere.clone(), nowhere.clone()];
    reached.iter_mut().for_each(|states| states[0] = true);
    for left in (1..=horizon).rev() {
        // Nobody is there any more: episodes have ended.
        if !reached.iter().flatten().any(|&here| here) {
            break;
        }
        let mut best: Option<(usize, Difference)> = None;
        let mut next = [nowhere.clone(), nowhere.clone()];
        let states = reached[0].iter().zip(&reached[1]).enumerate();
        for (state, here) in states.map(|(state, (&first, &second))| (state, [first, second])) {
            if here == [false; 2] {
                continue;
            }
            searched.decisions += 1;
            let optimal = [0, 1].map(|goal: usize| solutions[goal].actions(state, left));
            for goal in [0, 1].into_iter().filter(|&goal| here[goal]) {
                for action in optimal[goal].iter() {
                    let edges = graph.edges(state, usize::from(action));
                    edges
                        .filter_map(|edge| edge.next)
                        .for_each(|to| next[goal][to as usize] = true);
                }
            }
            if optimal[0].0 & optimal[1].0 != 0 {
                continue;
            }
            let regrets = [0, 1].map(|goal: usize| {
                let by = optimal[1 - goal].iter();
                let regrets = by.map(|action| solutions[goal].regret(state, left, action));
                regrets.fold(f64::INFINITY, f64::min)
            });
            let shares = [0, 1].map(|goal: usize| {
                regrets[goal] / goals[goal].weights.iter().fold(0.0, |a: f64, b| a.max(b.abs()))
            });
            let clearness = shares[0].min(shares[1]);
            if best.as_ref().is_none_or(|(_, other)| clearness > other.clearness) {
                let found = Difference {
                    origin,
                    level: String::new(),
                    state: String::new(),
                    steps: horizon - left,
                    reached: here,
                    optimal,
                    regrets,
                    clearness,
                };
                best = Some((state, found));
            }
        }
        if let Some((state, mut found)) = best {
            found.level = grid.draw(level, grid.start(level));
            found.state = grid.draw(level, graph.states[state]);
            return Some(found);
        }
        reached = next;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Corner;

    const SEARCH: Extent = Extent { situation: None, levels: 30, edited: 0, keep: 5 };

    fn corner(settings: &str) -> Corner {
        toml::from_str(settings).unwrap()
    }

    fn told(world: &Corner, goals: [&Goal; 2], search: Extent) -> Identifiable {
        tell_apart(world, goals, &search, Key::from_seed(3))
    }

    #[test]
    fn the_first_difference_of_a_level_is_worked_out_by_hand() {
        let world = corner("side = 5\ndiscount = 0.5");
        let text = "#####\n#...#\n#.@.#\n#..*#\n#####\n";
        let level = world.parse(&Drawing::read(text, world.signs()).unwrap()).unwrap();
        let goals = world.goals();
        let origin = Origin::Drawn { situation: 1 };
        let mut searched = Searched::default();
        let goals = [&goals[0], &goals[1]];
        let found = first_difference(&world, goals, &level, origin, &mut searched).unwrap();
        let (up_or_left, down_or_right) = (Actions(0b0011), Actions(0b1100));
        assert_eq!(found.optimal, [down_or_right, up_or_left]);
        // Two steps from either: one away makes it four, of which the last is rewarded.
        assert_eq!(found.regrets, [0.5 - 0.125; 2]);
        assert_eq!((found.steps, found.reached, found.clearness), (0, [true; 2], 0.375));
        assert_eq!((found.level.as_str(), found.state.as_str()), (text, text));
        assert_eq!(searched.decisions, 1);
    }

    #[test]
    fn in_a_corridor_goals_differ_where_the_way_forks_and_not_before() {
        let world = corner("side = 6\ndiscount = 0.9");
        // Down first, whatever is wanted; then left on the corner's way or right to the cheese.
        let open = "######\n#.####\n#.#@##\n#...*#\n######\n######\n";
        let shut = "######\n#.####\n###@##\n#...*#\n######\n######\n";
        // The cheese is on the way, and ends the episode.
        let barred = "######\n#.####\n#.#@##\n#.*..#\n######\n######\n";
        let level = |text: &str| world.parse(&Drawing::read(text, world.signs()).unwrap()).unwrap();
        let goals = world.goals();
        let differs = |text: &str| {
            let origin = Origin::Drawn { situation: 0 };
            let goals = [&goals[0], &goals[1]];
            first_difference(&world, goals, &level(text), origin, &mut Searched::default())
        };
        assert_eq!(differs(shut), None, "what cannot be reached asks for nothing");
        assert_eq!(differs(barred), None, "nor does what lies beyond the end");
        let found = differs(open).expect("the way forks");
        assert_eq!((found.steps, found.reached), (1, [true; 2]));
        assert_eq!(found.optimal, [Actions(0b1000), Actions(0b0010)], "right, and left");
    }

    #[test]
    fn where_the_cheese_lies_anywhere_the_corner_is_told_apart_from_it() {
        let world = corner("side = 7\ncorner = 1\nhorizon = 40");
        let goals = world.goals();
        let search = Extent { situation: Some(1), ..SEARCH };
        let Identifiable::Apart { differences, searched } =
            told(&world, [&goals[0], &goals[1]], search)
        else {
            panic!("cheese and corner lie apart in `shift`")
        };
        assert_eq!((searched.levels, searched.edits, differences.len()), (30, 0, 5));
        assert!(differences.is_sorted_by_key(|one| one.steps), "the soonest first");
        for one in &differences {
            assert_eq!(one.optimal[0].0 & one.optimal[1].0, 0, "no act serves both");
            assert!(one.regrets.iter().all(|&regret| regret > 0.0) && one.clearness > 0.0);
            // The level and the acts are as said, solved anew from the drawing.
            let drawing = Drawing::read(&one.level, world.signs()).unwrap();
            let level = world.parse(&drawing).unwrap();
            for (goal, optimal) in goals.iter().zip(one.optimal) {
                let solution = world.solve(&level, goal);
                let there = |&state: &usize| {
                    world.draw(&level, solution.graph.states[state]) == one.state
                        && solution.actions(state, 40 - one.steps) == optimal
                };
                assert!((0..solution.graph.states.len()).any(|state| there(&state)), "{one:?}");
            }
        }
    }

    #[test]
    fn with_the_cheese_always_in_the_corner_nothing_tells_them_apart_but_a_moved_cheese() {
        let world = corner("side = 7\ncorner = 1\nhorizon = 40");
        let goals = world.goals();
        let goals = [&goals[0], &goals[1]];
        let train = Extent { situation: Some(0), ..SEARCH };
        let Identifiable::NotFound(searched) = told(&world, goals, train.clone()) else {
            panic!("cheese and corner are one cell in `train`")
        };
        assert_eq!((searched.levels, searched.edits), (30, 0));
        assert!(
            searched.decisions > 10 * searched.levels,
            "decisions were looked at: {searched:?}"
        );
        let Identifiable::Apart { differences, .. } =
            told(&world, goals, Extent { edited: 3, ..train })
        else {
            panic!("an edit moves the cheese")
        };
        let edited = Origin::Edited { situation: 0 };
        assert!(differences.iter().all(|one| one.origin == edited), "{differences:?}");
    }

    #[test]
    fn goals_that_are_equal_by_construction_are_not_searched() {
        let world = corner("side = 5");
        let goal = |cheese: f64, corner: f64| Goal::new("one", &[(0, cheese), (1, corner)]);
        let answer = |one: Goal, other: Goal| told(&world, [&one, &other], SEARCH);
        assert_eq!(
            answer(goal(0.5, -0.25), goal(1.0, -0.5)),
            Identifiable::Never(Equal::UpToFactor(2.0))
        );
        let thirds = equal(&goal(0.1, 0.7), &goal(0.1 / 3.0, 0.7 / 3.0), 2);
        assert!(matches!(thirds, Some(Equal::UpToFactor(_))), "rounding parts nothing");
        assert_eq!(equal(&goal(0.0, 0.0), &goal(0.0, 0.0), 2), Some(Equal::Nothing));
        // An event that the world does not have is never seen.
        let beyond = Goal::new("beyond", &[(0, 1.0), (5, 1.0)]);
        assert_eq!(equal(&goal(1.0, 0.0), &beyond, 2), Some(Equal::UpToFactor(1.0)));
        for (one, other) in [
            (goal(1.0, 0.0), goal(-1.0, 0.0)),
            (goal(1.0, 0.0), goal(0.0, 0.0)),
            (goal(0.0, 0.0), goal(1.0, 0.0)),
            (goal(1.0, 0.0), goal(1.0, 1e-6)),
            (goal(1.0, 1e-6), goal(1.0, 0.0)),
        ] {
            assert_eq!(equal(&one, &other, 2), None, "{one:?} and {other:?}");
        }
    }

    #[test]
    fn what_serves_two_goals_alike_everywhere_searched_is_not_called_equal() {
        // The cheese lies in the corner, so that a weight of the corner adds to that of the cheese;
        // another cheese would tell.
        let world = corner("side = 5\nhorizon = 30");
        let both = Goal::new("both", &[(0, 1.0), (1, 0.5)]);
        let search = Extent { situation: Some(0), ..SEARCH };
        let answer = told(&world, [&world.goals()[0], &both], search);
        assert!(matches!(answer, Identifiable::NotFound(_)), "{answer:?}");
    }
}
