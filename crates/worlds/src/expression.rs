//! Targets written as expressions: `x0&x1`, `maj3`, `parity`, `!x2|x0^x1`, `table(0110)`,
//! `random-per-seed`.
//!
//! `!` binds tightest, then `&`, then `^`, then `|`. `majK` is the majority of the first K inputs
//! (K odd), `parity` the exclusive or of all inputs, `table(...)` the labels of all rows in
//! lexicographic order (x0 is the most significant bit), `0` and `1` the constants.

use serde::{Deserialize, Serialize};

/// Moves when an expression comes to mean another function.
pub const NUMERICS: u32 = 1;

/// Nesting beyond this is refused, so that no input can exhaust the stack.
const DEEPEST: usize = 64;

/// The longest text read: a truth table of ten inputs has 1,024 digits.
const LONGEST: usize = 4096;

/// A target: the text as written and what it means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Expression {
    text: String,
    meaning: Meaning,
}

#[derive(Clone, Debug, PartialEq)]
enum Meaning {
    RandomPerSeed,
    Formula(Formula),
}

#[derive(Clone, Debug, PartialEq)]
enum Formula {
    Constant(bool),
    Input(usize),
    Majority(usize),
    Parity,
    Table(Vec<bool>),
    Not(Box<Formula>),
    And(Box<Formula>, Box<Formula>),
    Xor(Box<Formula>, Box<Formula>),
    Or(Box<Formula>, Box<Formula>),
}

impl Expression {
    /// Reads an expression; the error says at which character and what would be right.
    pub fn parse(text: &str) -> Result<Expression, String> {
        let meaning = if text.trim() == "random-per-seed" {
            Meaning::RandomPerSeed
        } else if text.len() > LONGEST {
            return Err(format!("the expression has {} characters; {LONGEST} at most", text.len()));
        } else {
            let mut reader = Reader { text, characters: text.as_bytes(), at: 0 };
            let formula = reader.either(0)?;
            reader.end()?;
            Meaning::Formula(formula)
        };
        Ok(Expression { text: text.to_string(), meaning })
    }

    /// Whether the labels are drawn anew for every seed.
    pub fn is_random_per_seed(&self) -> bool {
        self.meaning == Meaning::RandomPerSeed
    }

    /// The label of a row of `bits` (0 or 1, x0 first); `None` for labels drawn per seed.
    pub fn label(&self, bits: &[u8]) -> Option<u8> {
        match &self.meaning {
            Meaning::RandomPerSeed => None,
            Meaning::Formula(formula) => Some(u8::from(formula.holds(bits))),
        }
    }

    /// Whether the expression makes sense for `inputs` inputs; says what does not.
    pub fn fits(&self, inputs: usize) -> Result<(), String> {
        match &self.meaning {
            Meaning::RandomPerSeed => Ok(()),
            Meaning::Formula(formula) => formula.fits(inputs),
        }
    }

    /// The expression as written.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl TryFrom<String> for Expression {
    type Error = String;
    fn try_from(text: String) -> Result<Expression, String> {
        Expression::parse(&text)
    }
}

impl From<Expression> for String {
    fn from(expression: Expression) -> String {
        expression.text
    }
}

impl schemars::JsonSchema for Expression {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Expression".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string" })
    }
}

impl Formula {
    fn holds(&self, bits: &[u8]) -> bool {
        match self {
            Formula::Constant(value) => *value,
            Formula::Input(input) => bits[*input] == 1,
            Formula::Majority(of) => {
                2 * bits[..*of].iter().map(|&b| usize::from(b)).sum::<usize>() > *of
            }
            Formula::Parity => bits.iter().fold(0, |sum, b| sum ^ b) == 1,
            Formula::Table(labels) => {
                labels[bits.iter().fold(0, |row, &b| row * 2 + usize::from(b))]
            }
            Formula::Not(inner) => !inner.holds(bits),
            Formula::And(left, right) => left.holds(bits) && right.holds(bits),
            Formula::Xor(left, right) => left.holds(bits) != right.holds(bits),
            Formula::Or(left, right) => left.holds(bits) || right.holds(bits),
        }
    }

    fn fits(&self, inputs: usize) -> Result<(), String> {
        match self {
            Formula::Constant(_) | Formula::Parity => Ok(()),
            Formula::Input(input) if *input >= inputs => Err(format!(
                "x{input} does not exist: the world has {inputs} inputs, x0 to x{}",
                inputs - 1
            )),
            Formula::Majority(of) if *of > inputs => {
                Err(format!("maj{of} needs {of} inputs and the world has {inputs}"))
            }
            Formula::Table(labels) if labels.len() != 1 << inputs => Err(format!(
                "the table has {} labels and {inputs} inputs make {} rows",
                labels.len(),
                1 << inputs
            )),
            Formula::Input(_) | Formula::Majority(_) | Formula::Table(_) => Ok(()),
            Formula::Not(inner) => inner.fits(inputs),
            Formula::And(left, right) | Formula::Xor(left, right) | Formula::Or(left, right) => {
                left.fits(inputs)?;
                right.fits(inputs)
            }
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    characters: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn wrong(&self, expected: &str) -> String {
        let found = match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(character) => format!("{character:?}"),
            None => "the end".to_string(),
        };
        format!(
            "expression {:?}: at character {} expected {expected}, found {found}",
            self.text,
            self.at + 1
        )
    }

    fn next(&mut self) -> Option<u8> {
        while self.characters.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        self.characters.get(self.at).copied()
    }

    fn takes(&mut self, wanted: u8) -> bool {
        let found = self.next() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn end(&mut self) -> Result<(), String> {
        match self.next() {
            None => Ok(()),
            Some(_) => Err(self.wrong("an operator (&, ^ or |) or the end")),
        }
    }

    fn either(&mut self, depth: usize) -> Result<Formula, String> {
        let mut left = self.exclusive(depth)?;
        while self.takes(b'|') {
            left = Formula::Or(Box::new(left), Box::new(self.exclusive(depth)?));
        }
        Ok(left)
    }

    fn exclusive(&mut self, depth: usize) -> Result<Formula, String> {
        let mut left = self.both(depth)?;
        while self.takes(b'^') {
            left = Formula::Xor(Box::new(left), Box::new(self.both(depth)?));
        }
        Ok(left)
    }

    fn both(&mut self, depth: usize) -> Result<Formula, String> {
        let mut left = self.single(depth)?;
        while self.takes(b'&') {
            left = Formula::And(Box::new(left), Box::new(self.single(depth)?));
        }
        Ok(left)
    }

    fn single(&mut self, depth: usize) -> Result<Formula, String> {
        if depth >= DEEPEST {
            return Err(self.wrong(&format!("nesting of at most {DEEPEST}")));
        }
        if self.takes(b'!') {
            return Ok(Formula::Not(Box::new(self.single(depth + 1)?)));
        }
        if self.takes(b'(') {
            let inner = self.either(depth + 1)?;
            return if self.takes(b')') { Ok(inner) } else { Err(self.wrong("`)`")) };
        }
        self.next();
        let start = self.at;
        while self.characters.get(self.at).is_some_and(u8::is_ascii_alphanumeric) {
            self.at += 1;
        }
        let word = &self.text[start..self.at];
        let number = |digits: &str| -> Option<usize> {
            let canonical = digits == "0" || !digits.starts_with('0');
            (canonical && digits.bytes().all(|d| d.is_ascii_digit()))
                .then(|| digits.parse().ok())?
        };
        let formula = match word {
            "0" => Some(Formula::Constant(false)),
            "1" => Some(Formula::Constant(true)),
            "parity" => Some(Formula::Parity),
            "table" => return self.table(),
            _ => match (word.strip_prefix('x'), word.strip_prefix("maj")) {
                (Some(digits), _) => number(digits).map(Formula::Input),
                (_, Some(digits)) => number(digits).filter(|of| of % 2 == 1).map(Formula::Majority),
                _ => None,
            },
        };
        formula.ok_or_else(|| {
            self.at = start;
            self.wrong(
                "an input (x0, x1, ...), majK with odd K, parity, table(...), 0, 1, `!` or `(`; \
                 random-per-seed stands alone",
            )
        })
    }

    fn table(&mut self) -> Result<Formula, String> {
        if !self.takes(b'(') {
            return Err(self.wrong("`(` and the labels of all rows"));
        }
        let mut labels = Vec::new();
        while let Some(digit @ (b'0' | b'1')) = self.next() {
            labels.push(digit == b'1');
            self.at += 1;
        }
        if labels.is_empty() || !self.takes(b')') {
            return Err(self.wrong("0, 1 or `)`"));
        }
        Ok(Formula::Table(labels))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table(text: &str, inputs: usize) -> String {
        let expression = Expression::parse(text).unwrap();
        expression.fits(inputs).unwrap();
        (0..1usize << inputs)
            .map(|row| {
                let bits: Vec<u8> = (0..inputs).rev().map(|i| (row >> i & 1) as u8).collect();
                char::from(b'0' + expression.label(&bits).unwrap())
            })
            .collect()
    }

    #[test]
    fn expressions_mean_their_truth_tables() {
        for (text, expected) in [
            ("x0", "00001111"),
            ("x2", "01010101"),
            ("x0&x1", "00000011"),
            ("x0^x1", "00111100"),
            ("x0|x1&x2", "00011111"),
            ("x0^x1&x2", "00011110"),
            ("!x0&x1", "00110000"),
            ("!(x0&x1)", "11111100"),
            ("maj3", "00010111"),
            ("parity", "01101001"),
            ("table(01101001)", "01101001"),
            ("1", "11111111"),
            (" x0 & ( x1 | x2 ) ", "00000111"),
        ] {
            assert_eq!(table(text, 3), expected, "{text}");
        }
    }

    #[test]
    fn a_wrong_expression_names_the_character_and_what_would_be_right() {
        let error = Expression::parse("x0 && x1").unwrap_err();
        assert!(error.contains("at character 5") && error.contains("an input"), "{error}");
        for wrong in [
            "",
            "x",
            "x0 x1",
            "maj2",
            "maj",
            "(x0",
            "x0)",
            "x00",
            "table()",
            "table(012)",
            "random-per-seed&x0",
            "é",
            "x99999999999999999999",
            "!",
        ] {
            assert!(Expression::parse(wrong).is_err(), "{wrong:?} was accepted");
        }
    }

    #[test]
    fn an_expression_must_fit_its_world() {
        for wrong in ["x3", "maj5", "table(0110)", "x0&(x1|!x7)"] {
            assert!(Expression::parse(wrong).unwrap().fits(3).is_err(), "{wrong} fits 3 inputs");
        }
    }

    #[test]
    fn deep_nesting_is_refused_and_does_not_exhaust_the_stack() {
        for open in ["(", "!"] {
            assert!(Expression::parse(&open.repeat(4000)).is_err());
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,40}") {
            let _ = Expression::parse(&text);
        }

        #[test]
        fn what_is_accepted_survives_writing_and_reading(text in "[x01&^|!() a-z]{0,16}") {
            if let Ok(expression) = Expression::parse(&text) {
                let again = Expression::parse(expression.text()).unwrap();
                prop_assert_eq!(again, expression);
            }
        }
    }
}
