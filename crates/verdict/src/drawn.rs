//! Figures with everything that is drawn of them, as they stand in `verdict.json`.

use std::collections::BTreeMap;

use mesascope_record::{Axis, Curve, Reference};
use serde::{Deserialize, Serialize};

/// One figure, ready to be drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FigureData {
    /// Its name, and that of its files.
    pub name: String,
    /// What stands above it.
    pub title: String,
    /// The sentence below it.
    pub caption: Option<String>,
    /// The quantity.
    pub quantity: String,
    /// The quantity's unit.
    pub unit: String,
    /// The class or outcome whose share is drawn.
    pub class: Option<String>,
    /// What is drawn.
    pub drawn: Drawn,
}

/// What is drawn, by kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Drawn {
    /// One row a cell.
    Dots {
        /// The rows.
        rows: Vec<Row>,
        /// The quantity's range, where it has one.
        range: Option<(f64, f64)>,
        /// A line to compare with.
        reference: Option<Reference>,
    },
    /// Bars of shares.
    Shares {
        /// The panels.
        panels: Vec<Panel>,
        /// How shares become lengths.
        axis: Axis,
    },
    /// Two cells against one another.
    Scatter(Paired),
    /// A quantity over a number.
    Lines {
        /// The factor on the horizontal axis.
        over: String,
        /// One line a value of another factor.
        lines: Vec<Line>,
        /// The quantity's range, where it has one.
        range: Option<(f64, f64)>,
        /// The horizontal axis.
        x: Axis,
        /// The vertical axis.
        y: Axis,
        /// Curves to compare with.
        curves: Vec<Curve>,
    },
    /// A quantity over two factors.
    Heat {
        /// The factor with a column a value.
        across: String,
        /// The factor with a row a value.
        down: String,
        /// The values across.
        columns: Vec<String>,
        /// The values down.
        rows: Vec<String>,
        /// The cells, each with its row and its column.
        cells: Vec<(usize, usize, Row)>,
        /// The quantity's range, where it has one.
        range: Option<(f64, f64)>,
    },
    /// Nothing, and why.
    Nothing {
        /// The reason.
        because: String,
    },
}

/// One estimate that is drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The cell.
    pub cell: String,
    /// The class or outcome, where the quantity has some.
    pub outcome: Option<String>,
    /// What the cell shows.
    pub shown: Shown,
    /// Single seeds, as a histogram.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seeds: Vec<Bin>,
    /// What the rival positions expect of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forecasts: Vec<Tick>,
}

/// What a cell shows, with its 95% interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Shown {
    /// A mean over agents, by Student's t.
    Mean {
        /// The mean.
        mean: f64,
        /// The interval's lower end.
        low: f64,
        /// Its upper end.
        high: f64,
        /// Independent units.
        units: u64,
    },
    /// A share of agents or draws, exact by Clopper and Pearson.
    Share {
        /// Hits, at least 1.
        hits: u64,
        /// Among these.
        of: u64,
        /// The interval's lower end.
        low: f64,
        /// Its upper end.
        high: f64,
    },
    /// It came never: only a bound can be given.
    Never {
        /// Among these.
        of: u64,
        /// The exact one-sided 95% bound.
        at_most: f64,
    },
    /// A share of everything there is, which has no interval.
    Exact {
        /// Hits.
        hits: u64,
        /// Among these.
        of: u64,
    },
    /// Nothing can be said; the table of cells says why.
    Undetermined,
}

/// Seeds whose values fall on one place.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bin {
    /// The lowest value.
    pub low: f64,
    /// The highest; equal to `low` where all seeds of the bin read the same.
    pub high: f64,
    /// Seeds.
    pub seeds: u64,
}

/// What a position expects of one row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tick {
    /// The position.
    pub position: String,
    /// The centre of each reading that says something.
    pub readings: BTreeMap<String, f64>,
}

/// Bars below one heading.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Panel {
    /// The heading, where there is more than one.
    pub label: Option<String>,
    /// Groups of bars.
    pub groups: Vec<Group>,
}

/// Bars of one cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// What the group is called.
    pub label: String,
    /// One bar an outcome.
    pub rows: Vec<Row>,
}

/// One line of a figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The value of the factor; none where there is one line.
    pub label: Option<String>,
    /// Its points from left to right.
    pub points: Vec<(f64, Row)>,
}

/// Two cells' counts by outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paired {
    /// The cells across and up.
    pub cells: [String; 2],
    /// Draws of each.
    pub draws: [u64; 2],
    /// Below these hits in either cell an outcome is faint.
    pub hits: u64,
    /// The places, those with most hits first.
    pub places: Vec<Pair>,
    /// Outcomes that are not drawn, since a figure has room for so many places only.
    pub left_out: u64,
    /// Outcomes seen in either cell.
    pub outcomes: u64,
    /// How far the two agree, or why that cannot be said.
    pub agreement: Result<Agreement, String>,
}

/// Outcomes that came equally often in both cells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// Hits in each cell.
    pub hits: [u64; 2],
    /// How many outcomes.
    pub outcomes: u64,
    /// The first of them.
    pub first: String,
}

/// How far two cells agree on how often outcomes come.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// Outcomes with enough hits in both.
    pub outcomes: u64,
    /// Spearman's rank correlation.
    pub rank: f64,
    /// The slope of log share on log share.
    pub slope: f64,
}
