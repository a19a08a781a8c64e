//! eHealth *sealed messages*: signed, encrypted for one recipient, signed
//! again. ETEE's triple wrap as the transfer protocol fixes it.

use std::fmt;

use aws_lc_rs::rsa::{Pkcs1PublicEncryptingKey, PublicEncryptingKey};
use jiff::Timestamp;

use super::cms::{Signer, enveloped, signed};
use crate::certificate::{Certificate, Credential};
use crate::clock;
use crate::error::{Code, Error, Result};

/// Whom a message is sealed for.
pub struct Recipient {
    issuer_and_serial: Vec<u8>,
    key: Pkcs1PublicEncryptingKey,
    /// SHA-256 of the encryption certificate in lower-case hexadecimal digits.
    pub thumbprint: String,
    /// The last moment the certificate is valid.
    pub not_after: Timestamp,
}

impl Recipient {
    /// Reads an encryption certificate in PEM.
    ///
    /// # Errors
    ///
    /// `transfer-recipient-certificate` if it is not one certificate with an
    /// RSA key of at least 2048 bits that may encrypt keys.
    pub fn from_pem(pem: &[u8]) -> Result<Self> {
        match Certificate::from_pem(pem).as_deref() {
            Some([certificate]) => Self::from_der(certificate.der()),
            _ => Err(unusable()),
        }
    }

    /// Reads an encryption certificate in DER.
    ///
    /// # Errors
    ///
    /// As [`Recipient::from_pem`].
    pub fn from_der(der: &[u8]) -> Result<Self> {
        let certificate = Certificate::from_der(der).map_err(|error| unusable().because(error))?;
        if certificate.key_usage().is_some_and(|usage| !usage.key_encipherment()) {
            return Err(unusable());
        }
        let key = certificate.public_key_info().map_err(Error::internal)?;
        let key = PublicEncryptingKey::from_der(&key).map_err(|error| unusable().because(error))?;
        Ok(Self {
            key: Pkcs1PublicEncryptingKey::new(key).map_err(Error::internal)?,
            issuer_and_serial: certificate.issuer_and_serial().map_err(Error::internal)?,
            thumbprint: certificate.thumbprint(),
            not_after: certificate.not_after(),
        })
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recipient({})", self.thumbprint)
    }
}

/// Seals `clear` for `recipient` in the name of `signer`; DER.
///
/// The outer signature carries the signer's leaf and issuing authority, never
/// the root: eHealth's own library distrusts a message with a root in it. The
/// inner signature carries no certificate.
///
/// # Errors
///
/// `transfer-signer-expired` or `transfer-recipient-expired` if a certificate
/// is not valid at `now`.
pub fn seal(clear: &[u8], signer: &Credential, recipient: &Recipient, now: Timestamp) -> Result<Vec<u8>> {
    if now < signer.not_before || now > signer.not_after {
        return Err(expired("transfer-signer-expired", signer.not_after));
    }
    if now > recipient.not_after {
        return Err(expired("transfer-recipient-expired", recipient.not_after));
    }
    let by = Signer { key: &signer.key, issuer_and_serial: &signer.issuer_and_serial };
    let inner = signed(clear, &[], &by, now)?;
    let envelope = enveloped(inner, &recipient.issuer_and_serial, &recipient.key)?;
    signed(&envelope, &signer.chain, &by, now)
}

fn unusable() -> Error {
    Error::invalid("transfer-recipient-certificate")
}

fn expired(id: &'static str, not_after: Timestamp) -> Error {
    Error::new(Code::Unavailable, id).with("date", clock::local(not_after).date().to_string())
}
