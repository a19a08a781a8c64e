//! What a request and an answer look like between the front door and the inner
//! server: HTTP/1.1 again, but only the part of it that nobody can read in two
//! ways, one exchange on each connection.

use std::{
    io::{self, ErrorKind, Write},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use memchr::memmem;
use uuid::Uuid;

use super::{Ending, Head, Request, Response, inside::Link, limit::HEAD_FIELDS};

/// All names of fields of ours begin like this; a client's do not come through.
const OURS: &str = "x-hd4dp-";

/// The token, the request's name, the client's address, the length of the body
/// and the name of the spool.
const EXCHANGE: &str = "x-hd4dp-exchange";

/// The client's certificate in Base64.
const CERTIFICATE: &str = "x-hd4dp-certificate";

/// Before the name of a field whose value is not ASCII: here it is in Base64.
const ENCODED: &str = "x-hd4dp-encoded-";

/// What becomes of the client's connection.
const ENDING: &str = "x-hd4dp-ending";

/// How long a body is, in both directions.
const LENGTH: &str = "content-length";

/// Writes a request.
pub(super) fn send(request: &Request, token: &str, link: &mut dyn Link) -> io::Result<()> {
    let Request { head, body, spool } = request;
    let mut text = Vec::with_capacity(2 * 1024);
    let query = head.query.as_ref().map_or([""; 2], |query| ["?", query]);
    write!(text, "{} {}{}{} HTTP/1.1\r\n", head.method, head.path, query[0], query[1])?;
    let length = head.length.map_or_else(|| "-".to_owned(), |length| length.to_string());
    let spool = spool.as_deref().unwrap_or("-");
    if spool.is_empty() || !spool.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ErrorKind::InvalidInput.into());
    }
    write!(text, "{EXCHANGE}: {token} {} {} {length} {spool}\r\n", head.id, head.peer)?;
    if let Some(certificate) = &head.client_certificate {
        write!(text, "{CERTIFICATE}: {}\r\n", BASE64.encode(certificate))?;
    }
    for (name, value) in &head.headers {
        if name.starts_with(OURS) {
            continue;
        }
        if value.is_ascii() {
            for part in [name.as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
                text.extend_from_slice(part);
            }
        } else {
            write!(text, "{ENCODED}{name}: {}\r\n", BASE64.encode(value))?;
        }
    }
    write!(text, "{LENGTH}: {}\r\nconnection: close\r\n\r\n", body.len())?;
    if body.len() <= SMALL {
        text.extend_from_slice(body);
        return link.write_all(&text);
    }
    link.write_all(&text)?;
    link.write_all(body)
}

/// A body that is cheaper to copy than to write by itself.
const SMALL: usize = 32 * 1024;

/// Takes the head of a request and the name of its spool out of what
/// [`send`] wrote. None if it does not have the token, or is not ours.
pub(super) fn receive<'a>(
    method: &str,
    url: &str,
    fields: impl Iterator<Item = (&'a str, &'a str)>,
    token: &str,
) -> Option<(Head, Option<String>)> {
    let mut exchange = None;
    let mut client_certificate = None;
    let mut headers = Vec::with_capacity(16);
    for (name, value) in fields {
        match name {
            EXCHANGE => exchange = exchange.or(Some(value)),
            CERTIFICATE => client_certificate = Some(Arc::from(BASE64.decode(value).ok()?)),
            "connection" | LENGTH => {}
            _ => headers.push(match name.strip_prefix(ENCODED) {
                Some(name) => (name.to_owned(), String::from_utf8(BASE64.decode(value).ok()?).ok()?),
                None => (name.to_owned(), value.to_owned()),
            }),
        }
    }
    let mut parts = exchange?.split(' ');
    verify_slices_are_equal(parts.next()?.as_bytes(), token.as_bytes()).ok()?;
    let id = Uuid::try_parse(parts.next()?).ok()?;
    let peer: SocketAddr = parts.next()?.parse().ok()?;
    let length = match parts.next()? {
        "-" => None,
        length => Some(length.parse().ok()?),
    };
    let spool = Some(parts.next()?).filter(|spool| *spool != "-").map(str::to_owned);
    let (path, query) = match url.split_once('?') {
        Some((path, query)) => (path.to_owned(), Some(query.to_owned())),
        None => (url.to_owned(), None),
    };
    let method = method.to_owned();
    let (expects_continue, close) = (false, false);
    let head =
        Head { method, path, query, headers, peer, client_certificate, length, id, expects_continue, close };
    Some((head, spool))
}

/// Writes an answer.
pub(super) fn respond(response: Response, head_only: bool, link: &mut dyn Write) -> io::Result<()> {
    let Response { status, headers, body, ending, .. } = response;
    let mut text = Vec::with_capacity(512 + body.len().min(SMALL));
    write!(text, "HTTP/1.1 {status} \r\n{LENGTH}: {}\r\n", body.len())?;
    if let Some(ending) = ending_text(ending) {
        write!(text, "{ENDING}: {ending}\r\n")?;
    }
    for (name, value) in &headers {
        for part in [name.as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            text.extend_from_slice(part);
        }
    }
    text.extend_from_slice(b"\r\n");
    if !head_only && body.len() <= SMALL {
        text.extend_from_slice(&body);
    }
    link.write_all(&text)?;
    if !head_only && body.len() > SMALL {
        link.write_all(&body)?;
    }
    link.flush()
}

/// Reads the answer to a request.
pub(super) fn answer(link: &mut dyn Link, head_only: bool) -> io::Result<Response> {
    let mut bytes = vec![0; SMALL];
    let mut filled = 0;
    let end = loop {
        match link.read(&mut bytes[filled..])? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            read => filled += read,
        }
        if let Some(end) = memmem::find(&bytes[..filled], b"\r\n\r\n") {
            break end + 4;
        }
        if filled == bytes.len() {
            bytes.resize(2 * filled, 0);
        }
    };
    let (mut response, length) = parse(&bytes[..end]).ok_or(ErrorKind::InvalidData)?;
    if head_only {
        response.omitted = Some(length);
        return Ok(response);
    }
    bytes.truncate(filled);
    bytes.drain(..end);
    let come = bytes.len();
    bytes.resize(length, 0);
    link.read_exact(bytes.get_mut(come..).ok_or(ErrorKind::InvalidData)?)?;
    response.body = bytes;
    Ok(response)
}

fn parse(bytes: &[u8]) -> Option<(Response, usize)> {
    let mut fields = [httparse::EMPTY_HEADER; HEAD_FIELDS];
    let mut head = httparse::Response::new(&mut fields);
    if !head.parse(bytes).ok()?.is_complete() {
        return None;
    }
    let mut response = Response::new(head.code?);
    let mut length = None;
    for field in head.headers.iter() {
        let value = str::from_utf8(field.value).ok()?;
        match field.name {
            LENGTH => length = Some(value.parse().ok()?),
            ENDING => response.ending = ending(value)?,
            name => response.headers.push((name.to_owned().into(), value.to_owned())),
        }
    }
    Some((response, length?))
}

/// The ending as a field's value; none for the ordinary one.
fn ending_text(ending: Ending) -> Option<String> {
    match ending {
        Ending::Keep => None,
        Ending::Close => Some("close".into()),
        Ending::Drop => Some("drop".into()),
        Ending::Reset => Some("reset".into()),
        Ending::Stall(time) => Some(time.as_millis().to_string()),
    }
}

fn ending(text: &str) -> Option<Ending> {
    Some(match text {
        "close" => Ending::Close,
        "drop" => Ending::Drop,
        "reset" => Ending::Reset,
        milliseconds => Ending::Stall(Duration::from_millis(milliseconds.parse().ok()?)),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Cursor;

    use super::*;

    fn request() -> Request {
        let headers = [("host", "localhost"), ("cookie", "naam=Zoë"), ("x-hd4dp-exchange", "forged")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let head = Head {
            method: "PUT".into(),
            path: "/a%20b".into(),
            query: Some("c?d".into()),
            headers,
            peer: SocketAddr::from(([192, 0, 2, 1], 5)),
            client_certificate: Some(Arc::from([1, 2, 3])),
            length: Some(3),
            id: Uuid::now_v7(),
            expects_continue: true,
            close: true,
        };
        Request { head, body: b"abc".to_vec(), spool: Some("17".into()) }
    }

    fn carried(request: &Request, sent: &str, expected: &str) -> Option<(Head, Option<String>)> {
        let mut link = Cursor::new(Vec::new());
        send(request, sent, &mut link).unwrap();
        let bytes = link.into_inner();
        assert!(bytes.is_ascii() && bytes.ends_with(b"\r\n\r\nabc"));
        let mut fields = [httparse::EMPTY_HEADER; HEAD_FIELDS];
        let mut parsed = httparse::Request::new(&mut fields);
        assert!(parsed.parse(&bytes).unwrap().is_complete());
        let fields = parsed.headers.iter().map(|field| (field.name, str::from_utf8(field.value).unwrap()));
        receive(parsed.method.unwrap(), parsed.path.unwrap(), fields, expected)
    }

    #[test]
    fn a_head_comes_through_as_it_is_and_a_forged_field_does_not() {
        let request = request();
        let (head, spool) = carried(&request, "token", "token").unwrap();
        let Head { method, path, query, headers, peer, client_certificate, length, id, .. } = head;
        assert_eq!((method, path, query), ("PUT".into(), "/a%20b".into(), Some("c?d".into())));
        assert_eq!(headers, request.head.headers[..2]);
        assert_eq!((peer, length, id), (request.head.peer, Some(3), request.head.id));
        assert_eq!(client_certificate, request.head.client_certificate);
        assert_eq!(spool.as_deref(), Some("17"));
        assert!(carried(&request, "another", "token").is_none());
    }

    #[test]
    fn a_spool_cannot_forge_a_field() {
        for name in ["a\r\nb: c", "a b", ""] {
            let request = Request { spool: Some(name.into()), ..request() };
            assert!(send(&request, "token", &mut Cursor::new(Vec::new())).is_err());
        }
    }

    #[test]
    fn an_answer_that_ends_too_early_is_none() {
        let read = |text: &str| answer(&mut Cursor::new(text.as_bytes().to_vec()), false);
        let mut written = Vec::new();
        let whole = Response::with_body(200, "a/b", b"ab".to_vec()).ending(Ending::Drop);
        respond(whole, false, &mut written).unwrap();
        let whole = String::from_utf8(written).unwrap();
        let response = read(&whole).unwrap();
        assert_eq!((response.status, response.body.as_slice()), (200, &b"ab"[..]));
        assert_eq!((response.headers.len(), response.ending), (1, Ending::Drop));
        for length in [0, 10, 40, whole.len() - 1] {
            assert!(read(&whole[..length]).is_err());
        }
        assert!(read("HTTP/1.1 500 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").is_err());
    }
}
