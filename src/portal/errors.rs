//! What is wrong with a form, by field.

use std::collections::BTreeMap;

use crate::{
    error::{Code, Error, Result},
    language::{Arg, Language},
};

/// Texts by the name of the field; what concerns no field is under the empty
/// name, which comes first.
#[derive(Debug, Default, serde::Serialize)]
#[serde(transparent)]
pub struct Errors(BTreeMap<&'static str, String>);

impl Errors {
    /// What one error says of a field.
    pub fn of(field: &'static str, error: &Error, language: Language) -> Self {
        let mut errors = Self::default();
        errors.add(field, error.text(language));
        errors
    }

    /// Adds what is wrong with a field; the first that is said counts.
    pub fn add(&mut self, field: &'static str, text: String) {
        self.0.entry(field).or_insert(text);
    }

    /// Says that a field must be filled in; `label` is the text it is called by.
    pub fn need(&mut self, field: &'static str, label: &str, language: Language) {
        let label = language.text(label, &[]);
        self.add(field, language.text("form-needed", &[("field", Arg::Text(label))]));
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The status of a page with these.
    pub fn status(&self) -> u16 {
        if self.is_empty() { 200 } else { 422 }
    }
}

/// What became of a form: done, or wrong in a way that its person can mend,
/// which is told beside the form; all else is an error page.
pub fn mendable<T>(
    done: Result<T>,
    language: Language,
    field: impl FnOnce(&Error) -> &'static str,
) -> Result<Result<T, Errors>> {
    match done {
        Ok(done) => Ok(Ok(done)),
        Err(error) if matches!(error.code, Code::Invalid | Code::Conflict | Code::Usage) => {
            Ok(Err(Errors::of(field(&error), &error, language)))
        }
        Err(error) => Err(error),
    }
}
