//! What a learner may see of the world, and what a frozen agent shows to an instrument.

mod environment;
mod sample;

pub use environment::{Actor, Ask, AtEnd, Demonstrations, End, Environment, Situations, Space};
pub use sample::{Function, Sample};

/// Rows that a learner may see, with their labels. The rows not shown exist nowhere in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Labelled {
    /// Inputs, `[row, input]`.
    pub inputs: Vec<f32>,
    /// Numbers in one row.
    pub width: usize,
    /// The class of each row, `[row]`, 0 or 1.
    pub labels: Vec<u8>,
    /// The two numbers as which an input's bit 0 and bit 1 are written; none where inputs are real
    /// numbers. With them a learner can make up rows that it was not shown; their labels it cannot.
    pub coding: Option<[f32; 2]>,
}

/// What is known of a world's rows before any is drawn: what learners and instruments are checked
/// against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    /// Numbers in one row.
    pub width: usize,
    /// How many rows a learner is shown.
    pub shown: usize,
    /// The two numbers as which bits are written, where inputs are bits and the rows are all rows of
    /// so many bits; none where inputs are real numbers.
    pub coding: Option<[f32; 2]>,
}

impl Layout {
    /// Rows of so many bits, written as 0 and 1, of which so many are shown.
    pub fn of_bits(width: usize, shown: usize) -> Layout {
        Layout { width, shown, coding: Some([0.0, 1.0]) }
    }

    /// Rows of so many real numbers, of which so many are shown.
    pub fn of_numbers(width: usize, shown: usize) -> Layout {
        Layout { width, shown, coding: None }
    }

    /// How many inputs a row of bits has, or that rows are none of bits.
    pub fn bits(&self) -> Result<usize, String> {
        match self.coding {
            Some(_) => Ok(self.width),
            None => Err("it is for rows of bits, and this world's rows are of real numbers; \
                         the world boolean has rows of bits"
                .to_string()),
        }
    }
}

/// What is known of a world before anything is drawn, whatever its substrate.
#[derive(Clone, Debug, PartialEq)]
pub enum Ground {
    /// Rows with labels.
    Rows(Layout),
    /// A world to act in.
    Acting(Acting),
}

/// What is known of a world to act in.
#[derive(Clone, Debug, PartialEq)]
pub struct Acting {
    /// How wide views and acts are.
    pub space: Space,
    /// The names of its situations: the one that is trained in first.
    pub situations: Vec<String>,
    /// The names of its feedback channels: the base objective first.
    pub feedback: Vec<String>,
}

/// What a learner is given.
#[derive(Clone)]
pub enum Task {
    /// Rows with labels.
    Rows(Labelled),
    /// Situations to act in.
    Acting(std::sync::Arc<dyn Situations>),
}

impl Labelled {
    /// A task from its rows, with bits written as 0 and 1. Panics unless `inputs` is
    /// `[row, input]` and `labels` is `[row]`.
    pub fn new(inputs: Vec<f32>, width: usize, labels: Vec<u8>) -> Labelled {
        assert_eq!(inputs.len(), width * labels.len(), "inputs must be [row, input]");
        Labelled { inputs, width, labels, coding: Some([0.0, 1.0]) }
    }

    /// The same rows where bits are written as these two numbers.
    pub fn coded(self, coding: [f32; 2]) -> Labelled {
        Labelled { coding: Some(coding), ..self }
    }

    /// The same rows, of real numbers and not of bits.
    pub fn of_numbers(self) -> Labelled {
        Labelled { coding: None, ..self }
    }

    /// How many rows are shown.
    pub fn rows(&self) -> usize {
        self.labels.len()
    }
}

/// An agent as an instrument sees it: rows in, classes out, and nothing of how it was made.
pub trait Labeller {
    /// The class that the agent gives each row. `inputs` is `[row, input]` with `width` numbers a
    /// row; the answer is `[row]`.
    fn labels(&self, inputs: &[f32], width: usize) -> Vec<u8>;
}

/// What an instrument is given to read: one agent, or a block of draws that no agent stands out of.
#[derive(Clone, Copy)]
pub enum Seen<'a> {
    /// One agent.
    One(&'a dyn Labeller),
    /// A block of draws of functions.
    Sample(&'a Sample),
}

/// What an instrument is given to read, whatever the substrate.
#[derive(Clone, Copy)]
pub enum Subject<'a> {
    /// Somebody who labels rows.
    Rows(Seen<'a>),
    /// Somebody who acts.
    Actor(&'a dyn Actor),
}

/// Declares a catalogue: an enum with one variant a line, each naming its file.
///
/// The literal is the name in study files and, with `_` for `-`, the name of the file.
#[macro_export]
macro_rules! catalogue {
    ($(#[$meta:meta])* $name:ident as $face:path { $($(#[$doc:meta])* $variant:ident($kind:ty) = $file:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $file)] $variant($kind),)+ }

        impl $name {
            /// The name of every entry, in the order of the list.
            pub const NAMES: &'static [&'static str] = &[$($file),+];

            /// The entry's name in study files.
            pub fn name(&self) -> &'static str {
                match self { $($name::$variant(_) => $file,)+ }
            }

            /// The entry behind the trait that all entries share.
            pub fn face(&self) -> &dyn $face {
                match self { $($name::$variant(entry) => entry,)+ }
            }
        }
    };
}
