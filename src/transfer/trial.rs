//! A try to reach the services in an organisation's name, for a person who
//! wants to know whether deliveries would arrive: a real handshake with the
//! certificate in use, and one question about a batch that does not exist.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, ProtocolVersion, SignatureScheme};
use uuid::Uuid;

use super::client::{self, Timeouts, http_date, identified, tls};
use super::connection::Connection;
use super::exchange::exchange;
use super::failure::Failure;
use super::services::Services;
use crate::certificate::{Certificate, Credential};
use crate::clock;
use crate::config::Config;
use crate::domain::connection::{Phase, Shown, Sighting};
use crate::domain::delivery::Service;
use crate::domain::organisation::OrganisationId;
use crate::error::{Error, Result};
use crate::store::{Store, certificate};

/// The longest that each phase may take: somebody sits and waits.
const PATIENCE: Duration = Duration::from_secs(5);

/// The most characters of a name in a certificate that is shown.
const NAME: usize = 200;

/// Tries to reach each service with the certificate that `organisation` uses.
///
/// # Errors
///
/// It has no certificate that is valid now, or the services are not
/// configured.
pub fn trial(store: &Store, config: &Config, organisation: OrganisationId) -> Result<Vec<Sighting>> {
    let services = Services::new(config)?;
    let sealed = store.read(|tx| {
        let version = certificate::in_use(tx, organisation)?;
        let version = version.ok_or_else(|| Error::invalid("connection-no-certificate"))?;
        certificate::credential(tx, organisation, version)
    })?;
    let credential = &Credential::from_bytes(&sealed)?;
    thread::scope(|scope| {
        let tries = Service::ALL.map(|service| {
            let at = services.get(service);
            scope.spawn(move || look(service, at, credential))
        });
        tries.into_iter().map(|try_| try_.join().map_err(|_| Error::internal("a try panicked"))?).collect()
    })
}

/// Tries to reach one service; no phase takes longer than a few seconds.
///
/// # Errors
///
/// `transfer-anchors` if the service has no anchor or one that is no
/// certificate.
pub fn look(service: Service, at: &client::Service, credential: &Credential) -> Result<Sighting> {
    let witness = Arc::new(Witness::new(at)?);
    let judged = Arc::clone(&witness) as Arc<dyn ServerCertVerifier>;
    let tls = Arc::new(identified(tls()?.dangerous().with_custom_certificate_verifier(judged), credential)?);
    let began = Instant::now();
    let mut sighting = Sighting {
        service,
        host: at.url.authority(),
        is_proxied: at.proxy.is_some(),
        failed: None,
        status: None,
        certificate: None,
        tls: None,
        clock_skew: None,
        milliseconds: 0,
    };
    if let Err((phase, failure)) = ask(service, at, &tls, &mut sighting) {
        sighting.failed = Some((phase, failure.id()));
    }
    sighting.milliseconds = began.elapsed().as_millis() as u64;
    sighting.certificate = witness.seen();
    Ok(sighting)
}

fn ask(
    service: Service,
    at: &client::Service,
    tls: &Arc<ClientConfig>,
    sighting: &mut Sighting,
) -> Result<(), (Phase, Failure)> {
    let timeouts = hurried(&at.timeouts);
    let opened = Connection::open(&at.url.endpoint, at.proxy.as_ref(), tls, &timeouts);
    let mut connection = opened.map_err(|failure| (phase_of(failure, Phase::Handshake), failure))?;
    sighting.tls = connection.version().map(version);
    let path = format!("/v1/batches/{}/{}/receipt", Uuid::now_v7(), service.stream());
    let head = at.head("GET", &path, "Connection: close\r\n");
    let answer = exchange(&mut connection, head.as_bytes(), &[], &timeouts)
        .map_err(|broken| (phase_of(broken.failure, Phase::Answer), broken.failure))?;
    sighting.status = Some(answer.status);
    let date = answer.date.as_deref().and_then(http_date);
    sighting.clock_skew = date.map(|date| date.duration_since(clock::now()).as_secs());
    Ok(())
}

/// In which phase a failure happens; `otherwise` if it may be several.
fn phase_of(failure: Failure, otherwise: Phase) -> Phase {
    match failure {
        Failure::Dns => Phase::Name,
        Failure::Proxy | Failure::ProxyLogin | Failure::ProxyRefused => Phase::Proxy,
        Failure::Connect | Failure::TimeoutConnect => Phase::Connect,
        Failure::TimeoutTls
        | Failure::Tls
        | Failure::TlsClientRefused
        | Failure::TlsExpired
        | Failure::TlsName
        | Failure::TlsUntrusted => Phase::Handshake,
        Failure::Protocol
        | Failure::Reset
        | Failure::TimeoutAnswer
        | Failure::TimeoutSend
        | Failure::TooLarge => otherwise,
    }
}

fn hurried(usual: &Timeouts) -> Timeouts {
    Timeouts {
        resolve: usual.resolve.min(PATIENCE),
        connect: usual.connect.min(PATIENCE),
        tls: usual.tls.min(PATIENCE),
        send: usual.send.min(PATIENCE),
        answer: usual.answer.min(PATIENCE),
        body: usual.body.min(PATIENCE),
    }
}

fn version(version: ProtocolVersion) -> &'static str {
    match version {
        ProtocolVersion::TLSv1_3 => "TLS 1.3",
        ProtocolVersion::TLSv1_2 => "TLS 1.2",
        _ => "TLS",
    }
}

/// Judges a service's certificate as every delivery does, and remembers it,
/// because one that is refused is the one to show.
#[derive(Debug)]
struct Witness {
    judge: Arc<WebPkiServerVerifier>,
    seen: Mutex<Option<Vec<u8>>>,
}

impl Witness {
    fn new(at: &client::Service) -> Result<Self> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let judge = WebPkiServerVerifier::builder_with_provider(Arc::new(at.roots()?), provider).build();
        Ok(Self { judge: judge.map_err(Error::internal)?, seen: Mutex::new(None) })
    }

    fn seen(&self) -> Option<Shown> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let certificate = Certificate::from_der(seen.as_deref()?).ok()?;
        let short = |name: String| name.chars().take(NAME).collect();
        Some(Shown {
            subject: short(certificate.subject().to_string()),
            issuer: short(certificate.issuer().to_string()),
            validity: (certificate.not_before().as_millisecond(), certificate.not_after().as_millisecond()),
        })
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(end_entity.to_vec());
        self.judge.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.judge.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.judge.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.judge.supported_verify_schemes()
    }
}
