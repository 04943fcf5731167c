//! Records, agents and a plan of every shape, written by hand.

#![allow(dead_code, reason = "each test program uses a part")]

use std::collections::{BTreeMap, BTreeSet};

use mesascope_record::{
    By, Cell, Content, Control, ControlKind, Expect, InstrumentSpec, Instrumented, Keep, Kind,
    Made, Measurement, Namespace, Plan, Provenance, Quantity, Question, Record, SCHEMA, Scope,
    Seed, Status, StoredAgent, Tensor, TensorKind, Value,
};
use serde_json::json;

pub fn made(index: u64) -> Made {
    Made {
        world: json!({"boolean": {"inputs": 3, "target": "x0&x1", "shown": 4}}),
        learner: json!({"supervised": {"rate": 0.01, "steps": 20_000, "huge": 1e300}}),
        numerics: [("worlds/boolean".to_string(), 1), ("nets/product".to_string(), 2)].into(),
        seed: Seed { namespace: Namespace::Quick, index },
    }
}

pub fn spec() -> InstrumentSpec {
    InstrumentSpec {
        instrument: json!({"held-out-accuracy": {}}),
        numerics: [("instruments/held-out-accuracy".to_string(), 1)].into(),
    }
}

fn measured(values: &[(&str, Value)]) -> Content {
    let measurement = |(quantity, value): &(&str, Value)| Measurement {
        quantity: quantity.to_string(),
        value: value.clone(),
    };
    Content::Measured(values.iter().map(measurement).collect())
}

/// A record of every kind of value and content.
pub fn records() -> Vec<Record> {
    let because = "2 independent draws; \"3\" are needed: \u{b1} \u{2260} \\ \n";
    vec![
        Record::of_training(
            made(0),
            measured(&[
                ("fitted", Value::Share { hits: 1, of: 1 }),
                ("steps", Value::Number(137.0)),
                ("path-length", Value::Number(1.737800238965806)),
                ("final-loss", Value::Number(5e-324)),
                ("largest", Value::Number(f64::MAX)),
                ("negative", Value::Number(-0.1)),
                ("infinite", Value::number(f64::INFINITY)),
            ]),
        ),
        Record::of_training(made(1), Content::Failed { because: because.to_string() }),
        Record::of_instrument(
            made(0).agent(),
            spec(),
            measured(&[
                ("held-out-accuracy", Value::Share { hits: 3, of: 4 }),
                ("completion-class", Value::Class("ignores-cue".to_string())),
                ("undetermined", Value::Undetermined { because: because.to_string() }),
                ("most", Value::Share { hits: u64::MAX, of: u64::MAX }),
            ]),
        ),
        Record::of_instrument(made(2).agent(), spec(), measured(&[])),
    ]
}

pub fn agents() -> Vec<StoredAgent> {
    let agent = |index: u64, tensors: Vec<Tensor>| StoredAgent {
        id: made(index).agent(),
        made: made(index),
        about: BTreeMap::from([("kind".to_string(), "network".to_string())]),
        tensors,
    };
    let tensor = |name: &str, kind, shape: &[usize], bytes: &[u8]| Tensor {
        name: name.to_string(),
        kind,
        shape: shape.to_vec(),
        bytes: bytes.to_vec(),
    };
    let weight: Vec<u8> = [0.5f32, -1.0, f32::MIN_POSITIVE, 3.25].map(f32::to_le_bytes).concat();
    let mut agents = vec![
        agent(0, vec![tensor("0.weight", TensorKind::F32, &[2, 2], &weight)]),
        agent(1, vec![tensor("table", TensorKind::U8, &[4], &[0, 1, 1, 0])]),
        agent(2, vec![]),
    ];
    agents.sort_by(|one, other| one.id.cmp(&other.id));
    agents
}

pub fn provenance() -> Provenance {
    Provenance {
        schema: SCHEMA,
        started_unix_seconds: Some(1_700_000_000),
        host: "golden".to_string(),
        platform: "linux-x86_64".to_string(),
        threads: 2,
        slice: "1/1".to_string(),
        version: "0.1.0".to_string(),
        plan: "none".to_string(),
        ledger: None,
    }
}

/// A plan with an entry of every kind.
pub fn plan() -> Plan {
    let words = |words: &[&str]| words.iter().map(|word| word.to_string()).collect::<BTreeSet<_>>();
    let quantity = |name: &str, kind| Quantity {
        name: name.to_string(),
        kind,
        unit: "share".to_string(),
        about: "As measured.".to_string(),
    };
    let control = |name: &str, kind, expect| Control {
        name: name.to_string(),
        kind,
        says: "It holds.".to_string(),
        cells: vec!["base".to_string()],
        quantity: "fitted".to_string(),
        expect,
    };
    let classes = Kind::Classes { classes: vec!["other".to_string(), "ignores-cue".to_string()] };
    let scope = Scope {
        architecture: words(&["multi-layer perceptron"]),
        objective: words(&["supervised learning"]),
        data: words(&["boolean functions"]),
        compute: words(&["under 100 parameters"]),
        scaffold: words(&["none"]),
    };
    Plan {
        schema: SCHEMA,
        study: "golden".to_string(),
        based_on: "golden".to_string(),
        question: "Does today's code read yesterday's plan?".to_string(),
        study_hash: "0123456789abcdef0123456789abcdef".to_string(),
        preset: Namespace::Quick,
        seeds: Namespace::Pilot,
        edits: vec!["seeds.quick=2".to_string()],
        claims: vec![31],
        scope: scope.clone(),
        agents: Keep::Stored,
        instruments: vec![Instrumented {
            name: "held-out-accuracy".to_string(),
            spec: spec(),
            quantities: vec![
                quantity("held-out-accuracy", Kind::Mean { low: 0.0, high: 1.0 }),
                quantity("completion-class", classes),
            ],
            status: Status::Calibrated { study: "counting".to_string(), record: "00".to_string() },
        }],
        training: vec![quantity("fitted", Kind::Rate), quantity("steps", Kind::Number)],
        cells: vec![Cell {
            name: "base".to_string(),
            factors: BTreeMap::from([("arm".to_string(), "base".to_string())]),
            headline: false,
            control: None,
            seeds: 2,
            scope,
            world: made(0).world,
            learner: made(0).learner,
            numerics: made(0).numerics,
        }],
        controls: vec![
            control(
                "a",
                ControlKind::Positive,
                Expect::Binomial { class: None, p: 0.5, alpha: 0.001 },
            ),
            control("b", ControlKind::Positive, Expect::Above { than: 0.75, level: 0.99 }),
            control(
                "c",
                ControlKind::Positive,
                Expect::NearlyAll { class: Some("other".to_string()), missing: 0.01 },
            ),
            control("d", ControlKind::Negative, Expect::Mean { is: 0.5, alpha: 0.001 }),
            control(
                "e",
                ControlKind::Negative,
                Expect::SameAs { cells: vec!["base".to_string()], alpha: 0.001 },
            ),
        ],
        questions: vec![Question {
            name: "all".to_string(),
            quantity: "held-out-accuracy".to_string(),
            cells: vec!["base".to_string()],
            calibration: Some("known".to_string()),
        }],
        comparisons: Vec::new(),
        explained: Vec::new(),
        dispersed: Vec::new(),
        figures: Vec::new(),
        replays: Vec::new(),
    }
}

/// What the store names a segment by: its bytes and those of the provenance beside it.
pub fn segment_hash(bytes: &[u8], beside: &[u8]) -> String {
    let hash = |bytes: &[u8]| mesascope_record::hash_of_bytes("mesascope segment", bytes);
    hash((hash(bytes) + &hash(beside)).as_bytes())
}

/// Whether a record is of a training.
pub fn is_training(record: &Record) -> bool {
    matches!(record.by, By::Training(_))
}
