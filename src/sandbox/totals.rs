//! What the services hold, read from their databases, for tests and for a
//! trial's reconciliation.

use std::{collections::HashSet, path::Path};

use super::{
    database::{Connection, SqlResult, read_only},
    pack,
    registrations::{BodyLine, decompress},
    wire::{Action, push_hex},
};
use crate::error::{Code, Error, Result};

/// The platform's and the TTP's holdings in numbers.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Totals {
    /// Batches whose streams are both in and joined.
    pub batches: u64,
    /// Batches that still wait for a stream.
    pub waiting: u64,
    /// Batches that were refused as a whole.
    pub refused_batches: u64,
    /// Registrations in consolidated batches, corrections and withdrawals
    /// counted each.
    pub consolidated: u64,
    /// Registrations that were refused singly.
    pub refused: u64,
    /// Records that the consolidated registrations are about.
    pub records: u64,
    /// Records whose highest revision is not a withdrawal.
    pub active: u64,
    /// Patients.
    pub pseudonyms: u64,
    /// Codes that are still anywhere, at the platform in clear or at the TTP
    /// sealed. None once every batch is final.
    pub codes: u64,
}

/// A consolidated registration.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Consolidated {
    /// The organisation's NIHDI key.
    pub organisation: String,
    /// The batch it came in.
    pub batch: String,
    /// Its record.
    pub record: String,
    /// Its version.
    pub revision: u64,
    /// What it asked for.
    pub action: Action,
    /// The patient's, in hexadecimal; none if its definition has no patient
    /// identifier.
    pub pseudonym: Option<String>,
    /// Its variables as they came, in JSON.
    pub data: Option<String>,
}

impl Totals {
    /// Counts what is in a sandbox's folder, also while it runs.
    ///
    /// # Errors
    ///
    /// A database cannot be read.
    pub fn read(dir: &Path) -> Result<Self> {
        let platform = open(dir, "platform.db")?;
        let ttp = open(dir, "ttp.db")?;
        let number = |connection: &Connection, sql: &str| -> Result<u64> {
            let number: i64 = connection.query_row(sql, [], |row| row.get(0)).map_err(Error::internal)?;
            u64::try_from(number).map_err(Error::internal)
        };
        let state =
            |state: &str| number(&platform, &format!("SELECT count(*) FROM batch WHERE state = '{state}'"));
        let mut totals = Self {
            batches: state("consolidated")?,
            waiting: state("waiting")?,
            refused_batches: state("refused")?,
            consolidated: number(&platform, "SELECT coalesce(sum(consolidated), 0) FROM batch")?,
            refused: number(
                &platform,
                "SELECT coalesce(sum(json_array_length(refused)), 0) FROM batch WHERE state = 'consolidated'",
            )?,
            codes: number(&platform, "SELECT coalesce(sum(length(codes)) / 16, 0) FROM codes")?
                + number(&platform, "SELECT coalesce(sum(length(pairs)) / 32, 0) FROM pairs")?
                + number(&ttp, "SELECT coalesce(sum(length(rows)) / 60, 0) FROM outgoing")?,
            ..Self::default()
        };
        totals.count_records(&platform).map_err(Error::internal)?;
        Ok(totals)
    }

    /// Counts in passes over a part of the records each, so that memory does
    /// not grow with what is stored.
    fn count_records(&mut self, platform: &Connection) -> SqlResult<()> {
        let passes = self.consolidated / PER_PASS + 1;
        for pass in 0..passes {
            let ours = |name: &[u8; 16]| u64::from(u16::from_le_bytes([name[0], name[1]])) % passes == pass;
            let mut versions: Vec<([u8; 16], u64, Action)> = Vec::new();
            let mut pseudonyms: HashSet<[u8; 16]> = HashSet::new();
            let mut statement = platform
                .prepare("SELECT keys, pseudonyms FROM registrations JOIN consolidated USING (batch)")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let keys = pack::keys(row.get_ref(0)?.as_blob()?).filter(|key| ours(&key.record));
                versions.extend(keys.map(|key| (key.record, key.revision, key.action)));
                let patients = row.get_ref(1)?.as_blob()?.as_chunks::<16>().0;
                pseudonyms.extend(patients.iter().filter(|patient| **patient != [0; 16] && ours(patient)));
            }
            // Of two lines with the same revision the first counts.
            versions.sort_by_key(|(record, revision, _)| (*record, std::cmp::Reverse(*revision)));
            versions.dedup_by_key(|(record, ..)| *record);
            self.records += versions.len() as u64;
            self.active += versions.iter().filter(|(.., action)| *action == Action::Submit).count() as u64;
            self.pseudonyms += pseudonyms.len() as u64;
        }
        Ok(())
    }
}

/// Records looked at in one pass.
const PER_PASS: u64 = 250_000;

/// Every consolidated registration, in the order in which the batches came.
///
/// # Errors
///
/// A database cannot be read.
pub fn consolidated(dir: &Path) -> Result<Vec<Consolidated>> {
    let platform = open(dir, "platform.db")?;
    let mut statement = platform
        .prepare(
            "SELECT sender, name, body, pseudonyms FROM registrations
             JOIN consolidated USING (batch) JOIN batch ON batch.id = batch
             ORDER BY batch",
        )
        .map_err(Error::internal)?;
    let batches = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .map_err(Error::internal)?;
    let mut all = Vec::new();
    for batch in batches {
        let (organisation, batch, body, pseudonyms): (String, String, Vec<u8>, Vec<u8>) =
            batch.map_err(Error::internal)?;
        let body =
            decompress(&body, u64::MAX - 1).map_err(|_| Error::internal("a stored body does not open"))?;
        let text = String::from_utf8(body).map_err(Error::internal)?;
        for (line, pseudonym) in text.split_terminator('\n').zip(pseudonyms.as_chunks::<16>().0) {
            let line: BodyLine<'_> = serde_json::from_str(line).map_err(Error::internal)?;
            let mut patient = String::new();
            push_hex(pseudonym, &mut patient);
            all.push(Consolidated {
                organisation: organisation.clone(),
                batch: batch.clone(),
                record: line.record.into_owned(),
                revision: line.revision,
                action: line.action,
                pseudonym: (*pseudonym != [0; 16]).then_some(patient),
                data: line.data.map(|data| data.get().to_owned()),
            });
        }
    }
    Ok(all)
}

fn open(dir: &Path, name: &str) -> Result<Connection> {
    let path = dir.join(name);
    read_only(&path).map_err(|cause| {
        Error::new(Code::Unavailable, "sandbox-database-unusable")
            .with("file", path.display().to_string())
            .because(cause)
    })
}
