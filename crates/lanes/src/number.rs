//! The operations that kernels are written in.

use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::path::Kernel;

/// Moves when an operation, or the order in which lanes are added up, moves.
pub const NUMERICS: u32 = 1;

/// Lanes of every path. A path whose registers are narrower uses several for one value, because
/// the number of lanes decides the order of sums and thereby their bits.
pub const WIDTH: usize = 16;

pub(crate) mod sealed {
    pub trait Sealed {}
}

/// One `f32`, or several side by side, with operations that round once and alike on any CPU.
pub trait Number:
    sealed::Sealed
    + Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    /// As many 32-bit words.
    type Words: Copy;
    /// As many yes or no.
    type Mask: Copy;

    /// The same number everywhere.
    fn splat(value: f32) -> Self;
    /// self * factor + term, rounded once.
    fn fma(self, factor: Self, term: Self) -> Self;
    /// The square root, correctly rounded.
    fn sqrt(self) -> Self;
    /// Whether self > other; no where either is NaN.
    fn over(self, other: Self) -> Self::Mask;
    /// `yes` where the mask holds, else `no`.
    fn choose(mask: Self::Mask, yes: Self, no: Self) -> Self;
    /// self where self > other, else other: NaN in `other` stays.
    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        Self::choose(self.over(other), self, other)
    }
    /// self where self < other, else other: NaN in `other` stays.
    #[inline(always)]
    fn smaller(self, other: Self) -> Self {
        Self::choose(other.over(self), self, other)
    }
    /// The magnitude.
    #[inline(always)]
    fn abs(self) -> Self {
        Self::from_words(Self::and(self.words(), Self::splat_word(0x7fff_ffff)))
    }

    /// The bits of the number.
    fn words(self) -> Self::Words;
    /// The number of these bits.
    fn from_words(words: Self::Words) -> Self;
    /// The same word everywhere.
    fn splat_word(word: u32) -> Self::Words;
    /// The word as a signed whole number, rounded to the nearest `f32`, ties to even.
    fn whole(words: Self::Words) -> Self;
    /// The sum modulo 2^32.
    fn plus(left: Self::Words, right: Self::Words) -> Self::Words;
    /// The difference modulo 2^32.
    fn minus(left: Self::Words, right: Self::Words) -> Self::Words;
    /// Bits that are 1 in both.
    fn and(left: Self::Words, right: Self::Words) -> Self::Words;
    /// Bits that are 1 in one of them or both.
    fn or(left: Self::Words, right: Self::Words) -> Self::Words;
    /// Bits that are 1 in exactly one.
    fn xor(left: Self::Words, right: Self::Words) -> Self::Words;
    /// Shifted towards the most significant bit, 0 coming in.
    fn shift_left<const BY: i32>(words: Self::Words) -> Self::Words;
    /// Shifted towards the least significant bit, 0 coming in.
    fn shift_right<const BY: i32>(words: Self::Words) -> Self::Words;
    /// Shifted as a signed number, the sign coming in.
    fn shift_signed<const BY: i32>(words: Self::Words) -> Self::Words;
    /// Shifted left, what falls out coming in on the right.
    #[inline(always)]
    fn rotate_left<const BY: i32, const REST: i32>(words: Self::Words) -> Self::Words {
        const { assert!(BY + REST == 32, "a rotation by BY leaves 32 - BY") };
        Self::or(Self::shift_left::<BY>(words), Self::shift_right::<REST>(words))
    }
}

/// Sixteen numbers side by side.
#[allow(unsafe_code, reason = "inner loops load and store through pointers")]
pub trait Lanes: Number {
    /// How many of these one register file holds. A tile of sums must fit in it.
    const REGISTERS: usize;

    /// Runs a kernel on these lanes as a function of its own, from within another kernel: large
    /// kernels take long to compile in one piece.
    fn call<K: Kernel>(kernel: K) -> K::Output;

    /// The sixteen values at `from`.
    ///
    /// # Safety
    /// `from` must be valid for reading sixteen values; it need not be aligned.
    unsafe fn load_from(from: *const f32) -> Self;
    /// Writes the sixteen values to `to`.
    ///
    /// # Safety
    /// `to` must be valid for writing sixteen values; it need not be aligned.
    unsafe fn store_to(self, to: *mut f32);
    /// The first `count` values at `from`, at most sixteen, and 0 in the other lanes.
    ///
    /// # Safety
    /// `from` must be valid for reading `count` values.
    unsafe fn load_part(from: *const f32, count: usize) -> Self;
    /// Writes the first `count` values, at most sixteen, to `to`.
    ///
    /// # Safety
    /// `to` must be valid for writing `count` values.
    unsafe fn store_part(self, to: *mut f32, count: usize);
    /// The sixteen values.
    fn load(from: &[f32; WIDTH]) -> Self;
    /// Writes the sixteen values.
    fn store(self, to: &mut [f32; WIDTH]);
    /// The sixteen words.
    fn load_words(from: &[u32; WIDTH]) -> Self::Words;
    /// Writes the sixteen words.
    fn store_words(words: Self::Words, to: &mut [u32; WIDTH]);
    /// Bit i is lane i of the mask.
    fn mask_bits(mask: Self::Mask) -> u16;
    /// All lanes added up: lane i with lane i + 8, then i + 4, i + 2 and i + 1.
    fn sum(self) -> f32;
    /// Lane j of value i becomes lane i of value j.
    #[inline(always)]
    fn transpose(values: &mut [Self; WIDTH]) {
        let mut square = [[0.0; WIDTH]; WIDTH];
        for (row, value) in square.iter_mut().zip(values.iter()) {
            value.store(row);
        }
        for (place, value) in values.iter_mut().enumerate() {
            *value = Self::load(&std::array::from_fn(|row| square[row][place]));
        }
    }
    /// The first values of a slice of at most sixteen, 0 in the other lanes.
    #[inline(always)]
    fn load_first(from: &[f32]) -> Self {
        assert!(from.len() <= WIDTH, "there are sixteen lanes");
        // SAFETY: the slice is as long as is read.
        unsafe { Self::load_part(from.as_ptr(), from.len()) }
    }
    /// Writes the first lanes to a slice of at most sixteen.
    #[inline(always)]
    fn store_first(self, to: &mut [f32]) {
        assert!(to.len() <= WIDTH, "there are sixteen lanes");
        // SAFETY: the slice is as long as is written.
        unsafe { self.store_part(to.as_mut_ptr(), to.len()) }
    }
}
