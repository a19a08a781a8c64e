//! The certificate that the portal shows, which changes without a restart.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::ServerConfig;

use crate::{
    certificate::server::{self, ServerCertificate},
    error::Result,
    front::{self, Clients, Swap, server_config},
    store::Store,
};

/// What new connections are served with.
pub(super) struct Identity {
    store: Arc<Store>,
    names: Vec<String>,
    swap: Swap,
    shown: Mutex<String>,
}

impl Identity {
    /// Starts with the certificate in use, which is made if there is none.
    pub fn new(store: Arc<Store>, names: Vec<String>) -> Result<Self> {
        let certificate = server::in_use(&store, &names)?;
        let swap = Swap::new(config(&certificate)?);
        Ok(Self { store, names, swap, shown: Mutex::new(certificate.thumbprint) })
    }

    /// Takes up another certificate if there is one by now: it was renewed
    /// here, or replaced by a person.
    pub fn renew(&self) -> Result<()> {
        let certificate = server::in_use(&self.store, &self.names)?;
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if *shown != certificate.thumbprint {
            self.swap.replace(config(&certificate)?);
            tracing::info!(thumbprint = certificate.thumbprint, "the portal has another certificate");
            *shown = certificate.thumbprint;
        }
        Ok(())
    }
}

impl front::Identity for Identity {
    fn config(&self) -> Arc<ServerConfig> {
        self.swap.config()
    }
}

fn config(certificate: &ServerCertificate) -> Result<Arc<ServerConfig>> {
    server_config(certificate.chain.clone(), &certificate.key, &Clients::Anybody)
}
