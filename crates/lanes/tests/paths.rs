//! Every path gives the same bits as one `f32` at a time, for every operation and function.

use mesascope_lanes::{
    Kernel, Lanes, Number, Path, WIDTH, Words, cos_sin_turn, exp, ln, ln_1p, normals, run, sigmoid,
    softplus, tanh, uniforms,
};
use proptest::prelude::*;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Every function of one number that the crate has, by name.
fn functions<N: Number>(x: N) -> Vec<(&'static str, N)> {
    vec![
        ("exp", exp(x)),
        ("tanh", tanh(x)),
        ("sigmoid", sigmoid(x)),
        ("ln", ln(x.abs())),
        ("ln_1p", ln_1p(x.abs())),
        ("softplus", softplus(x)),
        ("cosine", cos_sin_turn(x.words()).0),
        ("sine", cos_sin_turn(x.words()).1),
        ("square root", x.abs().sqrt()),
        ("negative", -x),
        ("whole", N::whole(x.words())),
        ("rotated", N::from_words(N::rotate_left::<7, 25>(x.words()))),
        ("shifted", N::from_words(N::shift_signed::<3>(x.words()))),
    ]
}

/// Every operation of two or three numbers.
fn operations<N: Number>(x: N, y: N, z: N) -> Vec<(&'static str, N)> {
    vec![
        ("sum", x + y),
        ("difference", x - y),
        ("product", x * y),
        ("quotient", x / y),
        ("fma", x.fma(y, z)),
        ("larger", x.larger(y)),
        ("smaller", x.smaller(y)),
        ("choose", N::choose(x.over(y), y, z)),
        ("plus", N::from_words(N::plus(x.words(), y.words()))),
        ("minus", N::from_words(N::minus(x.words(), y.words()))),
        ("and", N::from_words(N::and(x.words(), y.words()))),
        ("or", N::from_words(N::or(x.words(), y.words()))),
        ("xor", N::from_words(N::xor(x.words(), y.words()))),
    ]
}

struct Everything([[f32; WIDTH]; 3]);

impl Kernel for Everything {
    type Output = Vec<(&'static str, [f32; WIDTH])>;
    #[inline(always)]
    fn run<L: Lanes>(self) -> Self::Output {
        let [x, y, z] = self.0.map(|values| L::load(&values));
        let all = [functions(x), operations(x, y, z)].concat();
        let stored = |(name, value): (&'static str, L)| {
            let mut out = [0.0; WIDTH];
            value.store(&mut out);
            (name, out)
        };
        let mut all: Vec<_> = all.into_iter().map(stored).collect();
        let mask = L::mask_bits(x.over(y));
        all.push(("mask", std::array::from_fn(|lane| f32::from(mask >> lane & 1 == 1))));
        let mut square: [L; WIDTH] = std::array::from_fn(|by| x + L::splat(by as f32));
        L::transpose(&mut square);
        all.extend(square.into_iter().map(|value| stored(("transposed", value))));
        let mut first = [7.0; WIDTH];
        L::load_first(&self.0[0][..5]).store_first(&mut first[..9]);
        all.push(("first", first));
        all
    }
}

/// What one number at a time gives.
fn one_by_one(values: [[f32; WIDTH]; 3]) -> Vec<(&'static str, [f32; WIDTH])> {
    let [x, y, z] = values;
    let lanes: Vec<Vec<(&str, f32)>> = (0..WIDTH)
        .map(|lane| [functions(x[lane]), operations(x[lane], y[lane], z[lane])].concat())
        .collect();
    let mut all: Vec<_> = (0..lanes[0].len())
        .map(|at| (lanes[0][at].0, std::array::from_fn(|lane| lanes[lane][at].1)))
        .collect();
    all.push(("mask", std::array::from_fn(|lane| f32::from(x[lane] > y[lane]))));
    let square: [[f32; WIDTH]; WIDTH] =
        std::array::from_fn(|lane| std::array::from_fn(|by| x[lane] + by as f32));
    all.extend(square.map(|row| ("transposed", row)));
    let first = |lane| {
        if lane < 5 {
            x[lane]
        } else if lane < 9 {
            0.0
        } else {
            7.0
        }
    };
    all.push(("first", std::array::from_fn(first)));
    all
}

fn same(left: f32, right: f32) -> bool {
    left.to_bits() == right.to_bits() || (left.is_nan() && right.is_nan())
}

/// Numbers of every magnitude, and the odd ones.
fn any_number() -> impl Strategy<Value = f32> {
    prop_oneof![
        4 => -12f32..12.0,
        4 => -110f32..100.0,
        2 => any::<u32>().prop_map(f32::from_bits),
        1 => prop::sample::select(vec![0.0, -0.0, 1.0, f32::NAN, f32::INFINITY, -f32::INFINITY]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_path_equals_one_number_at_a_time(
        x in prop::array::uniform16(any_number()),
        y in prop::array::uniform16(any_number()),
        z in prop::array::uniform16(any_number()),
    ) {
        let expected = one_by_one([x, y, z]);
        for path in Path::all() {
            for ((name, found), (_, expected)) in run(path, Everything([x, y, z])).iter().zip(&expected) {
                for lane in 0..WIDTH {
                    prop_assert!(
                        same(found[lane], expected[lane]),
                        "{name} on {}: {:?} for {:?}, {:?}, {:?}, where one at a time gives {:?}",
                        path.name(), found[lane], x[lane], y[lane], z[lane], expected[lane],
                    );
                }
            }
        }
    }

    #[test]
    fn lanes_are_added_up_in_the_written_order(x in prop::array::uniform16(-1e6f32..1e6)) {
        let pair = |values: &[f32]| -> Vec<f32> {
            let half = values.len() / 2;
            (0..half).map(|lane| values[lane] + values[lane + half]).collect()
        };
        let expected = pair(&pair(&pair(&pair(&x))))[0];
        for path in Path::all() {
            prop_assert_eq!(run(path, Sum(x)).to_bits(), expected.to_bits(), "on {}", path.name());
        }
    }
}

struct Sum([f32; WIDTH]);

impl Kernel for Sum {
    type Output = f32;
    #[inline(always)]
    fn run<L: Lanes>(self) -> f32 {
        L::load(&self.0).sum()
    }
}

#[test]
fn adding_lanes_in_another_order_gives_other_bits() {
    // What the order of a sum is worth testing for: this mutant adds neighbours first.
    let values: [f32; WIDTH] = std::array::from_fn(|lane| (0.37 * lane as f32).sin() * 1000.0);
    let mutant = values.chunks(2).map(|pair| pair[0] + pair[1]).fold(0.0, |sum, pair| sum + pair);
    assert_ne!(run(Path::best(), Sum(values)).to_bits(), mutant.to_bits());
}

#[test]
fn words_are_those_of_the_chacha_of_rand_chacha_on_every_path() {
    let key: [u8; 32] = std::array::from_fn(|byte| 7 * byte as u8 + 1);
    let mut plain = ChaCha8Rng::from_seed(key);
    plain.set_stream(u64::MAX - 3);
    let expected: Vec<u32> = (0..3 * 256).map(|_| plain.next_u32()).collect();
    for path in Path::all() {
        let mut found = vec![0; 3 * 256];
        Words::new(key, u64::MAX - 3).fill(path, &mut found);
        for (at, word) in found.into_iter().enumerate() {
            let (sixteen, within) = (at / 256, at % 256);
            let (word_of_block, block) = (within / WIDTH, within % WIDTH);
            let there = 256 * sixteen + 16 * block + word_of_block;
            assert_eq!(word, expected[there], "word {at} on {}", path.name());
        }
    }
}

struct Draw(usize);

impl Kernel for Draw {
    type Output = [Vec<f32>; 2];
    #[inline(always)]
    fn run<L: Lanes>(self) -> [Vec<f32>; 2] {
        let mut out = [vec![0.0; self.0], vec![0.0; self.0]];
        normals::<L>(&mut Words::new([3; 32], 0), 2.0, &mut out[0]);
        uniforms::<L>(&mut Words::new([3; 32], 0), 0.5, &mut out[1]);
        out
    }
}

#[test]
fn draws_are_the_same_on_every_path_and_their_beginning_does_not_depend_on_how_many() {
    let expected = run(Path::best(), Draw(1_000)).map(|draws| draws[..777].to_vec());
    for path in Path::all() {
        for count in [1, 15, 16, 17, 31, 33, 255, 256, 257, 777] {
            let found = run(path, Draw(count));
            for (found, expected) in found.iter().zip(&expected) {
                assert_eq!(found[..], expected[..count], "{count} draws on {}", path.name());
            }
        }
    }
}

/// The largest error of a function over its range, in units in the last place of the true value.
fn worst(from: f32, to: f32, ours: fn(f32) -> f32, truth: fn(f64) -> f64) -> f64 {
    let steps = 200_000;
    let mut worst: f64 = 0.0;
    for step in 0..=steps {
        let x = from + (to - from) * (step as f32 / steps as f32);
        let truth = truth(f64::from(x));
        let unit = f64::from((truth as f32).next_up()) - f64::from(truth as f32);
        worst = worst.max((f64::from(ours(x)) - truth).abs() / unit.abs());
    }
    worst
}

#[test]
fn functions_are_as_close_to_the_truth_as_their_docs_say() {
    let cases: [(&str, f64, f64); 7] = [
        ("exp", 2.0, worst(-87.0, 88.7, exp, libm::exp)),
        ("tanh", 6.0, worst(-7.9, 7.9, tanh, libm::tanh)),
        ("tanh near 0", 6.0, worst(-0.01, 0.01, tanh, libm::tanh)),
        ("sigmoid", 4.0, worst(-80.0, 20.0, sigmoid, |x| 1.0 / (1.0 + libm::exp(-x)))),
        ("ln", 2.0, worst(0.001, 5.0, ln, libm::log)),
        ("ln of large numbers", 2.0, worst(5.0, 1e30, ln, libm::log)),
        ("ln_1p", 3.0, worst(0.0, 1.0, ln_1p, libm::log1p)),
    ];
    for (name, stated, found) in cases {
        assert!(found <= stated, "{name}: {found:.2} units in the last place, not {stated}");
    }
}

#[test]
fn functions_end_where_they_should() {
    assert_eq!(exp(0.0f32), 1.0);
    assert_eq!((exp(f32::NEG_INFINITY), exp(f32::INFINITY)), (0.0, f32::INFINITY));
    assert!(exp(f32::NAN).is_nan() && tanh(f32::NAN).is_nan() && sigmoid(f32::NAN).is_nan());
    assert!(softplus(f32::NAN).is_nan() && ln(f32::NAN).is_nan());
    assert_eq!((ln(f32::INFINITY), softplus(f32::INFINITY)), (f32::INFINITY, f32::INFINITY));
    assert!(tanh(100.0f32) <= 1.0 && tanh(100.0f32) > 0.999_999);
    assert_eq!(tanh(f32::INFINITY), -tanh(f32::NEG_INFINITY));
    assert_eq!((sigmoid(0.0f32), sigmoid(200.0f32), sigmoid(-200.0f32)), (0.5, 1.0, 0.0));
    assert_eq!((ln(1.0f32), ln_1p(0.0f32)), (0.0, 0.0));
    assert_eq!((softplus(300.0f32), softplus(-300.0f32)), (300.0, 0.0));
}

#[test]
fn an_angle_lies_on_the_unit_circle_an_eighth_of_a_turn_further() {
    for word in (0..=u32::MAX).step_by(9_999_991) {
        let turn = f64::from(word) / 4_294_967_296.0 - 0.125;
        let (cosine, sine) = cos_sin_turn::<f32>(word);
        let angle = std::f64::consts::TAU * turn;
        assert!((f64::from(cosine) - libm::cos(angle)).abs() < 2e-7, "cosine of {turn} turns");
        assert!((f64::from(sine) - libm::sin(angle)).abs() < 2e-7, "sine of {turn} turns");
    }
}

#[test]
fn a_path_that_is_not_there_is_refused_with_those_that_are() {
    let error = Path::named("neon512").unwrap_err().to_string();
    assert!(error.contains("no path \"neon512\"") && error.contains("scalar"), "{error}");
    assert_eq!(Path::named("scalar").unwrap().name(), "scalar");
}
