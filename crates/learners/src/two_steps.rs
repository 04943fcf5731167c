//! A world of two steps whose optimum is known, for the tests of learners that act.

use mesascope_stats::{Draws, Key};
use mesascope_tasks::{Actor, Ask, AtEnd, Demonstrations, End, Environment, Situations, Space};

/// What an episode asks for. A bit is shown as one of two cells; the third and fourth say which
/// step it is. There are two actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TwoSteps {
    /// Both steps show a bit of their own. The reward is 1, at the end, for an episode whose two
    /// actions are their steps' bits. Acting at random is worth 1/4, the optimum 1.
    Seen,
    /// The first step shows a bit, the second none. The reward is 1, at the end, for a second action
    /// that is the first step's bit. Without memory at most 1/2 can be had, with it 1.
    Remembered,
    /// Every step gives 1 whatever is done, and episodes run out of steps.
    Endless,
}

impl TwoSteps {
    /// The mean return of a policy, by enumeration of what is shown and done.
    pub fn value(self, actor: &dyn Actor) -> f64 {
        let mut sum = 0.0;
        for (bits, worth) in (0..4).map(|at| ([at & 1, at >> 1], 0.25)) {
            let mut memory = vec![0.0; actor.memory()];
            let mut first = [0.0; 2];
            actor.act(&self.shown(0, bits), &[], &mut memory, &mut first);
            let mut second = [0.0; 2];
            actor.act(&self.shown(1, bits), &[], &mut memory, &mut second);
            for (actions, chance) in (0..4).map(|at| {
                let actions = [at & 1, at >> 1];
                (actions, f64::from(first[at & 1]) * f64::from(second[at >> 1]))
            }) {
                let actions = actions.map(|action| action as u8);
                sum += worth * chance * f64::from(self.rewards(bits, actions).iter().sum::<f32>());
            }
        }
        sum
    }

    fn shown(self, step: usize, bits: [usize; 2]) -> [u8; 4] {
        let mut cells = [0; 4];
        cells[2 + step] = 1;
        if step == 0 || self == TwoSteps::Seen {
            cells[bits[step]] = 1;
        }
        cells
    }

    fn rewards(self, bits: [usize; 2], actions: [u8; 2]) -> [f32; 2] {
        let hits = [0, 1].map(|step| usize::from(actions[step]) == bits[step]);
        match self {
            TwoSteps::Seen => [0.0, f32::from(hits[0] && hits[1])],
            TwoSteps::Remembered => [0.0, f32::from(usize::from(actions[1]) == bits[0])],
            TwoSteps::Endless => [1.0, 1.0],
        }
    }
}

impl Situations for TwoSteps {
    fn space(&self) -> Space {
        Space { channels: 1, height: 2, width: 2, cues: 0, actions: 2, horizon: 2 }
    }

    fn environment(&self, _: &Ask, copies: usize, key: Key) -> Box<dyn Environment> {
        let mut copies = Copies {
            world: *self,
            draws: key.draws(),
            episodes: vec![Episode::default(); copies],
            observations: vec![0; 4 * copies],
            rewards: vec![0.0; copies],
            ends: vec![End::Going; copies],
        };
        (0..copies.episodes.len()).for_each(|copy| copies.begin(copy));
        Box::new(copies)
    }

    fn demonstrations(&self, _: &Ask, _: usize, _: Key) -> Demonstrations {
        unreachable!("nobody imitates here")
    }
}

#[derive(Clone, Copy, Default, serde::Serialize, serde::Deserialize)]
struct Episode {
    bits: [usize; 2],
    actions: [u8; 2],
    step: usize,
    over: bool,
}

struct Copies {
    world: TwoSteps,
    draws: Draws,
    episodes: Vec<Episode>,
    observations: Vec<u8>,
    rewards: Vec<f32>,
    ends: Vec<End>,
}

impl Copies {
    fn begin(&mut self, copy: usize) {
        let bits = [(); 2].map(|()| usize::from(self.draws.bits() >> 63 == 1));
        self.episodes[copy] = Episode { bits, ..Episode::default() };
        self.paint(copy);
    }

    fn paint(&mut self, copy: usize) {
        let Episode { bits, step, .. } = self.episodes[copy];
        let shown = self.world.shown(step.min(1), bits);
        self.observations[4 * copy..][..4].copy_from_slice(&shown);
    }
}

impl Environment for Copies {
    fn space(&self) -> Space {
        self.world.space()
    }

    fn copies(&self) -> usize {
        self.episodes.len()
    }

    fn observations(&self) -> &[u8] {
        &self.observations
    }

    fn cues(&self) -> &[u8] {
        &[]
    }

    fn step(&mut self, actions: &[u8], at_end: AtEnd) {
        for (copy, &action) in actions.iter().enumerate() {
            let episode = &mut self.episodes[copy];
            if episode.over {
                self.rewards[copy] = 0.0;
                continue;
            }
            episode.actions[episode.step] = action;
            let rewards = self.world.rewards(episode.bits, episode.actions);
            self.rewards[copy] = rewards[episode.step];
            episode.step += 1;
            episode.over = episode.step == 2;
            self.ends[copy] = match (episode.over, self.world) {
                (false, _) => End::Going,
                (true, TwoSteps::Endless) => End::TimedOut,
                (true, TwoSteps::Seen | TwoSteps::Remembered) => End::Ended,
            };
            match (self.ends[copy], at_end) {
                (End::Ended | End::TimedOut, AtEnd::Reset) => self.begin(copy),
                _ => self.paint(copy),
            }
        }
    }

    fn restart(&mut self) {
        for copy in 0..self.episodes.len() {
            if self.episodes[copy].over {
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
        serde_json::to_vec(&(&self.episodes, self.draws.place())).expect("plain data")
    }

    fn restore(&mut self, saved: &[u8]) -> Result<(), String> {
        let (episodes, place) =
            serde_json::from_slice(saved).map_err(|error: serde_json::Error| error.to_string())?;
        self.episodes = episodes;
        self.draws.go_to(place);
        (0..self.episodes.len()).for_each(|copy| self.paint(copy));
        Ok(())
    }
}
