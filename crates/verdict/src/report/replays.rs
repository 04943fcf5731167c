//! Replays: episodes of one level side by side, drawn step by step and in time with one another.
//!
//! The drawings move by themselves without a script: every frame is shown for its share of one
//! period that all drawings have in common. Who asked for less motion sees the last frame; the steps
//! stand below as text for everybody.

use maud::{Markup, PreEscaped, html};
use mesascope_record::{Replay, ReplayGroup, Replays};

/// Pixels of one cell.
const CELL: usize = 18;

/// Seconds of one step.
const STEP_SECONDS: f64 = 0.4;

/// Steps for which the last frame stays before all begin again.
const REST_STEPS: usize = 4;

pub(super) fn replays(replays: &Replays) -> Markup {
    html! {
        @for (at, group) in replays.groups.iter().enumerate() {
            section aria-labelledby={ "replay-" (group.asked.name) } {
                h2 id={ "replay-" (group.asked.name) } { "Replay: " (group.asked.name) }
                p { (group.asked.says) }
                @if group.replays.is_empty() {
                    p { "None: the agents that were to play had failed." }
                }
                (shown(group, at))
            }
        }
    }
}

fn shown(group: &ReplayGroup, group_number: usize) -> Markup {
    let longest = group.replays.iter().map(|replay| replay.frames.len()).max().unwrap_or(0);
    html! {
        @for situation in &group.asked.situations {
            div.replays {
                @for (at, replay) in
                    group.replays.iter().enumerate().filter(|(_, one)| one.situation == *situation)
                {
                    figure.replay {
                        (PreEscaped(picture(replay, longest, 1000 * group_number + at)))
                        figcaption {
                            b { (replay.cell) } ", " (replay.situation) ". "
                            @for (goal, worth) in &replay.returns {
                                (goal) " " (format!("{worth:.3}")) "  "
                            }
                        }
                        (steps(replay))
                    }
                }
            }
        }
    }
}

/// The steps as text, for those who do not look at pictures.
fn steps(replay: &Replay) -> Markup {
    html! {
        details {
            summary { "Steps" }
            div.scroll tabindex="0" role="region" aria-label={ "Steps: " (replay.cell) } {
                ol {
                    @for (action, happened) in replay.actions.iter().zip(&replay.happened) {
                        li {
                            (action)
                            @if !happened.is_empty() { ": " (happened) }
                        }
                    }
                }
            }
        }
    }
}

/// One episode as a drawing that moves, a file of its own.
pub fn replay_svg(replay: &Replay) -> String {
    let drawing = picture(replay, replay.frames.len(), 0);
    // Beside no page its styles stand in it.
    let styles = ".frame{opacity:0}.sign{font:700 11px monospace;text-anchor:middle;\
                  dominant-baseline:central;fill:#fff}\
                  @media (prefers-reduced-motion:reduce){.frame{animation:none!important}\
                  .frame.last{opacity:1}}";
    let head = "<svg xmlns=\"http://www.w3.org/2000/svg\" ";
    drawing.replacen("<svg ", head, 1).replacen('>', &format!("><style>{styles}</style>"), 1)
}

/// One episode as a drawing that moves; `number` keeps its animation apart from others'.
fn picture(replay: &Replay, longest: usize, number: usize) -> String {
    let rows = replay.frames.first().map_or(0, |frame| frame.lines().count());
    let columns = replay
        .frames
        .first()
        .and_then(|frame| frame.lines().next())
        .map_or(0, |line| line.chars().count());
    let (width, height) = (columns * CELL, rows * CELL);
    let label = html! {
        "The agent of " (replay.cell) " in " (replay.situation) ", " (replay.actions.len()) " steps"
    };
    let mut svg = format!(
        "<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" \
         aria-label=\"{}\">",
        label.into_string().replace('"', "&quot;")
    );
    // What stands in one cell in every frame is drawn once, below.
    let grids: Vec<Vec<Vec<char>>> = replay
        .frames
        .iter()
        .map(|frame| frame.lines().map(|line| line.chars().collect()).collect())
        .collect();
    let at = |grid: &[Vec<char>], row: usize, column: usize| {
        grid.get(row).and_then(|line: &Vec<char>| line.get(column)).copied().unwrap_or(' ')
    };
    let lasting = |row, column| {
        let first = at(&grids[0], row, column);
        grids.iter().all(|grid| at(grid, row, column) == first)
    };
    if !grids.is_empty() {
        for (row, column) in places(rows, columns).filter(|&(row, column)| lasting(row, column)) {
            cell(&mut svg, replay, at(&grids[0], row, column), row, column);
        }
    }
    let period = (longest + REST_STEPS) as f64 * STEP_SECONDS;
    // A frame is seen for one step of each period, and the last until the period ends.
    let share = 100.0 * STEP_SECONDS / period;
    let rest = 100.0 - grids.len().saturating_sub(1) as f64 * share;
    let name = format!("r{number}");
    svg.push_str(&format!(
        "<style>@keyframes {name}{{0%{{opacity:1}}{share:.4}%{{opacity:0}}100%{{opacity:0}}}}\
         @keyframes {name}e{{0%{{opacity:1}}{rest:.4}%{{opacity:0}}100%{{opacity:0}}}}</style>"
    ));
    for (at_step, grid) in grids.iter().enumerate() {
        let last = at_step + 1 == grids.len();
        let begin = at_step as f64 * STEP_SECONDS;
        let (class, frames) = match last {
            true => ("frame last", format!("{name}e")),
            false => ("frame", name.clone()),
        };
        svg.push_str(&format!(
            "<g class=\"{class}\" style=\"animation:{frames} {period:.2}s step-end {begin:.2}s infinite\">"
        ));
        for (row, column) in places(rows, columns).filter(|&(row, column)| !lasting(row, column)) {
            cell(&mut svg, replay, at(grid, row, column), row, column);
        }
        svg.push_str("</g>");
    }
    svg + "</svg>"
}

fn places(rows: usize, columns: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..rows).flat_map(move |row| (0..columns).map(move |column| (row, column)))
}

/// One cell: its colour, and its sign, so that colour is not all that tells.
fn cell(svg: &mut String, replay: &Replay, sign: char, row: usize, column: usize) {
    let known = replay.signs.iter().find(|(one, ..)| *one == sign);
    let colour = known.map_or("none", |(_, _, colour)| colour.as_str());
    let (x, y) = (column * CELL, row * CELL);
    if colour == "none" {
        return;
    }
    svg.push_str(&format!(
        "<rect x=\"{x}\" y=\"{y}\" width=\"{CELL}\" height=\"{CELL}\" fill=\"{colour}\"/>"
    ));
    if sign != '#' {
        let (x, y) = (x + CELL / 2, y + CELL / 2);
        let sign = html! { (sign) }.into_string();
        svg.push_str(&format!("<text x=\"{x}\" y=\"{y}\" class=\"sign\">{sign}</text>"));
    }
}
