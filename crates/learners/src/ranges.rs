//! Settings that several learners of policies share: their ranges, and their optimiser.

use mesascope_nets::{Optimiser, Positive};

use crate::Unfit;

/// Huang et al. 2022, no. 3.
const ADAM_EPSILON: f64 = 1e-5;

/// Adam at this learning rate, with the epsilon that learners of policies use.
pub(crate) fn adam(learning_rate: f64) -> Optimiser {
    let Optimiser::Adam { beta1, beta2, .. } = Optimiser::adam() else {
        unreachable!("it is Adam")
    };
    Optimiser::Adam {
        learning_rate: learning_rate.try_into().expect("`check` refuses such a learning rate"),
        beta1,
        beta2,
        epsilon: ADAM_EPSILON.try_into().expect("it is above 0"),
    }
}

/// Refuses a number outside its range, ends included; `field` is in the words of the error.
pub(crate) fn within(field: &'static str, number: f64, least: f64, most: f64) -> Result<(), Unfit> {
    match (least..=most).contains(&number) {
        true => Ok(()),
        false => Err(Unfit {
            field: vec![field],
            why: format!("{field} is a number from {least} to {most}, not {number}"),
        }),
    }
}

/// Refuses a whole number outside its range.
pub(crate) fn whole_within(
    field: &'static str,
    number: u64,
    least: u64,
    most: u64,
) -> Result<(), Unfit> {
    match (least..=most).contains(&number) {
        true => Ok(()),
        false => Err(Unfit {
            field: vec![field],
            why: format!("{field} is a whole number from {least} to {most}, not {number}"),
        }),
    }
}

/// Refuses a number that is not above 0 or that 32 bits cannot hold.
pub(crate) fn above_0(field: &'static str, number: f64) -> Result<Positive, Unfit> {
    Positive::try_from(number).map_err(|_| Unfit {
        field: vec![field],
        why: format!("{field} is a number above 0 that 32 bits can hold, not {number}"),
    })
}
