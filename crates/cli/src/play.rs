//! `play`: a world in the terminal, by keys.

use std::io::{BufRead, IsTerminal, Read};
use std::process::ExitCode;

use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers, read};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use mesascope_tasks::End;
use mesascope_worlds::grid::{Happened, Session};

use crate::failure::Failure;
use crate::output::Talk;
use crate::world::{PlayArgs, arena, number};

/// What a key asks for.
enum Asked {
    Act(u8),
    Leave,
    Nothing,
}

pub fn play(args: &PlayArgs, talk: &Talk) -> Result<ExitCode, Failure> {
    let arena = arena(&args.world)?;
    let situation = match &args.situation {
        Some(name) => number("situation", name, arena.situations())?,
        None => 0,
    };
    let mut session = match &args.level {
        None => arena.session(situation, args.seed),
        Some(file) => {
            let wrong = |why: String| Failure::new(format!("{}: {why}", file.display()));
            let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
            arena.session_on(&text, args.seed).map_err(|error| wrong(error.to_string()))?
        }
    };
    let actions = arena.actions();
    let keys: Vec<String> = actions
        .iter()
        .enumerate()
        .map(|(at, name)| format!("{} {name}", key_of(at, name)))
        .collect();
    let signs: Vec<String> =
        arena.signs().iter().map(|sign| format!("{} {}", sign.sign, sign.name)).collect();
    talk.say(&format!("{}\nKeys: {}; q leaves", signs.join("   "), keys.join(", ")));
    let mut totals: Vec<(String, f64)> =
        arena.goals().into_iter().map(|goal| (goal.name, 0.0)).collect();
    let mut steps = Vec::new();
    talk.say(&frame(&*session, None, &totals));
    let mut ask = asker(actions);
    loop {
        let action = match ask()? {
            Asked::Act(action) => action,
            Asked::Nothing => continue,
            Asked::Leave => break,
        };
        let happened = session.step(action);
        for ((_, total), (_, worth)) in totals.iter_mut().zip(&happened.worth) {
            *total += worth;
        }
        steps.push(actions[usize::from(action)]);
        talk.say(&frame(&*session, Some(&happened), &totals));
        if happened.end != End::Going {
            break;
        }
    }
    let returns: serde_json::Map<String, serde_json::Value> =
        totals.into_iter().map(|(goal, total)| (goal, total.into())).collect();
    talk.give(&serde_json::json!({ "actions": steps, "returns": returns }));
    Ok(ExitCode::SUCCESS)
}

/// The key of an action: the arrow or letter of a direction, else its number.
fn key_of(at: usize, name: &str) -> String {
    match name {
        "up" => "w".to_string(),
        "left" => "a".to_string(),
        "down" => "s".to_string(),
        "right" => "d".to_string(),
        _ => at.to_string(),
    }
}

fn frame(session: &dyn Session, happened: Option<&Happened>, totals: &[(String, f64)]) -> String {
    let mut text = format!("\n{}", session.drawing());
    if let Some(happened) = happened {
        let events: Vec<String> =
            happened.events.iter().map(|(name, times)| format!("{name} x{times}")).collect();
        if !events.is_empty() {
            text.push_str(&format!("{}\n", events.join(", ")));
        }
    }
    let totals: Vec<String> =
        totals.iter().map(|(goal, total)| format!("{goal} {total:.3}")).collect();
    text.push_str(&format!("{} steps left   {}", session.left(), totals.join("   ")));
    match happened.map(|happened| happened.end) {
        Some(End::Ended) => text.push_str("\nThe episode is over."),
        Some(End::TimedOut) => text.push_str("\nThe steps have run out."),
        _ => {}
    }
    text
}

/// Asks for the next key: each at once in a terminal, else from standard input, character by
/// character.
fn asker(actions: &'static [&'static str]) -> Box<dyn FnMut() -> Result<Asked, Failure>> {
    let meant = move |key: char| match key {
        'q' => Asked::Leave,
        _ => {
            let is = |(at, name): (usize, &&str)| key_of(at, name) == key.to_string();
            match actions.iter().enumerate().position(is) {
                Some(action) => Asked::Act(action as u8),
                None => Asked::Nothing,
            }
        }
    };
    if !std::io::stdin().is_terminal() {
        let mut input = std::io::stdin().lock();
        return Box::new(move || {
            // Standard input is read to its end, and then nobody is there any more.
            let mut byte = [0];
            input.fill_buf().map_err(|error| Failure::new(error.to_string()))?;
            match input.read(&mut byte) {
                Ok(0) => Ok(Asked::Leave),
                Ok(_) => Ok(meant(char::from(byte[0]))),
                Err(error) => Err(Failure::new(error.to_string())),
            }
        });
    }
    Box::new(move || {
        let wrong = |error: std::io::Error| Failure::new(format!("cannot read keys: {error}"));
        enable_raw_mode().map_err(wrong)?;
        let event = read();
        // The terminal is itself again while anything is printed, whatever happens then.
        disable_raw_mode().map_err(wrong)?;
        Ok(match event.map_err(wrong)? {
            Event::Key(key) if key.kind != KeyEventKind::Release => match key.code {
                KeyCode::Char('c' | 'd') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                    Asked::Leave
                }
                KeyCode::Esc => Asked::Leave,
                KeyCode::Up => meant('w'),
                KeyCode::Left => meant('a'),
                KeyCode::Down => meant('s'),
                KeyCode::Right => meant('d'),
                KeyCode::Char(key) => meant(key.to_ascii_lowercase()),
                _ => Asked::Nothing,
            },
            _ => Asked::Nothing,
        })
    })
}
