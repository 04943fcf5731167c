//! Bars of shares: panels, in them groups, in them one bar an outcome with its interval.

use mesascope_record::Axis;

use super::canvas::{Canvas, fitted, text_width};
use super::legend::{Sample, bound, grid, legend, numbers, whiskers};
use super::scale::Scale;
use super::{Layout, ROWS, words};
use crate::drawn::{Group, Panel, Row, Shown};

/// The height of one bar with its gap.
const BAR: f64 = 22.0;

pub(super) fn draw(mut canvas: Canvas, layout: Layout, all: &[Panel], axis: Axis) -> Canvas {
    let rows = || all.iter().flat_map(|panel| &panel.groups).flat_map(|group| &group.rows);
    let mut items = Vec::new();
    if rows().any(|row| row.shown.interval().is_some()) {
        items.push((Sample::Bar, "share, 95% interval".to_string()));
    }
    if rows().any(|row| matches!(row.shown, Shown::Never { .. })) {
        items.push((Sample::Bound, "came never: 95% bound".to_string()));
    }
    let mut y = legend(&mut canvas, 4.0, &items) + 8.0;
    let places = (layout.labels() + 8.0, canvas.width - layout.numbers(rows()) - 8.0);
    let values = || rows().flat_map(|row| row.shown.numbers());
    let scale = match axis {
        Axis::Linear => Scale::over(axis, values().chain([0.0]), places),
        Axis::Log => {
            // A decade below the least share there is room for its interval.
            let positive = values().filter(|value| *value > 0.0).map(|value| value / 2.0);
            Scale::over(axis, positive.chain([1.0]), places)
        }
    };
    let mut drawn = 0;
    for panel in all {
        let left = ROWS.saturating_sub(drawn);
        if left == 0 {
            break;
        }
        drawn += panel.groups.iter().map(|group| group.rows.len()).sum::<usize>();
        y = draw_panel(&mut canvas, layout, panel, &scale, y);
    }
    let total = rows().count();
    if drawn < total {
        let more = format!("and {} more shares, in the table of numbers", total - drawn);
        canvas.text("m-small m-soft", [0.0, y + 14.0], &more);
        y += 18.0;
    }
    canvas.height = y + 4.0;
    canvas
}

fn draw_panel(canvas: &mut Canvas, layout: Layout, panel: &Panel, scale: &Scale, top: f64) -> f64 {
    let mut top = top;
    if let Some(label) = &panel.label {
        canvas.text("m-bold", [0.0, top + 14.0], &fitted(label, canvas.width));
        top += 22.0;
    }
    let heading = 22.0;
    let bar = BAR + if layout == Layout::Narrow { 14.0 } else { 0.0 };
    let group_height = |group: &Group| heading + bar * group.rows.len() as f64;
    let bottom = top + panel.groups.iter().map(group_height).sum::<f64>() + 4.0;
    let ticks = grid(canvas, layout, scale, (top, bottom));
    let mut y = top;
    for group in &panel.groups {
        let label = fitted(&group.label, canvas.width);
        canvas.text("m-small m-soft m-bold", [0.0, y + 15.0], &label);
        y += heading;
        for row in &group.rows {
            draw_bar(canvas, layout, row, scale, y);
            y += bar;
        }
    }
    numbers(canvas, &ticks, bottom) + 8.0
}

fn draw_bar(canvas: &mut Canvas, layout: Layout, row: &Row, scale: &Scale, top: f64) {
    let (value, width) = (words(&row.shown), canvas.width);
    let name = row.outcome.as_deref().unwrap_or(&row.cell);
    let middle = match layout {
        Layout::Wide => {
            let middle = top + BAR / 2.0;
            canvas.text("m-end", [layout.labels(), middle + 4.0], &fitted(name, 190.0));
            canvas.text("m-small m-soft m-num m-end", [width, middle + 4.0], &value);
            middle
        }
        Layout::Narrow => {
            let room = width - text_width(&value) - 16.0;
            canvas.text("m-small", [8.0, top + 12.0], &fitted(name, room));
            canvas.text("m-small m-soft m-num m-end", [width, top + 12.0], &value);
            top + 14.0 + BAR / 2.0
        }
    };
    canvas.open(&format!("{}, {name}: {value}", row.cell));
    let start = scale.start();
    match (&row.shown, row.shown.value()) {
        (Shown::Never { at_most, .. }, _) => bound(canvas, start, scale.at(*at_most), middle),
        (shown, Some(value)) => {
            let length = (scale.at(value) - start).max(1.0);
            canvas.rect("m-bar", [start, middle - 7.0, length, 14.0]);
            if let Some((low, high)) = shown.interval() {
                whiskers(canvas, scale.at(low), scale.at(high), middle);
            }
        }
        (_, None) => {}
    }
    canvas.close();
}
