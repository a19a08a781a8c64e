//! From waiting registrations to sealed batches in the queue.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    seal::{Recipient, seal},
    split::{Heading, Line, identities_body, split},
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
        Purpose, Store, Tx, audit,
        batch::{self, BATCH_ROWS, NewBatch, NewDelivery, Pending},
        block::{self, Content, Subject},
        certificate, definition, enrolment,
        key::Hash,
        organisation,
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
    credentials: &Credentials,
    recipient: &Recipient,
    (whose, what): (OrganisationId, i64),
    limit: usize,
) -> Result<Prepared> {
    let chosen = store.read(|tx| {
        let facts = definition::facts(tx, what)?;
        Ok(Chosen {
            organisation: organisation::get(tx, whose)?,
            credential: credentials.of(tx, whose)?,
            gate: enrolment::gate(tx, whose, &facts.project, facts.enrolment_required)?,
            pending: batch::pending(tx, whose, what, limit * BATCH_ROWS)?,
            withdrawn: withdrawn(tx, whose, what)?,
            facts,
        })
    })?;
    let Some(credential) = &chosen.credential else { return hold_everything(store, whose) };
    let mut candidates = Vec::new();
    let mut held = Vec::new();
    for pending in &chosen.pending {
        chosen.judge(store, pending, &mut candidates, &mut held);
    }
    let mut batches = Vec::new();
    for candidates in candidates.chunks(BATCH_ROWS) {
        let lines = candidates.iter().map(Candidate::line).collect();
        let members = candidates.iter().map(|candidate| candidate.id).collect();
        batches.push(chosen.batch(what, lines, members, credential, recipient)?);
    }
    let taken_back = if chosen.withdrawn.is_empty() {
        None
    } else {
        let lines = chosen.withdrawn.iter().map(TakenBack::line).collect();
        let members = chosen.withdrawn.iter().map(|taken| taken.waiting.id).collect();
        Some(chosen.batch(what, lines, members, credential, recipient)?)
    };
    store.write(|tx| {
        for stop in &held {
            let physician = Some(stop.physician.as_str());
            batch::hold_back(
                tx,
                whose,
                &chosen.facts.project,
                stop.id,
                stop.reasons,
                physician,
                Some(&stop.patient),
            )?;
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
        audit::record(
            tx,
            "worker",
            "registration.hold",
            Some(whose),
            &serde_json::json!({ "no_certificate": held }),
        )?;
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

/// A registration that may leave.
struct Candidate<'a> {
    id: RegistrationId,
    revision: i64,
    content: Content<'a>,
}

impl Candidate<'_> {
    fn line(&self) -> Line<'_> {
        Line {
            record: self.content.entry.key,
            revision: self.revision,
            data: Some(self.content.data),
            subject: self.content.subject.clone(),
        }
    }
}

/// One that the platform has and that was taken back.
struct TakenBack {
    waiting: Waiting,
    record: Hash,
    subject: Subject,
}

impl TakenBack {
    fn line(&self) -> Line<'_> {
        let subject = self.subject.clone();
        Line { record: self.record, revision: self.waiting.revision, data: None, subject }
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
            let subject = content.subject.clone();
            taken.push(TakenBack { waiting: *waiting, record: content.entry.key, subject });
        }
    }
    Ok(taken)
}

/// One that may not.
struct Stop {
    id: RegistrationId,
    reasons: HoldReasons,
    physician: String,
    patient: Hash,
}

impl Chosen {
    fn judge<'a>(
        &self,
        store: &Store,
        pending: &'a Pending,
        candidates: &mut Vec<Candidate<'a>>,
        held: &mut Vec<Stop>,
    ) {
        let mut contents: Vec<Option<Content<'a>>> = pending.block.contents().collect();
        for (place, revision) in &pending.places {
            let Some(content) = contents.get_mut(*place).and_then(Option::take) else { continue };
            let id = RegistrationId::new(pending.block.id, *place);
            let subject = &content.subject;
            let asks_patient = !self.gate.objecting.is_empty() && !subject.patient.is_empty();
            let hash = || store.keys().hash(Purpose::Patient, subject.patient.as_bytes());
            let patient = asks_patient.then(hash);
            let physician = subject.physician.as_bytes().try_into().ok();
            let reasons = self.gate.reasons(physician.as_ref(), patient.as_ref());
            if reasons.is_empty() {
                candidates.push(Candidate { id, revision: *revision, content });
            } else {
                held.push(Stop {
                    id,
                    reasons,
                    physician: subject.physician.clone(),
                    patient: patient.unwrap_or_else(hash),
                });
            }
        }
    }

    fn batch(
        &self,
        definition: i64,
        lines: Vec<Line<'_>>,
        members: Vec<RegistrationId>,
        credential: &Credential,
        recipient: &Recipient,
    ) -> Result<NewBatch> {
        let name = uuid::Uuid::now_v7().to_string();
        let now = clock::now();
        let heading = Heading {
            batch: &name,
            organisation: &self.organisation,
            project: &self.facts.project,
            dcd: &self.facts.name,
            version: &self.facts.version,
            created: now,
        };
        let halves = split(&heading, &lines, self.facts.has_patient)?;
        let payload = zstd::bulk::compress(&halves.registrations, COMPRESSION).map_err(Error::internal)?;
        let mut deliveries =
            vec![new_delivery(Service::Platform, seal(&payload, credential, recipient, now)?)];
        if let Some(identities) = halves.identities {
            let key = seal(&*identities.code_key, credential, recipient, now)?;
            let body = identities_body(&heading, lines.len(), &key, &identities.lines);
            deliveries.push(new_delivery(Service::Ttp, body.to_vec()));
        }
        Ok(NewBatch {
            name: name.clone(),
            definition,
            members,
            gate: (self.gate.version, clock::today()),
            deliveries,
        })
    }
}

fn new_delivery(service: Service, body: Vec<u8>) -> NewDelivery {
    let digest = digest::digest(&digest::SHA256, &body);
    NewDelivery { service, digest: format!("sha-256=:{}:", STANDARD.encode(digest)), body }
}
