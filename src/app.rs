//! Everything that runs, wired together: the portal behind its front door, the
//! workers that deliver, and what is done once a minute and once a day.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use jiff::civil::Date;
use uuid::Uuid;

use crate::{
    api::{self, Api},
    certificate::server,
    clock,
    config::Config,
    error::Result,
    front::{self, BodyLimit, Handler, Head, Inner, Inside, Limits, Request, Response, Rules, Server, Swap},
    intake::{folder, runner},
    portal::{Portal, setup_code},
    store::{Store, alert, audit, certificate, entry},
    transfer::{
        services::Services,
        trial::trial,
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

/// A portal and the servers before it; they stop when this is dropped.
struct Served {
    portal: Arc<Portal>,
    identity: Arc<Swap>,
    address: SocketAddr,
    _servers: Vec<Server>,
}

/// The portal and the API behind one front door. The API has no need of
/// tiny_http's few workers: its requests wait for the disk together.
struct Doors {
    portal: Inner,
    api: Api,
}

impl Doors {
    fn of(&self, path: &str) -> &dyn Handler {
        if api::is_path(path) { &self.api } else { &self.portal }
    }
}

impl Handler for Doors {
    fn limit(&self, head: &Head) -> BodyLimit {
        self.of(&head.path).limit(head)
    }

    fn answer(&self, request: Request) -> Response {
        self.of(&request.head.path).answer(request)
    }

    fn refuse(&self, status: u16, id: Uuid, head: Option<&Head>) -> Response {
        self.of(head.map_or("", |head| &head.path)).refuse(status, id, head)
    }

    fn knows(&self, part: &str) -> bool {
        self.portal.knows(part) || self.api.knows(part)
    }

    fn abandon(&self, spool: &str) {
        self.portal.abandon(spool);
    }
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
        tell_alerts(&self.store)?;
        if let Some(code) = setup_code::ensure(&self.store)? {
            tracing::warn!(file = %code.path.display(), "there is no User Manager yet: the file holds a set-up code");
            code.tell(self.config.language.unwrap_or_default())?;
        }
        runner::sweep(&self.store)?;
        let served = self.serve(listen)?;
        let running = Running { address: served.address };
        let rest = Rest::default();
        let (desk, stop) = (served.portal.desk(), AtomicBool::new(false));
        let portal = self.address(served.address.port());
        thread::scope(|scope| {
            scope.spawn(|| self.keep_house(&served, &rest));
            scope.spawn(|| runner::run(&self.store, &self.config, desk, &stop));
            scope.spawn(|| folder::run(&self.store, &self.config, desk, &portal));
            let done = self.deliver_while(|| until(&running));
            rest.stop();
            stop.store(true, Ordering::Relaxed);
            desk.watch().stop();
            desk.ring();
            done
        })
    }

    fn serve(&self, listen: SocketAddr) -> Result<Served> {
        let names = self.config.portal.hosts();
        let identity = Arc::new(Swap::showing(&server::in_use(&self.store, &names)?)?);
        let renew = {
            let (store, names, identity) = (Arc::clone(&self.store), names.clone(), Arc::clone(&identity));
            Box::new(move || renew(&store, &names, &identity))
        };
        let (store, config) = (Arc::clone(&self.store), self.config.clone());
        let trial = Box::new(move |organisation| trial(&store, &config, organisation));
        let portal = Arc::new(Portal::new(Arc::clone(&self.store), self.config.clone(), renew, trial));
        let hosts: Vec<_> = names.iter().map(|name| front::host(name)).collect();
        let inner = Inner::start(Arc::clone(&portal) as _, Inside::default())?;
        let rules = Rules {
            methods: &["GET", "HEAD", "POST"],
            names: hosts.clone(),
            limits: self.limits(),
            log: true,
        };
        let doors =
            Arc::new(Doors { portal: inner, api: Api::new(Arc::clone(&self.store), self.config.clone())? });
        let server = Server::start(vec![front::listen(listen)?], Arc::clone(&identity) as _, doors, rules)?;
        let address = server.addresses()[0];
        let mut servers = vec![server];
        if let Some(plain) = self.config.portal.redirect {
            servers.push(front::redirect(vec![front::listen(plain)?], hosts, address.port(), self.limits())?);
        }
        Ok(Served { portal, identity, address, _servers: servers })
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

    /// The portal's address as people type it.
    fn address(&self, port: u16) -> String {
        let host = self.config.portal.names.first().map_or("localhost", String::as_str);
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        if port == 443 { format!("https://{host}") } else { format!("https://{host}:{port}") }
    }

    fn limits(&self) -> Limits {
        let portal = &self.config.portal;
        Limits {
            per_address: portal.connections_per_address,
            exempt: portal.exempt_addresses.clone(),
            ..Limits::default()
        }
    }

    /// What is done once a minute, and once a day. No failure ends it.
    fn keep_house(&self, served: &Served, rest: &Rest) {
        let (mut told, mut watched) = (None, None);
        loop {
            for done in [
                served.portal.settle(),
                renew(&self.store, &self.config.portal.hosts(), &served.identity),
                setup_code::tidy(&self.store),
                entry::forget_old(&self.store),
                tell_head_once_a_day(&self.store, &mut told),
                watch_certificates(&self.store, &mut watched),
            ] {
                if let Err(error) = done {
                    tracing::error!(id = error.id, cause = ?error.cause, "housekeeping failed");
                }
            }
            if rest.stopped_within(MINUTE) {
                return;
            }
            if let Err(error) = front::probe(served.address, "localhost", "/ssp/health") {
                tracing::error!(id = error.id, cause = ?error.cause, "the portal does not answer itself");
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

/// Shows another certificate if there is one by now: it was renewed here, or
/// replaced by a person.
fn renew(store: &Store, names: &[String], identity: &Swap) -> Result<()> {
    let certificate = server::in_use(store, names)?;
    if identity.show(&certificate)? {
        tracing::info!(thumbprint = certificate.thumbprint, "the portal shows another certificate");
    }
    Ok(())
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

/// A certificate that nears its end is told in time, once for each notice.
fn watch_certificates(store: &Store, watched: &mut Option<Date>) -> Result<()> {
    let today = clock::today();
    if *watched == Some(today) {
        return Ok(());
    }
    for notice in store.write(certificate::watch)? {
        match notice.reason {
            Some(reason) => tracing::warn!(subject = notice.subject, reason, "needs attention"),
            None => tracing::info!(subject = notice.subject, "well again"),
        }
    }
    *watched = Some(today);
    Ok(())
}
