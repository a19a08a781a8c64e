//! What an expression gives: a text, a number, a truth, or, since ODK has
//! them too, a date, a moment or a time of day; and how XPath makes one of
//! the other.
//!
//! Sources: XPath 1.0, sections 3.4 (comparisons) and 4 (conversions); for
//! dates JavaRosa's `XPathFuncExpr` (`toNumeric`, `toString`, `toDate`): as a
//! number a date is its days since 1970-01-01, as a text `yyyy-mm-dd`.
//! Different from there on purpose: a number's text has no exponent and no
//! noise, a text with a decimal comma is no number, and a moment counts as a
//! number with the fraction of its day, as in Enketo.

use std::{borrow::Cow, cmp::Ordering};

use jiff::{
    Timestamp, ToSpan, Zoned,
    civil::{Date, Time},
};

use super::{Operator, Seen};
use crate::{
    clock,
    definition::{
        value::{Moment, days},
        variable::Kind,
    },
    domain::{decimal::Decimal, moment},
};

/// The seconds of a day.
pub(super) const DAY: f64 = 86_400.0;

/// A value of XPath.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Data<'a> {
    Text(Cow<'a, str>),
    Number(f64),
    /// A number with all the digits that were written.
    Exact(Decimal),
    Truth(bool),
    Date(Date),
    Moment(Moment),
    Time(Time),
}

impl<'a> Data<'a> {
    pub(super) const EMPTY: Self = Self::Text(Cow::Borrowed(""));

    pub(super) fn of(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(text.into())
    }

    /// As a text. Dates and times in their ISO form, moments in Belgian time.
    pub(super) fn into_text(self) -> Cow<'a, str> {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => written(number).into(),
            Self::Exact(number) => number.to_string().into(),
            Self::Truth(truth) => if truth { "true" } else { "false" }.into(),
            Self::Date(date) => date.to_string().into(),
            Self::Moment(moment) => match local(moment) {
                Some(zoned) => zoned.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string().into(),
                None => moment.date.to_string().into(),
            },
            Self::Time(time) => time.to_string().into(),
        }
    }

    /// As what a variable of this kind has. A number is the date or moment that
    /// it counts the days to, and the other way round; a moment has its day and
    /// its time of day; truth is one.
    pub(super) fn dated(self, kind: Kind) -> Self {
        match (kind, self) {
            (_, Self::Number(number)) if number.is_nan() => Self::EMPTY,
            (Kind::Date | Kind::DateTime | Kind::Time, Self::Exact(number)) => {
                Self::Number(number.to_f64()).dated(kind)
            }
            (Kind::Date, Self::Number(number)) => {
                of_day(number.trunc()).map_or(Self::Number(number), Self::Date)
            }
            (Kind::Date, Self::Moment(moment)) => Self::Date(moment.date),
            (Kind::DateTime, Self::Number(number)) => {
                of_days(number).map_or(Self::Number(number), Self::Moment)
            }
            (Kind::Time, Self::Number(number)) => {
                of_days(number).map_or(Self::Number(number), |moment| Self::Moment(moment).dated(kind))
            }
            (Kind::Time, Self::Moment(moment)) => {
                local(moment).map_or(Self::EMPTY, |zoned| Self::Time(zoned.time()))
            }
            (Kind::Integer, Self::Moment(moment)) => Self::Date(moment.date).dated(kind),
            (Kind::Integer | Kind::Decimal, data @ (Self::Date(_) | Self::Moment(_) | Self::Truth(_))) => {
                Self::Number(data.number())
            }
            (_, data) => data,
        }
    }

    /// As a number; NaN for what is none, an empty text included.
    pub(super) fn number(&self) -> f64 {
        match self {
            Self::Text(text) => read_number(text),
            Self::Number(number) => *number,
            Self::Exact(number) => number.to_f64(),
            Self::Truth(truth) => f64::from(u8::from(*truth)),
            Self::Date(date) => days(*date) as f64,
            Self::Moment(moment) => day_number(*moment),
            Self::Time(time) => fraction(*time),
        }
    }

    /// As a truth: a number other than zero, a text that is not empty.
    pub(super) fn truth(&self) -> bool {
        match self {
            Self::Text(text) => !text.is_empty(),
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::Exact(number) => number.to_f64() != 0.0,
            Self::Truth(truth) => *truth,
            Self::Date(_) | Self::Moment(_) | Self::Time(_) => true,
        }
    }

    /// Whether there is nothing: an empty text, or what is no number.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Number(number) => number.is_nan(),
            _ => false,
        }
    }

    /// Whether a comparison holds. Truth decides before numbers, numbers
    /// before texts; order is a matter of numbers. Dates and times compare as
    /// such, with a text if it is one.
    pub(super) fn compare(&self, operator: Operator, other: &Data<'_>) -> bool {
        if let Some(ordering) = self.in_time(other) {
            return operator.holds(ordering);
        }
        let is_order = !matches!(operator, Operator::Equal | Operator::NotEqual);
        let ordering = match (self, other) {
            (Data::Truth(_), _) | (_, Data::Truth(_)) if !is_order => Some(self.truth().cmp(&other.truth())),
            (Data::Text(one), Data::Text(other)) if !is_order => Some(one.cmp(other)),
            (Data::Exact(one), Data::Exact(other)) => Some(one.cmp(other)),
            _ => self.number().partial_cmp(&other.number()),
        };
        operator.holds(ordering)
    }

    /// How two values compare of which one is a date or a time and the other
    /// is or reads as one; none if that is not so.
    fn in_time(&self, other: &Data<'_>) -> Option<Option<Ordering>> {
        let seen = |data: &Data<'_>| match data {
            Data::Date(date) => Some(Seen::Date(*date)),
            Data::Moment(moment) => Some(Seen::Moment(*moment)),
            Data::Time(time) => Some(Seen::Time(*time)),
            _ => None,
        };
        let beside = |data: &Data<'_>, in_time: &Seen<'_>| match (data, in_time) {
            (Data::Text(text), Seen::Time(_)) => moment::time(text).ok().map(Seen::Time),
            (Data::Text(text), _) => seen(&read_moment(text)?),
            _ => None,
        };
        let (left, right) = match (seen(self), seen(other)) {
            (Some(left), Some(right)) => (left, right),
            (Some(left), None) => (left, beside(other, &left)?),
            (None, Some(right)) => (beside(self, &right)?, right),
            (None, None) => return None,
        };
        Some(left.compare(right))
    }
}

/// The number that XPath reads in a text: digits with a point and a minus.
fn read_number(text: &str) -> f64 {
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().any(|byte| byte.is_ascii_digit());
    if is_number { text.parse().unwrap_or(f64::NAN) } else { f64::NAN }
}

/// A number without exponent, cut to the fifteen digits that a binary
/// fraction keeps, so that 0.1 + 0.2 is written 0.3. Whole numbers keep all of
/// their digits.
pub(super) fn written(number: f64) -> String {
    const MOST_WHOLE: f64 = (1u64 << 53) as f64;
    if number.fract() == 0.0 && number.abs() <= MOST_WHOLE {
        return (number as i64).to_string();
    }
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if number.abs() >= 1e15 {
        return number.to_string();
    }
    let clean = format!("{number:.14e}").parse::<f64>().unwrap_or(number);
    clean.to_string()
}

/// A number as the cell of a variable, which may have so many decimals as
/// [`Decimal`] keeps.
pub(super) fn written_in_cell(number: f64) -> String {
    let text = written(number);
    match text.split_once('.') {
        Some((_, decimals)) if decimals.len() > Decimal::MOST_DIGITS => {
            let cut = format!("{number:.0$}", Decimal::MOST_DIGITS);
            cut.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        _ => text,
    }
}

/// The date or moment that a text is, in any form that files may have; a
/// time without an offset is Belgian.
pub(super) fn read_moment(text: &str) -> Option<Data<'static>> {
    let read = moment::date_time(text.trim()).ok()?;
    Some(match (read.time, read.offset) {
        (None, _) => Data::Date(read.date),
        (Some(time), Some(offset)) => Data::Moment(Moment::at(read.date, time, offset).in_belgium()),
        (Some(time), None) => {
            let zoned = clock::belgium().to_ambiguous_zoned(read.date.to_datetime(time)).compatible().ok()?;
            Data::Moment(of_zoned(&zoned))
        }
    })
}

/// A moment in Belgian time; none if only its date is known.
pub(super) fn local(moment: Moment) -> Option<Zoned> {
    let (seconds, nanosecond) = moment.instant?;
    Timestamp::new(seconds, nanosecond).ok().map(clock::local)
}

/// The date so many whole days after the beginning of 1970.
pub(super) fn of_day(number: f64) -> Option<Date> {
    const EPOCH: Date = jiff::civil::date(1970, 1, 1);
    let day = (number.abs() < 4e6).then_some(number as i64)?;
    EPOCH.checked_add(day.days()).ok().filter(|date| days(*date) == day)
}

/// The moment so many days after the beginning of 1970 in UTC.
pub(super) fn of_days(number: f64) -> Option<Moment> {
    let milliseconds = (number * DAY * 1000.0).round();
    if !milliseconds.is_finite() || milliseconds.abs() > 1e15 {
        return None;
    }
    Some(of_zoned(&clock::local(Timestamp::from_millisecond(milliseconds as i64).ok()?)))
}

fn of_zoned(zoned: &Zoned) -> Moment {
    let instant = zoned.timestamp();
    Moment { date: zoned.date(), instant: Some((instant.as_second(), instant.subsec_nanosecond())) }
}

fn day_number(moment: Moment) -> f64 {
    match moment.instant {
        Some((seconds, nanosecond)) => (seconds as f64 + f64::from(nanosecond) / 1e9) / DAY,
        None => days(moment.date) as f64,
    }
}

/// The part of its day that a time of day is.
pub(super) fn fraction(time: Time) -> f64 {
    let seconds = f64::from(time.hour()) * 3600.0 + f64::from(time.minute()) * 60.0;
    (seconds + f64::from(time.second()) + f64::from(time.subsec_nanosecond()) / 1e9) / DAY
}
