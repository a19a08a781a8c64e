//! Sessions: for how long a log-in holds.

use jiff::SignedDuration;

/// When a session ends by itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// After this long without a request.
    pub idle: SignedDuration,
    /// After this long in any case.
    pub absolute: SignedDuration,
}

impl Default for Limits {
    /// Half an hour, and a working day.
    fn default() -> Self {
        Self { idle: SignedDuration::from_mins(30), absolute: SignedDuration::from_hours(12) }
    }
}
