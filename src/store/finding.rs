//! Findings of an import's rows.

use rusqlite::params;

use super::Tx;
use crate::{
    domain::{finding::Severity, import::ImportId, organisation::OrganisationId},
    error::Result,
    language::{Arg, Args},
};

/// A finding and its place in the file.
#[derive(Clone, Debug, PartialEq)]
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

/// Adds findings; `number` tells findings of one row apart.
pub fn add(tx: &Tx<'_>, import: ImportId, findings: &[RowFinding]) -> Result<()> {
    let mut statement = tx.sql.prepare_cached(
        "INSERT INTO finding (import, row, number, line, column, code, severity, shape, args)
         VALUES (?1, ?2, (SELECT count(*) FROM finding WHERE import = ?1 AND row = ?2), ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for finding in findings {
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
    Ok(())
}

/// Hands the findings of an import to `take`, in the order of the rows.
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
        let severity: String = row.get("severity")?;
        take(RowFinding {
            row: row.get::<_, i64>("row")? as u64,
            line: row.get::<_, i64>("line")? as u64,
            column: row.get("column")?,
            code: row.get("code")?,
            severity: if severity == "error" { Severity::Error } else { Severity::Warning },
            shape: row.get("shape")?,
            args: row.get("args")?,
        })?;
    }
    Ok(())
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

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}
