//! BER to DER.
//!
//! Older eHealth stores were written with indefinite lengths and with octet
//! strings cut into chunks, which the strict decoders refuse. Rewriting keeps
//! every content octet, so a MAC or a signature over such octets still holds.

use super::tag::{CONTENT_0, CONTENT_0_PRIMITIVE, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE};

/// How deep elements may be nested.
const MAX_DEPTH: usize = 32;

const OCTET_STRING_IN_CHUNKS: u8 = 0x24;
const CONSTRUCTED: u8 = 0x20;
const LONG_TAG: u8 = 0x1f;
const INDEFINITE: u8 = 0x80;

/// Why bytes are not the BER of one element.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// The bytes end inside an element.
    Truncated,
    /// Nested too deep, trailing bytes, or lengths that do not fit.
    Malformed,
}

/// Rewrites one element with definite, shortest lengths and whole octet
/// strings. Sets keep their order.
pub fn to_der(ber: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut input = ber;
    let element = Element::read(&mut input, 0)?;
    if !input.is_empty() {
        return Err(Fault::Malformed);
    }
    let mut der = Vec::with_capacity(ber.len());
    element.write(&mut der);
    Ok(der)
}

/// Writes a tag, a length and the content.
fn write(tag: u8, content: &[u8], der: &mut Vec<u8>) {
    der.push(tag);
    let length = content.len().to_be_bytes();
    let length = &length[length.iter().take_while(|byte| **byte == 0).count()..];
    match length {
        [] => der.push(0),
        [short] if *short < 0x80 => der.push(*short),
        long => {
            der.push(0x80 | long.len() as u8);
            der.extend_from_slice(long);
        }
    }
    der.extend_from_slice(content);
}

/// An element whose content is DER already.
struct Element {
    tag: u8,
    content: Vec<u8>,
}

impl Element {
    fn read(input: &mut &[u8], depth: usize) -> Result<Self, Fault> {
        if depth > MAX_DEPTH {
            return Err(Fault::Malformed);
        }
        let tag = byte(input)?;
        if tag & LONG_TAG == LONG_TAG {
            return Err(Fault::Malformed);
        }
        let length = length(input)?;
        if tag & CONSTRUCTED == 0 {
            let length = length.ok_or(Fault::Malformed)?;
            return Ok(Self { tag, content: take(input, length)?.to_vec() });
        }
        let mut children = Vec::new();
        match length {
            Some(length) => {
                let mut content = take(input, length)?;
                while !content.is_empty() {
                    let child = Self::read(&mut content, depth + 1);
                    children.push(child.map_err(|_| Fault::Malformed)?);
                }
            }
            None => {
                while !input.starts_with(&[0, 0]) {
                    children.push(Self::read(input, depth + 1)?);
                }
                take(input, 2)?;
            }
        }
        Self::of_children(tag, children)
    }

    fn of_children(tag: u8, mut children: Vec<Self>) -> Result<Self, Fault> {
        if tag == OCTET_STRING_IN_CHUNKS {
            if children.iter().any(|chunk| chunk.tag != OCTET_STRING) {
                return Err(Fault::Malformed);
            }
            let content = children.into_iter().flat_map(|chunk| chunk.content).collect();
            return Ok(Self { tag: OCTET_STRING, content });
        }
        if tag == SEQUENCE {
            join_encrypted_content(&mut children);
        }
        let mut content = Vec::new();
        children.iter().for_each(|child| child.write(&mut content));
        Ok(Self { tag, content })
    }

    fn write(&self, der: &mut Vec<u8>) {
        write(self.tag, &self.content, der);
    }
}

/// The encrypted content of `EncryptedContentInfo` is an *implicitly* tagged
/// octet string, so its chunks hide under `[0]`. Elsewhere `[0]` is explicit
/// and must stay; only this structure is an identifier, an algorithm and `[0]`.
fn join_encrypted_content(children: &mut [Element]) {
    let [first, second, third] = children else { return };
    if (first.tag, second.tag, third.tag) != (OBJECT_IDENTIFIER, SEQUENCE, CONTENT_0) {
        return;
    }
    let (mut chunks, mut joined) = (third.content.as_slice(), Vec::with_capacity(third.content.len()));
    while !chunks.is_empty() {
        match Element::read(&mut chunks, MAX_DEPTH) {
            Ok(chunk) if chunk.tag == OCTET_STRING => joined.extend(chunk.content),
            _ => return,
        }
    }
    *third = Element { tag: CONTENT_0_PRIMITIVE, content: joined };
}

/// A length, or `None` for an indefinite one.
fn length(input: &mut &[u8]) -> Result<Option<usize>, Fault> {
    match byte(input)? {
        INDEFINITE => Ok(None),
        short if short < 0x80 => Ok(Some(usize::from(short))),
        long => {
            let bytes = take(input, usize::from(long & 0x7f))?;
            if bytes.len() > 4 {
                return Err(Fault::Malformed);
            }
            Ok(Some(bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte))))
        }
    }
}

fn byte(input: &mut &[u8]) -> Result<u8, Fault> {
    take(input, 1).map(|bytes| bytes[0])
}

fn take<'a>(input: &mut &'a [u8], count: usize) -> Result<&'a [u8], Fault> {
    let (taken, rest) = input.split_at_checked(count).ok_or(Fault::Truncated)?;
    *input = rest;
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn der_stays_as_it_is() {
        let der = [0x30, 0x07, 0x02, 0x01, 0x03, 0xa0, 0x02, 0x05, 0x00];
        assert_eq!(to_der(&der), Ok(der.to_vec()));
    }

    #[test]
    fn indefinite_lengths_and_chunks_become_definite_and_whole() {
        let ber = [0x30, 0x80, 0x24, 0x80, 0x04, 0x01, 0xaa, 0x04, 0x01, 0xbb, 0, 0, 0, 0];
        assert_eq!(to_der(&ber), Ok(vec![0x30, 0x04, 0x04, 0x02, 0xaa, 0xbb]));
    }

    #[test]
    fn chunks_of_encrypted_content_are_joined_and_explicit_content_is_not() {
        let encrypted = [
            0x30, 0x80, 0x06, 0x01, 0x2a, 0x30, 0x00, 0xa0, 0x80, 0x04, 0x01, 0xaa, 0x04, 0x01, 0xbb, 0, 0,
            0, 0,
        ];
        assert_eq!(
            to_der(&encrypted),
            Ok(vec![0x30, 0x09, 0x06, 0x01, 0x2a, 0x30, 0x00, 0x80, 0x02, 0xaa, 0xbb])
        );
        let explicit = [0x30, 0x08, 0x06, 0x01, 0x2a, 0xa0, 0x03, 0x04, 0x01, 0xaa];
        assert_eq!(to_der(&explicit), Ok(explicit.to_vec()));
    }

    #[test]
    fn long_lengths_are_written_shortest() {
        let mut ber = vec![0x04, 0x84, 0x00, 0x00, 0x01, 0x00];
        ber.extend([7; 256]);
        let mut der = vec![0x04, 0x82, 0x01, 0x00];
        der.extend([7; 256]);
        assert_eq!(to_der(&ber), Ok(der));
    }

    #[test]
    fn an_end_inside_an_element_is_told_from_nonsense() {
        assert_eq!(to_der(&[0x30, 0x82, 0x01, 0x00, 0x02, 0x01, 0x03]), Err(Fault::Truncated));
        assert_eq!(to_der(&[0x30, 0x80, 0x02, 0x01, 0x03]), Err(Fault::Truncated));
        assert_eq!(to_der(&[0x30, 0x02, 0x02, 0x05]), Err(Fault::Malformed));
        assert_eq!(to_der(&[0x05, 0x00, 0x00]), Err(Fault::Malformed));
    }

    #[test]
    fn nesting_has_a_limit() {
        let nested = |depth: usize| [[0x30, 0x80].repeat(depth), [0, 0].repeat(depth)].concat();
        assert!(to_der(&nested(MAX_DEPTH)).is_ok());
        assert_eq!(to_der(&nested(10_000)), Err(Fault::Malformed));
    }
}
