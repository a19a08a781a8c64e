//! What a client may cost.

use std::{net::IpAddr, time::Duration};

use super::message::Response;

/// How many bytes of body a request may have.
#[derive(Debug)]
pub enum BodyLimit {
    /// At most this many bytes; 0 means no body at all.
    Bytes(u64),
    /// None is read: this is the answer, and the connection ends with it.
    Refused(Response),
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
    /// For a body, plus a second for every 64 KiB of it.
    pub body: Duration,
    /// Without progress while an answer is written.
    pub write_stall: Duration,
    /// Requests on one connection, which bounds whatever a connection leaks.
    pub requests: u32,
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
            requests: 1_000,
            grace: Duration::from_secs(10),
        }
    }
}

impl Limits {
    /// How long a body of `length` bytes may take.
    pub(super) fn body_time(&self, length: u64) -> Duration {
        self.body + Duration::from_secs(length / (64 * 1024))
    }
}
