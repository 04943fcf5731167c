//! How often each outcome came in two cells, one against the other, both axes by ratios.

use mesascope_record::Axis;

use super::Layout;
use super::canvas::{Canvas, fitted};
use super::scale::{Scale, number};
use crate::drawn::{Pair, Paired};
use crate::figures::share;

/// Room beside the axes for outcomes that came in one cell only.
const NEVER: f64 = 26.0;

pub(super) fn draw(mut canvas: Canvas, layout: Layout, paired: &Paired) -> Canvas {
    let left = 56.0 + NEVER;
    let width = match layout {
        Layout::Wide => 520.0,
        Layout::Narrow => canvas.width,
    };
    let side = width - left - 10.0;
    let (top, bottom) = (26.0, 26.0 + side);
    let of = |pair: &Pair, at: usize| pair.hits[at] as f64 / paired.draws[at].max(1) as f64;
    let shares = paired.places.iter().flat_map(|pair| [of(pair, 0), of(pair, 1)]);
    let values: Vec<f64> = shares.filter(|share| *share > 0.0).collect();
    let x = Scale::over(Axis::Log, values.iter().copied(), (left, left + side));
    let y = Scale::over(Axis::Log, values.iter().copied(), (bottom, top));
    let most = if layout == Layout::Wide { 7 } else { 4 };
    for tick in x.ticks(most) {
        let (across, up) = (x.at(tick), y.at(tick));
        canvas.line("m-grid", [across, top, across, bottom]);
        canvas.line("m-grid", [left, up, left + side, up]);
        let label = number(tick);
        canvas.text("m-small m-soft m-middle", [across, bottom + NEVER + 16.0], &label);
        canvas.text("m-small m-soft m-end", [left - NEVER - 6.0, up + 4.0], &label);
    }
    canvas.line("m-axis", [left, top, left, bottom]);
    canvas.line("m-axis", [left, bottom, left + side, bottom]);
    canvas.line("m-reference", [left, bottom, left + side, top]);
    canvas.text("m-small m-soft m-end", [left - 6.0, bottom + 18.0], "not listed");

    // The faint ones first, so that those that count lie on top.
    let faint = |pair: &&Pair| pair.hits.iter().any(|hits| *hits < paired.hits);
    let (below, above): (Vec<&Pair>, Vec<&Pair>) = paired.places.iter().partition(faint);
    for (pairs, faint) in [(below, true), (above, false)] {
        for pair in pairs {
            point(&mut canvas, paired, pair, (&x, &y), faint);
        }
    }
    let middle = left + side / 2.0;
    let across = fitted(&format!("share in {}", paired.cells[0]), width - 20.0);
    canvas.text("m-small m-middle", [middle, bottom + NEVER + 36.0], &across);
    let up = fitted(&format!("share in {}", paired.cells[1]), canvas.width);
    canvas.text("m-small", [0.0, 14.0], &up);
    canvas.height = bottom + NEVER + 46.0;
    canvas
}

fn point(canvas: &mut Canvas, paired: &Paired, pair: &Pair, (x, y): (&Scale, &Scale), faint: bool) {
    let class = if faint { " m-faint" } else { "" };
    let shown = [0, 1].map(|at| share(pair.hits[at], paired.draws[at]));
    // Beside the axis where it came never, or too seldom to be listed: 0 has no place on an axis of
    // ratios.
    let place = |scale: &Scale, at: usize, never: f64| {
        shown[at].value().map_or(scale.start() + never, |value| scale.at(value))
    };
    let (across, up) = (place(x, 0, -NEVER / 2.0), place(y, 1, NEVER / 2.0));
    let more = match pair.outcomes {
        1 => pair.first.clone(),
        outcomes => format!("{outcomes} outcomes, such as {}", pair.first),
    };
    let [n, m] = paired.draws;
    canvas.open(&format!("{more}: {} of {n} across, {} of {m} up", pair.hits[0], pair.hits[1]));
    let line = format!("m-line m-thin m-s0{class}");
    if let (Some((low, high)), true) = (shown[0].interval(), pair.hits[0] > 0) {
        canvas.line(&line, [x.at(low), up, x.at(high), up]);
    }
    if let (Some((low, high)), true) = (shown[1].interval(), pair.hits[1] > 0) {
        canvas.line(&line, [across, y.at(low), across, y.at(high)]);
    }
    canvas.mark(&format!("m-f0{class}"), usize::from(pair.hits.contains(&0)), [across, up], 3.0);
    canvas.close();
}
