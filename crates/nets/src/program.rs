//! A pass as a list of operations: forward to logits, the loss, and back to the gradient.

use mesascope_lanes::{Kernel, Lanes, Path, run};

use crate::operations::Operation;
use crate::operations::sparse::Ones;
use crate::place::{Buffers, Raw, Reach, padded};
use crate::{Loss, Real};

/// Moves when inputs or labels are laid out otherwise.
pub const NUMERICS: u32 = 1;

/// The passes of networks of one shape over so many rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Program {
    pub loss: Loss,
    pub rows: usize,
    pub inputs: Inputs,
    /// Where inputs are 0 or 1 and are given as a list of those that are 1: the list.
    pub ones: Option<Ones>,
    pub readings: Readings,
    /// Where in the scratch the gradient stands, in the order of the parameters.
    pub gradient: usize,
    /// Where in the scratch the mean loss and the number of readings that fit stand.
    pub found: usize,
    /// Where in the scratch the logits stand, `[output, reading, row]`, readings and rows together
    /// padded to whole lanes.
    pub logits: usize,
    /// Where in the scratch the last hidden layer's results stand, `[unit, row]`, rows padded, and
    /// how many units it has.
    pub last_hidden: Option<(usize, usize)>,
    pub forward: Vec<Operation>,
    pub backward: Vec<Operation>,
    /// How long the buffers must be.
    pub reach: Reach,
}

/// Where the inputs stand among the data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Inputs {
    /// Steps of a sequence; 1 for a network without time.
    pub steps: usize,
    /// Values of one step.
    pub width: usize,
    /// `[step, input, row]`, rows padded to whole lanes.
    pub columns: usize,
    /// The same again as `[step, row, input]`, rows and inputs padded, where a pass needs it.
    pub by_row: Option<usize>,
}

/// How often logits are read, and where the labels stand among the data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Readings {
    /// Readings of one row.
    pub steps: usize,
    /// `[reading, row]`, together padded with -1 to whole lanes.
    pub labels: usize,
}

/// What a program is put together from, beside its operations.
pub(crate) struct Parts {
    pub loss: Loss,
    pub rows: usize,
    pub inputs: Inputs,
    pub readings: Readings,
    pub gradient: usize,
    pub found: usize,
    pub logits: usize,
    pub last_hidden: Option<(usize, usize)>,
    pub data: Room,
    pub scratch: Room,
}

/// Hands out places in a buffer, one behind the other, each at whole lanes.
#[derive(Default)]
pub(crate) struct Room {
    used: usize,
}

impl Room {
    pub fn take(&mut self, length: usize) -> usize {
        let at = self.used;
        self.used += padded(length);
        at
    }

    pub fn used(&self) -> usize {
        self.used
    }
}

impl Inputs {
    /// Writes the inputs of so many rows, `[row, step, input]`, to the data.
    pub fn write<T: Real>(&self, rows: usize, inputs: &[T], data: &mut [T]) {
        let Inputs { steps, width, columns, by_row } = *self;
        let (wide, row_width) = (padded(rows), padded(width));
        for (place, values) in inputs.chunks_exact(width).enumerate() {
            let (row, step) = (place / steps, place % steps);
            if let Some(by_row) = by_row {
                let by_row = by_row + (step * wide + row) * row_width;
                data[by_row..by_row + width].copy_from_slice(values);
            }
            for (input, &value) in values.iter().enumerate() {
                data[columns + (step * width + input) * wide + row] = value;
            }
        }
    }
}

impl Program {
    /// The program of these operations, with as much reach as they need.
    pub fn new(parts: Parts, forward: Vec<Operation>, backward: Vec<Operation>) -> Program {
        let Parts { loss, rows, inputs, readings, gradient, found, logits, last_hidden, .. } =
            parts;
        let all = forward.iter().chain(&backward);
        let room =
            Reach { data: parts.data.used(), scratch: parts.scratch.used(), ..Reach::default() };
        let reach = all.fold(room, |reach, operation| reach.and(operation.reach()));
        Program {
            loss,
            rows,
            inputs,
            ones: None,
            readings,
            gradient,
            found,
            logits,
            last_hidden,
            forward,
            backward,
            reach,
        }
    }

    /// Writes inputs, `[row, step, input]`, and labels, `[row]` or `[row, step]`, to the data.
    pub fn set<T: Real>(&self, inputs: &[T], labels: &[u8], data: &mut [T]) {
        assert_eq!(self.ones, None, "this program reads a list");
        self.inputs.write(self.rows, inputs, data);
        self.set_labels(labels, data);
    }

    /// Lists which of the inputs, `[row, input]`, are 1, and writes labels, `[row]`, to the data.
    /// Panics where an input is neither 0 nor 1.
    pub fn set_ones(&self, inputs: &[f32], labels: &[u8], data: &mut [f32], words: &mut Vec<u32>) {
        let ones = self.ones.as_ref().expect("this program reads a list");
        if let Err((row, input)) = Ones::list(inputs, ones.inputs, words) {
            panic!("input {input} of row {row} is neither 0 nor 1");
        }
        ones.check(words);
        self.set_labels(labels, data);
    }

    fn set_labels<T: Real>(&self, labels: &[u8], data: &mut [T]) {
        let Readings { steps, labels: at } = self.readings;
        let here = &mut data[at..at + padded(steps * self.rows)];
        here.fill(-T::ONE);
        for (place, &label) in labels.iter().enumerate() {
            here[place % steps * self.rows + place / steps] = T::from_f64(f64::from(label));
        }
    }

    /// Where the logit of this output stands in the scratch, read at this reading of this row.
    pub fn logit(&self, row: usize, reading: usize, output: usize) -> usize {
        let wide = padded(self.rows * self.readings.steps);
        self.logits + output * wide + reading * self.rows + row
    }

    /// Does operations one number at a time.
    pub fn reference<T: Real>(operations: &[Operation], buffers: &mut Buffers<T>) {
        for operation in operations {
            operation.reference(buffers);
        }
    }

    /// Does operations on the lanes of a path. Panics where a buffer is shorter than `reach`.
    pub fn run(
        &self,
        path: Path,
        operations: &[Operation],
        parameters: &[f32],
        data: &[f32],
        words: &[u32],
        scratch: &mut [f32],
    ) {
        perform(path, operations, self.reach, parameters, data, (words, &[]), scratch);
    }
}

/// Does operations, which reach so far, on the lanes of a path. Panics where a buffer is shorter.
/// Words and ones must be such as the operations read.
pub(crate) fn perform(
    path: Path,
    operations: &[Operation],
    reach: Reach,
    parameters: &[f32],
    data: &[f32],
    (words, ones): (&[u32], &[u16]),
    scratch: &mut [f32],
) {
    let there = Reach {
        parameters: parameters.len(),
        data: data.len(),
        words: words.len(),
        scratch: scratch.len(),
    };
    assert_eq!(there.and(reach), there, "a buffer is shorter than a pass reaches");
    let raw = Raw {
        parameters: parameters.as_ptr(),
        data: data.as_ptr(),
        words: words.as_ptr(),
        ones: ones.as_ptr(),
        scratch: scratch.as_mut_ptr(),
    };
    run(path, Pass { operations, raw });
}

struct Pass<'a> {
    operations: &'a [Operation],
    raw: Raw,
}

impl Kernel for Pass<'_> {
    type Output = ();

    #[inline(always)]
    #[allow(unsafe_code, reason = "`Program::run` has compared the buffers with what is reached")]
    fn run<L: Lanes>(self) {
        for operation in self.operations {
            // SAFETY: the program's reach covers that of each of its operations.
            unsafe { operation.kernel::<L>(self.raw) }
        }
    }
}
