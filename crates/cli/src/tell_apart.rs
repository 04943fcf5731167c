//! `tell-apart`: levels on which two goals ask for different acts.

use std::process::ExitCode;

use mesascope_stats::Key;
use mesascope_worlds::grid::{Actions, Arena, Difference, Equal, Extent, Identifiable, Origin};
use serde_json::json;

use crate::failure::Failure;
use crate::output::{Talk, grouped};
use crate::world::{ApartArgs, arena, number};

pub fn tell_apart(args: &ApartArgs, talk: &Talk) -> Result<ExitCode, Failure> {
    let arena = arena(&args.world)?;
    let goals = arena.goals();
    let names: Vec<&str> = goals.iter().map(|goal| goal.name.as_str()).collect();
    let numbers = [number("goal", &args.goal, &names)?, number("goal", &args.other, &names)?];
    let [one, other] = numbers.map(|number| &goals[number]);
    let extent = Extent {
        situation: None,
        levels: args.levels,
        edited: args.levels.min(3),
        keep: args.show,
    };
    match arena.tell_apart([one, other], &extent, Key::from_seed(args.seed)) {
        Identifiable::Never(equal) => {
            let why = match equal {
                Equal::UpToFactor(factor) => {
                    format!("{} weighs every event as {}, times {factor}", other.name, one.name)
                }
                Equal::Nothing => "neither weighs any event".to_string(),
            };
            talk.say(&format!("not identifiable: {why}, so that no level tells them apart"));
            talk.give(&json!({ "identifiable": "never", "because": why }));
        }
        Identifiable::NotFound(searched) => {
            talk.say(&format!(
                "not found: in {} levels and {} edits of them, over {} decisions, they nowhere ask \
                 for different acts; elsewhere they may",
                grouped(searched.levels as u64),
                grouped(searched.edits as u64),
                grouped(searched.decisions as u64)
            ));
            talk.give(&json!({
                "identifiable": "not found",
                "levels": searched.levels,
                "edits": searched.edits,
                "decisions": searched.decisions,
            }));
        }
        Identifiable::Apart { differences, searched } => {
            let words: Vec<String> =
                differences.iter().map(|one| words(&*arena, &names, numbers, one)).collect();
            talk.say(&format!(
                "{}\n\nLooked at {} levels and {} edits of them.",
                words.join("\n\n"),
                grouped(searched.levels as u64),
                grouped(searched.edits as u64)
            ));
            let list = differences.iter().map(|one| {
                json!({
                    "level": one.level, "state": one.state, "steps": one.steps,
                    "optimal": one.optimal.map(|set| named(&*arena, set)),
                    "regrets": one.regrets,
                })
            });
            let list: Vec<_> = list.collect();
            talk.give(&json!({ "identifiable": "apart", "differences": list }));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn named(arena: &dyn Arena, set: Actions) -> Vec<&'static str> {
    set.iter().map(|action| arena.actions()[usize::from(action)]).collect()
}

fn words(arena: &dyn Arena, names: &[&str], goals: [usize; 2], found: &Difference) -> String {
    let (situation, edited) = match found.origin {
        Origin::Drawn { situation } => (situation, ""),
        Origin::Edited { situation } => (situation, ", one cell edited"),
    };
    let each = [0, 1].map(|at| {
        format!(
            "{}: {} (the other's act loses {:.4})",
            names[goals[at]],
            named(arena, found.optimal[at]).join(" or "),
            found.regrets[at]
        )
    });
    format!(
        "{}{edited}, after {} steps:\n{}{}",
        arena.situations()[situation],
        found.steps,
        found.state,
        each.join("\n")
    )
}
