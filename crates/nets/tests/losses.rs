//! Losses against their definitions, at ordinary and at extreme logits.

use mesascope_nets::Loss;
use std::f64::consts::LN_2;

#[test]
fn a_logit_of_0_costs_the_logarithm_of_2_whatever_the_label() {
    let losses = Loss::Logistic.losses(&[0.0f64, 0.0], &[0, 1]);
    assert!((losses.mean - LN_2).abs() < 1e-15);
    assert_eq!(losses.correct, 1, "0 is not above 0, so it says class 0");
}

#[test]
fn equal_logits_cost_the_logarithm_of_the_number_of_classes() {
    let losses = Loss::Softmax.losses(&[5.0f64; 8], &[0, 3]);
    assert!((losses.mean - 4.0 * LN_2 / 2.0).abs() < 1e-15);
    assert_eq!(losses.correct, 1, "of equal logits the first counts as the largest");
}

#[test]
fn a_softmax_over_two_classes_is_the_logistic_loss_of_the_difference() {
    for (low, high) in [(0.3, 1.1), (-2.0, 4.5), (7.0, -30.0)] {
        for label in [0, 1] {
            let two = Loss::Softmax.losses::<f64>(&[low, high], &[label]);
            let one = Loss::Logistic.losses::<f64>(&[high - low], &[label]);
            assert!((two.mean - one.mean).abs() < 1e-14, "{low} {high} {label}");
            assert_eq!(two.correct, one.correct);
        }
    }
}

#[test]
fn the_mean_is_over_rows_and_each_row_counts_its_own_label() {
    // -ln(1 / (1 + e^-2)) and -ln(1 - 1 / (1 + e^-2)), to 15 places
    let (right, wrong) = (0.126928011042972, 2.126928011042972);
    let losses = Loss::Logistic.losses(&[2.0f64, 2.0, -2.0], &[1, 0, 0]);
    assert!((losses.mean - (right + wrong + right) / 3.0).abs() < 1e-14);
    assert_eq!(losses.correct, 2);
}

#[test]
fn logits_of_any_finite_size_give_finite_losses_and_gradients() {
    for logit in [1e-30f32, 20.0, 90.0, 1e10, 1e38] {
        for label in [0, 1] {
            let mut slopes = [f32::NAN; 2];
            let losses = Loss::Logistic.gradient(&[logit, -logit], &[label; 2], &mut slopes);
            assert!(losses.mean.is_finite() && slopes.iter().all(|slope| slope.abs() <= 0.5));
            let losses = Loss::Softmax.gradient(&[logit, -logit], &[label], &mut slopes);
            assert!(losses.mean.is_finite() && slopes.iter().all(|slope| slope.abs() <= 1.0));
        }
    }
}

#[test]
fn a_sure_and_right_logit_costs_a_little_rather_than_nothing() {
    let loss = Loss::Logistic.losses(&[30.0f32], &[1]).mean;
    assert!((f64::from(loss) / (-30f64).exp() - 1.0).abs() < 1e-6, "{loss:e} is e^-30");
}

#[test]
fn the_slopes_of_a_softmax_row_sum_to_0() {
    let mut slopes = [0.0f64; 6];
    Loss::Softmax.gradient(&[0.1, 2.0, -1.0, 4.0, 4.0, 0.0], &[2, 0], &mut slopes);
    for row in slopes.chunks(3) {
        assert!(row.iter().sum::<f64>().abs() < 1e-16);
    }
    assert!(slopes[2] < 0.0 && slopes[3] < 0.0, "the label's own logit is pushed up");
}

#[test]
fn a_logit_that_is_not_a_number_fits_no_label_and_shows_in_the_mean() {
    for label in [0, 1] {
        let losses = Loss::Logistic.losses(&[f32::NAN], &[label]);
        assert!(losses.mean.is_nan() && losses.correct == 0);
        for logits in [[f32::NAN, 1.0], [1.0, f32::NAN]] {
            let losses = Loss::Softmax.losses(&logits, &[label]);
            assert!(losses.mean.is_nan() && losses.correct == 0, "{logits:?} {label}");
        }
    }
}

#[test]
#[should_panic(expected = "a label is below 2")]
fn a_label_beyond_the_classes_is_refused() {
    Loss::Logistic.losses(&[0.0f32], &[2]);
}

#[test]
#[should_panic(expected = "a logistic loss has one logit a row")]
fn a_logistic_loss_of_two_logits_a_row_is_refused() {
    Loss::Logistic.losses(&[0.0f32; 4], &[0, 1]);
}
