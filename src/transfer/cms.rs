//! Writing CMS in DER: just the structures that an eHealth sealed message is
//! made of. RFC 5652; the algorithms are fixed by the transfer protocol.

use std::borrow::Cow;

use aws_lc_rs::cipher::{AES_128, DecryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey};
use aws_lc_rs::rsa::Pkcs1PublicEncryptingKey;
use aws_lc_rs::{digest, rand};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use zeroize::Zeroizing;

use crate::certificate::tag::{
    CONTENT_0, CONTENT_0_PRIMITIVE, GENERALIZED_TIME, INTEGER, OCTET_STRING, SEQUENCE, SET, UTC_TIME,
};
use crate::certificate::{Algorithm, SigningKey};
use crate::error::{Error, Result};

const VERSION_0: &[u8] = &[INTEGER, 1, 0];
const VERSION_1: &[u8] = &[INTEGER, 1, 1];

// Object identifiers, encoded.
const ID_DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
const ID_SIGNED_DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
const ID_ENVELOPED_DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03";
const CONTENT_TYPE: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03";
const MESSAGE_DIGEST: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04";
const SIGNING_TIME: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05";
const AES_128_CBC: &[u8] = b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x02";

// Algorithm identifiers, encoded.
const SHA256: &[u8] = b"\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01";
const SHA384: &[u8] = b"\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02";
const RSA_ENCRYPTION: &[u8] = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
const ECDSA_SHA256: &[u8] = b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";
const ECDSA_SHA384: &[u8] = b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03";
/// RSASSA-PSS with SHA-256, MGF1 with SHA-256, a salt of 32 bytes. RFC 4055.
const RSA_PSS: &[u8] = b"\x30\x41\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x34\
    \xa0\x0f\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\
    \xa1\x1c\x30\x1a\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08\
    \x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\
    \xa2\x03\x02\x01\x20";

/// Who signs: the key and the `IssuerAndSerialNumber` that names it.
pub struct Signer<'a> {
    /// The private key.
    pub key: &'a SigningKey,
    /// The DER of `IssuerAndSerialNumber`.
    pub issuer_and_serial: &'a [u8],
}

/// A `ContentInfo` with `SignedData` over `content`, carrying `certificates`.
pub fn signed(
    content: &[u8],
    certificates: &[Vec<u8>],
    signer: &Signer<'_>,
    now: Timestamp,
) -> Result<Vec<u8>> {
    let (digest_algorithm, signature_algorithm) = match signer.key.algorithm() {
        Algorithm::RsaPss => (SHA256, RSA_PSS),
        Algorithm::EcdsaP256 => (SHA256, ECDSA_SHA256),
        Algorithm::EcdsaP384 => (SHA384, ECDSA_SHA384),
    };
    let digest = digest::digest(signer.key.algorithm().digest(), content);
    let attributes = attributes(digest.as_ref(), now);
    let signature = signer.key.sign(&Der::of(&attributes).within(SET).join())?;
    let signer_info = Der::of(VERSION_1)
        .then(Der::of(signer.issuer_and_serial))
        .then(Der::of(digest_algorithm))
        .then(Der::of(&attributes).within(CONTENT_0))
        .then(Der::of(signature_algorithm))
        .then(Der::of(&signature).within(OCTET_STRING))
        .within(SEQUENCE);

    let mut certificates: Vec<&[u8]> = certificates.iter().map(Vec::as_slice).collect();
    certificates.sort_unstable();
    let certificates = match certificates.concat() {
        none if none.is_empty() => Der::default(),
        some => Der::owned(some).within(CONTENT_0),
    };
    let encapsulated =
        Der::of(ID_DATA).then(Der::of(content).within(OCTET_STRING).within(CONTENT_0)).within(SEQUENCE);
    let signed_data = Der::of(VERSION_1)
        .then(Der::of(digest_algorithm).within(SET))
        .then(encapsulated)
        .then(certificates)
        .then(signer_info.within(SET))
        .within(SEQUENCE);
    Ok(content_info(ID_SIGNED_DATA, signed_data).join())
}

/// A `ContentInfo` with `EnvelopedData` for one recipient. `content` is
/// encrypted where it lies.
pub fn enveloped(mut content: Vec<u8>, recipient: &[u8], key: &Pkcs1PublicEncryptingKey) -> Result<Vec<u8>> {
    let mut content_key = Zeroizing::new([0; 16]);
    rand::fill(content_key.as_mut()).map_err(Error::internal)?;
    let cipher = UnboundCipherKey::new(&AES_128, content_key.as_ref())
        .and_then(PaddedBlockEncryptingKey::cbc_pkcs7)
        .map_err(Error::internal)?;
    let DecryptionContext::Iv128(start) = cipher.encrypt(&mut content).map_err(Error::internal)? else {
        return Err(Error::internal("a block cipher without an initial vector"));
    };
    let mut wrapped = vec![0; key.ciphertext_size()];
    let wrapped = key.encrypt(content_key.as_ref(), &mut wrapped).map_err(Error::internal)?;

    let recipient_info = Der::of(VERSION_0)
        .then(Der::of(recipient))
        .then(Der::of(RSA_ENCRYPTION))
        .then(Der::of(wrapped).within(OCTET_STRING))
        .within(SEQUENCE);
    let content_algorithm =
        Der::of(AES_128_CBC).then(Der::of(start.as_ref()).within(OCTET_STRING)).within(SEQUENCE);
    let encrypted = Der::of(ID_DATA)
        .then(content_algorithm)
        .then(Der::of(&content).within(CONTENT_0_PRIMITIVE))
        .within(SEQUENCE);
    let enveloped_data = Der::of(VERSION_0).then(recipient_info.within(SET)).then(encrypted).within(SEQUENCE);
    Ok(content_info(ID_ENVELOPED_DATA, enveloped_data).join())
}

fn content_info<'a>(kind: &'a [u8], content: Der<'a>) -> Der<'a> {
    Der::of(kind).then(content.within(CONTENT_0)).within(SEQUENCE)
}

/// The signed attributes, sorted as DER wants a set, without the set's own tag:
/// they are signed under one tag and written under another.
fn attributes(digest: &[u8], now: Timestamp) -> Vec<u8> {
    let now = now.to_zoned(TimeZone::UTC);
    // RFC 5652, section 11.3: two-digit years through 2049.
    let time = match now.year() {
        ..2050 => Der::owned(now.strftime("%y%m%d%H%M%SZ").to_string().into_bytes()).within(UTC_TIME),
        _ => Der::owned(now.strftime("%Y%m%d%H%M%SZ").to_string().into_bytes()).within(GENERALIZED_TIME),
    };
    let attribute = |kind, value: Der<'_>| Der::of(kind).then(value.within(SET)).within(SEQUENCE).join();
    let mut attributes = [
        attribute(CONTENT_TYPE, Der::of(ID_DATA)),
        attribute(SIGNING_TIME, time),
        attribute(MESSAGE_DIGEST, Der::of(digest).within(OCTET_STRING)),
    ];
    attributes.sort_unstable();
    attributes.concat()
}

/// DER in pieces, so that a large content is copied once, when they are joined,
/// however deep it is nested.
#[derive(Default)]
struct Der<'a> {
    pieces: Vec<Cow<'a, [u8]>>,
    length: usize,
}

impl<'a> Der<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        Self { length: bytes.len(), pieces: vec![Cow::Borrowed(bytes)] }
    }

    fn owned(bytes: Vec<u8>) -> Self {
        Self { length: bytes.len(), pieces: vec![Cow::Owned(bytes)] }
    }

    fn then(mut self, next: Self) -> Self {
        self.length += next.length;
        self.pieces.extend(next.pieces);
        self
    }

    /// Puts a tag and the length in front.
    fn within(self, tag: u8) -> Self {
        let bytes = self.length.to_be_bytes();
        let significant = &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..];
        let mut header = vec![tag];
        if self.length >= 0x80 {
            header.push(0x80 | significant.len() as u8);
        }
        match significant {
            [] => header.push(0),
            _ => header.extend(significant),
        }
        Self::owned(header).then(self)
    }

    /// The whole in one piece, with room for a block of padding behind it.
    fn join(self) -> Vec<u8> {
        let mut whole = Vec::with_capacity(self.length + 16);
        self.pieces.iter().for_each(|piece| whole.extend_from_slice(piece));
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_shortest() {
        let header = |length: usize| Der::of(&vec![0; length]).within(4).join()[..4].to_vec();
        assert_eq!(Der::default().within(4).join(), [4, 0]);
        assert_eq!(header(0x7f), [4, 0x7f, 0, 0]);
        assert_eq!(header(0x80), [4, 0x81, 0x80, 0]);
        assert_eq!(header(0x1234), [4, 0x82, 0x12, 0x34]);
    }

    #[test]
    fn the_signing_time_has_four_digits_from_2050_on() {
        let has = |moment: &str, text: &[u8]| {
            let attributes = attributes(&[0; 32], moment.parse().expect("a moment"));
            attributes.windows(text.len()).any(|window| window == text)
        };
        assert!(has("2026-12-01T11:00:00Z", b"\x17\x0d261201110000Z"));
        assert!(has("2050-01-01T00:00:00Z", b"\x18\x0f20500101000000Z"));
    }
}
