//! Posteriors over all completions of the shown rows, as samples whose counts are weights.
//!
//! A weight is 2^-cost of a completion, in counts of a power of two that is chosen for each trial: the
//! smallest unit with which all weights together are at most 2^40 counts. A count is rounded to the
//! nearest, and is 1 at least, so that no completion is impossible: of 2^20 completions less than
//! 2^-19 of all weight is made up by it. With whole costs all counts of 1 and more are exact. As
//! counts are weights and nothing was drawn, an interval that is made as if of draws says nothing.

use mesascope_tasks::{Function, Labelled, Layout, Sample};

use crate::Unfit;
use crate::agent::row_number;

/// Moves when the same costs come to other counts.
pub(crate) const NUMERICS: u32 = 1;

/// The power of two of counts that all weights together may come to. Instruments multiply counts by
/// up to 20 rows and add them up over seeds: 2^64 leaves room for 800,000 trials.
const MOST_COUNTS: i32 = 40;

/// The most rows that may be left to complete: 2^20 completions, 32 MB a trial.
const MOST_FREE: usize = 20;

/// What a completion costs, in bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bits {
    /// So many.
    Exactly(f64),
    /// So many or more.
    AtLeast(f64),
}

/// Refuses worlds of more than `most_inputs` inputs, or with too many completions to be listed.
pub(crate) fn listable(layout: &Layout, most_inputs: usize) -> Result<(), Unfit> {
    let inputs = layout.bits().map_err(Unfit::itself)?;
    if inputs > most_inputs {
        return Err(Unfit::itself(format!(
            "this learner knows functions of at most {most_inputs} inputs, and the world has {inputs}"
        )));
    }
    let free = (1usize << inputs) - layout.shown;
    if free > MOST_FREE {
        // 32 bytes a completion, and about 2 million completions a second.
        let gigabytes = libm::exp2(free as f64 - 25.0);
        let hours = libm::exp2(free as f64 - 21.0) / 3600.0;
        return Err(Unfit::itself(format!(
            "{free} rows are not shown, which have 2^{free} completions: {gigabytes:.3} GB and \
             {hours:.3} hours a trial; at most {MOST_FREE} rows may be left, so show at least {}",
            (1usize << inputs) - MOST_FREE
        )));
    }
    Ok(())
}

/// All completions of the shown rows: the functions that have their labels, in increasing order.
pub(crate) fn completions(task: &Labelled) -> Vec<u128> {
    let (mut shown, mut labels) = (0u128, 0u128);
    for (row, &label) in task.inputs.chunks(task.width).zip(&task.labels) {
        shown |= 1 << row_number(row);
        labels |= u128::from(label) << row_number(row);
    }
    let free: Vec<usize> = (0..1usize << task.width).filter(|row| shown >> row & 1 == 0).collect();
    let filled = |number: usize| {
        let bit = |(at, row): (usize, &usize)| ((number >> at & 1) as u128) << row;
        free.iter().enumerate().map(bit).fold(labels, |table, bit| table | bit)
    };
    (0..1usize << free.len()).map(filled).collect()
}

/// Which completions have weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weigh {
    /// Every one.
    All,
    /// Those that cost least, equally.
    CheapestOnly,
}

/// The posterior over completions that cost so much. Of those that cost so much *or more* the most
/// weight that they can have is unlisted, all of them together, rounded up.
pub(crate) fn posterior(inputs: usize, costs: &[(u128, Bits)], weigh: Weigh) -> Sample {
    let least = costs.iter().fold(f64::INFINITY, |least, (_, bits)| match bits {
        Bits::Exactly(bits) | Bits::AtLeast(bits) => least.min(*bits),
    });
    let weight = |bits: f64| match weigh {
        Weigh::All => libm::exp2(least - bits),
        Weigh::CheapestOnly => f64::from(u8::from(bits == least)),
    };
    let (mut listed, mut left_out) = (0.0, 0.0);
    for (_, bits) in costs {
        match bits {
            Bits::Exactly(bits) => listed += weight(*bits),
            Bits::AtLeast(bits) => left_out += weight(*bits),
        }
    }
    let unit = MOST_COUNTS - libm::ceil(libm::log2(listed + left_out)) as i32;
    let mut counts = vec![];
    for (function, bits) in costs {
        if let Bits::Exactly(bits) = bits {
            let counted = libm::ldexp(weight(*bits), unit).round() as u64;
            match weigh {
                Weigh::All => counts.push((Function(*function), counted.max(1))),
                Weigh::CheapestOnly if counted > 0 => counts.push((Function(*function), counted)),
                Weigh::CheapestOnly => {}
            }
        }
    }
    let unlisted = libm::ceil(libm::ldexp(left_out, unit)) as u64;
    let draws = unlisted + counts.iter().map(|(_, count)| count).sum::<u64>();
    Sample { inputs, draws, fits: draws, counts, unlisted, unlisted_fits: unlisted }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn completions_have_the_shown_labels_and_are_all_there_in_order() {
        let task = Labelled::new(vec![0.0, 1.0, 1.0, 1.0], 2, vec![1, 0]);
        assert_eq!(completions(&task), [0b0010, 0b0011, 0b0110, 0b0111]);
        let coded = Labelled::new(vec![-1.0, 1.0, 1.0, 1.0], 2, vec![1, 0]).coded([-1.0, 1.0]);
        assert_eq!(completions(&coded), completions(&task));
        let nothing = Labelled::new(vec![], 2, vec![]);
        assert_eq!(completions(&nothing), (0..16).collect::<Vec<_>>());
    }

    #[test]
    fn weights_are_powers_of_two_and_together_at_most_2_to_the_40() {
        let costs: Vec<(u128, Bits)> = [7.0, 5.0, 6.0, 60.0]
            .into_iter()
            .enumerate()
            .map(|(f, b)| (f as u128, Bits::Exactly(b)))
            .collect();
        let sample = posterior(2, &costs, Weigh::All);
        sample.check().unwrap();
        // 1 + 1/2 + 1/4 + 2^-55 is between 1 and 2, so that the cheapest has 2^39 counts.
        let counts: Vec<u64> = sample.counts.iter().map(|(_, count)| *count).collect();
        assert_eq!(counts, [1 << 37, 1 << 39, 1 << 38, 1], "no completion is impossible");
        assert!(sample.draws <= 1 << 40 && sample.draws > 1 << 39);
        let cheapest = posterior(2, &costs, Weigh::CheapestOnly);
        assert_eq!(cheapest.counts, [(Function(1), 1 << 40)]);
    }

    #[test]
    fn equal_costs_have_equal_counts_for_any_number_of_completions() {
        for free in [0, 1, 4, 8, 16] {
            let costs: Vec<(u128, Bits)> =
                (0..1 << free).map(|f| (f, Bits::Exactly(3.5))).collect();
            let sample = posterior(5, &costs, Weigh::All);
            assert!(sample.counts.iter().all(|(_, count)| *count == 1 << (40 - free)));
            assert_eq!(sample.draws, 1 << 40);
        }
    }

    #[test]
    fn what_costs_so_much_or_more_is_unlisted_with_the_most_it_can_weigh() {
        let costs = [(0, Bits::Exactly(4.0)), (1, Bits::AtLeast(6.0)), (2, Bits::AtLeast(50.0))];
        let sample = posterior(1, &costs, Weigh::All);
        sample.check().unwrap();
        assert_eq!(sample.counts, [(Function(0), 1 << 39)]);
        assert_eq!((sample.unlisted, sample.unlisted_fits), ((1 << 37) + 1, (1 << 37) + 1));
    }

    #[test]
    fn too_many_completions_are_refused_with_what_they_would_take() {
        assert!(listable(&Layout::of_bits(5, 12), 5).is_ok());
        let why = listable(&Layout::of_bits(5, 7), 5).unwrap_err().why;
        assert!(
            why.contains("2^25") && why.contains("1.000 GB") && why.contains("at least 12"),
            "{why}"
        );
        assert!(listable(&Layout::of_bits(6, 60), 5).unwrap_err().why.contains("at most 5 inputs"));
        assert!(listable(&Layout::of_numbers(2, 4), 5).is_err());
    }
}
