//! The key entries of a store: each private key with its certificate.

use p12_keystore::{CertificateBag, Pkcs12Archive};
use zeroize::Zeroizing;

use super::key::SigningKey;
use super::x509::Certificate;

/// A private key and the certificate that goes with it.
pub struct Entry {
    /// The name of the entry; empty if it has none.
    pub alias: String,
    /// The key in PKCS#8.
    pub key: Zeroizing<Vec<u8>>,
    /// Its certificate.
    pub certificate: Certificate,
    /// Whether they really belong together.
    pub fit: Fit,
}

/// Whether a private key belongs to the certificate of its entry.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fit {
    /// The certificate is for another key.
    Different,
    /// It is the key of the certificate.
    Same,
    /// The key is of a kind or size that is not supported.
    Unsupported,
}

/// What a key is for, by the key usage of its certificate. The alias is a
/// convention and decides nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    /// Signs: `digitalSignature`.
    Authentication,
    /// Decrypts: `keyEncipherment` and `dataEncipherment` without the former.
    Encryption,
    /// Anything else.
    Other,
}

/// All that a store holds.
pub struct Entries {
    /// The key entries, in the order of the file.
    pub keys: Vec<Entry>,
    /// How many keys have no certificate.
    pub bare_keys: usize,
    /// Every certificate in the file.
    pub certificates: Vec<Certificate>,
}

impl Entries {
    /// Pairs the keys of a store with their certificates; `None` if a
    /// certificate does not read.
    pub fn of(archive: &Pkcs12Archive) -> Option<Self> {
        let mut entries = Self { keys: Vec::new(), bare_keys: 0, certificates: Vec::new() };
        for bag in &archive.certs {
            entries.certificates.push(Certificate::from_der(bag.cert.as_der()).ok()?);
        }
        for bag in &archive.keys {
            let key = SigningKey::from_pkcs8(bag.key.as_der());
            let local_key_id = bag.local_key_id.as_ref().map(AsRef::as_ref);
            let Some((certificate, fit)) = entries.certificate_of(&archive.certs, local_key_id, key.as_ref())
            else {
                entries.bare_keys += 1;
                continue;
            };
            entries.keys.push(Entry {
                alias: bag.friendly_name.clone().unwrap_or_default(),
                key: Zeroizing::new(bag.key.as_der().to_vec()),
                certificate,
                fit,
            });
        }
        Some(entries)
    }

    /// The certificate with the same local key identifier, by preference one
    /// that fits: a writer that makes identifiers from the clock can give two
    /// entries the same one. Without an identifier, whichever fits.
    fn certificate_of(
        &self,
        bags: &[CertificateBag],
        local_key_id: Option<&[u8]>,
        key: Option<&SigningKey>,
    ) -> Option<(Certificate, Fit)> {
        let same =
            |certificate: &&Certificate| key.is_some_and(|key| key.public_key() == certificate.public_key());
        let Some(id) = local_key_id else {
            return self.certificates.iter().find(same).map(|found| (found.clone(), Fit::Same));
        };
        let mut candidates = bags
            .iter()
            .zip(&self.certificates)
            .filter(|(bag, _)| bag.local_key_id.as_deref() == Some(id))
            .map(|(_, certificate)| certificate);
        if let Some(found) = candidates.clone().find(same) {
            return Some((found.clone(), Fit::Same));
        }
        let fit = if key.is_some() { Fit::Different } else { Fit::Unsupported };
        candidates.next().map(|first| (first.clone(), fit))
    }
}

impl Entry {
    /// What the key is for.
    pub fn role(&self) -> Role {
        match self.certificate.key_usage() {
            Some(usage) if usage.digital_signature() => Role::Authentication,
            Some(usage) if usage.key_encipherment() && usage.data_encipherment() => Role::Encryption,
            _ => Role::Other,
        }
    }
}
