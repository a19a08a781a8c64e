//! The value of a cell, by what its variable is filled with.

use jiff::{
    ToSpan,
    civil::{Date, Time},
};

use super::{
    TODAY,
    codes::{self, REMARKS},
    filler::{Filler, Lab},
    pattern::Pattern,
    repeat::FEW,
    row::{Generator, Spent},
};
use crate::{
    definition::{Codes, Kind, Moment, Value},
    domain::decimal::Decimal,
};

/// So many texts of a pattern are tried, of which some are written in two ways.
const MOST_TRIES: usize = 1_000;

impl Generator<'_> {
    /// Writes a value into the cell.
    pub(super) fn value(&mut self, at: usize, attempt: u64) -> Value {
        let filler = self.fillers[at].clone();
        match filler {
            Filler::Nothing => return Value::Empty,
            Filler::Ssin => self.cells[at].push_str(&self.person.ssin),
            Filler::Birth => return self.put_birth(at),
            Filler::Sex(choices) => {
                let place = if self.person.sex_is_open { 2 } else { usize::from(!self.person.is_male) };
                match choices {
                    Some(choices) => return self.put_choice(at, choices[place]),
                    None => self.cells[at].push_str(["M", "F", "U"][place]),
                }
            }
            Filler::Country => match self.definition.list_of(&self.definition.variables[at]) {
                Some(list) => return self.put_choice(at, list.find(self.person.country).unwrap_or(0)),
                None => self.cells[at].push_str(self.person.country),
            },
            Filler::PostalCode => self.cells[at].push_str(self.person.postal_code),
            Filler::Physician => self.cells[at].push_str(&self.person.physician),
            Filler::Practice => self.cells[at].push_str(&self.person.practice),
            Filler::LastName => self.cells[at].push_str(self.person.last_name),
            Filler::FirstName => self.cells[at].push_str(self.person.first_name),
            Filler::Internal => self.cells[at].push_str(&format!("H{:07}", self.people)),
            Filler::Enterprise => {
                let number = 9_000_000 + self.people % 1_000_000;
                self.cells[at].push_str(&format!("{number:08}{:02}", 97 - number % 97));
            }
            Filler::Number(letter) => return self.put_number(at, letter),
            Filler::Pattern(pattern) => return self.put_fitting(at, &pattern),
            Filler::DateOfRow => {
                let date = TODAY.saturating_sub((3 * self.row_of_person as i64 + 1).days());
                return self.put_date(at, date);
            }
            Filler::YearOfRow => {
                let year = i64::from(TODAY.year()) - self.row_of_person as i64;
                return put_scaled(&mut self.cells[at], year.into(), 0);
            }
            Filler::Visit => {
                let (low, high) = self.days(at);
                let fits = attempt == 0 && low <= self.visit && self.visit <= high;
                let date = if fits { self.visit } else { self.day_between(low, high) };
                return self.put_date(at, date);
            }
            Filler::End => {
                let (low, high) = self.days(at);
                let days = self.random.below(400) as i64;
                return self.put_date(at, low.saturating_add(days.days()).min(high.max(low)));
            }
            Filler::Choice(list) => {
                let choice = self.random.below(self.definition.lists[list].choices.len() as u64);
                return self.put_choice(at, choice as usize);
            }
            Filler::Choices(list) => return self.put_choices(at, list),
            Filler::Integer | Filler::Decimal(_) => return self.put_bounded(at, &filler),
            Filler::Time => {
                let minutes = self.random.below(24 * 60);
                let (hour, minute) = (minutes / 60, minutes % 60);
                push_digits(&mut self.cells[at], hour, 2);
                self.cells[at].push(':');
                push_digits(&mut self.cells[at], minute, 2);
                return Value::Time(Time::constant(hour as i8, minute as i8, 0, 0));
            }
            Filler::Text => {
                self.cells[at].push_str(self.random.one(&WORDS));
                self.cells[at].push(' ');
                push_digits(&mut self.cells[at], self.random.below(100), 1);
            }
            Filler::Lab(part) => return self.put_lab(at, part),
            Filler::System(list) => {
                let choice = self.random.below(self.definition.lists[list].choices.len() as u64);
                return self.put_choice(at, choice as usize);
            }
            Filler::Code(system) => {
                let told = match &self.definition.variables[at].codes {
                    Some(Codes::Told { by, systems }) => match self.values[*by] {
                        Value::Choice(choice) => systems[choice as usize],
                        _ => None,
                    },
                    _ => system,
                };
                self.coded =
                    told.map_or(("LOCAL1", "local code"), |system| self.random.one(codes::of(system)));
                self.cells[at].push_str(self.coded.0);
            }
            Filler::CodeText => self.cells[at].push_str(self.coded.1),
            Filler::Reason => self.cells[at].push_str(self.reason.map_or("", |reason| reason.0)),
            Filler::ReasonText => self.cells[at].push_str(self.reason.map_or("", |reason| reason.1)),
            Filler::Quantity => {
                let quantity = self.random.one(&[7, 10, 14, 20, 28, 30, 56, 60, 90, 98, 100]);
                push_digits(&mut self.cells[at], u64::from(quantity), 1);
                return Value::Number(Decimal::from(quantity));
            }
        }
        self.text_value(at)
    }

    fn text_value(&self, at: usize) -> Value {
        match self.cells[at].len() {
            0 => Value::Empty,
            end => Value::Text { start: 0, end: end as u32 },
        }
    }

    fn put_choice(&mut self, at: usize, choice: usize) -> Value {
        if let Some(list) = self.definition.list_of(&self.definition.variables[at]) {
            self.cells[at].push_str(&list.choices[choice].code);
        }
        Value::Choice(choice as u32)
    }

    fn put_choices(&mut self, at: usize, list: usize) -> Value {
        let choices = &self.definition.lists[list].choices;
        let start = self.picked.len();
        let first = self.random.below(choices.len() as u64) as usize;
        for (place, choice) in choices.iter().enumerate().skip(first).take(1 + self.random.below(3) as usize)
        {
            if place > first {
                self.cells[at].push('|');
            }
            self.cells[at].push_str(&choice.code);
            self.picked.push(place as u32);
        }
        Value::Choices { start: start as u32, end: self.picked.len() as u32 }
    }

    /// Extracts write the birth date in ISO form.
    fn put_birth(&mut self, at: usize) -> Value {
        let birth = self.person.birth;
        push_digits(&mut self.cells[at], birth.year() as u64, 4);
        self.cells[at].push('-');
        push_digits(&mut self.cells[at], birth.month() as u64, 2);
        self.cells[at].push('-');
        push_digits(&mut self.cells[at], birth.day() as u64, 2);
        Value::Date(birth)
    }

    fn put_date(&mut self, at: usize, date: Date) -> Value {
        let is_moment = self.definition.variables[at].kind == Kind::DateTime;
        let cell = &mut self.cells[at];
        push_digits(cell, date.day() as u64, 2);
        cell.push('/');
        push_digits(cell, date.month() as u64, 2);
        cell.push('/');
        push_digits(cell, date.year() as u64, 4);
        match self.visit_time.filter(|_| is_moment) {
            Some(time) => {
                cell.push(' ');
                push_digits(cell, time.hour() as u64, 2);
                cell.push(':');
                push_digits(cell, time.minute() as u64, 2);
                Value::Moment(Moment::at(date, time, 0))
            }
            None if is_moment => Value::Moment(Moment { date, instant: None }),
            None => Value::Date(date),
        }
    }

    fn put_number(&mut self, at: usize, letter: char) -> Value {
        let cell = &mut self.cells[at];
        match self.definition.variables[at].kind {
            Kind::Text => {
                cell.push(letter);
                push_digits(cell, self.number, 6);
                self.text_value(at)
            }
            _ => {
                push_digits(cell, self.number, 1);
                Decimal::parse(cell, false).map_or(Value::Empty, Value::Number)
            }
        }
    }

    /// A text that fits the pattern; in a business key the next one that no row
    /// has yet, and once there are no more the first one again.
    fn put_fitting(&mut self, at: usize, pattern: &Pattern) -> Value {
        if !self.definition.variables[at].key {
            pattern.write(self.random.below(pattern.room()), &mut self.cells[at]);
        }
        for _ in 0..MOST_TRIES {
            if !self.cells[at].is_empty() {
                break;
            }
            let spent = &mut self.spent[at];
            if spent.next == pattern.room() {
                // A row without a business key is told.
                if self.keys_must_differ || spent.texts.is_empty() {
                    return Value::Empty;
                }
                *spent = Spent::default();
            }
            pattern.write(spent.next, &mut self.cells[at]);
            spent.next += 1;
            let text = &self.cells[at];
            if text.trim().len() != text.len() || !spent.texts.insert(text.clone()) {
                self.cells[at].clear();
            }
        }
        match self.definition.variables[at].kind {
            Kind::Text => self.text_value(at),
            _ => Decimal::parse(&self.cells[at], false).map_or(Value::Empty, Value::Number),
        }
    }

    fn put_lab(&mut self, at: usize, part: Lab) -> Value {
        let analysis = self.analysis;
        let is_measured = analysis.words.is_empty();
        let cell = &mut self.cells[at];
        match part {
            Lab::Code => cell.push_str(analysis.code),
            Lab::Text if self.shows_range => cell.push_str(analysis.text),
            Lab::Words if !is_measured => cell.push_str(self.random.one(analysis.words)),
            Lab::Unit => cell.push_str(analysis.unit),
            Lab::Remark if self.random.below(20) == 0 => cell.push_str(self.random.one(&REMARKS)),
            Lab::Value if is_measured => {
                let width = analysis.high - analysis.low;
                let spread = self.random.below((width * 3 / 2 + 1) as u64) as i64 - width / 4;
                return put_scaled(cell, (analysis.low + spread).max(0).into(), analysis.decimals);
            }
            Lab::Low if is_measured && self.shows_range => {
                return put_scaled(cell, analysis.low.into(), analysis.decimals);
            }
            Lab::High if is_measured && self.shows_range => {
                return put_scaled(cell, analysis.high.into(), analysis.decimals);
            }
            _ => return Value::Empty,
        }
        self.text_value(at)
    }

    fn put_bounded(&mut self, at: usize, filler: &Filler) -> Value {
        let decimals = if let Filler::Decimal(decimals) = filler { *decimals } else { 0 };
        let scale = 10_i128.pow(decimals);
        let bounds = self.bounds(at);
        let units = |bound: Option<Value>| match bound {
            Some(Value::Number(number)) => Some(number.units(decimals)),
            _ => None,
        };
        let (least, greatest) = (units(bounds.low), units(bounds.high));
        let most = self.definition.variables[at]
            .format
            .map_or(100 * scale, |format| (10_i128.pow(format.total.min(9)) - 1).min(100 * scale));
        let low = match (least, greatest) {
            (Some((_, above)), _) => above,
            (None, Some((below, _))) => below.min(0),
            (None, None) => 0,
        };
        let mut high = greatest.map_or(low + most, |(below, _)| below).max(low);
        let low = if self.drivers[at] { low.max(0).min(high) } else { low };
        if self.drivers[at] {
            high = high.min(low + FEW as i128 * scale);
        }
        let choices = u64::try_from(high - low + 1).unwrap_or(u64::MAX);
        let number = low + i128::from(self.random.below(choices));
        put_scaled(&mut self.cells[at], number, decimals)
    }
}

/// Appends a number that counts units of the last decimal.
fn put_scaled(cell: &mut String, number: i128, decimals: u32) -> Value {
    if number < 0 {
        cell.push('-');
    }
    let unit = 10_u128.pow(decimals);
    push_digits(cell, (number.unsigned_abs() / unit) as u64, 1);
    if decimals > 0 {
        cell.push('.');
        push_digits(cell, (number.unsigned_abs() % unit) as u64, decimals as usize);
    }
    Decimal::parse(cell, false).map_or(Value::Empty, Value::Number)
}

fn push_digits(cell: &mut String, mut number: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut start = digits.len();
    while number > 0 {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    let start = start.min(digits.len() - width);
    cell.extend(digits[start..].iter().map(|digit| char::from(*digit)));
}

const WORDS: [&str; 12] = [
    "observation",
    "controle",
    "suivi",
    "follow-up",
    "linkerzijde",
    "gauche",
    "stable",
    "normaal",
    "à revoir",
    "geen",
    "second opinion",
    "note",
];
