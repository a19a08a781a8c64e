//! The text of a small file that is in memory.

use encoding_rs::UTF_8;

use super::source::{encoding, is_binary};
use crate::domain::finding::Finding;

/// The text of `bytes` as UTF-8, in whatever encoding it came. What stands for
/// no letter is replaced.
///
/// # Errors
///
/// A finding: the file is empty or is not text.
pub(super) fn text(bytes: &[u8]) -> Result<String, Finding> {
    if bytes.is_empty() {
        return Err(Finding::error("file-empty"));
    }
    let start = &bytes[..bytes.len().min(8192)];
    let (encoding, mark) = encoding(start, is_mostly_utf8(bytes));
    if (encoding == UTF_8 || encoding.is_single_byte()) && is_binary(start) {
        return Err(Finding::error("file-binary"));
    }
    let text = bytes.get(mark as usize..).unwrap_or_default();
    Ok(encoding.decode_without_bom_handling(text).0.into_owned())
}

/// Whether it is UTF-8, or UTF-8 with less damage than letters beyond ASCII.
fn is_mostly_utf8(bytes: &[u8]) -> bool {
    let (mut letters, mut damage) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        letters += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
        damage += usize::from(!chunk.invalid().is_empty());
    }
    damage == 0 || letters > damage
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encodings_in_use_read_as_the_same_text() {
        let words = "NOM;VILLE\r\nÉmile;Liège\r\n";
        let utf16: Vec<u8> = words.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let windows = encoding_rs::WINDOWS_1252.encode(words).0.into_owned();
        let marked = [b"\xEF\xBB\xBF", words.as_bytes()].concat();
        for bytes in [words.as_bytes().to_vec(), utf16, windows, marked] {
            assert_eq!(text(&bytes).ok().as_deref(), Some(words));
        }
        assert_eq!(text(b"").err().map(|finding| finding.code), Some("file-empty"));
        assert_eq!(text(&[0, 1, 2, 3, 4]).err().map(|finding| finding.code), Some("file-binary"));
    }
}
