//! The straight line of least squares, with how well its slope is known.

use crate::error::{StatsError, require_finite, require_level};
use crate::interval::Interval;
use crate::quantile::student_t_quantile;

/// The line y = intercept + slope x of least squares through some points. Units are those of the
/// points: y over x for the slope and its error, y for the intercept and its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// The change of y for a change of x by 1.
    pub slope: f64,
    /// The line's y at x = 0.
    pub intercept: f64,
    /// The share of the variance of y that the line accounts for, in [0, 1].
    pub r_squared: f64,
    /// The standard error of the slope; 0 where all points lie on the line.
    pub slope_error: f64,
    /// The standard error of the intercept; 0 where all points lie on the line.
    pub intercept_error: f64,
    /// How many points there were, at least 3.
    pub points: u64,
}

impl Line {
    /// The line's y at x.
    pub fn at(&self, x: f64) -> f64 {
        self.intercept + self.slope * x
    }

    /// The two-sided interval of the true slope, from Student's t with `points - 2` degrees of
    /// freedom: exact where y scatters independently and normally about a line in an x known
    /// without error, with one variance throughout.
    pub fn slope_interval(&self, level: f64) -> Result<Interval, StatsError> {
        require_level(level)?;
        if self.points < 3 {
            return Err(StatsError::TooFew { of_what: "points", count: self.points, needed: 3 });
        }
        let half =
            student_t_quantile(0.5 + 0.5 * level, (self.points - 2) as f64)? * self.slope_error;
        Ok(Interval { low: self.slope - half, high: self.slope + half, level })
    }
}

/// The line of least squares through the points `(x[i], y[i])`, both `[point]`, with the
/// classical standard errors (Draper and Smith 1998, "Applied regression analysis", chapter 1). An
/// error where the lengths differ, for fewer than 3 points (2 leave no scatter to judge by) or where
/// a number is not finite; undetermined where x is constant (no slope), where y is constant (R^2 is
/// 0 / 0) and where squares leave the range of f64.
pub fn least_squares(x: &[f64], y: &[f64]) -> Result<Line, StatsError> {
    if x.len() != y.len() {
        return Err(StatsError::LengthsDiffer {
            left: "x",
            left_length: x.len(),
            right: "y",
            right_length: y.len(),
        });
    }
    let points = x.len() as u64;
    if points < 3 {
        return Err(StatsError::TooFew { of_what: "points", count: points, needed: 3 });
    }
    let undetermined = |because: String| Err(StatsError::Undetermined { because });
    for (name, values) in [("x", x), ("y", y)] {
        for &value in values {
            require_finite(name, value)?;
        }
        if values.iter().all(|&value| value == values[0]) {
            return undetermined(format!("{name} is {} at all {points} points", values[0]));
        }
    }
    let n = points as f64;
    let [mean_x, mean_y] = [x, y].map(|values| values.iter().sum::<f64>() / n);
    let centred = || x.iter().zip(y).map(|(&x, &y)| (x - mean_x, y - mean_y));
    let xx: f64 = centred().map(|(x, _)| x * x).sum();
    let yy: f64 = centred().map(|(_, y)| y * y).sum();
    let xy: f64 = centred().map(|(x, y)| x * y).sum();
    let slope = xy / xx;
    let intercept = mean_y - slope * mean_x;
    // From the residuals themselves: yy - slope xy would cancel where the fit is close.
    let residuals: f64 = centred().map(|(x, y)| (y - slope * x) * (y - slope * x)).sum();
    let r_squared = (1.0 - residuals / yy).clamp(0.0, 1.0);
    let scatter = residuals / (n - 2.0);
    let slope_error = (scatter / xx).sqrt();
    let intercept_error = (scatter * (1.0 / n + mean_x * mean_x / xx)).sqrt();
    let line = Line { slope, intercept, r_squared, slope_error, intercept_error, points };
    let squares = [xx, yy, residuals, mean_x * mean_x];
    let numbers = [slope, intercept, r_squared, slope_error, intercept_error];
    let in_range = squares.iter().chain(&numbers).all(|number| number.is_finite());
    // Squares below the smallest normal number have lost their digits.
    if !in_range || xx < f64::MIN_POSITIVE || yy < f64::MIN_POSITIVE {
        return undetermined(format!("the squares of the {points} points leave the range of f64"));
    }
    Ok(line)
}
