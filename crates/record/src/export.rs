//! One canonical table of a plan's records: the same bytes however the records came about.

use std::collections::BTreeMap;
use std::sync::Arc;

use mesascope_stats::{Sides, clopper_pearson};
use parquet::basic::{ConvertedType, Repetition, Type as Physical};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use serde::Serialize;

use crate::identity::AgentId;
use crate::line::{Content, Record};
use crate::plan::{Cell, Plan};
use crate::quantity::Value;
use crate::{Damaged, RecordError, Store, Survey};

/// How an export is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    JsonLines,
    /// Comma-separated values with a header.
    Csv,
    /// Apache Parquet, uncompressed, one row group.
    Parquet,
}

/// The level of the intervals of outcomes' probabilities.
const LEVEL: f64 = 0.95;

/// One measurement of one trial (one outcome of it, where it is counts), joined with the trial's factors.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Row {
    /// The cell's name.
    cell: String,
    /// The cell's factors.
    factors: BTreeMap<String, String>,
    /// The seed within the plan's namespace.
    seed: u64,
    /// The agent.
    agent: AgentId,
    /// The instrument, or `training`.
    instrument: String,
    /// The quantity, or `failed` for a trial that failed.
    quantity: String,
    /// The quantity's unit.
    unit: Option<String>,
    /// How far the instrument may be trusted; none for training's own counters.
    status: Option<String>,
    /// The value as a number, where it is one.
    number: Option<f64>,
    /// Hits, where the value is a share; draws of the outcome, where it is counts.
    hits: Option<u64>,
    /// Cases, where the value is a share; all draws, where it is counts.
    of: Option<u64>,
    /// The class, where the value is one; the outcome, where it is counts.
    class: Option<String>,
    /// The lower end of the exact 95% interval of the probability of an outcome of counts.
    low: Option<f64>,
    /// Its upper end.
    high: Option<f64>,
    /// Why nothing can be said, or why the trial failed.
    because: Option<String>,
}

/// All rows of a plan in its order. Damaged segments and missing trials are errors: a table with
/// holes would not be canonical.
fn rows(plan: &Plan, store: &Store) -> Result<Vec<Row>, RecordError> {
    let trials: Vec<(&Cell, u64)> =
        plan.trials().map(|trial| (trial.cell, trial.seed.index)).collect();
    let mut found: Vec<((usize, usize), Vec<Row>)> = Vec::new();
    let (survey, damaged) = Survey::of(plan, store, |trial, by, record| {
        let (cell, seed) = trials[trial];
        let instrument = match by {
            0 => "training",
            which => &plan.instruments[which - 1].name,
        };
        let rows = rows_of(&record, &cell.name, &cell.factors, seed, instrument);
        found.push(((trial, by), rows));
    })?;
    refuse_damage(&damaged)?;
    if let Some(missing) = survey.missing(plan) {
        return Err(RecordError::Malformed {
            path: store.folder().join("records").display().to_string(),
            why: format!(
                "{} of {} trials have no whole record (first: {}); `mesascope run` resumes",
                missing.count,
                plan.trial_count(),
                missing.first
            ),
        });
    }
    found.sort_by_key(|(place, _)| *place);
    let mut rows: Vec<Row> = found.into_iter().flat_map(|(_, rows)| rows).collect();
    for row in &mut rows {
        row.unit = plan.quantity(&row.quantity).map(|quantity| quantity.unit.clone());
        let instrument = plan.instruments.iter().find(|one| one.name == row.instrument);
        row.status = instrument.map(|one| one.status.word().to_string());
    }
    Ok(rows)
}

pub(crate) fn refuse_damage(damaged: &[Damaged]) -> Result<(), RecordError> {
    match damaged.first() {
        None => Ok(()),
        Some(first) => Err(RecordError::Malformed {
            path: first.path.display().to_string(),
            why: format!("{}; `mesascope run` sets it aside and runs its trials again", first.why),
        }),
    }
}

fn rows_of(
    record: &Record,
    cell: &str,
    factors: &BTreeMap<String, String>,
    seed: u64,
    instrument: &str,
) -> Vec<Row> {
    let blank = Row {
        cell: cell.to_string(),
        factors: factors.clone(),
        seed,
        agent: record.agent.clone(),
        instrument: instrument.to_string(),
        quantity: "failed".to_string(),
        unit: None,
        status: None,
        number: None,
        hits: None,
        of: None,
        class: None,
        low: None,
        high: None,
        because: None,
    };
    match &record.content {
        Content::Failed { because } => vec![Row { because: Some(because.clone()), ..blank }],
        Content::Measured(measurements) => measurements
            .iter()
            .flat_map(|measurement| {
                let mut row = Row {
                    quantity: measurement.quantity.clone(),
                    number: measurement.value.as_number(),
                    ..blank.clone()
                };
                match &measurement.value {
                    Value::Share { hits, of } => (row.hits, row.of) = (Some(*hits), Some(*of)),
                    Value::Number(_) => {}
                    Value::Class(class) => row.class = Some(class.clone()),
                    Value::Counts { of, counts } => {
                        row.of = Some(*of);
                        if !counts.is_empty() {
                            return counts.iter().map(|one| outcome(&row, *of, one)).collect();
                        }
                    }
                    Value::Undetermined { because } => row.because = Some(because.clone()),
                }
                vec![row]
            })
            .collect(),
    }
}

/// One outcome of counts, with the exact interval of its probability.
fn outcome(row: &Row, of: u64, (name, hits): (&String, &u64)) -> Row {
    let interval = clopper_pearson(*hits, of, LEVEL, Sides::Two).ok();
    Row {
        number: (of > 0).then(|| *hits as f64 / of as f64),
        hits: Some(*hits),
        of: Some(of),
        class: Some(name.clone()),
        low: interval.map(|interval| interval.low),
        high: interval.map(|interval| interval.high),
        ..row.clone()
    }
}

/// The whole table as bytes.
pub fn export(plan: &Plan, store: &Store, format: Format) -> Result<Vec<u8>, RecordError> {
    let rows = rows(plan, store)?;
    let factors = factor_names(plan);
    Ok(match format {
        Format::JsonLines => rows
            .iter()
            .map(|row| serde_json::to_string(row).expect("plain data") + "\n")
            .collect::<String>()
            .into_bytes(),
        Format::Csv => to_csv(&rows, &factors).into_bytes(),
        Format::Parquet => to_parquet(&rows, &factors).map_err(|error| RecordError::Malformed {
            path: store.folder().display().to_string(),
            why: format!("cannot be written as Parquet: {error}"),
        })?,
    })
}

fn factor_names(plan: &Plan) -> Vec<String> {
    let mut names: Vec<String> =
        plan.cells.iter().flat_map(|cell| cell.factors.keys().cloned()).collect();
    names.sort();
    names.dedup();
    names
}

/// A column: its name and its values, the only thing the two tabular formats differ over.
enum Column {
    Text(Vec<Option<String>>),
    Whole(Vec<Option<i64>>),
    Real(Vec<Option<f64>>),
}

fn columns(rows: &[Row], factors: &[String]) -> Vec<(String, Column)> {
    let text = |get: &dyn Fn(&Row) -> Option<String>| Column::Text(rows.iter().map(get).collect());
    let whole = |get: &dyn Fn(&Row) -> Option<u64>| {
        Column::Whole(rows.iter().map(|row| get(row).map(|value| value as i64)).collect())
    };
    let mut columns = vec![("cell".to_string(), text(&|row| Some(row.cell.clone())))];
    for factor in factors {
        columns.push((format!("factor.{factor}"), text(&|row| row.factors.get(factor).cloned())));
    }
    columns.push(("seed".to_string(), whole(&|row| Some(row.seed))));
    columns.push(("agent".to_string(), text(&|row| Some(row.agent.0.clone()))));
    columns.push(("instrument".to_string(), text(&|row| Some(row.instrument.clone()))));
    columns.push(("quantity".to_string(), text(&|row| Some(row.quantity.clone()))));
    columns.push(("unit".to_string(), text(&|row| row.unit.clone())));
    columns.push(("status".to_string(), text(&|row| row.status.clone())));
    let numbers = rows.iter().map(|row| row.number).collect();
    columns.push(("number".to_string(), Column::Real(numbers)));
    columns.push(("hits".to_string(), whole(&|row| row.hits)));
    columns.push(("of".to_string(), whole(&|row| row.of)));
    columns.push(("class".to_string(), text(&|row| row.class.clone())));
    columns.push(("low".to_string(), Column::Real(rows.iter().map(|row| row.low).collect())));
    columns.push(("high".to_string(), Column::Real(rows.iter().map(|row| row.high).collect())));
    columns.push(("because".to_string(), text(&|row| row.because.clone())));
    columns
}

fn to_csv(rows: &[Row], factors: &[String]) -> String {
    let quoted = |text: &str| {
        if text.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_string()
        }
    };
    let columns = columns(rows, factors);
    let mut out = columns.iter().map(|(name, _)| quoted(name)).collect::<Vec<_>>().join(",") + "\n";
    for at in 0..rows.len() {
        let fields: Vec<String> = columns
            .iter()
            .map(|(_, column)| match column {
                Column::Text(values) => values[at].as_deref().map_or(String::new(), quoted),
                Column::Whole(values) => values[at].map_or(String::new(), |v| v.to_string()),
                Column::Real(values) => values[at].map_or(String::new(), |v| v.to_string()),
            })
            .collect();
        out.push_str(&fields.join(","));
        out.push('\n');
    }
    out
}

fn to_parquet(rows: &[Row], factors: &[String]) -> Result<Vec<u8>, parquet::errors::ParquetError> {
    let columns = columns(rows, factors);
    let fields: Result<Vec<_>, _> = columns
        .iter()
        .map(|(name, column)| {
            let (physical, converted) = match column {
                Column::Text(_) => (Physical::BYTE_ARRAY, ConvertedType::UTF8),
                Column::Whole(_) => (Physical::INT64, ConvertedType::NONE),
                Column::Real(_) => (Physical::DOUBLE, ConvertedType::NONE),
            };
            Type::primitive_type_builder(name, physical)
                .with_repetition(Repetition::OPTIONAL)
                .with_converted_type(converted)
                .build()
                .map(Arc::new)
        })
        .collect();
    let schema = Arc::new(Type::group_type_builder("records").with_fields(fields?).build()?);
    let properties = WriterProperties::builder().set_created_by("mesascope".to_string()).build();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties))?;
    let mut group = writer.next_row_group()?;
    for (_, column) in &columns {
        let mut open = group.next_column()?.expect("as many columns as the schema has");
        match (open.untyped(), column) {
            (ColumnWriter::ByteArrayColumnWriter(out), Column::Text(values)) => {
                let (levels, values) = present(values);
                let values: Vec<ByteArray> =
                    values.into_iter().map(|text| ByteArray::from(text.as_str())).collect();
                out.write_batch(&values, Some(&levels), None)?;
            }
            (ColumnWriter::Int64ColumnWriter(out), Column::Whole(values)) => {
                let (levels, values) = present(values);
                out.write_batch(&values, Some(&levels), None)?;
            }
            (ColumnWriter::DoubleColumnWriter(out), Column::Real(values)) => {
                let (levels, values) = present(values);
                out.write_batch(&values, Some(&levels), None)?;
            }
            _ => unreachable!("the schema is made from the same columns"),
        }
        open.close()?;
    }
    group.close()?;
    writer.into_inner()
}

/// Parquet's form of optional values: a level for each row, and the values that are there.
fn present<T: Clone>(values: &[Option<T>]) -> (Vec<i16>, Vec<T>) {
    let levels = values.iter().map(|value| i16::from(value.is_some())).collect();
    (levels, values.iter().flatten().cloned().collect())
}
