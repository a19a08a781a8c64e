//! Time. Everything that needs to know what time it is asks here.

use std::sync::LazyLock;

use jiff::{Timestamp, Zoned, civil::Date, tz::TimeZone};

/// The present moment, cut to milliseconds, which is what is stored.
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

/// Today's date in Belgium, by which registrations are judged.
pub fn today() -> Date {
    local(now()).date()
}

/// A moment in Belgian time.
pub fn local(moment: Timestamp) -> Zoned {
    moment.to_zoned(belgium())
}

/// The time zone that dates and times without an offset are in.
pub fn belgium() -> TimeZone {
    // Looked up once: a page asks for it a hundred times.
    static BELGIUM: LazyLock<TimeZone> =
        LazyLock::new(|| TimeZone::get("Europe/Brussels").unwrap_or(TimeZone::UTC));
    BELGIUM.clone()
}
