//! What may stand in `data`: the platform's checks of a single registration.

use crate::domain::identifier::{Nihdi, Ssin};

/// Variables that hold a patient's identifier. A message with one of them
/// comes from a sender whose split is broken, so the whole of it is refused.
const IDENTIFIERS: [&str; 3] = ["IDC_PAT", "TX_IDC_PAT_GENER", "TX_IDC_PAT_INT"];

/// What is wrong with a `data` object.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Fault {
    /// A variable with nothing in it, which should have been left out.
    Empty,
    /// A variable for a patient's identifier.
    Identifier,
    /// A number that is not an exact decimal in its shortest form.
    Number,
    /// A value that reads as somebody's national number.
    Ssin,
}

/// Looks through an object in valid JSON. The walk knows tokens, not
/// structure: that the text is JSON, the parser has said before. `this_year`
/// decides which national numbers can be.
pub(super) fn check(object: &str, this_year: i16) -> Result<(), Fault> {
    let bytes = object.as_bytes();
    if !bytes.starts_with(b"{") {
        return Err(Fault::Empty);
    }
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                let end = string_end(bytes, at + 1);
                let text = &object[at + 1..end];
                at = end + 1;
                if next(bytes, at) == Some(b':') {
                    if IDENTIFIERS.contains(&text) {
                        return Err(Fault::Identifier);
                    }
                } else if text.is_empty() {
                    return Err(Fault::Empty);
                } else if text.len() >= 11 && holds_ssin(text.as_bytes(), this_year) {
                    return Err(Fault::Ssin);
                }
            }
            b'-' | b'0'..=b'9' => {
                let length = bytes[at..].iter().take_while(|byte| !b",]} \t\r\n".contains(byte)).count();
                let number = &bytes[at..at + length];
                at += length;
                if !shortest(number) {
                    return Err(Fault::Number);
                }
                if length == 11 && holds_ssin(number, this_year) {
                    return Err(Fault::Ssin);
                }
            }
            b'n' => return Err(Fault::Empty),
            b'[' | b'{' if matches!(next(bytes, at + 1), Some(b']' | b'}')) => return Err(Fault::Empty),
            _ => at += 1,
        }
    }
    Ok(())
}

/// Where the string that starts at `at` ends: at its closing quote.
fn string_end(bytes: &[u8], mut at: usize) -> usize {
    loop {
        match memchr::memchr2(b'"', b'\\', &bytes[at..]) {
            Some(found) if bytes[at + found] == b'"' => return at + found,
            Some(found) => at += found + 2,
            None => return bytes.len(),
        }
    }
}

fn next(bytes: &[u8], at: usize) -> Option<u8> {
    bytes.get(at..)?.iter().copied().find(|byte| !byte.is_ascii_whitespace())
}

/// No exponent, and no zero at the end of a fraction.
fn shortest(number: &[u8]) -> bool {
    let plain = number.iter().all(|byte| matches!(byte, b'-' | b'.' | b'0'..=b'9'));
    plain && !(number.contains(&b'.') && number.ends_with(b"0"))
}

/// Whether a national number stands in the text, plain or with separators at
/// the places where people write them (`85.04.02-169.32`).
fn holds_ssin(text: &[u8], this_year: i16) -> bool {
    let starts = (0..text.len()).filter(|&at| {
        text[at].is_ascii_digit() && !at.checked_sub(1).is_some_and(|before| text[before].is_ascii_digit())
    });
    starts.into_iter().any(|start| ssin_at(&text[start..], this_year))
}

fn ssin_at(text: &[u8], this_year: i16) -> bool {
    let mut digits = [0; 11];
    let (mut count, mut at) = (0, 0);
    while count < 11 {
        match text.get(at) {
            Some(digit @ b'0'..=b'9') => {
                digits[count] = *digit;
                count += 1;
            }
            Some(b'.' | b'-' | b'/' | b' ')
                if matches!(count, 2 | 4 | 6 | 9) && text[at - 1].is_ascii_digit() => {}
            _ => return false,
        }
        at += 1;
    }
    if text.get(at).is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let text = std::str::from_utf8(&digits).unwrap_or_default();
    // A care provider's number has eleven digits as well, belongs in data,
    // and may pass for a national one; its own check digits tell.
    Ssin::parse(text, this_year).is_ok() && Nihdi::parse(text, &[97, 89]).is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(object: &str) -> Result<(), Fault> {
        super::check(object, 2026)
    }

    #[test]
    fn clean_data_pass() {
        for data in [
            "{}",
            r#"{"CD_SEX":"1","DT":"2024-01-31","TS":"2024-01-31T10:00:00+01:00","N":1.5,"B":true}"#,
            r#"{"MS":["a","b"],"RG":[{"X":"é\"\\"},{"X":-0.25}]}"#,
            r#"{"CD_HPIN":"19990116004"}"#,
            r#"{"LOT":"850402169320","PHONE":"02 524 97 97 1"}"#,
        ] {
            assert_eq!(check(data), Ok(()), "{data}");
        }
    }

    #[test]
    fn a_national_number_is_found_however_it_is_written() {
        for value in [
            "\"85040216932\"",
            "85040216932",
            "\"85.04.02-169.32\"",
            "\"850402 169 32\"",
            "\"patient 85040216932, seen\"",
            "[\"a\",\"850402-169-32\"]",
            "[{\"Y\":\"53040799731\"}]",
        ] {
            assert_eq!(check(&format!("{{\"X\":{value}}}")), Err(Fault::Ssin), "{value}");
        }
        assert_eq!(check("{\"X\":\"85040216933\"}"), Ok(()), "wrong check digits");
    }

    #[test]
    fn identifiers_empty_values_and_long_numbers_are_found() {
        assert_eq!(check("{\"IDC_PAT\":\"x\"}"), Err(Fault::Identifier));
        for value in ["null", "\"\"", "[]", "[ ]", "{}", "[null]"] {
            assert_eq!(check(&format!("{{\"X\": {value} }}")), Err(Fault::Empty), "{value}");
        }
        for value in ["1.50", "1.0", "1e3", "-2.10"] {
            assert_eq!(check(&format!("{{\"X\":{value}}}")), Err(Fault::Number), "{value}");
        }
        for value in ["10", "0", "0.5", "-100"] {
            assert_eq!(check(&format!("{{\"X\":{value}}}")), Ok(()), "{value}");
        }
    }
}
