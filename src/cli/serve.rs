//! `serve`: runs the appliance until it is ended.

use std::{
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    path::Path,
    sync::Arc,
    thread,
};

use super::{Context, Done, organisation};
use crate::{app::App, config::service_directory, error::Result};

#[derive(clap::Args)]
pub struct Verb {
    /// Where the portal listens; by default [::]:443 as a service and
    /// 127.0.0.1:8443 otherwise
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
}

impl Verb {
    /// Runs everything; a signal or a kill is the ordinary end.
    pub fn run(self, context: &Context) -> Result<Done> {
        let store = context.store()?;
        organisation::apply_configuration(context)?;
        let listen = self.listen.or(context.config.portal.listen).unwrap_or_else(|| usual(store.directory()));
        App::new(Arc::clone(store), context.config.clone()).run(listen, |running| {
            tracing::info!(version = env!("CARGO_PKG_VERSION"), address = %running.address, "the appliance runs");
            loop {
                thread::park();
            }
        })
    }
}

/// Where a service listens, and where somebody who tries it out does.
fn usual(directory: &Path) -> SocketAddr {
    if directory == service_directory() {
        (Ipv6Addr::UNSPECIFIED, 443).into()
    } else {
        (Ipv4Addr::LOCALHOST, 8443).into()
    }
}
