//! From a study to its plan: the stage that every other one reads.

use std::collections::BTreeSet;

use mesascope_record::{
    Cell, Control, Expect, InstrumentSpec, Instrumented, Namespace, Plan, SCHEMA, Scope, hash_of,
};
use serde::Serialize;

use crate::study::{Study, StudyCell};
use crate::trial::training_quantities;

impl Study {
    /// Writes the study out for one preset. The quick preset leaves headline arms out, and with
    /// them the controls and questions that have no other cell.
    pub fn plan(&self, preset: Namespace) -> Plan {
        let mut plan = self.plan_without_hash(preset);
        // What is locked is the standard plan, so that both presets name the same study; edits
        // made on the command line show in its cells.
        let locked = Plan { edits: Vec::new(), ..self.plan_without_hash(Namespace::Standard) };
        plan.study_hash = hash_of("mesascope study", &locked);
        plan
    }

    fn plan_without_hash(&self, preset: Namespace) -> Plan {
        let wanted = |cell: &&StudyCell| preset == Namespace::Standard || !cell.headline;
        let chosen: Vec<&StudyCell> = self.cells.iter().filter(wanted).collect();
        let kept = |names: &[String]| -> Vec<String> {
            names
                .iter()
                .filter(|name| chosen.iter().any(|cell| cell.name == **name))
                .cloned()
                .collect()
        };
        let controls = self.controls.iter().filter_map(|control| {
            let mut control = Control { cells: kept(&control.cells), ..control.clone() };
            if let Expect::SameAs { cells, .. } = &mut control.expect {
                *cells = kept(cells);
            }
            (!control.cells.is_empty()).then_some(control)
        });
        let questions = self.questions.iter().filter_map(|question| {
            let cells = kept(&question.cells);
            (!cells.is_empty()).then(|| mesascope_record::Question { cells, ..question.clone() })
        });
        Plan {
            schema: SCHEMA,
            study: self.name.clone(),
            based_on: self.based_on.clone(),
            question: self.question.clone(),
            study_hash: String::new(),
            preset,
            edits: self.edits.clone(),
            claims: self.claims.clone(),
            scope: scope(&chosen),
            agents: self.agents,
            instruments: self.instruments.iter().map(instrumented).collect(),
            training: training_quantities(),
            cells: chosen.iter().map(|cell| planned(cell, preset)).collect(),
            controls: controls.collect(),
            questions: questions.collect(),
        }
    }
}

fn plain(value: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(value).expect("settings are plain data")
}

fn planned(cell: &StudyCell, preset: Namespace) -> Cell {
    let files = [cell.world.face().numerics(), cell.learner.face().numerics()].concat();
    Cell {
        name: cell.name.clone(),
        factors: cell.factors.clone(),
        headline: cell.headline,
        control: cell.control.clone(),
        seeds: match preset {
            Namespace::Quick => cell.seeds.quick.0,
            Namespace::Standard => cell.seeds.standard.0,
        },
        world: plain(&cell.world),
        learner: plain(&cell.learner),
        numerics: files.into_iter().map(|(file, version)| (file.to_string(), version)).collect(),
    }
}

fn instrumented(instrument: &mesascope_instruments::Instrument) -> Instrumented {
    let face = instrument.face();
    let numerics = face.numerics().into_iter().map(|(file, v)| (file.to_string(), v)).collect();
    Instrumented {
        name: instrument.name().to_string(),
        spec: InstrumentSpec { instrument: plain(instrument), numerics },
        quantities: face.quantities(),
        status: face.status(),
    }
}

/// What the evidence is about, from the settings that run: it cannot be typed in wider.
fn scope(cells: &[&StudyCell]) -> Scope {
    let mut scope = Scope::default();
    for cell in cells.iter().filter(|cell| cell.control.is_none()) {
        let world = cell.world.face();
        let (task, _) = world.draw(mesascope_stats::Key::from_seed(0));
        let learner = cell.learner.face().scope(task.width);
        scope.architecture.insert(learner.architecture);
        scope.objective.insert(learner.objective);
        scope.data.extend(world.data());
        let mut bound = 10;
        while bound <= learner.parameters {
            bound *= 10;
        }
        scope.compute.insert(format!("under {bound} parameters"));
    }
    scope.scaffold = BTreeSet::from(["none".to_string()]);
    scope
}
