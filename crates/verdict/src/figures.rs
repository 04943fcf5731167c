//! The numbers of each figure, gathered from the table of records.

use std::collections::BTreeMap;

use mesascope_record::{
    Axis, Cell, Dots, Drawing, Figure, Filter, Heat, Kind, Lines, OneOrMany, Outcomes, Plan, Shares,
};
use mesascope_stats::{Interval, Sides, clopper_pearson, exact_zero_bound};

use crate::drawn::{Bin, Drawn, FigureData, Group, Line, Panel, Row, Shown, Tick};
use crate::forecast::{Distribution, Forecast};
use crate::scatter;
use crate::table::Table;
use crate::verdict::Summary;

/// The level of every interval that is drawn.
const LEVEL: f64 = 0.95;
/// Bins of a histogram of seeds, where they have more different values than this.
const BINS: usize = 40;
/// Outcomes drawn where a figure names none.
const OUTCOMES: usize = 8;

/// The data of a plan's figures, or of one by default.
pub(crate) fn gather(plan: &Plan, table: &Table, forecasts: &[Forecast]) -> Vec<FigureData> {
    let by_default: Vec<Figure> = match plan.figures.is_empty() {
        true => default_figure(plan).into_iter().collect(),
        false => Vec::new(),
    };
    let reader = Reader { plan, table, forecasts };
    plan.figures.iter().chain(&by_default).map(|figure| reader.figure(figure)).collect()
}

/// The quantity of the first question, or else what the first instrument measures.
fn default_figure(plan: &Plan) -> Option<Figure> {
    let question = plan.questions.first();
    let quantity = match question {
        Some(question) => plan.quantity(&question.quantity)?,
        None => plan.instruments.iter().flat_map(|one| &one.quantities).next()?,
    };
    let mut cells = Filter::default();
    if let Some(question) = question {
        // A question holds names of cells and not its filter; their arms tell most of them apart.
        let arms = question.cells.iter().filter_map(|name| plan.cell(name)?.factors.get("arm"));
        let arms: std::collections::BTreeSet<String> = arms.cloned().collect();
        cells.0.insert("arm".to_string(), OneOrMany::Many(arms.into_iter().collect()));
    }
    let (title, caption) = (quantity.about.clone(), None);
    let name = quantity.name.clone();
    let drawing = match quantity.kind {
        Kind::Classes { .. } | Kind::Counts { .. } => Drawing::Shares(Shares {
            title,
            caption,
            quantity: name.clone(),
            outcomes: Vec::new(),
            cells,
            exact: None,
            panels: None,
            groups: None,
            axis: Axis::Linear,
        }),
        Kind::Mean { .. } | Kind::Number | Kind::Rate => Drawing::Dots(Dots {
            title,
            caption,
            quantity: name.clone(),
            class: None,
            cells,
            reference: None,
        }),
    };
    Some(Figure { name, drawing })
}

pub(crate) struct Reader<'r> {
    pub(crate) plan: &'r Plan,
    pub(crate) table: &'r Table,
    forecasts: &'r [Forecast],
}

impl<'r> Reader<'r> {
    fn figure(&self, figure: &Figure) -> FigureData {
        let quantity = self.plan.quantity(figure.drawing.quantity());
        let range = match quantity.map(|quantity| &quantity.kind) {
            Some(Kind::Mean { low, high }) => Some((*low, *high)),
            Some(Kind::Number) | None => None,
            Some(_) => Some((0.0, 1.0)),
        };
        let (class, drawn) = match &figure.drawing {
            Drawing::Dots(dots) => (dots.class.clone(), self.dots(dots, range)),
            Drawing::Shares(shares) => (None, self.shares(shares)),
            Drawing::Scatter(one) => (None, scatter::scatter(self, one)),
            Drawing::Lines(lines) => (lines.class.clone(), self.lines(lines, range)),
            Drawing::Heat(heat) => (heat.class.clone(), self.heat(heat, range)),
        };
        FigureData {
            name: figure.name.clone(),
            title: figure.drawing.title().to_string(),
            caption: figure.drawing.caption().cloned(),
            quantity: figure.drawing.quantity().to_string(),
            unit: quantity.map_or(String::new(), |quantity| quantity.unit.clone()),
            class,
            drawn,
        }
    }

    /// The study's own cells that a filter admits.
    pub(crate) fn cells(&self, filter: &Filter) -> Vec<&'r Cell> {
        let own = |cell: &&Cell| cell.control.is_none() && filter.admits(cell);
        self.plan.cells.iter().filter(own).collect()
    }

    pub(crate) fn not_run(&self) -> Drawn {
        let preset = self.plan.preset;
        let because = format!("its cells are not run in the {preset} preset");
        Drawn::Nothing { because }
    }

    fn row(&self, cell: &Cell, quantity: &str, class: Option<&String>) -> Row {
        let class = class.map(String::as_str);
        let summary = self.table.summary(self.plan, &cell.name, quantity);
        let column = self.table.column(&cell.name, quantity);
        let numbers = column.map_or(Vec::new(), |column| {
            column.numbers.iter().map(|(_, number)| *number).collect()
        });
        // Seeds that all read the same have no standard error, and are shown all the same.
        let kind = self.plan.quantity(quantity).map(|quantity| &quantity.kind);
        let is_mean = matches!(kind, Some(Kind::Mean { .. } | Kind::Number));
        Row {
            cell: cell.name.clone(),
            outcome: class.map(str::to_string),
            shown: shown(&summary, class),
            seeds: if is_mean { histogram(numbers) } else { Vec::new() },
            forecasts: self.ticks(cell, quantity, class),
        }
    }

    fn ticks(&self, cell: &Cell, quantity: &str, class: Option<&str>) -> Vec<Tick> {
        let of = |forecast: &Forecast| {
            let readings = forecast.readings.iter();
            let readings: BTreeMap<String, f64> = readings
                .filter_map(|(name, reading)| {
                    let centre = centre(reading.of(quantity, cell)?, class)?;
                    Some((name.clone(), centre))
                })
                .collect();
            let position = forecast.position.clone();
            (!readings.is_empty()).then_some(Tick { position, readings })
        };
        self.forecasts.iter().filter_map(of).collect()
    }

    fn dots(&self, dots: &Dots, range: Option<(f64, f64)>) -> Drawn {
        let cells = self.cells(&dots.cells);
        if cells.is_empty() {
            return self.not_run();
        }
        let row = |cell: &&Cell| self.row(cell, &dots.quantity, dots.class.as_ref());
        let rows = cells.iter().map(row).collect();
        Drawn::Dots { rows, range, reference: dots.reference.clone() }
    }

    fn shares(&self, shares: &Shares) -> Drawn {
        let cells = self.cells(&shares.cells);
        if cells.is_empty() {
            return self.not_run();
        }
        let outcomes = match shares.outcomes.is_empty() {
            true => self.commonest(&shares.quantity, &cells),
            false => shares.outcomes.clone(),
        };
        if outcomes.is_empty() {
            let because = "no cell has counts; the table of cells says why".to_string();
            return Drawn::Nothing { because };
        }
        let is_exact = |cell: &Cell| shares.exact.as_ref().is_some_and(|exact| exact.admits(cell));
        let label = |cell: &Cell, factor: &Option<String>| {
            factor.as_ref().and_then(|factor| cell.factors.get(factor)).cloned()
        };
        let mut panels: Vec<Panel> = Vec::new();
        for cell in cells {
            let heading = label(cell, &shares.panels);
            let rows = outcomes.iter().map(|outcome| {
                let row = self.row(cell, &shares.quantity, Some(outcome));
                let shown = if is_exact(cell) { without_interval(row.shown) } else { row.shown };
                Row { shown, ..row }
            });
            let group = Group {
                label: label(cell, &shares.groups).unwrap_or_else(|| cell.name.clone()),
                rows: rows.collect(),
            };
            match panels.iter_mut().find(|panel| panel.label == heading) {
                Some(panel) => panel.groups.push(group),
                None => panels.push(Panel { label: heading, groups: vec![group] }),
            }
        }
        panels.iter_mut().for_each(tell_apart);
        Drawn::Shares { panels, axis: shares.axis }
    }

    /// All classes, or the outcomes with the largest sum of shares.
    fn commonest(&self, quantity: &str, cells: &[&Cell]) -> Vec<String> {
        match self.plan.quantity(quantity).map(|quantity| &quantity.kind) {
            Some(Kind::Classes { classes }) => return classes.clone(),
            Some(Kind::Counts { outcomes: Outcomes::Named(names) }) if names.len() <= OUTCOMES => {
                return names.clone();
            }
            _ => {}
        }
        let mut sums: BTreeMap<String, f64> = BTreeMap::new();
        for cell in cells {
            if let Summary::Counts { of, counts } =
                self.table.summary(self.plan, &cell.name, quantity)
            {
                for (outcome, hits) in counts {
                    *sums.entry(outcome).or_default() += hits as f64 / of as f64;
                }
            }
        }
        let mut sorted: Vec<(String, f64)> = sums.into_iter().collect();
        sorted.sort_by(|one, other| other.1.total_cmp(&one.1));
        sorted.into_iter().take(OUTCOMES).map(|(outcome, _)| outcome).collect()
    }

    fn lines(&self, figure: &Lines, range: Option<(f64, f64)>) -> Drawn {
        let cells = self.cells(&figure.cells);
        if cells.is_empty() {
            return self.not_run();
        }
        let mut lines: Vec<Line> = Vec::new();
        for cell in cells {
            let Some(x) = cell.factors.get(&figure.over).and_then(|value| value.parse().ok())
            else {
                continue;
            };
            let label = figure.lines.as_ref().and_then(|factor| cell.factors.get(factor)).cloned();
            let point = (x, self.row(cell, &figure.quantity, figure.class.as_ref()));
            match lines.iter_mut().find(|line| line.label == label) {
                Some(line) => line.points.push(point),
                None => lines.push(Line { label, points: vec![point] }),
            }
        }
        for line in &mut lines {
            line.points.sort_by(|one, other| one.0.total_cmp(&other.0));
        }
        let (over, curves) = (figure.over.clone(), figure.curves.clone());
        Drawn::Lines { over, lines, range, x: figure.x, y: figure.y, curves }
    }

    fn heat(&self, heat: &Heat, range: Option<(f64, f64)>) -> Drawn {
        let admitted = self.cells(&heat.cells);
        if admitted.is_empty() {
            return self.not_run();
        }
        let of = |cell: &Cell, factor: &str| cell.factors.get(factor).cloned().unwrap_or_default();
        let labels = |factor: &str| in_order(admitted.iter().map(|cell| of(cell, factor)));
        let (rows, columns) = (labels(&heat.down), labels(&heat.across));
        let place = |labels: &[String], label: String| labels.iter().position(|one| *one == label);
        let cells = admitted.iter().filter_map(|cell| {
            let down = place(&rows, of(cell, &heat.down))?;
            let across = place(&columns, of(cell, &heat.across))?;
            Some((down, across, self.row(cell, &heat.quantity, heat.class.as_ref())))
        });
        let cells = cells.collect();
        let (across, down) = (heat.across.clone(), heat.down.clone());
        Drawn::Heat { across, down, columns, rows, cells, range }
    }
}

/// Different labels as they first come, or by size where all are numbers: cells of several arms come
/// in the order of their arms' names, which says nothing of what was varied.
fn in_order(all: impl Iterator<Item = String>) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for label in all {
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    let number = |label: &String| label.parse::<f64>().ok().filter(|number| number.is_finite());
    if labels.iter().all(|label| number(label).is_some()) {
        let size = |label: &String| number(label).expect("every label is a number");
        labels.sort_by(|one, other| size(one).total_cmp(&size(other)));
    }
    labels
}

/// Cells that share a group's label are drawn one by one under their own names, never pooled.
fn tell_apart(panel: &mut Panel) {
    let labels: Vec<String> = panel.groups.iter().map(|group| group.label.clone()).collect();
    for (at, group) in panel.groups.iter_mut().enumerate() {
        let twin = |(other, label): (usize, &String)| other != at && *label == labels[at];
        if labels.iter().enumerate().any(twin)
            && let Some(row) = group.rows.first()
        {
            group.label = row.cell.clone();
        }
    }
}

fn without_interval(shown: Shown) -> Shown {
    match shown {
        Shown::Share { hits, of, .. } => Shown::Exact { hits, of },
        Shown::Never { of, .. } => Shown::Exact { hits: 0, of },
        other => other,
    }
}

/// What a summary shows, with its 95% interval.
pub(crate) fn shown(summary: &Summary, class: Option<&str>) -> Shown {
    match (summary, class) {
        (Summary::Mean { estimate, .. } | Summary::Numbers { estimate }, None) => {
            let Interval { low, high, .. } = estimate.interval(LEVEL);
            match low.is_finite() && high.is_finite() {
                true => Shown::Mean { mean: estimate.mean, low, high, units: estimate.units },
                false => Shown::Undetermined,
            }
        }
        (Summary::Rate { hits, of }, None) => share(*hits, *of),
        (Summary::Classes { counts, undetermined: 0 }, Some(class)) => {
            share(counts.get(class).copied().unwrap_or(0), counts.values().sum())
        }
        (Summary::Classes { counts, undetermined }, Some(class)) => {
            between(counts.get(class).copied().unwrap_or(0), counts.values().sum(), *undetermined)
        }
        (Summary::Counts { of, counts }, Some(class)) => {
            share(counts.get(class).copied().unwrap_or(0), *of)
        }
        _ => Shown::Undetermined,
    }
}

/// A share where some have no class: from none of them being hits to all of them.
fn between(hits: u64, classed: u64, unclassed: u64) -> Shown {
    let of = classed + unclassed;
    let ends = (
        clopper_pearson(hits, of, LEVEL, Sides::Two),
        clopper_pearson(hits + unclassed, of, LEVEL, Sides::Two),
    );
    match ends {
        (Ok(least), Ok(most)) if hits > 0 => {
            Shown::Share { hits, of, low: least.low, high: most.high }
        }
        (_, Ok(most)) => Shown::Never { of, at_most: most.high },
        _ => Shown::Undetermined,
    }
}

/// A share of draws, or a bound where there was no hit.
pub(crate) fn share(hits: u64, of: u64) -> Shown {
    if hits == 0 {
        return match exact_zero_bound(of, LEVEL) {
            Ok(at_most) => Shown::Never { of, at_most },
            Err(_) => Shown::Undetermined,
        };
    }
    match clopper_pearson(hits, of, LEVEL, Sides::Two) {
        Ok(Interval { low, high, .. }) => Shown::Share { hits, of, low, high },
        Err(_) => Shown::Undetermined,
    }
}

/// The centre of what a forecast expects; none where it says that it knows nothing.
fn centre(distribution: &Distribution, class: Option<&str>) -> Option<f64> {
    match (distribution, class) {
        (Distribution::Normal { mean, .. }, _) => Some(*mean),
        (Distribution::Beta { a, b }, _) => Some(a / (a + b)),
        (Distribution::Point(rate), _) => Some(*rate),
        (Distribution::Dirichlet(weights), Some(class)) => {
            Some(weights.get(class)? / weights.values().sum::<f64>())
        }
        // A reference was resolved before; what is left says nothing.
        (Distribution::Dirichlet(_), None)
        | (Distribution::Uniform | Distribution::Recorded(_), _) => None,
    }
}

/// Seeds by value: exactly where they have few different values, else in bins of equal width.
fn histogram(mut numbers: Vec<f64>) -> Vec<Bin> {
    numbers.sort_by(f64::total_cmp);
    let mut bins: Vec<Bin> = Vec::new();
    for &number in &numbers {
        match bins.last_mut() {
            Some(bin) if bin.low == number => bin.seeds += 1,
            _ => bins.push(Bin { low: number, high: number, seeds: 1 }),
        }
    }
    let (Some(first), Some(last)) = (numbers.first(), numbers.last()) else { return bins };
    let width = (last - first) / BINS as f64;
    if bins.len() <= BINS || !(width > 0.0 && width.is_finite()) {
        return bins;
    }
    let mut wide: Vec<Bin> = (0..BINS)
        .map(|at| first + width * at as f64)
        .map(|low| Bin { low, high: low + width, seeds: 0 })
        .collect();
    for bin in bins {
        let at = ((bin.low - first) / width) as usize;
        wide[at.min(BINS - 1)].seeds += bin.seeds;
    }
    wide.retain(|bin| bin.seeds > 0);
    wide
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_keeps_every_seed_and_stays_bounded() {
        let few = histogram(vec![0.5, 0.25, 0.5]);
        let at = |low: f64, seeds| Bin { low, high: low, seeds };
        assert_eq!(few, vec![at(0.25, 1), at(0.5, 2)]);
        let many = histogram((0..100_000).map(|seed| f64::from(seed).powi(2)).collect());
        assert!(many.len() <= BINS, "{} bins", many.len());
        assert_eq!(many.iter().map(|bin| bin.seeds).sum::<u64>(), 100_000);
        assert!(many.iter().all(|bin| bin.low < bin.high && bin.seeds > 0));
    }

    #[test]
    fn an_outcome_that_came_never_is_a_bound_and_not_a_zero() {
        // 1 - 0.05^(1/299), the example of the design: 0 of 299 excludes 1%.
        let Shown::Never { of, at_most } = share(0, 299) else { panic!("no bound") };
        assert!(of == 299 && (at_most - 0.009969).abs() < 1e-6, "{at_most}");
        assert!(matches!(share(299, 299), Shown::Share { hits: 299, high: 1.0, .. }));
        assert_eq!(share(0, 0), Shown::Undetermined);
    }

    #[test]
    fn labels_stand_by_size_where_all_are_numbers_and_as_they_come_elsewhere() {
        let order = |labels: &[&str]| in_order(labels.iter().map(ToString::to_string));
        assert_eq!(order(&["32", "128", "4096", "8", "32"]), ["8", "32", "128", "4096"]);
        assert_eq!(order(&["0.5", "0.1", "0.0"]), ["0.0", "0.1", "0.5"]);
        assert_eq!(order(&["maj5", "8", "2"]), ["maj5", "8", "2"]);
    }

    #[test]
    fn a_forecast_that_knows_nothing_has_no_tick() {
        let weights = BTreeMap::from([("a".to_string(), 3.0), ("b".to_string(), 1.0)]);
        let dirichlet = Distribution::Dirichlet(weights);
        assert_eq!(centre(&dirichlet, Some("a")), Some(0.75));
        assert_eq!(centre(&dirichlet, None), None);
        assert_eq!(centre(&Distribution::Beta { a: 1.0, b: 3.0 }, None), Some(0.25));
        assert_eq!(centre(&Distribution::Uniform, None), None);
    }
}
