//! The platform: takes registrations from senders and pseudonyms from the
//! TTP, pairs them, consolidates them, and forgets the codes.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{
    codes,
    database::Database,
    definition::Definitions,
    fault::{FaultKind, Faults, Side},
    ledger::{self, Name, PSEUDONYMS, REGISTRATIONS},
    open::Opener,
    problem::Problem,
    receipts::{self, Stored},
    registrations::Registrations,
    service::{Caller, Put, Receiver, Registry, Role},
    signer::Signers,
    wire::{CMS, CodesHeader, LINES, Receipt},
};
use crate::{clock, error::Result};

/// The platform.
pub(super) struct Platform {
    pub(super) database: Arc<Database>,
    pub(super) opener: Opener,
    pub(super) signers: Signers,
    pub(super) registry: Arc<Registry>,
    pub(super) faults: Arc<Faults>,
    /// Definitions without a patient identifier.
    pub(super) without_identity: Definitions,
}

/// How long a batch may wait for its other stream.
const PATIENCE: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Platform {
    /// Refuses the batches that were incomplete for too long at `now`; how many.
    pub(super) fn refuse_incomplete(database: &Database, now: Timestamp) -> Result<usize> {
        database.write(move |connection| ledger::refuse_incomplete(connection, now - PATIENCE, now))
    }

    fn registrations(&self, put: &Put<'_>, sender: &str) -> Result<Stored, Problem> {
        if let Some(stored) = self.repeated(sender, put)? {
            return Ok(stored);
        }
        let opened = self.opener.open(put.body, &self.signers)?;
        if opened.signer != put.caller.identity {
            return Err(Problem::forbidden("signer-differs"));
        }
        let refuse_some = self.faults.strikes(Side::Platform, FaultKind::RefuseSome);
        let read = Registrations::read(&opened.clear, put.batch, sender, refuse_some)?;
        let alone = self.without_identity.has(&read.header.dcd);
        let name = self.name(put, sender, &read.header.project);
        self.store(put, name, read.count, move |connection, name, at| {
            ledger::take_registrations(connection, name, &read, alone, at)
        })
    }

    fn pseudonyms(&self, put: &Put<'_>) -> Result<Stored, Problem> {
        let text = std::str::from_utf8(put.body).map_err(|_| Problem::unprocessable("lines"))?;
        let (header, lines, organisation) = CodesHeader::read(text, put.batch)?;
        if let Some(stored) = self.repeated(organisation.key(), put)? {
            return Ok(stored);
        }
        let signer = self.registry.identity_for(&organisation)?;
        let key = self.opener.open(&header.sealed_key()?, &self.signers)?;
        if key.signer != *signer {
            return Err(Problem::forbidden("signer-differs"));
        }
        let pairs = codes::open(lines, &key.clear, put.batch)?;
        let name = self.name(put, organisation.key(), &header.project);
        self.store(put, name, header.count, move |connection, name, at| {
            ledger::take_pairs(connection, name, &pairs, at)
        })
    }

    fn name(&self, put: &Put<'_>, sender: &str, project: &str) -> Name {
        Name { sender: sender.to_owned(), batch: put.batch.to_owned(), project: project.to_owned() }
    }

    /// What a repeated delivery gets, without the work being done again.
    fn repeated(&self, sender: &str, put: &Put<'_>) -> Result<Option<Stored>, Problem> {
        let kept =
            self.database.read(|connection| receipts::kept(connection, sender, put.batch, put.stream))?;
        receipts::repeated(kept, &put.digest)
    }

    /// Stores the receipt together with what it is for.
    fn store(
        &self,
        put: &Put<'_>,
        name: Name,
        count: usize,
        take: impl FnOnce(&super::database::Connection, &Name, Timestamp) -> super::database::SqlResult<()>
        + Send
        + 'static,
    ) -> Result<Stored, Problem> {
        let receipt = receipts::new(put.batch, put.stream, count, &put.digest)?;
        self.database.write(move |connection| {
            // Another connection may have been faster with the same stream.
            let kept = receipts::kept(connection, &name.sender, &receipt.batch, &receipt.stream)?;
            match receipts::repeated(kept, &receipt.digest) {
                Ok(None) => {}
                Ok(Some(stored)) => return Ok(Ok(stored)),
                Err(problem) => return Ok(Err(problem)),
            }
            take(connection, &name, clock::now())?;
            receipts::keep(connection, &name.sender, &receipt)?;
            Ok(Ok(Stored { receipt, first: true }))
        })?
    }
}

impl Receiver for Platform {
    fn media_type(&self, stream: &str, caller: &Caller) -> Result<&'static str, Problem> {
        match (stream, &caller.role) {
            (REGISTRATIONS, Role::Sender(_)) => Ok(CMS),
            (PSEUDONYMS, Role::Ttp) => Ok(LINES),
            (REGISTRATIONS | PSEUDONYMS, _) => Err(Problem::forbidden("not-yours")),
            _ => Err(Problem::not_found()),
        }
    }

    fn put(&self, put: &Put<'_>) -> Result<Stored, Problem> {
        match put.caller.sender() {
            Some(sender) => self.registrations(put, sender),
            None => self.pseudonyms(put),
        }
    }

    fn receipt(&self, caller: &Caller, batch: &str, stream: &str) -> Result<Receipt, Problem> {
        let kept = match (stream, caller.sender()) {
            (REGISTRATIONS, Some(sender)) => {
                self.database.read(|connection| receipts::kept(connection, sender, batch, stream))?
            }
            (PSEUDONYMS, None) => {
                self.database.read(|connection| receipts::only(connection, batch, stream))?
            }
            _ => None,
        };
        kept.ok_or_else(Problem::not_found)
    }

    fn outcome(&self, caller: &Caller, batch: &str) -> Result<Vec<u8>, Problem> {
        let sender = caller.sender().ok_or_else(Problem::not_found)?;
        let outcome = self.database.read(|connection| ledger::outcome(connection, sender, batch))?;
        let outcome = outcome.ok_or_else(Problem::not_found)?;
        Ok(serde_json::to_vec(&outcome).unwrap_or_default())
    }
}
