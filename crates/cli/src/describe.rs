//! `describe`: every setting with type, range, default and meaning, from the structs that run.

use std::process::ExitCode;

use mesascope_instruments::Instrument;
use mesascope_learners::Learner;
use mesascope_planted::Planted;
use mesascope_record::Namespace;
use mesascope_worlds::World;
use schemars::{JsonSchema, Schema, schema_for};
use serde_json::Value;

use crate::failure::Failure;
use crate::library;
use crate::output::{Talk, grouped};

/// The schema of an entry of a catalogue, by its name with or without its kind.
fn schema_of(wanted: &str) -> Option<(String, Value, Value)> {
    let (kind, name) = match wanted.split_once('.') {
        Some((kind, name)) => (Some(kind), name),
        None => (None, wanted),
    };
    let catalogues = [
        ("world", World::NAMES, whole::<World>()),
        ("learner", Learner::NAMES, whole::<Learner>()),
        ("learner", Planted::NAMES, whole::<Planted>()),
        ("instrument", Instrument::NAMES, whole::<Instrument>()),
    ];
    catalogues.into_iter().find_map(|(this, names, schema)| {
        let named = kind.is_none_or(|kind| kind == this || kind.strip_suffix('s') == Some(this));
        if !named || !names.contains(&name) {
            return None;
        }
        let root = schema.to_value();
        let variant =
            root["oneOf"].as_array()?.iter().find(|v| !v["properties"][name].is_null())?;
        Some((format!("{this}.{name}"), variant.clone(), root.clone()))
    })
}

fn whole<T: JsonSchema>() -> Schema {
    schema_for!(T)
}

/// The sentence at the head of a catalogue's entry.
pub fn headline(name: &str) -> String {
    schema_of(name).map_or(String::new(), |(_, variant, _)| text(&variant["description"]))
}

pub fn describe(wanted: &str, talk: &Talk) -> Result<ExitCode, Failure> {
    if let Some((title, variant, root)) = schema_of(wanted) {
        let name = title.split_once('.').map_or("", |(_, name)| name);
        talk.say(&format!("[{title}]  {}", text(&variant["description"])));
        let mut lines = Vec::new();
        settings(&root, resolve(&root, &variant["properties"][name]), "", &mut lines);
        if lines.is_empty() {
            lines.push("  no settings".to_string());
        }
        talk.say(&lines.join("\n"));
        talk.give(resolve(&root, &variant["properties"][name]));
        return Ok(ExitCode::SUCCESS);
    }
    let known =
        [World::NAMES, Learner::NAMES, Planted::NAMES, Instrument::NAMES].concat().join(", ");
    let study = library::read_study(wanted, &[]).map_err(|failure| {
        match library::study_names().contains(&wanted.to_string()) || wanted.ends_with(".toml") {
            true => failure,
            false => Failure::new(format!(
                "nothing is named {wanted:?}; known: {known}; studies: {}",
                library::study_names().join(", ")
            )),
        }
    })?;
    let (quick, standard) = (study.plan(Namespace::Quick), study.plan(Namespace::Standard));
    talk.say(&format!("{}  {}", study.name, study.question));
    for plan in [&quick, &standard] {
        let (cells, agents) = (plan.cells.len(), grouped(plan.trial_count()));
        talk.say(&format!("  {} preset: {agents} agents in {cells} cells", plan.preset));
    }
    for cell in &standard.cells {
        let kind = match (&cell.control, cell.headline) {
            (Some(_), _) => " (control)",
            (None, true) => " (headline: standard preset only)",
            (None, false) => "",
        };
        talk.say(&format!("    {}{kind}", cell.name));
    }
    for control in &standard.controls {
        talk.say(&format!("  control {}: {}", control.name, control.says));
    }
    talk.give(&standard);
    Ok(ExitCode::SUCCESS)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().replace('\n', " ")
}

pub fn resolve<'s>(root: &'s Value, schema: &'s Value) -> &'s Value {
    // A wrapper that adds nothing refers to what it wraps, so that there may be several in a row.
    let there = schema["$ref"].as_str().and_then(|path| path.strip_prefix('#'));
    match there.and_then(|path| root.pointer(path)) {
        Some(there) => resolve(root, there),
        None => schema,
    }
}

fn settings(root: &Value, schema: &Value, path: &str, lines: &mut Vec<String>) {
    let Some(properties) = schema["properties"].as_object() else { return };
    for (name, property) in properties {
        let inner = resolve(root, property);
        let full = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let mut facts = vec![kind(root, inner)];
        match &property["default"] {
            Value::Null => {}
            default => facts.push(format!("default {default}")),
        }
        lines.push(format!("  {full}  ({})", facts.join("; ")));
        let about = match text(&property["description"]) {
            empty if empty.is_empty() => text(&inner["description"]),
            about => about,
        };
        wrapped(&about, lines);
        settings(root, inner, &full, lines);
        for choice in choices(inner) {
            let Some((tag, below)) = choice["properties"].as_object().and_then(|p| p.iter().next())
            else {
                continue;
            };
            let about = text(&choice["description"]);
            lines.push(format!("    {full} = {{ {tag} = ... }}"));
            wrapped(&about, lines);
            settings(root, resolve(root, below), &format!("{full}.{tag}"), lines);
        }
    }
}

fn choices(schema: &Value) -> impl Iterator<Item = &Value> {
    let lists = ["oneOf", "anyOf"].into_iter().filter_map(|list| schema[list].as_array());
    lists.flatten()
}

fn kind(root: &Value, schema: &Value) -> String {
    let schema = resolve(root, schema);
    let mut names: Vec<String> = Vec::new();
    for choice in choices(schema) {
        let choice = resolve(root, choice);
        if let Some(word) = choice["const"].as_str() {
            names.push(word.to_string());
        } else if let Some(words) = choice["enum"].as_array() {
            names.extend(words.iter().filter_map(|word| word.as_str()).map(str::to_string));
        } else if let Some(tag) = choice["properties"].as_object().and_then(|p| p.keys().next()) {
            names.push(format!("{{ {tag} = ... }}"));
        } else if choice["type"] != "null" {
            names.push(kind(root, choice));
        }
    }
    if let Some(words) = schema["enum"].as_array() {
        names.extend(words.iter().filter_map(|word| word.as_str()).map(str::to_string));
    }
    if !names.is_empty() {
        return names.join(" | ");
    }
    let range = match (&schema["minimum"], &schema["maximum"], &schema["exclusiveMinimum"]) {
        (Value::Null, Value::Null, Value::Null) => String::new(),
        (low, Value::Null, Value::Null) => format!(" from {low}"),
        (Value::Null, Value::Null, low) => format!(" above {low}"),
        (Value::Null, high, _) => format!(" to {high}"),
        (low, high, _) => format!(" {low} to {high}"),
    };
    let name = match &schema["type"] {
        Value::String(name) => name.clone(),
        Value::Array(names) => names
            .iter()
            .filter_map(Value::as_str)
            .filter(|n| *n != "null")
            .collect::<Vec<_>>()
            .join(" or "),
        _ => "value".to_string(),
    };
    match (name.as_str(), &schema["items"]) {
        ("array", items @ Value::Object(_)) => format!("list of {}", kind(root, items)),
        _ => format!("{name}{range}"),
    }
}

fn wrapped(words: &str, lines: &mut Vec<String>) {
    let mut line = String::new();
    for word in words.split_whitespace() {
        if !line.is_empty() && line.len() + word.len() > 72 {
            lines.push(format!("      {line}"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        lines.push(format!("      {line}"));
    }
}

/// The schema of a world's or learner's settings, for comments in a copied study.
pub fn settings_schema(kind: &str, name: &str) -> Option<(Value, Value)> {
    let (_, variant, root) = schema_of(&format!("{kind}.{name}"))?;
    Some((resolve(&root, &variant["properties"][name]).clone(), root))
}
