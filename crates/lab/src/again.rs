//! One trial run again, to compare with what a record says of it.

use mesascope_record::{Content, Plan};

use crate::LabError;
use crate::trial::{Ready, instruments, measure};

/// Trains and measures the trial of that number anew: the content of its training's record, then of
/// each instrument's, as in [`mesascope_record::Bundle::trial`].
pub fn run_again(plan: &Plan, number: usize) -> Result<Vec<Content>, LabError> {
    let trial = plan.trials().nth(number).expect("the number of a trial of the plan");
    let ready = Ready::new(trial.cell)?;
    let made = trial.made();
    let (record, agent) = ready.train(made.clone());
    let mut contents = vec![record.content];
    if let Some((agent, _)) = agent {
        let instruments = instruments(plan)?;
        let whole = ready.whole(&made);
        for which in 0..instruments.len() {
            let record = measure(plan, &instruments, which, &agent, &made, &whole);
            contents.push(record.content);
        }
    }
    Ok(contents)
}
