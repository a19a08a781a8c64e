//! Rows with repeats and calculations.

use std::mem;

use serde_json::value::RawValue;

use super::{Cells, Members, Row, Validator, json, row::MOST_FINDINGS};
use crate::{
    definition::{Definition, Instance, Repeat, Value, Values, Variable},
    domain::finding::Severity,
};

/// The most instances of a repeat in a row.
pub const MOST_INSTANCES: usize = 1_000;

/// What a row says of one repeat, in one way or the other.
#[derive(Clone, Debug, Default)]
pub struct Given<'a> {
    /// A JSON array of objects; empty if there is none.
    pub json: &'a str,
    /// Instances in columns of their own: a cell for each of the repeat's
    /// variables, in their order. One without any value is none.
    pub columns: Vec<Vec<&'a str>>,
}

/// What leaves of a row, and what stays here.
const MEMBERS: [fn(&mut Row) -> &mut Vec<u8>; 2] = [|row| &mut row.data, |row| &mut row.local];

/// The instances of one repeat as texts, each with its number in the file.
type Texts = Vec<(u32, Vec<String>)>;

/// What becomes of the instances of one repeat.
#[derive(Default)]
struct Written {
    numbers: Vec<u32>,
    /// The members of each instance.
    rows: Vec<Row>,
}

impl Validator {
    /// Reads the instances of repeats, works out what is calculated, judges
    /// everything, and writes what was not written while it was read.
    pub(super) fn judge_whole(&mut self, cells: &[&str], given: &[Given<'_>], out: &mut Row) {
        self.made.clear();
        let definition = self.definition.clone();
        let texts: Vec<Texts> = (0..definition.repeats.len())
            .map(|at| given.get(at).map_or_else(Vec::new, |given| texts(&definition, at, given, out)))
            .collect();
        let mut repeats: Vec<Vec<Instance<'_>>> = Vec::with_capacity(texts.len());
        let mut written: Vec<Written> = Vec::with_capacity(texts.len());
        for (at, texts) in texts.iter().enumerate() {
            let (instances, rows) = self.read_instances(at, &definition.repeats[at], texts, out);
            repeats.push(instances);
            written.push(rows);
        }
        let mut window = cells.to_vec();
        window.resize(self.plans.len(), "");
        for at in definition.calculated.iter().copied() {
            match definition.variables[at].repeat {
                None => {
                    let cells = Cells { flat: &window, repeats: &repeats, position: 0 };
                    self.values[at] = self.calculate(at, cells, out);
                }
                Some(repeat) => {
                    let first = definition.repeats[repeat].variables.start;
                    for number in 0..repeats[repeat].len() {
                        self.enter(&repeats[repeat][number], &mut window);
                        let cells = Cells { flat: &window, repeats: &repeats, position: number + 1 };
                        let row = &mut written[repeat].rows[number];
                        row.draft = out.draft;
                        let value = self.calculate(at, cells, row);
                        let mark = (repeat, written[repeat].numbers[number]);
                        take_findings(&mut written[repeat].rows[number], mark, out);
                        repeats[repeat][number].values[at - first] = value;
                    }
                }
            }
        }
        let cells = Cells { flat: &window, repeats: &repeats, position: 0 };
        self.judge(cells, out);
        self.note_flat(cells);
        for (at, repeat) in definition.repeats.iter().enumerate() {
            self.judge_instances(at, repeat, &repeats, &mut window.clone(), &written[at].numbers, out);
            write_instances(repeat, &mut written[at].rows, out);
        }
    }

    fn read_instances<'t>(
        &mut self,
        at: usize,
        repeat: &Repeat,
        texts: &'t Texts,
        out: &mut Row,
    ) -> (Vec<Instance<'t>>, Written) {
        let mut instances = Vec::with_capacity(texts.len());
        let mut written = Written::default();
        for (number, cells) in texts {
            let mut row = Row::default();
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            let values = repeat.variables.clone().zip(&cells);
            let values = values.map(|(variable, cell)| match self.plans[variable].has_calculation {
                true => Value::Empty,
                false => self.read(variable, cell, &mut row),
            });
            let values = values.collect();
            take_findings(&mut row, (at, *number), out);
            instances.push(Instance { first: repeat.variables.start, cells, values });
            written.numbers.push(*number);
            written.rows.push(row);
        }
        (instances, written)
    }

    fn judge_instances<'w>(
        &mut self,
        at: usize,
        repeat: &Repeat,
        repeats: &'w [Vec<Instance<'w>>],
        window: &mut Vec<&'w str>,
        numbers: &[u32],
        out: &mut Row,
    ) {
        let cells = Cells { flat: window, repeats, position: 0 };
        self.note_repeat(at, cells);
        if !out.draft {
            let values = self.seen(cells);
            let is_asked = repeat.relevant.as_ref().is_none_or(|rule| rule.evaluate(&values) == Some(true));
            if let Some(wanted) = wanted(repeat, &values)
                && is_asked
                && wanted != numbers.len() as f64
            {
                let finding = out.find("cell-repeat-count", Severity::Error, None, "");
                finding.repeat = Some((at, 0));
                finding.with("wanted", wanted.min(1e9) as u64);
                finding.with("found", numbers.len() as u64);
            }
        }
        for (place, instance) in repeats[at].iter().enumerate() {
            self.enter(instance, window);
            let cells = Cells { flat: window, repeats, position: place + 1 };
            self.note_instance(at, numbers[place], cells);
            let before = out.findings.len();
            let [coded, ruled] = &self.steps.inside[at];
            self.judge_coded(coded, cells, out);
            if !out.draft {
                self.judge_ruled(ruled, false, cells, out);
            }
            for finding in out.findings.iter_mut().skip(before.min(MOST_FINDINGS)) {
                let is_here =
                    finding.variable.is_some_and(|variable| self.plans[variable].repeat == Some(at));
                finding.repeat = finding.repeat.or(is_here.then_some((at, numbers[place])));
            }
        }
    }

    /// Puts an instance's cells and values in the places of its variables.
    fn enter<'w>(&mut self, instance: &Instance<'w>, window: &mut [&'w str]) {
        let places = instance.first..instance.first + instance.values.len();
        window[places.clone()].copy_from_slice(&instance.cells);
        self.values[places].copy_from_slice(&instance.values);
    }
}

/// How many instances the repeat's count asks for; none if it has none, or
/// cannot be worked out.
pub(super) fn wanted(repeat: &Repeat, values: &Values<'_>) -> Option<f64> {
    let wanted = repeat.count.as_ref()?.number(values)?;
    // As for ODK less than none is none.
    wanted.is_finite().then(|| wanted.trunc().max(0.0))
}

/// Moves what was found in an instance to the row's findings.
fn take_findings(row: &mut Row, mark: (usize, u32), out: &mut Row) {
    for mut finding in mem::take(&mut row.findings) {
        finding.repeat = Some(mark);
        out.add(finding);
    }
}

/// Writes the array of a repeat to what leaves and to what stays here. Both
/// have an object for each instance, so that their places agree.
fn write_instances(repeat: &Repeat, rows: &mut [Row], out: &mut Row) {
    for (part, members) in MEMBERS.into_iter().enumerate() {
        if rows.iter_mut().all(|row| members(row).is_empty()) {
            continue;
        }
        let array = members(out);
        array.push(b',');
        json::write_string(array, &repeat.name);
        array.extend_from_slice(b":[");
        for (place, row) in rows.iter_mut().enumerate() {
            let array = members(out);
            if place > 0 {
                array.push(b',');
            }
            // The brace stands where the first member's comma was.
            let start = array.len();
            array.push(b'{');
            array.extend_from_slice(members(row).get(1..).unwrap_or_default());
            array.push(b'}');
            let passing = row.passing[part].iter().map(|at| at.start + start..at.end + start);
            out.passing[part].extend(passing);
        }
        members(out).push(b']');
    }
}

/// The instances that a row gives, those without any value left out.
fn texts(definition: &Definition, at: usize, given: &Given<'_>, out: &mut Row) -> Texts {
    let repeat = &definition.repeats[at];
    let mut texts = Texts::new();
    for (number, cells) in (1..).zip(&given.columns) {
        if cells.iter().any(|cell| !cell.trim().is_empty()) {
            let mut cells: Vec<String> = cells.iter().map(|cell| (*cell).to_owned()).collect();
            cells.resize(repeat.variables.len(), String::new());
            texts.push((number, cells));
        }
    }
    if !given.json.trim().is_empty()
        && let Err(wrong) = objects(definition, repeat, given, &mut texts)
    {
        let finding = out.find(wrong.code, Severity::Error, wrong.variable, &wrong.member);
        finding.repeat = Some((at, wrong.number));
    }
    if texts.len() > MOST_INSTANCES {
        let finding = out.find("cell-repeat-many", Severity::Error, None, "");
        finding.repeat = Some((at, 0));
        finding.with("limit", MOST_INSTANCES as u64);
        texts.clear();
    }
    texts
}

/// Why a JSON array makes no instances.
#[derive(Default)]
struct Wrong {
    code: &'static str,
    /// The variable that it is about, and its instance's number; or 0.
    variable: Option<usize>,
    number: u32,
    member: String,
}

/// Adds the instances that a JSON array of objects gives, until there are too
/// many.
fn objects(
    definition: &Definition,
    repeat: &Repeat,
    given: &Given<'_>,
    texts: &mut Texts,
) -> Result<(), Wrong> {
    let unreadable = || Wrong { code: "cell-repeat-json", ..Wrong::default() };
    let objects: Vec<Members<'_>> = serde_json::from_str(given.json).map_err(|_| unreadable())?;
    let variables = &definition.variables[repeat.variables.clone()];
    for (number, object) in (given.columns.len() as u32 + 1..).zip(objects) {
        let mut cells: Vec<Option<String>> = vec![None; variables.len()];
        for (member, value) in object.0 {
            let place = Variable::NAMES.iter().find_map(|name_of| {
                variables.iter().position(|variable| name_of(variable).eq_ignore_ascii_case(&member))
            });
            let member = member.into_owned();
            let Some(place) = place else {
                return Err(Wrong { code: "cell-repeat-member", member, ..Wrong::default() });
            };
            if cells[place].is_some() {
                let variable = Some(repeat.variables.start + place);
                return Err(Wrong { code: "cell-repeat-twice", variable, number, ..Wrong::default() });
            }
            cells[place] = Some(cell(value.get()).ok_or_else(|| Wrong { member, ..unreadable() })?);
        }
        if cells.iter().flatten().any(|cell| !cell.trim().is_empty()) {
            texts.push((number, cells.into_iter().map(Option::unwrap_or_default).collect()));
        }
        if texts.len() > MOST_INSTANCES {
            break;
        }
    }
    Ok(())
}

/// What a member's value says as a cell; numbers keep their digits, several
/// values stand beside each other. None for objects and lists of lists.
fn cell(raw: &str) -> Option<String> {
    match raw.as_bytes() {
        [b'n', ..] => Some(String::new()),
        [b'[', ..] => {
            let parts: Vec<&RawValue> = serde_json::from_str(raw).ok()?;
            let parts = parts.into_iter().map(|part| scalar(part.get()));
            parts.collect::<Option<Vec<_>>>().map(|parts| parts.join("|"))
        }
        _ => scalar(raw),
    }
}

fn scalar(raw: &str) -> Option<String> {
    match raw.as_bytes() {
        [b'"', ..] => serde_json::from_str(raw).ok(),
        [b'[' | b'{' | b'n', ..] => None,
        _ => Some(raw.to_owned()),
    }
}
