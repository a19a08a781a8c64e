//! The workers: they seal, send and ask until they are told to stop. Each
//! step is one transaction and may be run twice; no worker ends on an error.

use std::{
    collections::HashMap,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use jiff::civil::Date;

use super::{
    alarm::{self, Change},
    ask::{Asked, ask, pause},
    client::{Client, Clients},
    prepare::{Credentials, Sealer, Taken, prepare},
    send::{self, Attempted},
    services::Services,
};
pub use super::{
    drain::until_empty,
    lock::{WorkerLock, lock},
};
use crate::{
    certificate::Credential,
    clock,
    config::Queue,
    domain::{delivery::Service, enrolment::Gate, organisation::OrganisationId, registration::HoldReasons},
    error::Result,
    store::{
        Store, Tx, batch, definition,
        delivery::{self, Claim},
        enrolment, outcome,
    },
};

/// Threads that seal: while one waits for the disk, the other goes on.
const SEALERS: usize = 2;

/// Batches sealed in one transaction.
const BATCHES_A_ROUND: usize = 4;

/// Sealing waits while this many deliveries of one organisation are queued.
const QUEUED_AT_ONCE: u64 = 64;

/// Senders for each service: more than one organisation may have under way, so
/// that one that is stuck holds up no other.
const SENDERS: usize = 8;

/// Two senders of a service react at once; each further one waits so much
/// longer. They are there for when the first are stuck, and would else all wake
/// for every delivery.
const RESERVE: Duration = Duration::from_millis(25);

/// How long sealing rests after it failed for an organisation and definition.
const SEALING_REST: Duration = Duration::from_secs(60);

/// Outcomes asked for in one round.
const ASKED_A_ROUND: usize = 16;

/// How long asking rests after a round that brought outcomes, so that the next
/// one brings several: each round waits for the disk twice.
const ASKING_REST: Duration = Duration::from_millis(30);

/// How often a worker with nothing to do looks again.
const IDLE: Duration = Duration::from_millis(500);

/// All that the workers share.
pub struct Workers<'a> {
    pub(super) store: &'a Store,
    services: &'a Services,
    settings: &'a Queue,
    credentials: Credentials,
    clients: Clients,
    taken: Taken,
    stop: AtomicBool,
    sealing: AtomicU64,
    lifted: Mutex<Option<Date>>,
    /// What could not be sealed, and when it is tried again.
    unsealable: Mutex<HashMap<(OrganisationId, i64), Instant>>,
    /// How long a claim lasts; longer than asking for a receipt and sending.
    lease: Duration,
    /// Rings when something moved.
    moved: Bell,
    /// Rings when something was queued, for those who send it.
    queued: Bell,
}

/// Wakes those who wait for one kind of news. Two kinds have two bells: whoever
/// is woken for nothing looks into the database for nothing.
#[derive(Default)]
struct Bell {
    rung: Mutex<u64>,
    condition: Condvar,
}

impl Bell {
    fn ring(&self) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.condition.notify_all();
    }

    /// Waits until it rings, at most for `limit`; not at all if `enough`.
    fn wait(&self, limit: Duration, enough: impl Fn() -> bool) {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = *rung;
        drop(self.condition.wait_timeout_while(rung, limit, |rung| *rung == seen && !enough()));
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
            taken: Taken::default(),
            stop: AtomicBool::new(false),
            sealing: AtomicU64::new(0),
            lifted: Mutex::new(None),
            unsealable: Mutex::default(),
            lease: 2 * Service::ALL
                .map(|it| services.get(it).timeouts.total())
                .into_iter()
                .max()
                .unwrap_or_default(),
            moved: Bell::default(),
            queued: Bell::default(),
        }
    }

    /// Seconds spent sealing, of all threads that seal.
    pub fn sealing_seconds(&self) -> f64 {
        self.sealing.load(Ordering::Relaxed) as f64 / 1e9
    }

    /// Tells all workers to end after the step they are at.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        self.moved.ring();
        self.queued.ring();
    }

    /// Runs the workers while `until` runs, then stops them.
    pub fn run<T>(&self, until: impl FnOnce(&Self) -> T) -> T {
        thread::scope(|scope| {
            for _ in 0..SEALERS {
                scope.spawn(|| {
                    let mut sealer = None;
                    self.keep(&self.moved, Duration::ZERO, || {
                        let sealed = self.seal_some(&mut sealer)?;
                        if sealed {
                            self.queued.ring();
                        }
                        Ok(sealed)
                    });
                });
            }
            for service in Service::ALL {
                for sender in 0..SENDERS {
                    let reserve = RESERVE * sender.saturating_sub(1) as u32;
                    scope.spawn(move || {
                        let mut done = None;
                        self.keep(&self.queued, reserve, || self.send_one(service, &mut done));
                        // What was sent before the stop must not be forgotten.
                        while done.is_some() && self.send_step(service, &mut done, false).is_err() {
                            thread::sleep(IDLE);
                        }
                    });
                }
            }
            scope.spawn(|| self.keep(&self.moved, Duration::ZERO, || self.ask_some()));
            let done = until(self);
            self.stop();
            done
        })
    }

    /// Waits until something moved, at most for `limit`.
    pub fn wait(&self, limit: Duration) {
        self.moved.wait(limit, || self.stopped());
    }

    /// Repeats `step` for as long as the workers run. A step returns whether
    /// there was anything to do; an error is logged and is no reason to end.
    /// A worker that is idle waits for `news`, and `reserve` more before it looks
    /// again.
    fn keep(&self, news: &Bell, reserve: Duration, mut step: impl FnMut() -> Result<bool>) {
        while !self.stopped() {
            match std::panic::catch_unwind(std::panic::AssertUnwindSafe(&mut step)) {
                Ok(Ok(true)) => self.moved.ring(),
                Ok(Ok(false)) => {
                    news.wait(IDLE, || self.stopped());
                    thread::sleep(reserve);
                }
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

    /// What waits to be sealed and can be.
    pub(super) fn sealable(&self, tx: &Tx<'_>) -> Result<Vec<(OrganisationId, i64)>> {
        let mut waiting = batch::waiting(tx)?;
        let mut unsealable = self.unsealable.lock().unwrap_or_else(PoisonError::into_inner);
        unsealable.retain(|_, until| *until > Instant::now());
        waiting.retain(|what| !unsealable.contains_key(what));
        Ok(waiting)
    }

    fn seal_some<'s>(&'s self, sealer: &mut Option<Sealer<'s>>) -> Result<bool> {
        let mut did = false;
        let sealer = match sealer {
            Some(sealer) => sealer,
            None => sealer.insert(Sealer::new(&self.taken)?),
        };
        self.lift_once_a_day()?;
        for what in self.store.read(|tx| self.sealable(tx))? {
            if self.stopped() || self.store.read(|tx| delivery::queued(tx, what.0))? >= QUEUED_AT_ONCE {
                continue;
            }
            did |= self.seal(sealer, what)?;
        }
        Ok(did)
    }

    /// Seals for one organisation and definition. That it cannot be done is no
    /// reason to leave the others unsealed.
    fn seal(&self, sealer: &mut Sealer<'_>, what: (OrganisationId, i64)) -> Result<bool> {
        let started = Instant::now();
        let prepared =
            prepare(self.store, sealer, &self.credentials, self.services.recipient(), what, BATCHES_A_ROUND);
        self.sealing.fetch_add(started.elapsed().as_nanos() as u64, Ordering::Relaxed);
        if prepared.is_err() {
            let mut unsealable = self.unsealable.lock().unwrap_or_else(PoisonError::into_inner);
            unsealable.insert(what, Instant::now() + SEALING_REST);
        }
        let changes = self.store.write(|tx| alarm::sealing(tx, what.0, &prepared))?;
        changes.iter().for_each(Change::tell);
        Ok(prepared.is_ok_and(|prepared| !prepared.is_nothing()))
    }

    /// Physicians whose first day has come release what waited for them; so
    /// does a certificate that is valid by now.
    fn lift_once_a_day(&self) -> Result<()> {
        let today = clock::today();
        let mut lifted = self.lifted.lock().unwrap_or_else(PoisonError::into_inner);
        if *lifted != Some(today) {
            self.store.write(|tx| {
                enrolment::lift_enrolled(tx)?;
                let held = enrolment::uncertified(tx)?;
                for organisation in held.into_iter().chain(delivery::uncertified(tx)?) {
                    if self.credentials.of(tx, organisation)?.is_some() {
                        enrolment::lift_everywhere(tx, organisation, HoldReasons::NO_CERTIFICATE)?;
                        delivery::hurry(tx, organisation)?;
                    }
                }
                Ok(())
            })?;
            *lifted = Some(today);
        }
        Ok(())
    }

    fn send_one(&self, service: Service, done: &mut Option<(Claim, Attempted)>) -> Result<bool> {
        self.send_step(service, done, true)
    }

    /// Writes down what the last attempt came to and claims the next in one
    /// transaction, then tries it.
    fn send_step(
        &self,
        service: Service,
        done: &mut Option<(Claim, Attempted)>,
        claim_next: bool,
    ) -> Result<bool> {
        let nothing_to_settle = done.is_none();
        let now = clock::now().as_millisecond();
        if nothing_to_settle && !self.store.read(|tx| delivery::is_due(tx, service, now))? {
            return Ok(false);
        }
        let (next, changes) = self.store.write(|tx| {
            let mut changes = Vec::new();
            if let Some((claim, attempted)) = &*done {
                delivery::settle(tx, claim, &attempted.settled)?;
                changes = alarm::attempt(tx, claim, attempted)?;
            }
            let next = if claim_next {
                delivery::claim(tx, service, self.lease_from(now), &gate_of, clock::today())?
            } else {
                None
            };
            // That a credential cannot be read is no reason to undo the rest.
            let next = next.map(|claim| {
                let credential = self.credentials.of(tx, claim.organisation);
                (claim, credential)
            });
            Ok((next, changes))
        })?;
        *done = None;
        changes.iter().for_each(Change::tell);
        let Some((claim, credential)) = next else { return Ok(!nothing_to_settle) };
        let attempted = match credential.and_then(|it| self.client(claim.organisation, service, it)) {
            Ok(Some(client)) => send::attempt(&client, &claim, self.settings),
            Ok(None) => send::uncertified(),
            Err(error) => {
                tracing::error!(id = error.id, cause = ?error.cause, "no client for an organisation");
                send::not_tried(&claim, self.settings)
            }
        };
        *done = Some((claim, attempted));
        Ok(true)
    }

    fn ask_some(&self) -> Result<bool> {
        let now = clock::now().as_millisecond();
        if self.store.read(outcome::next_asking)?.is_none_or(|next| next > now) {
            return Ok(false);
        }
        let lease = self.lease_from(now);
        let claimed = self.store.write(|tx| outcome::claim(tx, ASKED_A_ROUND, lease))?;
        let mut answers = Vec::with_capacity(claimed.len());
        for asking in &claimed {
            let organisation = asking.organisation;
            let credential = self.store.read(|tx| self.credentials.of(tx, organisation));
            let asked = match credential.and_then(|it| self.client(organisation, Service::Platform, it)) {
                Ok(Some(client)) => ask(&client, asking, self.settings),
                Ok(None) | Err(_) => Asked::Later(pause(asking, self.settings)),
            };
            let is_silent = matches!(asked, Asked::Silence(_));
            answers.push(asked);
            // The others of this round would have to wait out the same silence.
            if is_silent {
                break;
            }
        }
        self.store.write(|tx| {
            for (asking, asked) in claimed.iter().zip(&answers) {
                match asked {
                    Asked::Final(outcome) => outcome::conclude(tx, asking, outcome)?,
                    Asked::Later(pause) | Asked::Silence(pause) => {
                        outcome::ask_again(tx, asking, tx.now.as_millisecond() + pause.as_millis() as i64)?;
                    }
                }
            }
            outcome::unclaim(tx, &claimed[answers.len()..])
        })?;
        let learned = answers.iter().any(|asked| matches!(asked, Asked::Final(_)));
        if learned {
            self.moved.ring();
            thread::sleep(ASKING_REST);
        }
        Ok(learned)
    }

    /// The client of an organisation for a service, made anew when its
    /// certificate changed; none without a valid certificate.
    fn client(
        &self,
        organisation: OrganisationId,
        service: Service,
        credential: Option<Arc<Credential>>,
    ) -> Result<Option<Arc<Client>>> {
        let Some(credential) = credential else { return Ok(None) };
        let settings = self.services.get(service);
        self.clients.get(organisation, service.as_str(), settings, &credential).map(Some)
    }

    fn lease_from(&self, now: i64) -> i64 {
        now + self.lease.as_millis() as i64
    }

    pub(super) fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// The gate for the second question, before the first transmission.
fn gate_of(tx: &Tx<'_>, organisation: OrganisationId, definition: i64) -> Result<(Gate, String)> {
    let facts = definition::facts(tx, definition)?;
    let gate = enrolment::gate(tx, organisation, &facts.project, facts.enrolment_required)?;
    Ok((gate, facts.project))
}
