//! Who signed, and whether he could: certificates of holders and their chain.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use aws_lc_rs::{
    digest::{SHA256, digest},
    signature::{
        ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey,
        VerificationAlgorithm,
    },
};
use der::{Decode, Encode, oid::ObjectIdentifier};
use jiff::Timestamp;
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, UnixTime},
    server::{WebPkiClientVerifier, danger::ClientCertVerifier},
};
use x509_cert::Certificate;

use super::{holder::Identity, problem::Problem};
use crate::{
    error::{Error, Result},
    front::provider,
};

/// Checks chains against the sandbox's authority, and remembers those it
/// found good: the same few certificates sign everything.
pub(super) struct Signers {
    verifier: Arc<dyn ClientCertVerifier>,
    known: Mutex<HashMap<[u8; 32], Arc<Signer>>>,
}

/// A holder whose chain is good.
#[derive(Debug)]
pub(super) struct Signer {
    /// Who it is.
    pub(super) identity: Identity,
    /// The issuer's name in the certificate, in DER.
    pub(super) issuer: Vec<u8>,
    /// The certificate's serial number, in DER.
    pub(super) serial: Vec<u8>,
    key: PublicKey,
    /// Seconds since 1970 in which the whole chain is valid.
    valid: (i64, i64),
}

#[derive(Debug)]
struct PublicKey {
    bytes: Vec<u8>,
    kind: KeyKind,
}

/// A kind of key, which decides the algorithm of its signatures.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum KeyKind {
    /// RSASSA-PSS with SHA-256.
    Rsa,
    /// ECDSA with SHA-256.
    P256,
    /// ECDSA with SHA-384.
    P384,
}

impl Signers {
    /// Trusts what chains to `root` (DER).
    pub(super) fn new(root: &[u8]) -> Result<Self> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(root)).map_err(Error::internal)?;
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider())
            .build()
            .map_err(Error::internal)?;
        Ok(Self { verifier, known: Mutex::default() })
    }

    /// The holder of `leaf`, whose chain through `others` is good; whether it
    /// was valid at another time than `moment` is [`Signer::valid_at`]'s.
    pub(super) fn signer(
        &self,
        leaf: &[u8],
        others: &[&[u8]],
        moment: Timestamp,
    ) -> Result<Arc<Signer>, Problem> {
        let name = name(leaf, others);
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&name).cloned();
        let signer = match known {
            Some(signer) => signer,
            None => {
                let signer = Arc::new(self.check(leaf, others, moment)?);
                let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
                if known.len() >= MOST_KNOWN {
                    known.clear();
                }
                known.insert(name, Arc::clone(&signer));
                signer
            }
        };
        Ok(signer)
    }

    fn check(&self, leaf: &[u8], others: &[&[u8]], moment: Timestamp) -> Result<Signer, Problem> {
        let untrusted = || Problem::unprocessable("signer-not-trusted");
        let signer = Signer::read(leaf, others).ok_or_else(untrusted)?;
        let intermediates: Vec<_> = others.iter().map(|other| CertificateDer::from(*other)).collect();
        let seconds = u64::try_from(moment.as_second()).map_err(|_| untrusted())?;
        let at = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
        self.verifier
            .verify_client_cert(&CertificateDer::from(leaf), &intermediates, at)
            .map_err(|_| untrusted())?;
        Ok(signer)
    }
}

impl Signer {
    fn read(leaf: &[u8], others: &[&[u8]]) -> Option<Self> {
        let certificate = Certificate::from_der(leaf).ok()?;
        let fields = certificate.tbs_certificate();
        let mut valid = validity(&certificate)?;
        for other in others {
            let (from, to) = validity(&Certificate::from_der(other).ok()?)?;
            valid = (valid.0.max(from), valid.1.min(to));
        }
        let key = fields.subject_public_key_info();
        let kind = match (key.algorithm.oid, &key.algorithm.parameters) {
            (RSA, _) => KeyKind::Rsa,
            (EC, Some(curve)) => match curve.decode_as().ok()? {
                P256 => KeyKind::P256,
                P384 => KeyKind::P384,
                _ => return None,
            },
            _ => return None,
        };
        Some(Self {
            identity: identity(&certificate)?,
            issuer: fields.issuer().to_der().ok()?,
            serial: fields.serial_number().to_der().ok()?,
            key: PublicKey { bytes: key.subject_public_key.as_bytes()?.to_vec(), kind },
            valid,
        })
    }

    /// Whether its whole chain was valid at `moment`.
    pub(super) fn valid_at(&self, moment: Timestamp) -> bool {
        let (from, to) = self.valid;
        (from..=to).contains(&moment.as_second())
    }

    /// What kind of key it has.
    pub(super) fn kind(&self) -> KeyKind {
        self.key.kind
    }

    /// Whether it signed `message`.
    pub(super) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let algorithm: &'static dyn VerificationAlgorithm = match self.key.kind {
            KeyKind::Rsa => &RSA_PSS_2048_8192_SHA256,
            KeyKind::P256 => &ECDSA_P256_SHA256_ASN1,
            KeyKind::P384 => &ECDSA_P384_SHA384_ASN1,
        };
        UnparsedPublicKey::new(algorithm, &self.key.bytes).verify(message, signature).is_ok()
    }
}

/// Who a certificate says its holder is.
pub(super) fn identity_of(certificate: &[u8]) -> Option<Identity> {
    identity(&Certificate::from_der(certificate).ok()?)
}

/// Whether a certificate is its own issuer's, as a root is.
pub(super) fn is_root(certificate: &[u8]) -> bool {
    Certificate::from_der(certificate).is_ok_and(|certificate| {
        certificate.tbs_certificate().subject() == certificate.tbs_certificate().issuer()
    })
}

const MOST_KNOWN: usize = 1024;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const UNIT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");

/// The organisational unit of the form `TYPE=id`: capitals, `-` or `_`, then
/// digits, and for NIHII11 digits in the type as well.
fn identity(certificate: &Certificate) -> Option<Identity> {
    certificate.tbs_certificate().subject().iter().filter(|part| part.oid == UNIT).find_map(|part| {
        let (kind, number) = std::str::from_utf8(part.value.value()).ok()?.split_once('=')?;
        let capitals = kind.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_'));
        let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        (capitals && !kind.is_empty() && digits).then(|| Identity::new(kind, number))
    })
}

fn validity(certificate: &Certificate) -> Option<(i64, i64)> {
    let validity = certificate.tbs_certificate().validity();
    let seconds = |time: x509_cert::time::Time| i64::try_from(time.to_unix_duration().as_secs()).ok();
    Some((seconds(validity.not_before)?, seconds(validity.not_after)?))
}

fn name(leaf: &[u8], others: &[&[u8]]) -> [u8; 32] {
    let mut all = digest(&SHA256, leaf).as_ref().to_vec();
    others.iter().for_each(|other| all.extend_from_slice(digest(&SHA256, other).as_ref()));
    let mut name = [0; 32];
    name.copy_from_slice(digest(&SHA256, &all).as_ref());
    name
}
