//! What a client may cost.

use std::{net::IpAddr, time::Duration};

use super::message::Response;
use crate::error::Result;

/// How many bytes of body a request may have, and where they go.
pub enum BodyLimit {
    /// At most this many bytes of an announced length; 0 means no body at all.
    /// One that comes in chunks is answered 411.
    Bytes(u64),
    /// At most this many bytes, of an announced length or in chunks.
    Chunked(u64),
    /// At most `limit` bytes, of an announced length or in chunks. They go into
    /// `sink` as they come, and the request gets the sink's name instead of
    /// them. A sink that cannot take them is answered 507 if there is no room
    /// ([`Code::NoRoom`](crate::error::Code::NoRoom)), else 503.
    Into {
        /// The most bytes.
        limit: u64,
        /// Where they go.
        sink: Box<dyn Sink>,
    },
    /// None is read: this is the answer, and the connection ends with it.
    Refused(Response),
}

/// Takes a body as it comes. One that is dropped before
/// [`finish`](Sink::finish) removes what was written to it: the client went
/// away, was too slow or sent too much.
pub trait Sink: Send {
    /// Takes the next bytes.
    ///
    /// # Errors
    ///
    /// They cannot be kept; the request is refused and the sink dropped.
    fn write(&mut self, bytes: &[u8]) -> Result<()>;

    /// The body is whole. Gives the name by which the handler finds it, in
    /// visible ASCII characters; from now on it is the handler's.
    ///
    /// # Errors
    ///
    /// It cannot be kept; what was written is removed.
    fn finish(self: Box<Self>) -> Result<String>;
}

/// What kind of requests a server takes.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The methods it knows, in capitals; another is answered 405.
    pub methods: &'static [&'static str],
    /// The host names it answers to, in lower case, without port; an IPv6
    /// address stands in brackets. Another is answered 421, which stops a page
    /// of somebody else's that resolves to this machine.
    pub names: Vec<String>,
    /// What a client may cost.
    pub limits: Limits,
    /// Whether each request is told to the log (target `hd4dp::request`).
    pub log: bool,
}

/// What a client may cost. The defaults suit an intranet of people with
/// browsers and a few machines.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Open connections in all.
    pub connections: usize,
    /// Open connections from one address.
    pub per_address: usize,
    /// Addresses that `per_address` does not bind, because many people sit
    /// behind them.
    pub exempt: Vec<IpAddr>,
    /// Connections from this machine itself beyond the other two limits, so
    /// that its administrator gets in when somebody has filled them.
    pub loopback_reserve: usize,
    /// Until the handshake is done.
    pub handshake: Duration,
    /// From the first byte of a request's head to its last.
    pub head: Duration,
    /// Bytes of a request's head.
    pub head_bytes: usize,
    /// Between two requests.
    pub idle: Duration,
    /// For a body, plus a second for every 64 KiB of it that has come.
    pub body: Duration,
    /// Without progress while an answer is written.
    pub write_stall: Duration,
    /// How long a client may go on sending, unheard, after the last answer on
    /// its connection; one that is silent for a second has sent all.
    pub linger: Duration,
    /// Requests on one connection, which bounds whatever a connection leaks.
    pub requests: u32,
    /// Requests that are answered at the same time; uploads that went into a
    /// [`Sink`] do not count.
    pub exchanges: usize,
    /// How long a request waits for its turn before it is answered 503.
    pub turn: Duration,
    /// How long a stop waits for exchanges under way.
    pub grace: Duration,
}

/// Fields of a request's head.
pub(super) const HEAD_FIELDS: usize = 64;

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 128,
            per_address: 64,
            exempt: Vec::new(),
            loopback_reserve: 8,
            handshake: Duration::from_secs(5),
            head: Duration::from_secs(10),
            head_bytes: 16 * 1024,
            idle: Duration::from_secs(15),
            body: Duration::from_secs(30),
            write_stall: Duration::from_secs(30),
            linger: Duration::from_secs(10),
            requests: 1_000,
            exchanges: 32,
            turn: Duration::from_secs(1),
            grace: Duration::from_secs(10),
        }
    }
}

impl Limits {
    /// How long a body may take of which `received` bytes have come.
    pub(super) fn body_time(&self, received: u64) -> Duration {
        self.body + Duration::from_secs(received / (64 * 1024))
    }
}
