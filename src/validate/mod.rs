//! Validation: a row of cells and a definition become what may be stored and
//! sent, and findings about every cell that is not right.
//!
//! Pure: no file, no network, no clock; the day it judges by is an option.
//! A row on which there is nothing to say allocates nothing, because millions
//! of them are read at a time.
//!
//! What a definition asks is obeyed as in ODK: a variable that is not
//! relevant must be empty, a constraint is asked of values that are there. A
//! draft needs no values, but those it has must be of their types.

mod cell;
mod identity;
mod json;
mod memo;
mod plan;
mod row;
mod rules;
mod technical;
mod zone;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::civil::Date;

pub use row::{CellFinding, Patient, Row, message};
pub use technical::Technical;

use crate::{
    definition::{Definition, Value, Values},
    domain::identifier::{Fault, Nihdi},
};
use identity::Known;
use memo::Memo;
use plan::{Plan, Roles, Steps};
use zone::Zone;

/// How a file is judged.
#[derive(Clone, Debug)]
pub struct Options {
    /// The day that `today()` means.
    pub today: Date,
    /// Whether numbers may have a comma for the point.
    pub decimal_comma: bool,
    /// The moduli that check digits of NIHDI numbers may come from, as
    /// [`Nihdi::MODULI`].
    pub nihii_moduli: Vec<u64>,
}

/// Judges the rows of one file. Made once for each import.
#[derive(Debug)]
pub struct Validator {
    definition: Arc<Definition>,
    options: Options,
    plans: Vec<Plan>,
    steps: Steps,
    roles: Roles,
    values: Vec<Value>,
    picked: Vec<u32>,
    ssins: Memo<Result<Known, Fault>>,
    physicians: Memo<Result<Nihdi, Fault>>,
    zone: Zone,
}

impl Validator {
    /// A validator for rows of `definition`.
    pub fn new(definition: Arc<Definition>, options: Options) -> Self {
        let plans: Vec<Plan> =
            definition.variables.iter().map(|variable| Plan::new(variable, &definition)).collect();
        Self {
            roles: Roles::of(&definition),
            steps: Steps::of(&plans),
            values: vec![Value::Empty; plans.len()],
            picked: Vec::new(),
            ssins: Memo::new(1024),
            physicians: Memo::new(256),
            zone: Zone::belgian(),
            plans,
            definition,
            options,
        }
    }

    /// Judges one row. `cells[i]` belongs to the definition's variable `i`; a
    /// column that the file does not have is an empty text, or missing at the
    /// end. `out` is cleared first, and its buffers are used again.
    ///
    /// If the row is [refused](Row::refused), only its findings mean
    /// something.
    pub fn row(&mut self, cells: &[&str], technical: &Technical<'_>, out: &mut Row) {
        out.clear();
        self.picked.clear();
        technical.judge(out);
        for at in 0..self.plans.len() {
            let cell = cells.get(at).copied().unwrap_or_default();
            self.values[at] = if cell.is_empty() { Value::Empty } else { self.read(at, cell, out) };
        }
        self.identify(cells, out);
        self.judge_codes(cells, out);
        if !out.draft {
            self.judge_rules(cells, out);
        }
        self.write_key(cells, out);
        technical.write(out);
        out.close();
    }

    /// The row as rules see it.
    fn seen<'a>(&'a self, cells: &'a [&'a str]) -> Values<'a> {
        Values { cells, values: &self.values, picked: &self.picked, today: self.options.today }
    }
}
