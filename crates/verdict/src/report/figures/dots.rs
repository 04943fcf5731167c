//! One row a cell: the estimate with its interval, single seeds above it, forecasts below it.

use mesascope_record::{Axis, Reference};

use super::canvas::{Canvas, fitted, text_width};
use super::legend::{Sample, bound, grid, legend, numbers, series_mark, whiskers};
use super::scale::Scale;
use super::{Layout, ROWS, words};
use crate::drawn::{Bin, Row, Shown};

pub(super) fn draw(
    mut canvas: Canvas,
    layout: Layout,
    all: &[Row],
    range: Option<(f64, f64)>,
    reference: Option<&Reference>,
    unit: &str,
) -> Canvas {
    let rows = &all[..all.len().min(ROWS)];
    let positions = positions(rows);
    let mut items = vec![(Sample::Measured, "measured, 95% interval".to_string())];
    if rows.iter().any(|row| !row.seeds.is_empty()) {
        items.push((Sample::Seeds, "single seeds".to_string()));
    }
    if rows.iter().any(|row| matches!(row.shown, Shown::Never { .. })) {
        items.push((Sample::Bound, "came never: 95% bound".to_string()));
    }
    if let Some(line) = reference {
        items.push((Sample::Reference, line.label.clone()));
    }
    let names = positions.iter().enumerate();
    items.extend(names.map(|(at, name)| (Sample::Series(at), format!("{name} expects"))));
    let top = legend(&mut canvas, 4.0, &items) + 10.0;

    let places = (layout.labels() + 8.0, canvas.width - layout.numbers(rows.iter()) - 8.0);
    let scale = match range {
        Some(range) => Scale::new(Axis::Linear, range, places),
        None => {
            let seeds = rows.iter().flat_map(|row| &row.seeds).flat_map(|bin| [bin.low, bin.high]);
            let shown = rows.iter().flat_map(|row| row.shown.numbers());
            let line = reference.map(|line| line.at);
            Scale::over(Axis::Linear, shown.chain(seeds).chain(line), places)
        }
    };
    // On a phone labels stand above their row, and their numbers below them where both do not fit.
    let room = |row: &Row| text_width(&row.cell) + text_width(&words(&row.shown)) + 8.0;
    let stacked = rows.iter().any(|row| room(row) > canvas.width);
    let above = match layout {
        Layout::Wide => 0.0,
        Layout::Narrow if stacked => 34.0,
        Layout::Narrow => 18.0,
    };
    let below = if positions.is_empty() { 8.0 } else { 20.0 };
    let height = above + 24.0 + below;
    let bottom = top + height * rows.len() as f64;
    let ticks = grid(&mut canvas, layout, &scale, (top, bottom));
    if let Some(line) = reference.filter(|line| scale.holds(line.at)) {
        let x = scale.at(line.at);
        canvas.line("m-reference", [x, top, x, bottom]);
    }
    for (at, row) in rows.iter().enumerate() {
        let head = top + height * at as f64;
        let y = head + above + 21.0;
        labels(&mut canvas, layout, row, head, y, stacked);
        canvas.open(&format!("{}: {}", row.cell, words(&row.shown)));
        histogram(&mut canvas, &scale, &row.seeds, y - 5.0);
        estimate(&mut canvas, &scale, &row.shown, y);
        canvas.close();
        for tick in &row.forecasts {
            let Some(series) = positions.iter().position(|name| *name == tick.position) else {
                continue;
            };
            forecast(&mut canvas, &scale, series, tick, y + 12.0);
        }
        if at > 0 {
            canvas.line("m-grid", [0.0, head, canvas.width, head]);
        }
    }
    let mut end = numbers(&mut canvas, &ticks, bottom);
    if !unit.is_empty() {
        let middle = (places.0 + places.1) / 2.0;
        canvas.text("m-small m-soft m-middle", [middle, end + 8.0], &fitted(unit, canvas.width));
        end += 14.0;
    }
    if rows.len() < all.len() {
        let more = all.len() - rows.len();
        let words = format!("and {more} more cells, in the table of numbers");
        canvas.text("m-small m-soft", [0.0, end + 14.0], &words);
        end += 18.0;
    }
    canvas.height = end + 4.0;
    canvas
}

/// The positions that expect something of a row, in one order for the whole figure.
fn positions(rows: &[Row]) -> Vec<String> {
    let mut names: Vec<String> =
        rows.iter().flat_map(|row| &row.forecasts).map(|tick| tick.position.clone()).collect();
    names.sort();
    names.dedup();
    names
}

fn labels(canvas: &mut Canvas, layout: Layout, row: &Row, head: f64, y: f64, stacked: bool) {
    let value = words(&row.shown);
    let width = canvas.width;
    match layout {
        Layout::Wide => {
            canvas.text("", [0.0, y + 4.0], &fitted(&row.cell, layout.labels()));
            canvas.text("m-small m-soft m-num m-end", [width, y + 4.0], &value);
        }
        Layout::Narrow if stacked => {
            canvas.text("m-small m-bold", [0.0, head + 15.0], &fitted(&row.cell, width));
            canvas.text("m-small m-soft m-num", [0.0, head + 31.0], &value);
        }
        Layout::Narrow => {
            let room = width - text_width(&value) - 8.0;
            canvas.text("m-small m-bold", [0.0, head + 15.0], &fitted(&row.cell, room));
            canvas.text("m-small m-soft m-num m-end", [width, head + 15.0], &value);
        }
    }
}

/// Seeds as bars that grow upwards from a height; an area is a number of seeds.
fn histogram(canvas: &mut Canvas, scale: &Scale, bins: &[Bin], base: f64) {
    let most = bins.iter().map(|bin| bin.seeds).max().unwrap_or(1) as f64;
    let apart = bins.windows(2).map(|pair| scale.at(pair[1].low) - scale.at(pair[0].low));
    let thick = (apart.fold(12.0, f64::min) * 0.6).clamp(1.5, 8.0);
    for bin in bins {
        let (left, right) = (scale.at(bin.low), scale.at(bin.high));
        let (left, width) = match right - left > thick {
            true => (left, right - left),
            false => ((left + right) / 2.0 - thick / 2.0, thick),
        };
        let height = (bin.seeds as f64 / most * 14.0).max(1.5);
        canvas.rect("m-seeds", [left, base - height, width, height]);
    }
}

fn estimate(canvas: &mut Canvas, scale: &Scale, shown: &Shown, y: f64) {
    if let Shown::Never { at_most, .. } = shown {
        bound(canvas, scale.start(), scale.at(*at_most), y);
        return;
    }
    if let Some((low, high)) = shown.interval() {
        whiskers(canvas, scale.at(low), scale.at(high), y);
    }
    if let Some(value) = shown.value() {
        canvas.mark("m-mark", 0, [scale.at(value), y], 5.0);
    }
}

/// A position's mark at the mean of its readings' centres, and a thin line from the lowest to the
/// highest.
fn forecast(canvas: &mut Canvas, scale: &Scale, series: usize, tick: &crate::drawn::Tick, y: f64) {
    let centres: Vec<f64> = tick.readings.values().map(|centre| scale.at(*centre)).collect();
    let low = centres.iter().copied().fold(f64::INFINITY, f64::min);
    let high = centres.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let middle = centres.iter().sum::<f64>() / centres.len().max(1) as f64;
    let readings: Vec<String> = tick
        .readings
        .iter()
        .map(|(name, centre)| format!("{name} {}", super::number(*centre)))
        .collect();
    canvas.open(&format!("{} expects {}", tick.position, readings.join(", ")));
    if high - low > 1.0 {
        canvas.line(&format!("m-line m-thin m-s{}", series % 7), [low, y, high, y]);
    }
    series_mark(canvas, series, [middle, y]);
    canvas.close();
}
