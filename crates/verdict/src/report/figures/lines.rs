//! A mean or rate over a number: one line, with intervals, a value of another factor.

use mesascope_record::{Axis, Curve};

use super::canvas::{Canvas, fitted};
use super::legend::{Sample, legend, series_mark};
use super::scale::{Scale, number};
use super::{Layout, words};
use crate::drawn::{Line, Shown};

/// What the axes are.
pub(super) struct Frame<'f> {
    pub(super) over: &'f str,
    pub(super) range: Option<(f64, f64)>,
    pub(super) axes: (Axis, Axis),
    pub(super) unit: &'f str,
}

pub(super) fn draw(
    mut canvas: Canvas,
    layout: Layout,
    frame: &Frame,
    lines: &[Line],
    curves: &[Curve],
) -> Canvas {
    let mut items: Vec<(Sample, String)> = lines
        .iter()
        .enumerate()
        .map(|(at, line)| {
            let name = line.label.clone().unwrap_or("measured".to_string());
            (Sample::LineOf(at), format!("{name}, 95% interval"))
        })
        .collect();
    let given = curves.iter().enumerate();
    items.extend(given.map(|(at, curve)| (Sample::Curve(at), curve.label.clone())));
    let top = legend(&mut canvas, 4.0, &items) + 26.0;
    let (left, right) = (56.0, canvas.width - 16.0);
    let bottom = top + if layout == Layout::Wide { 320.0 } else { 240.0 };

    let points = || lines.iter().flat_map(|line| &line.points);
    let across = points().map(|(x, _)| *x);
    let given = || curves.iter().flat_map(|curve| &curve.points);
    // A gap on both sides keeps marks off the frame.
    let gap = if frame.axes.0 == Axis::Linear { 12.0 } else { 0.0 };
    let all = across.chain(given().map(|point| point.0));
    let x = Scale::over(frame.axes.0, all, (left + gap, right - gap));
    let y = match (frame.range, frame.axes.1) {
        (Some(range), Axis::Linear) => Scale::new(Axis::Linear, range, (bottom, top)),
        (_, axis) => {
            let shown = points().flat_map(|(_, row)| row.shown.numbers());
            Scale::over(axis, shown.chain(given().map(|point| point.1)), (bottom, top))
        }
    };
    for tick in y.ticks(6) {
        let up = y.at(tick);
        canvas.line("m-grid", [left, up, right, up]);
        canvas.text("m-small m-soft m-end m-num", [left - 8.0, up + 4.0], &number(tick));
    }
    // Between whole numbers there is nothing to read.
    let whole = points().all(|(x, _)| x.fract() == 0.0);
    let most = if layout == Layout::Wide { 9 } else { 4 };
    for tick in x.ticks(most).into_iter().filter(|tick| !whole || tick.fract() == 0.0) {
        let across = x.at(tick);
        canvas.line("m-axis", [across, bottom, across, bottom + 5.0]);
        canvas.text("m-small m-soft m-middle m-num", [across, bottom + 19.0], &number(tick));
    }
    canvas.line("m-axis", [left, bottom, right, bottom]);
    for (at, line) in lines.iter().enumerate() {
        draw_line(&mut canvas, at, line, &x, &y, aside(lines, at));
    }
    // On top: where they agree with what was measured they would else be hidden.
    for (at, curve) in curves.iter().enumerate() {
        let points: Vec<(f64, f64)> =
            curve.points.iter().map(|(across, up)| (x.at(*across), y.at(*up))).collect();
        canvas.polyline(&format!("m-reference m-dash{}", at % 4), &points);
    }
    let middle = (left + right) / 2.0;
    canvas.text("m-small m-middle", [middle, bottom + 38.0], &fitted(frame.over, right - left));
    if !frame.unit.is_empty() {
        let unit = fitted(frame.unit, canvas.width);
        canvas.text("m-small m-soft", [0.0, top - 12.0], &unit);
    }
    canvas.height = bottom + 46.0;
    canvas
}

/// How far a line is moved sideways: where two lines have points at one value, their intervals would
/// hide each other.
fn aside(lines: &[Line], at: usize) -> f64 {
    let has = |line: &Line, x: f64| line.points.iter().any(|(other, _)| *other == x);
    let shared = lines.iter().enumerate().any(|(other, line)| {
        lines[..other].iter().any(|before| line.points.iter().any(|(x, _)| has(before, *x)))
    });
    let step = ((at as f64) - (lines.len() as f64 - 1.0) / 2.0) * 4.0;
    if shared { step.clamp(-10.0, 10.0) } else { 0.0 }
}

fn draw_line(canvas: &mut Canvas, at: usize, line: &Line, x: &Scale, y: &Scale, aside: f64) {
    let place = |across: f64| x.at(across) + aside;
    let with_value: Vec<(f64, f64)> = line
        .points
        .iter()
        .filter_map(|(across, row)| Some((place(*across), y.at(row.shown.value()?))))
        .collect();
    canvas.polyline(&format!("m-line m-s{}", at % 7), &with_value);
    let thin = format!("m-line m-thin m-s{}", at % 7);
    for (across, row) in &line.points {
        let across = place(*across);
        canvas.open(&format!("{}: {}", row.cell, words(&row.shown)));
        if let Some((low, high)) = row.shown.interval() {
            let (low, high) = (y.at(low), y.at(high));
            canvas.line(&thin, [across, low, across, high]);
            for end in [low, high] {
                canvas.line(&thin, [across - 4.0, end, across + 4.0, end]);
            }
        }
        match (&row.shown, row.shown.value()) {
            (_, Some(value)) => series_mark(canvas, at, [across, y.at(value)]),
            (Shown::Never { at_most, .. }, None) => {
                let up = y.at(*at_most);
                canvas.path("m-arrow", &format!("M{:.2} {up:.2}m-4 6l4 6l4 -6", across));
            }
            (_, None) => {}
        }
        canvas.close();
    }
}
