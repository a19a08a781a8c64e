//! The set-up code's file: how whoever installs the appliance gets to make the
//! first User Manager without anybody else knowing how.

use std::{
    fs,
    io::{ErrorKind, IsTerminal, Write, stdout},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use super::password::readable;
use crate::{
    clock,
    error::{Code, Error, Result},
    language::Language,
    store::{Store, manager, private_file, setup_code},
};

/// The file's name in the data directory.
pub const FILE: &str = "setup-code";

/// For how many hours a code is good.
const GOOD_FOR_HOURS: i64 = 24;

/// A set-up code that is good now. It has no `Debug` and no `Display`.
pub struct SetupCode {
    code: Zeroizing<String>,
    /// The file that holds it, which only its owner may read.
    pub path: PathBuf,
}

impl SetupCode {
    /// The code.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Says on stdout what the code is and what it is for, but only if that is
    /// a terminal: elsewhere it would end in a log.
    pub fn tell(&self, language: Language) -> Result<()> {
        let mut out = stdout();
        if !out.is_terminal() {
            return Ok(());
        }
        let args = [("code", self.code().into()), ("path", self.path.display().to_string().into())];
        writeln!(out, "{}", language.text("account-setup-code", &args)).map_err(Error::internal)
    }
}

/// The set-up code, made now if there is none that is good; none, and no file,
/// if there is a User Manager.
pub fn ensure(store: &Store) -> Result<Option<SetupCode>> {
    let path = store.directory().join(FILE);
    tidy(store)?;
    if store.read(manager::exists)? {
        return Ok(None);
    }
    if let Some(code) = written(&path)? {
        return Ok(Some(SetupCode { code, path }));
    }
    let code = readable(6)?;
    let until = clock::now().as_millisecond() + GOOD_FOR_HOURS * 3_600_000;
    // The file first: a code that nobody can read would be of no use.
    write(&path, &code)?;
    store.write(|tx| setup_code::put(tx, &code, until))?;
    Ok(Some(SetupCode { code, path }))
}

/// Removes the file if its code is not good any more: used, expired, or there
/// is a User Manager. To be called now and then, and after a code was used.
pub fn tidy(store: &Store) -> Result<()> {
    let path = store.directory().join(FILE);
    let Some(code) = written(&path)? else { return Ok(()) };
    if store.read(|tx| setup_code::is_good(tx, &code))? {
        return Ok(());
    }
    store.write(setup_code::remove)?;
    match fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(unusable(&path, error)),
        _ => Ok(()),
    }
}

fn written(path: &Path) -> Result<Option<Zeroizing<String>>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(Zeroizing::new(text.trim().to_owned()))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unusable(path, error)),
    }
}

fn write(path: &Path, code: &str) -> Result<()> {
    let write = || {
        let mut file = private_file::create(path)?;
        writeln!(file, "{code}")?;
        file.sync_all()
    };
    write().map_err(|error| unusable(path, error))
}

fn unusable(path: &Path, error: std::io::Error) -> Error {
    Error::new(Code::Unavailable, "account-setup-file-unusable")
        .with("path", path.display().to_string())
        .because(error)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::account::Temporary;

    fn store() -> (tempfile::TempDir, Store) {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("data")).unwrap();
        (directory, store)
    }

    #[test]
    fn the_code_lies_in_a_file_of_its_owner_until_it_is_used() {
        let (_directory, store) = store();
        let first = ensure(&store).unwrap().unwrap();
        assert_eq!(fs::read_to_string(&first.path).unwrap().trim(), first.code());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&first.path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let again = ensure(&store).unwrap().unwrap();
        assert_eq!(again.code(), first.code(), "a restart leaves a good code as it is");
        let password = Temporary::new("hash".into(), clock::now().as_millisecond());
        let redeem =
            |code: &str, email: &str| store.write(|tx| setup_code::redeem(tx, code, email, &password));
        assert_eq!(redeem("abcd-efgh", "an@a.be").unwrap_err().code, Code::Forbidden);
        redeem(&first.code().to_uppercase().replace('-', " "), "an@a.be").unwrap();
        tidy(&store).unwrap();
        assert!(!first.path.exists());
        assert_eq!(redeem(first.code(), "bo@a.be").unwrap_err().code, Code::Forbidden, "it is good once");
        assert!(ensure(&store).unwrap().is_none(), "there is a User Manager");
    }

    #[test]
    fn a_code_that_expired_is_replaced() {
        let (_directory, store) = store();
        let first = ensure(&store).unwrap().unwrap();
        let now = clock::now().as_millisecond();
        store.write(|tx| setup_code::put(tx, first.code(), now + 24 * 3_600_000)).unwrap();
        tidy(&store).unwrap();
        assert!(first.path.exists());
        store.write(|tx| setup_code::put(tx, first.code(), now)).unwrap();
        tidy(&store).unwrap();
        assert!(!first.path.exists());
        assert_ne!(ensure(&store).unwrap().unwrap().code(), first.code());
    }
}
