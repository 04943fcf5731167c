//! A study: read from its file, checked as a whole, every cell written out.

use std::collections::BTreeMap;
use std::ops::Range;

use mesascope_instruments::Instrument;
use mesascope_record::{
    Comparison, Control, ControlKind, Dispersed, Explained, Figure, Filter, Keep, Kind, Question,
    ReplayAsked,
};
use mesascope_worlds::World;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer, ValueDeserializer};

use crate::cells::{self, Tree};
use crate::file::{ControlFile, Name, Seeds, StudyFile, StudyName};
use crate::maker::Maker;
use mesascope_record::{Mistake, Source, suggestion};

/// A study that has been read and can be planned.
#[derive(Clone, Debug)]
pub struct Study {
    /// Its name.
    pub name: String,
    /// The study whose claims, rules and forecasts apply.
    pub based_on: String,
    /// The question it asks.
    pub question: String,
    /// The claims it bears on.
    pub claims: Vec<u32>,
    pub(crate) agents: Keep,
    pub(crate) instruments: Vec<Instrument>,
    pub(crate) cells: Vec<StudyCell>,
    pub(crate) controls: Vec<Control>,
    pub(crate) questions: Vec<Question>,
    pub(crate) comparisons: Vec<Comparison>,
    pub(crate) explained: Vec<Explained>,
    pub(crate) dispersed: Vec<Dispersed>,
    pub(crate) figures: Vec<Figure>,
    pub(crate) replays: Vec<ReplayAsked>,
    pub(crate) edits: Vec<String>,
    claim_places: BTreeMap<u32, (usize, usize)>,
}

/// A cell with its settings as they run.
#[derive(Clone, Debug)]
pub(crate) struct StudyCell {
    pub(crate) name: String,
    pub(crate) factors: BTreeMap<String, String>,
    pub(crate) headline: bool,
    pub(crate) control: Option<String>,
    pub(crate) seeds: Seeds,
    pub(crate) world: World,
    pub(crate) learner: Maker,
}

/// A study's text with `path=value` edits put in, as `--set` asks.
pub fn edit(file: &str, text: &str, edits: &[String]) -> Result<String, Mistake> {
    let wrong = |what: String| Mistake { file: file.to_string(), at: None, what };
    if edits.is_empty() {
        return Ok(text.to_string());
    }
    let source = Source { file, text };
    let mut document: toml_edit::DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| source.mistake(error.span(), error.message()))?;
    for edit in edits {
        let (path, value) = edit
            .split_once('=')
            .ok_or_else(|| wrong(format!("--set takes path=value, not {edit:?}")))?;
        let value = value.trim();
        if path.trim().ends_with("headline") {
            return Err(wrong(
                "--set does not change which arms are headlines: they run in the standard preset \
                 only, so that nobody sees them before"
                    .to_string(),
            ));
        }
        // A bare word is a string: nobody wants to quote quotes in a shell.
        let value: toml_edit::Value = value.parse().unwrap_or_else(|_| value.into());
        let keys: Vec<&str> = path.trim().split('.').collect();
        let [parents @ .., last] = &keys[..] else { unreachable!("split yields at least one") };
        let mut node: &mut dyn toml_edit::TableLike = document.as_table_mut();
        for key in parents {
            let names: Vec<String> = node.iter().map(|(name, _)| name.to_string()).collect();
            node =
                node.get_mut(key).and_then(|item| item.as_table_like_mut()).ok_or_else(|| {
                    let near = suggestion(key, names.iter().map(String::as_str));
                    wrong(format!("--set {path}: there is no table {key:?}; {near}"))
                })?;
        }
        node.insert(last, toml_edit::Item::Value(value));
    }
    Ok(document.to_string())
}

impl Study {
    /// Reads a study's text. `file` is what mistakes call it; `edits` are those already in it.
    pub fn parse(file: &str, text: &str, edits: &[String]) -> Result<Study, Mistake> {
        let source = Source { file, text };
        let root =
            DeTable::parse(text).map_err(|error| source.unread(error.span(), error.message()))?;
        let frame = StudyFile::deserialize(Deserializer::from(root.clone()))
            .map_err(|error| source.unread(error.span(), error.message()))?;
        if *frame.schema.get_ref() != 1 {
            let what =
                format!("schema {} is not known; this mesascope reads 1", frame.schema.get_ref());
            return Err(source.mistake(Some(frame.schema.span()), what));
        }
        if frame.question.get_ref().trim().is_empty() {
            let what = "question is empty; say what is asked";
            return Err(source.mistake(Some(frame.question.span()), what));
        }
        let mut claim_places = BTreeMap::new();
        for claim in &frame.claims {
            let place = source.place(claim.span().start);
            if claim_places.insert(*claim.get_ref(), place).is_some() {
                let what = format!("claim {} is listed twice", claim.get_ref());
                return Err(source.mistake(Some(claim.span()), what));
            }
        }
        let reader = Reader { source, root: root.get_ref() };
        let instruments = reader.instruments(&frame)?;
        let cells = reader.cells(&frame)?;
        reader.check_instruments(&instruments, &cells)?;
        let controls = reader.controls(&frame, &cells, &instruments)?;
        let questions = reader.questions(&frame, &cells, &instruments)?;
        let comparisons = reader.comparisons(&frame.comparisons, &cells, &instruments)?;
        let explained = reader.explained(&frame.explained, &cells, &instruments)?;
        let dispersed = reader.dispersed(&frame.dispersion, &cells, &instruments)?;
        let figures = reader.figures(&frame.figures, &cells, &instruments)?;
        let replays = reader.replays(&frame.replays, &cells)?;
        let name = frame.name.into_inner().0;
        Ok(Study {
            based_on: frame.based_on.map_or_else(|| name.clone(), |StudyName(other)| other),
            name,
            question: frame.question.into_inner(),
            claims: frame.claims.into_iter().map(Spanned::into_inner).collect(),
            agents: frame.agents,
            instruments,
            cells,
            controls,
            questions,
            comparisons,
            explained,
            dispersed,
            figures,
            replays,
            edits: edits.to_vec(),
            claim_places,
        })
    }

    /// Whether anything must hold before its results are shown.
    pub fn has_controls(&self) -> bool {
        !self.controls.is_empty()
    }

    /// Line and column at which the study names a claim.
    pub fn place_of_claim(&self, claim: u32) -> Option<(usize, usize)> {
        self.claim_places.get(&claim).copied()
    }
}

/// A study's text and its tree, with the place of every value.
pub(crate) struct Reader<'a, 'i> {
    pub(crate) source: Source<'a>,
    pub(crate) root: &'a DeTable<'i>,
}

impl<'i> Reader<'_, 'i> {
    fn read<T: DeserializeOwned>(&self, tree: Tree<'i>) -> Result<T, Mistake> {
        T::deserialize(ValueDeserializer::from(tree))
            .map_err(|error| self.source.unread(error.span(), error.message()))
    }

    /// The learner, or the planted agent, of a cell.
    fn maker(&self, tree: Tree<'i>) -> Result<Maker, Mistake> {
        let plants = match tree.get_ref() {
            DeValue::Table(kinds) => kinds.keys().any(|kind| Maker::plants(kind.get_ref())),
            _ => false,
        };
        match plants {
            true => self.read(tree).map(Maker::Planted),
            false => self.read(tree).map(Maker::Learner),
        }
    }

    fn instruments(&self, frame: &StudyFile) -> Result<Vec<Instrument>, Mistake> {
        let table = self.root.get("instruments").and_then(|tree| tree.get_ref().as_table());
        let Some(table) = table.filter(|_| !frame.instruments.is_empty()) else {
            let valid = Instrument::NAMES.join(", ");
            let what =
                format!("a study measures something: add [instruments.NAME], NAME one of {valid}");
            return Err(self.source.mistake(None, what));
        };
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        entries
            .into_iter()
            .map(|(key, value)| {
                if !Instrument::NAMES.contains(&key.get_ref().as_ref()) {
                    let near = suggestion(key.get_ref(), Instrument::NAMES.iter().copied());
                    let what = format!("no instrument is named {:?}; {near}", key.get_ref());
                    return Err(self.source.mistake(Some(key.span()), what));
                }
                let mut single = DeTable::new();
                single.insert(key.clone(), value.clone());
                self.read(Spanned::new(value.span(), DeValue::Table(single)))
            })
            .collect()
    }

    /// Refuses an instrument whose settings do not fit the world of some cell.
    fn check_instruments(
        &self,
        instruments: &[Instrument],
        cells: &[StudyCell],
    ) -> Result<(), Mistake> {
        for instrument in instruments {
            for cell in cells {
                if let Err(why) = instrument.face().check(&cell.world.face().ground()) {
                    let root = Spanned::new(0..0, DeValue::Table(self.root.clone()));
                    let place = cells::place_of(&root, &["instruments", instrument.name()]);
                    let what = format!("{why} (cell {:?})", cell.name);
                    return Err(self.source.mistake(Some(place), what));
                }
            }
        }
        Ok(())
    }

    /// Base, arms by name, then the cells that controls make for themselves.
    fn cells(&self, frame: &StudyFile) -> Result<Vec<StudyCell>, Mistake> {
        let mut cells = self.cells_of(&[], "base", false, None, frame.seeds)?;
        for (Name(name), arm) in &frame.arms {
            let path = ["arms", name.as_str(), "set"];
            let seeds = arm.seeds.unwrap_or(frame.seeds);
            cells.extend(self.cells_of(&path, name, arm.headline, None, seeds)?);
        }
        for (sort, controls) in
            [("positive", &frame.controls.positive), ("negative", &frame.controls.negative)]
        {
            for (Name(name), control) in controls {
                let path = ["controls", sort, name.as_str(), "set"];
                if cells::table_at(self.root, &path).is_some() {
                    let seeds = control.seeds.unwrap_or(frame.seeds);
                    cells.extend(self.cells_of(&path, name, false, Some(name), seeds)?);
                }
            }
        }
        for (at, cell) in cells.iter().enumerate() {
            let twin = cells[..at].iter().find(|other| {
                other.name == cell.name
                    || (other.world == cell.world && other.learner == cell.learner)
            });
            if let Some(other) = twin {
                let what = match other.name == cell.name {
                    true => {
                        format!("two cells are named {:?}; name one of them otherwise", cell.name)
                    }
                    false => format!(
                        "cells {:?} and {:?} are the same; each agent would be counted twice",
                        other.name, cell.name
                    ),
                };
                return Err(self.source.mistake(Some(self.place_of_cell(cell)), what));
            }
        }
        Ok(cells)
    }

    /// Where a cell comes from: the `set` of its arm or control, or the world of the base.
    fn place_of_cell(&self, cell: &StudyCell) -> Range<usize> {
        let root = Spanned::new(0..0, DeValue::Table(self.root.clone()));
        let place = |path: &[&str]| cells::place_of(&root, path);
        match (&cell.control, cell.factors["arm"].as_str()) {
            (None, "base") => place(&["world"]),
            (None, arm) => place(&["arms", arm, "set"]),
            (Some(control), _) => {
                let sorts = ["positive", "negative"];
                let of = |sort: &&&str| {
                    let path = ["controls", **sort, control.as_str(), "set"];
                    cells::table_at(self.root, &path).is_some()
                };
                let sort = sorts.iter().find(of).unwrap_or(&sorts[0]);
                place(&["controls", sort, control, "set"])
            }
        }
    }

    /// A world or learner is a table with one kind in it.
    fn one_kind(&self, part: &str, tree: &Tree<'i>, known: &[&str]) -> Result<(), Mistake> {
        let known = known.join(", ");
        let DeValue::Table(kinds) = tree.get_ref() else {
            let what = format!("{part} is a table: [{part}.KIND], KIND one of {known}");
            return Err(self.source.mistake(Some(tree.span()), what));
        };
        let mut keys: Vec<_> = kinds.keys().collect();
        keys.sort_by_key(|key| key.span().start);
        match keys[..] {
            [_] => Ok(()),
            [] => {
                let what = format!("{part} has no kind: add [{part}.KIND], KIND one of {known}");
                Err(self.source.mistake(Some(tree.span()), what))
            }
            [first, second, ..] => {
                let (first, other) = (first.get_ref(), second.get_ref());
                let what = format!("{part} has one kind, not both {first} and {other}");
                Err(self.source.mistake(Some(second.span()), what))
            }
        }
    }

    fn cells_of(
        &self,
        set_path: &[&str],
        arm: &str,
        headline: bool,
        control: Option<&str>,
        seeds: Seeds,
    ) -> Result<Vec<StudyCell>, Mistake> {
        let mut base = DeTable::new();
        for name in ["world", "learner"] {
            let (key, value) = self.root.get_key_value(name).expect("the frame was read");
            base.insert(key.clone(), value.clone());
        }
        let mut tree = Spanned::new(0..0, DeValue::Table(base));
        let mut deviations = Vec::new();
        if let Some(sets) = cells::table_at(self.root, set_path).filter(|_| !set_path.is_empty()) {
            let mut sets: Vec<_> = sets.iter().collect();
            sets.sort_by_key(|(key, _)| key.span().start);
            for (key, value) in sets {
                let path = key.get_ref();
                if !["world", "learner"].contains(&path.split('.').next().unwrap_or_default()) {
                    let what =
                        format!("path {path:?} does not begin with \"world\" or \"learner\"");
                    return Err(self.source.mistake(Some(key.span()), what));
                }
                cells::set(&mut tree, path, value.clone())
                    .map_err(|what| self.source.mistake(Some(key.span()), what))?;
                let last = path.rsplit('.').next().unwrap_or_default().to_string();
                deviations.push((last, cells::label(value)));
            }
        }
        let points = cells::grid(&self.source, &tree)?;
        points
            .into_iter()
            .map(|point| self.cell(point, arm, headline, control, seeds, &deviations))
            .collect()
    }

    fn cell(
        &self,
        point: cells::Point<'i>,
        arm: &str,
        headline: bool,
        control: Option<&str>,
        seeds: Seeds,
        deviations: &[(String, String)],
    ) -> Result<StudyCell, Mistake> {
        let part = |name| cells::part(&point.tree, name).expect("both parts were put in");
        self.one_kind("world", &part("world"), World::NAMES)?;
        self.one_kind("learner", &part("learner"), &Maker::names())?;
        let world: World = self.read(part("world"))?;
        let learner = self.maker(part("learner"))?;
        if let Err(impossible) = world.face().check() {
            let path = [&["world", world.name()], &impossible.field[..]].concat();
            let place = cells::place_of(&point.tree, &path);
            return Err(self.source.mistake(Some(place), impossible.why));
        }
        if let Err(unfit) = learner.check(&world.face().ground()) {
            let path = [&["learner", learner.name()], &unfit.field[..]].concat();
            let place = cells::place_of(&point.tree, &path);
            return Err(self.source.mistake(Some(place), unfit.why));
        }
        let mut factors = cells::factors(arm, &point, world.name(), learner.name());
        for (name, label) in deviations {
            factors.entry(name.clone()).or_insert_with(|| label.clone());
        }
        let mut words: Vec<&str> = point.factors.iter().map(|(_, label)| label.as_str()).collect();
        if arm != "base" || words.is_empty() {
            words.insert(0, arm);
        }
        Ok(StudyCell {
            name: words.join(" "),
            factors,
            headline,
            control: control.map(str::to_string),
            seeds,
            world,
            learner,
        })
    }

    fn controls(
        &self,
        frame: &StudyFile,
        cells: &[StudyCell],
        instruments: &[Instrument],
    ) -> Result<Vec<Control>, Mistake> {
        let sorts = [
            (ControlKind::Positive, &frame.controls.positive),
            (ControlKind::Negative, &frame.controls.negative),
        ];
        let all =
            || sorts.iter().flat_map(|(kind, list)| list.iter().map(move |entry| (*kind, entry)));
        let mut read_cells: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (_, (Name(name), control)) in all() {
            if read_cells.contains_key(name.as_str()) {
                let what = format!("two controls are named {name:?}");
                return Err(self.source.mistake(Some(control.quantity.span()), what));
            }
            read_cells.insert(name, self.read_by(name, control, cells)?);
        }
        all()
            .map(|(kind, (Name(name), control))| {
                let measured = self.known_quantity(&control.quantity, instruments)?;
                control
                    .expect
                    .get_ref()
                    .suits(&measured)
                    .map_err(|what| self.source.mistake(Some(control.expect.span()), what))?;
                let compared = |other: &str| {
                    let cells = read_cells.get(other).ok_or_else(|| {
                        let near = suggestion(other, read_cells.keys().copied());
                        format!("no control is named {other:?}; {near}")
                    })?;
                    match cells.iter().find(|cell| read_cells[name.as_str()].contains(cell)) {
                        Some(cell) => Err(format!("cell {cell:?} would be compared with itself")),
                        None => Ok(cells.clone()),
                    }
                };
                let expect = control
                    .expect
                    .get_ref()
                    .resolve(compared)
                    .map_err(|what| self.source.mistake(Some(control.expect.span()), what))?;
                Ok(Control {
                    name: name.clone(),
                    kind,
                    says: control.says.clone(),
                    cells: read_cells[name.as_str()].clone(),
                    quantity: control.quantity.get_ref().clone(),
                    expect,
                })
            })
            .collect()
    }

    /// The names of the cells that a control reads: its own, or those that its filter admits.
    fn read_by(
        &self,
        name: &str,
        control: &ControlFile,
        cells: &[StudyCell],
    ) -> Result<Vec<String>, Mistake> {
        let own: Vec<String> = cells
            .iter()
            .filter(|cell| cell.control.as_deref() == Some(name))
            .map(|cell| cell.name.clone())
            .collect();
        match (&control.cells, own.is_empty()) {
            (None, false) => Ok(own),
            (Some(filter), true) => self.admitted(filter, cells),
            (Some(filter), false) => {
                let what =
                    "a control reads cells of its own (`set`) or of the study (`cells`), not both";
                Err(self.source.mistake(Some(filter.span()), what))
            }
            (None, true) => {
                let what = format!("control {name:?} reads nothing: give it `set` or `cells`");
                Err(self.source.mistake(Some(control.quantity.span()), what))
            }
        }
    }

    /// The study's own cells (no control's) that a filter admits; admitting none is a mistake.
    pub(crate) fn admitted(
        &self,
        filter: &Spanned<Filter>,
        cells: &[StudyCell],
    ) -> Result<Vec<String>, Mistake> {
        self.admitted_of(filter, cells, |cell| cell.control.is_none())
    }

    /// The cells of a kind that a filter admits; admitting none is a mistake.
    pub(crate) fn admitted_of(
        &self,
        filter: &Spanned<Filter>,
        cells: &[StudyCell],
        kind: impl Fn(&StudyCell) -> bool,
    ) -> Result<Vec<String>, Mistake> {
        let own = || cells.iter().filter(|cell| kind(cell));
        for (factor, allowed) in &filter.get_ref().0 {
            let mut values: Vec<&str> =
                own().filter_map(|cell| cell.factors.get(factor)).map(String::as_str).collect();
            values.sort();
            values.dedup();
            if values.is_empty() {
                let mut factors: Vec<&str> =
                    own().flat_map(|cell| cell.factors.keys()).map(String::as_str).collect();
                factors.sort();
                factors.dedup();
                let near = suggestion(factor, factors.iter().copied());
                let what = format!("no cell has a factor {factor:?}; {near}");
                return Err(self.source.mistake(Some(filter.span()), what));
            }
            for wanted in allowed.values() {
                if !values.contains(&wanted.as_str()) {
                    let near = suggestion(wanted, values.iter().copied());
                    let what = format!("no cell has {factor} {wanted:?}; {near}");
                    return Err(self.source.mistake(Some(filter.span()), what));
                }
            }
        }
        let admits = |cell: &&StudyCell| {
            filter.get_ref().0.iter().all(|(factor, allowed)| {
                cell.factors.get(factor).is_some_and(|value| allowed.values().contains(value))
            })
        };
        let names: Vec<String> = own().filter(admits).map(|cell| cell.name.clone()).collect();
        if names.is_empty() {
            let what = "no cell has all of these together";
            return Err(self.source.mistake(Some(filter.span()), what));
        }
        Ok(names)
    }

    pub(crate) fn known_quantity(
        &self,
        quantity: &Spanned<String>,
        instruments: &[Instrument],
    ) -> Result<Kind, Mistake> {
        let measured = instruments.iter().flat_map(|instrument| instrument.face().quantities());
        let known: Vec<_> =
            crate::trial::training_quantities().into_iter().chain(measured).collect();
        if let Some(found) = known.iter().find(|one| one.name == *quantity.get_ref()) {
            return Ok(found.kind.clone());
        }
        let near = suggestion(quantity.get_ref(), known.iter().map(|one| one.name.as_str()));
        let what = format!(
            "no instrument of the study measures quantity {:?}; {near}",
            quantity.get_ref()
        );
        Err(self.source.mistake(Some(quantity.span()), what))
    }
}
