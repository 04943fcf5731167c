//! From values to places: axes with round ticks, and numbers as they are read.

use mesascope_record::Axis;

/// An axis between two places of a drawing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    axis: Axis,
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// An axis from `low` to `high`, drawn from one place to another. On a log axis both ends are
    /// above 0; ends that are equal are moved apart.
    pub(crate) fn new(axis: Axis, (low, high): (f64, f64), (from, to): (f64, f64)) -> Scale {
        let (low, high) = match axis {
            Axis::Linear if low < high => (low, high),
            Axis::Linear => (low - 0.5, low + 0.5),
            Axis::Log => {
                let low = low.max(f64::MIN_POSITIVE);
                (low, if high > low { high } else { low * 10.0 })
            }
        };
        Scale { axis, low, high, from, to }
    }

    /// An axis over values, with round ends: whole decades on a log axis.
    pub(crate) fn over(axis: Axis, values: impl Iterator<Item = f64>, places: (f64, f64)) -> Scale {
        let fit = |value: &f64| value.is_finite() && (axis == Axis::Linear || *value > 0.0);
        let (low, high) = values
            .filter(fit)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        let ends = match axis {
            _ if low > high => (if axis == Axis::Log { 0.1 } else { 0.0 }, 1.0),
            Axis::Linear if low == high => (low - 0.5, high + 0.5),
            Axis::Linear => {
                let step = step((high - low).max(f64::MIN_POSITIVE), 5);
                ((low / step).floor() * step, (high / step).ceil() * step)
            }
            Axis::Log => (decade(libm::floor(log10(low))), decade(libm::ceil(log10(high)))),
        };
        Scale::new(axis, ends, places)
    }

    /// The place of a value; one beyond an end stands at the end.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let share = match self.axis {
            Axis::Linear => (value - self.low) / (self.high - self.low),
            Axis::Log if value <= 0.0 => 0.0,
            Axis::Log => (log10(value) - log10(self.low)) / (log10(self.high) - log10(self.low)),
        };
        self.from + share.clamp(0.0, 1.0) * (self.to - self.from)
    }

    /// Where the axis begins.
    pub(crate) fn start(&self) -> f64 {
        self.from
    }

    /// Whether a value has a place on the axis.
    pub(crate) fn holds(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// Round values along the axis, `most` at most (and 2 at least).
    pub(crate) fn ticks(&self, most: usize) -> Vec<f64> {
        match self.axis {
            Axis::Linear => {
                let step = step(self.high - self.low, most.max(2));
                let first = (self.low / step - 1e-9).ceil() as i64;
                let last = (self.high / step + 1e-9).floor() as i64;
                (first..=last).map(|at| rounded(at as f64 * step, step)).collect()
            }
            Axis::Log => {
                let first = libm::ceil(log10(self.low) - 1e-9) as i64;
                let last = libm::floor(log10(self.high) + 1e-9) as i64;
                let every = ((last - first) / most.max(2) as i64 + 1).max(1);
                let decades: Vec<f64> = (first..=last)
                    .filter(|power| (power - first) % every == 0)
                    .map(|power| decade(power as f64))
                    .collect();
                // Within one decade there may be no power of ten at all.
                if decades.len() >= 2 { decades } else { vec![self.low, self.high] }
            }
        }
    }
}

fn log10(value: f64) -> f64 {
    libm::log10(value)
}

fn decade(power: f64) -> f64 {
    libm::exp10(power)
}

/// The least of 1, 2 and 5 times a power of ten that cuts a span into `most` parts or fewer.
fn step(span: f64, most: usize) -> f64 {
    let rough = span / most as f64;
    let power = decade(libm::floor(log10(rough)));
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * power >= rough * 0.999);
    factor.unwrap_or(10.0) * power
}

/// A multiple of a step without the dust of its multiplication.
fn rounded(value: f64, step: f64) -> f64 {
    let digits = (-libm::floor(log10(step))).clamp(0.0, 15.0) as usize;
    format!("{value:.digits$}").parse().unwrap_or(value) + 0.0
}

/// A number as people read it: three digits, powers of ten where it is very small or large.
pub(crate) fn number(value: f64) -> String {
    let text = measured(value);
    match text.contains('.') && !text.contains('\u{d7}') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_string(),
        false => text,
    }
}

/// A measured number: as [`number`], and a last digit of 0 says that it was measured too.
pub(crate) fn measured(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 {
        return "0".to_string();
    }
    if !(1e-3..1e6).contains(&size) {
        let text = format!("{value:.1e}");
        let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
        let digits = digits.strip_suffix(".0").unwrap_or(digits);
        let raised: String = power.chars().map(superscript).collect();
        return match digits {
            "1" => format!("10{raised}"),
            _ => format!("{digits}\u{d7}10{raised}"),
        };
    }
    let whole = libm::floor(log10(size)) as i32;
    let digits = (2 - whole).max(0) as usize;
    format!("{value:.digits$}")
}

fn superscript(letter: char) -> char {
    match letter {
        '0' => '\u{2070}',
        '1' => '\u{b9}',
        '2' => '\u{b2}',
        '3' => '\u{b3}',
        '4'..='9' => char::from_u32(0x2070 + letter as u32 - '0' as u32).unwrap_or(letter),
        '-' => '\u{207b}',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_of_a_linear_axis_are_round() {
        let unit = Scale::new(Axis::Linear, (0.0, 1.0), (0.0, 100.0));
        assert_eq!(unit.ticks(5), [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
        assert_eq!(unit.at(0.25), 25.0);
        assert_eq!((unit.at(-3.0), unit.at(7.0)), (0.0, 100.0));
        let bits = Scale::over(Axis::Linear, [7.0, 148.4].into_iter(), (0.0, 100.0));
        assert_eq!(bits.ticks(5), [0.0, 50.0, 100.0, 150.0]);
        let below = Scale::new(Axis::Linear, (-0.3, 0.3), (0.0, 1.0));
        assert_eq!(below.ticks(6), [-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3]);
    }

    #[test]
    fn ticks_of_a_log_axis_are_powers_of_ten() {
        let log = Scale::over(Axis::Log, [3e-5, 0.4, 0.0].into_iter(), (0.0, 500.0));
        let labels: Vec<String> = log.ticks(8).into_iter().map(number).collect();
        let expected = ["10\u{207b}\u{2075}", "10\u{207b}\u{2074}", "0.001", "0.01", "0.1", "1"];
        assert_eq!(labels, expected);
        assert!((log.at(1e-3) - 200.0).abs() < 1e-9, "{}", log.at(1e-3));
        assert_eq!(log.at(0.0), 0.0, "0 stands at the axis's beginning");
        assert_eq!(log.ticks(2).len(), 2);
    }

    #[test]
    fn axes_of_no_width_and_of_no_values_are_drawn() {
        assert_eq!(Scale::new(Axis::Linear, (3.0, 3.0), (0.0, 10.0)).at(3.0), 5.0);
        assert!(Scale::over(Axis::Linear, std::iter::empty(), (0.0, 1.0)).ticks(4).len() >= 2);
        assert!(Scale::over(Axis::Log, std::iter::empty(), (0.0, 1.0)).ticks(4).len() >= 2);
        let one = Scale::over(Axis::Linear, [2.0, 2.0].into_iter(), (0.0, 10.0));
        assert!(one.at(2.0).is_finite() && one.ticks(5).len() < 10);
    }

    #[test]
    fn numbers_are_read_with_three_digits() {
        let read = [0.0, 1.0, 0.5, 0.95625, 148.4321, 20000.0, -0.04216, 0.000_037, 1e-4, 2.5e7];
        let words = [
            "0",
            "1",
            "0.5",
            "0.956",
            "148",
            "20000",
            "-0.0422",
            "3.7\u{d7}10\u{207b}\u{2075}",
            "10\u{207b}\u{2074}",
            "2.5\u{d7}10\u{2077}",
        ];
        assert_eq!(read.map(number), words.map(str::to_string));
        assert_eq!([0.81, 1.0, 12.0].map(measured), ["0.810", "1.00", "12.0"]);
    }
}
