//! Numbers, days and times as a reader of a language writes them.

use jiff::{Timestamp, civil::Date};

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
    let local = clock::local(moment(at));
    match language {
        Language::En => local.strftime("%-d %b %Y").to_string(),
        Language::Fr | Language::Nl => local.strftime("%d/%m/%Y").to_string(),
    }
}

/// A day written `YYYY-MM-DD`; what is none stays as it is.
pub fn date(language: Language, text: &str) -> String {
    match (text.parse::<Date>(), language) {
        (Err(_), _) => text.to_owned(),
        (Ok(day), Language::En) => day.strftime("%-d %b %Y").to_string(),
        (Ok(day), Language::Fr | Language::Nl) => day.strftime("%d/%m/%Y").to_string(),
    }
}

/// The day and time of a moment in milliseconds since 1970, in Belgium.
pub fn time(language: Language, at: i64) -> String {
    format!("{} {}", day(language, at), clock::local(moment(at)).strftime("%H:%M"))
}

/// The moment in UTC, for a person.
pub fn utc(at: i64) -> String {
    moment(at).strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// The moment as a machine reads it.
pub fn iso(at: i64) -> String {
    moment(at).to_string()
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
        assert_eq!(utc(winter), "2026-02-01 00:00:00 UTC");
        assert_eq!(day(Language::En, winter), "1 Feb 2026");
    }
}
