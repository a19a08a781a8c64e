//! Dates and times. Local time is Belgian.

use jiff::civil::{DateTime, Time};

use super::{Call, Function, Gives, Takes, exactly};
use crate::{
    definition::expression::data::{Data, fraction, local, of_day, of_days, read_moment},
    domain::moment,
    language::Language,
};

pub(super) const ALL: &[Function] = &[
    exactly("date", &[Takes::Date], Gives::Date, |call| {
        Some(match as_date(call.data(0)?) {
            Data::Moment(moment) => Data::Date(moment.date),
            Data::Number(number) => of_day(number.trunc()).map_or(Data::EMPTY, Data::Date),
            data => data,
        })
    }),
    exactly("date-time", &[Takes::Date], Gives::Moment, |call| {
        Some(match as_date(call.data(0)?) {
            Data::Number(number) => of_days(number).map_or(Data::EMPTY, Data::Moment),
            data => data,
        })
    }),
    // A date without a time counts as a whole number of days; JavaRosa and
    // Enketo take its midnight where the device is.
    exactly("decimal-date-time", &[Takes::Date], Gives::Number, |call| {
        Some(Data::Number(as_date(call.data(0)?).number()))
    }),
    exactly("decimal-time", &[Takes::One], Gives::Number, decimal_time),
    exactly("format-date", &[Takes::Date, Takes::One], Gives::Text, format),
    exactly("format-date-time", &[Takes::Date, Takes::One], Gives::Text, format),
];

/// The escapes that a format may have.
pub(in crate::definition::expression) const ESCAPES: &[u8] = b"YymnbdeaHhMS3%";

/// A text as the date or moment that it is; empty if it is none, where
/// JavaRosa fails.
fn as_date(data: Data<'_>) -> Data<'_> {
    match data {
        Data::Text(text) => match read_moment(&text) {
            Some(data) => data,
            None if Data::of(&*text).number().is_nan() => Data::EMPTY,
            None => Data::Number(Data::of(&*text).number()),
        },
        Data::Exact(number) => Data::Number(number.to_f64()),
        Data::Truth(_) | Data::Time(_) => Data::EMPTY,
        data => data,
    }
}

/// Noon is 0.5. A moment has its Belgian time of day.
fn decimal_time<'a>(call: &Call<'a>) -> Option<Data<'a>> {
    let time = match call.data(0)? {
        Data::Time(time) => Some(time),
        Data::Moment(moment) => local(moment).map(|zoned| zoned.time()),
        Data::Text(text) => {
            let clock = text.split(['+', 'Z']).next().unwrap_or_default();
            match (moment::time(clock).ok(), read_moment(&text)) {
                (Some(time), _) => Some(time),
                (None, Some(Data::Moment(moment))) => local(moment).map(|zoned| zoned.time()),
                _ => None,
            }
        }
        data @ (Data::Number(_) | Data::Exact(_)) => {
            return Some(Data::Number(data.number() - data.number().floor()));
        }
        Data::Date(_) => Some(Time::MIN),
        Data::Truth(_) => None,
    };
    Some(time.map_or(Data::EMPTY, |time| Data::Number(fraction(time))))
}

/// A date or moment by a pattern; empty if there is none. The names of
/// months and days are in the form's own language.
fn format<'a>(call: &Call<'a>) -> Option<Data<'a>> {
    let pattern = call.text(1)?;
    let moment = match as_date(call.data(0)?) {
        Data::Date(date) => Some(date.to_datetime(Time::MIN)),
        Data::Moment(moment) => {
            Some(local(moment).map_or(moment.date.to_datetime(Time::MIN), |zoned| zoned.datetime()))
        }
        Data::Number(number) => of_days(number).and_then(local).map(|zoned| zoned.datetime()),
        _ => None,
    };
    Some(moment.map_or(Data::EMPTY, |moment| Data::of(formatted(moment, &pattern, call.values.language))))
}

fn formatted(moment: DateTime, pattern: &str, language: Language) -> String {
    let mut text = String::new();
    let mut signs = pattern.chars();
    while let Some(sign) = signs.next() {
        if sign != '%' {
            text.push(sign);
            continue;
        }
        let part = match signs.next() {
            Some('Y') => format!("{:04}", moment.year()),
            Some('y') => format!("{:02}", moment.year().rem_euclid(100)),
            Some('m') => format!("{:02}", moment.month()),
            Some('n') => moment.month().to_string(),
            Some('b') => name(language, "definition-months", moment.month() - 1),
            Some('d') => format!("{:02}", moment.day()),
            Some('e') => moment.day().to_string(),
            Some('a') => name(language, "definition-weekdays", moment.weekday().to_monday_zero_offset()),
            Some('H') => format!("{:02}", moment.hour()),
            Some('h') => moment.hour().to_string(),
            Some('M') => format!("{:02}", moment.minute()),
            Some('S') => format!("{:02}", moment.second()),
            Some('3') => format!("{:03}", moment.subsec_nanosecond() / 1_000_000),
            Some('%') => "%".to_owned(),
            _ => String::new(),
        };
        text.push_str(&part);
    }
    text
}

/// One name of a list in a text of the language, separated by blanks.
fn name(language: Language, id: &str, at: i8) -> String {
    let names = language.text(id, &[]);
    names.split_whitespace().nth(usize::from(at.unsigned_abs())).unwrap_or_default().to_owned()
}
