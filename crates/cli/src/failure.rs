//! Errors as a person reads them: what, where, and what would be right.

use std::process::ExitCode;

use mesascope_lab::LabError;
use mesascope_record::RecordError;
use mesascope_verdict::VerdictError;

/// Something that ends a command.
#[derive(Debug)]
pub struct Failure {
    what: String,
    /// The line of the file that is at fault, with its column.
    line: Option<(String, usize)>,
}

impl Failure {
    pub fn new(what: impl Into<String>) -> Failure {
        Failure { what: what.into(), line: None }
    }

    /// A mistake in a study, with the line it stands in.
    pub fn in_text(mistake: mesascope_record::Mistake, text: &str) -> Failure {
        let line = mistake
            .at
            .and_then(|(line, column)| Some((text.lines().nth(line - 1)?.to_string(), column)));
        Failure { what: mistake.to_string(), line }
    }

    /// Prints the failure; every one of them exits with 2.
    pub fn tell(&self, json: bool) -> ExitCode {
        if json {
            eprintln!("{}", serde_json::json!({ "error": self.what }));
        } else {
            eprintln!("error: {}", self.what);
            if let Some((line, column)) = &self.line {
                eprintln!("  | {line}\n  | {:>column$}", "^");
            }
        }
        ExitCode::from(2)
    }
}

impl From<RecordError> for Failure {
    fn from(error: RecordError) -> Failure {
        Failure::new(error.to_string())
    }
}

impl From<LabError> for Failure {
    fn from(error: LabError) -> Failure {
        Failure::new(error.to_string())
    }
}

impl From<VerdictError> for Failure {
    fn from(error: VerdictError) -> Failure {
        Failure::new(error.to_string())
    }
}

impl From<mesascope_record::Mistake> for Failure {
    fn from(error: mesascope_record::Mistake) -> Failure {
        Failure::new(error.to_string())
    }
}
