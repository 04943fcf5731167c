//! One step of an optimiser on flat parameters: the kernel on lanes and its plain reference.

use mesascope_lanes::{Kernel, Lanes, Path, WIDTH, run};

use crate::Real;

/// Moves when a step moves.
pub const NUMERICS: u32 = 1;

/// The numbers of one step, worked out in double precision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Update {
    /// direction = momentum direction + (slope + decay parameter); parameter -= rate direction.
    Sgd { momentum: f64, decay: f64, rate: f64 },
    /// mean = beta1 mean + rest1 slope; square = beta2 square + rest2 slope^2;
    /// parameter = keep parameter - rate mean / (scale sqrt(square) + epsilon).
    Adam {
        beta1: f64,
        rest1: f64,
        beta2: f64,
        rest2: f64,
        scale: f64,
        epsilon: f64,
        rate: f64,
        keep: f64,
    },
}

/// Running means below this count as 0. Without it those of a unit that has died shrink to
/// denormal numbers and stay there, on which CPUs are a hundred times slower.
const LEAST_MEAN: f32 = 1.0 / (1u128 << 100) as f32;

/// Slopes below this count as 0 in the mean of squares, for the same reason. Beside Adam's usual
/// epsilon of 1e-8 they are nothing.
const LEAST_SLOPE: f32 = 1.0 / (1u64 << 60) as f32;

/// Mean squares below this count as 0.
const LEAST_SQUARE: f32 = 1.0 / (1u128 << 120) as f32;

/// The number, or 0 where it is no further from 0 than `least`; NaN stays.
fn drop_small<T: Real>(value: T, least: f32) -> T {
    if T::from_f64(f64::from(least)) >= value.abs() { T::ZERO } else { value }
}

/// As `drop_small`, on lanes.
#[inline(always)]
fn drop_small_lanes<L: Lanes>(value: L, least: f32) -> L {
    let above = L::splat(least.next_up()).over(value.abs());
    L::choose(above, L::splat(0.0), value)
}

/// What an update reads and writes, each `[parameter]`; `second` is empty for `Sgd`.
pub(crate) struct Touched<'a, T> {
    pub parameters: &'a mut [T],
    pub gradient: &'a [T],
    pub first: &'a mut [T],
    pub second: &'a mut [T],
}

impl Update {
    /// Updates one number at a time, and gives the square of the length of the update, added up
    /// as lanes are.
    pub fn reference<T: Real>(self, touched: Touched<T>) -> T {
        let mut squares = [T::ZERO; WIDTH];
        let Touched { parameters, gradient, first, second } = touched;
        for (place, (parameter, &slope)) in parameters.iter_mut().zip(gradient).enumerate() {
            let before = *parameter;
            *parameter = match self {
                Update::Sgd { momentum, decay, rate } => {
                    let pull = T::from_f64(decay).fma(before, slope);
                    let direction = T::from_f64(momentum).fma(first[place], pull);
                    first[place] = drop_small(direction, LEAST_MEAN);
                    (-T::from_f64(rate)).fma(first[place], before)
                }
                Update::Adam { beta1, rest1, beta2, rest2, scale, epsilon, rate, keep } => {
                    let mean = T::from_f64(beta1).fma(first[place], T::from_f64(rest1) * slope);
                    first[place] = drop_small(mean, LEAST_MEAN);
                    let old = T::from_f64(beta2) * second[place];
                    let slope = drop_small(slope, LEAST_SLOPE);
                    let square = (T::from_f64(rest2) * slope).fma(slope, old);
                    second[place] = drop_small(square, LEAST_SQUARE);
                    let root = second[place].sqrt();
                    let under = root.fma(T::from_f64(scale), T::from_f64(epsilon));
                    let kept = T::from_f64(keep) * before;
                    (-T::from_f64(rate)).fma(first[place] / under, kept)
                }
            };
            let moved = *parameter - before;
            squares[place % WIDTH] = moved.fma(moved, squares[place % WIDTH]);
        }
        for half in [8, 4, 2, 1] {
            for lane in 0..half {
                squares[lane] += squares[lane + half];
            }
        }
        squares[0]
    }

    /// As `reference`, on the lanes of a path. All slices must be whole lanes, which are 0 beyond
    /// the last parameter.
    pub fn run(self, path: Path, touched: Touched<f32>) -> f32 {
        run(path, Step { update: self, touched })
    }
}

struct Step<'a> {
    update: Update,
    touched: Touched<'a, f32>,
}

impl Kernel for Step<'_> {
    type Output = f32;

    #[inline(always)]
    fn run<L: Lanes>(self) -> f32 {
        let Touched { parameters, gradient, first, second } = self.touched;
        let (parameters, []) = parameters.as_chunks_mut::<WIDTH>() else {
            unreachable!("parameters are whole lanes")
        };
        let (gradient, _) = gradient.as_chunks::<WIDTH>();
        let (first, _) = first.as_chunks_mut::<WIDTH>();
        let (second, _) = second.as_chunks_mut::<WIDTH>();
        assert_eq!((gradient.len(), first.len()), (parameters.len(), parameters.len()));
        let splat = |value: f64| L::splat(value as f32);
        let mut squares = L::splat(0.0);
        match self.update {
            Update::Sgd { momentum, decay, rate } => {
                let [momentum, decay, back] = [splat(momentum), splat(decay), splat(-rate)];
                for ((parameter, slope), first) in parameters.iter_mut().zip(gradient).zip(first) {
                    let before = L::load(parameter);
                    let pull = decay.fma(before, L::load(slope));
                    let direction = momentum.fma(L::load(first), pull);
                    let direction = drop_small_lanes(direction, LEAST_MEAN);
                    direction.store(first);
                    let after = back.fma(direction, before);
                    after.store(parameter);
                    let moved = after - before;
                    squares = moved.fma(moved, squares);
                }
            }
            Update::Adam { beta1, rest1, beta2, rest2, scale, epsilon, rate, keep } => {
                assert_eq!(second.len(), parameters.len());
                let [beta1, rest1, beta2, rest2] = [beta1, rest1, beta2, rest2].map(splat);
                let [scale, epsilon, back, keep] = [scale, epsilon, -rate, keep].map(splat);
                let each = parameters.iter_mut().zip(gradient).zip(first).zip(second);
                for (((parameter, slope), first), second) in each {
                    let (before, slope) = (L::load(parameter), L::load(slope));
                    let mean = beta1.fma(L::load(first), rest1 * slope);
                    let mean = drop_small_lanes(mean, LEAST_MEAN);
                    mean.store(first);
                    let slope = drop_small_lanes(slope, LEAST_SLOPE);
                    let square = (rest2 * slope).fma(slope, beta2 * L::load(second));
                    let square = drop_small_lanes(square, LEAST_SQUARE);
                    square.store(second);
                    let under = square.sqrt().fma(scale, epsilon);
                    let after = back.fma(mean / under, keep * before);
                    after.store(parameter);
                    let moved = after - before;
                    squares = moved.fma(moved, squares);
                }
            }
        }
        squares.sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Optimiser;
    use crate::aligned::Aligned;
    use crate::state::Schedule;
    use mesascope_stats::Key;

    /// Steps on slopes of every size, of which most are 0 from some step on, as those of units that
    /// have died are; the bits of parameters and running means after each.
    fn steps(optimiser: &Optimiser, path: Option<Path>) -> Vec<Vec<u32>> {
        let mut draws = Key::from_seed(8).draws();
        let length = 4 * WIDTH;
        let mut schedule = Schedule::new(optimiser);
        let [mut parameters, mut first, mut second] =
            [(); 3].map(|()| Aligned::<f32>::zeros(length));
        draws.fill_normal(1.0, &mut parameters);
        let mut all = Vec::new();
        for step in 0..1500 {
            let mut gradient = vec![0.0; length];
            draws.fill_normal(1.0, &mut gradient);
            for (at, slope) in gradient.iter_mut().enumerate() {
                *slope *= 10f32.powi(-(at as i32));
                if at % 3 > 0 && step > 20 {
                    *slope = 0.0;
                }
            }
            let update = schedule.next().expect("the learning rate is not 0");
            let touched = Touched {
                parameters: &mut parameters[..],
                gradient: &gradient,
                first: &mut first[..],
                second: &mut second[..],
            };
            let moved = match path {
                Some(path) => update.run(path, touched),
                None => update.reference(touched),
            };
            let numbers = parameters.iter().chain(&*first).chain(&*second).chain([&moved]);
            all.push(numbers.map(|value| value.to_bits()).collect());
        }
        let small = |value: &&f32| value.is_subnormal();
        assert_eq!(first.iter().chain(&*second).filter(small).count(), 0, "means stay normal");
        all
    }

    #[test]
    fn every_path_steps_as_the_reference_and_dead_units_cost_no_denormal_numbers() {
        let momentum = serde_json::from_str(r#"{"sgd": {"momentum": 0.9}}"#).unwrap();
        for optimiser in [Optimiser::adam(), Optimiser::adamw(), momentum] {
            let expected = steps(&optimiser, None);
            for path in Path::all() {
                let differ = steps(&optimiser, Some(path)) != expected;
                assert!(!differ, "{optimiser:?} on {}", path.name());
            }
        }
    }
}
