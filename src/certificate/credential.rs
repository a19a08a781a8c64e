//! What an organisation signs and identifies itself with, taken out of a store
//! that was accepted.

use der::asn1::OctetStringRef;
use der::{Decode, Encode, Sequence};
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::identity::Identity;
use super::key::{DecryptionKey, SigningKey};
use super::x509::Certificate;
use crate::error::{Error, Result};

/// The layout of [`Credential::to_bytes`].
const VERSION: u8 = 1;

/// An organisation's authentication key with its chain, and its decryption
/// keys. Keys are parsed once, here.
#[derive(Debug)]
pub struct Credential {
    /// Whose it is.
    pub identity: Identity,
    /// Certificates in DER: the leaf, its issuing authority, and so on, never
    /// a root.
    pub chain: Vec<Vec<u8>>,
    /// The authentication key: signs messages, answers in TLS.
    pub key: SigningKey,
    /// The keys that open what was sealed for the organisation, newest first;
    /// a renewal keeps the older ones.
    pub decryption: Vec<DecryptionKey>,
    /// The first moment the leaf is valid.
    pub not_before: Timestamp,
    /// The last moment the leaf is valid.
    pub not_after: Timestamp,
    /// SHA-256 of the leaf in lower-case hexadecimal digits.
    pub thumbprint: String,
    /// The DER of CMS's `IssuerAndSerialNumber` that names the leaf.
    pub issuer_and_serial: Vec<u8>,
}

impl Credential {
    /// Puts a credential together from an authentication key in PKCS#8, its
    /// chain and the decryption keys. It does not check that they belong
    /// together; [`super::check`] does.
    ///
    /// # Errors
    ///
    /// [`crate::error::Code::Internal`] if a part does not read or the leaf
    /// names no holder.
    pub fn new(pkcs8: &[u8], chain: Vec<Vec<u8>>, decryption: Vec<DecryptionKey>) -> Result<Self> {
        let leaf = chain.first().ok_or_else(|| Error::internal("a credential without a certificate"))?;
        let leaf = Certificate::from_der(leaf).map_err(Error::internal)?;
        Ok(Self {
            identity: Identity::of(&leaf).ok_or_else(|| Error::internal("a certificate without a holder"))?,
            key: SigningKey::from_pkcs8(pkcs8)
                .ok_or_else(|| Error::internal("a private key that does not read"))?,
            not_before: leaf.not_before(),
            not_after: leaf.not_after(),
            thumbprint: leaf.thumbprint(),
            issuer_and_serial: leaf.issuer_and_serial().map_err(Error::internal)?,
            chain,
            decryption,
        })
    }

    /// Everything in one piece, private keys in clear: what the store keeps,
    /// sealed under its own key.
    ///
    /// # Errors
    ///
    /// [`crate::error::Code::Internal`] if a part is too long for DER.
    pub fn to_bytes(&self) -> Result<Zeroizing<Vec<u8>>> {
        self.encode().map(Zeroizing::new).map_err(Error::internal)
    }

    fn encode(&self) -> der::Result<Vec<u8>> {
        let decryption = self.decryption.iter().map(|key| {
            Ok(DecryptionParts {
                key: OctetStringRef::new(key.pkcs8())?,
                certificate: OctetStringRef::new(key.certificate())?,
            })
        });
        let parts = Parts {
            version: VERSION,
            key: OctetStringRef::new(self.key.pkcs8())?,
            chain: self.chain.iter().map(|der| OctetStringRef::new(der)).collect::<der::Result<_>>()?,
            decryption: decryption.collect::<der::Result<_>>()?,
        };
        parts.to_der()
    }

    /// Reads what [`Credential::to_bytes`] wrote.
    ///
    /// # Errors
    ///
    /// [`crate::error::Code::Internal`] if it is something else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let parts = Parts::from_der(bytes).map_err(Error::internal)?;
        if parts.version != VERSION {
            return Err(Error::internal("a credential in a layout of another version"));
        }
        let chain = parts.chain.into_iter().map(|der| der.as_bytes().to_vec()).collect();
        let decryption = parts.decryption.iter().map(|entry| {
            DecryptionKey::new(entry.key.as_bytes(), entry.certificate.as_bytes())
                .ok_or_else(|| Error::internal("a decryption key that does not read"))
        });
        Self::new(parts.key.as_bytes(), chain, decryption.collect::<Result<_>>()?)
    }
}

#[derive(Sequence)]
struct Parts<'a> {
    version: u8,
    key: &'a OctetStringRef,
    chain: Vec<&'a OctetStringRef>,
    decryption: Vec<DecryptionParts<'a>>,
}

#[derive(Sequence)]
struct DecryptionParts<'a> {
    key: &'a OctetStringRef,
    certificate: &'a OctetStringRef,
}
