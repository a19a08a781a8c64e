//! A file as it came: its digest, its encoding, and its text as UTF-8.

use std::{
    fs::{File, Metadata},
    io::{self, Read, Seek, SeekFrom},
    path::Path,
    time::SystemTime,
};

use aws_lc_rs::digest;
use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::domain::finding::Finding;

const BUFFER: usize = 1 << 18;

/// A file that was looked over and can be read.
pub struct Source {
    file: File,
    seen: (u64, Option<SystemTime>),
    encoding: &'static Encoding,
    mark: u64,
    digest: Vec<u8>,
}

impl Source {
    /// Looks a file over: reads it once, in bounded memory, for its digest
    /// and its encoding. UTF-16 shows by its byte-order mark or its zeros;
    /// what is not UTF-8 is taken for Windows-1252.
    ///
    /// # Errors
    ///
    /// A finding: the file cannot be read, is empty, or is not text.
    pub fn open(path: &Path) -> Result<Self, Finding> {
        let unreadable =
            |error: io::Error| Finding::error("file-unreadable").with("reason", error.kind().to_string());
        let mut file = File::open(path).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        if metadata.is_dir() {
            return Err(
                Finding::error("file-unreadable").with("reason", io::ErrorKind::IsADirectory.to_string())
            );
        }
        let mut context = digest::Context::new(&digest::SHA256);
        let mut text = Utf8Check::default();
        let mut buffer = vec![0; BUFFER];
        let mut start = Vec::new();
        loop {
            let read = file.read(&mut buffer).map_err(unreadable)?;
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
        let (encoding, mark) = encoding(&start, text.is_utf8());
        if encoding != UTF_16LE && encoding != UTF_16BE && is_binary(&start) {
            return Err(Finding::error("file-binary"));
        }
        Ok(Self { file, seen: seen(&metadata), encoding, mark, digest: context.finish().as_ref().to_vec() })
    }

    /// SHA-256 of the file's bytes.
    pub fn digest(&self) -> &[u8] {
        &self.digest
    }

    /// The file's size in bytes.
    pub fn size(&self) -> u64 {
        self.seen.0
    }

    /// Whether the file is still as it was when it was looked over.
    pub fn is_unchanged(&self) -> bool {
        self.file.metadata().is_ok_and(|metadata| seen(&metadata) == self.seen)
    }

    /// The text as UTF-8, without byte-order mark, from its byte `position`.
    pub fn text(&self, position: u64) -> io::Result<Text<'_>> {
        let mut file = &self.file;
        let is_utf8 = self.encoding == UTF_8;
        file.seek(SeekFrom::Start(self.mark + if is_utf8 { position } else { 0 }))?;
        let decoder = (!is_utf8).then(|| self.encoding.new_decoder_without_bom_handling());
        let mut text = Text { file, decoder, bytes: Vec::new(), used: 0, ended: false };
        if !is_utf8 {
            io::copy(&mut (&mut text).take(position), &mut io::sink())?;
        }
        Ok(text)
    }
}

/// The text of a file, decoded as it is read.
pub struct Text<'a> {
    file: &'a File,
    decoder: Option<Decoder>,
    bytes: Vec<u8>,
    used: usize,
    ended: bool,
}

impl Read for Text<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Some(decoder) = &mut self.decoder else { return self.file.read(out) };
        loop {
            if self.used == self.bytes.len() && !self.ended {
                self.bytes.resize(BUFFER, 0);
                let read = self.file.read(&mut self.bytes)?;
                self.bytes.truncate(read);
                self.used = 0;
                self.ended = read == 0;
            }
            let (result, read, written, _) =
                decoder.decode_to_utf8(&self.bytes[self.used..], out, self.ended);
            self.used += read;
            if written > 0 || (self.ended && result == CoderResult::InputEmpty) {
                return Ok(written);
            }
        }
    }
}

fn seen(metadata: &Metadata) -> (u64, Option<SystemTime>) {
    (metadata.len(), metadata.modified().ok())
}

/// The encoding, and the length of its byte-order mark.
fn encoding(start: &[u8], is_utf8: bool) -> (&'static Encoding, u64) {
    if let Some((encoding, length)) = Encoding::for_bom(start) {
        return (encoding, length as u64);
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

/// Whether more than one in a hundred of the first bytes are control
/// characters that no text has. A single one is left to the row it is in.
fn is_binary(start: &[u8]) -> bool {
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
    use super::*;

    fn text(bytes: &[u8], position: u64) -> String {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file.csv");
        std::fs::write(&path, bytes).unwrap();
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
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(Source::open(&path).map(|_| ()).unwrap_err().code, code);
        }
        assert_eq!(Source::open(directory.path()).map(|_| ()).unwrap_err().code, "file-unreadable");
    }
}
