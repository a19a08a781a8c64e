//! Where a demo keeps its things.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::error::{Code, Error, Result};

/// The demo's folder. One that nobody asked for is removed with everything in
/// it when this is dropped.
pub(super) struct Place {
    path: PathBuf,
    is_kept: bool,
}

impl Place {
    /// Opens `keep`, making it if need be, or makes a temporary folder.
    ///
    /// # Errors
    ///
    /// The folder cannot be made.
    pub(super) fn open(keep: Option<&Path>) -> Result<Self> {
        let temporary = || std::env::temp_dir().join(format!("hd4dp-demo-{}", uuid::Uuid::now_v7()));
        let path = keep.map_or_else(temporary, Path::to_owned);
        let place = Self { path, is_kept: keep.is_some() };
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&place.path).map_err(|error| place.unusable(error))?;
        Ok(place)
    }

    /// The appliance's data directory.
    pub(super) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    /// The sandbox's folder.
    pub(super) fn sandbox(&self) -> PathBuf {
        self.path.join("sandbox")
    }

    /// The files to import.
    pub(super) fn input(&self) -> PathBuf {
        self.path.join("input")
    }

    /// The files to import while they are being made.
    pub(super) fn unfinished_input(&self) -> PathBuf {
        self.path.join("input.new")
    }

    /// The error that the folder cannot be used.
    pub(super) fn unusable(&self, cause: std::io::Error) -> Error {
        Error::new(Code::Unavailable, "demo-folder-unusable")
            .with("path", self.path.display().to_string())
            .with("reason", cause.kind().to_string())
            .because(cause)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.is_kept {
            // What is left is fictitious, and in the temporary folder.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_temporary_folder_is_removed_and_a_kept_one_stays() {
        let temporary = Place::open(None).unwrap();
        let path = temporary.path.clone();
        assert!(path.is_dir());
        drop(temporary);
        assert!(!path.exists());
        let parent = tempfile::tempdir().unwrap();
        let kept = parent.path().join("kept");
        drop(Place::open(Some(&kept)).unwrap());
        assert!(kept.is_dir());
    }
}
