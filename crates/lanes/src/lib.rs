//! Sixteen 32-bit floats at a time, the same bits on any CPU.
//!
//! A computation is written once over [`Lanes`] and run by [`run`] on a [`Path`]: AVX-512, AVX2 or
//! portable code. Every path has sixteen lanes, multiplies and adds with one rounding, and
//! adds lanes up in one written order, so that the paths agree to the last bit.
//!
//! ```
//! use mesascope_lanes::{Kernel, Lanes, Path, run};
//!
//! struct SumOfSquares<'a>(&'a [f32; 16]);
//!
//! impl Kernel for SumOfSquares<'_> {
//!     type Output = f32;
//!     fn run<L: Lanes>(self) -> f32 {
//!         let values = L::load(self.0);
//!         (values * values).sum()
//!     }
//! }
//! assert_eq!(run(Path::best(), SumOfSquares(&[0.5; 16])), 4.0);
//! ```

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod functions;
mod number;
mod path;
mod portable;
mod random;
mod scalar;

pub use functions::{cos_sin_turn, exp, ln, ln_1p, sigmoid, softplus, tanh};
pub use number::{Lanes, Number, WIDTH};
pub use path::{Kernel, NoSuchPath, Path, run};
pub use random::{Words, normals, uniforms};

/// The numerics number of each file whose change can move a result, by name.
pub fn numerics() -> Vec<(&'static str, u32)> {
    vec![
        ("lanes/functions", functions::NUMERICS),
        ("lanes/number", number::NUMERICS),
        ("lanes/random", random::NUMERICS),
    ]
}
