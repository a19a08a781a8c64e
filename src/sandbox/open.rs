//! Opens eHealth sealed messages: SignedData ⊃ EnvelopedData ⊃ SignedData ⊃
//! clear bytes. Written from the description of the format alone, so that it
//! checks a sender and does not repeat its mistakes.

use std::borrow::Cow;

use aws_lc_rs::{
    cipher::{AES_128, AES_256, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey},
    iv::FixedLength,
    rsa::{Pkcs1PrivateDecryptingKey, PrivateDecryptingKey},
};
use der::{Decode, Encode};

use super::{
    ber::{Element, INTEGER, Malformed, OCTETS, OID, SEQUENCE, SET},
    folder::Bundle,
    holder::Identity,
    problem::Problem,
    signed::{DATA, SignedData, content_info, open_outer},
    signer::Signers,
};
use crate::error::{Error, Result};

/// The platform's encryption key.
pub(super) struct Opener {
    key: Pkcs1PrivateDecryptingKey,
    issuer: Vec<u8>,
    serial: Vec<u8>,
}

/// What a sealed message held.
pub(super) struct Opened {
    /// The clear bytes.
    pub(super) clear: Vec<u8>,
    /// Who signed both layers.
    pub(super) signer: Identity,
}

impl Opener {
    /// Opens messages for the holder of this encryption certificate and key.
    pub(super) fn new(bundle: &Bundle) -> Result<Self> {
        let certificate = x509_cert::Certificate::from_der(bundle.leaf()).map_err(Error::internal)?;
        let fields = certificate.tbs_certificate();
        let key = PrivateDecryptingKey::from_pkcs8(&bundle.key).map_err(Error::internal)?;
        Ok(Self {
            key: Pkcs1PrivateDecryptingKey::new(key).map_err(Error::internal)?,
            issuer: fields.issuer().to_der().map_err(Error::internal)?,
            serial: fields.serial_number().to_der().map_err(Error::internal)?,
        })
    }

    /// Opens a message: outer signature, decryption, inner signature, the same
    /// signer for both, his certificate valid when he signed.
    pub(super) fn open(&self, message: &[u8], signers: &Signers) -> Result<Opened, Problem> {
        let (outer, envelope) = open_outer(message, signers)?;
        let clear = self.decrypt(&envelope)?;
        let inner = SignedData::read(&clear)?;
        if !inner.certificates.is_empty() {
            return Err(Problem::unprocessable("inner-certificates"));
        }
        inner.verify(&outer)?;
        Ok(Opened { clear: inner.content.into_owned(), signer: outer.identity.clone() })
    }

    fn decrypt(&self, envelope: &[u8]) -> Result<Vec<u8>, Problem> {
        let parts = self.read_envelope(envelope)?;
        // One text for whatever goes wrong from here on, and a random key in
        // place of one that cannot be had: a sender who could tell the cases
        // apart could use us to decrypt (Bleichenbacher).
        let mut content_key = vec![0; self.key.min_output_size()];
        let length = parts.algorithm.key_len();
        let key = match self.key.decrypt(&parts.key, &mut content_key) {
            Ok(key) if key.len() == length => key.to_vec(),
            _ => {
                let mut key = vec![0; length];
                aws_lc_rs::rand::fill(&mut key).map_err(Error::internal)?;
                key
            }
        };
        let failed = |_| Problem::unprocessable("cannot-be-opened");
        let key = UnboundCipherKey::new(parts.algorithm.cipher(), &key).map_err(failed)?;
        let mut content = parts.content.into_owned();
        let length = PaddedBlockDecryptingKey::cbc_pkcs7(key)
            .and_then(|key| {
                key.decrypt(&mut content, DecryptionContext::Iv128(parts.iv)).map(|clear| clear.len())
            })
            .map_err(failed)?;
        content.truncate(length);
        Ok(content)
    }

    /// EnvelopedData with a key for us.
    fn read_envelope<'a>(&self, bytes: &'a [u8]) -> Result<Envelope<'a>, Problem> {
        let mut data = content_info(bytes, ENVELOPED_DATA)?;
        let mut fields = data.expect(SEQUENCE)?.inside();
        fields.expect(INTEGER)?;
        fields.optional(0xa0)?;
        let mut recipients = fields.expect(SET)?.inside();
        let mut key = None;
        while !recipients.is_empty() {
            let recipient = recipients.next()?;
            if recipient.tag == SEQUENCE {
                key = key.or(self.read_recipient(recipient)?);
            }
        }
        let mut info = fields.expect(SEQUENCE)?.inside();
        if info.expect(OID)?.content != DATA {
            return Err(Malformed.into());
        }
        let mut algorithm = info.expect(SEQUENCE)?.inside();
        let algorithm_name = algorithm.expect(OID)?.content;
        let iv = algorithm.expect(OCTETS)?.octets()?;
        let iv: [u8; 16] = iv.as_ref().try_into().map_err(|_| Malformed)?;
        Ok(Envelope {
            key: key.ok_or_else(|| Problem::unprocessable("not-for-us"))?,
            algorithm: match algorithm_name {
                AES_128_CBC => ContentCipher::Aes128,
                AES_256_CBC => ContentCipher::Aes256,
                _ => return Err(Problem::unprocessable("algorithm")),
            },
            iv: FixedLength::from(iv),
            content: info.next().and_then(encrypted)?,
        })
    }

    /// The encrypted key of a KeyTransRecipientInfo, if it is ours.
    fn read_recipient<'a>(&self, recipient: Element<'a>) -> Result<Option<Cow<'a, [u8]>>, Problem> {
        let mut fields = recipient.inside();
        fields.expect(INTEGER)?;
        let mut name = fields.expect(SEQUENCE)?.inside();
        let ours = name.expect(SEQUENCE)?.whole == self.issuer && name.expect(INTEGER)?.whole == self.serial;
        let mut algorithm = fields.expect(SEQUENCE)?.inside();
        if !ours {
            return Ok(None);
        }
        if algorithm.expect(OID)?.content != RSA_ENCRYPTION {
            return Err(Problem::unprocessable("algorithm"));
        }
        Ok(Some(fields.expect(OCTETS)?.octets()?))
    }
}

struct Envelope<'a> {
    key: Cow<'a, [u8]>,
    algorithm: ContentCipher,
    iv: FixedLength<16>,
    content: Cow<'a, [u8]>,
}

#[derive(Clone, Copy)]
enum ContentCipher {
    Aes128,
    Aes256,
}

impl ContentCipher {
    fn cipher(self) -> &'static aws_lc_rs::cipher::Algorithm {
        match self {
            Self::Aes128 => &AES_128,
            Self::Aes256 => &AES_256,
        }
    }

    fn key_len(self) -> usize {
        match self {
            Self::Aes128 => 16,
            Self::Aes256 => 32,
        }
    }
}

/// The encrypted content: `[0] IMPLICIT OCTET STRING`.
fn encrypted(element: Element<'_>) -> Result<Cow<'_, [u8]>, Malformed> {
    if matches!(element.tag, 0x80 | 0xa0) { element.octets() } else { Err(Malformed) }
}

const ENVELOPED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03];
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const AES_128_CBC: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x02];
const AES_256_CBC: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a];
