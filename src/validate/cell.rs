//! One cell: from text to a value, and onto its way out.

use super::{
    Row, Validator,
    identity::Known,
    json,
    plan::{Plan, Reading},
};
use crate::{
    definition::{Moment, Value},
    domain::{
        decimal::Decimal,
        identifier::{Fault, Nihdi, cbe, postal_code},
        moment,
    },
};

impl Validator {
    /// Reads the cell of a variable and writes its value where it goes.
    #[inline]
    pub(super) fn read(&mut self, at: usize, raw: &str, out: &mut Row) -> Value {
        let (cell, start) = json::trimmed(raw);
        if cell.is_empty() {
            return Value::Empty;
        }
        let plan = &self.plans[at];
        let text = Value::Text { start: start as u32, end: (start + cell.len()) as u32 };
        match plan.reading {
            Reading::Choice(list) => match self.definition.lists[list].find(cell) {
                Some(choice) => {
                    let member = target(plan, out);
                    member.extend_from_slice(&plan.before_choice);
                    member.extend_from_slice(&plan.choices[choice]);
                    Value::Choice(choice as u32)
                }
                None => self.not_in_list(at, list, cell, out),
            },
            Reading::Choices(list) => self.read_choices(at, list, cell, out),
            Reading::Text => {
                let member = member_of(plan, out);
                let has_control = json::write_text(member, cell);
                member.push(b'"');
                if has_control {
                    return refused(out, "cell-control", at, cell);
                }
                text
            }
            Reading::Decimal | Reading::Integer => self.read_number(at, cell, out),
            Reading::Date => match moment::date(without_midnight(cell)) {
                Ok(date) => {
                    quoted(self.member(at, out), |member| moment::write_date(member, date));
                    Value::Date(date)
                }
                Err(Fault::Impossible) => refused(out, "cell-date-impossible", at, cell),
                Err(_) => refused(out, "cell-type-date", at, cell),
            },
            Reading::Time => match moment::time(cell) {
                Ok(time) => {
                    quoted(self.member(at, out), |member| moment::write_time(member, time));
                    Value::Time(time)
                }
                Err(_) => refused(out, "cell-type-time", at, cell),
            },
            Reading::Moment => self.read_moment(at, cell, out),
            Reading::Ssin => {
                let this_year = self.options.today.year();
                match self.ssins.get(cell, |cell| Known::new(cell, this_year)) {
                    Ok(known) => {
                        let digits = known.digits;
                        out.patient = Some(super::Patient::Ssin(known.ssin));
                        quoted(self.member(at, out), |member| member.extend_from_slice(&digits));
                        text
                    }
                    Err(Fault::CheckDigits) => refused(out, "cell-ssin-check", at, cell),
                    Err(Fault::Impossible) => refused(out, "cell-ssin-impossible", at, cell),
                    Err(Fault::Shape) => refused(out, "cell-ssin-shape", at, cell),
                }
            }
            Reading::Physician => {
                let moduli = &self.options.nihii_moduli;
                match self.physicians.get(cell, |cell| Nihdi::parse(cell, moduli)) {
                    Ok(number) => {
                        let member = member_of(plan, out);
                        quoted(member, |member| member.extend_from_slice(number.as_str().as_bytes()));
                        out.physician = number.as_str().as_bytes().first_chunk().copied();
                        text
                    }
                    Err(Fault::CheckDigits) => refused(out, "cell-nihii-check", at, cell),
                    Err(_) => refused(out, "cell-nihii-shape", at, cell),
                }
            }
            Reading::PostalCode => match postal_code(cell) {
                _ if matches!(cell, "999" | "9999") => refused(out, "cell-postal-code-placeholder", at, cell),
                Ok(code) => {
                    quoted(self.member(at, out), |member| member.extend_from_slice(code.as_bytes()));
                    text
                }
                Err(_) => refused(out, "cell-postal-code", at, cell),
            },
            Reading::Enterprise => match cbe(cell) {
                Ok(number) => {
                    quoted(self.member(at, out), |member| member.extend_from_slice(number.as_bytes()));
                    text
                }
                Err(Fault::CheckDigits) => refused(out, "cell-cbe-check", at, cell),
                Err(_) => refused(out, "cell-cbe-shape", at, cell),
            },
        }
    }

    /// The buffer that the variable goes to, with its name written.
    fn member<'a>(&self, at: usize, out: &'a mut Row) -> &'a mut Vec<u8> {
        member_of(&self.plans[at], out)
    }

    fn read_number(&self, at: usize, cell: &str, out: &mut Row) -> Value {
        let is_integer = matches!(self.plans[at].reading, Reading::Integer);
        let number = Decimal::parse(cell, self.options.decimal_comma);
        let Some(number) = number.filter(|number| !is_integer || number.is_whole()) else {
            let code = match is_integer {
                true => "cell-type-integer",
                false if Decimal::parse(cell, true).is_some() => "cell-decimal-comma",
                false => "cell-type-decimal",
            };
            return refused(out, code, at, cell);
        };
        if let Some(format) = self.plans[at].format {
            let (before, after) = number.digits();
            if before > format.total - format.decimals || after > format.decimals {
                let finding = out.error("cell-number-format", at, cell);
                finding.with("total", u64::from(format.total));
                finding.with("decimals", u64::from(format.decimals));
                return Value::Unreadable;
            }
        }
        number.write(self.member(at, out));
        Value::Number(number)
    }

    fn read_moment(&mut self, at: usize, cell: &str, out: &mut Row) -> Value {
        let written = match moment::date_time(cell) {
            Ok(written) => written,
            Err(Fault::Impossible) => return refused(out, "cell-date-impossible", at, cell),
            Err(_) => return refused(out, "cell-type-datetime", at, cell),
        };
        let Some(time) = written.time else {
            quoted(self.member(at, out), |member| moment::write_date(member, written.date));
            return Value::Moment(Moment { date: written.date, instant: None });
        };
        let belgian = self.zone.offset(written.date, time);
        let offset = written.offset.unwrap_or(belgian);
        let moment = Moment::at(written.date, time, offset);
        // Elsewhere it may be another day.
        let moment = if offset == belgian { moment } else { moment.in_belgium() };
        quoted(self.member(at, out), |member| {
            // Before 1892 Belgian clocks were off by seconds, which RFC 3339
            // cannot write.
            if offset % 60 != 0 {
                moment.write_utc(member);
            } else {
                moment::write_date(member, written.date);
                member.push(b'T');
                moment::write_time(member, time);
                moment::write_offset(member, offset);
            }
        });
        Value::Moment(moment)
    }

    /// Choices are put into the list's order, each once, so that the same
    /// answer is always the same value.
    fn read_choices(&mut self, at: usize, list: usize, cell: &str, out: &mut Row) -> Value {
        let start = self.picked.len();
        for part in cell.split('|').map(str::trim).filter(|part| !part.is_empty()) {
            match self.definition.lists[list].find(part) {
                Some(choice) => self.picked.push(choice as u32),
                None => {
                    self.picked.truncate(start);
                    return self.not_in_list(at, list, part, out);
                }
            }
        }
        if self.picked.len() == start {
            return Value::Empty;
        }
        let picked = &mut self.picked;
        picked[start..].sort_unstable();
        let mut end = start + 1;
        for next in start + 1..picked.len() {
            if picked[next] != picked[end - 1] {
                picked[end] = picked[next];
                end += 1;
            }
        }
        picked.truncate(end);
        let plan = &self.plans[at];
        let member = member_of(plan, out);
        for (place, choice) in self.picked[start..].iter().enumerate() {
            member.push(if place == 0 { b'[' } else { b',' });
            member.extend_from_slice(&plan.choices[*choice as usize]);
        }
        member.push(b']');
        Value::Choices { start: start as u32, end: end as u32 }
    }

    fn not_in_list(&self, at: usize, list: usize, cell: &str, out: &mut Row) -> Value {
        let list = self.definition.lists[list].name.as_str();
        out.error("cell-not-in-list", at, cell).with("list", list);
        Value::Unreadable
    }
}

fn target<'a>(plan: &Plan, out: &'a mut Row) -> &'a mut Vec<u8> {
    if plan.goes { &mut out.data } else { &mut out.local }
}

fn member_of<'a>(plan: &Plan, out: &'a mut Row) -> &'a mut Vec<u8> {
    let member = target(plan, out);
    member.extend_from_slice(&plan.label);
    member
}

/// Writes a value whose label has the opening quote, and closes it.
fn quoted(member: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    write(member);
    member.push(b'"');
}

fn refused(out: &mut Row, code: &'static str, at: usize, cell: &str) -> Value {
    out.error(code, at, cell);
    Value::Unreadable
}

/// Databases export a date as its midnight.
fn without_midnight(cell: &str) -> &str {
    match cell.split_at_checked(10) {
        Some((date, "T00:00:00" | " 00:00:00" | " 00:00" | "T00:00:00.000" | " 00:00:00.000")) => date,
        _ => cell,
    }
}
