//! Who a certificate belongs to, read from its distinguished name.
//!
//! eHealth writes `C=BE, O=Federal Government, [OU=<application>],
//! OU=<TYPE>=<number>, OU=<OWNER>, OU=eHealth-platform Belgium,
//! CN="<TYPE>=<number>[, <application>]"`. The order is not relied on. Source:
//! the platform's connector 4.7.3, `CertificateParser` and `DistinguishedName`.

use std::fmt;

use super::x509::{COMMON_NAME, Certificate, ORGANISATIONAL_UNIT};
use crate::domain::finding::shape;
use crate::domain::identifier::{Nihdi, cbe, ehp};

const PLATFORM: &str = "eHealth-platform Belgium";
/// The type of a certificate that belongs to a natural person.
const PERSON: &str = "SSIN";

/// The holder of an eHealth certificate.
#[derive(Clone, Eq, PartialEq)]
pub struct Identity {
    /// What kind of number it is: `NIHII-HOSPITAL`, `CBE`, `EHP`, ….
    pub kind: String,
    /// The number, digits only, zero-padded by the issuer.
    pub number: String,
    /// The application that the certificate is meant for, if it says so.
    pub application: Option<String>,
    /// The holder's name in capitals; empty if it has none.
    pub owner: String,
}

impl Identity {
    /// Reads the subject of an authentication certificate; `None` if no part
    /// of it has the form `TYPE=number`.
    pub fn of(certificate: &Certificate) -> Option<Self> {
        Self::parse(
            &certificate.subject_values(ORGANISATIONAL_UNIT),
            &certificate.subject_values(COMMON_NAME),
        )
    }

    fn parse(units: &[String], common_names: &[String]) -> Option<Self> {
        let common_name = common_names.first().map_or("", String::as_str);
        let (named, application) = match common_name.split_once(',') {
            Some((named, application)) => (named, Some(application.trim())),
            None => (common_name, None),
        };
        let texts = units.iter().map(String::as_str).chain([named]);
        let (kind, number) = texts.filter_map(kind_and_number).next()?;
        let owner = units
            .iter()
            .map(String::as_str)
            .find(|unit| *unit != PLATFORM && Some(*unit) != application && kind_and_number(unit).is_none());
        Some(Self {
            kind: kind.to_owned(),
            number: number.to_owned(),
            application: application.map(str::to_owned),
            owner: owner.unwrap_or_default().to_owned(),
        })
    }

    /// The number as it may be shown: a person's own number only as its shape.
    pub fn shown_number(&self) -> String {
        if self.kind == PERSON { shape(&self.number) } else { self.number.clone() }
    }

    /// Whether the number satisfies the check-digit rule of its kind, as far
    /// as there is one.
    pub fn fits_check_digits(&self) -> bool {
        match self.kind.split('-').next().unwrap_or_default() {
            "NIHII" | "NIHII11" => Nihdi::parse(&self.number, Nihdi::MODULI).is_ok(),
            "CBE" => cbe(&self.number).is_ok(),
            "EHP" => ehp(&self.number).is_ok(),
            _ => true,
        }
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({}={})", self.kind, self.shown_number())
    }
}

/// Splits `TYPE=digits`, the type in capitals.
fn kind_and_number(text: &str) -> Option<(&str, &str)> {
    let (kind, number) = text.trim().split_once('=')?;
    let is_kind = kind.starts_with(|first: char| first.is_ascii_uppercase())
        && kind.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_'));
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_kind && is_number).then_some((kind, number))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn parse(units: &[&str], common_name: &str) -> Option<Identity> {
        let units: Vec<String> = units.iter().map(|unit| (*unit).to_owned()).collect();
        Identity::parse(&units, &[common_name.to_owned()])
    }

    #[test]
    fn the_holder_is_read_whatever_the_order() {
        let expected = Identity {
            kind: "NIHII-HOSPITAL".into(),
            number: "71099911".into(),
            application: Some("HD4DP".into()),
            owner: "FICTIEF ZIEKENHUIS".into(),
        };
        let mut units = ["HD4DP", "NIHII-HOSPITAL=71099911", "FICTIEF ZIEKENHUIS", PLATFORM];
        assert_eq!(parse(&units, "NIHII-HOSPITAL=71099911, HD4DP").as_ref(), Some(&expected));
        units.reverse();
        assert_eq!(parse(&units, "NIHII-HOSPITAL=71099911, HD4DP").as_ref(), Some(&expected));
    }

    #[test]
    fn an_application_is_optional_and_the_common_name_can_stand_in() {
        let identity = parse(&["VITALINKGATEWAY", PLATFORM], "EHP=1990001916, VITALINKGATEWAY").unwrap();
        assert_eq!((identity.kind.as_str(), identity.number.as_str()), ("EHP", "1990001916"));
        assert_eq!(identity.owner, "");
        assert_eq!(parse(&["CBE=0999999031", "LABO"], "CBE=0999999031").unwrap().application, None);
    }

    #[test]
    fn another_kind_of_certificate_has_no_identity() {
        assert_eq!(parse(&["web servers"], "www.hospital.example"), None);
        assert_eq!(parse(&["cbe=0999999031", "CBE=", "=12"], ""), None);
    }

    #[test]
    fn a_persons_number_is_never_shown() {
        let identity = parse(&["SSIN=53040799731"], "SSIN=53040799731").unwrap();
        assert_eq!(identity.shown_number(), "99999999999");
        assert_eq!(format!("{identity:?}"), "Identity(SSIN=99999999999)");
    }

    #[test]
    fn check_digits_are_known_for_the_kinds_that_have_them() {
        assert!(parse(&["EHP=1990990128"], "").unwrap().fits_check_digits());
        assert!(!parse(&["EHP=1990990129"], "").unwrap().fits_check_digits());
        assert!(!parse(&["NIHII-LABO=80000000"], "").unwrap().fits_check_digits());
        assert!(parse(&["SITE=1234"], "").unwrap().fits_check_digits());
    }
}
