//! One exchange: a request comes in, an answer goes out.

use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::fmt::rfc2822::DateTimePrinter;

use super::{
    BodyLimit, Ending, Handler, Head, Request, Response, Rules,
    head::{self, Refusal},
    stream::Stream,
};
use crate::clock;

/// One client's connection while it is served.
pub(super) struct Exchanges<'a> {
    pub(super) stream: Stream,
    pub(super) peer: SocketAddr,
    pub(super) rules: &'a Rules,
    pub(super) handler: &'a dyn Handler,
    pub(super) stop: &'a AtomicBool,
    /// Bytes that came after the last request.
    pub(super) ahead: Vec<u8>,
}

impl Exchanges<'_> {
    /// Serves one request after the other, until the client, a limit, a stop
    /// or an ending says enough.
    pub(super) fn run(mut self) -> io::Result<()> {
        let certificate = self.stream.client_certificate();
        for served in 1.. {
            if !self.wait_for_bytes()? {
                self.stream.close();
                return Ok(());
            }
            let head = match self.read_head(certificate.clone())? {
                Ok(head) => head,
                Err(refusal) => return self.refuse(refusal),
            };
            let head_only = head.method == "HEAD";
            let last = head.close || served >= self.rules.limits.requests;
            let response = match self.read_body(&head)? {
                Ok(body) => self.answer(Request { head, body }),
                Err(refused) => refused.ending(Ending::Close),
            };
            let ending = match response.fate() {
                Ending::Keep if last || self.stop.load(Ordering::Relaxed) => Ending::Close,
                ending => ending,
            };
            let mut bytes = response.into_bytes(head_only, ending != Ending::Keep, &date());
            match ending {
                Ending::Keep => self.stream.write_all(&bytes)?,
                Ending::Close => {
                    self.stream.write_all(&bytes)?;
                    self.stream.close();
                    return Ok(());
                }
                Ending::Drop => {
                    self.stream.reset();
                    return Ok(());
                }
                Ending::Reset => {
                    bytes.truncate(bytes.len() / 2);
                    self.stream.write_all(&bytes)?;
                    self.stream.reset();
                    return Ok(());
                }
                Ending::Stall(time) => {
                    self.sleep(time);
                    self.stream.reset();
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Waits for the next request. False if there is none: the client went
    /// away, was silent for too long, or the server stops.
    fn wait_for_bytes(&mut self) -> io::Result<bool> {
        if !self.ahead.is_empty() {
            return Ok(true);
        }
        let until = Instant::now() + self.rules.limits.idle;
        loop {
            let slice = until.min(Instant::now() + STOP_SLICE);
            match self.read_ahead(slice) {
                Ok(read) => return Ok(read > 0),
                Err(error) if error.kind() == ErrorKind::TimedOut => {
                    if self.stop.load(Ordering::Relaxed) || Instant::now() >= until {
                        return Ok(false);
                    }
                }
                // Many clients just hang up.
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(false),
                Err(error) => return Err(error),
            }
        }
    }

    fn read_head(&mut self, certificate: Option<Arc<[u8]>>) -> io::Result<Result<Head, Refusal>> {
        let deadline = Instant::now() + self.rules.limits.head;
        let mut looked_at = 0;
        let length = loop {
            match head::end(&self.ahead, looked_at, self.rules.limits.head_bytes) {
                Ok(Some(length)) => break length,
                Ok(None) => looked_at = self.ahead.len(),
                Err(refusal) => return Ok(Err(refusal)),
            }
            match self.read_ahead(deadline) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::TimedOut => return Ok(Err(Refusal(408))),
                Err(error) => return Err(error),
            }
        };
        let head = head::parse(&self.ahead[..length], self.rules, self.peer, certificate);
        self.ahead.drain(..length);
        Ok(head)
    }

    /// Reads the body, if the handler wants it.
    fn read_body(&mut self, head: &Head) -> io::Result<Result<Vec<u8>, Response>> {
        let limit = match catch_unwind(AssertUnwindSafe(|| self.handler.limit(head))) {
            Ok(BodyLimit::Bytes(limit)) => limit,
            Ok(BodyLimit::Refused(response)) => return Ok(Err(response)),
            Err(_) => return Ok(Err(self.refusal(500))),
        };
        if head.length > limit {
            return Ok(Err(self.refusal(413)));
        }
        let length = usize::try_from(head.length).unwrap_or(usize::MAX);
        if head.expects_continue && self.ahead.is_empty() {
            self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        let deadline = Instant::now() + self.rules.limits.body_time(head.length);
        // What is ahead may reach into the next request. A body grows with
        // what has come, not with what was announced.
        let next = self.ahead.split_off(length.min(self.ahead.len()));
        let mut body = std::mem::replace(&mut self.ahead, next);
        let mut filled = body.len();
        while filled < length {
            if filled == body.len() {
                body.resize(length.min((2 * filled).max(BODY_STEP)), 0);
            }
            match self.stream.read(&mut body[filled..], deadline) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(read) => filled += read,
                Err(error) if error.kind() == ErrorKind::TimedOut => return Ok(Err(self.refusal(408))),
                Err(error) => return Err(error),
            }
        }
        Ok(Ok(body))
    }

    fn answer(&self, request: Request) -> Response {
        catch_unwind(AssertUnwindSafe(|| self.handler.answer(request))).unwrap_or_else(|_| {
            tracing::error!(peer = %self.peer, "a handler panicked; its request was answered 500");
            self.refusal(500).ending(Ending::Close)
        })
    }

    fn refuse(mut self, refusal: Refusal) -> io::Result<()> {
        tracing::debug!(peer = %self.peer, status = refusal.0, "request refused by the front door");
        let response = self.refusal(refusal.0);
        self.stream.write_all(&response.into_bytes(false, true, &date()))?;
        self.stream.close();
        Ok(())
    }

    fn refusal(&self, status: u16) -> Response {
        let response = catch_unwind(AssertUnwindSafe(|| self.handler.refuse(status)))
            .unwrap_or_else(|_| Response::problem(status));
        if status != 405 {
            return response;
        }
        response.header("Allow", self.rules.methods.join(", ")).unwrap_or_else(|_| Response::problem(405))
    }

    fn read_ahead(&mut self, deadline: Instant) -> io::Result<usize> {
        let mut buffer = [0; 4 * 1024];
        let read = self.stream.read(&mut buffer, deadline)?;
        self.ahead.extend_from_slice(&buffer[..read]);
        Ok(read)
    }

    fn sleep(&self, time: Duration) {
        let until = Instant::now() + time;
        while Instant::now() < until && !self.stop.load(Ordering::Relaxed) {
            std::thread::sleep(STOP_SLICE.min(until.saturating_duration_since(Instant::now())));
        }
    }
}

/// How soon an idle connection notices that the server stops.
const STOP_SLICE: Duration = Duration::from_millis(200);

/// How much memory a body gets before its first byte has come.
const BODY_STEP: usize = 256 * 1024;

/// The present moment as RFC 9110 writes it.
fn date() -> String {
    DateTimePrinter::new().timestamp_to_rfc9110_string(&clock::now()).unwrap_or_default()
}
