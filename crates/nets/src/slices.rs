//! Elementary functions of many numbers at once, sixteen lanes at a time: the bits of [`crate::Real`]
//! at a fraction of its price.

use mesascope_lanes::{Kernel, Lanes, Number, Path, WIDTH, run};

/// Puts e to the power of each number in its place.
pub fn exp_each(values: &mut [f32]) {
    run(Path::best(), Each { values, function: Function::Exp });
}

/// Puts the natural logarithm of each number, normal and above 0, in its place.
pub fn ln_each(values: &mut [f32]) {
    run(Path::best(), Each { values, function: Function::Ln });
}

#[derive(Clone, Copy)]
enum Function {
    Exp,
    Ln,
}

impl Function {
    #[inline(always)]
    fn of<N: Number>(self, value: N) -> N {
        match self {
            Function::Exp => mesascope_lanes::exp(value),
            Function::Ln => mesascope_lanes::ln(value),
        }
    }
}

struct Each<'a> {
    values: &'a mut [f32],
    function: Function,
}

impl Kernel for Each<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let (whole, rest) = self.values.as_chunks_mut::<WIDTH>();
        for lanes in whole {
            self.function.of(L::load(lanes)).store(lanes);
        }
        self.function.of(L::load_first(rest)).store_first(rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Real;

    #[test]
    fn many_numbers_at_once_have_the_bits_of_one_at_a_time() {
        let values: Vec<f32> = (1..100).map(|at| at as f32 * 0.37).collect();
        let (mut powers, mut logarithms) = (values.clone(), values.clone());
        exp_each(&mut powers);
        ln_each(&mut logarithms);
        for (at, &value) in values.iter().enumerate() {
            assert_eq!(powers[at].to_bits(), Real::exp(value).to_bits(), "e to the {value}");
            assert_eq!(logarithms[at].to_bits(), Real::ln(value).to_bits(), "ln {value}");
        }
    }
}
