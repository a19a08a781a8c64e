//! Files that only their owner may read.

use std::{
    fs::{File, OpenOptions},
    io,
    path::Path,
};

/// Makes a new file at `path` that only its owner may read and write. One that
/// is there already is an error, so that nothing goes into a file that others
/// prepared.
pub fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
