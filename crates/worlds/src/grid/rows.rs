//! A number for every state and every number of steps left, kept for as long as it changes.

/// `[steps left, state]`, with a column more that stands for "the episode is over" and holds 0.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    width: usize,
    kept: Vec<f64>,
}

impl Rows {
    /// Backwards from no step left, where all is 0. `step` reads a row and writes the row with one
    /// step more, `[state]`; with more than `steady` steps left it is the same function of the row.
    /// A row from there on that is the one before it bit by bit is the row of all longer ones.
    pub fn backwards(
        states: usize,
        horizon: u32,
        steady: u32,
        mut step: impl FnMut(u32, &[f64], &mut [f64]),
    ) -> Rows {
        let width = states + 1;
        let mut kept = vec![0.0; width];
        for left in 1..=horizon {
            let end = kept.len();
            kept.resize(end + width, 0.0);
            let (before, now) = kept.split_at_mut(end);
            let later = &before[end - width..];
            step(left, later, &mut now[..states]);
            if left > steady && same(later, now) {
                kept.truncate(end);
                break;
            }
        }
        Rows { width, kept }
    }

    /// The row with so many steps left.
    #[inline]
    pub fn row(&self, left: u32) -> &[f64] {
        &self.kept[self.steady().min(left) as usize * self.width..][..self.width]
    }

    /// The number of steps from which on rows are alike; the horizon where they never are.
    #[inline]
    pub fn steady(&self) -> u32 {
        (self.kept.len() / self.width - 1) as u32
    }
}

/// Whether two rows have the same bits.
pub(super) fn same(one: &[f64], other: &[f64]) -> bool {
    one.iter().zip(other).all(|(one, other)| one.to_bits() == other.to_bits())
}
