//! Fictitious rows for any definition: deterministic by their seed, right by
//! the definition's own rules, and wrong only where that is asked for.
//!
//! A patient has about 40 rows and keeps birth date, sex, residence,
//! physician and practice. Variables of the INTEGO definitions get results,
//! diagnoses and medicines that belong together; any other variable gets a
//! value of its type within its bounds.

mod bounds;
mod codes;
mod filler;
mod mistake;
mod pattern;
mod people;
mod random;
mod repeat;
mod row;
mod values;

use std::io::{self, Write};

use jiff::civil::Date;

pub use people::{PHYSICIANS, sample_physician};

use crate::{definition::Definition, error::Error};
use filler::is_left_out;
use row::{Failure, Generator};

/// The last day of the samples, which do not depend on the calendar.
const TODAY: Date = jiff::civil::date(2025, 6, 30);

/// How much is written at a time.
const CHUNK: usize = 1 << 16;

/// Writes `rows` fictitious rows of `definition` as CSV with `;` and a header
/// of the variables' names, and a few instances of each repeat in columns of
/// their own. About `errors_percent` of a hundred rows get one
/// mistake for which they will be refused. Business keys are all different.
///
/// Fails as `out` fails, and with an [`Error`] where the constraint of a business
/// key leaves no value for a row, or no row has as many instances of a repeat as
/// its count asks for.
pub fn sample(
    definition: &Definition,
    rows: u64,
    seed: u64,
    errors_percent: f64,
    out: &mut dyn Write,
) -> io::Result<()> {
    let widths = repeat::widths(definition, seed, rows);
    let columns = columns(definition, &widths);
    let names: Vec<String> = columns.iter().map(|column| column.name(definition)).collect();
    let mut buffer = names.join(";");
    buffer.push('\n');
    let mut generator = Generator::new(definition, seed, errors_percent, widths);
    let named = |error: Error, at: usize| error.with("name", definition.variables[at].name.as_str());
    if let Some((at, room)) = generator.too_narrow(rows) {
        let error = named(Error::invalid("sample-key-narrow"), at).with("rows", rows).with("room", room);
        return Err(io::Error::other(error));
    }
    for number in 0..rows {
        generator.row(number).map_err(|failure| {
            io::Error::other(match failure {
                Failure::Key(at) => named(Error::invalid("sample-key-none"), at),
                Failure::Count(repeat) => {
                    let name = definition.repeats[repeat].name.as_str();
                    Error::invalid("sample-repeat-none").with("name", name)
                }
            })
        })?;
        for (place, column) in columns.iter().enumerate() {
            if place > 0 {
                buffer.push(';');
            }
            push_cell(&mut buffer, column.cell(&generator));
        }
        buffer.push('\n');
        if buffer.len() >= CHUNK {
            out.write_all(buffer.as_bytes())?;
            buffer.clear();
        }
    }
    out.write_all(buffer.as_bytes())
}

/// A column of a sample.
struct Column {
    variable: usize,
    /// The repeat, its first variable, and the instance's number from 1.
    instance: Option<(usize, usize, usize)>,
}

/// The columns in the order of the sheet, a repeat's instances one behind the
/// other.
fn columns(definition: &Definition, widths: &[usize]) -> Vec<Column> {
    let mut columns = Vec::new();
    for (at, variable) in definition.variables.iter().enumerate() {
        let Some(place) = variable.repeat else {
            columns.push(Column { variable: at, instance: None });
            continue;
        };
        let all = definition.repeats[place].variables.clone();
        if at == all.start {
            for number in 1..=widths[place] {
                let instance = Some((place, all.start, number));
                columns.extend(all.clone().map(|variable| Column { variable, instance }));
            }
        }
    }
    columns.retain(|column| !is_left_out(&definition.variables[column.variable]));
    columns
}

impl Column {
    fn name(&self, definition: &Definition) -> String {
        let name = &definition.variables[self.variable].name;
        match self.instance {
            Some((repeat, _, number)) => format!("{}[{number}]/{name}", definition.repeats[repeat].name),
            None => name.clone(),
        }
    }

    fn cell<'a>(&self, row: &'a Generator<'_>) -> &'a str {
        match self.instance {
            Some((repeat, first, number)) => {
                let made = row.instances[repeat].get(number - 1);
                made.map_or("", |made| &made.cells[self.variable - first])
            }
            None => &row.cells[self.variable],
        }
    }
}

fn push_cell(buffer: &mut String, cell: &str) {
    if cell.contains([';', '"', '\n', '\r']) {
        buffer.push('"');
        buffer.push_str(&cell.replace('"', "\"\""));
        buffer.push('"');
    } else {
        buffer.push_str(cell);
    }
}
