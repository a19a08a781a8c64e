//! JSON as it goes on the wire, written straight into a buffer.

/// Appends `text` as a JSON string. Says whether it holds an invisible
/// control character other than a tab or a line break, which no value may.
pub(super) fn write_string(out: &mut Vec<u8>, text: &str) -> bool {
    out.push(b'"');
    // Without a branch, so that many bytes are looked at together.
    let special = text.bytes().fold(false, |special, byte| {
        special | (byte < 0x20) | (byte == b'"') | (byte == b'\\') | (byte == 0x7f)
    });
    let mut has_control = false;
    if special {
        has_control = write_escaped(out, text);
    } else {
        out.extend_from_slice(text.as_bytes());
    }
    out.push(b'"');
    has_control
}

/// The text without blanks around it, and where it starts.
pub(super) fn trimmed(cell: &str) -> (&str, usize) {
    let plain = |byte: Option<&u8>| byte.is_some_and(|byte| (0x21..0x7f).contains(byte));
    let bytes = cell.as_bytes();
    if bytes.is_empty() || (plain(bytes.first()) && plain(bytes.last())) {
        return (cell, 0);
    }
    let tail = cell.trim_start();
    (tail.trim_end(), cell.len() - tail.len())
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
            0..0x20 | 0x7f => {
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
            let has_control = write_string(&mut out, &text);
            prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text.clone());
            let control = |letter: char| letter.is_ascii_control() && !matches!(letter, '\t' | '\n' | '\r');
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
