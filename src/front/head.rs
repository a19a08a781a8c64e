//! The head of a request: what is a whole, unambiguous one, and what is not.

use std::{net::SocketAddr, sync::Arc};

use uuid::Uuid;

use super::{Rules, host::without_port, limit::HEAD_FIELDS};

/// The head of a request, checked.
#[derive(Clone, Debug)]
pub struct Head {
    /// The method, one of the server's [`Rules::methods`]; another one only where
    /// a handler is asked to refuse it.
    pub method: String,
    /// The path as it was sent: it starts with `/`, has no query and is not
    /// percent-decoded.
    pub path: String,
    /// What stood behind the `?`.
    pub query: Option<String>,
    /// The header fields in order, names in lower case, without those that
    /// are about the connection or say where the message ends.
    pub headers: Vec<(String, String)>,
    /// Where the connection comes from.
    pub peer: SocketAddr,
    /// The certificate that the client proved to own, in DER.
    pub client_certificate: Option<Arc<[u8]>>,
    /// How many bytes of body follow; none if it comes in chunks, which tell
    /// only at their end.
    pub length: Option<u64>,
    /// The request's name in the log and in the answer (`X-Request-Id`).
    pub id: Uuid,
    pub(super) expects_continue: bool,
    pub(super) close: bool,
}

impl Head {
    /// The first header field called `name`, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

/// Why a head is refused: the status of the answer. The connection ends with
/// it, because nobody knows where the next request would begin.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Refusal(pub(super) u16);

const BAD: Refusal = Refusal(400);

/// Looks through the bytes from `from` on and gives the length of the head if
/// it is all there. What can be no head is refused at once, so that a client
/// need not wait for the deadline to learn it.
pub(super) fn end(bytes: &[u8], from: usize, limit: usize) -> Result<Option<usize>, Refusal> {
    for at in from..bytes.len() {
        let before = at.checked_sub(1).map(|before| bytes[before]);
        match bytes[at] {
            b'\n' if before != Some(b'\r') => return Err(BAD),
            b'\n' if at >= 3 && bytes[at - 3..at] == *b"\r\n\r" => {
                let length = at + 1;
                return if length > limit { Err(Refusal(431)) } else { Ok(Some(length)) };
            }
            b'\n' => {}
            _ if before == Some(b'\r') => return Err(BAD),
            b'\r' | b'\t' => {}
            0..=0x1f | 0x7f => return Err(BAD),
            _ => {}
        }
    }
    if bytes.len() >= limit { Err(Refusal(431)) } else { Ok(None) }
}

/// Reads a whole head.
pub(super) fn parse(
    bytes: &[u8],
    rules: &Rules,
    peer: SocketAddr,
    client_certificate: Option<Arc<[u8]>>,
    id: Uuid,
) -> Result<Head, Refusal> {
    let mut fields = [httparse::EMPTY_HEADER; HEAD_FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    match request.parse(bytes) {
        Ok(httparse::Status::Complete(length)) if length == bytes.len() => {}
        Ok(_) => return Err(BAD),
        Err(httparse::Error::TooManyHeaders) => return Err(Refusal(431)),
        Err(httparse::Error::Version) => return Err(Refusal(505)),
        Err(_) => return Err(BAD),
    }
    if request.version != Some(1) {
        return Err(Refusal(505));
    }
    let target = request.path.unwrap_or_default();
    // CONNECT names an authority and a proxy's client a whole URL; neither is
    // a path of ours.
    if !target.starts_with('/') || !target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#') {
        return Err(BAD);
    }
    let mut headers: Vec<(String, String)> = request
        .headers
        .iter()
        .map(|field| (field.name.to_ascii_lowercase(), String::from_utf8_lossy(field.value).into_owned()))
        .collect();
    let once = |name: &str| -> Result<Option<&str>, Refusal> {
        let mut values = headers.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str());
        let first = values.next();
        if values.next().is_some() { Err(BAD) } else { Ok(first) }
    };
    for name in ["authorization", "content-encoding", "content-type", "cookie", "idempotency-key"] {
        once(name)?;
    }
    if once("upgrade")?.is_some() {
        return Err(BAD);
    }
    let host = once("host")?.ok_or(BAD)?;
    if !rules.names.iter().any(|name| name.eq_ignore_ascii_case(without_port(host))) {
        return Err(Refusal(421));
    }
    let method = request.method.unwrap_or_default();
    let is_known = rules.methods.contains(&method);
    let length = match (once("transfer-encoding")?, once("content-length")?) {
        // Which of the two counts is read in different ways by different programs.
        (Some(_), Some(_)) => return Err(BAD),
        (Some(coding), None) if coding.eq_ignore_ascii_case("chunked") => None,
        (Some(_), None) => return Err(Refusal(411)),
        (None, Some(text)) => Some(length(text)?),
        (None, None) if is_known && matches!(method, "PATCH" | "POST" | "PUT") => return Err(BAD),
        (None, None) => Some(0),
    };
    let expects_continue = match once("expect")? {
        Some(text) if text.eq_ignore_ascii_case("100-continue") => length != Some(0),
        Some(_) => return Err(Refusal(417)),
        None => false,
    };
    let close = headers
        .iter()
        .filter(|(name, _)| name == "connection")
        .any(|(_, value)| value.split(',').any(|option| option.trim().eq_ignore_ascii_case("close")));
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path.to_owned(), Some(query.to_owned())),
        None => (target.to_owned(), None),
    };
    let method = method.to_owned();
    headers.retain(|(name, _)| !OF_THE_CONNECTION.contains(&name.as_str()));
    Ok(Head { method, path, query, headers, peer, client_certificate, length, id, expects_continue, close })
}

/// Fields that mean this connection and this message alone.
const OF_THE_CONNECTION: [&str; 8] = [
    "connection",
    "content-length",
    "expect",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
];

/// A length is digits and nothing else; `+5`, `5, 5` and `0x5` are read in
/// different ways by different programs. One too great for a number is a
/// length all the same, and over every limit.
fn length(text: &str) -> Result<u64, Refusal> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(BAD);
    }
    text.parse().map_err(|_| Refusal(413))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front::Limits;

    fn read(text: &str) -> Result<Head, u16> {
        let rules = Rules {
            methods: &["GET", "HEAD", "POST"],
            names: vec!["localhost".into(), "[::1]".into()],
            limits: Limits::default(),
            log: false,
        };
        let peer = SocketAddr::from(([127, 0, 0, 1], 1));
        let length = end(text.as_bytes(), 0, 16 * 1024).map_err(|refusal| refusal.0)?;
        let length = length.expect("a whole head");
        parse(&text.as_bytes()[..length], &rules, peer, None, Uuid::nil()).map_err(|refusal| refusal.0)
    }

    fn with(line: &str) -> Result<Head, u16> {
        read(&format!("POST /a HTTP/1.1\r\nHost: localhost:8443\r\n{line}\r\n\r\n"))
    }

    #[test]
    fn a_head_is_taken_apart() {
        let head = read("GET /a/b?c=d HTTP/1.1\r\nHOST: [::1]:8443\r\nX: y \r\n\r\n").expect("good");
        assert_eq!((head.path.as_str(), head.query.as_deref()), ("/a/b", Some("c=d")));
        assert_eq!(head.header("x"), Some("y"));
        assert_eq!(head.length, Some(0));
    }

    #[test]
    fn a_length_is_digits_once() {
        assert_eq!(with("Content-Length: 5").map(|head| head.length), Ok(Some(5)));
        assert_eq!(with("Transfer-Encoding: Chunked").map(|head| head.length), Ok(None));
        for (line, status) in [
            ("X: y", 400),
            ("Content-Length: +5", 400),
            ("Content-Length: 5, 5", 400),
            ("Content-Length: abc", 400),
            ("Content-Length:", 400),
            ("Content-Length: 5\r\nContent-Length: 5", 400),
            ("Content-Length: 18446744073709551616", 413),
            ("Content-Length: 5\r\nTransfer-Encoding: chunked", 400),
            ("Transfer-Encoding: gzip, chunked", 411),
            ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", 400),
            ("Transfer-Encoding: identity", 411),
        ] {
            assert_eq!(with(line).map(|head| head.length), Err(status), "{line}");
        }
    }

    #[test]
    fn what_says_what_the_body_is_or_names_the_request_stands_there_once() {
        for name in ["Content-Type", "Content-Encoding", "Idempotency-Key"] {
            let doubled = format!("Content-Length: 5\r\n{name}: a\r\n{name}: b");
            assert_eq!(with(&doubled).map(|head| head.length), Err(400), "{name}");
        }
    }

    #[test]
    fn what_is_no_request_of_ours_is_refused_with_its_status() {
        for (text, status) in [
            ("GET / HTTP/1.1\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421),
            ("GET / HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n", 421),
            ("GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
            ("CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
            ("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: h2c\r\n\r\n", 400),
            ("GET / HTTP/1.0\r\nHost: localhost\r\n\r\n", 505),
            ("PRI * HTTP/2.0\r\nHost: localhost\r\n\r\n", 505),
            ("GET / HTTP/1.1\nHost: localhost\n\n", 400),
            ("GET / HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: localhost\r\nX : a\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n", 400),
            ("GET /\u{e9} HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: localhost\r\nExpect: a miracle\r\n\r\n", 417),
        ] {
            assert_eq!(read(text).map(|head| head.path), Err(status), "{text:?}");
        }
    }

    #[test]
    fn a_head_has_at_most_64_fields_and_16_kib() {
        let fields = |count: usize| (0..count).map(|at| format!("X{at}: y\r\n")).collect::<String>();
        let head = |fields: &str| read(&format!("GET / HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n"));
        assert!(head(&fields(63)).is_ok());
        assert_eq!(head(&fields(64)).map(|head| head.path), Err(431));
        assert_eq!(end(&[b'a'; 16 * 1024], 0, 16 * 1024), Err(Refusal(431)));
    }
}
