//! Uploads: files that people send, until their rows are imported.

use serde::Serialize;

/// The key of an upload in the store.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct UploadId(pub i64);

/// Where an upload came from.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A person sent it in the portal, and decides about its import there.
    Portal,
    /// It lay in the drop folder; it is imported without being asked about.
    DropFolder,
}

impl Source {
    /// The word that the store keeps.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Portal => "portal",
            Self::DropFolder => "drop-folder",
        }
    }

    /// The source that the store's `word` stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Portal, Self::DropFolder].into_iter().find(|source| source.as_str() == word)
    }
}

/// Where an upload is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum UploadState {
    /// The file is here whole; its dry run waits or runs.
    Received,
    /// The dry run told what an import would do; a person decides.
    Checked,
    /// A person asked for the import; it waits or runs.
    Importing,
    /// Imported to the end.
    Done,
    /// The import ended before the end of the file, by what the reason says.
    Stopped,
    /// Something went wrong here; a person may have it tried again.
    Failed,
    /// Ended by a person, or because nobody decided in time.
    Cancelled,
    /// Nothing of the file can be imported, by what its dry run says.
    Refused,
}

impl UploadState {
    const ALL: [Self; 8] = [
        Self::Received,
        Self::Checked,
        Self::Importing,
        Self::Done,
        Self::Stopped,
        Self::Failed,
        Self::Cancelled,
        Self::Refused,
    ];

    /// The word that the store keeps.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Checked => "checked",
            Self::Importing => "importing",
            Self::Done => "done",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Refused => "refused",
        }
    }

    /// The state that the store's `word` stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether work on it waits or is under way.
    pub fn is_at_work(self) -> bool {
        matches!(self, Self::Received | Self::Importing)
    }

    /// Whether nothing more becomes of it.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Stopped | Self::Cancelled | Self::Refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_is_found_again_by_its_word() {
        for state in UploadState::ALL {
            assert_eq!(UploadState::from_word(state.as_str()), Some(state));
        }
    }
}
