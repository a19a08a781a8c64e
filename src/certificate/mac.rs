//! The MAC of a PKCS#12 file, which proves that the password is right.
//!
//! It covers the content octets as they were written, so it must be checked
//! before they are rewritten in DER. RFC 7292, section 5.1 and appendix B.

use aws_lc_rs::{constant_time, digest, hmac};
use der::asn1::ObjectIdentifier;
use zeroize::Zeroizing;

/// The diversifier of appendix B.3 that asks for a MAC key.
const MAC_KEY: u8 = 3;

/// A digest that a MAC may be made with.
#[derive(Clone, Copy)]
pub struct Algorithm {
    digest: &'static digest::Algorithm,
    hmac: hmac::Algorithm,
}

impl Algorithm {
    /// The algorithm with this identifier, if it is one that PKCS#12 writers
    /// use.
    pub fn of(identifier: ObjectIdentifier) -> Option<Self> {
        let (digest, hmac) = match identifier.to_string().as_str() {
            "1.3.14.3.2.26" => (&digest::SHA1_FOR_LEGACY_USE_ONLY, hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
            "2.16.840.1.101.3.4.2.1" => (&digest::SHA256, hmac::HMAC_SHA256),
            "2.16.840.1.101.3.4.2.2" => (&digest::SHA384, hmac::HMAC_SHA384),
            "2.16.840.1.101.3.4.2.3" => (&digest::SHA512, hmac::HMAC_SHA512),
            _ => return None,
        };
        Some(Self { digest, hmac })
    }

    /// Whether `tag` is the MAC of `content` under `password`.
    pub fn verifies(self, password: &str, salt: &[u8], iterations: u32, content: &[u8], tag: &[u8]) -> bool {
        let key = self.key(password, salt, iterations);
        let expected = hmac::sign(&hmac::Key::new(self.hmac, key.as_ref()), content);
        constant_time::verify_slices_are_equal(expected.as_ref(), tag).is_ok()
    }

    /// Appendix B.2, for a key as long as the digest: one round of step 6.
    fn key(self, password: &str, salt: &[u8], iterations: u32) -> digest::Digest {
        let block = self.digest.block_len();
        let text = password.encode_utf16().chain([0]).flat_map(u16::to_be_bytes);
        let password: Zeroizing<Vec<u8>> = Zeroizing::new(text.collect());

        let mut context = digest::Context::new(self.digest);
        context.update(&vec![MAC_KEY; block]);
        context.update(&repeated(salt, block));
        context.update(&repeated(&password, block));
        let mut key = context.finish();
        for _ in 1..iterations {
            key = digest::digest(self.digest, key.as_ref());
        }
        key
    }
}

/// `bytes` again and again, up to the next full block.
fn repeated(bytes: &[u8], block: usize) -> Zeroizing<Vec<u8>> {
    let length = bytes.len().div_ceil(block) * block;
    Zeroizing::new(bytes.iter().copied().cycle().take(length).collect())
}
