//! Value stability: the exact first numbers of a key. A change here moves every result, and needs
//! a new `NUMERICS` and a line under "Moves numbers".
//!
//! The expected numbers come from a second implementation of ChaCha8 (in Python, from the
//! description in Bernstein 2008, "ChaCha, a variant of Salsa20"), with a 64-bit counter, the
//! stream in the nonce, and Box and Muller's formula applied to its uniforms.

use mesascope_stats::{Key, NUMERICS};
use static_assertions::assert_not_impl_any;

assert_not_impl_any!(Key: Clone, Copy);

#[test]
fn the_first_bits_of_a_key_never_change() {
    assert_eq!(NUMERICS, 2);
    let mut draws = Key::from_seed(7).draws();
    let bits: Vec<u64> = (0..4).map(|_| draws.bits()).collect();
    let expected = [
        0xc39c_a672_2c44_ba73,
        0x7747_b002_ea9d_9d65,
        0x0173_e28d_72a7_fcae,
        0x4d26_d3a0_0f02_31c0,
    ];
    assert_eq!(bits, expected);
}

#[test]
fn the_first_uniforms_of_a_key_never_change() {
    let mut draws = Key::from_seed(7).draws();
    let uniforms: Vec<f64> = (0..4).map(|_| draws.uniform()).collect();
    let expected =
        [0.764109042047738, 0.4659376151199609, 0.005674514325306634, 0.3013736978309758];
    assert_eq!(uniforms, expected);
}

#[test]
fn the_first_normals_of_a_key_never_change() {
    let mut draws = Key::from_seed(7).draws();
    let normals = [draws.normal(), draws.normal()];
    // Equal to the last bit to what libm gives, and to rounding to what Python gives.
    for (normal, expected) in normals.iter().zip([-1.6608612193526364, 0.3609865048211255]) {
        assert!((normal - expected).abs() < 1e-15, "{normal} is not {expected}");
    }
    assert_eq!(normals.map(f64::to_bits), NORMAL_BITS);
}

/// What libm 0.2 gives for the two normals above, the same on every machine.
const NORMAL_BITS: [u64; 2] = [0xbffa_92e3_36c5_0731, 0x3fd7_1a67_2420_42da];

#[test]
fn the_first_numbers_of_split_keys_never_change() {
    let firsts = Key::from_seed(7).split::<2>().map(|key| key.draws().bits());
    assert_eq!(firsts, [0xdb79_90bd_efd5_315b, 0x60cb_edd4_a989_1724]);
}

#[test]
fn the_first_choices_of_a_key_never_change() {
    let mut draws = Key::from_seed(7).draws();
    // The high half of 64-bit products: floor(100 u) of the uniforms above.
    assert_eq!([(); 4].map(|()| draws.below(100)), [76, 46, 0, 30]);

    // Partial Fisher and Yates over 0..5: place 0 swaps with floor(5 x 0.764) = 3, then place 1
    // with 1 + floor(4 x 0.466) = 2, which leaves 3 and 2 in front.
    assert_eq!(Key::from_seed(7).draws().choose(2, 5), [2, 3]);

    // From the back: place 3 swaps with floor(4 x 0.764) = 3, place 2 with floor(3 x 0.466) = 1,
    // place 1 with floor(2 x 0.006) = 0.
    let mut items = ['a', 'b', 'c', 'd'];
    Key::from_seed(7).draws().shuffle(&mut items);
    assert_eq!(items, ['c', 'a', 'b', 'd']);

    // Top bits of the bits above.
    let mut draws = Key::from_seed(7).draws();
    assert_eq!([(); 4].map(|()| draws.coin()), [true, false, false, false]);
}

#[test]
fn a_key_from_bytes_equals_the_key_from_their_number() {
    let mut bytes = [0; 32];
    bytes[0] = 7;
    assert_eq!(Key::new(bytes).draws().bits(), Key::from_seed(7).draws().bits());
}

#[test]
fn filling_with_bytes_gives_the_same_as_drawing_one_by_one() {
    let mut bytes = [0; 24];
    Key::from_seed(8).draws().fill(&mut bytes);
    let mut draws = Key::from_seed(8).draws();
    let drawn: Vec<u8> = (0..3).flat_map(|_| draws.bits().to_le_bytes()).collect();
    assert_eq!(bytes.to_vec(), drawn);
}

#[test]
fn filling_with_numbers_takes_32_bytes_whatever_their_count() {
    for count in [0, 1, 16, 300] {
        let mut draws = Key::from_seed(8).draws();
        draws.fill(&mut [0; 64]);
        let after = draws.bits();
        let mut numbers = vec![0.0; count];
        let mut draws = Key::from_seed(8).draws();
        draws.fill_normal(0.5, &mut numbers);
        draws.fill_uniform(0.5, &mut numbers);
        assert_eq!(draws.bits(), after, "{count} numbers");
    }
}

#[test]
fn the_first_numbers_that_fill_a_slice_never_change() {
    let mut numbers = [0.0; 20];
    Key::from_seed(7).draws().fill_normal(0.5, &mut numbers);
    let bits = [0, 1, 16, 19].map(|place: usize| numbers[place].to_bits());
    // Within one unit in the last place of what Python gives in double precision.
    assert_eq!(bits, [0xbf06_e8ab, 0x3eaa_580e, 0x3e3a_d887, 0x3e8b_9835], "{bits:#010x?}");
    Key::from_seed(7).draws().fill_uniform(0.25, &mut numbers);
    let bits = [0, 1, 16, 19].map(|place: usize| numbers[place].to_bits());
    assert_eq!(bits, [0x3c96_f940, 0x3d1d_ea00, 0x3d13_5a50, 0x3cb5_3720], "{bits:#010x?}");
}

#[test]
fn fewer_numbers_are_the_first_of_more_and_the_scale_is_a_factor() {
    let filled = |count: usize, scale: f64| {
        let mut numbers = vec![0.0; count];
        Key::from_seed(9).draws().fill_normal(scale, &mut numbers);
        numbers
    };
    let many = filled(1000, 1.0);
    for count in [1, 17, 256, 257] {
        assert_eq!(filled(count, 1.0), many[..count]);
    }
    let halved: Vec<f32> = many.iter().map(|number| number * 0.5).collect();
    assert_eq!(filled(1000, 0.5), halved);
}
