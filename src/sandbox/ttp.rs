//! The trusted third party: takes patients' identifiers with sealed codes,
//! turns the identifiers into pseudonyms, and hands both on.
//!
//! An identifier never reaches its disk: what is stored until the platform
//! has confirmed is the pseudonym beside the code that only the platform opens.

use std::sync::Arc;

use aws_lc_rs::hmac;

use super::{
    database::{Database, SqlResult, execute, fill, params, room},
    forward::Outbox,
    problem::Problem,
    receipts::{self, Stored},
    service::{Caller, Put, Receiver, Role},
    signed::outer_signer,
    signer::Signers,
    wire::{CodesHeader, IdentityLine, IdentityType, LINES, Receipt, SEALED_CODE, sealed_code},
};
use crate::{clock, domain::identifier::Ssin, error::Result};

/// The TTP's tables. A row of `outgoing` is gone once the platform has it.
pub(super) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS batch (
        id INTEGER PRIMARY KEY,
        sender TEXT NOT NULL,
        name TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'waiting',
        status INTEGER,
        platform_receipt TEXT,
        UNIQUE (sender, name)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS outgoing (
        batch INTEGER PRIMARY KEY,
        header TEXT NOT NULL,
        rows BLOB NOT NULL
    ) STRICT;
";

/// The stream of identities.
const IDENTITIES: &str = "identities";

/// Bytes of a row that waits for the platform: pseudonym and sealed code.
pub(super) const ROW: usize = 16 + SEALED_CODE;

/// The TTP.
pub(super) struct Ttp {
    pub(super) database: Arc<Database>,
    pub(super) signers: Signers,
    pub(super) outbox: Arc<Outbox>,
    /// What the pseudonyms of all projects are made from.
    pub(super) secret: [u8; 32],
}

impl Ttp {
    fn identities(&self, put: &Put<'_>, sender: &str) -> Result<Stored, Problem> {
        let kept =
            self.database.read(|connection| receipts::kept(connection, sender, put.batch, put.stream))?;
        if let Some(stored) = receipts::repeated(kept, &put.digest)? {
            return Ok(stored);
        }
        let text = std::str::from_utf8(put.body).map_err(|_| Problem::unprocessable("lines"))?;
        let (header, lines, organisation) = CodesHeader::read(text, put.batch)?;
        if organisation.key() != sender {
            return Err(Problem::forbidden("not-registered"));
        }
        // Only the platform opens the key, but who sealed it stands outside.
        if outer_signer(&header.sealed_key()?, &self.signers)? != put.caller.identity {
            return Err(Problem::forbidden("signer-differs"));
        }
        let pseudonyms = Pseudonyms::new(&self.secret, &header.project);
        let this_year = clock::today().year();
        let mut rows = Vec::with_capacity(ROW * header.count);
        for (line, text) in (1..).zip(lines) {
            let wrong = |code| Problem::line(code, line);
            let identity: IdentityLine<'_> = serde_json::from_str(text).map_err(|_| wrong("line"))?;
            if !is_identifier(&identity, this_year) {
                return Err(wrong("identifier"));
            }
            rows.extend_from_slice(&pseudonyms.of(&identity));
            rows.extend_from_slice(&sealed_code(identity.code).ok_or_else(|| wrong("code"))?);
        }
        // A nonce that comes twice under one key gives the codes away.
        let mut nonces: Vec<&[u8]> = rows.as_chunks::<ROW>().0.iter().map(|row| &row[16..28]).collect();
        nonces.sort_unstable();
        if nonces.windows(2).any(|two| two[0] == two[1]) {
            return Err(Problem::unprocessable("nonce-twice"));
        }
        self.store(put, sender, &header, rows)
    }

    fn store(
        &self,
        put: &Put<'_>,
        sender: &str,
        header: &CodesHeader,
        rows: Vec<u8>,
    ) -> Result<Stored, Problem> {
        let receipt = receipts::new(put.batch, put.stream, header.count, &put.digest)?;
        let header = serde_json::to_string(header).unwrap_or_default();
        let sender = sender.to_owned();
        let stored: SqlStored = self.database.write(move |connection| {
            // Another connection may have been faster with the same stream.
            let kept = receipts::kept(connection, &sender, &receipt.batch, &receipt.stream)?;
            match receipts::repeated(kept, &receipt.digest) {
                Ok(None) => {}
                Ok(Some(stored)) => return Ok(Ok((stored, None))),
                Err(problem) => return Ok(Err(problem)),
            }
            execute(
                connection,
                "INSERT INTO batch (sender, name) VALUES (?1, ?2)",
                params![sender, receipt.batch],
            )?;
            let id = connection.last_insert_rowid();
            execute(
                connection,
                "INSERT INTO outgoing (batch, header, rows) VALUES (?1, ?2, ?3)",
                params![id, header, room(&rows)],
            )?;
            fill(connection, (c"outgoing", c"rows"), id, &rows)?;
            receipts::keep(connection, &sender, &receipt)?;
            Ok(Ok((Stored { receipt, first: true }, Some(id))))
        })?;
        let (stored, id) = stored?;
        if let Some(id) = id {
            self.outbox.add(id);
        }
        Ok(stored)
    }
}

type SqlStored = Result<(Stored, Option<i64>), Problem>;

/// What waits for the platform, oldest first.
pub(super) fn waiting(database: &Database) -> Result<Vec<i64>> {
    database.read(|connection| {
        let mut statement = connection.prepare("SELECT batch FROM outgoing ORDER BY batch")?;
        statement.query_map([], |row| row.get(0))?.collect::<SqlResult<_>>()
    })
}

/// The pseudonyms of one project.
struct Pseudonyms(hmac::Key);

impl Pseudonyms {
    fn new(secret: &[u8], project: &str) -> Self {
        let project = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), project.as_bytes());
        Self(hmac::Key::new(hmac::HMAC_SHA256, project.as_ref()))
    }

    fn of(&self, identity: &IdentityLine<'_>) -> [u8; 16] {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(match identity.r#type {
            IdentityType::Ssin => b"s",
            IdentityType::Generated => b"g",
        });
        context.update(identity.id.as_bytes());
        let mut pseudonym = [0; 16];
        pseudonym.copy_from_slice(&context.sign().as_ref()[..16]);
        pseudonym
    }
}

/// A national number is eleven digits that fit; a generated identifier says
/// nothing, so it is only not too long.
fn is_identifier(identity: &IdentityLine<'_>, this_year: i16) -> bool {
    match identity.r#type {
        IdentityType::Ssin => identity.id.len() == 11 && Ssin::parse(&identity.id, this_year).is_ok(),
        IdentityType::Generated => (16..=128).contains(&identity.id.len()),
    }
}

impl Receiver for Ttp {
    fn media_type(&self, stream: &str, caller: &Caller) -> Result<&'static str, Problem> {
        match (stream, &caller.role) {
            (IDENTITIES, Role::Sender(_)) => Ok(LINES),
            (IDENTITIES, Role::Ttp) => Err(Problem::forbidden("not-yours")),
            _ => Err(Problem::not_found()),
        }
    }

    fn put(&self, put: &Put<'_>) -> Result<Stored, Problem> {
        let sender = put.caller.sender().ok_or_else(|| Problem::forbidden("not-yours"))?;
        self.identities(put, sender)
    }

    fn receipt(&self, caller: &Caller, batch: &str, stream: &str) -> Result<Receipt, Problem> {
        let sender = caller.sender().ok_or_else(Problem::not_found)?;
        let kept = self.database.read(|connection| receipts::kept(connection, sender, batch, stream))?;
        kept.ok_or_else(Problem::not_found)
    }

    fn outcome(&self, _caller: &Caller, _batch: &str) -> Result<Vec<u8>, Problem> {
        Err(Problem::not_found())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(id: &'static str, r#type: IdentityType) -> IdentityLine<'static> {
        IdentityLine { id: id.into(), r#type, code: "" }
    }

    #[test]
    fn a_pseudonym_belongs_to_one_patient_in_one_project() {
        let here = Pseudonyms::new(&[1; 32], "HDBP0147");
        let patient = identity("53040799731", IdentityType::Ssin);
        assert_eq!(here.of(&patient), Pseudonyms::new(&[1; 32], "HDBP0147").of(&patient));
        assert_ne!(here.of(&patient), Pseudonyms::new(&[1; 32], "HDBP0012").of(&patient));
        assert_ne!(here.of(&patient), here.of(&identity("61113099644", IdentityType::Ssin)));
        assert_ne!(here.of(&patient), here.of(&identity("53040799731", IdentityType::Generated)));
    }
}
