//! Figures as a study declares them. They say how results are shown and nothing of what is run or
//! judged, so that they are in no identity: a figure may be changed at any time.

use serde::{Deserialize, Serialize};

use crate::plan::Filter;

/// A figure of a study.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// Its name, and that of its files.
    pub name: String,
    /// What it draws.
    pub drawing: Drawing,
}

/// The kinds of figure, each with its settings as a study file gives them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Drawing {
    /// One row a cell: mean or rate, interval, single seeds, forecasts.
    Dots(Dots),
    /// Shares of classes or outcomes, each with its interval.
    Shares(Shares),
    /// How often each outcome came in two cells, one against the other.
    Scatter(Scatter),
    /// A mean or rate over a numeric factor.
    Lines(Lines),
    /// A mean or rate over two factors.
    Heat(Heat),
}

/// A mean or rate of some cells, one row a cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dots {
    /// What stands above it.
    pub title: String,
    /// A sentence below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// The quantity.
    pub quantity: String,
    /// The class or outcome whose share is drawn, for a quantity of classes or counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The cells; all of the study's own where nothing is named.
    #[serde(default)]
    pub cells: Filter,
    /// A line to compare with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Reference>,
}

/// A value to compare with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// The value.
    pub at: f64,
    /// What it is.
    pub label: String,
}

/// Shares of classes or outcomes by cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shares {
    /// What stands above it.
    pub title: String,
    /// A sentence below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// The quantity, of classes or counts.
    pub quantity: String,
    /// The outcomes drawn, in order. Left out: all classes, or the 8 outcomes that came most often.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<String>,
    /// The cells; all of the study's own where nothing is named.
    #[serde(default)]
    pub cells: Filter,
    /// Cells whose counts are of everything there is and not of a sample: drawn without intervals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exact: Option<Filter>,
    /// The factor with a panel for each value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub panels: Option<String>,
    /// The factor with a group of bars for each value; the cell's name where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<String>,
    /// How shares become lengths.
    #[serde(default)]
    pub axis: Axis,
}

/// How values become lengths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Axis {
    /// Equal differences are equal lengths.
    #[default]
    Linear,
    /// Equal ratios are equal lengths.
    Log,
}

/// Two cells' counts by outcome, one against the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scatter {
    /// What stands above it.
    pub title: String,
    /// A sentence below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// The quantity, of classes or counts.
    pub quantity: String,
    /// The cell on the horizontal axis.
    pub x: Filter,
    /// The cell on the vertical axis.
    pub y: Filter,
    /// Outcomes with fewer hits in either cell are faint, and left out of the agreement.
    #[serde(default = "ten")]
    pub hits: u64,
}

fn ten() -> u64 {
    10
}

/// A mean or rate over a numeric factor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lines {
    /// What stands above it.
    pub title: String,
    /// A sentence below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// The quantity.
    pub quantity: String,
    /// The class or outcome whose share is drawn, for a quantity of classes or counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The cells; all of the study's own where nothing is named.
    #[serde(default)]
    pub cells: Filter,
    /// The factor on the horizontal axis; its values are numbers.
    pub over: String,
    /// The factor with a line for each value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<String>,
    /// The horizontal axis.
    #[serde(default)]
    pub x: Axis,
    /// The vertical axis.
    #[serde(default)]
    pub y: Axis,
    /// Curves to compare with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub curves: Vec<Curve>,
}

/// A curve given as numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Curve {
    /// What it is.
    pub label: String,
    /// Its points, [x, y] each.
    pub points: Vec<(f64, f64)>,
}

/// A mean or rate over two factors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heat {
    /// What stands above it.
    pub title: String,
    /// A sentence below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// The quantity.
    pub quantity: String,
    /// The class or outcome whose share is drawn, for a quantity of classes or counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The cells; all of the study's own where nothing is named.
    #[serde(default)]
    pub cells: Filter,
    /// The factor with a column for each value.
    pub across: String,
    /// The factor with a row for each value.
    pub down: String,
}

impl Drawing {
    /// What stands above the figure.
    pub fn title(&self) -> &str {
        match self {
            Drawing::Dots(one) => &one.title,
            Drawing::Shares(one) => &one.title,
            Drawing::Scatter(one) => &one.title,
            Drawing::Lines(one) => &one.title,
            Drawing::Heat(one) => &one.title,
        }
    }

    /// The sentence below it.
    pub fn caption(&self) -> Option<&String> {
        match self {
            Drawing::Dots(one) => one.caption.as_ref(),
            Drawing::Shares(one) => one.caption.as_ref(),
            Drawing::Scatter(one) => one.caption.as_ref(),
            Drawing::Lines(one) => one.caption.as_ref(),
            Drawing::Heat(one) => one.caption.as_ref(),
        }
    }

    /// The quantity that it draws.
    pub fn quantity(&self) -> &str {
        match self {
            Drawing::Dots(one) => &one.quantity,
            Drawing::Shares(one) => &one.quantity,
            Drawing::Scatter(one) => &one.quantity,
            Drawing::Lines(one) => &one.quantity,
            Drawing::Heat(one) => &one.quantity,
        }
    }
}
