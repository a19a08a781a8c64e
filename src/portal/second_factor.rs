//! The second factor: codes of an authenticator app (TOTP, RFC 6238, in the
//! form that all apps know: SHA-1, six digits, 30 seconds) and recovery codes.

use aws_lc_rs::{constant_time::verify_slices_are_equal, hmac, rand};
use jiff::Timestamp;
use qrcode::{Color, QrCode};
use zeroize::Zeroizing;

use super::password::readable;
use crate::error::{Error, Result};

/// Seconds for which a code is shown.
const STEP_SECONDS: i64 = 30;

/// Steps before and after the present one whose codes are taken too: clocks
/// differ, and people type slowly.
const TOLERANCE: u64 = 1;

/// How many recovery codes there are.
const RECOVERY_CODES: usize = 10;

/// The secret that an app and this installation share: 160 random bits.
pub struct Secret(Zeroizing<Vec<u8>>);

/// A QR code to draw: dark squares on a field of `side` by `side`, with a
/// margin of four on each side.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Picture {
    /// The width and height, margin included: `viewBox="0 0 side side"`.
    pub side: usize,
    /// The dark squares, as the `d` of an SVG path.
    pub path: String,
}

impl Secret {
    /// A new one.
    pub fn new() -> Result<Self> {
        let mut bytes = Zeroizing::new(vec![0; 20]);
        rand::fill(&mut bytes).map_err(Error::internal)?;
        Ok(Self(bytes))
    }

    /// One that was stored.
    pub fn stored(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }

    /// The bytes, to be stored.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The secret to type into an app: groups of four letters of base32.
    pub fn text(&self) -> Zeroizing<String> {
        let plain = self.base32();
        let mut text = Zeroizing::new(String::new());
        for (index, letter) in plain.chars().enumerate() {
            if index > 0 && index % 4 == 0 {
                text.push(' ');
            }
            text.push(letter);
        }
        text
    }

    /// The secret read back from [`Secret::text`], as a form brings it along.
    pub fn typed(text: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(20));
        let (mut bits, mut count) = (0_u32, 0);
        for letter in text.bytes().filter(|byte| *byte != b' ') {
            let value = BASE32.iter().position(|known| *known == letter.to_ascii_uppercase())?;
            bits = bits << 5 | value as u32;
            count += 5;
            if count >= 8 {
                count -= 8;
                bytes.push((bits >> count) as u8);
                bits &= (1 << count) - 1;
            }
        }
        (bytes.len() == 20).then_some(Self(bytes))
    }

    /// The address that an app reads from a QR code; `account` and `issuer` are
    /// what it shows.
    pub fn url(&self, issuer: &str, account: &str) -> Zeroizing<String> {
        let (issuer, account) = (escaped(issuer), escaped(account));
        let secret = self.base32();
        Zeroizing::new(format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period=30",
            *secret
        ))
    }

    /// The time step that this code is of, if it is right at `now`. Whoever
    /// takes it must take each step once only.
    pub fn check(&self, code: &str, now: Timestamp) -> Option<u64> {
        let code: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
        let step = u64::try_from(now.as_second() / STEP_SECONDS).ok()?;
        let mut found = None;
        for step in step.saturating_sub(TOLERANCE)..=step + TOLERANCE {
            if verify_slices_are_equal(self.code(step).as_bytes(), code.as_bytes()).is_ok() {
                found = Some(step);
            }
        }
        found
    }

    /// The code of a time step, as an app shows it.
    pub fn code(&self, step: u64) -> Zeroizing<String> {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let tag = tag.as_ref();
        let at = usize::from(tag[19] & 15);
        let number = u32::from_be_bytes([tag[at] & 127, tag[at + 1], tag[at + 2], tag[at + 3]]);
        Zeroizing::new(format!("{:06}", number % 1_000_000))
    }

    fn base32(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(32));
        for chunk in self.0.chunks(5) {
            let bits = chunk.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
            let letters = (chunk.len() * 8).div_ceil(5);
            let bits = bits << (letters * 5 - chunk.len() * 8);
            for index in (0..letters).rev() {
                text.push(char::from(BASE32[(bits >> (index * 5)) as usize & 31]));
            }
        }
        text
    }
}

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Draws an address as a QR code.
pub fn picture(url: &str) -> Result<Picture> {
    let code = QrCode::new(url).map_err(Error::internal)?;
    let width = code.width();
    let mut path = String::new();
    for (index, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            path.push_str(&format!("M{} {}h1v1h-1z", index % width + 4, index / width + 4));
        }
    }
    Ok(Picture { side: width + 8, path })
}

/// New recovery codes, 79 random bits each, to be shown once.
pub fn recovery_codes() -> Result<Vec<Zeroizing<String>>> {
    (0..RECOVERY_CODES).map(|_| readable(4)).collect()
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'@' => {
                escaped.push(char::from(byte));
            }
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn known() -> Secret {
        Secret(Zeroizing::new(b"12345678901234567890".to_vec()))
    }

    #[test]
    fn codes_are_those_of_rfc_6238() {
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(*known().code(second / 30), code);
        }
    }

    #[test]
    fn a_code_is_good_one_step_early_or_late_and_no_more() {
        let secret = known();
        let at = |second| Timestamp::from_second(second).unwrap();
        let code = secret.code(1_000);
        for second in [1_000 * 30 - 30, 1_000 * 30, 1_000 * 30 + 59] {
            assert_eq!(secret.check(&code, at(second)), Some(1_000), "{second}");
        }
        for second in [1_000 * 30 - 31, 1_000 * 30 + 60] {
            assert_eq!(secret.check(&code, at(second)), None, "{second}");
        }
        assert_eq!(secret.check(&format!("{} {}", &code[..3], &code[3..]), at(30_000)), Some(1_000));
        assert_eq!(secret.check("", at(30_000)), None);
    }

    #[test]
    fn a_secret_can_be_typed_or_scanned() {
        assert_eq!(*known().text(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(Secret::typed("gezd gnbv GY3TQOJQ GEZDGNBVGY3TQOJQ").unwrap().bytes(), known().bytes());
        assert!(Secret::typed("GEZD").is_none());
        assert!(Secret::typed("GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJ!").is_none());
        let url = known().url("HD4DP Fictief", "an@a.be");
        assert_eq!(
            *url,
            "otpauth://totp/HD4DP%20Fictief:an@a.be?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=HD4DP%20Fictief&algorithm=SHA1&digits=6&period=30"
        );
        let picture = picture(&url).unwrap();
        assert!(picture.side > 40);
        // The corner of the first finder pattern, behind the margin.
        assert!(picture.path.starts_with("M4 4h1v1h-1z"), "{}", &picture.path[..20]);
    }

    #[test]
    fn recovery_codes_are_ten_different_ones() {
        let mut codes = recovery_codes().unwrap();
        codes.sort_unstable_by(|one, other| one.as_str().cmp(other));
        codes.dedup();
        assert_eq!(codes.len(), 10);
        assert!(codes.iter().all(|code| code.len() == 19));
    }
}
