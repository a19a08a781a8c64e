//! `POST /proxy/api/dcd/payload/submit`: one registration, or many.

use std::{borrow::Cow, cmp::Reverse, sync::Arc};

use serde_json::json;

use super::{
    answer::Answer,
    batch,
    call::Call,
    known::Known,
    payload::Payload,
    problem::{self, Told},
};
use crate::{
    error::{Code, Error, Result},
    intake::convoy::{self, Done, Keep, Outcome, Sending},
    language::{Arg, Language},
    store::idempotency::Name,
    validate::{CellFinding, Row},
};

/// What answers `202` and `422`: everything that both need to be made again
/// for the answer that is kept.
#[derive(Clone)]
pub struct Teller {
    /// The request's name.
    pub request: String,
    /// The language of the answer.
    pub language: Language,
}

/// Stores what was sent.
pub fn post(call: &Call<'_>) -> Result<Answer> {
    let known = call.definition(call.param("dcd-id"), call.param("dcd-version-id"))?;
    let kind = call.head.header("content-type").unwrap_or("application/json");
    match kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "application/json" => match call.body.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'[') => batch::array(call, &known),
            _ => one(call, &known, call.body),
        },
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" => batch::lines(call, &known),
        _ => {
            let title = call.language.text("api-media", &[]);
            Ok(problem::of(415, "api-media", &title, &call.head.id.to_string(), &[]))
        }
    }
}

/// Stores the one registration that `text` is.
pub fn one(call: &Call<'_>, known: &Known, text: &[u8]) -> Result<Answer> {
    let row = read(call, known, std::iter::once(text)).remove(0);
    let code = row.findings.first().map(|found| found.code);
    if matches!(code, Some("payload-not-json" | "payload-not-object")) {
        // This is no registration that was refused, but no registration.
        let findings = told(call, known, &row);
        let title = call.language.text("api-body-not-object", &[]);
        return Ok(problem::of(400, "api-body-not-object", &title, &call.head.id.to_string(), &findings));
    }
    let teller = Teller::new(call);
    let findings = Arc::new(told(call, known, &row));
    let name = name(call)?;
    let keep = name.map(|name| {
        let (teller, findings) = (teller.clone(), Arc::clone(&findings));
        Keep { name, answer: Some(Box::new(move |outcome| teller.one(outcome, &findings).to_bytes())) }
    });
    match call.api.convoy.send(sending(call, known, vec![row], keep)?)? {
        Done::Stored(outcome) => Ok(teller.one(&outcome, &findings)),
        Done::Before(bytes) => again(&bytes),
        Done::Other => Err(other()),
        Done::UnderWay => Err(under_way()),
        Done::KeyEnded => Err(key_ended()),
    }
}

/// Reads and judges the first payloads, as many as go into the store together:
/// enough that their keys go into the index sorted and not one by one, but not
/// so many that others wait for long.
pub fn read<'t>(call: &Call<'_>, known: &Known, texts: impl Iterator<Item = &'t [u8]>) -> Vec<Row> {
    let validation = &call.api.config.validation;
    let payload = Payload { known, default_author: &validation.default_author };
    known.validating(&validation.nihdi_moduli, |validator| {
        let (mut rows, mut findings) = (Vec::new(), 0);
        for text in texts {
            let mut row = payload.read(text, validator);
            shorten(&mut row.findings);
            findings += row.findings.len();
            rows.push(row);
            if rows.len() >= PART || findings >= convoy::MOST_FINDINGS {
                break;
            }
        }
        rows
    })
}

/// The most registrations that one transaction stores of a batch.
const PART: usize = 5_000;

/// So many findings of a registration are kept and told, and one that says how
/// many more there were.
const MOST_FINDINGS: usize = 100;

/// Leaves out findings over [`MOST_FINDINGS`], of those that only warn first.
fn shorten(findings: &mut Vec<CellFinding>) {
    if findings.len() <= MOST_FINDINGS {
        return;
    }
    findings.sort_by_key(|found| Reverse(found.severity));
    let more = CellFinding {
        code: "payload-more-findings",
        severity: findings[MOST_FINDINGS].severity,
        variable: None,
        technical: None,
        repeat: None,
        shape: String::new(),
        args: vec![("count", Arg::Count((findings.len() - MOST_FINDINGS) as u64))],
    };
    findings.truncate(MOST_FINDINGS);
    findings.push(more);
    findings.shrink_to_fit();
}

/// What was found, in words.
pub fn told(call: &Call<'_>, known: &Known, row: &Row) -> Vec<Told> {
    row.findings.iter().map(|found| problem::told(found, &known.definition, call.language)).collect()
}

/// What goes into the store together.
pub fn sending(call: &Call<'_>, known: &Known, rows: Vec<Row>, keep: Option<Keep>) -> Result<Sending> {
    Ok(Sending {
        key: Arc::clone(call.key()?),
        definition: Arc::clone(&known.definition),
        definition_id: known.key(&call.api.store)?,
        rows,
        batch: None,
        keep,
    })
}

/// The name that the client gave to the request, if it did.
///
/// # Errors
///
/// It is longer than 255 letters, or has others than visible ones.
pub fn name(call: &Call<'_>) -> Result<Option<Name>> {
    let Some(field) = call.head.header("idempotency-key") else { return Ok(None) };
    // A structured field has quotes; many clients leave them out.
    let name = field.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(field);
    if name.is_empty()
        || name.len() > 255
        || !name.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
    {
        return Err(Error::new(Code::Usage, "api-idempotency-wrong"));
    }
    let (head, kind) = (call.head, call.head.header("content-type").unwrap_or_default());
    let query = head.query.as_deref().unwrap_or_default();
    let request = [head.path.as_bytes(), query.as_bytes(), kind.as_bytes(), call.body];
    Ok(Some(Name::new(call.api.store.keys(), name, &request)))
}

/// The answer that the same request got before.
pub fn again(bytes: &[u8]) -> Result<Answer> {
    Ok(Answer::from_bytes(bytes)?.header("Idempotency-Replayed", "true"))
}

/// Another request was done under the same name.
pub fn other() -> Error {
    Error::invalid("api-idempotency-other")
}

/// The same request is being done under the same name.
pub fn under_way() -> Error {
    Error::new(Code::Conflict, "api-idempotency-under-way")
}

/// The key was revoked or expired before this could be stored.
pub fn key_ended() -> Error {
    Error::new(Code::Unauthorized, "api-key-wrong")
}

impl Teller {
    /// A teller for the answer to `call`.
    pub fn new(call: &Call<'_>) -> Self {
        Self { request: call.head.id.to_string(), language: call.language }
    }

    /// What was found in a registration, and what only the store could tell.
    pub fn all<'t>(&self, row: Option<&convoy::Told>, findings: &'t [Told]) -> Cow<'t, [Told]> {
        let later = row.map(|row| row.found.as_slice()).unwrap_or_default();
        if later.is_empty() {
            return findings.into();
        }
        let later = later.iter().map(|found| problem::whole(found, self.language));
        findings.iter().cloned().chain(later).collect()
    }

    /// The answer to one registration.
    fn one(&self, outcome: &Outcome, findings: &[Told]) -> Answer {
        let Some(row) = outcome.rows.first().filter(|row| row.fate != "rejected") else {
            let title = self.language.text("api-payload-refused", &[]);
            let findings = self.all(outcome.rows.first(), findings);
            return problem::of(422, "api-payload-refused", &title, &self.request, &findings);
        };
        let mut body = batch::fate(row);
        body.insert("findings".to_owned(), json!(self.all(Some(row), findings)));
        Answer::new(202, "application/json", serde_json::Value::Object(body).to_string().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::finding::Severity;

    fn found(severity: Severity) -> CellFinding {
        CellFinding {
            code: "cell-unknown",
            severity,
            variable: None,
            technical: None,
            repeat: None,
            shape: String::new(),
            args: Vec::new(),
        }
    }

    #[test]
    fn a_registration_keeps_a_hundred_findings_and_what_refuses_it_first() {
        let mut few = vec![found(Severity::Warning); 100];
        shorten(&mut few);
        assert_eq!(few.len(), 100);
        let mut many = vec![found(Severity::Warning); 300];
        many.push(found(Severity::Error));
        shorten(&mut many);
        assert_eq!((many.len(), many[0].severity), (101, Severity::Error));
        assert_eq!((many[100].severity, &many[100].args[0].1), (Severity::Warning, &Arg::Count(201)));
        assert!(many.capacity() < 200);
    }
}
