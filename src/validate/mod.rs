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
//!
//! A definition without repeats and calculations is judged straight from the
//! cells. Otherwise the instances of repeats are read first (`repeat`), then
//! calculations are worked out in their order (`calculate`), and the rules of
//! a repeat's variables are asked once for each instance, whose values stand
//! in the variables' places meanwhile. What is calculated, and then the
//! repeats, come last in what is written.

mod calculate;
mod cell;
mod form;
mod identity;
mod json;
mod members;
mod memo;
mod plan;
mod repeat;
mod row;
mod rules;
mod technical;
mod zone;

#[cfg(test)]
mod tests;

use std::{collections::HashMap, sync::Arc};

use jiff::{Timestamp, civil::Date};

pub use form::{Look, Seen, SeenInstance, SeenRepeat, Wanted};
pub use members::{Members, Name};
pub use repeat::{Given, MOST_INSTANCES};
pub use row::{CellFinding, Patient, Row, message};
pub use technical::Technical;

use crate::{
    definition::{Definition, Instance, Moment, Value, Values},
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
    /// The moment that `now()` means.
    pub now: Timestamp,
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
    /// Whether there are repeats or calculations to be worked out.
    calculates: bool,
    /// The texts that the row's calculations made.
    made: String,
    /// What is read only to be compared.
    scratch: Row,
    ssins: Memo<Result<Known, Fault>>,
    physicians: Memo<Result<Nihdi, Fault>>,
    zone: Zone,
    /// What a form is shown, while it looks.
    seen_by_form: Option<Seen>,
}

impl Validator {
    /// A validator for rows of `definition`.
    pub fn new(definition: Arc<Definition>, options: Options) -> Self {
        let mut shared = HashMap::new();
        let plan = |at| Plan::new(at, &definition, &mut shared);
        let plans: Vec<Plan> = (0..definition.variables.len()).map(plan).collect();
        Self {
            roles: Roles::of(&definition),
            steps: Steps::of(&plans, &definition),
            values: vec![Value::Empty; plans.len()],
            picked: Vec::new(),
            calculates: !definition.repeats.is_empty() || !definition.calculated.is_empty(),
            made: String::new(),
            scratch: Row::default(),
            ssins: Memo::new(1024),
            physicians: Memo::new(256),
            zone: Zone::belgian(),
            seen_by_form: None,
            plans,
            definition,
            options,
        }
    }

    /// Says what `now()` means from now on, to a validator that is used again on
    /// the same day.
    pub fn set_now(&mut self, now: Timestamp) {
        self.options.now = now;
    }

    /// The same validator, which takes what is calculated from the cells as
    /// well: for a business key that a person types.
    #[must_use]
    pub fn without_calculations(mut self) -> Self {
        for plan in &mut self.plans {
            plan.elsewhere = plan.repeat.is_some();
        }
        self.calculates = false;
        self
    }

    /// Judges one row. `cells[i]` belongs to the definition's variable `i`; a
    /// column that the file does not have is an empty text, or missing at the
    /// end. `out` is cleared first, and its buffers are used again.
    ///
    /// If the row is [refused](Row::refused), only its findings mean
    /// something.
    pub fn row(&mut self, cells: &[&str], technical: &Technical<'_>, out: &mut Row) {
        self.row_with(cells, &[], technical, out);
    }

    /// Judges one row with repeats: `given` has one entry for each repeat of
    /// the definition. Otherwise as [`row`](Self::row).
    pub fn row_with(
        &mut self,
        cells: &[&str],
        given: &[Given<'_>],
        technical: &Technical<'_>,
        out: &mut Row,
    ) {
        out.clear();
        self.picked.clear();
        technical.judge(out);
        for at in 0..self.plans.len() {
            let cell = cells.get(at).copied().unwrap_or_default();
            let is_read = !cell.is_empty() && !self.plans[at].elsewhere;
            self.values[at] = if is_read { self.read(at, cell, out) } else { Value::Empty };
        }
        if self.calculates {
            self.judge_whole(cells, given, out);
        } else {
            self.judge(Cells::flat(cells), out);
        }
        technical.write(out);
        out.close();
    }

    /// Judges what has been read of variables outside of repeats.
    fn judge(&mut self, cells: Cells<'_>, out: &mut Row) {
        self.identify(cells, out);
        self.judge_codes(cells, out);
        if !out.draft {
            self.judge_rules(cells, out);
        }
        self.write_key(cells, out);
    }

    /// The row as rules see it.
    fn seen<'a>(&'a self, cells: Cells<'a>) -> Values<'a> {
        let now = self.options.now;
        Values {
            made: &self.made,
            repeats: cells.repeats,
            position: cells.position,
            lists: &self.definition.lists,
            language: self.definition.language,
            now: Moment {
                date: self.options.today,
                instant: Some((now.as_second(), now.subsec_nanosecond())),
            },
            ..Values::plain(cells.flat, &self.values, &self.picked, self.options.today)
        }
    }

    /// The text of a variable's value that is shown in a finding.
    fn shown<'a>(&'a self, at: usize, cells: Cells<'a>) -> &'a str {
        match self.values[at] {
            Value::Made { start, end } => self.made.get(start as usize..end as usize).unwrap_or_default(),
            _ => json::trimmed(cells.get(at)).0,
        }
    }
}

/// The cells of a row.
#[derive(Clone, Copy, Debug)]
struct Cells<'a> {
    /// One for each variable; in those of a repeat the present instance's.
    flat: &'a [&'a str],
    repeats: &'a [Vec<Instance<'a>>],
    /// The number of the present instance, from 1.
    position: usize,
}

impl<'a> Cells<'a> {
    fn flat(cells: &'a [&'a str]) -> Self {
        Self { flat: cells, repeats: &[], position: 0 }
    }

    fn get(self, at: usize) -> &'a str {
        self.flat.get(at).copied().unwrap_or_default()
    }
}
