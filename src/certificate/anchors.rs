//! The certificate authorities that are trusted to issue hospitals'
//! certificates.

use std::path::Path;

use jiff::Timestamp;

use super::x509::{COMMON_NAME, Certificate};
use crate::error::{Error, Result};

/// The most authorities between a leaf and an anchor.
const MAX_DEPTH: usize = 5;

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
        let search = Search { anchors: &self.0, found };
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
                && last.is_signed_by(next)
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
}

/// The acceptance authorities carry it in their names: `TEST-Zetes…`, `UAT …`.
fn serves_acceptance(authority: &Certificate) -> bool {
    authority.subject_values(COMMON_NAME).iter().any(|name| {
        let name = name.to_uppercase();
        name.starts_with("TEST-") || name.starts_with("UAT ") || name.starts_with("UAT-")
    })
}
