//! A writer of DER, just enough for certificates.

/// One element: its tag, its length, and the parts of its content.
pub(super) fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut bytes = vec![tag];
    match u8::try_from(length) {
        Ok(short @ 0..=0x7f) => bytes.push(short),
        _ => {
            let long = length.to_be_bytes();
            let long = &long[long.iter().take_while(|byte| **byte == 0).count()..];
            bytes.push(0x80 | long.len() as u8);
            bytes.extend_from_slice(long);
        }
    }
    bytes.reserve(length);
    parts.iter().for_each(|part| bytes.extend_from_slice(part));
    bytes
}

/// A SEQUENCE.
pub(super) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(0x30, parts)
}

/// An INTEGER that is not negative, from its big-endian bytes.
pub(super) fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let bytes = &bytes[zeros.min(bytes.len().saturating_sub(1))..];
    let sign: &[u8] = if bytes.first().is_some_and(|first| *first >= 0x80) { &[0] } else { &[] };
    element(0x02, &[sign, bytes])
}

/// An OBJECT IDENTIFIER from its content bytes.
pub(super) fn oid(content: &[u8]) -> Vec<u8> {
    element(0x06, &[content])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_take_one_byte_or_as_many_as_they_need() {
        assert_eq!(element(0x04, &[&[7; 127]])[..2], [0x04, 0x7f]);
        assert_eq!(element(0x04, &[&[7; 128]])[..3], [0x04, 0x81, 0x80]);
        assert_eq!(element(0x04, &[&[7; 256]])[..4], [0x04, 0x82, 0x01, 0x00]);
    }

    #[test]
    fn numbers_are_positive_and_short() {
        assert_eq!(unsigned(&[0, 0, 5]), [2, 1, 5]);
        assert_eq!(unsigned(&[0x80]), [2, 2, 0, 0x80]);
        assert_eq!(unsigned(&[0]), [2, 1, 0]);
    }
}
