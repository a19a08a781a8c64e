//! What a line of the API's table says, and finding the line for a request.

use super::{answer::Answer, call::Call};
use crate::error::Result;

/// One line of the table. The description that clients get is made of it, so
/// that it says what is true.
pub struct Route {
    /// `GET` or `POST`; `HEAD` asks as `GET` does.
    pub method: &'static str,
    /// The path; a part in braces takes any one part, by that name.
    pub path: &'static str,
    /// Its name for programs; its texts are called after it.
    pub name: &'static str,
    /// Who may.
    pub need: Need,
    /// What may stand behind the `?`.
    pub params: &'static [Param],
    /// The media types of the body; none for no body.
    pub body: &'static [(&'static str, &'static str)],
    /// The statuses it answers with when all is well, each with the name of
    /// what it answers.
    pub answers: &'static [(u16, &'static str)],
    /// Its problems beside those that all have, in groups: status and code.
    pub problems: &'static [&'static [(u16, &'static str)]],
    /// What stands behind the address in the example of the reference.
    pub example: &'static str,
    /// What answers.
    pub act: fn(&Call<'_>) -> Result<Answer>,
}

/// Who may use a route.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Need {
    /// Anybody; a key narrows what is told.
    Anyone,
    /// Whoever has a key.
    Key,
    /// Whoever has a key that may read what was submitted.
    Reader,
}

/// A parameter.
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// Whether it must be there.
    pub required: bool,
}

/// What a parameter may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// `true` or `false`.
    Flag,
    /// A number from 1 to this one.
    Count(u64),
    /// A name or a number of something, in visible characters.
    Name,
    /// Free text.
    Text,
    /// One of these, in any case.
    Word(&'static [&'static str]),
}

/// The most letters of a parameter.
pub const LETTERS: usize = 200;

impl Kind {
    /// Whether `text` can be such a value.
    pub fn takes(self, text: &str) -> bool {
        match self {
            Self::Flag => matches!(text, "true" | "false"),
            Self::Count(most) => {
                text.bytes().all(|byte| byte.is_ascii_digit())
                    && text.parse().is_ok_and(|count: u64| (1..=most).contains(&count))
            }
            Self::Name => {
                (1..=LETTERS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
            }
            Self::Text => text.chars().count() <= LETTERS && !text.chars().any(char::is_control),
            Self::Word(words) => words.iter().any(|word| word.eq_ignore_ascii_case(text)),
        }
    }
}

/// Parameters that choose a definition or a version of one.
const CHOOSING: [&str; 3] = ["dcd-id", "dcd-version-id", "version"];

/// Problems that every address can have.
pub const ALWAYS: &[(u16, &str)] = &[
    (400, "api-refused"),
    (400, "api-param-missing"),
    (400, "api-param-twice"),
    (400, "api-param-unknown"),
    (400, "api-param-wrong"),
    (401, "api-key-needed"),
    (401, "api-key-unreadable"),
    (401, "api-key-wrong"),
    (404, "api-organisation-unknown"),
    (408, "api-refused"),
    (411, "api-refused"),
    (413, "api-body-too-large"),
    (429, "api-key-waits"),
    (500, "api-refused"),
    (500, "error-internal"),
    (500, "store-damaged-value"),
    (503, "api-refused"),
    (503, "store-busy"),
    (503, "store-corrupt"),
    (503, "store-disk-full"),
    (503, "store-io"),
    (503, "store-read-only"),
];

/// Problems of requests that no line of the table is for.
pub const NOWHERE: &[(u16, &str)] = &[(404, "api-nowhere"), (405, "api-method")];

impl Route {
    /// Whether programs use it, and not people alone.
    pub fn is_for_programs(&self) -> bool {
        !self.answers.is_empty() || !self.problems.is_empty()
    }

    /// Its own problems: status and code.
    pub fn own_problems(&self) -> impl Iterator<Item = (u16, &'static str)> {
        self.problems.iter().copied().flatten().copied()
    }

    /// Whether it takes a parameter of this name.
    pub fn takes(&self, name: &str) -> bool {
        self.params.iter().any(|param| param.name == name)
    }

    /// Whether a parameter that another route takes must not be passed over
    /// here: it names a definition or a version, and without it something would
    /// be sent or told under another one than meant.
    pub fn must_take(&self, name: &str) -> bool {
        let is_of_one =
            self.method == "POST" || self.part().is_some() || CHOOSING.iter().any(|it| self.takes(it));
        is_of_one && CHOOSING.contains(&name)
    }

    /// The name of the part of its path that stands in braces.
    pub fn part(&self) -> Option<&'static str> {
        self.path.split_once('{')?.1.split('}').next()
    }

    /// The media type of an answer.
    pub fn media(schema: &str) -> &'static str {
        if schema.starts_with("Fhir") { "application/fhir+json" } else { "application/json" }
    }

    /// The value of the part in braces (empty if there is none), if `path` is
    /// this route's.
    pub fn matches<'p>(&self, path: &'p str) -> Option<&'p str> {
        let Some((before, after)) = self.path.split_once('{') else {
            return (self.path == path).then_some("");
        };
        let after = after.split_once('}').map_or("", |(_, after)| after);
        let part = path.strip_prefix(before)?.strip_suffix(after)?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'@');
        (!part.is_empty() && part.len() <= LETTERS && part.bytes().all(is_plain)).then_some(part)
    }
}

/// The line for a request and the value of the part in braces, or the methods
/// that the path knows.
pub fn find<'a, 'p>(
    table: &'a [Route],
    method: &str,
    path: &'p str,
) -> Result<(&'a Route, &'p str), Vec<&'static str>> {
    let wanted = if method == "HEAD" { "GET" } else { method };
    let mut others = Vec::new();
    for route in table {
        let Some(part) = route.matches(path) else { continue };
        if route.method == wanted {
            return Ok((route, part));
        }
        others.push(route.method);
    }
    Err(others)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_taken_only_if_it_is_of_its_kind() {
        for (kind, good, bad) in [
            (Kind::Flag, "true", "1"),
            (Kind::Count(10), "10", "11"),
            (Kind::Count(10), "1", "+1"),
            (Kind::Name, "INTEGO-LAB", ""),
            (Kind::Word(&["en", "fr"]), "FR", "de"),
            (Kind::Text, "Zoë", "a\0b"),
        ] {
            assert!(kind.takes(good) && !kind.takes(bad), "{kind:?}");
        }
    }
}
