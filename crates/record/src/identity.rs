//! Content hashes: an agent is what trained it, a record is an agent and what was done with it.
//!
//! A field that is added to a settings struct later leaves old identities alone when it is written
//! with `#[serde(default, skip_serializing_if = ...)]`: at its default it does not appear in the
//! canonical JSON that is hashed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::plan::Namespace;

/// What trained an agent: the preimage of its identity, with all defaults filled in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Made {
    /// The world's kind and settings.
    pub world: Value,
    /// The learner's kind and settings.
    pub learner: Value,
    /// The version of every file that computes a number of it.
    pub numerics: BTreeMap<String, u32>,
    /// Which draw of all that is random.
    pub seed: Seed,
}

/// One draw of all that is random in a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seed {
    /// Quick and standard runs share no draw.
    pub namespace: Namespace,
    /// From 0.
    pub index: u64,
}

/// The identity of an agent: the hash of what trained it, 32 hex digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AgentId(pub String);

/// The identity of a record: the hash of its agent and what was done with it, 32 hex digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecordId(pub String);

impl Made {
    /// The agent that this makes.
    pub fn agent(&self) -> AgentId {
        AgentId(hash_of("mesascope agent", self))
    }

    /// The 32 bytes that seed the trial's key. Numerics versions are left out: a corrected kernel
    /// trains on the same rows from the same start.
    pub fn key_bytes(&self) -> [u8; 32] {
        let drawn = serde_json::json!([self.world, self.learner, self.seed]);
        blake3::derive_key("mesascope trial key", canonical(&drawn).as_bytes())
    }
}

impl AgentId {
    /// The id as a number, where it is one.
    pub(crate) fn number(&self) -> Option<u128> {
        u128::from_str_radix(&self.0, 16).ok()
    }
}

impl std::fmt::Display for AgentId {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::fmt::Display for RecordId {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

/// The hash of a value's canonical JSON under a context of its own, 32 hex digits.
pub fn hash_of(context: &str, value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).expect("settings are plain data");
    hash_of_bytes(context, canonical(&value).as_bytes())
}

/// The hash of bytes under a context of its own, 32 hex digits.
pub fn hash_of_bytes(context: &str, bytes: &[u8]) -> String {
    blake3::derive_key(context, bytes)[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// JSON with every object's keys in byte order and no spaces, so that equal values have equal bytes.
pub fn canonical(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let sorted: BTreeMap<&String, &Value> = fields.iter().collect();
            let fields: Vec<String> = sorted
                .into_iter()
                .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), canonical(value)))
                .collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(","))
        }
        plain => plain.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_order_of_keys_does_not_change_an_identity() {
        let (one, other) =
            (json!({"a": 1, "b": {"c": 2, "d": 3}}), json!({"b": {"d": 3, "c": 2}, "a": 1}));
        assert_eq!(canonical(&one), r#"{"a":1,"b":{"c":2,"d":3}}"#);
        assert_eq!(hash_of("x", &one), hash_of("x", &other));
        assert_ne!(hash_of("x", &one), hash_of("y", &one), "the context must matter");
    }

    #[test]
    fn a_field_added_later_leaves_old_identities_alone_at_its_default() {
        #[derive(Serialize)]
        struct Before {
            rate: f64,
        }
        #[derive(Serialize)]
        struct After {
            rate: f64,
            #[serde(skip_serializing_if = "Option::is_none")]
            added: Option<u32>,
        }
        let before = hash_of("x", &Before { rate: 0.1 });
        assert_eq!(before, hash_of("x", &After { rate: 0.1, added: None }));
        assert_ne!(before, hash_of("x", &After { rate: 0.1, added: Some(1) }));
    }

    #[test]
    fn a_numerics_version_changes_the_identity_and_not_the_key() {
        let made = |version| Made {
            world: json!({"boolean": {}}),
            learner: json!({"table": {}}),
            numerics: [("worlds/boolean".to_string(), version)].into(),
            seed: Seed { namespace: Namespace::Quick, index: 0 },
        };
        assert_ne!(made(1).agent(), made(2).agent());
        assert_eq!(made(1).key_bytes(), made(2).key_bytes());
    }
}
