//! What was found in the rows of an upload, or of an import that came another
//! way: as a page with filters, and as files to keep and to mend.

use minijinja::Value;
use serde_json::json;

use super::upload::{find, finding_shown};
use crate::{
    domain::{import::ImportId, member::not_found, role::Permission, upload::UploadId},
    error::{Code, Error, Result},
    intake::report::Table,
    portal::{answer::Answer, content::content, form::encode, visit::Visit},
    store::{
        definition,
        finding::{self, Count, Filter},
        import, reconciliation,
    },
};

/// An import whose findings are shown.
struct Found {
    import: ImportId,
    /// The key of its definition.
    definition: i64,
    /// The definition's name.
    name: String,
    file: String,
    /// What its files are called by: the key of the upload, or of the import.
    number: String,
    /// The path below which its files are.
    path: String,
    /// The page that tells more of it, if it is open to this person.
    about: Option<String>,
}

/// Findings on one page.
const SHOWN: u64 = 50;

/// Findings in one file.
const IN_A_FILE: u64 = 50_000;

/// About how many bytes of refused rows are in one file,
const MEND_BYTES: u64 = 8 << 20;

/// and how many are too many for the memory. Only damage leads to so large a
/// part, and that is mended in the file itself.
const MEND_LIMIT: u64 = 48 << 20;

/// The findings, filtered by code and column.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    let group = visit.group()?.id;
    let found = found(visit)?;
    let (filter, from) = (filter(visit), from(visit, "from"));
    let content = visit.read(|tx| {
        let definition = definition::get(tx, found.definition)?;
        let counts = finding::counts(tx, group, found.import)?;
        let left_out = sum(&finding::left_out(tx, group, found.import)?, filter);
        let total = sum(&counts, filter) - left_out;
        let mut codes: Vec<_> = counts.iter().map(|count| &count.code).collect();
        let mut columns: Vec<_> = counts.iter().map(|count| &count.column).collect();
        columns.sort();
        codes.dedup();
        columns.dedup();
        let page = finding::page(tx, group, found.import, filter, from, SHOWN)?;
        let rows: Vec<_> = page.iter().map(|line| finding_shown(line, visit, &definition)).collect();
        let refused = import::refused_parts(tx, group, found.import, MEND_BYTES)?;
        let refused: Vec<_> = refused
            .iter()
            .map(|part| content! { rows => part.rows, fits => part.bytes <= MEND_LIMIT })
            .collect();
        Ok(content! {
            rows, total, left_out, codes, columns, refused, from,
            path => found.path,
            about => found.about,
            definition => found.name,
            file => found.file,
            code => filter.code,
            column => filter.column,
            query => query(filter),
            parts => total.div_ceil(IN_A_FILE),
            pages => pages(visit, filter, from, total),
        })
    })?;
    Ok(visit.page("upload_findings.html", content))
}

/// The findings as a file, or one of several if there are very many.
pub fn download(visit: &Visit<'_>) -> Result<Answer> {
    let group = visit.group()?.id;
    let found = found(visit)?;
    let part = from(visit, "part").max(1);
    let bytes = visit.read(|tx| {
        let definition = definition::get(tx, found.definition)?;
        let mut table = Table::begin(Vec::new(), visit.language, &definition).map_err(Error::internal)?;
        let skip = (part - 1).saturating_mul(IN_A_FILE);
        for line in finding::page(tx, group, found.import, filter(visit), skip, IN_A_FILE)? {
            table.add(&line).map_err(Error::internal)?;
        }
        if part == 1 {
            let filter = filter(visit);
            let mut left_out = finding::left_out(tx, group, found.import)?;
            left_out.retain(|count| is_shown(count, filter));
            if let Some(line) = finding::of_file(&left_out) {
                table.add(&line).map_err(Error::internal)?;
            }
        }
        table.into_inner().map_err(Error::internal)
    })?;
    Ok(Answer::download(name("findings", &found, part), "text/csv; charset=utf-8", bytes))
}

/// The refused rows as they came, to mend and upload again. They hold patient
/// data, so that it was handed out is written down first.
pub fn mend(visit: &Visit<'_>) -> Result<Answer> {
    let group = visit.group()?.id;
    let found = found(visit)?;
    let part = visit.form.get("part").parse().unwrap_or(1_u64).max(1);
    let parts = visit.read(|tx| import::refused_parts(tx, group, found.import, MEND_BYTES))?;
    let chosen = *parts.get(part as usize - 1).ok_or_else(not_found)?;
    if chosen.bytes > MEND_LIMIT {
        return Err(Error::new(Code::TooLarge, "upload-mend-too-large"));
    }
    let details = json!({ "import": found.import.0, "rows": chosen.rows });
    visit.write(|tx| visit.audit(tx, "import.refused-rows", &details))?;
    let bytes = visit.read(|tx| {
        let mut bytes = import::header(tx, group, found.import)?;
        bytes.push(b'\n');
        import::refused(tx, group, found.import, Some(chosen), |rows| {
            bytes.extend_from_slice(rows);
            Ok(())
        })?;
        Ok(bytes)
    })?;
    Ok(Answer::download(name("mend", &found, part), "text/csv; charset=utf-8", bytes))
}

/// The upload of the path and its import, without which nothing was found yet;
/// or the import of the path, if its project is open to this person.
fn found(visit: &Visit<'_>) -> Result<Found> {
    if visit.param("import").is_empty() {
        let upload = find(visit)?;
        let UploadId(number) = upload.id;
        let path = visit.group_path(&format!("/uploads/{number}"));
        return Ok(Found {
            import: upload.import.ok_or_else(not_found)?,
            definition: upload.definition,
            name: upload.name,
            file: upload.file,
            number: number.to_string(),
            about: Some(path.clone()),
            path,
        });
    }
    let (group, import) = (visit.group()?.id, ImportId(visit.number("import")?));
    let standing = &visit.who()?.standing;
    let open = |permission| standing.projects(permission, group);
    let (line, definition) = visit.read(|tx| {
        let line = reconciliation::get(tx, group, &open(Permission::Upload), import)?;
        Ok((line, import::get(tx, group, import)?.definition))
    })?;
    let is_followed = open(Permission::QueueRead).reach(&line.project).is_some();
    let about = visit.group_path(&format!("/queue/imports/{}", import.0));
    Ok(Found {
        import,
        definition,
        name: line.definition,
        file: line.file,
        number: format!("import-{}", import.0),
        path: visit.group_path(&format!("/uploads/imports/{}", import.0)),
        about: is_followed.then_some(about),
    })
}

fn filter<'a>(visit: &'a Visit<'_>) -> Filter<'a> {
    let code = Some(visit.query.get("code")).filter(|code| !code.is_empty());
    let column = match visit.query.get("column") {
        "" => None,
        // The row as a whole: no column is called so.
        "-" => Some(""),
        column => Some(column),
    };
    Filter { code, column }
}

fn is_shown(count: &Count, filter: Filter<'_>) -> bool {
    filter.code.is_none_or(|code| code == count.code)
        && filter.column.is_none_or(|column| column == count.column)
}

fn sum(counts: &[Count], filter: Filter<'_>) -> u64 {
    counts.iter().filter(|count| is_shown(count, filter)).map(|count| count.count).sum()
}

fn from(visit: &Visit<'_>, name: &str) -> u64 {
    visit.query.get(name).parse().unwrap_or(0)
}

/// What a link needs to keep the filter.
pub fn query(filter: Filter<'_>) -> String {
    let code = filter.code.unwrap_or_default();
    let column = match filter.column {
        Some("") => "-",
        column => column.unwrap_or_default(),
    };
    format!("code={}&column={}", encode(code), encode(column))
}

fn pages(visit: &Visit<'_>, filter: Filter<'_>, from: u64, total: u64) -> Value {
    let path = |from: u64| format!("{}?{}&from={from}", visit.head.path, query(filter));
    let previous = (from > 0).then(|| path(from.saturating_sub(SHOWN)));
    let next = (from + SHOWN < total).then(|| path(from + SHOWN));
    content! { previous, next }
}

/// A name that says nothing about the patient whom the upload's own may name.
fn name(what: &str, Found { name, number, .. }: &Found, part: u64) -> String {
    match part {
        1 => format!("{what}-{name}-{number}.csv"),
        _ => format!("{what}-{name}-{number}-{part}.csv"),
    }
}
