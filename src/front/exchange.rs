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
use uuid::Uuid;

use super::{
    BodyLimit, Ending, Handler, Head, Request, Response, Rules,
    body::{Body, Broken, Source, Target},
    head::{self, Refusal},
    request_log::Entry,
    stream::Stream,
    turn::Turns,
};
use crate::clock;

/// One client's connection while it is served.
pub(super) struct Exchanges<'a> {
    pub(super) stream: Stream,
    pub(super) peer: SocketAddr,
    pub(super) rules: &'a Rules,
    pub(super) handler: &'a dyn Handler,
    pub(super) turns: &'a Turns,
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
                self.stream.close(self.rules.limits.linger);
                return Ok(());
            }
            let id = Uuid::now_v7();
            let mut entry = Entry::new(id, self.rules.log);
            let head = match self.read_head(certificate.clone(), id)? {
                Ok(head) => head,
                Err(refusal) => return self.refuse(refusal, id, None, entry),
            };
            entry.about(&head, self.handler);
            if !self.rules.methods.contains(&head.method.as_str()) {
                return self.refuse(Refusal(405), id, Some(&head), entry);
            }
            let head_only = head.method == "HEAD";
            let last = head.close || served >= self.rules.limits.requests;
            let response = match self.read_body(&head)? {
                Ok(Body { bytes, spool }) => self.answer(Request { head, body: bytes, spool }),
                Err(refused) => refused.ending(Ending::Close),
            };
            let ending = match response.ending {
                Ending::Keep if last || self.stop.load(Ordering::Relaxed) => Ending::Close,
                ending => ending,
            };
            let status = response.status();
            let mut bytes = response.into_bytes(head_only, ending != Ending::Keep, id, &date());
            entry.answered(status, bytes.len());
            match ending {
                Ending::Keep => self.stream.write_all(&bytes)?,
                Ending::Close => {
                    self.stream.write_all(&bytes)?;
                    drop(entry);
                    self.stream.close(self.rules.limits.linger);
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

    fn read_head(&mut self, certificate: Option<Arc<[u8]>>, id: Uuid) -> io::Result<Result<Head, Refusal>> {
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
        let head = head::parse(&self.ahead[..length], self.rules, self.peer, certificate, id);
        self.ahead.drain(..length);
        Ok(head)
    }

    /// Reads the body, if the handler wants it.
    fn read_body(&mut self, head: &Head) -> io::Result<Result<Body, Response>> {
        let limit = match catch_unwind(AssertUnwindSafe(|| self.handler.limit(head))) {
            Ok(limit) => limit,
            Err(_) => return Ok(Err(self.refusal(500, head.id, Some(head)))),
        };
        let (limit, chunks, mut target) = match limit {
            BodyLimit::Bytes(limit) => (limit, false, Target::Memory(Vec::new())),
            BodyLimit::Chunked(limit) => (limit, true, Target::Memory(Vec::new())),
            BodyLimit::Into { limit, sink } => (limit, true, Target::Sink(sink)),
            BodyLimit::Refused(response) => return Ok(Err(response)),
        };
        let refused = match head.length {
            Some(length) if length > limit => Some(413),
            None if !chunks => Some(411),
            _ => None,
        };
        if let Some(status) = refused {
            return Ok(Err(self.refusal(status, head.id, Some(head))));
        }
        if head.expects_continue && self.ahead.is_empty() {
            self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        let mut source = Source {
            stream: &mut self.stream,
            ahead: &mut self.ahead,
            at: 0,
            limits: &self.rules.limits,
            began: Instant::now(),
            received: 0,
        };
        let read = catch_unwind(AssertUnwindSafe(|| {
            match head.length {
                Some(length) => source.announced(length, &mut target)?,
                None => source.chunks(limit, &mut target)?,
            }
            target.finish()
        }));
        let used = source.at;
        self.ahead.drain(..used);
        match read.unwrap_or(Err(Broken::Refused(500))) {
            Ok(body) => Ok(Ok(body)),
            Err(Broken::Refused(status)) => Ok(Err(self.refusal(status, head.id, Some(head)))),
            Err(Broken::Connection(error)) => Err(error),
        }
    }

    fn answer(&self, request: Request) -> Response {
        let limits = &self.rules.limits;
        // An upload has been paid for and waits for as long as it takes.
        let turn = match request.spool {
            Some(_) => None,
            None => match self.turns.take(limits.exchanges, limits.turn) {
                Some(turn) => Some(turn),
                None => return self.refusal(503, request.head.id, Some(&request.head)),
            },
        };
        let id = request.head.id;
        let answer = catch_unwind(AssertUnwindSafe(|| self.handler.answer(request)));
        drop(turn);
        answer.unwrap_or_else(|_| {
            tracing::error!(peer = %self.peer, %id, "a handler panicked; its request was answered 500");
            self.refusal(500, id, None).ending(Ending::Close)
        })
    }

    fn refuse(mut self, refusal: Refusal, id: Uuid, head: Option<&Head>, mut entry: Entry) -> io::Result<()> {
        let response = self.refusal(refusal.0, id, head);
        let status = response.status();
        let bytes = response.into_bytes(false, true, id, &date());
        entry.answered(status, bytes.len());
        self.stream.write_all(&bytes)?;
        drop(entry);
        self.stream.close(self.rules.limits.linger);
        Ok(())
    }

    fn refusal(&self, status: u16, id: Uuid, head: Option<&Head>) -> Response {
        let response = catch_unwind(AssertUnwindSafe(|| self.handler.refuse(status, id, head)))
            .unwrap_or_else(|_| Response::problem(status));
        let tells_methods = response.headers.iter().any(|(name, _)| name == "Allow");
        let with = match response.status() {
            405 if !tells_methods => response.header("Allow", self.rules.methods.join(", ")),
            503 => response.header("Retry-After", "1"),
            _ => return response,
        };
        with.unwrap_or_else(|_| Response::problem(status))
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

/// The present moment as RFC 9110 writes it.
fn date() -> String {
    DateTimePrinter::new().timestamp_to_rfc9110_string(&clock::now()).unwrap_or_default()
}
