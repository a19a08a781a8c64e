//! The workers: they seal, send and ask until they are told to stop. Each
//! step is one transaction and may be run twice; no worker ends on an error.

use std::{
    fs::{File, TryLockError},
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use jiff::civil::Date;

use super::{
    ask::{Asked, ask, pause},
    client::{Client, Clients},
    prepare::{Credentials, prepare},
    send,
    services::Services,
};
use crate::{
    clock,
    config::Queue,
    domain::{delivery::Service, organisation::OrganisationId},
    error::{Code, Error, Result},
    store::{
        Store, Tx, alert, batch, definition,
        delivery::{self, Claim, Settled},
        enrolment,
    },
};

/// How long a claim lasts; longer than any exchange may take.
const LEASE: Duration = Duration::from_secs(300);

/// Batches sealed in one transaction.
const BATCHES_A_ROUND: usize = 4;

/// Sealing waits while this many deliveries of one organisation are queued.
const QUEUED_AT_ONCE: u64 = 64;

/// Senders for each service: one that is stuck holds up no other.
const SENDERS: usize = 4;

/// Outcomes asked for in one round.
const ASKED_A_ROUND: usize = 16;

/// How often a worker with nothing to do looks again.
const IDLE: Duration = Duration::from_millis(500);

/// All that the workers share.
pub struct Workers<'a> {
    store: &'a Store,
    services: &'a Services,
    settings: &'a Queue,
    credentials: Credentials,
    clients: Clients,
    stop: AtomicBool,
    sealing: AtomicU64,
    lifted: Mutex<Option<Date>>,
    moved: Condvar,
    moves: Mutex<u64>,
}

/// Holds the right to run workers on a data directory.
pub struct WorkerLock {
    _file: File,
}

impl WorkerLock {
    /// Takes the lock, or `None` if another process has it. What a process
    /// that was killed had claimed is free again at once.
    pub fn take(store: &Store) -> Result<Option<Self>> {
        let path = store.directory().join("workers.lock");
        let file =
            File::options().create(true).truncate(false).write(true).open(path).map_err(Error::internal)?;
        match file.try_lock() {
            Ok(()) => {
                store.write(|tx| {
                    delivery::release(tx)?;
                    batch::release(tx)
                })?;
                Ok(Some(Self { _file: file }))
            }
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(Error::internal(error)),
        }
    }
}

impl<'a> Workers<'a> {
    /// Workers on `store` that deliver to `services`.
    pub fn new(store: &'a Store, services: &'a Services, settings: &'a Queue) -> Self {
        Self {
            store,
            services,
            settings,
            credentials: Credentials::default(),
            clients: Clients::default(),
            stop: AtomicBool::new(false),
            sealing: AtomicU64::new(0),
            lifted: Mutex::new(None),
            moved: Condvar::new(),
            moves: Mutex::new(0),
        }
    }

    /// Seconds spent sealing.
    pub fn sealing_seconds(&self) -> f64 {
        self.sealing.load(Ordering::Relaxed) as f64 / 1e9
    }

    /// Tells all workers to end after the step they are at.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        self.announce();
    }

    /// Runs the workers while `until` runs, then stops them.
    pub fn run<T>(&self, until: impl FnOnce(&Self) -> T) -> T {
        thread::scope(|scope| {
            scope.spawn(|| self.keep(|| self.seal_some()));
            for service in Service::ALL {
                for _ in 0..SENDERS {
                    scope.spawn(move || {
                        let mut done = None;
                        self.keep(|| self.send_one(service, &mut done));
                        // What was sent before the stop must not be forgotten.
                        while done.is_some() && self.send_step(service, &mut done, false).is_err() {
                            thread::sleep(IDLE);
                        }
                    });
                }
            }
            scope.spawn(|| self.keep(|| self.ask_some()));
            let done = until(self);
            self.stop();
            done
        })
    }

    /// Waits until something moved, at most for `limit`.
    pub fn wait(&self, limit: Duration) {
        let moves = self.moves.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = *moves;
        drop(self.moved.wait_timeout_while(moves, limit, |moves| *moves == seen && !self.stopped()));
    }

    /// Repeats `step` for as long as the workers run. A step returns whether
    /// there was anything to do; an error is logged and is no reason to end.
    fn keep(&self, mut step: impl FnMut() -> Result<bool>) {
        while !self.stopped() {
            match std::panic::catch_unwind(std::panic::AssertUnwindSafe(&mut step)) {
                Ok(Ok(true)) => self.announce(),
                Ok(Ok(false)) => self.wait(IDLE),
                Ok(Err(error)) => {
                    tracing::error!(
                        id = error.id,
                        cause = error.cause.as_ref().map(tracing::field::display),
                        "worker step failed"
                    );
                    thread::sleep(IDLE);
                }
                Err(_) => {
                    tracing::error!("worker step panicked");
                    thread::sleep(IDLE);
                }
            }
        }
    }

    fn seal_some(&self) -> Result<bool> {
        let mut did = false;
        self.lift_once_a_day()?;
        for what in self.store.read(batch::waiting)? {
            if self.stopped() || self.store.read(|tx| delivery::queued(tx, what.0))? >= QUEUED_AT_ONCE {
                continue;
            }
            let started = Instant::now();
            let prepared =
                prepare(self.store, &self.credentials, self.services.recipient(), what, BATCHES_A_ROUND)?;
            self.sealing.fetch_add(started.elapsed().as_nanos() as u64, Ordering::Relaxed);
            did |= !prepared.is_nothing();
        }
        Ok(did)
    }

    /// Physicians whose first day has come release what waited for them.
    fn lift_once_a_day(&self) -> Result<()> {
        let today = clock::today();
        let mut lifted = self.lifted.lock().unwrap_or_else(PoisonError::into_inner);
        if *lifted != Some(today) {
            self.store.write(enrolment::lift_enrolled)?;
            *lifted = Some(today);
        }
        Ok(())
    }

    fn send_one(&self, service: Service, done: &mut Option<(Claim, Settled)>) -> Result<bool> {
        self.send_step(service, done, true)
    }

    /// Writes down what the last attempt came to and claims the next in one
    /// transaction, then tries it.
    fn send_step(
        &self,
        service: Service,
        done: &mut Option<(Claim, Settled)>,
        claim_next: bool,
    ) -> Result<bool> {
        let nothing_to_settle = done.is_none();
        let now = clock::now().as_millisecond();
        if nothing_to_settle && !self.store.read(|tx| delivery::is_due(tx, service, now))? {
            return Ok(false);
        }
        let lease = now + LEASE.as_millis() as i64;
        let (next, alerts) = self.store.write(|tx| {
            let mut alerts = Vec::new();
            if let Some((claim, settled)) = &*done {
                delivery::settle(tx, claim, settled)?;
                alerts = self.note_state(tx, claim.service, settled)?;
            }
            let next = if claim_next {
                delivery::claim(tx, service, lease, &gate_of, clock::today())?
            } else {
                None
            };
            Ok((next, alerts))
        })?;
        *done = None;
        alerts.into_iter().for_each(|tell| tell());
        let Some(claim) = next else { return Ok(!nothing_to_settle) };
        let settled = match self.client(claim.organisation, service)? {
            Ok(client) => send::attempt(&client, &claim, self.settings),
            Err(reason) => send::not_tried(&claim, self.settings, reason),
        };
        *done = Some((claim, settled));
        Ok(true)
    }

    /// Raises or clears the alert of a service; returns what to log once the
    /// transaction has committed.
    fn note_state(&self, tx: &Tx<'_>, service: Service, settled: &Settled) -> Result<Vec<Box<dyn FnOnce()>>> {
        let subject = format!("service:{service}");
        let mut tell: Vec<Box<dyn FnOnce()>> = Vec::new();
        match settled {
            Settled::Receipted { .. } => {
                if alert::clear(tx, &subject)? {
                    tell.push(Box::new(move || tracing::info!(%service, "service takes deliveries again")));
                }
            }
            Settled::Again { reason, .. } | Settled::Parked { reason } => {
                if alert::raise(tx, &subject, reason)? {
                    let reason = reason.clone();
                    tell.push(Box::new(move || tracing::warn!(%service, reason, "delivery failed")));
                }
            }
        }
        Ok(tell)
    }

    fn ask_some(&self) -> Result<bool> {
        let now = clock::now().as_millisecond();
        if self.store.read(batch::awaited)?.0.is_none_or(|next| next > now) {
            return Ok(false);
        }
        let lease = now + LEASE.as_millis() as i64;
        let claimed = self.store.write(|tx| batch::claim_asking(tx, ASKED_A_ROUND, lease))?;
        let mut answers = Vec::with_capacity(claimed.len());
        for asking in claimed {
            let asked = match self.client(asking.organisation, Service::Platform)? {
                Ok(client) => ask(&client, &asking, self.settings),
                Err(_) => Asked::Later(pause(&asking, self.settings)),
            };
            answers.push((asking, asked));
        }
        let did = !answers.is_empty();
        self.store.write(|tx| {
            for (asking, asked) in &answers {
                match asked {
                    Asked::Final(outcome) => batch::conclude(tx, asking, outcome)?,
                    Asked::Later(pause) => {
                        batch::ask_again(tx, asking, tx.now.as_millisecond() + pause.as_millis() as i64)?;
                    }
                }
            }
            Ok(())
        })?;
        Ok(did && answers.iter().any(|(_, asked)| matches!(asked, Asked::Final(_))))
    }

    /// The client of an organisation for a service, made anew when its
    /// certificate changed; or why there can be none.
    fn client(
        &self,
        organisation: OrganisationId,
        service: Service,
    ) -> Result<Result<Arc<Client>, &'static str>> {
        let Some(credential) = self.store.read(|tx| self.credentials.of(tx, organisation))? else {
            return Ok(Err("certificate-none"));
        };
        let settings = self.services.get(service);
        self.clients.get(organisation, service.as_str(), settings, &credential).map(Ok)
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn announce(&self) {
        *self.moves.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.moved.notify_all();
    }
}

/// The gate for the second question, before the first transmission.
fn gate_of(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    definition: i64,
) -> Result<(crate::domain::enrolment::Gate, String)> {
    let facts = definition::facts(tx, definition)?;
    let gate = enrolment::gate(tx, organisation, &facts.project, facts.enrolment_required)?;
    Ok((gate, facts.project))
}

/// Runs until nothing can move any more: nothing waits to be sealed, nothing
/// is queued, and no outcome has come for `patience`.
pub fn until_empty(workers: &Workers<'_>, patience: Duration, mut progress: impl FnMut()) -> Result<()> {
    let mut since = Instant::now();
    let mut last = None;
    loop {
        workers.wait(Duration::from_millis(100));
        progress();
        let (waiting, due, awaited) = workers
            .store
            .read(|tx| Ok((batch::waiting(tx)?.len(), delivery::next_due(tx)?, batch::awaited(tx)?.1)))?;
        if waiting == 0 && due.is_none() && awaited == 0 {
            return Ok(());
        }
        let state = Some((waiting, due, awaited));
        if state != last {
            (last, since) = (state, Instant::now());
        }
        if waiting == 0 && due.is_none() && since.elapsed() > patience {
            return Ok(());
        }
    }
}

/// The lock, or the error that another process is at work.
pub fn lock(store: &Store) -> Result<WorkerLock> {
    WorkerLock::take(store)?.ok_or_else(|| Error::new(Code::Conflict, "workers-elsewhere"))
}
