//! The installation's key, and what is sealed and hashed with it.
//!
//! One master key lies in a file outside the database, or comes as a systemd
//! credential. HKDF (RFC 5869) makes a subkey for each [`Purpose`], so that a
//! value sealed for one purpose can never be read as another.

use std::{
    fs::File,
    io::{ErrorKind, Read, Write},
    path::{Path, PathBuf},
};

use aws_lc_rs::{
    aead::{self, Aad, LessSafeKey, UnboundKey},
    digest, hkdf, hmac, rand,
};
use zeroize::Zeroizing;

use super::private_file;
use crate::{
    domain::organisation::OrganisationId,
    error::{Code, Error, Result},
};

/// Name of the key file in the data directory, and of the systemd credential.
pub const KEY_FILE: &str = "hd4dp.key";

/// What a subkey is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(usize)]
pub enum Purpose {
    /// What is looked up or checked about accounts: recovery and set-up codes,
    /// e-mail addresses of failed log-ins; and what passwords are mixed with.
    Account,
    /// The chain of audit events.
    Audit,
    /// Bodies on their way to a service.
    Body,
    /// Tells whether the key belongs to the database.
    Check,
    /// The content of registrations.
    Content,
    /// Private keys of organisations.
    Credential,
    /// Looking up a patient.
    Patient,
    /// Naming a registration by its business key.
    Record,
    /// Rows that were refused, and headers.
    Refused,
    /// The secrets that second factors are made with.
    SecondFactor,
    /// Private keys of this installation's own server.
    Server,
    /// What belongs to a session.
    Session,
    /// What came through the API and was answered.
    Submission,
    /// Uploaded files, and what their dry runs told.
    Upload,
}

impl Purpose {
    const ALL: [(Self, &'static [u8]); 14] = [
        (Self::Account, b"hd4dp account"),
        (Self::Audit, b"hd4dp audit"),
        (Self::Body, b"hd4dp body"),
        (Self::Check, b"hd4dp check"),
        (Self::Content, b"hd4dp content"),
        (Self::Credential, b"hd4dp credential"),
        (Self::Patient, b"hd4dp patient"),
        (Self::Record, b"hd4dp record"),
        (Self::Refused, b"hd4dp refused"),
        (Self::SecondFactor, b"hd4dp second factor"),
        (Self::Server, b"hd4dp server"),
        (Self::Session, b"hd4dp session"),
        (Self::Submission, b"hd4dp submission"),
        (Self::Upload, b"hd4dp upload"),
    ];
}

/// A keyed hash, cut to 128 bits.
pub type Hash = [u8; 16];

/// The subkeys.
pub struct Keys {
    ciphers: Vec<LessSafeKey>,
    hashes: Vec<hmac::Key>,
}

impl Keys {
    /// Makes a new master key in `directory`, which must not have one.
    pub fn create(directory: &Path) -> Result<Self> {
        let mut master = Zeroizing::new([0; 32]);
        rand::fill(&mut *master).map_err(Error::internal)?;
        if credential().is_none() {
            let path = directory.join(KEY_FILE);
            let mut file = private_file::create(&path).map_err(|error| unusable(&path, error))?;
            file.write_all(&*master)
                .and_then(|()| file.sync_all())
                .map_err(|error| unusable(&path, error))?;
            return Self::derive(&master);
        }
        Self::open(directory)
    }

    /// Reads the master key: the systemd credential if there is one, else the
    /// file in `directory`.
    pub fn open(directory: &Path) -> Result<Self> {
        let path = credential().unwrap_or_else(|| directory.join(KEY_FILE));
        let mut master = Zeroizing::new([0; 32]);
        let mut rest = [0; 1];
        let mut file = File::open(&path).map_err(|error| unusable(&path, error))?;
        file.read_exact(&mut *master)
            .and_then(|()| match file.read(&mut rest)? {
                0 => Ok(()),
                _ => Err(ErrorKind::InvalidData.into()),
            })
            .map_err(|error| unusable(&path, error))?;
        Self::derive(&master)
    }

    fn derive(master: &[u8; 32]) -> Result<Self> {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"hd4dp 1").extract(master);
        let subkey = |label: &[u8], use_for: &[u8]| -> Result<Zeroizing<[u8; 32]>> {
            let mut bytes = Zeroizing::new([0; 32]);
            root.expand(&[label, use_for], hkdf::HKDF_SHA256)
                .and_then(|material| material.fill(&mut *bytes))
                .map_err(Error::internal)?;
            Ok(bytes)
        };
        let mut keys = Self { ciphers: Vec::new(), hashes: Vec::new() };
        for (_, label) in Purpose::ALL {
            let cipher = UnboundKey::new(&aead::AES_256_GCM, &*subkey(label, b" seal")?);
            keys.ciphers.push(LessSafeKey::new(cipher.map_err(Error::internal)?));
            keys.hashes.push(hmac::Key::new(hmac::HMAC_SHA256, &*subkey(label, b" hash")?));
        }
        Ok(keys)
    }

    /// Seals `clear` with AES-256-GCM under a random nonce. `place` says where
    /// the value belongs and must be the same when it is opened, so that
    /// sealed values cannot be moved about.
    pub fn seal(&self, purpose: Purpose, place: &[u8], clear: &[u8]) -> Result<Vec<u8>> {
        let nonce = nonce()?;
        let mut sealed = Vec::with_capacity(NONCE + clear.len() + TAG);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(clear);
        let tag = self.encrypt(purpose, place, nonce, &mut sealed[NONCE..])?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    /// Seals `text` where it lies: as [`Keys::seal`], in the two pieces that
    /// stand one after the other in what that gives. The text is no longer in
    /// clear anywhere, and a large one is not copied.
    pub fn seal_in_place(&self, purpose: Purpose, place: &[u8], mut text: Vec<u8>) -> Result<Sealed> {
        let nonce = nonce()?;
        let tag = self.encrypt(purpose, place, nonce, &mut text)?;
        text.extend_from_slice(tag.as_ref());
        Ok(Sealed { nonce, text })
    }

    fn encrypt(
        &self,
        purpose: Purpose,
        place: &[u8],
        nonce: [u8; NONCE],
        text: &mut [u8],
    ) -> Result<aead::Tag> {
        self.ciphers[purpose as usize]
            .seal_in_place_separate_tag(aead::Nonce::assume_unique_for_key(nonce), Aad::from(place), text)
            .map_err(Error::internal)
    }

    /// Opens what [`Keys::seal`] sealed for the same purpose and place.
    pub fn open_sealed(&self, purpose: Purpose, place: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let (nonce, text) = sealed.split_first_chunk().ok_or_else(damaged)?;
        let mut clear = Zeroizing::new(text.to_vec());
        self.open_in_place(purpose, place, *nonce, &mut clear)?;
        Ok(clear)
    }

    /// Opens what stands in `text` where it lies; see [`Sealed`].
    pub fn open_in_place(
        &self,
        purpose: Purpose,
        place: &[u8],
        nonce: [u8; NONCE],
        text: &mut Vec<u8>,
    ) -> Result<()> {
        let nonce = aead::Nonce::assume_unique_for_key(nonce);
        let opened = self.ciphers[purpose as usize].open_in_place(nonce, Aad::from(place), text);
        let length = opened.map_err(|_| damaged())?.len();
        text.truncate(length);
        Ok(())
    }

    /// HMAC-SHA-256 of `parts`, whole.
    pub fn mac(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.hashes[purpose as usize]);
        for part in parts {
            context.update(part);
        }
        let mut mac = [0; 32];
        mac.copy_from_slice(context.sign().as_ref());
        mac
    }

    /// The name of a record: the keyed hash of whose it is, the definition's
    /// name and the business key.
    pub fn record(&self, organisation: OrganisationId, definition: &str, own_key: &[u8]) -> Hash {
        let parts = [&organisation.0.to_be_bytes()[..], definition.as_bytes(), b"\0", own_key];
        let mut hash = [0; 16];
        hash.copy_from_slice(&self.mac(Purpose::Record, &parts)[..16]);
        hash
    }

    /// HMAC-SHA-256 of `bytes`, cut to 128 bits.
    pub fn hash(&self, purpose: Purpose, bytes: &[u8]) -> Hash {
        let tag = hmac::sign(&self.hashes[purpose as usize], bytes);
        let mut hash = [0; 16];
        hash.copy_from_slice(&tag.as_ref()[..16]);
        hash
    }
}

/// What [`Keys::seal_in_place`] sealed.
pub struct Sealed {
    /// What makes this sealing different from each other one.
    pub nonce: [u8; NONCE],
    /// The sealed text and the tag that vouches for it.
    pub text: Vec<u8>,
}

impl Sealed {
    /// Bytes that it takes, in one piece.
    pub fn size(&self) -> usize {
        self.nonce.len() + self.text.len()
    }
}

/// Bytes of what stands before a sealed text.
pub const NONCE: usize = aead::NONCE_LEN;

/// Bytes of the tag behind a sealed text. Whoever leaves so much room behind a
/// text has it sealed without its being moved.
pub const TAG: usize = 16;

fn nonce() -> Result<[u8; NONCE]> {
    let mut nonce = [0; NONCE];
    rand::fill(&mut nonce).map_err(Error::internal)?;
    Ok(nonce)
}

fn damaged() -> Error {
    Error::new(Code::Internal, "store-damaged-value")
}

/// SHA-256 of `parts` one after another, cut to 128 bits. It is not keyed, so
/// it must itself be sealed where it stands for a value.
pub fn digest(parts: &[&[u8]]) -> Hash {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut hash = [0; 16];
    hash.copy_from_slice(&context.finish().as_ref()[..16]);
    hash
}

fn credential() -> Option<PathBuf> {
    let path = PathBuf::from(std::env::var_os("CREDENTIALS_DIRECTORY")?).join(KEY_FILE);
    path.exists().then_some(path)
}

fn unusable(path: &Path, error: std::io::Error) -> Error {
    let id = match error.kind() {
        ErrorKind::NotFound => "store-key-missing",
        ErrorKind::InvalidData | ErrorKind::UnexpectedEof => "store-key-damaged",
        _ => "store-key-unusable",
    };
    Error::new(Code::Unavailable, id).with("path", path.display().to_string()).because(error)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_sealed_value_opens_only_for_its_purpose_and_place() {
        let keys = Keys::derive(&[7; 32]).unwrap();
        let sealed = keys.seal(Purpose::Body, b"delivery 1", b"clear text").unwrap();
        assert_eq!(&**keys.open_sealed(Purpose::Body, b"delivery 1", &sealed).unwrap(), b"clear text");
        assert!(keys.open_sealed(Purpose::Body, b"delivery 2", &sealed).is_err());
        assert!(keys.open_sealed(Purpose::Content, b"delivery 1", &sealed).is_err());
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert!(keys.open_sealed(Purpose::Body, b"delivery 1", &changed).is_err());
        assert!(keys.open_sealed(Purpose::Body, b"", &sealed[..5]).is_err());
    }

    #[test]
    fn what_is_sealed_in_place_opens_as_one_piece() {
        let keys = Keys::derive(&[7; 32]).unwrap();
        let sealed = keys.seal_in_place(Purpose::Body, b"delivery 1", b"clear text".to_vec()).unwrap();
        let whole = [&sealed.nonce[..], &sealed.text].concat();
        assert_eq!(whole.len(), sealed.size());
        assert_eq!(&**keys.open_sealed(Purpose::Body, b"delivery 1", &whole).unwrap(), b"clear text");
    }

    #[test]
    fn each_purpose_hashes_differently() {
        let keys = Keys::derive(&[7; 32]).unwrap();
        assert_ne!(keys.hash(Purpose::Patient, b"x"), keys.hash(Purpose::Record, b"x"));
        assert_eq!(keys.hash(Purpose::Patient, b"x"), keys.mac(Purpose::Patient, &[b"x"])[..16]);
        for (index, (purpose, _)) in Purpose::ALL.into_iter().enumerate() {
            assert_eq!(purpose as usize, index, "the subkeys are found by the purpose's number");
        }
    }
}
