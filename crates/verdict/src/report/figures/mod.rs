//! Figures: from the numbers in `verdict.json` to SVG, wide and narrow, and to tables.

mod canvas;
mod dots;
mod heat;
mod legend;
mod lines;
mod scale;
mod scatter;
mod shares;
mod table;

use crate::drawn::{Drawn, FigureData, Row, Shown};
use canvas::{Canvas, text_width};

pub(crate) use canvas::{PALETTE, Place, STYLE};
pub(crate) use scale::{measured, number};
pub(crate) use table::Sheet;

/// The two widths at which every figure is laid out: text cannot be scaled down to a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    Wide,
    Narrow,
}

impl Layout {
    fn width(self) -> f64 {
        match self {
            Layout::Wide => 760.0,
            Layout::Narrow => 340.0,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Layout::Wide => "wide",
            Layout::Narrow => "narrow",
        }
    }

    /// Room for the labels of rows: beside them, or none where they stand above.
    fn labels(self) -> f64 {
        match self {
            Layout::Wide => 228.0,
            Layout::Narrow => 0.0,
        }
    }

    /// Room for the numbers of rows beside them.
    fn numbers<'r>(self, rows: impl Iterator<Item = &'r Row>) -> f64 {
        let widest = rows.map(|row| text_width(&words(&row.shown))).fold(0.0, f64::max);
        match self {
            // They are set a little smaller than the text that the width is of.
            Layout::Wide => widest * 0.95 + 10.0,
            Layout::Narrow => 0.0,
        }
    }
}

/// More rows than this are not drawn; the tables have them all.
const ROWS: usize = 60;

/// The figure as SVG; none where there is nothing to draw.
pub(crate) fn svg(figure: &FigureData, layout: Layout, place: Place) -> Option<String> {
    let id = format!("figure-{}-{}", figure.name, layout.name());
    let canvas = Canvas::new(id, layout.width());
    let canvas = match &figure.drawn {
        Drawn::Nothing { .. } => return None,
        Drawn::Dots { rows, range, reference } => {
            dots::draw(canvas, layout, rows, *range, reference.as_ref(), &figure.unit)
        }
        Drawn::Shares { panels, axis } => shares::draw(canvas, layout, panels, *axis),
        Drawn::Scatter(paired) => scatter::draw(canvas, layout, paired),
        Drawn::Lines { over, lines, range, x, y, curves } => {
            let frame = lines::Frame { over, range: *range, axes: (*x, *y), unit: &figure.unit };
            lines::draw(canvas, layout, &frame, lines, curves)
        }
        Drawn::Heat { across, down, columns, rows, cells, range } => {
            let grid = heat::Grid { across, down, columns, rows };
            heat::draw(canvas, layout, &grid, cells, *range)
        }
    };
    Some(canvas.svg(place, &figure.title, &description(figure)))
}

/// What a figure shows, for those who do not see it.
pub(crate) fn description(figure: &FigureData) -> String {
    let quantity = match &figure.class {
        Some(class) => format!("{} (share of {class})", figure.quantity),
        None => figure.quantity.clone(),
    };
    match &figure.drawn {
        Drawn::Nothing { because } => because.clone(),
        Drawn::Scatter(paired) => format!(
            "{quantity}: {} outcomes, by how often each came in {} and in {}. {}",
            paired.outcomes,
            paired.cells[0],
            paired.cells[1],
            agreement(paired)
        ),
        _ => {
            let shown: Vec<(String, &Shown)> = table::rows(figure)
                .map(|row| {
                    let outcome = row.outcome.as_ref().map_or(String::new(), |o| format!(", {o}"));
                    (format!("{}{outcome}", row.cell), &row.shown)
                })
                .collect();
            let most = 24;
            let parts: Vec<String> = shown
                .iter()
                .take(most)
                .map(|(name, shown)| format!("{name}: {}", words(shown)))
                .collect();
            let more = match shown.len() > most {
                true => format!("; and {} more, in the table", shown.len() - most),
                false => String::new(),
            };
            format!("{quantity} with 95% intervals. {}{more}.", parts.join("; "))
        }
    }
}

/// How far two cells agree, in words.
pub(crate) fn agreement(paired: &crate::drawn::Paired) -> String {
    match &paired.agreement {
        Ok(found) => format!(
            "Over {} outcomes with at least {} hits in both, Spearman's rank correlation is {:.3} \
             and the slope of log share on log share {:.3}.",
            found.outcomes, paired.hits, found.rank, found.slope
        ),
        Err(because) => format!("How far they agree cannot be said: {because}."),
    }
}

/// An estimate with its interval, in words.
pub(crate) fn words(shown: &Shown) -> String {
    match shown {
        Shown::Mean { mean, low, high, .. } => {
            format!("{} ({} to {})", measured(*mean), measured(*low), measured(*high))
        }
        Shown::Share { hits, of, low, high } => {
            let share = *hits as f64 / *of as f64;
            format!("{} ({} to {})", measured(share), measured(*low), measured(*high))
        }
        Shown::Never { of, at_most } => format!("0 of {of}, under {}", number(*at_most)),
        Shown::Exact { hits, of } => format!("{}, exactly", number(*hits as f64 / *of as f64)),
        Shown::Undetermined => "undetermined".to_string(),
    }
}

impl Shown {
    /// The value; none where there is none, or only a bound.
    pub(crate) fn value(&self) -> Option<f64> {
        match self {
            Shown::Mean { mean, .. } => Some(*mean),
            Shown::Share { hits, of, .. } | Shown::Exact { hits, of } if *of > 0 => {
                Some(*hits as f64 / *of as f64)
            }
            _ => None,
        }
    }

    /// The ends of the interval; 0 and the bound where nothing came.
    pub(crate) fn interval(&self) -> Option<(f64, f64)> {
        match self {
            Shown::Mean { low, high, .. } | Shown::Share { low, high, .. } => Some((*low, *high)),
            Shown::Never { at_most, .. } => Some((0.0, *at_most)),
            Shown::Exact { .. } | Shown::Undetermined => None,
        }
    }

    /// All numbers that must have a place on an axis.
    fn numbers(&self) -> impl Iterator<Item = f64> {
        let ends = self.interval().into_iter().flat_map(|(low, high)| [low, high]);
        self.value().into_iter().chain(ends)
    }
}
