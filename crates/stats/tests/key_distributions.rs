//! Distributions of what keys yield. Each test has a fixed key and fails at alpha = 0.001, and
//! each has a mutant of the sampler that must fail the same test.

use mesascope_stats::{Draws, Key, chi_square, ks_one_sample, normal_cdf};

/// A correct sampler fails a test with this probability, once, for its fixed key.
const ALPHA: f64 = 0.001;

fn uniformity(cells: usize, draws: usize, mut cell: impl FnMut() -> usize) -> f64 {
    let mut counts = vec![0; cells];
    for _ in 0..draws {
        counts[cell()] += 1;
    }
    let expected = vec![draws as f64 / cells as f64; cells];
    chi_square(&counts, &expected, 0).expect("the counts are well formed")
}

#[test]
fn normals_are_normal() {
    // n = 100,000: finds a distance of 0.007 between distribution functions.
    let mut draws = Key::from_seed(1).draws();
    let normals: Vec<f64> = (0..100_000).map(|_| draws.normal()).collect();
    assert!(ks_one_sample(&normals, normal_cdf).unwrap() > ALPHA);

    let mut draws = Key::from_seed(1).draws();
    let mutant: Vec<f64> = (0..100_000)
        .map(|_| (0..12).map(|_| draws.uniform()).sum::<f64>() - 6.0)
        .map(|nearly| 1.02 * nearly)
        .collect();
    assert!(ks_one_sample(&mutant, normal_cdf).unwrap() < ALPHA);
}

fn filled(seed: u64, fill: impl Fn(&mut Draws, &mut [f32])) -> Vec<f64> {
    let mut numbers = vec![0.0; 100_000];
    fill(&mut Key::from_seed(seed).draws(), &mut numbers);
    numbers.into_iter().map(f64::from).collect()
}

#[test]
fn normals_that_fill_a_slice_are_normal_independent_and_end_at_their_tail() {
    // n = 100,000, as above.
    let normals = filled(4, |draws, numbers| draws.fill_normal(2.0, numbers));
    assert!(ks_one_sample(&normals, |x| normal_cdf(x / 2.0)).unwrap() > ALPHA);
    assert!(ks_one_sample(&normals, |x| normal_cdf(x / 2.04)).unwrap() < ALPHA);
    assert!(normals.iter().all(|normal| normal.abs() <= 6.7 * 2.0));

    // A normal comes of the same radius as that sixteen places on, and not as its neighbour.
    let quadrant = |a: f64, b: f64| {
        2 * usize::from(a.abs() < 2.0 * 0.6745) + usize::from(b.abs() < 2.0 * 0.6745)
    };
    for apart in [1, 16] {
        let at = |pair: usize| pair / 16 * 32 + pair % 16;
        let firsts = (0..40_000).map(at);
        let mut pairs = firsts.map(|first| quadrant(normals[first], normals[first + apart]));
        let p = uniformity(4, 40_000, || pairs.next().unwrap());
        assert!(p > ALPHA, "{apart} apart, p = {p}");
    }
    // The mutant that mixes one of a pair into the other.
    let mut firsts = (0..40_000).map(|pair| pair / 16 * 32 + pair % 16);
    let p = uniformity(4, 40_000, || {
        let first = firsts.next().unwrap();
        quadrant(normals[first], normals[first] + 0.5 * normals[first + 16])
    });
    assert!(p < ALPHA, "p = {p}");
}

#[test]
fn uniforms_that_fill_a_slice_are_uniform_and_inside_their_bound() {
    let uniforms = filled(5, |draws, numbers| draws.fill_uniform(0.5, numbers));
    assert!(uniforms.iter().all(|value| (-0.5..0.5).contains(value)));
    assert!(ks_one_sample(&uniforms, |x| (x + 0.5).clamp(0.0, 1.0)).unwrap() > ALPHA);
    let mutant: Vec<f64> = uniforms.iter().map(|u| (u + 0.5).powf(1.03) - 0.5).collect();
    assert!(ks_one_sample(&mutant, |x| (x + 0.5).clamp(0.0, 1.0)).unwrap() < ALPHA);
}

#[test]
fn the_two_normals_of_a_pair_are_independent() {
    let quadrant =
        |a: f64, b: f64| 2 * usize::from(a.abs() < 0.6745) + usize::from(b.abs() < 0.6745);
    let mut draws = Key::from_seed(2).draws();
    let p = uniformity(4, 40_000, || quadrant(draws.normal(), draws.normal()));
    assert!(p > ALPHA, "p = {p}");

    // A pair that mixes 3% of its first half into its second.
    let mut draws = Key::from_seed(2).draws();
    let p = uniformity(4, 40_000, || {
        let (a, b) = (draws.normal(), draws.normal());
        quadrant(a, if draws.uniform() < 0.03 { a } else { b })
    });
    assert!(p < ALPHA, "p = {p}");
}

#[test]
fn uniforms_are_uniform_and_below_one() {
    let mut draws = Key::from_seed(3).draws();
    let uniforms: Vec<f64> = (0..100_000).map(|_| draws.uniform()).collect();
    assert!(uniforms.iter().all(|value| (0.0..1.0).contains(value)));
    assert!(ks_one_sample(&uniforms, |x| x.clamp(0.0, 1.0)).unwrap() > ALPHA);

    let mutant: Vec<f64> = uniforms.iter().map(|u| u.powf(1.03)).collect();
    assert!(ks_one_sample(&mutant, |x| x.clamp(0.0, 1.0)).unwrap() < ALPHA);
}

#[test]
fn below_favours_no_number() {
    let mut draws = Key::from_seed(4).draws();
    let p = uniformity(7, 70_000, || draws.below(7) as usize);
    assert!(p > ALPHA, "p = {p}");

    // At three quarters of 2^64, multiplying without rejection makes every third number twice as
    // likely as its neighbours.
    let bound = 3 << 62;
    let mut draws = Key::from_seed(4).draws();
    let p = uniformity(3, 30_000, || (draws.below(bound) % 3) as usize);
    assert!(p > ALPHA, "p = {p}");

    let mut draws = Key::from_seed(4).draws();
    let without_rejection =
        |draws: &mut Draws| ((u128::from(draws.bits()) * u128::from(bound)) >> 64) as u64;
    let p = uniformity(3, 30_000, || (without_rejection(&mut draws) % 3) as usize);
    assert!(p < ALPHA, "p = {p}");
}

#[test]
fn coins_are_fair() {
    let mut draws = Key::from_seed(5).draws();
    let p = uniformity(2, 100_000, || usize::from(draws.coin()));
    assert!(p > ALPHA, "p = {p}");

    let mut draws = Key::from_seed(5).draws();
    let p = uniformity(2, 100_000, || usize::from(draws.uniform() < 0.51));
    assert!(p < ALPHA, "p = {p}");
}

#[test]
fn every_subset_is_chosen_equally_often() {
    // The 10 pairs of 0..5, numbered by their places in a 5 by 5 square.
    let pair = |chosen: &[usize]| {
        let pairs: Vec<(usize, usize)> =
            (0..5).flat_map(|a| (a + 1..5).map(move |b| (a, b))).collect();
        pairs.iter().position(|&(a, b)| chosen == [a, b]).expect("distinct and increasing")
    };
    let mut draws = Key::from_seed(6).draws();
    let p = uniformity(10, 20_000, || pair(&draws.choose(2, 5)));
    assert!(p > ALPHA, "p = {p}");

    // Choosing the first freely and the second among the later ones favours late pairs.
    let mut draws = Key::from_seed(6).draws();
    let p = uniformity(10, 20_000, || {
        let first = draws.below(4) as usize;
        let second = first + 1 + draws.below(4 - first as u64) as usize;
        pair(&[first, second])
    });
    assert!(p < ALPHA, "p = {p}");
}

#[test]
fn choosing_none_or_all_leaves_nothing_to_chance() {
    let mut draws = Key::from_seed(6).draws();
    assert_eq!(draws.choose(0, 5), [0; 0]);
    assert_eq!(draws.choose(0, 0), [0; 0]);
    assert_eq!(draws.choose(5, 5), [0, 1, 2, 3, 4]);
}

#[test]
#[should_panic(expected = "cannot choose 3 of 2")]
fn choosing_more_than_there_are_panics() {
    Key::from_seed(6).draws().choose(3, 2);
}

#[test]
#[should_panic(expected = "no number is below 0")]
fn nothing_is_drawn_below_zero() {
    Key::from_seed(6).draws().below(0);
}

#[test]
fn every_order_is_shuffled_equally_often() {
    let order = |items: &[usize; 4]| {
        let rank = |place: usize| items[place + 1..].iter().filter(|&&x| x < items[place]).count();
        6 * rank(0) + 2 * rank(1) + rank(2)
    };
    let mut draws = Key::from_seed(7).draws();
    let p = uniformity(24, 48_000, || {
        let mut items = [0, 1, 2, 3];
        draws.shuffle(&mut items);
        order(&items)
    });
    assert!(p > ALPHA, "p = {p}");

    // Swapping each place with any place is the classic mistake: 4^4 is no multiple of 4!.
    let mut draws = Key::from_seed(7).draws();
    let p = uniformity(24, 48_000, || {
        let mut items = [0, 1, 2, 3];
        for place in 0..4 {
            items.swap(place, draws.below(4) as usize);
        }
        order(&items)
    });
    assert!(p < ALPHA, "p = {p}");
}

#[test]
fn split_keys_are_independent_of_each_other_and_of_their_parent() {
    let cell = |a: &mut Draws, b: &mut Draws| (8 * a.below(8) + b.below(8)) as usize;
    let pair = |first: Key, second: Key| {
        let (mut a, mut b) = (first.draws(), second.draws());
        uniformity(64, 64_000, || cell(&mut a, &mut b))
    };
    let [one, two] = Key::from_seed(8).split();
    let p = pair(one, two);
    assert!(p > ALPHA, "siblings: p = {p}");

    let [child, _] = Key::from_seed(8).split();
    let p = pair(Key::from_seed(8), child);
    assert!(p > ALPHA, "parent and child: p = {p}");

    let p = pair(Key::from_seed(8), Key::from_seed(9));
    assert!(p > ALPHA, "neighbouring seeds: p = {p}");

    // A split that hands the parent's own stream on.
    let p = pair(Key::from_seed(8), Key::from_seed(8));
    assert!(p < ALPHA, "the same key twice: p = {p}");
}
