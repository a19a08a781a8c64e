//! Versions of definitions.

use std::{fmt, str::FromStr};

/// A version by the rules that healthdata.be publishes definitions with: the
/// first number rises if registrations may become invalid, the second if not,
/// the third for mended mistakes.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Version([u32; 3]);

impl Version {
    /// The first number: another one means that registrations may differ.
    pub fn major(self) -> u32 {
        self.0[0]
    }
}

impl FromStr for Version {
    type Err = ();

    /// Reads `1.2.3`, `v1.2`, `1`; missing numbers are 0.
    fn from_str(text: &str) -> Result<Self, ()> {
        let text = text.trim();
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let mut version = [0; 3];
        for (place, part) in text.split('.').enumerate() {
            let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            let number = part.parse().ok().filter(|_| is_number).ok_or(())?;
            *version.get_mut(place).ok_or(())? = number;
        }
        Ok(Self(version))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.0;
        write!(f, "{major}.{minor}.{patch}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_in_short_and_long_form_and_compare_as_numbers() {
        let read = |text: &str| text.parse::<Version>();
        assert_eq!(read("v1").map(|version| version.to_string()), Ok("1.0.0".to_owned()));
        assert!(read("1.10.0") > read("1.9.9"));
        for text in ["", "1.", "1.0.0.0", "1.0-beta", "one", "1.99999999999"] {
            assert_eq!(read(text), Err(()), "{text}");
        }
    }
}
