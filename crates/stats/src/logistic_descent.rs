//! Gradient descent of a linear logistic regression, step by step in double precision.

use crate::error::{StatsError, require, require_finite};

/// Full-batch gradient descent from zero of the mean logistic loss sum(share_i ln(1 + e^(-s_i w.x_i))).
#[derive(Clone, Debug, PartialEq)]
pub struct LogisticDescent {
    /// s_i x_i, `[row, input]`.
    rows: Vec<f64>,
    /// `[row]`, adding up to 1.
    shares: Vec<f64>,
    rate: f64,
    /// w, `[input]`.
    pub weights: Vec<f64>,
    /// Steps made.
    pub steps: u64,
}

impl LogisticDescent {
    /// The start, at w = 0. `rows` is `[row, input]`, `signs` `[row]`, each 1 or -1, `shares` `[row]`,
    /// each above 0, scaled here to add up to 1; `rate` is the size of a step, above 0. An error where
    /// lengths differ or a number is none of these.
    pub fn new(
        rows: &[f64],
        width: usize,
        signs: &[f64],
        shares: &[f64],
        rate: f64,
    ) -> Result<LogisticDescent, StatsError> {
        for (left, left_length) in [("rows", rows.len()), ("shares", shares.len() * width)] {
            if left_length != signs.len() * width || left_length == 0 {
                let (right, right_length) = ("signs times width, above 0", signs.len() * width);
                return Err(StatsError::LengthsDiffer { left, left_length, right, right_length });
            }
        }
        rows.iter().try_for_each(|&input| require_finite("an input", input))?;
        signs.iter().try_for_each(|&sign| require(sign.abs() == 1.0, "a sign", sign, "1 or -1"))?;
        for &share in shares {
            require(share > 0.0 && share.is_finite(), "a share", share, "above 0")?;
        }
        require(rate > 0.0 && rate.is_finite(), "rate", rate, "above 0")?;
        let sum: f64 = shares.iter().sum();
        let signed = rows.chunks(width).zip(signs);
        Ok(LogisticDescent {
            rows: signed.flat_map(|(row, sign)| row.iter().map(move |x| sign * x)).collect(),
            shares: shares.iter().map(|share| share / sum).collect(),
            rate,
            weights: vec![0.0; width],
            steps: 0,
        })
    }

    /// One step of the rate against the gradient.
    pub fn step(&mut self) {
        let (up, _) = self.up();
        self.move_by(self.rate, &up);
    }

    /// One step of the rate against the gradient, divided by the mean chance of a wrong label, which
    /// falls as the loss does: the path of small steps is the same, and its far end, which plain steps
    /// reach after a number of them that is exponential in the margin, is near (Nacson et al. 2019).
    pub fn normalised_step(&mut self) {
        let (up, wrong) = self.up();
        self.move_by(self.rate / wrong, &up);
    }

    /// Minus the gradient, `[input]`, and the mean chance of a wrong label.
    fn up(&self) -> (Vec<f64>, f64) {
        let width = self.weights.len();
        let (mut up, mut sum) = (vec![0.0; width], 0.0);
        for (row, share) in self.rows.chunks(width).zip(&self.shares) {
            let margin: f64 = row.iter().zip(&self.weights).map(|(x, w)| x * w).sum();
            let wrong = share / (1.0 + libm::exp(margin));
            sum += wrong;
            up.iter_mut().zip(row).for_each(|(up, x)| *up += wrong * x);
        }
        (up, sum)
    }

    fn move_by(&mut self, rate: f64, up: &[f64]) {
        self.weights.iter_mut().zip(up).for_each(|(w, up)| *w += rate * up);
        self.steps += 1;
    }

    /// w.x.
    pub fn logit(&self, row: &[f64]) -> f64 {
        row.iter().zip(&self.weights).map(|(x, w)| x * w).sum()
    }

    /// The cosine of the angle between w and another direction.
    pub fn cosine(&self, direction: &[f64]) -> f64 {
        let length = |of: &[f64]| of.iter().map(|x| x * x).sum::<f64>().sqrt();
        self.logit(direction) / (length(&self.weights) * length(direction))
    }
}
