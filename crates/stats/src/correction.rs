//! The true rate behind a rate that an imperfect instrument reports.

use crate::error::{StatsError, require, require_probability};
use crate::interval::Interval;

/// The interval of the true rate behind an `observed` rate of positives, for an instrument that
/// calls a share `sensitivity` of the positives positive and a share `specificity` of the
/// negatives negative: (observed + specificity - 1) / (sensitivity + specificity - 1), clamped to
/// [0, 1] (Rogan and Gladen 1978, "Estimating prevalence from the results of a screening test").
///
/// Each argument is an interval, or a number known exactly. The result holds whenever all three
/// hold, and its level counts every way to miss: 1 minus the sum of the chances that each misses.
///
/// Fails if the three intervals allow sensitivity + specificity <= 1, where the instrument says
/// nothing; and if no rate agrees with all three, where one of them has missed.
pub fn corrected_for_instrument(
    observed: impl Into<Interval>,
    sensitivity: impl Into<Interval>,
    specificity: impl Into<Interval>,
) -> Result<Interval, StatsError> {
    let (observed, sensitivity, specificity) =
        (observed.into(), sensitivity.into(), specificity.into());
    let named =
        [("observed", observed), ("sensitivity", sensitivity), ("specificity", specificity)];
    for (name, interval) in named {
        require_probability(name, interval.low)?;
        require_probability(name, interval.high)?;
        require(interval.low <= interval.high, name, interval.low, "at most its upper end")?;
        require_probability("level", interval.level)?;
    }
    let worst = sensitivity.low + specificity.low;
    require(worst > 1.0, "sensitivity + specificity", worst, "above 1, over both intervals")?;
    let misses: f64 = named.iter().map(|(_, interval)| 1.0 - interval.level).sum();
    let level = 1.0 - misses;
    require(level > 0.0, "the level left after three misses", level, "positive")?;

    // The corrected rate is monotone in each argument while the others stay, because each enters
    // as a fraction of two straight lines whose divisor has one sign. So its extremes over the box
    // lie at corners.
    let mut low = f64::INFINITY;
    let mut high = f64::NEG_INFINITY;
    for rate in [observed.low, observed.high] {
        for hit in [sensitivity.low, sensitivity.high] {
            for pass in [specificity.low, specificity.high] {
                let corrected = (rate - (1.0 - pass)) / (hit - (1.0 - pass));
                low = low.min(corrected);
                high = high.max(corrected);
            }
        }
    }
    if high < 0.0 || low > 1.0 {
        return Err(StatsError::Undetermined {
            because: format!(
                "an observed rate in [{}, {}] disagrees with a sensitivity in [{}, {}] and a \
                 specificity in [{}, {}], whatever the true rate",
                observed.low,
                observed.high,
                sensitivity.low,
                sensitivity.high,
                specificity.low,
                specificity.high
            ),
        });
    }
    Ok(Interval { low: low.max(0.0), high: high.min(1.0), level })
}
