//! The configuration: `hd4dp.toml`. Every key has a default; the file need not
//! exist. Paths in it are relative to the file.

use std::{
    fs,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Deserializer};

use crate::{
    domain::{email::is_email, identifier::Nihdi},
    error::{Code, Error, Result},
    language::Language,
};

/// The file's name.
pub const FILE: &str = "hd4dp.toml";

/// The data directory of an installed service.
#[cfg(not(windows))]
pub const SERVICE_DIRECTORY: &str = "/var/lib/hd4dp";

/// All settings.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The language of the command line and of files made for people.
    pub language: Option<Language>,
    /// healthdata.be, which gets the registry variables.
    pub platform: Platform,
    /// The eHealth trusted third party, which gets the patient identifiers.
    pub ttp: Service,
    /// What lies between here and the services.
    pub proxy: Proxy,
    /// The holders' certificates.
    pub certificates: Certificates,
    /// How values are judged.
    pub validation: Validation,
    /// How deliveries are tried again.
    pub queue: Queue,
    /// How people and machines reach this installation.
    pub portal: Portal,
    /// Where files are taken from by themselves.
    pub drop_folder: DropFolder,
    /// Organisations that `serve` adds at its start, if they are not known yet.
    pub organisations: Vec<Listed>,
}

/// An organisation to add.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// Its NIHDI number.
    pub nihdi: String,
    /// What people call it.
    pub title: String,
}

/// A service that is delivered to.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Service {
    /// Its base address, `https://…`.
    pub url: String,
    /// A PEM file or a list of them; the service's certificate must chain to
    /// one of these.
    #[serde(deserialize_with = "one_or_many")]
    pub anchors: Vec<PathBuf>,
}

/// The platform, which is also sealed for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Platform {
    /// Its base address, `https://…`.
    pub url: String,
    /// A PEM file or a list of them; the service's certificate must chain to
    /// one of these.
    #[serde(deserialize_with = "one_or_many")]
    pub anchors: Vec<PathBuf>,
    /// PEM file with the certificate that messages are sealed for.
    pub encryption_certificate: PathBuf,
}

/// An HTTP forward proxy.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Proxy {
    /// `http://[user:password@]host:port`; empty for none.
    pub url: String,
}

/// The organisations' own certificates.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Certificates {
    /// A PEM file or a list of them: the eHealth CAs that holders' certificates
    /// must chain to.
    #[serde(deserialize_with = "one_or_many")]
    pub anchors: Vec<PathBuf>,
    /// Whether certificates of an acceptance CA are good enough.
    pub acceptance: bool,
}

/// Rules that an installation may set.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Validation {
    /// The moduli that a NIHDI number's check digits may come from.
    pub nihdi_moduli: Vec<u64>,
    /// The author of registrations whose file names none: an e-mail address.
    pub default_author: String,
}

/// The patience of the queue.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Queue {
    /// Attempts after which a delivery that fails in passing is parked.
    pub attempts: u32,
    /// Milliseconds before the second attempt; doubled for each one after it.
    pub backoff_milliseconds: u64,
    /// The most milliseconds between two attempts.
    pub backoff_limit_milliseconds: u64,
    /// Seconds a whole exchange may take.
    pub timeout_seconds: u64,
    /// Seconds that `deliver --until-empty` waits for an outcome.
    pub outcome_patience_seconds: u64,
}

/// The drop folder.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DropFolder {
    /// The folder, or share; empty for none.
    pub path: PathBuf,
    /// Seconds between two looks that find a file unchanged before it is
    /// taken.
    pub settle_seconds: u64,
}

impl Default for DropFolder {
    fn default() -> Self {
        Self { path: PathBuf::new(), settle_seconds: 5 }
    }
}

impl DropFolder {
    /// Whether there is one.
    pub fn is_set(&self) -> bool {
        !self.path.as_os_str().is_empty()
    }

    fn check(&self) -> Result<()> {
        if (1..=3600).contains(&self.settle_seconds) {
            return Ok(());
        }
        Err(Error::new(Code::Usage, "config-value-wrong").with("key", "settle_seconds"))
    }
}

/// The portal and the interface for machines.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Portal {
    /// Where it listens; if not set, `serve` decides.
    #[serde(deserialize_with = "maybe_address")]
    pub listen: Option<SocketAddr>,
    /// The host names and addresses by which it is reached, beside this
    /// machine's own; without port and without brackets.
    pub names: Vec<String>,
    /// Where plain HTTP is answered with a redirection to HTTPS; if not set,
    /// nowhere.
    #[serde(deserialize_with = "maybe_address")]
    pub redirect: Option<SocketAddr>,
    /// Open connections from one address.
    pub connections_per_address: usize,
    /// Addresses that `connections_per_address` does not bind, because many
    /// people sit behind them.
    pub exempt_addresses: Vec<IpAddr>,
    /// Minutes without a request after which a session ends.
    pub idle_minutes: u32,
    /// Hours after which a session ends in any case.
    pub absolute_hours: u32,
    /// The largest file that may be uploaded.
    pub upload_limit_mebibytes: u64,
}

impl Default for Portal {
    fn default() -> Self {
        Self {
            listen: None,
            names: vec!["localhost".into()],
            redirect: None,
            connections_per_address: 64,
            exempt_addresses: Vec::new(),
            idle_minutes: 30,
            absolute_hours: 12,
            upload_limit_mebibytes: 2048,
        }
    }
}

impl Portal {
    /// Every name and address by which the installation is reached, in lower
    /// case: those that were set and, so that its administrator always gets
    /// in, `localhost`, `127.0.0.1` and `::1`.
    pub fn hosts(&self) -> Vec<String> {
        let own = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
        let mut hosts: Vec<String> = Vec::new();
        for host in self.names.iter().map(|name| name.to_ascii_lowercase()).chain(own) {
            if !hosts.contains(&host) {
                hosts.push(host);
            }
        }
        hosts
    }

    /// Refuses what nobody could be served with.
    fn check(&self) -> Result<()> {
        let key = match () {
            () if !self.names.iter().all(|name| is_host(name)) => "names",
            () if self.connections_per_address == 0 => "connections_per_address",
            () if self.idle_minutes == 0 => "idle_minutes",
            () if self.absolute_hours == 0 => "absolute_hours",
            () if !(1..=LARGEST_UPLOAD).contains(&self.upload_limit_mebibytes) => "upload_limit_mebibytes",
            () => return Ok(()),
        };
        Err(Error::new(Code::Usage, "config-value-wrong").with("key", key))
    }
}

/// A tebibyte, in mebibytes.
const LARGEST_UPLOAD: u64 = 1024 * 1024;

/// Whether a text is a host name, without port and without wildcard, or an
/// address without brackets.
fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        let inside = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        (1..=63).contains(&label.len()) && inside && !label.starts_with('-') && !label.ends_with('-')
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let is_name = text.len() <= 253 && !digits(text) && text.split('.').all(is_label);
    is_name || text.parse::<IpAddr>().is_ok()
}

impl Default for Validation {
    fn default() -> Self {
        Self { nihdi_moduli: Nihdi::MODULI.to_vec(), default_author: String::new() }
    }
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            attempts: 60,
            backoff_milliseconds: 1_000,
            backoff_limit_milliseconds: 300_000,
            timeout_seconds: 60,
            outcome_patience_seconds: 120,
        }
    }
}

impl Validation {
    /// Refuses what would refuse every row, or find no fault with any.
    fn check(&self) -> Result<()> {
        let author = &self.default_author;
        let key = match () {
            () if !self.nihdi_moduli.iter().all(|modulus| (2..=99).contains(modulus)) => "nihdi_moduli",
            () if !author.is_empty() && !is_email(author) => "default_author",
            () => return Ok(()),
        };
        Err(Error::new(Code::Usage, "config-value-wrong").with("key", key))
    }
}

impl Config {
    /// Reads the configuration: `file` if given, else `hd4dp.toml` in
    /// `directory`, else in `/etc/hd4dp`, else the defaults.
    pub fn read(file: Option<&Path>, directory: &Path) -> Result<Self> {
        let places = [directory.join(FILE), Path::new("/etc/hd4dp").join(FILE)];
        let path = match file {
            Some(file) => file.to_owned(),
            // One that cannot be looked at is an error, not passed over.
            None => match places.into_iter().find(|place| place.try_exists().unwrap_or(true)) {
                Some(place) => place,
                None => return Ok(Self::default()),
            },
        };
        let shown = path.display().to_string();
        let text = fs::read_to_string(&path).map_err(|error| {
            Error::new(Code::Unavailable, "config-unreadable").with("path", shown.as_str()).because(error)
        })?;
        // What the parser says may quote the file, which may hold a proxy's
        // password: only the place is told.
        let mut config: Self = toml::from_str(&text).map_err(|error: toml::de::Error| {
            let line = error.span().map_or(0, |span| text[..span.start].matches('\n').count() + 1);
            Error::new(Code::Usage, "config-invalid").with("path", shown.as_str()).with("line", line as u64)
        })?;
        config.resolve(path.parent().unwrap_or(Path::new("")));
        let checked = config.validation.check().and_then(|()| config.portal.check());
        let checked = checked.and_then(|()| config.drop_folder.check());
        let checked = checked.and_then(|()| config.check_organisations());
        checked.map_err(|error| error.with("path", shown.as_str()))?;
        Ok(config)
    }

    fn check_organisations(&self) -> Result<()> {
        let moduli = &self.validation.nihdi_moduli;
        let is_wrong = |listed: &Listed| Nihdi::parse(&listed.nihdi, moduli).is_err();
        let key = match () {
            () if self.organisations.iter().any(is_wrong) => "nihdi",
            () if self.organisations.iter().any(|listed| listed.title.trim().is_empty()) => "title",
            () => return Ok(()),
        };
        Err(Error::new(Code::Usage, "config-value-wrong").with("key", format!("organisations.{key}")))
    }

    fn resolve(&mut self, folder: &Path) {
        let lists = [&mut self.platform.anchors, &mut self.ttp.anchors, &mut self.certificates.anchors];
        for path in lists.into_iter().flatten() {
            *path = folder.join(&path);
        }
        for path in [&mut self.platform.encryption_certificate, &mut self.drop_folder.path] {
            if !path.as_os_str().is_empty() {
                *path = folder.join(&path);
            }
        }
    }
}

/// An address with a port, or nothing for an empty text.
fn maybe_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(serde::de::Error::custom)
}

/// One path, or a list of them.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<PathBuf>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Paths {
        One(PathBuf),
        Many(Vec<PathBuf>),
    }
    Ok(match Paths::deserialize(deserializer)? {
        Paths::One(path) => vec![path],
        Paths::Many(paths) => paths,
    })
}

/// The data directory: `given`, else `HD4DP_DATA_DIR`, else the service's if
/// it exists, else the user's.
pub fn data_directory(given: Option<&Path>) -> Result<PathBuf> {
    if let Some(given) = given {
        return Ok(given.to_owned());
    }
    if let Some(set) = std::env::var_os("HD4DP_DATA_DIR").filter(|set| !set.is_empty()) {
        return Ok(set.into());
    }
    let service = service_directory();
    if service.try_exists().unwrap_or(true) {
        return Ok(service);
    }
    directories::ProjectDirs::from("be", "healthdata", "hd4dp")
        .map(|directories| directories.data_dir().to_owned())
        .ok_or_else(|| Error::new(Code::Usage, "config-no-directory"))
}

#[cfg(not(windows))]
/// The data directory of an installed service.
pub fn service_directory() -> PathBuf {
    SERVICE_DIRECTORY.into()
}

#[cfg(windows)]
/// The data directory of an installed service.
pub fn service_directory() -> PathBuf {
    Path::new(&std::env::var_os("ProgramData").unwrap_or_else(|| r"C:\ProgramData".into())).join("hd4dp")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn values_that_cannot_be_are_refused_by_name() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join(FILE);
        for (text, key) in [
            ("[validation]\nnihdi_moduli = [97, 0]\n", "nihdi_moduli"),
            ("[validation]\ndefault_author = \"dr Jan\"\n", "default_author"),
            ("[portal]\nnames = [\"*.hospital.example\"]\n", "names"),
            ("[portal]\nnames = [\"hospital.example:8443\"]\n", "names"),
            ("[portal]\nidle_minutes = 0\n", "idle_minutes"),
            ("[drop_folder]\nsettle_seconds = 0\n", "settle_seconds"),
            ("[portal]\nupload_limit_mebibytes = 99999999\n", "upload_limit_mebibytes"),
            ("[[organisations]]\nnihdi = \"71099912\"\ntitle = \"x\"\n", "organisations.nihdi"),
            ("[[organisations]]\nnihdi = \"71099911\"\ntitle = \" \"\n", "organisations.title"),
        ] {
            fs::write(&file, text).unwrap();
            let error = Config::read(None, directory.path()).unwrap_err();
            assert_eq!(error.code, Code::Usage);
            assert!(error.to_string().contains(key), "{error}");
        }
    }

    #[test]
    fn the_machine_itself_always_gets_in() {
        let portal =
            Portal { names: vec!["HD4DP.hospital.example".into(), "::1".into()], ..Portal::default() };
        assert_eq!(portal.hosts(), ["hd4dp.hospital.example", "::1", "localhost", "127.0.0.1"]);
    }

    #[test]
    fn an_address_to_listen_on_is_given_or_left_to_the_verb() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join(FILE);
        let read = |text: &str| {
            fs::write(&file, text).unwrap();
            Config::read(None, directory.path())
        };
        assert_eq!(read("[portal]\nlisten = \"\"\n").unwrap().portal.listen, None);
        let portal = read("[portal]\nlisten = \"[::]:443\"\nredirect = \"[::]:80\"\n").unwrap().portal;
        assert_eq!(portal.listen, Some("[::]:443".parse().unwrap()));
        assert_eq!(portal.redirect, Some("[::]:80".parse().unwrap()));
        assert!(read("[portal]\nlisten = \"8443\"\n").is_err());
    }

    #[test]
    fn paths_are_relative_to_the_file_and_unknown_keys_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join(FILE);
        fs::write(&file, "[platform]\nanchors = [\"ca.pem\"]\n[proxy]\nurl = \"http://proxy:3128\"\n")
            .unwrap();
        let config = Config::read(None, directory.path()).unwrap();
        assert_eq!(config.platform.anchors, [directory.path().join("ca.pem")]);
        assert_eq!(config.proxy.url, "http://proxy:3128");
        fs::write(&file, "[proxy]\n\nurl = \"http://u:secret@proxy\"\npassword = \"secret\"\n").unwrap();
        let error = Config::read(None, directory.path()).unwrap_err();
        assert_eq!(error.code, Code::Usage);
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
