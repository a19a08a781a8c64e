//! Values of cells, read by their variable's type.

use jiff::{
    Timestamp,
    civil::{Date, Time},
};

use crate::{
    clock,
    definition::choice::{Choice, List},
    domain::{decimal::Decimal, moment},
    language::Language,
};

/// A cell's value. It holds no text of its own, so that the same buffer
/// serves row after row.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Value {
    /// Nothing.
    #[default]
    Empty,
    /// Something that is not of the type; what depends on it is not judged.
    Unreadable,
    /// The bytes of the cell from `start` to `end`.
    Text {
        /// Where it starts.
        start: u32,
        /// Where it ends.
        end: u32,
    },
    /// The bytes from `start` to `end` of the texts that the row's
    /// calculations made.
    Made {
        /// Where it starts.
        start: u32,
        /// Where it ends.
        end: u32,
    },
    /// A number.
    Number(Decimal),
    /// A date.
    Date(Date),
    /// A moment.
    Moment(Moment),
    /// A time of day.
    Time(Time),
    /// The choice at this place of the list.
    Choice(u32),
    /// Choices, from `start` to `end` of those that were picked in the row.
    Choices {
        /// Where they start.
        start: u32,
        /// Where they end.
        end: u32,
    },
}

impl Value {
    /// Whether there is nothing.
    pub fn is_empty(self) -> bool {
        matches!(self, Self::Empty)
    }

    /// Whether there is something that is of its type.
    pub fn is_readable(self) -> bool {
        !matches!(self, Self::Empty | Self::Unreadable)
    }
}

/// A moment, comparable with moments of any offset and with plain dates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// The date in Belgium, if the moment was read from a row or a text.
    pub date: Date,
    /// Seconds and nanoseconds since 1970 in UTC; none if only the date is
    /// known.
    pub instant: Option<(i64, i32)>,
}

impl Moment {
    /// The moment of a date and a time that is `offset` seconds east of UTC.
    pub fn at(date: Date, time: Time, offset: i32) -> Self {
        let clock = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
        let seconds = days(date) * 86_400 + clock - i64::from(offset);
        Self { date, instant: Some((seconds, time.subsec_nanosecond())) }
    }

    /// The same moment with the date that Belgium had then.
    #[must_use]
    pub fn in_belgium(self) -> Self {
        let instant = self.instant.and_then(|(seconds, nanosecond)| Timestamp::new(seconds, nanosecond).ok());
        instant.map_or(self, |instant| Self { date: clock::local(instant).date(), ..self })
    }

    /// Appends it in UTC, or its date if that is all that is known.
    pub fn write_utc(self, out: &mut Vec<u8>) {
        let instant = self.instant.and_then(|(seconds, nanosecond)| Timestamp::new(seconds, nanosecond).ok());
        match instant {
            Some(instant) => out.extend_from_slice(instant.to_string().as_bytes()),
            None => moment::write_date(out, self.date),
        }
    }
}

/// Days since 1970-01-01, by counting years from March so that leap days come
/// last.
pub(super) fn days(date: Date) -> i64 {
    let (month, day) = (i64::from(date.month()), i64::from(date.day()));
    let year = i64::from(date.year()) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The values of a row, as rules see them.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a> {
    /// The cells, one for each variable.
    pub cells: &'a [&'a str],
    /// Their values.
    pub values: &'a [Value],
    /// The choices that several-choice values point into.
    pub picked: &'a [u32],
    /// The texts that its calculations made, one behind the other.
    pub made: &'a str,
    /// The instances of each repeat.
    pub repeats: &'a [Vec<Instance<'a>>],
    /// The number of the instance that is being judged, from 1; its values
    /// stand in `cells` and `values`.
    pub position: usize,
    /// The choice that a filter is being asked about.
    pub choice: Option<&'a Choice>,
    /// The definition's code lists.
    pub lists: &'a [List],
    /// The definition's own language, in which dates are written out.
    pub language: Language,
    /// The moment that the row is judged at; its date is today.
    pub now: Moment,
}

/// The values of one instance of a repeat.
#[derive(Clone, Debug, Default)]
pub struct Instance<'a> {
    /// The place of the repeat's first variable.
    pub first: usize,
    /// The cells of the repeat's variables.
    pub cells: Vec<&'a str>,
    /// Their values.
    pub values: Vec<Value>,
}

impl<'a> Values<'a> {
    /// A row of these cells and values, without repeats and calculations, at
    /// the beginning of a day.
    pub fn plain(cells: &'a [&'a str], values: &'a [Value], picked: &'a [u32], today: Date) -> Self {
        Self {
            cells,
            values,
            picked,
            made: "",
            repeats: &[],
            position: 0,
            choice: None,
            lists: &[],
            language: Language::default(),
            now: Moment { date: today, instant: None },
        }
    }

    /// The text of a variable whose value is one.
    pub fn text(&self, variable: usize) -> Option<&'a str> {
        match self.values[variable] {
            Value::Text { start, end } => self.cells[variable].get(start as usize..end as usize),
            Value::Made { start, end } => self.made.get(start as usize..end as usize),
            _ => None,
        }
    }

    /// The choices of a variable whose value is [`Value::Choices`].
    pub fn choices(&self, variable: usize) -> &'a [u32] {
        match self.values[variable] {
            Value::Choices { start, end } => &self.picked[start as usize..end as usize],
            _ => &[],
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_counted_as_jiff_counts_them() {
        for text in [
            "1970-01-01T00:00:00Z",
            "2024-02-29T23:59:59.5+02:00",
            "1899-12-31T01:00:00-05:00",
            "0001-03-01T00:00:00Z",
        ] {
            let written = moment::date_time(text).unwrap();
            let counted = Moment::at(written.date, written.time.unwrap(), written.offset.unwrap());
            let known: Timestamp = text.parse().unwrap();
            let mut utc = Vec::new();
            counted.write_utc(&mut utc);
            assert_eq!(String::from_utf8(utc).unwrap(), known.to_string());
        }
    }
}
