//! Dates and times as they stand in files: `dd/mm/yyyy` as the HD4DP manual
//! asks, and ISO 8601 as everybody else writes.

use jiff::civil::{Date, Time};

use crate::domain::{decimal::write_digits, identifier::Fault};

/// A date, perhaps with a time, perhaps with an offset from UTC.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Written {
    /// The date as written.
    pub date: Date,
    /// The time of day; none if the date stands alone.
    pub time: Option<Time>,
    /// Seconds east of UTC; none if the text does not say.
    pub offset: Option<i32>,
}

/// Reads `2023-01-27` or `27/01/2023`. [`Fault::Impossible`] tells a day that
/// does not exist from a text that is no date.
pub fn date(text: &str) -> Result<Date, Fault> {
    let bytes: &[u8; 10] = text.as_bytes().try_into().map_err(|_| Fault::Shape)?;
    date_of(bytes)
}

/// Reads `14:05`, `14:05:59` or `14:05:59.123`.
pub fn time(text: &str) -> Result<Time, Fault> {
    time_of(text.as_bytes())
}

/// Reads a date as [`date`] does, alone or followed by `T` or a blank and a
/// time, and that by `Z`, `+02:00`, `+0200`, `+02` or nothing.
pub fn date_time(text: &str) -> Result<Written, Fault> {
    let Some((day, rest)) = text.as_bytes().split_first_chunk::<10>() else { return Err(Fault::Shape) };
    let date = date_of(day)?;
    let (time, offset) = match rest {
        [] => (None, None),
        [b'T' | b't' | b' ', rest @ ..] => {
            let (clock, offset) = split_offset(rest)?;
            (Some(time_of(clock)?), offset)
        }
        _ => return Err(Fault::Shape),
    };
    Ok(Written { date, time, offset })
}

/// Appends `2023-01-27`, for the years 1 to 9999.
pub fn write_date(out: &mut Vec<u8>, date: Date) {
    let year = date.year().unsigned_abs();
    let word = pair((year / 100) as u8)
        | pair((year % 100) as u8) << 16
        | u64::from(b'-') << 32
        | pair(date.month().unsigned_abs()) << 40
        | u64::from(b'-') << 56;
    // Whole words, because a processor stalls where bytes that were written
    // one by one are read together.
    out.extend_from_slice(&word.to_le_bytes());
    out.extend_from_slice(&(pair(date.day().unsigned_abs()) as u16).to_le_bytes());
}

/// Appends `14:05:59`, with the fraction of the second if there is one.
pub fn write_time(out: &mut Vec<u8>, time: Time) {
    let word = pair(time.hour().unsigned_abs())
        | u64::from(b':') << 16
        | pair(time.minute().unsigned_abs()) << 24
        | u64::from(b':') << 40
        | pair(time.second().unsigned_abs()) << 48;
    out.extend_from_slice(&word.to_le_bytes());
    let nanosecond = time.subsec_nanosecond();
    if nanosecond > 0 {
        out.push(b'.');
        write_digits(out, u64::from(nanosecond.unsigned_abs()), 9);
        while out.last() == Some(&b'0') {
            out.pop();
        }
    }
}

/// Appends `+02:00`, or `Z` for none.
pub fn write_offset(out: &mut Vec<u8>, seconds: i32) {
    if seconds == 0 {
        out.push(b'Z');
        return;
    }
    let minutes = u64::from(seconds.unsigned_abs()) / 60;
    out.push(if seconds < 0 { b'-' } else { b'+' });
    write_digits(out, minutes / 60, 2);
    out.push(b':');
    write_digits(out, minutes % 60, 2);
}

/// The two digits of a number below 100, the first in the lowest byte.
fn pair(number: u8) -> u64 {
    u64::from(b'0' + number / 10) | u64::from(b'0' + number % 10) << 8
}

fn date_of(bytes: &[u8; 10]) -> Result<Date, Fault> {
    let (year, month, day) = match bytes {
        [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] => ([y1, y2, y3, y4], [m1, m2], [d1, d2]),
        [d1, d2, b'/', m1, m2, b'/', y1, y2, y3, y4] => ([y1, y2, y3, y4], [m1, m2], [d1, d2]),
        _ => return Err(Fault::Shape),
    };
    let year = number(year)? as i16;
    if year == 0 {
        return Err(Fault::Impossible);
    }
    Date::new(year, number(month)? as i8, number(day)? as i8).map_err(|_| Fault::Impossible)
}

fn time_of(bytes: &[u8]) -> Result<Time, Fault> {
    let (hour, minute, rest) = match bytes {
        [h1, h2, b':', m1, m2, rest @ ..] => (number([h1, h2])?, number([m1, m2])?, rest),
        _ => return Err(Fault::Shape),
    };
    let (second, fraction) = match rest {
        [] => (0, [].as_slice()),
        [b':', s1, s2, fraction @ ..] => (number([s1, s2])?, fraction),
        _ => return Err(Fault::Shape),
    };
    let nanosecond = match fraction {
        [] => 0,
        [b'.' | b',', digits @ ..] if (1..=9).contains(&digits.len()) => {
            let mut nanosecond = 0;
            for at in 0..9 {
                let digit = digits.get(at).unwrap_or(&b'0').wrapping_sub(b'0');
                if digit > 9 {
                    return Err(Fault::Shape);
                }
                nanosecond = nanosecond * 10 + i32::from(digit);
            }
            nanosecond
        }
        _ => return Err(Fault::Shape),
    };
    Time::new(hour as i8, minute as i8, second as i8, nanosecond).map_err(|_| Fault::Impossible)
}

fn split_offset(bytes: &[u8]) -> Result<(&[u8], Option<i32>), Fault> {
    if let [clock @ .., b'Z' | b'z'] = bytes {
        return Ok((clock, Some(0)));
    }
    let Some(sign) = bytes.iter().position(|byte| matches!(byte, b'+' | b'-')) else {
        return Ok((bytes, None));
    };
    let (hours, minutes) = match &bytes[sign + 1..] {
        [h1, h2] => (number([h1, h2])?, 0),
        [h1, h2, b':', m1, m2] | [h1, h2, m1, m2] => (number([h1, h2])?, number([m1, m2])?),
        _ => return Err(Fault::Shape),
    };
    if hours > 14 || minutes > 59 {
        return Err(Fault::Impossible);
    }
    let seconds = (hours * 3600 + minutes * 60) as i32;
    Ok((&bytes[..sign], Some(if bytes[sign] == b'-' { -seconds } else { seconds })))
}

fn number<const N: usize>(digits: [&u8; N]) -> Result<u16, Fault> {
    let mut number = 0;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return Err(Fault::Shape);
        }
        number = number * 10 + u16::from(digit);
    }
    Ok(number)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn rendered(text: &str) -> Result<String, Fault> {
        let written = date_time(text)?;
        let mut out = Vec::new();
        write_date(&mut out, written.date);
        if let Some(time) = written.time {
            out.push(b'T');
            write_time(&mut out, time);
        }
        if let Some(offset) = written.offset {
            write_offset(&mut out, offset);
        }
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn dates_and_times_are_read_as_hospitals_write_them() {
        for (text, expected) in [
            ("2023-01-27", "2023-01-27"),
            ("27/01/2023", "2023-01-27"),
            ("2023-10-10T04:17:47Z", "2023-10-10T04:17:47Z"),
            ("10/10/2023 04:17", "2023-10-10T04:17:00"),
            ("2023-10-10 04:17:47.5+02:00", "2023-10-10T04:17:47.5+02:00"),
            ("2023-10-10T04:17:47.120-0930", "2023-10-10T04:17:47.12-09:30"),
            ("2024-02-29t23:59:59+01", "2024-02-29T23:59:59+01:00"),
        ] {
            assert_eq!(rendered(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_day_that_does_not_exist_is_told_from_a_text_that_is_no_date() {
        for text in ["31/02/2023", "2023-13-01", "2023-02-29", "0000-01-01", "2023-01-27T25:00"] {
            assert_eq!(rendered(text), Err(Fault::Impossible), "{text}");
        }
        for text in [
            "27-01-2023",
            "2023/01/27",
            "27/1/2023",
            "27/01/23",
            "tomorrow!!",
            "",
            "2023-01-27T",
            "2023-01-27X10:00",
            "2023-01-27T10:00:00.",
            "2023-01-27T10:00+2",
            "2023-01-27T1:00",
        ] {
            assert_eq!(rendered(text), Err(Fault::Shape), "{text}");
        }
    }
}
