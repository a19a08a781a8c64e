//! Everything that runs, wired together: the portal behind its front door, the
//! workers that deliver, and what is done once a minute and once a day.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::Duration,
};

use jiff::civil::Date;

use crate::{
    clock,
    config::Config,
    error::{Error, Result},
    front::{self, Identity, Limits, Rules, Server},
    portal::Portal,
    store::{Store, alert, audit},
    transfer::{
        services::Services,
        worker::{Workers, lock},
    },
};

/// The appliance on one data directory.
pub struct App {
    store: Arc<Store>,
    config: Config,
}

/// What a running appliance tells.
pub struct Running {
    /// Where the portal listens.
    pub address: SocketAddr,
}

impl App {
    /// An appliance on `store`.
    pub fn new(store: Arc<Store>, config: Config) -> Self {
        Self { store, config }
    }

    /// Runs everything while `until` does. Whatever the workers do is durable
    /// and may be repeated, so a signal or a kill is the ordinary end.
    ///
    /// Without the services' settings nothing is delivered, and the portal
    /// runs all the same: that is where it is told.
    ///
    /// # Errors
    ///
    /// Another process delivers for this directory, or `listen` cannot be
    /// listened on.
    pub fn run<T>(&self, listen: SocketAddr, until: impl FnOnce(&Running) -> T) -> Result<T> {
        let _lock = lock(&self.store)?;
        let portal = Arc::new(Portal::new(Arc::clone(&self.store), self.config.clone())?);
        let server =
            Server::start(vec![front::listen(listen)?], self.identity()?, portal.clone(), self.rules())?;
        let running = Running { address: server.addresses()[0] };
        tell_alerts(&self.store)?;
        let rest = Rest::default();
        thread::scope(|scope| {
            scope.spawn(|| self.keep_house(&portal, &rest));
            let done = self.deliver_while(|| until(&running));
            rest.stop();
            done
        })
    }

    fn identity(&self) -> Result<Arc<dyn Identity>> {
        let made =
            rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).map_err(Error::internal)?;
        let chain = vec![made.cert.der().to_vec()];
        Ok(Arc::new(front::Swap::new(front::server_config(
            chain,
            made.signing_key.serialized_der(),
            &front::Clients::Anybody,
        )?)))
    }

    fn deliver_while<T>(&self, until: impl FnOnce() -> T) -> Result<T> {
        match Services::new(&self.config) {
            Ok(services) => Ok(Workers::new(&self.store, &services, &self.config.queue).run(|_| until())),
            Err(error) => {
                tracing::error!(id = error.id, %error, "nothing is delivered: the services are not configured");
                Ok(until())
            }
        }
    }

    /// Names, methods and limits of the front door.
    fn rules(&self) -> Rules {
        let portal = &self.config.portal;
        let limits = Limits {
            per_address: portal.connections_per_address,
            exempt: portal.exempt_addresses.clone(),
            ..Limits::default()
        };
        let bracketed = |name: &String| match name.parse() {
            Ok(IpAddr::V6(address)) => format!("[{address}]"),
            _ => name.to_lowercase(),
        };
        let own = ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned);
        let names = portal.names.iter().map(bracketed).chain(own).collect();
        Rules { methods: &["GET", "HEAD", "POST"], names, limits, log: true }
    }

    /// What is done once a minute, and once a day. No failure ends it.
    fn keep_house(&self, portal: &Portal, rest: &Rest) {
        let mut told = None;
        loop {
            for done in [portal.settle(), tell_head_once_a_day(&self.store, &mut told)] {
                if let Err(error) = done {
                    tracing::error!(id = error.id, cause = ?error.cause, "housekeeping failed");
                }
            }
            if rest.stopped_within(MINUTE) {
                return;
            }
        }
    }
}

const MINUTE: Duration = Duration::from_secs(60);

/// Lets a thread rest until it is time or over.
#[derive(Default)]
struct Rest {
    stopped: Mutex<bool>,
    changed: Condvar,
}

impl Rest {
    fn stop(&self) {
        *self.stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    fn stopped_within(&self, time: Duration) -> bool {
        let stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_timeout_while(stopped, time, |stopped| !*stopped);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// What was wrong before this start and is not cleared yet.
fn tell_alerts(store: &Store) -> Result<()> {
    for alert in store.read(alert::list)? {
        tracing::warn!(subject = alert.subject, reason = alert.reason, "still wrong since an earlier run");
    }
    Ok(())
}

/// A head noted outside the database shows even a database that was put back
/// to an older state.
fn tell_head_once_a_day(store: &Store, told: &mut Option<Date>) -> Result<()> {
    let today = clock::today();
    if *told != Some(today) {
        let (event, head) = store.read(audit::head)?;
        tracing::info!(event, head, "head of the audit");
        *told = Some(today);
    }
    Ok(())
}
