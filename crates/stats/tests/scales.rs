//! Units and algebra of the logarithmic scales.

use mesascope_stats::{LogBayesFactor, LogOdds, LogProb};

fn close(left: f64, right: f64) {
    assert!((left - right).abs() < 1e-12, "{left} is not {right}");
}

#[test]
fn a_bit_is_3_0103_decibans_and_a_nat_4_3429() {
    let bit = LogBayesFactor::from_bits(1.0);
    assert!((bit.decibans() - 3.0103).abs() < 5e-6);
    close(bit.bits(), 1.0);
    close(bit.ln(), 2.0_f64.ln());
    assert!((LogBayesFactor(1.0).decibans() - 4.3429).abs() < 5e-5);
}

#[test]
fn jeffreys_grades_are_half_units_of_the_decimal_logarithm() {
    // Jeffreys 1961, "Theory of Probability", appendix B.
    for (grade, factor) in [(1.0, 3.162), (2.0, 10.0), (3.0, 31.62), (4.0, 100.0)] {
        let decibans = LogBayesFactor(f64::ln(factor)).decibans();
        assert!((decibans - 5.0 * grade).abs() < 1e-3, "grade {grade}: {decibans} decibans");
    }
}

#[test]
fn probabilities_multiply_and_mix_as_plain_numbers_do() {
    let (a, b) = (LogProb::from_prob(0.3), LogProb::from_prob(0.02));
    close(a.and(b).prob(), 0.006);
    close(LogProb::from_prob(0.25).bits(), -2.0);
    close(LogProb::mix(&[(0.25, a), (0.75, b)]).prob(), 0.25 * 0.3 + 0.75 * 0.02);
    assert_eq!(LogProb::CERTAIN.prob(), 1.0);
    assert_eq!(LogProb::IMPOSSIBLE.prob(), 0.0);
}

#[test]
fn a_mixture_is_right_where_plain_numbers_are_all_zero() {
    let tiny = LogProb(-5000.0);
    close(LogProb::mix(&[(0.5, tiny), (0.5, tiny)]).ln(), -5000.0);
    close(LogProb::mix(&[(0.5, tiny), (0.5, LogProb::IMPOSSIBLE)]).bits(), tiny.bits() - 1.0);
    assert_eq!(LogProb::mix(&[(0.0, tiny), (1.0, LogProb::IMPOSSIBLE)]), LogProb::IMPOSSIBLE);
    assert_eq!(LogProb::mix(&[]), LogProb::IMPOSSIBLE);
}

#[test]
fn odds_follow_bayes_rule() {
    // Prior 1%, sensitivity 90%, false positives 9%: 0.9 x 0.01 / (0.9 x 0.01 + 0.09 x 0.99).
    let evidence = LogBayesFactor::between(LogProb::from_prob(0.9), LogProb::from_prob(0.09));
    close(LogOdds::from_prob(0.01).update(evidence).prob(), 0.009 / (0.009 + 0.0891));
    close(LogOdds::from_prob(0.5).update(LogBayesFactor::from_bits(1.0)).prob(), 2.0 / 3.0);
    close(evidence.and(evidence).decibans(), 20.0);
}

#[test]
fn what_is_impossible_never_becomes_nan() {
    let (dense, never) = (LogProb(f64::INFINITY), LogProb::IMPOSSIBLE);
    assert_eq!(dense.and(never), never);
    assert_eq!(LogBayesFactor::between(never, never).ln(), 0.0);
    assert_eq!(LogBayesFactor::between(LogProb::CERTAIN, never).ln(), f64::INFINITY);
    let (refutes, confirms) = (LogBayesFactor(f64::NEG_INFINITY), LogBayesFactor(f64::INFINITY));
    assert_eq!(refutes.and(confirms).ln(), 0.0);
    assert_eq!(LogOdds::from_prob(1.0).update(refutes).prob(), 1.0);
    assert_eq!(LogOdds::from_prob(0.0).update(confirms).prob(), 0.0);
    assert_eq!(LogOdds::from_prob(0.3).update(refutes).prob(), 0.0);
}

#[test]
#[should_panic(expected = "no probability")]
fn a_negative_probability_is_refused() {
    LogProb::from_prob(-0.1);
}

#[test]
#[should_panic(expected = "no probability")]
fn odds_of_more_than_certainty_are_refused() {
    LogOdds::from_prob(1.1);
}

#[test]
fn scales_are_bare_numbers_in_json_and_infinities_survive() {
    assert_eq!(serde_json::to_string(&LogProb(-1.5)).unwrap(), "-1.5");
    assert_eq!(serde_json::to_string(&LogProb::IMPOSSIBLE).unwrap(), "\"-inf\"");
    for value in [0.0, -1.5, f64::NEG_INFINITY, f64::INFINITY] {
        let text = serde_json::to_string(&LogBayesFactor(value)).unwrap();
        assert_eq!(serde_json::from_str::<LogBayesFactor>(&text).unwrap(), LogBayesFactor(value));
    }
    assert_eq!(serde_json::from_str::<LogOdds>("-2").unwrap(), LogOdds(-2.0));
    let error = serde_json::from_str::<LogOdds>("\"infinite\"").unwrap_err().to_string();
    assert!(error.contains("would be right"), "{error}");
}
