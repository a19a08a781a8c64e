//! The sandbox's folder: what it keeps between two starts, and what it hands
//! to an appliance.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::Write,
    path::{Path, PathBuf},
};

use der::pem::{LineEnding, encode_string};
use p12_keystore::{Certificate, KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, pem::PemObject};

use super::holder::Holder;
use crate::{
    domain::identifier::Nihdi,
    error::{Code, Error, Result},
    language::Language,
};

/// The folder, locked against another sandbox.
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

/// Certificates and the first one's private key.
#[derive(Clone)]
pub(super) struct Bundle {
    /// DER, the key's own first.
    pub(super) certificates: Vec<Vec<u8>>,
    /// PKCS#8 DER.
    pub(super) key: Vec<u8>,
}

impl Bundle {
    /// The key's own certificate.
    pub(super) fn leaf(&self) -> &[u8] {
        self.certificates.first().map_or(&[], Vec::as_slice)
    }
}

impl Folder {
    /// Opens the folder, making it if need be, and locks it.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let unusable = |cause| failed(path, cause);
        fs::create_dir_all(path.join(KEYS)).map_err(unusable)?;
        #[cfg(unix)]
        fs::set_permissions(path.join(KEYS), std::os::unix::fs::PermissionsExt::from_mode(0o700))
            .map_err(unusable)?;
        let lock = File::create(path.join(KEYS).join("lock")).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                Err(Error::new(Code::Conflict, "sandbox-folder-busy")
                    .with("folder", path.display().to_string()))
            }
            Err(TryLockError::Error(cause)) => Err(unusable(cause)),
        }
    }

    /// A file of the folder.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The certificates and key kept under `name`, made now if there are none.
    pub(super) fn bundle(&self, name: &str, make: impl FnOnce() -> Result<Bundle>) -> Result<Bundle> {
        let path = self.path.join(KEYS).join(name);
        if !path.exists() {
            let made = make()?;
            let mut text = pem("CERTIFICATE", &made.certificates)?;
            text.push_str(&pem("PRIVATE KEY", std::slice::from_ref(&made.key))?);
            return self.write(&format!("{KEYS}/{name}"), text.as_bytes()).map(|()| made);
        }
        let text = fs::read(&path).map_err(|cause| failed(&path, cause))?;
        let damaged = || Error::invalid("sandbox-file-damaged").with("file", path.display().to_string());
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(&text)
            .map(|certificate| certificate.map(|certificate| certificate.to_vec()))
            .collect::<Result<_, _>>()
            .map_err(|cause| damaged().because(cause))?;
        let key = PrivatePkcs8KeyDer::from_pem_slice(&text).map_err(|cause| damaged().because(cause))?;
        if certificates.is_empty() {
            return Err(damaged());
        }
        Ok(Bundle { certificates, key: key.secret_pkcs8_der().to_vec() })
    }

    /// The secret kept under `name`, drawn now if there is none.
    pub(super) fn secret(&self, name: &str) -> Result<[u8; 32]> {
        let path = self.path.join(KEYS).join(name);
        if !path.exists() {
            let mut secret = [0; 32];
            aws_lc_rs::rand::fill(&mut secret).map_err(Error::internal)?;
            return self.write(&format!("{KEYS}/{name}"), &secret).map(|()| secret);
        }
        let bytes = fs::read(&path).map_err(|cause| failed(&path, cause))?;
        bytes
            .try_into()
            .map_err(|_| Error::invalid("sandbox-file-damaged").with("file", path.display().to_string()))
    }

    /// Writes certificates in PEM.
    pub(super) fn write_certificates(&self, name: &str, certificates: &[Vec<u8>]) -> Result<()> {
        self.write(name, pem("CERTIFICATE", certificates)?.as_bytes())
    }

    /// The password of the organisations' stores, drawn now if there is none.
    pub(super) fn password(&self) -> Result<String> {
        let path = self.path.join("password");
        if !path.exists() {
            let mut random = [0; 15];
            aws_lc_rs::rand::fill(&mut random).map_err(Error::internal)?;
            let password: String =
                random.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect();
            return self.write("password", password.as_bytes()).map(|()| password);
        }
        fs::read_to_string(&path).map_err(|cause| failed(&path, cause))
    }

    /// The organisations that have a store here.
    pub(super) fn organisations(&self) -> Result<Vec<Nihdi>> {
        let entries = fs::read_dir(&self.path).map_err(|cause| failed(&self.path, cause))?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut organisations: Vec<Nihdi> =
            names.filter_map(|name| Nihdi::parse(name.strip_suffix(".p12")?, Nihdi::MODULI).ok()).collect();
        organisations.sort();
        Ok(organisations)
    }

    /// Writes an organisation's store as eHealth's software does: the
    /// authentication entry with its issuing authority but without the root,
    /// and the encryption entry under its serial number.
    pub(super) fn write_store(
        &self,
        organisation: &Nihdi,
        holder: &Holder,
        issuing: &[u8],
        password: &str,
    ) -> Result<()> {
        let entry = |id: u8, key: &[u8], certificates: &[&[u8]]| -> p12_keystore::Result<KeyStoreEntry> {
            let chain =
                certificates.iter().map(|der| Certificate::from_der(der)).collect::<Result<Vec<_>, _>>();
            Ok(KeyStoreEntry::PrivateKeyChain(PrivateKeyChain::new(
                &[id][..],
                PrivateKey::from_der(key)?,
                chain?,
            )))
        };
        let mut store = KeyStore::new();
        let authentication = entry(1, &holder.authentication_key, &[&holder.authentication, issuing])
            .map_err(Error::internal)?;
        let encryption = entry(2, &holder.encryption_key, &[&holder.encryption]).map_err(Error::internal)?;
        store.add_entry("authentication", authentication);
        store.add_entry(&holder.alias, encryption);
        let bytes = store.writer(password).write().map_err(Error::internal)?;
        self.write(&format!("{organisation}.p12"), &bytes)
    }

    /// Writes the configuration of an appliance that delivers here.
    pub(super) fn write_configuration(&self, ttp: u16, platform: u16) -> Result<()> {
        let heading = Language::from_environment().text("sandbox-configuration", &[]);
        let text = format!(
            "# {heading}\n\n\
             [ttp]\nurl = \"https://localhost:{ttp}\"\nanchors = \"{CA}\"\n\n\
             [platform]\nurl = \"https://localhost:{platform}\"\nanchors = \"{CA}\"\n\
             encryption_certificate = \"{ENCRYPTION_CERTIFICATE}\"\n\n\
             [certificates]\nanchors = \"{CA}\"\n"
        );
        self.write("hd4dp.toml", text.as_bytes())
    }

    /// Writes a file so that a crash leaves the old one or the new one.
    fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.path.join(name);
        let unfinished = path.with_extension("new");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options
            .open(&unfinished)
            .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&unfinished, &path));
        written.map_err(|cause| failed(&path, cause))
    }
}

/// The anchor file, for servers and for the organisations' certificates.
pub(super) const CA: &str = "ca.pem";

/// The certificate that messages for the platform are sealed with.
pub(super) const ENCRYPTION_CERTIFICATE: &str = "platform-encryption.pem";

const KEYS: &str = "keys";

/// Letters and digits that cannot be mistaken for one another.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

fn pem(label: &'static str, documents: &[Vec<u8>]) -> Result<String> {
    documents
        .iter()
        .map(|document| encode_string(label, LineEnding::LF, document).map_err(Error::internal))
        .collect()
}

fn failed(path: &Path, cause: std::io::Error) -> Error {
    Error::new(Code::Unavailable, "sandbox-folder-unusable")
        .with("path", path.display().to_string())
        .because(cause)
}
