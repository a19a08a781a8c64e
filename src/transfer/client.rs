//! The HTTPS client: mutual TLS in the name of one organisation to one service.
//!
//! It is made of rustls and httparse over a plain socket. A general client
//! would lose what this one is for: after a refused certificate or an early
//! answer it must still read what the other side said, it must tell the phases
//! of a failure apart, and what was sent on a connection that broke must not be
//! sent once more before its receipt was asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use rustls::client::WantsClientCert;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};

use super::address::{ProxyUrl, ServiceUrl};
use super::connection::Connection;
use super::exchange::{Broken, Received, exchange};
use super::failure::Failure;
use crate::certificate::Credential;
use crate::clock;
use crate::domain::organisation::OrganisationId;
use crate::error::{Error, Result};

/// The most connections that are kept open while idle.
const MAX_IDLE: usize = 4;
/// How long an idle connection is kept.
const MAX_IDLE_AGE: Duration = Duration::from_secs(60);

/// An outside service and the way to it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Service {
    /// Where it is.
    pub url: ServiceUrl,
    /// The DER of the authorities that its server certificate must chain to.
    /// The operating system's are never used.
    pub anchors: Vec<Vec<u8>>,
    /// The forward proxy in between, if there is one.
    pub proxy: Option<ProxyUrl>,
    /// How long each phase may take.
    pub timeouts: Timeouts,
}

impl Service {
    /// The head of a request to it.
    pub(super) fn head(&self, method: &str, path: &str, headers: &str) -> String {
        format!(
            "{method} {}{path} HTTP/1.1\r\nHost: {}\r\nUser-Agent: hd4dp/{}\r\n\
             Accept: application/json, application/problem+json\r\n{headers}\r\n",
            self.url.base,
            self.url.host_header(),
            env!("CARGO_PKG_VERSION"),
        )
    }

    /// Its authorities.
    ///
    /// # Errors
    ///
    /// `transfer-anchors` if there is none, or one that is no certificate.
    pub(super) fn roots(&self) -> Result<RootCertStore> {
        let refused = || Error::invalid("transfer-anchors").with("host", self.url.host());
        let mut roots = RootCertStore::empty();
        for anchor in &self.anchors {
            let anchor = CertificateDer::from(anchor.clone());
            roots.add(anchor).map_err(|error| refused().because(error))?;
        }
        if roots.is_empty() { Err(refused()) } else { Ok(roots) }
    }
}

/// How long each phase of a request may take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Timeouts {
    /// Looking the name up.
    pub resolve: Duration,
    /// Connecting to the service, or to the proxy and through it.
    pub connect: Duration,
    /// The TLS handshake.
    pub tls: Duration,
    /// Sending the whole request.
    pub send: Duration,
    /// From then until the head of the answer is there.
    pub answer: Duration,
    /// From then until the answer is there.
    pub body: Duration,
}

impl Timeouts {
    /// The longest that a whole exchange may take.
    pub fn total(&self) -> Duration {
        self.resolve + 2 * self.connect + self.tls + self.send + self.answer + self.body
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            resolve: Duration::from_secs(10),
            connect: Duration::from_secs(15),
            tls: Duration::from_secs(15),
            send: Duration::from_secs(120),
            answer: Duration::from_secs(60),
            body: Duration::from_secs(30),
        }
    }
}

/// What a service answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body; at most 1 MiB.
    pub body: Vec<u8>,
    /// How long to wait before trying again, if it says so.
    pub retry_after: Option<Duration>,
    /// How far its clock is ahead of ours, by the `Date` header; to the second.
    pub clock_skew: Option<SignedDuration>,
}

/// What a status means for a delivery.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Class {
    /// It is there.
    Done,
    /// Trying again changes nothing; a person must act.
    Final,
    /// It may work later.
    Passing,
}

/// What a status means for a delivery.
///
/// The protocol names 408, 425, 429 and 5xx as passing and any other 4xx as
/// final. Redirects are not followed: a permanent one means that the configured
/// address is wrong, any other may be a page of a middlebox that goes away.
pub fn classify(status: u16) -> Class {
    match status {
        200..=299 => Class::Done,
        408 | 425 | 429 => Class::Passing,
        301 | 308 | 400..=499 => Class::Final,
        _ => Class::Passing,
    }
}

/// A client for one organisation and one service. Its connections and TLS
/// sessions are its own.
pub struct Client {
    service: Service,
    thumbprint: String,
    tls: Arc<ClientConfig>,
    idle: Mutex<Vec<Connection>>,
}

impl Client {
    /// Prepares a client; nothing is connected yet.
    ///
    /// # Errors
    ///
    /// `transfer-anchors` if the service has no anchor or one that is no
    /// certificate.
    pub fn new(service: &Service, credential: &Credential) -> Result<Self> {
        Ok(Self {
            service: service.clone(),
            thumbprint: credential.thumbprint.clone(),
            tls: Arc::new(tls_config(service, credential)?),
            idle: Mutex::new(Vec::new()),
        })
    }

    /// Whether it still is the client for this service and certificate.
    pub fn serves(&self, service: &Service, credential: &Credential) -> bool {
        self.thumbprint == credential.thumbprint && self.service == *service
    }

    /// Sends `body` to `path` under the service's address. `content_digest` is
    /// the value of the header of that name, RFC 9530.
    pub fn put(
        &self,
        path: &str,
        content_type: &str,
        content_digest: &str,
        body: &[u8],
    ) -> Result<Answer, Failure> {
        let headers = format!(
            "Content-Type: {content_type}\r\nContent-Digest: {content_digest}\r\nContent-Length: {}\r\n",
            body.len()
        );
        self.request("PUT", path, &headers, body)
    }

    /// Asks for `path` under the service's address.
    pub fn get(&self, path: &str) -> Result<Answer, Failure> {
        self.request("GET", path, "", &[])
    }

    fn request(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> Result<Answer, Failure> {
        debug_assert!(path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic()), "{path}");
        let head = self.service.head(method, path, headers);
        if let Some(idle) = self.take_idle() {
            match self.exchange(idle, &head, body) {
                // A question may be put again. What was to be stored may be
                // stored already: its receipt must be asked for first.
                Err(broken) if broken.unanswered && method == "GET" => {}
                outcome => return outcome.map_err(|broken| broken.failure),
            }
        }
        let Service { url, proxy, timeouts, .. } = &self.service;
        let fresh = Connection::open(&url.endpoint, proxy.as_ref(), &self.tls, timeouts)?;
        self.exchange(fresh, &head, body).map_err(|broken| broken.failure)
    }

    fn exchange(&self, mut connection: Connection, head: &str, body: &[u8]) -> Result<Answer, Broken> {
        let received = exchange(&mut connection, head.as_bytes(), body, &self.service.timeouts)?;
        if received.reusable {
            connection.idle_since = Instant::now();
            self.keep(connection);
        }
        Ok(Answer::of(received, clock::now()))
    }

    fn take_idle(&self) -> Option<Connection> {
        let mut idle = self.idle();
        idle.retain(|connection| connection.idle_since.elapsed() < MAX_IDLE_AGE);
        while let Some(connection) = idle.pop() {
            if connection.is_quiet() {
                return Some(connection);
            }
        }
        None
    }

    fn keep(&self, connection: Connection) {
        let mut idle = self.idle();
        if idle.len() < MAX_IDLE {
            idle.push(connection);
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Answer {
    fn of(received: Received, now: Timestamp) -> Self {
        let date = received.date.as_deref().and_then(http_date);
        let retry_after = received.retry_after.as_deref().and_then(|text| match text.parse() {
            Ok(seconds) => Some(Duration::from_secs(seconds)),
            // By the service's own clock, so that a difference of clocks does not matter.
            Err(_) => {
                Some(http_date(text)?.duration_since(date.unwrap_or(now)).try_into().unwrap_or_default())
            }
        });
        Self {
            status: received.status,
            body: received.body,
            retry_after,
            clock_skew: date.map(|date| date.duration_since(now)),
        }
    }
}

/// The clients of all organisations, each kept open until its certificate or
/// the configuration of its service changes.
#[derive(Default)]
pub struct Clients(Mutex<HashMap<(OrganisationId, &'static str), Arc<Client>>>);

impl Clients {
    /// The client of an organisation for the service called `name`.
    ///
    /// # Errors
    ///
    /// As [`Client::new`].
    pub fn get(
        &self,
        organisation: OrganisationId,
        name: &'static str,
        service: &Service,
        credential: &Credential,
    ) -> Result<Arc<Client>> {
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&(organisation, name)).filter(|it| it.serves(service, credential)) {
            return Ok(Arc::clone(client));
        }
        let client = Arc::new(Client::new(service, credential)?);
        clients.insert((organisation, name), Arc::clone(&client));
        Ok(client)
    }
}

fn tls_config(service: &Service, credential: &Credential) -> Result<ClientConfig> {
    identified(tls()?.with_root_certificates(service.roots()?), credential)
}

/// TLS as the protocol has it; who is trusted is still to be said.
pub(super) fn tls() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>> {
    ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(Error::internal)
}

/// The same in the name of an organisation.
pub(super) fn identified(
    tls: ConfigBuilder<ClientConfig, WantsClientCert>,
    credential: &Credential,
) -> Result<ClientConfig> {
    let chain = credential.chain.iter().map(|der| CertificateDer::from(der.clone())).collect();
    let key = PrivatePkcs8KeyDer::from(credential.key.pkcs8().to_vec());
    let mut config = tls.with_client_auth_cert(chain, key.into()).map_err(Error::internal)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// A date as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT`. RFC 9110.
pub(super) fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn answer(date: Option<&str>, retry_after: &str) -> Answer {
        let received = Received {
            status: 503,
            date: date.map(str::to_owned),
            retry_after: Some(retry_after.to_owned()),
            body: Vec::new(),
            reusable: true,
        };
        Answer::of(received, "2026-11-22T10:00:00Z".parse().unwrap())
    }

    #[test]
    fn a_status_is_done_passing_or_final() {
        for (class, statuses) in [
            (Class::Done, &[200, 202, 204][..]),
            (Class::Passing, &[302, 307, 408, 425, 429, 500, 502, 503, 599]),
            (Class::Final, &[301, 308, 400, 401, 403, 404, 409, 413, 422, 451]),
        ] {
            for status in statuses {
                assert_eq!(classify(*status), class, "{status}");
            }
        }
    }

    #[test]
    fn a_wait_is_told_in_seconds_or_as_a_date_by_the_services_own_clock() {
        let ahead = Some("Sun, 22 Nov 2026 10:05:00 GMT");
        assert_eq!(answer(ahead, "120").retry_after, Some(Duration::from_secs(120)));
        assert_eq!(answer(ahead, "120").clock_skew, Some(SignedDuration::from_mins(5)));
        assert_eq!(answer(None, "120").clock_skew, None);
        let until = |date, text| answer(date, text).retry_after;
        assert_eq!(until(ahead, "Sun, 22 Nov 2026 10:06:00 GMT"), Some(Duration::from_secs(60)));
        assert_eq!(until(None, "Sun, 22 Nov 2026 10:06:00 GMT"), Some(Duration::from_secs(360)));
        assert_eq!(until(ahead, "Sun, 22 Nov 2026 09:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(until(ahead, "soon"), None);
    }
}
