//! What the dry run of an upload told: counts, and the rows that a person is
//! shown. It holds shapes and places, no values, and is sealed all the same.

use serde::{Deserialize, Serialize};

use super::{
    Purpose, Tx,
    finding::{Count, RowFinding},
};
use crate::{
    domain::{import::RowCounts, upload::UploadId},
    error::{Error, Result},
};

/// What a dry run told.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct DryRun {
    /// What would become of the rows.
    pub counts: RowCounts,
    /// What is wrong or remarkable about the file as a whole; row and line are
    /// 0.
    pub file: Vec<RowFinding>,
    /// What was found in the rows, counted by code and column.
    pub found: Vec<Count>,
    /// Some rows of each fate, in the order of the file.
    pub rows: Vec<PreviewRow>,
}

/// One row as a dry run shows it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct PreviewRow {
    /// The row, from 1, the header not counted.
    pub row: u64,
    /// The line that it begins on, as an editor counts.
    pub line: u64,
    /// `new`, `correction`, `unchanged` or `refused`.
    pub fate: String,
    /// The first things found in it.
    pub findings: Vec<RowFinding>,
}

impl DryRun {
    pub(super) fn seal(&self, tx: &Tx<'_>, upload: UploadId) -> Result<Vec<u8>> {
        let clear = serde_json::to_vec(self).map_err(Error::internal)?;
        tx.keys.seal(Purpose::Upload, &place(upload), &clear)
    }

    pub(super) fn open(tx: &Tx<'_>, upload: UploadId, sealed: &[u8]) -> Result<Self> {
        let clear = tx.keys.open_sealed(Purpose::Upload, &place(upload), sealed)?;
        serde_json::from_slice(&clear).map_err(Error::internal)
    }
}

fn place(upload: UploadId) -> Vec<u8> {
    [&b"dry run"[..], &upload.0.to_be_bytes()].concat()
}
