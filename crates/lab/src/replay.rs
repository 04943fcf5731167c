//! Episodes of a run's agents, drawn.

use mesascope_record::{
    AgentId, Cell, Plan, Replay, ReplayAsked, ReplayGroup, Replays, Seed, Store, StoredAgent, Trial,
};
use mesascope_stats::Key;
use mesascope_tasks::{Ground, Subject};
use mesascope_worlds::Whole;
use mesascope_worlds::grid::{Arena, Choice, Episode, Events};

use crate::LabError;
use crate::maker::Made;
use crate::trial::{Ready, loaded};

/// The seed of the levels that are replayed: those of a battery of its own, so that the n-th level of
/// a situation is the same whoever plays it.
const LEVELS: u64 = 0x7265_706c_6179;

/// Draws every replay that a plan asks for, with agents from the store where they are kept and trained
/// anew where not.
pub fn replays(plan: &Plan, store: &Store) -> Result<Replays, LabError> {
    let mut groups = Vec::new();
    for asked in &plan.replays {
        let mut replays = Vec::new();
        for situation in &asked.situations {
            for cell in &asked.cells {
                replays.extend(replay(plan, store, asked, cell, situation)?);
            }
        }
        groups.push(ReplayGroup { asked: asked.clone(), replays });
    }
    Ok(Replays::of(groups))
}

/// The situation that a cell's world trains in.
pub fn first_situation(cell: &Cell) -> Result<String, LabError> {
    match Ready::new(cell)?.world.face().ground() {
        Ground::Acting(acting) => Ok(acting.situations[0].clone()),
        Ground::Rows(_) => Err(LabError::Plan {
            cell: cell.name.clone(),
            why: "its world is of rows, and there is nothing to replay".to_string(),
        }),
    }
}

/// One episode; none where the agent failed.
fn replay(
    plan: &Plan,
    store: &Store,
    asked: &ReplayAsked,
    cell: &str,
    situation: &str,
) -> Result<Option<Replay>, LabError> {
    let wrong = |why: String| LabError::Plan { cell: cell.to_string(), why };
    let cell = plan.cell(cell).ok_or_else(|| wrong("there is no such cell".to_string()))?;
    let ready = Ready::new(cell)?;
    let trial = Trial { cell, seed: Seed { namespace: plan.seeds, index: asked.seed } };
    let made = trial.made();
    let Some(agent) = agent(store, &ready, &made.agent(), &trial)? else { return Ok(None) };
    let Whole::Grid(arena) = ready.whole(&made) else {
        return Err(wrong("its world is of rows, and there is nothing to replay".to_string()));
    };
    let number = arena.situations().iter().position(|name| *name == situation);
    let number = number.ok_or_else(|| {
        let known = arena.situations().join(", ");
        wrong(format!("its world has no situation {situation:?}; it has {known}"))
    })?;
    let Subject::Actor(actor) = agent.subject() else {
        return Err(wrong("its agents label rows, and there is nothing to replay".to_string()));
    };
    let battery = arena.battery(number, asked.level as usize + 1, LEVELS);
    let mut episodes = battery.play(actor, Choice::Greedy, Key::from_seed(LEVELS));
    let episode = episodes.pop().expect("a battery has the levels that were asked for");
    Ok(Some(drawn(&*arena, &cell.name, situation, episode)))
}

fn agent(
    store: &Store,
    ready: &Ready,
    id: &AgentId,
    trial: &Trial,
) -> Result<Option<Made>, LabError> {
    let mut stored: Option<StoredAgent> = None;
    store.agents(|agent| {
        if agent.id == *id {
            stored = Some(agent);
        }
    })?;
    match stored {
        Some(stored) => loaded(&stored, ready).map(Some),
        None => Ok(ready.train(trial.made()).1.map(|(agent, _)| agent)),
    }
}

fn drawn(arena: &dyn Arena, cell: &str, situation: &str, episode: Episode) -> Replay {
    let happened = |events: &Events| {
        let named = arena.events().iter().zip(events.0).filter(|(_, times)| *times > 0);
        let words = named.map(|(name, times)| match times {
            1 => (*name).to_string(),
            _ => format!("{name} x{times}"),
        });
        words.collect::<Vec<_>>().join(", ")
    };
    let action = |action: u8| arena.actions()[usize::from(action)].to_string();
    Replay {
        cell: cell.to_string(),
        situation: situation.to_string(),
        frames: episode.frames,
        actions: episode.decisions.iter().map(|decision| action(decision.action)).collect(),
        happened: episode.events.iter().map(happened).collect(),
        returns: arena.goals().into_iter().map(|goal| goal.name).zip(episode.returns).collect(),
        signs: arena
            .signs()
            .iter()
            .map(|sign| (sign.sign, sign.name.to_string(), sign.colour.to_string()))
            .collect(),
    }
}
