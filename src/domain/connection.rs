//! What a try to reach a service saw.

use serde::Serialize;

use super::delivery::Service;

/// How far a try came, in order.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Looking the host's name up.
    Name,
    /// Reaching the proxy and being let through.
    Proxy,
    /// Connecting to the host.
    Connect,
    /// Agreeing on encryption, with both certificates.
    Handshake,
    /// Asking something harmless and getting an answer.
    Answer,
}

/// A certificate as a service showed it. Nothing of it need be true.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Shown {
    /// Whose it says to be.
    pub subject: String,
    /// Who it says has issued it.
    pub issuer: String,
    /// First and last moment of validity, in milliseconds since 1970.
    pub validity: (i64, i64),
}

/// What a try to reach one service saw.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sighting {
    /// The service.
    pub service: Service,
    /// Its host and port.
    pub host: String,
    /// Whether a proxy stands in between.
    pub is_proxied: bool,
    /// Where it failed, and the Fluent message that says why and who can mend
    /// it; none if the service answered.
    pub failed: Option<(Phase, &'static str)>,
    /// The HTTP status of the answer.
    pub status: Option<u16>,
    /// The certificate that the service showed.
    pub certificate: Option<Shown>,
    /// The version of TLS that was agreed on.
    pub tls: Option<&'static str>,
    /// The seconds that the service's clock is ahead of ours.
    pub clock_skew: Option<i64>,
    /// How long it took.
    pub milliseconds: u64,
}

impl Phase {
    /// All of them, in order.
    pub const ALL: [Self; 5] = [Self::Name, Self::Proxy, Self::Connect, Self::Handshake, Self::Answer];
}

impl Sighting {
    /// Whether deliveries would arrive: the service answered as it answers an
    /// organisation that it knows. What is asked for does not exist, so 404 is
    /// the answer to expect.
    pub fn is_well(&self) -> bool {
        self.failed.is_none() && matches!(self.status, Some(200..=299 | 404))
    }

    /// Whether the service answered that it does not know the certificate.
    pub fn is_unknown(&self) -> bool {
        matches!(self.status, Some(401 | 403))
    }
}
