//! The draws of a block that have the labels of the shown rows: what a block says of rows not shown.

use mesascope_stats::{Sides, clopper_pearson};
use mesascope_tasks::{Function, Sample};
use mesascope_worlds::Audited;

/// Draws that must fit before anything but a bound is said of them (this project's rule).
const FEWEST_FITS: u64 = 100;

/// What draws with the shown labels do.
pub(crate) struct Fitting {
    /// The listed functions, with their draws.
    pub(crate) drawn: Vec<(Function, u64)>,
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
    let of_shown =
        |label: &dyn Fn(usize) -> bool| table(|row| world.shown[row] && label(row), world);
    let (shown, labels) = (of_shown(&|_| true), of_shown(&|row| world.targets[row] == 1));
    let fits = |function: &Function| function.0 & shown == labels;
    let listed = sample.counts.iter().copied();
    let drawn = listed.filter(|(function, count)| *count > 0 && fits(function)).collect();
    Ok(Fitting { drawn, unlisted: unlisted_fits })
}

/// The rows of a world at which something holds, as a truth table. Panics beyond 128 rows, which a
/// sample's world does not have.
pub(crate) fn table(holds: impl Fn(usize) -> bool, world: &Audited) -> u128 {
    let labels: Vec<u8> = (0..world.rows()).map(|row| u8::from(holds(row))).collect();
    Function::from_labels(&labels).0
}
