//! A registration as a JSON object, turned into the cells that a row of a file
//! would have, so that there is one set of rules for both.
//!
//! The members are the names of variables, in any order and case, and the
//! technical columns. A value is a text, a number, a truth value or null; for a
//! multiple choice also an array of those, for a repeat an array of objects. Numbers are taken as they are
//! written: no digit is lost on the way.

use std::{borrow::Cow, collections::HashSet, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::known::{Known, Place};
use crate::{
    definition::Kind,
    domain::finding::{Severity, shape},
    intake::{header::quoted, rows::MAX_ROW},
    language::Arg,
    validate::{CellFinding, Given, Row, Technical, Validator},
};

/// So many wrong members are told of one object.
const MOST_FINDINGS: usize = 100;

/// Reads objects of one definition.
pub struct Payload<'a> {
    /// The definition.
    pub known: &'a Known,
    /// The author where the object names none.
    pub default_author: &'a str,
}

/// What the members of an object say.
struct Cells<'t> {
    variables: Vec<Cow<'t, str>>,
    /// The instances of each repeat, as JSON.
    repeats: Vec<&'t str>,
    technical: [Cow<'t, str>; 4],
}

/// What is wrong with an object before its values are looked at.
type Wrong = Vec<CellFinding>;

impl Payload<'_> {
    /// Reads and judges the object that `text` is. What is no object at all is
    /// refused with a finding, like a value that breaks a rule.
    pub fn read(&self, text: &[u8], validator: &mut Validator) -> Row {
        let mut row = Row::default();
        if text.len() > MAX_ROW {
            row.findings.push(finding("payload-too-long", &[("limit", Arg::Count((MAX_ROW / 1024) as u64))]));
            return row;
        }
        let members: Members<'_> = match serde_json::from_slice(text) {
            Ok(members) => members,
            Err(error) => {
                // What the library says may quote a value.
                let (line, column) = (error.line() as u64, error.column() as u64);
                let code = if error.is_data() { "payload-not-object" } else { "payload-not-json" };
                let place = [("line", Arg::Count(line)), ("column", Arg::Count(column))];
                row.findings.push(finding(code, &place));
                return row;
            }
        };
        let definition = &self.known.definition;
        let mut cells = Cells {
            variables: vec![Cow::Borrowed(""); definition.variables.len()],
            repeats: vec![""; definition.repeats.len()],
            technical: [const { Cow::Borrowed("") }; 4],
        };
        let wrong = self.place(members, &mut cells);
        let variables: Vec<&str> = cells.variables.iter().map(|cell| &**cell).collect();
        let given: Vec<_> = cells.repeats.iter().map(|json| Given { json, columns: Vec::new() }).collect();
        let [author_group, author, coauthor, status] = &cells.technical;
        let technical =
            Technical { author_group, author, default_author: self.default_author, coauthor, status };
        validator.row_with(&variables, &given, &technical, &mut row);
        row.findings.extend(wrong);
        row
    }

    fn place<'t>(&'t self, members: Members<'t>, cells: &mut Cells<'t>) -> Wrong {
        let mut wrong = Wrong::new();
        let mut seen = HashSet::with_capacity(members.0.len());
        for (name, value) in members.0 {
            if wrong.len() >= MOST_FINDINGS {
                break;
            }
            let named = || [("column", Arg::Text(quoted(&name)))];
            let Some(place) = self.known.place(&name) else {
                wrong.push(finding("payload-unknown", &named()));
                continue;
            };
            if !seen.insert(place) {
                wrong.push(about(place, finding("payload-duplicate", &named())));
                continue;
            }
            let put = match place {
                Place::Repeat(at) => self.instances(value.get()).map(|json| cells.repeats[at] = json),
                Place::Variable(at) => self.cell(place, value.get()).map(|text| cells.variables[at] = text),
                Place::Technical(at) => scalar(value.get()).map(|text| cells.technical[at] = text),
            };
            wrong.extend(put.err().map(|found| about(place, found)));
        }
        wrong
    }

    /// The instances of a repeat, which the validator reads.
    fn instances<'t>(&self, value: &'t str) -> Result<&'t str, CellFinding> {
        match value.as_bytes() {
            [b'n', ..] => Ok(""),
            [b'[', ..] => Ok(value),
            _ => Err(finding("payload-instances", &[])),
        }
    }

    /// The cell that a value makes.
    fn cell<'t>(&'t self, place: Place, value: &'t str) -> Result<Cow<'t, str>, CellFinding> {
        let list = match place {
            Place::Variable(at) => match self.known.definition.variables[at].kind {
                Kind::SelectOne(list) => Some((list, false)),
                Kind::SelectMultiple(list) => Some((list, true)),
                _ => None,
            },
            Place::Repeat(_) | Place::Technical(_) => None,
        };
        match (value.as_bytes().first(), list) {
            (Some(b'['), Some((list, true))) => {
                let parts: Vec<&RawValue> = serde_json::from_str(value).map_err(|_| nested(value))?;
                let mut cell = String::new();
                for part in parts {
                    let text = scalar(part.get())?;
                    let code = self.code(list, &text);
                    // Here a part cannot hold what stands between parts.
                    if code.contains('|') {
                        return Err(CellFinding { shape: shape(&code), ..nested("") });
                    }
                    if !cell.is_empty() {
                        cell.push('|');
                    }
                    cell.push_str(&code);
                }
                Ok(Cow::Owned(cell))
            }
            (_, Some((list, false))) => {
                let text = scalar(value)?;
                match self.code(list, &text) {
                    code if code == text => Ok(text),
                    code => Ok(Cow::Owned(code.into_owned())),
                }
            }
            (_, Some((list, true))) => {
                let text = scalar(value)?;
                let codes: Vec<_> = text.split('|').map(|part| self.code(list, part.trim())).collect();
                Ok(Cow::Owned(codes.join("|")))
            }
            (_, None) => scalar(value),
        }
    }

    /// The code that a text means: it itself, or that of the value with this
    /// number.
    fn code<'c>(&'c self, list: usize, text: &'c str) -> Cow<'c, str> {
        if self.known.definition.lists[list].find(text).is_none()
            && let Ok(number) = text.parse()
            && let Some(code) = self.known.code(list, number)
        {
            return Cow::Borrowed(code);
        }
        Cow::Borrowed(text)
    }
}

/// The text of a value that is no array and no object.
fn scalar(value: &str) -> Result<Cow<'_, str>, CellFinding> {
    match value.as_bytes() {
        [b'"', inside @ .., b'"'] if !inside.contains(&b'\\') => {
            Ok(Cow::Borrowed(&value[1..value.len() - 1]))
        }
        [b'"', ..] => serde_json::from_str(value).map(Cow::Owned).map_err(|_| nested("")),
        [b'n', ..] => Ok(Cow::Borrowed("")),
        [b'[' | b'{', ..] => Err(nested(value)),
        _ => Ok(Cow::Borrowed(value)),
    }
}

/// The finding that a value has more parts than its variable.
fn nested(value: &str) -> CellFinding {
    let kind = if value.starts_with('{') { "{…}" } else { "[…]" };
    CellFinding { shape: kind.to_owned(), ..finding("payload-nested", &[]) }
}

fn finding(code: &'static str, args: &[(&'static str, Arg)]) -> CellFinding {
    CellFinding {
        code,
        severity: Severity::Error,
        variable: None,
        technical: None,
        repeat: None,
        shape: String::new(),
        args: args.to_vec(),
    }
}

fn about(place: Place, mut found: CellFinding) -> CellFinding {
    match place {
        Place::Variable(at) => found.variable = Some(at),
        Place::Repeat(at) => found.repeat = Some((at, 0)),
        Place::Technical(at) => found.technical = Some(crate::intake::header::TECHNICAL[at]),
    }
    found
}

/// The members of an object in their order, doubled ones too.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(32);
                while let Some(Name(name)) = map.next_key()? {
                    members.push((name, map.next_value()?));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// A member's name, copied only if it has an escape.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}
