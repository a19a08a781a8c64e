//! What a form shows of a row that is being filled in: which variables are
//! asked, what is calculated, which choices a filter leaves. The rules are
//! those that the row is judged by; nothing here decides anything else.

use super::{Cells, Given, Row, Technical, Validator};
use crate::definition::{Expression, Item, Required, Value, Values};

/// What a form shows of a row.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Of each variable, by its place; of those in repeats what a blank
    /// instance shows.
    pub flat: Vec<Look>,
    /// Of each repeat, its instances that have a value.
    pub instances: Vec<Vec<SeenInstance>>,
    /// Of each item of the layout that is a note whether it is shown, in a
    /// repeat by a blank instance; true for the others.
    pub notes: Vec<bool>,
    /// Of each repeat whether it is asked, and how often.
    pub repeats: Vec<SeenRepeat>,
}

/// What a form shows of a repeat.
#[derive(Clone, Copy, Debug)]
pub struct SeenRepeat {
    /// Whether it is asked. What is not known yet is asked.
    pub relevant: bool,
    /// How many instances there must be.
    pub wanted: Wanted,
}

/// How many instances of a repeat there must be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Wanted {
    /// As many as there are.
    Any,
    /// So many.
    Exactly(usize),
    /// What its count speaks of is not answered, or not rightly.
    Unknown,
}

/// What a form shows of an instance of a repeat.
#[derive(Clone, Debug)]
pub struct SeenInstance {
    /// Its number among those given, from 1.
    pub number: u32,
    /// The repeat's variables.
    pub looks: Vec<Look>,
    /// As [`Seen::notes`], of the items from the repeat's beginning on.
    pub notes: Vec<bool>,
}

/// What a form shows of one variable.
#[derive(Clone, Debug)]
pub struct Look {
    /// Whether it is asked. What is not known yet is asked.
    pub relevant: bool,
    /// Whether it must have a value.
    pub required: bool,
    /// The calculated value as a cell would say it; empty if it has no
    /// calculation or no value.
    pub value: String,
    /// What a form begins with, as a cell would say it, if the workbook says so
    /// by an expression; empty if that has no value.
    pub begins: String,
    /// The places of the choices that its filter leaves, if it has one.
    pub choices: Option<Vec<u32>>,
}

impl Validator {
    /// Judges a row as [`row_with`](Self::row_with) and tells what a form
    /// shows of it.
    pub fn look(
        &mut self,
        cells: &[&str],
        given: &[Given<'_>],
        technical: &Technical<'_>,
        out: &mut Row,
    ) -> Seen {
        self.seen_by_form = Some(Seen::default());
        let calculates = std::mem::replace(&mut self.calculates, true);
        self.row_with(cells, given, technical, out);
        self.calculates = calculates;
        self.seen_by_form.take().unwrap_or_default()
    }

    /// Notes what is seen outside of repeats, if somebody looks.
    pub(super) fn note_flat(&mut self, cells: Cells<'_>) {
        let Some(mut seen) = self.seen_by_form.take() else { return };
        // Of variables in repeats this is what a blank instance shows.
        for at in (0..self.plans.len()).filter(|at| self.plans[*at].repeat.is_some()) {
            self.values[at] = Value::Empty;
        }
        let values = self.seen(cells);
        // It would come behind the others.
        let next = |repeat: usize| cells.repeats.get(repeat).map_or(0, Vec::len) + 1;
        let looks = (0..self.plans.len()).map(|at| match self.plans[at].repeat {
            None => self.look_at(at, &values),
            Some(repeat) => self.look_at(at, &Values { position: next(repeat), ..values }),
        });
        seen.flat = looks.collect();
        let mut inside = None;
        for item in &self.definition.layout {
            match item {
                Item::Repeat(repeat) => inside = Some(*repeat),
                Item::RepeatEnd => inside = None,
                _ => {}
            }
            let position = inside.map_or(values.position, next);
            seen.notes.push(is_shown(item, &Values { position, ..values }));
        }
        self.seen_by_form = Some(seen);
    }

    /// Notes how often a repeat is asked, if somebody looks.
    pub(super) fn note_repeat(&mut self, repeat: usize, cells: Cells<'_>) {
        let Some(mut seen) = self.seen_by_form.take() else { return };
        let repeat = &self.definition.repeats[repeat];
        let values = self.seen(cells);
        let wanted = match (&repeat.count, super::repeat::wanted(repeat, &values)) {
            (None, _) => Wanted::Any,
            (Some(_), None) => Wanted::Unknown,
            (Some(_), Some(wanted)) => Wanted::Exactly(wanted as usize),
        };
        let relevant =
            repeat.relevant.as_ref().is_none_or(|relevant| relevant.evaluate(&values) != Some(false));
        seen.repeats.push(SeenRepeat { relevant, wanted });
        self.seen_by_form = Some(seen);
    }

    /// Notes what is seen of an instance whose values are in place, if
    /// somebody looks.
    pub(super) fn note_instance(&mut self, repeat: usize, number: u32, cells: Cells<'_>) {
        let Some(mut seen) = self.seen_by_form.take() else { return };
        let values = self.seen(cells);
        let variables = self.definition.repeats[repeat].variables.clone();
        let looks = variables.map(|at| self.look_at(at, &values)).collect();
        let items = self
            .definition
            .layout
            .iter()
            .skip_while(|item| !matches!(item, Item::Repeat(it) if *it == repeat));
        let notes =
            items.take_while(|item| !matches!(item, Item::RepeatEnd)).map(|item| is_shown(item, &values));
        let notes = notes.collect();
        seen.instances.resize_with(self.definition.repeats.len(), Vec::new);
        seen.instances[repeat].push(SeenInstance { number, looks, notes });
        self.seen_by_form = Some(seen);
    }

    fn look_at(&self, at: usize, values: &Values<'_>) -> Look {
        let plan = &self.plans[at];
        let holds = |rule: &Expression| rule.evaluate(values) != Some(false);
        let choices = plan.filter.as_ref().and_then(|filter| {
            let list = self.definition.list_of(&self.definition.variables[at])?;
            let places = 0..list.choices.len() as u32;
            let leaves = |choice: &u32| {
                let values = Values { choice: list.choices.get(*choice as usize), ..*values };
                filter.evaluate(&values) != Some(false)
            };
            Some(places.filter(leaves).collect())
        });
        Look {
            relevant: plan.relevant.as_ref().is_none_or(holds),
            required: match &plan.required {
                Required::Never => plan.key,
                Required::Always => true,
                Required::When(when) => plan.key || when.evaluate(values) == Some(true),
            },
            value: if plan.has_calculation { self.written(at, values) } else { String::new() },
            begins: self.begun(at, values),
            choices,
        }
    }

    fn begun(&self, at: usize, values: &Values<'_>) -> String {
        let variable = &self.definition.variables[at];
        let cell = variable.begins.as_ref().and_then(|begins| begins.cell_of(variable.kind, values));
        cell.unwrap_or_default().into_owned()
    }

    /// A value as a cell would say it.
    fn written(&self, at: usize, values: &Values<'_>) -> String {
        let list = self.definition.list_of(&self.definition.variables[at]);
        let code = |choice: u32| list.map_or("", |list| list.choices[choice as usize].code.as_str());
        match values.values[at] {
            Value::Empty | Value::Unreadable => String::new(),
            Value::Text { .. } | Value::Made { .. } => values.text(at).unwrap_or_default().to_owned(),
            Value::Choice(choice) => code(choice).to_owned(),
            Value::Choices { .. } => {
                values.choices(at).iter().map(|choice| code(*choice)).collect::<Vec<_>>().join("|")
            }
            Value::Number(number) => number.to_string(),
            Value::Date(date) => date.to_string(),
            Value::Time(time) => time.to_string(),
            Value::Moment(moment) => {
                let mut out = Vec::new();
                moment.write_utc(&mut out);
                String::from_utf8(out).unwrap_or_default()
            }
        }
    }
}

/// Whether a note is shown; what is none is.
fn is_shown(item: &Item, values: &Values<'_>) -> bool {
    match item {
        Item::Note { relevant: Some(relevant), .. } => relevant.evaluate(values) != Some(false),
        _ => true,
    }
}
