//! Elementary functions, written once for one number and for sixteen. No platform's libm takes
//! part, so that their bits are the same everywhere.

#![allow(clippy::excessive_precision, reason = "coefficients stand as they were published")]

use crate::number::Number;

/// Moves when a value moves.
pub const NUMERICS: u32 = 1;

/// Added and taken away, it rounds a small number to a whole one, which then stands in the lowest
/// bits: 1.5 x 2^23.
const ROUND: f32 = 12_582_912.0;

/// A polynomial by Horner's rule, highest coefficient first.
#[inline(always)]
fn polynomial<N: Number, const TERMS: usize>(x: N, coefficients: [f32; TERMS]) -> N {
    let mut sum = N::splat(coefficients[0]);
    for coefficient in &coefficients[1..] {
        sum = sum.fma(x, N::splat(*coefficient));
    }
    sum
}

/// 2^whole for whole in [-126, 127].
#[inline(always)]
fn power_of_two<N: Number>(whole: N::Words) -> N {
    N::from_words(N::shift_left::<23>(N::plus(whole, N::splat_word(127))))
}

/// e^x within 2 units in the last place; infinite above 88.73, and 0 below -104.
///
/// Cephes `expf` (Moshier 1992): x = n ln 2 + r with |r| <= ln(2)/2, and a polynomial in r.
#[inline(always)]
pub fn exp<N: Number>(x: N) -> N {
    // In this order of operands NaN stays NaN.
    let inside = N::splat(89.0).smaller(N::splat(-104.0).larger(x));
    let rounded = inside.fma(N::splat(std::f32::consts::LOG2_E), N::splat(ROUND));
    let whole = N::minus(rounded.words(), N::splat_word(ROUND.to_bits()));
    let count = rounded - N::splat(ROUND);
    // ln 2 in two parts, so that the difference is exact to more than 32 bits.
    let rest = count.fma(N::splat(-0.693_359_4), inside);
    let rest = count.fma(N::splat(2.121_944_4e-4), rest);
    let tail = polynomial(
        rest,
        [
            1.987_569_1e-4,
            1.398_199_9e-3,
            8.333_452e-3,
            4.166_579_6e-2,
            1.666_666_5e-1,
            5.000_000_1e-1,
        ],
    );
    let near_one = tail.fma(rest * rest, rest) + N::splat(1.0);
    // Two factors, because 2^n alone leaves the range of normal numbers where the result does not.
    let half = N::shift_signed::<1>(whole);
    near_one * power_of_two(half) * power_of_two(N::minus(whole, half))
}

/// The hyperbolic tangent within 6 units in the last place; beyond |x| = 7.9 it stays at its value there.
///
/// The rational minimax approximation of degree 13 over 6 of Eigen's `ptanh`.
#[inline(always)]
pub fn tanh<N: Number>(x: N) -> N {
    let bound = 7.905_311;
    let inside = N::splat(-bound).larger(N::splat(bound).smaller(x));
    let square = inside * inside;
    let odd = polynomial(
        square,
        [
            -2.760_768_5e-16,
            2.000_187_9e-13,
            -8.604_672e-11,
            5.122_297e-8,
            1.485_722_4e-5,
            6.372_619e-4,
            4.893_524_6e-3,
        ],
    );
    let even = polynomial(square, [1.198_258_4e-6, 1.185_347_1e-4, 2.268_434_6e-3, 4.893_525_3e-3]);
    let value = inside * odd / even;
    N::choose(N::splat(4e-4).over(x.abs()), x, value)
}

/// 1 / (1 + e^-x) within 4 units in the last place.
#[inline(always)]
pub fn sigmoid<N: Number>(x: N) -> N {
    let small = exp(-x.abs());
    let larger = N::splat(1.0) / (N::splat(1.0) + small);
    N::choose(N::splat(0.0).over(x), small * larger, larger)
}

/// The natural logarithm of a normal number above 0, within 2 units in the last place; infinity
/// and NaN stay as they are, and below the smallest normal number there is no promise.
///
/// Cephes `logf`: x = 2^n m with m in [sqrt(1/2), sqrt(2)), and a polynomial in m - 1.
#[inline(always)]
pub fn ln<N: Number>(x: N) -> N {
    // Adding the difference between 1 and sqrt(1/2) carries into the exponent at sqrt(2).
    let least = std::f32::consts::FRAC_1_SQRT_2.to_bits();
    let shifted = N::plus(x.words(), N::splat_word(1f32.to_bits() - least));
    let exponent = N::minus(N::shift_right::<23>(shifted), N::splat_word(127));
    let fraction = N::and(shifted, N::splat_word(0x007f_ffff));
    let near_one = N::from_words(N::plus(fraction, N::splat_word(least))) - N::splat(1.0);
    let square = near_one * near_one;
    let tail = polynomial(
        near_one,
        [
            7.037_683_6e-2,
            -1.151_461e-1,
            1.167_699_9e-1,
            -1.242_014_1e-1,
            1.424_932_3e-1,
            -1.666_805_8e-1,
            2.000_071_5e-1,
            -2.499_999_4e-1,
            3.333_333_1e-1,
        ],
    );
    let count = N::whole(exponent);
    let tail = tail * near_one * square;
    let tail = count.fma(N::splat(-2.121_944_4e-4), tail);
    let tail = square.fma(N::splat(-0.5), tail);
    let value = count.fma(N::splat(0.693_359_4), near_one + tail);
    // What is infinite or not a number has no such parts, and stays.
    N::choose(N::splat(f32::INFINITY).over(x), value, x)
}

/// The natural logarithm of 1 + x for x in [0, 1], within 3 units in the last place.
#[inline(always)]
pub fn ln_1p<N: Number>(x: N) -> N {
    // What rounding 1 + x loses is put back to first order (Goldberg 1991, theorem 4).
    let rounded = N::splat(1.0) + x;
    let lost = x - (rounded - N::splat(1.0));
    ln(rounded) + lost / rounded
}

/// ln(1 + e^x), without overflow.
#[inline(always)]
pub fn softplus<N: Number>(x: N) -> N {
    N::splat(0.0).larger(x) + ln_1p(exp(-x.abs()))
}

/// The cosine and sine of the angle at which the word, as a fraction of 2^32, is a share of a
/// whole turn, turned by an eighth; within 2e-7.
///
/// The eighth makes every quarter symmetric around its axis, which is all the same for an angle
/// drawn uniformly. Polynomials of Cephes `sinf` on [-pi/4, pi/4).
#[inline(always)]
pub fn cos_sin_turn<N: Number>(word: N::Words) -> (N, N) {
    let within = N::and(word, N::splat_word(0x3fff_ffff));
    let centred = N::minus(within, N::splat_word(0x2000_0000));
    let angle = N::whole(centred) * N::splat(std::f32::consts::FRAC_PI_2 / 1_073_741_824.0);
    let square = angle * angle;
    let sine = polynomial(square, [-1.951_529_6e-4, 8.332_161e-3, -1.666_665_5e-1]);
    let sine = sine.fma(square * angle, angle);
    let cosine = polynomial(square, [2.443_315_7e-5, -1.388_731_6e-3, 4.166_664_6e-2]);
    let cosine = cosine.fma(square * square, square.fma(N::splat(-0.5), N::splat(1.0)));
    // Quarter 0, 1, 2, 3: (c, s), (-s, c), (-c, -s), (s, -c).
    let odd = N::and(word, N::splat_word(0x4000_0000));
    let swaps = N::from_words(odd).over(N::splat(0.0));
    let half = N::and(word, N::splat_word(0x8000_0000));
    let first = N::choose(swaps, sine, cosine);
    let second = N::choose(swaps, cosine, sine);
    let turned = N::xor(half, N::shift_left::<1>(odd));
    let x = N::from_words(N::xor(first.words(), turned));
    let y = N::from_words(N::xor(second.words(), half));
    (x, y)
}
