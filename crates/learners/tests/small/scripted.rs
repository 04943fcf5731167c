//! Steps told in advance, whatever is done: for updates worked out by hand.

use std::sync::{Arc, Mutex};

use mesascope_stats::Key;
use mesascope_tasks::{Ask, AtEnd, Demonstrations, End, Environment, Situations, Space};

/// One step of one copy: the place that is seen before it, what it pays, how it leaves the episode,
/// and the place that is seen after it.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    /// The place before, the only cell that is 1.
    pub before: usize,
    /// The reward.
    pub reward: f32,
    /// Whether the episode goes on.
    pub end: End,
    /// The place after.
    pub after: usize,
}

/// A world of a few places and actions in which every copy lives through a list of steps.
#[derive(Clone, Debug)]
pub struct Scripted {
    /// How many places there are.
    pub places: usize,
    /// How many actions there are.
    pub actions: usize,
    /// What happens, `[step][copy]`.
    pub told: Vec<Vec<Told>>,
    /// What was done, `[step][copy]`.
    pub done: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Scripted {
    /// A world of these steps.
    pub fn new(places: usize, actions: usize, told: Vec<Vec<Told>>) -> Scripted {
        Scripted { places, actions, told, done: Arc::default() }
    }
}

impl Situations for Scripted {
    fn space(&self) -> Space {
        let Scripted { places, actions, .. } = *self;
        Space { channels: 1, height: 1, width: places, cues: 0, actions, horizon: 1000 }
    }

    fn environment(&self, _: &Ask, copies: usize, _: Key) -> Box<dyn Environment> {
        assert_eq!(self.told[0].len(), copies, "the script is for so many copies");
        let mut under =
            Under { script: self.clone(), at: 0, cells: vec![], rewards: vec![], ends: vec![] };
        under.show(0, |told| told.before);
        Box::new(under)
    }

    fn demonstrations(&self, _: &Ask, _: usize, _: Key) -> Demonstrations {
        unreachable!("nobody demonstrates a script")
    }
}

struct Under {
    script: Scripted,
    at: usize,
    cells: Vec<u8>,
    rewards: Vec<f32>,
    ends: Vec<End>,
}

impl Under {
    fn show(&mut self, step: usize, of: impl Fn(&Told) -> usize) {
        let Some(told) = self.script.told.get(step) else { return };
        self.cells = vec![0; told.len() * self.script.places];
        for (copy, told) in told.iter().enumerate() {
            self.cells[copy * self.script.places + of(told)] = 1;
        }
    }
}

impl Environment for Under {
    fn space(&self) -> Space {
        self.script.space()
    }

    fn copies(&self) -> usize {
        self.script.told[0].len()
    }

    fn observations(&self) -> &[u8] {
        &self.cells
    }

    fn cues(&self) -> &[u8] {
        &[]
    }

    fn step(&mut self, actions: &[u8], _: AtEnd) {
        self.script.done.lock().unwrap().push(actions.to_vec());
        let told = &self.script.told[self.at];
        self.rewards = told.iter().map(|told| told.reward).collect();
        self.ends = told.iter().map(|told| told.end).collect();
        self.show(self.at, |told| told.after);
        self.at += 1;
    }

    fn restart(&mut self) {
        self.show(self.at, |told| told.before);
    }

    fn rewards(&self) -> &[f32] {
        &self.rewards
    }

    fn ends(&self) -> &[End] {
        &self.ends
    }

    fn save(&self) -> Vec<u8> {
        vec![self.at as u8]
    }

    fn restore(&mut self, saved: &[u8]) -> Result<(), String> {
        self.at = usize::from(saved[0]);
        self.show(self.at, |told| told.before);
        Ok(())
    }
}
