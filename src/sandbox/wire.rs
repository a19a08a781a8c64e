//! The messages of `hd-transfer/1` as a receiver reads them: strictly, and
//! without a word from the code that writes them.

use std::borrow::Cow;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::problem::Problem;
use crate::domain::identifier::Nihdi;

/// The protocol's name in every header.
pub(super) const PROTOCOL: &str = "hd-transfer/1";

/// The media type of sealed messages.
pub(super) const CMS: &str = "application/cms";

/// The media type of streams of lines.
pub(super) const LINES: &str = "application/x-ndjson";

/// The organisation in a header.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Organisation {
    pub(super) nihdi: String,
    pub(super) name: String,
}

/// The header of a stream of registrations.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RegistrationsHeader {
    protocol: String,
    batch: String,
    organization: Organisation,
    pub(super) project: String,
    pub(super) dcd: String,
    pub(super) version: String,
    count: usize,
    created: String,
}

/// The header of a stream of identities or pseudonyms.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CodesHeader {
    pub(super) protocol: String,
    pub(super) batch: String,
    pub(super) organization: Organisation,
    pub(super) project: String,
    pub(super) count: usize,
    pub(super) code_key: String,
}

/// One registration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RegistrationLine<'a> {
    pub(super) code: &'a str,
    #[serde(borrow)]
    pub(super) record: Cow<'a, str>,
    pub(super) revision: u64,
    pub(super) action: Action,
    #[serde(borrow)]
    pub(super) data: Option<&'a RawValue>,
}

/// What a registration asks for. The numbers are what the platform keeps.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Take this in, in place of lower revisions.
    Submit = 0,
    /// Forget the record.
    Withdraw = 1,
}

/// One patient.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IdentityLine<'a> {
    #[serde(borrow)]
    pub(super) id: Cow<'a, str>,
    pub(super) r#type: IdentityType,
    pub(super) code: &'a str,
}

/// What kind of identifier a patient has.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(super) enum IdentityType {
    Ssin,
    Generated,
}

/// One patient under his pseudonym.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PseudonymLine<'a> {
    pub(super) pseudonym: &'a str,
    pub(super) code: &'a str,
}

/// What a service confirms.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Receipt {
    pub(super) receipt: String,
    pub(super) batch: String,
    pub(super) stream: String,
    pub(super) count: u32,
    pub(super) digest: String,
    pub(super) received: String,
}

impl RegistrationsHeader {
    /// Reads the first line of what `sender` sent; the second value is the
    /// lines after it.
    pub(super) fn read<'a>(text: &'a str, batch: &str, sender: &str) -> Result<(Self, Lines<'a>), Problem> {
        let (header, lines) = header::<Self>(text)?;
        if check(&header.protocol, &header.batch, &header.organization, batch)?.key() != sender {
            return Err(Problem::forbidden("not-registered"));
        }
        let named = [&header.project, &header.dcd, &header.version].iter().all(|name| !name.is_empty());
        if !named || !header.created.ends_with('Z') || header.created.parse::<Timestamp>().is_err() {
            return Err(Problem::unprocessable("header"));
        }
        check_count(header.count, &lines)?;
        Ok((header, lines))
    }
}

impl CodesHeader {
    /// Reads the first line; the second value is the lines after it, the third
    /// the organisation it speaks for.
    pub(super) fn read<'a>(text: &'a str, batch: &str) -> Result<(Self, Lines<'a>, Nihdi), Problem> {
        let (header, lines) = header::<Self>(text)?;
        let organisation = check(&header.protocol, &header.batch, &header.organization, batch)?;
        if header.project.is_empty() {
            return Err(Problem::unprocessable("header"));
        }
        check_count(header.count, &lines)?;
        Ok((header, lines, organisation))
    }

    /// The sealed message in `code_key`.
    pub(super) fn sealed_key(&self) -> Result<Vec<u8>, Problem> {
        STANDARD.decode(&self.code_key).map_err(|_| Problem::unprocessable("code-key"))
    }
}

fn check(protocol: &str, named: &str, organisation: &Organisation, batch: &str) -> Result<Nihdi, Problem> {
    if protocol != PROTOCOL {
        return Err(Problem::unprocessable("protocol"));
    }
    if named != batch {
        return Err(Problem::unprocessable("batch-differs"));
    }
    Nihdi::parse(&organisation.nihdi, Nihdi::MODULI).map_err(|_| Problem::unprocessable("header"))
}

fn check_count(count: usize, lines: &Lines<'_>) -> Result<(), Problem> {
    if count > 0 && count == lines.len() { Ok(()) } else { Err(Problem::unprocessable("count")) }
}

/// The lines of a stream after its header, without their line feeds.
#[derive(Clone, Debug)]
pub(super) struct Lines<'a>(&'a str);

impl Lines<'_> {
    fn len(&self) -> usize {
        memchr::memchr_iter(b'\n', self.0.as_bytes()).count()
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let end = memchr::memchr(b'\n', self.0.as_bytes())?;
        let (line, rest) = self.0.split_at(end);
        self.0 = &rest[1..];
        Some(line)
    }
}

fn header<H: DeserializeOwned>(text: &str) -> Result<(H, Lines<'_>), Problem> {
    if !text.ends_with('\n') {
        return Err(Problem::unprocessable("lines"));
    }
    let mut lines = Lines(text);
    let first = lines.next().unwrap_or_default();
    let header = serde_json::from_str(first).map_err(|_| Problem::unprocessable("header"))?;
    Ok((header, lines))
}

/// Reads a code: 32 lower-case hexadecimal digits.
pub(super) fn hex16(text: &str) -> Option<[u8; 16]> {
    let digits: &[u8; 32] = text.as_bytes().try_into().ok()?;
    let mut bytes = [0; 16];
    for (byte, pair) in bytes.iter_mut().zip(digits.as_chunks::<2>().0) {
        *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    Some(bytes)
}

/// Writes 16 bytes as 32 lower-case hexadecimal digits.
pub(super) fn push_hex(bytes: &[u8; 16], into: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = [[0; 2]; 16];
    for (pair, byte) in text.iter_mut().zip(bytes) {
        *pair = [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
    }
    into.push_str(str::from_utf8(text.as_flattened()).unwrap_or_default());
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// Length of an encrypted code: nonce, 16 bytes, tag.
pub(super) const SEALED_CODE: usize = 12 + 16 + 16;

/// Reads an encrypted code.
pub(super) fn sealed_code(text: &str) -> Option<[u8; SEALED_CODE]> {
    let mut bytes = [0; SEALED_CODE + 4];
    match STANDARD.decode_slice(text, &mut bytes) {
        Ok(SEALED_CODE) => bytes[..SEALED_CODE].try_into().ok(),
        _ => None,
    }
}

/// The value of `Content-Digest` for a body (RFC 9530), as in receipts.
pub(super) fn content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(digest(&SHA256, body)))
}

/// Whether a batch has a name as it should: a UUIDv7 in lower-case text form.
pub(super) fn is_batch_name(name: &str) -> bool {
    name.len() == 36
        && !name.bytes().any(|byte| byte.is_ascii_uppercase())
        && uuid::Uuid::parse_str(name).is_ok_and(|uuid| uuid.get_version_num() == 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_32_lower_case_digits() {
        let text = "00ff10a0b1c2d3e4f5061728394a5b6c";
        let code = hex16(text).expect("a code");
        let mut again = String::new();
        push_hex(&code, &mut again);
        assert_eq!(again, text);
        for text in ["", "00FF10a0b1c2d3e4f5061728394a5b6c", &text[1..], "g0ff10a0b1c2d3e4f5061728394a5b6c"] {
            assert_eq!(hex16(text), None, "{text}");
        }
    }

    #[test]
    fn a_batch_name_is_a_lower_case_uuid_of_version_7() {
        assert!(is_batch_name("01934f5a-7c11-7d3e-8a2b-0123456789ab"));
        for name in [
            "01934F5A-7C11-7D3E-8A2B-0123456789AB",
            "01934f5a-7c11-4d3e-8a2b-0123456789ab",
            "01934f5a7c117d3e8a2b0123456789ab",
            "{01934f5a-7c11-7d3e-8a2b-0123456789ab",
        ] {
            assert!(!is_batch_name(name), "{name}");
        }
    }
}
