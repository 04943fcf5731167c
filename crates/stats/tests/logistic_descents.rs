//! Gradient descent against hand sums, against a second way of computing the same steps, and against
//! the direction in which it must end.

use mesascope_stats::LogisticDescent;

/// Rows (1, p, c), signs of c - p and shares of a coin line in training.
fn coin_line(last: u32, epsilon: f64) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let (mut rows, mut signs, mut shares) = (Vec::new(), Vec::new(), Vec::new());
    for c in 1..=last {
        let at_end = if c == last { 1.0 - epsilon } else { 0.0 };
        let share = (at_end + epsilon / f64::from(last)) / f64::from(last);
        for p in (0..=last).filter(|&p| p != c && share > 0.0) {
            rows.extend([1.0, f64::from(p), f64::from(c)]);
            signs.push(if c > p { 1.0 } else { -1.0 });
            shares.push(share);
        }
    }
    (rows, signs, shares)
}

#[test]
fn the_first_steps_are_those_of_the_hand() {
    let mut descent = LogisticDescent::new(&[1.0, 2.0], 1, &[1.0, -1.0], &[3.0, 1.0], 0.4).unwrap();
    descent.step();
    // At 0 every row pulls with one half of its share: 3/4 . 1/2 . 1 - 1/4 . 1/2 . 2 = 1/8.
    assert_eq!((descent.weights[0], descent.steps), (0.05, 1));
    descent.step();
    let sigmoid = |z: f64| 1.0 / (1.0 + f64::exp(-z));
    let second = 0.05 + 0.4 * (0.75 * sigmoid(-0.05) - 0.25 * 2.0 * sigmoid(0.1));
    assert!((descent.weights[0] - second).abs() < 1e-15);
}

#[test]
fn copies_of_rows_and_a_gradient_by_differences_give_the_same_steps() {
    // Another way: every row in as many copies as its share asks for, the loss itself computed as a
    // sum over copies, and its gradient by central differences.
    let (rows, signs, shares) = coin_line(3, 0.5);
    let mut descent = LogisticDescent::new(&rows, 3, &signs, &shares, 0.3).unwrap();
    let least = shares.iter().copied().fold(1.0, f64::min);
    let copies: Vec<usize> = (0..signs.len())
        .flat_map(|row| vec![row; (shares[row] / least).round() as usize])
        .collect();
    assert_eq!(copies.len(), 6 + 3 * 4);
    let loss = |w: &[f64; 3]| -> f64 {
        let of = |&row: &usize| {
            let x = &rows[3 * row..][..3];
            f64::ln(1.0 + f64::exp(-signs[row] * (w[0] * x[0] + w[1] * x[1] + w[2] * x[2])))
        };
        copies.iter().map(of).sum::<f64>() / copies.len() as f64
    };
    let mut w = [0.0; 3];
    for _ in 0..50 {
        let slope = |at: usize| {
            let mut ends = [w, w];
            ends[0][at] -= 1e-5;
            ends[1][at] += 1e-5;
            (loss(&ends[1]) - loss(&ends[0])) / 2e-5
        };
        let slopes = [slope(0), slope(1), slope(2)];
        (0..3).for_each(|at| w[at] -= 0.3 * slopes[at]);
        descent.step();
        for (one, other) in w.iter().zip(&descent.weights) {
            assert!((one - other).abs() < 1e-8, "{w:?}, {:?}", descent.weights);
        }
    }
}

/// Steps of one kind until the cosine with a direction exceeds 0.99; the bound fails the test.
fn until_near(
    mut descent: LogisticDescent,
    step: fn(&mut LogisticDescent),
    direction: &[f64],
    most: u64,
) -> LogisticDescent {
    loop {
        step(&mut descent);
        let cosine = descent.cosine(direction);
        if cosine > 0.99 {
            return descent;
        }
        assert!(descent.steps < most, "cosine {cosine} after {most} steps");
    }
}

#[test]
fn descent_turns_to_the_largest_margin() {
    // Soudry et al. 2018: the direction tends to that of the largest margin. By steps divided by the
    // loss for every epsilon and length; by plain steps where few are enough. The numbers of steps are
    // those of the first run.
    for (last, steps) in
        [(2, [432, 775, 963]), (4, [260, 114, 391]), (6, [146, 58, 251]), (10, [65, 24, 119])]
    {
        let goal = [0.0, -1.0, 1.0];
        for (epsilon, direction, side, steps) in [
            (0.0, [1.0, 0.0, f64::from(last)], 1.0, steps[0]),
            (0.5, goal, -1.0, steps[1]),
            (0.02, goal, -1.0, steps[2]),
        ] {
            let (rows, signs, shares) = coin_line(last, epsilon);
            let start = LogisticDescent::new(&rows, 3, &signs, &shares, 0.01).unwrap();
            let near = until_near(start, LogisticDescent::normalised_step, &direction, 1_000_000);
            let probe = [1.0, f64::from(last.div_ceil(2)), 0.0];
            assert!(side * near.logit(&probe) > 0.0, "the probe, at epsilon {epsilon}");
            assert_eq!(near.steps, steps, "L {last}, epsilon {epsilon}");
        }
    }
    let (rows, signs, shares) = coin_line(4, 0.5);
    let start = LogisticDescent::new(&rows, 3, &signs, &shares, 0.3).unwrap();
    let near = until_near(start, LogisticDescent::step, &[0.0, -1.0, 1.0], 10_000_000);
    assert_eq!(near.steps, 20);
}

#[test]
fn where_margins_tie_without_support_plain_descent_turns_as_the_logarithm_of_a_logarithm() {
    // At epsilon 0 all rows have the same largest margin and one alone supports it, so that the weight
    // of p does not stop: along the path d w1 / d a = mean of p under e^(-w1 p), over 1 + L^2, where
    // a = w0 + L w2, and w1 grows as ln a while a grows as ln steps. The path by Euler's rule:
    let on_path = |a: f64| {
        let (steps, mut w1) = (1_000_000, 0.0);
        for _ in 0..steps {
            let by = |p: f64| f64::exp(-w1 * p);
            let (sum, of) =
                (by(1.0) + 2.0 * by(2.0) + 3.0 * by(3.0), 1.0 + by(1.0) + by(2.0) + by(3.0));
            w1 += a / f64::from(steps) * sum / of / 17.0;
        }
        w1
    };
    let (rows, signs, shares) = coin_line(4, 0.0);
    let mut descent = LogisticDescent::new(&rows, 3, &signs, &shares, 0.05).unwrap();
    while descent.steps < 2_000_000 {
        descent.step();
    }
    let direction = [1.0, 0.0, 4.0];
    let a = descent.logit(&direction);
    // Early on a wrong label has not yet the chance e^-margin, which leaves a small difference.
    assert!((descent.weights[1] / on_path(a) - 1.0).abs() < 0.05, "{}, {a}", descent.weights[1]);
    let cosine = descent.cosine(&direction);
    assert!(cosine > 0.96 && cosine < 0.98, "far from 0.99 after 2,000,000 steps: {cosine}");
    let needed = (1..400).map(|a| f64::from(a) * 0.5).find(|&a| {
        let (w1, w) = (on_path(a), a / 17.0_f64.sqrt());
        w / w.hypot(w1) > 0.99
    });
    // The loss there is about e^-44, after some 10^19 steps.
    assert_eq!(needed, Some(44.0));
}

#[test]
fn numbers_that_are_no_regression_are_refused() {
    let new = LogisticDescent::new;
    assert!(new(&[1.0], 1, &[1.0], &[1.0], 0.1).is_ok());
    for wrong in [
        new(&[1.0, 2.0], 1, &[1.0], &[1.0], 0.1),
        new(&[1.0], 1, &[1.0], &[], 0.1),
        new(&[], 1, &[], &[], 0.1),
        new(&[f64::INFINITY], 1, &[1.0], &[1.0], 0.1),
        new(&[1.0], 1, &[0.0], &[1.0], 0.1),
        new(&[1.0], 1, &[1.0], &[0.0], 0.1),
        new(&[1.0], 1, &[1.0], &[1.0], 0.0),
        new(&[1.0], 1, &[1.0], &[1.0], f64::NAN),
    ] {
        assert!(wrong.is_err());
    }
}
