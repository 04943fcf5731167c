//! Parameters on their way down a gradient that a learner has worked out.

use mesascope_lanes::{Kernel, Lanes, Path, WIDTH, run};

#[cfg(test)]
use crate::Real;
use crate::aligned::Aligned;
use crate::operations::product::BLOCK;
use crate::place::padded;
use crate::state::Schedule;
use crate::update::Touched;
use crate::{NetsError, NonNegative, Optimiser, Positive};

/// Moves when a step moves.
pub const NUMERICS: u32 = 1;

/// What is added to a gradient's length before the longest allowed one is divided by it, as in
/// PyTorch's `clip_grad_norm_`.
const CLIP_EPSILON: f64 = 1e-6;

/// Parameters with an optimiser and what it remembers.
///
/// ```
/// use mesascope_nets::{Descent, Optimiser};
///
/// let mut descent = Descent::new(&Optimiser::adam(), &[1.0, -2.0]);
/// let longest = 0.5.try_into()?;
/// let half_the_rate = 0.5.try_into()?;
/// let moved = descent.step(&[3.0, 4.0], Some(longest), half_the_rate);
/// assert_eq!(moved.gradient, 5.0);
/// // To go on later with the same bits:
/// let saved = descent.save();
/// let mut again = Descent::restore(&Optimiser::adam(), saved)?;
/// assert_eq!(again.parameters(), descent.parameters());
/// # Ok::<(), mesascope_nets::NetsError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Descent {
    schedule: Schedule,
    path: Path,
    count: usize,
    parameters: Aligned<f32>,
    gradient: Aligned<f32>,
    first: Aligned<f32>,
    second: Aligned<f32>,
}

/// How far a step went.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moved {
    /// The length of the gradient before it was clipped: the root of the sum of its squares.
    pub gradient: f64,
    /// The length of the update, in parameter units.
    pub update: f64,
}

/// All that the next steps follow from, beside the optimiser's settings, as flat numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    /// `[parameter]`.
    pub parameters: Vec<f32>,
    /// Sgd: the direction of the last step. Adam: the running mean of gradients. `[parameter]`.
    pub first: Vec<f32>,
    /// Adam: the running mean of squared gradients, `[parameter]`; empty for Sgd.
    pub second: Vec<f32>,
    /// Adam: beta1 and beta2 to the power of the steps taken; 1 and 1 for Sgd.
    pub beta_powers: [f64; 2],
}

impl Descent {
    /// A descent that begins at these parameters, `[parameter]`.
    pub fn new(optimiser: &Optimiser, parameters: &[f32]) -> Descent {
        Descent::on(Path::best(), optimiser, parameters)
    }

    /// As [`Descent::new`], on a path of choice.
    pub fn on(path: Path, optimiser: &Optimiser, parameters: &[f32]) -> Descent {
        let schedule = Schedule::new(optimiser);
        let wide = padded(parameters.len());
        let second = if schedule.remembered() > 1 { wide } else { 0 };
        let mut descent = Descent {
            schedule,
            path,
            count: parameters.len(),
            parameters: Aligned::zeros(wide),
            gradient: Aligned::zeros(wide),
            first: Aligned::zeros(wide),
            second: Aligned::zeros(second),
        };
        descent.parameters[..parameters.len()].copy_from_slice(parameters);
        descent
    }

    /// The parameters as they are now, `[parameter]`.
    pub fn parameters(&self) -> &[f32] {
        &self.parameters[..self.count]
    }

    /// Moves the parameters against a gradient, `[parameter]`, at `rate` times the optimiser's
    /// learning rate (1 where nothing is annealed; 0 moves nothing, but Adam counts the step).
    ///
    /// A gradient longer than `longest` is first multiplied by `longest / (length + 1e-6)`, as
    /// PyTorch's `clip_grad_norm_` does. Its length is the root of a sum of squares in single
    /// precision, of which every sixteenth parameter goes to the same lane: per lane up to 256
    /// squares in one chain of fused multiply-adds, chains added in order, then the lanes, as lanes
    /// are.
    pub fn step(
        &mut self,
        gradient: &[f32],
        longest: Option<Positive>,
        rate: NonNegative,
    ) -> Moved {
        assert_eq!(gradient.len(), self.count, "a gradient is [parameter]");
        self.gradient[..self.count].copy_from_slice(gradient);
        let length = f64::from(run(self.path, SumOfSquares(&self.gradient))).sqrt();
        if let Some(share) = longest.and_then(|longest| clip(length, longest)) {
            run(self.path, Scale(&mut self.gradient, share));
        }
        let Some(update) = self.schedule.next_at(rate.get()) else {
            return Moved { gradient: length, update: 0.0 };
        };
        let touched = Touched {
            parameters: &mut self.parameters[..],
            gradient: &self.gradient,
            first: &mut self.first[..],
            second: &mut self.second[..],
        };
        let update = f64::from(update.run(self.path, touched)).sqrt();
        Moved { gradient: length, update }
    }

    /// What the next steps follow from.
    pub fn save(&self) -> Saved {
        let remembered = if self.second.is_empty() { 0 } else { self.count };
        Saved {
            parameters: self.parameters().to_vec(),
            first: self.first[..self.count].to_vec(),
            second: self.second[..remembered].to_vec(),
            beta_powers: self.schedule.beta_powers,
        }
    }

    /// Goes on from what [`Descent::save`] gave under the same settings: the next steps have the bits
    /// that they would have had.
    pub fn restore(optimiser: &Optimiser, saved: Saved) -> Result<Descent, NetsError> {
        let mut descent = Descent::new(optimiser, &saved.parameters);
        let count = saved.parameters.len();
        let remembered = if descent.second.is_empty() { 0 } else { count };
        if (saved.first.len(), saved.second.len()) != (count, remembered) {
            return Err(NetsError::OutOfRange {
                expected: "an optimiser's means have a number for each parameter (sgd has no second)",
                found: format!(
                    "{count} parameters, means of {} and {}",
                    saved.first.len(),
                    saved.second.len()
                ),
            });
        }
        descent.first[..count].copy_from_slice(&saved.first);
        descent.second[..remembered].copy_from_slice(&saved.second);
        descent.schedule.beta_powers = saved.beta_powers;
        Ok(descent)
    }
}

/// By what a gradient of this length is multiplied, if it is too long.
fn clip(length: f64, longest: Positive) -> Option<f32> {
    let share = longest.get() / (length + CLIP_EPSILON);
    (share < 1.0).then_some(share as f32)
}

/// The sum of squares of whole lanes.
struct SumOfSquares<'a>(&'a [f32]);

impl Kernel for SumOfSquares<'_> {
    type Output = f32;

    #[inline(always)]
    fn run<L: Lanes>(self) -> f32 {
        let (lanes, []) = self.0.as_chunks::<WIDTH>() else {
            unreachable!("gradients are whole lanes")
        };
        let mut sums = L::splat(0.0);
        for block in lanes.chunks(BLOCK) {
            let mut chain = L::splat(0.0);
            for values in block {
                let values = L::load(values);
                chain = values.fma(values, chain);
            }
            sums = sums + chain;
        }
        sums.sum()
    }
}

/// Multiplies whole lanes.
struct Scale<'a>(&'a mut [f32], f32);

impl Kernel for Scale<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Scale(values, share) = self;
        let (lanes, []) = values.as_chunks_mut::<WIDTH>() else {
            unreachable!("gradients are whole lanes")
        };
        for values in lanes {
            (L::load(values) * L::splat(share)).store(values);
        }
    }
}

/// The plain reference of [`SumOfSquares`].
#[cfg(test)]
fn sum_of_squares<T: Real>(values: &[T]) -> T {
    let mut lanes = [T::ZERO; WIDTH];
    for block in values.chunks(BLOCK * WIDTH) {
        let mut chains = [T::ZERO; WIDTH];
        for (place, &value) in block.iter().enumerate() {
            chains[place % WIDTH] = value.fma(value, chains[place % WIDTH]);
        }
        lanes.iter_mut().zip(chains).for_each(|(lane, chain)| *lane += chain);
    }
    crate::place::lane_sum(lanes.into_iter())
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesascope_stats::Key;

    #[test]
    fn the_length_of_a_gradient_has_the_bits_of_its_reference_on_every_path() {
        for count in [1, 15, 16, 17, 4096, 4097, 9001, 40_000] {
            let mut gradient = Aligned::zeros(padded(count));
            Key::from_seed(count as u64).draws().fill_normal(1.0, &mut gradient[..count]);
            let expected = sum_of_squares(&gradient).to_bits();
            for path in Path::all() {
                let found = run(path, SumOfSquares(&gradient)).to_bits();
                assert_eq!(found, expected, "{count} slopes on {}", path.name());
            }
        }
    }
}
