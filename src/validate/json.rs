//! JSON as it goes on the wire, written straight into a buffer.

/// Appends the inside of a JSON string. Says whether `text` holds an
/// invisible control character other than a tab or a line break, which no
/// value may.
pub(super) fn write_text(out: &mut Vec<u8>, text: &str) -> bool {
    if has_special(text.as_bytes()) {
        return write_escaped(out, text);
    }
    out.extend_from_slice(text.as_bytes());
    false
}

/// Appends `text` as a JSON string.
pub(super) fn write_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    write_text(out, text);
    out.push(b'"');
}

/// The text without blanks around it, and where it starts.
#[inline]
pub(super) fn trimmed(cell: &str) -> (&str, usize) {
    let plain = |byte: Option<&u8>| byte.is_some_and(|byte| (0x21..0x7f).contains(byte));
    let bytes = cell.as_bytes();
    if bytes.is_empty() || (plain(bytes.first()) && plain(bytes.last())) {
        return (cell, 0);
    }
    let tail = cell.trim_start();
    (tail.trim_end(), cell.len() - tail.len())
}

/// Whether a byte must be escaped; eight bytes are looked at together.
fn has_special(text: &[u8]) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let special = |word: u64| {
        let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word & HIGH;
        let quote = word ^ (ONES * u64::from(b'"'));
        let backslash = word ^ (ONES * u64::from(b'\\'));
        below(word, 0x20) | below(quote, 1) | below(backslash, 1)
    };
    let (words, rest) = text.as_chunks::<8>();
    let found = words.iter().fold(0, |found, word| found | special(u64::from_le_bytes(*word)));
    let last = match text.last_chunk::<8>() {
        Some(last) => u64::from_le_bytes(*last),
        None => rest.iter().fold(ONES * u64::from(b' '), |word, byte| word << 8 | u64::from(*byte)),
    };
    found | special(last) != 0
}

#[cold]
fn write_escaped(out: &mut Vec<u8>, text: &str) -> bool {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut has_control = false;
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..0x20 => {
                has_control = true;
                let digits = [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]];
                out.extend_from_slice(b"\\u00");
                out.extend_from_slice(&digits);
            }
            _ => out.push(byte),
        }
    }
    has_control
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_is_read_back_by_another_reader(text in ".*|[\\x00-\\x7f]*") {
            let mut out = Vec::new();
            out.push(b'"');
            let has_control = write_text(&mut out, &text);
            out.push(b'"');
            prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text.clone());
            let control = |letter: char| letter < ' ' && !matches!(letter, '\t' | '\n' | '\r');
            prop_assert_eq!(has_control, text.contains(control));
        }

        #[test]
        fn blanks_around_are_cut_and_their_place_is_known(text in "[ \t\u{a0}]{0,3}.{0,9}[ \n]{0,3}") {
            let (cut, start) = trimmed(&text);
            prop_assert_eq!(cut, text.trim());
            prop_assert_eq!(&text[start..start + cut.len()], cut);
        }
    }
}
