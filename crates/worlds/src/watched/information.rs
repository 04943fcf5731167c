//! What the cue tells: the dial in bits, the probability that the cue is right, and the mutual
//! information of cue and truth.

use super::Watched;

/// The entropy of a coin, in bits.
fn entropy(p: f64) -> f64 {
    let part = |p: f64| if p > 0.0 { -p * libm::log2(p) } else { 0.0 };
    part(p) + part(1.0 - p)
}

impl Watched {
    /// The probability that the cue equals the truth, 0.5 to 1: the q at which `bits` is 1 - h(q).
    pub fn reliability(&self) -> f64 {
        let (mut low, mut high) = (0.5, 1.0);
        if self.bits >= 1.0 {
            return high;
        }
        // Halving the bracket until it is as narrow as numbers are dense.
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            match 1.0 - entropy(middle) > self.bits {
                true => high = middle,
                false => low = middle,
            }
        }
        low
    }

    /// The mutual information of cue and truth in training, in bits: h(r q + (1 - r)(1 - q)) - h(q)
    /// with the prior r, 0 to h(r).
    pub fn information(&self) -> f64 {
        let (q, prior) = (self.reliability(), self.observed);
        (entropy(prior * q + (1.0 - prior) * (1.0 - q)) - entropy(q)).max(0.0)
    }

    /// Whether a drawn uniform makes the cue equal to the truth, which it does with probability q:
    /// on [0.5, 1] the entropy falls, so that u < q says the same as 1 - h(u) < `bits`.
    pub(super) fn tells(&self, uniform: f64) -> bool {
        uniform < 0.5 || 1.0 - entropy(uniform) < self.bits
    }
}
