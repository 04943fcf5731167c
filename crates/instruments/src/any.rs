//! An instrument of any substrate: what the rest of the laboratory calls.

use std::sync::Arc;

use mesascope_record::{Measurement, Quantity, Status};
use mesascope_tasks::{Acting, Actor, Ground, Subject};
use mesascope_worlds::Whole;
use mesascope_worlds::grid::Arena;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Measures;

/// One measurement of whatever there is to measure.
pub trait AnyInstrument {
    /// Measures one agent in one world.
    fn read(&self, subject: Subject, whole: &Whole) -> Vec<Measurement>;

    /// What it measures.
    fn quantities(&self) -> Vec<Quantity>;

    /// The first thing wrong with its settings for such a world.
    fn check(&self, ground: &Ground) -> Result<(), String>;

    /// How far it may be trusted.
    fn status(&self) -> Status;

    /// The numerics versions of the files that compute the measurement.
    fn numerics(&self) -> Vec<(&'static str, u32)>;
}

impl<M: Measures> AnyInstrument for M {
    fn read(&self, subject: Subject, whole: &Whole) -> Vec<Measurement> {
        match (subject, whole) {
            (Subject::Rows(seen), Whole::Rows(audited)) => self.measure(seen, audited),
            _ => unreachable!("`check` refuses a world without rows"),
        }
    }

    fn quantities(&self) -> Vec<Quantity> {
        Measures::quantities(self)
    }

    fn check(&self, ground: &Ground) -> Result<(), String> {
        match ground {
            Ground::Rows(layout) => Measures::check(self, layout),
            Ground::Acting(_) => {
                Err("it reads labels of rows, and this world is one to act in".to_string())
            }
        }
    }

    fn status(&self) -> Status {
        Measures::status(self)
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        Measures::numerics(self)
    }
}

/// A measurement of somebody who acts, from what is seen and done alone.
pub trait MeasuresActors {
    /// Measures one policy in one world. What makes no sense of it is undetermined, with the reason.
    fn measure(&self, actor: &dyn Actor, arena: &Arc<dyn Arena>) -> Vec<Measurement>;

    /// What it measures.
    fn quantities(&self) -> Vec<Quantity>;

    /// The first thing wrong with its settings for such a world.
    fn check(&self, acting: &Acting) -> Result<(), String>;

    /// How far it may be trusted.
    fn status(&self) -> Status;

    /// The numerics versions of the files that compute the measurement.
    fn numerics(&self) -> Vec<(&'static str, u32)>;
}

/// An instrument of actors, as an entry of the catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct OfActors<I>(pub I);

impl<I: MeasuresActors> AnyInstrument for OfActors<I> {
    fn read(&self, subject: Subject, whole: &Whole) -> Vec<Measurement> {
        match (subject, whole) {
            (Subject::Actor(actor), Whole::Grid(arena)) => self.0.measure(actor, arena),
            _ => unreachable!("`check` refuses a world of rows"),
        }
    }

    fn quantities(&self) -> Vec<Quantity> {
        self.0.quantities()
    }

    fn check(&self, ground: &Ground) -> Result<(), String> {
        match ground {
            Ground::Acting(acting) => self.0.check(acting),
            Ground::Rows(_) => Err("it watches somebody act, and this world is of rows with \
                                    labels; worlds to act in are listed by `mesascope list worlds`"
                .to_string()),
        }
    }

    fn status(&self) -> Status {
        self.0.status()
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        self.0.numerics()
    }
}
