//! Whom a row is about, and whether anything but the identifier tells.

use jiff::civil::Date;

use super::{Cells, Patient, Row, Validator, json::trimmed, plan::Reading};
use crate::{
    definition::Value,
    domain::{
        identifier::{Fault, Nihdi, Ssin, cbe},
        moment,
    },
};

/// What stands between the parts of a business key.
const UNIT_SEPARATOR: u8 = 0x1f;

/// A patient's number, with what is worked out about it once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) ssin: Ssin,
    pub(super) digits: [u8; 11],
    number: u64,
    /// The birth date that it was last compared with, and whether they agree.
    birth: Option<(Date, bool)>,
}

impl Known {
    /// Reads a number; `this_year` as for [`Ssin::parse`].
    pub(super) fn new(text: &str, this_year: i16) -> Result<Self, Fault> {
        let ssin = Ssin::parse(text, this_year)?;
        let digits: [u8; 11] = ssin.digits().as_bytes().try_into().map_err(|_| Fault::Shape)?;
        let number = digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'));
        Ok(Self { ssin, digits, number, birth: None })
    }

    fn agrees_with(&mut self, date: Date) -> bool {
        match self.birth {
            Some((known, agrees)) if known == date => agrees,
            _ => {
                let agrees = self.ssin.agrees_with(date);
                self.birth = Some((date, agrees));
                agrees
            }
        }
    }
}

impl Validator {
    /// Completes the patient, compares him with his birth date and looks for
    /// his number in other values.
    pub(super) fn identify(&mut self, cells: Cells<'_>, out: &mut Row) {
        let Some(at) = self.roles.patient else { return };
        if out.patient.is_none() {
            if self.values[at].is_empty() {
                self.generate(at, cells, out);
            }
            return;
        }
        let this_year = self.options.today.year();
        let cell = trimmed(cells.get(at)).0;
        let Ok(known) = self.ssins.get(cell, |cell| Known::new(cell, this_year)) else { return };
        let number = known.number;
        let birth = self.roles.birth_date;
        let differs = birth.is_some_and(|birth| match self.values[birth] {
            Value::Date(date) => !known.agrees_with(date),
            _ => false,
        });
        if let Some(birth) = birth.filter(|_| differs) {
            out.warning("cell-birth-date-differs", birth, self.shown(birth, cells));
        }
        out.identifier_in_value = self.tells(number, cells);
    }

    /// Whether a value that leaves holds a number.
    fn tells(&self, number: u64, cells: Cells<'_>) -> bool {
        let holds = |cell: &str| cell.len() >= 11 && holds_number(cell.as_bytes(), number);
        let made = |value: Value, cell| match value {
            Value::Made { start, end } => self.made.get(start as usize..end as usize).unwrap_or_default(),
            _ => cell,
        };
        self.steps.could_tell.iter().copied().any(|at| match &self.plans[at] {
            plan if !plan.elsewhere => holds(cells.get(at)),
            plan => match plan.repeat.and_then(|repeat| cells.repeats.get(repeat)) {
                None => holds(made(self.values[at], cells.get(at))),
                Some(instances) => instances.iter().any(|instance| {
                    let place = at - instance.first;
                    holds(made(instance.values[place], instance.cells[place]))
                }),
            },
        })
    }

    /// Whether the patient has no number and is to be told by other values.
    pub(super) fn is_generated(&self, cells: Cells<'_>, out: &Row) -> bool {
        matches!(out.patient, Some(Patient::Generated(_))) || self.wants_generated(cells)
    }

    /// Writes the [business key](Row::key), or nothing if a part of it is
    /// missing.
    pub(super) fn write_key(&self, cells: Cells<'_>, out: &mut Row) {
        for (label, at) in &self.steps.keys {
            let at = *at;
            if !out.key.is_empty() {
                out.key.push(UNIT_SEPARATOR);
            }
            out.key.extend_from_slice(label);
            let before = out.key.len();
            match (&out.patient, Some(at) == self.roles.patient) {
                (Some(Patient::Ssin(ssin)), true) => out.key.extend_from_slice(ssin.digits().as_bytes()),
                (Some(Patient::Generated(text)), true) => out.key.extend_from_slice(text.as_bytes()),
                _ => self.write_plain(at, cells, &mut out.key),
            }
            if out.key.len() == before {
                out.key.clear();
                return;
            }
        }
    }

    /// Writes a value in the one form that stays the same however it is
    /// written and wherever another version has its choices.
    fn write_plain(&self, at: usize, cells: Cells<'_>, key: &mut Vec<u8>) {
        match self.values[at] {
            Value::Empty | Value::Unreadable => {}
            Value::Text { .. } | Value::Made { .. } | Value::Choice(_) => {
                let plain = self.plain(at, cells).unwrap_or_default();
                let number = match self.plans[at].reading {
                    Reading::Physician => {
                        Nihdi::parse(plain, &self.options.nihii_moduli).ok().map(|it| it.to_string())
                    }
                    Reading::Enterprise => cbe(plain).ok(),
                    _ => None,
                };
                key.extend_from_slice(number.as_deref().unwrap_or(plain).as_bytes());
            }
            Value::Number(number) => number.write(key),
            Value::Date(date) => moment::write_date(key, date),
            Value::Moment(moment) => moment.write_utc(key),
            Value::Time(time) => moment::write_time(key, time),
            Value::Choices { .. } => {
                let list = self.definition.list_of(&self.definition.variables[at]);
                let choices = list.map_or(&[][..], |list| &list.choices);
                let picked = self.seen(cells).choices(at).iter();
                let mut codes: Vec<&str> =
                    picked.map(|choice| choices[*choice as usize].code.as_str()).collect();
                codes.sort_unstable();
                key.extend_from_slice(codes.join("|").as_bytes());
            }
        }
    }

    /// Makes an identifier of names, birth date and sex for a patient without
    /// a number; says what is missing where the row or the definition asks
    /// for one.
    fn generate(&self, at: usize, cells: Cells<'_>, out: &mut Row) {
        let roles = &self.roles;
        let wanted = self.wants_generated(cells);
        let parts = [roles.last_name, roles.first_name, roles.birth_date, roles.sex];
        let present = parts.iter().all(|part| part.is_some_and(|part| self.values[part].is_readable()));
        if present && (wanted || !roles.patient_required) {
            let mut text = String::new();
            for part in parts.into_iter().flatten() {
                if !text.is_empty() {
                    text.push('|');
                }
                let mut plain = Vec::new();
                self.write_plain(part, cells, &mut plain);
                match self.values[part] {
                    Value::Date(_) => text.push_str(&String::from_utf8_lossy(&plain)),
                    _ => text.extend(folded(&String::from_utf8_lossy(&plain))),
                }
            }
            out.patient = Some(Patient::Generated(text));
        } else if !out.draft && wanted {
            for part in parts.into_iter().flatten().filter(|part| self.values[*part].is_empty()) {
                out.error("cell-required-without-ssin", part, "");
            }
            if parts.iter().any(Option::is_none) {
                out.error("cell-patient-missing", at, "");
            }
        } else if !out.draft && !roles.patient_required && !self.plans[at].key {
            out.error("cell-patient-missing", at, "");
        }
    }

    /// Whether the row says that the identifier is to be generated.
    fn wants_generated(&self, cells: Cells<'_>) -> bool {
        self.roles.generated.and_then(|at| self.plain(at, cells)).is_some_and(|said| {
            !["false", "no", "0", "n", "nee", "non"].iter().any(|no| said.eq_ignore_ascii_case(no))
        })
    }
}

/// Whether the eleven digits of `number` stand in `cell`, whatever signs are
/// between them.
fn holds_number(cell: &[u8], number: u64) -> bool {
    const ELEVEN_DIGITS: u64 = 100_000_000_000;
    // Most texts have few digits, and bytes are counted many at a time.
    let digits = |part: &[u8]| part.iter().fold(0u8, |count, byte| count + u8::from(byte.is_ascii_digit()));
    if cell.chunks(128).map(|part| u32::from(digits(part))).sum::<u32>() < 11 {
        return false;
    }
    let mut last = 0u64;
    let mut count = 0;
    for byte in cell {
        match byte {
            b'0'..=b'9' => {
                last = last * 10 + u64::from(byte - b'0');
                if last >= ELEVEN_DIGITS {
                    last %= ELEVEN_DIGITS;
                }
                count += 1;
                if count >= 11 && last == number {
                    return true;
                }
            }
            b'a'..=b'z' | b'A'..=b'Z' => count = 0,
            _ => {}
        }
    }
    false
}

/// A name in capitals, without accents, blanks and signs, so that spellings
/// of one name agree.
fn folded(name: &str) -> impl Iterator<Item = char> {
    name.chars()
        .flat_map(char::to_uppercase)
        .flat_map(|letter| unaccented(letter).chars().collect::<Vec<_>>())
}

fn unaccented(letter: char) -> String {
    let plain = match letter {
        'À'..='Å' | 'Ā' | 'Ă' | 'Ą' => "A",
        'Æ' => "AE",
        'Ç' | 'Ć' | 'Č' | 'Ĉ' | 'Ċ' => "C",
        'Ď' | 'Đ' | 'Ð' => "D",
        'È'..='Ë' | 'Ē' | 'Ĕ' | 'Ė' | 'Ę' | 'Ě' => "E",
        'Ĝ' | 'Ğ' | 'Ġ' | 'Ģ' => "G",
        'Ì'..='Ï' | 'Ĩ' | 'Ī' | 'Ĭ' | 'Į' | 'İ' => "I",
        'Ĺ' | 'Ļ' | 'Ľ' | 'Ł' => "L",
        'Ñ' | 'Ń' | 'Ņ' | 'Ň' => "N",
        'Ò'..='Ö' | 'Ø' | 'Ō' | 'Ŏ' | 'Ő' => "O",
        'Œ' => "OE",
        'Ŕ' | 'Ŗ' | 'Ř' => "R",
        'Ś' | 'Ŝ' | 'Ş' | 'Š' | 'Ș' => "S",
        'Ţ' | 'Ť' | 'Ț' => "T",
        'Ù'..='Ü' | 'Ũ' | 'Ū' | 'Ŭ' | 'Ů' | 'Ű' | 'Ų' => "U",
        'Ý' | 'Ÿ' => "Y",
        'Ź' | 'Ż' | 'Ž' => "Z",
        letter if letter.is_alphanumeric() => return letter.to_string(),
        _ => "",
    };
    plain.to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_behind_any_separators_and_letters() {
        let number = 53_040_799_731;
        for cell in [
            "53040799731",
            "see 53.04.07-997.31",
            "P53040799731x",
            "0053040799731",
            "53 04 07 – 997 / 31!",
            "tel 0253040799731",
        ] {
            assert!(holds_number(cell.as_bytes(), number), "{cell}");
        }
        for cell in [
            "53040799732",
            "5304079973",
            "530407 abc 99731",
            "53040a799731 and more",
            "no digits here at all",
        ] {
            assert!(!holds_number(cell.as_bytes(), number), "{cell}");
        }
    }

    #[test]
    fn spellings_of_one_name_agree() {
        for name in ["Van den Bœuf-Élan", "VAN DEN BOEUF ELAN", "van den boeufélan"] {
            assert_eq!(folded(name).collect::<String>(), "VANDENBOEUFELAN");
        }
    }
}
