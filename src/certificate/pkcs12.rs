//! Opening a PKCS#12 file as eHealth issues them: modern or legacy
//! encryption, DER or BER, any number of keys. RFC 7292.
//!
//! Everything that costs work is bounded before the work is done: the size of
//! the file, how deep it nests, and the iterations of each key derivation.

use der::asn1::{ObjectIdentifier, OctetStringRef};
use der::{AnyRef, Decode, Encode, Reader, Sequence, SliceReader, Tag, Tagged};
use p12_keystore::{Pkcs12Archive, error::Error as Pkcs12Error};
use x509_cert::spki::AlgorithmIdentifierRef;

use super::{ber, mac};

/// The largest file that is looked at. Real ones have 5 to 30 KiB.
pub const MAX_SIZE: usize = 256 * 1024;
/// The most iterations that one key derivation may ask for.
const MAX_ITERATIONS: u32 = 1_000_000;
/// The most iterations that all of a file together may ask for.
const MAX_TOTAL_ITERATIONS: u32 = 4_000_000;

const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");
const SCRYPT: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.11591.4.11");

/// Why a file does not open.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// The password is right, but what is inside does not read.
    Damaged,
    /// It asks for more iterations than any honest writer does.
    Iterations,
    /// It has no MAC, so nothing shows that the password is right.
    NoMac,
    /// Not a PKCS#12 file.
    NotPkcs12,
    /// The MAC does not fit the password.
    Password,
    /// Over [`MAX_SIZE`].
    TooLarge,
    /// It starts as a PKCS#12 file and ends too early.
    Truncated,
    /// Made with an algorithm that eHealth stores do not use.
    Unsupported,
}

/// A file that reads as PKCS#12 and is safe to work on, not opened yet.
pub struct Sealed {
    der: Vec<u8>,
}

impl Sealed {
    /// Reads the outermost structure.
    pub fn read(file: &[u8]) -> Result<Self, Fault> {
        if file.len() > MAX_SIZE {
            return Err(Fault::TooLarge);
        }
        if !starts_as_pkcs12(file) {
            return Err(Fault::NotPkcs12);
        }
        let der = ber::to_der(file).map_err(|fault| match fault {
            ber::Fault::Truncated => Fault::Truncated,
            ber::Fault::Malformed => Fault::NotPkcs12,
        })?;
        Pfx::from_der(&der).map_err(|_| Fault::NotPkcs12)?;
        Ok(Self { der })
    }

    /// Proves the password by the MAC and decrypts what is inside.
    pub fn open(&self, password: &str) -> Result<Pkcs12Archive, Fault> {
        let pfx = Pfx::from_der(&self.der).map_err(|_| Fault::NotPkcs12)?;
        let content = match pfx.auth_safe.kind {
            DATA => octets(pfx.auth_safe.content)?,
            _ => return Err(Fault::Unsupported),
        };
        let mac = pfx.mac.ok_or(Fault::NoMac)?;
        if mac.iterations > MAX_ITERATIONS {
            return Err(Fault::Iterations);
        }
        let algorithm = mac::Algorithm::of(mac.digest.algorithm.oid).ok_or(Fault::Unsupported)?;
        let tag = mac.digest.digest.as_bytes();
        if !algorithm.verifies(password, mac.salt.as_bytes(), mac.iterations, content, tag) {
            return Err(Fault::Password);
        }
        let rewritten = rewrite(content)?;
        Pkcs12Archive::from_pkcs12(&rewritten, password).map_err(|error| match error {
            Pkcs12Error::UnsupportedContentType
            | Pkcs12Error::UnsupportedCertificateType
            | Pkcs12Error::UnsupportedEncryptionScheme => Fault::Unsupported,
            _ => Fault::Damaged,
        })
    }
}

/// The same file in DER throughout and without its MAC, which has been checked
/// over the octets as they were.
fn rewrite(content: &[u8]) -> Result<Vec<u8>, Fault> {
    let content = ber::to_der(content).map_err(|_| Fault::Damaged)?;
    let safes = Vec::<ContentInfo<'_>>::from_der(&content).map_err(|_| Fault::Damaged)?;
    let mut inner = Vec::with_capacity(safes.len());
    let mut iterations = 0;
    for safe in &safes {
        let bags = match safe.kind {
            DATA => ber::to_der(octets(safe.content)?).map_err(|_| Fault::Damaged)?,
            ENCRYPTED_DATA => safe.content.to_der().map_err(|_| Fault::Damaged)?,
            _ => return Err(Fault::Unsupported),
        };
        count_iterations(&bags, &mut iterations)?;
        inner.push((safe.kind, bags));
    }
    encode(&inner).map_err(|_| Fault::Damaged)
}

fn encode(safes: &[(ObjectIdentifier, Vec<u8>)]) -> der::Result<Vec<u8>> {
    let safes = safes.iter().map(|(kind, bags)| {
        let content = match *kind {
            DATA => AnyRef::new(Tag::OctetString, bags)?,
            _ => AnyRef::from_der(bags)?,
        };
        Ok(ContentInfo { kind: *kind, content })
    });
    let safes = safes.collect::<der::Result<Vec<_>>>()?.to_der()?;
    let auth_safe = ContentInfo { kind: DATA, content: AnyRef::new(Tag::OctetString, &safes)? };
    Pfx { version: 3, auth_safe, mac: None }.to_der()
}

/// Adds up the iterations of every key derivation that is in clear. Both
/// PBE and PBKDF2 parameters start with a salt and the count, and nothing else
/// in these structures does.
fn count_iterations(der: &[u8], total: &mut u32) -> Result<(), Fault> {
    let mut elements = SliceReader::new(der).map_err(|_| Fault::Damaged)?;
    let mut salt_before = false;
    while !elements.is_finished() {
        let element = AnyRef::decode(&mut elements).map_err(|_| Fault::Damaged)?;
        match element.tag() {
            Tag::Integer if salt_before => {
                let count = u32::from_be_bytes(last_four(element.value()));
                if count > MAX_ITERATIONS {
                    return Err(Fault::Iterations);
                }
                *total += count;
                if *total > MAX_TOTAL_ITERATIONS {
                    return Err(Fault::Iterations);
                }
            }
            Tag::ObjectIdentifier if element.value() == SCRYPT.as_bytes() => return Err(Fault::Unsupported),
            tag if tag.is_constructed() => count_iterations(element.value(), total)?,
            _ => {}
        }
        salt_before = element.tag() == Tag::OctetString;
    }
    Ok(())
}

/// The low four bytes of a number, or the highest count if it has more.
fn last_four(number: &[u8]) -> [u8; 4] {
    let mut four = [0; 4];
    match number.len() {
        length @ 0..=4 => four[4 - length..].copy_from_slice(number),
        _ => four = [0xff; 4],
    }
    four
}

/// A sequence that starts with the version 3.
fn starts_as_pkcs12(file: &[u8]) -> bool {
    let [0x30, length, rest @ ..] = file else { return false };
    let long = if *length > 0x80 { usize::from(length & 0x7f) } else { 0 };
    rest.get(long..).is_some_and(|content| content.starts_with(&[0x02, 0x01, 0x03]))
}

fn octets(content: AnyRef<'_>) -> Result<&[u8], Fault> {
    match content.tag() {
        Tag::OctetString => Ok(content.value()),
        _ => Err(Fault::NotPkcs12),
    }
}

#[derive(Sequence)]
struct Pfx<'a> {
    version: u8,
    auth_safe: ContentInfo<'a>,
    mac: Option<MacData<'a>>,
}

#[derive(Sequence)]
struct ContentInfo<'a> {
    kind: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    content: AnyRef<'a>,
}

#[derive(Sequence)]
struct MacData<'a> {
    digest: DigestInfo<'a>,
    salt: &'a OctetStringRef,
    #[asn1(default = "one")]
    iterations: u32,
}

#[derive(Sequence)]
struct DigestInfo<'a> {
    algorithm: AlgorithmIdentifierRef<'a>,
    digest: &'a OctetStringRef,
}

fn one() -> u32 {
    1
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::certificate::entry::Entries;

    const MODERN: &[u8] = include_bytes!("../../tests/fixtures/p12/one-iteration.p12");
    const LEGACY: &[u8] = include_bytes!("../../tests/fixtures/p12/one-iteration-legacy.p12");

    /// The octets under the MAC.
    fn content(file: &[u8]) -> Vec<u8> {
        let pfx = Pfx::from_der(file).unwrap();
        octets(pfx.auth_safe.content).unwrap().to_vec()
    }

    #[test]
    fn iterations_are_added_up_over_the_whole_file() {
        let derivation = |count: u32| {
            let count = count.to_be_bytes();
            [&[0x30, 0x09, 0x04, 0x01, 0x00, 0x02, 0x04], count.as_slice()].concat()
        };
        let count = |derivations: &[Vec<u8>]| count_iterations(&derivations.concat(), &mut 0);
        assert_eq!(count(&vec![derivation(MAX_ITERATIONS); 4]), Ok(()));
        assert_eq!(count(&vec![derivation(MAX_ITERATIONS); 5]), Err(Fault::Iterations));
        assert_eq!(count(&[derivation(MAX_ITERATIONS + 1)]), Err(Fault::Iterations));
        let huge = [0x30, 0x0a, 0x04, 0x01, 0x00, 0x02, 0x05, 0x01, 0x00, 0x00, 0x00, 0x00].to_vec();
        assert_eq!(count(&[huge]), Err(Fault::Iterations));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        /// Somebody who knows the password can make the MAC fit anything.
        #[test]
        fn nothing_behind_the_mac_makes_it_panic(
            file in prop::sample::select(vec![MODERN, LEGACY]),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        ) {
            let mut content = content(file);
            for (place, byte) in changes {
                let place = place.index(content.len());
                content[place] = byte;
            }
            if let Ok(rewritten) = rewrite(&content)
                && let Ok(archive) = Pkcs12Archive::from_pkcs12(&rewritten, "x")
            {
                Entries::of(&archive);
            }
        }
    }
}
