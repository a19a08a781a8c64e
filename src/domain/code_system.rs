//! Coding systems of medicine: the shape of their codes and their check
//! digits. Whether a code exists is not known here, so a caller only warns.

use crate::domain::identifier::{Fault, Nihdi};

/// A coding system whose codes can be checked by themselves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CodeSystem {
    /// WHO's Anatomical Therapeutic Chemical classification, any level.
    Atc,
    /// The national code number of the Belgian pharmacists' association (APB).
    Cnk,
    /// A list of healthdata.be whose codes are not known here: up to
    /// 40 letters, digits, points and hyphens.
    Healthdata,
    /// Several codes of such a list, with `|` between them.
    HealthdataSeveral,
    /// International Classification of Diseases, 10th revision, also in its
    /// Belgian and American clinical modifications; the point may be missing.
    Icd10,
    /// International Classification of Primary Care, 2nd edition.
    Icpc2,
    /// Logical Observation Identifiers Names and Codes. A text that does not
    /// look like one is a laboratory's own code, and right.
    Loinc,
    /// NIHDI numbers of physicians beside the one that enrolment is judged by.
    Nihdi,
    /// RxNorm concept identifiers.
    RxNorm,
    /// SNOMED CT concept identifiers.
    SnomedCt,
}

/// How long a code of an unknown list may be.
const LONGEST: usize = 40;

impl CodeSystem {
    /// All systems.
    pub const ALL: [Self; 10] = [
        Self::Atc,
        Self::Cnk,
        Self::Healthdata,
        Self::HealthdataSeveral,
        Self::Icd10,
        Self::Icpc2,
        Self::Loinc,
        Self::Nihdi,
        Self::RxNorm,
        Self::SnomedCt,
    ];

    /// The name in the field's own spelling, for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Atc => "ATC",
            Self::Cnk => "CNK",
            Self::Healthdata => "healthdata.be",
            Self::HealthdataSeveral => "healthdata.be codes",
            Self::Icd10 => "ICD-10",
            Self::Icpc2 => "ICPC-2",
            Self::Loinc => "LOINC",
            Self::Nihdi => "NIHDI",
            Self::RxNorm => "RxNorm",
            Self::SnomedCt => "SNOMED CT",
        }
    }

    /// The system with this name, whatever its case, blanks and hyphens:
    /// `ICD10`, `icd-10`, `SNOMED CT`, `SNOMEDCT`.
    pub fn by_name(name: &str) -> Option<Self> {
        let plain = |name: &str| -> String {
            name.chars()
                .filter(char::is_ascii_alphanumeric)
                .map(|letter| letter.to_ascii_uppercase())
                .collect()
        };
        let name = plain(name);
        Self::ALL.into_iter().find(|system| plain(system.name()) == name)
    }

    /// Judges `code` by its shape and its check digit.
    pub fn check(self, code: &str) -> Result<(), Fault> {
        let code = code.as_bytes();
        match self {
            Self::Atc => shape(is_atc(code)),
            Self::Cnk => cnk(code),
            Self::Healthdata => shape(is_healthdata(code)),
            Self::HealthdataSeveral => {
                shape(code.split(|byte| *byte == b'|').all(|code| is_healthdata(code.trim_ascii())))
            }
            Self::Icd10 => shape(is_icd10(code)),
            Self::Icpc2 => shape(is_icpc2(code)),
            Self::Loinc => loinc(code),
            Self::Nihdi => nihdi(code),
            Self::RxNorm => shape((1..=8).contains(&code.len()) && all_digits(code) && code[0] != b'0'),
            Self::SnomedCt => snomed_ct(code),
        }
    }
}

/// The check digit of ISO/IEC 7812 (Luhn) for the digits before it: that of
/// LOINC and of CNK.
///
/// APB's brochure on the CNK gives it a check digit and an MSI bar code; that
/// the rule is this one was derived from public codes, such as those in the
/// tests, all of which fit.
pub fn luhn_check_digit(digits: &[u8]) -> u8 {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit.wrapping_sub(b'0'));
            match place % 2 {
                0 if digit > 4 => digit * 2 - 9,
                0 => digit * 2,
                _ => digit,
            }
        })
        .sum();
    b'0' + ((10 - sum % 10) % 10) as u8
}

/// The check digit of Verhoeff's dihedral scheme for the digits before it, as
/// the SNOMED CT release format specification lays it down.
pub fn verhoeff_check_digit(digits: &[u8]) -> u8 {
    b'0' + INVERSE[usize::from(verhoeff(digits, 1))]
}

const DIHEDRAL: [[u8; 10]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
    [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
    [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
    [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
    [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
    [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
];
const PERMUTED: [[u8; 10]; 8] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
    [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
    [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
    [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
    [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
    [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
    [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
];
const INVERSE: [u8; 10] = [0, 4, 3, 2, 1, 5, 6, 7, 8, 9];

fn verhoeff(digits: &[u8], first_place: usize) -> u8 {
    digits.iter().rev().zip(first_place..).fold(0, |sum, (digit, place)| {
        let digit = usize::from(digit.wrapping_sub(b'0'));
        DIHEDRAL[usize::from(sum)][usize::from(PERMUTED[place % 8][digit])]
    })
}

fn snomed_ct(code: &[u8]) -> Result<(), Fault> {
    if !(6..=18).contains(&code.len()) || !all_digits(code) || code[0] == b'0' {
        return Err(Fault::Shape);
    }
    check_digit(verhoeff(code, 0) == 0)
}

fn loinc(code: &[u8]) -> Result<(), Fault> {
    match code {
        [digits @ .., b'-', check]
            if (1..=7).contains(&digits.len()) && all_digits(digits) && check.is_ascii_digit() =>
        {
            check_digit(luhn_check_digit(digits) == *check)
        }
        _ => Ok(()),
    }
}

fn cnk(code: &[u8]) -> Result<(), Fault> {
    match code {
        [digits @ .., check] if code.len() == 7 && all_digits(code) => {
            check_digit(luhn_check_digit(digits) == *check)
        }
        _ => Err(Fault::Shape),
    }
}

/// Which moduli an installation takes is its own setting; a warning takes all.
fn nihdi(code: &[u8]) -> Result<(), Fault> {
    let text = std::str::from_utf8(code).map_err(|_| Fault::Shape)?;
    Nihdi::parse(text, Nihdi::MODULI).map(|_| ())
}

fn is_healthdata(code: &[u8]) -> bool {
    (1..=LONGEST).contains(&code.len())
        && code.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
}

fn is_atc(code: &[u8]) -> bool {
    matches!(code.len(), 1 | 3 | 4 | 5 | 7)
        && b"ABCDGHJLMNPRSV".contains(&code[0])
        && code.iter().enumerate().skip(1).all(|(place, byte)| match place {
            3 | 4 => byte.is_ascii_uppercase(),
            _ => byte.is_ascii_digit(),
        })
}

fn is_icd10(code: &[u8]) -> bool {
    let (category, rest) = match code {
        [a, b, c, b'.', rest @ ..] if !rest.is_empty() => ([*a, *b, *c], rest),
        [a, b, c, rest @ ..] => ([*a, *b, *c], rest),
        _ => return false,
    };
    category[0].is_ascii_uppercase()
        && category[1].is_ascii_digit()
        && (category[2].is_ascii_digit() || matches!(category[2], b'A' | b'B'))
        && rest.len() <= 4
        && rest.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
}

/// A chapter letter and two digits; a process code has a hyphen for chapter.
fn is_icpc2(code: &[u8]) -> bool {
    matches!(code, [chapter, tens, units]
        if b"ABDFHKLNPRSTUWXYZ-".contains(chapter) && tens.is_ascii_digit() && units.is_ascii_digit())
}

fn all_digits(code: &[u8]) -> bool {
    code.iter().all(u8::is_ascii_digit)
}

fn shape(right: bool) -> Result<(), Fault> {
    if right { Ok(()) } else { Err(Fault::Shape) }
}

fn check_digit(right: bool) -> Result<(), Fault> {
    if right { Ok(()) } else { Err(Fault::CheckDigits) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn judge(system: CodeSystem, right: &[&str], misshapen: &[&str], miscounted: &[&str]) {
        for code in right {
            assert_eq!(system.check(code), Ok(()), "{code}");
        }
        for code in misshapen {
            assert_eq!(system.check(code), Err(Fault::Shape), "{code}");
        }
        for code in miscounted {
            assert_eq!(system.check(code), Err(Fault::CheckDigits), "{code}");
        }
    }

    #[test]
    fn codes_are_judged_by_the_rules_of_their_system() {
        judge(CodeSystem::Icpc2, &["R74", "A97", "-45"], &["", "R7", "R745", "C01", "r74", "74R"], &[]);
        judge(
            CodeSystem::Icd10,
            &["J06.9", "J069", "I10", "E11.65", "C7A.1", "S72.001A", "T88.7XXA"],
            &["", "J0", "J06.", "06.9", "JJ6.9", "J06.99999", "j06.9"],
            &[],
        );
        judge(
            CodeSystem::SnomedCt,
            &["22298006", "195662009", "73211009", "138875005", "900000000000207008"],
            &["", "12345", "022298006", "2229800A", "1234567890123456789"],
            &["22298007", "22289006", "195662008"],
        );
        judge(
            CodeSystem::Loinc,
            &["2947-0", "8302-2", "72514-3", "718-7", "QOLS", "LOCAL-12", "", "12345678-9"],
            &[],
            &["2947-1", "8320-2"],
        );
        judge(
            CodeSystem::Atc,
            &["A", "A10", "A10B", "A10BA", "A10BA02"],
            &["", "A1", "A10BA0", "E10BA02", "A10BA2A", "a10ba02", "A10BA021"],
            &[],
        );
        judge(
            CodeSystem::Cnk,
            &["0318717", "0029025", "0857995", "0605832", "8038846", "0132407", "4239737"],
            &["", "318717", "03187170", "031871X"],
            &["0318718", "0381717"],
        );
        let longest = "7".repeat(LONGEST);
        judge(
            CodeSystem::Healthdata,
            &["7771000", "A1.b-2", &longest],
            &["", "7771000|24028007", "a b", "other: see note", "é", &format!("{longest}1")],
            &[],
        );
        judge(
            CodeSystem::HealthdataSeveral,
            &["7771000", "68452|68453 | 68454"],
            &["", "1||2", "1|a b"],
            &[],
        );
        judge(CodeSystem::Nihdi, &["17529086004", "17529086"], &["", "1752908"], &["17529087004"]);
        judge(CodeSystem::RxNorm, &["314076", "1870230"], &["", "0314076", "31407A", "123456789"], &[]);
    }

    #[test]
    fn check_digits_are_made_by_the_rule_that_they_are_judged_by() {
        assert_eq!(luhn_check_digit(b"2947"), b'0');
        assert_eq!(verhoeff_check_digit(b"2229800"), b'6');
    }

    #[test]
    fn a_system_is_known_by_any_common_spelling() {
        for (name, system) in [
            ("ICPC2", CodeSystem::Icpc2),
            ("icd-10", CodeSystem::Icd10),
            ("SNOMEDCT", CodeSystem::SnomedCt),
            ("SNOMED CT", CodeSystem::SnomedCt),
            ("RXNORM", CodeSystem::RxNorm),
            ("healthdata.be", CodeSystem::Healthdata),
            ("healthdata.be codes", CodeSystem::HealthdataSeveral),
        ] {
            assert_eq!(CodeSystem::by_name(name), Some(system));
        }
        assert_eq!(CodeSystem::by_name("LOCAL"), None);
    }
}
