//! What went wrong, as RFC 9457 writes it, with the findings that a file's
//! rows would have.

use serde::Serialize;
use serde_json::json;

use super::{
    answer::Answer,
    route::{self, ALWAYS, NOWHERE},
    routes::ROUTES,
};
use crate::{
    definition::Definition,
    domain::finding::{Finding, Severity},
    error::Error,
    intake::header::quoted,
    language::{Arg, Language},
    validate::CellFinding,
};

/// The media type of problems.
pub const MEDIA: &str = "application/problem+json";

/// A finding as clients get it: never a value, only its shape.
#[derive(Clone, Debug, Serialize)]
pub struct Told {
    /// The member that it is about; none for the object as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The stable code, the same as for a file.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The sentence for a person.
    pub message: String,
    /// The shape of the value.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub shape: String,
}

/// A finding in words.
pub fn told(found: &CellFinding, definition: &Definition, language: Language) -> Told {
    let column = found.column(definition);
    let unknown = || {
        found.args.iter().find_map(|(name, arg)| match arg {
            Arg::Text(text) if *name == "column" => Some(quoted(text)),
            _ => None,
        })
    };
    let field = if column.is_empty() { unknown() } else { Some(column) };
    Told {
        field,
        code: found.code,
        severity: found.severity,
        message: found.text(language, definition),
        shape: crate::domain::finding::shape(&found.shape),
    }
}

/// A finding about the object as a whole, in words.
pub fn whole(found: &Finding, language: Language) -> Told {
    Told {
        field: None,
        code: found.code,
        severity: found.severity,
        message: found.text(language),
        shape: String::new(),
    }
}

/// Whether the table tells the problem that the answer to a request is, so that
/// clients are told of it before they meet it; an answer that is no problem is
/// told.
pub fn is_told(method: &str, path: &str, answer: &Answer) -> bool {
    if answer.media != MEDIA {
        return true;
    }
    let problem: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let is_it = |told: &(u16, &str)| told.0 == answer.status && problem["code"] == told.1;
    match route::find(ROUTES, method, path) {
        Ok((route, _)) => route.own_problems().chain(ALWAYS.iter().copied()).any(|told| is_it(&told)),
        Err(_) => NOWHERE.iter().any(is_it),
    }
}

/// A name in hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The answer to what failed.
pub fn of_error(error: &Error, request: &str, language: Language) -> Answer {
    of(error.code.http_status(), error.id, &error.text(language), request, &[])
}

/// A problem that names no more than its code.
pub fn of(status: u16, code: &str, title: &str, request: &str, findings: &[Told]) -> Answer {
    let mut body = json!({
        "type": format!("urn:hd4dp:problem:{code}"),
        "title": title,
        "status": status,
        "instance": format!("urn:uuid:{request}"),
        "code": code,
    });
    if !findings.is_empty() {
        body["findings"] = json!(findings);
    }
    Answer::new(status, MEDIA, body.to_string().into_bytes())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_that_the_table_does_not_tell_of_is_found() {
        let submit = ("POST", "/proxy/api/dcd/payload/submit");
        let field = ("GET", "/proxy/api/dcd/field");
        let nowhere = ("GET", "/proxy/api/nowhere");
        for ((method, path), status, code, expected) in [
            (submit, 422, "version-closed", true),
            (submit, 409, "version-closed", false),
            (submit, 403, "organisation-limited", true),
            (submit, 409, "import-runs-elsewhere", false),
            (field, 422, "version-closed", false),
            (field, 404, "api-nothing", true),
            (field, 503, "store-disk-full", true),
            (nowhere, 404, "api-nowhere", true),
            (nowhere, 404, "api-nothing", false),
        ] {
            let answer = of(status, code, "", "", &[]);
            assert_eq!(is_told(method, path, &answer), expected, "{status} {code}");
        }
        assert!(is_told(field.0, field.1, &Answer::json(200, &"fine").unwrap()));
    }
}
