//! A registration as a JSON object, turned into the cells that a row of a file
//! would have, so that there is one set of rules for both.
//!
//! The members are the names of variables, in any order and case, and the
//! technical columns. A value is a text, a number, a truth value or null; for a
//! multiple choice also an array of those, for a repeat an array of objects of
//! the same kind. Numbers are taken as they are written: no digit is lost on the
//! way.

use std::{borrow::Cow, collections::HashSet};

use serde_json::value::RawValue;

use super::known::{Known, Place};
use crate::{
    definition::Kind,
    domain::finding::{Severity, shape},
    intake::{header::quoted, rows::MAX_ROW},
    language::{Arg, Args},
    validate::{CellFinding, Given, MOST_INSTANCES, Members, Row, Technical, Validator},
};

/// So many wrong members are told of one object.
pub const MOST_FINDINGS: usize = 100;

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
    /// For each repeat its instances, each with the cells of the repeat's
    /// variables, or none at all if it says nothing.
    repeats: Vec<Vec<Vec<Cow<'t, str>>>>,
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
            repeats: vec![Vec::new(); definition.repeats.len()],
            technical: [const { Cow::Borrowed("") }; 4],
        };
        let wrong = self.place(members, &mut cells);
        let variables: Vec<&str> = cells.variables.iter().map(|cell| &**cell).collect();
        let given: Vec<_> = cells.repeats.iter().map(|instances| given(instances)).collect();
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
                Place::Repeat(at) => {
                    self.instances(at, value.get(), &mut wrong).map(|instances| cells.repeats[at] = instances)
                }
                Place::Variable(at) => self.cell(place, value.get()).map(|text| cells.variables[at] = text),
                Place::Technical(at) => scalar(value.get()).map(|text| cells.technical[at] = text),
            };
            if let Err(misfit) = put {
                wrong.push(about(place, misfit.finding()));
            }
        }
        wrong
    }

    /// The instances of the repeat at this place: not many more than it may
    /// have.
    fn instances<'t>(
        &'t self,
        repeat: usize,
        value: &'t str,
        wrong: &mut Wrong,
    ) -> Result<Vec<Vec<Cow<'t, str>>>, Misfit> {
        let misfit = || Misfit::of("payload-instances");
        let objects: Vec<&RawValue> = match value.as_bytes() {
            [b'n', ..] => Vec::new(),
            _ => serde_json::from_str(value).map_err(|_| misfit())?,
        };
        let mut instances = Vec::new();
        let mut full = 0;
        for (number, object) in (1..).zip(objects) {
            if full > MOST_INSTANCES || wrong.len() >= MOST_FINDINGS {
                break;
            }
            let members = serde_json::from_str(object.get()).map_err(|_| misfit())?;
            let cells = self.instance((repeat, number), members, wrong);
            full += usize::from(!cells.is_empty());
            instances.push(cells);
        }
        Ok(instances)
    }

    /// The cells of an instance; none if nothing is said there.
    fn instance<'t>(
        &'t self,
        mark: (usize, u32),
        members: Members<'t>,
        wrong: &mut Wrong,
    ) -> Vec<Cow<'t, str>> {
        let repeat = &self.known.definition.repeats[mark.0];
        let first = repeat.variables.start;
        let mut cells: Vec<Option<Cow<'t, str>>> = vec![None; repeat.variables.len()];
        for (name, value) in members.0 {
            let named = |name: &str| [("column", Arg::Text(quoted(name)))];
            let Some(at) = self.known.place_inside(mark.0, &name) else {
                let name = format!("{}[{}]/{name}", repeat.name, mark.1);
                wrong.push(finding("payload-unknown", &named(&name)));
                continue;
            };
            let inside = |found| CellFinding { variable: Some(at), repeat: Some(mark), ..found };
            if cells[at - first].is_some() {
                wrong.push(inside(finding("payload-duplicate", &named(&name))));
                continue;
            }
            cells[at - first] = Some(self.cell(Place::Variable(at), value.get()).unwrap_or_else(|misfit| {
                wrong.push(inside(misfit.finding()));
                Cow::Borrowed("")
            }));
            if wrong.len() >= MOST_FINDINGS {
                break;
            }
        }
        match cells.iter().flatten().any(|cell| !cell.trim().is_empty()) {
            true => cells.into_iter().map(Option::unwrap_or_default).collect(),
            false => Vec::new(),
        }
    }

    /// The cell that a value makes.
    fn cell<'t>(&'t self, place: Place, value: &'t str) -> Result<Cow<'t, str>, Misfit> {
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
                    // In a cell this stands between parts, so here it must be
                    // part of a label.
                    let code = match code.contains('|') {
                        true => self.labelled(list, &code)?,
                        false => code,
                    };
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

    /// The code of the value with this label.
    fn labelled(&self, list: usize, text: &str) -> Result<Cow<'_, str>, Misfit> {
        let list = &self.known.definition.lists[list];
        let found = list.find(text).map(|at| Cow::Borrowed(list.choices[at].code.as_str()));
        let args = vec![("list", Arg::Text(list.name.clone()))];
        found.ok_or_else(|| Misfit { code: "cell-not-in-list", shape: shape(text), args })
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

/// The instances of a repeat as the validator takes them.
fn given<'a>(instances: &'a [Vec<Cow<'_, str>>]) -> Given<'a> {
    let columns = instances.iter().map(|cells| cells.iter().map(|cell| &**cell).collect());
    Given { json: "", columns: columns.collect() }
}

/// The text of a value that is no array and no object.
fn scalar(value: &str) -> Result<Cow<'_, str>, Misfit> {
    match value.as_bytes() {
        [b'"', inside @ .., b'"'] if !inside.contains(&b'\\') => {
            Ok(Cow::Borrowed(&value[1..value.len() - 1]))
        }
        // JSON takes half of a character that is written in two parts.
        [b'"', ..] => serde_json::from_str(value).map(Cow::Owned).map_err(|_| Misfit::of("payload-half")),
        [b'n', ..] => Ok(Cow::Borrowed("")),
        [b'[' | b'{', ..] => Err(nested(value)),
        _ => Ok(Cow::Borrowed(value)),
    }
}

/// Why a value makes no cell.
struct Misfit {
    code: &'static str,
    shape: String,
    args: Args,
}

impl Misfit {
    fn of(code: &'static str) -> Self {
        Self { code, shape: String::new(), args: Args::new() }
    }

    fn finding(self) -> CellFinding {
        CellFinding { shape: self.shape, ..finding(self.code, &self.args) }
    }
}

/// A value has more parts than its variable.
fn nested(value: &str) -> Misfit {
    let shape = if value.starts_with('{') { "{…}" } else { "[…]" };
    Misfit { shape: shape.to_owned(), ..Misfit::of("payload-nested") }
}

/// A finding about nothing in particular.
pub fn finding(code: &'static str, args: &[(&'static str, Arg)]) -> CellFinding {
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
