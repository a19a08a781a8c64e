//! The server's side of TLS: which certificate, which clients.

use std::sync::{Arc, PoisonError, RwLock};

use rustls::{
    RootCertStore, ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, PrivateKeyDer},
    server::{ServerSessionMemoryCache, WebPkiClientVerifier},
    version::{TLS12, TLS13},
};

use crate::{
    certificate::server::ServerCertificate,
    error::{Code, Error, Result},
};

/// Which clients a server takes.
#[derive(Clone, Debug)]
pub enum Clients {
    /// Everybody, without a certificate.
    Anybody,
    /// Those with a certificate that chains to one of these anchors (DER).
    Certified(Vec<Vec<u8>>),
}

/// Gives each new connection the server's present certificate and rules.
pub trait Identity: Send + Sync {
    /// The configuration for a connection that starts now.
    fn config(&self) -> Arc<ServerConfig>;
}

/// An [`Identity`] that can be replaced while the server runs; connections
/// that are open keep what they started with.
#[derive(Debug)]
pub struct Swap(RwLock<Shown>);

#[derive(Debug)]
struct Shown {
    config: Arc<ServerConfig>,
    /// Of the certificate it was made from, if that is known.
    thumbprint: String,
}

impl Swap {
    /// Starts with `config`.
    pub fn new(config: Arc<ServerConfig>) -> Self {
        Self(RwLock::new(Shown { config, thumbprint: String::new() }))
    }

    /// Starts with a certificate, for clients without one.
    ///
    /// # Errors
    ///
    /// The key does not fit the certificate.
    pub fn showing(certificate: &ServerCertificate) -> Result<Self> {
        Shown::of(certificate).map(|shown| Self(RwLock::new(shown)))
    }

    /// New connections get `config` from now on.
    pub fn replace(&self, config: Arc<ServerConfig>) {
        self.put(Shown { config, thumbprint: String::new() });
    }

    /// New connections are shown `certificate` from now on. False if it is the
    /// one they are shown already, which costs nothing to ask.
    ///
    /// # Errors
    ///
    /// The key does not fit the certificate; the one before stays.
    pub fn show(&self, certificate: &ServerCertificate) -> Result<bool> {
        let shown =
            self.0.read().unwrap_or_else(PoisonError::into_inner).thumbprint == certificate.thumbprint;
        if !shown {
            self.put(Shown::of(certificate)?);
        }
        Ok(!shown)
    }

    fn put(&self, shown: Shown) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = shown;
    }
}

impl Shown {
    fn of(certificate: &ServerCertificate) -> Result<Self> {
        let config = server_config(certificate.chain.clone(), &certificate.key, &Clients::Anybody)?;
        Ok(Self { config, thumbprint: certificate.thumbprint.clone() })
    }
}

impl Identity for Swap {
    fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner).config)
    }
}

/// The one cryptography of all connections, chosen explicitly because another
/// crate in the tree may have installed another one as the default.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

/// The configuration of a server: TLS 1.2 and 1.3, HTTP/1.1 only, sessions
/// resumed from memory.
///
/// `chain` is the certificate and its issuers in DER, the server's own first;
/// `key` its private key in DER.
///
/// # Errors
///
/// The key does not fit the certificate, an anchor is not a certificate, or
/// there is no anchor.
pub fn server_config(chain: Vec<Vec<u8>>, key: &[u8], clients: &Clients) -> Result<Arc<ServerConfig>> {
    let unusable_anchors = |cause: Cause| Error::new(Code::Invalid, "front-anchors-unusable").because(cause);
    let unusable = |cause: Cause| Error::new(Code::Invalid, "front-certificate-unusable").because(cause);
    let builder = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(Error::internal)?;
    let builder = match clients {
        Clients::Anybody => builder.with_no_client_auth(),
        Clients::Certified(anchors) => {
            let roots = roots(anchors).map_err(unusable_anchors)?;
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider())
                .build()
                .map_err(|cause| unusable_anchors(cause.into()))?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let chain = chain.into_iter().map(CertificateDer::from).collect();
    let key = PrivateKeyDer::try_from(key.to_vec()).map_err(|cause| unusable(cause.into()))?;
    let mut config = builder.with_single_cert(chain, key).map_err(|cause| unusable(cause.into()))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.session_storage = ServerSessionMemoryCache::new(256);
    config.ticketer = aws_lc_rs::Ticketer::new().map_err(Error::internal)?;
    Ok(Arc::new(config))
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

fn roots(anchors: &[Vec<u8>]) -> Result<RootCertStore, Cause> {
    let mut roots = RootCertStore::empty();
    for anchor in anchors {
        roots.add(CertificateDer::from(anchor.as_slice()))?;
    }
    Ok(roots)
}
