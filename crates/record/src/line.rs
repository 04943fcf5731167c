//! A record: one line of JSON that carries its own checksum.

use serde::{Deserialize, Serialize};

use crate::SCHEMA;
use crate::identity::{AgentId, Made, RecordId, hash_of, hash_of_bytes};
use crate::quantity::{Measurement, Quantity, Status};

/// One trial's training, or one instrument's reading of one agent. Immutable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The version of this layout.
    pub schema: u32,
    /// The hash of the agent and of what was done.
    pub id: RecordId,
    /// The agent.
    pub agent: AgentId,
    /// What was done with it.
    pub by: By,
    /// What came of it.
    pub content: Content,
}

/// What a record is the result of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum By {
    /// Training, by what stands here in full: hashing it gives the agent's identity.
    Training(Made),
    /// An instrument.
    Instrument(InstrumentSpec),
}

/// What came of a training or of an instrument.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Content {
    /// The measurements.
    Measured(Vec<Measurement>),
    /// A failed trial is a record that says why.
    Failed {
        /// The reason, in words, with the step.
        because: String,
    },
}

/// An instrument with its settings, as identity and as documentation of a measurement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstrumentSpec {
    /// Its name and settings.
    pub instrument: serde_json::Value,
    /// The version of every file that computes a number of it.
    pub numerics: std::collections::BTreeMap<String, u32>,
}

impl Record {
    /// A record of a training.
    pub fn of_training(made: Made, content: Content) -> Record {
        let agent = made.agent();
        let by = By::Training(made);
        Record { schema: SCHEMA, id: Record::identity(&agent, &by), agent, by, content }
    }

    /// A record of an instrument's reading of an agent.
    pub fn of_instrument(agent: AgentId, spec: InstrumentSpec, content: Content) -> Record {
        let by = By::Instrument(spec);
        Record { schema: SCHEMA, id: Record::identity(&agent, &by), agent, by, content }
    }

    /// The identity of what is done with an agent. For a training the agent says it all.
    pub fn identity(agent: &AgentId, by: &By) -> RecordId {
        RecordId(match by {
            By::Training(_) => hash_of("mesascope training record", agent),
            By::Instrument(spec) => hash_of("mesascope measurement", &(agent, spec)),
        })
    }

    /// The line in a segment, without its line end.
    pub fn to_line(&self) -> String {
        let body = serde_json::to_string(self).expect("a record is plain data");
        let open = &body[..body.len() - 1];
        format!("{open},\"checksum\":\"{}\"}}", hash_of_bytes("mesascope line", open.as_bytes()))
    }

    /// Reads a line; the error says what is wrong with it.
    pub fn from_line(line: &str) -> Result<Record, LineError> {
        let (open, rest) = line
            .rsplit_once(",\"checksum\":\"")
            .ok_or_else(|| LineError::damaged("it has no checksum: it is cut short"))?;
        let expected = hash_of_bytes("mesascope line", open.as_bytes());
        if rest.strip_suffix("\"}") != Some(expected.as_str()) {
            return Err(LineError::damaged("its checksum does not match its content"));
        }
        let whole = format!("{open}}}");
        let record: Record = match serde_json::from_str(&whole) {
            Ok(record) => record,
            Err(error) => {
                // A newer layout need not read as this one.
                #[derive(Deserialize)]
                struct Layout {
                    schema: u32,
                }
                return Err(match serde_json::from_str(&whole) {
                    Ok(Layout { schema }) if schema > SCHEMA => LineError::Newer { schema },
                    _ => LineError::damaged(&error.to_string()),
                });
            }
        };
        if record.schema > SCHEMA {
            return Err(LineError::Newer { schema: record.schema });
        }
        if let By::Training(made) = &record.by
            && made.agent() != record.agent
        {
            return Err(LineError::damaged("its agent is not the hash of what trained it"));
        }
        if Record::identity(&record.agent, &record.by) != record.id {
            return Err(LineError::damaged(
                "its id is not the hash of its agent and what was done",
            ));
        }
        Ok(record)
    }
}

/// Why a line is not read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LineError {
    /// It is not what was written.
    #[error("{why}")]
    Damaged {
        /// What is wrong with it.
        why: String,
    },
    /// A newer version wrote it, and it is as good as any.
    #[error("it has schema {schema} and this mesascope reads up to {SCHEMA}: use a newer one")]
    Newer {
        /// Its layout.
        schema: u32,
    },
}

impl LineError {
    fn damaged(why: &str) -> LineError {
        LineError::Damaged { why: why.to_string() }
    }
}

/// What a study may ask of an instrument, written into the plan for the judge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instrumented {
    /// The instrument's name.
    pub name: String,
    /// Identity and settings.
    pub spec: InstrumentSpec,
    /// What it measures.
    pub quantities: Vec<Quantity>,
    /// How far it may be trusted.
    pub status: Status,
}
