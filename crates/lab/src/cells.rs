//! Grids and arms written out: every `{ each = [...] }` becomes an axis, every `set` a deviation,
//! and each value keeps its place in the file, so that a mistake in one cell points at its cause.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use mesascope_record::{Mistake, Source};

/// A tree of settings with places.
pub(crate) type Tree<'i> = Spanned<DeValue<'i>>;

/// One point of a grid: the tree without `each`, and the value chosen on each axis.
#[derive(Clone, Debug)]
pub(crate) struct Point<'i> {
    pub(crate) tree: Tree<'i>,
    /// Axis name and label, in the order of the file.
    pub(crate) factors: Vec<(String, String)>,
}

/// More cells than this is surely a slip.
const MOST_CELLS: usize = 10_000;

/// Puts `value` at a dotted path. All but the last key must exist.
pub(crate) fn set<'i>(tree: &mut Tree<'i>, path: &str, value: Tree<'i>) -> Result<(), String> {
    let keys: Vec<&str> = path.split('.').collect();
    let [parents @ .., last] = &keys[..] else { unreachable!("split yields at least one") };
    let mut node = tree;
    for (depth, key) in parents.iter().enumerate() {
        let names = names_of(node);
        node = child(node, key).ok_or_else(|| {
            let above = if depth == 0 { "the study".to_string() } else { keys[..depth].join(".") };
            format!(
                "path {path:?}: {above} has no {key:?}; {}",
                mesascope_record::suggestion(key, names.iter().map(String::as_str))
            )
        })?;
    }
    let span = value.span();
    match node.get_mut() {
        DeValue::Table(table) => {
            let key = Spanned::new(span, (*last).to_string().into());
            table.remove(*last);
            table.insert(key, value);
            Ok(())
        }
        other => Err(format!(
            "path {path:?}: {} is a {}, not a table",
            parents.join("."),
            other.type_str()
        )),
    }
}

fn names_of(tree: &Tree) -> Vec<String> {
    match tree.get_ref() {
        DeValue::Table(table) => table.keys().map(|key| key.get_ref().to_string()).collect(),
        _ => Vec::new(),
    }
}

fn child<'t, 'i>(tree: &'t mut Tree<'i>, key: &str) -> Option<&'t mut Tree<'i>> {
    match tree.get_mut() {
        DeValue::Table(table) => table.get_mut(key),
        _ => None,
    }
}

/// The place of the deepest existing node on a path.
pub(crate) fn place_of(tree: &Tree, path: &[&str]) -> std::ops::Range<usize> {
    let mut node = tree;
    for key in path {
        match node.get_ref() {
            DeValue::Table(table) => match table.get(*key) {
                Some(next) => node = next,
                None => break,
            },
            _ => break,
        }
    }
    node.span()
}

/// Writes out every `each` of a tree: the grid in the order of the file, last axis fastest.
pub(crate) fn grid<'i>(source: &Source, tree: &Tree<'i>) -> Result<Vec<Point<'i>>, Mistake> {
    let mut axes = Vec::new();
    find_axes(source, tree, &mut Vec::new(), &mut axes)?;
    axes.sort_by_key(|axis| axis.start);
    let names = axis_names(&axes);
    let mut points = vec![Point { tree: tree.clone(), factors: Vec::new() }];
    for (axis, name) in axes.iter().zip(names) {
        let labels = labels(&axis.values);
        if points.len() * axis.values.len() > MOST_CELLS {
            let what = format!("the grid has more than {MOST_CELLS} cells");
            return Err(source.mistake(Some(axis.start..axis.start), what));
        }
        let mut finer = Vec::new();
        for point in &points {
            for (value, label) in axis.values.iter().zip(&labels) {
                let mut point = point.clone();
                set(&mut point.tree, &axis.path.join("."), value.clone())
                    .map_err(|what| source.mistake(Some(value.span()), what))?;
                if point.factors.iter().any(|(other, _)| *other == name) {
                    let what = format!("two axes are both named {name:?}");
                    return Err(source.mistake(Some(value.span()), what));
                }
                point.factors.push((name.clone(), label.clone()));
                finer.push(point);
            }
        }
        points = finer;
    }
    Ok(points)
}

struct Axis<'i> {
    path: Vec<String>,
    start: usize,
    values: Vec<Tree<'i>>,
}

fn find_axes<'i>(
    source: &Source,
    tree: &Tree<'i>,
    path: &mut Vec<String>,
    axes: &mut Vec<Axis<'i>>,
) -> Result<(), Mistake> {
    let DeValue::Table(table) = tree.get_ref() else { return Ok(()) };
    if let Some(each) = table.get("each") {
        let wrong = |what: &str| Err(source.mistake(Some(each.span()), what));
        if table.len() != 1 {
            return wrong("`each` stands alone in its table");
        }
        let DeValue::Array(values) = each.get_ref() else {
            return wrong("`each` is a list of values");
        };
        if values.is_empty() {
            return wrong("`each` lists at least one value");
        }
        let values: Vec<Tree> = values.iter().cloned().collect();
        let texts: Vec<String> = values.iter().map(text).collect();
        for (at, one) in texts.iter().enumerate() {
            if texts[..at].contains(one) {
                let what = format!("`each` lists {one} twice");
                return Err(source.mistake(Some(values[at].span()), what));
            }
        }
        axes.push(Axis { path: path.clone(), start: tree.span().start, values });
        return Ok(());
    }
    for (key, value) in table.iter() {
        path.push(key.get_ref().to_string());
        find_axes(source, value, path, axes)?;
        path.pop();
    }
    Ok(())
}

/// An axis is named by the last key of its path, with the key before it where two would be equal.
fn axis_names(axes: &[Axis]) -> Vec<String> {
    let last = |axis: &Axis| axis.path.last().cloned().unwrap_or_default();
    axes.iter()
        .map(|axis| {
            let alone = axes.iter().filter(|other| last(other) == last(axis)).count() == 1;
            match (&axis.path[..], alone) {
                ([.., before, last], false) => format!("{before}.{last}"),
                _ => last(axis),
            }
        })
        .collect()
}

/// Labels of an axis's values: the kind alone (`adam`) where that tells them apart, and `gates=3` for
/// `{ gates = 3 }`, whose kind alone would hide the number.
fn labels(values: &[Tree]) -> Vec<String> {
    let kinds: Vec<Option<String>> = values.iter().map(kind).collect();
    let mut told = kinds.clone();
    told.sort();
    told.dedup();
    if kinds.iter().all(Option::is_some) && told.len() == kinds.len() {
        return kinds.into_iter().flatten().collect();
    }
    values.iter().map(text).collect()
}

fn kind(value: &Tree) -> Option<String> {
    match value.get_ref() {
        DeValue::Table(table) if table.len() == 1 => {
            table.iter().next().map(|(key, inner)| match inner.get_ref() {
                DeValue::Table(_) => key.get_ref().to_string(),
                _ => text(value),
            })
        }
        DeValue::String(text) => Some(text.to_string()),
        _ => None,
    }
}

/// The label of one value that a deviation sets.
pub(crate) fn label(value: &Tree) -> String {
    kind(value).unwrap_or_else(|| text(value))
}

fn text(value: &Tree) -> String {
    match value.get_ref() {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(value) => value.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Array(items) => items.iter().map(text).collect::<Vec<_>>().join("x"),
        DeValue::Table(table) => {
            let fields: Vec<String> = table
                .iter()
                .map(|(key, value)| format!("{}={}", key.get_ref(), text(value)))
                .collect();
            if table.len() == 1
                && let Some((key, value)) = table.iter().next()
                && matches!(value.get_ref(), DeValue::Table(_))
            {
                return format!("{}({})", key.get_ref(), text(value));
            }
            fields.join(",")
        }
    }
}

/// The settings of one cell: the tree below `world` and below `learner`.
pub(crate) fn part<'i>(tree: &Tree<'i>, name: &str) -> Option<Tree<'i>> {
    match tree.get_ref() {
        DeValue::Table(table) => table.get(name).cloned(),
        _ => None,
    }
}

/// The table of a path in the file's own tree.
pub(crate) fn table_at<'t, 'i>(root: &'t DeTable<'i>, path: &[&str]) -> Option<&'t DeTable<'i>> {
    let mut table = root;
    for key in path {
        table = table.get(*key)?.get_ref().as_table()?;
    }
    Some(table)
}

/// The factors of a cell as a map, with the arm and the kinds that every cell has. Where whole worlds
/// or learners are varied, two of one kind keep the labels that tell them apart.
pub(crate) fn factors(
    arm: &str,
    point: &Point,
    world: &str,
    learner: &str,
) -> BTreeMap<String, String> {
    let mut factors: BTreeMap<String, String> = point.factors.iter().cloned().collect();
    factors.insert("arm".to_string(), arm.to_string());
    factors.entry("world".to_string()).or_insert(world.to_string());
    factors.entry("learner".to_string()).or_insert(learner.to_string());
    factors
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels_of(each: &str) -> Vec<String> {
        let text = format!("each = [{each}]");
        let table = DeTable::parse(&text).unwrap();
        let DeValue::Array(values) = table.get_ref()["each"].get_ref() else { panic!("{each}") };
        labels(&values.iter().cloned().collect::<Vec<_>>())
    }

    #[test]
    fn values_are_told_apart_by_what_they_differ_in() {
        for (each, labels) in [
            ("{ adam = {} }, { sgd = { momentum = 0.9 } }", ["adam", "sgd"]),
            ("{ gates = 2 }, { gates = 3 }", ["gates=2", "gates=3"]),
            ("{ gates = 2 }, 'x0&x1'", ["gates=2", "x0&x1"]),
            (
                "{ gates = 2, ignoring_cue = true }, { at_least_gates = 6 }",
                ["gates=2,ignoring_cue=true", "at_least_gates=6"],
            ),
            (
                "{ cue = { input = 0, at = 1 } }, { cue = { input = 0, at = 0 } }",
                ["cue(at=1,input=0)", "cue(at=0,input=0)"],
            ),
        ] {
            assert_eq!(labels_of(each), labels, "{each}");
        }
    }

    #[test]
    fn learners_of_one_kind_keep_the_label_that_tells_them_apart() {
        let varied = [("learner", "completions(by=equal)")];
        for (varied, learner) in [(&varied[..], "completions(by=equal)"), (&[], "completions")] {
            let factors = varied.iter().map(|(axis, label)| (axis.to_string(), label.to_string()));
            let table = DeTable::parse("").unwrap();
            let tree = Spanned::new(0..0, DeValue::Table(table.get_ref().clone()));
            let point = Point { tree, factors: factors.collect() };
            let factors = super::factors("base", &point, "boolean", "completions");
            assert_eq!(factors["learner"], learner);
            assert_eq!((&*factors["arm"], &*factors["world"]), ("base", "boolean"));
        }
    }
}
