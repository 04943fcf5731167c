//! Files that carry a checksum of themselves, so that a number changed in them is noticed.

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::identity::hash_of;
use crate::{RecordError, SCHEMA, write_atomically};

const SEAL: &str = "checksum";

/// Writes a value with a `schema` as JSON, with a checksum of its content.
pub fn write_sealed(path: &Path, value: &impl Serialize) -> Result<(), RecordError> {
    let mut value = serde_json::to_value(value).expect("plain data");
    value[SEAL] = hash_of("mesascope sealed file", &value).into();
    let text = serde_json::to_string_pretty(&value).expect("plain data") + "\n";
    write_atomically(path, text.as_bytes())
}

/// Reads what [`write_sealed`] wrote; `stage` is the one that writes it, for the error where it is
/// missing.
pub fn read_sealed<T: DeserializeOwned>(path: &Path, stage: &str) -> Result<T, RecordError> {
    let text = std::fs::read_to_string(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => {
            RecordError::Missing { path: path.display().to_string(), stage: stage.to_string() }
        }
        _ => RecordError::File { path: path.display().to_string(), tried: "read", source },
    })?;
    let malformed = |why| RecordError::Malformed { path: path.display().to_string(), why };
    let mut value: Value =
        serde_json::from_str(&text).map_err(|error| malformed(error.to_string()))?;
    let seal = value.as_object_mut().and_then(|fields| fields.remove(SEAL));
    if seal != Some(hash_of("mesascope sealed file", &value).into()) {
        return Err(malformed(format!(
            "it was changed after it was written (its checksum does not match); `mesascope {stage}` \
             writes it anew"
        )));
    }
    match value["schema"].as_u64() {
        Some(schema) if schema <= u64::from(SCHEMA) => {}
        other => {
            let found = other.map_or("no schema".to_string(), |schema| format!("schema {schema}"));
            return Err(malformed(format!("it has {found}; this mesascope reads up to {SCHEMA}")));
        }
    }
    serde_json::from_value(value).map_err(|error| malformed(error.to_string()))
}
