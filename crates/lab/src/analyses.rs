//! Comparisons, explained variances and dispersions of a study, checked where they are declared.

use std::collections::{BTreeMap, BTreeSet};

use mesascope_instruments::Instrument;
use mesascope_record::{Comparison, Dispersed, Explained, Filter, Kind, Mistake, suggestion};
use serde::Deserialize;
use toml::Spanned;

use crate::file::{Count, Name};
use crate::study::{Reader, StudyCell};

/// A comparison as it is written: of each cell of the second filter with the one of the first that
/// has the same values of the factors to match.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ComparisonFile {
    quantity: Spanned<String>,
    first: Spanned<Filter>,
    second: Spanned<Filter>,
    #[serde(default, rename = "match")]
    matching: Vec<Spanned<String>>,
    /// Default: 10.
    hits: Option<Count>,
}

/// Explained variance as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExplainedFile {
    quantity: Spanned<String>,
    cells: Spanned<Filter>,
    factors: Spanned<Vec<String>>,
}

/// Dispersion as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DispersedFile {
    quantity: Spanned<String>,
    cells: Spanned<Filter>,
}

const HITS: u64 = 10;

impl Reader<'_, '_> {
    pub(crate) fn comparisons(
        &self,
        declared: &BTreeMap<Name, ComparisonFile>,
        cells: &[StudyCell],
        instruments: &[Instrument],
    ) -> Result<Vec<Comparison>, Mistake> {
        let all = declared.iter();
        all.map(|(Name(name), file)| self.comparison(name, file, cells, instruments)).collect()
    }

    fn comparison(
        &self,
        name: &str,
        file: &ComparisonFile,
        cells: &[StudyCell],
        instruments: &[Instrument],
    ) -> Result<Comparison, Mistake> {
        match self.known_quantity(&file.quantity, instruments)? {
            Kind::Counts { .. } | Kind::Classes { .. } => {}
            _ => {
                let what = "cells are compared outcome by outcome: a quantity of counts or classes";
                return Err(self.source.mistake(Some(file.quantity.span()), what));
            }
        }
        let of = |filter: &Spanned<Filter>| -> Result<Vec<&StudyCell>, Mistake> {
            let names = self.admitted(filter, cells)?;
            Ok(cells.iter().filter(|cell| names.contains(&cell.name)).collect())
        };
        let (first, second) = (of(&file.first)?, of(&file.second)?);
        for factor in &file.matching {
            self.known_factor(factor.get_ref(), factor.span(), first.iter().chain(&second))?;
        }
        let mut pairs = Vec::new();
        for cell in second {
            let same = |other: &&&StudyCell| {
                let factor = |one: &Spanned<String>| {
                    other.factors.get(one.get_ref()) == cell.factors.get(one.get_ref())
                };
                file.matching.iter().all(factor)
            };
            let found: Vec<&&StudyCell> = first.iter().filter(same).collect();
            match found[..] {
                [one] if one.name == cell.name => {
                    let what = format!("cell {:?} would be compared with itself", cell.name);
                    return Err(self.source.mistake(Some(file.second.span()), what));
                }
                [one] => pairs.push((one.name.clone(), cell.name.clone())),
                [] => {
                    let what = format!("no cell of `first` is like {:?}", cell.name);
                    return Err(self.source.mistake(Some(file.first.span()), what));
                }
                [one, other, ..] => {
                    let what = format!(
                        "several cells of `first` are like {:?}, such as {:?} and {:?}; name more \
                         factors in match",
                        cell.name, one.name, other.name
                    );
                    return Err(self.source.mistake(Some(file.first.span()), what));
                }
            }
        }
        Ok(Comparison {
            name: name.to_string(),
            quantity: file.quantity.get_ref().clone(),
            pairs,
            hits: file.hits.map_or(HITS, |count| count.0),
        })
    }

    pub(crate) fn explained(
        &self,
        declared: &BTreeMap<Name, ExplainedFile>,
        cells: &[StudyCell],
        instruments: &[Instrument],
    ) -> Result<Vec<Explained>, Mistake> {
        declared
            .iter()
            .map(|(Name(name), file)| {
                match self.known_quantity(&file.quantity, instruments)? {
                    Kind::Mean { .. } | Kind::Rate | Kind::Classes { .. } => {}
                    Kind::Number | Kind::Counts { .. } => {
                        let what = "variance is explained of a mean, a rate or classes";
                        return Err(self.source.mistake(Some(file.quantity.span()), what));
                    }
                }
                let names = self.admitted(&file.cells, cells)?;
                let own: Vec<&StudyCell> =
                    cells.iter().filter(|cell| names.contains(&cell.name)).collect();
                for factor in file.factors.get_ref() {
                    self.known_factor(factor, file.factors.span(), own.iter())?;
                }
                balanced(&own, file.factors.get_ref())
                    .map_err(|what| self.source.mistake(Some(file.cells.span()), what))?;
                Ok(Explained {
                    name: name.clone(),
                    quantity: file.quantity.get_ref().clone(),
                    cells: names,
                    factors: file.factors.get_ref().clone(),
                })
            })
            .collect()
    }

    pub(crate) fn dispersed(
        &self,
        declared: &BTreeMap<Name, DispersedFile>,
        cells: &[StudyCell],
        instruments: &[Instrument],
    ) -> Result<Vec<Dispersed>, Mistake> {
        declared
            .iter()
            .map(|(Name(name), file)| {
                match self.known_quantity(&file.quantity, instruments)? {
                    Kind::Mean { .. } => {}
                    _ => {
                        let what = "dispersion is of a share, such as hits among levels";
                        return Err(self.source.mistake(Some(file.quantity.span()), what));
                    }
                }
                Ok(Dispersed {
                    name: name.clone(),
                    quantity: file.quantity.get_ref().clone(),
                    cells: self.admitted(&file.cells, cells)?,
                })
            })
            .collect()
    }

    fn known_factor<'c>(
        &self,
        factor: &str,
        span: std::ops::Range<usize>,
        cells: impl Iterator<Item = &'c &'c StudyCell> + Clone,
    ) -> Result<(), Mistake> {
        if cells.clone().all(|cell| cell.factors.contains_key(factor)) {
            return Ok(());
        }
        let names: BTreeSet<&str> =
            cells.flat_map(|cell| cell.factors.keys()).map(String::as_str).collect();
        let near = suggestion(factor, names.iter().copied());
        let what = format!("not every one of these cells has a factor {factor:?}; {near}");
        Err(self.source.mistake(Some(span), what))
    }
}

/// Whether every combination of the factors' values is equally frequent.
fn balanced(cells: &[&StudyCell], factors: &[String]) -> Result<(), String> {
    if factors.is_empty() {
        return Err("name at least one factor".to_string());
    }
    let mut combinations: BTreeMap<Vec<&String>, usize> = BTreeMap::new();
    let mut product = 1;
    for factor in factors {
        let values: BTreeSet<&String> = cells.iter().map(|cell| &cell.factors[factor]).collect();
        product *= values.len();
    }
    for cell in cells {
        let values = factors.iter().map(|factor| &cell.factors[factor]).collect();
        *combinations.entry(values).or_default() += 1;
    }
    let sizes: BTreeSet<usize> = combinations.values().copied().collect();
    match combinations.len() == product && sizes.len() == 1 {
        true => Ok(()),
        false => Err(format!(
            "{} of {product} combinations of {} are among these cells, or not equally often: only a \
             full grid tells the factors apart",
            combinations.len(),
            factors.join(", ")
        )),
    }
}
