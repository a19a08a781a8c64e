//! The TTP's own client: one kept-open connection to the platform.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    sync::Arc,
    time::Duration,
};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName},
};

use super::folder::Bundle;
use crate::{
    error::{Error, Result},
    front::provider,
};

/// Sends `PUT`s, one after the other.
pub(super) struct Client {
    config: Arc<ClientConfig>,
    port: u16,
    open: Option<StreamOwned<ClientConnection, TcpStream>>,
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: u16,
    /// Seconds, from `Retry-After`.
    pub(super) retry_after: Option<u64>,
    pub(super) body: Vec<u8>,
}

/// A client's TLS: trusts `root` alone and shows `own`.
pub(super) fn config(root: &[u8], own: &Bundle) -> Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(root)).map_err(Error::internal)?;
    let chain =
        own.certificates.iter().map(|certificate| CertificateDer::from(certificate.clone())).collect();
    let key = PrivateKeyDer::try_from(own.key.clone()).map_err(Error::internal)?;
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(Error::internal)?
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, key)
        .map_err(Error::internal)?;
    Ok(Arc::new(config))
}

impl Client {
    /// A client for the platform on this machine's `port`.
    pub(super) fn new(config: Arc<ClientConfig>, port: u16) -> Self {
        Self { config, port, open: None }
    }

    /// Sends one request and reads its answer. A kept connection that has
    /// been closed meanwhile is replaced once.
    pub(super) fn put(&mut self, path: &str, kind: &str, digest: &str, body: &[u8]) -> io::Result<Answer> {
        let head = format!(
            "PUT {path} HTTP/1.1\r\nHost: localhost:{}\r\nContent-Type: {kind}\r\n\
             Content-Digest: {digest}\r\nContent-Length: {}\r\n\r\n",
            self.port,
            body.len()
        );
        let message = [head.as_bytes(), body];
        if let Some(kept) = self.open.take()
            && let Ok(answer) = self.exchange(kept, message)
        {
            return Ok(answer);
        }
        let fresh = self.connect()?;
        self.exchange(fresh, message)
    }

    fn connect(&self) -> io::Result<StreamOwned<ClientConnection, TcpStream>> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let tcp = TcpStream::connect_timeout(&address, PATIENCE)?;
        tcp.set_nodelay(true)?;
        tcp.set_read_timeout(Some(PATIENCE))?;
        tcp.set_write_timeout(Some(PATIENCE))?;
        let name = ServerName::try_from("localhost").map_err(io::Error::other)?;
        let tls = ClientConnection::new(Arc::clone(&self.config), name).map_err(io::Error::other)?;
        Ok(StreamOwned::new(tls, tcp))
    }

    fn exchange(
        &mut self,
        mut stream: StreamOwned<ClientConnection, TcpStream>,
        message: [&[u8]; 2],
    ) -> io::Result<Answer> {
        message.into_iter().try_for_each(|piece| stream.write_all(piece))?;
        stream.flush()?;
        let mut bytes = Vec::new();
        loop {
            let mut buffer = [0; 4096];
            let read = stream.read(&mut buffer)?;
            if read == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            bytes.extend_from_slice(&buffer[..read]);
            if let Some((answer, close)) = parse(&bytes)? {
                if !close {
                    self.open = Some(stream);
                }
                return Ok(answer);
            }
            if bytes.len() > LARGEST {
                return Err(ErrorKind::InvalidData.into());
            }
        }
    }
}

/// How long the platform may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Bytes of an answer at the most.
const LARGEST: usize = 64 * 1024;

/// The answer, once it is whole, and whether the connection ends with it.
fn parse(bytes: &[u8]) -> io::Result<Option<(Answer, bool)>> {
    let invalid = |_| io::Error::from(ErrorKind::InvalidData);
    let mut fields = [httparse::EMPTY_HEADER; 32];
    let mut response = httparse::Response::new(&mut fields);
    let httparse::Status::Complete(start) = response.parse(bytes).map_err(invalid)? else { return Ok(None) };
    let field = |name: &str| {
        let field = response.headers.iter().find(|field| field.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(field.value).ok()
    };
    let length: usize = field("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let Some(body) = bytes.get(start..start.saturating_add(length)) else { return Ok(None) };
    let answer = Answer {
        status: response.code.unwrap_or(0),
        retry_after: field("retry-after").and_then(|seconds| seconds.parse().ok()),
        body: body.to_vec(),
    };
    let close = field("connection").is_some_and(|option| option.eq_ignore_ascii_case("close"));
    Ok(Some((answer, close)))
}
