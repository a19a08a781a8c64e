//! The split: a batch's registrations become two bodies that share nothing
//! but codes, drawn here and stored nowhere else.
//!
//! After this no value holds a patient's identifier and a registry variable.

use std::io::Write;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use serde_json::json;
use zeroize::Zeroizing;

use crate::{
    domain::organisation::Organisation,
    error::{Error, Result},
    store::key::TAG,
};

/// What both headers say of a batch.
pub struct Heading<'a> {
    /// The batch's name.
    pub batch: &'a str,
    /// Whose it is.
    pub organisation: &'a Organisation,
    /// The project's number.
    pub project: &'a str,
    /// The definition's name.
    pub dcd: &'a str,
    /// The definition's version.
    pub version: &'a str,
    /// When it was made.
    pub created: Timestamp,
}

/// One registration of the batch.
pub struct Line<'a> {
    /// Its opaque stable name.
    pub record: [u8; 16],
    /// Its revision.
    pub revision: i64,
    /// The registry variables as a JSON object; `None` takes the record back.
    pub data: Option<&'a str>,
    /// The identifier of who it is about; empty if there is none.
    pub patient: &'a str,
}

/// The two halves of a batch, in clear. One is used for batch after batch:
/// memory that is new each time costs more than what is written to it.
#[derive(Default)]
pub struct Halves {
    /// The platform's payload, before compression and sealing.
    pub registrations: Zeroizing<Vec<u8>>,
    /// The TTP's lines, one for each registration, in a random order.
    pub identities: Zeroizing<Vec<u8>>,
}

impl Halves {
    /// Overwrites both halves and keeps their memory for the next batch.
    pub fn wipe(&mut self) {
        for half in [&mut self.registrations, &mut self.identities] {
            half.fill(0);
            half.clear();
        }
    }
}

/// Splits `lines` into `halves`. `with_identities` is whether the definition
/// knows patients; if so the key of the codes comes back, to be sealed for the
/// platform.
pub fn split(
    heading: &Heading<'_>,
    lines: &[Line<'_>],
    with_identities: bool,
    halves: &mut Halves,
) -> Result<Option<Zeroizing<[u8; 32]>>> {
    halves.wipe();
    let mut codes = Zeroizing::new(vec![[0; 16]; lines.len()]);
    rand::fill(codes.as_flattened_mut()).map_err(Error::internal)?;
    registrations(heading, lines, &codes, &mut halves.registrations)?;
    if !with_identities {
        return Ok(None);
    }
    identities(heading, lines, &codes, &mut halves.identities).map(Some)
}

/// The TTP's body: its header with the sealed key, then the lines; with room
/// for being sealed in place.
pub fn identities_body(heading: &Heading<'_>, count: usize, sealed_key: &[u8], lines: &[u8]) -> Vec<u8> {
    let header = json!({
        "protocol": "hd-transfer/1",
        "batch": heading.batch,
        "organization": organization(heading.organisation),
        "project": heading.project,
        "count": count,
        "code_key": STANDARD.encode(sealed_key),
    });
    let header = header.to_string();
    let mut body = Vec::with_capacity(header.len() + 1 + lines.len() + TAG);
    body.extend_from_slice(header.as_bytes());
    body.push(b'\n');
    body.extend_from_slice(lines);
    body
}

fn registrations(
    heading: &Heading<'_>,
    lines: &[Line<'_>],
    codes: &[[u8; 16]],
    body: &mut Vec<u8>,
) -> Result<()> {
    let header = json!({
        "protocol": "hd-transfer/1",
        "batch": heading.batch,
        "organization": organization(heading.organisation),
        "project": heading.project,
        "dcd": heading.dcd,
        "version": heading.version,
        "count": lines.len(),
        "created": heading.created.to_string(),
    });
    let size = lines.iter().map(|line| line.data.map_or(0, str::len) + 140).sum::<usize>() + 512;
    body.reserve(size);
    writeln!(body, "{header}").map_err(Error::internal)?;
    for (line, code) in lines.iter().zip(codes) {
        body.extend_from_slice(b"{\"code\":\"");
        put_hex(body, code);
        body.extend_from_slice(b"\",\"record\":\"");
        put_hex(body, &line.record);
        let action = if line.data.is_some() { "submit" } else { "withdraw" };
        write!(body, "\",\"revision\":{},\"action\":\"{action}\"", line.revision).map_err(Error::internal)?;
        if let Some(data) = line.data {
            body.extend_from_slice(b",\"data\":");
            body.extend_from_slice(data.as_bytes());
        }
        body.extend_from_slice(b"}\n");
    }
    Ok(())
}

/// Returns the key of the codes.
fn identities(
    heading: &Heading<'_>,
    lines: &[Line<'_>],
    codes: &[[u8; 16]],
    out: &mut Vec<u8>,
) -> Result<Zeroizing<[u8; 32]>> {
    let mut code_key = Zeroizing::new([0; 32]);
    rand::fill(&mut *code_key).map_err(Error::internal)?;
    let cipher = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &*code_key).map_err(Error::internal)?);
    let mut nonces = vec![[0; NONCE_LEN]; lines.len()];
    rand::fill(nonces.as_flattened_mut()).map_err(Error::internal)?;
    out.reserve(lines.len() * 120);
    let mut text = [0; 64];
    for index in shuffled(lines.len())? {
        let patient = lines[index].patient;
        let kind = if patient.len() == 11 { "ssin" } else { "generated" };
        let mut sealed = [0; NONCE_LEN + 32];
        sealed[..NONCE_LEN].copy_from_slice(&nonces[index]);
        sealed[NONCE_LEN..NONCE_LEN + 16].copy_from_slice(&codes[index]);
        let tag = cipher
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonces[index]),
                Aad::from(heading.batch.as_bytes()),
                &mut sealed[NONCE_LEN..NONCE_LEN + 16],
            )
            .map_err(Error::internal)?;
        sealed[NONCE_LEN + 16..].copy_from_slice(tag.as_ref());
        let length = STANDARD.encode_slice(sealed, &mut text).map_err(Error::internal)?;
        out.extend_from_slice(b"{\"id\":\"");
        out.extend_from_slice(patient.as_bytes());
        out.extend_from_slice(b"\",\"type\":\"");
        out.extend_from_slice(kind.as_bytes());
        out.extend_from_slice(b"\",\"code\":\"");
        out.extend_from_slice(&text[..length]);
        out.extend_from_slice(b"\"}\n");
    }
    Ok(code_key)
}

fn organization(organisation: &Organisation) -> serde_json::Value {
    json!({ "nihdi": organisation.nihdi.as_str(), "name": organisation.title })
}

/// The numbers below `count` in a random order (Fisher and Yates).
fn shuffled(count: usize) -> Result<Vec<usize>> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut draws = vec![[0; 8]; count];
    rand::fill(draws.as_flattened_mut()).map_err(Error::internal)?;
    for last in (1..count).rev() {
        let draw = u64::from_le_bytes(draws[last]) as usize % (last + 1);
        order.swap(last, draw);
    }
    Ok(order)
}

fn put_hex(out: &mut Vec<u8>, bytes: &[u8; 16]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = [[0; 2]; 16];
    for (pair, byte) in text.iter_mut().zip(bytes) {
        *pair = [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
    }
    out.extend_from_slice(text.as_flattened());
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::HashSet;

    use super::*;
    use crate::domain::{identifier::Nihdi, organisation::OrganisationId};

    #[test]
    fn the_halves_share_nothing_but_codes() {
        let organisation = Organisation {
            id: OrganisationId(1),
            nihdi: Nihdi::parse("71099911", Nihdi::MODULI).unwrap(),
            title: "Fictief \"Ziekenhuis\"".into(),
            cbe: vec![],
            ehp: vec![],
            is_active: true,
            requires_second_factor: false,
            definitions: Vec::new(),
        };
        let heading = Heading {
            batch: "0190a0a0-0000-7000-8000-000000000001",
            organisation: &organisation,
            project: "HDBP0147",
            dcd: "INTEGO-DIAG",
            version: "1.0.0",
            created: Timestamp::UNIX_EPOCH,
        };
        let lines: Vec<Line<'_>> = (0..50)
            .map(|number| Line {
                record: [number; 16],
                revision: 1,
                data: Some("{\"A\":1}"),
                patient: "85040216932",
            })
            .collect();
        let mut halves = Halves::default();
        let code_key = split(&heading, &lines, true, &mut halves).unwrap().unwrap();
        let registrations = String::from_utf8(halves.registrations.to_vec()).unwrap();
        assert_eq!(registrations.lines().count(), 51);
        assert!(!registrations.contains("85040216932"));
        let codes: HashSet<String> = registrations
            .lines()
            .skip(1)
            .map(|line| {
                let line: serde_json::Value = serde_json::from_str(line).unwrap();
                line["code"].as_str().unwrap().to_owned()
            })
            .collect();
        assert_eq!(codes.len(), 50);
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &*code_key).unwrap());
        let body = identities_body(&heading, 50, b"sealed", &halves.identities);
        let body = String::from_utf8(body).unwrap();
        let opened: HashSet<String> = body
            .lines()
            .skip(1)
            .map(|line| {
                let line: serde_json::Value = serde_json::from_str(line).unwrap();
                assert_eq!(line["type"], "ssin");
                let mut sealed = STANDARD.decode(line["code"].as_str().unwrap()).unwrap();
                let nonce = Nonce::try_assume_unique_for_key(&sealed[..12]).unwrap();
                let code =
                    key.open_in_place(nonce, Aad::from(heading.batch.as_bytes()), &mut sealed[12..]).unwrap();
                code.iter().map(|byte| format!("{byte:02x}")).collect()
            })
            .collect();
        assert_eq!(opened, codes);
        assert!(codes.iter().all(|code| !body.contains(code.as_str())), "the TTP sees no code in clear");
        assert!(split(&heading, &lines[..1], false, &mut halves).unwrap().is_none());
        assert!(halves.identities.is_empty(), "nothing of the batch before stays");
        assert_eq!(halves.registrations.split(|byte| *byte == b'\n').count(), 3);
    }

    #[test]
    fn the_order_of_identities_is_drawn_anew() {
        let orders: HashSet<Vec<usize>> = (0..20).map(|_| shuffled(50).unwrap()).collect();
        assert_eq!(orders.len(), 20);
        assert!(orders.iter().all(|order| order.iter().collect::<HashSet<_>>().len() == 50));
    }
}
