//! A certificate: what the checks ask of it, and its signature.

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use der::asn1::{AnyRef, BmpString, ObjectIdentifier};
use der::{Decode, Encode, Reader, SliceReader, Tag, Tagged};
use jiff::Timestamp;
use x509_cert::Certificate as Parsed;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage};
use x509_cert::name::Name;

use super::signature;

/// Country in a distinguished name.
pub const COUNTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.6");
/// Organisational unit in a distinguished name.
pub const ORGANISATIONAL_UNIT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");
/// Common name in a distinguished name.
pub const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

const SERVER_AUTHENTICATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.1");
const CLIENT_AUTHENTICATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.2");
const ANY_EXTENDED_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37.0");

/// An X.509 certificate that parsed.
#[derive(Clone, Debug)]
pub struct Certificate {
    der: Vec<u8>,
    parsed: Parsed,
}

impl Certificate {
    /// Reads the DER of one certificate.
    pub fn from_der(der: &[u8]) -> der::Result<Self> {
        Ok(Self { der: der.to_vec(), parsed: Parsed::from_der(der)? })
    }

    /// Reads every certificate of a PEM text, whatever stands around them.
    /// `None` if one does not read.
    pub fn from_pem(text: &[u8]) -> Option<Vec<Self>> {
        let text = std::str::from_utf8(text).ok()?;
        let blocks = text.split("-----BEGIN CERTIFICATE-----").skip(1);
        let certificates = blocks.map(|block| {
            let (base64, _) = block.split_once("-----END CERTIFICATE-----")?;
            let base64: String = base64.split_ascii_whitespace().collect();
            Self::from_der(&STANDARD.decode(base64).ok()?).ok()
        });
        certificates.collect()
    }

    /// The DER as it was read.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// SHA-256 of the DER in lower-case hexadecimal digits.
    pub fn thumbprint(&self) -> String {
        let digest = digest::digest(&digest::SHA256, &self.der);
        digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whose certificate it is.
    pub fn subject(&self) -> &Name {
        self.parsed.tbs_certificate().subject()
    }

    /// Who says so.
    pub fn issuer(&self) -> &Name {
        self.parsed.tbs_certificate().issuer()
    }

    /// The first moment it is valid.
    pub fn not_before(&self) -> Timestamp {
        moment(self.parsed.tbs_certificate().validity().not_before)
    }

    /// The last moment it is valid.
    pub fn not_after(&self) -> Timestamp {
        moment(self.parsed.tbs_certificate().validity().not_after)
    }

    /// Whether it is valid at `moment`.
    pub fn is_valid_at(&self, moment: Timestamp) -> bool {
        self.not_before() <= moment && moment <= self.not_after()
    }

    /// The serial number in decimal digits, which is how eHealth names the
    /// encryption entry of a store.
    pub fn serial(&self) -> String {
        let mut digits = vec![0_u8];
        for byte in self.parsed.tbs_certificate().serial_number().as_bytes() {
            let mut carry = u32::from(*byte);
            for digit in &mut digits {
                carry += u32::from(*digit) << 8;
                *digit = (carry % 10) as u8;
                carry /= 10;
            }
            while carry > 0 {
                digits.push((carry % 10) as u8);
                carry /= 10;
            }
        }
        digits.iter().rev().map(|digit| char::from(b'0' + digit)).collect()
    }

    /// The DER of CMS's `IssuerAndSerialNumber`, which names this certificate.
    pub fn issuer_and_serial(&self) -> der::Result<Vec<u8>> {
        let tbs = self.parsed.tbs_certificate();
        let mut content = tbs.issuer().to_der()?;
        tbs.serial_number().encode_to_vec(&mut content)?;
        AnyRef::new(Tag::Sequence, &content)?.to_der()
    }

    /// What its key may be used for, if it says.
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.parsed.tbs_certificate().get_extension::<KeyUsage>().ok().flatten().map(|(_, usage)| usage)
    }

    /// Whether it may prove the client's identity in TLS: it says so, or it
    /// does not limit its purposes.
    pub fn may_authenticate_clients(&self) -> bool {
        self.may_be_used_for(CLIENT_AUTHENTICATION)
    }

    /// Whether it may prove the server's identity in TLS: it says so, or it
    /// does not limit its purposes.
    pub fn may_authenticate_servers(&self) -> bool {
        self.may_be_used_for(SERVER_AUTHENTICATION)
    }

    fn may_be_used_for(&self, wanted: ObjectIdentifier) -> bool {
        match self.parsed.tbs_certificate().get_extension::<ExtendedKeyUsage>() {
            Ok(Some((_, purposes))) => {
                purposes.0.iter().any(|purpose| [wanted, ANY_EXTENDED_USAGE].contains(purpose))
            }
            Ok(None) => true,
            Err(_) => false,
        }
    }

    /// Whether it may sign certificates with `below` authorities between
    /// itself and the leaf.
    pub fn may_issue(&self, below: usize) -> bool {
        let constraints = self.parsed.tbs_certificate().get_extension::<BasicConstraints>();
        let Ok(Some((_, constraints))) = constraints else { return false };
        constraints.ca
            && constraints.path_len_constraint.is_none_or(|most| below <= usize::from(most))
            && self.key_usage().is_none_or(|usage| usage.key_cert_sign())
    }

    /// Whether it names itself as its issuer.
    pub fn is_self_issued(&self) -> bool {
        self.subject() == self.issuer()
    }

    /// The public key: for RSA an `RSAPublicKey`, for EC the point.
    pub fn public_key(&self) -> &[u8] {
        self.parsed.tbs_certificate().subject_public_key_info().subject_public_key.raw_bytes()
    }

    /// The DER of the whole `SubjectPublicKeyInfo`.
    pub fn public_key_info(&self) -> der::Result<Vec<u8>> {
        self.parsed.tbs_certificate().subject_public_key_info().to_der()
    }

    /// Whether `issuer`'s key made the signature of this certificate.
    ///
    /// Names are not compared: eHealth's encryption certificates name
    /// themselves and are signed with the authentication key.
    pub fn is_signed_by(&self, issuer: &Self) -> bool {
        let key = issuer.parsed.tbs_certificate().subject_public_key_info();
        let algorithm = self.parsed.signature_algorithm();
        let Ok(signed) = self.signed_part() else { return false };
        signature::verify(algorithm, key, signed, self.parsed.signature().raw_bytes())
    }

    /// The values of an attribute of the subject, in their order.
    pub fn subject_values(&self, attribute: ObjectIdentifier) -> Vec<String> {
        values(self.subject(), attribute)
    }

    /// The values of an attribute of the issuer, in their order.
    pub fn issuer_values(&self, attribute: ObjectIdentifier) -> Vec<String> {
        values(self.issuer(), attribute)
    }

    /// The part that is signed, as it stands in the file: encoding it anew
    /// could differ from what the authority signed.
    fn signed_part(&self) -> der::Result<&[u8]> {
        let whole = AnyRef::from_der(&self.der)?;
        SliceReader::new(whole.value())?.tlv_bytes()
    }
}

fn values(name: &Name, attribute: ObjectIdentifier) -> Vec<String> {
    let pairs = name.as_ref().iter().flat_map(|part| part.as_ref().iter());
    pairs.filter(|pair| pair.oid == attribute).filter_map(|pair| text((&pair.value).into())).collect()
}

/// The text of a directory string in any of the encodings that are met.
fn text(value: AnyRef<'_>) -> Option<String> {
    match value.tag() {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String => {
            String::from_utf8(value.value().to_vec()).ok()
        }
        Tag::TeletexString => Some(value.value().iter().copied().map(char::from).collect()),
        Tag::BmpString => value.decode_as::<BmpString>().ok().map(|text| text.to_string()),
        _ => None,
    }
}

fn moment(time: x509_cert::time::Time) -> Timestamp {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}
