//! Sixteen lanes as an array: runs anywhere, and on aarch64, whose baseline has fused
//! multiply-add, compiles to NEON instructions.

use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::number::{Lanes, Number, WIDTH, sealed::Sealed};
use crate::path::Kernel;

/// Sixteen `f32`.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub struct Portable([f32; WIDTH]);

impl Sealed for Portable {}

impl Portable {
    #[inline(always)]
    fn each(self, other: Portable, operation: impl Fn(f32, f32) -> f32) -> Portable {
        Portable(std::array::from_fn(|lane| operation(self.0[lane], other.0[lane])))
    }
}

impl Add for Portable {
    type Output = Portable;
    #[inline(always)]
    fn add(self, other: Portable) -> Portable {
        self.each(other, |a, b| a + b)
    }
}

impl Sub for Portable {
    type Output = Portable;
    #[inline(always)]
    fn sub(self, other: Portable) -> Portable {
        self.each(other, |a, b| a - b)
    }
}

impl Mul for Portable {
    type Output = Portable;
    #[inline(always)]
    fn mul(self, other: Portable) -> Portable {
        self.each(other, |a, b| a * b)
    }
}

impl Div for Portable {
    type Output = Portable;
    #[inline(always)]
    fn div(self, other: Portable) -> Portable {
        self.each(other, |a, b| a / b)
    }
}

impl Neg for Portable {
    type Output = Portable;
    #[inline(always)]
    fn neg(self) -> Portable {
        Portable(self.0.map(|value| -value))
    }
}

#[inline(always)]
fn words_each(
    left: [u32; WIDTH],
    right: [u32; WIDTH],
    operation: impl Fn(u32, u32) -> u32,
) -> [u32; WIDTH] {
    std::array::from_fn(|lane| operation(left[lane], right[lane]))
}

impl Number for Portable {
    type Words = [u32; WIDTH];
    type Mask = [bool; WIDTH];

    #[inline(always)]
    fn splat(value: f32) -> Portable {
        Portable([value; WIDTH])
    }
    #[inline(always)]
    fn fma(self, factor: Portable, term: Portable) -> Portable {
        Portable(std::array::from_fn(|lane| {
            crate::scalar::fused(self.0[lane], factor.0[lane], term.0[lane])
        }))
    }
    #[inline(always)]
    fn sqrt(self) -> Portable {
        Portable(self.0.map(f32::sqrt))
    }
    #[inline(always)]
    fn over(self, other: Portable) -> [bool; WIDTH] {
        std::array::from_fn(|lane| self.0[lane] > other.0[lane])
    }
    #[inline(always)]
    fn choose(mask: [bool; WIDTH], yes: Portable, no: Portable) -> Portable {
        Portable(std::array::from_fn(|lane| if mask[lane] { yes.0[lane] } else { no.0[lane] }))
    }
    #[inline(always)]
    fn words(self) -> [u32; WIDTH] {
        self.0.map(f32::to_bits)
    }
    #[inline(always)]
    fn from_words(words: [u32; WIDTH]) -> Portable {
        Portable(words.map(f32::from_bits))
    }
    #[inline(always)]
    fn splat_word(word: u32) -> [u32; WIDTH] {
        [word; WIDTH]
    }
    #[inline(always)]
    fn whole(words: [u32; WIDTH]) -> Portable {
        Portable(words.map(|word| word as i32 as f32))
    }
    #[inline(always)]
    fn plus(left: [u32; WIDTH], right: [u32; WIDTH]) -> [u32; WIDTH] {
        words_each(left, right, u32::wrapping_add)
    }
    #[inline(always)]
    fn minus(left: [u32; WIDTH], right: [u32; WIDTH]) -> [u32; WIDTH] {
        words_each(left, right, u32::wrapping_sub)
    }
    #[inline(always)]
    fn and(left: [u32; WIDTH], right: [u32; WIDTH]) -> [u32; WIDTH] {
        words_each(left, right, |a, b| a & b)
    }
    #[inline(always)]
    fn or(left: [u32; WIDTH], right: [u32; WIDTH]) -> [u32; WIDTH] {
        words_each(left, right, |a, b| a | b)
    }
    #[inline(always)]
    fn xor(left: [u32; WIDTH], right: [u32; WIDTH]) -> [u32; WIDTH] {
        words_each(left, right, |a, b| a ^ b)
    }
    #[inline(always)]
    fn shift_left<const BY: i32>(words: [u32; WIDTH]) -> [u32; WIDTH] {
        words.map(|word| word << BY)
    }
    #[inline(always)]
    fn shift_right<const BY: i32>(words: [u32; WIDTH]) -> [u32; WIDTH] {
        words.map(|word| word >> BY)
    }
    #[inline(always)]
    fn shift_signed<const BY: i32>(words: [u32; WIDTH]) -> [u32; WIDTH] {
        words.map(|word| ((word as i32) >> BY) as u32)
    }
}

#[allow(unsafe_code, reason = "loads and stores through pointers, as the trait states")]
impl Lanes for Portable {
    // NEON has 32 registers of four lanes; elsewhere lanes are not in registers at all.
    const REGISTERS: usize = if cfg!(target_arch = "aarch64") { 8 } else { 1 };

    #[inline(always)]
    fn call<K: Kernel>(kernel: K) -> K::Output {
        crate::path::run_portable(kernel)
    }

    #[inline(always)]
    unsafe fn load_from(from: *const f32) -> Portable {
        // SAFETY: the caller promises sixteen readable values; an unaligned read is asked for.
        Portable(unsafe { from.cast::<[f32; WIDTH]>().read_unaligned() })
    }
    #[inline(always)]
    unsafe fn store_to(self, to: *mut f32) {
        // SAFETY: the caller promises sixteen writable values.
        unsafe { to.cast::<[f32; WIDTH]>().write_unaligned(self.0) }
    }
    #[inline(always)]
    unsafe fn load_part(from: *const f32, count: usize) -> Portable {
        if count == WIDTH {
            // SAFETY: the caller promises sixteen values.
            return unsafe { Portable::load_from(from) };
        }
        let mut values = [0.0; WIDTH];
        // SAFETY: the caller promises `count` values.
        values[..count].copy_from_slice(unsafe { std::slice::from_raw_parts(from, count) });
        Portable::load(&values)
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
    fn load(from: &[f32; WIDTH]) -> Portable {
        Portable(*from)
    }
    #[inline(always)]
    fn store(self, to: &mut [f32; WIDTH]) {
        *to = self.0;
    }
    #[inline(always)]
    fn load_words(from: &[u32; WIDTH]) -> [u32; WIDTH] {
        *from
    }
    #[inline(always)]
    fn store_words(words: [u32; WIDTH], to: &mut [u32; WIDTH]) {
        *to = words;
    }
    #[inline(always)]
    fn mask_bits(mask: [bool; WIDTH]) -> u16 {
        mask.iter().enumerate().fold(0, |bits, (lane, &yes)| bits | (u16::from(yes) << lane))
    }
    #[inline(always)]
    fn sum(self) -> f32 {
        let mut values = self.0;
        for half in [8, 4, 2, 1] {
            for lane in 0..half {
                values[lane] += values[lane + half];
            }
        }
        values[0]
    }
}
