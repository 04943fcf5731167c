//! Probabilities and evidence on logarithmic scales, with the unit in the type.

use serde::{Deserialize, Serialize};
use std::f64::consts::LN_2;

/// The natural logarithm of a probability, or of a probability density (which may exceed 1).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LogProb(#[serde(with = "number")] pub f64);

impl LogProb {
    /// Probability 1.
    pub const CERTAIN: LogProb = LogProb(0.0);

    /// Probability 0.
    pub const IMPOSSIBLE: LogProb = LogProb(f64::NEG_INFINITY);

    /// Panics if `p` is negative or NaN.
    pub fn from_prob(p: f64) -> LogProb {
        assert!(p >= 0.0, "{p} is no probability");
        LogProb(libm::log(p))
    }

    /// In nats; at most 0 for a probability.
    pub fn ln(self) -> f64 {
        self.0
    }

    /// In bits; at most 0 for a probability.
    pub fn bits(self) -> f64 {
        self.0 / LN_2
    }

    /// On the plain scale, where anything below about 1e-324 is 0.
    pub fn prob(self) -> f64 {
        libm::exp(self.0)
    }

    /// The product of the two probabilities: both of two independent things.
    pub fn and(self, other: LogProb) -> LogProb {
        // 0 times an infinite density is 0 here: what is impossible stays so.
        if self == LogProb::IMPOSSIBLE || other == LogProb::IMPOSSIBLE {
            return LogProb::IMPOSSIBLE;
        }
        LogProb(self.0 + other.0)
    }

    /// The weighted sum of probabilities. The weights are plain, are taken as given, and sum to 1
    /// where the result is to be a probability. Panics if a weight is negative or NaN.
    pub fn mix(parts: &[(f64, LogProb)]) -> LogProb {
        let terms: Vec<f64> =
            parts.iter().map(|&(weight, part)| LogProb::from_prob(weight).and(part).0).collect();
        let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        // Infinity minus itself is NaN, so an infinite maximum is the answer already.
        if largest.is_infinite() {
            return LogProb(largest);
        }
        let sum: f64 = terms.iter().map(|term| libm::exp(term - largest)).sum();
        LogProb(largest + libm::log(sum))
    }
}

/// The natural logarithm of a Bayes factor: above 0 it favours the first of two hypotheses.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LogBayesFactor(#[serde(with = "number")] pub f64);

impl LogBayesFactor {
    /// The evidence for the hypothesis that gave the data probability `favoured` over the one that
    /// gave it `other`. Two that both called the data impossible are equally refuted: factor 1.
    pub fn between(favoured: LogProb, other: LogProb) -> LogBayesFactor {
        if favoured == other {
            return LogBayesFactor(0.0);
        }
        LogBayesFactor(favoured.0 - other.0)
    }

    /// From bits.
    pub fn from_bits(bits: f64) -> LogBayesFactor {
        LogBayesFactor(bits * LN_2)
    }

    /// In nats.
    pub fn ln(self) -> f64 {
        self.0
    }

    /// In bits: 1 bit doubles the odds.
    pub fn bits(self) -> f64 {
        self.0 / LN_2
    }

    /// In decibans, tenths of a power of ten (Good 1979, "A. M. Turing's statistical work in World
    /// War II").
    pub fn decibans(self) -> f64 {
        self.0 * 10.0 / std::f64::consts::LN_10
    }

    /// The evidence of two independent observations together. Two that refute one hypothesis each
    /// leave both refuted, as in [`LogBayesFactor::between`]: factor 1.
    pub fn and(self, other: LogBayesFactor) -> LogBayesFactor {
        if self.0.is_infinite() && self.0 == -other.0 {
            return LogBayesFactor(0.0);
        }
        LogBayesFactor(self.0 + other.0)
    }
}

/// The natural logarithm of the odds for a hypothesis.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LogOdds(#[serde(with = "number")] pub f64);

impl LogOdds {
    /// Panics unless `p` lies in [0, 1].
    pub fn from_prob(p: f64) -> LogOdds {
        assert!((0.0..=1.0).contains(&p), "{p} is no probability");
        LogOdds(libm::log(p) - libm::log1p(-p))
    }

    /// The probability with these odds.
    pub fn prob(self) -> f64 {
        1.0 / (1.0 + libm::exp(-self.0))
    }

    /// The odds after the evidence: Bayes' rule. Odds of certainty are moved by no evidence.
    pub fn update(self, evidence: LogBayesFactor) -> LogOdds {
        if self.0.is_infinite() {
            return self;
        }
        LogOdds(self.0 + evidence.0)
    }
}

/// Infinities as words, because JSON has no infinite number and would write `null` in its place.
pub(crate) mod number {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum NumberOrWord {
        Number(f64),
        Word(String),
    }

    pub fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        if value.is_infinite() {
            return serializer.serialize_str(if *value > 0.0 { "inf" } else { "-inf" });
        }
        serializer.serialize_f64(*value)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        match NumberOrWord::deserialize(deserializer)? {
            NumberOrWord::Number(number) => Ok(number),
            NumberOrWord::Word(word) if word == "inf" => Ok(f64::INFINITY),
            NumberOrWord::Word(word) if word == "-inf" => Ok(f64::NEG_INFINITY),
            NumberOrWord::Word(word) => Err(D::Error::custom(format!(
                "\"{word}\" is no number; a number, \"inf\" or \"-inf\" would be right"
            ))),
        }
    }
}
