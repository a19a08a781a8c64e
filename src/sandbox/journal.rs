//! A service's log: one line of JSON for each step, without an identifier or a
//! value of anybody.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::Path,
    sync::{Mutex, PoisonError},
};

use serde::Serialize;

use crate::{
    clock,
    error::{Code, Error, Result},
};

/// The log file of one service.
pub(super) struct Journal(Mutex<File>);

/// One step. What is not known or does not apply is left out.
#[derive(Debug, Default, Serialize)]
pub(super) struct Step<'a> {
    pub(super) step: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sender: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) batch: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) stream: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<&'a str>,
}

impl Journal {
    /// Appends to `path`.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path).map_err(|cause| {
            Error::new(Code::Unavailable, "sandbox-folder-unusable")
                .with("path", path.display().to_string())
                .because(cause)
        })?;
        Ok(Self(Mutex::new(file)))
    }

    /// Writes one line. A log that cannot be written stops nobody.
    pub(super) fn step(&self, step: &Step<'_>) {
        #[derive(Serialize)]
        struct Line<'a> {
            at: String,
            #[serde(flatten)]
            step: &'a Step<'a>,
        }
        let line = serde_json::to_string(&Line { at: clock::now().to_string(), step }).unwrap_or_default();
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = writeln!(file, "{line}") {
            tracing::warn!(%error, "the sandbox's log cannot be written");
        }
    }
}
