//! A lookup table: remembers the shown rows and fills every other with a fair coin.
//!
//! It is the learner of which counting functions is true by construction: given the shown rows,
//! every completion is equally likely.

use mesascope_stats::Key;
use mesascope_tasks::{Labelled, Layout};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::agent::{Agent, row_number};
use crate::{Diverged, LearnerScope, Learns, Trained, Unfit, shows_rows};

/// Moves when the same rows and key come to give another table.
pub const NUMERICS: u32 = 1;

/// The most inputs for which a table of all rows is made.
const MOST_INPUTS: usize = 20;

/// Settings: none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Table {}

impl Learns for Table {
    fn train(&self, task: &Labelled, key: Key) -> Result<Trained, Diverged> {
        assert!(task.width <= MOST_INPUTS, "a table of {} inputs is too large", task.width);
        let mut coins = key.draws();
        let mut table: Vec<u8> =
            (0..1usize << task.width).map(|_| u8::from(coins.coin())).collect();
        for (row, &label) in task.inputs.chunks(task.width).zip(&task.labels) {
            table[row_number(row)] = label;
        }
        let agent = Agent::Table(table);
        Ok(Trained { agent, steps: 0, path_length: None, loss: None, fitted: true })
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        vec![("learners/table", NUMERICS), ("stats/key", mesascope_stats::NUMERICS)]
    }

    fn scope(&self, _inputs: usize) -> LearnerScope {
        LearnerScope {
            architecture: "lookup table".to_string(),
            objective: "memorisation".to_string(),
            parameters: 0,
        }
    }

    fn check(&self, layout: &Layout) -> Result<(), Unfit> {
        layout.bits().map_err(Unfit::itself)?;
        shows_rows(layout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesascope_tasks::Labeller;

    #[test]
    fn the_shown_rows_are_remembered_and_the_others_are_fair_coins() {
        let task = Labelled::new(vec![-1.0, -1.0, 1.0, -1.0], 2, vec![1, 0]);
        let all = [-1.0, -1.0, -1.0, 1.0, 1.0, -1.0, 1.0, 1.0];
        let mut ones = [0u32; 4];
        for seed in 0..4000 {
            let trained = Table {}.train(&task, Key::from_seed(seed)).unwrap();
            for (count, label) in ones.iter_mut().zip(trained.agent.labels(&all, 2)) {
                *count += u32::from(label);
            }
        }
        assert_eq!((ones[0], ones[2]), (4000, 0), "shown rows keep their labels");
        // Five standard deviations of Binomial(4000, 1/2).
        assert!(ones[1].abs_diff(2000) < 159 && ones[3].abs_diff(2000) < 159, "{ones:?}");
    }
}
