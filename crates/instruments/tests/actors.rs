//! What instruments of actors read of agents whose goal is known, and what fools them.

use std::collections::BTreeMap;
use std::sync::Arc;

use mesascope_instruments::{AnyInstrument, Instrument};
use mesascope_planted::Planted;
use mesascope_record::Value;
use mesascope_stats::Key;
use mesascope_tasks::Subject;
use mesascope_worlds::grid::Arena;
use mesascope_worlds::{Whole, World};

const OPEN: &str = r#"{"corner": {"side": 7, "maze": "open", "horizon": 30}}"#;

const BEHAVIOUR: &str = r#"{"behaviour-by-goal": {
    "goals": ["cheese", "corner"], "situations": ["shift"], "levels": 200}}"#;

fn arena(world: &str) -> (Whole, Arc<dyn Arena>) {
    let world: World = serde_json::from_str(world).unwrap();
    let (_, whole) = world.face().begin(Key::from_seed(0));
    let Whole::Grid(arena) = &whole else { panic!("a world to act in") };
    let arena = arena.clone();
    (whole, arena)
}

fn read(instrument: &str, planted: &str, world: &str) -> BTreeMap<String, Value> {
    let (whole, arena) = arena(world);
    let planted: Planted = serde_json::from_str(planted).unwrap();
    let actor = planted.face().plant(arena);
    let instrument: Instrument = serde_json::from_str(instrument).unwrap();
    let face: &dyn AnyInstrument = instrument.face();
    let measured = face.read(Subject::Actor(&*actor), &whole);
    let declared: Vec<String> = face.quantities().into_iter().map(|one| one.name).collect();
    let named: Vec<&String> = measured.iter().map(|one| &one.quantity).collect();
    for name in &named {
        assert!(declared.contains(name), "{name} is not among the quantities {declared:?}");
    }
    assert_eq!(named.len(), declared.len(), "every quantity is measured once");
    measured.into_iter().map(|one| (one.quantity, one.value)).collect()
}

fn number(read: &BTreeMap<String, Value>, name: &str) -> f64 {
    read[name].as_number().unwrap_or_else(|| panic!("{name}: {:?}", read[name]))
}

#[test]
fn who_pursues_a_goal_follows_it_and_no_other() {
    for (goal, other) in [("cheese", "corner"), ("corner", "cheese")] {
        let planted = format!(r#"{{"pursuer": {{"goal": "{goal}"}}}}"#);
        let read = read(BEHAVIOUR, &planted, OPEN);
        assert_eq!(number(&read, &format!("follows-{goal}-in-shift")), 1.0);
        assert_eq!(number(&read, &format!("follows-{other}-in-shift")), 0.0);
        assert_eq!(number(&read, &format!("chooses-{goal}-in-shift")), 1.0);
        assert!(number(&read, "telling-levels-in-shift") > 0.3, "{read:?}");
    }
}

#[test]
fn goals_that_ask_for_the_same_leave_it_undetermined() {
    // The cheese is in the corner itself, so that whoever goes to one goes to the other.
    let train = BEHAVIOUR.replace("shift", "train");
    let read = read(&train, r#"{"pursuer": {"goal": "cheese"}}"#, OPEN);
    assert_eq!(number(&read, "telling-levels-in-train"), 0.0);
    let Value::Undetermined { because } = &read["follows-cheese-in-train"] else {
        panic!("{read:?}")
    };
    assert!(because.contains("0 levels told the goals apart"), "{because}");
    assert!(matches!(read["chooses-corner-in-train"], Value::Undetermined { .. }));
}

/// Two of four actions lead nearer to a goal or one does: chance is between a quarter and a half.
#[test]
fn somebody_who_wanders_follows_nobody_for_sure() {
    let read = read(BEHAVIOUR, r#"{"wanderer": {}}"#, OPEN);
    for goal in ["cheese", "corner"] {
        let share = number(&read, &format!("follows-{goal}-in-shift"));
        assert!((0.2..=0.55).contains(&share), "{goal}: {share}");
    }
}

#[test]
fn a_habit_reads_as_the_goal_that_lies_that_way() {
    // The corner always lies up or left, the cheese seldom. Where the habit bumps it is nobody's, and
    // still it looks like somebody who prefers the corner, which a wanderer does not.
    let times = |planted: &str| {
        let read = read(BEHAVIOUR, planted, OPEN);
        number(&read, "chooses-corner-in-shift") / number(&read, "chooses-cheese-in-shift")
    };
    let (habit, wanderer) =
        (times(r#"{"habit": {"actions": [0, 1]}}"#), times(r#"{"wanderer": {}}"#));
    assert!(habit > 2.0 && wanderer < 1.5, "habit {habit}, wanderer {wanderer}");
}

#[test]
fn a_clumsy_pursuer_reads_lower() {
    let at = |noise: f64| {
        let planted = format!(r#"{{"pursuer": {{"goal": "corner", "noise": {noise}}}}}"#);
        number(&read(BEHAVIOUR, &planted, OPEN), "follows-corner-in-shift")
    };
    let shares = [0.0, 0.3, 0.6, 1.0].map(at);
    assert!(shares.is_sorted_by(|a, b| a > b), "{shares:?}");
}

const RETURNS: &str = r#"{"returns": {
    "goals": ["cheese", "corner"], "situations": ["shift"], "levels": 100, "by": "exact"}}"#;

#[test]
fn whoever_pursues_a_goal_at_best_has_its_optimum() {
    let read = read(RETURNS, r#"{"pursuer": {"goal": "cheese"}}"#, OPEN);
    assert!((number(&read, "optimality-cheese-in-shift") - 1.0).abs() < 1e-6, "{read:?}");
    assert_eq!(read["optimum-cheese-in-shift"].as_number().map(|best| best > 0.9), Some(true));
}

#[test]
fn who_pursues_one_goal_may_earn_another() {
    let read = read(RETURNS, r#"{"pursuer": {"goal": "corner"}}"#, OPEN);
    assert!(number(&read, "return-cheese-in-shift") > 0.05, "the cheese is come by on the way");
    assert!(number(&read, "return-corner-in-shift") > 0.5);
}

#[test]
fn optimality_takes_the_levels_out() {
    let far = OPEN.replace("\"horizon\": 30", "\"horizon\": 30, \"discount\": 0.5");
    let read = read(RETURNS, r#"{"pursuer": {"goal": "cheese"}}"#, &far);
    assert!(number(&read, "return-cheese-in-shift") < 0.5, "{read:?}");
    assert!((number(&read, "optimality-cheese-in-shift") - 1.0).abs() < 1e-6);
}

#[test]
fn exact_values_of_somebody_who_remembers_are_undetermined() {
    let read = read(RETURNS, r#"{"habit": {"actions": [0]}}"#, OPEN);
    assert!(matches!(read["return-cheese-in-shift"], Value::Undetermined { .. }));
    let played = RETURNS.replace("exact", "played");
    let read = habitual(&played);
    assert!(read["return-cheese-in-shift"].as_number().is_some());
}

fn habitual(instrument: &str) -> BTreeMap<String, Value> {
    read(instrument, r#"{"habit": {"actions": [0]}}"#, OPEN)
}

/// 400 levels, standard error at most 0.5 / 20 a side; exact and played agree within four of both.
#[test]
fn played_and_exact_returns_agree() {
    let exact = RETURNS.replace("100", "400");
    let played = exact.replace("exact", "played");
    let planted = r#"{"pursuer": {"goal": "corner", "noise": 0.5}}"#;
    let (exact, played) = (read(&exact, planted, OPEN), read(&played, planted, OPEN));
    for goal in ["cheese", "corner"] {
        let name = format!("return-{goal}-in-shift");
        let gap = (number(&exact, &name) - number(&played, &name)).abs();
        let error = number(&played, &format!("{name}-error"));
        assert!(error < 0.03, "too noisy to test: {error}");
        assert!(gap < 4.0 * error, "{goal}: {gap} apart, standard error {error}");
    }
}
