//! The services as configured.

use std::{fs, path::Path, time::Duration};

use super::{
    address::{ProxyUrl, ServiceUrl},
    client::{self, Timeouts},
    seal::Recipient,
};
use crate::{
    certificate::Anchors,
    config::{Config, Queue},
    domain::delivery::Service,
    error::{Code, Error, Result},
};

/// Where and how the two services are reached, and who is sealed for.
pub struct Services {
    platform: client::Service,
    ttp: client::Service,
    recipient: Recipient,
}

impl Services {
    /// Reads what the configuration names.
    ///
    /// # Errors
    ///
    /// A setting is missing, or a file it names cannot be used.
    pub fn new(config: &Config) -> Result<Self> {
        let proxy = match config.proxy.url.as_str() {
            "" => None,
            url => Some(ProxyUrl::parse(url)?),
        };
        let service = |key: &str, url: &str, anchors: &[std::path::PathBuf]| -> Result<client::Service> {
            if url.is_empty() {
                return Err(not_set(&format!("{key}.url")));
            }
            if anchors.is_empty() {
                return Err(not_set(&format!("{key}.anchors")));
            }
            Ok(client::Service {
                url: ServiceUrl::parse(url)?,
                anchors: Anchors::read(anchors)?.ders().map(<[u8]>::to_vec).collect(),
                proxy: proxy.clone(),
                timeouts: timeouts(&config.queue),
            })
        };
        Ok(Self {
            platform: service("platform", &config.platform.url, &config.platform.anchors)?,
            ttp: service("ttp", &config.ttp.url, &config.ttp.anchors)?,
            recipient: recipient(&config.platform.encryption_certificate)?,
        })
    }

    /// How `service` is reached.
    pub fn get(&self, service: Service) -> &client::Service {
        match service {
            Service::Platform => &self.platform,
            Service::Ttp => &self.ttp,
        }
    }

    /// Whom messages are sealed for.
    pub fn recipient(&self) -> &Recipient {
        &self.recipient
    }
}

fn recipient(path: &Path) -> Result<Recipient> {
    if path.as_os_str().is_empty() {
        return Err(not_set("platform.encryption_certificate"));
    }
    let pem = fs::read(path).map_err(|error| {
        Error::new(Code::Unavailable, "config-unreadable")
            .with("path", path.display().to_string())
            .because(error)
    })?;
    Recipient::from_pem(&pem)
}

fn timeouts(settings: &Queue) -> Timeouts {
    let most = Duration::from_secs(settings.timeout_seconds.max(1));
    let usual = Timeouts::default();
    Timeouts {
        resolve: usual.resolve.min(most),
        connect: usual.connect.min(most),
        tls: usual.tls.min(most),
        send: most,
        answer: most,
        body: usual.body.min(most),
    }
}

fn not_set(key: &str) -> Error {
    Error::new(Code::Usage, "config-not-set").with("key", key)
}
