//! Points on two bent lines, one above the other: a plane in which few points leave many boundaries.
//!
//! The data set `Kink` of Chiang et al. 2023, "Loss Landscapes are All You Need: Neural Network
//! Generalization Can Be Explained Without the Implicit Bias of Gradient Descent" (ICLR), as its
//! public code has it (Ping-C/optimizer, `datasets.py`, class `Kink`, and `configs/figure2/`).
//! Class 1 lies on y = -|x|, class 0 on y = -|x| + margin, 2,000 evenly spaced points each with x
//! from -1 to 1.
//!
//! What the paper's settings call 16 samples are int(0.7 * 16) = 11 rows shown and int(0.3 * 16) = 4
//! rows tested; here both numbers are said outright. Four rows tell accuracies no closer than a
//! quarter, so that more are held out here.

use mesascope_stats::Key;
use mesascope_tasks::{Labelled, Layout};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ranged::ranged;
use crate::{Audited, Impossible, Rows};

/// Moves when the same settings and key come to draw other rows.
pub const NUMERICS: u32 = 1;

/// Points on the half of a branch left of the bend, and as many right of it.
const POINTS_OF_A_HALF: usize = 1_000;

/// Points on both branches together.
const POINTS: usize = 4 * POINTS_OF_A_HALF;

/// Settings of the world.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Kink {
    /// Rows that the learner sees, 1 to 2000. Default: 11, which is what the source's 16 samples
    /// leave for training.
    #[serde(default = "shown_in_the_source")]
    pub shown: ShownPoints,
    /// Rows that are held out, 1 to 2000. Default: 400 (the source tests 4).
    #[serde(default = "many_held_out")]
    pub held_out: HeldOutPoints,
    /// How far the branches lie apart along y, 0.001 to 2. Default: 0.25, as in the source.
    #[serde(default = "margin_in_the_source")]
    pub margin: Margin,
    /// Standard deviation of normal noise added to both coordinates of every row, 0 to 1. Default:
    /// 0, as in the source's settings.
    #[serde(default = "no_noise")]
    pub noise: PointNoise,
    /// Which points are drawn: `per-seed`, other points for every seed, or `{ fixed = 0 }`, the
    /// same for all seeds (0 to 1000000 names which), as in the source. Default: per-seed.
    #[serde(default)]
    pub points: Points,
}

ranged! {
    /// Rows shown, 1 to 2,000.
    ShownPoints(i64 = "i64") = "shown", "a whole number", 1 to 2000
}
ranged! {
    /// Rows held out, 1 to 2,000.
    HeldOutPoints(i64 = "i64") = "held_out", "a whole number", 1 to 2000
}
ranged! {
    /// A distance of the branches, 0.001 to 2.
    Margin(f64 = "f64") = "margin", "a number", 0.001 to 2.0
}
ranged! {
    /// A standard deviation of noise, 0 to 1.
    PointNoise(f64 = "f64") = "noise", "a number", 0.0 to 1.0
}
ranged! {
    /// The number of a fixed draw, 0 to 1,000,000.
    FixedPoints(i64 = "i64") = "fixed", "a whole number", 0 to 1000000
}

/// Which points are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Points {
    /// Other points for every seed, so that points are a source of chance like the network.
    #[default]
    PerSeed,
    /// The same points for every seed: `{ fixed = 0 }`.
    Fixed(FixedPoints),
}

/// `configs/figure2/*.yaml`: `num_samples: "16"`, of which `datasets.py` keeps int(0.7 * 16).
fn shown_in_the_source() -> ShownPoints {
    ShownPoints(11)
}

/// The share of 400 rows has a standard error of at most 0.025.
fn many_held_out() -> HeldOutPoints {
    HeldOutPoints(400)
}

/// `configs/figure2/*.yaml`: `margin: 0.25`.
fn margin_in_the_source() -> Margin {
    Margin(0.25)
}

fn no_noise() -> PointNoise {
    PointNoise(0.0)
}

impl Kink {
    /// A point of either branch without noise, x and y, and its class.
    fn point(&self, number: usize) -> ([f64; 2], u8) {
        let (branch, along) = (number / (POINTS / 2), number % (POINTS / 2));
        // As numpy's linspace: both ends included, so that the bend is there twice.
        let (half, step) = (along / POINTS_OF_A_HALF, along % POINTS_OF_A_HALF);
        let x = step as f64 / (POINTS_OF_A_HALF - 1) as f64 + half as f64 - 1.0;
        let above = if branch == 0 { 0.0 } else { self.margin.get() };
        ([x, above - x.abs()], u8::from(branch == 0))
    }
}

impl Rows for Kink {
    fn draw(&self, key: Key) -> (Labelled, Audited) {
        let key = match self.points {
            Points::PerSeed => key,
            Points::Fixed(number) => Key::from_seed(number.get() as u64),
        };
        let [points_key, noise_key] = key.split();
        let (shown, rows) = (self.shown.get() as usize, self.rows());
        let mut order: Vec<usize> = (0..POINTS).collect();
        points_key.draws().shuffle(&mut order);
        let mut noise = noise_key.draws();
        let (mut inputs, mut targets) = (Vec::with_capacity(2 * rows), Vec::with_capacity(rows));
        for &number in &order[..rows] {
            let (point, class) = self.point(number);
            inputs.extend(point.map(|value| match self.noise.get() {
                0.0 => value as f32,
                sd => (value + sd * noise.normal()) as f32,
            }));
            targets.push(class);
        }
        let task = Labelled::new(inputs[..2 * shown].to_vec(), 2, targets[..shown].to_vec());
        let shown = (0..rows).map(|row| row < shown).collect();
        let audited =
            Audited { inputs, width: 2, bits: vec![], targets, shown, cue: None, probe: None };
        (task.of_numbers(), audited)
    }

    fn check(&self) -> Result<(), Impossible> {
        // 2,000 and 2,000 are all points there are: the ranges alone keep the draw possible.
        Ok(())
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        vec![("stats/key", mesascope_stats::NUMERICS), ("worlds/kink", NUMERICS)]
    }

    fn layout(&self) -> Layout {
        Layout::of_numbers(2, self.shown.get() as usize)
    }

    fn data(&self) -> String {
        let drawn = match self.points {
            Points::PerSeed => "",
            Points::Fixed(_) => ", the same for all seeds",
        };
        let noise = match self.noise.get() {
            0.0 => String::new(),
            sd => format!(", noise {sd}"),
        };
        format!(
            "kink with margin {}{noise}, {} points shown{drawn}",
            self.margin.get(),
            self.shown.get()
        )
    }
}

impl Kink {
    fn rows(&self) -> usize {
        (self.shown.get() + self.held_out.get()) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kink(text: &str) -> Kink {
        let world: Kink = toml::from_str(text).unwrap();
        world.check().unwrap();
        world
    }

    #[test]
    fn every_row_lies_on_the_branch_of_its_class() {
        let (task, audited) = kink("").draw(Key::from_seed(1));
        assert_eq!((task.rows(), task.width, task.coding), (11, 2, None));
        assert_eq!((audited.rows(), audited.free_rows().len()), (411, 400));
        assert_eq!(task.inputs[..], audited.inputs[..22], "the shown rows come first");
        for (row, class) in audited.inputs.chunks(2).zip(&audited.targets) {
            let above = f64::from(row[1]) + f64::from(row[0]).abs();
            let right = if *class == 1 { 0.0 } else { 0.25 };
            assert!((above - right).abs() < 1e-6 && row[0].abs() <= 1.0, "{row:?} is {class}");
        }
    }

    #[test]
    fn points_are_drawn_without_repetition_and_evenly_from_both_branches() {
        let world = kink("shown = 2000\nheld_out = 2000");
        let (_, audited) = world.draw(Key::from_seed(1));
        assert_eq!(audited.targets.iter().filter(|&&class| class == 1).count(), 2000);
        let left = audited.inputs.chunks(2).filter(|row| row[0] < 0.0).count();
        assert_eq!(left, 1998, "the bend itself is there twice on each branch");
        let (mut ones, seeds) = (0u32, 2000);
        for seed in 0..seeds {
            let (task, _) = kink("held_out = 1").draw(Key::from_seed(seed));
            ones += task.labels.iter().map(|&label| u32::from(label)).sum::<u32>();
        }
        // Five standard deviations of Binomial(22000, 1/2).
        assert!(ones.abs_diff(11_000) < 371, "{ones} of 22000 are of class 1");
    }

    #[test]
    fn points_are_those_of_the_seed_or_the_same_for_all_seeds() {
        let draw = |text: &str, seed| kink(text).draw(Key::from_seed(seed)).0;
        assert_ne!(draw("", 1), draw("", 2));
        assert_eq!(draw("", 1), draw("", 1));
        assert_eq!(draw("points = { fixed = 0 }", 1), draw("points = { fixed = 0 }", 2));
        assert_ne!(draw("points = { fixed = 0 }", 1), draw("points = { fixed = 1 }", 1));
    }

    #[test]
    fn noise_has_the_spread_that_is_asked_for() {
        let [plain, noisy] = ["", "noise = 0.5\n"]
            .map(|text| kink(&format!("{text}held_out = 2000")).draw(Key::from_seed(3)).1);
        assert_eq!(plain.targets, noisy.targets, "noise moves points, not labels");
        let moved = plain.inputs.iter().zip(&noisy.inputs).map(|(a, b)| f64::from(b - a).powi(2));
        let spread = (moved.sum::<f64>() / plain.inputs.len() as f64).sqrt();
        // Five standard errors of the spread of 4,022 normals.
        assert!((spread / 0.5 - 1.0).abs() < 0.056, "{spread}");
    }

    #[test]
    fn settings_out_of_range_are_refused_with_the_range() {
        for (text, says) in [
            ("shown = 0", "shown is a whole number from 1 to 2000, not 0"),
            ("held_out = 2001", "held_out is a whole number from 1 to 2000, not 2001"),
            ("margin = 0.0", "margin is a number from 0.001 to 2, not 0"),
            ("noise = -0.1", "noise is a number from 0 to 1, not -0.1"),
            ("noise = nan", "noise is a number from 0 to 1, not NaN"),
            ("points = { fixed = -1 }", "fixed is a whole number from 0 to 1000000, not -1"),
            ("marign = 0.2", "unknown field `marign`"),
        ] {
            let error = toml::from_str::<Kink>(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
