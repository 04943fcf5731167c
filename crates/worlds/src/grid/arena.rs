//! A world of the catalogue without its type: what measuring, drawing and the command line need.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use mesascope_stats::{Draws, Key};
use mesascope_tasks::{Actor, Ask, AtEnd, Demonstrations, End, Environment, Situations, Space};

use super::session::{Playing, Session};
use super::{
    Actions, Batch, Canvas, Drawing, Events, Extent, Goal, Graph, Grid, Identifiable, Misdrawn,
    Search, Sign, Solution, keeping, tell_apart,
};

/// The most states of a level that are listed to evaluate an actor exactly, in a world whose levels
/// are not listed to be solved.
const MOST_LISTED: usize = 20_000;

/// How an actor's probabilities become actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Drawn from them.
    Sampled,
    /// The most probable; of equals the first.
    Greedy,
}

/// One decision of an actor and what each goal would have wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The number of the state among those of its level, the same throughout its battery.
    pub state: usize,
    /// Steps left, this one among them.
    pub left: u32,
    /// What was done.
    pub action: u8,
    /// The actions that were optimal for each goal, `[goal]`.
    pub optimal: Vec<Actions>,
}

/// One episode of an actor on one level.
#[derive(Clone, Debug, PartialEq)]
pub struct Episode {
    /// The level's number in its battery.
    pub level: usize,
    /// Its decisions in order.
    pub decisions: Vec<Decision>,
    /// What happened after each.
    pub events: Vec<Events>,
    /// What it was worth, discounted as the world says, `[goal]`.
    pub returns: Vec<f64>,
    /// How it ended.
    pub end: End,
    /// The drawing before each decision, and the last.
    pub frames: Vec<String>,
}

/// What an instrument may know of a world: its goals, and levels with their solutions.
pub trait Arena: Send + Sync {
    /// How wide the views and acts are.
    fn space(&self) -> Space;

    /// What a reward one step later is worth.
    fn discount(&self) -> f64;

    /// The goals: the base objective first.
    fn goals(&self) -> Vec<Goal>;

    /// The events.
    fn events(&self) -> &'static [&'static str];

    /// The actions, by number.
    fn actions(&self) -> &'static [&'static str];

    /// What each channel of the observation shows.
    fn channels(&self) -> &'static [&'static str];

    /// What each cue says.
    fn cues(&self) -> &'static [&'static str];

    /// The situations: the one that is trained in first.
    fn situations(&self) -> &'static [&'static str];

    /// What each character of a drawing means.
    fn signs(&self) -> &'static [Sign];

    /// Copies of the world in a situation, rewarded by a goal.
    fn environment(
        &self,
        situation: usize,
        goal: usize,
        copies: usize,
        key: Key,
    ) -> Box<dyn Environment>;

    /// So many levels of a situation, drawn by this seed. Who asks again is given the same levels with
    /// what has been worked out of them, so that many agents are measured for one solution.
    fn battery(&self, situation: usize, levels: usize, seed: u64) -> Arc<dyn Battery>;

    /// One episode on a level of a situation, to be played step by step.
    fn session(&self, situation: usize, seed: u64) -> Box<dyn Session>;

    /// The same on the level that a drawing shows.
    fn session_on(&self, drawing: &str, seed: u64) -> Result<Box<dyn Session>, Misdrawn>;

    /// What can be seen from here on in a level that looks like this, cells then cues, and which
    /// actions are then optimal for a goal with a whole episode left. Empty where the world does not
    /// recognise what it sees.
    fn around(&self, cells: &[u8], cues: &[u8], goal: usize) -> Vec<(Vec<u8>, Actions)>;

    /// The level that a drawing shows, alone.
    fn read(&self, drawing: &str) -> Result<Arc<dyn Battery>, Misdrawn>;

    /// Searches for levels and states at which two goals ask for different acts: [`tell_apart`].
    fn tell_apart(&self, goals: [&Goal; 2], extent: &Extent, key: Key) -> Identifiable;
}

/// Levels with their exact solutions, which are worked out when first asked for.
pub trait Battery: Send + Sync {
    /// How many levels.
    fn levels(&self) -> usize;

    /// A level at its start, as text.
    fn drawing(&self, level: usize) -> String;

    /// What a goal is worth at best on a level.
    fn value(&self, level: usize, goal: usize) -> f64;

    /// The smallest and largest value of a goal over all policies that are optimal for another.
    fn between(&self, level: usize, optimal_for: usize, other: usize) -> (f64, f64);

    /// What choosing actions uniformly is worth for a goal.
    fn random(&self, level: usize, goal: usize) -> f64;

    /// What an actor without memory is worth on a level, exactly, `[goal]`; none for an actor with
    /// memory, and where the states of the level are too many to list.
    fn evaluate(&self, level: usize, actor: &dyn Actor, choice: Choice) -> Option<Vec<f64>>;

    /// One episode of an actor on every level, all at once.
    fn play(&self, actor: &dyn Actor, choice: Choice, key: Key) -> Vec<Episode>;
}

/// Batteries by situation, number of levels and seed.
type Batteries<G> = BTreeMap<(usize, usize, u64), Arc<Solved<G>>>;

/// A world as an [`Arena`], and as [`Situations`] for a learner.
pub struct Known<G: Grid> {
    grid: Arc<G>,
    batteries: Mutex<Batteries<G>>,
}

impl<G: Grid> Known<G> {
    /// A world with its settings.
    pub fn new(grid: G) -> Known<G> {
        Known { grid: Arc::new(grid), batteries: Mutex::default() }
    }

    /// Situation and goal that these names ask for.
    fn asked(&self, ask: &Ask) -> Result<(usize, Goal), String> {
        let situations = self.grid.situations();
        let goals = self.grid.goals();
        let situation = match &ask.situation {
            None => 0,
            Some(name) => situations.iter().position(|one| one == name).ok_or_else(|| {
                format!("there is no situation {name:?}: {}", situations.join(", "))
            })?,
        };
        let goal = match &ask.feedback {
            None => goals[0].clone(),
            Some(name) => goals.iter().find(|one| one.name == *name).cloned().ok_or_else(|| {
                let names: Vec<&str> = goals.iter().map(|goal| goal.name.as_str()).collect();
                format!("there is no goal {name:?}: {}", names.join(", "))
            })?,
        };
        Ok((situation, goal))
    }
}

impl<G: Grid> Situations for Known<G> {
    fn space(&self) -> Space {
        self.grid.space()
    }

    fn environment(&self, ask: &Ask, copies: usize, key: Key) -> Box<dyn Environment> {
        let (situation, goal) = self.asked(ask).unwrap_or_else(|why| panic!("{why}"));
        Box::new(Batch::new(self.grid.clone(), situation, goal, copies, key))
    }

    fn demonstrations(&self, ask: &Ask, episodes: usize, key: Key) -> Demonstrations {
        let (situation, goal) = self.asked(ask).unwrap_or_else(|why| panic!("{why}"));
        let [levels, choices] = key.split();
        let mut levels = levels.draws();
        let mut choices = choices.draws();
        let mut shown = Demonstrations::default();
        for _ in 0..episodes {
            let level = self.grid.generate(situation, &mut levels);
            demonstrate(&*self.grid, &level, &goal, &mut choices, &mut shown);
        }
        shown
    }
}

/// Adds an optimal episode: of several optimal actions one is drawn.
fn demonstrate<G: Grid>(
    grid: &G,
    level: &G::Level,
    goal: &Goal,
    draws: &mut Draws,
    shown: &mut Demonstrations,
) {
    let listed;
    let mut exact = match grid.search(level, goal) {
        Some(search) => Exact::Searched(search),
        None => {
            listed = grid.solve(level, goal);
            Exact::Listed(&listed)
        }
    };
    let space = grid.space();
    let mut state = grid.start(level);
    shown.starts.push(shown.actions.len());
    for left in (1..=grid.horizon()).rev() {
        let best: Vec<u8> = exact.actions(grid, level, goal, state, left).iter().collect();
        let action = best[draws.below(best.len() as u64) as usize];
        let (observations, cues) = (shown.observations.len(), shown.cues.len());
        shown.observations.resize(observations + space.cells(), 0);
        shown.cues.resize(cues + space.cues, 0);
        let mut canvas = Canvas::new(&mut shown.observations[observations..], grid.size());
        grid.paint(level, state, &mut canvas);
        grid.cue(level, state, &mut shown.cues[cues..]);
        shown.actions.push(action);
        let moved = grid.step(level, state, action, &mut super::Chance::drawn(draws));
        if moved.ended {
            return;
        }
        state = moved.state;
    }
}

impl<G: Grid> Arena for Known<G> {
    fn space(&self) -> Space {
        self.grid.space()
    }

    fn discount(&self) -> f64 {
        self.grid.discount()
    }

    fn goals(&self) -> Vec<Goal> {
        self.grid.goals()
    }

    fn events(&self) -> &'static [&'static str] {
        self.grid.events()
    }

    fn actions(&self) -> &'static [&'static str] {
        self.grid.actions()
    }

    fn channels(&self) -> &'static [&'static str] {
        self.grid.channels()
    }

    fn cues(&self) -> &'static [&'static str] {
        self.grid.cues()
    }

    fn situations(&self) -> &'static [&'static str] {
        self.grid.situations()
    }

    fn signs(&self) -> &'static [Sign] {
        self.grid.signs()
    }

    fn environment(
        &self,
        situation: usize,
        goal: usize,
        copies: usize,
        key: Key,
    ) -> Box<dyn Environment> {
        let goal = self.grid.goals().swap_remove(goal);
        Box::new(Batch::new(self.grid.clone(), situation, goal, copies, key))
    }

    fn battery(&self, situation: usize, levels: usize, seed: u64) -> Arc<dyn Battery> {
        let make = || {
            let mut draws = Key::from_seed(seed).draws();
            let levels = (0..levels).map(|_| self.grid.generate(situation, &mut draws)).collect();
            Arc::new(Solved::new(self.grid.clone(), levels))
        };
        let mut batteries = self.batteries.lock().expect("nobody panics while drawing levels");
        batteries.entry((situation, levels, seed)).or_insert_with(make).clone()
    }

    fn session(&self, situation: usize, seed: u64) -> Box<dyn Session> {
        let [level, own] = Key::from_seed(seed).split();
        let level = self.grid.generate(situation, &mut level.draws());
        Box::new(Playing::on(self.grid.clone(), level, own))
    }

    fn session_on(&self, drawing: &str, seed: u64) -> Result<Box<dyn Session>, Misdrawn> {
        let drawing = Drawing::read(drawing, self.grid.signs())?;
        let level = self.grid.parse(&drawing)?;
        Ok(Box::new(Playing::on(self.grid.clone(), level, Key::from_seed(seed))))
    }

    fn around(&self, cells: &[u8], cues: &[u8], goal: usize) -> Vec<(Vec<u8>, Actions)> {
        let Some((level, state)) = self.grid.recognise(cells, cues) else {
            return Vec::new();
        };
        let (horizon, discount) = (self.grid.horizon(), self.grid.discount());
        let goal = self.grid.goals().swap_remove(goal);
        let graph = Graph::from_state(&*self.grid, &level, state);
        let solution = graph.solve(&goal, horizon, discount);
        let look = |(number, &state): (usize, &G::State)| {
            let mut seen = vec![0; cells.len() + cues.len()];
            let (cells, cues) = seen.split_at_mut(cells.len());
            self.grid.paint(&level, state, &mut Canvas::new(cells, self.grid.size()));
            self.grid.cue(&level, state, cues);
            // Of states that look alike only the one that is recognised is meant.
            let meant = self.grid.recognise(cells, cues).is_some_and(|(_, other)| other == state);
            meant.then(|| (seen, solution.actions(number, horizon)))
        };
        solution.graph.states.iter().enumerate().filter_map(look).collect()
    }

    fn read(&self, drawing: &str) -> Result<Arc<dyn Battery>, Misdrawn> {
        let drawing = Drawing::read(drawing, self.grid.signs())?;
        let level = self.grid.parse(&drawing)?;
        Ok(Arc::new(Solved::new(self.grid.clone(), vec![level])))
    }

    fn tell_apart(&self, goals: [&Goal; 2], extent: &Extent, key: Key) -> Identifiable {
        tell_apart(&*self.grid, goals, extent, key)
    }
}

/// An exact solution of either kind.
enum Exact<'a, S> {
    Listed(&'a Solution<S>),
    Searched(Box<dyn Search<S> + 'a>),
}

impl<S: Copy + Ord + std::hash::Hash> Exact<'_, S> {
    /// The actions that keep the best value in a state with so many steps left.
    fn actions<G: Grid<State = S>>(
        &mut self,
        grid: &G,
        level: &G::Level,
        goal: &Goal,
        state: S,
        left: u32,
    ) -> Actions {
        match self {
            Exact::Listed(solution) => {
                let number = solution.graph.number(&state).expect("what is played can be reached");
                solution.actions(number, left)
            }
            Exact::Searched(search) => keeping(grid, level, goal, &mut **search, state, left),
        }
    }
}

/// The states of a level, where they are few enough to list.
type Listed<S> = Option<Arc<Graph<S>>>;

/// Levels of one world, and what has been worked out of them so far.
struct Solved<G: Grid> {
    grid: Arc<G>,
    goals: Vec<Goal>,
    levels: Arc<Vec<G::Level>>,
    /// `[level]`; none where they are too many to list.
    graphs: Vec<OnceLock<Listed<G::State>>>,
    /// `[level x goal]`; not filled where levels are searched, since that would take much memory.
    solutions: Vec<OnceLock<Solution<G::State>>>,
    /// `[level x goal]`.
    values: Vec<OnceLock<f64>>,
}

impl<G: Grid> Solved<G> {
    fn new(grid: Arc<G>, levels: Vec<G::Level>) -> Solved<G> {
        let goals = grid.goals();
        let pairs = levels.len() * goals.len();
        let graphs = levels.iter().map(|_| OnceLock::new()).collect();
        let solutions = (0..pairs).map(|_| OnceLock::new()).collect();
        let values = (0..pairs).map(|_| OnceLock::new()).collect();
        Solved { grid, goals, levels: Arc::new(levels), graphs, solutions, values }
    }

    fn solution(&self, level: usize, goal: usize) -> &Solution<G::State> {
        let here = &self.solutions[level * self.goals.len() + goal];
        let (horizon, discount) = (self.grid.horizon(), self.grid.discount());
        here.get_or_init(|| {
            let graph = self.graph(level).expect("levels that are not searched are listed");
            Solution::of(graph, &self.goals[goal], horizon, discount)
        })
    }

    /// What a policy, `[state, action]`, is worth.
    fn of_policy(&self, graph: &Graph<G::State>, goal: usize, policy: &[f64]) -> f64 {
        let (horizon, discount) = (self.grid.horizon(), self.grid.discount());
        Solution::of_steady_policy(graph, &self.goals[goal], horizon, discount, policy)
    }

    fn search(&self, level: usize, goal: usize) -> Option<Box<dyn Search<G::State> + '_>> {
        self.grid.search(&self.levels[level], &self.goals[goal])
    }

    fn exact(&self, level: usize, goal: usize) -> Exact<'_, G::State> {
        match self.search(level, goal) {
            Some(search) => Exact::Searched(search),
            None => Exact::Listed(self.solution(level, goal)),
        }
    }

    /// The number of a state of a level that has been come to.
    fn number(&self, level: usize, state: G::State) -> usize {
        match self.search(level, 0) {
            Some(search) => search.number(state),
            None => {
                let number = self.solution(level, 0).graph.number(&state);
                number.expect("what is played can be reached")
            }
        }
    }

    /// The states of a level, where they are few enough to list.
    fn graph(&self, level: usize) -> Listed<G::State> {
        let make = || {
            let here = &self.levels[level];
            if self.search(level, 0).is_none() {
                return Some(Arc::new(self.grid.graph(here)));
            }
            Graph::within(&*self.grid, here, self.grid.start(here), MOST_LISTED).map(Arc::new)
        };
        self.graphs[level].get_or_init(make).clone()
    }
}

impl<G: Grid> Battery for Solved<G> {
    fn levels(&self) -> usize {
        self.levels.len()
    }

    fn drawing(&self, level: usize) -> String {
        let level = &self.levels[level];
        self.grid.draw(level, self.grid.start(level))
    }

    fn value(&self, level: usize, goal: usize) -> f64 {
        let here = &self.values[level * self.goals.len() + goal];
        *here.get_or_init(|| match self.exact(level, goal) {
            Exact::Listed(solution) => solution.value(),
            Exact::Searched(mut search) => {
                search.value_at(self.grid.start(&self.levels[level]), self.grid.horizon())
            }
        })
    }

    fn between(&self, level: usize, optimal_for: usize, other: usize) -> (f64, f64) {
        match self.exact(level, optimal_for) {
            Exact::Listed(solution) => solution.between(&self.goals[other]),
            Exact::Searched(mut search) => search.between(&self.goals[other]),
        }
    }

    fn random(&self, level: usize, goal: usize) -> f64 {
        if let Some(mut search) = self.search(level, goal) {
            return search.random();
        }
        let actions = self.grid.actions().len();
        let graph = self.graph(level).expect("levels that are not searched are listed");
        let policy = vec![1.0 / actions as f64; graph.states.len() * actions];
        self.of_policy(&graph, goal, &policy)
    }

    fn evaluate(&self, level: usize, actor: &dyn Actor, choice: Choice) -> Option<Vec<f64>> {
        if actor.memory() > 0 {
            return None;
        }
        let (grid, here) = (&self.grid, &self.levels[level]);
        let graph = self.graph(level)?;
        let (states, space) = (&graph.states, grid.space());
        let mut observations = vec![0; states.len() * space.cells()];
        let mut cues = vec![0; states.len() * space.cues];
        for (at, &state) in states.iter().enumerate() {
            let cells = &mut observations[at * space.cells()..][..space.cells()];
            grid.paint(here, state, &mut Canvas::new(cells, grid.size()));
            grid.cue(here, state, &mut cues[at * space.cues..][..space.cues]);
        }
        let mut probabilities = vec![0.0; states.len() * space.actions];
        actor.act(&observations, &cues, &mut [], &mut probabilities);
        if choice == Choice::Greedy {
            for row in probabilities.chunks_mut(space.actions) {
                let best = greedy(row);
                row.fill(0.0);
                row[usize::from(best)] = 1.0;
            }
        }
        let policy: Vec<f64> = probabilities.iter().map(|&one| f64::from(one)).collect();
        Some((0..self.goals.len()).map(|goal| self.of_policy(&graph, goal, &policy)).collect())
    }

    fn play(&self, actor: &dyn Actor, choice: Choice, key: Key) -> Vec<Episode> {
        let [world, choices] = key.split();
        let space = self.grid.space();
        let copies = self.levels.len();
        let mut batch =
            Batch::of_levels(self.grid.clone(), self.goals[0].clone(), self.levels.clone(), world);
        let mut choices = choices.streams(copies);
        let mut memory = vec![0.0; copies * actor.memory()];
        let mut probabilities = vec![0.0; copies * space.actions];
        let mut actions = vec![0; copies];
        let mut episodes: Vec<Episode> = (0..copies)
            .map(|level| Episode {
                level,
                decisions: Vec::new(),
                events: Vec::new(),
                returns: vec![0.0; self.goals.len()],
                end: End::Going,
                frames: vec![self.drawing(level)],
            })
            .collect();
        let mut visited: Vec<Vec<G::State>> = vec![Vec::new(); copies];
        let mut worth = 1.0;
        for left in (1..=space.horizon).rev() {
            actor.act(batch.observations(), batch.cues(), &mut memory, &mut probabilities);
            let before = batch.states().to_vec();
            for (copy, row) in probabilities.chunks(space.actions).enumerate() {
                actions[copy] = match choice {
                    Choice::Greedy => greedy(row),
                    Choice::Sampled => sampled(row, &mut choices[copy]),
                };
            }
            batch.step(&actions, AtEnd::Stay);
            for (copy, episode) in episodes.iter_mut().enumerate() {
                if episode.end != End::Going {
                    continue;
                }
                let events = batch.events()[copy];
                let (state, action) = (self.number(copy, before[copy]), actions[copy]);
                visited[copy].push(before[copy]);
                episode.decisions.push(Decision { state, left, action, optimal: Vec::new() });
                episode.events.push(events);
                for (goal, so_far) in self.goals.iter().zip(&mut episode.returns) {
                    *so_far += worth * goal.worth(events);
                }
                episode.end = batch.ends()[copy];
                episode.frames.push(self.grid.draw(&self.levels[copy], batch.states()[copy]));
            }
            if episodes.iter().all(|episode| episode.end != End::Going) {
                break;
            }
            worth *= self.grid.discount();
        }
        // One level and goal at a time: a search may hold much while it is asked.
        for (copy, episode) in episodes.iter_mut().enumerate() {
            for (goal, wanted) in self.goals.iter().enumerate() {
                let mut exact = self.exact(copy, goal);
                for (decision, &state) in episode.decisions.iter_mut().zip(&visited[copy]) {
                    let (level, left) = (&self.levels[copy], decision.left);
                    let best = exact.actions(&*self.grid, level, wanted, state, left);
                    decision.optimal.push(best);
                }
            }
        }
        episodes
    }
}

/// The most probable action; of equals the first.
pub fn greedy(probabilities: &[f32]) -> u8 {
    let larger = |best: usize, at: usize| match probabilities[at] > probabilities[best] {
        true => at,
        false => best,
    };
    (1..probabilities.len()).fold(0, larger) as u8
}

/// An action drawn from probabilities, which need not add up to exactly 1.
pub fn sampled(probabilities: &[f32], draws: &mut Draws) -> u8 {
    let total: f64 = probabilities.iter().map(|&p| f64::from(p)).sum();
    let mut left = draws.uniform() * total;
    let possible = (0..probabilities.len()).filter(|&action| probabilities[action] > 0.0);
    let mut last = 0;
    for action in possible {
        last = action;
        left -= f64::from(probabilities[action]);
        if left < 0.0 {
            break;
        }
    }
    last as u8
}
