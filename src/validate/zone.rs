//! Belgian time for moments without an offset.

use jiff::{
    ToSpan,
    civil::{Date, Time},
    tz::TimeZone,
};

use crate::{clock, definition::Moment};

/// Offsets from UTC by month, as ten months of a year have one.
#[derive(Debug)]
pub(super) struct Zone {
    zone: TimeZone,
    /// A month's number, and its offset if it has but one.
    months: Vec<(i32, Option<i32>)>,
}

/// How many months are remembered: enough for a life.
const MONTHS: usize = 2048;

impl Zone {
    /// Europe/Brussels.
    pub(super) fn belgian() -> Self {
        Self { zone: clock::belgium(), months: vec![(-1, None); MONTHS] }
    }

    /// Seconds east of UTC at a date and time. A time that the clocks leave
    /// out counts as if they had not been changed yet, one that they show
    /// twice as the first.
    pub(super) fn offset(&mut self, date: Date, time: Time) -> i32 {
        let number = i32::from(date.year()) * 12 + i32::from(date.month());
        let month = &mut self.months[number as usize % MONTHS];
        if month.0 != number {
            *month = (number, offset_of_month(&self.zone, date));
        }
        month.1.unwrap_or_else(|| offset_at(&self.zone, date, time))
    }
}

/// The offset that holds from the start to the end of each day of a month.
fn offset_of_month(zone: &TimeZone, date: Date) -> Option<i32> {
    let mut days = date.first_of_month().series(1.day()).take(date.days_in_month() as usize);
    let first = offset_at(zone, date.first_of_month(), Time::MIN);
    let is_first = |date| [Time::MIN, Time::MAX].iter().all(|time| offset_at(zone, date, *time) == first);
    days.all(is_first).then_some(first)
}

fn offset_at(zone: &TimeZone, date: Date, time: Time) -> i32 {
    let Ok(zoned) = zone.to_ambiguous_zoned(date.to_datetime(time)).compatible() else { return 0 };
    let local = Moment::at(date, time, 0).instant.map_or(0, |(seconds, _)| seconds);
    (local - zoned.timestamp().as_second()) as i32
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn belgian_time_follows_summer_and_winter() {
        let mut zone = Zone::belgian();
        let mut hours = |year, month, day, hour, minute| {
            let offset =
                zone.offset(Date::new(year, month, day).unwrap(), Time::new(hour, minute, 0, 0).unwrap());
            offset / 3600
        };
        assert_eq!(hours(2024, 1, 15, 12, 0), 1);
        assert_eq!(hours(2024, 7, 15, 12, 0), 2);
        assert_eq!(hours(2024, 3, 31, 1, 59), 1);
        assert_eq!(hours(2024, 3, 31, 2, 30), 1, "left out");
        assert_eq!(hours(2024, 3, 31, 3, 0), 2);
        assert_eq!(hours(2024, 10, 27, 2, 30), 2, "shown twice");
        assert_eq!(hours(2024, 10, 27, 3, 0), 1);
        assert_eq!(hours(2024, 1, 15, 12, 0), 1, "asked again");
        assert_eq!(hours(1974, 7, 1, 12, 0), 1, "no summer time yet");
    }
}
