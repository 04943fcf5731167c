//! Our worlds against episodes of jaxgmg's rules, as `benches/peers/jaxgmg_rules.py` restates them.

use std::sync::Arc;

use mesascope_stats::Key;
use mesascope_tasks::{AtEnd, End, Environment};
use mesascope_worlds::exchange::Exchange;
use mesascope_worlds::grid::{Batch, Grid};
use mesascope_worlds::{Corner, KeysAndChests};
use serde::Deserialize;

#[derive(Deserialize)]
struct Episode {
    world: String,
    level: String,
    height: usize,
    width: usize,
    #[serde(default)]
    both: bool,
    first: Vec<usize>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    action: u8,
    reward: u8,
    proxy: u8,
    done: bool,
    seen: Vec<usize>,
}

fn episodes() -> Vec<Episode> {
    serde_json::from_str(include_str!("golden/jaxgmg.json")).unwrap()
}

fn corner(episode: &Episode) -> Corner {
    let ends = if episode.both { "after-both" } else { "at-cheese" };
    let Episode { height, width, .. } = episode;
    toml::from_str(&format!("side = {width}\nheight = {height}\nends = \"{ends}\"")).unwrap()
}

fn keys(episode: &Episode) -> KeysAndChests {
    let Episode { height, width, .. } = episode;
    let counts = "{ keys = 3, chests = 3 }";
    let settings = format!("side = {width}\nheight = {height}\ntrain = {counts}\nshift = {counts}");
    toml::from_str(&settings).unwrap()
}

/// What is 1, `[channel, row, column]`, from flat indices of `[row, column, channel]`.
fn turned(theirs: &[usize], channels: usize, cells: usize) -> Vec<u8> {
    let mut ours = vec![0; channels * cells];
    theirs.iter().for_each(|&at| ours[at % channels * cells + at / channels] = 1);
    ours
}

/// Replays an episode; the proxy's reward is an event of ours. Observations, rewards, proxy rewards and the end are the same.
fn replay<W: Exchange + Clone>(world: &W, episode: &Episode, proxy: usize) {
    let level = world.import(&episode.level).unwrap();
    let goal = world.goals().swap_remove(0);
    let levels = Arc::new(vec![level]);
    let mut batch = Batch::of_levels(Arc::new(world.clone()), goal, levels, Key::from_seed(0));
    let (channels, cells) = (world.channels().len(), episode.height * episode.width);
    assert_eq!(batch.observations(), turned(&episode.first, channels, cells), "at the start");
    for (at, step) in episode.steps.iter().enumerate() {
        let place = format!("{}, step {at}:\n{}", episode.world, episode.level);
        batch.step(&[step.action], AtEnd::Stay);
        assert_eq!(batch.observations(), turned(&step.seen, channels, cells), "{place}");
        assert_eq!(batch.rewards(), [f32::from(step.reward)], "reward, {place}");
        assert_eq!(batch.events()[0].0[proxy], step.proxy, "proxy, {place}");
        assert_eq!(batch.ends()[0] != End::Going, step.done, "{place}");
        let timed_out = batch.ends()[0] == End::TimedOut;
        assert!(!timed_out || at + 1 == 128, "time runs out after 128 steps, {place}");
    }
}

#[test]
fn episodes_go_as_jaxgmg_says() {
    let (mut rewards, mut proxies, mut ends, mut played) = (0, 0, 0, 0);
    for episode in episodes() {
        match episode.world.as_str() {
            "corner" => replay(&corner(&episode), &episode, 1),
            "keys-and-chests" => replay(&keys(&episode), &episode, 2),
            other => panic!("{other} is no world of the file"),
        }
        let sum =
            |of: fn(&Step) -> u8| episode.steps.iter().map(|step| u32::from(of(step))).sum::<u32>();
        rewards += sum(|step| step.reward);
        proxies += sum(|step| step.proxy);
        ends += u32::from(episode.steps.len() < 128);
        played += 1;
    }
    // The file is not of episodes in which nothing happens.
    assert!(
        played == 20 && rewards >= 15 && proxies >= 50 && ends >= 8,
        "{played} {rewards} {proxies} {ends}"
    );
}

#[test]
fn levels_come_and_go_as_jaxgmg_writes_them() {
    for episode in episodes() {
        let back = match episode.world.as_str() {
            "corner" => {
                let world = corner(&episode);
                world.export(&world.import(&episode.level).unwrap())
            }
            _ => {
                let world = keys(&episode);
                world.export(&world.import(&episode.level).unwrap())
            }
        };
        assert_eq!(back.trim_end(), episode.level);
    }
}

/// The level of `cheese_in_the_corner.LevelParser.parse`'s documentation and what it says of it.
#[test]
fn the_documented_corner_level_is_read_as_documented() {
    let episode = episodes().remove(0);
    let world = corner(&episode);
    let level = world.import(&episode.level).unwrap();
    let place = |cell| world.size().place(cell);
    assert_eq!((place(level.cheese), place(level.mouse)), ((3, 3), (2, 1)));
    assert_eq!(level.walls.count(), 17, "sixteen of the border and one");
    assert!(level.walls.has(world.size().cell(2, 2)));
}

/// The level of `keys_and_chests.LevelParser.parse`'s documentation and what it says of it.
#[test]
fn the_documented_level_of_keys_and_chests_is_read_as_documented() {
    let episode = episodes().into_iter().find(|one| one.world == "keys-and-chests").unwrap();
    let world = keys(&episode);
    let level = world.import(&episode.level).unwrap();
    let places = |cells: &[u8]| -> Vec<(u8, u8)> {
        cells.iter().map(|&cell| world.size().place(cell)).collect()
    };
    assert_eq!(places(&level.keys), [(1, 2), (2, 3), (3, 1)]);
    assert_eq!(places(&level.chests), [(1, 3), (3, 3)]);
    assert_eq!(places(&[level.mouse]), [(2, 1)]);
    assert_eq!(level.inventory, [0, 1, 2]);
}
