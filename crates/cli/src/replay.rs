//! `replay`: an episode of one of a run's agents, drawn.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use mesascope_record::{Plan, Replay, ReplayAsked, Store, nearest, write_atomically};
use mesascope_verdict::replay_svg;

use crate::args::FolderArgs;
use crate::failure::Failure;
use crate::output::Talk;
use crate::stages;

/// Which agent, and on what.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    #[command(flatten)]
    pub folder: FolderArgs,
    /// The cell whose agent plays, as reports name it; the first where none is named.
    #[arg(long)]
    pub cell: Option<String>,
    /// The seed of the agent.
    #[arg(long, default_value_t = 0)]
    pub agent: u64,
    /// The situation that the level is of; the one that is trained in where none is named.
    #[arg(long)]
    pub situation: Option<String>,
    /// The number of the level.
    #[arg(long, default_value_t = 0)]
    pub level: u64,
    /// Write the episode as a drawing that moves, a file whose name ends in .svg.
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
}

pub fn replay(args: &ReplayArgs, talk: &Talk) -> Result<ExitCode, Failure> {
    let folder = stages::folder(&args.folder)?;
    let plan = Plan::read(&folder)?;
    let names = || plan.cells.iter().map(|cell| cell.name.as_str());
    let cell = match &args.cell {
        None => plan.cells.first().ok_or_else(|| Failure::new("the plan has no cells"))?,
        Some(name) => plan.cell(name).ok_or_else(|| {
            let near = nearest(name, names());
            let near = near.map_or(String::new(), |near| format!("; did you mean {near:?}?"));
            Failure::new(format!(
                "no cell is named {name:?}{near} Cells: {}",
                names().collect::<Vec<_>>().join(", ")
            ))
        })?,
    };
    if args.agent >= cell.seeds {
        return Err(Failure::new(format!(
            "cell {:?} has the seeds 0 to {}, not {}",
            cell.name,
            cell.seeds.saturating_sub(1),
            args.agent
        )));
    }
    let situation = match &args.situation {
        Some(name) => name.clone(),
        None => mesascope_lab::first_situation(cell)?,
    };
    let asked = ReplayAsked {
        name: "replay".to_string(),
        says: String::new(),
        cells: vec![cell.name.clone()],
        situations: vec![situation],
        level: args.level,
        seed: args.agent,
    };
    let plan = Plan { replays: vec![asked], ..plan.clone() };
    let mut replays = mesascope_lab::replays(&plan, &Store::at(&folder))?;
    let Some(replay) = replays.groups.pop().and_then(|mut group| group.replays.pop()) else {
        return Err(Failure::new("the training of this agent failed: there is nothing to replay"));
    };
    match &args.to {
        None => talk.say(&text(&replay)),
        Some(file) => {
            write_atomically(file, replay_svg(&replay).as_bytes())?;
            talk.say(&format!("{}", file.display()));
        }
    }
    talk.give(&replay);
    Ok(ExitCode::SUCCESS)
}

fn text(replay: &Replay) -> String {
    let mut text = format!("{}, {}\n", replay.cell, replay.situation);
    for (at, frame) in replay.frames.iter().enumerate() {
        text.push_str(&format!("\n{frame}"));
        if let (Some(action), Some(happened)) = (replay.actions.get(at), replay.happened.get(at)) {
            let happened = match happened.is_empty() {
                true => String::new(),
                false => format!(": {happened}"),
            };
            text.push_str(&format!("{action}{happened}\n"));
        }
    }
    let returns: Vec<String> =
        replay.returns.iter().map(|(goal, worth)| format!("{goal} {worth:.3}")).collect();
    text.push_str(&format!("\nworth: {}", returns.join(", ")));
    text
}
