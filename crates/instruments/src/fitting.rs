//! The draws of a block that have the labels of the shown rows: what a block says of rows not shown.

use mesascope_stats::{Sides, clopper_pearson};
use mesascope_tasks::Sample;
use mesascope_worlds::Audited;

/// Draws that must fit before anything but a bound is said of them (this project's rule).
const FEWEST_FITS: u64 = 100;

/// What draws with the shown labels do.
pub(crate) struct Fitting {
    /// The listed functions as labels `[row]`, with their draws.
    pub(crate) drawn: Vec<(Vec<u8>, u64)>,
    /// Draws of functions that are not listed, of which nothing can be said.
    pub(crate) unlisted: u64,
}

/// The draws with the shown labels, or why nothing can be said of them.
pub(crate) fn fitting(sample: &Sample, world: &Audited) -> Result<Fitting, String> {
    assert_eq!(1 << sample.inputs, world.rows(), "a sample has the inputs of its world");
    let Sample { draws, fits, unlisted_fits, .. } = *sample;
    if fits < FEWEST_FITS {
        let bound = clopper_pearson(fits, draws, 0.95, Sides::Upper)
            .map_or("1".to_string(), |interval| format!("{:.2e}", interval.high));
        return Err(format!(
            "{fits} of {draws} draws have the shown labels, and fewer than {FEWEST_FITS} say too \
             little of them; with 95% confidence a draw has them with a probability of at most \
             {bound}"
        ));
    }
    let fits = |labels: &[u8]| {
        (0..labels.len()).all(|row| !world.shown[row] || labels[row] == world.targets[row])
    };
    let listed = sample.counts.iter().map(|(function, n)| (function.labels(sample.inputs), *n));
    let drawn = listed.filter(|(labels, count)| *count > 0 && fits(labels)).collect();
    Ok(Fitting { drawn, unlisted: unlisted_fits })
}
