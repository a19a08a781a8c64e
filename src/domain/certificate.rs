//! Organisations' certificates: in which state an upload is, and how near a
//! certificate is to its end.

use serde::Serialize;

/// The key of an upload in the store.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct CertificateId(pub i64);

/// The state of an upload.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Its last day has passed, published or not.
    Expired,
    /// Its first day has not come.
    NotYetValid,
    /// It is the one in use.
    Published,
    /// The checks refused it; only its log was kept.
    Refused,
    /// A newer one took its place; while it is valid it can come back.
    Unpublished,
}

/// Something that became of an upload.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// An earlier one was put back into use.
    Again,
    /// The checks passed and it came into use.
    Published,
    /// The checks refused it.
    Refused,
    /// Both services took it.
    Tested,
    /// A service could not be reached with it, or did not take it.
    TestFailed,
    /// Another one took its place.
    Unpublished,
}

/// Whole days before the end at which people are told, the farthest first.
pub const NOTICES: [i64; 5] = [60, 30, 14, 7, 1];

const DAY: i64 = 24 * 3_600_000;

/// The whole days from `now` until the end, both in milliseconds since 1970;
/// negative once it has passed.
pub fn days_left(not_after: i64, now: i64) -> i64 {
    (not_after - now).div_euclid(DAY)
}

/// The notice that holds with so many days left: the nearest of [`NOTICES`]
/// that has come, or none yet.
pub fn notice(days: i64) -> Option<i64> {
    NOTICES.into_iter().rev().find(|notice| days <= *notice)
}

impl Status {
    /// The state at `now` of an upload that passed the checks or did not, is
    /// published or not, and is valid between two moments; all in milliseconds
    /// since 1970.
    pub fn of(passed: bool, published: bool, (from, until): (i64, i64), now: i64) -> Self {
        match (passed, published) {
            (false, _) => Self::Refused,
            _ if until <= now => Self::Expired,
            _ if from > now => Self::NotYetValid,
            (true, true) => Self::Published,
            (true, false) => Self::Unpublished,
        }
    }
}

impl Event {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Again, Self::Published, Self::Refused, Self::Tested, Self::TestFailed, Self::Unpublished];

    /// The word in the store and in the identifiers of texts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Again => "again",
            Self::Published => "published",
            Self::Refused => "refused",
            Self::Tested => "tested",
            Self::TestFailed => "test_failed",
            Self::Unpublished => "unpublished",
        }
    }

    /// The event of this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_come_one_after_the_other_and_the_last_one_stays() {
        let told = [400, 61, 60, 31, 30, 14, 8, 7, 2, 1, 0, -3].map(notice);
        let expected = [
            None,
            None,
            Some(60),
            Some(60),
            Some(30),
            Some(14),
            Some(14),
            Some(7),
            Some(7),
            Some(1),
            Some(1),
            Some(1),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_day_counts_when_it_is_whole() {
        assert_eq!(days_left(2 * DAY, 0), 2);
        assert_eq!(days_left(2 * DAY - 1, 0), 1);
        assert_eq!(days_left(0, 1), -1);
    }

    #[test]
    fn the_end_counts_more_than_being_published() {
        assert_eq!(Status::of(true, true, (0, 10), 10), Status::Expired);
        assert_eq!(Status::of(true, true, (5, 10), 4), Status::NotYetValid);
        assert_eq!(Status::of(true, true, (0, 10), 4), Status::Published);
        assert_eq!(Status::of(true, false, (0, 10), 4), Status::Unpublished);
        assert_eq!(Status::of(false, false, (0, 0), 4), Status::Refused);
    }
}
