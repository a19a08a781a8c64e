//! Holders of eHealth certificates: the organisations, the TTP, the platform.
//!
//! Their certificates have eHealth's shape, which no certificate library
//! writes: several organisational units in one name, and an encryption
//! certificate whose issuer is its own subject but whose signature is made
//! with the holder's *authentication* key.

use aws_lc_rs::{
    digest::{SHA1_FOR_LEGACY_USE_ONLY, digest},
    rand,
};
use der::{Decode, Encode};
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use rcgen::{KeyPair, PKCS_RSA_SHA256, RsaKeySize, SigningKey};

use super::{
    authority::{Authority, public_key_info},
    der::{element, oid, sequence, unsigned},
};
use crate::{
    clock,
    domain::identifier::Nihdi,
    error::{Error, Result},
};

/// Who a certificate is for.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Identity {
    /// The type, for example `NIHII-HOSPITAL`.
    pub(super) kind: String,
    /// The number, zero-padded as the type asks.
    pub(super) number: String,
}

impl Identity {
    /// The identity of an organisation: hospitals' numbers start with 7.
    pub(super) fn of(organisation: &Nihdi) -> Self {
        let kind = if organisation.key().starts_with('7') { "NIHII-HOSPITAL" } else { "NIHII" };
        Self::new(kind, organisation.key())
    }

    /// The TTP's.
    pub(super) fn ttp() -> Self {
        Self::new("CBE", "0999999130")
    }

    /// The platform's.
    pub(super) fn platform() -> Self {
        Self::new("CBE", "0999999031")
    }

    pub(super) fn new(kind: &str, number: &str) -> Self {
        Self { kind: kind.to_owned(), number: number.to_owned() }
    }
}

/// A holder's two keys with their certificates.
pub(super) struct Holder {
    /// PKCS#8.
    pub(super) authentication_key: Vec<u8>,
    /// Issued by the issuing authority.
    pub(super) authentication: Vec<u8>,
    /// PKCS#8.
    pub(super) encryption_key: Vec<u8>,
    /// Issued by the holder.
    pub(super) encryption: Vec<u8>,
    /// The encryption certificate's serial number in decimal, its alias.
    pub(super) alias: String,
}

impl Holder {
    /// Makes a holder with new keys (RSA 2048).
    pub(super) fn make(authority: &Authority, identity: &Identity, name: &str) -> Result<Self> {
        let subject = distinguished_name(identity, name);
        let (authentication_key, encryption_key) = (rsa()?, rsa()?);
        let issuer = x509_cert::Certificate::from_der(authority.issuing())
            .and_then(|issuing| issuing.tbs_certificate().subject().to_der())
            .map_err(Error::internal)?;
        let authentication = issue(
            &Blank {
                serial: random()?,
                issuer: &issuer,
                subject: &subject,
                key: &authentication_key,
                extensions: authentication_extensions(&authentication_key, authority),
                algorithm: ECDSA_WITH_SHA384,
            },
            authority.issuing_key(),
        )?;
        let serial = random()?;
        let encryption = issue(
            &Blank {
                serial,
                issuer: &subject,
                subject: &subject,
                key: &encryption_key,
                // keyEncipherment and dataEncipherment, and nothing else.
                extensions: sequence(&[&extension(KEY_USAGE, true, &[0x03, 0x02, 0x04, 0x30])]),
                algorithm: SHA256_WITH_RSA,
            },
            &authentication_key,
        )?;
        Ok(Self {
            authentication_key: authentication_key.serialize_der(),
            authentication,
            encryption_key: encryption_key.serialize_der(),
            encryption,
            alias: u128::from_be_bytes(serial).to_string(),
        })
    }
}

/// What is written into a certificate.
struct Blank<'a> {
    serial: [u8; 16],
    issuer: &'a [u8],
    subject: &'a [u8],
    key: &'a KeyPair,
    extensions: Vec<u8>,
    algorithm: &'static [u8],
}

/// Three years and three months, as eHealth issues them.
const DAYS: i64 = 1187;

fn issue(blank: &Blank<'_>, signer: &KeyPair) -> Result<Vec<u8>> {
    let now = clock::now();
    let from = now.checked_sub(24.hours()).map_err(Error::internal)?;
    let to = now.checked_add((24 * DAYS).hours()).map_err(Error::internal)?;
    let to_be_signed = sequence(&[
        &element(0xa0, &[&unsigned(&[2])]),
        &unsigned(&blank.serial),
        blank.algorithm,
        blank.issuer,
        &sequence(&[&utc_time(from), &utc_time(to)]),
        blank.subject,
        &public_key_info(blank.key),
        &element(0xa3, &[&blank.extensions]),
    ]);
    let signature = signer.sign(&to_be_signed).map_err(Error::internal)?;
    Ok(sequence(&[&to_be_signed, blank.algorithm, &element(0x03, &[&[0], &signature])]))
}

/// `C=BE, O=Federal Government, OU=<application>, OU=<TYPE>=<id>, OU=<NAME>,
/// OU=eHealth-platform Belgium, CN="<TYPE>=<id>, <application>"`, in this order.
fn distinguished_name(identity: &Identity, name: &str) -> Vec<u8> {
    let number = format!("{}={}", identity.kind, identity.number);
    let common_name = format!("{number}, {APPLICATION}");
    let part = |kind: &[u8], tag: u8, value: &str| {
        element(0x31, &[&sequence(&[&oid(kind), &element(tag, &[value.as_bytes()])])])
    };
    sequence(&[
        &part(&[0x55, 0x04, 0x06], PRINTABLE, "BE"),
        &part(&[0x55, 0x04, 0x0a], UTF8, "Federal Government"),
        &part(UNIT, UTF8, APPLICATION),
        &part(UNIT, UTF8, &number),
        &part(UNIT, UTF8, name),
        &part(UNIT, UTF8, "eHealth-platform Belgium"),
        &part(&[0x55, 0x04, 0x03], UTF8, &common_name),
    ])
}

const APPLICATION: &str = "HD4DP";
const PRINTABLE: u8 = 0x13;
const UTF8: u8 = 0x0c;
const UNIT: &[u8] = &[0x55, 0x04, 0x0b];

/// AlgorithmIdentifier of ecdsa-with-SHA384.
const ECDSA_WITH_SHA384: &[u8] = &[0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03];
/// AlgorithmIdentifier of sha256WithRSAEncryption.
const SHA256_WITH_RSA: &[u8] =
    &[0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b, 0x05, 0x00];

const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];

/// As measured in a production certificate.
fn authentication_extensions(key: &KeyPair, authority: &Authority) -> Vec<u8> {
    // clientAuth and emailProtection.
    let purposes = sequence(&[
        &oid(&[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02]),
        &oid(&[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x04]),
    ]);
    let identifier = digest(&SHA1_FOR_LEGACY_USE_ONLY, &public_key_info(key));
    sequence(&[
        // digitalSignature, nonRepudiation and keyEncipherment.
        &extension(KEY_USAGE, true, &[0x03, 0x02, 0x05, 0xe0]),
        &extension(&[0x55, 0x1d, 0x25], false, &purposes),
        &extension(&[0x55, 0x1d, 0x13], true, &sequence(&[])),
        &extension(&[0x55, 0x1d, 0x0e], false, &element(0x04, &[identifier.as_ref()])),
        &extension(
            &[0x55, 0x1d, 0x23],
            false,
            &sequence(&[&element(0x80, &[&authority.issuing_key_identifier()])]),
        ),
    ])
}

fn extension(kind: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &[0x01, 0x01, 0xff] } else { &[] };
    sequence(&[&oid(kind), critical, &element(0x04, &[value])])
}

/// UTCTime, which X.509 uses until 2049.
fn utc_time(moment: Timestamp) -> Vec<u8> {
    let text = moment.to_zoned(TimeZone::UTC).strftime("%y%m%d%H%M%SZ").to_string();
    element(0x17, &[text.as_bytes()])
}

fn rsa() -> Result<KeyPair> {
    KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).map_err(Error::internal)
}

/// 128 random bits with the highest ones so that the number has 16 bytes.
fn random() -> Result<[u8; 16]> {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes).map_err(Error::internal)?;
    bytes[0] = bytes[0] & 0x7f | 0x40;
    Ok(bytes)
}
