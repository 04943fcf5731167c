//! A block of draws of functions, counted: what a learner that draws and does not train leaves.

/// A Boolean function of at most [`Function::MOST_INPUTS`] inputs, by its truth table: bit `r` is
/// the class of row `r`, rows in lexicographic order of their inputs, x0 the most significant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Function(pub u128);

impl Function {
    /// The most inputs whose rows a truth table holds: 2^7 = 128.
    pub const MOST_INPUTS: usize = 7;

    /// The function of these classes, `[row]`. Panics where there are more than 128 of them.
    pub fn from_labels(labels: &[u8]) -> Function {
        assert!(labels.len() <= 1 << Function::MOST_INPUTS, "a truth table has 128 rows at most");
        let bit = |(row, &label): (usize, &u8)| u128::from(label & 1) << row;
        Function(labels.iter().enumerate().map(bit).fold(0, |table, bit| table | bit))
    }

    /// The class of a row, 0 or 1.
    pub fn label(self, row: usize) -> u8 {
        (self.0 >> row & 1) as u8
    }

    /// The classes of all rows of a world of so many inputs, `[row]`.
    pub fn labels(self, inputs: usize) -> Vec<u8> {
        (0..1usize << inputs).map(|row| self.label(row)).collect()
    }

    /// How many rows have class 1.
    pub fn ones(self) -> u32 {
        self.0.count_ones()
    }

    /// The function that gives every row of so many inputs class 1.
    pub fn always(inputs: usize) -> Function {
        assert!(inputs <= Function::MOST_INPUTS, "a truth table has at most 7 inputs");
        Function(u128::MAX >> (128 - (1u32 << inputs)))
    }
}

/// A block of independent draws of functions of the same inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Inputs of every function, at most [`Function::MOST_INPUTS`].
    pub inputs: usize,
    /// How many functions were drawn.
    pub draws: u64,
    /// Draws whose function has the shown labels; every draw where no row was shown.
    pub fits: u64,
    /// How often each listed function was drawn, in increasing order of the functions. A listed
    /// function's count is exact; one that was asked for beforehand is listed at a count of 0 too.
    pub counts: Vec<(Function, u64)>,
    /// Draws of functions that are not listed, because as many as the cap allows were listed when
    /// they were first drawn.
    pub unlisted: u64,
    /// The unlisted draws that have the shown labels.
    pub unlisted_fits: u64,
}

impl Sample {
    /// How often a function was drawn; `None` where it is not listed and some draws are not, so
    /// that nobody knows.
    pub fn count(&self, function: Function) -> Option<u64> {
        match self.counts.binary_search_by_key(&function, |(listed, _)| *listed) {
            Ok(at) => Some(self.counts[at].1),
            Err(_) => (self.unlisted == 0).then_some(0),
        }
    }

    /// The first thing that contradicts itself, for samples that come from files.
    pub fn check(&self) -> Result<(), String> {
        if self.inputs > Function::MOST_INPUTS {
            return Err(format!("{} inputs; at most {}", self.inputs, Function::MOST_INPUTS));
        }
        if !self.counts.windows(2).all(|pair| pair[0].0 < pair[1].0) {
            return Err("its functions are not in increasing order".to_string());
        }
        let every = Function::always(self.inputs);
        if self.counts.last().is_some_and(|(last, _)| *last > every) {
            return Err(format!("a function has rows that {} inputs do not make", self.inputs));
        }
        let counted = self.counts.iter().try_fold(self.unlisted, |sum, (_, n)| sum.checked_add(*n));
        if counted != Some(self.draws) {
            return Err(format!("its counts do not add up to {} draws", self.draws));
        }
        if self.fits > self.draws || self.unlisted_fits > self.unlisted.min(self.fits) {
            return Err("more draws fit than there are".to_string());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Sample {
        let counts = vec![(Function(0b0110), 3), (Function(0b1000), 0)];
        Sample { inputs: 2, draws: 5, fits: 2, counts, unlisted: 2, unlisted_fits: 1 }
    }

    #[test]
    fn a_truth_table_is_read_row_by_row() {
        let function = Function::from_labels(&[0, 1, 1, 0]);
        assert_eq!(function, Function(0b0110));
        assert_eq!((function.labels(2), function.ones()), (vec![0, 1, 1, 0], 2));
        assert_eq!(Function::always(2), Function(0b1111));
        assert_eq!(Function::always(7), Function(u128::MAX));
    }

    #[test]
    fn what_is_not_listed_is_unknown_only_where_draws_are_unlisted() {
        let sample = sample();
        assert_eq!(sample.count(Function(0b0110)), Some(3));
        assert_eq!(sample.count(Function(0b1000)), Some(0));
        assert_eq!(sample.count(Function(0)), None);
        assert_eq!(Sample { unlisted: 0, ..sample }.count(Function(0)), Some(0));
    }

    #[test]
    fn a_sample_that_contradicts_itself_is_told() {
        assert_eq!(sample().check(), Ok(()));
        let reversed = Sample { counts: sample().counts.into_iter().rev().collect(), ..sample() };
        for wrong in [
            reversed,
            Sample { draws: 6, ..sample() },
            Sample { fits: 6, ..sample() },
            Sample { unlisted_fits: 3, ..sample() },
            Sample { inputs: 1, ..sample() },
            Sample { inputs: 8, ..sample() },
            Sample { unlisted: u64::MAX, ..sample() },
        ] {
            assert!(wrong.check().is_err(), "{wrong:?}");
        }
    }
}
