//! The body of a request: of an announced length or in chunks, into memory or
//! into a sink, always within its limit and against its deadline.

use std::{
    io::{self, ErrorKind},
    time::Instant,
};

use super::{Limits, Sink, stream::Stream};
use crate::error::{Code, Error};

/// Where a body goes.
pub(super) enum Target {
    /// Into memory, which grows with what has come, not with what was
    /// announced.
    Memory(Vec<u8>),
    /// Into the handler's sink.
    Sink(Box<dyn Sink>),
}

/// A whole body.
pub(super) struct Body {
    /// Its bytes, unless a sink has them.
    pub(super) bytes: Vec<u8>,
    /// The name of what the sink made of them.
    pub(super) spool: Option<String>,
}

/// Why a body did not come in whole.
#[derive(Debug)]
pub(super) enum Broken {
    /// The request is refused with this status.
    Refused(u16),
    /// The connection is gone.
    Connection(io::Error),
}

/// What a body is read from.
pub(super) struct Source<'a> {
    pub(super) stream: &'a mut Stream,
    /// What has come and is not used up; what is left of it when the body ends
    /// begins the next request.
    pub(super) ahead: &'a mut Vec<u8>,
    /// How much of `ahead` is used up.
    pub(super) at: usize,
    pub(super) limits: &'a Limits,
    pub(super) began: Instant,
    pub(super) received: u64,
}

impl Target {
    fn take(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        match self {
            Self::Memory(body) => body.extend_from_slice(bytes),
            Self::Sink(sink) => sink.write(bytes).map_err(|error| no_room(&error))?,
        }
        Ok(())
    }

    /// The body is whole.
    pub(super) fn finish(self) -> Result<Body, Broken> {
        Ok(match self {
            Self::Memory(bytes) => Body { bytes, spool: None },
            Self::Sink(sink) => {
                Body { bytes: Vec::new(), spool: Some(sink.finish().map_err(|error| no_room(&error))?) }
            }
        })
    }
}

impl Source<'_> {
    /// Reads a body of `length` bytes.
    pub(super) fn announced(&mut self, length: u64, target: &mut Target) -> Result<(), Broken> {
        let end = self.received + length;
        while self.received < end {
            let bytes = self.next(end - self.received)?;
            target.take(bytes)?;
        }
        Ok(())
    }

    /// Reads a body in chunks of at most `limit` bytes in all. A size is
    /// hexadecimal digits and nothing else; extensions and trailers, which
    /// nobody needs, are refused.
    pub(super) fn chunks(&mut self, limit: u64, target: &mut Target) -> Result<(), Broken> {
        let mut left = limit;
        loop {
            let size = self.chunk_size()?;
            if size == 0 {
                return self.line_end();
            }
            left = left.checked_sub(size).ok_or(Broken::Refused(413))?;
            self.announced(size, target)?;
            self.line_end()?;
        }
    }

    fn chunk_size(&mut self) -> Result<u64, Broken> {
        let mut size = 0;
        for digits in 0..=MOST_DIGITS {
            let byte = self.next(1)?[0];
            let digit = match byte {
                b'0'..=b'9' => byte - b'0',
                b'a'..=b'f' | b'A'..=b'F' => (byte | 0x20) - b'a' + 10,
                b'\r' if digits > 0 && self.next(1)? == b"\n" => return Ok(size),
                _ => break,
            };
            size = size * 16 + u64::from(digit);
        }
        Err(Broken::Refused(400))
    }

    fn line_end(&mut self) -> Result<(), Broken> {
        if self.next(1)? == b"\r" && self.next(1)? == b"\n" { Ok(()) } else { Err(Broken::Refused(400)) }
    }

    /// The next bytes, at least one and at most `most`.
    fn next(&mut self, most: u64) -> Result<&[u8], Broken> {
        if self.at == self.ahead.len() {
            self.fill()?;
        }
        let left = self.ahead.len() - self.at;
        let count = usize::try_from(most).map_or(left, |most| most.min(left));
        self.at += count;
        self.received += count as u64;
        Ok(&self.ahead[self.at - count..self.at])
    }

    fn fill(&mut self) -> Result<(), Broken> {
        self.at = 0;
        self.ahead.resize(STEP, 0);
        let deadline = self.began + self.limits.body_time(self.received);
        let read = self.stream.read(self.ahead, deadline);
        self.ahead.truncate(*read.as_ref().unwrap_or(&0));
        match read {
            Ok(0) => Err(Broken::Connection(ErrorKind::UnexpectedEof.into())),
            Ok(_) => Ok(()),
            Err(error) if error.kind() == ErrorKind::TimedOut => Err(Broken::Refused(408)),
            Err(error) => Err(Broken::Connection(error)),
        }
    }
}

/// Sixty bits, which no sum of two overflows.
const MOST_DIGITS: usize = 15;

/// As much as one record of TLS holds.
const STEP: usize = 16 * 1024;

fn no_room(error: &Error) -> Broken {
    tracing::error!(%error, cause = error.cause.as_ref().map(tracing::field::display), "a body cannot be kept");
    Broken::Refused(if error.code == Code::NoRoom { 507 } else { 503 })
}
