//! A file as it came: its digest, its encoding, and its text as UTF-8.

use std::{
    io::{self, Read},
    mem,
};

use aws_lc_rs::digest;
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::input::{Bytes, BytesReader, Input, unreadable};
use crate::domain::finding::Finding;

const BUFFER: usize = 1 << 18;

/// A file that was looked over and can be read.
pub struct Source {
    bytes: Bytes,
    encoding: &'static Encoding,
    mark: u64,
    digest: Vec<u8>,
}

impl Source {
    /// Looks a file over: reads it once, in bounded memory, for its digest
    /// and its encoding. UTF-16 shows by its byte-order mark or its zeros;
    /// what is not UTF-8, nor UTF-8 with some damage, is taken for
    /// Windows-1252.
    ///
    /// # Errors
    ///
    /// A finding: the file cannot be read, is empty, or is not text.
    pub fn open<'i>(input: impl Into<Input<'i>>) -> Result<Self, Finding> {
        let bytes = Bytes::open(input.into())?;
        let mut reader = bytes.read_from(0).map_err(unreadable)?;
        let mut context = digest::Context::new(&digest::SHA256);
        let mut text = Utf8Check::default();
        let mut buffer = vec![0; BUFFER];
        let mut start = Vec::new();
        loop {
            let read = reader.read(&mut buffer).map_err(unreadable)?;
            if read == 0 {
                break;
            }
            context.update(&buffer[..read]);
            text.update(&buffer[..read]);
            if start.len() < 8192 {
                start.extend_from_slice(&buffer[..read.min(8192)]);
            }
        }
        if start.is_empty() {
            return Err(Finding::error("file-empty"));
        }
        let is_utf8 = text.is_utf8() || is_mostly_utf8(&bytes).map_err(unreadable)?;
        let (encoding, mark) = encoding(&start, is_utf8);
        if encoding != UTF_16LE && encoding != UTF_16BE && is_binary(&start) {
            return Err(Finding::error("file-binary"));
        }
        drop(reader);
        Ok(Self { bytes, encoding, mark, digest: context.finish().as_ref().to_vec() })
    }

    /// SHA-256 of the file's bytes.
    pub fn digest(&self) -> &[u8] {
        &self.digest
    }

    /// The file's size in bytes.
    pub fn size(&self) -> u64 {
        self.bytes.size()
    }

    /// Whether the file is still as it was when it was looked over.
    pub fn is_unchanged(&self) -> bool {
        self.bytes.is_unchanged()
    }

    /// The text as UTF-8, without byte-order mark, from its byte `position`.
    pub fn text(&self, position: u64) -> io::Result<Text<'_>> {
        let is_utf8 = self.encoding == UTF_8;
        let bytes = self.bytes.read_from(self.mark + if is_utf8 { position } else { 0 })?;
        let decoder = (!is_utf8).then(|| self.encoding.new_decoder_without_bom_handling());
        let mut text = Text { bytes, decoded: decoder.map(Decoded::by) };
        if !is_utf8 {
            io::copy(&mut (&mut text).take(position), &mut io::sink())?;
        }
        Ok(text)
    }
}

/// The text of a file, decoded as it is read.
pub struct Text<'a> {
    bytes: BytesReader<'a>,
    decoded: Option<Decoded>,
}

impl Read for Text<'_> {
    /// Reads on. Damage is an error of the kind `InvalidData`, told when all
    /// before it was handed over; who goes on gets what comes behind it.
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Some(decoded) = &mut self.decoded else { return self.bytes.read(out) };
        while decoded.given == decoded.text.len() && !decoded.finished {
            decoded.more(&mut self.bytes)?;
        }
        let given = (decoded.text.len() - decoded.given).min(out.len());
        out[..given].copy_from_slice(&decoded.text[decoded.given..][..given]);
        decoded.given += given;
        Ok(given)
    }
}

/// Text that was decoded and not handed over yet. The decoder writes nothing
/// into a place that is smaller than its longest letter, so it gets its own.
struct Decoded {
    decoder: Decoder,
    bytes: Vec<u8>,
    used: usize,
    text: Vec<u8>,
    given: usize,
    ended: bool,
    finished: bool,
    /// Bytes that stand for no letter follow what was decoded.
    is_damaged: bool,
}

impl Decoded {
    fn by(decoder: Decoder) -> Self {
        Self {
            decoder,
            bytes: Vec::new(),
            used: 0,
            text: Vec::new(),
            given: 0,
            ended: false,
            finished: false,
            is_damaged: false,
        }
    }

    /// Decodes more, if there is more, or tells the damage once.
    fn more(&mut self, bytes: &mut BytesReader<'_>) -> io::Result<()> {
        self.given = 0;
        if mem::take(&mut self.is_damaged) {
            self.text.clear();
            self.text.extend_from_slice("\u{fffd}".as_bytes());
            return Err(io::ErrorKind::InvalidData.into());
        }
        self.text.clear();
        if self.used == self.bytes.len() && !self.ended {
            self.bytes.resize(BUFFER, 0);
            let read = bytes.read(&mut self.bytes).inspect_err(|_| self.bytes.clear())?;
            self.bytes.truncate(read);
            self.used = 0;
            self.ended = read == 0;
        }
        self.text.resize(BUFFER, 0);
        let source = &self.bytes[self.used..];
        let (result, read, written) =
            self.decoder.decode_to_utf8_without_replacement(source, &mut self.text, self.ended);
        self.used += read;
        self.text.truncate(written);
        match result {
            DecoderResult::Malformed(..) => self.is_damaged = true,
            DecoderResult::InputEmpty => self.finished = self.ended,
            DecoderResult::OutputFull => {}
        }
        Ok(())
    }
}

/// The encoding, and the length of its byte-order mark; of all of them, since
/// some programs add one to a file that has one.
pub(super) fn encoding(start: &[u8], is_utf8: bool) -> (&'static Encoding, u64) {
    if let Some((encoding, length)) = Encoding::for_bom(start) {
        let (mark, rest) = start.split_at(length);
        let again = rest.chunks(length).take_while(|next| *next == mark).count();
        return (encoding, (length * (1 + again)) as u64);
    }
    let zeros = |offset: usize| start.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let half = start.len() / 2;
    if half > 8 && zeros(1) > half * 3 / 4 && zeros(0) < half / 4 {
        return (UTF_16LE, 0);
    }
    if half > 8 && zeros(0) > half * 3 / 4 && zeros(1) < half / 4 {
        return (UTF_16BE, 0);
    }
    (if is_utf8 { UTF_8 } else { WINDOWS_1252 }, 0)
}

/// Whether more of a file's letters beyond ASCII are UTF-8 than are not: it is
/// UTF-8 with some damage, which as Windows-1252 would turn all of them into
/// others without anybody noticing.
fn is_mostly_utf8(bytes: &Bytes) -> io::Result<bool> {
    let mut reader = bytes.read_from(0)?;
    let mut buffer = vec![0; BUFFER];
    let (mut letters, mut damage) = (0, 0);
    loop {
        let read = reader.read(&mut buffer)?;
        if read == 0 {
            return Ok(letters > damage);
        }
        for chunk in buffer[..read].utf8_chunks() {
            letters += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
            damage += usize::from(!chunk.invalid().is_empty());
        }
    }
}

/// Whether more than one in a hundred of the first bytes are control
/// characters that no text has. A single one is left to the row it is in.
pub(super) fn is_binary(start: &[u8]) -> bool {
    let strange = start.iter().filter(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31)).count();
    strange * 100 > start.len()
}

/// Tells whether bytes that come in pieces are UTF-8.
#[derive(Default)]
struct Utf8Check {
    broken: bool,
    carry: Vec<u8>,
}

impl Utf8Check {
    fn update(&mut self, mut bytes: &[u8]) {
        while !self.broken && !self.carry.is_empty() && !bytes.is_empty() {
            self.carry.push(bytes[0]);
            bytes = &bytes[1..];
            match std::str::from_utf8(&self.carry) {
                Ok(_) => self.carry.clear(),
                Err(error) => self.broken = error.error_len().is_some(),
            }
        }
        if self.broken {
            return;
        }
        if let Err(error) = std::str::from_utf8(bytes) {
            match error.error_len() {
                Some(_) => self.broken = true,
                None => self.carry = bytes[error.valid_up_to()..].to_vec(),
            }
        }
    }

    fn is_utf8(&self) -> bool {
        !self.broken && self.carry.is_empty()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::{fs, path::Path};

    use super::*;

    fn text(bytes: &[u8], position: u64) -> String {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file.csv");
        fs::write(&path, bytes).unwrap();
        let source = Source::open(&path).map_err(|finding| finding.code).unwrap();
        let mut text = String::new();
        source.text(position).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn every_encoding_in_use_reads_as_the_same_text() {
        let words = "NAAM;PLAATS\r\nÉmile;Liège\r\n";
        let utf16 = |le: bool| -> Vec<u8> {
            words
                .encode_utf16()
                .flat_map(|unit| if le { unit.to_le_bytes() } else { unit.to_be_bytes() })
                .collect()
        };
        let windows = WINDOWS_1252.encode(words).0.into_owned();
        let marked = |mark: &[u8], bytes: Vec<u8>| [mark, &bytes].concat();
        for bytes in [
            words.as_bytes().to_vec(),
            marked(b"\xEF\xBB\xBF", words.into()),
            marked(b"\xFF\xFE", utf16(true)),
            marked(b"\xFE\xFF", utf16(false)),
            utf16(true),
            utf16(false),
            windows,
        ] {
            assert_eq!(text(&bytes, 0), words);
            assert_eq!(text(&bytes, 13), words[13..], "reading goes on in the middle");
        }
    }

    #[test]
    fn a_mark_that_was_put_before_another_is_no_part_of_the_text() {
        assert_eq!(text(b"\xEF\xBB\xBF\xEF\xBB\xBFA;B", 0), "A;B");
        assert_eq!(text(b"\xFF\xFE\xFF\xFEA\0;\0B\0", 0), "A;B");
        assert_eq!(text(b"\xEF\xBB\xBF", 0), "");
    }

    #[test]
    fn damaged_text_is_an_error_once_and_goes_on_behind_it() {
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let broken = [&b"\xFF\xFE"[..], &utf16("A;B\n"), &[0x00, 0xD8], &utf16("x\n"), b"y"].concat();
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file.csv");
        fs::write(&path, broken).unwrap();
        let source = Source::open(&path).map_err(|finding| finding.code).unwrap();
        let mut text = source.text(0).unwrap();
        let (mut read, mut errors) = (Vec::new(), 0);
        let mut piece = [0; 8];
        loop {
            match text.read(&mut piece) {
                Ok(0) => break,
                Ok(length) => read.extend_from_slice(&piece[..length]),
                Err(error) => {
                    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
                    errors += 1;
                }
            }
        }
        assert_eq!(String::from_utf8(read).unwrap(), "A;B\n\u{fffd}x\n\u{fffd}");
        assert_eq!(errors, 2, "half a pair, and half a unit at the end");
        assert_eq!(text.read(&mut piece).unwrap(), 0, "the end stays the end");
    }

    #[test]
    fn utf8_with_a_damaged_byte_is_not_taken_for_another_encoding() {
        assert_eq!(text("Liège, été".as_bytes(), 0), "Liège, été");
        assert_eq!(text(b"Li\xE8ge, \xE9t\xE9", 0), "Liège, été");
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file.csv");
        fs::write(&path, [b"\xFF".as_slice(), "Liège, été".as_bytes()].concat()).unwrap();
        let source = Source::open(&path).map_err(|finding| finding.code).unwrap();
        assert_eq!(source.encoding, UTF_8);
    }

    #[test]
    fn decoded_text_goes_through_the_smallest_buffer() {
        let words = "é€😀z".repeat(40_000);
        let bytes: Vec<u8> =
            [0xFEFF].into_iter().chain(words.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file.csv");
        fs::write(&path, bytes).unwrap();
        let source = Source::open(&path).map_err(|finding| finding.code).unwrap();
        for position in [9, 10, 8191, 8192, 65_536, 100_001] {
            let mut next = [0; 1];
            source.text(position).unwrap().read_exact(&mut next).unwrap();
            assert_eq!(next[0], words.as_bytes()[position as usize]);
        }
    }

    #[test]
    fn what_is_no_file_is_refused_at_once() {
        assert_eq!(Source::open(Path::new("/dev/zero")).map(|_| ()).unwrap_err().code, "file-unreadable");
    }

    #[test]
    fn utf8_is_recognised_across_the_pieces_it_comes_in() {
        let mut check = Utf8Check::default();
        for byte in "aé€😀z".bytes() {
            check.update(&[byte]);
        }
        assert!(check.is_utf8());
        check.update(b"\xC3");
        assert!(!check.is_utf8(), "cut in the middle of a letter");
        check.update(b"(");
        assert!(!check.is_utf8());
    }

    #[test]
    fn what_is_not_text_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file.csv");
        for (bytes, code) in
            [(&b""[..], "file-empty"), (b"PK\x03\x04\x14\x00\x00\x00\x08\x00\x01\x02", "file-binary")]
        {
            fs::write(&path, bytes).unwrap();
            assert_eq!(Source::open(&path).map(|_| ()).unwrap_err().code, code);
        }
        assert_eq!(Source::open(directory.path()).map(|_| ()).unwrap_err().code, "file-unreadable");
    }
}
