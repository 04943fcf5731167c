//! The two number types of the plain references: `f32`, whose bits the kernels give, and `f64` to
//! check gradients.

use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

use mesascope_lanes::{Number, Path};

use crate::operations::Operation;
use crate::place::{Buffers, Reach};
use crate::program::{Program, perform};

/// Moves when an elementary function moves.
pub const NUMERICS: u32 = 2;

#[allow(private_interfaces, reason = "nobody outside this crate can name the trait")]
mod sealed {
    use super::{Buffers, Operation, Path, Program, Reach, perform};

    /// How a pass is done: on lanes in `f32`, one number at a time in `f64`.
    pub trait Perform: Sized {
        fn perform(
            program: &Program,
            operations: &[Operation],
            parameters: &[Self],
            data: &[Self],
            scratch: &mut [Self],
        );

        /// On the lanes of a path, which there is for `f32` alone, or one number at a time.
        fn operate(
            path: Option<Path>,
            operations: &[Operation],
            parameters: &[Self],
            data: &[Self],
            words: (&[u32], &[u16]),
            scratch: &mut [Self],
        );
    }

    impl Perform for f32 {
        fn perform(
            program: &Program,
            operations: &[Operation],
            parameters: &[f32],
            data: &[f32],
            scratch: &mut [f32],
        ) {
            program.run(Path::best(), operations, parameters, data, &[], scratch);
        }

        fn operate(
            path: Option<Path>,
            operations: &[Operation],
            parameters: &[f32],
            data: &[f32],
            (words, ones): (&[u32], &[u16]),
            scratch: &mut [f32],
        ) {
            match path {
                Some(path) => {
                    let none = Reach::default();
                    let reach = operations.iter().fold(none, |reach, next| reach.and(next.reach()));
                    let words = (words, ones);
                    perform(path, operations, reach, parameters, data, words, scratch);
                }
                None => {
                    let buffers = &mut Buffers { parameters, data, words, ones, scratch };
                    Program::reference(operations, buffers);
                }
            }
        }
    }

    impl Perform for f64 {
        fn perform(
            _: &Program,
            operations: &[Operation],
            parameters: &[f64],
            data: &[f64],
            scratch: &mut [f64],
        ) {
            let (words, ones) = (&[][..], &[][..]);
            Program::reference(operations, &mut Buffers { parameters, data, words, ones, scratch });
        }

        fn operate(
            _: Option<Path>,
            operations: &[Operation],
            parameters: &[f64],
            data: &[f64],
            (words, ones): (&[u32], &[u16]),
            scratch: &mut [f64],
        ) {
            Program::reference(operations, &mut Buffers { parameters, data, words, ones, scratch });
        }
    }
}

/// `f32` or `f64`, with elementary functions that give the same bits on any CPU.
pub trait Real:
    sealed::Perform
    + Copy
    + Debug
    + Default
    + PartialEq
    + PartialOrd
    + Send
    + Sync
    + Add<Output = Self>
    + AddAssign
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + 'static
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// The nearest value of this type.
    fn from_f64(value: f64) -> Self;
    /// The same value in double precision.
    fn to_f64(self) -> f64;
    /// The magnitude.
    fn abs(self) -> Self;
    /// self * factor + term, rounded once.
    fn fma(self, factor: Self, term: Self) -> Self;
    /// The square root, correctly rounded.
    fn sqrt(self) -> Self;
    /// e to this power.
    fn exp(self) -> Self;
    /// The natural logarithm.
    fn ln(self) -> Self;
    /// The hyperbolic tangent.
    fn tanh(self) -> Self;
    /// 1 / (1 + e^-self).
    fn sigmoid(self) -> Self;
    /// ln(1 + e^self), without overflow.
    fn softplus(self) -> Self;
}

macro_rules! real {
    ($type:ty { $($method:ident($($argument:ident),*) = $function:expr;)+ }) => {
        impl Real for $type {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            #[inline]
            fn from_f64(value: f64) -> Self {
                value as $type
            }
            #[inline]
            fn to_f64(self) -> f64 {
                self.into()
            }
            #[inline]
            fn abs(self) -> Self {
                <$type>::abs(self)
            }
            #[inline]
            fn sqrt(self) -> Self {
                // IEEE 754 asks for a correctly rounded root, so the hardware's is the same bits.
                <$type>::sqrt(self)
            }
            $(#[inline]
            fn $method(self, $($argument: Self),*) -> Self {
                $function(self, $($argument),*)
            })+
        }
    };
}

real!(f32 {
    fma(factor, term) = Number::fma;
    exp() = mesascope_lanes::exp;
    ln() = mesascope_lanes::ln;
    tanh() = mesascope_lanes::tanh;
    sigmoid() = mesascope_lanes::sigmoid;
    softplus() = mesascope_lanes::softplus;
});

real!(f64 {
    fma(factor, term) = libm::fma;
    exp() = libm::exp;
    ln() = libm::log;
    tanh() = libm::tanh;
    sigmoid() = |x: f64| {
        let small = libm::exp(-x.abs());
        (if x < 0.0 { small } else { 1.0 }) / (1.0 + small)
    };
    softplus() = |x: f64| (if x > 0.0 { x } else { 0.0 * x }) + libm::log1p(libm::exp(-x.abs()));
});
