//! The certificate authorities that are trusted to issue hospitals'
//! certificates.

use std::cell::Cell;
use std::path::Path;

use jiff::Timestamp;

use super::x509::{COMMON_NAME, Certificate};
use crate::error::{Error, Result};

/// The most authorities between a leaf and an anchor.
const MAX_DEPTH: usize = 5;
/// The most signatures to verify in search of a chain: a store full of
/// authorities that sign each other would take for ever.
const MAX_SIGNATURES: usize = 100;

/// Trust anchors: roots or issuing authorities, each of which ends a chain.
#[derive(Clone, Debug, Default)]
pub struct Anchors(Vec<Certificate>);

/// A chain that ends in an anchor.
#[derive(Debug)]
pub struct Chain {
    /// The leaf and the authorities above it, without a self-issued root.
    pub certificates: Vec<Certificate>,
    /// Whether an authority in it serves eHealth's acceptance environment.
    pub acceptance: bool,
}

/// Why there is no chain.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Broken {
    /// The only chain has an authority that is no longer valid.
    Expired,
    /// No chain ends in an anchor.
    Untrusted,
}

impl Anchors {
    /// Reads PEM files with one or more certificates each.
    ///
    /// # Errors
    ///
    /// `certificate-anchor-unreadable` or `certificate-anchor-not-pem`, naming
    /// the file.
    pub fn read<P: AsRef<Path>>(paths: &[P]) -> Result<Self> {
        let mut anchors = Vec::new();
        for path in paths.iter().map(AsRef::as_ref) {
            let name = path.display().to_string();
            let text = std::fs::read(path).map_err(|error| {
                Error::invalid("certificate-anchor-unreadable").with("file", name.clone()).because(error)
            })?;
            let read = Self::from_pem(&text);
            anchors.extend(
                read.ok_or_else(|| Error::invalid("certificate-anchor-not-pem").with("file", name))?.0,
            );
        }
        Ok(Self(anchors))
    }

    /// Reads a PEM text with one or more certificates; `None` if it has none, or
    /// one that does not read.
    pub fn from_pem(text: &[u8]) -> Option<Self> {
        Certificate::from_pem(text).filter(|anchors| !anchors.is_empty()).map(Self)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The DER of each.
    pub fn ders(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(Certificate::der)
    }

    /// Finds the chain from `leaf` to an anchor. Authorities that the store
    /// lacks come from the anchors, others from `found`.
    pub fn chain(&self, leaf: &Certificate, found: &[Certificate], now: Timestamp) -> Result<Chain, Broken> {
        let search = Search { anchors: &self.0, found, signatures: Cell::new(0) };
        let mut path = vec![leaf];
        if !search.extend(&mut path, Some(now)) {
            let expired = search.extend(&mut path, None);
            return Err(if expired { Broken::Expired } else { Broken::Untrusted });
        }
        Ok(Chain {
            acceptance: path.iter().skip(1).any(|authority| serves_acceptance(authority)),
            certificates: path.into_iter().filter(|part| !part.is_self_issued()).cloned().collect(),
        })
    }
}

struct Search<'a> {
    anchors: &'a [Certificate],
    found: &'a [Certificate],
    /// How many have been verified.
    signatures: Cell<usize>,
}

impl<'a> Search<'a> {
    /// Extends `path` upwards until it ends in an anchor; leaves it as it was
    /// if it cannot. `now` of `None` ignores validity.
    fn extend(&self, path: &mut Vec<&'a Certificate>, now: Option<Timestamp>) -> bool {
        let authorities = path.len() - 1;
        let Some(last) = path.last().copied().filter(|_| authorities < MAX_DEPTH) else { return false };
        let may_follow = |next: &&Certificate| {
            next.subject() == last.issuer()
                && next.may_issue(authorities)
                && now.is_none_or(|now| next.is_valid_at(now))
                && self.is_signed_by(last, next)
        };
        if let Some(anchor) = self.anchors.iter().find(may_follow) {
            path.push(anchor);
            return true;
        }
        for next in self.found.iter().filter(may_follow) {
            path.push(next);
            if self.extend(path, now) {
                return true;
            }
            path.pop();
        }
        false
    }

    fn is_signed_by(&self, certificate: &Certificate, issuer: &Certificate) -> bool {
        self.signatures.set(self.signatures.get() + 1);
        self.signatures.get() <= MAX_SIGNATURES && certificate.is_signed_by(issuer)
    }
}

/// The acceptance authorities carry it in their names: `TEST-Zetes…`, `UAT …`.
fn serves_acceptance(authority: &Certificate) -> bool {
    authority.subject_values(COMMON_NAME).iter().any(|name| {
        let name = name.to_uppercase();
        name.starts_with("TEST-") || name.starts_with("UAT ") || name.starts_with("UAT-")
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair, SerialNumber};

    use super::*;

    fn authority(name: &str, serial: u64, key: &KeyPair) -> Certificate {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.serial_number = Some(SerialNumber::from(serial));
        Certificate::from_der(params.self_signed(key).unwrap().der()).unwrap()
    }

    #[test]
    fn authorities_that_sign_each_other_do_not_keep_the_search_going() {
        let key = KeyPair::generate().unwrap();
        let found: Vec<_> = (1..150).map(|serial| authority("Circle", serial, &key)).collect();
        let anchors = Anchors(vec![authority("Anchor", 1, &KeyPair::generate().unwrap())]);
        let now = "2026-12-01T11:00:00Z".parse().unwrap();
        assert_eq!(anchors.chain(&found[0], &found, now).unwrap_err(), Broken::Untrusted);
    }

    #[test]
    fn acceptance_authorities_are_known_by_their_names() {
        let key = KeyPair::generate().unwrap();
        for (name, expected) in [
            ("TEST-ZetesConfidens-eHealth acceptance test-root CA 001", true),
            ("UAT ZetesConfidens Private Trust PKI - root CA 002", true),
            ("ZetesConfidens Private Trust PKI - eHealth issuing CA 002", false),
        ] {
            assert_eq!(serves_acceptance(&authority(name, 1, &key)), expected, "{name}");
        }
    }
}
