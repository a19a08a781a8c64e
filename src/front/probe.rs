//! Whether the front door answers, asked as a client does.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    sync::Arc,
    time::{Duration, Instant},
};

use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, StreamOwned,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};

use super::{accept::within, provider};
use crate::error::{Code, Error, Result};

/// Makes a whole request to the server of this process that listens on
/// `address`: GET `path` for the host `host`. An unspecified address means
/// this machine. That the process lives says nothing about whether its server
/// answers; this does, within ten seconds.
///
/// # Errors
///
/// [`Code::Unavailable`]: there was no answer, or one of a failed server (5xx).
pub fn probe(address: SocketAddr, host: &str, path: &str) -> Result<()> {
    let silent = |cause: Cause| {
        Error::new(Code::Unavailable, "front-silent").with("address", address.to_string()).because(cause)
    };
    match ask(within(address), host, path).map_err(silent)? {
        ..500 => Ok(()),
        status => Err(silent(format!("it answered {status}").into())),
    }
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// How long the whole request may take.
const PATIENCE: Duration = Duration::from_secs(10);

fn ask(address: SocketAddr, host: &str, path: &str) -> Result<u16, Cause> {
    let deadline = Instant::now() + PATIENCE;
    let tcp = TcpStream::connect_timeout(&address, PATIENCE)?;
    tcp.set_write_timeout(Some(PATIENCE))?;
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Ourselves(provider())))
        .with_no_client_auth();
    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())?;
    let mut stream = StreamOwned::new(ClientConnection::new(Arc::new(config), name)?, tcp);
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
    let mut line = [0; 12];
    let mut filled = 0;
    while filled < line.len() {
        let left = deadline.saturating_duration_since(Instant::now());
        stream.sock.set_read_timeout(Some(left.max(Duration::from_millis(1))))?;
        match stream.read(&mut line[filled..])? {
            0 => return Err(io::Error::from(ErrorKind::UnexpectedEof).into()),
            read => filled += read,
        }
    }
    let status = line.strip_prefix(b"HTTP/1.1 ").ok_or(io::Error::from(ErrorKind::InvalidData))?;
    Ok(str::from_utf8(status)?.parse()?)
}

/// Takes any certificate: the server is this very process, it is told no
/// secret, and what is asked is whether it answers.
#[derive(Debug)]
struct Ourselves(Arc<CryptoProvider>);

impl ServerCertVerifier for Ourselves {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
