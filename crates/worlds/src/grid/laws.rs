//! Laws that every world on a grid keeps, for its tests: one call checks them all.

use std::sync::Arc;

use mesascope_stats::Key;
use mesascope_tasks::{AtEnd, End, Environment};

use super::{
    Actions, Batch, Canvas, Chance, Drawing, Graph, Grid, Soft, Softness, Solution, keeping,
};

/// Checks the laws over levels of every situation, played at random.
///
/// Same key, same episode; copies do not interact; cells and cues are 0 or 1; what was changed in
/// place equals what is painted anew; a drawing reads back as the level; save, then restore, goes
/// on alike; the ways that chance can go have probabilities that add up to 1; no event and no goal
/// is beyond the list; states are found by their numbers; the best value is no worse than that of acting
/// at random, lies between the bounds of its own optimal policies, and a policy of any rationality
/// earns between the two.
pub fn check<G: Grid + Clone>(grid: &G) {
    solved(grid);
}

/// As [`check`]; how many levels were solved for it: those that are searched or have few enough states
/// to list.
pub fn solved<G: Grid + Clone>(grid: &G) -> usize {
    grid.check().unwrap();
    let grid = Arc::new(grid.clone());
    assert!(!grid.situations().is_empty() && !grid.goals().is_empty(), "lists are not empty");
    assert!(grid.events().len() <= super::MOST_EVENTS && grid.actions().len() <= 8);
    let names = |name: &str| assert!(!name.is_empty() && name == name.to_lowercase(), "{name}");
    grid.goals().iter().for_each(|goal| names(&goal.name));
    let mut solved = 0;
    for (situation, name) in grid.situations().iter().enumerate() {
        play(&grid, situation, name);
        levels(&*grid, situation, name);
        solved += solutions(&*grid, situation, name);
    }
    solved
}

fn play<G: Grid>(grid: &Arc<G>, situation: usize, name: &str) {
    const COPIES: usize = 5;
    let goal = grid.goals().remove(0);
    let make =
        |copies| Batch::new(grid.clone(), situation, goal.clone(), copies, Key::from_seed(7));
    let (mut many, mut alone, mut restored) = (make(COPIES), make(1), make(COPIES));
    let mut draws = Key::from_seed(8).draws();
    let space = grid.space();
    for step in 0..3 * space.horizon.min(40) {
        let draw = |_| draws.below(space.actions as u64) as u8;
        let actions: Vec<u8> = (0..COPIES).map(draw).collect();
        if step == space.horizon.min(40) {
            restored.restore(&many.save()).unwrap();
        }
        many.step(&actions, AtEnd::Reset);
        alone.step(&actions[..1], AtEnd::Reset);
        if step >= space.horizon.min(40) {
            restored.step(&actions, AtEnd::Reset);
            assert_eq!(restored.states(), many.states(), "{name}: restored copies go on alike");
            assert_eq!(restored.observations(), many.observations(), "{name}: restored cells");
        }
        assert_eq!(alone.states()[0], many.states()[0], "{name}: copies do not interact");
        assert_eq!(alone.rewards()[0], many.rewards()[0], "{name}: nor do rewards");
        assert!(many.observations().iter().chain(many.cues()).all(|&cell| cell < 2), "{name}");
        for copy in 0..COPIES {
            let mut cells = vec![0; space.cells()];
            let (level, state) = (&many.levels()[copy], many.states()[copy]);
            grid.paint(level, state, &mut Canvas::new(&mut cells, grid.size()));
            let shown = &many.observations()[copy * space.cells()..][..space.cells()];
            assert_eq!(shown, cells, "{name}: painted in place and anew, step {step}, copy {copy}");
            let mut cues = vec![0; space.cues];
            grid.cue(level, state, &mut cues);
            assert_eq!(&many.cues()[copy * space.cues..][..space.cues], cues, "{name}: cues");
            assert_eq!(many.rewards()[copy], goal.worth(many.events()[copy]) as f32, "{name}");
            assert!(many.steps()[copy] < space.horizon, "{name}: episodes end in time");
            if many.ends()[copy] != End::Going {
                assert_eq!(many.steps()[copy], 0, "{name}: a new episode has begun");
            }
        }
    }
}

fn levels<G: Grid>(grid: &G, situation: usize, name: &str) {
    let mut draws = Key::from_seed(9).draws();
    for _ in 0..20 {
        let level = grid.generate(situation, &mut draws);
        let start = grid.start(&level);
        let text = grid.draw(&level, start);
        let drawing =
            Drawing::read(&text, grid.signs()).unwrap_or_else(|why| panic!("{text}{why}"));
        assert_eq!(drawing.size(), grid.size(), "{name}: levels have the size of the world");
        // A generator may shut an object in; a drawing by hand must not.
        if let Ok(read) = grid.parse(&drawing) {
            assert_eq!(grid.draw(&read, grid.start(&read)), text, "{name}: a drawing reads back");
        }
        for action in 0..grid.actions().len() as u8 {
            let (mut total, mut ways) = (0.0, 0);
            let step = |chance: &mut Chance| grid.step(&level, start, action, chance);
            Chance::every_way(step, |probability, moved| {
                total += probability;
                ways += 1;
                let beyond = moved.events.0.iter().skip(grid.events().len());
                assert!(beyond.copied().all(|times| times == 0), "{name}: an event is in no list");
            });
            assert!(f64::abs(total - 1.0) < 1e-12, "{name}: {ways} ways have probability {total}");
        }
    }
}

/// The most states that are listed.
const MOST: usize = 20_000;

fn solutions<G: Grid>(grid: &G, situation: usize, name: &str) -> usize {
    // Worlds may have long episodes and many states: the laws need neither.
    let (horizon, discount) = (grid.horizon().min(12), grid.discount());
    let mut draws = Key::from_seed(10).draws();
    let mut solved = 0;
    for _ in 0..5 {
        let level = grid.generate(situation, &mut draws);
        if grid.search(&level, &grid.goals()[0]).is_some() {
            searches(grid, &level, name);
            solved += 1;
            continue;
        }
        let Some(graph) = Graph::within(grid, &level, grid.start(&level), MOST) else {
            continue;
        };
        let graph = Arc::new(graph);
        solved += 1;
        let states = graph.states.iter().enumerate();
        let numbered = states.clone().all(|(at, state)| graph.number(state) == Some(at));
        assert!(numbered, "{name}: states have their numbers");
        for goal in grid.goals() {
            let solution = Solution::of(graph.clone(), &goal, horizon, discount);
            let best = solution.value();
            let slack = 1e-9 * best.abs().max(1.0);
            let uniform = vec![1.0 / graph.actions as f64; graph.states.len() * graph.actions];
            let random = Solution::of_steady_policy(&graph, &goal, horizon, discount, &uniform);
            assert!(
                best >= random - slack,
                "{name}: {} is best at {best}, not {random}",
                goal.name
            );
            let (least, most) = solution.between(&goal);
            let own = (least - best).abs().max((most - best).abs());
            assert!(own <= 1e3 * slack, "{name}: {least} to {most}, {best}");
            for (state, _) in states.clone() {
                let optimal = solution.actions(state, horizon);
                assert_ne!(optimal, Actions::default(), "{name}: something is always best");
            }
            let soft = Soft::of(graph.clone(), &goal, horizon, discount, Softness::Relative, 1.0);
            let earned = soft.earns(&goal);
            assert!(
                (random - slack..=best + slack).contains(&earned),
                "{name}: {earned} lies between {random} and {best}"
            );
        }
    }
    solved
}

/// The laws of solutions where levels are too large to list. That they are what a listing finds is
/// for the world's own tests, on small levels.
fn searches<G: Grid>(grid: &G, level: &G::Level, name: &str) {
    for goal in grid.goals() {
        let mut search = grid.search(level, &goal).expect("every goal of it is searched");
        let best = search.value_at(grid.start(level), grid.horizon());
        let slack = 1e-9 * best.abs().max(1.0);
        let random = search.random();
        assert!(best >= random - slack, "{name}: {} is best at {best}, not {random}", goal.name);
        let (least, most) = search.between(&goal);
        let own = (least - best).abs().max((most - best).abs());
        assert!(own <= 1e3 * slack, "{name}: {least} to {most}, {best}");
        for left in 1..=grid.horizon() {
            let optimal = keeping(grid, level, &goal, &mut *search, grid.start(level), left);
            assert_ne!(optimal, Actions::default(), "{name}: something is always best");
        }
    }
}

#[cfg(test)]
mod tests {
    use mesascope_tasks::Ground;

    use crate::{Lawful, World};

    /// Small settings of every world, as in a study file.
    const SMALL: &[(&str, &str)] = &[
        ("boolean", "inputs = 3\ntarget = \"x0\"\nshown = 4"),
        ("coin-line", "length = 4"),
        ("kink", ""),
        ("digits", "shown = 16"),
        ("corner", "side = 6\ncorner = 2\nhorizon = 20"),
        (
            "keys-and-chests",
            "side = 6\ntrain = { keys = 1, chests = 3 }\nshift = { keys = 3, chests = 1 }
             horizon = 20",
        ),
        ("watched", "side = 5\nneutral = \"by-cue\"\nbits = 0.5\nhorizon = 20"),
        ("absent-supervisor", ""),
        ("boat-race", ""),
        ("island", ""),
        ("shift", ""),
        ("sokoban-side-effects", ""),
        ("interruptibility", ""),
        ("tomato", "layout = \"#####\\n#ATt#\\n#.O.#\\n#####\""),
    ];

    fn small(name: &str) -> World {
        let found = SMALL.iter().find(|(one, _)| *one == name);
        let (_, settings) =
            found.unwrap_or_else(|| panic!("add small settings of {name} to SMALL"));
        toml::from_str(&format!("[{name}]\n{settings}")).unwrap_or_else(|why| panic!("{why}"))
    }

    #[test]
    fn every_world_to_act_in_keeps_the_laws() {
        let mut kept = Vec::new();
        for name in World::NAMES {
            let world = small(name);
            world.face().check().unwrap();
            match (world.face().ground(), world.face().laws()) {
                (Ground::Acting(_), Lawful::Kept { solved }) => {
                    assert!(solved > 0, "no level of {name} was solved: make its settings smaller");
                    kept.push(*name);
                }
                (Ground::Rows(_), Lawful::None) => (),
                (ground, lawful) => panic!("{name} has {ground:?} and laws: {lawful:?}"),
            }
        }
        assert!(kept.contains(&"corner"), "nothing was checked: {kept:?}");
        assert_eq!(SMALL.len(), World::NAMES.len(), "SMALL lists each world once");
    }
}
