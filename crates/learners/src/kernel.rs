//! Kernels of infinitely wide relu networks, and the machines that label rows by them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::f64::consts::PI;

/// Moves when a kernel, or a machine's answer, moves.
pub const NUMERICS: u32 = 1;

/// A product of two rows in some space of functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Kernel {
    /// The rows' own product: functions w.x, without a free offset.
    Linear,
    /// Of infinitely wide relu networks without biases whose last layer alone is trained: the
    /// arc-cosine kernel of order 1 (Cho and Saul 2009), put into itself once a further layer.
    ArcCosine {
        /// Hidden layers, 1 to 8. Default: 1.
        #[serde(default)]
        layers: Layers,
    },
    /// Of infinitely wide relu networks without biases of which all layers are trained, in the
    /// parametrisation in which all move alike (Jacot et al. 2018).
    NeuralTangent {
        /// Hidden layers, 1 to 8. Default: 1.
        #[serde(default)]
        layers: Layers,
    },
}

/// Hidden layers of a kernel, 1 to 8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "i64", into = "i64")]
pub struct Layers(#[schemars(range(min = 1, max = 8))] i64);

impl Default for Layers {
    fn default() -> Layers {
        Layers(1)
    }
}

impl TryFrom<i64> for Layers {
    type Error = String;
    fn try_from(layers: i64) -> Result<Layers, String> {
        match layers {
            1..=8 => Ok(Layers(layers)),
            _ => Err(format!("layers is a whole number from 1 to 8, not {layers}")),
        }
    }
}

impl From<Layers> for i64 {
    fn from(layers: Layers) -> i64 {
        layers.0
    }
}

impl Kernel {
    /// The kernel of two rows, of which each has this constant as one more input. Every layer of a
    /// network keeps the length of a row, so that k(x, x) is |x|^2 for `arc-cosine` and (layers + 1)
    /// |x|^2 for `neural-tangent`. A row of length 0 has a product of 0 with every row.
    pub fn of(self, one: &[f32], other: &[f32], constant: f64) -> f64 {
        let dot = |a: &[f32], b: &[f32]| -> f64 {
            let products = a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b));
            products.sum::<f64>() + constant * constant
        };
        let lengths = (dot(one, one) * dot(other, other)).sqrt();
        if lengths == 0.0 {
            return 0.0;
        }
        let layers = match self {
            Kernel::Linear => return dot(one, other),
            Kernel::ArcCosine { layers } | Kernel::NeuralTangent { layers } => layers.0,
        };
        let mut angle = angle(one, other, constant);
        let mut tangent = libm::cos(angle);
        let mut cosine = tangent;
        for _ in 0..layers {
            let rest = PI - angle;
            // E[relu(u) relu(v)] and E[1(u > 0) 1(v > 0)], twice, of normals u and v at this angle.
            let active = rest / PI;
            let next = (libm::sin(angle) + rest * libm::cos(angle)) / PI;
            tangent = next + tangent * active;
            cosine = next;
            angle = libm::acos(next.clamp(-1.0, 1.0));
        }
        match self {
            Kernel::NeuralTangent { .. } => lengths * tangent,
            Kernel::ArcCosine { .. } | Kernel::Linear => lengths * cosine,
        }
    }

    /// Its name in study files.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kernel::Linear => "linear",
            Kernel::ArcCosine { .. } => "arc-cosine",
            Kernel::NeuralTangent { .. } => "neural-tangent",
        }
    }

    pub(crate) fn layers(self) -> Option<i64> {
        match self {
            Kernel::Linear => None,
            Kernel::ArcCosine { layers } | Kernel::NeuralTangent { layers } => Some(layers.0),
        }
    }

    fn named(name: &str, layers: &str) -> Option<Kernel> {
        let layers = || layers.parse::<i64>().ok().and_then(|layers| layers.try_into().ok());
        Some(match name {
            "linear" => Kernel::Linear,
            "arc-cosine" => Kernel::ArcCosine { layers: layers()? },
            "neural-tangent" => Kernel::NeuralTangent { layers: layers()? },
            _ => return None,
        })
    }
}

/// The angle of two rows that are not 0, exact for rows that nearly coincide (Kahan 2006).
fn angle(one: &[f32], other: &[f32], constant: f64) -> f64 {
    let with_constant = |row: &[f32]| -> Vec<f64> {
        let row: Vec<f64> = row.iter().map(|&x| f64::from(x)).chain([constant]).collect();
        let length = row.iter().map(|x| x * x).sum::<f64>().sqrt();
        row.into_iter().map(|x| x / length).collect()
    };
    let (one, other) = (with_constant(one), with_constant(other));
    let length = |sign: f64| -> f64 {
        let parts = one.iter().zip(&other).map(|(a, b)| a + sign * b);
        parts.map(|part| part * part).sum::<f64>().sqrt()
    };
    2.0 * libm::atan2(length(-1.0), length(1.0))
}

/// A function that is a sum of kernels at some rows.
#[derive(Clone, Debug, PartialEq)]
pub struct KernelMachine {
    /// The kernel.
    pub kernel: Kernel,
    /// The input that every row has beside its own.
    pub constant: f64,
    /// Numbers in one row.
    pub width: usize,
    /// The rows, `[row, input]`.
    pub rows: Vec<f32>,
    /// What each adds, `[row]`: the function is sum of coefficient k(row, x).
    pub coefficients: Vec<f64>,
}

impl KernelMachine {
    /// Its value at a row.
    pub fn value(&self, row: &[f32]) -> f64 {
        let terms = self.rows.chunks(self.width).zip(&self.coefficients);
        terms.map(|(at, by)| by * self.kernel.of(at, row, self.constant)).sum()
    }

    /// What its tensors do not say.
    pub(crate) fn about(&self) -> Vec<(&'static str, String)> {
        let layers = self.kernel.layers().map(|layers| ("layers", layers.to_string()));
        let words = [
            ("kernel", self.kernel.name().to_string()),
            ("constant", format!("{:?}", self.constant)),
        ];
        words.into_iter().chain(layers).collect()
    }

    /// Little-endian: 8 bytes a coefficient, 4 an input.
    pub(crate) fn parts(&self) -> Vec<crate::agent::Part> {
        let count = self.coefficients.len();
        let coefficients = self.coefficients.iter().flat_map(|by| by.to_le_bytes()).collect();
        let rows = self.rows.iter().flat_map(|x| x.to_le_bytes()).collect();
        vec![
            ("coefficients".to_string(), vec![count, 8], coefficients),
            ("rows".to_string(), vec![count, self.width, 4], rows),
        ]
    }

    /// The machine that these words and numbers are.
    pub(crate) fn from_parts(
        about: &BTreeMap<String, String>,
        parts: &[crate::agent::Part],
    ) -> Result<KernelMachine, String> {
        let word = |name: &str| about.get(name).map_or("", String::as_str);
        let kernel = Kernel::named(word("kernel"), word("layers"))
            .ok_or_else(|| format!("kernel {:?} is not known", word("kernel")))?;
        let constant: f64 =
            word("constant").parse().map_err(|_| "it has a constant".to_string())?;
        let [(_, shape, coefficients), (_, rows_shape, rows)] = parts else {
            return Err("a kernel machine has coefficients and rows".to_string());
        };
        let (&[count, 8], &[rows_count, width, 4]) = (&shape[..], &rows_shape[..]) else {
            return Err("coefficients are [row, 8 bytes], rows [row, input, 4 bytes]".to_string());
        };
        let (eights, rest) = coefficients.as_chunks::<8>();
        let (fours, rows_rest) = rows.as_chunks::<4>();
        let whole = rest.is_empty() && rows_rest.is_empty() && count == rows_count && width > 0;
        if !whole || eights.len() != count || fours.len() != count * width {
            return Err("a kernel machine has a coefficient for every row".to_string());
        }
        let coefficients: Vec<f64> =
            eights.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
        let rows: Vec<f32> = fours.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        let finite = coefficients.iter().all(|by| by.is_finite());
        if !finite || !rows.iter().all(|x| x.is_finite()) || !constant.is_finite() {
            return Err("a kernel machine's numbers are finite".to_string());
        }
        Ok(KernelMachine { kernel, constant, width, rows, coefficients })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesascope_stats::Key;

    fn kernel(text: serde_json::Value) -> Kernel {
        serde_json::from_value(text).unwrap()
    }

    #[test]
    fn the_kernels_are_the_means_over_random_units() {
        // By the definition: 10^6 units w of independent normals, twice for relus that keep lengths.
        let (one, other) = ([1.0f32, 2.0, -1.0], [0.5f32, -1.0, 2.0]);
        let mut draws = Key::from_seed(1).draws();
        let count = 1_000_000;
        let [mut relus, mut relus_squared, mut both] = [0.0; 3];
        for _ in 0..count {
            let unit = [(); 3].map(|()| draws.normal());
            let at = |row: &[f32; 3]| -> f64 {
                unit.iter().zip(row).map(|(w, x)| w * f64::from(*x)).sum()
            };
            let (u, v) = (at(&one), at(&other));
            let product = 2.0 * u.max(0.0) * v.max(0.0);
            relus += product;
            relus_squared += product * product;
            both += f64::from(u8::from(u > 0.0 && v > 0.0));
        }
        let n = f64::from(count);
        let (mean, active) = (relus / n, both / n);
        let error = (relus_squared / n / n).sqrt();
        assert!(error < 0.01, "{error}");
        let arc_cosine = kernel(serde_json::json!({"arc-cosine": {}})).of(&one, &other, 0.0);
        assert!((arc_cosine - mean).abs() < 5.0 * error, "{arc_cosine}, {mean}");
        let dot = Kernel::Linear.of(&one, &other, 0.0);
        assert_eq!(dot, -3.5);
        let tangent = kernel(serde_json::json!({"neural-tangent": {}})).of(&one, &other, 0.0);
        let by_units = mean + dot * 2.0 * active;
        assert!((tangent - by_units).abs() < 5.0 * (error + 0.01), "{tangent}, {by_units}");
    }

    #[test]
    fn lengths_are_kept_and_opposite_rows_share_no_unit() {
        for layers in [1, 3, 8] {
            let arc_cosine = kernel(serde_json::json!({"arc-cosine": {"layers": layers}}));
            let tangent = kernel(serde_json::json!({"neural-tangent": {"layers": layers}}));
            let row = [3.0f32, 0.0, -4.0];
            assert!((arc_cosine.of(&row, &row, 0.0) - 25.0).abs() < 1e-12);
            assert!((tangent.of(&row, &row, 0.0) - 25.0 * (layers as f64 + 1.0)).abs() < 1e-11);
            // Twice as long a row: kernels are homogeneous.
            let [twice, half] = [[6.0f32, 0.0, -8.0], [1.5, 0.0, -2.0]];
            assert!((tangent.of(&twice, &half, 0.0) / tangent.of(&row, &row, 0.0) - 1.0) < 1e-12);
            assert_eq!(arc_cosine.of(&row, &[0.0; 3], 0.0), 0.0);
        }
        let single = kernel(serde_json::json!({"arc-cosine": {}}));
        assert!(single.of(&[1.0, 2.0], &[-1.0, -2.0], 0.0).abs() < 1e-15);
        // At a right angle: |x| |y| / pi (Cho and Saul 2009, equation 6).
        assert!((single.of(&[2.0, 0.0], &[0.0, 3.0], 0.0) - 6.0 / PI).abs() < 1e-14);
        assert_eq!(
            single.of(&[2.0, 0.0], &[0.0, 3.0], 1.0),
            single.of(&[2.0, 0.0, 1.0], &[0.0, 3.0, 1.0], 0.0),
            "a constant is one more input"
        );
    }

    #[test]
    fn layers_out_of_range_are_refused() {
        for wrong in [0, 9, -1] {
            let text = serde_json::json!({"arc-cosine": {"layers": wrong}});
            assert!(serde_json::from_value::<Kernel>(text).is_err(), "{wrong}");
        }
        assert!(serde_json::from_value::<Kernel>(serde_json::json!("arc-sine")).is_err());
        let extra = serde_json::json!({"neural-tangent": {"layer": 2}});
        assert!(serde_json::from_value::<Kernel>(extra).is_err());
    }
}
