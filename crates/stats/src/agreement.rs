//! How far two samples of discrete things, such as the functions that two learners find, agree in
//! how often each thing comes.

use crate::error::{StatsError, require};
use crate::line::{Line, least_squares};
use crate::rank::{RankCorrelation, spearman};
use crate::special::deviance;
use std::collections::BTreeMap;
use std::f64::consts::LN_2;

/// How often each key came in a first and in a second sample, of all the keys seen in either. What
/// the keys are is forgotten.
#[derive(Clone, Debug, PartialEq)]
pub struct PairedCounts {
    /// Counts in the first and the second sample, `[key]`; each pair has a count above 0.
    counts: Vec<[u64; 2]>,
    /// The draws of the first and the second sample: the sums of `counts`.
    draws: [u128; 2],
}

/// Kullback and Leibler's divergences of two distributions, in bits, each 0 or more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Divergence {
    /// D(first || second): the sum of first log2(first / second).
    pub first_from_second_bits: f64,
    /// D(second || first): the sum of second log2(second / first).
    pub second_from_first_bits: f64,
}

impl PairedCounts {
    /// Pairs two sparse lists of (key, count), in any order. Counts of a key that is listed twice in
    /// one sample add up; keys of count 0 in both are as if not listed. Shares are of the draws
    /// listed, so a list that was cut short must not be compared with one that was not.
    pub fn new<K: Ord>(
        first: impl IntoIterator<Item = (K, u64)>,
        second: impl IntoIterator<Item = (K, u64)>,
    ) -> PairedCounts {
        let mut by_key: BTreeMap<K, [u64; 2]> = BTreeMap::new();
        let mut draws = [0, 0];
        let mut add = |sample: usize, key: K, count: u64| {
            let counts = by_key.entry(key).or_default();
            let sum = counts[sample].saturating_add(count);
            draws[sample] += u128::from(sum - counts[sample]);
            counts[sample] = sum;
        };
        first.into_iter().for_each(|(key, count)| add(0, key, count));
        second.into_iter().for_each(|(key, count)| add(1, key, count));
        let counts = by_key.into_values().filter(|counts| *counts != [0, 0]).collect();
        PairedCounts { counts, draws }
    }

    /// How many different keys were seen in either sample.
    pub fn keys(&self) -> usize {
        self.counts.len()
    }

    /// How many keys came at least `hits` times in each sample.
    pub fn keys_with(&self, hits: u64) -> usize {
        self.with(hits).count()
    }

    /// The line of least squares of log10 of the second share on log10 of the first, over the keys
    /// with at least `hits` counts in each sample (a count of 0 has no logarithm and never takes
    /// part); a share is a count over its sample's draws. Slope and R^2 are 1 where the shares are
    /// equal (as in the log-log plots of Mingard et al. 2021, JMLR 22, 79).
    ///
    /// Two samples of one distribution give a slope below 1, by the noise in the first sample's
    /// shares over their spread, so that low `hits` flatten the line; and the slope of first on
    /// second is not its inverse. Undetermined or an error as [`least_squares`], with keys for
    /// points.
    pub fn log_log(&self, hits: u64) -> Result<Line, StatsError> {
        let [first, second] = self.log10_shares(hits);
        least_squares(&first, &second)
    }

    /// Spearman's rank correlation of the two samples' shares, over the same keys as
    /// [`PairedCounts::log_log`]. Undetermined or an error as [`spearman`], with keys for points.
    pub fn rank_correlation(&self, hits: u64) -> Result<RankCorrelation, StatsError> {
        let column =
            |sample: usize| self.with(hits).map(|counts| counts[sample] as f64).collect::<Vec<_>>();
        spearman(&column(0), &column(1))
    }

    /// The divergences of the two distributions as smoothed by a symmetric Dirichlet prior. With K
    /// keys seen in either sample there are K + 1 cells: one a key, and one for everything that
    /// neither sample holds, whose counts are 0 and 0. A cell with count c of a sample of N draws
    /// has probability (c + alpha) / (N + alpha (K + 1)), alpha > 0 (the posterior mean; alpha = 1/2
    /// is Jeffreys' prior, 1 Laplace's rule).
    ///
    /// Two samples of one distribution diverge too, by about K (1 / N + 1 / M) / (2 ln 2) bits where
    /// every key has many draws, N and M the draws of each; compare with a split of one sample. An
    /// error where alpha is not positive and finite or a sample holds no draws.
    pub fn divergence(&self, alpha: f64) -> Result<Divergence, StatsError> {
        require(alpha > 0.0 && alpha.is_finite(), "alpha", alpha, "positive and finite")?;
        self.require_draws()?;
        let cells = self.counts.len() as f64 + 1.0;
        let smoothed = |counts: [u64; 2]| {
            [0, 1].map(|sample| {
                (counts[sample] as f64 + alpha) / (self.draws[sample] as f64 + alpha * cells)
            })
        };
        let cells = || self.counts.iter().copied().chain([[0, 0]]).map(smoothed);
        // p ln(p / q) - p + q: the same sum, as both distributions sum to 1, and no term below 0.
        let from_second: f64 = cells().map(|[p, q]| deviance(p, q, p - q)).sum();
        let from_first: f64 = cells().map(|[p, q]| deviance(q, p, q - p)).sum();
        if !(from_second.is_finite() && from_first.is_finite()) {
            let because = format!("with alpha {alpha} the probabilities leave the range of f64");
            return Err(StatsError::Undetermined { because });
        }
        Ok(Divergence {
            first_from_second_bits: from_second / LN_2,
            second_from_first_bits: from_first / LN_2,
        })
    }

    /// The total variation distance of the shares, in [0, 1]: half the sum of their absolute
    /// differences, without smoothing. An error where a sample holds no draws. Two samples of one
    /// distribution read above 0, and near 1 where most keys come once.
    pub fn total_variation(&self) -> Result<f64, StatsError> {
        self.require_draws()?;
        let [n, m] = self.draws.map(|draws| draws as f64);
        let apart = |&[a, b]: &[u64; 2]| (a as f64 / n - b as f64 / m).abs();
        Ok((0.5 * self.counts.iter().map(apart).sum::<f64>()).min(1.0))
    }

    fn with(&self, hits: u64) -> impl Iterator<Item = &[u64; 2]> {
        let hits = hits.max(1);
        self.counts.iter().filter(move |counts| counts.iter().all(|&count| count >= hits))
    }

    /// log10 of the shares of the keys with `hits` in each sample, one list a sample, `[key]`.
    fn log10_shares(&self, hits: u64) -> [Vec<f64>; 2] {
        [0, 1].map(|sample| {
            let draws = self.draws[sample] as f64;
            self.with(hits).map(|counts| libm::log10(counts[sample] as f64 / draws)).collect()
        })
    }

    fn require_draws(&self) -> Result<(), StatsError> {
        let names = ["draws in the first sample", "draws in the second sample"];
        for (of_what, draws) in names.into_iter().zip(self.draws) {
            if draws == 0 {
                return Err(StatsError::TooFew { of_what, count: 0, needed: 1 });
            }
        }
        Ok(())
    }
}
