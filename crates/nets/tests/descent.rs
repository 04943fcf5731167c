//! Descents: the steps of the plain optimiser, clipped and annealed, saved and gone on with.

use mesascope_lanes::Path;
use mesascope_nets::{Descent, Moved, NetsError, Optimiser, Saved};
use mesascope_stats::Key;

const COUNT: usize = 4101;

fn one() -> mesascope_nets::NonNegative {
    1.0.try_into().unwrap()
}

fn optimisers() -> [Optimiser; 3] {
    let sgd = r#"{"sgd": {"learning_rate": 0.05, "momentum": 0.9, "weight_decay": 0.01}}"#;
    [Optimiser::adam(), Optimiser::adamw(), serde_json::from_str(sgd).unwrap()]
}

fn normals(seed: u64) -> Vec<f32> {
    let mut values = vec![0.0; COUNT];
    Key::from_seed(seed).draws().fill_normal(1.0, &mut values);
    values
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Twenty steps, every other clipped, at a falling rate.
fn steps(descent: &mut Descent, steps: std::ops::Range<u64>) -> Vec<Moved> {
    let each = steps.map(|step| {
        let longest = (step % 2 == 0).then(|| 0.5.try_into().unwrap());
        let rate = (1.0 - step as f64 / 25.0).try_into().unwrap();
        descent.step(&normals(100 + step), longest, rate)
    });
    each.collect()
}

#[test]
fn an_unclipped_step_at_the_full_rate_is_the_plain_optimisers() {
    for optimiser in optimisers() {
        let mut plain = normals(1);
        let mut state = optimiser.start(COUNT);
        let mut descent = Descent::new(&optimiser, &plain);
        for step in 0..20 {
            let gradient = normals(100 + step);
            state.step(&mut plain, &gradient);
            // Far longer than the gradient is.
            let longest = (step % 3 == 0).then(|| 1e6.try_into().unwrap());
            descent.step(&gradient, longest, one());
        }
        assert_eq!(bits(descent.parameters()), bits(&plain), "{optimiser:?}");
    }
}

#[test]
fn every_path_has_the_same_bits() {
    for optimiser in optimisers() {
        let run = |path| {
            let mut descent = Descent::on(path, &optimiser, &normals(1));
            let moved = steps(&mut descent, 0..20);
            (moved, bits(descent.parameters()))
        };
        let expected = run(Path::best());
        assert!(Path::all().into_iter().all(|path| run(path) == expected), "{optimiser:?}");
    }
}

#[test]
fn a_descent_goes_on_from_what_was_saved_with_the_same_bits() {
    for optimiser in optimisers() {
        let mut whole = Descent::new(&optimiser, &normals(1));
        let mut moved = steps(&mut whole, 0..7);
        let saved = whole.save();
        moved.extend(steps(&mut whole, 7..20));
        let mut resumed = Descent::restore(&optimiser, saved.clone()).unwrap();
        assert_eq!(steps(&mut resumed, 7..20), moved[7..], "{optimiser:?}");
        assert_eq!(resumed.save(), whole.save());
        // The mutants: without one of the parts the rest goes otherwise.
        let forgetful = [
            Saved { first: vec![0.0; COUNT], ..saved.clone() },
            Saved { second: vec![0.0; saved.second.len()], ..saved.clone() },
            Saved { beta_powers: [0.5; 2], ..saved.clone() },
        ];
        let has_second = !saved.second.is_empty();
        for (part, saved) in forgetful.into_iter().enumerate() {
            let mut resumed = Descent::restore(&optimiser, saved).unwrap();
            steps(&mut resumed, 7..20);
            let differs = bits(resumed.parameters()) != bits(whole.parameters());
            assert_eq!(differs, has_second || part == 0, "{optimiser:?} without part {part}");
        }
    }
}

#[test]
fn a_long_gradient_is_cut_to_the_longest_and_a_short_one_left() {
    let sgd: Optimiser = serde_json::from_str(r#"{"sgd": {"learning_rate": 1}}"#).unwrap();
    let mut descent = Descent::new(&sgd, &[0.0, 0.0]);
    let moved = descent.step(&[3.0, 4.0], Some(0.5.try_into().unwrap()), one());
    assert_eq!(moved.gradient, 5.0);
    assert!((moved.update - 0.5).abs() < 1e-6, "{moved:?}");
    let [x, y] = [descent.parameters()[0], descent.parameters()[1]];
    assert!((x + 0.3).abs() < 1e-6 && (y + 0.4).abs() < 1e-6, "{x}, {y}");
    let half = 0.5.try_into().unwrap();
    let moved = descent.step(&[0.0, 0.25], Some(half), 0.5.try_into().unwrap());
    assert_eq!(moved, Moved { gradient: 0.25, update: 0.125 });
}

#[test]
fn at_rate_0_nothing_moves() {
    for optimiser in optimisers() {
        let mut descent = Descent::new(&optimiser, &normals(1));
        let moved = descent.step(&normals(2), None, 0.0.try_into().unwrap());
        assert_eq!(moved.update, 0.0);
        assert_eq!(bits(descent.parameters()), bits(&normals(1)));
    }
}

#[test]
fn means_of_other_parameters_are_refused() {
    let mut saved = Descent::new(&Optimiser::adam(), &[1.0, 2.0]).save();
    saved.second.pop();
    let error = Descent::restore(&Optimiser::adam(), saved).unwrap_err();
    assert!(matches!(error, NetsError::OutOfRange { .. }), "{error}");
    assert!(error.to_string().ends_with("2 parameters, means of 2 and 1"), "{error}");
}
