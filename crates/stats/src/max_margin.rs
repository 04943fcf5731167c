//! The separating plane of largest margin, from products of rows alone.

use crate::error::{StatsError, require_finite};

/// Moves when the same products come to give other coefficients.
pub const NUMERICS: u32 = 1;

/// The largest shortfall of a margin, and the largest gap between primal and dual, of a solution.
const EXACT: f64 = 1e-9;

/// A pull on a row below this is rounding, where rows are scaled to lengths of at most 1.
const NO_PULL: f64 = 1e-14;

/// A pivot below this share of its diagonal means that a row depends on those before it.
const DEPENDENT: f64 = 1e-13;

/// The hard-margin separation of rows x_i with signs s_i: the shortest w with s_i w.x_i >= 1 for all
/// i, as w = sum of coefficient_i s_i x_i. There is no free offset: a constant is an entry of x.
#[derive(Clone, Debug, PartialEq)]
pub struct MaxMargin {
    /// `[row]`, 0 or more; above 0 only where the margin is 1 (a support).
    pub coefficients: Vec<f64>,
    /// The length of w; the margin of w / |w| is 1 / norm.
    pub norm: f64,
    /// How far the least margin lies below 1: at most 1e-9 by construction.
    pub shortfall: f64,
}

/// The separation of largest margin. `gram` is `[row, row]`, the product of each two rows (or a kernel
/// of them), and `signs` `[row]`, each 1 or -1.
///
/// The nearest point to 0 of the hull of s_i x_i gives it (Bennett and Bredensteiner 2000, "Duality
/// and geometry in SVM classifiers"); that point is found by non-negative least squares (Lawson and
/// Hanson 1974, chapter 23), which ends after finitely many exact solutions. An error where lengths
/// differ, a number is not finite, a sign is neither; undetermined where no plane separates the rows
/// and where rounding hides which rows are supports. Time grows as rows x supports^2, memory as
/// rows^2.
pub fn max_margin(gram: &[f64], signs: &[f64]) -> Result<MaxMargin, StatsError> {
    let rows = signs.len();
    if gram.len() != rows * rows {
        return Err(StatsError::LengthsDiffer {
            left: "gram",
            left_length: gram.len(),
            right: "signs squared",
            right_length: rows * rows,
        });
    }
    if rows == 0 {
        return Err(StatsError::TooFew { of_what: "rows", count: 0, needed: 1 });
    }
    gram.iter().try_for_each(|&product| require_finite("a product", product))?;
    if let Some(&sign) = signs.iter().find(|sign| sign.abs() != 1.0) {
        return Err(StatsError::OutOfRange { name: "a sign", value: sign, rule: "1 or -1" });
    }
    let largest = (0..rows).map(|row| gram[row * rows + row]).fold(0.0, f64::max);
    if largest <= 0.0 {
        return Err(inseparable());
    }
    let product =
        |one: usize, other: usize| signs[one] * signs[other] * gram[one * rows + other] / largest;
    // The weight of the demand that shares add up to 1. Near the squared distance that is sought it
    // keeps both parts of the squares alike, so that little is lost to rounding.
    let mut demand = 1.0;
    let mut best: Option<(Vec<f64>, f64, f64)> = None;
    for _ in 0..4 {
        let shares = nearest_point(rows, &product, demand);
        let along: Vec<f64> = (0..rows)
            .map(|row| (0..rows).map(|other| product(row, other) * shares[other]).sum())
            .collect();
        let square: f64 = along.iter().zip(&shares).map(|(along, share)| along * share).sum();
        if square <= NO_PULL {
            break;
        }
        let least = along.iter().copied().fold(f64::INFINITY, f64::min);
        let shortfall = 1.0 - least / square;
        if best.as_ref().is_none_or(|(_, _, before)| shortfall < *before) {
            best = Some((shares, square, shortfall));
        }
        if shortfall <= EXACT {
            break;
        }
        demand = square;
    }
    let Some((shares, square, shortfall)) = best else { return Err(inseparable()) };
    if shortfall >= 1.0 {
        return Err(inseparable());
    }
    if shortfall > EXACT {
        return Err(StatsError::Undetermined {
            because: format!(
                "rounding hides the largest margin: {shortfall:.1e} of it is in doubt, and at most \
                 {EXACT:.0e} may be"
            ),
        });
    }
    let coefficients = shares.iter().map(|share| share / (square * largest)).collect();
    let norm = 1.0 / (square * largest).sqrt();
    Ok(MaxMargin { coefficients, norm, shortfall: shortfall.max(0.0) })
}

fn inseparable() -> StatsError {
    let because = "no plane through the origin separates the rows by their signs".to_string();
    StatsError::Undetermined { because }
}

/// The shares, `[row]`, that make the point of the hull nearest to 0: least squares of sum(share x) = 0
/// and sqrt(demand) (sum(share) - 1) = 0 over shares of 0 or more, then scaled to add up to 1.
fn nearest_point(rows: usize, product: &dyn Fn(usize, usize) -> f64, demand: f64) -> Vec<f64> {
    let with_demand = |one: usize, other: usize| product(one, other) + demand;
    let mut shares = vec![0.0; rows];
    let mut held: Vec<usize> = Vec::new();
    let mut factor = Factor::default();
    // Each solution lies below the one before, so that no set of held rows comes back; rounding might
    // bring one back, and then the bound ends it.
    for _ in 0..20 * rows + 100 {
        let pull = |row: usize| {
            demand - held.iter().map(|&at| with_demand(row, at) * shares[at]).sum::<f64>()
        };
        let strongest = (0..rows)
            .filter(|row| !held.contains(row))
            .map(|row| (pull(row), row))
            .fold((NO_PULL * demand.min(1.0), None), |best, (pull, row)| {
                if pull > best.0 { (pull, Some(row)) } else { best }
            });
        let (_, Some(row)) = strongest else { break };
        let products: Vec<f64> =
            held.iter().chain([&row]).map(|&at| with_demand(row, at)).collect();
        if !factor.append(&products) {
            break;
        }
        held.push(row);
        loop {
            let solved = factor.solve(demand);
            if solved.iter().all(|&share| share > 0.0) {
                held.iter().zip(&solved).for_each(|(&at, &share)| shares[at] = share);
                break;
            }
            // As far towards the solution as shares stay at 0 or above.
            let falls = held.iter().zip(&solved).filter(|(_, share)| **share <= 0.0);
            let part =
                falls.map(|(&at, &share)| shares[at] / (shares[at] - share)).fold(1.0, f64::min);
            for (&at, &share) in held.iter().zip(&solved) {
                shares[at] += part * (share - shares[at]);
            }
            let before = held.len();
            let least = held
                .iter()
                .zip(&solved)
                .filter(|(_, share)| **share <= 0.0)
                .min_by(|one, other| shares[*one.0].total_cmp(&shares[*other.0]))
                .map(|(&at, _)| at);
            held.retain(|&at| Some(at) != least && shares[at] > 0.0);
            (0..rows).filter(|row| !held.contains(row)).for_each(|row| shares[row] = 0.0);
            debug_assert!(held.len() < before, "a row leaves at each turn");
            factor = Factor::default();
            for (place, &row) in held.iter().enumerate() {
                let products: Vec<f64> =
                    held[..=place].iter().map(|&at| with_demand(row, at)).collect();
                factor.append(&products);
            }
            if held.is_empty() {
                break;
            }
        }
    }
    let sum: f64 = shares.iter().sum();
    shares.iter().map(|share| share / sum).collect()
}

/// Cholesky's factor of a matrix that grows by a row at a time, `[row][column]`.
#[derive(Default)]
struct Factor(Vec<Vec<f64>>);

impl Factor {
    /// Adds the products of a new row with those before and with itself; false, and nothing added,
    /// where it depends on them.
    fn append(&mut self, products: &[f64]) -> bool {
        let (own, before) = products.split_last().expect("a row has a product with itself");
        let mut row: Vec<f64> = Vec::with_capacity(products.len());
        for (place, product) in before.iter().enumerate() {
            let above = &self.0[place];
            let sum: f64 = row.iter().zip(above).map(|(left, right)| left * right).sum();
            row.push((product - sum) / above[place]);
        }
        let pivot = own - row.iter().map(|entry| entry * entry).sum::<f64>();
        if pivot <= DEPENDENT * own {
            return false;
        }
        row.push(pivot.sqrt());
        self.0.push(row);
        true
    }

    /// The solution for a right side that is this number throughout.
    fn solve(&self, right: f64) -> Vec<f64> {
        let size = self.0.len();
        let mut solved = vec![0.0; size];
        for (place, row) in self.0.iter().enumerate() {
            let sum: f64 = row[..place].iter().zip(&solved).map(|(left, right)| left * right).sum();
            solved[place] = (right - sum) / row[place];
        }
        for place in (0..size).rev() {
            let below: f64 =
                (place + 1..size).map(|under| self.0[under][place] * solved[under]).sum();
            solved[place] = (solved[place] - below) / self.0[place][place];
        }
        solved
    }
}
