//! Two digits on 8x8 pixels, drawn by the program: no file of images is needed.
//!
//! It stands where Chiang et al. 2023 (`configs/table2/` of Ping-C/optimizer) have two classes of
//! MNIST, with as few rows shown: 2, 4, 8, 16 or 32. A row is a bitmap of 5x7 pixels at a random
//! place of the 8x8, with strokes of one pixel or two, ink of a random strength, and normal noise on
//! every pixel. Classes take turns, so that as many rows are of either.

use mesascope_stats::{Draws, Key};
use mesascope_tasks::{Labelled, Layout};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ranged::ranged;
use crate::{Audited, Impossible, Rows};

/// Moves when the same settings and key come to draw other rows.
pub const NUMERICS: u32 = 1;

/// Pixels along either side of a row's image.
const SIDE: usize = 8;

/// Pixels of a bitmap, across and down.
const BITMAP: [usize; 2] = [5, 7];

/// The bitmaps of 0 to 9.
const BITMAPS: [[&str; 7]; 10] = [
    [" ### ", "#   #", "#   #", "#   #", "#   #", "#   #", " ### "],
    ["  #  ", " ##  ", "  #  ", "  #  ", "  #  ", "  #  ", " ### "],
    [" ### ", "#   #", "    #", "  ## ", " #   ", "#    ", "#####"],
    ["#### ", "    #", "    #", " ### ", "    #", "    #", "#### "],
    ["#   #", "#   #", "#   #", "#####", "    #", "    #", "    #"],
    ["#####", "#    ", "#    ", "#### ", "    #", "    #", "#### "],
    [" ### ", "#    ", "#    ", "#### ", "#   #", "#   #", " ### "],
    ["#####", "    #", "   # ", "   # ", "  #  ", "  #  ", "  #  "],
    [" ### ", "#   #", "#   #", " ### ", "#   #", "#   #", " ### "],
    [" ### ", "#   #", "#   #", " ####", "    #", "    #", " ### "],
];

/// Settings of the world.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Digits {
    /// Rows that the learner sees, 1 to 2000; classes take turns. No default.
    pub shown: ShownImages,
    /// Rows that are held out, 1 to 2000. Default: 400.
    #[serde(default = "many_held_out")]
    pub held_out: HeldOutImages,
    /// The two digits, each 0 to 9: which is class 0 and which class 1. Default: [3, 5].
    #[serde(default = "alike")]
    pub classes: [Digit; 2],
    /// Standard deviation of the normal noise of every pixel, 0 to 2, where full ink is 1 and the
    /// ground 0. Default: 0.3.
    #[serde(default = "some_noise")]
    pub noise: PixelNoise,
}

ranged! {
    /// Rows shown, 1 to 2,000.
    ShownImages(i64 = "i64") = "shown", "a whole number", 1 to 2000
}
ranged! {
    /// Rows held out, 1 to 2,000.
    HeldOutImages(i64 = "i64") = "held_out", "a whole number", 1 to 2000
}
ranged! {
    /// A digit, 0 to 9.
    Digit(i64 = "i64") = "a digit", "a whole number", 0 to 9
}
ranged! {
    /// A standard deviation of noise, 0 to 2.
    PixelNoise(f64 = "f64") = "noise", "a number", 0.0 to 2.0
}

/// The share of 400 rows has a standard error of at most 0.025.
fn many_held_out() -> HeldOutImages {
    HeldOutImages(400)
}

/// Digits that share half of their strokes, so that few rows do not tell them apart by themselves.
fn alike() -> [Digit; 2] {
    [Digit(3), Digit(5)]
}

fn some_noise() -> PixelNoise {
    PixelNoise(0.3)
}

impl Digits {
    /// One image, `[y, x]`, appended to `inputs`.
    fn image(&self, digit: Digit, draws: &mut Draws, inputs: &mut Vec<f32>) {
        let bitmap = BITMAPS[digit.get() as usize];
        let [across, down] = BITMAP.map(|size| draws.below((SIDE - size + 1) as u64) as usize);
        let thick = draws.coin();
        let ink = 0.6 + 0.4 * draws.uniform();
        let drawn = |x: usize, y: usize| {
            let inside = x >= across && y >= down && x - across < BITMAP[0] && y - down < BITMAP[1];
            inside && bitmap[y - down].as_bytes()[x - across] == b'#'
        };
        for y in 0..SIDE {
            for x in 0..SIDE {
                let stroke = drawn(x, y) || thick && x > 0 && drawn(x - 1, y);
                let clean = if stroke { ink } else { 0.0 };
                inputs.push((clean + self.noise.get() * draws.normal()) as f32);
            }
        }
    }
}

impl Rows for Digits {
    fn draw(&self, key: Key) -> (Labelled, Audited) {
        let [shown_key, held_out_key] = key.split();
        let (width, shown) = (SIDE * SIDE, self.shown.get() as usize);
        let (mut inputs, mut targets) = (Vec::new(), Vec::new());
        for (key, rows) in [(shown_key, shown), (held_out_key, self.held_out.get() as usize)] {
            let mut draws = key.draws();
            for row in 0..rows {
                self.image(self.classes[row % 2], &mut draws, &mut inputs);
                targets.push((row % 2) as u8);
            }
        }
        let task =
            Labelled::new(inputs[..width * shown].to_vec(), width, targets[..shown].to_vec());
        let shown = (0..targets.len()).map(|row| row < shown).collect();
        let audited =
            Audited { inputs, width, bits: vec![], targets, shown, cue: None, probe: None };
        (task.of_numbers(), audited)
    }

    fn check(&self) -> Result<(), Impossible> {
        match self.classes[0] == self.classes[1] {
            false => Ok(()),
            true => Err(Impossible {
                field: vec!["classes"],
                why: format!(
                    "both classes are the digit {}; nothing tells them apart",
                    self.classes[0].get()
                ),
            }),
        }
    }

    fn numerics(&self) -> Vec<(&'static str, u32)> {
        vec![("stats/key", mesascope_stats::NUMERICS), ("worlds/digits", NUMERICS)]
    }

    fn layout(&self) -> Layout {
        Layout::of_numbers(SIDE * SIDE, self.shown.get() as usize)
    }

    fn data(&self) -> String {
        let [one, other] = self.classes.map(Digit::get);
        format!(
            "drawn digits {one} and {other} on 8x8 pixels, noise {}, {} shown",
            self.noise.get(),
            self.shown.get()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Digits {
        let world: Digits = toml::from_str(text).unwrap();
        world.check().unwrap();
        world
    }

    #[test]
    fn bitmaps_fit_their_size_and_no_two_are_alike() {
        for (digit, bitmap) in BITMAPS.iter().enumerate() {
            assert!(bitmap.iter().all(|line| line.len() == BITMAP[0]), "{digit}");
            assert!(BITMAPS[..digit].iter().all(|other| other != bitmap), "{digit}");
        }
    }

    #[test]
    fn without_noise_a_thin_image_has_the_pixels_of_its_bitmap_in_one_strength_of_ink() {
        let world = digits("shown = 40\nnoise = 0.0\nclasses = [0, 1]");
        let (task, audited) = world.draw(Key::from_seed(1));
        assert_eq!((task.rows(), task.width, task.coding), (40, 64, None));
        assert_eq!(audited.free_rows().len(), 400);
        let pixels = |digit: usize| BITMAPS[digit].concat().bytes().filter(|&b| b == b'#').count();
        let mut thin = 0;
        for (row, &label) in task.inputs.chunks(64).zip(&task.labels) {
            let inked: Vec<f32> = row.iter().copied().filter(|&pixel| pixel != 0.0).collect();
            assert!(inked.iter().all(|&ink| ink == inked[0] && (0.6..=1.0).contains(&ink)));
            assert!(inked.len() >= pixels(label.into()));
            thin += usize::from(inked.len() == pixels(label.into()));
        }
        assert!((8..=32).contains(&thin), "{thin} of 40 have strokes of one pixel");
    }

    #[test]
    fn classes_take_turns_and_every_place_is_used() {
        let world = digits("shown = 200\nnoise = 0.0");
        let (task, _) = world.draw(Key::from_seed(2));
        assert!(task.labels.iter().enumerate().all(|(row, label)| row % 2 == usize::from(*label)));
        let mut tops = [0; 2];
        for row in task.inputs.chunks(64) {
            tops[usize::from(row[..8].iter().all(|&pixel| pixel == 0.0))] += 1;
        }
        assert!(tops.iter().all(|&times| times > 60), "upper and lower place: {tops:?}");
        assert_ne!(world.draw(Key::from_seed(3)).0, task);
        assert_eq!(world.draw(Key::from_seed(2)).0, task);
    }

    #[test]
    fn the_nearest_clean_image_tells_most_held_out_rows_apart() {
        // If it did not, no learner could, and the world would ask for nothing.
        let world = digits("shown = 2000");
        let (task, audited) = world.draw(Key::from_seed(4));
        let distance =
            |a: &[f32], b: &[f32]| -> f32 { a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum() };
        let right = audited.free_rows().into_iter().take(100).filter(|&row| {
            let image = &audited.inputs[row * 64..][..64];
            let nearest = task
                .inputs
                .chunks(64)
                .zip(&task.labels)
                .min_by(|a, b| distance(a.0, image).total_cmp(&distance(b.0, image)))
                .unwrap();
            *nearest.1 == audited.targets[row]
        });
        let right = right.count();
        assert!(right >= 80, "{right} of 100");
    }

    #[test]
    fn settings_out_of_range_are_refused_with_the_range() {
        for (text, says) in [
            ("shown = 0", "shown is a whole number from 1 to 2000, not 0"),
            ("shown = 2\nclasses = [3, 10]", "a digit is a whole number from 0 to 9, not 10"),
            ("shown = 2\nnoise = 3.0", "noise is a number from 0 to 2, not 3"),
            ("noise = 0.1", "missing field `shown`"),
        ] {
            let error = toml::from_str::<Digits>(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
        let same: Digits = toml::from_str("shown = 2\nclasses = [4, 4]").unwrap();
        assert_eq!(same.check().unwrap_err().field, ["classes"]);
    }
}
