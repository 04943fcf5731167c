//! One `f32`: the reference that every path equals lane by lane.

use crate::number::{Number, sealed::Sealed};

impl Sealed for f32 {}

/// left * right + term with one rounding. Where the target has the instruction it is used, else
/// the exact software form.
#[inline(always)]
pub(crate) fn fused(left: f32, right: f32, term: f32) -> f32 {
    #[cfg(any(target_feature = "fma", target_arch = "aarch64"))]
    #[allow(clippy::disallowed_methods, reason = "this target rounds once in hardware")]
    return left.mul_add(right, term);
    #[cfg(not(any(target_feature = "fma", target_arch = "aarch64")))]
    libm::fmaf(left, right, term)
}

impl Number for f32 {
    type Words = u32;
    type Mask = bool;

    #[inline(always)]
    fn splat(value: f32) -> f32 {
        value
    }
    #[inline(always)]
    fn fma(self, factor: f32, term: f32) -> f32 {
        fused(self, factor, term)
    }
    #[inline(always)]
    fn sqrt(self) -> f32 {
        f32::sqrt(self)
    }
    #[inline(always)]
    fn over(self, other: f32) -> bool {
        self > other
    }
    #[inline(always)]
    fn choose(mask: bool, yes: f32, no: f32) -> f32 {
        if mask { yes } else { no }
    }
    #[inline(always)]
    fn words(self) -> u32 {
        self.to_bits()
    }
    #[inline(always)]
    fn from_words(words: u32) -> f32 {
        f32::from_bits(words)
    }
    #[inline(always)]
    fn splat_word(word: u32) -> u32 {
        word
    }
    #[inline(always)]
    fn whole(words: u32) -> f32 {
        words as i32 as f32
    }
    #[inline(always)]
    fn plus(left: u32, right: u32) -> u32 {
        left.wrapping_add(right)
    }
    #[inline(always)]
    fn minus(left: u32, right: u32) -> u32 {
        left.wrapping_sub(right)
    }
    #[inline(always)]
    fn and(left: u32, right: u32) -> u32 {
        left & right
    }
    #[inline(always)]
    fn or(left: u32, right: u32) -> u32 {
        left | right
    }
    #[inline(always)]
    fn xor(left: u32, right: u32) -> u32 {
        left ^ right
    }
    #[inline(always)]
    fn shift_left<const BY: i32>(words: u32) -> u32 {
        words << BY
    }
    #[inline(always)]
    fn shift_right<const BY: i32>(words: u32) -> u32 {
        words >> BY
    }
    #[inline(always)]
    fn shift_signed<const BY: i32>(words: u32) -> u32 {
        ((words as i32) >> BY) as u32
    }
}
