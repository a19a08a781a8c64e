//! Belgian identifiers and their check digits.
//!
//! Rules: national register number (SSIN, NISS, INSZ) and BIS number, NIHDI
//! (RIZIV, INAMI) number, enterprise number (CBE, KBO, BCE), eHealth partner
//! number (EHP), postal code. Sources: python-stdnum `be`, the Crossroads
//! Bank's description of the check number, NIHDI circular I 2012/26.

use std::fmt;

use jiff::civil::Date;

/// Why a text is not the identifier it should be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// The check digits do not fit.
    CheckDigits,
    /// The digits stand for a date or sequence that cannot be.
    Impossible,
    /// Not the right number of digits, or something else between them.
    Shape,
}

/// A person's number in the national register or the BIS register.
///
/// It has no `Display`, and its `Debug` hides it, so that it cannot slip into
/// a log or a message; [`Ssin::digits`] gives it to those who must have it.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Ssin {
    digits: [u8; 11],
    century: u8,
}

impl Ssin {
    /// Reads a number with or without separators (`.`, `-`, `/`, blank).
    ///
    /// `this_year` decides whether a number can belong to somebody born in
    /// this century. A number that fits both centuries counts as the older.
    pub fn parse(text: &str, this_year: i16) -> Result<Self, Fault> {
        let digits: [u8; 11] = digits(text)?;
        let number = value(&digits[..9]);
        let check = value(&digits[9..]);
        let fits = |number: u64| check == 97 - number % 97;
        let this_century = 2000 + value(&digits[..2]) as i16 <= this_year;
        let century = match () {
            () if fits(number) => 19,
            () if this_century && fits(2_000_000_000 + number) => 20,
            () => return Err(Fault::CheckDigits),
        };
        let ssin = Self { digits, century };
        let month = value(&digits[2..4]);
        let sequence = value(&digits[6..9]);
        let months = [0..=12, 20..=32, 40..=52];
        if !months.iter().any(|months| months.contains(&month))
            || value(&digits[4..6]) > 31
            || !(1..=998).contains(&sequence)
        {
            return Err(Fault::Impossible);
        }
        Ok(ssin)
    }

    /// The eleven digits.
    pub fn digits(&self) -> &str {
        // The constructor lets nothing but ASCII digits in.
        std::str::from_utf8(&self.digits).unwrap_or_default()
    }

    /// Whether a person with this number can be born on `birth`. Parts of the
    /// date that the number leaves open agree with anything.
    pub fn agrees_with(&self, birth: Date) -> bool {
        let year = value(&self.digits[..2]) as i16;
        let month = (value(&self.digits[2..4]) % 20) as i8;
        let day = value(&self.digits[4..6]) as i8;
        if month == 0 {
            // An unknown date; the day may be a counter, and 00.00.01 leaves
            // even the year open.
            return (year == 0 && day <= 1) || birth.year() % 100 == year;
        }
        let known_century = fits_both(&self.digits) || birth.year() / 100 == i16::from(self.century);
        known_century
            && birth.year() % 100 == year
            && birth.month() == month
            && (day == 0 || birth.day() == day)
    }
}

impl fmt::Debug for Ssin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ssin(hidden)")
    }
}

/// The text with the digits of every number in it that could be a patient's
/// made 9: for names that people give and that are stored and shown.
pub fn without_ssin(text: &str) -> String {
    let mut shown = text.as_bytes().to_vec();
    let places: Vec<usize> = (0..shown.len()).filter(|at| shown[*at].is_ascii_digit()).collect();
    for places in places.windows(11) {
        let is_together = places
            .windows(2)
            .all(|pair| text.as_bytes()[pair[0] + 1..pair[1]].iter().all(|byte| b".-/ _".contains(byte)));
        let digits: String = places.iter().map(|at| char::from(text.as_bytes()[*at])).collect();
        if is_together && Ssin::parse(&digits, i16::MAX).is_ok() {
            places.iter().for_each(|at| shown[*at] = b'9');
        }
    }
    String::from_utf8(shown).unwrap_or_default()
}

fn fits_both(digits: &[u8; 11]) -> bool {
    let number = value(&digits[..9]);
    let check = value(&digits[9..]);
    check == 97 - number % 97 && check == 97 - (2_000_000_000 + number) % 97
}

/// A NIHDI number of a care provider or institution: 8 digits, or 11 with the
/// qualification code.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Nihdi(String);

impl Nihdi {
    /// The moduli that a check number may come from: 97, since 2013 also 89,
    /// and 83 and 79 as met in the field.
    pub const MODULI: &[u64] = &[97, 89, 83, 79];

    /// Reads 8 or 11 digits, separators (`.`, `-`, `/`, blank) allowed.
    pub fn parse(text: &str, moduli: &[u64]) -> Result<Self, Fault> {
        let digits: String = match digits::<11>(text) {
            Ok(digits) => text_of(&digits),
            Err(_) => text_of(&digits::<8>(text)?),
        };
        let number = value(&digits.as_bytes()[..6]);
        let check = value(&digits.as_bytes()[6..8]);
        let fits = |modulus: u64| number.checked_rem(modulus).is_some_and(|rest| check == modulus - rest);
        if !moduli.iter().any(|modulus| fits(*modulus)) {
            return Err(Fault::CheckDigits);
        }
        Ok(Self(digits))
    }

    /// A number that was stored, so that it passed the check when it came, by
    /// the moduli of that day.
    pub fn stored(digits: String) -> Option<Self> {
        let is_whole = matches!(digits.len(), 8 | 11) && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_whole.then_some(Self(digits))
    }

    /// The digits as they were given: 8 or 11.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first eight digits, which tell providers apart.
    pub fn key(&self) -> &str {
        &self.0[..8]
    }
}

impl fmt::Display for Nihdi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Reads an enterprise number: ten digits, `BE`, dots and blanks allowed.
pub fn cbe(text: &str) -> Result<String, Fault> {
    let text = text.trim();
    let text = text.strip_prefix("BE").unwrap_or(text);
    let digits: [u8; 10] = digits(text)?;
    if digits[0] > b'1' {
        return Err(Fault::Impossible);
    }
    if value(&digits[8..]) != 97 - value(&digits[..8]) % 97 {
        return Err(Fault::CheckDigits);
    }
    Ok(text_of(&digits))
}

/// Reads an eHealth partner number: ten digits that start with 1990. The
/// check-digit rule is inferred from public examples, so a caller should only
/// warn about [`Fault::CheckDigits`].
pub fn ehp(text: &str) -> Result<String, Fault> {
    let digits: [u8; 10] = digits(text)?;
    if !digits.starts_with(b"1990") {
        return Err(Fault::Impossible);
    }
    if value(&digits[8..]) != 97 - value(&digits[..8]) % 97 {
        return Err(Fault::CheckDigits);
    }
    Ok(text_of(&digits))
}

/// Reads a Belgian postal code: four digits, the first not 0.
pub fn postal_code(text: &str) -> Result<&str, Fault> {
    let text = text.trim();
    let bytes = text.as_bytes();
    if bytes.len() == 4 && bytes[0] != b'0' && bytes.iter().all(u8::is_ascii_digit) {
        Ok(text)
    } else {
        Err(Fault::Shape)
    }
}

/// The `N` digits of a text that may have separators between them.
fn digits<const N: usize>(text: &str) -> Result<[u8; N], Fault> {
    let mut digits = [0; N];
    let mut count = 0;
    for byte in text.trim().bytes() {
        match byte {
            b'0'..=b'9' if count < N => {
                digits[count] = byte;
                count += 1;
            }
            b'.' | b'-' | b'/' | b' ' if count > 0 => {}
            _ => return Err(Fault::Shape),
        }
    }
    if count == N { Ok(digits) } else { Err(Fault::Shape) }
}

fn value(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
}

fn text_of(digits: &[u8]) -> String {
    digits.iter().map(|digit| char::from(*digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ssin(text: &str) -> Result<Ssin, Fault> {
        Ssin::parse(text, 2026)
    }

    #[test]
    fn an_ssin_is_read_with_both_centuries_and_bis_numbers() {
        for text in [
            "53040799731",
            "61113099644",
            "99123199544",
            "00010199479",
            "12022999381",
            "87481599242",
            "04260999104",
            "44000099031",
            "44000198902",
            "00000198849",
            "85.04.02-169.32",
            "00010199450",
        ] {
            assert!(ssin(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn an_ssin_that_cannot_be_is_refused() {
        for text in [
            "53040799732",
            "53004799731",
            "5304079973",
            "530407997310",
            "5304O799731",
            "53130799794",
            "53330799740",
            "00000000000",
            "53040799700",
            "99010199523",
            "53040700058",
            "53040799929",
            "",
        ] {
            assert!(ssin(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_ssin_never_shows_itself() {
        assert_eq!(format!("{:?}", ssin("53040799731").unwrap()), "Ssin(hidden)");
    }

    #[test]
    fn a_patients_number_inside_a_text_is_made_unrecognisable() {
        assert_eq!(without_ssin("x85.04.02-169.32y.csv"), "x99.99.99-999.99y.csv");
        assert_eq!(without_ssin("7_53040799731"), "7_99999999999");
        for text in ["lab_20260131_235959.csv", "", "é85", "85040216933", "HDBP0147 v1"] {
            assert_eq!(without_ssin(text), text);
        }
    }

    #[test]
    fn an_ssin_agrees_with_its_birth_date_as_far_as_it_knows_it() {
        let date = |year, month, day| Date::new(year, month, day).unwrap();
        assert!(ssin("53040799731").unwrap().agrees_with(date(1953, 4, 7)));
        assert!(!ssin("53040799731").unwrap().agrees_with(date(1953, 4, 8)));
        assert!(!ssin("00010199479").unwrap().agrees_with(date(1900, 1, 1)));
        assert!(ssin("00010199479").unwrap().agrees_with(date(2000, 1, 1)));
        assert!(ssin("87481599242").unwrap().agrees_with(date(1987, 8, 15)));
        assert!(ssin("44000099031").unwrap().agrees_with(date(1944, 12, 24)));
    }

    #[test]
    fn nihdi_numbers_fit_one_of_the_moduli() {
        let read = |text| Nihdi::parse(text, Nihdi::MODULI);
        for text in [
            "19990116004",
            "19990281003",
            "29990321000",
            "39990427001",
            "49990508401",
            "59990639527",
            "69990745000",
            "71099911",
            "72099902000",
            "89990858",
        ] {
            assert!(read(text).is_ok(), "{text}");
        }
        for text in [
            "71099912",
            "7109991",
            "710999110",
            "7109991100",
            "710999110000",
            "71O99911",
            "71099900",
            "71099998",
            "70199911",
            "00000000000",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn enterprise_and_partner_numbers_are_checked() {
        for text in ["0999999031", "BE 0999.999.031", "1000999022", "0799999085"] {
            assert!(cbe(text).is_ok(), "{text}");
        }
        for text in [
            "0999999032",
            "999999031",
            "2999999031",
            "0999999000",
            "0999999098",
            "0999990931",
            "09999990310",
            "09999O9031",
            "0000000000",
            "0999999066",
        ] {
            assert!(cbe(text).is_err(), "{text}");
        }
        for text in ["1990990128", "1990991019", "1990001916"] {
            assert!(ehp(text).is_ok(), "{text}");
        }
        for text in ["1990990129", "199099012", "19909901280", "199O990128", "0000000000", "1909990128"] {
            assert!(ehp(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_postal_code_is_four_digits() {
        for text in ["1000", "9000", " 1348 "] {
            assert!(postal_code(text).is_ok(), "{text}");
        }
        for text in ["0999", "B-1000", "10000", "100", "12A4", "1000.0", "-1000", "0000", ""] {
            assert!(postal_code(text).is_err(), "{text}");
        }
    }
}
