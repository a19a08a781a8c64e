//! A reader of BER: the platform's own library writes indefinite lengths and
//! octet strings in pieces, others write DER.

use std::borrow::Cow;

/// The bytes are not BER, or not what was expected there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Malformed;

/// One element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'a> {
    /// Class, form and number; numbers above 30 do not occur in messages.
    pub(super) tag: u8,
    /// What is inside, without an end mark.
    pub(super) content: &'a [u8],
    /// The element with its tag and length.
    pub(super) whole: &'a [u8],
}

/// Reads one element after the other.
#[derive(Clone, Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTETS: u8 = 0x04;
pub(super) const OID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

/// How deep elements of indefinite length may nest; no message comes near.
const DEPTH: u8 = 32;

impl<'a> Reader<'a> {
    /// Reads the elements in `bytes`.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Whether nothing is left.
    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next element.
    pub(super) fn next(&mut self) -> Result<Element<'a>, Malformed> {
        let (element, rest) = split(self.rest, 0)?;
        self.rest = rest;
        Ok(element)
    }

    /// The next element, which must have this tag.
    pub(super) fn expect(&mut self, tag: u8) -> Result<Element<'a>, Malformed> {
        let element = self.next()?;
        if element.tag == tag { Ok(element) } else { Err(Malformed) }
    }

    /// The next element if it has this tag.
    pub(super) fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>, Malformed> {
        if self.rest.first() == Some(&tag) { self.next().map(Some) } else { Ok(None) }
    }

    /// Says that there is nothing more.
    pub(super) fn finish(self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed) }
    }
}

impl<'a> Element<'a> {
    /// Reads what is inside.
    pub(super) fn inside(self) -> Reader<'a> {
        Reader::new(self.content)
    }

    /// The bytes of a string of octets, whole or in pieces. Its own tag may be
    /// an implicit one.
    pub(super) fn octets(self) -> Result<Cow<'a, [u8]>, Malformed> {
        if self.tag & CONSTRUCTED == 0 {
            return Ok(Cow::Borrowed(self.content));
        }
        let mut bytes = Vec::with_capacity(self.content.len());
        pieces(self.content, &mut bytes, 0)?;
        Ok(Cow::Owned(bytes))
    }
}

const CONSTRUCTED: u8 = 0x20;

fn pieces(content: &[u8], into: &mut Vec<u8>, depth: u8) -> Result<(), Malformed> {
    if depth > DEPTH {
        return Err(Malformed);
    }
    let mut reader = Reader::new(content);
    while !reader.is_empty() {
        let piece = reader.next()?;
        match piece.tag {
            OCTETS => into.extend_from_slice(piece.content),
            tag if tag == OCTETS | CONSTRUCTED => pieces(piece.content, into, depth + 1)?,
            _ => return Err(Malformed),
        }
    }
    Ok(())
}

/// The first element of `bytes` and what comes after it.
fn split(bytes: &[u8], depth: u8) -> Result<(Element<'_>, &[u8]), Malformed> {
    let [tag, first, ..] = *bytes else { return Err(Malformed) };
    // Numbers above 30 take more bytes, and 0 ends an indefinite length.
    if tag & 0x1f == 0x1f || tag == 0 || depth > DEPTH {
        return Err(Malformed);
    }
    if first == 0x80 {
        return split_indefinite(bytes, tag, depth);
    }
    let (length, start) = if first < 0x80 {
        (usize::from(first), 2)
    } else {
        let count = usize::from(first & 0x7f);
        let digits = bytes.get(2..2 + count).filter(|digits| digits.len() <= 4).ok_or(Malformed)?;
        (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), 2 + count)
    };
    let end = start.checked_add(length).filter(|end| *end <= bytes.len()).ok_or(Malformed)?;
    Ok((Element { tag, content: &bytes[start..end], whole: &bytes[..end] }, &bytes[end..]))
}

fn split_indefinite(bytes: &[u8], tag: u8, depth: u8) -> Result<(Element<'_>, &[u8]), Malformed> {
    if tag & CONSTRUCTED == 0 {
        return Err(Malformed);
    }
    let mut rest = &bytes[2..];
    while !rest.starts_with(&[0, 0]) {
        (_, rest) = split(rest, depth + 1)?;
    }
    let end = bytes.len() - rest.len();
    Ok((Element { tag, content: &bytes[2..end], whole: &bytes[..end + 2] }, &rest[2..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_come_whole_or_in_pieces() {
        for bytes in [
            &[0x04, 0x03, 1, 2, 3][..],
            &[0x24, 0x80, 0x04, 0x01, 1, 0x04, 0x02, 2, 3, 0, 0],
            &[0x24, 0x07, 0x04, 0x01, 1, 0x04, 0x02, 2, 3],
            &[0xa0, 0x80, 0x24, 0x80, 0x04, 0x02, 1, 2, 0, 0, 0x04, 0x01, 3, 0, 0],
        ] {
            let mut reader = Reader::new(bytes);
            let octets = reader.next().and_then(Element::octets).map(Cow::into_owned);
            assert_eq!(octets, Ok(vec![1, 2, 3]), "{bytes:?}");
            assert_eq!(reader.finish(), Ok(()));
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for bytes in [
            &[][..],
            &[0x30],
            &[0x30, 0x05, 1],
            &[0x04, 0x80, 0, 0],
            &[0x30, 0x80, 0x04],
            &[0x30, 0x85, 1, 1, 1, 1, 1],
            &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[0x1f, 0x01, 0x01],
        ] {
            assert!(Reader::new(bytes).next().is_err(), "{bytes:?}");
        }
        assert!(Reader::new(&[0x30, 0x80].repeat(1000)).next().is_err());
    }
}
