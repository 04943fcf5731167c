//! The loss of logits, its slopes, and how many rows fit.

use mesascope_lanes::{Lanes, WIDTH, exp, ln, sigmoid, softplus};

use crate::place::{Buffers, Place, Raw, Reach, lane_sum, padded};
use crate::{Loss, Real};

/// Moves when a loss or a slope moves.
pub const NUMERICS: u32 = 2;

/// Reads logits `[output, row]` and labels `[row]`; writes the slopes of the mean loss by every
/// logit, `[output, row]`, 0 beyond the last row, and two numbers: the mean loss, and the rows
/// whose most likely class is the label. All rows are padded to whole lanes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LossesOf {
    pub loss: Loss,
    pub outputs: usize,
    pub rows: usize,
    /// Where in the scratch the logits stand.
    pub logits: usize,
    /// The class of each row as a number; anything below 0 beyond the last row.
    pub labels: Place,
    /// Where in the scratch the slopes go.
    pub slopes: usize,
    /// Where in the scratch the two numbers go.
    pub out: usize,
}

impl LossesOf {
    pub fn reach(&self) -> Reach {
        let wide = padded(self.rows);
        Reach::default()
            .to(Place::Scratch(self.logits), self.outputs * wide)
            .to(Place::Scratch(self.slopes), self.outputs * wide)
            .to(self.labels, wide)
            .to(Place::Scratch(self.out), 2)
    }

    pub fn reference<T: Real>(&self, buffers: &mut Buffers<T>) {
        let wide = padded(self.rows);
        let share = T::from_f64(1.0 / self.rows as f64);
        let mut losses = Vec::with_capacity(self.rows);
        let mut correct = 0;
        for row in 0..wide {
            let logits: Vec<T> = (0..self.outputs)
                .map(|output| buffers.scratch[self.logits + output * wide + row])
                .collect();
            let mut slopes = vec![T::ZERO; self.outputs];
            if row < self.rows {
                let label = buffers.at(self.labels.plus(row)).to_f64() as usize;
                losses.push(self.loss.of_row(&logits, label, &mut slopes));
                correct += usize::from(self.loss.fits(&logits, label));
            }
            for (output, slope) in slopes.into_iter().enumerate() {
                buffers.scratch[self.slopes + output * wide + row] = slope * share;
            }
        }
        buffers.scratch[self.out] = lane_sum(losses.into_iter()) * share;
        buffers.scratch[self.out + 1] = T::from_f64(correct as f64);
    }

    /// # Safety
    /// The buffers must be as long as `reach` says.
    #[inline(always)]
    #[allow(unsafe_code, reason = "pointers that `reach` covers")]
    pub unsafe fn kernel<L: Lanes>(&self, raw: Raw) {
        let share = (1.0 / self.rows as f64) as f32;
        let mut sums = L::splat(0.0);
        let mut correct = 0;
        // SAFETY: `reach` covers whole lanes of rows of every output.
        unsafe {
            for row in (0..self.rows).step_by(WIDTH) {
                let labels = L::load_from(raw.at(self.labels).add(row));
                let logits = raw.scratch.add(self.logits + row);
                let slopes = raw.scratch.add(self.slopes + row);
                let (losses, fits) = match self.loss {
                    Loss::Logistic => logistic::<L>(labels, logits, slopes, L::splat(share)),
                    Loss::Softmax => self.softmax::<L>(labels, logits, slopes, L::splat(share)),
                };
                let real = labels.over(L::splat(-0.5));
                sums = sums + L::choose(real, losses, L::splat(0.0));
                correct += (fits & L::mask_bits(real)).count_ones();
            }
            let out = raw.scratch.add(self.out);
            *out = sums.sum() * share;
            *out.add(1) = correct as f32;
        }
    }

    /// Sixteen rows of the softmax loss: their losses, and which of them fit.
    #[inline(always)]
    #[allow(unsafe_code, reason = "as `kernel`")]
    unsafe fn softmax<L: Lanes>(
        &self,
        labels: L,
        logits: *const f32,
        slopes: *mut f32,
        share: L,
    ) -> (L, u16) {
        let wide = padded(self.rows);
        // SAFETY: the caller promises whole lanes of rows of every output.
        unsafe {
            let logit = |output: usize| L::load_from(logits.add(output * wide));
            let half = L::splat(0.5);
            let is = |output: usize| {
                let class = L::splat(output as f32);
                // 1 where the label is this class.
                let below = L::choose(labels.over(class - half), L::splat(1.0), L::splat(0.0));
                L::choose(labels.over(class + half), L::splat(0.0), below)
            };
            let mut most = logit(0);
            for output in 1..self.outputs {
                most = logit(output).larger(most);
            }
            let mut sum = L::splat(0.0);
            let mut own = L::splat(0.0);
            for output in 0..self.outputs {
                let power = exp(logit(output) - most);
                power.store_to(slopes.add(output * wide));
                sum = sum + power;
                own = L::choose(is(output).over(L::splat(0.5)), logit(output), own);
            }
            // The label fits where no logit before it is as large and none behind it larger.
            let mut fits = u16::MAX;
            let real = labels.over(L::splat(-0.5));
            for output in 0..self.outputs {
                let one = is(output);
                let slope = L::load_from(slopes.add(output * wide)) / sum - one;
                let slope = L::choose(real, slope * share, L::splat(0.0));
                slope.store_to(slopes.add(output * wide));
                let before = L::mask_bits(labels.over(L::splat(output as f32)));
                let below = L::mask_bits(own.over(logit(output)));
                let above = L::mask_bits(logit(output).over(own));
                fits &= ((before & below) | (!before & !above)) & numbers(logit(output));
            }
            (ln(sum) - (own - most), fits)
        }
    }
}

/// Sixteen rows of the logistic loss: their losses, and which of them fit.
///
/// # Safety
/// The pointers must be valid for sixteen numbers.
#[inline(always)]
#[allow(unsafe_code, reason = "as `LossesOf::kernel`")]
unsafe fn logistic<L: Lanes>(
    labels: L,
    logits: *const f32,
    slopes: *mut f32,
    share: L,
) -> (L, u16) {
    // SAFETY: as promised.
    unsafe {
        let logit = L::load_from(logits);
        let one = labels.over(L::splat(0.5));
        let real = labels.over(L::splat(-0.5));
        let label = L::choose(one, L::splat(1.0), L::splat(0.0));
        let slope = (sigmoid(logit) - label) * share;
        L::choose(real, slope, L::splat(0.0)).store_to(slopes);
        let positive = L::mask_bits(logit.over(L::splat(0.0)));
        let one_bits = L::mask_bits(one);
        let loss = softplus(L::choose(one, -logit, logit));
        (loss, (one_bits & positive) | (!one_bits & !positive & numbers(logit)))
    }
}

/// Which lanes are numbers.
#[inline(always)]
fn numbers<L: Lanes>(value: L) -> u16 {
    L::mask_bits(value.over(L::splat(f32::NEG_INFINITY))) | L::mask_bits(L::splat(0.0).over(value))
}
