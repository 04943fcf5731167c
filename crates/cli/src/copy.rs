//! `copy`: a study written out with every default and a comment at each setting, to be changed.

use std::path::Path;
use std::process::ExitCode;

use serde_json::Value;
use toml_edit::{DocumentMut, Item, Table};

use crate::describe::{resolve, settings_schema};
use crate::failure::Failure;
use crate::library;
use crate::output::Talk;

pub fn copy(wanted: &str, file: &Path, talk: &Talk) -> Result<ExitCode, Failure> {
    let shown = file.display();
    let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let valid = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if stem.is_empty() || !stem.chars().all(valid) || file.extension().is_none_or(|e| e != "toml") {
        return Err(Failure::new(format!(
            "{shown}: the file's name becomes the study's: lower-case letters, digits and hyphens, \
             and .toml at the end"
        )));
    }
    if file.exists() {
        return Err(Failure::new(format!("{shown} exists; copy to a new name, or move it away")));
    }
    let source = library::find_study(wanted)?;
    let study = library::read_study(wanted, &[])?;
    let mut document: DocumentMut =
        source.text.parse().map_err(|error| Failure::new(format!("{}: {error}", source.file)))?;
    document["name"] = toml_edit::value(stem);
    document["based_on"] = toml_edit::value(study.based_on.clone());
    for kind in ["world", "learner"] {
        let Some(entries) = document[kind].as_table_mut() else { continue };
        let names: Vec<String> = entries.iter().map(|(name, _)| name.to_string()).collect();
        for name in names {
            let Some((schema, root)) = settings_schema(kind, &name) else { continue };
            if let Some(table) = entries[&name].as_table_mut() {
                fill_in(table, &schema, &root);
            }
        }
    }
    let text = document.to_string();
    mesascope_record::write_atomically(file, text.as_bytes())?;
    // A copy that does not read back, or reads as another study, would be a defect of this command.
    let copied = library::read_study(&file.display().to_string(), &[])?;
    talk.say(&format!(
        "{shown}: a copy of {} named {:?}. Change it, then: mesascope run {shown}",
        study.name, copied.name
    ));
    talk.give(&serde_json::json!({ "file": file, "study": copied.name }));
    Ok(ExitCode::SUCCESS)
}

/// Adds every setting that is left to its default, and what each setting means.
fn fill_in(table: &mut Table, schema: &Value, root: &Value) {
    let Some(properties) = schema["properties"].as_object() else { return };
    for (name, property) in properties {
        let default = &property["default"];
        if !table.contains_key(name)
            && let Some(value) = to_toml(default)
        {
            table.insert(name, Item::Value(value));
        }
        let about = match property["description"].as_str() {
            Some(about) => about,
            None => resolve(root, property)["description"].as_str().unwrap_or_default(),
        };
        if let Some(value) = table.get_mut(name).and_then(Item::as_value_mut) {
            resolve_value(value, resolve(root, property), root);
        }
        if let Some(mut key) = table.key_mut(name) {
            let before =
                key.leaf_decor().prefix().and_then(|p| p.as_str()).unwrap_or("").to_string();
            let comment: String = about.lines().map(|line| format!("# {line}\n")).collect();
            key.leaf_decor_mut().set_prefix(format!("{before}{comment}"));
        }
    }
}

/// Adds the defaults below a setting that is written as an inline table.
fn resolve_value(value: &mut toml_edit::Value, schema: &Value, root: &Value) {
    let Some(table) = value.as_inline_table_mut() else { return };
    if let Some(each) = table.get_mut("each").and_then(toml_edit::Value::as_array_mut) {
        each.iter_mut().for_each(|one| resolve_value(one, schema, root));
        return;
    }
    if let Some(properties) = schema["properties"].as_object() {
        for (name, property) in properties {
            match (table.get_mut(name), to_toml(&property["default"])) {
                (Some(inner), _) => resolve_value(inner, resolve(root, property), root),
                (None, Some(default)) => {
                    table.insert(name, default);
                }
                (None, None) => {}
            }
        }
    }
    // One of several kinds, each a table with the kind's name as its only key.
    for choice in ["oneOf", "anyOf"].iter().filter_map(|list| schema[*list].as_array()).flatten() {
        let Some((tag, below)) = choice["properties"].as_object().and_then(|p| p.iter().next())
        else {
            continue;
        };
        if let Some(inner) = table.get_mut(tag) {
            resolve_value(inner, resolve(root, below), root);
        }
    }
}

fn to_toml(value: &Value) -> Option<toml_edit::Value> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(value) => (*value).into(),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => whole.into(),
            None => number.as_f64()?.into(),
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(items) => toml_edit::Value::Array(
            items.iter().map(to_toml).collect::<Option<toml_edit::Array>>()?,
        ),
        Value::Object(fields) => {
            let mut table = toml_edit::InlineTable::new();
            for (name, value) in fields {
                table.insert(name, to_toml(value)?);
            }
            toml_edit::Value::InlineTable(table)
        }
    })
}
