//! What marks mean, and the axis below a drawing.

use super::Layout;
use super::canvas::{Canvas, fitted, text_width};
use super::scale::{Scale, number};

/// What stands beside a name in a legend.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sample {
    /// The mark of a series.
    Series(usize),
    /// The line and mark of a series.
    LineOf(usize),
    /// The mark of what was measured.
    Measured,
    /// A bar with its interval.
    Bar,
    /// Single seeds.
    Seeds,
    /// A line to compare with.
    Reference,
    /// One of several curves to compare with.
    Curve(usize),
    /// An upper bound where nothing came.
    Bound,
}

/// Draws a legend from a height on, in as many lines as it needs; the height where it ends.
pub(super) fn legend(canvas: &mut Canvas, top: f64, items: &[(Sample, String)]) -> f64 {
    let (mut x, mut y) = (0.0, top + 12.0);
    for (sample, name) in items {
        let name = fitted(name, canvas.width - 30.0);
        let width = 26.0 + text_width(&name) + 14.0;
        if x > 0.0 && x + width > canvas.width {
            (x, y) = (0.0, y + 20.0);
        }
        let middle = y - 4.0;
        match sample {
            Sample::Series(at) => series_mark(canvas, *at, [x + 9.0, middle]),
            Sample::LineOf(at) => {
                canvas.line(&format!("m-line m-s{}", at % 7), [x, middle, x + 18.0, middle]);
                series_mark(canvas, *at, [x + 9.0, middle]);
            }
            Sample::Measured => {
                canvas.line("m-interval", [x, middle, x + 18.0, middle]);
                canvas.mark("m-mark", 0, [x + 9.0, middle], 5.0);
            }
            Sample::Bar => {
                canvas.rect("m-bar", [x, middle - 5.0, 13.0, 10.0]);
                whiskers(canvas, x + 8.0, x + 18.0, middle);
            }
            Sample::Curve(at) => {
                let class = format!("m-reference m-dash{}", at % 4);
                canvas.line(&class, [x, middle, x + 18.0, middle]);
            }
            Sample::Seeds => {
                for (at, height) in [4.0, 9.0, 12.0, 6.0].into_iter().enumerate() {
                    let left = x + 4.5 * at as f64;
                    canvas.rect("m-seeds", [left, middle + 5.0 - height, 3.5, height]);
                }
            }
            Sample::Reference => canvas.line("m-reference", [x, middle, x + 18.0, middle]),
            Sample::Bound => bound(canvas, x, x + 18.0, middle),
        }
        canvas.text("m-small", [x + 26.0, y], &name);
        x += width;
    }
    if items.is_empty() { top } else { y + 8.0 }
}

/// The mark of a series, in its colour and its shape.
pub(super) fn series_mark(canvas: &mut Canvas, at: usize, place: [f64; 2]) {
    // Seven colours and as many shapes: the eighth series has the first colour and the second shape.
    canvas.mark(&format!("m-f{}", at % 7), at + at / 7, place, 4.5);
}

/// A bound: a dotted line from where the axis begins, with an arrow towards 0 at its end.
pub(super) fn bound(canvas: &mut Canvas, from: f64, to: f64, y: f64) {
    // An outcome that is all but excluded would have no length to be seen by.
    let to = to.max(from + 10.0);
    canvas.line("m-bound", [from, y, to, y]);
    canvas.line("m-interval", [to, y - 5.0, to, y + 5.0]);
    canvas.path("m-arrow", &format!("M{:.2} {:.2}l-5 4l5 4", from + 5.0, y - 4.0));
}

/// The whiskers of an interval along a row.
pub(super) fn whiskers(canvas: &mut Canvas, low: f64, high: f64, y: f64) {
    // A closed interval narrower than its own line is still drawn.
    let (low, high) = if high - low < 1.0 { (low - 0.5, high + 0.5) } else { (low, high) };
    canvas.line("m-interval", [low, y, high, y]);
    for end in [low, high] {
        canvas.line("m-interval", [end, y - 4.0, end, y + 4.0]);
    }
}

/// Grid lines across a panel of rows, and their numbers below it; the height where they end.
pub(super) fn grid(
    canvas: &mut Canvas,
    layout: Layout,
    scale: &Scale,
    (top, bottom): (f64, f64),
) -> Vec<(f64, String)> {
    let most = if layout == Layout::Wide { 6 } else { 4 };
    let ticks: Vec<(f64, String)> =
        scale.ticks(most).into_iter().map(|tick| (scale.at(tick), number(tick))).collect();
    for (x, _) in &ticks {
        canvas.line("m-grid", [*x, top, *x, bottom]);
    }
    ticks
}

/// The numbers of an axis below a panel; the height where they end.
pub(super) fn numbers(canvas: &mut Canvas, ticks: &[(f64, String)], bottom: f64) -> f64 {
    for (x, label) in ticks {
        let half = text_width(label) / 2.0;
        let x = x.clamp(half, (canvas.width - half).max(half));
        canvas.text("m-small m-soft m-middle m-num", [x, bottom + 16.0], label);
    }
    bottom + 24.0
}
