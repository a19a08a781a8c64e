//! One signature of a sealed message: CMS SignedData with one signer.

use std::{borrow::Cow, sync::Arc};

use aws_lc_rs::digest::{self, digest};
use der::{Decode, Encode};
use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};

use super::{
    ber::{Element, INTEGER, Malformed, OCTETS, OID, Reader, SEQUENCE, SET},
    holder::Identity,
    problem::Problem,
    signer::{KeyKind, Signer, Signers, is_root},
};
use crate::clock;

/// Who signed the outside of a message that somebody else will open.
pub(super) fn outer_signer(message: &[u8], signers: &Signers) -> Result<Identity, Problem> {
    open_outer(message, signers).map(|(signer, _)| signer.identity.clone())
}

/// Verifies the outer signature, which must carry the signer's certificate and
/// its issuers but no root, and gives the signer and what he signed.
pub(super) fn open_outer<'a>(
    message: &'a [u8],
    signers: &Signers,
) -> Result<(Arc<Signer>, Cow<'a, [u8]>), Problem> {
    let outer = SignedData::read(message)?;
    let (leaves, others): (Vec<_>, Vec<_>) = outer.certificates.iter().copied().partition(|certificate| {
        x509_cert::Certificate::from_der(certificate).is_ok_and(|certificate| {
            let fields = certificate.tbs_certificate();
            fields.serial_number().to_der().is_ok_and(|serial| serial == outer.serial)
                && fields.issuer().to_der().is_ok_and(|issuer| issuer == outer.issuer)
        })
    });
    let (&[leaf], false) = (leaves.as_slice(), others.is_empty()) else {
        return Err(Problem::unprocessable("outer-certificates"));
    };
    if others.iter().any(|other| is_root(other)) {
        return Err(Problem::unprocessable("root-in-message"));
    }
    let signer = signers.signer(leaf, &others, outer.signed_at)?;
    outer.verify(&signer)?;
    Ok((signer, outer.content))
}

/// SignedData with one signer.
pub(super) struct SignedData<'a> {
    /// What was signed.
    pub(super) content: Cow<'a, [u8]>,
    /// The certificates that came with it.
    pub(super) certificates: Vec<&'a [u8]>,
    issuer: &'a [u8],
    serial: &'a [u8],
    digest: &'static digest::Algorithm,
    message_digest: &'a [u8],
    signed_at: Timestamp,
    attributes: &'a [u8],
    algorithm: &'a [u8],
    signature: Cow<'a, [u8]>,
}

impl<'a> SignedData<'a> {
    /// Reads it; nothing is verified yet.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Problem> {
        let mut data = content_info(bytes, SIGNED_DATA)?;
        let mut fields = data.expect(SEQUENCE)?.inside();
        fields.expect(INTEGER)?;
        fields.expect(SET)?;
        let mut encapsulated = fields.expect(SEQUENCE)?.inside();
        if encapsulated.expect(OID)?.content != DATA {
            return Err(Malformed.into());
        }
        let content = encapsulated.expect(0xa0)?.inside().next()?.octets()?;
        let mut certificates = Vec::new();
        if let Some(set) = fields.optional(0xa0)? {
            let mut set = set.inside();
            while !set.is_empty() {
                certificates.push(set.expect(SEQUENCE)?.whole);
            }
        }
        fields.optional(0xa1)?;
        let mut signers = fields.expect(SET)?.inside();
        let mut signer = signers.expect(SEQUENCE)?.inside();
        signers.finish().map_err(|_| Problem::unprocessable("signers"))?;
        signer.expect(INTEGER)?;
        let mut name = signer.expect(SEQUENCE)?.inside();
        let (issuer, serial) = (name.expect(SEQUENCE)?.whole, name.expect(INTEGER)?.whole);
        let digest = match signer.expect(SEQUENCE)?.inside().expect(OID)?.content {
            SHA256_NAME => &digest::SHA256,
            SHA384_NAME => &digest::SHA384,
            _ => return Err(Problem::unprocessable("algorithm")),
        };
        let attributes = signer.expect(0xa0)?.content;
        let algorithm = signer.expect(SEQUENCE)?.inside().expect(OID)?.content;
        let signature = signer.expect(OCTETS)?.octets()?;
        let Attributes { message_digest, signed_at } = Attributes::read(attributes)?;
        Ok(Self {
            content,
            certificates,
            issuer,
            serial,
            digest,
            message_digest,
            signed_at,
            attributes,
            algorithm,
            signature,
        })
    }

    /// Says that `signer` made it, with the algorithm his key asks for, while
    /// his certificate was valid.
    pub(super) fn verify(&self, signer: &Signer) -> Result<(), Problem> {
        if self.issuer != signer.issuer || self.serial != signer.serial {
            return Err(Problem::forbidden("inner-signer-differs"));
        }
        if !signer.valid_at(self.signed_at) {
            return Err(Problem::unprocessable("signer-not-valid"));
        }
        let (algorithm, by) = match signer.kind() {
            KeyKind::Rsa => (RSA_PSS, &digest::SHA256),
            KeyKind::P256 => (ECDSA_SHA256, &digest::SHA256),
            KeyKind::P384 => (ECDSA_SHA384, &digest::SHA384),
        };
        if self.algorithm != algorithm || self.digest != by {
            return Err(Problem::unprocessable("algorithm"));
        }
        // In the message the attributes have an implicit tag; what is signed
        // is the SET OF.
        let signed = super::der::element(SET, &[self.attributes]);
        if digest(self.digest, &self.content).as_ref() != self.message_digest
            || !signer.signed(&signed, &self.signature)
        {
            return Err(Problem::unprocessable("signature"));
        }
        Ok(())
    }
}

struct Attributes<'a> {
    message_digest: &'a [u8],
    signed_at: Timestamp,
}

impl<'a> Attributes<'a> {
    /// contentType, messageDigest and signingTime, each once; others are
    /// somebody else's business.
    fn read(bytes: &'a [u8]) -> Result<Self, Problem> {
        let mut attributes = Reader::new(bytes);
        let (mut of_data, mut message_digest, mut signed_at) = (false, None, None);
        while !attributes.is_empty() {
            let mut attribute = attributes.expect(SEQUENCE)?.inside();
            let name = attribute.expect(OID)?.content;
            let mut values = attribute.expect(SET)?.inside();
            let value = values.next()?;
            match name {
                CONTENT_TYPE => of_data = value.content == DATA,
                MESSAGE_DIGEST if message_digest.is_none() => message_digest = Some(value.content),
                SIGNING_TIME if signed_at.is_none() => signed_at = Some(time(value)?),
                MESSAGE_DIGEST | SIGNING_TIME => return Err(Malformed.into()),
                _ => {}
            }
        }
        match (of_data, message_digest, signed_at) {
            (true, Some(message_digest), Some(signed_at)) => {
                // A batch may wait for days, but nobody signs tomorrow.
                if signed_at > clock::now() + SKEW {
                    return Err(Problem::unprocessable("signed-in-the-future"));
                }
                Ok(Self { message_digest, signed_at })
            }
            _ => Err(Problem::unprocessable("signed-attributes")),
        }
    }
}

/// How far two clocks may be apart.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// The inside of a ContentInfo of the type `kind`.
pub(super) fn content_info<'a>(bytes: &'a [u8], kind: &[u8]) -> Result<Reader<'a>, Problem> {
    let mut outside = Reader::new(bytes);
    let mut info = outside.expect(SEQUENCE)?.inside();
    outside.finish()?;
    if info.expect(OID)?.content != kind {
        return Err(Malformed.into());
    }
    Ok(info.expect(0xa0)?.inside())
}

/// UTCTime or GeneralizedTime, in seconds and UTC, as CMS wants them.
fn time(value: Element<'_>) -> Result<Timestamp, Malformed> {
    let text = std::str::from_utf8(value.content).map_err(|_| Malformed)?;
    let text = match value.tag {
        0x17 if text.starts_with(['5', '6', '7', '8', '9']) => format!("19{text}"),
        0x17 => format!("20{text}"),
        0x18 => text.to_owned(),
        _ => return Err(Malformed),
    };
    DateTime::strptime("%Y%m%d%H%M%SZ", &text)
        .and_then(|time| time.to_zoned(TimeZone::UTC))
        .map(|time| time.timestamp())
        .map_err(|_| Malformed)
}

impl From<Malformed> for Problem {
    fn from(_: Malformed) -> Self {
        Self::unprocessable("not-a-sealed-message")
    }
}

/// id-data.
pub(super) const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03];
const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04];
const SIGNING_TIME: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x05];
const RSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
const ECDSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const ECDSA_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03];
const SHA256_NAME: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
const SHA384_NAME: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02];
