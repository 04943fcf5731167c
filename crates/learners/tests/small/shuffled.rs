//! A world whose feedback is shuffled: the same rewards, or the same demonstrated actions, in an order
//! that has nothing to do with what was done or seen.

use mesascope_stats::{Draws, Key};
use mesascope_tasks::{Ask, AtEnd, Demonstrations, End, Environment, Situations, Space};
use serde::{Deserialize, Serialize};

/// Rewards wait among so many others for their turn.
const WAITING: usize = 256;

/// Situations whose feedback is shuffled.
pub struct Shuffled<S>(pub S);

impl<S: Situations> Situations for Shuffled<S> {
    fn space(&self) -> Space {
        self.0.space()
    }

    fn environment(&self, ask: &Ask, copies: usize, key: Key) -> Box<dyn Environment> {
        let [world, order] = key.split();
        let inner = self.0.environment(ask, copies, world);
        let rewards = vec![0.0; copies];
        Box::new(ShuffledRewards { inner, order: order.draws(), waiting: Vec::new(), rewards })
    }

    fn demonstrations(&self, ask: &Ask, episodes: usize, key: Key) -> Demonstrations {
        let [world, order] = key.split();
        let mut shown = self.0.demonstrations(ask, episodes, world);
        order.draws().shuffle(&mut shown.actions);
        shown
    }
}

/// An environment whose rewards change places with others that wait.
struct ShuffledRewards {
    inner: Box<dyn Environment>,
    order: Draws,
    waiting: Vec<f32>,
    rewards: Vec<f32>,
}

#[derive(Serialize, Deserialize)]
struct Saved {
    inner: Vec<u8>,
    place: u128,
    waiting: Vec<f32>,
}

impl Environment for ShuffledRewards {
    fn space(&self) -> Space {
        self.inner.space()
    }

    fn copies(&self) -> usize {
        self.inner.copies()
    }

    fn observations(&self) -> &[u8] {
        self.inner.observations()
    }

    fn cues(&self) -> &[u8] {
        self.inner.cues()
    }

    fn step(&mut self, actions: &[u8], at_end: AtEnd) {
        self.inner.step(actions, at_end);
        for (out, &given) in self.rewards.iter_mut().zip(self.inner.rewards()) {
            *out = if self.waiting.len() < WAITING {
                self.waiting.push(given);
                0.0
            } else {
                let place = self.order.below(WAITING as u64) as usize;
                std::mem::replace(&mut self.waiting[place], given)
            };
        }
    }

    fn restart(&mut self) {
        self.inner.restart();
    }

    fn rewards(&self) -> &[f32] {
        &self.rewards
    }

    fn ends(&self) -> &[End] {
        self.inner.ends()
    }

    fn save(&self) -> Vec<u8> {
        let (inner, waiting) = (self.inner.save(), self.waiting.clone());
        serde_json::to_vec(&Saved { inner, place: self.order.place(), waiting }).unwrap()
    }

    fn restore(&mut self, saved: &[u8]) -> Result<(), String> {
        let saved: Saved = serde_json::from_slice(saved).map_err(|error| error.to_string())?;
        self.order.go_to(saved.place);
        self.waiting = saved.waiting;
        self.inner.restore(&saved.inner)
    }
}
