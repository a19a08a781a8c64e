//! What a definition asks of values beyond their types.

use super::{Row, Validator, json::trimmed};
use crate::{
    definition::{Codes, Required, Role, Value},
    domain::identifier::Fault,
};

impl Validator {
    /// Warns of codes that their system cannot have.
    pub(super) fn judge_codes(&self, cells: &[&str], out: &mut Row) {
        for at in self.steps.coded.iter().copied() {
            let plan = &self.plans[at];
            let system = match &plan.codes {
                None => continue,
                Some(Codes::Of(system)) => Some(*system),
                Some(Codes::Told { by, systems }) => match self.values[*by] {
                    Value::Choice(choice) => systems[choice as usize],
                    _ => None,
                },
            };
            let (Some(system), Some(code)) = (system, self.seen(cells).text(at)) else { continue };
            let finding = match system.check(code) {
                Ok(()) => continue,
                Err(Fault::CheckDigits) => out.warning("cell-code-check", at, code),
                Err(_) => out.warning("cell-code-shape", at, code),
            };
            finding.with("system", system.name());
        }
    }

    /// Judges relevance, presence and constraints, and the key's presence.
    pub(super) fn judge_rules(&self, cells: &[&str], out: &mut Row) {
        let values = self.seen(cells);
        let abroad = self.judge_country(cells, out);
        for at in self.steps.ruled.iter().copied() {
            let (plan, value) = (&self.plans[at], self.values[at]);
            if matches!(value, Value::Unreadable) {
                continue;
            }
            match plan.relevant.as_ref().map(|relevant| relevant.evaluate(&values)) {
                None | Some(Some(true)) => {}
                Some(Some(false)) => {
                    let told_already = abroad && plan.role == Some(Role::PostalCode);
                    if !value.is_empty() && !told_already {
                        out.error("cell-not-relevant", at, trimmed(cells[at]).0);
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
            } else if let Some(constraint) = &plan.constraint
                && constraint.evaluate(&values) == Some(false)
            {
                out.error("cell-constraint", at, trimmed(cells[at]).0);
            }
        }
    }

    /// Says whether the patient lives abroad and has a Belgian postal code
    /// all the same, and finds it.
    fn judge_country(&self, cells: &[&str], out: &mut Row) -> bool {
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
            out.error("cell-postal-code-abroad", postal_code, trimmed(cells[postal_code]).0);
        }
        abroad
    }

    /// The text or the choice's code of a variable that has one.
    pub(super) fn plain<'a>(&'a self, at: usize, cells: &'a [&'a str]) -> Option<&'a str> {
        match self.values[at] {
            Value::Choice(choice) => {
                let list = self.definition.list_of(&self.definition.variables[at])?;
                Some(&list.choices[choice as usize].code)
            }
            _ => self.seen(cells).text(at),
        }
    }
}
