//! What a handler gets and gives.

use std::{borrow::Cow, time::Duration};

use uuid::Uuid;

use crate::{
    error::{Error, Result},
    front::{BodyLimit, Head},
};

/// What answers the requests of a [`Server`](super::Server). One that panics
/// costs its own request an answer 500 and nothing else.
pub trait Handler: Send + Sync {
    /// How much body the request with this head may have. Asked before any
    /// byte of it is read.
    fn limit(&self, head: &Head) -> BodyLimit;

    /// Answers a request.
    fn answer(&self, request: Request) -> Response;

    /// The answer to a request that broke a rule of the front door itself
    /// (400, 405, 408, 411, 413, 417, 421, 431, 503, 505, 507) or a handler
    /// (500). `id` is the request's, as the log has it; `head` is absent where
    /// it could not be read or is gone. Of 405 a handler may say which methods
    /// the address takes, or answer that there is none.
    fn refuse(&self, status: u16, id: Uuid, head: Option<&Head>) -> Response {
        let (_, _) = (id, head);
        Response::problem(status)
    }

    /// Whether `part` is written so in the path of an address of its own, so
    /// that the log may tell it. Any other part may be what a person typed.
    fn knows(&self, part: &str) -> bool {
        let _ = part;
        false
    }

    /// The request whose body is kept as `spool` will not be answered: the
    /// handler may remove it.
    fn abandon(&self, spool: &str) {
        let _ = spool;
    }
}

/// One request, whole.
#[derive(Debug)]
pub struct Request {
    /// Its head.
    pub head: Head,
    /// Its body; empty if it went into a [`Sink`](super::Sink).
    pub body: Vec<u8>,
    /// The name of what the body was written to.
    pub spool: Option<String>,
}

/// What becomes of the connection after an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ending {
    /// It serves the next request.
    Keep,
    /// It ends in good order.
    Close,
    /// Nothing is written and the connection is reset.
    Drop,
    /// Half the answer is written and the connection is reset.
    Reset,
    /// Nothing happens for this long, then the connection is reset.
    Stall(Duration),
}

/// An answer. The front door itself adds `Content-Length`, `Connection` and
/// `Date` and `X-Request-Id`.
#[derive(Debug)]
pub struct Response {
    pub(super) status: u16,
    pub(super) headers: Vec<(Cow<'static, str>, String)>,
    pub(super) body: Vec<u8>,
    pub(super) ending: Ending,
    /// The length of a body that was left out already.
    pub(super) omitted: Option<usize>,
}

impl Response {
    /// An answer without a body.
    pub fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), ending: Ending::Keep, omitted: None }
    }

    /// An answer with a body of the media type `kind`.
    pub fn with_body(status: u16, kind: &'static str, body: Vec<u8>) -> Self {
        let headers = vec![("Content-Type".into(), kind.to_owned())];
        Self { headers, body, ..Self::new(status) }
    }

    /// An RFC 9457 problem that says no more than its status.
    pub fn problem(status: u16) -> Self {
        let title = reason(status);
        let body = format!(r#"{{"type":"about:blank","title":"{title}","status":{status}}}"#);
        Self::with_body(status, "application/problem+json", body.into_bytes())
    }

    /// Adds a header field.
    ///
    /// # Errors
    ///
    /// The value holds a control byte or a byte outside ASCII, which could
    /// forge another field or another answer; or the name is one that the
    /// front door writes itself, or not a name at all.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Result<Self> {
        let value = value.into();
        let named = !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !OURS.iter().any(|ours| ours.eq_ignore_ascii_case(name));
        if !named || !value.bytes().all(|byte| matches!(byte, b'\t' | b' '..=b'~')) {
            return Err(Error::internal(format!("the header field {name} cannot be written")));
        }
        self.headers.push((name.into(), value));
        Ok(self)
    }

    /// Decides what becomes of the connection.
    #[must_use]
    pub fn ending(mut self, ending: Ending) -> Self {
        self.ending = ending;
        self
    }

    /// Its status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Its bytes. `head_only` leaves the body out but tells its length.
    pub(super) fn into_bytes(self, head_only: bool, close: bool, id: Uuid, date: &str) -> Vec<u8> {
        let (status, reason) = (self.status, reason(self.status));
        let mut text = format!("HTTP/1.1 {status} {reason}\r\nDate: {date}\r\nX-Request-Id: {id}\r\n");
        for (name, value) in &self.headers {
            text.extend([name, ": ", value, "\r\n"]);
        }
        let bodiless = matches!(self.status, 100..=199 | 204 | 304);
        if !bodiless {
            text.push_str(&format!("Content-Length: {}\r\n", self.omitted.unwrap_or(self.body.len())));
        }
        text.push_str(if close { "Connection: close\r\n\r\n" } else { "\r\n" });
        let mut bytes = text.into_bytes();
        if !bodiless && !head_only {
            bytes.extend_from_slice(&self.body);
        }
        bytes
    }
}

/// Fields that say where a message ends, or that every answer has.
const OURS: [&str; 9] = [
    "Connection",
    "Content-Length",
    "Date",
    "Keep-Alive",
    "Server",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "X-Request-Id",
];

/// The reason phrase of a status (RFC 9110, RFC 6585).
fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        411 => "Length Required",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        417 => "Expectation Failed",
        421 => "Misdirected Request",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        502 => "Bad Gateway",
        505 => "HTTP Version Not Supported",
        507 => "Insufficient Storage",
        _ => "Status",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_value_cannot_forge_a_line() {
        for value in ["a\r\nSet-Cookie: b", "a\nb", "a\rb", "a\0b", "a\u{7f}b", "é"] {
            assert!(Response::new(200).header("Location", value).is_err(), "{value:?}");
        }
        assert!(Response::new(200).header("Location", "/ssp/login?next=%2Fssp").is_ok());
    }

    #[test]
    fn a_handler_cannot_say_where_a_message_ends() {
        for name in ["content-length", "Transfer-Encoding", "connection", "X Y", ""] {
            assert!(Response::new(200).header(name, "1").is_err(), "{name}");
        }
    }

    #[test]
    fn an_answer_to_head_tells_the_length_and_has_no_body() {
        let response = Response::with_body(200, "text/plain", b"hello".to_vec());
        let text = String::from_utf8(response.into_bytes(true, false, Uuid::nil(), "now")).expect("ASCII");
        assert!(text.contains("Content-Length: 5\r\n"), "{text}");
        assert!(text.ends_with("\r\n\r\n"), "{text}");
    }
}
