//! Numbers, days and times as a reader of a language writes them.

use std::fmt::{self, Write};

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

use crate::{clock, language::Language};

/// A whole number in groups of three digits.
pub fn number(language: Language, number: u64) -> String {
    let digits = number.to_string();
    let separator = match language {
        Language::En => ',',
        Language::Fr => '\u{202f}',
        Language::Nl => '.',
    };
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3 * 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(separator);
        }
        grouped.push(digit);
    }
    grouped
}

/// The day of a moment in milliseconds since 1970, in Belgium.
pub fn day(language: Language, at: i64) -> String {
    Day(language, belgian(at).date()).to_string()
}

/// A day written `YYYY-MM-DD`; what is none stays as it is.
pub fn date(language: Language, text: &str) -> String {
    text.parse().map_or_else(|_| text.to_owned(), |day| Day(language, day).to_string())
}

/// The day and time of a moment in milliseconds since 1970, in Belgium.
pub fn time(language: Language, at: i64) -> String {
    let local = belgian(at);
    format!("{} {:02}:{:02}", Day(language, local.date()), local.hour(), local.minute())
}

/// A moment in HTML: in Belgium, in UTC when pointed at, and for machines.
pub fn when(language: Language, at: i64) -> String {
    let utc = TimeZone::UTC.to_datetime(moment(at));
    let local = belgian(at);
    let (year, month, day) = (utc.year(), utc.month(), utc.day());
    let (hour, minute, second) = (utc.hour(), utc.minute(), utc.second());
    let mut html = String::with_capacity(128);
    // Writing to a text does not fail.
    let _written = write!(
        html,
        "<time datetime=\"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z\" \
         title=\"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC\">{} {:02}:{:02}</time>",
        Day(language, local.date()),
        local.hour(),
        local.minute()
    );
    html
}

/// The moment as a machine reads it.
pub fn iso(at: i64) -> String {
    moment(at).to_string()
}

/// A day as a reader of the language writes it.
struct Day(Language, Date);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let (day, month, year) = (self.1.day(), self.1.month(), self.1.year());
        match (self.0, MONTHS.get(usize::from(month.unsigned_abs()) - 1)) {
            (Language::En, Some(month)) => write!(f, "{day} {month} {year}"),
            _ => write!(f, "{day:02}/{month:02}/{year}"),
        }
    }
}

fn belgian(at: i64) -> DateTime {
    clock::belgium().to_datetime(moment(at))
}

fn moment(at: i64) -> Timestamp {
    Timestamp::from_millisecond(at).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_as_the_language_does() {
        assert_eq!(number(Language::En, 1_234_567), "1,234,567");
        assert_eq!(number(Language::Fr, 1_234), "1\u{202f}234");
        assert_eq!(number(Language::Nl, 12_345), "12.345");
        assert_eq!(number(Language::Nl, 123), "123");
    }

    #[test]
    fn times_are_belgian() {
        let winter = 1_769_904_000_000;
        assert_eq!(time(Language::Nl, winter), "01/02/2026 01:00");
        assert_eq!(
            when(Language::Nl, winter),
            "<time datetime=\"2026-02-01T00:00:00Z\" title=\"2026-02-01 00:00:00 UTC\">01/02/2026 01:00</time>"
        );
        assert_eq!(day(Language::En, winter), "1 Feb 2026");
        assert_eq!(date(Language::Fr, "2026-02-01"), "01/02/2026");
        assert_eq!(date(Language::Fr, "soon"), "soon");
    }
}
