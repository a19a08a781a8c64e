//! Where the bytes of a file come from: a path, or an upload that lies sealed.

use std::{
    borrow::Borrow,
    fs::{self, File, Metadata},
    io::{self, Read, Seek, SeekFrom},
    path::Path,
    time::SystemTime,
};

use crate::{
    domain::finding::Finding,
    store::sealed_file::{Damaged, SealedFile, SealedReader},
};

/// A file to take in.
#[derive(Clone, Copy)]
pub enum Input<'a> {
    /// The file at a path.
    Path(&'a Path),
    /// An upload.
    Sealed {
        /// The sealed file.
        file: &'a SealedFile,
        /// The name that it came with.
        name: &'a str,
    },
}

impl<'a, P: AsRef<Path> + ?Sized> From<&'a P> for Input<'a> {
    fn from(path: &'a P) -> Self {
        Self::Path(path.as_ref())
    }
}

impl Input<'_> {
    /// Its name as it came, perhaps with folders.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Path(path) => path,
            Self::Sealed { name, .. } => Path::new(name),
        }
    }
}

/// The bytes of a file, to be read as often as needed.
pub(super) enum Bytes {
    Plain { file: File, seen: (u64, Option<SystemTime>) },
    Sealed(SealedFile),
}

/// Reads the bytes of a file from some place on. Which kind they are is asked
/// once for each read of a large buffer.
pub(super) enum BytesReader<'a> {
    Plain(&'a File),
    Sealed(SealedReader),
}

impl Bytes {
    pub fn open(input: Input<'_>) -> Result<Self, Finding> {
        let path = match input {
            Input::Path(path) => path,
            Input::Sealed { file, .. } => return Ok(Self::Sealed(file.clone())),
        };
        // Opening a pipe would wait for ever, and reading a device never end.
        let metadata = fs::metadata(path).map_err(unreadable)?;
        if metadata.is_dir() {
            return Err(unreadable(io::Error::from(io::ErrorKind::IsADirectory)));
        }
        if !metadata.is_file() {
            return Err(unreadable(io::Error::from(io::ErrorKind::NotSeekable)));
        }
        let file = File::open(path).map_err(unreadable)?;
        let seen = seen(&file.metadata().map_err(unreadable)?);
        Ok(Self::Plain { file, seen })
    }

    /// The bytes from `position` on. A plain file has one place at a time.
    pub fn read_from(&self, position: u64) -> io::Result<BytesReader<'_>> {
        match self {
            Self::Plain { file, .. } => {
                let mut reader = file;
                reader.seek(SeekFrom::Start(position))?;
                Ok(BytesReader::Plain(reader))
            }
            Self::Sealed(file) => {
                let mut reader = file.reader()?;
                reader.seek(SeekFrom::Start(position))?;
                Ok(BytesReader::Sealed(reader))
            }
        }
    }

    pub fn size(&self) -> u64 {
        match self {
            Self::Plain { seen, .. } => seen.0,
            Self::Sealed(file) => file.size(),
        }
    }

    /// Whether they are still as they were when they were opened. What is
    /// sealed cannot change unnoticed.
    pub fn is_unchanged(&self) -> bool {
        match self {
            Self::Plain { file, seen: before } => {
                file.metadata().is_ok_and(|metadata| seen(&metadata) == *before)
            }
            Self::Sealed(_) => true,
        }
    }
}

impl Read for BytesReader<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.read(out),
            Self::Sealed(reader) => reader.read(out),
        }
    }
}

/// The finding for a file that cannot be read.
pub(super) fn unreadable(error: impl Borrow<io::Error>) -> Finding {
    let error = error.borrow();
    if is_damage(error) {
        return Finding::error("upload-damaged");
    }
    Finding::error("file-unreadable").with("reason", error.kind().to_string())
}

/// Whether a sealed file was found to be not as it was written.
pub(super) fn is_damage(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Damaged>())
}

fn seen(metadata: &Metadata) -> (u64, Option<SystemTime>) {
    (metadata.len(), metadata.modified().ok())
}
