//! Findings: what is wrong or remarkable in a file, a row, a cell, a
//! certificate, told with a stable code.

use serde::{Deserialize, Serialize};

use crate::language::{Args, Language};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing is held up.
    Warning,
    /// What it is about is refused.
    Error,
}

/// Something found, not tied to a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// A stable code, which is also the Fluent message's identifier.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Arguments of the message; never a secret or a patient's identifier.
    pub args: Args,
}

impl Finding {
    /// A finding that refuses what it is about.
    pub fn error(code: &'static str) -> Self {
        Self { code, severity: Severity::Error, args: Args::new() }
    }

    /// A finding that only warns.
    pub fn warning(code: &'static str) -> Self {
        Self { code, severity: Severity::Warning, args: Args::new() }
    }

    /// Adds an argument of the message.
    pub fn with(mut self, name: &'static str, value: impl Into<crate::language::Arg>) -> Self {
        self.args.push((name, value.into()));
        self
    }

    /// The sentence for a person.
    pub fn text(&self, language: Language) -> String {
        language.text(self.code, &self.args)
    }
}

/// The shape of a value: digits become `9`, capitals `A`, other letters `a`;
/// at most 40 characters. It says enough to mend a value and nothing about
/// the patient.
pub fn shape(value: &str) -> String {
    let mut shape: String = value
        .chars()
        .take(40)
        .map(|letter| match letter {
            letter if letter.is_numeric() => '9',
            letter if letter.is_uppercase() => 'A',
            letter if letter.is_alphabetic() => 'a',
            letter if letter.is_control() => '·',
            letter => letter,
        })
        .collect();
    if value.chars().nth(40).is_some() {
        shape.push('…');
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_shows_no_digit_and_no_letter_of_the_value() {
        assert_eq!(shape("85.04.02-169.32"), "99.99.99-999.99");
        assert_eq!(shape("Émile"), "Aaaaa");
        assert_eq!(shape(&"7".repeat(60)).chars().count(), 41);
    }
}
