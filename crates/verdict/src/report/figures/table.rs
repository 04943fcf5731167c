//! The numbers of a figure as a table: the same for its file, for the page and for a download.

use crate::drawn::{Bin, Drawn, FigureData, Row, Shown};

/// A table of words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sheet {
    pub(crate) head: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// Every estimate of a figure, in the order in which it is drawn.
pub(crate) fn rows(figure: &FigureData) -> Box<dyn Iterator<Item = &Row> + '_> {
    match &figure.drawn {
        Drawn::Dots { rows, .. } => Box::new(rows.iter()),
        Drawn::Shares { panels, .. } => {
            Box::new(panels.iter().flat_map(|panel| &panel.groups).flat_map(|group| &group.rows))
        }
        Drawn::Lines { lines, .. } => {
            Box::new(lines.iter().flat_map(|line| &line.points).map(|(_, row)| row))
        }
        Drawn::Heat { cells, .. } => Box::new(cells.iter().map(|(_, _, row)| row)),
        Drawn::Scatter(_) | Drawn::Nothing { .. } => Box::new(std::iter::empty()),
    }
}

impl Sheet {
    /// The numbers of a figure, as exactly as the verdict has them.
    pub(crate) fn of(figure: &FigureData) -> Sheet {
        match &figure.drawn {
            Drawn::Scatter(paired) => {
                let words = |words: &[&str]| words.iter().map(|word| word.to_string()).collect();
                let [n, m] = paired.draws.map(|draws| draws.to_string());
                let rows = paired.places.iter().map(|place| {
                    let [x, y] = place.hits.map(|hits| hits.to_string());
                    let outcomes = place.outcomes.to_string();
                    vec![place.first.clone(), outcomes, x, n.clone(), y, m.clone()]
                });
                Sheet {
                    head: words(&["outcome", "outcomes", "hits_x", "draws_x", "hits_y", "draws_y"]),
                    rows: rows.collect(),
                }
            }
            _ => estimates(figure),
        }
    }

    /// The table as comma-separated values (RFC 4180, lines ended by a line feed).
    pub(crate) fn csv(&self) -> String {
        let line = |words: &Vec<String>| {
            let quoted: Vec<String> = words.iter().map(|word| quoted(word)).collect();
            quoted.join(",") + "\n"
        };
        line(&self.head) + &self.rows.iter().map(line).collect::<String>()
    }
}

fn estimates(figure: &FigureData) -> Sheet {
    let x: Vec<String> = match &figure.drawn {
        Drawn::Lines { lines, .. } => {
            lines.iter().flat_map(|line| &line.points).map(|(x, _)| x.to_string()).collect()
        }
        _ => Vec::new(),
    };
    let mut forecasts: Vec<(&str, &str)> = rows(figure)
        .flat_map(|row| &row.forecasts)
        .flat_map(|tick| tick.readings.keys().map(|name| (tick.position.as_str(), name.as_str())))
        .collect();
    forecasts.sort_unstable();
    forecasts.dedup();
    let with_seeds = rows(figure).any(|row| !row.seeds.is_empty());
    let mut head: Vec<String> =
        ["cell", "outcome", "value", "low", "high", "hits", "of"].map(str::to_string).to_vec();
    if !x.is_empty() {
        head.push("x".to_string());
    }
    if with_seeds {
        head.push("seeds".to_string());
    }
    head.extend(forecasts.iter().map(|(position, reading)| format!("{position} ({reading})")));
    let rows = rows(figure).enumerate().map(|(at, row)| {
        let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
        let (low, high) = row.shown.interval().unzip();
        let counted = match row.shown {
            Shown::Mean { units, .. } => (None, Some(units)),
            Shown::Share { hits, of, .. } | Shown::Exact { hits, of } => (Some(hits), Some(of)),
            Shown::Never { of, .. } => (Some(0), Some(of)),
            Shown::Undetermined => (None, None),
        };
        let count = |value: Option<u64>| value.map_or(String::new(), |value| value.to_string());
        let mut words = vec![
            row.cell.clone(),
            row.outcome.clone().unwrap_or_default(),
            number(row.shown.value()),
            number(low),
            number(high),
            count(counted.0),
            count(counted.1),
        ];
        words.extend(x.get(at).cloned());
        if with_seeds {
            words.push(seeds(&row.seeds));
        }
        words.extend(forecasts.iter().map(|(position, reading)| {
            let tick = row.forecasts.iter().find(|tick| tick.position == *position);
            number(tick.and_then(|tick| tick.readings.get(*reading)).copied())
        }));
        words
    });
    Sheet { head, rows: rows.collect() }
}

/// Seeds by value: `0.5*12` for twelve that read 0.5, `0.5..0.6*3` for three in a bin.
fn seeds(bins: &[Bin]) -> String {
    let words: Vec<String> = bins
        .iter()
        .map(|Bin { low, high, seeds }| match low == high {
            true => format!("{low}*{seeds}"),
            false => format!("{low}..{high}*{seeds}"),
        })
        .collect();
    words.join(" ")
}

fn quoted(word: &str) -> String {
    match word.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", word.replace('"', "\"\"")),
        false => word.to_string(),
    }
}
