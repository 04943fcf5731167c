//! A world to act in from the command line: by its name, with settings, or from a study.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use mesascope_record::nearest;
use mesascope_stats::Key;
use mesascope_worlds::grid::Arena;
use mesascope_worlds::{Whole, World};

use crate::failure::Failure;

/// A world and its settings.
#[derive(Debug, Args)]
pub struct WorldArgs {
    /// A world's name, such as corner.
    pub world: String,
    /// A setting of the world, such as side=7; may be given several times.
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
}

/// What to play.
#[derive(Debug, Args)]
pub struct PlayArgs {
    #[command(flatten)]
    pub world: WorldArgs,
    /// The situation that the level is drawn from; the one that is trained in where none is named.
    #[arg(long)]
    pub situation: Option<String>,
    /// The seed by which the level is drawn.
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// A file with a drawing of a level, in place of one that is drawn.
    #[arg(long, value_name = "FILE", conflicts_with = "situation")]
    pub level: Option<PathBuf>,
}

/// What to tell apart.
#[derive(Debug, Args)]
pub struct ApartArgs {
    #[command(flatten)]
    pub world: WorldArgs,
    /// One goal of the world.
    pub goal: String,
    /// Another.
    pub other: String,
    /// The seed by which levels are drawn.
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Levels looked at in each situation.
    #[arg(long, default_value_t = 200)]
    pub levels: usize,
    /// Findings to show.
    #[arg(long, default_value_t = 3)]
    pub show: usize,
}

/// The world, ready to be looked at.
pub fn arena(args: &WorldArgs) -> Result<Arc<dyn Arena>, Failure> {
    let name = args.world.trim_start_matches("world.");
    if !World::NAMES.contains(&name) {
        let near = nearest(name, World::NAMES.iter().copied());
        let near = near.map_or(String::new(), |near| format!("; did you mean {near}?"));
        let known = World::NAMES.join(", ");
        return Err(Failure::new(format!("no world is named {name:?}{near} Known: {known}")));
    }
    let mut text = format!("[{name}]\n");
    for set in &args.set {
        let (path, value) = set
            .split_once('=')
            .ok_or_else(|| Failure::new(format!("--set takes NAME=VALUE, not {set:?}")))?;
        // A bare word is a string: nobody wants to quote quotes in a shell.
        let is_value = format!("x = {value}").parse::<toml_edit::DocumentMut>().is_ok();
        let value = if is_value { value.to_string() } else { format!("{value:?}") };
        text.push_str(&format!("{} = {value}\n", path.trim()));
    }
    let world: World = toml::from_str(&text)
        .map_err(|error| Failure::new(format!("world {name}: {}", error.message())))?;
    world.face().check().map_err(|error| Failure::new(format!("world {name}: {error}")))?;
    match world.face().begin(Key::from_seed(0)).1 {
        Whole::Grid(arena) => Ok(arena),
        Whole::Rows(_) => Err(Failure::new(format!(
            "world {name} is of rows with labels: nobody acts there; `mesascope list worlds` says \
             which worlds there are"
        ))),
    }
}

/// The number of a name in a list of the world's.
pub fn number(what: &str, name: &str, list: &[&str]) -> Result<usize, Failure> {
    list.iter().position(|one| *one == name).ok_or_else(|| {
        Failure::new(format!("no {what} is named {name:?}; this world has {}", list.join(", ")))
    })
}
