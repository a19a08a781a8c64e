//! A batch of registrations as it came, taken apart and checked.

use std::{borrow::Cow, cell::RefCell, fmt::Write, io::Read};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use zstd::bulk::{Compressor, Decompressor};

use super::{
    pack::{Key, record_name},
    problem::Problem,
    value,
    wire::{Action, RegistrationLine, RegistrationsHeader, hex16},
};
use crate::{
    clock,
    error::{Error, Result},
};

/// A checked batch. Codes stand apart from everything else, so that they can
/// be deleted.
pub(super) struct Registrations {
    pub(super) header: RegistrationsHeader,
    /// Lines in all.
    pub(super) count: usize,
    /// The code of every line, 16 bytes each.
    pub(super) codes: Vec<u8>,
    /// The packed keys of the lines that passed.
    pub(super) keys: Vec<u8>,
    /// The lines that passed, as [`BodyLine`]s, compressed.
    pub(super) body: Vec<u8>,
    /// The lines that did not.
    pub(super) refused: Vec<Refused>,
    this_year: i16,
}

/// A single registration that failed the platform's checks.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Refused {
    /// The line, counted from 1, the header left out.
    pub line: u32,
    /// Why, as a stable code.
    pub reason: String,
}

/// A registration without its code, as the platform keeps it.
#[derive(Debug, Deserialize)]
pub(super) struct BodyLine<'a> {
    #[serde(borrow)]
    pub(super) record: Cow<'a, str>,
    pub(super) revision: u64,
    pub(super) action: Action,
    #[serde(borrow)]
    pub(super) data: Option<&'a RawValue>,
}

impl Registrations {
    /// Reads the clear bytes of a sealed message. `refuse_some` has every
    /// tenth line refused, beginning with the first, for trials.
    pub(super) fn read(clear: &[u8], batch: &str, sender: &str, refuse_some: bool) -> Result<Self, Problem> {
        SCRATCH.with_borrow_mut(|scratch| {
            let mut body = std::mem::take(&mut scratch.body);
            body.clear();
            let read = decompress_into(clear, MOST, &mut scratch.payload)
                .and_then(|()| Self::read_clear(&scratch.payload, (batch, sender), refuse_some, &mut body));
            scratch.payload.fill(0);
            scratch.payload.clear();
            scratch.payload.shrink_to(KEPT);
            body.clear();
            body.shrink_to(KEPT);
            scratch.body = body;
            read
        })
    }

    fn read_clear(
        payload: &[u8],
        (batch, sender): (&str, &str),
        refuse_some: bool,
        body: &mut String,
    ) -> Result<Self, Problem> {
        let text = std::str::from_utf8(payload).map_err(|_| Problem::unprocessable("lines"))?;
        let (header, lines) = RegistrationsHeader::read(text, batch, sender)?;
        let mut read = Self {
            header,
            count: 0,
            codes: Vec::with_capacity(16 * 1024),
            keys: Vec::with_capacity(32 * 1024),
            body: Vec::new(),
            refused: Vec::new(),
            this_year: clock::today().year(),
        };
        body.reserve(text.len());
        for text in lines {
            read.count += 1;
            read.line(text, sender, refuse_some, body)?;
        }
        let mut codes: Vec<u128> =
            read.codes.as_chunks::<16>().0.iter().map(|code| u128::from_ne_bytes(*code)).collect();
        codes.sort_unstable();
        if codes.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(Problem::unprocessable("code-twice"));
        }
        read.body = compress(body.as_bytes())?;
        Ok(read)
    }

    fn line(
        &mut self,
        text: &str,
        sender: &str,
        refuse_some: bool,
        body: &mut String,
    ) -> Result<(), Problem> {
        let wrong = |code| Problem::line(code, self.count);
        if !text.starts_with('{') || !text.ends_with('}') {
            return Err(wrong("line"));
        }
        let line: RegistrationLine<'_> = serde_json::from_str(text).map_err(|_| wrong("line"))?;
        let code = hex16(line.code).ok_or_else(|| wrong("code"))?;
        if line.record.is_empty() || line.record.len() > LONGEST_RECORD {
            return Err(wrong("record"));
        }
        if line.revision == 0 || line.data.is_some() != (line.action == Action::Submit) {
            return Err(wrong("line"));
        }
        let number = u32::try_from(self.count).map_err(|_| Problem::unprocessable("count"))?;
        let fault = match line.data.map_or(Ok(()), |data| value::check(data.get(), self.this_year)) {
            Err(value::Fault::Identifier) => return Err(wrong("identifier-in-data")),
            Err(value::Fault::Empty) => Some("empty-value"),
            Err(value::Fault::Number) => Some("number-form"),
            Err(value::Fault::Ssin) => Some("patient-identifier"),
            Ok(()) if refuse_some && self.count % 10 == 1 => Some("refused-for-trial"),
            Ok(()) => None,
        };
        self.codes.extend_from_slice(&code);
        if let Some(reason) = fault {
            self.refused.push(Refused { line: number, reason: reason.to_owned() });
            return Ok(());
        }
        let record = record_name(sender, &line.record);
        Key { line: number, record, revision: line.revision, action: line.action }.pack(&mut self.keys);
        push_body_line(&line, body);
        Ok(())
    }
}

/// Bytes of a decompressed payload at the most.
const MOST: u64 = 128 * 1024 * 1024;

/// Bytes of a record's name at the most.
const LONGEST_RECORD: usize = 128;

fn push_body_line(line: &RegistrationLine<'_>, body: &mut String) {
    body.push_str("{\"record\":");
    // What the parser could borrow has nothing in it to escape.
    match &line.record {
        Cow::Borrowed(record) => {
            body.push('"');
            body.push_str(record);
            body.push('"');
        }
        Cow::Owned(record) => body.push_str(&serde_json::Value::from(record.as_str()).to_string()),
    }
    body.push_str(",\"revision\":");
    // Nothing fails that is written to a string.
    let _written = write!(body, "{}", line.revision);
    body.push_str(match line.action {
        Action::Submit => ",\"action\":\"submit\"",
        Action::Withdraw => ",\"action\":\"withdraw\"",
    });
    if let Some(data) = line.data {
        body.push_str(",\"data\":");
        body.push_str(data.get());
    }
    body.push_str("}\n");
}

/// Leaves `lines` (ascending) out of packed keys and of the body beside them.
pub(super) fn without(keys: &[u8], body: &[u8], lines: &[u32]) -> Result<(Vec<u8>, Vec<u8>)> {
    let body = decompress(body, MOST).map_err(|_| Error::internal("a stored body does not open"))?;
    let text = std::str::from_utf8(&body).map_err(Error::internal)?;
    let mut kept = (Vec::with_capacity(keys.len()), String::with_capacity(text.len()));
    for (key, line) in super::pack::keys(keys).zip(text.split_terminator('\n')) {
        if lines.binary_search(&key.line).is_err() {
            key.pack(&mut kept.0);
            kept.1.extend([line, "\n"]);
        }
    }
    Ok((kept.0, compress(kept.1.as_bytes())?))
}

/// Compresses for keeping: fast, because it is done once for every batch and
/// seldom undone.
fn compress(bytes: &[u8]) -> Result<Vec<u8>> {
    thread_local! {
        static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    }
    COMPRESSOR.with_borrow_mut(|kept| {
        let compressor = match kept {
            Some(compressor) => compressor,
            None => kept.insert(Compressor::new(LEVEL).map_err(Error::internal)?),
        };
        compressor.compress(bytes).map_err(Error::internal)
    })
}

/// What a thread keeps from one batch to the next, because memory that is new
/// each time costs more than the work done in it.
#[derive(Default)]
struct Scratch {
    payload: Vec<u8>,
    body: String,
}

/// Bytes of memory kept at the most, each time.
const KEPT: usize = 1024 * 1024;

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
    static DECOMPRESSOR: RefCell<Decompressor<'static>> = RefCell::default();
}

const LEVEL: i32 = 1;

/// Decompresses Zstandard, but no bomb.
pub(super) fn decompress(bytes: &[u8], most: u64) -> Result<Vec<u8>, Problem> {
    let mut clear = Vec::new();
    decompress_into(bytes, most, &mut clear).map(|()| clear)
}

fn decompress_into(bytes: &[u8], most: u64, clear: &mut Vec<u8>) -> Result<(), Problem> {
    clear.clear();
    // Who says how long his text is spares us finding out; to say so is not
    // asked for, and what was said need not be true.
    if let Ok(Some(length)) = zstd::zstd_safe::get_frame_content_size(bytes)
        && length <= most.min(512 * bytes.len() as u64)
    {
        clear.reserve(usize::try_from(length).unwrap_or(0));
        let opened = DECOMPRESSOR.with_borrow_mut(|kept| kept.decompress_to_buffer(bytes, clear));
        if opened.is_ok() {
            return Ok(());
        }
        clear.clear();
    }
    let failed = |_| Problem::unprocessable("not-zstandard");
    let decoder = zstd::Decoder::with_buffer(bytes).map_err(failed)?;
    decoder.take(most + 1).read_to_end(clear).map_err(failed)?;
    if clear.len() as u64 > most { Err(Problem::unprocessable("payload-too-large")) } else { Ok(()) }
}
