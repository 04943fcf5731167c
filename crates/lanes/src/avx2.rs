//! Sixteen lanes in two registers of AVX2.

#![allow(unsafe_code, reason = "intrinsics; only `path::run` reaches them, after asking the CPU")]

use std::arch::x86_64::*;
use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::number::{Lanes, Number, WIDTH, sealed::Sealed};
use crate::path::Kernel;

/// Sixteen `f32`. Not to be named outside this crate, so that no value exists on other CPUs.
#[derive(Clone, Copy)]
pub struct Avx2([__m256; 2]);

impl Sealed for Avx2 {}

macro_rules! operators {
    ($($operator:ident, $method:ident, $intrinsic:ident;)+) => {$(
        impl $operator for Avx2 {
            type Output = Avx2;
            #[inline(always)]
            fn $method(self, other: Avx2) -> Avx2 {
                // SAFETY: values of this type exist only where the CPU has AVX2.
                Avx2(unsafe { [$intrinsic(self.0[0], other.0[0]), $intrinsic(self.0[1], other.0[1])] })
            }
        }
    )+};
}

operators! {
    Add, add, _mm256_add_ps;
    Sub, sub, _mm256_sub_ps;
    Mul, mul, _mm256_mul_ps;
    Div, div, _mm256_div_ps;
}

impl Neg for Avx2 {
    type Output = Avx2;
    #[inline(always)]
    fn neg(self) -> Avx2 {
        Avx2::from_words(Avx2::xor(self.words(), Avx2::splat_word(0x8000_0000)))
    }
}

/// Lane i with lane i + 4, then i + 2 and i + 1.
///
/// # Safety
/// The CPU must have AVX2.
#[inline(always)]
pub(crate) unsafe fn sum_of_eight(values: __m256) -> f32 {
    unsafe {
        let four = _mm_add_ps(_mm256_castps256_ps128(values), _mm256_extractf128_ps::<1>(values));
        let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
        _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)))
    }
}

/// Applies a two-operand intrinsic to both halves.
macro_rules! both {
    ($intrinsic:expr, $left:expr, $right:expr) => {
        [$intrinsic($left[0], $right[0]), $intrinsic($left[1], $right[1])]
    };
}

// SAFETY of every block below: values of this type exist only where the CPU has AVX2 and FMA, and
// the pointer forms pass on the promise of their caller.
impl Number for Avx2 {
    type Words = [__m256i; 2];
    type Mask = [__m256; 2];

    #[inline(always)]
    fn splat(value: f32) -> Avx2 {
        Avx2([unsafe { _mm256_set1_ps(value) }; 2])
    }
    #[inline(always)]
    fn fma(self, factor: Avx2, term: Avx2) -> Avx2 {
        Avx2(unsafe {
            [
                _mm256_fmadd_ps(self.0[0], factor.0[0], term.0[0]),
                _mm256_fmadd_ps(self.0[1], factor.0[1], term.0[1]),
            ]
        })
    }
    #[inline(always)]
    fn sqrt(self) -> Avx2 {
        Avx2(self.0.map(|half| unsafe { _mm256_sqrt_ps(half) }))
    }
    #[inline(always)]
    fn over(self, other: Avx2) -> [__m256; 2] {
        unsafe { both!(_mm256_cmp_ps::<_CMP_GT_OQ>, self.0, other.0) }
    }
    #[inline(always)]
    fn choose(mask: [__m256; 2], yes: Avx2, no: Avx2) -> Avx2 {
        Avx2(unsafe {
            [
                _mm256_blendv_ps(no.0[0], yes.0[0], mask[0]),
                _mm256_blendv_ps(no.0[1], yes.0[1], mask[1]),
            ]
        })
    }
    #[inline(always)]
    fn larger(self, other: Avx2) -> Avx2 {
        // The instruction gives its second operand unless the first is larger.
        Avx2(unsafe { both!(_mm256_max_ps, self.0, other.0) })
    }
    #[inline(always)]
    fn smaller(self, other: Avx2) -> Avx2 {
        Avx2(unsafe { both!(_mm256_min_ps, self.0, other.0) })
    }
    #[inline(always)]
    fn words(self) -> [__m256i; 2] {
        self.0.map(|half| unsafe { _mm256_castps_si256(half) })
    }
    #[inline(always)]
    fn from_words(words: [__m256i; 2]) -> Avx2 {
        Avx2(words.map(|half| unsafe { _mm256_castsi256_ps(half) }))
    }
    #[inline(always)]
    fn splat_word(word: u32) -> [__m256i; 2] {
        [unsafe { _mm256_set1_epi32(word as i32) }; 2]
    }
    #[inline(always)]
    fn whole(words: [__m256i; 2]) -> Avx2 {
        Avx2(words.map(|half| unsafe { _mm256_cvtepi32_ps(half) }))
    }
    #[inline(always)]
    fn plus(left: [__m256i; 2], right: [__m256i; 2]) -> [__m256i; 2] {
        unsafe { both!(_mm256_add_epi32, left, right) }
    }
    #[inline(always)]
    fn minus(left: [__m256i; 2], right: [__m256i; 2]) -> [__m256i; 2] {
        unsafe { both!(_mm256_sub_epi32, left, right) }
    }
    #[inline(always)]
    fn and(left: [__m256i; 2], right: [__m256i; 2]) -> [__m256i; 2] {
        unsafe { both!(_mm256_and_si256, left, right) }
    }
    #[inline(always)]
    fn or(left: [__m256i; 2], right: [__m256i; 2]) -> [__m256i; 2] {
        unsafe { both!(_mm256_or_si256, left, right) }
    }
    #[inline(always)]
    fn xor(left: [__m256i; 2], right: [__m256i; 2]) -> [__m256i; 2] {
        unsafe { both!(_mm256_xor_si256, left, right) }
    }
    #[inline(always)]
    fn shift_left<const BY: i32>(words: [__m256i; 2]) -> [__m256i; 2] {
        words.map(|half| unsafe { _mm256_slli_epi32::<BY>(half) })
    }
    #[inline(always)]
    fn shift_right<const BY: i32>(words: [__m256i; 2]) -> [__m256i; 2] {
        words.map(|half| unsafe { _mm256_srli_epi32::<BY>(half) })
    }
    #[inline(always)]
    fn shift_signed<const BY: i32>(words: [__m256i; 2]) -> [__m256i; 2] {
        words.map(|half| unsafe { _mm256_srai_epi32::<BY>(half) })
    }
}

impl Lanes for Avx2 {
    const REGISTERS: usize = 8;

    #[inline(always)]
    fn call<K: Kernel>(kernel: K) -> K::Output {
        unsafe { crate::path::run_avx2(kernel) }
    }
    #[inline(always)]
    unsafe fn load_from(from: *const f32) -> Avx2 {
        Avx2(unsafe { [_mm256_loadu_ps(from), _mm256_loadu_ps(from.add(8))] })
    }
    #[inline(always)]
    unsafe fn store_to(self, to: *mut f32) {
        unsafe {
            _mm256_storeu_ps(to, self.0[0]);
            _mm256_storeu_ps(to.add(8), self.0[1]);
        }
    }
    #[inline(always)]
    unsafe fn load_part(from: *const f32, count: usize) -> Avx2 {
        if count == WIDTH {
            // SAFETY: the caller promises sixteen values.
            return unsafe { Avx2::load_from(from) };
        }
        let mut values = [0.0; WIDTH];
        // SAFETY: the caller promises `count` values.
        values[..count].copy_from_slice(unsafe { std::slice::from_raw_parts(from, count) });
        Avx2::load(&values)
    }
    #[inline(always)]
    unsafe fn store_part(self, to: *mut f32, count: usize) {
        if count == WIDTH {
            // SAFETY: the caller promises room for sixteen values.
            return unsafe { self.store_to(to) };
        }
        let mut values = [0.0; WIDTH];
        self.store(&mut values);
        // SAFETY: the caller promises room for `count` values.
        unsafe { std::slice::from_raw_parts_mut(to, count) }.copy_from_slice(&values[..count]);
    }
    #[inline(always)]
    fn load(from: &[f32; WIDTH]) -> Avx2 {
        unsafe { Avx2::load_from(from.as_ptr()) }
    }
    #[inline(always)]
    fn store(self, to: &mut [f32; WIDTH]) {
        unsafe { self.store_to(to.as_mut_ptr()) }
    }
    #[inline(always)]
    fn load_words(from: &[u32; WIDTH]) -> [__m256i; 2] {
        let from = from.as_ptr();
        unsafe { [_mm256_loadu_si256(from.cast()), _mm256_loadu_si256(from.add(8).cast())] }
    }
    #[inline(always)]
    fn store_words(words: [__m256i; 2], to: &mut [u32; WIDTH]) {
        let to = to.as_mut_ptr();
        unsafe {
            _mm256_storeu_si256(to.cast(), words[0]);
            _mm256_storeu_si256(to.add(8).cast(), words[1]);
        }
    }
    #[inline(always)]
    fn mask_bits(mask: [__m256; 2]) -> u16 {
        let [low, high] = mask.map(|half| unsafe { _mm256_movemask_ps(half) } as u16);
        low | (high << 8)
    }
    #[inline(always)]
    fn sum(self) -> f32 {
        unsafe { sum_of_eight(_mm256_add_ps(self.0[0], self.0[1])) }
    }
}
