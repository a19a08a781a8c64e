//! Private keys, ready for use: parsed once, kept as long as their credential.

use std::fmt;

use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{Pkcs1PrivateDecryptingKey, PrivateDecryptingKey};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, KeyPair, RSA_PSS_SHA256,
    RsaKeyPair,
};
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// How a key signs, as the transfer protocol fixes it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    EcdsaP256,
    /// ECDSA on P-384 with SHA-384.
    EcdsaP384,
    /// RSASSA-PSS with SHA-256, MGF1 with SHA-256, a salt of 32 bytes.
    RsaPss,
}

impl Algorithm {
    /// The digest that goes with it.
    pub fn digest(self) -> &'static digest::Algorithm {
        match self {
            Self::EcdsaP256 | Self::RsaPss => &digest::SHA256,
            Self::EcdsaP384 => &digest::SHA384,
        }
    }
}

/// A private key that signs.
pub struct SigningKey {
    pkcs8: Zeroizing<Vec<u8>>,
    pair: Pair,
}

enum Pair {
    Rsa(Box<RsaKeyPair>),
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
}

impl SigningKey {
    /// Reads a PKCS#8 key: RSA of at least 2048 bits, P-256 or P-384. `None`
    /// for any other.
    pub fn from_pkcs8(pkcs8: &[u8]) -> Option<Self> {
        let ec = |algorithm| EcdsaKeyPair::from_pkcs8(algorithm, pkcs8).ok();
        let pair = RsaKeyPair::from_pkcs8(pkcs8)
            .ok()
            .map(|pair| Pair::Rsa(Box::new(pair)))
            .or_else(|| ec(&ECDSA_P256_SHA256_ASN1_SIGNING).map(Pair::P256))
            .or_else(|| ec(&ECDSA_P384_SHA384_ASN1_SIGNING).map(Pair::P384))?;
        Some(Self { pkcs8: Zeroizing::new(pkcs8.to_vec()), pair })
    }

    /// How it signs.
    pub fn algorithm(&self) -> Algorithm {
        match self.pair {
            Pair::Rsa(_) => Algorithm::RsaPss,
            Pair::P256(_) => Algorithm::EcdsaP256,
            Pair::P384(_) => Algorithm::EcdsaP384,
        }
    }

    /// What kind of key it is: `RSA 2048`, `P-256` or `P-384`.
    pub fn kind(&self) -> String {
        match &self.pair {
            Pair::Rsa(pair) => format!("RSA {}", pair.public_modulus_len() * 8),
            Pair::P256(_) => "P-256".to_owned(),
            Pair::P384(_) => "P-384".to_owned(),
        }
    }

    /// The signature of `message` by [`SigningKey::algorithm`]; for ECDSA in
    /// DER.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PSS_SHA256, &random, message, &mut signature).map_err(Error::internal)?;
                Ok(signature)
            }
            Pair::P256(pair) | Pair::P384(pair) => {
                Ok(pair.sign(&random, message).map_err(Error::internal)?.as_ref().to_vec())
            }
        }
    }

    /// The public half, in the form of [`super::x509::Certificate::public_key`].
    pub fn public_key(&self) -> &[u8] {
        match &self.pair {
            Pair::Rsa(pair) => pair.public_key().as_ref(),
            Pair::P256(pair) | Pair::P384(pair) => pair.public_key().as_ref(),
        }
    }

    /// The key as it was read, for the TLS library and for [`super::Credential::to_bytes`].
    pub fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({:?}, hidden)", self.algorithm())
    }
}

/// A private key that opens what was sealed for one encryption certificate.
pub struct DecryptionKey {
    pkcs8: Zeroizing<Vec<u8>>,
    certificate: Vec<u8>,
    key: Pkcs1PrivateDecryptingKey,
}

impl DecryptionKey {
    /// Reads a PKCS#8 key for RSA of at least 2048 bits and the DER of its
    /// certificate. `None` for any other key.
    pub fn new(pkcs8: &[u8], certificate: &[u8]) -> Option<Self> {
        let key = PrivateDecryptingKey::from_pkcs8(pkcs8).ok()?;
        Some(Self {
            key: Pkcs1PrivateDecryptingKey::new(key).ok()?,
            pkcs8: Zeroizing::new(pkcs8.to_vec()),
            certificate: certificate.to_vec(),
        })
    }

    /// The key that opens; RSA with PKCS#1 v1.5.
    pub fn key(&self) -> &Pkcs1PrivateDecryptingKey {
        &self.key
    }

    /// The DER of the certificate that others seal for.
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// The key as it was read.
    pub fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }
}

impl fmt::Debug for DecryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DecryptionKey(hidden)")
    }
}
