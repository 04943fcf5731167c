//! Whether a forecast, a rule or a run counts as registered beforehand.

use std::collections::BTreeSet;

use mesascope_record::{Namespace, Plan, Provenance};

use crate::claim::{Claim, Rule};
use crate::forecast::Forecast;
use crate::ledger::{Entry, Ledger};
use crate::papers::Papers;
use crate::verdict::Standing;

/// What had been registered when the first record of a run was made.
pub(crate) struct Registered<'l> {
    entries: &'l [Entry],
    later: &'l [Entry],
    missing: Option<String>,
}

impl<'l> Registered<'l> {
    /// For a standard run, the newest entry that every segment of records was made under; for a
    /// quick run, which locks nothing, the newest entry.
    pub(crate) fn at(
        ledger: &'l Ledger,
        plan: &Plan,
        segments: &[Option<Provenance>],
    ) -> Registered<'l> {
        let all = &ledger.entries[..];
        if plan.preset == Namespace::Quick {
            return Registered { entries: all, later: &[], missing: None };
        }
        let nothing =
            |why: &str| Registered { entries: &[], later: all, missing: Some(why.to_string()) };
        let mut earliest: Option<usize> = None;
        for provenance in segments {
            let Some(provenance) = provenance else {
                return nothing(
                    "a segment's provenance cannot be read, so its order cannot be shown",
                );
            };
            let Some(head) = &provenance.ledger else {
                return nothing("nothing was registered before the first confirmatory record");
            };
            let Some(place) = ledger.place(head) else {
                return nothing(
                    "the ledger lacks the entry that records were made under: it was rewritten",
                );
            };
            earliest = Some(earliest.map_or(place, |earlier| earlier.min(place)));
        }
        match earliest {
            None => nothing("there are no records"),
            Some(place) => {
                Registered { entries: &all[..=place], later: &all[place + 1..], missing: None }
            }
        }
    }

    /// How a thing with a hash stands: registered, or exploratory and why.
    fn standing(&self, hash: &str, registered_as: impl Fn(&Entry) -> Option<&String>) -> Standing {
        let newest = self.entries.last();
        let because = match newest.and_then(&registered_as) {
            Some(registered) if registered == hash => {
                let entry = newest.expect("it was just read");
                let other = |earlier: &Entry| registered_as(earlier).is_some_and(|old| old != hash);
                return Standing::Registered {
                    entry: entry.index,
                    hash: entry.hash.clone(),
                    revised: self.entries.iter().any(other),
                };
            }
            Some(_) => "edited since it was registered".to_string(),
            None => match &self.missing {
                Some(missing) => missing.clone(),
                None if self.later.iter().any(|entry| registered_as(entry).is_some()) => {
                    "registered after the first confirmatory record".to_string()
                }
                None => "not registered".to_string(),
            },
        };
        Standing::Exploratory { because }
    }

    pub(crate) fn of_forecast(&self, forecast: &Forecast) -> Standing {
        self.standing(&forecast.hash(), |entry| entry.forecasts.get(&forecast.position))
    }

    pub(crate) fn of_rule(&self, claim: &Claim, rule: &Rule) -> Standing {
        self.standing(&rule.hash(claim), |entry| entry.rules.get(&rule.key(claim.id)))
    }

    /// What was registered before the records and is no longer there: a loser that was taken away.
    pub(crate) fn withdrawn(&self, plan: &Plan, papers: &Papers) -> Vec<String> {
        let positions: BTreeSet<&String> =
            papers.forecasts.iter().map(|one| &one.position).collect();
        let rules: BTreeSet<String> = papers
            .claims
            .iter()
            .flat_map(|claim| claim.rules.iter().map(|rule| (claim.id, rule)))
            .filter(|(_, rule)| rule.study == plan.based_on)
            .map(|(claim, rule)| rule.key(claim))
            .collect();
        let mut gone = BTreeSet::new();
        for entry in self.entries {
            let forecasts = entry.forecasts.keys().filter(|position| !positions.contains(position));
            gone.extend(forecasts.map(|position| format!("forecast {position}")));
            let kept = entry.rules.keys().filter(|rule| !rules.contains(*rule));
            gone.extend(kept.map(|rule| format!("rule {rule}")));
        }
        gone.into_iter().collect()
    }

    /// How the run as a whole stands.
    pub(crate) fn of_run(&self, plan: &Plan) -> Standing {
        let mut because = Vec::new();
        if plan.preset == Namespace::Quick {
            because.push("quick preset: demonstration arms, seeds of its own".to_string());
        }
        if !plan.edits.is_empty() {
            because.push(format!("edited on the command line: {}", plan.edits.join(", ")));
        }
        if plan.study != plan.based_on {
            because.push(format!("a copy of the study {}", plan.based_on));
        }
        let as_written = plan.edits.is_empty() && plan.study == plan.based_on;
        if as_written && plan.preset == Namespace::Standard && plan.seeds == Namespace::Pilot {
            let why = "not registered as it stood when it was planned, so pilot seeds were drawn";
            because.push(why.to_string());
        }
        let pristine = plan.seeds != Namespace::Standard || plan.study_hash == plan.locked_hash();
        if !pristine {
            because.push("plan.json was changed after it was planned".to_string());
        }
        let study = self.standing(&plan.study_hash, |entry| Some(&entry.study_hash));
        if let Standing::Exploratory { because: why } = &study {
            because.push(format!("the study: {why}"));
        }
        match because.is_empty() {
            true => study,
            false => Standing::Exploratory { because: because.join("; ") },
        }
    }
}
