//! A mean or rate over two factors: every cell has its number, and one that has none is hatched.

use super::Layout;
use super::canvas::{Canvas, fitted, text_width};
use super::scale::number;
use crate::drawn::{Row, Shown};

/// Steps of shade.
const SHADES: usize = 9;
/// The first shade on which dark ground asks for the other colour of text.
const DARK: usize = 5;

/// What stands along the sides.
pub(super) struct Grid<'g> {
    pub(super) across: &'g str,
    pub(super) down: &'g str,
    pub(super) columns: &'g [String],
    pub(super) rows: &'g [String],
}

pub(super) fn draw(
    mut canvas: Canvas,
    layout: Layout,
    grid: &Grid,
    cells: &[(usize, usize, Row)],
    range: Option<(f64, f64)>,
) -> Canvas {
    let values = cells.iter().filter_map(|(_, _, row)| row.shown.value());
    let (low, high) = range.unwrap_or_else(|| {
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
    });
    let longest = grid.rows.iter().map(|label| text_width(label)).fold(0.0, f64::max);
    let most = if layout == Layout::Wide { 190.0 } else { 96.0 };
    let left = (longest + 12.0).min(most);
    let (top, height) = (64.0, 40.0);
    let width = ((canvas.width - left) / grid.columns.len().max(1) as f64).min(120.0);
    canvas.text("m-small m-soft", [0.0, 14.0], &fitted(&sides(grid), canvas.width));
    for (at, label) in grid.columns.iter().enumerate() {
        let middle = left + width * (at as f64 + 0.5);
        canvas.text("m-small m-middle", [middle, top - 10.0], &fitted(label, width - 4.0));
    }
    for (at, label) in grid.rows.iter().enumerate() {
        let middle = top + height * (at as f64 + 0.5);
        canvas.text("m-small m-end", [left - 8.0, middle + 4.0], &fitted(label, left - 8.0));
    }
    for (down, across, row) in cells {
        let place = [left + width * *across as f64, top + height * *down as f64, width, height];
        draw_cell(&mut canvas, row, place, (low, high));
    }
    let bottom = top + height * grid.rows.len() as f64;
    canvas.height = scale(&mut canvas, bottom + 14.0, left, (low, high));
    canvas
}

fn sides(grid: &Grid) -> String {
    format!("down: {}; across: {}", grid.down, grid.across)
}

fn draw_cell(canvas: &mut Canvas, row: &Row, [x, y, width, height]: [f64; 4], ends: (f64, f64)) {
    canvas.open(&format!("{}: {}", row.cell, super::words(&row.shown)));
    let middle = [x + width / 2.0, y + height / 2.0 + 4.0];
    match (&row.shown, row.shown.value()) {
        (_, Some(value)) => {
            let shade = shade(value, ends);
            canvas.rect(&format!("m-box m-h{shade}"), [x, y, width, height]);
            let on = if shade < DARK { "m-on-light" } else { "m-on-dark" };
            canvas.text(&format!("m-small m-num m-middle {on}"), middle, &number(value));
        }
        (Shown::Never { at_most, .. }, None) => {
            canvas.rect("m-box m-h0", [x, y, width, height]);
            let bound = format!("<{}", number(*at_most));
            canvas.text("m-small m-num m-middle m-on-light", middle, &fitted(&bound, width));
        }
        (_, None) => {
            canvas.rect("m-box m-empty", [x, y, width, height]);
            hatch(canvas, [x + 2.0, y + 2.0, width - 4.0, height - 4.0]);
        }
    }
    canvas.close();
}

/// Slanted lines within a box.
fn hatch(canvas: &mut Canvas, [x, y, width, height]: [f64; 4]) {
    let mut at = 8.0;
    while at < width + height {
        let from = [x + (at - height).max(0.0), y + at.min(height)];
        let to = [x + at.min(width), y + (at - width).max(0.0)];
        canvas.line("m-hatch", [from[0], from[1], to[0], to[1]]);
        at += 8.0;
    }
}

/// The shades from the lowest to the highest value; the height where they end.
fn scale(canvas: &mut Canvas, top: f64, left: f64, (low, high): (f64, f64)) -> f64 {
    // No cell has a value.
    if !(low.is_finite() && high.is_finite()) {
        return top;
    }
    let step = ((canvas.width - left) / SHADES as f64).min(28.0);
    for shade in 0..SHADES {
        let x = left + step * shade as f64;
        canvas.rect(&format!("m-h{shade}"), [x, top, step, 10.0]);
    }
    canvas.text("m-small m-soft m-num", [left, top + 26.0], &number(low));
    let right = left + step * SHADES as f64;
    canvas.text("m-small m-soft m-num m-end", [right, top + 26.0], &number(high));
    top + 34.0
}

fn shade(value: f64, (low, high): (f64, f64)) -> usize {
    let share = if high > low { (value - low) / (high - low) } else { 0.5 };
    ((share.clamp(0.0, 1.0) * SHADES as f64) as usize).min(SHADES - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shades_run_from_the_lowest_value_to_the_highest() {
        let shades = [0.0, 0.1, 0.5, 0.999, 1.0, 7.0].map(|value| shade(value, (0.0, 1.0)));
        assert_eq!(shades, [0, 0, 4, 8, 8, 8]);
        assert_eq!(shade(3.0, (3.0, 3.0)), 4);
    }
}
