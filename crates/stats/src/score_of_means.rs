//! Log scores of a measured mean: how dense a forecast of the true mean is where the measurement
//! fell, with the measurement's own error taken into account.

use crate::error::{StatsError, require, require_finite};
use crate::normal::{Stretch, ln_normal_density};
use crate::scale::LogProb;

fn require_measurement(observed_mean: f64, standard_error: f64) -> Result<(), StatsError> {
    require_finite("observed_mean", observed_mean)?;
    let rule = "positive and finite";
    let holds = standard_error > 0.0 && standard_error.is_finite();
    require(holds, "standard_error", standard_error, rule)
}

/// The log density of `observed_mean` when the true mean is Normal(mean, sd) truncated to `range`
/// and the observation is Normal(true mean, standard_error). The range may be infinite.
///
/// An `sd` of 0 forecasts the point `mean`, which must lie in the range.
///
/// With S^2 = sd^2 + standard_error^2, and mu and sigma the mean and standard deviation of the
/// product of the two normals, this is N(observed_mean; mean, S) times the share of N(mu, sigma)
/// in the range over the share of N(mean, sd) in it.
pub fn truncated_normal_mean(
    observed_mean: f64,
    standard_error: f64,
    mean: f64,
    sd: f64,
    range: (f64, f64),
) -> Result<LogProb, StatsError> {
    require_measurement(observed_mean, standard_error)?;
    require_finite("mean", mean)?;
    require(sd >= 0.0 && sd.is_finite(), "sd", sd, "at least 0 and finite")?;
    let (low, high) = range;
    require(low < high, "the range's lower end", low, "below its upper end")?;
    if sd == 0.0 {
        require(low <= mean && mean <= high, "mean", mean, "in the range when sd is 0")?;
        return Ok(LogProb(ln_normal_density(observed_mean, mean, standard_error)));
    }
    let total = libm::hypot(sd, standard_error);
    let share_of_forecast = (standard_error / total) * (standard_error / total);
    let mu = observed_mean + (mean - observed_mean) * share_of_forecast;
    let sigma = sd * (standard_error / total);

    // Far from the range, N(observed_mean; mean, S) and both shares are each too small to hold, or
    // so large in the logarithm that their difference keeps no digit. The product of two normals,
    // N(x; t, error) N(t; mean, sd) = N(x; mean, S) N(t; mu, sigma), holds at each t; taken where
    // N(mu, sigma) peaks in the range, it turns every large term into a small one.
    let peak_after = mu.clamp(low, high);
    let peak_before = mean.clamp(low, high);
    let stretch = |centre: f64, scale: f64| Stretch {
        low: (low - centre) / scale,
        high: (high - centre) / scale,
        width: (high - low) / scale,
    };
    let between_peaks =
        -0.5 * ((peak_after - peak_before) / sd) * ((peak_after - mean + peak_before - mean) / sd);
    Ok(LogProb(
        ln_normal_density(observed_mean, peak_after, standard_error)
            + between_peaks
            + libm::log(standard_error / total)
            + stretch(mu, sigma).ln_relative_mass()
            - stretch(mean, sd).ln_relative_mass(),
    ))
}

/// The log density of `observed_mean` when the true mean is uniform over `range` and the
/// observation is Normal(true mean, standard_error): what a forecast that knows only the range
/// would have scored.
pub fn uniform_mean(
    observed_mean: f64,
    standard_error: f64,
    range: (f64, f64),
) -> Result<LogProb, StatsError> {
    require_measurement(observed_mean, standard_error)?;
    let (low, high) = range;
    require_finite("the range's lower end", low)?;
    require_finite("the range's upper end", high)?;
    require(low < high, "the range's lower end", low, "below its upper end")?;
    let stretch = Stretch {
        low: (low - observed_mean) / standard_error,
        high: (high - observed_mean) / standard_error,
        width: (high - low) / standard_error,
    };
    Ok(LogProb(stretch.ln_probability() - libm::log(high - low)))
}
