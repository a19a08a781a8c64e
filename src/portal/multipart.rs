//! Forms with files: `multipart/form-data` (RFC 7578), read as it comes.
//!
//! Only what browsers send is taken. Nothing is kept here but the bytes in
//! which a boundary may still begin.

use memchr::memmem;

use super::form::typed;
use crate::error::{Code, Error, Result};

/// The most bytes of a part's own header.
const HEADER: usize = 4 * 1024;

/// What takes the parts of a form.
pub trait Parts {
    /// A part begins: the field's name, and the file's if it is one.
    fn begin(&mut self, name: &str, file: Option<&str>) -> Result<()>;

    /// More of the part.
    fn data(&mut self, bytes: &[u8]) -> Result<()>;

    /// The part is whole.
    fn end(&mut self) -> Result<()>;
}

/// Reads one form.
#[derive(Debug)]
pub struct Multipart {
    delimiter: Vec<u8>,
    ahead: Vec<u8>,
    state: State,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Start,
    Delimiter,
    Header,
    Data,
    End,
}

impl Multipart {
    /// A reader for a body of this `Content-Type`, if it is such a form.
    pub fn new(content_type: &str) -> Option<Self> {
        let (media, rest) = content_type.split_once(';')?;
        let is_form = media.trim().eq_ignore_ascii_case("multipart/form-data");
        let boundary = parameter(rest, "boundary").filter(|_| is_form)?;
        let is_boundary =
            (1..=70).contains(&boundary.len()) && boundary.bytes().all(|byte| byte.is_ascii_graphic());
        is_boundary.then(|| Self {
            delimiter: format!("\r\n--{boundary}").into_bytes(),
            // The first boundary has no line end before it.
            ahead: b"\r\n".to_vec(),
            state: State::Start,
        })
    }

    /// Takes more of the body.
    ///
    /// # Errors
    ///
    /// `form-unreadable` if it breaks the format; whatever `parts` says.
    pub fn push(&mut self, bytes: &[u8], parts: &mut dyn Parts) -> Result<()> {
        self.ahead.extend_from_slice(bytes);
        let mut at = 0;
        while let Some(taken) = self.step(at, parts)? {
            at += taken;
        }
        self.ahead.drain(..at);
        Ok(())
    }

    /// The body is over.
    ///
    /// # Errors
    ///
    /// `form-unreadable` if the form is not.
    pub fn finish(&self) -> Result<()> {
        if self.state == State::End { Ok(()) } else { Err(unreadable()) }
    }

    /// How many bytes were dealt with; none if more are needed first.
    fn step(&mut self, at: usize, parts: &mut dyn Parts) -> Result<Option<usize>> {
        let rest = &self.ahead[at..];
        match self.state {
            State::Start if rest.len() < self.delimiter.len() => Ok(None),
            State::Start if !rest.starts_with(&self.delimiter) => Err(unreadable()),
            State::Start => {
                self.state = State::Delimiter;
                Ok(Some(self.delimiter.len()))
            }
            State::Delimiter => {
                self.state = match rest.get(..2) {
                    None => return Ok(None),
                    Some(b"\r\n") => State::Header,
                    Some(b"--") => State::End,
                    Some(_) => return Err(unreadable()),
                };
                Ok(Some(2))
            }
            State::Header => match memmem::find(rest, b"\r\n\r\n") {
                None if rest.len() > HEADER => Err(unreadable()),
                None => Ok(None),
                Some(length) if length > HEADER => Err(unreadable()),
                Some(length) => {
                    let (name, file) = disposition(&rest[..length]).ok_or_else(unreadable)?;
                    parts.begin(&name, file.as_deref())?;
                    self.state = State::Data;
                    Ok(Some(length + 4))
                }
            },
            State::Data => match memmem::find(rest, &self.delimiter) {
                Some(length) => {
                    parts.data(&rest[..length])?;
                    parts.end()?;
                    self.state = State::Delimiter;
                    Ok(Some(length + self.delimiter.len()))
                }
                None => {
                    let sure = rest.len().saturating_sub(self.delimiter.len() - 1);
                    if sure == 0 {
                        return Ok(None);
                    }
                    parts.data(&rest[..sure])?;
                    Ok(Some(sure))
                }
            },
            // What follows the end is nobody's.
            State::End if rest.is_empty() => Ok(None),
            State::End => Ok(Some(rest.len())),
        }
    }
}

/// The names in a part's `Content-Disposition`.
fn disposition(header: &[u8]) -> Option<(String, Option<String>)> {
    let text = String::from_utf8_lossy(header);
    let line = text.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    })?;
    let (kind, rest) = line.split_once(';')?;
    let name = parameter(rest, "name").filter(|_| kind.trim().eq_ignore_ascii_case("form-data"))?;
    Some((name, parameter(rest, "filename").map(typed)))
}

/// The value of a parameter; in quotes, a browser writes `%22` for a quote.
fn parameter(text: &str, name: &str) -> Option<String> {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([';', ' ', '\t']);
        let (key, after) = rest.split_once('=')?;
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => after.split_once(';').unwrap_or((after, "")),
        };
        if key.trim().eq_ignore_ascii_case(name) {
            return Some(value.trim().to_owned());
        }
        rest = next;
    }
}

fn unreadable() -> Error {
    Error::new(Code::Usage, "form-unreadable")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    type Part = (String, Option<String>, Vec<u8>);

    #[derive(Default)]
    struct Kept(Vec<Part>, usize);

    impl Parts for Kept {
        fn begin(&mut self, name: &str, file: Option<&str>) -> Result<()> {
            self.0.push((name.to_owned(), file.map(str::to_owned), Vec::new()));
            Ok(())
        }

        fn data(&mut self, bytes: &[u8]) -> Result<()> {
            self.0.last_mut().unwrap().2.extend_from_slice(bytes);
            Ok(())
        }

        fn end(&mut self) -> Result<()> {
            self.1 += 1;
            Ok(())
        }
    }

    const KIND: &str = "multipart/form-data; boundary=----x7";

    fn body(parts: &[Part]) -> Vec<u8> {
        let mut body = Vec::new();
        for (name, file, data) in parts {
            let file = file.as_ref().map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
            let head = format!("------x7\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
            body.extend([head.as_bytes(), data, b"\r\n"].concat());
        }
        body.extend(b"------x7--\r\n");
        body
    }

    fn read(body: &[u8], step: usize) -> Result<Kept> {
        let mut reader = Multipart::new(KIND).unwrap();
        let mut kept = Kept::default();
        for bytes in body.chunks(step) {
            reader.push(bytes, &mut kept)?;
        }
        reader.finish()?;
        Ok(kept)
    }

    proptest! {
        #[test]
        fn a_form_is_the_same_however_its_bytes_arrive(
            data in proptest::collection::vec(proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'-'), any::<u8>()], 0..200), 0..4),
            step in 1_usize..300,
        ) {
            let parts: Vec<_> =
                data.into_iter().map(|data| ("a".to_owned(), Some("b.csv".to_owned()), data)).collect();
            let kept = read(&body(&parts), step).unwrap();
            prop_assert_eq!(kept.1, parts.len());
            prop_assert_eq!(kept.0, parts);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..500), step in 1_usize..50) {
            let _read = read(&bytes, step);
            let _read = read(&[b"------x7\r\n".as_slice(), &bytes].concat(), step);
        }
    }

    #[test]
    fn a_form_that_breaks_off_is_refused() {
        let whole = body(&[("a".into(), None, b"1".to_vec())]);
        for length in 0..whole.len() - 4 {
            assert!(read(&whole[..length], 7).is_err(), "{length}");
        }
    }

    #[test]
    fn another_content_type_is_none_of_ours() {
        for kind in [
            "text/plain",
            "multipart/mixed; boundary=x",
            "multipart/form-data; boundary=",
            "multipart/form-data",
        ] {
            assert!(Multipart::new(kind).is_none(), "{kind}");
        }
        assert!(Multipart::new("multipart/form-data; charset=utf-8; boundary=\"a b\"").is_none());
        assert!(Multipart::new("Multipart/Form-Data; charset=utf-8; Boundary=\"ab\"").is_some());
    }
}
