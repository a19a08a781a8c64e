//! Errors: one small closed set of codes, each with one HTTP status and one
//! exit status, and a Fluent message that says what happened, who can mend it
//! and how.
//!
//! The message is an identifier plus arguments, never a finished sentence, so
//! that each reader gets it in his own language. Arguments may hold names,
//! counts, places and shapes, never a patient identifier, a secret or a value
//! of a registration. What a library said goes into [`Error::cause`], which
//! only the log shows.

use std::fmt;

use crate::language::{Arg, Args, Language};

/// Result of everything that can fail with an [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of failure it is. Closed: a new failure gets one of these.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Code {
    /// The request clashes with what is stored, and repeating it will not help.
    Conflict,
    /// The person is known but may not do this.
    Forbidden,
    /// A fault of ours or of the machine below us; the log has the cause.
    Internal,
    /// What was given breaks a rule; the giver can mend it.
    Invalid,
    /// There is no room left on the disk.
    NoRoom,
    /// It does not exist, or not for this person.
    NotFound,
    /// Over a limit.
    TooLarge,
    /// The person is not known.
    Unauthorized,
    /// It will work later, or once the operator mended something.
    Unavailable,
    /// The command line is wrong.
    Usage,
}

impl Code {
    /// The status of an HTTP answer that reports this code.
    pub fn http_status(self) -> u16 {
        match self {
            Self::Usage => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::TooLarge => 413,
            Self::Invalid => 422,
            Self::Internal => 500,
            Self::Unavailable => 503,
            Self::NoRoom => 507,
        }
    }

    /// The exit status of a verb that ended with this code: 2 for a wrong
    /// command line, 1 for everything else.
    pub fn exit_status(self) -> u8 {
        if self == Self::Usage { 2 } else { 1 }
    }
}

/// A failure that a person will read.
#[derive(Debug)]
pub struct Error {
    /// Which kind it is.
    pub code: Code,
    /// The Fluent message, the same in `assets/language/*/`.
    pub id: &'static str,
    /// The message's arguments.
    pub args: Args,
    /// What lay below, for the log only.
    pub cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// A failure with the Fluent message `id`.
    pub fn new(code: Code, id: &'static str) -> Self {
        Self { code, id, args: Args::new(), cause: None }
    }

    /// [`Code::Invalid`] with the Fluent message `id`.
    pub fn invalid(id: &'static str) -> Self {
        Self::new(Code::Invalid, id)
    }

    /// [`Code::Internal`] with the general message; `cause` goes to the log.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(Code::Internal, "error-internal").because(cause)
    }

    /// Adds an argument of the message.
    pub fn with(mut self, name: &'static str, value: impl Into<Arg>) -> Self {
        self.args.push((name, value.into()));
        self
    }

    /// Adds what lay below.
    pub fn because(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// The sentence for a person.
    pub fn text(&self, language: Language) -> String {
        language.text(self.id, &self.args)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Language::En))
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_wrong_command_line_exits_with_2() {
        assert_eq!(Code::Usage.exit_status(), 2);
        assert_eq!(Code::Invalid.exit_status(), 1);
        assert_eq!(Code::Internal.exit_status(), 1);
    }

    #[test]
    fn a_failure_reads_as_a_sentence_in_each_language() {
        let error = Error::internal("disk on fire");
        for language in Language::ALL {
            let text = error.text(language);
            assert!(text.ends_with('.'), "{text}");
            assert!(!text.contains("fire"), "the cause is for the log: {text}");
        }
    }
}
