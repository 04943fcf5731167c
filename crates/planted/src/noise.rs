//! Noise: a share of actions that is drawn uniformly, whatever somebody is after.

use mesascope_worlds::grid::Actions;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The share of actions drawn uniformly from all, 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "f64", into = "f64")]
pub struct Noise(#[schemars(range(min = 0, max = 1))] f64);

impl TryFrom<f64> for Noise {
    type Error = String;
    fn try_from(noise: f64) -> Result<Noise, String> {
        match (0.0..=1.0).contains(&noise) {
            // The sign of a zero must not reach an identity.
            true => Ok(Noise(noise + 0.0)),
            false => Err(format!("noise is a number from 0 to 1, not {noise}")),
        }
    }
}

impl From<Noise> for f64 {
    fn from(noise: Noise) -> f64 {
        noise.0
    }
}

impl Noise {
    /// Probabilities, `[action]`, of somebody who takes one of these actions, equal ones alike, but
    /// for the noise. An empty set is taken as all.
    pub fn spread(self, wanted: Actions, probabilities: &mut [f32]) {
        let all = probabilities.len();
        let has = |action: usize| wanted.count() == 0 || wanted.has(action as u8);
        let count = (0..all).filter(|&action| has(action)).count();
        for (action, probability) in probabilities.iter_mut().enumerate() {
            let own = if has(action) { (1.0 - self.0) / count as f64 } else { 0.0 };
            *probability = (own + self.0 / all as f64) as f32;
        }
    }
}
