//! Ranks, lines and agreements against numbers stored from scipy, with the script that made them
//! beside: `tests/scipy/make_fixtures.py`.

use mesascope_stats::{PairedCounts, least_squares, ranks, spearman};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixtures {
    scipy: String,
    fits: Vec<Fit>,
    samples: Vec<Samples>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fit {
    x: Vec<f64>,
    y: Vec<f64>,
    x_ranks: Vec<f64>,
    rho: f64,
    rho_interval_90: [f64; 2],
    slope: f64,
    intercept: f64,
    r_squared: f64,
    slope_error: f64,
    intercept_error: f64,
    slope_interval_95: [f64; 2],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Samples {
    first: Vec<(u32, u64)>,
    second: Vec<(u32, u64)>,
    alpha: f64,
    hits: u64,
    keys: usize,
    keys_with_hits: usize,
    slope: f64,
    r_squared: f64,
    rho: f64,
    first_from_second_bits: f64,
    second_from_first_bits: f64,
    total_variation: f64,
}

fn fixtures() -> Fixtures {
    serde_json::from_str(include_str!("scipy/fixtures.json")).expect("the fixtures are readable")
}

#[track_caller]
fn assert_close(ours: f64, theirs: f64, relative: f64) {
    assert!((ours - theirs).abs() <= relative * theirs.abs(), "{ours} is not {theirs}");
}

#[test]
fn the_fixtures_say_which_scipy_made_them_and_hold_every_kind() {
    let fixtures = fixtures();
    assert_eq!(fixtures.scipy, "1.17.1");
    assert_eq!((fixtures.fits.len(), fixtures.samples.len()), (5, 3));
    let tied = fixtures.fits.iter().filter(|fit| fit.x_ranks.iter().any(|rank| rank % 1.0 != 0.0));
    assert_eq!(tied.count(), 2, "fits with tied ranks");
}

#[test]
fn ranks_and_their_correlation_equal_scipys() {
    for fit in fixtures().fits {
        assert_eq!(ranks(&fit.x).unwrap(), fit.x_ranks);
        let correlation = spearman(&fit.x, &fit.y).unwrap();
        assert_close(correlation.rho, fit.rho, 1e-13);
        let interval = correlation.interval(0.9).unwrap();
        assert_close(interval.low, fit.rho_interval_90[0], 1e-12);
        assert_close(interval.high, fit.rho_interval_90[1], 1e-12);
    }
}

#[test]
fn lines_equal_scipys() {
    for fit in fixtures().fits {
        let line = least_squares(&fit.x, &fit.y).unwrap();
        // scipy takes errors from 1 - r^2, which loses digits where the fit is close.
        let relative = 1e-13 / (1.0 - fit.r_squared);
        assert_close(line.slope, fit.slope, 1e-12);
        assert_close(line.intercept, fit.intercept, 1e-12);
        assert_close(line.r_squared, fit.r_squared, 1e-12);
        assert_close(line.slope_error, fit.slope_error, relative);
        assert_close(line.intercept_error, fit.intercept_error, relative);
        let interval = line.slope_interval(0.95).unwrap();
        assert_close(interval.low, fit.slope_interval_95[0], 1e-11);
        assert_close(interval.high, fit.slope_interval_95[1], 1e-11);
    }
}

#[test]
fn agreements_equal_scipys() {
    for samples in fixtures().samples {
        // The second is turned about: pairing goes by key, not by place.
        let paired = PairedCounts::new(samples.first, samples.second.into_iter().rev());
        assert_eq!(paired.keys(), samples.keys);
        assert_eq!(paired.keys_with(samples.hits), samples.keys_with_hits);
        let line = paired.log_log(samples.hits).unwrap();
        assert_close(line.slope, samples.slope, 1e-12);
        assert_close(line.r_squared, samples.r_squared, 1e-12);
        assert_close(paired.rank_correlation(samples.hits).unwrap().rho, samples.rho, 1e-13);
        let divergence = paired.divergence(samples.alpha).unwrap();
        assert_close(divergence.first_from_second_bits, samples.first_from_second_bits, 1e-12);
        assert_close(divergence.second_from_first_bits, samples.second_from_first_bits, 1e-12);
        assert_close(paired.total_variation().unwrap(), samples.total_variation, 1e-13);
    }
}
