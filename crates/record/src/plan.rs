//! The plan: everything a study asks for, written out so that every later stage can work from files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::RecordError;
use crate::analysis::{Comparison, Dispersed, Explained};
use crate::control::{Control, Expect};
use crate::figure::Figure;
use crate::identity::{AgentId, Made, Seed, canonical, hash_of, hash_of_bytes};
use crate::line::{InstrumentSpec, Instrumented};
use crate::quantity::{Quantity, Status};
use crate::replay::ReplayAsked;
use crate::sealed::{read_sealed, write_sealed};

/// Which seeds: those of looking around, or those that a verdict may rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Namespace {
    /// Few seeds, of demonstration arms only; looking at them spoils nothing.
    Quick,
    /// The seeds that confirm or refute.
    Standard,
    /// The seeds of edited and copied studies, at either preset, so that nobody sees a confirmatory
    /// draw through a study that is nearly the registered one.
    Pilot,
}

impl std::fmt::Display for Namespace {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        out.write_str(match self {
            Namespace::Quick => "quick",
            Namespace::Standard => "standard",
            Namespace::Pilot => "pilot",
        })
    }
}

/// Whether trained agents are stored or trained again when an instrument asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// Stored as safetensors.
    #[default]
    Stored,
    /// Trained again on demand.
    Retrained,
}

/// A study written out for one preset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The version of this layout.
    pub schema: u32,
    /// The study's name.
    pub study: String,
    /// The study whose claims, rules and forecasts apply: itself, or the one it was copied from.
    pub based_on: String,
    /// The question it asks.
    pub question: String,
    /// The hash of the study as `register` locks it: its standard plan, whatever the preset here.
    pub study_hash: String,
    /// How much is run: `quick` or `standard`.
    pub preset: Namespace,
    /// Whose seeds are drawn: the preset's, or for an edited or copied study `pilot`.
    pub seeds: Namespace,
    /// Edits made on the command line, as `path=value`.
    pub edits: Vec<String>,
    /// The claims that the study bears on.
    pub claims: Vec<u32>,
    /// What the study's evidence is about.
    pub scope: Scope,
    /// Whether agents are stored.
    pub agents: Keep,
    /// The instruments.
    pub instruments: Vec<Instrumented>,
    /// What training itself reports of every trial.
    pub training: Vec<Quantity>,
    /// The cells, controls' cells among them, in the order of the study file.
    pub cells: Vec<Cell>,
    /// What must hold before anything else is shown.
    pub controls: Vec<Control>,
    /// What forecasts are scored on.
    pub questions: Vec<Question>,
    /// Which cells are compared outcome by outcome.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comparisons: Vec<Comparison>,
    /// Of which quantities the factors' shares of variance are asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub explained: Vec<Explained>,
    /// Of which shares it is asked whether agents differ by more than chance.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dispersed: Vec<Dispersed>,
    /// How results are shown; in no hash, and no record knows of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<Figure>,
    /// Episodes to be drawn; in no hash either.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replays: Vec<ReplayAsked>,
}

/// One combination of settings and its seeds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// A name made from its factors, unique in the plan.
    pub name: String,
    /// What is varied, and its value here, as text.
    pub factors: BTreeMap<String, String>,
    /// Whether it belongs to a headline arm.
    pub headline: bool,
    /// The control that it was made for, if any.
    pub control: Option<String>,
    /// Seeds 0 to this, less one.
    pub seeds: u64,
    /// What this cell's agents are evidence about.
    pub scope: Scope,
    /// The world's kind and settings.
    pub world: Json,
    /// The learner's kind and settings.
    pub learner: Json,
    /// The version of every file that computes a number of its agents.
    pub numerics: BTreeMap<String, u32>,
}

/// One cell and one seed.
#[derive(Clone, Copy, Debug)]
pub struct Trial<'a> {
    /// The cell.
    pub cell: &'a Cell,
    /// The seed.
    pub seed: Seed,
}

impl Trial<'_> {
    /// What trains this trial's agent.
    pub fn made(&self) -> Made {
        Made {
            world: self.cell.world.clone(),
            learner: self.cell.learner.clone(),
            numerics: self.cell.numerics.clone(),
            seed: self.seed,
        }
    }
}

/// What evidence is about, as sets of words; a wider conclusion than its evidence is an error.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// Such as `multi-layer perceptron`.
    pub architecture: BTreeSet<String>,
    /// Such as `supervised learning`.
    pub objective: BTreeSet<String>,
    /// Such as `boolean functions`.
    pub data: BTreeSet<String>,
    /// Such as `under 10,000 parameters`.
    pub compute: BTreeSet<String>,
    /// Such as `none`.
    pub scaffold: BTreeSet<String>,
}

impl Scope {
    /// All words of several scopes.
    pub fn union<'s>(scopes: impl Iterator<Item = &'s Scope>) -> Scope {
        let mut all = Scope::default();
        for scope in scopes {
            all.architecture.extend(scope.architecture.iter().cloned());
            all.objective.extend(scope.objective.iter().cloned());
            all.data.extend(scope.data.iter().cloned());
            all.compute.extend(scope.compute.iter().cloned());
            all.scaffold.extend(scope.scaffold.iter().cloned());
        }
        all
    }

    /// The fields with their names.
    pub fn fields(&self) -> [(&'static str, &BTreeSet<String>); 5] {
        [
            ("architecture", &self.architecture),
            ("objective", &self.objective),
            ("data", &self.data),
            ("compute", &self.compute),
            ("scaffold", &self.scaffold),
        ]
    }
}

/// Which cells: for each factor named, the values allowed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Filter(pub BTreeMap<String, OneOrMany>);

/// One value, or a list of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    /// One value.
    One(String),
    /// Any of these.
    Many(Vec<String>),
}

impl OneOrMany {
    /// The values allowed.
    pub fn values(&self) -> &[String] {
        match self {
            OneOrMany::One(value) => std::slice::from_ref(value),
            OneOrMany::Many(values) => values,
        }
    }
}

impl Filter {
    /// Whether a cell has an allowed value of every factor named.
    pub fn admits(&self, cell: &Cell) -> bool {
        self.0.iter().all(|(factor, allowed)| {
            cell.factors.get(factor).is_some_and(|value| allowed.values().contains(value))
        })
    }
}

/// A quantity that forecasts are scored on, in named cells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its name.
    pub name: String,
    /// The quantity.
    pub quantity: String,
    /// The names of the cells.
    pub cells: Vec<String>,
    /// Why the winner is known beforehand; none for a headline.
    pub calibration: Option<String>,
}

impl Plan {
    /// The file in a run's folder.
    pub const FILE: &'static str = "plan.json";

    /// The hash of the plan, but for its figures: a change in how results are shown is no other run.
    pub fn hash(&self) -> String {
        hash_of(
            "mesascope plan",
            &Plan { figures: Vec::new(), replays: Vec::new(), ..self.clone() },
        )
    }

    /// The hash that `register` locks, of a standard plan: what runs, what is judged and how. Edits
    /// show in the cells; documentation and the status of instruments are left out, so that a
    /// better sentence or a second implementation does not unlock a study.
    pub fn locked_hash(&self) -> String {
        let locked = Plan {
            study_hash: String::new(),
            edits: Vec::new(),
            training: Vec::new(),
            figures: Vec::new(),
            replays: Vec::new(),
            instruments: self
                .instruments
                .iter()
                .map(|one| Instrumented {
                    quantities: Vec::new(),
                    status: Status::Preliminary,
                    ..one.clone()
                })
                .collect(),
            ..self.clone()
        };
        hash_of("mesascope study", &locked)
    }

    /// All trials in a fixed order: cell by cell, seed by seed.
    pub fn trials(&self) -> impl Iterator<Item = Trial<'_>> {
        self.cells.iter().flat_map(move |cell| {
            (0..cell.seeds)
                .map(move |index| Trial { cell, seed: Seed { namespace: self.seeds, index } })
        })
    }

    /// The agents of all trials in the order of [`Plan::trials`]. A cell's settings are written out
    /// once, not for every seed.
    pub fn agents_in_order(&self) -> impl Iterator<Item = AgentId> {
        self.cells.iter().flat_map(move |cell| {
            let part = |value: &Json| canonical(value);
            let numerics = serde_json::to_value(&cell.numerics).expect("plain data");
            let before = format!(
                "{{\"learner\":{},\"numerics\":{},\"seed\":",
                part(&cell.learner),
                part(&numerics)
            );
            let after = format!(",\"world\":{}}}", part(&cell.world));
            (0..cell.seeds).map(move |index| {
                let seed = Seed { namespace: self.seeds, index };
                let seed = part(&serde_json::to_value(seed).expect("plain data"));
                AgentId(hash_of_bytes(
                    "mesascope agent",
                    format!("{before}{seed}{after}").as_bytes(),
                ))
            })
        })
    }

    /// How many trials there are.
    pub fn trial_count(&self) -> u64 {
        self.cells.iter().map(|cell| cell.seeds).sum()
    }

    /// The cell of a name.
    pub fn cell(&self, name: &str) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.name == name)
    }

    /// The quantity of a name, whether training or an instrument reports it.
    pub fn quantity(&self, name: &str) -> Option<&Quantity> {
        let measured = self.instruments.iter().flat_map(|instrument| &instrument.quantities);
        self.training.iter().chain(measured).find(|quantity| quantity.name == name)
    }

    /// The specs of all instruments.
    pub fn specs(&self) -> impl Iterator<Item = &InstrumentSpec> {
        self.instruments.iter().map(|instrument| &instrument.spec)
    }

    /// The part of the plan that its controls read; nothing else is trained, scored or claimed.
    pub fn only_controls(&self) -> Plan {
        let mut needed: BTreeSet<&String> = BTreeSet::new();
        for control in &self.controls {
            needed.extend(&control.cells);
            if let Expect::SameAs { cells, .. } = &control.expect {
                needed.extend(cells);
            }
        }
        let cells = self.cells.iter().filter(|cell| needed.contains(&cell.name)).cloned().collect();
        Plan {
            cells,
            questions: Vec::new(),
            comparisons: Vec::new(),
            explained: Vec::new(),
            dispersed: Vec::new(),
            claims: Vec::new(),
            figures: Vec::new(),
            replays: Vec::new(),
            ..self.clone()
        }
    }

    /// Writes the plan into a run's folder.
    pub fn write(&self, folder: &Path) -> Result<(), RecordError> {
        write_sealed(&folder.join(Plan::FILE), self)
    }

    /// Reads the plan of a run's folder.
    pub fn read(folder: &Path) -> Result<Plan, RecordError> {
        read_sealed(&folder.join(Plan::FILE), "plan")
    }
}
