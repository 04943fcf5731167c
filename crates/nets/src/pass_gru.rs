//! Passes of a gated recurrent unit with slopes from outside, and its steps one by one.

use mesascope_lanes::Path;

use crate::aligned::Aligned;
use crate::listed::Listed;
use crate::operations::Operation;
use crate::operations::gather::WORDS;
use crate::place::padded;
use crate::program_gru_rows::GruRows;
use crate::{BitRows, GruShape, Read, Real, Rows};

/// The passes of gated recurrent units of one shape: whole sequences, which begin at a hidden state
/// of 0, forward and back with the slopes of a learner's own loss; and single steps, to act.
///
/// Inputs are `[row, step, input]`, or as [`Rows::Bits`] the numbers of rows of bits,
/// `[row, step]`. Outputs are read after every step, whatever the shape says.
///
/// The bits are those of [`crate::AnyNetwork::gradient`] where the slopes are those of its loss, and
/// with bases in [`BitRows`] differ from it as [`crate::Pass`] says. A step alone has the bits that
/// it has in a sequence (where no bias is -0, to which a sequence's first step adds nothing).
///
/// ```
/// use mesascope_nets::{Gru, GruPass, Rows};
/// use mesascope_stats::Key;
///
/// let gru = Gru::with_hidden(4)?;
/// let network = gru.initialise(2, 3, 2, Key::from_seed(1));
/// let mut pass = GruPass::new(gru.shape(2, 3, 2));
/// let mut passes = pass.with(&network.parameters);
/// let outputs = passes.forward(Rows::Numbers(&[0.0, 1.0, 1.0, 1.0])).to_vec();
/// // The same, step by step.
/// let mut hidden = vec![0.0; 4];
/// assert_eq!(passes.act(Rows::Numbers(&[0.0, 1.0]), &mut hidden), &outputs[..3]);
/// assert_eq!(passes.act(Rows::Numbers(&[1.0, 1.0]), &mut hidden), &outputs[3..]);
/// # Ok::<(), mesascope_nets::NetsError>(())
/// ```
#[derive(Clone, Debug)]
pub struct GruPass<T = f32> {
    shape: GruShape,
    /// Without one, numbers are worked out one at a time.
    path: Option<Path>,
    /// Bases that there is room for.
    bases: usize,
    /// Steps, rows and bases for which the buffers are laid out.
    laid_out: (usize, usize, usize),
    is_turned: bool,
    parameters: Aligned<T>,
    data: Aligned<T>,
    scratch: Aligned<T>,
    listed: Listed,
    outputs: Vec<T>,
}

/// Passes with parameters that stay as they are meanwhile.
#[derive(Debug)]
pub struct GruPasses<'p, T = f32> {
    pass: &'p mut GruPass<T>,
    /// Sequences of the last pass forward, and whose bits they are, where a pass back may follow.
    last: Option<(usize, Option<u64>)>,
}

impl GruPass {
    /// The passes of networks of this shape.
    pub fn new(shape: GruShape) -> GruPass {
        GruPass::on(Path::best(), shape)
    }

    /// As [`GruPass::new`], on a path of choice.
    pub fn on(path: Path, shape: GruShape) -> GruPass {
        GruPass::any(Some(path), shape)
    }
}

impl<T: Real> GruPass<T> {
    /// As [`GruPass::new`], but one number at a time: slow, for checks, and in `f64` too.
    pub fn plain(shape: GruShape) -> GruPass<T> {
        GruPass::any(None, shape)
    }

    fn any(path: Option<Path>, shape: GruShape) -> GruPass<T> {
        let GruShape { inputs, hidden, outputs, steps, .. } = shape;
        assert!(![inputs, hidden, outputs, steps].contains(&0), "no size is 0");
        GruPass {
            shape: GruShape { read: Read::EveryStep, ..shape },
            path,
            bases: 1,
            laid_out: (0, 0, 0),
            is_turned: false,
            parameters: Aligned::default(),
            data: Aligned::default(),
            scratch: Aligned::default(),
            listed: Listed::default(),
            outputs: Vec::new(),
        }
    }

    /// Passes with these parameters, `[parameter]`, in the order of [`GruShape`].
    pub fn with<'p>(&'p mut self, parameters: &'p [T]) -> GruPasses<'p, T> {
        let count = self.shape.parameter_count();
        assert_eq!(parameters.len(), count, "parameters are those of the shape");
        self.parameters.resize(padded(count));
        self.parameters[..count].copy_from_slice(parameters);
        self.listed.forget();
        self.is_turned = false;
        GruPasses { pass: self, last: None }
    }

    /// The layout for so many sequences of so many steps, with room for it.
    fn lay_out(&mut self, steps: usize, rows: usize, bases: usize) -> GruRows {
        if bases > self.bases {
            self.bases = bases.next_power_of_two();
        }
        let shape = GruShape { steps, ..self.shape };
        let layout = GruRows::new(shape, rows, self.bases);
        if self.laid_out != (steps, rows, self.bases) {
            self.laid_out = (steps, rows, self.bases);
            self.scratch.resize(layout.scratch.max(self.scratch.len()));
            self.data.resize(layout.data.max(self.data.len()));
            // What another layout has left there must not count as rows beyond the last.
            self.data.fill(T::ZERO);
            self.scratch[layout.behind_sums()..].fill(T::ZERO);
        }
        layout
    }

    /// Reads rows, `steps` a sequence; gives the layout, what is to be done for their inputs at each
    /// step, and how many bases with ones they have.
    fn read(&mut self, rows: Rows<T>, steps: usize) -> (GruRows, Vec<Vec<Operation>>) {
        let inputs = self.shape.inputs;
        let count = rows.count(inputs);
        assert!(count > 0, "a pass needs a row");
        assert_eq!(count % steps, 0, "inputs are [row, step, input], of {steps} steps each");
        let sequences = count / steps;
        match rows {
            Rows::Numbers(values) => {
                let layout = self.lay_out(steps, sequences, 1);
                layout.inputs.write(sequences, values, &mut self.data);
                let each = (0..steps).map(|step| layout.gru.input_products(step).to_vec());
                let each = each.collect();
                (layout, each)
            }
            Rows::Bits(table, numbers) => {
                let layout = self.lay_out(steps, sequences, table.bases());
                self.sum_bases(&layout, table, numbers);
                let each = (0..steps).map(|step| layout.gather(step)).collect();
                (layout, each)
            }
        }
    }

    /// Words of all rows, step after step, and of their bases; sums of bases that have none yet.
    fn sum_bases(&mut self, layout: &GruRows, table: &BitRows, numbers: &[u32]) {
        let (steps, rows) = (layout.gru.shape.steps, layout.gru.rows);
        let by_step = (0..steps).flat_map(|step| (0..rows).map(move |row| row * steps + step));
        let (fresh, behind) = self.listed.read(table, by_step.map(|place| numbers[place]));
        let mut operations = Vec::new();
        if !std::mem::replace(&mut self.is_turned, true) {
            operations.push(layout.turn());
        }
        if fresh > 0 {
            operations.push(layout.sum_bases(behind, fresh));
        }
        self.run(&operations, table.ones());
        self.listed.bases(table, behind);
    }

    fn run(&mut self, operations: &[Operation], ones: &[u16]) {
        let GruPass { path, parameters, data, listed, scratch, .. } = self;
        T::operate(*path, operations, parameters, data, (&listed.words, ones), scratch);
    }

    /// Reads the outputs, `[row, step, output]`, out of the scratch.
    fn read_outputs(&mut self, layout: &GruRows) -> &[T] {
        let gru = &layout.gru;
        self.outputs.clear();
        for row in 0..gru.rows {
            for step in 0..gru.shape.steps {
                let at = gru.logits + step * gru.rows + row;
                let each = (0..gru.shape.outputs).map(|output| at + output * gru.logit_row());
                self.outputs.extend(each.map(|at| self.scratch[at]));
            }
        }
        &self.outputs
    }
}

impl<T: Real> GruPasses<'_, T> {
    /// Passes sequences forward from a hidden state of 0; gives the outputs after every step,
    /// `[row, step, output]`.
    pub fn forward(&mut self, rows: Rows<T>) -> &[T] {
        let pass = &mut *self.pass;
        let (layout, inputs) = pass.read(rows, pass.shape.steps);
        self.last = Some((layout.gru.rows, rows.number()));
        let mut forward = Vec::new();
        for (step, inputs) in inputs.into_iter().enumerate() {
            forward.extend(inputs);
            let before = step.checked_sub(1).map(|before| layout.gru.state(before));
            forward.extend(layout.gru.step_forward(step, before));
        }
        pass.run(&forward, rows.ones());
        pass.read_outputs(&layout)
    }

    /// Passes the sequences of the last pass forward back from the slopes of a loss by their
    /// outputs, `[row, step, output]`; gives the gradient of the loss, `[parameter]`. Steps behind
    /// the end of an episode have slopes of 0, and nothing of them flows back. Panics unless the last
    /// pass was forward and of these rows.
    pub fn backward(&mut self, rows: Rows<T>, slopes: &[T]) -> &[T] {
        let Some((sequences, number)) = self.last.take() else {
            panic!("a pass back follows one forward")
        };
        let pass = &mut *self.pass;
        let GruShape { inputs, outputs, steps, .. } = pass.shape;
        let same = (rows.count(inputs), rows.number()) == (sequences * steps, number);
        assert!(same, "a pass back is of the rows of the last pass forward");
        assert_eq!(slopes.len(), sequences * steps * outputs, "slopes are [row, step, output]");
        let layout = GruRows::new(pass.shape, sequences, pass.bases);
        let gru = &layout.gru;
        pass.scratch[gru.logit_slopes..][..outputs * gru.logit_row()].fill(T::ZERO);
        for (place, slopes) in slopes.chunks_exact(outputs).enumerate() {
            let at = gru.logit_slopes + place % steps * sequences + place / steps;
            for (output, &slope) in slopes.iter().enumerate() {
                pass.scratch[at + output * gru.logit_row()] = slope;
            }
        }
        let words = sequences * steps * WORDS;
        let bases = pass.listed.words.len().saturating_sub(words) / WORDS;
        let backward = match rows {
            Rows::Numbers(_) => gru.back_through_time(|step| gru.input_gradients(step).to_vec()),
            Rows::Bits(..) => {
                if bases > 0 {
                    for (at, length) in layout.by_base() {
                        pass.scratch[at..at + length].fill(T::ZERO);
                    }
                }
                let gather = |step| layout.gather_gradients(step, bases > 0);
                let mut backward = gru.back_through_time(gather);
                backward.extend(layout.end(words, bases));
                backward
            }
        };
        pass.run(&backward, rows.ones());
        &pass.scratch[gru.gradient..][..pass.shape.parameter_count()]
    }

    /// One step of every row: inputs `[row, input]` and hidden states `[row, unit]`, 0 where an
    /// episode begins, in whose place it writes those after the step. Gives the outputs,
    /// `[row, output]`.
    pub fn act(&mut self, rows: Rows<T>, hidden: &mut [T]) -> &[T] {
        self.last = None;
        let pass = &mut *self.pass;
        let units = pass.shape.hidden;
        let (layout, inputs) = pass.read(rows, 1);
        assert_eq!(hidden.len(), layout.gru.rows * units, "hidden states are [row, unit]");
        let given = pass.data[layout.given..].chunks_exact_mut(padded(units));
        for (given, hidden) in given.zip(hidden.chunks_exact(units)) {
            given[..units].copy_from_slice(hidden);
        }
        let [turn, turn_back] = layout.turn_state();
        let mut step = vec![turn];
        step.extend(inputs.into_iter().flatten());
        step.extend(layout.gru.step_forward(0, Some(layout.before)));
        step.push(turn_back);
        pass.run(&step, rows.ones());
        let after = pass.scratch[layout.after..].chunks_exact(padded(units));
        for (hidden, after) in hidden.chunks_exact_mut(units).zip(after) {
            hidden.copy_from_slice(&after[..units]);
        }
        pass.read_outputs(&layout)
    }
}
