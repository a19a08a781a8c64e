//! The drop folder itself: whether it is there, and whether it is the one that
//! was set up. An empty place where a share is not connected must not be taken
//! for it, or files would be thought to be gone.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use super::names::{MARKER, is_closed};
use crate::{
    error::Result,
    store::{Purpose, Store, dropped},
};

/// Bytes of the mark that are read.
const MARK: u64 = 100;

/// Goes into the drop folder at `path`, which is set up if it is new. Returns
/// its real path, or the reason why it cannot be used now.
pub fn enter(store: &Store, path: &Path) -> Result<Result<PathBuf, &'static str>> {
    let known = store.read(|tx| dropped::is_known(tx, &path.display().to_string()))?;
    if !known && let Err(error) = fs::create_dir_all(path) {
        tracing::debug!(%error, "the drop folder cannot be made");
    }
    let Ok(root) = fs::canonicalize(path) else { return Ok(Err("drop-unreachable")) };
    let mark: String =
        store.keys().hash(Purpose::Upload, b"drop folder").iter().map(|byte| format!("{byte:02x}")).collect();
    match read(&root.join(MARKER)) {
        Ok(found) if found == mark => {}
        Ok(found) if found.is_empty() => {
            if write(&root.join(MARKER), &mark).is_err() {
                return Ok(Err("drop-unwritable"));
            }
        }
        Ok(_) => return Ok(Err("drop-of-another")),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Ok(Err("drop-unreachable")),
        Err(_) if known => return Ok(Err("drop-not-connected")),
        Err(_) => match is_empty(&root) {
            Ok(true) if write(&root.join(MARKER), &mark).is_ok() => {}
            Ok(true) => return Ok(Err("drop-unwritable")),
            Ok(false) => return Ok(Err("drop-not-empty")),
            Err(_) => return Ok(Err("drop-unreachable")),
        },
    }
    if !known {
        store.write(|tx| dropped::set_up(tx, &path.display().to_string()))?;
        tracing::info!("the drop folder is set up");
    }
    Ok(Ok(root))
}

/// Whether a path, as it is now, leads where it says: no part of it became a
/// link that leads elsewhere. Shares may write a name in another case.
pub fn is_inside(path: &Path) -> bool {
    fs::canonicalize(path).is_ok_and(|real| {
        let (real, said) = (real.as_os_str().as_encoded_bytes(), path.as_os_str().as_encoded_bytes());
        real.eq_ignore_ascii_case(said)
    })
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(MARK).read_to_string(&mut text)?;
    Ok(text.trim().to_owned())
}

fn write(path: &Path, mark: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).open(path)?;
    writeln!(file, "{mark}")?;
    file.sync_all()
}

fn is_empty(root: &Path) -> io::Result<bool> {
    for entry in fs::read_dir(root)? {
        if !is_closed(&entry?.file_name()) {
            return Ok(false);
        }
    }
    Ok(true)
}
