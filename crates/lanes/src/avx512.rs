//! Sixteen lanes in one register of AVX-512.

#![allow(unsafe_code, reason = "intrinsics; only `path::run` reaches them, after asking the CPU")]

use std::arch::x86_64::*;
use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::number::{Lanes, Number, WIDTH, sealed::Sealed};
use crate::path::Kernel;

/// Sixteen `f32`. Not to be named outside this crate, so that no value exists on other CPUs.
#[derive(Clone, Copy)]
pub struct Avx512(__m512);

impl Sealed for Avx512 {}

macro_rules! operators {
    ($($operator:ident, $method:ident, $intrinsic:ident;)+) => {$(
        impl $operator for Avx512 {
            type Output = Avx512;
            #[inline(always)]
            fn $method(self, other: Avx512) -> Avx512 {
                // SAFETY: values of this type exist only where the CPU has AVX-512.
                Avx512(unsafe { $intrinsic(self.0, other.0) })
            }
        }
    )+};
}

operators! {
    Add, add, _mm512_add_ps;
    Sub, sub, _mm512_sub_ps;
    Mul, mul, _mm512_mul_ps;
    Div, div, _mm512_div_ps;
}

impl Neg for Avx512 {
    type Output = Avx512;
    #[inline(always)]
    fn neg(self) -> Avx512 {
        Avx512::from_words(Avx512::xor(self.words(), Avx512::splat_word(0x8000_0000)))
    }
}

// SAFETY of every block below: values of this type exist only where the CPU has AVX-512, and the
// pointer forms pass on the promise of their caller.
impl Number for Avx512 {
    type Words = __m512i;
    type Mask = __mmask16;

    #[inline(always)]
    fn splat(value: f32) -> Avx512 {
        Avx512(unsafe { _mm512_set1_ps(value) })
    }
    #[inline(always)]
    fn fma(self, factor: Avx512, term: Avx512) -> Avx512 {
        Avx512(unsafe { _mm512_fmadd_ps(self.0, factor.0, term.0) })
    }
    #[inline(always)]
    fn sqrt(self) -> Avx512 {
        Avx512(unsafe { _mm512_sqrt_ps(self.0) })
    }
    #[inline(always)]
    fn over(self, other: Avx512) -> __mmask16 {
        unsafe { _mm512_cmp_ps_mask::<_CMP_GT_OQ>(self.0, other.0) }
    }
    #[inline(always)]
    fn choose(mask: __mmask16, yes: Avx512, no: Avx512) -> Avx512 {
        Avx512(unsafe { _mm512_mask_blend_ps(mask, no.0, yes.0) })
    }
    #[inline(always)]
    fn larger(self, other: Avx512) -> Avx512 {
        // The instruction gives its second operand unless the first is larger.
        Avx512(unsafe { _mm512_max_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn smaller(self, other: Avx512) -> Avx512 {
        Avx512(unsafe { _mm512_min_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn words(self) -> __m512i {
        unsafe { _mm512_castps_si512(self.0) }
    }
    #[inline(always)]
    fn from_words(words: __m512i) -> Avx512 {
        Avx512(unsafe { _mm512_castsi512_ps(words) })
    }
    #[inline(always)]
    fn splat_word(word: u32) -> __m512i {
        unsafe { _mm512_set1_epi32(word as i32) }
    }
    #[inline(always)]
    fn whole(words: __m512i) -> Avx512 {
        Avx512(unsafe { _mm512_cvtepi32_ps(words) })
    }
    #[inline(always)]
    fn plus(left: __m512i, right: __m512i) -> __m512i {
        unsafe { _mm512_add_epi32(left, right) }
    }
    #[inline(always)]
    fn minus(left: __m512i, right: __m512i) -> __m512i {
        unsafe { _mm512_sub_epi32(left, right) }
    }
    #[inline(always)]
    fn and(left: __m512i, right: __m512i) -> __m512i {
        unsafe { _mm512_and_si512(left, right) }
    }
    #[inline(always)]
    fn or(left: __m512i, right: __m512i) -> __m512i {
        unsafe { _mm512_or_si512(left, right) }
    }
    #[inline(always)]
    fn xor(left: __m512i, right: __m512i) -> __m512i {
        unsafe { _mm512_xor_si512(left, right) }
    }
    #[inline(always)]
    fn shift_left<const BY: i32>(words: __m512i) -> __m512i {
        unsafe { _mm512_sll_epi32(words, _mm_cvtsi32_si128(BY)) }
    }
    #[inline(always)]
    fn shift_right<const BY: i32>(words: __m512i) -> __m512i {
        unsafe { _mm512_srl_epi32(words, _mm_cvtsi32_si128(BY)) }
    }
    #[inline(always)]
    fn shift_signed<const BY: i32>(words: __m512i) -> __m512i {
        unsafe { _mm512_sra_epi32(words, _mm_cvtsi32_si128(BY)) }
    }
    #[inline(always)]
    fn rotate_left<const BY: i32, const REST: i32>(words: __m512i) -> __m512i {
        unsafe { _mm512_rol_epi32::<BY>(words) }
    }
}

impl Lanes for Avx512 {
    const REGISTERS: usize = 32;

    #[inline(always)]
    fn call<K: Kernel>(kernel: K) -> K::Output {
        unsafe { crate::path::run_avx512(kernel) }
    }
    #[inline(always)]
    unsafe fn load_from(from: *const f32) -> Avx512 {
        Avx512(unsafe { _mm512_loadu_ps(from) })
    }
    #[inline(always)]
    unsafe fn store_to(self, to: *mut f32) {
        unsafe { _mm512_storeu_ps(to, self.0) }
    }
    #[inline(always)]
    unsafe fn load_part(from: *const f32, count: usize) -> Avx512 {
        if count == WIDTH {
            return unsafe { Avx512::load_from(from) };
        }
        let mask = ((1u32 << count) - 1) as u16;
        Avx512(unsafe { _mm512_maskz_loadu_ps(mask, from) })
    }
    #[inline(always)]
    unsafe fn store_part(self, to: *mut f32, count: usize) {
        // What a masked store has written is not forwarded to a load that follows.
        if count == WIDTH {
            return unsafe { self.store_to(to) };
        }
        let mask = ((1u32 << count) - 1) as u16;
        unsafe { _mm512_mask_storeu_ps(to, mask, self.0) }
    }
    #[inline(always)]
    fn load(from: &[f32; WIDTH]) -> Avx512 {
        unsafe { Avx512::load_from(from.as_ptr()) }
    }
    #[inline(always)]
    fn store(self, to: &mut [f32; WIDTH]) {
        unsafe { self.store_to(to.as_mut_ptr()) }
    }
    #[inline(always)]
    fn load_words(from: &[u32; WIDTH]) -> __m512i {
        unsafe { _mm512_loadu_si512(from.as_ptr().cast()) }
    }
    #[inline(always)]
    fn store_words(words: __m512i, to: &mut [u32; WIDTH]) {
        unsafe { _mm512_storeu_si512(to.as_mut_ptr().cast(), words) }
    }
    #[inline(always)]
    fn mask_bits(mask: __mmask16) -> u16 {
        mask
    }
    #[inline(always)]
    fn sum(self) -> f32 {
        unsafe {
            let low = _mm512_castps512_ps256(self.0);
            let high = _mm512_extractf32x8_ps::<1>(self.0);
            crate::avx2::sum_of_eight(_mm256_add_ps(low, high))
        }
    }
    #[inline(always)]
    fn transpose(values: &mut [Avx512; WIDTH]) {
        unsafe {
            // Pairs, then fours, of lanes within each quarter of a register; then quarters.
            let mut fours = [_mm512_setzero_ps(); WIDTH];
            for group in 0..4 {
                let [a, b, c, d] = std::array::from_fn(|place| values[4 * group + place].0);
                let (ab_low, ab_high) = (_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
                let (cd_low, cd_high) = (_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
                fours[4 * group] = _mm512_shuffle_ps::<0b01_00_01_00>(ab_low, cd_low);
                fours[4 * group + 1] = _mm512_shuffle_ps::<0b11_10_11_10>(ab_low, cd_low);
                fours[4 * group + 2] = _mm512_shuffle_ps::<0b01_00_01_00>(ab_high, cd_high);
                fours[4 * group + 3] = _mm512_shuffle_ps::<0b11_10_11_10>(ab_high, cd_high);
            }
            for place in 0..4 {
                let [a, b, c, d] = std::array::from_fn(|group| fours[4 * group + place]);
                let ab_even = _mm512_shuffle_f32x4::<0b10_00_10_00>(a, b);
                let ab_odd = _mm512_shuffle_f32x4::<0b11_01_11_01>(a, b);
                let cd_even = _mm512_shuffle_f32x4::<0b10_00_10_00>(c, d);
                let cd_odd = _mm512_shuffle_f32x4::<0b11_01_11_01>(c, d);
                values[place].0 = _mm512_shuffle_f32x4::<0b10_00_10_00>(ab_even, cd_even);
                values[8 + place].0 = _mm512_shuffle_f32x4::<0b11_01_11_01>(ab_even, cd_even);
                values[4 + place].0 = _mm512_shuffle_f32x4::<0b10_00_10_00>(ab_odd, cd_odd);
                values[12 + place].0 = _mm512_shuffle_f32x4::<0b11_01_11_01>(ab_odd, cd_odd);
            }
        }
    }
}
