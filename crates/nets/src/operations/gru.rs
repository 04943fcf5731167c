//! The gates of a gated recurrent unit at one step, forward and back.
//!
//! PyTorch's `nn.GRU`, which applies the reset gate behind the product with the hidden state (Cho
//! et al. 2014, as Appleyard et al. 2016 reorder it for speed):
//!
//! ```text
//! reset     = sigmoid(W_ir x + b_ir + W_hr h + b_hr)
//! update    = sigmoid(W_iz x + b_iz + W_hz h + b_hz)
//! recalled  =         W_hn h + b_hn
//! candidate = tanh   (W_in x + b_in + reset recalled)
//! h_next    = (1 - update) candidate + update h
//! ```
//!
//! A step has a block of numbers `[4 hidden, row]`: reset, update, recalled, candidate, each
//! `[unit, row]`. The first three stand side by side because one product takes them back to `h`.

use mesascope_lanes::{Lanes, WIDTH, sigmoid, tanh};

use crate::Real;
use crate::place::{Buffers, Place, Raw, Reach, padded};

/// Moves when a value or the order of additions moves.
pub const NUMERICS: u32 = 1;

/// Forward: `reset`, `update`, `recalled` and `candidate` become those of the equations, and the
/// next hidden state follows.
///
/// On entry reset and update hold everything but their hidden bias, recalled is whole (at the first
/// step it holds nothing and is the hidden bias alone), and candidate holds `W_in x + b_in`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GruForward {
    pub hidden: usize,
    /// Rows, padded to whole lanes.
    pub wide: usize,
    /// Where in the scratch the block of the step stands.
    pub gates: usize,
    /// The hidden biases, `[3 hidden]`.
    pub biases: Place,
    /// Where in the scratch the hidden state before the step stands, `[unit, row]`; at the first
    /// step there is none, which counts as 0.
    pub before: Option<usize>,
    /// Where in the scratch the hidden state after the step goes, `[unit, row]`.
    pub after: usize,
}

/// Back: from the slopes of the loss by the hidden state after a step to those by the four sums
/// under its gates, which take the place of the gates, and to the part of those by the hidden state
/// before it that does not pass through a product, which takes the place of `slopes`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GruBackward {
    pub hidden: usize,
    /// Rows. What stands behind them up to whole lanes counts as 0 in `slopes`.
    pub rows: usize,
    /// Where in the scratch the block of the step stands, as the forward pass has left it.
    pub gates: usize,
    /// As in the forward pass.
    pub before: Option<usize>,
    /// Where in the scratch the slopes by the hidden state stand, `[unit, row]`, rows padded.
    pub slopes: usize,
    /// Where in the scratch the sums of the new slopes over rows are added up, `[4 hidden, lane]`:
    /// every sixteenth row to the same lane, and the sum of a step to what stands there.
    pub sums: usize,
}

/// The four blocks of a step.
const RESET: usize = 0;
const UPDATE: usize = 1;
const RECALLED: usize = 2;
const CANDIDATE: usize = 3;

impl GruForward {
    pub fn reach(&self) -> Reach {
        assert_eq!(self.wide % WIDTH, 0, "rows are padded to whole lanes");
        let state = self.hidden * self.wide;
        Reach::default()
            .to(Place::Scratch(self.gates), 4 * state)
            .to(self.biases, 3 * self.hidden)
            .to(Place::Scratch(self.before.unwrap_or(self.after)), state)
            .to(Place::Scratch(self.after), state)
    }

    pub fn reference<T: Real>(&self, buffers: &mut Buffers<T>) {
        let block = self.hidden * self.wide;
        for at in 0..block {
            let unit = at / self.wide;
            let bias = |gate| buffers.at(self.biases.plus(gate * self.hidden + unit));
            let [reset, update, recalled] = [RESET, UPDATE, RECALLED].map(bias);
            let gate = |gate: usize| self.gates + gate * block + at;
            let scratch = &mut *buffers.scratch;
            let reset = (scratch[gate(RESET)] + reset).sigmoid();
            let update = (scratch[gate(UPDATE)] + update).sigmoid();
            let (before, recalled) = match self.before {
                Some(before) => (scratch[before + at], scratch[gate(RECALLED)]),
                None => (T::ZERO, recalled),
            };
            let candidate = reset.fma(recalled, scratch[gate(CANDIDATE)]).tanh();
            scratch[gate(RESET)] = reset;
            scratch[gate(UPDATE)] = update;
            scratch[gate(RECALLED)] = recalled;
            scratch[gate(CANDIDATE)] = candidate;
            scratch[self.after + at] = update.fma(before - candidate, candidate);
        }
    }

    /// # Safety
    /// The buffers must be as long as `reach` says.
    #[inline(always)]
    #[allow(unsafe_code, reason = "pointers that `reach` covers")]
    pub unsafe fn kernel<L: Lanes>(&self, raw: Raw) {
        let block = self.hidden * self.wide;
        // SAFETY: `reach` covers whole lanes of every unit of the four blocks and of the states.
        unsafe {
            for unit in 0..self.hidden {
                let biases = raw.at(self.biases).add(unit);
                let bias = |gate: usize| L::splat(*biases.add(gate * self.hidden));
                let [reset_bias, update_bias, recalled_bias] = [RESET, UPDATE, RECALLED].map(bias);
                for at in (unit * self.wide..(unit + 1) * self.wide).step_by(WIDTH) {
                    let gates = raw.scratch.add(self.gates + at);
                    let gate = |gate: usize| gates.add(gate * block);
                    let reset = sigmoid(L::load_from(gate(RESET)) + reset_bias);
                    let update = sigmoid(L::load_from(gate(UPDATE)) + update_bias);
                    let (before, recalled) = match self.before {
                        Some(before) => {
                            let before = L::load_from(raw.scratch.add(before + at));
                            (before, L::load_from(gate(RECALLED)))
                        }
                        None => {
                            recalled_bias.store_to(gate(RECALLED));
                            (L::splat(0.0), recalled_bias)
                        }
                    };
                    let candidate = tanh(reset.fma(recalled, L::load_from(gate(CANDIDATE))));
                    reset.store_to(gate(RESET));
                    update.store_to(gate(UPDATE));
                    candidate.store_to(gate(CANDIDATE));
                    let after = update.fma(before - candidate, candidate);
                    after.store_to(raw.scratch.add(self.after + at));
                }
            }
        }
    }
}

impl GruBackward {
    pub fn reach(&self) -> Reach {
        let state = self.hidden * padded(self.rows);
        Reach::default()
            .to(Place::Scratch(self.gates), 4 * state)
            .to(Place::Scratch(self.before.unwrap_or(self.slopes)), state)
            .to(Place::Scratch(self.slopes), state)
            .to(Place::Scratch(self.sums), 4 * self.hidden * WIDTH)
    }

    pub fn reference<T: Real>(&self, buffers: &mut Buffers<T>) {
        let wide = padded(self.rows);
        let block = self.hidden * wide;
        let scratch = &mut *buffers.scratch;
        for unit in 0..self.hidden {
            let mut sums = [[T::ZERO; WIDTH]; 4];
            for row in 0..wide {
                let at = unit * wide + row;
                let slope = if row < self.rows { scratch[self.slopes + at] } else { T::ZERO };
                let gate = |gate: usize| self.gates + gate * block + at;
                let [reset, update, recalled, candidate] =
                    [RESET, UPDATE, RECALLED, CANDIDATE].map(|name| scratch[gate(name)]);
                let before = self.before.map_or(T::ZERO, |before| scratch[before + at]);
                let keep = T::ONE - update;
                let by_candidate = slope * keep * (-candidate).fma(candidate, T::ONE);
                let by_update = slope * (before - candidate) * (update * keep);
                let by_recalled = by_candidate * reset;
                let by_reset = by_candidate * recalled * (reset * (T::ONE - reset));
                let by = [by_reset, by_update, by_recalled, by_candidate];
                for (name, (by, sums)) in by.into_iter().zip(&mut sums).enumerate() {
                    scratch[gate(name)] = by;
                    sums[row % WIDTH] += by;
                }
                scratch[self.slopes + at] = slope * update;
            }
            for (name, sums) in sums.into_iter().enumerate() {
                let here = self.sums + (name * self.hidden + unit) * WIDTH;
                for (here, sum) in scratch[here..here + WIDTH].iter_mut().zip(sums) {
                    *here += sum;
                }
            }
        }
    }

    /// # Safety
    /// The buffers must be as long as `reach` says.
    #[inline(always)]
    #[allow(unsafe_code, reason = "pointers that `reach` covers")]
    pub unsafe fn kernel<L: Lanes>(&self, raw: Raw) {
        let wide = padded(self.rows);
        let block = self.hidden * wide;
        let one = L::splat(1.0);
        // SAFETY: `reach` covers whole lanes of every unit of the four blocks, the states and sums.
        unsafe {
            for unit in 0..self.hidden {
                let mut sums = [L::splat(0.0); 4];
                for row in (0..wide).step_by(WIDTH) {
                    let at = unit * wide + row;
                    let slopes = raw.scratch.add(self.slopes + at);
                    let slope = L::load_part(slopes, (self.rows - row).min(WIDTH));
                    let gates = raw.scratch.add(self.gates + at);
                    let [reset, update, recalled, candidate] = [RESET, UPDATE, RECALLED, CANDIDATE]
                        .map(|name| L::load_from(gates.add(name * block)));
                    let before = match self.before {
                        Some(before) => L::load_from(raw.scratch.add(before + at)),
                        None => L::splat(0.0),
                    };
                    let keep = one - update;
                    let by_candidate = slope * keep * (-candidate).fma(candidate, one);
                    let by_update = slope * (before - candidate) * (update * keep);
                    let by_recalled = by_candidate * reset;
                    let by_reset = by_candidate * recalled * (reset * (one - reset));
                    let by = [by_reset, by_update, by_recalled, by_candidate];
                    for (name, by) in by.into_iter().enumerate() {
                        by.store_to(gates.add(name * block));
                        sums[name] = sums[name] + by;
                    }
                    (slope * update).store_to(slopes);
                }
                for (name, sum) in sums.into_iter().enumerate() {
                    let here = raw.scratch.add(self.sums + (name * self.hidden + unit) * WIDTH);
                    (L::load_from(here) + sum).store_to(here);
                }
            }
        }
    }
}
