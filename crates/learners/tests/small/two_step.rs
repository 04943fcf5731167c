//! Two steps: from the hall, action 1 pays a quarter at once and leads to the cellar, where nothing
//! pays; action 0 pays nothing and leads to the attic, where the action that the cue names pays one.
//! Who looks a step ahead and reads the cue comes to one; who does not, to at most a half.
//!
//! Of the goals, `gold` pays in the attic as said, and `silver` for the other action there.

use mesascope_stats::{Draws, Key};
use mesascope_tasks::{
    Acting, Actor, Ask, AtEnd, Demonstrations, End, Environment, Situations, Space,
};
use serde::{Deserialize, Serialize};

/// What the best policy comes to, undiscounted.
pub const BEST: f64 = 1.0;

/// What uniform actions come to: half of a quarter, and half of a half.
pub const RANDOM: f64 = 0.375;

const SPACE: Space = Space { channels: 1, height: 1, width: 3, cues: 1, actions: 2, horizon: 2 };
const HALL: u8 = 0;
const ATTIC: u8 = 1;
const CELLAR: u8 = 2;

/// The world. In the situation `both` the cue is a fair coin, in `zero` it is always 0.
#[derive(Clone, Copy, Debug, Default)]
pub struct TwoStep;

impl TwoStep {
    /// What is known of it before anything is drawn.
    pub fn acting() -> Acting {
        let names = |list: [&str; 2]| list.map(str::to_string).to_vec();
        Acting {
            space: SPACE,
            situations: names(["both", "zero"]),
            feedback: names(["gold", "silver"]),
        }
    }
}

/// Where it leads and what it pays; no place where the episode ends.
fn moved(place: u8, cue: u8, action: u8, pays_the_cue: bool) -> (Option<u8>, f32) {
    match (place, action) {
        (HALL, 0) => (Some(ATTIC), 0.0),
        (HALL, _) => (Some(CELLAR), 0.25),
        (ATTIC, _) => (None, f32::from((action == cue) == pays_the_cue)),
        _ => (None, 0.0),
    }
}

fn is_gold(ask: &Ask) -> bool {
    match ask.feedback.as_deref() {
        None | Some("gold") => true,
        Some("silver") => false,
        Some(other) => panic!("there is no goal {other:?}"),
    }
}

fn is_both(ask: &Ask) -> bool {
    match ask.situation.as_deref() {
        None | Some("both") => true,
        Some("zero") => false,
        Some(other) => panic!("there is no situation {other:?}"),
    }
}

/// What a policy comes to in `both` if it is rewarded for this goal, exactly: every level and every
/// action by its probability.
pub fn value(actor: &dyn Actor, goal: &str) -> f64 {
    let pays_the_cue = is_gold(&Ask { feedback: Some(goal.to_string()), ..Ask::default() });
    let mut total = 0.0;
    for cue in [0, 1] {
        let act = |place: u8, memory: &mut [f32]| {
            let mut cells = [0; 3];
            cells[usize::from(place)] = 1;
            let mut probabilities = [0.0; 2];
            actor.act(&cells, &[cue], memory, &mut probabilities);
            probabilities
        };
        let mut memory = vec![0.0; actor.memory()];
        let first = act(HALL, &mut memory);
        for action in [0, 1] {
            let (next, reward) = moved(HALL, cue, action, pays_the_cue);
            let second = act(next.expect("there are two steps"), &mut memory.clone());
            let later: f64 = [0, 1]
                .map(|action: u8| {
                    let (_, reward) = moved(next.unwrap(), cue, action, pays_the_cue);
                    f64::from(second[usize::from(action)]) * f64::from(reward)
                })
                .iter()
                .sum();
            total += 0.5 * f64::from(first[usize::from(action)]) * (f64::from(reward) + later);
        }
    }
    total
}

impl Situations for TwoStep {
    fn space(&self) -> Space {
        SPACE
    }

    fn environment(&self, ask: &Ask, copies: usize, key: Key) -> Box<dyn Environment> {
        let mut batch = Copies {
            pays_the_cue: is_gold(ask),
            is_both: is_both(ask),
            draws: key.streams(copies),
            places: vec![HALL; copies],
            over: vec![false; copies],
            cells: vec![0; 3 * copies],
            cues: vec![0; copies],
            rewards: vec![0.0; copies],
            ends: vec![End::Going; copies],
        };
        (0..copies).for_each(|copy| batch.begin(copy));
        Box::new(batch)
    }

    fn demonstrations(&self, ask: &Ask, episodes: usize, key: Key) -> Demonstrations {
        let mut draws = key.draws();
        let mut shown = Demonstrations::default();
        for _ in 0..episodes {
            let cue = u8::from(draws.coin() && is_both(ask));
            shown.starts.push(shown.actions.len());
            shown.observations.extend([1, 0, 0, 0, 1, 0]);
            shown.cues.extend([cue; 2]);
            shown.actions.extend([0, if is_gold(ask) { cue } else { 1 - cue }]);
        }
        shown
    }
}

/// Copies of it.
struct Copies {
    pays_the_cue: bool,
    is_both: bool,
    draws: Vec<Draws>,
    places: Vec<u8>,
    over: Vec<bool>,
    cells: Vec<u8>,
    cues: Vec<u8>,
    rewards: Vec<f32>,
    ends: Vec<End>,
}

#[derive(Serialize, Deserialize)]
struct Saved {
    drawn: Vec<u128>,
    places: Vec<u8>,
    cues: Vec<u8>,
    over: Vec<bool>,
}

impl Copies {
    fn begin(&mut self, copy: usize) {
        self.cues[copy] = u8::from(self.draws[copy].coin() && self.is_both);
        self.go(copy, HALL);
    }

    fn go(&mut self, copy: usize, place: u8) {
        self.places[copy] = place;
        let cells = &mut self.cells[3 * copy..][..3];
        cells.fill(0);
        cells[usize::from(place)] = 1;
    }
}

impl Environment for Copies {
    fn space(&self) -> Space {
        SPACE
    }

    fn copies(&self) -> usize {
        self.places.len()
    }

    fn observations(&self) -> &[u8] {
        &self.cells
    }

    fn cues(&self) -> &[u8] {
        &self.cues
    }

    fn step(&mut self, actions: &[u8], at_end: AtEnd) {
        assert_eq!(actions.len(), self.copies(), "actions are [copy]");
        for (copy, &action) in actions.iter().enumerate() {
            if self.over[copy] {
                self.rewards[copy] = 0.0;
                continue;
            }
            let (next, reward) =
                moved(self.places[copy], self.cues[copy], action, self.pays_the_cue);
            self.rewards[copy] = reward;
            self.ends[copy] = if next.is_some() { End::Going } else { End::Ended };
            match (next, at_end) {
                (Some(place), _) => self.go(copy, place),
                (None, AtEnd::Reset) => self.begin(copy),
                (None, AtEnd::Stay) => self.over[copy] = true,
            }
        }
    }

    fn restart(&mut self) {
        for copy in 0..self.copies() {
            if std::mem::take(&mut self.over[copy]) {
                self.begin(copy);
            }
        }
    }

    fn rewards(&self) -> &[f32] {
        &self.rewards
    }

    fn ends(&self) -> &[End] {
        &self.ends
    }

    fn save(&self) -> Vec<u8> {
        let saved = Saved {
            drawn: self.draws.iter().map(Draws::place).collect(),
            places: self.places.clone(),
            cues: self.cues.clone(),
            over: self.over.clone(),
        };
        serde_json::to_vec(&saved).unwrap()
    }

    fn restore(&mut self, saved: &[u8]) -> Result<(), String> {
        let saved: Saved = serde_json::from_slice(saved).map_err(|error| error.to_string())?;
        for (draws, place) in self.draws.iter_mut().zip(saved.drawn) {
            draws.go_to(place);
        }
        (self.cues, self.over) = (saved.cues, saved.over);
        (0..self.copies()).for_each(|copy| self.go(copy, saved.places[copy]));
        Ok(())
    }
}
