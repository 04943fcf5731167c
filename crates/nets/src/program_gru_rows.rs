//! Where the numbers of a recurrent network's passes over rows of bits stand, and the operations
//! that read them: the first product becomes a sum over ones, as [`crate::program_rows`] has it.

use crate::GruShape;
use crate::operations::Operation;
use crate::operations::gather::{
    By, First, GatherForward, GatherGradient, Rows, SumByBase, Sums, WORDS,
};
use crate::operations::product::{BLOCK, Finish};
use crate::operations::transpose::{Edge, Transpose};
use crate::place::{Place, padded};
use crate::program::{Inputs, Room};
use crate::program_gru::Gru;

/// Moves when a pass does other operations.
pub const NUMERICS: u32 = 1;

/// A layout for so many sequences and bases.
pub(crate) struct GruRows {
    pub gru: Gru,
    pub inputs: Inputs,
    bases: usize,
    /// The weights of inputs as `[input, 3 hidden]`, and the sums of bases, `[base, 3 hidden]`.
    turned: usize,
    sums: usize,
    /// Reset and update gates; the candidate, of which other gates stand between.
    parts: [Part; 2],
    /// What inputs bring to the gates, `[row, 3 hidden]`.
    brought: usize,
    /// A hidden state before a step, `[unit, row]`, and after it, `[row, unit]`.
    pub before: usize,
    pub after: usize,
    /// Where among the data a hidden state is given, `[row, unit]`.
    pub given: usize,
    pub scratch: usize,
    pub data: usize,
}

/// Gates whose blocks stand side by side; all are `[.., unit]` with units padded.
#[derive(Clone, Copy)]
struct Part {
    /// The first one's block of a step.
    gate: usize,
    first_unit: usize,
    units: usize,
    /// `[row, unit]`.
    slopes: usize,
    /// `[base, unit]`: sums, and chains.
    by_base: [usize; 2],
    /// `[input, unit]`: sums, and a chain.
    gathered: [usize; 2],
}

impl GruRows {
    /// Room for `rows` sequences, and for bases below `bases`. The turned weights and sums of bases
    /// stand at the same place whatever the rows.
    pub fn new(shape: GruShape, rows: usize, bases: usize) -> GruRows {
        let GruShape { inputs, hidden, steps, .. } = shape;
        let wide = padded(rows);
        let (mut data, mut room) = (Room::default(), Room::default());
        let columns = data.take(steps * inputs * wide);
        let by_row = data.take(steps * wide * padded(inputs));
        let given = data.take(wide * padded(hidden));
        let turned = room.take(padded(inputs) * padded(3 * hidden));
        let sums = room.take(bases * padded(3 * hidden));
        let parts =
            [(0, 0, 2 * hidden), (3, 2 * hidden, hidden)].map(|(gate, first_unit, units)| {
                let width = padded(units);
                let mut two = |rows: usize| [room.take(rows * width), room.take(rows * width)];
                let (by_base, gathered) = (two(bases), two(inputs));
                Part { gate, first_unit, units, slopes: room.take(wide * width), by_base, gathered }
            });
        let brought = room.take(wide * padded(3 * hidden));
        let before = room.take(padded(hidden) * wide);
        let after = room.take(wide * padded(hidden));
        let gradient = room.take(shape.parameter_count());
        let gru = Gru::new(shape, rows, [columns, by_row, gradient], &mut room);
        GruRows {
            gru,
            inputs: Inputs { steps, width: inputs, columns, by_row: Some(by_row) },
            bases,
            turned,
            sums,
            parts,
            brought,
            before,
            after,
            given,
            scratch: room.used(),
            data: data.used(),
        }
    }

    /// Where what depends on rows begins.
    pub fn behind_sums(&self) -> usize {
        self.parts[0].by_base[0]
    }

    /// Places and length of the sums and chains of slopes by bases, which begin at 0.
    pub fn by_base(&self) -> [(usize, usize); 4] {
        let [first, second] = self.parts.map(|part| {
            let length = self.bases * padded(part.units);
            part.by_base.map(|at| (at, length))
        });
        [first[0], first[1], second[0], second[1]]
    }

    /// Weights of inputs, turned for sums over ones.
    pub fn turn(&self) -> Operation {
        let GruShape { inputs, hidden, .. } = self.gru.shape;
        Operation::Transpose(Transpose {
            from: Place::Parameters(self.gru.at.weight_ih.start),
            from_row: inputs,
            rows: 3 * hidden,
            columns: inputs,
            out: self.turned,
            edge: Edge::Padded,
        })
    }

    fn rows(&self, words: usize, count: usize) -> Rows {
        Rows { words, count, inputs: self.gru.shape.inputs, bases: self.bases }
    }

    /// The sums of `count` bases whose words begin there.
    pub fn sum_bases(&self, words: usize, count: usize) -> Operation {
        Operation::GatherForward(GatherForward {
            rows: self.rows(words, count),
            weights: Place::Scratch(self.turned),
            outputs: 3 * self.gru.shape.hidden,
            sums: Sums::OfBases(Some(Place::Parameters(self.gru.at.bias_ih.start))),
            out: self.sums,
            finish: Finish::Keep,
        })
    }

    /// What a step's ones bring to its gates.
    pub fn gather(&self, step: usize) -> Vec<Operation> {
        let outputs = 3 * self.gru.shape.hidden;
        let mut gather = vec![Operation::GatherForward(GatherForward {
            rows: self.rows(step * self.gru.rows * WORDS, self.gru.rows),
            weights: Place::Scratch(self.turned),
            outputs,
            sums: Sums::OfRows { bases: self.sums },
            out: self.brought,
            finish: Finish::Keep,
        })];
        gather.extend(self.parts.map(|part| {
            Operation::Transpose(Transpose {
                from: Place::Scratch(self.brought + part.first_unit),
                from_row: padded(outputs),
                // Rows beyond the last hold 0.
                rows: self.gru.wide,
                columns: part.units,
                out: self.gru.gate(step, part.gate),
                edge: Edge::Exact,
            })
        }));
        gather
    }

    /// The slopes by the weights of a step's ones.
    pub fn gather_gradients(&self, step: usize, has_bases: bool) -> Vec<Operation> {
        let (rows, steps) = (self.gru.rows, self.gru.shape.steps);
        let words = step * rows * WORDS;
        let mut operations = Vec::new();
        for part in self.parts {
            let (outputs, [out, chain]) = (part.units, part.gathered);
            operations.push(Operation::Transpose(Transpose {
                from: Place::Scratch(self.gru.gate(step, part.gate)),
                from_row: self.gru.wide,
                rows: part.units,
                columns: self.gru.wide,
                out: part.slopes,
                edge: Edge::Padded,
            }));
            operations.push(Operation::GatherGradient(GatherGradient {
                rows: self.rows(words, rows),
                slopes: Place::Scratch(part.slopes),
                by: By::Row,
                outputs,
                out,
                chain,
                start: if step + 1 == steps { First::Begin } else { First::InChain },
            }));
            if !has_bases {
                continue;
            }
            let [out, chain] = part.by_base;
            for first in (0..rows).step_by(BLOCK) {
                let slopes = Place::Scratch(part.slopes + first * padded(part.units));
                let rows = self.rows(words + first * WORDS, (rows - first).min(BLOCK));
                let sum = SumByBase { rows, slopes, outputs, out, chain };
                operations.push(Operation::SumByBase(sum));
            }
        }
        operations
    }

    /// What ends a pass back: the slopes of `count` bases, whose words begin there, and the
    /// gradient in the order of the parameters.
    pub fn end(&self, words: usize, count: usize) -> Vec<Operation> {
        let GruShape { inputs, .. } = self.gru.shape;
        let mut end = Vec::new();
        for part in self.parts {
            let [out, chain] = part.gathered;
            if count > 0 {
                end.push(Operation::GatherGradient(GatherGradient {
                    rows: self.rows(words, count),
                    slopes: Place::Scratch(part.by_base[0]),
                    by: By::Base,
                    outputs: part.units,
                    out,
                    chain,
                    start: First::GoOn,
                }));
            }
            let weights = self.gru.at.weight_ih.start + part.first_unit * inputs;
            end.push(Operation::Transpose(Transpose {
                from: Place::Scratch(out),
                from_row: padded(part.units),
                rows: inputs,
                columns: part.units,
                out: self.gru.gradient + weights,
                edge: Edge::Exact,
            }));
        }
        end
    }

    /// A hidden state that is given, turned; and the one after the only step, turned back.
    pub fn turn_state(&self) -> [Operation; 2] {
        let hidden = self.gru.shape.hidden;
        let rows = self.gru.wide;
        let turn = |from, from_row, rows, columns, out| {
            let edge = Edge::Padded;
            Operation::Transpose(Transpose { from, from_row, rows, columns, out, edge })
        };
        [
            turn(Place::Data(self.given), padded(hidden), rows, hidden, self.before),
            turn(Place::Scratch(self.gru.state(0)), rows, hidden, rows, self.after),
        ]
    }
}
