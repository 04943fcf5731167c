//! What a store holds of a plan, in one pass over its records.

use std::collections::BTreeMap;

use crate::identity::AgentId;
use crate::line::{By, Content, Record};
use crate::plan::Plan;
use crate::{Damaged, Missing, RecordError, Store};

/// Which records of each trial of a plan are there.
#[derive(Debug)]
pub struct Survey {
    /// The trial's number in the plan, by agent. Ids are 128 bits; as numbers they are small.
    trials: BTreeMap<u128, u32>,
    states: Vec<State>,
    instruments: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    trained: bool,
    failed: bool,
    /// A bit for each instrument of the plan.
    read: u64,
}

/// Instruments that a study may have: as many as a trial's state has bits for.
const MOST_INSTRUMENTS: usize = 64;

impl Survey {
    /// Looks through a store. `visit` is shown every record of the plan with the number of its
    /// trial and what it is the result of: 0 for training, else the number of the instrument, from
    /// 1. Nothing of a damaged segment is shown. Panics where a plan has over 64 instruments.
    pub fn of(
        plan: &Plan,
        store: &Store,
        mut visit: impl FnMut(usize, usize, Record),
    ) -> Result<(Survey, Vec<Damaged>), RecordError> {
        assert!(plan.instruments.len() <= MOST_INSTRUMENTS, "at most 64 instruments");
        let numbers = plan.agents_in_order().zip(0..);
        let trials: BTreeMap<u128, u32> =
            numbers.filter_map(|(agent, number)| Some((agent.number()?, number))).collect();
        let states = vec![State::default(); plan.trial_count() as usize];
        let mut survey = Survey { trials, states, instruments: plan.instruments.len() };
        let damaged = store.records(|record| {
            let Some(trial) = survey.trial_of(&record.agent) else { return };
            let by = match &record.by {
                By::Training(_) => 0,
                By::Instrument(spec) => match plan.specs().position(|wanted| wanted == spec) {
                    Some(which) => which + 1,
                    None => return,
                },
            };
            let state = &mut survey.states[trial];
            match by {
                0 => {
                    state.trained = true;
                    state.failed = matches!(record.content, Content::Failed { .. });
                }
                which => state.read |= 1 << (which - 1),
            }
            visit(trial, by, record);
        })?;
        Ok((survey, damaged))
    }

    /// The number of the trial that makes this agent.
    pub fn trial_of(&self, agent: &AgentId) -> Option<usize> {
        self.trials.get(&agent.number()?).map(|trial| *trial as usize)
    }

    /// Whether a trial's training failed; `None` where it has not been trained.
    pub fn failed(&self, trial: usize) -> Option<bool> {
        let state = self.states[trial];
        state.trained.then_some(state.failed)
    }

    /// The instruments that have not read a trial's agent.
    pub fn unread(&self, trial: usize) -> Vec<usize> {
        let read = self.states[trial].read;
        (0..self.instruments).filter(|which| read & (1 << which) == 0).collect()
    }

    /// Which trials lack a whole record: their training, and unless that failed, every
    /// instrument's reading. `None` where nothing is missing.
    pub fn missing(&self, plan: &Plan) -> Option<Missing> {
        let mut missing: Option<Missing> = None;
        for (number, trial) in plan.trials().enumerate() {
            let lacks = match self.failed(number) {
                None => "its training",
                Some(false) if !self.unread(number).is_empty() => "a measurement",
                Some(_) => continue,
            };
            let first =
                || format!("cell {:?}, seed {}, {lacks}", trial.cell.name, trial.seed.index);
            missing.get_or_insert_with(|| Missing { count: 0, first: first() }).count += 1;
        }
        missing
    }
}

/// Which trials of a plan lack a whole record. Damaged segments are an error.
pub fn missing(plan: &Plan, store: &Store) -> Result<Option<Missing>, RecordError> {
    let (survey, damaged) = Survey::of(plan, store, |_, _, _| {})?;
    crate::export::refuse_damage(&damaged)?;
    Ok(survey.missing(plan))
}
