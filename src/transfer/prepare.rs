//! From waiting registrations to sealed batches in the queue.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use zeroize::Zeroizing;
use zstd::bulk::Compressor;

use super::{
    seal::{Recipient, seal},
    split::{Halves, Heading, Line, identities_body, split},
};
use crate::{
    certificate::Credential,
    clock,
    domain::{
        delivery::Service,
        enrolment::Gate,
        organisation::{Organisation, OrganisationId},
        registration::{HoldReasons, RegistrationId},
    },
    error::{Error, Result},
    store::{
        Keys, Store, Tx, audit,
        batch::{self, BATCH_ROWS, NewBatch, NewDelivery, Pending},
        block, certificate, definition, enrolment,
        key::Hash,
        organisation,
        registration::Hold,
        withdrawal::{self, Waiting},
    },
};

/// Fast, and the platform opens any level.
const COMPRESSION: i32 = 1;

/// Credentials that were opened, by organisation and version, so that a key is
/// parsed once. Which version is in use is asked of the store each time.
#[derive(Default)]
pub struct Credentials(Mutex<HashMap<OrganisationId, (i64, Arc<Credential>)>>);

impl Credentials {
    /// The credential that the organisation uses now, if it has a valid one.
    pub fn of(&self, tx: &Tx<'_>, organisation: OrganisationId) -> Result<Option<Arc<Credential>>> {
        let Some(version) = certificate::in_use(tx, organisation)? else { return Ok(None) };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, credential)) = known.get(&organisation).filter(|(known, _)| *known == version) {
            return Ok(Some(Arc::clone(credential)));
        }
        let bytes = certificate::credential(tx, organisation, version)?;
        let credential = Arc::new(Credential::from_bytes(&bytes)?);
        known.insert(organisation, (version, Arc::clone(&credential)));
        Ok(Some(credential))
    }
}

/// The blocks that some thread is sealing, so that two threads do not do the
/// same work. No more than that: what is queued twice for all that,
/// [`batch::enqueue`] refuses.
#[derive(Default)]
pub struct Taken(Mutex<HashSet<i64>>);

/// The blocks of one round; others may have them when it ends.
struct Round<'a> {
    taken: &'a Taken,
    blocks: Vec<i64>,
}

impl Round<'_> {
    fn take(&mut self, block: i64) -> bool {
        let is_new = self.taken.0.lock().unwrap_or_else(PoisonError::into_inner).insert(block);
        if is_new {
            self.blocks.push(block);
        }
        is_new
    }
}

impl Drop for Round<'_> {
    fn drop(&mut self) {
        let mut taken = self.taken.0.lock().unwrap_or_else(PoisonError::into_inner);
        for block in &self.blocks {
            taken.remove(block);
        }
    }
}

/// What is kept from one batch to the next, because to make it anew each time
/// costs as much as the work itself. Each thread that seals has its own.
pub struct Sealer<'a> {
    taken: &'a Taken,
    compressor: Compressor<'static>,
    halves: Halves,
    payload: Vec<u8>,
}

impl<'a> Sealer<'a> {
    /// A sealer that has sealed nothing yet, and leaves alone what others have
    /// `taken`.
    pub fn new(taken: &'a Taken) -> Result<Self> {
        let compressor = Compressor::new(COMPRESSION).map_err(Error::internal)?;
        Ok(Self { taken, compressor, halves: Halves::default(), payload: Vec::new() })
    }

    /// Makes one batch of `lines`: what each service is to get.
    fn deliveries(&mut self, batch: &Batch<'_>, lines: &[Line<'_>]) -> Result<Vec<NewDelivery>> {
        let heading = &batch.heading;
        let seal = |clear: &[u8]| seal(clear, batch.credential, batch.recipient, heading.created);
        let deliver = |service, body| NewDelivery::new(batch.keys, heading.batch, service, body);
        let code_key = split(heading, lines, batch.has_patient, &mut self.halves)?;
        self.payload.clear();
        self.payload.reserve(zstd::zstd_safe::compress_bound(self.halves.registrations.len()));
        self.compressor
            .compress_to_buffer(&self.halves.registrations, &mut self.payload)
            .map_err(Error::internal)?;
        let mut deliveries = vec![deliver(Service::Platform, seal(&self.payload)?)?];
        if let Some(key) = code_key {
            let body = identities_body(heading, lines.len(), &seal(&*key)?, &self.halves.identities);
            deliveries.push(deliver(Service::Ttp, body)?);
        }
        self.halves.wipe();
        self.payload.fill(0);
        Ok(deliveries)
    }
}

/// What one round of preparing did.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Prepared {
    /// Batches queued.
    pub batches: usize,
    /// Registrations that turned out held.
    pub held: usize,
    /// Whether there was no valid certificate to seal with.
    pub uncertified: bool,
}

impl Prepared {
    /// Whether there was nothing to do.
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

/// Seals the registrations of one organisation and definition that wait
/// longest, at most `limit` batches of them, and queues them.
pub fn prepare(
    store: &Store,
    sealer: &mut Sealer<'_>,
    credentials: &Credentials,
    recipient: &Recipient,
    (whose, what): (OrganisationId, i64),
    limit: usize,
) -> Result<Prepared> {
    let mut round = Round { taken: sealer.taken, blocks: Vec::new() };
    let chosen = store.read(|tx| {
        let facts = definition::facts(tx, what)?;
        Ok(Chosen {
            organisation: organisation::get(tx, whose)?,
            credential: credentials.of(tx, whose)?,
            gate: enrolment::gate(tx, whose, &facts.project, facts.enrolment_required)?,
            pending: batch::pending(tx, whose, what, limit * BATCH_ROWS, |block| round.take(block))?,
            withdrawn: withdrawn(tx, whose, what)?,
            facts,
        })
    })?;
    let Some(credential) = &chosen.credential else { return hold_everything(store, whose) };
    let (candidates, held) = chosen.judge(store.keys());
    let mut make = |members: &[RegistrationId], lines: &[Line<'_>]| -> Result<NewBatch> {
        let name = uuid::Uuid::now_v7().to_string();
        let batch = Batch {
            heading: chosen.heading(&name),
            has_patient: chosen.facts.has_patient,
            keys: store.keys(),
            credential,
            recipient,
        };
        let deliveries = sealer.deliveries(&batch, lines)?;
        let gate = (chosen.gate.version, clock::today());
        Ok(NewBatch { name, definition: what, members: members.to_vec(), gate, deliveries })
    };
    let mut batches = Vec::new();
    for (members, lines) in candidates.members.chunks(BATCH_ROWS).zip(candidates.lines.chunks(BATCH_ROWS)) {
        batches.push(make(members, lines)?);
    }
    let mut taken_back = None;
    if !chosen.withdrawn.is_empty() {
        let members: Vec<_> = chosen.withdrawn.iter().map(|taken| taken.waiting.id).collect();
        let lines: Vec<_> = chosen.withdrawn.iter().map(TakenBack::line).collect();
        taken_back = Some(make(&members, &lines)?);
    }
    store.write(|tx| {
        for (id, hold) in &held {
            batch::hold_back(tx, whose, &chosen.facts.project, *id, hold)?;
        }
        for batch in &batches {
            if batch::enqueue(tx, whose, batch)? {
                let details =
                    serde_json::json!({ "batch": batch.name, "registrations": batch.members.len() });
                audit::record(tx, "worker", "batch.seal", Some(whose), &details)?;
            }
        }
        if let Some(batch) = &taken_back
            && withdrawal::enqueue(tx, whose, batch)?
        {
            let details = serde_json::json!({ "batch": batch.name, "withdrawn": batch.members.len() });
            audit::record(tx, "worker", "batch.seal", Some(whose), &details)?;
        }
        Ok(())
    })?;
    let batches = batches.len() + usize::from(taken_back.is_some());
    Ok(Prepared { batches, held: held.len(), uncertified: false })
}

/// Nothing can be sealed without a valid certificate.
fn hold_everything(store: &Store, whose: OrganisationId) -> Result<Prepared> {
    store.write(|tx| {
        let held = batch::hold_all(tx, whose, HoldReasons::NO_CERTIFICATE)?;
        if held > 0 {
            let details = serde_json::json!({ "no_certificate": held });
            audit::record(tx, "worker", "registration.hold", Some(whose), &details)?;
        }
        Ok(Prepared { batches: 0, held: held as usize, uncertified: true })
    })
}

struct Chosen {
    organisation: Organisation,
    credential: Option<Arc<Credential>>,
    gate: Gate,
    pending: Vec<Pending>,
    withdrawn: Vec<TakenBack>,
    facts: definition::Facts,
}

/// One batch, but for its lines.
struct Batch<'a> {
    heading: Heading<'a>,
    has_patient: bool,
    keys: &'a Keys,
    credential: &'a Credential,
    recipient: &'a Recipient,
}

/// The registrations that may leave, and their lines beside them.
struct Candidates<'a> {
    members: Vec<RegistrationId>,
    lines: Vec<Line<'a>>,
}

/// One that the platform has and that was taken back.
struct TakenBack {
    waiting: Waiting,
    record: Hash,
    patient: Zeroizing<String>,
}

impl TakenBack {
    fn line(&self) -> Line<'_> {
        Line { record: self.record, revision: self.waiting.revision, data: None, patient: &self.patient }
    }
}

/// What was taken back and waits to be told, at most one batch.
fn withdrawn(tx: &Tx<'_>, whose: OrganisationId, what: i64) -> Result<Vec<TakenBack>> {
    let waiting = withdrawal::pending(tx, whose, what, BATCH_ROWS)?;
    let mut taken = Vec::with_capacity(waiting.len());
    for waiting in waiting.chunk_by(|a, b| a.id.block() == b.id.block()) {
        let block = block::get(tx, whose, waiting[0].id.block())?;
        let contents: Vec<_> = block.contents().collect();
        for waiting in waiting {
            let Some(content) = contents.get(waiting.id.place()).and_then(Option::as_ref) else { continue };
            let patient = Zeroizing::new(content.subject.patient.to_owned());
            taken.push(TakenBack { waiting: *waiting, record: content.entry.key, patient });
        }
    }
    Ok(taken)
}

impl Chosen {
    fn judge(&self, keys: &Keys) -> (Candidates<'_>, Vec<(RegistrationId, Hold)>) {
        let count = self.pending.iter().map(|pending| pending.places.len()).sum();
        let mut candidates =
            Candidates { members: Vec::with_capacity(count), lines: Vec::with_capacity(count) };
        let mut held = Vec::new();
        for Pending { block, places } in &self.pending {
            let mut places = places.iter().peekable();
            for (place, content) in block.contents().enumerate() {
                let Some((_, revision)) = places.next_if(|(wanted, _)| *wanted == place) else { continue };
                let Some(content) = content else { continue };
                let id = RegistrationId::new(block.id, place);
                if let Some(hold) = batch::stop(keys, &self.gate, content.subject) {
                    held.push((id, hold));
                    continue;
                }
                candidates.members.push(id);
                candidates.lines.push(Line {
                    record: content.entry.key,
                    revision: *revision,
                    data: Some(content.data),
                    patient: content.subject.patient,
                });
            }
        }
        (candidates, held)
    }

    fn heading<'a>(&'a self, batch: &'a str) -> Heading<'a> {
        Heading {
            batch,
            organisation: &self.organisation,
            project: &self.facts.project,
            dcd: &self.facts.name,
            version: &self.facts.version,
            created: clock::now(),
        }
    }
}
