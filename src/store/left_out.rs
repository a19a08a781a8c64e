//! What an import does not keep of its findings, because it has very many: it is
//! counted, and the rows that it is about are noted.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::params;

use super::{
    Tx,
    finding::{RowFinding, severity, word},
};
use crate::{
    domain::{finding::Severity, import::ImportId},
    error::Result,
};

/// How many findings of each severity an import has.
#[derive(Clone, Copy)]
pub(super) struct Kept {
    errors: u64,
    warnings: u64,
}

impl Kept {
    /// Whether there is room for one more, if there may be `most`; it is counted
    /// then.
    pub fn takes(&mut self, severity: Severity, most: u64) -> bool {
        let known = match severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
        };
        let has_room = *known < most;
        *known += u64::from(has_room);
        has_room
    }
}

/// The most rows in a run, so that those about a row are found near it.
const LONGEST: u64 = 10_000;

/// Findings that are not kept.
#[derive(Default)]
pub(super) struct LeftOut<'a> {
    counts: BTreeMap<(&'a str, &'a str, Severity), i64>,
    rows: BTreeSet<(Severity, u64)>,
}

impl<'a> LeftOut<'a> {
    pub fn count(&mut self, finding: &'a RowFinding) {
        *self.counts.entry((&finding.code, &finding.column, finding.severity)).or_default() += 1;
        self.rows.insert((finding.severity, finding.row));
    }

    /// The rows as runs: of a wrong file nearly all follow one another. None is
    /// longer than [`LONGEST`].
    fn runs(&self) -> Vec<(Severity, u64, u64)> {
        let mut runs: Vec<(Severity, u64, u64)> = Vec::new();
        for (severity, row) in &self.rows {
            match runs.last_mut() {
                Some((known, first, last))
                    if known == severity && *last + 1 == *row && *row - *first < LONGEST =>
                {
                    *last = *row;
                }
                _ => runs.push((*severity, *row, *row)),
            }
        }
        runs
    }
}

/// What an import keeps so far.
pub(super) fn kept(tx: &Tx<'_>, import: ImportId) -> Result<Kept> {
    let mut statement =
        tx.sql.prepare_cached("SELECT kept_errors, kept_warnings FROM import WHERE id = ?1")?;
    Ok(statement.query_row([import.0], |row| {
        Ok(Kept { errors: row.get::<_, i64>(0)? as u64, warnings: row.get::<_, i64>(1)? as u64 })
    })?)
}

/// Notes what an import keeps now and what it does not.
pub(super) fn note(tx: &Tx<'_>, import: ImportId, kept: Kept, more: &LeftOut<'_>) -> Result<()> {
    tx.sql
        .prepare_cached("UPDATE import SET kept_errors = ?2, kept_warnings = ?3 WHERE id = ?1")?
        .execute(params![import.0, kept.errors as i64, kept.warnings as i64])?;
    let mut statement = tx.sql.prepare_cached(
        "INSERT INTO finding_left_out (import, code, column, severity, count) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO UPDATE SET count = count + excluded.count",
    )?;
    for ((code, column, severity), count) in &more.counts {
        statement.execute(params![import.0, code, column, word(*severity), count])?;
    }
    let mut longer = tx.sql.prepare_cached(
        "UPDATE finding_left_out_row SET last = ?4 WHERE import = ?1 AND severity = ?2 AND last = ?3 - 1
           AND ?4 - first < ?5
           AND first = (SELECT max(first) FROM finding_left_out_row WHERE import = ?1 AND severity = ?2)",
    )?;
    let mut another = tx.sql.prepare_cached(
        "INSERT INTO finding_left_out_row (import, severity, first, last) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET last = max(last, excluded.last)",
    )?;
    for (severity, first, last) in more.runs() {
        let (word, first, last) = (word(severity), first as i64, last as i64);
        if longer.execute(params![import.0, word, first, last, LONGEST as i64])? == 0 {
            another.execute(params![import.0, word, first, last])?;
        }
    }
    Ok(())
}

/// The rows between `from` and `to` of which something was not kept, each with
/// the worst of it.
pub(super) fn rows(tx: &Tx<'_>, import: ImportId, from: u64, to: u64) -> Result<BTreeMap<u64, Severity>> {
    let mut statement = tx.sql.prepare_cached(
        "SELECT severity, first, last FROM finding_left_out_row
         WHERE import = ?1 AND severity IN ('error', 'warning')
           AND first BETWEEN ?2 - ?4 AND ?3 AND last >= ?2",
    )?;
    let mut runs = statement.query(params![import.0, from as i64, to as i64, LONGEST as i64])?;
    let mut rows = BTreeMap::new();
    while let Some(run) = runs.next()? {
        let severity = severity(&run.get::<_, String>(0)?);
        let (first, last) = (run.get::<_, i64>(1)? as u64, run.get::<_, i64>(2)? as u64);
        for row in first.max(from)..=last.min(to) {
            let worst = rows.entry(row).or_insert(severity);
            *worst = severity.max(*worst);
        }
    }
    Ok(rows)
}
