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
mod row;
mod values;

use std::io::{self, Write};

use jiff::civil::Date;

pub use people::{PHYSICIANS, sample_physician};

use crate::{definition::Definition, error::Error};
use filler::is_left_out;
use row::Generator;

/// The last day of the samples, which do not depend on the calendar.
const TODAY: Date = jiff::civil::date(2025, 6, 30);

/// How much is written at a time.
const CHUNK: usize = 1 << 16;

/// Writes `rows` fictitious rows of `definition` as CSV with `;` and a header
/// of the variables' names. About `errors_percent` of a hundred rows get one
/// mistake for which they will be refused. Business keys are all different.
///
/// Fails as `out` fails, and with an [`Error`] where the constraint of a business
/// key leaves no value for a row.
pub fn sample(
    definition: &Definition,
    rows: u64,
    seed: u64,
    errors_percent: f64,
    out: &mut dyn Write,
) -> io::Result<()> {
    let is_shown = |at: &usize| !is_left_out(&definition.variables[*at]);
    let shown: Vec<usize> = (0..definition.variables.len()).filter(is_shown).collect();
    let names: Vec<&str> = shown.iter().map(|at| definition.variables[*at].name.as_str()).collect();
    let mut buffer = names.join(";");
    buffer.push('\n');
    let mut generator = Generator::new(definition, seed, errors_percent);
    let named = |error: Error, at: usize| error.with("name", definition.variables[at].name.as_str());
    if let Some((at, room)) = generator.too_narrow(rows) {
        let error = named(Error::invalid("sample-key-narrow"), at).with("rows", rows).with("room", room);
        return Err(io::Error::other(error));
    }
    for number in 0..rows {
        let cells = generator
            .row(number)
            .map_err(|at| io::Error::other(named(Error::invalid("sample-key-none"), at)))?;
        for (place, at) in shown.iter().enumerate() {
            if place > 0 {
                buffer.push(';');
            }
            push_cell(&mut buffer, &cells[*at]);
        }
        buffer.push('\n');
        if buffer.len() >= CHUNK {
            out.write_all(buffer.as_bytes())?;
            buffer.clear();
        }
    }
    out.write_all(buffer.as_bytes())
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
