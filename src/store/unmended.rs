//! Imports that rejected rows which nobody has mended yet.

use rusqlite::params;

use super::Tx;
use crate::{domain::organisation::OrganisationId, error::Result};

/// For how many days rejected rows are told; whoever did not mend them by
/// then will not.
const DAYS: i64 = 30;

const DAY: i64 = 24 * 3_600_000;

/// How many imports are told, the newest.
const TOLD: i64 = 20;

/// An import with rejected rows.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unmended {
    /// Its key.
    pub import: i64,
    /// The key of the upload that it was, if it was one.
    pub upload: Option<i64>,
    /// Its definition's project.
    pub project: String,
    /// Its definition's name.
    pub definition: String,
    /// Its rejected rows.
    pub rejected: u64,
}

/// The files of the last 30 days with rejected rows, the newest first, but for
/// those that a later import of the same definition replaced: a file of the
/// same name, one of as many rows as were rejected, or one that brought all
/// rows again that were stored. What systems send by the API is not told:
/// they get the rows back in the answer.
///
/// Nothing tells for certain which row mends which, since what is wrong in a
/// row may be its key.
pub fn list(tx: &Tx<'_>, organisation: OrganisationId) -> Result<Vec<Unmended>> {
    let mut statement = tx.sql.prepare_cached(LIST)?;
    let since = tx.now.as_millisecond() - DAYS * DAY;
    let rows = statement.query_map(params![organisation.0, since, TOLD], |row| {
        Ok(Unmended {
            import: row.get(0)?,
            upload: row.get(1)?,
            project: row.get(2)?,
            definition: row.get(3)?,
            rejected: row.get::<_, i64>(4)? as u64,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

const LIST: &str =
    "SELECT i.id, (SELECT max(u.id) FROM upload u WHERE u.import = i.id), f.project, f.name, i.rejected
     FROM import i JOIN definition f ON f.id = i.definition
     WHERE i.organisation = ?1 AND i.rejected > 0 AND i.api_key IS NULL AND i.started_at >= ?2
       AND NOT EXISTS (
         SELECT 1 FROM import l
         WHERE l.organisation = ?1 AND l.api_key IS NULL AND l.id > i.id AND l.state = 'done'
           AND l.definition IN (SELECT id FROM definition WHERE name = f.name)
           AND (l.file = i.file OR l.accepted + l.unchanged + l.rejected = i.rejected
             OR (i.accepted + i.unchanged > 0 AND l.unchanged >= i.accepted + i.unchanged)))
     ORDER BY i.started_at DESC, i.id DESC LIMIT ?3";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::store::Store;

    const NOW: i64 = 1_800_000_000_000;

    const NONE: [i64; 0] = [];

    /// What is told after `imports`: of definition 1 or 2, or of the newer
    /// version of 1, which is 3; name, days ago, accepted, unchanged, rejected.
    fn told(imports: &[(i64, &str, i64, i64, i64, i64)]) -> Vec<i64> {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("data")).unwrap();
        let add = |tx: &Tx<'_>| {
            tx.sql.execute_batch(
                "INSERT INTO organisation (id, nihdi, title, created_at) VALUES (1, '1', 'x', 0);
                 INSERT INTO definition VALUES (1, 'P', 'A', '1', '', 0, 0, 0), (2, 'P', 'B', '1', '', 0, 0, 0), (3, 'P', 'A', '2', '', 0, 0, 0);",
            )?;
            let mut statement = tx.sql.prepare(
                "INSERT INTO import (organisation, definition, file, size, digest, state, accepted, unchanged, rejected, started_at, changed_at)
                 VALUES (1, ?1, ?2, 0, x'', 'done', ?4, ?5, ?6, ?3, 0)",
            )?;
            for (definition, file, days, accepted, unchanged, rejected) in imports {
                let at = tx.now.as_millisecond() - days * DAY;
                statement.execute(params![definition, file, at, accepted, unchanged, rejected])?;
            }
            Ok(())
        };
        store.write(add).unwrap();
        let found = store.read(|tx| list(tx, OrganisationId(1))).unwrap();
        found.iter().map(|found| found.import).collect()
    }

    #[test]
    fn rejected_rows_are_told_until_they_are_sent_again() {
        let first = (1, "a.csv", 3, 90, 0, 10);
        assert_eq!(told(&[first]), [1]);
        assert_eq!(told(&[first, (1, "b.csv", 2, 50, 0, 0)]), [1], "another file");
        assert_eq!(told(&[first, (2, "a.csv", 2, 50, 0, 0)]), [1], "another definition");
        assert_eq!(told(&[first, (3, "a.csv", 2, 50, 0, 0)]), NONE, "the same name");
        assert_eq!(told(&[first, (3, "mend.csv", 2, 10, 0, 0)]), NONE, "the rows to mend");
        assert_eq!(told(&[first, (1, "mend.csv", 2, 7, 0, 3)]), [2], "some are still wrong");
        assert_eq!(told(&[first, (1, "b.csv", 2, 9, 90, 0)]), NONE, "the whole file under another name");
        assert_eq!(told(&[(1, "a.csv", 31, 90, 0, 10)]), NONE, "too long ago");
    }

    #[test]
    fn the_file_that_came_before_mends_nothing() {
        assert_eq!(told(&[(1, "a.csv", 3, 90, 0, 0), (1, "a.csv", 2, 90, 0, 10)]), [2]);
    }

    #[test]
    fn both_sides_are_found_by_an_index() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("data")).unwrap();
        let plan = store.read(|tx| {
            let mut statement = tx.sql.prepare(&format!("EXPLAIN QUERY PLAN {LIST}"))?;
            let rows = statement.query_map(params![1, NOW, TOLD], |row| row.get::<_, String>(3))?;
            Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?.join("\n"))
        });
        let plan = plan.unwrap();
        assert!(plan.contains("INDEX import_rejected (organisation=? AND started_at>?)"), "{plan}");
        assert!(plan.contains("INDEX import_files (organisation=? AND definition=? AND id>?)"), "{plan}");
        assert!(!plan.contains("SCAN"), "{plan}");
    }
}
