//! Log scores of counts: how probable a forecast called the counts that came.

use crate::error::{StatsError, require, require_hits, require_probability};
use crate::scale::LogProb;
use crate::special::{ln_beta_binomial, ln_binomial_kernel};

/// How far from 1 the sum of given probabilities may lie: far above rounding, far below the
/// three digits to which people write a forecast.
const SUM_TOLERANCE: f64 = 1e-9;

fn require_positive(name: &'static str, value: f64) -> Result<(), StatsError> {
    require(value > 0.0 && value.is_finite(), name, value, "positive and finite")
}

/// The probability of `hits` in `of` independent trials, in any order, each with probability `p`.
pub fn binomial(hits: u64, of: u64, p: f64) -> Result<LogProb, StatsError> {
    require_hits(hits, of)?;
    require_probability("p", p)?;
    Ok(LogProb(ln_binomial_kernel(hits as f64, of as f64, p, 1.0 - p)))
}

/// The probability of `hits` in `of` trials, in any order, whose common rate is Beta(a, b).
pub fn beta_binomial(hits: u64, of: u64, a: f64, b: f64) -> Result<LogProb, StatsError> {
    require_hits(hits, of)?;
    require_positive("a", a)?;
    require_positive("b", b)?;
    Ok(LogProb(ln_beta_binomial(hits as f64, of as f64, a, b)))
}

/// The probability of a vector of counts, in any order of the trials (so with the multinomial
/// coefficient), each trial falling in class i with probability `probs[i]`.
pub fn multinomial(counts: &[u64], probs: &[f64]) -> Result<LogProb, StatsError> {
    require_parallel(counts, "probs", probs)?;
    for &p in probs {
        require_probability("a probability", p)?;
    }
    let sum: f64 = probs.iter().sum();
    require((sum - 1.0).abs() <= SUM_TOLERANCE, "the sum of the probabilities", sum, "1")?;
    // Class by class, each is binomial among what is left to later classes.
    by_class(counts, probs, |count, left, p, p_later| {
        if p + p_later == 0.0 {
            return Ok(if left == 0 { LogProb::CERTAIN } else { LogProb::IMPOSSIBLE });
        }
        let total = p + p_later;
        let (k, n) = (count as f64, left as f64);
        Ok(LogProb(ln_binomial_kernel(k, n, p / total, p_later / total)))
    })
}

/// The probability of a vector of counts, in any order of the trials (so with the multinomial
/// coefficient), when the class probabilities are Dirichlet(alphas).
pub fn dirichlet_multinomial(counts: &[u64], alphas: &[f64]) -> Result<LogProb, StatsError> {
    require_parallel(counts, "alphas", alphas)?;
    for &alpha in alphas {
        require_positive("an alpha", alpha)?;
    }
    by_class(counts, alphas, |count, left, alpha, alpha_later| {
        // The last class takes what is left.
        if alpha_later == 0.0 {
            return Ok(LogProb::CERTAIN);
        }
        beta_binomial(count, left, alpha, alpha_later)
    })
}

fn require_parallel(
    counts: &[u64],
    name: &'static str,
    parameters: &[f64],
) -> Result<(), StatsError> {
    if counts.len() != parameters.len() {
        return Err(StatsError::LengthsDiffer {
            left: "counts",
            left_length: counts.len(),
            right: name,
            right_length: parameters.len(),
        });
    }
    if counts.is_empty() {
        return Err(StatsError::TooFew { of_what: "classes", count: 0, needed: 1 });
    }
    Ok(())
}

/// The product over classes of `score(count, trials left, parameter, parameters of later
/// classes)`. Going class by class keeps numbers small where log-factorials would cancel.
fn by_class(
    counts: &[u64],
    parameters: &[f64],
    score: impl Fn(u64, u64, f64, f64) -> Result<LogProb, StatsError>,
) -> Result<LogProb, StatsError> {
    let mut later: Vec<f64> = vec![0.0; parameters.len()];
    for class in (1..parameters.len()).rev() {
        later[class - 1] = later[class] + parameters[class];
    }
    let mut left: u64 = counts.iter().sum();
    let mut total = LogProb::CERTAIN;
    for (class, &count) in counts.iter().enumerate() {
        total = total.and(score(count, left, parameters[class], later[class])?);
        left -= count;
    }
    Ok(total)
}
