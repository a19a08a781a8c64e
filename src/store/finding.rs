//! Findings of an import's rows.

use rusqlite::{Row, params};
use serde::{Deserialize, Serialize};

use super::{
    Tx,
    left_out::{self, LeftOut},
};
use crate::{
    domain::{finding::Severity, import::ImportId, organisation::OrganisationId},
    error::Result,
    language::{Arg, Args},
};

/// A finding and its place in the file.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct RowFinding {
    /// The row, from 1, the header not counted; 0 for the file itself.
    pub row: u64,
    /// The line the row begins on, as an editor counts.
    pub line: u64,
    /// The column's name; empty if it is about the whole row.
    pub column: String,
    /// The stable code, which is also the Fluent message.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// The shape of the value.
    pub shape: String,
    /// Arguments of the message as a JSON object of texts and numbers.
    pub args: String,
}

/// So many findings of each severity an import keeps: a file of a few gigabytes
/// can have hundreds of millions.
pub const MOST: u64 = 100_000;

/// So many findings of each severity a batch of the API keeps, as its answer
/// tells: a system may send a wrong one again and again.
pub const MOST_OF_BATCH: u64 = 10_000;

/// Adds findings; `number` tells findings of one row apart. If the import has
/// `most` of a severity, more of them are counted and not kept.
pub fn add(tx: &Tx<'_>, import: ImportId, findings: &[RowFinding], most: u64) -> Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    let mut statement = tx.sql.prepare_cached(
        "INSERT INTO finding (import, row, number, line, column, code, severity, shape, args)
         VALUES (?1, ?2, (SELECT count(*) FROM finding WHERE import = ?1 AND row = ?2), ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    let mut kept = left_out::kept(tx, import)?;
    let mut more = LeftOut::default();
    for finding in findings {
        if !kept.takes(finding.severity, most) {
            more.count(finding);
            continue;
        }
        statement.execute(params![
            import.0,
            finding.row as i64,
            finding.line as i64,
            finding.column,
            finding.code,
            word(finding.severity),
            finding.shape,
            finding.args
        ])?;
    }
    left_out::note(tx, import, kept, &more)
}

/// Hands the findings of an import to `take`, in the order of the rows; after
/// them one that says how many were not kept, if any were not.
pub fn each(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    import: ImportId,
    mut take: impl FnMut(RowFinding) -> Result<()>,
) -> Result<()> {
    super::import::get(tx, organisation, import)?;
    let mut statement =
        tx.sql.prepare_cached("SELECT * FROM finding WHERE import = ?1 ORDER BY row, number")?;
    let mut rows = statement.query([import.0])?;
    while let Some(row) = rows.next()? {
        take(finding(row)?)?;
    }
    of_file(&left_out(tx, organisation, import)?).map_or(Ok(()), take)
}

/// The findings of the rows `from` to `to` of an import, in their order. A row
/// of which some were not kept has one that says so.
pub fn of_rows(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    import: ImportId,
    from: u64,
    to: u64,
) -> Result<Vec<RowFinding>> {
    super::import::get(tx, organisation, import)?;
    let mut statement = tx.sql.prepare_cached(
        "SELECT * FROM finding WHERE import = ?1 AND row BETWEEN ?2 AND ?3 ORDER BY row, number",
    )?;
    let rows = statement.query_map([import.0, from as i64, to as i64], finding)?;
    let mut found: Vec<_> = rows.collect::<rusqlite::Result<_>>()?;
    let kept = found.len();
    for (row, severity) in left_out::rows(tx, import, from, to)? {
        found.push(about_left_out("row-findings-left-out", row, severity, "{}".to_owned()));
    }
    if found.len() > kept {
        found.sort_by_key(|found| found.row);
    }
    Ok(found)
}

/// What says of an import that findings were counted and not kept.
pub fn of_file(left_out: &[Count]) -> Option<RowFinding> {
    let severity = left_out.iter().map(|count| count.severity).max()?;
    let count: u64 = left_out.iter().map(|count| count.count).sum();
    let args = args_to_json(&vec![("count", Arg::Count(count))]);
    Some(about_left_out("findings-left-out", 0, severity, args))
}

fn about_left_out(code: &str, row: u64, severity: Severity, args: String) -> RowFinding {
    let (column, shape) = (String::new(), String::new());
    RowFinding { row, line: 0, column, code: code.to_owned(), severity, shape, args }
}

/// What a person wants to see of the findings of an import.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter<'a> {
    /// With this code only.
    pub code: Option<&'a str>,
    /// About this column only; an empty name is the row as a whole.
    pub column: Option<&'a str>,
}

/// The findings that pass `filter`, in the order of the rows: `limit` of them
/// after the first `skip`.
pub fn page(
    tx: &Tx<'_>,
    organisation: OrganisationId,
    import: ImportId,
    filter: Filter<'_>,
    skip: u64,
    limit: u64,
) -> Result<Vec<RowFinding>> {
    super::import::get(tx, organisation, import)?;
    let mut statement = tx.sql.prepare_cached(
        "SELECT * FROM finding
         WHERE import = ?1 AND (?2 IS NULL OR code = ?2) AND (?3 IS NULL OR column = ?3)
         ORDER BY row, number LIMIT ?5 OFFSET ?4",
    )?;
    let values = params![import.0, filter.code, filter.column, skip as i64, limit as i64];
    let rows = statement.query_map(values, finding)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// How many findings of an import have one code and are about one column.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Count {
    /// The code.
    pub code: String,
    /// The column; empty for the row as a whole.
    pub column: String,
    /// How bad they are.
    pub severity: Severity,
    /// How many there are.
    pub count: u64,
}

/// What was found in an import, counted by code and column, by code and then
/// column; what was not kept counts, too.
pub fn counts(tx: &Tx<'_>, organisation: OrganisationId, import: ImportId) -> Result<Vec<Count>> {
    let sql = "SELECT code, column, severity, sum(number) FROM
           (SELECT code, column, severity, count(*) AS number FROM finding WHERE import = ?1 GROUP BY 1, 2, 3
            UNION ALL SELECT code, column, severity, count FROM finding_left_out WHERE import = ?1)
         GROUP BY code, column, severity";
    counted(tx, organisation, import, sql)
}

/// What was found in an import and not kept, counted as by [`counts`].
pub fn left_out(tx: &Tx<'_>, organisation: OrganisationId, import: ImportId) -> Result<Vec<Count>> {
    let sql = "SELECT code, column, severity, count FROM finding_left_out WHERE import = ?1";
    counted(tx, organisation, import, sql)
}

fn counted(tx: &Tx<'_>, organisation: OrganisationId, import: ImportId, sql: &str) -> Result<Vec<Count>> {
    super::import::get(tx, organisation, import)?;
    let mut statement = tx.sql.prepare_cached(sql)?;
    let rows = statement.query_map([import.0], |row| {
        Ok(Count {
            code: row.get(0)?,
            column: row.get(1)?,
            severity: severity(&row.get::<_, String>(2)?),
            count: row.get::<_, i64>(3)? as u64,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn finding(row: &Row<'_>) -> rusqlite::Result<RowFinding> {
    Ok(RowFinding {
        row: row.get::<_, i64>("row")? as u64,
        line: row.get::<_, i64>("line")? as u64,
        column: row.get("column")?,
        code: row.get("code")?,
        severity: severity(&row.get::<_, String>("severity")?),
        shape: row.get("shape")?,
        args: row.get("args")?,
    })
}

/// The arguments of a message as the JSON object that the store keeps.
pub fn args_to_json(args: &Args) -> String {
    let object: serde_json::Map<_, _> = args
        .iter()
        .map(|(name, arg)| {
            let value = match arg {
                Arg::Count(number) => (*number).into(),
                Arg::Messages(ids) => ids.as_slice().into(),
                Arg::Text(text) => text.as_str().into(),
            };
            ((*name).to_owned(), value)
        })
        .collect();
    serde_json::Value::Object(object).to_string()
}

pub(super) fn severity(word: &str) -> Severity {
    if word == "error" { Severity::Error } else { Severity::Warning }
}

pub(super) fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}
