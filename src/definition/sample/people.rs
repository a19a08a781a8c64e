//! Fictitious patients and physicians with well-formed numbers.

use jiff::{ToSpan, civil::Date};

use super::random::Random;

/// How many physicians there are.
pub const PHYSICIANS: usize = 40;

/// The NIHDI number, eleven digits, of the fictitious physician `n`; there
/// are [`PHYSICIANS`], then they start again.
pub fn sample_physician(n: usize) -> String {
    let number = 199_900 + (n % PHYSICIANS) as u64 * 2;
    format!("{number}{:02}004", 97 - number % 97)
}

/// A fictitious patient.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) ssin: String,
    pub(super) birth: Date,
    pub(super) is_male: bool,
    /// Whether the sex is not registered as one of the two.
    pub(super) sex_is_open: bool,
    pub(super) country: &'static str,
    /// Empty abroad.
    pub(super) postal_code: &'static str,
    pub(super) physician: String,
    pub(super) practice: String,
    pub(super) last_name: &'static str,
    pub(super) first_name: &'static str,
}

/// Birth dates start here and go on for [`DAYS`].
const FIRST_BIRTH: Date = jiff::civil::date(1926, 1, 1);
const DAYS: u64 = 36_000;

impl Person {
    /// The patient `number` of a seed. Up to 17 million of them have
    /// different national numbers: each gets the next free sequence number of
    /// his birth date and sex.
    pub(super) fn new(number: u64, seed: u64) -> Self {
        let mut random = Random::new(seed ^ (number + 1).wrapping_mul(0xd1b5_4a32_d192_ed03));
        let day = (number * 7_919 + seed % DAYS) % DAYS;
        let birth = FIRST_BIRTH.saturating_add((day as i64).days());
        let is_male = random.below(2) == 0;
        let sequence = (number / DAYS + Random::new(seed ^ day).below(498)) % 498 * 2 + 1;
        let physician = random.below(PHYSICIANS as u64) as usize;
        let is_abroad = random.below(100) < 3;
        Self {
            ssin: ssin(birth, sequence + u64::from(!is_male)),
            birth,
            is_male,
            sex_is_open: random.below(200) == 0,
            country: if is_abroad { random.one(&NEIGHBOURS) } else { "BE" },
            postal_code: if is_abroad { "" } else { random.one(&POSTAL_CODES) },
            physician: sample_physician(physician),
            practice: format!("P{:02}", physician / 4 + 1),
            last_name: random.one(&LAST_NAMES),
            first_name: random.one(if is_male { &MALE_NAMES } else { &FEMALE_NAMES }),
        }
    }
}

fn ssin(birth: Date, sequence: u64) -> String {
    let (year, month, day) = (birth.year() as u64, birth.month() as u64, birth.day() as u64);
    let number = year % 100 * 10_000_000 + month * 100_000 + day * 1_000 + sequence;
    let century = if year >= 2000 { 2_000_000_000 } else { 0 };
    format!("{number:09}{:02}", 97 - (century + number) % 97)
}

const NEIGHBOURS: [&str; 4] = ["NL", "FR", "DE", "LU"];
const POSTAL_CODES: [&str; 24] = [
    "1000", "1070", "1180", "1300", "1500", "1800", "2000", "2060", "2300", "2800", "3000", "3010", "3200",
    "3500", "3600", "4000", "4800", "5000", "6000", "6700", "7000", "8000", "8500", "9000",
];
const LAST_NAMES: [&str; 16] = [
    "Peeters",
    "Janssens",
    "Maes",
    "Jacobs",
    "Willems",
    "Dubois",
    "Lambert",
    "Dupont",
    "Martin",
    "Claes",
    "Goossens",
    "Wouters",
    "De Smet",
    "Van den Bossche",
    "Lefèvre",
    "Noël",
];
const MALE_NAMES: [&str; 10] =
    ["Jan", "Luc", "Marc", "Pierre", "Noah", "Arthur", "Liam", "Karim", "Thomas", "Jean-Paul"];
const FEMALE_NAMES: [&str; 10] =
    ["Marie", "An", "Els", "Emma", "Olivia", "Louise", "Fatima", "Sofie", "Chloé", "Anne-Marie"];
