//! An import: one file on its way in, and what became of its rows.

use serde::{Deserialize, Serialize};

/// The key of an import in the store.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ImportId(pub i64);

/// Where an import is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ImportState {
    /// Being read, or interrupted and waiting for the same command to go on.
    Running,
    /// Read to the end.
    Done,
    /// Ended before the end of the file, by what the reason says. What came
    /// before is stored.
    Stopped,
    /// Ended by a person. What came before is stored.
    Cancelled,
}

impl ImportState {
    /// The word that the store keeps.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Stopped => "stopped",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state that the store's `word` stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Running, Self::Done, Self::Stopped, Self::Cancelled]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// How many rows came, and what became of them:
/// `read = accepted + unchanged + rejected`.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct RowCounts {
    /// Rows stored, drafts and held ones included.
    pub accepted: u64,
    /// Rows whose registration is stored already with the same content.
    pub unchanged: u64,
    /// Rows refused with at least one finding.
    pub rejected: u64,
    /// Accepted rows that replaced an earlier registration.
    pub corrections: u64,
    /// Warnings given.
    pub warnings: u64,
}

impl RowCounts {
    /// Rows read.
    pub fn read(&self) -> u64 {
        self.accepted + self.unchanged + self.rejected
    }

    /// Adds the counts of a later part of the file.
    pub fn add(&mut self, other: &Self) {
        self.accepted += other.accepted;
        self.unchanged += other.unchanged;
        self.rejected += other.rejected;
        self.corrections += other.corrections;
        self.warnings += other.warnings;
    }
}

/// A place up to which a file has been read, and all before it is stored.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Position {
    /// Bytes of the text after decoding to UTF-8, without a byte-order mark.
    pub byte: u64,
    /// Lines, as an editor counts them.
    pub line: u64,
    /// Rows, the header not counted.
    pub row: u64,
}
