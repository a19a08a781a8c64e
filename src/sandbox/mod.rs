//! The outside world for trials and tests: a TTP and a platform that speak
//! `hd-transfer/1`, in one process, with faults to switch on.
//!
//! The sandbox reads every message by its own code and asks for everything the
//! protocol lets a receiver ask for. It keeps what it got in its folder, as the
//! real services would, and goes on where it was after any end.

mod authority;
mod ber;
mod client;
mod codes;
mod database;
mod definition;
mod der;
mod fault;
mod folder;
mod forward;
mod holder;
mod journal;
mod ledger;
mod open;
mod pack;
mod platform;
mod problem;
mod receipts;
mod registrations;
mod server;
mod service;
mod signed;
mod signer;
mod totals;
mod ttp;
mod value;
mod wire;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    thread::JoinHandle,
    time::Duration,
};

pub use definition::Definitions;
pub use fault::{Fault, FaultKind, Side};
pub use registrations::Refused;
pub use totals::{Consolidated, Totals, consolidated};
pub use wire::Action;

use authority::Authority;
use database::Database;
use fault::Faults;
use folder::{Bundle, CA, ENCRYPTION_CERTIFICATE, Folder};
use forward::{Forwarder, Outbox};
use holder::{Holder, Identity};
use journal::{Journal, Step};
use open::Opener;
use platform::Platform;
use service::{Registry, Service};
use signer::Signers;
use ttp::Ttp;

use crate::{
    clock,
    domain::identifier::Nihdi,
    error::{Error, Result},
    front::Server,
};

/// How to run a sandbox.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Its folder, made if it is not there and continued if it is.
    pub dir: PathBuf,
    /// The TTP's port; the platform's is the next one, and the one after that
    /// stays free for the NIC. 0 picks free ones.
    pub port: u16,
    /// Who gets a certificate store, beside those who have one in the folder;
    /// 71099911 if there is nobody.
    pub organisations: Vec<Nihdi>,
    /// What goes wrong from the start.
    pub faults: Vec<Fault>,
    /// The definitions without a patient identifier: the platform waits for no
    /// pseudonyms for them.
    pub without_identity: Definitions,
}

/// A running sandbox. Dropping it stops it.
pub struct Sandbox {
    dir: PathBuf,
    ports: (u16, u16),
    faults: Arc<Faults>,
    outbox: Arc<Outbox>,
    servers: Vec<Server>,
    housekeeping: Option<Sender<()>>,
    threads: Vec<JoinHandle<()>>,
    _folder: Folder,
}

impl Sandbox {
    /// Starts the services. When this returns, everything that an appliance
    /// needs is in the folder: `ca.pem`, `hd4dp.toml`, a store for each
    /// organisation and their `password`.
    ///
    /// # Errors
    ///
    /// The folder is used by another sandbox or cannot be used, or a port is
    /// taken.
    pub fn start(options: Options) -> Result<Self> {
        let folder = Folder::open(&options.dir)?;
        let authority = Authority::open(&folder)?;
        let ttp_identity = ttp_identity(&folder, &authority)?;
        let encryption = platform_encryption(&folder, &authority)?;
        let organisations = enrol(&folder, &authority, &options.organisations)?;
        folder.write_certificates(CA, &[authority.root().to_vec()])?;
        folder.write_certificates(ENCRYPTION_CERTIFICATE, &encryption.certificates)?;
        let (ports, listeners) =
            server::listen(options.port, |ports| folder.write_configuration(ports.0, ports.1))?;

        let faults = Arc::new(Faults::default());
        faults.set(options.faults);
        let registry = Arc::new(Registry::new(&organisations));
        let outbox = Arc::new(Outbox::default());
        let mut sandbox = Self {
            dir: options.dir,
            ports,
            faults: Arc::clone(&faults),
            outbox: Arc::clone(&outbox),
            servers: Vec::new(),
            housekeeping: None,
            threads: Vec::new(),
            _folder: folder,
        };
        let folder = &sandbox._folder;

        let ledger = [ledger::SCHEMA, receipts::SCHEMA].concat();
        let platform_database = Arc::new(Database::open(&folder.file("platform.db"), &ledger)?);
        let platform = Service {
            receiver: Platform {
                database: Arc::clone(&platform_database),
                opener: Opener::new(&encryption)?,
                signers: Signers::new(authority.root())?,
                registry: Arc::clone(&registry),
                faults: Arc::clone(&faults),
                without_identity: options.without_identity,
            },
            side: Side::Platform,
            registry: Arc::clone(&registry),
            faults: Arc::clone(&faults),
            journal: Arc::new(Journal::open(&folder.file("platform.log"))?),
        };
        let ledger = [ttp::SCHEMA, receipts::SCHEMA].concat();
        let ttp_database = Arc::new(Database::open(&folder.file("ttp.db"), &ledger)?);
        let ttp_journal = Arc::new(Journal::open(&folder.file("ttp.log"))?);
        for batch in ttp::waiting(&ttp_database)? {
            outbox.add(batch);
        }
        let ttp = Service {
            receiver: Ttp {
                database: Arc::clone(&ttp_database),
                signers: Signers::new(authority.root())?,
                outbox: Arc::clone(&outbox),
                secret: folder.secret("pseudonyms.key")?,
            },
            side: Side::Ttp,
            registry,
            faults: Arc::clone(&faults),
            journal: Arc::clone(&ttp_journal),
        };
        let forwarder = Forwarder {
            database: ttp_database,
            outbox,
            journal: ttp_journal,
            config: client::config(authority.root(), &ttp_identity)?,
            platform: ports.1,
        };
        let (stop, housekeeping) = housekeeping(platform_database, Arc::clone(&platform.journal))?;
        sandbox.housekeeping = Some(stop);
        sandbox.threads.push(housekeeping);
        sandbox.servers.push(server::start(&authority, listeners.1, &faults, platform)?);
        sandbox.servers.push(server::start(&authority, listeners.0, &faults, ttp)?);
        sandbox.threads.extend(forwarder.start()?);
        Ok(sandbox)
    }

    /// The ports of the TTP and of the platform.
    pub fn ports(&self) -> (u16, u16) {
        self.ports
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The log of a service: one line of JSON for each step.
    pub fn log(&self, side: Side) -> PathBuf {
        self.dir.join(match side {
            Side::Platform => "platform.log",
            Side::Ttp => "ttp.log",
        })
    }

    /// Switches faults: these are on from now on, and no others.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        self.faults.set(faults);
    }

    /// Stops the services; exchanges under way are finished.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // The TTP first, then what hands on, then the platform.
        self.servers.pop();
        self.outbox.stop();
        self.housekeeping = None;
        for thread in self.threads.drain(..) {
            let _ended = thread.join();
        }
        self.servers.clear();
    }
}

/// How often batches that wait for too long are looked for.
const HOUSEKEEPING: Duration = Duration::from_secs(3600);

fn housekeeping(database: Arc<Database>, journal: Arc<Journal>) -> Result<(Sender<()>, JoinHandle<()>)> {
    let (stop, stopped) = channel();
    let keep = move || {
        loop {
            match Platform::refuse_incomplete(&database, clock::now()) {
                Ok(0) => {}
                Ok(count) => journal.step(&Step {
                    step: "refused",
                    count: Some(count as u64),
                    reason: Some("incomplete"),
                    ..Step::default()
                }),
                Err(error) => tracing::error!(cause = ?error.cause, "the platform's housekeeping failed"),
            }
            if stopped.recv_timeout(HOUSEKEEPING) == Err(RecvTimeoutError::Disconnected) {
                return;
            }
        }
    };
    let thread = std::thread::Builder::new().name("platform-keeping".into());
    Ok((stop, thread.spawn(keep).map_err(Error::internal)?))
}

/// The TTP's client certificate.
fn ttp_identity(folder: &Folder, authority: &Authority) -> Result<Bundle> {
    folder.bundle("ttp.pem", || {
        let holder = Holder::make(authority, &Identity::ttp(), "FICTIEVE VERTROUWDE DERDE")?;
        Ok(Bundle {
            certificates: vec![holder.authentication, authority.issuing().to_vec()],
            key: holder.authentication_key,
        })
    })
}

/// What messages for the platform are sealed with.
fn platform_encryption(folder: &Folder, authority: &Authority) -> Result<Bundle> {
    folder.bundle("platform.pem", || {
        let holder = Holder::make(authority, &Identity::platform(), "FICTIEF HEALTHDATA")?;
        Ok(Bundle { certificates: vec![holder.encryption], key: holder.encryption_key })
    })
}

/// Makes the missing stores; everybody who has one.
fn enrol(folder: &Folder, authority: &Authority, asked: &[Nihdi]) -> Result<Vec<Nihdi>> {
    let mut organisations = folder.organisations()?;
    if organisations.is_empty() && asked.is_empty() {
        organisations.extend(Nihdi::parse("71099911", Nihdi::MODULI).ok());
    }
    organisations.extend(asked.iter().cloned());
    organisations.sort();
    organisations.dedup_by(|one, other| one.key() == other.key());
    let password = folder.password()?;
    for organisation in &organisations {
        if !folder.file(&format!("{organisation}.p12")).exists() {
            let identity = Identity::of(organisation);
            let name = if identity.kind == "NIHII-HOSPITAL" {
                "FICTIEF ZIEKENHUIS"
            } else {
                "FICTIEVE ZORGVERLENER"
            };
            let holder = Holder::make(authority, &identity, name)?;
            folder.write_store(organisation, &holder, authority.issuing(), &password)?;
        }
    }
    Ok(organisations)
}
