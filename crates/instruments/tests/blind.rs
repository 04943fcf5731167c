//! A second implementation of held-out accuracy and completion class, written from their written
//! definitions alone, and where it meets the first.

use std::collections::{BTreeMap, BTreeSet};

use mesascope_instruments::{CompletionClass, HeldOutAccuracy, Measures};
use mesascope_record::{Measurement, Value};
use mesascope_stats::Key;
use mesascope_tasks::{Labeller, Seen};
use mesascope_worlds::{Audited, Boolean, Cue, Rows};

/// One row of a world as text: its bits, the target's class, the agent's, and whether it was shown.
struct Line {
    bits: String,
    target: char,
    label: char,
    shown: bool,
}

/// A world and an agent's labels on it, row by row.
struct Case {
    world: Audited,
    labels: Vec<u8>,
}

impl Case {
    fn lines(&self) -> Vec<Line> {
        let bits: Vec<String> = self.world.bits.chunks(self.world.width).map(text).collect();
        let target = text(&self.world.targets);
        let label = text(&self.labels);
        let columns = target.chars().zip(label.chars()).zip(&self.world.shown);
        let line = |(bits, ((target, label), &shown))| Line { bits, target, label, shown };
        bits.into_iter().zip(columns).map(line).collect()
    }

    /// What the crate's instruments say, by quantity.
    fn by_the_crate(&self) -> BTreeMap<String, Found> {
        let agent = Lookup::new(self);
        let mut measured = HeldOutAccuracy {}.measure(Seen::One(&agent), &self.world);
        measured.extend(CompletionClass {}.measure(Seen::One(&agent), &self.world));
        let count = measured.len();
        let found: BTreeMap<_, _> = measured.into_iter().map(found).collect();
        assert_eq!(count, found.len(), "a quantity is measured twice");
        found
    }

    /// What the second implementation says, with one definition changed or none.
    fn by_hand(&self, change: Change) -> BTreeMap<String, Found> {
        let lines = self.lines();
        let (share, perfect) = held_out(&lines, change);
        BTreeMap::from([
            ("held-out-accuracy".to_owned(), share),
            ("held-out-perfect".to_owned(), perfect),
            ("completion-class".to_owned(), completion(&lines, self.world.cue, change)),
        ])
    }

    fn assert_agrees(&self) -> Found {
        let mut by_hand = self.by_hand(Change::Nothing);
        assert_eq!(
            self.by_the_crate(),
            by_hand,
            "the crate (left) and the second implementation (right) differ for labels {} of {:?}",
            text(&self.labels),
            self.world
        );
        by_hand.remove("completion-class").unwrap()
    }
}

/// An agent that looks a row up by what it is, in whatever order and number rows are asked for.
struct Lookup {
    width: usize,
    label_of: BTreeMap<String, u8>,
}

impl Lookup {
    fn new(case: &Case) -> Lookup {
        let rows = case.world.bits.chunks(case.world.width).map(text);
        Lookup {
            width: case.world.width,
            label_of: rows.zip(case.labels.iter().copied()).collect(),
        }
    }
}

impl Labeller for Lookup {
    fn labels(&self, inputs: &[f32], width: usize) -> Vec<u8> {
        assert_eq!(width, self.width, "an agent is asked about rows of its world's width");
        let bits =
            |row: &[f32]| row.iter().map(|&x| if x > 0.5 { '1' } else { '0' }).collect::<String>();
        inputs.chunks(width).map(|row| self.label_of[&bits(row)]).collect()
    }
}

/// What was found, without the words of a reason.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    Share { hits: u64, of: u64 },
    Class(String),
    Undetermined,
}

fn found(measurement: Measurement) -> (String, Found) {
    let value = match measurement.value {
        Value::Share { hits, of } => Found::Share { hits, of },
        Value::Class(class) => Found::Class(class),
        Value::Undetermined { because } => {
            assert!(
                !because.is_empty(),
                "{} is undetermined without a reason",
                measurement.quantity
            );
            Found::Undetermined
        }
        Value::Number(_) | Value::Counts { .. } => panic!("{measurement:?} is no reading of these"),
    };
    (measurement.quantity, value)
}

/// One definition changed, to see whether the comparison would notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Nothing,
    HeldOutIsEveryRow,
    HeldOutIsTheShownRows,
    HitsAreMisses,
    PerfectIsHalf,
    NothingHeldOutIsPerfect,
    TwinIsAcrossAnotherInput,
    TwinIsAcrossTheCueAndAnotherInput,
    TwinHasTheAgentsOwnLabel,
    ConstantIsZeroOnly,
    ConstantIsOneOnly,
    ConstantOnEveryRow,
    FollowsTheCueToo,
    FollowsNotTheLastInput,
    FollowsTheTwinsIgnoringInputToo,
    FollowsTheInvertingInputToo,
    FollowsNegatedInputsToo,
    InvertedIsOther,
    FirstOfTwoClassesIsGiven,
    NoCueIsOther,
}

const CHANGES: [Change; 19] = [
    Change::HeldOutIsEveryRow,
    Change::HeldOutIsTheShownRows,
    Change::HitsAreMisses,
    Change::PerfectIsHalf,
    Change::NothingHeldOutIsPerfect,
    Change::TwinIsAcrossAnotherInput,
    Change::TwinIsAcrossTheCueAndAnotherInput,
    Change::TwinHasTheAgentsOwnLabel,
    Change::ConstantIsZeroOnly,
    Change::ConstantIsOneOnly,
    Change::ConstantOnEveryRow,
    Change::FollowsTheCueToo,
    Change::FollowsNotTheLastInput,
    Change::FollowsTheTwinsIgnoringInputToo,
    Change::FollowsTheInvertingInputToo,
    Change::FollowsNegatedInputsToo,
    Change::InvertedIsOther,
    Change::FirstOfTwoClassesIsGiven,
    Change::NoCueIsOther,
];

/// `held-out-accuracy` and `held-out-perfect`; a yes is 1 of 1 and a no 0 of 1.
fn held_out(lines: &[Line], change: Change) -> (Found, Found) {
    let counts = |line: &&Line| match change {
        Change::HeldOutIsEveryRow => true,
        Change::HeldOutIsTheShownRows => line.shown,
        _ => !line.shown,
    };
    let (right, wrong): (Vec<&Line>, Vec<&Line>) =
        lines.iter().filter(counts).partition(|line| line.label == line.target);
    let of = right.len() + wrong.len();
    if of == 0 {
        let perfect = match change {
            Change::NothingHeldOutIsPerfect => Found::Share { hits: 1, of: 1 },
            _ => Found::Undetermined,
        };
        return (Found::Undetermined, perfect);
    }
    let perfect = match change {
        Change::PerfectIsHalf => right.len() >= wrong.len(),
        _ => wrong.is_empty(),
    };
    let hits = if change == Change::HitsAreMisses { wrong.len() } else { right.len() };
    let share = Found::Share { hits: hits as u64, of: of as u64 };
    (share, Found::Share { hits: perfect.into(), of: 1 })
}

/// `completion-class`.
fn completion(lines: &[Line], cue: Option<Cue>, change: Change) -> Found {
    let Some(cue) = cue else {
        let other = Found::Class("other".to_owned());
        return if change == Change::NoCueIsOther { other } else { Found::Undetermined };
    };
    let free: Vec<&Line> = lines.iter().filter(|line| !line.shown).collect();
    let said: String = free.iter().map(|line| line.label).collect();
    let width = lines.first().map_or(0, |line| line.bits.len());
    let ignoring: String =
        free.iter().map(|line| twins_class(line, lines, cue.input, change)).collect();
    let inverting = negated(&ignoring);

    let mut memberships = BTreeSet::new();
    if said == ignoring {
        memberships.insert("ignores-cue");
    }
    if said == inverting && change != Change::InvertedIsOther {
        memberships.insert("inverted");
    }
    let judged = match change {
        Change::ConstantOnEveryRow => lines.iter().map(|line| line.label).collect(),
        _ => said.clone(),
    };
    if (!judged.contains('1') && change != Change::ConstantIsOneOnly)
        || (!judged.contains('0') && change != Change::ConstantIsZeroOnly)
    {
        memberships.insert("constant");
    }
    for input in 0..width {
        let column: String = free.iter().map(|line| line.bits.as_bytes()[input] as char).collect();
        let follows = said == column
            || (change == Change::FollowsNegatedInputsToo && said == negated(&column));
        let is_another_input = input != cue.input || change == Change::FollowsTheCueToo;
        let is_left_out = change == Change::FollowsNotTheLastInput && input + 1 == width;
        let has_another_name = (column == ignoring
            && change != Change::FollowsTheTwinsIgnoringInputToo)
            || (column == inverting && change != Change::FollowsTheInvertingInputToo);
        if follows && is_another_input && !is_left_out && !has_another_name {
            memberships.insert("follows-input");
        }
    }
    let mut memberships = memberships.into_iter();
    match (memberships.next(), memberships.next()) {
        (None, _) => Found::Class("other".to_owned()),
        (Some(_), Some(_)) if change != Change::FirstOfTwoClassesIsGiven => Found::Undetermined,
        (Some(class), _) => Found::Class(class.to_owned()),
    }
}

/// The target's class of the twin of a free row.
fn twins_class(row: &Line, lines: &[Line], cue: usize, change: Change) -> char {
    let another = (cue + 1) % row.bits.len();
    let apart = match change {
        Change::TwinIsAcrossAnotherInput => vec![another],
        Change::TwinIsAcrossTheCueAndAnotherInput => vec![cue.min(another), cue.max(another)],
        _ => vec![cue],
    };
    let may_be_free = change == Change::TwinIsAcrossAnotherInput;
    let is_twin = |line: &&Line| {
        (line.shown || may_be_free) && places_apart(&line.bits, &row.bits).eq(apart.iter().copied())
    };
    let twin = lines.iter().find(is_twin).expect("every free row has a twin");
    if change == Change::TwinHasTheAgentsOwnLabel { twin.label } else { twin.target }
}

fn places_apart<'a>(one: &'a str, other: &'a str) -> impl Iterator<Item = usize> + 'a {
    one.chars().zip(other.chars()).enumerate().filter(|(_, (a, b))| a != b).map(|(place, _)| place)
}

fn text(bits: &[u8]) -> String {
    bits.iter().map(u8::to_string).collect()
}

fn numbers(text: &str) -> Vec<u8> {
    text.chars().map(|bit| u8::from(bit == '1')).collect()
}

fn negated(text: &str) -> String {
    text.chars().map(|bit| if bit == '1' { '0' } else { '1' }).collect()
}

const CODINGS: [&str; 2] = ["zero-one", "plus-minus"];

fn drawn(
    inputs: usize,
    target: &str,
    coding: &str,
    shown: serde_json::Value,
    seed: u64,
) -> Audited {
    let settings =
        serde_json::json!({ "inputs": inputs, "target": target, "coding": coding, "shown": shown });
    let world: Boolean = serde_json::from_value(settings).unwrap();
    assert_eq!(world.check(), Ok(()), "{world:?}");
    world.draw(Key::from_seed(seed)).1
}

/// The world of one target under every cue input, polarity and coding.
fn under_every_cue(inputs: usize, target: &str, seed: u64) -> Vec<Audited> {
    let mut worlds = Vec::new();
    for input in 0..inputs {
        for at in [0, 1] {
            for coding in CODINGS {
                let shown = serde_json::json!({ "cue": { "input": input, "at": at } });
                let world = drawn(inputs, target, coding, shown, seed);
                assert_eq!(world.cue, Some(Cue { input, shown_at: at }), "the cue is as set");
                worlds.push(world);
            }
        }
    }
    worlds
}

/// Independent fair bits, one for every row of so many inputs.
fn fair_bits(inputs: usize, seed: u64) -> Vec<u8> {
    /// Keeps the seeds of labels apart from those of worlds.
    const LABELS: u64 = 1_000_000;
    drawn(inputs, "random-per-seed", "zero-one", serde_json::json!(1), LABELS + seed).targets
}

/// Every labelling of so many rows.
fn every_labelling(rows: usize) -> impl Iterator<Item = Vec<u8>> {
    (0..1_usize << rows).map(move |number| numbers(&format!("{number:0rows$b}")))
}

fn every_case_of_two_inputs() -> Vec<Case> {
    let mut cases = Vec::new();
    for target in every_labelling(4) {
        for world in under_every_cue(2, &format!("table({})", text(&target)), 0) {
            assert_eq!(world.targets, target, "a table is its targets");
            cases.extend(every_labelling(4).map(|labels| Case { world: world.clone(), labels }));
        }
    }
    cases
}

/// The given labels with those of the free rows replaced, in order.
fn on_the_free_rows(world: &Audited, labels: &[u8], free: impl Fn(&str) -> u8) -> Case {
    let rows = world.bits.chunks(world.width).map(text);
    let labels = rows
        .zip(labels)
        .zip(&world.shown)
        .map(|((row, &label), &shown)| if shown { label } else { free(&row) });
    Case { world: world.clone(), labels: labels.collect() }
}

/// Labellings of a world with a cue, some made for each class; shown labels are random or right.
fn made_for_each_class(world: &Audited, seed: u64) -> Vec<Case> {
    let cue = world.cue.unwrap();
    let target: BTreeMap<String, u8> =
        world.bits.chunks(world.width).map(text).zip(world.targets.iter().copied()).collect();
    let twins_target = |row: &str| {
        let mut twin = row.to_owned();
        twin.replace_range(cue.input..=cue.input, &cue.shown_at.to_string());
        target[&twin]
    };
    let bit = |row: &str, input: usize| numbers(row)[input];
    let mut cases = Vec::new();
    for shown_labels in [fair_bits(world.width, seed), world.targets.clone()] {
        cases.push(Case { world: world.clone(), labels: shown_labels.clone() });
        let mut made = vec![
            on_the_free_rows(world, &shown_labels, twins_target),
            on_the_free_rows(world, &shown_labels, |row| 1 - twins_target(row)),
            on_the_free_rows(world, &shown_labels, |_| 0),
            on_the_free_rows(world, &shown_labels, |_| 1),
        ];
        for input in 0..world.width {
            made.push(on_the_free_rows(world, &shown_labels, |row| bit(row, input)));
            made.push(on_the_free_rows(world, &shown_labels, |row| 1 - bit(row, input)));
        }
        // Each of them once more with one free row flipped.
        let free = world.free_rows();
        for (number, case) in made.iter().enumerate() {
            let mut labels = case.labels.clone();
            labels[free[(number + seed as usize) % free.len()]] ^= 1;
            cases.push(Case { world: world.clone(), labels });
        }
        cases.extend(made);
    }
    cases
}

fn cases_of_five_inputs() -> Vec<Case> {
    let nought = format!("table({})", "0".repeat(32));
    let targets =
        ["random-per-seed", "random-per-seed", "x1", "!x1", "x0&x1", "parity", &nought, "x4"];
    let mut cases = Vec::new();
    for (number, target) in targets.into_iter().enumerate() {
        for (place, world) in under_every_cue(5, target, number as u64).iter().enumerate() {
            cases.extend(made_for_each_class(world, (100 * number + place) as u64));
        }
    }
    // Rows drawn per seed, from one to all of them.
    for seed in 0..2_000 {
        let shown = 1 + seed % 31;
        let world =
            drawn(5, "random-per-seed", CODINGS[seed as usize % 2], serde_json::json!(shown), seed);
        assert_eq!(world.cue, None, "no input decides which rows are shown");
        cases.push(Case { labels: fair_bits(5, seed), world: world.clone() });
        cases.push(Case { labels: world.targets.clone(), world: world.clone() });
        let labels = fair_bits(5, seed);
        cases.push(Case { labels, world: Audited { shown: vec![true; world.rows()], ..world } });
    }
    cases
}

/// Checks every case, and that each class and undetermined was met so many times.
fn assert_all_agree(cases: &[Case], at_least: usize) {
    let mut met: BTreeMap<Found, usize> = BTreeMap::new();
    for case in cases {
        *met.entry(case.assert_agrees()).or_default() += 1;
    }
    let classes = ["ignores-cue", "inverted", "constant", "follows-input", "other"];
    let expected = classes
        .map(|class| Found::Class(class.to_owned()))
        .into_iter()
        .chain([Found::Undetermined]);
    for class in expected {
        let times = met.get(&class).copied().unwrap_or(0);
        assert!(times >= at_least, "{class:?} was met {times} times, too few to test: {met:?}");
    }
}

#[test]
fn both_agree_on_every_labelling_and_target_of_two_inputs() {
    let cases = every_case_of_two_inputs();
    assert_eq!(cases.len(), 16 * 16 * 2 * 2 * 2, "labellings, targets, cues, polarities, codings");
    assert_all_agree(&cases, 100);
}

#[test]
fn both_agree_on_every_labelling_of_three_inputs_for_targets_of_twenty_seeds() {
    let mut cases = Vec::new();
    for seed in 0..20 {
        for world in under_every_cue(3, "random-per-seed", seed) {
            cases.extend(every_labelling(8).map(|labels| Case { world: world.clone(), labels }));
        }
    }
    assert_eq!(cases.len(), 256 * 20 * 3 * 2 * 2, "labellings, targets, cues, polarities, codings");
    assert_all_agree(&cases, 500);
}

#[test]
fn both_agree_on_labellings_of_five_inputs_made_for_each_class() {
    assert_all_agree(&cases_of_five_inputs(), 200);
}

#[test]
fn both_find_every_labelling_of_the_one_free_row_of_one_input_in_two_classes() {
    for target in every_labelling(2) {
        for world in under_every_cue(1, &format!("table({})", text(&target)), 0) {
            for labels in every_labelling(2) {
                let case = Case { world: world.clone(), labels };
                assert_eq!(
                    case.assert_agrees(),
                    Found::Undetermined,
                    "{:?} {:?}",
                    case.labels,
                    case.world
                );
            }
        }
    }
}

#[test]
fn a_change_of_any_one_definition_is_noticed() {
    let mut cases = every_case_of_two_inputs();
    cases.extend(cases_of_five_inputs());
    let by_the_crate: Vec<_> = cases.iter().map(Case::by_the_crate).collect();
    for change in CHANGES {
        let differs =
            cases.iter().zip(&by_the_crate).any(|(case, found)| case.by_hand(change) != *found);
        assert!(differs, "{change:?} reads as the crate does in all {} cases", cases.len());
    }
}
