//! A network among the parameters that a learner of policies moves: of rows that it sees one by one,
//! or of sequences of rows that it remembers.

use std::collections::BTreeMap;
use std::ops::Range;

use mesascope_nets::{
    AnyNetwork, BitRows, GruPass, GruPasses, GruShape, Pass, Passes, Rows, Shape,
};

/// Moves when a batch is passed otherwise.
pub const NUMERICS: u32 = 1;

/// Sequences that pass at once: few enough for their steps to stay in a near cache.
const SEQUENCES: usize = 64;

/// The row of a table that has no ones, which fills sequences up.
pub(crate) const NOTHING: u32 = 0;

/// One network.
pub(crate) struct Head {
    shape: Shape,
    kind: Kind,
    /// Where its parameters stand.
    pub range: Range<usize>,
}

enum Kind {
    Rows(Box<Pass>),
    /// By the steps of a sequence.
    Sequences(GruShape, BTreeMap<usize, GruPass>),
}

/// Passes forward to act or to value, row by row.
pub(crate) enum Acting<'p> {
    Rows(Passes<'p>),
    Sequences(GruPasses<'p>),
}

/// Rows to learn from.
#[derive(Clone, Copy)]
pub(crate) struct Batch<'a> {
    /// What was seen; row [`NOTHING`] has no ones.
    pub seen: &'a BitRows,
    /// Rows of it, episode after episode where networks remember.
    pub rows: &'a [u32],
    /// How networks that remember read them; nothing for others.
    pub sequences: &'a [Sequence<'a>],
}

/// Rows of one episode in order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sequence<'a> {
    /// Rows that stand before, from the beginning of the episode: they are remembered, and not
    /// learned from.
    pub before: &'a [u32],
    /// How many rows follow.
    pub length: usize,
}

impl Acting<'_> {
    /// Outputs of rows of what was seen, `[row, output]`; `hidden` is `[row, unit]`, as
    /// [`GruPasses::act`], or nothing for networks that remember nothing.
    pub fn act(&mut self, seen: &BitRows, rows: &[u32], hidden: &mut [f32]) -> &[f32] {
        match self {
            Acting::Rows(passes) => passes.forward(Rows::Bits(seen, rows)),
            Acting::Sequences(passes) => passes.act(Rows::Bits(seen, rows), hidden),
        }
    }
}

impl Head {
    /// A network whose parameters stand from there on.
    pub fn new(network: &AnyNetwork<f32>, from: usize) -> Head {
        let shape = network.shape.clone();
        let kind = match &shape {
            Shape::Gru(gru) => Kind::Sequences(*gru, BTreeMap::new()),
            Shape::Mlp { .. } | Shape::Convolution(_) => {
                Kind::Rows(Box::new(Pass::new(shape.clone())))
            }
        };
        Head { shape, kind, range: from..from + network.parameters.len() }
    }

    /// Numbers that it remembers from step to step.
    pub fn memory(&self) -> usize {
        match &self.kind {
            Kind::Rows(_) => 0,
            Kind::Sequences(gru, _) => gru.hidden,
        }
    }

    /// The network with these parameters, of which some are its own.
    pub fn network(&self, parameters: &[f32]) -> AnyNetwork<f32> {
        AnyNetwork {
            shape: self.shape.clone(),
            parameters: parameters[self.range.clone()].to_vec(),
        }
    }

    /// Passes forward with these parameters, of which some are its own.
    pub fn acting<'p>(&'p mut self, parameters: &'p [f32]) -> Acting<'p> {
        let own = &parameters[self.range.clone()];
        match &mut self.kind {
            Kind::Rows(pass) => Acting::Rows(pass.with(own)),
            Kind::Sequences(gru, passes) => Acting::Sequences(of_steps(passes, *gru, 1).with(own)),
        }
    }

    /// Writes its part of the gradient of a loss. `slopes_of` is given which of the batch's rows,
    /// their outputs `[row, output]`, and zeros in whose place it writes the slopes of the loss by
    /// them; a row's may depend on that row alone.
    pub fn lead(
        &mut self,
        parameters: &[f32],
        batch: Batch,
        gradient: &mut [f32],
        mut slopes_of: impl FnMut(Range<usize>, &[f32], &mut [f32]),
    ) {
        let own = &parameters[self.range.clone()];
        let gradient = &mut gradient[self.range.clone()];
        let (gru, passes) = match &mut self.kind {
            Kind::Rows(pass) => {
                let rows = Rows::Bits(batch.seen, batch.rows);
                gradient.copy_from_slice(pass.with(own).both(rows, slopes_of));
                return;
            }
            Kind::Sequences(gru, passes) => (*gru, passes),
        };
        gradient.fill(0.0);
        // Sequences of like length pass together, so that little is filled up.
        let mut order = Vec::with_capacity(batch.sequences.len());
        let mut from = 0;
        for sequence in batch.sequences {
            order.push((sequence.before.len() + sequence.length, from, sequence));
            from += sequence.length;
        }
        assert_eq!(from, batch.rows.len(), "sequences are of all rows");
        order.sort_by_key(|&(length, ..)| length);
        let (mut numbers, mut slopes) = (Vec::new(), Vec::new());
        for together in order.chunks(SEQUENCES) {
            let longest = together[together.len() - 1].0;
            // A pass is kept for each power of two, and not for each length.
            let steps = longest.next_power_of_two();
            numbers.clear();
            for &(length, from, sequence) in together {
                numbers.extend_from_slice(sequence.before);
                numbers.extend_from_slice(&batch.rows[from..from + sequence.length]);
                numbers.extend(std::iter::repeat_n(NOTHING, steps - length));
            }
            let mut pass = of_steps(passes, gru, steps).with(own);
            let rows = Rows::Bits(batch.seen, &numbers);
            let outputs = pass.forward(rows);
            slopes.clear();
            slopes.resize(outputs.len(), 0.0);
            for (row, &(length, from, sequence)) in together.iter().enumerate() {
                let [begin, end] =
                    [sequence.before.len(), length].map(|step| (row * steps + step) * gru.outputs);
                let of = from..from + sequence.length;
                slopes_of(of, &outputs[begin..end], &mut slopes[begin..end]);
            }
            let slopes = pass.backward(rows, &slopes);
            gradient.iter_mut().zip(slopes).for_each(|(sum, slope)| *sum += slope);
        }
    }
}

/// The pass of sequences of so many steps.
fn of_steps(passes: &mut BTreeMap<usize, GruPass>, gru: GruShape, steps: usize) -> &mut GruPass {
    passes.entry(steps).or_insert_with(|| GruPass::new(GruShape { steps, ..gru }))
}
