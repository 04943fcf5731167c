//! The figures of a study, checked where they are declared: quantities, classes, cells and factors
//! that the study does not have are mistakes with their place.

use std::collections::BTreeMap;
use std::ops::Range;

use mesascope_instruments::Instrument;
use mesascope_record::{Axis, Drawing, Figure, Filter, Kind, Mistake, suggestion};
use toml::Spanned;
use toml::de::DeValue;

use crate::cells;
use crate::file::Name;
use crate::study::{Reader, StudyCell};

impl Reader<'_, '_> {
    /// The figures in the order of the file: the first stands on the report's first screen.
    pub(crate) fn figures(
        &self,
        declared: &BTreeMap<Name, Drawing>,
        cells: &[StudyCell],
        instruments: &[Instrument],
    ) -> Result<Vec<Figure>, Mistake> {
        let start = |name: &str| {
            let table = self.root.get("figures").and_then(|tree| tree.get_ref().as_table());
            table.and_then(|table| table.get_key_value(name)).map(|(key, _)| key.span().start)
        };
        let mut figures: Vec<Figure> = declared
            .iter()
            .map(|(Name(name), drawing)| {
                Place { reader: self, name, drawing, cells, instruments }.check()?;
                Ok(Figure { name: name.clone(), drawing: drawing.clone() })
            })
            .collect::<Result<_, Mistake>>()?;
        figures.sort_by_key(|figure| start(&figure.name));
        Ok(figures)
    }
}

/// One declared figure and what it must agree with.
struct Place<'p, 'a, 'i> {
    reader: &'p Reader<'a, 'i>,
    name: &'p str,
    drawing: &'p Drawing,
    cells: &'p [StudyCell],
    instruments: &'p [Instrument],
}

impl Place<'_, '_, '_> {
    fn check(&self) -> Result<(), Mistake> {
        if self.drawing.title().trim().is_empty() {
            return self.wrong("title", "title is empty; say what the figure shows");
        }
        let quantity = self.drawing.quantity().to_string();
        let quantity = Spanned::new(self.span("quantity"), quantity);
        let kind = self.reader.known_quantity(&quantity, self.instruments)?;
        match self.drawing {
            Drawing::Dots(dots) => {
                self.class(&kind, &dots.class)?;
                self.admitted("cells", &dots.cells)?;
                match &dots.reference {
                    Some(line) if !line.at.is_finite() => {
                        self.wrong("reference", "a reference is finite")
                    }
                    _ => Ok(()),
                }
            }
            Drawing::Shares(shares) => {
                self.outcomes(&kind, &shares.outcomes)?;
                let cells = self.admitted("cells", &shares.cells)?;
                if let Some(exact) = &shares.exact {
                    self.admitted("exact", exact)?;
                }
                for (key, factor) in [("panels", &shares.panels), ("groups", &shares.groups)] {
                    if let Some(factor) = factor {
                        self.factor(key, factor, &cells)?;
                    }
                }
                Ok(())
            }
            Drawing::Scatter(scatter) => {
                self.outcomes(&kind, &[])?;
                let [x, y] = [self.only("x", &scatter.x)?, self.only("y", &scatter.y)?];
                match x == y {
                    true => self.wrong("y", format!("cell {x:?} would be compared with itself")),
                    false => Ok(()),
                }
            }
            Drawing::Lines(lines) => {
                self.class(&kind, &lines.class)?;
                let cells = self.admitted("cells", &lines.cells)?;
                self.factor("over", &lines.over, &cells)?;
                for cell in &cells {
                    let value = &cell.factors[&lines.over];
                    let fits = |number: f64| {
                        number.is_finite() && (lines.x == Axis::Linear || number > 0.0)
                    };
                    if !value.parse().is_ok_and(fits) {
                        let what = format!(
                            "{} {value:?} of cell {:?} has no place on the axis: it must be a \
                             number, above 0 on a log axis",
                            lines.over, cell.name
                        );
                        return self.wrong("over", what);
                    }
                }
                let mut factors = vec![lines.over.as_str()];
                if let Some(factor) = &lines.lines {
                    self.factor("lines", factor, &cells)?;
                    factors.push(factor);
                }
                self.apart("over", &cells, &factors)?;
                for curve in &lines.curves {
                    let fits = |&(x, y): &(f64, f64)| {
                        x.is_finite()
                            && y.is_finite()
                            && (lines.x == Axis::Linear || x > 0.0)
                            && (lines.y == Axis::Linear || y > 0.0)
                    };
                    if curve.points.len() < 2 || !curve.points.iter().all(fits) {
                        let what = "a curve has two points or more, finite, above 0 on a log axis";
                        return self.wrong("curves", what);
                    }
                }
                Ok(())
            }
            Drawing::Heat(heat) => {
                self.class(&kind, &heat.class)?;
                let cells = self.admitted("cells", &heat.cells)?;
                self.factor("across", &heat.across, &cells)?;
                self.factor("down", &heat.down, &cells)?;
                self.apart("cells", &cells, &[heat.across.as_str(), heat.down.as_str()])
            }
        }
    }

    /// A class or outcome is named exactly where the quantity has some.
    fn class(&self, kind: &Kind, class: &Option<String>) -> Result<(), Mistake> {
        match (kind, class) {
            (Kind::Classes { .. } | Kind::Counts { .. }, Some(class)) => {
                self.outcome("class", kind, class)
            }
            (Kind::Classes { .. } | Kind::Counts { .. }, None) => {
                let what = "a quantity of classes or counts needs `class`, the one that is drawn";
                self.wrong("quantity", what)
            }
            (_, Some(_)) => {
                self.wrong("class", "only a quantity of classes or counts has a `class`")
            }
            (_, None) => Ok(()),
        }
    }

    fn outcomes(&self, kind: &Kind, outcomes: &[String]) -> Result<(), Mistake> {
        if !matches!(kind, Kind::Classes { .. } | Kind::Counts { .. }) {
            let what = "only a quantity of classes or counts has shares; use dots, lines or heat";
            return self.wrong("quantity", what);
        }
        for (at, outcome) in outcomes.iter().enumerate() {
            self.outcome("outcomes", kind, outcome)?;
            if outcomes[..at].contains(outcome) {
                return self.wrong("outcomes", format!("outcome {outcome:?} is listed twice"));
            }
        }
        Ok(())
    }

    fn outcome(&self, key: &str, kind: &Kind, outcome: &str) -> Result<(), Mistake> {
        match kind {
            Kind::Classes { classes } if !classes.iter().any(|class| class == outcome) => {
                let near = suggestion(outcome, classes.iter().map(String::as_str));
                self.wrong(key, format!("no class is called {outcome:?}; {near}"))
            }
            Kind::Counts { outcomes } => match outcomes.admits(outcome) {
                Ok(()) => Ok(()),
                Err(what) => self.wrong(key, what),
            },
            _ => Ok(()),
        }
    }

    fn admitted(&self, key: &str, filter: &Filter) -> Result<Vec<&StudyCell>, Mistake> {
        let filter = Spanned::new(self.span(key), filter.clone());
        let names = self.reader.admitted(&filter, self.cells)?;
        Ok(self.cells.iter().filter(|cell| names.contains(&cell.name)).collect())
    }

    fn only(&self, key: &str, filter: &Filter) -> Result<String, Mistake> {
        match self.admitted(key, filter)?[..] {
            [only] => Ok(only.name.clone()),
            [first, second, ..] => {
                let what = format!(
                    "{key} is one cell; {:?} and {:?} are both admitted: name more factors",
                    first.name, second.name
                );
                self.wrong(key, what).map(|()| String::new())
            }
            [] => self.wrong(key, "no cell has all of these together").map(|()| String::new()),
        }
    }

    fn factor(&self, key: &str, factor: &str, cells: &[&StudyCell]) -> Result<(), Mistake> {
        let Some(without) = cells.iter().find(|cell| !cell.factors.contains_key(factor)) else {
            return Ok(());
        };
        let near = suggestion(factor, without.factors.keys().map(String::as_str));
        self.wrong(key, format!("cell {:?} has no factor {factor:?}; {near}", without.name))
    }

    /// Refuses two cells that would be drawn in one place: they are never averaged.
    fn apart(&self, key: &str, cells: &[&StudyCell], factors: &[&str]) -> Result<(), Mistake> {
        let place = |cell: &StudyCell| -> Vec<Option<String>> {
            factors.iter().map(|factor| cell.factors.get(*factor).cloned()).collect()
        };
        for (at, cell) in cells.iter().enumerate() {
            if let Some(other) = cells[..at].iter().find(|other| place(other) == place(cell)) {
                let what = format!(
                    "cells {:?} and {:?} would be drawn in one place; narrow `cells` or draw \
                     another factor",
                    other.name, cell.name
                );
                return self.wrong(key, what);
            }
        }
        Ok(())
    }

    fn wrong(&self, key: &str, what: impl Into<String>) -> Result<(), Mistake> {
        Err(self.reader.source.mistake(Some(self.span(key)), what))
    }

    /// Where a key of the figure stands, or the figure where the key is left out.
    fn span(&self, key: &str) -> Range<usize> {
        let kind = match self.drawing {
            Drawing::Dots(_) => "dots",
            Drawing::Shares(_) => "shares",
            Drawing::Scatter(_) => "scatter",
            Drawing::Lines(_) => "lines",
            Drawing::Heat(_) => "heat",
        };
        let root = Spanned::new(0..0, DeValue::Table(self.reader.root.clone()));
        cells::place_of(&root, &["figures", self.name, kind, key])
    }
}
