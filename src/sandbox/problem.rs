//! Why a service says no: a status, a code, and a sentence.

use serde::Serialize;

use crate::{
    error::Error,
    front::Response,
    language::{Args, Language},
};

/// An answer of 400 and up.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Problem {
    /// The HTTP status.
    pub(super) status: u16,
    /// Its stable name, which ends both the problem's URI and the identifier
    /// of its sentence.
    pub(super) code: &'static str,
    args: Args,
}

impl Problem {
    /// 400: not a message of this protocol.
    pub(super) fn bad_request(code: &'static str) -> Self {
        Self { status: 400, code, args: Args::new() }
    }

    /// 403: not for this client, or not from it.
    pub(super) fn forbidden(code: &'static str) -> Self {
        Self { status: 403, code, args: Args::new() }
    }

    /// 404: not here, or not for this client.
    pub(super) fn not_found() -> Self {
        Self { status: 404, code: "not-found", args: Args::new() }
    }

    /// 409: the same stream of the same batch with other bytes.
    pub(super) fn conflict() -> Self {
        Self { status: 409, code: "conflict", args: Args::new() }
    }

    /// 415: another media type than the stream's.
    pub(super) fn unsupported() -> Self {
        Self { status: 415, code: "media-type", args: Args::new() }
    }

    /// 422: the message breaks a rule of the protocol.
    pub(super) fn unprocessable(code: &'static str) -> Self {
        Self { status: 422, code, args: Args::new() }
    }

    /// The same, about one line, counted from 1 with the header left out.
    pub(super) fn line(code: &'static str, line: usize) -> Self {
        Self { status: 422, code, args: vec![("line", (line as u64).into())] }
    }

    /// The answer that tells it (RFC 9457).
    pub(super) fn response(&self) -> Response {
        #[derive(Serialize)]
        struct Body<'a> {
            r#type: &'a str,
            title: &'a str,
            status: u16,
            detail: &'a str,
        }
        let id = format!("sandbox-problem-{}", self.code);
        let body = Body {
            r#type: &format!("urn:hd-transfer:problem:{}", self.code),
            title: self.code,
            status: self.status,
            detail: &Language::En.text(&id, &self.args),
        };
        let body = serde_json::to_vec(&body).unwrap_or_default();
        Response::with_body(self.status, "application/problem+json", body)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        tracing::error!(cause = ?error.cause, "the sandbox failed");
        Self { status: 500, code: "internal", args: Args::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every code that this folder's sources name, found where they are made.
    fn codes() -> Vec<String> {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sandbox");
        let mut codes = Vec::new();
        let files = std::fs::read_dir(folder).expect("the sources").flatten();
        for file in files.filter(|file| file.file_name() != "problem.rs") {
            let source = std::fs::read_to_string(file.path()).expect("text");
            for start in ["Problem::bad_request(", "Problem::forbidden(", "Problem::unprocessable(", "wrong("]
            {
                let made = source.split(start).skip(1).filter_map(|rest| rest.strip_prefix('"'));
                codes.extend(made.filter_map(|rest| rest.split('"').next()).map(str::to_owned));
            }
        }
        codes.extend([Problem::not_found(), Problem::conflict()].map(|problem| problem.code.to_owned()));
        codes
    }

    #[test]
    fn every_code_has_a_sentence_in_each_language() {
        let codes = codes();
        assert!(codes.len() > 30, "{codes:?}");
        for code in codes {
            let id = format!("sandbox-problem-{code}");
            for language in Language::ALL {
                assert!(language.has(&id), "{id} in {language:?}");
            }
        }
    }
}
