//! Belgian time for moments without an offset.

use jiff::{
    civil::{Date, Time},
    tz::TimeZone,
};

use crate::{clock, definition::Moment};

/// Offsets from UTC by day, as most days have one.
#[derive(Debug)]
pub(super) struct Zone {
    zone: TimeZone,
    days: Vec<(Date, Option<i32>)>,
}

const DAYS: usize = 1024;

impl Zone {
    /// Europe/Brussels.
    pub(super) fn belgian() -> Self {
        Self { zone: clock::belgium(), days: vec![(Date::ZERO, None); DAYS] }
    }

    /// Seconds east of UTC at a date and time. A time that the clocks leave
    /// out counts as if they had not been changed yet, one that they show
    /// twice as the first.
    pub(super) fn offset(&mut self, date: Date, time: Time) -> i32 {
        let number = date.year() as usize * 372 + date.month() as usize * 31 + date.day() as usize;
        let slot = &mut self.days[number % DAYS];
        if slot.0 != date {
            let whole_day = [Time::MIN, Time::MAX].map(|time| offset_at(&self.zone, date, time));
            *slot = (date, (whole_day[0] == whole_day[1]).then_some(whole_day[0]));
        }
        slot.1.unwrap_or_else(|| offset_at(&self.zone, date, time))
    }
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
