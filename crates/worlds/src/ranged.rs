//! Numbers of a settings file that know their range, so that a wrong one is an error where it stands.

/// A newtype that holds numbers of a range only, both ends included: of `"i64"` or of `"f64"`. The
/// setting's name begins the error.
macro_rules! ranged {
    (
        $(#[$doc:meta])*
        $name:ident($inner:ty = $text:literal) = $setting:literal, $what:literal, $least:literal to $most:literal
    ) => {
        $(#[$doc])*
        #[derive(
            Clone,
            Copy,
            Debug,
            PartialEq,
            PartialOrd,
            serde::Serialize,
            serde::Deserialize,
            schemars::JsonSchema,
        )]
        #[serde(try_from = $text, into = $text)]
        pub struct $name(#[schemars(range(min = $least, max = $most))] $inner);

        impl $name {
            /// The number.
            pub fn get(self) -> $inner {
                self.0
            }
        }

        impl TryFrom<$inner> for $name {
            type Error = String;
            fn try_from(value: $inner) -> Result<$name, String> {
                match ($least..=$most).contains(&value) {
                    true => Ok($name(value)),
                    false => Err(format!(
                        "{} is {} from {} to {}, not {value}",
                        $setting, $what, $least, $most
                    )),
                }
            }
        }

        impl From<$name> for $inner {
            fn from(value: $name) -> $inner {
                value.0
            }
        }
    };
}

pub(crate) use ranged;
