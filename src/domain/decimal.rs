//! Exact decimal numbers, as laboratories write them: no binary fraction ever
//! changes a digit.

use std::{cmp::Ordering, fmt};

/// A decimal number with up to 18 digits before and 18 after the point, in
/// its one normal form: no trailing zeros, no negative zero.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Decimal {
    negative: bool,
    scale: u8,
    whole: u64,
    fraction: u64,
}

const MOST_DIGITS: usize = Decimal::MOST_DIGITS;

const POWERS: [u64; MOST_DIGITS + 1] = {
    let mut powers = [1; MOST_DIGITS + 1];
    let mut at = 1;
    while at <= MOST_DIGITS {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

impl Decimal {
    /// The most digits on either side of the point.
    pub const MOST_DIGITS: usize = 18;

    /// Reads `12`, `-12.50`, `.5`, `+1.2E-3`. A `comma` may stand for the
    /// point where the file says so. No thousands separators, no blanks.
    pub fn parse(text: &str, comma: bool) -> Option<Self> {
        let bytes = text.as_bytes();
        let (negative, digits) = match bytes {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, bytes),
        };
        let mut whole = 0u64;
        let mut at = 0;
        while let Some(digit) = digits.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10)
        {
            whole = whole.wrapping_mul(10).wrapping_add(u64::from(digit));
            at += 1;
        }
        if at > MOST_DIGITS {
            return leading_zeros_cut(text, comma);
        }
        match digits.get(at) {
            None if at > 0 => Some(Self::normal(negative, whole, 0, 0)),
            Some(b'.') => Self::parse_fraction(negative, whole, &digits[at + 1..], text, comma),
            Some(b',') if comma => Self::parse_fraction(negative, whole, &digits[at + 1..], text, comma),
            Some(b'e' | b'E') if at > 0 => exponent_resolved(text, comma),
            _ => None,
        }
    }

    /// Whether it has no digits after the point.
    pub fn is_whole(self) -> bool {
        self.scale == 0
    }

    /// How many digits stand before the point, a lone zero not counted, and
    /// after it.
    pub fn digits(self) -> (u32, u32) {
        (self.whole.checked_ilog10().map_or(0, |power| power + 1), u32::from(self.scale))
    }

    /// Appends it in the form that JSON has too: `-12.5`.
    pub fn write(self, out: &mut Vec<u8>) {
        if self.negative {
            out.push(b'-');
        }
        write_digits(out, self.whole, 1);
        if self.scale > 0 {
            out.push(b'.');
            write_digits(out, self.fraction, usize::from(self.scale));
        }
    }

    /// How often 10^-`decimals` fits into it, for up to 18 decimals: the next
    /// whole number below and the next one above, the same if it fits exactly.
    pub fn units(self, decimals: u32) -> (i128, i128) {
        let (whole, fraction) = self.magnitude();
        let digits = i128::from(whole) * i128::from(POWERS[MOST_DIGITS]) + i128::from(fraction);
        let digits = if self.negative { -digits } else { digits };
        let unit = i128::from(POWERS[MOST_DIGITS - (decimals as usize).min(MOST_DIGITS)]);
        (digits.div_euclid(unit), -(-digits).div_euclid(unit))
    }

    /// The binary fraction that is nearest to it.
    pub fn to_f64(self) -> f64 {
        let unit = POWERS[usize::from(self.scale)];
        let digits = u128::from(self.whole) * u128::from(unit) + u128::from(self.fraction);
        let magnitude = if digits < 1 << 53 {
            // Both sides are exact, so the quotient is rounded once.
            digits as f64 / unit as f64
        } else {
            Self { negative: false, ..self }.to_string().parse().unwrap_or(f64::NAN)
        };
        if self.negative { -magnitude } else { magnitude }
    }

    fn parse_fraction(
        negative: bool,
        whole: u64,
        mut digits: &[u8],
        text: &str,
        comma: bool,
    ) -> Option<Self> {
        if digits.is_empty() {
            return None;
        }
        if digits.iter().any(|byte| matches!(byte, b'e' | b'E')) {
            return exponent_resolved(text, comma);
        }
        while let [shorter @ .., b'0'] = digits {
            digits = shorter;
        }
        if digits.len() > MOST_DIGITS {
            return None;
        }
        let mut fraction = 0u64;
        for byte in digits {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            fraction = fraction * 10 + u64::from(digit);
        }
        Some(Self::normal(negative, whole, fraction, digits.len() as u8))
    }

    fn normal(negative: bool, whole: u64, fraction: u64, scale: u8) -> Self {
        Self { negative: negative && (whole, fraction) != (0, 0), scale, whole, fraction }
    }

    fn magnitude(self) -> (u64, u64) {
        (self.whole, self.fraction * POWERS[MOST_DIGITS - usize::from(self.scale)])
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::with_capacity(40);
        self.write(&mut text);
        f.write_str(&String::from_utf8_lossy(&text))
    }
}

impl From<u32> for Decimal {
    fn from(number: u32) -> Self {
        Self::normal(false, u64::from(number), 0, 0)
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.magnitude().cmp(&other.magnitude()),
            (true, true) => other.magnitude().cmp(&self.magnitude()),
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Appends `number` in decimal, with zeros before it up to `width` digits.
pub fn write_digits(out: &mut Vec<u8>, mut number: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut start = digits.len();
    while number > 0 {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    out.extend_from_slice(&digits[start.min(digits.len() - width.min(digits.len()))..]);
}

/// Zeros in front do not count as digits.
fn leading_zeros_cut(text: &str, comma: bool) -> Option<Decimal> {
    let unsigned = text.trim_start_matches(['-', '+']);
    let cut = unsigned.trim_start_matches('0');
    let whole = cut.bytes().take_while(u8::is_ascii_digit).count();
    if cut.len() == unsigned.len() || text.len() - unsigned.len() > 1 || whole > MOST_DIGITS {
        return None;
    }
    let sign = if text.starts_with('-') { "-" } else { "" };
    // One more zero before all the digits that there may be would lead here again.
    let zero = if whole == 0 { "0" } else { "" };
    Decimal::parse(&format!("{sign}{zero}{cut}"), comma)
}

/// Moves the point as the exponent says. Spreadsheets write small results
/// so; rare enough to go by way of text.
fn exponent_resolved(text: &str, comma: bool) -> Option<Decimal> {
    let (mantissa, exponent) = text.split_once(['e', 'E'])?;
    let exponent: i32 = exponent.parse().ok().filter(|exponent| (-40..=40).contains(exponent))?;
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(mantissa) => ("-", mantissa),
        None => ("", mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let point = if comma { ['.', ','] } else { ['.', '.'] };
    let (whole, fraction) = mantissa.split_once(point).unwrap_or((mantissa, ""));
    if !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let zeros = "0".repeat(exponent.unsigned_abs() as usize);
    let (left, right) = if exponent < 0 {
        (format!("{zeros}{whole}"), fraction.to_owned())
    } else {
        (whole.to_owned(), format!("{fraction}{zeros}"))
    };
    let digits = format!("{left}{right}");
    let place = if exponent < 0 { left.len() - zeros.len() } else { left.len() + zeros.len() };
    let (whole, fraction) = digits.split_at_checked(place)?;
    let whole = whole.trim_start_matches('0');
    let dot = if fraction.is_empty() { "" } else { "." };
    Decimal::parse(&format!("{sign}0{whole}{dot}{fraction}"), false)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rendered(text: &str, comma: bool) -> Option<String> {
        Decimal::parse(text, comma).map(|number| number.to_string())
    }

    #[test]
    fn a_number_keeps_its_digits_and_loses_its_idle_zeros() {
        for (text, expected) in [
            ("127.90", "127.9"),
            ("1.0", "1"),
            ("007", "7"),
            ("-0.0", "0"),
            (".5", "0.5"),
            ("+3", "3"),
            ("0.1", "0.1"),
            ("1.05", "1.05"),
            ("123456789012345678.000000000000000001", "123456789012345678.000000000000000001"),
            ("0000000000000000000000012.5", "12.5"),
            ("0123456789012345678", "123456789012345678"),
            ("-0999999999999999999.5", "-999999999999999999.5"),
            ("00000000000000000000.5", "0.5"),
            ("00000000000000000000", "0"),
            ("123456789012345678e0", "123456789012345678"),
            ("1.2E-3", "0.0012"),
            ("-12.5e2", "-1250"),
            ("5e0", "5"),
            ("12e-2", "0.12"),
        ] {
            assert_eq!(rendered(text, false).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(rendered("1,5", true).as_deref(), Some("1.5"));
    }

    #[test]
    fn the_nearest_binary_fraction_is_the_one_that_is_parsed() {
        for text in
            ["0", "-12.5", "0.1", "123456789.987654321", "999999999999999999.999999999999999999", "1e-18"]
        {
            let number = Decimal::parse(text, false).unwrap();
            assert_eq!(number.to_f64(), text.parse::<f64>().unwrap(), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_not_read() {
        for text in [
            "",
            "-",
            ".",
            "5.",
            "1,5",
            "1 000",
            "1.2.3",
            "abc",
            "--5",
            "0x10",
            "1e",
            "e5",
            "1e99",
            "1e2.5",
            "NaN",
            "1234567890123456789",
            "-+00000000000000000000001",
            "1.0000000000000000001",
            "00000000566369836437025587A0",
            "1234567890123456789e0",
            "٣",
        ] {
            assert_eq!(rendered(text, false), None, "{text}");
        }
    }

    #[test]
    fn units_of_a_decimal_are_counted_exactly() {
        let units = |text, decimals| Decimal::parse(text, false).unwrap().units(decimals);
        assert_eq!(units("0.29", 2), (29, 29));
        assert_eq!(units("0.295", 2), (29, 30));
        assert_eq!(units("-0.295", 2), (-30, -29));
        assert_eq!(units("7", 0), (7, 7));
        let most = 10_i128.pow(36) - 1;
        assert_eq!(units("-999999999999999999.999999999999999999", 18), (-most, -most));
    }

    proptest! {
        #[test]
        fn whatever_looks_like_a_number_is_read_as_others_read_it_or_not_at_all(
            text in "[-+]?0{0,24}[0-9]{0,20}(\\.[0-9]{0,20})?([eE][-+]?[0-9]{0,2})?",
        ) {
            if let Some(number) = Decimal::parse(&text, false) {
                prop_assert_eq!(number.to_f64(), text.parse::<f64>().unwrap());
            }
        }
    }

    #[test]
    fn numbers_compare_by_value() {
        let read = |text| Decimal::parse(text, false).unwrap();
        let ordered = ["-10", "-9.5", "-0.01", "0", "0.5", "0.51", "9", "10", "10.000000000000000001"];
        for pair in ordered.windows(2) {
            assert!(read(pair[0]) < read(pair[1]), "{pair:?}");
        }
        assert_eq!(read("1.50"), read("1.5"));
        assert_eq!(read("120.25").digits(), (3, 2));
        assert_eq!(read("0.25").digits(), (0, 2));
    }
}
