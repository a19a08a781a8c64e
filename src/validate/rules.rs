//! What a definition asks of values beyond their types.

use super::{Cells, Row, Validator};
use crate::{
    definition::{Codes, Required, Role, Value, Values},
    domain::identifier::Fault,
};

impl Validator {
    /// Warns of codes that their system cannot have.
    pub(super) fn judge_codes(&self, cells: Cells<'_>, out: &mut Row) {
        self.judge_coded(&self.steps.coded, cells, out);
    }

    /// The same for some variables.
    pub(super) fn judge_coded(&self, places: &[usize], cells: Cells<'_>, out: &mut Row) {
        if places.is_empty() {
            return;
        }
        let values = self.seen(cells);
        for at in places.iter().copied() {
            let plan = &self.plans[at];
            let system = match &plan.codes {
                None => continue,
                Some(Codes::Of(system)) => Some(*system),
                Some(Codes::Told { by, systems }) => match self.values[*by] {
                    Value::Choice(choice) => systems[choice as usize],
                    _ => None,
                },
            };
            let (Some(system), Some(code)) = (system, values.text(at)) else { continue };
            let finding = match system.check(code) {
                Ok(()) => continue,
                Err(Fault::CheckDigits) => out.warning("cell-code-check", at, code),
                Err(_) => out.warning("cell-code-shape", at, code),
            };
            finding.with("system", system.name());
        }
    }

    /// Judges relevance, presence and constraints, and the key's presence.
    pub(super) fn judge_rules(&self, cells: Cells<'_>, out: &mut Row) {
        let abroad = self.judge_country(cells, out);
        self.judge_ruled(&self.steps.ruled, abroad, cells, out);
    }

    /// The same for some variables.
    pub(super) fn judge_ruled(&self, places: &[usize], abroad: bool, cells: Cells<'_>, out: &mut Row) {
        let values = self.seen(cells);
        for at in places.iter().copied() {
            let (plan, value) = (&self.plans[at], self.values[at]);
            if matches!(value, Value::Unreadable) {
                continue;
            }
            match plan.relevant.as_ref().map(|relevant| relevant.evaluate(&values)) {
                None | Some(Some(true)) => {}
                Some(Some(false)) => {
                    let told_already = abroad && plan.role == Some(Role::PostalCode);
                    if !value.is_empty() && !told_already {
                        out.error("cell-not-relevant", at, self.shown(at, cells));
                    }
                    continue;
                }
                Some(None) => continue,
            }
            if value.is_empty() {
                let missing = match &plan.required {
                    Required::Never => plan.key,
                    Required::Always => true,
                    Required::When(when) => plan.key || when.evaluate(&values) == Some(true),
                };
                // The patient without a number has his own findings.
                if missing && !(plan.role == Some(Role::Patient) && self.is_generated(cells, out)) {
                    out.error("cell-required", at, "");
                }
                continue;
            }
            if plan.constraint.as_ref().is_some_and(|rule| rule.evaluate(&values) == Some(false)) {
                out.error("cell-constraint", at, self.shown(at, cells));
            }
            if !self.is_offered(at, &values) {
                out.error("cell-choice-filtered", at, self.shown(at, cells));
            }
        }
    }

    /// Whether the filter leaves the choices that a variable has.
    fn is_offered(&self, at: usize, values: &Values<'_>) -> bool {
        let Some(filter) = &self.plans[at].filter else { return true };
        let Some(list) = self.definition.list_of(&self.definition.variables[at]) else { return true };
        let leaves = |choice: u32| {
            let values = Values { choice: list.choices.get(choice as usize), ..*values };
            filter.evaluate(&values) != Some(false)
        };
        match self.values[at] {
            Value::Choice(choice) => leaves(choice),
            _ => values.choices(at).iter().all(|choice| leaves(*choice)),
        }
    }

    /// Says whether the patient lives abroad and has a Belgian postal code
    /// all the same, and finds it.
    fn judge_country(&self, cells: Cells<'_>, out: &mut Row) -> bool {
        let (Some(country), Some(postal_code)) = (self.roles.country, self.roles.postal_code) else {
            return false;
        };
        let is_abroad = match self.values[country] {
            Value::Choice(choice) => Some(choice as usize) != self.roles.belgium,
            Value::Text { .. } => self.seen(cells).text(country) != Some("BE"),
            _ => return false,
        };
        let abroad = is_abroad && self.values[postal_code].is_readable();
        if abroad {
            out.error("cell-postal-code-abroad", postal_code, self.shown(postal_code, cells));
        }
        abroad
    }

    /// The text or the choice's code of a variable that has one.
    pub(super) fn plain<'a>(&'a self, at: usize, cells: Cells<'a>) -> Option<&'a str> {
        match self.values[at] {
            Value::Choice(choice) => {
                let list = self.definition.list_of(&self.definition.variables[at])?;
                Some(&list.choices[choice as usize].code)
            }
            _ => self.seen(cells).text(at),
        }
    }
}
