//! Calculated values.
//!
//! A calculation gives what a file's cell would say, and that is read like
//! any cell, so a calculated value is of its type and within its format. What
//! the file itself says only warns if it differs; `once()` keeps it.
//!
//! A value that hangs on the moment or on chance is another each time that the
//! very same row comes, so it does not tell whether a row changed.

use std::mem;

use super::{Cells, Row, Validator};
use crate::definition::Value;

/// The most bytes that the calculations of a row make of it, as many as a row
/// of a file may have: one that doubles the text of another can do so again.
const MOST_MADE: usize = 1 << 20;

impl Validator {
    /// Works the value of a variable out, writes it, and returns it. What is
    /// found is added to `out` as well.
    pub(super) fn calculate(&mut self, at: usize, cells: Cells<'_>, out: &mut Row) -> Value {
        let told = cells.get(at);
        let mut scratch = mem::take(&mut self.scratch);
        scratch.clear();
        self.values[at] = self.read(at, told, &mut scratch);
        self.scratch = scratch;
        let own = self.values[at];
        let text = match self.work_out(at, cells) {
            None => return Value::Unreadable,
            Some(Outcome::NotRelevant) => {
                if !own.is_empty() && !out.draft {
                    out.error("cell-not-relevant", at, told);
                }
                return Value::Empty;
            }
            Some(Outcome::Cell(text)) => text,
        };
        if self.made.len() + text.len() > MOST_MADE {
            out.error("cell-calculation-long", at, &text).with("limit", (MOST_MADE / 1024) as u64);
            return Value::Unreadable;
        }
        let before = out.findings.len();
        let from = [out.data.len(), out.local.len()];
        let read = self.read(at, &text, out);
        // What a file itself says is news if it changes; a form only shows
        // again what is stored.
        let is_told = self.plans[at].keeps_its_value && !own.is_empty() && self.seen_by_form.is_none();
        if self.plans[at].is_volatile && !is_told {
            out.is_passing_since(from);
        }
        let value = match read {
            Value::Unreadable => {
                out.findings.truncate(before);
                out.error("cell-calculation-type", at, &text);
                return Value::Unreadable;
            }
            Value::Text { start, end } => {
                let first = self.made.len() as u32;
                self.made.push_str(&text[start as usize..end as usize]);
                Value::Made { start: first, end: self.made.len() as u32 }
            }
            value => value,
        };
        if !own.is_empty() && !self.is_same(own, told, value) {
            out.warning("cell-calculation-differs", at, told);
        }
        value
    }

    fn work_out(&self, at: usize, cells: Cells<'_>) -> Option<Outcome> {
        let values = self.seen(cells);
        if let Some(relevant) = &self.plans[at].relevant
            && !relevant.evaluate(&values)?
        {
            return Some(Outcome::NotRelevant);
        }
        let variable = &self.definition.variables[at];
        let cell = variable.calculation.as_ref()?.cell_of(variable.kind, &values)?;
        Some(Outcome::Cell(cell.into_owned()))
    }

    fn is_same(&self, own: Value, told: &str, value: Value) -> bool {
        match (own, value) {
            (Value::Text { start, end }, Value::Made { start: from, end: to }) => {
                told.get(start as usize..end as usize) == self.made.get(from as usize..to as usize)
            }
            (Value::Choices { start, end }, Value::Choices { start: from, end: to }) => {
                self.picked[start as usize..end as usize] == self.picked[from as usize..to as usize]
            }
            (own, value) => own == value,
        }
    }
}

enum Outcome {
    NotRelevant,
    Cell(String),
}
