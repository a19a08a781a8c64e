//! What becomes of open drafts when a definition gets a new major version.

use serde::Serialize;

/// What becomes of drafts of older major versions. None of the three loses
/// anything; a person who was not asked is taken to have said [`Keep`](Self::Keep).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OlderDrafts {
    /// They are continued and submitted in their own major version.
    #[default]
    Keep,
    /// Whoever continues one does so in the new version, unless they ask for
    /// the old one.
    Carry,
    /// The older versions take nothing in any more: a draft is read, continued
    /// in the new version, or withdrawn.
    Close,
}

impl OlderDrafts {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Keep, Self::Carry, Self::Close];

    /// The word for it: what the store keeps, forms send and the command line
    /// takes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Carry => "carry",
            Self::Close => "close",
        }
    }

    /// The one that `word` stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_its_own_word() {
        for choice in OlderDrafts::ALL {
            assert_eq!(OlderDrafts::from_word(choice.as_str()), Some(choice));
        }
        assert_eq!(OlderDrafts::from_word("drop"), None);
    }
}
