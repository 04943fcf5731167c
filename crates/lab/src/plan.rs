//! From a study to its plan: the stage that every other one reads.

use std::collections::BTreeSet;

use mesascope_record::{
    Cell, Control, Expect, InstrumentSpec, Instrumented, Namespace, Plan, SCHEMA, Scope,
};
use serde::Serialize;

use crate::study::{Study, StudyCell};
use crate::trial::training_quantities;

impl Study {
    /// Writes the study out for one preset. The quick preset leaves headline arms out, and with
    /// them the controls and questions that have no other cell.
    pub fn plan(&self, preset: Namespace) -> Plan {
        let mut plan = self.plan_without_hash(preset);
        // What is locked is the standard plan, so that both presets name the same study.
        plan.study_hash = self.plan_without_hash(Namespace::Standard).locked_hash();
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
            let mut compared = true;
            if let Expect::SameAs { cells, .. } = &mut control.expect {
                *cells = kept(cells);
                compared = !cells.is_empty();
            }
            (compared && !control.cells.is_empty()).then_some(control)
        });
        let questions = self.questions.iter().filter_map(|question| {
            let cells = kept(&question.cells);
            (!cells.is_empty()).then(|| mesascope_record::Question { cells, ..question.clone() })
        });
        let runs = |name: &String| chosen.iter().any(|cell| cell.name == *name);
        let comparisons = self.comparisons.iter().filter_map(|one| {
            let pairs = one.pairs.iter().filter(|(first, second)| runs(first) && runs(second));
            let pairs: Vec<(String, String)> = pairs.cloned().collect();
            (!pairs.is_empty()).then(|| mesascope_record::Comparison { pairs, ..one.clone() })
        });
        // Part of a grid tells no factors apart.
        let explained = self.explained.iter().filter(|one| one.cells.iter().all(runs)).cloned();
        let dispersed = self.dispersed.iter().filter_map(|one| {
            let cells = kept(&one.cells);
            (!cells.is_empty()).then(|| mesascope_record::Dispersed { cells, ..one.clone() })
        });
        let replays = self.replays.iter().filter_map(|one| {
            let cells = kept(&one.cells);
            (!cells.is_empty()).then(|| mesascope_record::ReplayAsked { cells, ..one.clone() })
        });
        let own: Vec<Scope> =
            chosen.iter().filter(|cell| cell.control.is_none()).map(|cell| scope(cell)).collect();
        // An edited or copied study is not the registered one, and must not show its draws.
        let seeds = match self.edits.is_empty() && self.name == self.based_on {
            true => preset,
            false => Namespace::Pilot,
        };
        Plan {
            schema: SCHEMA,
            study: self.name.clone(),
            based_on: self.based_on.clone(),
            question: self.question.clone(),
            study_hash: String::new(),
            preset,
            seeds,
            edits: self.edits.clone(),
            claims: self.claims.clone(),
            scope: Scope::union(own.iter()),
            agents: self.agents,
            instruments: self.instruments.iter().map(instrumented).collect(),
            training: training_quantities(),
            cells: chosen.iter().map(|cell| planned(cell, preset)).collect(),
            controls: controls.collect(),
            questions: questions.collect(),
            comparisons: comparisons.collect(),
            explained: explained.collect(),
            dispersed: dispersed.collect(),
            figures: self.figures.clone(),
            replays: replays.collect(),
        }
    }
}

fn plain(value: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(value).expect("settings are plain data")
}

fn planned(cell: &StudyCell, preset: Namespace) -> Cell {
    let files = crate::trial::files(&cell.world, &cell.learner);
    Cell {
        name: cell.name.clone(),
        factors: cell.factors.clone(),
        headline: cell.headline,
        control: cell.control.clone(),
        seeds: match preset {
            Namespace::Quick => cell.seeds.quick.0,
            Namespace::Standard | Namespace::Pilot => cell.seeds.standard.0,
        },
        scope: scope(cell),
        world: plain(&cell.world),
        learner: cell.learner.to_plan(),
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

/// What a cell is evidence about, from the settings that run: it cannot be typed in wider.
fn scope(cell: &StudyCell) -> Scope {
    let world = cell.world.face();
    let learner = cell.learner.scope(&world.ground());
    let mut bound = 10;
    while bound <= learner.parameters {
        bound *= 10;
    }
    Scope {
        architecture: BTreeSet::from([learner.architecture]),
        objective: BTreeSet::from([learner.objective]),
        data: BTreeSet::from([world.data()]),
        compute: BTreeSet::from([format!("under {bound} parameters")]),
        scaffold: BTreeSet::from(["none".to_string()]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STUDY: &str = include_str!("../../../studies/counting.toml");

    #[test]
    fn the_agents_of_a_plan_are_those_that_its_trials_make() {
        let plan = Study::parse("counting.toml", STUDY, &[]).unwrap().plan(Namespace::Standard);
        let quickly = plan.agents_in_order().step_by(97);
        let plainly = plan.trials().map(|trial| trial.made().agent()).step_by(97);
        assert!(quickly.eq(plainly), "writing a cell's settings out once gives other identities");
        assert_eq!(plan.agents_in_order().count() as u64, plan.trial_count());
    }

    #[test]
    fn the_quick_preset_leaves_headline_arms_out_and_names_the_same_study() {
        let study = Study::parse("counting.toml", STUDY, &[]).unwrap();
        let (quick, standard) = (study.plan(Namespace::Quick), study.plan(Namespace::Standard));
        assert!(quick.cells.iter().all(|cell| !cell.headline));
        assert!(standard.cells.iter().any(|cell| cell.headline));
        assert_eq!(quick.study_hash, standard.study_hash);
        assert_eq!(standard.study_hash, standard.locked_hash());
    }
}
