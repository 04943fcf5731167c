//! A world on a grid as an entry of the catalogue.

use std::sync::Arc;

use mesascope_stats::Key;
use mesascope_tasks::{Ground, Situations, Task};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::grid::{Arena, Grid, Known};
use crate::{AnyWorld, Impossible, Whole};

/// A world on a grid, read from its settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct OnGrid<G>(pub G);

impl<G: Grid + Clone> AnyWorld for OnGrid<G> {
    fn begin(&self, _key: Key) -> (Task, Whole) {
        // What is drawn of it is drawn while training and while measuring.
        let known = Arc::new(Known::new(self.0.clone()));
        let situations: Arc<dyn Situations> = known.clone();
        let arena: Arc<dyn Arena> = known;
        (Task::Acting(situations), Whole::Grid(arena))
    }

    fn check(&self) -> Result<(), Impossible> {
        self.0.check()
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        [vec![("worlds/grid", crate::grid::NUMERICS)], self.0.numerics()].concat()
    }

    fn ground(&self) -> Ground {
        let names = |list: &[&str]| list.iter().map(|name| (*name).to_string()).collect();
        Ground::Acting(mesascope_tasks::Acting {
            space: self.0.space(),
            situations: names(self.0.situations()),
            feedback: self.0.goals().into_iter().map(|goal| goal.name).collect(),
        })
    }

    fn data(&self) -> String {
        self.0.data()
    }

    #[cfg(test)]
    fn laws(&self) -> crate::Lawful {
        crate::Lawful::Kept { solved: crate::grid::laws::solved(&self.0) }
    }
}
