//! The most floating-point operations a CPU-second that this core can do: fused multiply-adds on
//! registers, with nothing to load and enough of them under way to hide their latency.

#![allow(unsafe_code, reason = "vector instructions are chosen at run time; asserted below")]

use crate::repeat::{Figures, Work};

/// Fused multiply-adds a register and run. A result is there after 4 cycles and two can begin a
/// cycle on all cores with AVX-512 or AVX2 known to us, so 8 registers are the least.
const TURNS: usize = 1 << 20;

#[cfg(target_arch = "x86_64")]
mod kernels {
    use super::TURNS;
    use std::arch::x86_64::*;
    use std::hint::black_box;

    /// Registers in the loop, of 32 there are.
    const WIDE: usize = 24;
    /// Registers in the loop, of 16 there are, two of which hold the factors.
    const NARROW: usize = 12;

    /// Floating-point operations done.
    #[target_feature(enable = "avx512f")]
    pub fn avx512() -> f64 {
        // Opaque and distinct, so that no two of the sums, and no two runs, can be made one.
        let factor = _mm512_set1_ps(black_box(0.999));
        let rest = _mm512_set1_ps(black_box(0.001));
        let mut sums: [__m512; WIDE] = std::array::from_fn(|place| _mm512_set1_ps(place as f32));
        for _ in 0..TURNS {
            for sum in &mut sums {
                *sum = _mm512_fmadd_ps(*sum, factor, rest);
            }
        }
        black_box(sums);
        (TURNS * WIDE * 16 * 2) as f64
    }

    /// Floating-point operations done.
    #[target_feature(enable = "avx2,fma")]
    pub fn avx2() -> f64 {
        // Opaque and distinct, so that no two of the sums, and no two runs, can be made one.
        let factor = _mm256_set1_ps(black_box(0.999));
        let rest = _mm256_set1_ps(black_box(0.001));
        let mut sums: [__m256; NARROW] = std::array::from_fn(|place| _mm256_set1_ps(place as f32));
        for _ in 0..TURNS {
            for sum in &mut sums {
                *sum = _mm256_fmadd_ps(*sum, factor, rest);
            }
        }
        black_box(sums);
        (TURNS * NARROW * 8 * 2) as f64
    }
}

/// Units are millions of floating-point operations.
pub fn prepare() -> Result<Work, String> {
    #[cfg(target_arch = "x86_64")]
    {
        let (kernel, bits): (fn() -> f64, f64) = if is_x86_feature_detected!("avx512f") {
            // SAFETY: the line above has seen that this processor has the instructions.
            (|| unsafe { kernels::avx512() }, 512.0)
        } else if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: the line above has seen that this processor has the instructions.
            (|| unsafe { kernels::avx2() }, 256.0)
        } else {
            return Err("this processor has neither AVX-512 nor AVX2 with FMA".to_string());
        };
        let millions = kernel() / 1e6;
        let run = move || {
            kernel();
            Figures::from([("vector_bits", bits)])
        };
        Ok(Work {
            unit: "MFLOP",
            units: millions as usize,
            nominal_flops: Some(1e6),
            executed_flops: Some(1e6),
            run: Box::new(run),
        })
    }
    #[cfg(not(target_arch = "x86_64"))]
    Err("the peak is measured on x86-64 only".to_string())
}
