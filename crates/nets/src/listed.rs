//! The words of a pass over rows of bits: where each row's ones stand, and which bases need a sum.

use crate::BitRows;
use crate::bit_rows::NO_BASE;
use crate::operations::gather::WORDS;

/// What a pass knows of the rows it reads, and of the bases whose sums stand in its scratch.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listed {
    /// Of every row of the last pass, then of its bases but for the one without ones.
    pub words: Vec<u32>,
    /// Whose bases' sums stand in the scratch, and of which bases.
    summed: Option<u64>,
    is_summed: Vec<bool>,
    is_used: Vec<bool>,
}

impl Listed {
    /// Forgets the sums, as other parameters are read.
    pub fn forget(&mut self) {
        self.summed = None;
    }

    /// Words of these rows, and behind them of those of their bases that have no sum yet. Gives how
    /// many those are, and where their words begin. The sums must then be made, and after them
    /// [`Listed::bases`] called.
    pub fn read(&mut self, table: &BitRows, rows: impl Iterator<Item = u32>) -> (usize, usize) {
        if self.summed != Some(table.number()) {
            self.summed = Some(table.number());
            self.is_summed.clear();
        }
        self.is_summed.resize(table.bases(), false);
        self.is_used.clear();
        self.is_used.resize(table.bases(), false);
        self.words.clear();
        for row in rows {
            let words = table.words(row);
            self.is_used[words[2] as usize] = true;
            self.words.extend(words);
        }
        let behind = self.words.len();
        for base in 0..table.bases() as u32 {
            let place = base as usize;
            if self.is_used[place] && !std::mem::replace(&mut self.is_summed[place], true) {
                self.words.extend(table.words_of_base(base));
            }
        }
        ((self.words.len() - behind) / WORDS, behind)
    }

    /// Words of the bases of the rows, in order of their numbers, in place of those whose words
    /// began there. Gives how many they are.
    pub fn bases(&mut self, table: &BitRows, behind: usize) -> usize {
        self.words.truncate(behind);
        let used = (NO_BASE + 1..table.bases() as u32).filter(|&base| self.is_used[base as usize]);
        self.words.extend(used.flat_map(|base| table.words_of_base(base)));
        (self.words.len() - behind) / WORDS
    }
}
