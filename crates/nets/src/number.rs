//! Numbers of a settings file that know their range, so that a wrong one is an error where it
//! stands in the file.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

use crate::NetsError;

macro_rules! number {
    ($(#[$doc:meta])* $name:ident, $expected:literal, $holds:expr, $schema:tt) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
        #[serde(try_from = "f64", into = "f64")]
        pub struct $name(pub(crate) f64);

        impl $name {
            /// The number.
            pub fn get(self) -> f64 {
                self.0
            }
        }

        impl TryFrom<f64> for $name {
            type Error = NetsError;

            fn try_from(value: f64) -> Result<$name, NetsError> {
                let holds: fn(f64) -> bool = $holds;
                if holds(value) {
                    Ok($name(value))
                } else {
                    Err(NetsError::OutOfRange { expected: $expected, found: value.to_string() })
                }
            }
        }

        impl From<$name> for f64 {
            fn from(number: $name) -> f64 {
                number.0
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

number!(
    /// A finite number above 0. It stays so when rounded to 32 bits, in which networks compute.
    Positive,
    "must be a finite number above 0 that 32 bits can hold",
    |value| value as f32 > 0.0 && (value as f32).is_finite(),
    { "type": "number", "exclusiveMinimum": 0 }
);

number!(
    /// A finite number of at least 0. It stays finite when rounded to 32 bits.
    NonNegative,
    "must be a finite number of at least 0 that 32 bits can hold",
    |value| value >= 0.0 && (value as f32).is_finite(),
    { "type": "number", "minimum": 0 }
);

number!(
    /// A number from 0 up to, not including, 1. It stays below 1 when rounded to 32 bits.
    Fraction,
    "must be a number from 0 up to, not including, 1",
    |value| value >= 0.0 && (value as f32) < 1.0,
    { "type": "number", "minimum": 0, "exclusiveMaximum": 1 }
);

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(json: &str) -> String {
        serde_json::from_str::<Positive>(json).unwrap_err().to_string()
    }

    #[test]
    fn a_number_outside_its_range_is_refused_and_the_error_says_what_would_be_right() {
        let expected = "must be a finite number above 0 that 32 bits can hold, not ";
        assert_eq!(refused("-3"), format!("{expected}-3"));
        assert_eq!(refused("0"), format!("{expected}0"));
        for wrong in [f64::NAN, f64::INFINITY, 1e-60, 1e60] {
            assert!(Positive::try_from(wrong).is_err(), "{wrong} is refused");
        }
        for wrong in [f64::NAN, f64::INFINITY, -1e-9, 1e60] {
            assert!(NonNegative::try_from(wrong).is_err(), "{wrong} is refused");
        }
        for wrong in [f64::NAN, -0.1, 1.0, 1.0 - 1e-12] {
            assert!(Fraction::try_from(wrong).is_err(), "{wrong} is refused");
        }
    }

    #[test]
    fn a_number_inside_its_range_is_read_from_a_whole_or_a_broken_number_and_kept_exactly() {
        assert_eq!(serde_json::from_str::<Positive>("1").unwrap().get(), 1.0);
        assert_eq!(serde_json::from_str::<NonNegative>("0").unwrap().get(), 0.0);
        assert_eq!(serde_json::from_str::<Fraction>("0.9").unwrap().get(), 0.9);
        assert_eq!(serde_json::to_string(&Fraction::try_from(0.999).unwrap()).unwrap(), "0.999");
    }

    #[test]
    fn a_schema_shows_a_number_with_its_range_in_place() {
        let schema = schemars::schema_for!(Fraction).to_value();
        assert_eq!(schema["type"], "number");
        assert_eq!(schema["minimum"], 0);
        assert_eq!(schema["exclusiveMaximum"], 1);
    }
}
