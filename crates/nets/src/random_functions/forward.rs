//! The truth tables of drawn networks, on lanes.
//!
//! Every logit has the bits of the dense product: each sum begins at its bias and adds terms in
//! order with one rounding each, in blocks of at most 256.
//!
//! A vector of rows differs in the first four inputs, lane by lane, and vectors differ in the last
//! three: then sums of the first inputs are shared by all vectors, in the order of the dense
//! product. The truth table is put into the order of rows at the end.

use mesascope_lanes::{Kernel, Lanes, WIDTH, Words, tanh};

use super::layout::{IN_LANES, Law, Layer, Layout};
use crate::Activation;
use crate::aligned::Aligned;

/// Terms that one chain adds, as in the dense product.
pub(super) const BLOCK: usize = 256;

/// Vectors of rows whose sums are made together where there are registers enough: loads are then
/// fewer than half of the instructions.
const MOST_IN_TILE: usize = 4;

/// The numbers of one network and what its layers give, reused from network to network.
pub(super) struct Buffers {
    parameters: Aligned<f32>,
    /// What a layer reads, what it gives, and the logits.
    read: Aligned<f32>,
    given: Aligned<f32>,
    logits: Aligned<f32>,
}

impl Buffers {
    /// Buffers for truth tables.
    pub fn of(layout: &Layout) -> Buffers {
        Buffers::of_vectors(layout, layout.vectors())
    }

    /// Buffers for so many vectors of rows.
    pub fn of_vectors(layout: &Layout, vectors: usize) -> Buffers {
        let widest = layout.layers.iter().map(|layer| layer.outputs).max().unwrap_or(1);
        let rows = vectors * WIDTH;
        Buffers {
            parameters: Aligned::zeros(layout.parameters),
            read: Aligned::zeros(widest * rows),
            given: Aligned::zeros(widest * rows),
            logits: Aligned::zeros(rows),
        }
    }

    /// The numbers of the last network.
    pub fn parameters(&self) -> &[f32] {
        &self.parameters
    }

    /// The logits of the last network, row by row.
    #[cfg(test)]
    pub fn logits(&self, layout: &Layout) -> Vec<f32> {
        let (inputs, vectors) = (layout.inputs, layout.vectors());
        (0..1usize << inputs)
            .map(|row| self.logits[row % vectors * WIDTH + row / vectors])
            .collect()
    }
}

/// Draws networks `first`, `first + 1`, ... and writes their truth tables.
pub(super) struct Tables<'a> {
    pub layout: &'a Layout,
    pub seed: [u8; 32],
    pub first: u64,
    pub buffers: &'a mut Buffers,
    pub tables: &'a mut [u128],
    /// How often each network is passed through: 1, or more to time the passes apart.
    pub passes: u32,
}

impl Kernel for Tables<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let Tables { layout, seed, first, buffers, tables, passes } = self;
        for (stream, table) in (first..).zip(tables) {
            draw::<L>(layout, seed, stream, buffers);
            for _ in 0..passes {
                *table = std::hint::black_box(table_of::<L>(layout, buffers));
            }
        }
    }
}

/// Fills the parameters of one network.
#[inline(always)]
pub(super) fn draw<L: Lanes>(layout: &Layout, seed: [u8; 32], stream: u64, buffers: &mut Buffers) {
    let mut words = Words::new(seed, stream);
    let drawn = &mut buffers.parameters[..layout.drawn];
    match layout.law {
        Law::Normal => words.normals_each::<L>(&layout.scales, drawn),
        Law::Uniform => words.uniforms_each::<L>(&layout.scales, drawn),
    }
}

/// The truth table of the network in the buffers.
#[inline(always)]
#[allow(unsafe_code, reason = "pointers into buffers made for the layout, lengths checked here")]
pub(super) fn table_of<L: Lanes>(layout: &Layout, buffers: &mut Buffers) -> u128 {
    let vectors = layout.vectors();
    let widest = layout.layers.iter().map(|layer| layer.outputs).max().unwrap_or(1);
    assert!(buffers.parameters.len() >= layout.parameters);
    assert!(buffers.read.len().min(buffers.given.len()) >= widest * vectors * WIDTH);
    assert!(buffers.logits.len() >= vectors * WIDTH);
    // SAFETY: every layer reads `inputs` and writes `outputs` units of these vectors, of which
    // there are no more than the widest has; weights and biases lie among the parameters.
    unsafe {
        if L::REGISTERS >= 32 && vectors.is_multiple_of(MOST_IN_TILE) {
            pass::<L, MOST_IN_TILE>(layout, buffers);
        } else {
            pass::<L, 1>(layout, buffers);
        }
    }
    let zero = L::splat(0.0);
    let mut by_vector = 0;
    for (vector, logits) in buffers.logits.chunks_exact(WIDTH).enumerate() {
        let mask = L::mask_bits(L::load_first(logits).over(zero));
        by_vector |= u128::from(mask) << (vector * WIDTH);
    }
    in_order_of_rows(by_vector, layout.inputs)
}

/// The classes that the network in the buffers gives sixteen rows, `[input, row]`: bit l for lane l.
#[inline(always)]
#[allow(unsafe_code, reason = "pointers into buffers made for the layout, lengths checked here")]
pub(super) fn labels_of<L: Lanes>(layout: &Layout, buffers: &mut Buffers, rows: &[f32]) -> u16 {
    let widest = layout.layers.iter().map(|layer| layer.outputs).max().unwrap_or(1);
    assert!(rows.len() == layout.inputs * WIDTH);
    assert!(buffers.parameters.len() >= layout.parameters);
    assert!(buffers.read.len().min(buffers.given.len()) >= widest * WIDTH);
    assert!(buffers.logits.len() >= WIDTH);
    let parameters = buffers.parameters.as_ptr();
    let (mut given, mut other) = (buffers.read.as_mut_ptr(), buffers.given.as_mut_ptr());
    let mut read = rows.as_ptr();
    let (relu, last) = (layout.activation == Activation::Relu, layout.layers.len() - 1);
    // SAFETY: every layer reads one vector of `inputs` units and writes `outputs` of them, of which
    // there are no more than the widest has; weights and biases lie among the parameters.
    unsafe {
        for (place, layer) in layout.layers.iter().enumerate() {
            if place == last {
                let logits = buffers.logits.as_mut_ptr();
                hidden_layer::<L, 1>(layer, parameters, read, logits, 1, Finish::Keep);
            } else if relu {
                hidden_layer::<L, 1>(layer, parameters, read, given, 1, Finish::Relu);
            } else {
                hidden_layer::<L, 1>(layer, parameters, read, given, 1, Finish::Keep);
                tanh_of::<L>(given, layer.outputs);
            }
            read = given;
            (given, other) = (other, given);
        }
    }
    L::mask_bits(L::load_first(&buffers.logits).over(L::splat(0.0)))
}

/// All layers. What a layer gives stands as `[tile, unit, row]` with tiles of `TILE` vectors.
///
/// # Safety
/// The buffers must be those of the layout.
#[inline(always)]
#[allow(unsafe_code, reason = "as promised by the caller")]
unsafe fn pass<L: Lanes, const TILE: usize>(layout: &Layout, buffers: &mut Buffers) {
    let parameters = buffers.parameters.as_ptr();
    let (mut read, mut given) = (buffers.read.as_mut_ptr(), buffers.given.as_mut_ptr());
    let logits = buffers.logits.as_mut_ptr();
    let vectors = layout.vectors();
    let (layers, last) = (&layout.layers, layout.layers.len() - 1);
    let outward = &layers[last];
    // SAFETY: as promised.
    unsafe {
        let first_gives = if last == 0 { logits } else { read };
        match vectors {
            1 => first_layer::<L, 1, 1>(layout, parameters, first_gives),
            2 => first_layer::<L, 2, 1>(layout, parameters, first_gives),
            4 => first_layer::<L, 4, TILE>(layout, parameters, first_gives),
            _ => first_layer::<L, 8, TILE>(layout, parameters, first_gives),
        }
        if last == 0 {
            return;
        }
        let relu = layout.activation == Activation::Relu;
        if !relu {
            tanh_of::<L>(read, layers[0].outputs * vectors);
        }
        // The last layer adds up units as they come, where its sums are one chain.
        let fused = relu && last > 1 && outward.inputs <= BLOCK;
        for (place, layer) in layers.iter().enumerate().take(last).skip(1) {
            let finish = if !relu {
                Finish::Keep
            } else if fused && place + 1 == last {
                let bias = L::splat(*parameters.add(outward.biases));
                for vector in 0..vectors {
                    bias.store_to(logits.add(vector * WIDTH));
                }
                Finish::Logits(parameters.add(outward.weights), logits)
            } else {
                Finish::Relu
            };
            hidden_layer::<L, TILE>(layer, parameters, read, given, vectors, finish);
            if !relu {
                tanh_of::<L>(given, layer.outputs * vectors);
            }
            (read, given) = (given, read);
        }
        if !fused {
            let (weights, bias) = (parameters.add(outward.weights), parameters.add(outward.biases));
            for tile in 0..vectors / TILE {
                let read = read.add(tile * outward.inputs * TILE * WIDTH);
                let out = logits.add(tile * TILE * WIDTH);
                group::<L, 1, TILE>(weights, bias, read, outward.inputs, out, Finish::Keep);
            }
        }
    }
}

/// The first layer: its sums of the first inputs are shared by the vectors.
///
/// # Safety
/// As `pass`.
#[inline(always)]
#[allow(unsafe_code, reason = "as promised by the caller")]
unsafe fn first_layer<L: Lanes, const VECTORS: usize, const TILE: usize>(
    layout: &Layout,
    parameters: *const f32,
    out: *mut f32,
) {
    let Layer { inputs, outputs, weights, biases, .. } = layout.layers[0];
    let coding = layout.coding.map(L::splat);
    let [a, b, c, d] = &layout.in_lanes;
    let lanes = [L::load(a), L::load(b), L::load(c), L::load(d)];
    let zero = L::splat(0.0);
    let relu = layout.activation == Activation::Relu && layout.layers.len() > 1;
    let zeros_vanish = layout.zeros_vanish;
    // SAFETY: a unit has `inputs` weights and a bias, and writes `VECTORS` vectors.
    unsafe {
        for unit in 0..outputs {
            let weights = parameters.add(weights + unit * inputs);
            let mut shared = L::splat(*parameters.add(biases + unit));
            for (input, lanes) in lanes.iter().enumerate() {
                if input < inputs {
                    shared = L::splat(*weights.add(input)).fma(*lanes, shared);
                }
            }
            let mut sums = [shared; VECTORS];
            // Each further input splits every sum in two, for its bit of 0 and of 1.
            let mut width = VECTORS;
            let mut input = IN_LANES;
            while width > 1 {
                width /= 2;
                let weight = L::splat(*weights.add(input));
                input += 1;
                let mut at = 0;
                while at < VECTORS {
                    let sum = sums[at];
                    let with_zero = if zeros_vanish { sum } else { weight.fma(coding[0], sum) };
                    sums[at] = with_zero;
                    sums[at + width] = weight.fma(coding[1], sum);
                    at += 2 * width;
                }
            }
            for (vector, sum) in sums.into_iter().enumerate() {
                let sum = if relu { zero.larger(sum) } else { sum };
                let (tile, vector) = (vector / TILE, vector % TILE);
                sum.store_to(out.add(((tile * outputs + unit) * TILE + vector) * WIDTH));
            }
        }
    }
}

/// What happens to the sums of units.
#[derive(Clone, Copy)]
enum Finish {
    /// Nothing.
    Keep,
    /// They become the larger of them and 0.
    Relu,
    /// The larger of them and 0, times these weights, is added to these logits.
    Logits(*const f32, *mut f32),
}

/// A layer whose inputs are units, `read`, and whose outputs go to `given`.
///
/// # Safety
/// As `pass`.
#[inline(always)]
#[allow(unsafe_code, reason = "as promised by the caller")]
unsafe fn hidden_layer<L: Lanes, const TILE: usize>(
    layer: &Layer,
    parameters: *const f32,
    read: *const f32,
    given: *mut f32,
    vectors: usize,
    finish: Finish,
) {
    let wide = TILE * WIDTH;
    let terms = layer.inputs;
    // SAFETY: tiles and groups lie inside the layer.
    unsafe {
        for tile in 0..vectors / TILE {
            let read = read.add(tile * terms * wide);
            for place in 0..layer.groups {
                let (unit, size) = layer.group(place);
                let weights = parameters.add(layer.weights + unit * terms);
                let biases = parameters.add(layer.biases + unit);
                let out = given.add((tile * layer.outputs + unit) * wide);
                let finish = match finish {
                    Finish::Logits(weights, logits) => {
                        Finish::Logits(weights.add(unit), logits.add(tile * wide))
                    }
                    other => other,
                };
                match size {
                    1 => group::<L, 1, TILE>(weights, biases, read, terms, out, finish),
                    2 => group::<L, 2, TILE>(weights, biases, read, terms, out, finish),
                    3 => group::<L, 3, TILE>(weights, biases, read, terms, out, finish),
                    4 => group::<L, 4, TILE>(weights, biases, read, terms, out, finish),
                    5 => group::<L, 5, TILE>(weights, biases, read, terms, out, finish),
                    _ => group::<L, 6, TILE>(weights, biases, read, terms, out, finish),
                }
            }
        }
    }
}

/// The sums of a group of units over a tile of rows, held in registers.
///
/// # Safety
/// `weights` must be `[term, unit]`, `biases` `[unit]`, `read` `[term, row]`, `out` `[unit, row]`.
#[inline(always)]
#[allow(unsafe_code, reason = "as promised by the caller")]
unsafe fn group<L: Lanes, const UNITS: usize, const TILE: usize>(
    weights: *const f32,
    biases: *const f32,
    read: *const f32,
    terms: usize,
    out: *mut f32,
    finish: Finish,
) {
    let zero = L::splat(0.0);
    // SAFETY: as promised.
    unsafe {
        for block in (0..terms).step_by(BLOCK) {
            let mut sums = [[zero; TILE]; UNITS];
            if block == 0 {
                for (unit, sums) in sums.iter_mut().enumerate() {
                    *sums = [L::splat(*biases.add(unit)); TILE];
                }
            }
            let end = terms.min(block + BLOCK);
            let (weights, read) = (weights.add(block * UNITS), read.add(block * TILE * WIDTH));
            chain(weights, read, end - block, &mut sums);
            if block > 0 {
                for (at, sum) in sums.as_flattened_mut().iter_mut().enumerate() {
                    *sum = L::load_from(out.add(at * WIDTH)) + *sum;
                }
            }
            match finish {
                Finish::Logits(weights, to) if end == terms => {
                    for at in 0..TILE {
                        let to = to.add(at * WIDTH);
                        let mut logit = L::load_from(to);
                        for (unit, sums) in sums.iter().enumerate() {
                            let weight = L::splat(*weights.add(unit));
                            logit = weight.fma(zero.larger(sums[at]), logit);
                        }
                        logit.store_to(to);
                    }
                }
                Finish::Relu if end == terms => {
                    for (at, sum) in sums.as_flattened().iter().enumerate() {
                        zero.larger(*sum).store_to(out.add(at * WIDTH));
                    }
                }
                _ => {
                    for (at, sum) in sums.as_flattened().iter().enumerate() {
                        sum.store_to(out.add(at * WIDTH));
                    }
                }
            }
        }
    }
}

/// Adds terms to sums. Pointers walk through both factors in the order in which they stand.
///
/// # Safety
/// As `group`.
#[inline(always)]
#[allow(unsafe_code, reason = "as promised by the caller")]
unsafe fn chain<L: Lanes, const UNITS: usize, const TILE: usize>(
    mut weights: *const f32,
    mut read: *const f32,
    terms: usize,
    sums: &mut [[L; TILE]; UNITS],
) {
    // SAFETY: as promised; pointers move by wrapping, because the last step leads outside.
    unsafe {
        for _ in 0..terms {
            let mut rows = [L::splat(0.0); TILE];
            for (at, row) in rows.iter_mut().enumerate() {
                *row = L::load_from(read.add(at * WIDTH));
            }
            for (unit, sums) in sums.iter_mut().enumerate() {
                let weight = L::splat(*weights.add(unit));
                for (sum, row) in sums.iter_mut().zip(rows) {
                    *sum = weight.fma(row, *sum);
                }
            }
            weights = weights.wrapping_add(UNITS);
            read = read.wrapping_add(TILE * WIDTH);
        }
    }
}

/// The hyperbolic tangents of vectors, in place.
///
/// # Safety
/// There must be as many vectors.
#[inline(always)]
#[allow(unsafe_code, reason = "as promised by the caller")]
unsafe fn tanh_of<L: Lanes>(at: *mut f32, vectors: usize) {
    for vector in 0..vectors {
        // SAFETY: as promised.
        unsafe {
            let at = at.add(vector * WIDTH);
            tanh(L::load_from(at)).store_to(at);
        }
    }
}

/// A truth table whose bit 16 v + l is lane l of vector v, as one whose bit r is row r: there the
/// lane, which is the first inputs, stands above the vector.
#[inline(always)]
fn in_order_of_rows(mut table: u128, inputs: usize) -> u128 {
    if inputs <= IN_LANES {
        return table & ((1 << (1 << inputs)) - 1);
    }
    // The number of a bit is the bits of the vector above those of the lane. One after another,
    // lowest first, the vector's bits change places with the four bits below.
    for moved in 0..inputs - IN_LANES {
        for below in (moved..moved + IN_LANES).rev() {
            let distance = 1 << below;
            let differ = (table >> distance ^ table) & LOWER_ONLY[below];
            table ^= differ ^ differ << distance;
        }
    }
    table
}

/// For each place, the bits whose number has a 1 at this place and a 0 at the next.
const LOWER_ONLY: [u128; 6] = {
    let mut masks = [0; 6];
    let mut bit = 0;
    while bit < 128 {
        let mut place = 0;
        while place < 6 {
            if bit >> place & 3 == 1 {
                masks[place] |= 1 << bit;
            }
            place += 1;
        }
        bit += 1;
    }
    masks
};
