//! One request and its answer in HTTP/1.1 over a connection. RFC 9112.

use std::io::Read;
use std::time::Duration;

use httparse::{EMPTY_HEADER, Status};

use super::client::Timeouts;
use super::connection::Connection;
use super::failure::{Failure, Phase};

/// The most that a head may hold.
const MAX_HEAD: usize = 16 * 1024;
/// The most that a body may hold: receipts and outcomes are small.
const MAX_BODY: usize = 1024 * 1024;
/// How long to look for an answer after sending failed.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// An answer as it came.
pub(super) struct Received {
    pub status: u16,
    pub date: Option<String>,
    pub retry_after: Option<String>,
    pub body: Vec<u8>,
    /// Whether the connection may carry another request.
    pub reusable: bool,
}

/// No answer.
pub(super) struct Broken {
    pub failure: Failure,
    /// Whether the connection was cut before any byte of an answer came, as it
    /// happens when the other side closed it while it was idle.
    pub unanswered: bool,
}

/// Sends a request and waits for its answer.
pub(super) fn exchange(
    connection: &mut Connection,
    head: &[u8],
    body: &[u8],
    timeouts: &Timeouts,
) -> Result<Received, Broken> {
    let Err(error) = connection.within(timeouts.send).send(&[head, body]) else {
        return receive(connection, timeouts.answer, timeouts.body);
    };

    // The other side may have said why before it stopped listening: an early
    // answer, or an alert that refuses the client's certificate.
    let failure = Failure::of_io(&error, Phase::Send);
    match receive(connection, LAST_WORDS, LAST_WORDS) {
        Ok(received) => Ok(Received { reusable: false, ..received }),
        Err(broken) if broken.failure == Failure::TlsClientRefused => Err(broken),
        Err(broken) => Err(Broken { failure, unanswered: broken.unanswered && failure == Failure::Reset }),
    }
}

fn receive(connection: &mut Connection, first: Duration, rest: Duration) -> Result<Received, Broken> {
    let mut incoming = Incoming { connection: connection.within(first), bytes: Vec::new() };
    let head = match incoming.head() {
        Ok(head) => head,
        Err(failure) => {
            let unanswered = failure == Failure::Reset && incoming.bytes.is_empty();
            return Err(Broken { failure, unanswered });
        }
    };
    incoming.connection.within(rest);
    let body = match head.framing {
        Framing::Chunked => incoming.chunks(),
        Framing::Close => incoming.until_close(),
        Framing::Length(length) => incoming.exactly(length),
    };
    let body = body.map_err(|failure| Broken { failure, unanswered: false })?;
    Ok(Received {
        status: head.status,
        date: head.date,
        retry_after: head.retry_after,
        body,
        // Bytes nobody asked for mean that both sides disagree on where answers end.
        reusable: head.keeps_alive && head.framing != Framing::Close && incoming.bytes.is_empty(),
    })
}

struct Head {
    status: u16,
    date: Option<String>,
    retry_after: Option<String>,
    framing: Framing,
    keeps_alive: bool,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Framing {
    Chunked,
    Close,
    Length(usize),
}

impl Head {
    fn of(response: &httparse::Response<'_, '_>) -> Option<Self> {
        let values = |name: &'static str| {
            let named = response.headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name));
            named.filter_map(|header| std::str::from_utf8(header.value).ok()).map(str::trim)
        };
        let status = response.code?;
        let mut lengths = values("content-length");
        let framing = match (values("transfer-encoding").next(), lengths.next()) {
            _ if status == 204 || status == 304 => Framing::Length(0),
            (Some(coding), None) if coding.eq_ignore_ascii_case("chunked") => Framing::Chunked,
            (Some(_), _) => return None,
            (None, Some(length)) => {
                if lengths.any(|other| other != length) || !length.bytes().all(|byte| byte.is_ascii_digit()) {
                    return None;
                }
                Framing::Length(length.parse().ok()?)
            }
            (None, None) => Framing::Close,
        };
        let closes = values("connection").any(|value| value.to_ascii_lowercase().contains("close"));
        Some(Self {
            status,
            date: values("date").next().map(str::to_owned),
            retry_after: values("retry-after").next().map(str::to_owned),
            framing,
            keeps_alive: response.version == Some(1) && !closes,
        })
    }
}

/// What has been read and not used yet, and where more comes from.
struct Incoming<'a> {
    connection: &'a mut Connection,
    bytes: Vec<u8>,
}

impl Incoming<'_> {
    /// Reads more; `false` at the end.
    fn more(&mut self) -> Result<bool, Failure> {
        let start = self.bytes.len();
        self.bytes.resize(start + 16 * 1024, 0);
        let read = self.connection.read(&mut self.bytes[start..]);
        self.bytes.truncate(start + *read.as_ref().unwrap_or(&0));
        read.map(|count| count > 0).map_err(|error| Failure::of_io(&error, Phase::Answer))
    }

    /// Reads more; an end is a cut.
    fn some(&mut self) -> Result<(), Failure> {
        if self.more()? { Ok(()) } else { Err(Failure::Reset) }
    }

    /// The head of the final answer; interim ones are passed over.
    fn head(&mut self) -> Result<Head, Failure> {
        loop {
            let mut headers = [EMPTY_HEADER; 64];
            let mut response = httparse::Response::new(&mut headers);
            match response.parse(&self.bytes) {
                Ok(Status::Complete(length)) => {
                    let head = Head::of(&response).ok_or(Failure::Protocol)?;
                    self.bytes.drain(..length);
                    match head.status {
                        101 => return Err(Failure::Protocol),
                        100..=199 => {}
                        _ => return Ok(head),
                    }
                }
                Ok(Status::Partial) if self.bytes.len() < MAX_HEAD => self.some()?,
                Ok(Status::Partial) | Err(_) => return Err(Failure::Protocol),
            }
        }
    }

    fn exactly(&mut self, length: usize) -> Result<Vec<u8>, Failure> {
        if length > MAX_BODY {
            return Err(Failure::TooLarge);
        }
        while self.bytes.len() < length {
            self.some()?;
        }
        let rest = self.bytes.split_off(length);
        Ok(std::mem::replace(&mut self.bytes, rest))
    }

    fn until_close(&mut self) -> Result<Vec<u8>, Failure> {
        while self.more()? {
            if self.bytes.len() > MAX_BODY {
                return Err(Failure::TooLarge);
            }
        }
        Ok(std::mem::take(&mut self.bytes))
    }

    fn chunks(&mut self) -> Result<Vec<u8>, Failure> {
        let mut body = Vec::new();
        loop {
            let (start, size) = match httparse::parse_chunk_size(&self.bytes) {
                Ok(Status::Complete(found)) => found,
                Ok(Status::Partial) if self.bytes.len() < MAX_HEAD => {
                    self.some()?;
                    continue;
                }
                Ok(Status::Partial) | Err(_) => return Err(Failure::Protocol),
            };
            self.bytes.drain(..start);
            if size == 0 {
                self.trailers()?;
                return Ok(body);
            }
            let size = usize::try_from(size).ok().filter(|size| *size <= MAX_BODY - body.len());
            body.extend(self.exactly(size.ok_or(Failure::TooLarge)?)?);
            if self.exactly(2)? != b"\r\n" {
                return Err(Failure::Protocol);
            }
        }
    }

    /// Passes over the lines after the last chunk.
    fn trailers(&mut self) -> Result<(), Failure> {
        let mut passed = 0;
        loop {
            let Some(end) = self.bytes.iter().position(|byte| *byte == b'\n') else {
                if self.bytes.len() > MAX_HEAD {
                    return Err(Failure::Protocol);
                }
                self.some()?;
                continue;
            };
            let line: Vec<u8> = self.bytes.drain(..=end).collect();
            passed += line.len();
            match line.as_slice() {
                b"\r\n" => return Ok(()),
                _ if passed > MAX_HEAD => return Err(Failure::Protocol),
                _ => {}
            }
        }
    }
}
