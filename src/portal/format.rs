//! Numbers, days and times as a reader of a language writes them.

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
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
    written(language, belgian(at).date())
}

/// A day written `YYYY-MM-DD`; what is none stays as it is.
pub fn date(language: Language, text: &str) -> String {
    text.parse().map_or_else(|_| text.to_owned(), |day| written(language, day))
}

/// The day and time of a moment in milliseconds since 1970, in Belgium.
pub fn time(language: Language, at: i64) -> String {
    let local = belgian(at);
    format!("{} {:02}:{:02}", written(language, local.date()), local.hour(), local.minute())
}

/// A moment in HTML: in Belgium, in UTC when pointed at, and for machines.
pub fn when(language: Language, at: i64) -> String {
    let (utc, local) = (TimeZone::UTC.to_datetime(moment(at)), belgian(at));
    let mut html = String::with_capacity(128);
    html.push_str("<time datetime=\"");
    push_date(&mut html, utc.date());
    html.push('T');
    push_clock(&mut html, utc.time());
    html.push_str("Z\" title=\"");
    push_date(&mut html, utc.date());
    html.push(' ');
    push_clock(&mut html, utc.time());
    html.push_str(" UTC\">");
    push_day(&mut html, language, local.date());
    html.push(' ');
    push_clock(&mut html, local.time());
    html.truncate(html.len() - ":00".len());
    html.push_str("</time>");
    html
}

/// The moment as a machine reads it.
pub fn iso(at: i64) -> String {
    moment(at).to_string()
}

fn written(language: Language, date: Date) -> String {
    let mut text = String::with_capacity(16);
    push_day(&mut text, language, date);
    text
}

/// A day as a reader of the language writes it.
fn push_day(out: &mut String, language: Language, date: Date) {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let [_, month, day] = parts(date);
    match (language, MONTHS.get(usize::from(month) - 1)) {
        (Language::En, Some(month)) => {
            push_digits(out, day, if day > 9 { 2 } else { 1 });
            out.push(' ');
            out.push_str(month);
            out.push(' ');
        }
        _ => {
            push_digits(out, day, 2);
            out.push('/');
            push_digits(out, month, 2);
            out.push('/');
        }
    }
    push_digits(out, parts(date)[0], 4);
}

fn push_date(out: &mut String, date: Date) {
    let [year, month, day] = parts(date);
    push_digits(out, year, 4);
    out.push('-');
    push_digits(out, month, 2);
    out.push('-');
    push_digits(out, day, 2);
}

fn push_clock(out: &mut String, time: Time) {
    for (before, part) in [("", time.hour()), (":", time.minute()), (":", time.second())] {
        out.push_str(before);
        push_digits(out, part.unsigned_abs().into(), 2);
    }
}

fn parts(date: Date) -> [u16; 3] {
    [date.year().unsigned_abs(), date.month().unsigned_abs().into(), date.day().unsigned_abs().into()]
}

/// The last `digits` digits of a number. A list shows hundreds of them, and
/// the formatter of the standard library takes ten times as long.
fn push_digits(out: &mut String, number: u16, digits: u32) {
    for place in (0..digits).rev() {
        let digit = number / 10_u16.pow(place) % 10;
        out.push(char::from(b'0' + digit as u8));
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
