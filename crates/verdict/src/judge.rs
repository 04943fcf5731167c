//! The judge: controls first, then scores and rules, from records alone.

use mesascope_record::{Plan, Records, SCHEMA, Status};

use crate::VerdictError;
use crate::comparisons;
use crate::controls;
use crate::dispersed;
use crate::explained;
use crate::figures;
use crate::papers::Papers;
use crate::rule;
use crate::scores;
use crate::standing::Registered;
use crate::table::Table;
use crate::verdict::{CellRow, Findings, Verdict};

/// Judges a plan's records by the papers written about it. Where a control fails, nothing but the
/// controls is in the verdict.
pub fn judge(plan: &Plan, records: &dyn Records, papers: &Papers) -> Result<Verdict, VerdictError> {
    let table = Table::read(plan, records)?;
    let registered = Registered::at(&papers.ledger, plan, &records.provenance()?);
    let controls: Vec<_> =
        plan.controls.iter().map(|control| controls::test(plan, &table, control)).collect();
    let own = || plan.cells.iter().filter(|cell| cell.control.is_none());
    let holds = controls.iter().all(|control| control.holds);
    Ok(Verdict {
        schema: SCHEMA,
        study: plan.study.clone(),
        question: plan.question.clone(),
        preset: plan.preset,
        plan: plan.hash(),
        study_hash: plan.study_hash.clone(),
        edits: plan.edits.clone(),
        scope: plan.scope.clone(),
        moves_no_claim: plan.claims.is_empty(),
        standing: registered.of_run(plan),
        ledger: papers.ledger.head().map(str::to_string),
        trials: plan.trial_count(),
        failed: table.failed.values().sum(),
        first_failure: table.first_failure.as_ref().map(|(_, words)| words.clone()),
        unfitted: own().map(|cell| table.unfitted(&cell.name)).sum(),
        agents: own().map(|cell| cell.seeds).sum(),
        withdrawn: registered.withdrawn(plan, papers),
        controls,
        findings: holds.then(|| findings(plan, &table, papers, &registered)),
    })
}

fn findings(plan: &Plan, table: &Table, papers: &Papers, registered: &Registered) -> Findings {
    let measured = plan.instruments.iter().flat_map(|instrument| &instrument.quantities);
    let quantities: Vec<_> = plan.training.iter().chain(measured).collect();
    let cells = plan
        .cells
        .iter()
        .flat_map(|cell| {
            quantities.iter().map(|quantity| CellRow {
                cell: cell.name.clone(),
                factors: cell.factors.clone(),
                control: cell.control.is_some(),
                quantity: quantity.name.clone(),
                summary: table.summary(plan, &cell.name, &quantity.name),
            })
        })
        .collect();
    let questions: Vec<_> = plan
        .questions
        .iter()
        .map(|question| scores::score(plan, table, &papers.forecasts, registered, question))
        .collect();
    let rules = papers.claims.iter().flat_map(|claim| {
        let bound = claim.rules.iter().filter(|rule| rule.study == plan.based_on);
        bound.map(move |rule| (claim, rule))
    });
    let verdicts =
        rules.map(|(claim, rule)| rule::judge(plan, table, registered, claim, rule)).collect();
    let preliminary = plan
        .instruments
        .iter()
        .filter(|instrument| instrument.status == Status::Preliminary)
        .map(|instrument| instrument.name.clone())
        .collect();
    Findings {
        cells,
        totals: scores::totals(&questions),
        questions,
        verdicts,
        preliminary,
        comparisons: plan
            .comparisons
            .iter()
            .flat_map(|one| comparisons::compare(plan, table, one))
            .collect(),
        explained: plan.explained.iter().map(|one| explained::explain(plan, table, one)).collect(),
        dispersed: plan.dispersed.iter().flat_map(|one| dispersed::look(table, one)).collect(),
        figures: figures::gather(plan, table, &papers.forecasts),
    }
}
