//! Trained agents at rest: many in one safetensors file, each tensor named `AGENT:TENSOR`.

use std::collections::{BTreeMap, HashMap};

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use crate::identity::{AgentId, Made};

/// An agent as tensors and words; this crate does not know what they mean.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredAgent {
    /// Its identity.
    pub id: AgentId,
    /// What trained it.
    pub made: Made,
    /// What its tensors do not say, such as its kind and activation.
    pub about: BTreeMap<String, String>,
    /// Its numbers.
    pub tensors: Vec<Tensor>,
}

/// A named array.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Its name within the agent, such as `0.weight`.
    pub name: String,
    /// What its bytes are.
    pub kind: TensorKind,
    /// Its extents, outermost first.
    pub shape: Vec<usize>,
    /// Its bytes, little-endian, row-major.
    pub bytes: Vec<u8>,
}

/// What a tensor's bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TensorKind {
    /// 32-bit floating point.
    F32,
    /// Bytes.
    U8,
}

#[derive(Serialize, Deserialize)]
struct About {
    made: Made,
    about: BTreeMap<String, String>,
}

/// The one metadata entry, so that the order of a hash map cannot show in the bytes.
const ENTRY: &str = "mesascope-agents";

pub(crate) fn to_bytes(agents: &[StoredAgent]) -> Vec<u8> {
    let about: BTreeMap<&AgentId, About> = agents
        .iter()
        .map(|agent| (&agent.id, About { made: agent.made.clone(), about: agent.about.clone() }))
        .collect();
    let about = serde_json::to_string(&about).expect("plain data");
    let views = agents.iter().flat_map(|agent| {
        agent.tensors.iter().map(move |tensor| {
            let kind = match tensor.kind {
                TensorKind::F32 => Dtype::F32,
                TensorKind::U8 => Dtype::U8,
            };
            let view = TensorView::new(kind, tensor.shape.clone(), &tensor.bytes)
                .expect("a tensor has as many bytes as its shape says");
            (format!("{}:{}", agent.id, tensor.name), view)
        })
    });
    let metadata = HashMap::from([(ENTRY.to_string(), about)]);
    safetensors::serialize(views, Some(metadata)).expect("tensors of plain kinds")
}

pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Vec<StoredAgent>, String> {
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| error.to_string())?;
    let entry = header.metadata().as_ref().and_then(|entries| entries.get(ENTRY));
    let entry = entry.ok_or_else(|| format!("it has no metadata entry {ENTRY:?}"))?;
    let abouts: BTreeMap<AgentId, About> =
        serde_json::from_str(entry).map_err(|error| error.to_string())?;
    let tensors = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
    let mut agents: BTreeMap<AgentId, StoredAgent> = abouts
        .into_iter()
        .map(|(id, About { made, about })| {
            (id.clone(), StoredAgent { id, made, about, tensors: Vec::new() })
        })
        .collect();
    let mut named: Vec<_> = tensors.iter().collect();
    named.sort_by_key(|(name, _)| *name);
    for (full_name, view) in named {
        let (id, name) = full_name.split_once(':').ok_or("a tensor's name has no agent")?;
        let agent = agents
            .get_mut(&AgentId(id.to_string()))
            .ok_or_else(|| format!("tensor {full_name:?} belongs to no agent"))?;
        let kind = match view.dtype() {
            Dtype::F32 => TensorKind::F32,
            Dtype::U8 => TensorKind::U8,
            other => return Err(format!("tensor {full_name:?} is {other:?}, not F32 or U8")),
        };
        agent.tensors.push(Tensor {
            name: name.to_string(),
            kind,
            shape: view.shape().to_vec(),
            bytes: view.data().to_vec(),
        });
    }
    let agents: Vec<StoredAgent> = agents.into_values().collect();
    match agents.iter().find(|agent| agent.made.agent() != agent.id) {
        Some(wrong) => Err(format!("agent {} is not the hash of what trained it", wrong.id)),
        None => Ok(agents),
    }
}
