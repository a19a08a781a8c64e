//! Verifying the signature of a certificate.

use aws_lc_rs::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode, Reader, SliceReader};
use x509_cert::spki::{AlgorithmIdentifierOwned, AlgorithmIdentifierRef, SubjectPublicKeyInfoOwned};

/// The curve P-256.
pub const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
/// The curve P-384.
pub const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");

const SHA256_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const SHA384_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
const SHA512_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");
const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");

/// Whether `signature` over `message` was made with the private half of `key`.
/// SHA-1, RSA under 2048 bits and other curves count as not signed.
pub fn verify(
    algorithm: &AlgorithmIdentifierOwned,
    key: &SubjectPublicKeyInfoOwned,
    message: &[u8],
    signature: &[u8],
) -> bool {
    let Some(verifier) = verifier(algorithm, key) else { return false };
    UnparsedPublicKey::new(verifier, key.subject_public_key.raw_bytes()).verify(message, signature).is_ok()
}

fn verifier(
    algorithm: &AlgorithmIdentifierOwned,
    key: &SubjectPublicKeyInfoOwned,
) -> Option<&'static dyn VerificationAlgorithm> {
    Some(match algorithm.oid {
        SHA256_RSA => &signature::RSA_PKCS1_2048_8192_SHA256,
        SHA384_RSA => &signature::RSA_PKCS1_2048_8192_SHA384,
        SHA512_RSA => &signature::RSA_PKCS1_2048_8192_SHA512,
        RSA_PSS => match pss_digest(algorithm)? {
            SHA256 => &signature::RSA_PSS_2048_8192_SHA256,
            SHA384 => &signature::RSA_PSS_2048_8192_SHA384,
            SHA512 => &signature::RSA_PSS_2048_8192_SHA512,
            _ => return None,
        },
        ECDSA_SHA256 => match curve(&key.algorithm)? {
            P256 => &signature::ECDSA_P256_SHA256_ASN1,
            P384 => &signature::ECDSA_P384_SHA256_ASN1,
            _ => return None,
        },
        ECDSA_SHA384 => match curve(&key.algorithm)? {
            P256 => &signature::ECDSA_P256_SHA384_ASN1,
            P384 => &signature::ECDSA_P384_SHA384_ASN1,
            _ => return None,
        },
        _ => return None,
    })
}

fn curve(key: &AlgorithmIdentifierOwned) -> Option<ObjectIdentifier> {
    key.parameters.as_ref()?.decode_as().ok()
}

/// The digest that the parameters of RSASSA-PSS name in their first field.
fn pss_digest(algorithm: &AlgorithmIdentifierOwned) -> Option<ObjectIdentifier> {
    let mut fields = SliceReader::new(algorithm.parameters.as_ref()?.value()).ok()?;
    let first: AnyRef<'_> = fields.decode().ok()?;
    AlgorithmIdentifierRef::from_der(first.value()).ok().map(|digest| digest.oid)
}
