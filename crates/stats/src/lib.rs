//! Random keys, log-probabilities, estimates, intervals, scores and tests: everything that can be
//! checked against a textbook by a person who knows nothing of agents.

mod agreement;
mod correction;
mod dispersion;
mod error;
mod estimate;
mod interval;
mod key;
mod kolmogorov;
mod line;
mod logistic_descent;
mod max_margin;
mod normal;
mod orthant;
mod quantile;
mod rank;
mod scale;
mod score;
mod score_of_means;
mod significance;
mod special;

pub use agreement::{Divergence, PairedCounts};
pub use correction::corrected_for_instrument;
pub use dispersion::{Dispersion, dispersion};
pub use error::StatsError;
pub use estimate::{Estimate, Outcome, assert_estimates, smallest_detectable_effect};
pub use interval::{
    Interval, Sides, clopper_pearson, exact_zero_bound, rule_of_three, runs_to_exclude, wilson,
};
pub use key::{Draws, Key};
pub use kolmogorov::{ks_one_sample, ks_two_sample};
pub use line::{Line, least_squares};
pub use logistic_descent::LogisticDescent;
pub use max_margin::{MaxMargin, NUMERICS as MAX_MARGIN_NUMERICS, max_margin};
pub use normal::{ln_normal_cdf, normal_cdf, normal_quantile};
pub use orthant::{Lattice, Orthant, orthant};
pub use quantile::student_t_quantile;
pub use rank::{RankCorrelation, ranks, spearman};
pub use scale::{LogBayesFactor, LogOdds, LogProb};
pub use score::{beta_binomial, binomial, dirichlet_multinomial, multinomial};
pub use score_of_means::{truncated_normal_mean, uniform_mean};
pub use significance::{binomial_two_sided, chi_square, mean_equals};

/// Moves when any number that this crate's generator yields moves.
pub const NUMERICS: u32 = key::NUMERICS;
